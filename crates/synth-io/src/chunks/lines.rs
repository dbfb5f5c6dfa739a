//! Cuts JSONL at line ends.

use std::sync::Arc;

use super::{ArrayPart, Chunk, Mark, Span, too_long};
use crate::source::Window;
use crate::{Error, Format, ReadOptions};

/// Cuts a source whose lines are records.
pub(super) struct LineCutter {
    window: Window,
    n_records: u64,
    /// Stands behind the chunk that was returned last.
    pending: Option<Error>,
}

impl LineCutter {
    pub(super) fn new(window: Window) -> Self {
        Self { window, n_records: 0, pending: None }
    }

    /// Goes on in a source behind what was read of it before.
    pub(super) fn from_mark(window: Window, mark: Mark) -> Self {
        Self { window, n_records: mark.record, pending: None }
    }

    /// Where the source goes on; `None` when it goes on with an error.
    pub(super) fn mark(&self) -> Option<Mark> {
        let at = self.window.start;
        self.pending.is_none().then(|| Mark::new(at, self.n_records, ArrayPart::Before))
    }

    /// Returns the next lines that fit a chunk, at least one; `None` at the end.
    pub(super) fn next(&mut self, options: &ReadOptions) -> Result<Option<Chunk>, Error> {
        if let Some(error) = self.pending.take() {
            return Err(error);
        }
        let end = self.fill(options)?;
        if end == 0 {
            return Ok(None);
        }
        let spans = self.spans(end, options);
        let start = self.window.start.offset;
        let bytes = self.window.split(end, options.chunk_bytes);
        let first_record = self.n_records;
        self.n_records += synth_core::cast::to_u64(spans.len());
        let name = Arc::clone(&self.window.name);
        Ok(Some(Chunk {
            source: 0,
            name,
            format: Format::JsonLines,
            bytes,
            start,
            first_record,
            spans,
            ends_open: false,
        }))
    }

    /// Reads until the window holds a chunk; returns the end of its last whole line.
    fn fill(&mut self, options: &ReadOptions) -> Result<usize, Error> {
        let mut length = options.chunk_bytes.max(1);
        let mut searched = 0;
        loop {
            self.window.fill(length)?;
            let bytes = self.window.bytes();
            if let Some(newline) = last_newline(bytes, length, searched) {
                return Ok(newline + 1);
            }
            if self.window.is_at_end() {
                return Ok(bytes.len());
            }
            if bytes.len() > options.max_line_bytes {
                return Err(too_long(&self.window, 0, options));
            }
            searched = bytes.len();
            length = length.saturating_mul(2).min(options.max_line_bytes.saturating_add(1));
        }
    }

    /// Finds the lines with content in the first `end` bytes, up to one that is too long.
    fn spans(&mut self, end: usize, options: &ReadOptions) -> Vec<Span> {
        let bytes = &self.window.bytes()[..end];
        let mut spans = Vec::new();
        let (mut start, mut line, mut first_column) = (0, self.window.start.line, self.window.start.column);
        while start < end {
            let stop = memchr::memchr(b'\n', &bytes[start..]).map_or(end, |length| start + length);
            if stop - start > options.max_line_bytes {
                self.pending = Some(too_long(&self.window, start, options));
                break;
            }
            let (from, to) = crate::scan::trim(&bytes[start..stop]);
            if from < to {
                let column = first_column + synth_core::cast::to_u64(from);
                spans.push(Span { start: start + from, end: start + to, line, column });
            }
            (start, line, first_column) = (stop + 1, line + 1, 1);
        }
        spans
    }
}

/// Returns the last newline at which a chunk of `length` bytes may end, or the first one behind that.
fn last_newline(bytes: &[u8], length: usize, searched: usize) -> Option<usize> {
    if searched == 0 {
        let last = memchr::memrchr(b'\n', &bytes[..length.min(bytes.len())]);
        if last.is_some() {
            return last;
        }
    }
    memchr::memchr(b'\n', &bytes[searched..]).map(|at| searched + at)
}
