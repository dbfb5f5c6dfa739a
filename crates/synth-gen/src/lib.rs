//! Compiles a rule set into a plan and makes records from it.
//!
//! Place in the flow: a [`synth_rules::RuleSet`] becomes a [`Plan`], a plan fills blocks of columns, one walk
//! over the shape turns a block into the events of its records. Who receives the events is up to the caller.
//!
//! Modules in reading order: `plan` is what is compiled, `compile` how, from the tree of paths in `outline`,
//! with `length` for arrays, `variants` for tagged unions and `order` for what must be filled first. `fill`
//! fills the buffers of `column`, `walk` sends events. `recipe` chooses the program of a kind of value:
//! `ids`, `pattern` (with `language` and `branch`), `template`, `markov`, `faker`, `people` whose parts agree, `words`, `numbers` and `temporal`.
//! `link` binds relationships: `reference` with `parents`, their `shelf` and `site`, `listed` for keys that are given, `composite` for
//! keys of several fields, `computed` and `formula`, `ordering` with `measure` and `arrivals`, `value_table` for fields that
//! come together (`found` for all rows beforehand), `dealing` for keys, `implied` for what follows from others, `states` that follow each other, `sequence` for arrays, `dependency`, and `coupling` for presence; `unkept` counts the rest.
//! `plugin` calls what users add, `faults` makes values wrong on purpose; both write values of any type, which are `tagged`.
//! `draw`, `choice`, `curve`, `split` and `whole` are the ways to draw; `spelling` and `time_text` print.
//!
//! Invariants: a value is a pure function of the rules, the seed, its path and the index of its record (and
//! its elements), so any range of records equals the same range of the whole, and another field's rule does
//! not show in it. Unique values are numbered, never remembered. No allocation per value once the buffers
//! have grown.

mod along;
mod arrivals;
mod branch;
mod choice;
mod clock;
mod column;
mod compile;
mod composite;
mod computed;
mod coupling;
mod curve;
mod dealing;
mod dependency;
mod derived;
mod distinct;
mod draw;
mod error;
mod expressed;
mod faker;
mod faults;
mod fill;
mod formula;
mod ids;
mod implied;
mod joined;
mod joint;
mod language;
mod length;
mod link;
mod listed;
mod markov;
mod measure;
mod memo;
mod numbers;
mod order;
mod ordering;
mod outline;
mod parents;
mod pattern;
mod people;
mod piece;
mod plan;
mod plugin;
mod recipe;
mod reference;
mod sequence;
mod series;
mod settled;
mod shelf;
mod site;
mod spelling;
mod split;
mod spots;
mod states;
mod tagged;
mod template;
mod temporal;
mod time_text;
mod unkept;
mod value_table;
mod variants;
mod walk;
mod whole;
mod words;
mod worker;
mod written;

pub use derived::Uncomputed;
pub use error::{Error, ErrorKind, Errors};
pub use joint::order::Unseen;
pub use piece::Piece;
pub use plan::{CompileOptions, LeftOut, Plan, Unkept};
pub use plugin::GeneratorPlugins;
pub use worker::Worker;
pub use written::{Fault, Writing, WrittenTexts};

/// Version of the values: raised by every change that makes other bytes from the same rules and seed.
pub const GENERATION_VERSION: u32 = 8;
