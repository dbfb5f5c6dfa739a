//! Cuts a top-level array between its elements.

use std::sync::Arc;

use synth_core::cast;

use super::{ArrayPart, Chunk, Mark, Span, bad_array, too_long};
use crate::source::{Position, Window};
use crate::{Error, Fault, Format, ReadOptions};

/// Cuts a source that is one array.
///
/// Follows brackets and strings only; whether an element is JSON is for the scanner to say. What belongs to
/// the array itself is checked here: its brackets, its commas, and that nothing follows.
pub(super) struct ArrayCutter {
    window: Window,
    n_records: u64,
    /// Bytes of the window that were looked at.
    at: usize,
    phase: Phase,
    element: Element,
    /// A byte of the window whose position is known.
    known: (usize, Position),
    spans: Vec<Span>,
    /// Stands behind the chunk that was returned last.
    pending: Option<Error>,
}

/// The element whose end is being looked for.
#[derive(Debug, Clone, Copy, Default)]
struct Element {
    start: usize,
    depth: u64,
    in_string: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The opening bracket comes next.
    Before,
    /// An element comes next, or the end if the array is empty.
    First,
    /// An element comes next.
    Next,
    /// Inside an element.
    Element,
    /// A comma or the end comes next.
    Behind,
    /// Behind the closing bracket.
    After,
}

/// A fault of the array itself, at this byte of the window.
type ArrayFault = (Fault, usize);

impl ArrayCutter {
    pub(super) fn new(window: Window) -> Self {
        Self {
            known: (0, window.start),
            window,
            n_records: 0,
            at: 0,
            phase: Phase::Before,
            element: Element::default(),
            spans: Vec::new(),
            pending: None,
        }
    }

    /// Goes on in a source behind what was read of it before.
    pub(super) fn from_mark(window: Window, mark: Mark) -> Self {
        let phase = match mark.array_part {
            ArrayPart::Before => Phase::Before,
            ArrayPart::First => Phase::First,
            ArrayPart::Next => Phase::Next,
            ArrayPart::Behind => Phase::Behind,
            ArrayPart::After => Phase::After,
        };
        Self { n_records: mark.record, phase, ..Self::new(window) }
    }

    /// Where the source goes on; `None` when it goes on with an error.
    pub(super) fn mark(&self) -> Option<Mark> {
        let part = match self.phase {
            Phase::Before => ArrayPart::Before,
            Phase::First => ArrayPart::First,
            // The chunk ended before the element that was begun.
            Phase::Next | Phase::Element => ArrayPart::Next,
            Phase::Behind => ArrayPart::Behind,
            Phase::After => ArrayPart::After,
        };
        self.pending.is_none().then(|| Mark::new(self.window.start, self.n_records, part))
    }

    /// Returns the next elements that fit a chunk; `None` behind the array.
    pub(super) fn next(&mut self, options: &ReadOptions) -> Result<Option<Chunk>, Error> {
        if let Some(error) = self.pending.take() {
            return Err(error);
        }
        let mut length = options.chunk_bytes.max(1);
        loop {
            self.window.fill(length)?;
            let limit = length.min(self.window.bytes().len());
            let scanned = self.scan(limit);
            if self.cut_long_element(options) {
                return Ok(Some(Chunk { ends_open: true, ..self.take_chunk(options) }));
            }
            if let Err((fault, at)) = scanned {
                self.pending = Some(bad_array(&self.window, fault, at));
                return Ok(Some(self.take_chunk(options)));
            }
            if self.window.is_at_end() && limit == self.window.bytes().len() {
                return Ok(self.finish(options));
            }
            if !self.spans.is_empty() || self.phase != Phase::Element {
                return Ok(Some(self.take_chunk(options)));
            }
            length = length.saturating_mul(2);
        }
    }

    /// Steps over the window's bytes up to `limit`; lists the elements that end there.
    fn scan(&mut self, limit: usize) -> Result<(), ArrayFault> {
        while self.at < limit {
            match self.phase {
                Phase::Element => {
                    if let Some(end) = self.find_end(limit) {
                        self.end_element(end);
                    }
                }
                _ => self.step(limit)?,
            }
        }
        Ok(())
    }

    /// Steps over white space and one byte of the array itself.
    fn step(&mut self, limit: usize) -> Result<(), ArrayFault> {
        let bytes = &self.window.bytes()[..limit];
        self.at = crate::scan::skip_whitespace(bytes, self.at);
        let Some(byte) = bytes.get(self.at) else {
            return Ok(());
        };
        self.phase = match (self.phase, byte) {
            (Phase::Before, b'[') => Phase::First,
            (Phase::Before, _) => return Err((Fault::ExpectedArray, self.at)),
            (Phase::First, b']') => Phase::After,
            (Phase::Next, b']') => return Err((Fault::TrailingComma, self.at)),
            (Phase::First | Phase::Next, b',') => return Err((Fault::ExpectedValue, self.at)),
            (Phase::First | Phase::Next, _) => {
                self.element = Element { start: self.at, ..Element::default() };
                self.phase = Phase::Element;
                return Ok(());
            }
            (Phase::Behind, b',') => Phase::Next,
            (Phase::Behind, b']') => Phase::After,
            (Phase::Behind, _) => return Err((Fault::ExpectedArrayEnd, self.at)),
            (Phase::After, _) => return Err((Fault::TrailingText, self.at)),
            (Phase::Element, _) => return Ok(()),
        };
        self.at += 1;
        Ok(())
    }

    /// Finds the byte behind the element; moves on to it, or to `limit`.
    fn find_end(&mut self, limit: usize) -> Option<usize> {
        let bytes = &self.window.bytes()[..limit];
        let Element { depth, in_string, .. } = &mut self.element;
        let mut at = self.at;
        let end = loop {
            if *in_string {
                at = crate::scan::find_special(bytes, at);
            }
            let Some(&byte) = bytes.get(at) else {
                break None;
            };
            match byte {
                b'\\' if *in_string => at += 1,
                b'"' => *in_string = !*in_string,
                _ if *in_string => {}
                b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' if *depth == 0 => break Some(at),
                b'[' | b'{' => *depth += 1,
                b']' | b'}' => *depth -= 1,
                _ => {}
            }
            at += 1;
        };
        self.at = at;
        end
    }

    fn end_element(&mut self, end: usize) {
        self.push_span(end);
        self.at = end;
        self.phase = Phase::Behind;
    }

    fn push_span(&mut self, end: usize) {
        let bytes = self.window.bytes();
        let start = self.element.start;
        let (known_at, known) = self.known;
        let position = known.behind(&bytes[known_at..start]);
        self.known = (start, position);
        self.spans.push(Span { start, end, line: position.line, column: position.column });
    }

    /// Cuts an element off that is longer than allowed, so that the scanner may say where it went wrong.
    fn cut_long_element(&mut self, options: &ReadOptions) -> bool {
        let max = options.max_line_bytes;
        let open = (self.phase == Phase::Element).then_some((self.element.start, self.at));
        let mut ended = self.spans.iter().map(|span| (span.start, span.end));
        let n_good = ended.position(|(start, end)| end - start > max);
        let start = match (n_good, open) {
            (Some(n_good), _) => {
                self.spans.truncate(n_good + 1);
                self.spans[n_good].end = self.spans[n_good].start + max;
                self.spans[n_good].start
            }
            (None, Some((start, at))) if at - start > max => {
                self.push_span(start + max);
                start
            }
            _ => return false,
        };
        self.pending = Some(too_long(&self.window, start, options));
        true
    }

    /// Returns what is left when the source has ended.
    fn finish(&mut self, options: &ReadOptions) -> Option<Chunk> {
        let end = self.window.bytes().len();
        if self.phase == Phase::Element {
            self.push_span(end);
        }
        if self.phase != Phase::After {
            self.pending = Some(bad_array(&self.window, Fault::UnexpectedEnd, end));
        }
        let has_more = end > 0 || self.pending.is_some();
        has_more.then(|| self.take_chunk(options))
    }

    /// Makes a chunk of the elements that were found.
    fn take_chunk(&mut self, options: &ReadOptions) -> Chunk {
        let cut = if self.phase == Phase::Element { self.element.start.min(self.at) } else { self.at };
        let cut = self.spans.last().map_or(cut, |span| cut.max(span.end)).min(self.window.bytes().len());
        let spans = std::mem::take(&mut self.spans);
        let start = self.window.start.offset;
        let bytes = self.window.split(cut, options.chunk_bytes);
        self.known = (0, self.window.start);
        self.at = self.at.saturating_sub(cut);
        self.element.start = self.element.start.saturating_sub(cut);
        let first_record = self.n_records;
        self.n_records += cast::to_u64(spans.len());
        let name = Arc::clone(&self.window.name);
        Chunk { name, source: 0, format: Format::Array, bytes, start, first_record, spans, ends_open: false }
    }
}
