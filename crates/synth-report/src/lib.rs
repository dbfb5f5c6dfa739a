//! Judges synthetic data against real data and draws the report.
//!
//! Place in the flow: last. Both data sets are read by the same profiler; [`compare()`] sets their
//! [`Partial`](synth_profile::Partial)s side by side, [`SchemaCheck`] looks at the synthetic records one by one,
//! [`Report`] is the outcome (`report.json`) and [`html()`] the page made from it. Nothing is shared with the
//! generator, so an error in a sampler cannot hide in its own check.
//!
//! Modules in reading order: [`check`] are requirements that hold or do not, [`schema_check`] is the first of them,
//! [`relation_check`] looks at references and keys record by record, [`plugin_check`] asks validators of the user,
//! [`measure`] is one comparison and [`verdict`] its size in words, [`field`] one path with its score, [`chart`]
//! what may be drawn of it, [`compare`](mod@compare) all paths together, [`pairs`] what hangs together, [`bounds`] what the quality is held against, [`report`] the file and [`html`](mod@html) the page.
//!
//! Invariants: a report shows real values only as categories that passed the [`Gate`](synth_privacy::Gate), as bins
//! that hold none or at least k of them, and in rounded statistics (counts of types, of booleans and of all other
//! values together may be small, but name no value); its bytes are a function of its arguments; checks are never
//! averaged into scores.

pub mod advice;
pub mod along;
pub mod bounds;
pub mod c2st;
pub mod chart;
pub mod check;
pub mod compare;
pub mod copies;
pub mod error;
pub mod field;
pub mod finding;
pub mod html;
pub mod leaks;
pub mod measure;
pub mod nearest;
pub mod pairs;
pub mod performance;
pub mod plugin_check;
pub mod predicate_check;
pub mod record_value;
pub mod references;
pub mod relation_check;
pub mod report;
pub mod schema_check;
pub mod statistical_test;
pub mod verdict;
pub mod worth;
pub mod written;

mod aligned;
mod gauge;
mod grid;
mod groups;
mod row_rules;
mod side;
mod structure;
mod tails;
mod tuples;
mod uniqueness;

pub use advice::Advice;
pub use along::{Memories, MemoryLine};
pub use bounds::Bounds;
pub use c2st::{Area, Distinguished, GivesAway};
pub use chart::Chart;
pub use check::{Check, CheckName, Status, Violation};
pub use compare::{CompareContext, Comparison, Quality, Tests, compare};
pub use copies::RowCopies;
pub use error::{Error, ErrorKind};
pub use field::{FieldComparison, FieldKind, FieldScore};
pub use finding::{Finding, FindingKind};
pub use html::html;
pub use leaks::ValueCopies;
pub use measure::{Aspect, Measure};
pub use nearest::Nearest;
pub use pairs::Pairs;
pub use performance::{Generation, ModelUse, Performance, Timing};
pub use plugin_check::PluginCheck;
pub use predicate_check::PredicateCheck;
pub use record_value::RecordValue;
pub use references::ReferenceOutcome;
pub use relation_check::RelationCheck;
pub use report::{Purpose, Report, ReportContext, SourceSummary};
pub use schema_check::SchemaCheck;
pub use statistical_test::StatisticalTest;
pub use verdict::Verdict;
pub use worth::{Judged, Worth};
pub use written::TextUse;
