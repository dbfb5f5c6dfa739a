//! Byte sources: files and streams, compressed or not, and what they hold.

mod detect;
mod identity;
mod open;
mod window;

use std::fmt;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use synth_core::{Diagnostic, Findings, Place, Severity};

use crate::{Error, ErrorKind};
use open::{Opened, ReadCount};

pub use identity::SourceIdentity;
pub(crate) use window::{Position, Window};

/// How a source is cut into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Each line with content is a record.
    JsonLines,
    /// The source is one array; its elements are the records.
    Array,
    /// The source is one JSON text, which is the record.
    Document,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JsonLines => "JSON lines",
            Self::Array => "JSON array",
            Self::Document => "JSON document",
        })
    }
}

/// Limits and sizes for reading; none but the limits and `format` shows in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOptions {
    /// The format of all sources; found from their content when absent.
    pub format: Option<Format>,
    /// Arrays and objects within each other.
    pub max_depth: usize,
    /// Length of a line, an array element, or a token of a large document.
    pub max_line_bytes: usize,
    /// Documents up to this size are held in memory as one record; larger ones are read block by block.
    pub max_document_bytes: usize,
    /// Bad records of JSONL sources that are skipped and counted; one more is an error.
    pub max_bad: u64,
    /// Threads that scan records.
    pub n_threads: NonZeroUsize,
    /// Size of the pieces that are handed to threads.
    pub chunk_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            max_depth: 512,
            max_line_bytes: 256 << 20,
            max_document_bytes: 32 << 20,
            max_bad: 0,
            n_threads: NonZeroUsize::MIN,
            chunk_bytes: 1 << 20,
        }
    }
}

/// One or more sources whose formats are known, ready to be read once.
pub struct Input {
    pub(crate) sources: Vec<Source>,
    pub(crate) options: ReadOptions,
    pub(crate) findings: Findings,
    pub(crate) progress: Progress,
    format: Format,
    total_bytes: Option<u64>,
}

/// One source of an input.
pub(crate) struct Source {
    pub(crate) format: Format,
    is_one_line: bool,
    name: String,
    state: SourceState,
    /// Path of a file that is not compressed, in which reading can start anywhere.
    plain_file: Option<PathBuf>,
}

enum SourceState {
    Open(Window, ReadCount),
    /// Closed after its format was found, so that any number of files can be given.
    Closed(PathBuf),
}

/// Whom to tell how much was read.
#[derive(Default)]
pub(crate) struct Progress {
    /// What the source that is being read has handed over.
    current: ReadCount,
    n_bytes_before: u64,
    callback: Option<Box<dyn FnMut(u64) + Send>>,
}

impl Progress {
    /// Tells how much was read so far.
    pub(crate) fn report(&mut self) {
        if let Some(callback) = &mut self.callback {
            callback(self.n_bytes_before + self.current.load(Ordering::Relaxed));
        }
    }

    fn next_source(&mut self, count: ReadCount) {
        self.n_bytes_before += self.current.load(Ordering::Relaxed);
        self.current = count;
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
        f.debug_struct("Input").field("sources", &names).field("format", &self.format).finish_non_exhaustive()
    }
}

impl Input {
    /// Opens files, and standard input for `-`, and finds out what they hold.
    ///
    /// gzip and Zstandard are known by their first bytes; a UTF-8 byte order mark is skipped. Of several files
    /// the empty ones are left out with a finding.
    ///
    /// # Errors
    ///
    /// With the file's path: what cannot be opened or decompressed, is empty or no text, and a document
    /// that is longer than a line among record streams.
    pub fn open(paths: &[PathBuf], options: &ReadOptions) -> Result<Self, Error> {
        let mut opening = Opening::new(options);
        for path in paths {
            let count = ReadCount::default();
            let Opened { window, n_bytes } = open::open_path(path, &count)?;
            let file = n_bytes.map(|_| OpenedFile { path, is_closed: paths.len() > 1 });
            opening.total_bytes = opening.total_bytes.zip(n_bytes).map(|(total, size)| total + size);
            opening.add((window, count), file)?;
        }
        opening.finish()
    }

    /// Reads a stream that the caller opened; `name` is used in places.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn from_reader(
        name: &str,
        reader: impl Read + Send + 'static,
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let mut opening = Opening::new(options);
        opening.total_bytes = None;
        let count = ReadCount::default();
        let window = open::open_reader(name, Box::new(reader), &count)?;
        opening.add((window, count), None)?;
        opening.finish()
    }

    /// Reads bytes in memory; `name` is used in places.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn from_bytes(name: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Self, Error> {
        Self::from_reader(name, std::io::Cursor::new(bytes), options)
    }

    /// Calls `callback` with the number of bytes read so far, as stored, after each chunk.
    #[must_use]
    pub fn on_progress(mut self, callback: impl FnMut(u64) + Send + 'static) -> Self {
        self.progress.callback = Some(Box::new(callback));
        self
    }

    /// Returns the format; that of the first source when JSONL and arrays are mixed.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns the size of all sources as stored, which is the last value of progress; `None` for pipes.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    /// Tells whether the sources can be opened and read again.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.total_bytes.is_some()
    }
}

impl Source {
    /// Returns the bytes behind `position`, at which an earlier run stood.
    pub(crate) fn into_window_at(
        mut self,
        position: Position,
        progress: &mut Progress,
    ) -> Result<Window, Error> {
        if let Some(path) = self.plain_file.take() {
            let count = ReadCount::default();
            let window = open::open_at(&path, position, &count)?;
            progress.next_source(count);
            return Ok(window);
        }
        let mut window = self.into_window(progress)?;
        window.skip_to(position)?;
        Ok(window)
    }

    /// Returns the unread bytes, behind a byte order mark.
    pub(crate) fn into_window(self, progress: &mut Progress) -> Result<Window, Error> {
        let (window, count) = match self.state {
            SourceState::Open(window, count) => (window, count),
            SourceState::Closed(path) => {
                let count = ReadCount::default();
                let mut window = open::open_path(&path, &count)?.window;
                window.fill(3)?;
                window.skip_bom();
                (window, count)
            }
        };
        progress.next_source(count);
        Ok(window)
    }
}

/// Opens a file, or standard input for `-`, and undoes its compression.
pub(crate) fn open_path(path: &Path) -> Result<Window, Error> {
    open::open_path(path, &ReadCount::default()).map(|opened| opened.window)
}

/// A file that can be opened again.
#[derive(Clone, Copy)]
struct OpenedFile<'p> {
    path: &'p Path,
    /// Of many files only one is open at a time.
    is_closed: bool,
}

/// An input while its sources are being opened.
struct Opening<'o> {
    options: &'o ReadOptions,
    sources: Vec<Source>,
    empty: Vec<String>,
    total_bytes: Option<u64>,
}

impl<'o> Opening<'o> {
    fn new(options: &'o ReadOptions) -> Self {
        Self { options, sources: Vec::new(), empty: Vec::new(), total_bytes: Some(0) }
    }

    fn add(
        &mut self,
        (mut window, count): (Window, ReadCount),
        file: Option<OpenedFile<'_>>,
    ) -> Result<(), Error> {
        let name = window.name.to_string();
        match detect::detect(&mut window, self.options)? {
            None => self.empty.push(name),
            Some(detected) => {
                let plain_file = file.filter(|_| !window.is_compressed()).map(|file| file.path.to_owned());
                let state = match file.filter(|file| file.is_closed) {
                    Some(file) => SourceState::Closed(file.path.to_owned()),
                    None => SourceState::Open(window, count),
                };
                let detect::Detected { format, is_one_line } = detected;
                self.sources.push(Source { format, is_one_line, name, state, plain_file });
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Input, Error> {
        self.agree()?;
        let Some(first) = self.sources.first() else {
            let place = self.empty.first().map_or_else(Place::default, Place::in_source);
            return Err(Error::new(ErrorKind::EmptyInput, place));
        };
        let format = first.format;
        let mut findings = Findings::default();
        self.empty.into_iter().map(empty_file).for_each(|finding| findings.push(finding));
        Ok(Input {
            format,
            sources: self.sources,
            options: *self.options,
            findings,
            progress: Progress::default(),
            total_bytes: self.total_bytes,
        })
    }

    /// Reads one-line documents among record streams as streams of one record.
    fn agree(&mut self) -> Result<(), Error> {
        if self.sources.iter().all(|source| source.format == Format::Document) {
            return Ok(());
        }
        for source in &mut self.sources {
            if source.format == Format::Document && self.options.format.is_none() {
                if !source.is_one_line {
                    return Err(Error::new(ErrorKind::MixedFormats, Place::in_source(&source.name)));
                }
                source.format = Format::JsonLines;
            }
        }
        Ok(())
    }
}

fn empty_file(name: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Note,
        code: "io/empty-input",
        message: "an empty file among others; left out".into(),
        place: Place::in_source(name),
        hint: None,
    }
}
