//! The rule set: the contract between what was learned and what is made.
//!
//! Place in the flow: a profile becomes a [`RuleSet`], a person may edit it, a plan is compiled from it. The
//! generator sees nothing else.
//!
//! Modules in reading order: [`rule_set`] is the whole file, [`field`] the rule of one path, [`shape`] the
//! lengths, [`generator`] the named ways to make values.
//!
//! Invariants: a [`RuleSet`] that was parsed names only known keys, and its probabilities are sound.

pub mod field;
pub mod generator;
pub mod rule_set;
pub mod shape;

pub use field::{Constraints, FieldRule, FieldType, NumberSpelling, ValueKind};
pub use generator::{Generator, Literal};
pub use rule_set::{Globals, Layout, Metadata, Privacy, Relationship, RuleSet, VariantCase, Variants};
pub use shape::{LengthRule, ShapeRule};
