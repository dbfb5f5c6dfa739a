//! A growing buffer over a byte stream, with the stream's place in the file.

use std::io::Read;
use std::sync::Arc;

use synth_core::{Place, cast};

use crate::{Codec, Error, ErrorKind};

/// The unread part of a source: what is buffered, where that starts, and where more comes from.
pub(crate) struct Window {
    pub(crate) name: Arc<str>,
    reader: Box<dyn Read + Send>,
    codec: Option<Codec>,
    buffer: Vec<u8>,
    /// Bytes of the buffer that were taken already.
    n_taken: usize,
    is_at_end: bool,
    /// Where the unread bytes start.
    pub(crate) start: Position,
}

/// A position in a decompressed source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) offset: u64,
    /// Counted from 1.
    pub(crate) line: u64,
    /// In bytes, counted from 1.
    pub(crate) column: u64,
}

impl Position {
    /// The first byte of a source.
    pub(crate) const START: Self = Self { offset: 0, line: 1, column: 1 };

    /// Returns the position behind `bytes`.
    pub(crate) fn behind(self, bytes: &[u8]) -> Self {
        let n_lines = cast::to_u64(memchr::memchr_iter(b'\n', bytes).count());
        let column = match memchr::memrchr(b'\n', bytes) {
            Some(newline) => cast::to_u64(bytes.len() - newline),
            None => self.column + cast::to_u64(bytes.len()),
        };
        Self { offset: self.offset + cast::to_u64(bytes.len()), line: self.line + n_lines, column }
    }

    /// Returns the position as a place in the source `name`.
    pub(crate) fn place(self, name: &str) -> Place {
        Place {
            source: Some(name.to_owned()),
            offset_bytes: Some(self.offset),
            line: Some(self.line),
            column: Some(self.column),
            ..Place::default()
        }
    }
}

impl Window {
    pub(crate) fn new(name: Arc<str>, reader: Box<dyn Read + Send>, codec: Option<Codec>) -> Self {
        Self { name, reader, codec, buffer: Vec::new(), n_taken: 0, is_at_end: false, start: Position::START }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.n_taken..]
    }

    /// Tells whether the buffer holds the rest of the source.
    pub(crate) fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// Tells whether the bytes were compressed.
    pub(crate) fn is_compressed(&self) -> bool {
        self.codec.is_some()
    }

    /// Says where the unread bytes start.
    pub(crate) fn starting_at(self, start: Position) -> Self {
        Self { start, ..self }
    }

    /// Drops all bytes before `position`.
    pub(crate) fn skip_to(&mut self, position: Position) -> Result<(), Error> {
        const STEP: usize = 1 << 16;
        while self.start.offset < position.offset {
            self.fill(STEP)?;
            let missing = cast::to_usize(position.offset - self.start.offset);
            let length = self.bytes().len().min(missing);
            if length == 0 {
                return Err(Error::new(ErrorKind::Shorter, Place::in_source(self.name.to_string())));
            }
            self.n_taken += length;
            self.start.offset += cast::to_u64(length);
        }
        self.start = position;
        Ok(())
    }

    /// Reads until the buffer holds `length` bytes or the source ends.
    pub(crate) fn fill(&mut self, length: usize) -> Result<(), Error> {
        let missing = length.saturating_sub(self.bytes().len());
        if self.is_at_end || missing == 0 {
            return Ok(());
        }
        self.buffer.drain(..self.n_taken);
        self.n_taken = 0;
        let wanted = cast::to_u64(missing);
        let n_read = self.reader.by_ref().take(wanted).read_to_end(&mut self.buffer);
        match n_read {
            Ok(n) => self.is_at_end = n < missing,
            Err(cause) => return Err(self.read_error(cause)),
        }
        Ok(())
    }

    fn read_error(&self, cause: std::io::Error) -> Error {
        let offset = self.start.offset + cast::to_u64(self.bytes().len());
        let place =
            Place { source: Some(self.name.to_string()), offset_bytes: Some(offset), ..Place::default() };
        let kind = match (self.codec, cause.kind()) {
            (Some(codec), std::io::ErrorKind::UnexpectedEof) => ErrorKind::Truncated { codec },
            (Some(codec), kind) if is_content_error(kind) => ErrorKind::Damaged { codec },
            (_, std::io::ErrorKind::IsADirectory) => ErrorKind::IsADirectory,
            _ => ErrorKind::Read,
        };
        Error::caused(kind, place, cause)
    }

    /// Drops the first `length` bytes.
    pub(crate) fn consume(&mut self, length: usize) {
        self.start = self.start.behind(&self.bytes()[..length]);
        self.n_taken += length;
    }

    /// Takes the first `length` bytes out; room for `capacity` bytes is made for the next ones.
    pub(crate) fn split(&mut self, length: usize, capacity: usize) -> Vec<u8> {
        let (first, rest) = self.bytes().split_at(length);
        if self.n_taken > 0 || rest.len() > length {
            let first = first.to_vec();
            self.consume(length);
            return first;
        }
        let mut next = Vec::with_capacity(if self.is_at_end { rest.len() } else { capacity.max(rest.len()) });
        next.extend_from_slice(rest);
        self.start = self.start.behind(first);
        let mut taken = std::mem::replace(&mut self.buffer, next);
        taken.truncate(length);
        taken
    }

    /// Leaves out a byte order mark; columns count from the byte behind it.
    pub(crate) fn skip_bom(&mut self) {
        if self.start == Position::START && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
            self.start.offset = 3;
        }
    }

    /// Returns an error about the byte `at` of the buffer.
    pub(crate) fn error_at(&self, kind: ErrorKind, at: usize) -> Error {
        Error::new(kind, self.start.behind(&self.bytes()[..at]).place(&self.name))
    }
}

fn is_content_error(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind as Os;
    matches!(kind, Os::InvalidData | Os::InvalidInput | Os::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_add_up_however_the_bytes_are_split() {
        let bytes = b"ab\nc\r\n\nxyz";
        let whole = Position::START.behind(bytes);
        assert_eq!(whole, Position { offset: 10, line: 4, column: 4 });
        for at in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(Position::START.behind(head).behind(tail), whole);
        }
    }
}
