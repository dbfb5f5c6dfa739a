//! Cuts sources into chunks of whole records, on a grid that depends on the content and the chunk size only.
//!
//! A chunk ends behind the last record that ends within `chunk_bytes` of its start, or behind the first one if
//! that is longer. Neither threads nor the sizes of reads move the grid.

mod array;
mod lines;

use std::sync::Arc;
use std::vec;

use synth_core::{Place, cast};

use crate::source::{Position, Progress, Source, Window};
use crate::{Error, ErrorKind, Fault, Format, Input, ReadOptions};
use array::ArrayCutter;
use lines::LineCutter;

/// The bytes of one record and where they are.
#[derive(Debug, Clone, Copy)]
pub struct RecordSlice<'a> {
    /// The record without white space around it; not yet checked to be JSON.
    pub bytes: &'a [u8],
    /// Name of the source.
    pub source: &'a str,
    /// Bytes of the source before the record, after decompression.
    pub offset_bytes: u64,
    /// Line on which the record starts, counted from 1.
    pub line: u64,
    /// Column in bytes at which it starts, counted from 1.
    pub column: u64,
    /// Number of the record in its source, counted from 0; bad records count too.
    pub record: u64,
}

impl RecordSlice<'_> {
    /// Returns the place of the byte that is `offset_bytes` into the source.
    #[must_use]
    pub fn place_at(&self, offset_bytes: u64) -> Place {
        let within = cast::to_usize(offset_bytes.saturating_sub(self.offset_bytes));
        let start = Position { offset: self.offset_bytes, line: self.line, column: self.column };
        let position = start.behind(&self.bytes[..within.min(self.bytes.len())]);
        Place { record: Some(self.record), ..position.place(self.source) }
    }

    /// Returns the place of the record's first byte.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place_at(self.offset_bytes)
    }
}

/// Some records of one source, whole and in order.
pub(crate) struct Chunk {
    name: Arc<str>,
    /// Number of the source among those that are read.
    pub(crate) source: u32,
    pub(crate) format: Format,
    bytes: Vec<u8>,
    start: u64,
    first_record: u64,
    spans: Vec<Span>,
    /// The last record goes on behind the chunk; it is there only to find out what is wrong with it.
    ends_open: bool,
}

/// One record within a chunk.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    line: u64,
    column: u64,
}

impl Chunk {
    /// Number of records that end within the chunk.
    pub(crate) fn n_whole(&self) -> usize {
        self.spans.len() - usize::from(self.ends_open)
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        cast::to_u64(self.bytes.len())
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = RecordSlice<'_>> {
        (self.first_record..).zip(&self.spans).map(|(record, span)| RecordSlice {
            bytes: &self.bytes[span.start..span.end],
            source: &self.name,
            offset_bytes: self.start + cast::to_u64(span.start),
            line: span.line,
            column: span.column,
            record,
        })
    }
}

/// What is handed to a thread.
pub(crate) enum Piece {
    Chunk(Chunk),
    /// A document that is too large to be held, and the number of its source.
    Stream(Window, u32),
}

impl Piece {
    fn set_source(&mut self, number: u32) {
        match self {
            Self::Chunk(chunk) => chunk.source = number,
            Self::Stream(_, source) => *source = number,
        }
    }
}

/// The pieces of all sources, in order; after an error there are no more.
pub(crate) struct Pieces {
    sources: vec::IntoIter<Source>,
    options: ReadOptions,
    progress: Progress,
    current: Option<Cutter>,
    /// Sources that were opened so far.
    n_opened: u32,
}

enum Cutter {
    Lines(LineCutter),
    Array(ArrayCutter),
    Document(Window),
}

impl Pieces {
    pub(crate) fn new(input: Input) -> Self {
        let Input { sources, options, progress, .. } = input;
        Self { sources: sources.into_iter(), options, progress, current: None, n_opened: 0 }
    }

    fn next_piece(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let cutter = match self.current.take() {
                Some(cutter) => cutter,
                None => match self.sources.next() {
                    Some(source) => {
                        self.n_opened += 1;
                        Cutter::new(source, &mut self.progress)?
                    }
                    None => return Ok(None),
                },
            };
            if let Some(mut piece) = self.cut(cutter)? {
                piece.set_source(self.n_opened - 1);
                self.progress.report();
                return Ok(Some(piece));
            }
        }
    }

    fn cut(&mut self, cutter: Cutter) -> Result<Option<Piece>, Error> {
        let chunk = match cutter {
            Cutter::Document(window) => return document(window, &self.options).map(Some),
            Cutter::Lines(mut cutter) => {
                let chunk = cutter.next(&self.options)?;
                self.current = chunk.is_some().then_some(Cutter::Lines(cutter));
                chunk
            }
            Cutter::Array(mut cutter) => {
                let chunk = cutter.next(&self.options)?;
                self.current = chunk.is_some().then_some(Cutter::Array(cutter));
                chunk
            }
        };
        Ok(chunk.map(Piece::Chunk))
    }
}

impl Iterator for Pieces {
    type Item = Result<Piece, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.next_piece();
        if piece.is_err() {
            self.sources = Vec::new().into_iter();
        }
        piece.transpose()
    }
}

impl Cutter {
    fn new(source: Source, progress: &mut Progress) -> Result<Self, Error> {
        let format = source.format;
        let window = source.into_window(progress)?;
        Ok(match format {
            Format::JsonLines => Self::Lines(LineCutter::new(window)),
            Format::Array => Self::Array(ArrayCutter::new(window)),
            Format::Document => Self::Document(window),
        })
    }
}

/// Holds a document if it is small enough.
fn document(mut window: Window, options: &ReadOptions) -> Result<Piece, Error> {
    window.fill(options.max_document_bytes.saturating_add(1))?;
    if !window.is_at_end() || window.bytes().len() > options.max_document_bytes {
        return Ok(Piece::Stream(window, 0));
    }
    let text = window.bytes();
    let (start, end) = crate::scan::trim(text);
    let position = window.start.behind(&text[..start]);
    let span = Span { start, end, line: position.line, column: position.column };
    Ok(Piece::Chunk(whole_chunk(window, Format::Document, vec![span])))
}

/// Makes a chunk of everything in the window.
fn whole_chunk(mut window: Window, format: Format, spans: Vec<Span>) -> Chunk {
    let start = window.start.offset;
    let bytes = window.split(window.bytes().len(), 0);
    Chunk { name: window.name, source: 0, format, bytes, start, first_record: 0, spans, ends_open: false }
}

fn too_long(window: &Window, at: usize, options: &ReadOptions) -> Error {
    window.error_at(ErrorKind::RecordTooLong { max_bytes: cast::to_u64(options.max_line_bytes) }, at)
}

fn bad_array(window: &Window, fault: Fault, at: usize) -> Error {
    let mut error = window.error_at(ErrorKind::BadJson { fault, format: Format::Array }, at);
    error.place.path = Some("$".into());
    error
}
