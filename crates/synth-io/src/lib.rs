//! Reads and writes JSON: sources, strict scanner, chunk grid, ordered parallel fold, atomic files.
//!
//! Place in the flow: the two ends of it. Bytes become events here and events become bytes; what a value
//! means is not known in this crate.
//!
//! Modules in reading order: [`Input`] opens sources and finds their format; `chunks` cuts them into records;
//! [`Scanner`] turns a record into events; [`par`] spreads work over threads; [`fold_records`],
//! [`read_records`] and [`for_each_record`] put these together, [`fold_in_rounds`] so that a run can be taken up again. [`JsonWriter`] turns events into bytes, which
//! an [`OutputFile`] takes to a file. A [`Script`] is a plugin in a file.
//!
//! Invariants: a record that is bad sends no event; results, findings and errors depend on the input alone,
//! never on threads, chunk sizes or the sizes of reads; nothing recurses, so no nesting overflows; in steady
//! state nothing is allocated per record.
#![expect(clippy::disallowed_methods, reason = "this crate owns files and threads")]

mod chunks;
mod error;
mod file;
pub mod par;
mod read;
mod scan;
mod script;
mod source;
mod write;

pub use chunks::{ArrayPart, Mark, RecordSlice};
pub use error::{Codec, Error, ErrorKind, Fault};
pub use file::{
    GrowingFile, OutputFile, Overwrite, append_line, create_private_folder, for_each_block, read_file,
    read_tail, read_text_file, remove_file, write_text_file,
};
pub use read::{Folded, Rounds, fold_in_rounds, fold_records, for_each_record, read_records};
pub use scan::{Note, NoteKind, ScanError, Scanned, Scanner};
pub use script::{Script, ScriptGenerator, ScriptValidator};
pub use source::{Format, Input, ReadOptions, SourceIdentity};
pub use write::{JsonWriter, Layout};
