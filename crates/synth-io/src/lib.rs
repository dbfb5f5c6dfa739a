//! Reads and writes JSON: sources, strict scanner, chunk grid, ordered parallel fold, atomic files.
#![expect(clippy::disallowed_methods, reason = "this crate owns files and threads")]

mod error;
mod scan;
mod write;

pub use error::{Codec, Error, ErrorKind, Fault};
pub use scan::{Note, NoteKind, ScanError, Scanned, Scanner};
pub use write::{JsonWriter, Layout};

/// How a source is cut into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One record on each line.
    JsonLines,
    /// One array; each element is a record.
    Array,
    /// One JSON text; the whole is the record.
    Document,
}
