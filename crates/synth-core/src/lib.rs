//! The vocabulary every other crate of `synth` speaks.
//!
//! Place in the flow: below everything. A byte source becomes [`Event`]s, events become accumulators per
//! [`JsonPath`], accumulators a profile, a profile a rule set, a rule set values drawn from a [`Seed`], values
//! become events again. This crate holds the nouns of that sentence that more than one crate needs.
//!
//! Modules in reading order: [`path`] and [`tree`] name places in JSON, [`scalar`], [`number`] and [`event`]
//! are what flows, [`json_text`] what is written again and again, [`place`] and [`diagnostic`] say where and what went wrong, [`seed`], [`hash`] and
//! [`permutation`] are the addressed randomness, [`math`] and [`cast`] the pinned arithmetic, [`time`] and
//! [`time_format`] the calendar, [`gap`] the distance of two values, [`rate`] a share that is never out of range, [`port`] and [`plugin`] the traits
//! behind which models and plugins live.
//!
//! Invariants: no files, threads, clock or environment; every function is a pure function of its arguments.

pub mod cast;
pub mod diagnostic;
pub mod event;
pub mod gap;
pub mod hash;
pub mod json_text;
pub mod json_type;
pub mod math;
pub mod number;
pub mod path;
pub mod permutation;
pub mod place;
pub mod plugin;
pub mod port;
pub mod rate;
pub mod scalar;
pub mod sealed;
pub mod seed;
pub mod time;
pub mod time_format;
pub mod tree;

pub use diagnostic::{Diagnostic, Findings, Severity};
pub use event::{Event, EventSink, RecordPosition, RecordSink, RecordStart};
pub use gap::{Gap, Span};
pub use json_text::JsonText;
pub use json_type::{JsonType, TypeSet};
pub use number::{Decimal, Number};
pub use path::{JsonPath, PathError, Segment};
pub use permutation::Permutation;
pub use place::Place;
pub use rate::Rate;
pub use scalar::Scalar;
pub use sealed::{SealError, SealedKind, Sealer};
pub use seed::Seed;
pub use time::{CivilTime, Timestamp};
pub use time_format::TimeFormat;
pub use tree::{PathId, PathTree};
