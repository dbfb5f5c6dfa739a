//! The flat list of tokens between scanning and replay.

use synth_core::{Event, Number, Scalar};

/// What a token is; strings with escapes live in the tape's own text, all others in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Key,
    EscapedKey,
    String,
    EscapedString,
    Number,
    True,
    False,
    Null,
    /// The key of a member that a later one replaces; `at` is the tape index behind the member.
    LeftOutKey,
    /// The same for a key with escapes.
    LeftOutEscapedKey,
}

/// One token: where it starts in the record, and the range of its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: u32,
    start: u32,
    end: u32,
}

/// Tokens of one record, or of one block of a streamed document; 16 bytes each.
#[derive(Debug, Default)]
pub(super) struct Tape {
    tokens: Vec<Token>,
    escaped: String,
}

/// Beyond this many tokens the memory of a record is given back after it.
const KEPT_TOKENS: usize = 1 << 20;
/// Beyond this many bytes the memory of a record's escaped strings is given back after it.
const KEPT_TEXT: usize = 1 << 24;

impl Tape {
    pub(super) fn clear(&mut self) {
        self.tokens.clear();
        self.tokens.shrink_to(KEPT_TOKENS);
        self.escaped.clear();
        self.escaped.shrink_to(KEPT_TEXT);
    }

    pub(super) fn len(&self) -> u32 {
        narrow(self.tokens.len())
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Adds a token whose text is `start..end` of the record; it starts at `at`.
    #[inline]
    pub(super) fn push(&mut self, kind: Kind, at: usize, (start, end): (usize, usize)) {
        self.tokens.push(Token { kind, at: narrow(at), start: narrow(start), end: narrow(end) });
    }

    /// Adds a token whose text is everything behind `start` in the escaped text.
    pub(super) fn push_escaped(&mut self, kind: Kind, at: usize, start: usize) {
        self.push(kind, at, (start, self.escaped.len()));
    }

    /// Gives access to the text of strings with escapes while one is being read.
    pub(super) fn escaped_mut(&mut self) -> &mut String {
        &mut self.escaped
    }

    /// Returns the text of a token.
    #[inline]
    pub(super) fn text<'a>(&'a self, token: Token, record: &'a str) -> &'a str {
        let range = token.start as usize..token.end as usize;
        match token.kind {
            Kind::EscapedKey | Kind::EscapedString | Kind::LeftOutEscapedKey => &self.escaped[range],
            _ => &record[range],
        }
    }

    /// Returns the text of the key that is token `token`.
    pub(super) fn key<'a>(&'a self, token: u32, record: &'a str) -> &'a str {
        self.text(self.tokens[token as usize], record)
    }

    /// Returns where token `token` starts.
    pub(super) fn offset(&self, token: u32) -> u64 {
        self.tokens[token as usize].at.into()
    }

    /// Leaves out the member whose key is token `key` and whose successor is token `next`.
    pub(super) fn leave_out(&mut self, key: u32, next: u32) {
        let token = &mut self.tokens[key as usize];
        token.kind = match token.kind {
            Kind::EscapedKey => Kind::LeftOutEscapedKey,
            _ => Kind::LeftOutKey,
        };
        token.at = next;
    }

    /// Returns the event of a token; `None` for a member that is left out.
    #[inline]
    pub(super) fn event<'a>(&'a self, token: Token, record: &'a str) -> Option<Event<'a>> {
        Some(match token.kind {
            Kind::ObjectStart => Event::ObjectStart,
            Kind::ObjectEnd => Event::ObjectEnd,
            Kind::ArrayStart => Event::ArrayStart,
            Kind::ArrayEnd => Event::ArrayEnd,
            Kind::Key | Kind::EscapedKey => Event::Key(self.text(token, record)),
            Kind::String | Kind::EscapedString => Event::Scalar(Scalar::String(self.text(token, record))),
            Kind::Number => Event::Scalar(Scalar::Number(Number::from_literal(self.text(token, record)))),
            Kind::True => Event::Scalar(Scalar::Bool(true)),
            Kind::False => Event::Scalar(Scalar::Bool(false)),
            Kind::Null => Event::Scalar(Scalar::Null),
            Kind::LeftOutKey | Kind::LeftOutEscapedKey => return None,
        })
    }
}

/// Offsets fit: the scanner refuses texts of 4 GiB and more, and every token takes a byte of one.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the scanner refuses longer texts")]
fn narrow(offset: usize) -> u32 {
    offset as u32
}
