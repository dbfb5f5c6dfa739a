//! What a source holds: text or not, and how it is cut into records.

use crate::scan;
use crate::source::{Format, ReadOptions, Window};
use crate::{Error, ErrorKind};

/// What the first bytes of a source say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detected {
    pub(super) format: Format,
    /// Whether the content fits on one line, so that a document may also be a record of a stream.
    pub(super) is_one_line: bool,
}

/// Bytes looked at first; more only if the first line is longer.
const FIRST_LOOK: usize = 1 << 16;
/// A NUL in so many bytes says that text which cannot be JSON is no text at all.
const BINARY_LOOK: usize = 1024;

/// Finds the format; `None` for a source that is empty or holds only white space.
///
/// The first line with content decides: if all its brackets and strings are closed and more content follows,
/// the lines are records. Otherwise the source is one text: an array if it starts with `[`. A first line
/// longer than a document that is held in memory is taken to be one text too. The one question that content leaves
/// open is whether a single line is a stream of one record: then the name decides.
pub(super) fn detect(window: &mut Window, options: &ReadOptions) -> Result<Option<Detected>, Error> {
    let mut length = FIRST_LOOK;
    window.fill(length)?;
    check_text(window)?;
    window.skip_bom();
    loop {
        let look = look(window.bytes());
        let is_whole = window.is_at_end();
        let is_long = window.bytes().len() > options.max_document_bytes;
        let (format, is_one_line) = match look {
            Look::Blank if is_whole => return Ok(None),
            Look::FirstLine(first) if options.format.is_some() => (one_text(first), true),
            Look::Blank if is_long => (Format::Document, false),
            Look::FirstLine(first) if is_whole || is_long => (one_text(first), true),
            Look::OpenAtNewline(first) => (one_text(first), false),
            Look::ClosedAtNewline(first) if is_whole => (one_text(first), true),
            Look::More => (Format::JsonLines, false),
            _ => {
                length = length.saturating_mul(2);
                window.fill(length)?;
                continue;
            }
        };
        let is_named_stream = is_one_line && names_lines(&window.name);
        let format = if is_named_stream { Format::JsonLines } else { format };
        let format = options.format.unwrap_or(format);
        return Ok(Some(Detected { format, is_one_line }));
    }
}

/// Tells whether a file is named as lines of JSON, compressed or not.
fn names_lines(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = [".gz", ".zst"].into_iter().find_map(|codec| name.strip_suffix(codec)).unwrap_or(&name);
    [".jsonl", ".ndjson"].into_iter().any(|extension| plain.ends_with(extension))
}

fn one_text(first: u8) -> Format {
    if first == b'[' { Format::Array } else { Format::Document }
}

/// How far the first line with content reaches, with its first byte.
enum Look {
    Blank,
    /// It does not end within the bytes.
    FirstLine(u8),
    /// It ends inside an array, an object or a string.
    OpenAtNewline(u8),
    /// It ends behind a whole text; only white space follows.
    ClosedAtNewline(u8),
    /// It ends behind a whole text; more content follows.
    More,
}

fn look(bytes: &[u8]) -> Look {
    let start = scan::skip_whitespace(bytes, 0);
    let Some(&first) = bytes.get(start) else {
        return Look::Blank;
    };
    let Some(length) = memchr::memchr(b'\n', &bytes[start..]) else {
        return Look::FirstLine(first);
    };
    let (line, rest) = bytes[start..].split_at(length);
    if !is_closed(line) {
        Look::OpenAtNewline(first)
    } else if rest.iter().all(|byte| scan::is_whitespace(*byte)) {
        Look::ClosedAtNewline(first)
    } else {
        Look::More
    }
}

/// Tells whether all brackets and strings of a line are closed.
fn is_closed(line: &[u8]) -> bool {
    let (mut depth, mut in_string, mut at) = (0_i64, false, 0);
    while let Some(byte) = line.get(at) {
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    depth <= 0 && !in_string
}

/// Refuses what is recognisably not UTF-8 text.
fn check_text(window: &Window) -> Result<(), Error> {
    match what_binary(window.bytes()) {
        Some((what, at)) => Err(window.error_at(ErrorKind::Binary { what }, at)),
        None => Ok(()),
    }
}

/// Returns what the bytes look like and where, unless they may be UTF-8 text.
fn what_binary(bytes: &[u8]) -> Option<(&'static str, usize)> {
    let known = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, ..] | [0, _, ..] => "UTF-16 or UTF-32 text",
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => "bzip2-compressed data",
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "xz-compressed data",
        [b'P', b'K', 3 | 5, 4 | 6, ..] => "a zip archive",
        [b'P', b'A', b'R', b'1', ..] => "a Parquet file",
        _ => return unknown_binary(bytes).map(|at| ("binary data", at)),
    };
    Some((known, 0))
}

fn unknown_binary(bytes: &[u8]) -> Option<usize> {
    let bom = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let start = scan::skip_whitespace(bytes, bom);
    let text = &bytes[start..];
    let first = *text.first()?;
    let may_be_json = matches!(first, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n');
    if may_be_json {
        return None;
    }
    if first.is_ascii_control() || !first.is_ascii() {
        return Some(start);
    }
    memchr::memchr(0, &text[..text.len().min(BINARY_LOOK)]).map(|at| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Input;

    fn check(text: &[u8], expected: Option<(Format, bool)>) {
        check_named("test", text, expected);
    }

    fn check_named(name: &str, text: &[u8], expected: Option<(Format, bool)>) {
        let reader = Box::new(std::io::Cursor::new(text.to_vec()));
        let mut window = Window::new(name.into(), reader, None);
        let found = detect(&mut window, &ReadOptions::default()).unwrap();
        let found = found.map(|detected| (detected.format, detected.is_one_line));
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn content_tells_the_format() {
        check(b"", None);
        check(b"\xef\xbb\xbf \r\n\t", None);
        check(b"{\"a\":1}", Some((Format::Document, true)));
        check(b"\n\n{\"a\":1}\n\n", Some((Format::Document, true)));
        check(b"{\n\"a\":1}\n", Some((Format::Document, false)));
        check(b"{\"a\":1}\r\n\r\n{\"a\":2}", Some((Format::JsonLines, false)));
        check(b"{\"a\":\"}\\\"{\"}\n1", Some((Format::JsonLines, false)));
        check(b"[1]\n[2]", Some((Format::JsonLines, false)));
        check(b"[1]\n", Some((Format::Array, true)));
        check(b"[\n1]", Some((Format::Array, false)));
        check(b"\xef\xbb\xbf[", Some((Format::Array, true)));
        check(b"3", Some((Format::Document, true)));
        check(b"not json\n{}", Some((Format::JsonLines, false)));
    }

    /// A name speaks only where the content leaves the question open.
    #[test]
    fn a_name_decides_about_one_line() {
        for name in ["a.jsonl", "b/A.NDJSON", "a.jsonl.gz", "a.ndjson.zst"] {
            check_named(name, b"{\"a\":1}\n", Some((Format::JsonLines, true)));
        }
        for name in ["a.json", "jsonl", "a.jsonl.bak", "-"] {
            check_named(name, b"{\"a\":1}\n", Some((Format::Document, true)));
        }
        check_named("a.jsonl", b"[1]", Some((Format::JsonLines, true)));
        check_named("a.jsonl", b"{\n\"a\":1}\n", Some((Format::Document, false)));
    }

    #[test]
    fn a_long_first_line_is_read_to_its_end() {
        let mut text = format!("[\"{}\"]\n[2]", "x".repeat(3 * FIRST_LOOK)).into_bytes();
        check(&text, Some((Format::JsonLines, false)));
        text.truncate(text.len() - 3);
        check(&text, Some((Format::Array, true)));
    }

    #[test]
    fn what_is_not_text_is_named() {
        let check = |bytes: &[u8], what: &str, offset: u64| {
            let error = Input::from_bytes("test", bytes.to_vec(), &ReadOptions::default()).unwrap_err();
            assert_eq!(error.code(), "io/binary");
            assert!(error.to_string().contains(what), "{error}");
            assert_eq!(error.place.offset_bytes, Some(offset));
        };
        check(b"\xff\xfe{\0}\0", "UTF-16", 0);
        check(b"{\0}\0", "UTF-16", 0);
        check(b"PK\x03\x04", "zip", 0);
        check(b"\x89PNG\r\n", "binary", 0);
        check(b"SQLite format 3\0", "binary", 15);
    }
}
