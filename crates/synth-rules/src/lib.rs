//! The rule set: the contract between what was learned and what is made.
//!
//! Place in the flow: a profile becomes a [`RuleSet`], a person may edit it, a plan is compiled from it. The
//! generator sees nothing else.
//!
//! Modules in reading order: [`rule_set`] is the whole file, [`field`] the rule of one path, [`shape`] the
//! lengths, [`generator`] the named ways to make values, [`entity`] what made-up fields have in common, [`relationship`] what binds fields together. `yaml` reads and writes files, [`lint`] finds what
//! types cannot refuse, `from_profile` makes the first rules. [`scenario`] changes rules for one run, [`faults`] makes values wrong
//! on purpose, [`Predicate`] is a condition on records, [`expression`] what fields and checks compute.
//!
//! Invariants: a [`RuleSet`] that was parsed names only known keys, and its probabilities are sound.

pub mod along;
pub mod entity;
pub mod error;
mod explain;
pub mod expression;
pub mod faults;
pub mod field;
mod from_profile;
pub mod generator;
pub mod kde;
pub mod lint;
pub mod model;
pub mod parametric;
mod phrase;
pub mod plugins;
mod predicate;
pub mod recurrence;
pub mod relationship;
mod resolution;
pub mod rule_set;
pub mod scenario;
pub mod series;
pub mod shape;
mod smooth;
mod update;
mod value_type;
mod written;
mod yaml;

pub use along::{Along, Movement, RowOrder};
pub use entity::{Entity, EntityPart};
pub use error::{Error, ErrorKind, Errors, suggest};
pub use expression::{EvaluationError, Expression};
pub use faults::Faults;
pub use field::{Constraints, FieldRule, FieldType, NumberSpelling, ValueKind};
pub use generator::{Generator, Literal};
pub use kde::Kde;
pub use model::JointModel;
pub use parametric::{Parametric, ParametricRule};
pub use plugins::{PluginCall, PluginScript, Plugins};
pub use predicate::{Comparison, Predicate, PredicateError, Watch};
pub use recurrence::Recurrence;
pub use relationship::{FieldList, Relationship};
pub use resolution::{Resolution, ResolutionError};
pub use rule_set::{
    Dependence, Globals, Layout, Metadata, ModelClaim, ModelRule, PredicateRule, Privacy, RuleSet, Severity,
    VariantCase, Variants,
};
pub use scenario::{Scenario, ScenarioFile};
pub use shape::{LengthRule, ShapeRule};
pub use update::{LayoutMismatch, MergeStrategy};
pub use value_type::{TypeShares, ValueType};
pub use written::{Fallback, LlmText, TextDefaults, TextLimits};
