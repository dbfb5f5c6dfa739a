//! The same scanner over a document that is too large to hold: block by block.

use std::convert::Infallible;

use synth_core::EventSink;

use super::keys::Replaced;
use super::track::Track;
use super::{Note, Reach, ScanError, Scanner, State, replay};

/// Scans one document in blocks and sends the events of each block at once.
///
/// Events leave before the document is known to be good, and of members with the same key all are sent; the
/// repeated key is noted when its object ends, with the object's path if the key's block is gone.
///
/// # Cost
///
/// Memory as for [`Scanner`], of one block instead of one record, and 20 bytes for each key of the open objects.
#[derive(Debug)]
pub(crate) struct StreamScanner {
    scanner: Scanner,
    track: Track,
    state: State,
}

/// What became of a block.
#[derive(Debug)]
pub(crate) struct Advance {
    /// Bytes of it that were taken; the rest must be given again, with more behind it.
    pub(crate) n_taken: usize,
    /// What is odd in it, with offsets in the input.
    pub(crate) notes: Vec<Note>,
}

impl StreamScanner {
    /// Makes a scanner that refuses more than `max_depth` arrays and objects within each other.
    pub(crate) fn new(max_depth: usize) -> Self {
        let mut scanner = Scanner::new(max_depth);
        scanner.replaced = Replaced::Kept;
        Self { scanner, track: Track::default(), state: State::Value }
    }

    /// Scans the block that starts `base` bytes into the input as far as its tokens are whole.
    ///
    /// # Errors
    ///
    /// [`ScanError`] at the first byte that breaks the grammar, with its offset in the input.
    pub(crate) fn block(
        &mut self,
        bytes: &[u8],
        base: u64,
        reach: Reach,
        sink: &mut impl EventSink<Error = Infallible>,
    ) -> Result<Advance, ScanError> {
        let scanner = &mut self.scanner;
        scanner.base = base;
        let (text, result) = scanner.advance_bytes(bytes, self.state, reach);
        let (state, n_taken) = match result {
            Ok(taken) => taken,
            Err(raw) => return Err(scanner.locate(raw, text, std::mem::take(&mut self.track))),
        };
        self.state = state;
        let Ok(()) = replay(&scanner.tape, text, sink, base);
        scanner.notes.sort_unstable_by_key(|note| (note.at, note.kind));
        let notes = scanner.collect_notes(text, || self.track.clone());
        self.track.follow(&scanner.tape, text, 0..scanner.tape.tokens().len());
        scanner.flush();
        Ok(Advance { n_taken, notes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, JsonWriter};

    /// Scans `text` in blocks of `n` bytes, as a caller with a growing buffer does.
    fn scan(text: &[u8], n: usize) -> Result<(String, Vec<Note>), ScanError> {
        let (mut scanner, mut writer, mut notes) = (StreamScanner::new(9), JsonWriter::default(), vec![]);
        let (mut from, mut to) = (0, n.min(text.len()));
        loop {
            let reach = if to == text.len() { Reach::Whole } else { Reach::Part };
            let advance = scanner.block(&text[from..to], from as u64, reach, &mut writer)?;
            notes.extend(advance.notes);
            from += advance.n_taken;
            if reach == Reach::Whole {
                return Ok((String::from_utf8(writer.as_bytes().to_vec()).unwrap(), notes));
            }
            to = (to + n).min(text.len());
        }
    }

    #[test]
    fn block_size_does_not_show() {
        let text = r#" {"a":[1,-2.5e3,"é\ud83d\ude00x\ud83d"],"b":{"a":true,"a":null},"a":1e400,"c":""} "#;
        let (whole, mut notes) = scan(text.as_bytes(), 1000).unwrap();
        assert_eq!(whole, r#"{"a":[1,-2.5e3,"é😀x�"],"b":{"a":true,"a":null},"a":1e400,"c":""}"#);
        notes.iter_mut().for_each(|note| note.path = None);
        assert_eq!(notes.len(), 4);
        for n in 1..text.len() {
            let (events, mut found) = scan(text.as_bytes(), n).unwrap();
            assert_eq!(events, whole, "blocks of {n}");
            found.iter_mut().for_each(|note| note.path = None);
            found.sort_by_key(|note| note.offset_bytes);
            assert_eq!(found, notes, "blocks of {n}");
        }
    }

    #[test]
    fn faults_have_the_same_place_in_any_block_size() {
        for text in [
            &br#"{"a":[1,{"b":tru}]}"#[..],
            b"[1,[2,3}",
            b"{\"k\":[0,\"\xff\"]}",
            b"[1,2",
            b"[1,]",
            b"{\"a\":1,}",
            b"{} x",
            b"[[[[[[[[[[]]]]]]]]]]",
            b"",
        ] {
            let expected = Scanner::new(9).scan(text).unwrap_err();
            for n in 1..=text.len() {
                assert_eq!(scan(text, n).unwrap_err(), expected, "blocks of {n}");
            }
        }
        assert_eq!(scan(b"[1,2", 1).unwrap_err().fault, Fault::UnexpectedEnd);
    }
}
