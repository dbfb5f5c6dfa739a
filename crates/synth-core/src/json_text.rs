//! JSON that is written again and again: keys and literals.

use crate::Scalar;

/// Texts of at most so many bytes are copied as a block of this size, which needs no call.
const BLOCK: usize = 32;

/// A piece of JSON text, ready to be copied behind others.
///
/// # Example
///
/// ```
/// use synth_core::{JsonText, Scalar};
/// let mut out = b"{".to_vec();
/// JsonText::key("a\"b").append_first(&mut out);
/// JsonText::literal(Scalar::Bool(true)).append(&mut out);
/// JsonText::key("c").append(&mut out);
/// assert_eq!(out, br#"{"a\"b":true,"c":"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonText {
    text: Box<[u8]>,
    block: [u8; BLOCK],
}

impl JsonText {
    /// Returns the text of a key with the comma before it and the colon behind it.
    #[must_use]
    pub fn key(key: &str) -> Self {
        let mut text = vec![b','];
        push_string(key, &mut text);
        text.push(b':');
        Self::new(text)
    }

    /// Returns the text of a value.
    #[must_use]
    pub fn literal(scalar: Scalar<'_>) -> Self {
        let mut text = Vec::new();
        match scalar {
            Scalar::Null => text.extend_from_slice(b"null"),
            Scalar::Bool(flag) => text.extend_from_slice(if flag { b"true" } else { b"false" }),
            Scalar::Number(number) => text.extend_from_slice(number.as_str().as_bytes()),
            Scalar::String(string) => push_string(string, &mut text),
        }
        Self::new(text)
    }

    fn new(text: Vec<u8>) -> Self {
        let mut block = [0; BLOCK];
        block.iter_mut().zip(&text).for_each(|(to, from)| *to = *from);
        Self { text: text.into(), block }
    }

    /// Appends the whole text.
    #[inline]
    pub fn append(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.text.len();
        if self.text.len() <= BLOCK {
            out.extend_from_slice(&self.block);
            out.truncate(end);
        } else {
            out.extend_from_slice(&self.text);
        }
    }

    /// Appends the text without its first byte, the comma of a key.
    #[inline]
    pub fn append_first(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.text.get(1..).unwrap_or_default());
    }
}

/// Appends a string in quotes, with the escapes that JSON demands and no others.
fn push_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | 0..=0x1f => push_escape(byte, out),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Appends the escape of a quote, a backslash or a control character.
pub fn push_escape(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        other => {
            let (high, low) = (HEX[usize::from(other >> 4)], HEX[usize::from(other & 15)]);
            return out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches texts whose end is lost, or whose block is longer than they are.
    #[test]
    fn texts_of_every_length_are_whole() {
        for n in 0..80 {
            let string = "x".repeat(n);
            let mut out = b"before".to_vec();
            JsonText::literal(Scalar::String(&string)).append(&mut out);
            assert_eq!(out, format!("before\"{string}\"").as_bytes());
        }
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        JsonText::literal(Scalar::String("a\u{1}\n\"é\\")).append(&mut out);
        assert_eq!(out, "\"a\\u0001\\n\\\"é\\\\\"".as_bytes());
    }
}
