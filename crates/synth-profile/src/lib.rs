//! Learns what a data set looks like: accumulators per path, an exact merge, and the profile made from them.
//!
//! Place in the flow: a reader sends records to a [`Profiler`]; what it holds is a [`Partial`]; Partials of parts
//! of the input merge; [`finish`](finish::finish) turns the whole into a [`Profile`], from which rules and
//! [`schema`](schema::schema) are made. The validator compares two Partials.
//!
//! Modules in reading order: [`profiler`] walks the tokens, [`partial`] holds the tree of paths, [`path_stats`]
//! is the accumulator of one path with [`number_stats`], [`string_stats`] and [`time_stats`] in it, [`sample`]
//! keeps whole records, `part_sample` parts of large documents, [`relations`] what binds fields together; [`stored`] keeps a partial in a file;
//! [`structure`] decides what is a dictionary or a tuple, [`text_pattern`] and [`variants`] learn shapes,
//! `semantic` and `code_list` say what values mean,
//! [`mod@finish`] puts the [`profile`] together; [`mixed_types`] looks for what is odd in it.
//!
//! Invariants: a `Partial` is a function of the set of records alone, bit for bit. It holds real values and
//! leaves memory only as a file that the user asked for; a `Profile` holds literals that passed the
//! [`Gate`](synth_privacy::Gate) and nothing else, so it may be written.

pub mod anomalies;
pub mod assisted;
mod code_list;
mod epoch_rhythm;
pub mod error;
pub mod finish;
pub mod hypotheses;
pub mod joint_profile;
pub mod mixed_types;
pub mod number_stats;
pub mod numbered_text;
mod part_sample;
pub mod partial;
pub mod path_stats;
mod phrasing;
pub mod profile;
pub mod profiler;
mod prose;
pub mod quoted;
pub mod relations;
pub mod sample;
pub mod sample_tables;
pub mod schema;
mod semantic;
pub mod stored;
pub mod string_stats;
pub mod structure;
pub mod text_cues;
pub mod text_pattern;
pub mod time_grid;
pub mod time_stats;
pub mod token;
pub mod variants;

pub use assisted::{Assisted, Claim, ClaimKind, Verdict};
pub use error::{Error, ErrorKind};
pub use finish::{FinishConfig, finish, is_key, is_numbering};
pub use joint_profile::{GroupProfile, JointProfile, ModelBits};
pub use partial::{NodeId, Partial};
pub use profile::Profile;
pub use profiler::{Profiler, Unit};
pub use sample_tables::SampleTables;
pub use stored::{Origin, PartialFile};
pub use structure::Structure;
