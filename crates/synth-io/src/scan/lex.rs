//! The lexical part of the grammar: strings, numbers and literals in a byte slice.

use crate::Fault;

/// Why a token is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end before the token does.
    End,
    /// The token is wrong at this byte.
    Fault(Fault, usize),
}

/// What ends a run of plain characters in a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunEnd {
    Quote,
    Backslash,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Tells whether a byte is white space in JSON; a form feed is not.
#[inline]
pub(crate) fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Returns the first byte at or behind `at` that is not white space.
#[inline]
pub(crate) fn skip_whitespace(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| is_whitespace(*byte)) {
        at += 1;
    }
    at
}

/// Returns the range of `bytes` without the white space around it; an empty one at the end if there is no more.
pub(crate) fn trim(bytes: &[u8]) -> (usize, usize) {
    let start = skip_whitespace(bytes, 0);
    let end = bytes.iter().rposition(|byte| !is_whitespace(*byte)).map_or(start, |last| last + 1);
    (start, end)
}

/// Returns where the run of plain characters from `at` on ends, and how.
#[inline]
pub(super) fn string_run(bytes: &[u8], at: usize) -> Result<(usize, RunEnd), Stop> {
    let end = find_special(bytes, at);
    match bytes.get(end) {
        Some(b'"') => Ok((end, RunEnd::Quote)),
        Some(b'\\') => Ok((end, RunEnd::Backslash)),
        Some(_) => Err(Stop::Fault(Fault::ControlCharacter, end)),
        None => Err(Stop::End),
    }
}

/// Returns the first quote, backslash or control character, or the length: eight bytes at a time.
///
/// A subtraction borrows only upwards, so the lowest marked byte is always a true hit.
#[inline]
pub(crate) fn find_special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * b'"' as u64);
        let slash = word ^ (ONES * b'\\' as u64);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let quote = quote.wrapping_sub(ONES) & !quote;
        let slash = slash.wrapping_sub(ONES) & !slash;
        let hits = (control | quote | slash) & HIGHS;
        if hits != 0 {
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\\' | 0..0x20) {
            break;
        }
        at += 1;
    }
    at
}

/// An escape that was read: what it stands for and where it ends.
pub(super) struct Escape {
    pub(super) character: char,
    pub(super) end: usize,
    /// A surrogate without its partner, replaced by U+FFFD.
    pub(super) is_lone: bool,
}

/// Reads the escape whose backslash is at `at`.
pub(super) fn escape(bytes: &[u8], at: usize) -> Result<Escape, Stop> {
    let character = match bytes.get(at + 1) {
        None => return Err(Stop::End),
        Some(b'u') => return unicode_escape(bytes, at),
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(_) => return Err(Stop::Fault(Fault::BadEscape, at)),
    };
    Ok(Escape { character, end: at + 2, is_lone: false })
}

fn unicode_escape(bytes: &[u8], at: usize) -> Result<Escape, Stop> {
    let first = hex4(bytes, at)?;
    let single = |character, is_lone| Ok(Escape { character, end: at + 6, is_lone });
    if let Some(character) = char::from_u32(first) {
        return single(character, false);
    }
    if first >= 0xdc00 {
        return single(char::REPLACEMENT_CHARACTER, true);
    }
    match bytes.get(at + 6..at + 8) {
        Some(b"\\u") => {}
        None if bytes.get(at + 6).is_none_or(|byte| *byte == b'\\') => return Err(Stop::End),
        _ => return single(char::REPLACEMENT_CHARACTER, true),
    }
    let second = hex4(bytes, at + 6)?;
    if !(0xdc00..0xe000).contains(&second) {
        return single(char::REPLACEMENT_CHARACTER, true);
    }
    let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    Ok(Escape { character, end: at + 12, is_lone: false })
}

/// Reads the four hexadecimal digits of the `\u` at `at`.
fn hex4(bytes: &[u8], at: usize) -> Result<u32, Stop> {
    let mut code = 0;
    for index in at + 2..at + 6 {
        let byte = *bytes.get(index).ok_or(Stop::End)?;
        let digit = char::from(byte).to_digit(16).ok_or(Stop::Fault(Fault::BadEscape, at))?;
        code = code << 4 | digit;
    }
    Ok(code)
}

/// A number that was read: where it ends, and whether its size must be looked at.
pub(super) struct NumberEnd {
    pub(super) end: usize,
    pub(super) may_overflow: bool,
}

/// Digits before which no exponent-free number can be beyond `f64`.
const SAFE_DIGITS: usize = 300;

/// Reads the number that starts at `at`; it ends before the first byte that cannot belong to it.
#[inline]
pub(super) fn number(bytes: &[u8], start: usize) -> Result<NumberEnd, Stop> {
    let mut at = start + usize::from(bytes[start] == b'-');
    at = match bytes.get(at) {
        Some(b'0') if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
            return Err(Stop::Fault(Fault::LeadingZero, at));
        }
        _ => digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    let has_exponent = matches!(bytes.get(at), Some(b'e' | b'E'));
    if has_exponent {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(bytes, at)?;
    }
    Ok(NumberEnd { end: at, may_overflow: has_exponent || at - start > SAFE_DIGITS })
}

/// Skips one or more digits.
#[inline]
fn digits(bytes: &[u8], start: usize) -> Result<usize, Stop> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    match bytes.get(at) {
        _ if at > start => Ok(at),
        None => Err(Stop::End),
        Some(_) => Err(Stop::Fault(Fault::BadNumber, at)),
    }
}

/// Checks that `word` stands at `at`; returns its end.
#[inline]
pub(super) fn literal<const N: usize>(bytes: &[u8], at: usize, word: &[u8; N]) -> Result<usize, Stop> {
    let rest = bytes.get(at..).unwrap_or_default();
    if rest.first_chunk::<N>() == Some(word) {
        return Ok(at + N);
    }
    match word.iter().zip(rest).position(|(wanted, byte)| wanted != byte) {
        Some(matching) => Err(Stop::Fault(Fault::BadLiteral, at + matching)),
        None => Err(Stop::End),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_bytes_are_found_at_every_position() {
        for special in [b'"', b'\\', 0, 0x1f] {
            for at in 0..40 {
                let mut bytes = [b"a!\x7f\xff\x20\x80~]".as_slice(); 5].concat();
                bytes[at] = special;
                assert_eq!(find_special(&bytes, 0), at);
            }
        }
        assert_eq!(find_special(&[0xff; 19], 2), 19);
    }

    fn check_number(text: &str, expected: Result<usize, Stop>) {
        assert_eq!(number(text.as_bytes(), 0).map(|number| number.end), expected, "{text}");
    }

    #[test]
    fn numbers_follow_the_grammar() {
        check_number("0,", Ok(1));
        check_number("-1.50e+7]", Ok(8));
        check_number("01", Err(Stop::Fault(Fault::LeadingZero, 0)));
        check_number("-", Err(Stop::End));
        check_number("1.", Err(Stop::End));
        check_number("1.e", Err(Stop::Fault(Fault::BadNumber, 2)));
        check_number("-a", Err(Stop::Fault(Fault::BadNumber, 1)));
        check_number("1e+", Err(Stop::End));
    }

    #[test]
    fn surrogates_pair_up_or_stand_alone() {
        let check = |text: &str, character, end, is_lone| {
            let escape = escape(text.as_bytes(), 0).ok().unwrap();
            assert_eq!((escape.character, escape.end, escape.is_lone), (character, end, is_lone), "{text}");
        };
        check(r"\ud83d\ude00x", '😀', 12, false);
        check(r"\ud83dx", '\u{fffd}', 6, true);
        check("\\ud83d\"", '\u{fffd}', 6, true);
        check(r"\ud83d\n", '\u{fffd}', 6, true);
        check(r"\ud83d\u0041", '\u{fffd}', 6, true);
        check(r"\ude00\ud83d", '\u{fffd}', 6, true);
        assert!(matches!(escape(br"\ud83d\u00", 0), Err(Stop::End)));
        assert!(matches!(escape(br"\u00g0", 0), Err(Stop::Fault(Fault::BadEscape, 0))));
    }
}
