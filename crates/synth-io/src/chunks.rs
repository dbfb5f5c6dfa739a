//! Cuts sources into chunks of whole records, on a grid that depends on the content and the chunk size only.
//!
//! A chunk ends behind the last record that ends within `chunk_bytes` of its start, or behind the first one if
//! that is longer. Neither threads nor the sizes of reads move the grid.

mod array;
mod lines;

use std::sync::Arc;
use std::vec;

use serde::{Deserialize, Serialize};
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

/// Where reading goes on: between two chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Number of the source among those that are not empty.
    pub source: u64,
    /// Bytes of the source before the mark, after decompression.
    pub offset_bytes: u64,
    /// Line of the mark, counted from 1.
    pub line: u64,
    /// Column in bytes, counted from 1.
    pub column: u64,
    /// Records of the source before the mark.
    pub record: u64,
    /// What comes next in a source that is an array.
    pub array_part: ArrayPart,
}

/// What comes next in an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArrayPart {
    /// The opening bracket.
    Before,
    /// An element, or the end of an empty array.
    First,
    /// An element.
    Next,
    /// A comma or the end.
    Behind,
    /// Nothing but white space.
    After,
}

impl Mark {
    /// A mark in the first source.
    fn new(at: Position, record: u64, array_part: ArrayPart) -> Self {
        let Position { offset, line, column } = at;
        Self { source: 0, offset_bytes: offset, line, column, record, array_part }
    }

    fn position(&self) -> Position {
        Position { offset: self.offset_bytes, line: self.line, column: self.column }
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

    /// Number of records that end within the piece.
    pub(crate) fn n_records(&self) -> u64 {
        match self {
            Self::Chunk(chunk) => cast::to_u64(chunk.n_whole()),
            Self::Stream(..) => 1,
        }
    }
}

/// The pieces of all sources, in order; after an error there are no more.
pub(crate) struct Pieces {
    sources: vec::IntoIter<Source>,
    /// Number of the source that is opened next.
    next_source: u64,
    options: ReadOptions,
    progress: Progress,
    current: Option<Cutter>,
}

enum Cutter {
    Lines(LineCutter),
    Array(ArrayCutter),
    Document(Window),
}

impl Pieces {
    pub(crate) fn new(input: Input) -> Self {
        let Input { sources, options, progress, .. } = input;
        Self { sources: sources.into_iter(), next_source: 0, options, progress, current: None }
    }

    /// Goes on where an earlier run stood.
    pub(crate) fn from_mark(input: Input, mark: Mark) -> Result<Self, Error> {
        let mut pieces = Self::new(input);
        pieces.next_source = mark.source;
        let n_read = cast::to_usize(mark.source);
        pieces.sources.by_ref().take(n_read).for_each(drop);
        if mark.position() != Position::START
            && let Some(source) = pieces.sources.next()
        {
            pieces.next_source += 1;
            pieces.current = Some(Cutter::from_mark(source, mark, &mut pieces.progress)?);
        }
        Ok(pieces)
    }

    /// Tells whether there are no more pieces.
    pub(crate) fn is_done(&self) -> bool {
        self.current.is_none() && self.sources.as_slice().is_empty()
    }

    /// Where reading goes on behind the last piece; `None` when an error is next.
    pub(crate) fn mark(&self) -> Option<Mark> {
        let start = || Mark::new(Position::START, 0, ArrayPart::Before);
        let (mark, source) = match &self.current {
            None => (start(), self.next_source),
            Some(Cutter::Lines(cutter)) => (cutter.mark()?, self.next_source.saturating_sub(1)),
            Some(Cutter::Array(cutter)) => (cutter.mark()?, self.next_source.saturating_sub(1)),
            Some(Cutter::Document(_)) => return None,
        };
        Some(Mark { source, ..mark })
    }

    fn next_piece(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let cutter = match self.current.take() {
                Some(cutter) => cutter,
                None => match self.sources.next() {
                    Some(source) => {
                        self.next_source += 1;
                        Cutter::new(source, &mut self.progress)?
                    }
                    None => return Ok(None),
                },
            };
            if let Some(mut piece) = self.cut(cutter)? {
                piece.set_source(cast::to_u32(cast::to_usize(self.next_source.saturating_sub(1))));
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

    fn from_mark(source: Source, mark: Mark, progress: &mut Progress) -> Result<Self, Error> {
        let format = source.format;
        let window = source.into_window_at(mark.position(), progress)?;
        Ok(match format {
            Format::JsonLines => Self::Lines(LineCutter::from_mark(window, mark)),
            Format::Array => Self::Array(ArrayCutter::from_mark(window, mark)),
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
