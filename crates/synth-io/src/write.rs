//! From events to bytes: compact JSON, byte for byte what `serde_json` writes for the same values.

use std::convert::Infallible;

use synth_core::json_text::push_escape;
use synth_core::{Event, EventSink, JsonText, Scalar};

/// Writes events as compact JSON into a buffer; numbers keep their spelling.
///
/// A block of records can be written alone: what stands between records depends on the record's index only.
///
/// # Example
///
/// ```
/// use synth_core::{Event, EventSink, Scalar};
/// use synth_io::{JsonWriter, Layout};
/// let mut writer = JsonWriter::default();
/// for index in 0..2 {
///     writer.begin_record(Layout::Array, index);
///     writer.event(Event::Scalar(Scalar::String("a\n")), 0)?;
///     writer.end_record(Layout::Array);
/// }
/// writer.end_records(Layout::Array, 2);
/// assert_eq!(writer.as_bytes(), b"[\n\"a\\n\",\n\"a\\n\"\n]\n");
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct JsonWriter {
    bytes: Vec<u8>,
    /// Whether a value or member stands before the next one in the same array or object.
    needs_comma: bool,
}

/// How records are laid out in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One record on each line.
    JsonLines,
    /// One array, each element on its own line.
    Array,
    /// One record, the whole file.
    Document,
}

impl JsonWriter {
    /// Returns a writer that writes into a used buffer, whose bytes are forgotten.
    #[must_use]
    pub fn into_buffer(mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        Self { bytes: buffer, needs_comma: false }
    }

    /// Begins record `index` of the file, counted from 0.
    pub fn begin_record(&mut self, layout: Layout, index: u64) {
        self.needs_comma = false;
        match (layout, index) {
            (Layout::Array, 0) => self.bytes.extend_from_slice(b"[\n"),
            (Layout::Array, _) => self.bytes.extend_from_slice(b",\n"),
            (Layout::JsonLines | Layout::Document, _) => {}
        }
    }

    /// Ends the record.
    pub fn end_record(&mut self, layout: Layout) {
        self.needs_comma = false;
        match layout {
            Layout::JsonLines | Layout::Document => self.bytes.push(b'\n'),
            Layout::Array => {}
        }
    }

    /// Takes back what was written since the buffer had `n_bytes` bytes, which must be the end of a record.
    pub fn truncate(&mut self, n_bytes: usize) {
        self.bytes.truncate(n_bytes);
        self.needs_comma = false;
    }

    /// Ends a file of `n_records` records.
    pub fn end_records(&mut self, layout: Layout, n_records: u64) {
        match (layout, n_records) {
            (Layout::Array, 0) => self.bytes.extend_from_slice(b"[]\n"),
            (Layout::Array, _) => self.bytes.extend_from_slice(b"\n]\n"),
            (Layout::JsonLines | Layout::Document, _) => {}
        }
    }

    /// Returns a writer for elements that stand where this one is now; its bytes follow those of this one.
    #[must_use]
    pub fn part(&self) -> Self {
        self.part_in(Vec::new())
    }

    /// Returns the same for a used buffer, whose bytes are forgotten.
    #[must_use]
    pub fn part_in(&self, buffer: Vec<u8>) -> Self {
        Self { needs_comma: self.needs_comma, ..Self::into_buffer(buffer) }
    }

    /// Goes on behind elements that a [`part`](Self::part) writes; at least one.
    pub fn pass_elements(&mut self) {
        self.needs_comma = true;
    }

    /// Takes what was written, and goes on where it ends.
    pub fn take_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Returns what was written since the last [`clear`](Self::clear).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns what was written, and gives the buffer away.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Empties the buffer and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.needs_comma = false;
    }

    #[inline]
    fn open(&mut self, bracket: u8) {
        self.separate();
        self.bytes.push(bracket);
        self.needs_comma = false;
    }

    #[inline]
    fn close(&mut self, bracket: u8) {
        self.bytes.push(bracket);
        self.needs_comma = true;
    }

    #[inline]
    fn separate(&mut self) {
        if self.needs_comma {
            self.bytes.push(b',');
        }
    }

    #[inline]
    fn scalar(&mut self, scalar: Scalar<'_>) {
        self.separate();
        match scalar {
            Scalar::Null => self.bytes.extend_from_slice(b"null"),
            Scalar::Bool(true) => self.bytes.extend_from_slice(b"true"),
            Scalar::Bool(false) => self.bytes.extend_from_slice(b"false"),
            Scalar::Number(number) => self.bytes.extend_from_slice(number.as_str().as_bytes()),
            Scalar::String(text) => write_string(text, &mut self.bytes),
        }
        self.needs_comma = true;
    }
}

impl EventSink for JsonWriter {
    type Error = Infallible;

    #[inline]
    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        match event {
            Event::ObjectStart => self.open(b'{'),
            Event::ObjectEnd => self.close(b'}'),
            Event::ArrayStart => self.open(b'['),
            Event::ArrayEnd => self.close(b']'),
            Event::Key(key) => {
                self.separate();
                write_string(key, &mut self.bytes);
                self.bytes.push(b':');
                self.needs_comma = false;
            }
            Event::Scalar(scalar) => self.scalar(scalar),
        }
        Ok(())
    }

    #[inline]
    fn key(&mut self, _key: &str, text: &JsonText) -> Result<(), Infallible> {
        if self.needs_comma {
            text.append(&mut self.bytes);
        } else {
            text.append_first(&mut self.bytes);
        }
        self.needs_comma = false;
        Ok(())
    }

    #[inline]
    fn literal(&mut self, _scalar: Scalar<'_>, text: &JsonText) -> Result<(), Infallible> {
        self.separate();
        text.append(&mut self.bytes);
        self.needs_comma = true;
        Ok(())
    }
}

/// Appends `text` in quotes, with the escapes that JSON demands and no others.
fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = crate::scan::find_special(bytes, from);
        out.extend_from_slice(&bytes[from..at]);
        match bytes.get(at) {
            Some(byte) => push_escape(*byte, out),
            None => break,
        }
        from = at + 1;
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scanner;

    fn check(input: &str, expected: &str) {
        let mut writer = JsonWriter::default();
        let mut scanner = Scanner::new(99);
        let Ok(()) = scanner.scan(input.as_bytes()).unwrap().replay(&mut writer, 0);
        assert_eq!(std::str::from_utf8(writer.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn output_is_compact_and_keeps_spellings() {
        check(
            r#" { "a" : [ 1.0 , -0 , 1e5, {} , [ ] ] , "b" : { } } "#,
            r#"{"a":[1.0,-0,1e5,{},[]],"b":{}}"#,
        );
        check("[[],[[]],{\"\":null},true]", "[[],[[]],{\"\":null},true]");
        check("18446744073709551616", "18446744073709551616");
    }

    #[test]
    fn strings_are_escaped_like_serde_json() {
        let all: String = (0..=0x100_u32).filter_map(char::from_u32).chain("😀\u{2028}".chars()).collect();
        let expected = serde_json::to_string(&all).unwrap();
        let mut out = Vec::new();
        write_string(&all, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    /// Catches a part that begins as if nothing stood before it, and a comma that is lost behind one.
    #[test]
    fn parts_stand_between_their_neighbours() {
        let one = Event::Scalar(Scalar::Bool(true));
        let mut writer = JsonWriter::default();
        let Ok(()) = writer.event(Event::ArrayStart, 0);
        let mut bytes = writer.take_bytes();
        for _ in 0..2 {
            let mut part = writer.part();
            let Ok(()) = part.event(one, 0);
            bytes.extend(part.into_bytes());
            writer.pass_elements();
        }
        let Ok(()) = writer.event(one, 0);
        let Ok(()) = writer.event(Event::ArrayEnd, 0);
        bytes.extend(writer.into_bytes());
        assert_eq!(bytes, b"[true,true,true]");
    }

    fn check_layout(layout: Layout, n_records: u64, expected: &str) {
        let mut writer = JsonWriter::default();
        for index in 0..n_records {
            writer.begin_record(layout, index);
            let Ok(()) = writer.event(Event::Scalar(Scalar::Null), 0);
            writer.end_record(layout);
        }
        writer.end_records(layout, n_records);
        assert_eq!(String::from_utf8(writer.into_bytes()).unwrap(), expected);
    }

    #[test]
    fn layouts_separate_records() {
        check_layout(Layout::JsonLines, 2, "null\nnull\n");
        check_layout(Layout::Array, 0, "[]\n");
        check_layout(Layout::Array, 2, "[\nnull,\nnull\n]\n");
        check_layout(Layout::Document, 1, "null\n");
    }
}
