//! Reads a document that is too large to be held, block by block.

use std::convert::Infallible;

use synth_core::{Place, RecordPosition, RecordSink, cast};

use super::{Worker, finding, start_of};
use crate::scan::{Note, Reach, ScanError, StreamScanner};
use crate::source::Window;
use crate::{Error, ErrorKind, Format};

impl<A: RecordSink<Error = Infallible>> Worker<A> {
    /// Sends the events of the document in `window`, which is filled up to the size of a held document.
    pub(super) fn take_stream(&mut self, mut window: Window, source: u32) -> Result<(), Error> {
        let first_byte = window.start.offset;
        let held = self.options.max_document_bytes.min(window.bytes().len());
        self.sink.begin_record_at(start_of(&window.bytes()[..held]), RecordPosition { source, record: 0 });
        let mut scanner = StreamScanner::new(self.options.max_depth);
        while self.take_block(&mut window, &mut scanner)? {}
        self.sink.end_record();
        self.n_records += 1;
        self.n_bytes += window.start.offset - first_byte;
        Ok(())
    }

    /// Takes the next block; tells whether more follows.
    fn take_block(&mut self, window: &mut Window, scanner: &mut StreamScanner) -> Result<bool, Error> {
        let mut length = self.options.chunk_bytes.max(1);
        loop {
            window.fill(length)?;
            let end = length.min(window.bytes().len());
            let is_last = window.is_at_end() && end == window.bytes().len();
            let reach = if is_last { Reach::Whole } else { Reach::Part };
            let advance = scanner
                .block(&window.bytes()[..end], window.start.offset, reach, &mut self.sink)
                .map_err(|error| self.stream_error(window, &error))?;
            advance.notes.into_iter().for_each(|note| self.push_stream_note(window, note));
            window.consume(if is_last { end } else { advance.n_taken });
            if is_last || advance.n_taken > 0 {
                return Ok(!is_last);
            }
            if end > self.options.max_line_bytes {
                let max_bytes = cast::to_u64(self.options.max_line_bytes);
                return Err(window.error_at(ErrorKind::RecordTooLong { max_bytes }, 0));
            }
            length = length.saturating_mul(2);
        }
    }

    fn stream_error(&self, window: &Window, error: &ScanError) -> Error {
        let place = stream_place(window, error.offset_bytes);
        let place = Place { path: Some(error.path.to_string()), ..place };
        Error::new(self.kind(error.fault, Format::Document), place)
    }

    fn push_stream_note(&mut self, window: &Window, note: Note) {
        let place = stream_place(window, note.offset_bytes);
        self.findings.push(finding(note, place));
    }
}

/// Returns the place of a byte of the window; line and column are not known for bytes that are gone.
fn stream_place(window: &Window, offset: u64) -> Place {
    match offset.checked_sub(window.start.offset).map(cast::to_usize) {
        Some(at) => {
            let position = window.start.behind(&window.bytes()[..at.min(window.bytes().len())]);
            Place { record: Some(0), ..position.place(&window.name) }
        }
        None => Place {
            source: Some(window.name.to_string()),
            offset_bytes: Some(offset),
            record: Some(0),
            ..Place::default()
        },
    }
}
