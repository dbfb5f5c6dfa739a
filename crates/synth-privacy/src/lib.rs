//! Personal-data detectors and the gate every published literal passes.
//!
//! Place in the flow: the profiler asks [`detect`] what a field holds, and every text of the data that is to
//! enter a rule file, report, prompt or log must first become a [`Publishable`] through the [`Gate`].
//!
//! Modules in reading order: [`pii`] names the kinds of personal data and finds them in the values of a field;
//! [`gate`] decides what may be published.
//!
//! Invariants: detection is a pure function of the evidence; no value of the data is kept; a [`Publishable`] can
//! be made by the gate only. A field in which nothing is detected is still published only where many records
//! share a value, so a missed detection is no leak by itself.

pub mod gate;
pub mod pii;

pub use gate::{Gate, Publishable};
pub use pii::{
    Company, FieldEvidence, PathWords, PiiFinding, PiiKind, ValueForm, contains_personal, detect,
    detect_in_company, is_full_name, scan_value,
};
