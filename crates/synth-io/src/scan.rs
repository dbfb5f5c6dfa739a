//! The strict scanner: RFC 8259 exactly, from bytes to a reusable tape, and from there to events.
//!
//! A record is scanned to its last byte before the first event leaves, so a bad record leaves no trace.
//! In two points the scanner is more lenient than other readers, and reports each as a [`Note`]: an escaped
//! surrogate without its partner becomes U+FFFD, and numbers beyond `f64` pass as text. Of members with the
//! same key in one object the last is kept, at its own position, and the earlier ones are left out.

mod keys;
mod lex;
mod stream;
mod tape;
mod track;

use synth_core::{EventSink, JsonPath};

use crate::Fault;
use keys::{Object, OpenKeys, Replaced};
use lex::{RunEnd, Stop};
use tape::{Kind, Tape};
use track::Track;

pub(crate) use lex::{find_special, is_whitespace, skip_whitespace, trim};
pub(crate) use stream::StreamScanner;

/// Scans records; holds the memory that is reused from one to the next.
///
/// # Cost
///
/// O(n) time for n bytes. Memory: 16 bytes for each token of the largest record, 28 for each key of its open
/// objects, 8 for each open array or object, and the text of its strings with escapes. Nothing is allocated
/// in steady state.
///
/// # Example
///
/// ```
/// use synth_io::{JsonWriter, Scanner};
/// let mut scanner = Scanner::new(512);
/// let mut writer = JsonWriter::default();
/// let scanned = scanner.scan(br#" {"a": [1.0, null]} "#)?;
/// scanned.replay(&mut writer, 0)?;
/// assert_eq!(writer.as_bytes(), br#"{"a":[1.0,null]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Scanner {
    max_depth: usize,
    replaced: Replaced,
    tape: Tape,
    open: Vec<Frame>,
    keys: OpenKeys,
    notes: Vec<RawNote>,
    /// Bytes before the text that is being scanned; 0 but for streams.
    base: u64,
}

/// An open array, or an open object with the number of its first key among the open keys.
#[derive(Debug, Clone, Copy)]
enum Frame {
    Array,
    Object { first_key: u32 },
}

/// What the grammar allows next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Value,
    FirstElement,
    FirstKey,
    NextKey,
    Colon,
    Behind,
    Done,
}

/// A record that was scanned to its end and is good.
#[derive(Debug)]
pub struct Scanned<'a> {
    record: &'a str,
    scanner: &'a Scanner,
}

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {offset_bytes}")]
pub struct ScanError {
    /// The rule it breaks.
    pub fault: Fault,
    /// Bytes of the record before the place where it breaks it.
    pub offset_bytes: u64,
    /// The value at that place.
    pub path: JsonPath,
}

/// Something odd in a good record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub kind: NoteKind,
    /// Bytes of the record before it.
    pub offset_bytes: u64,
    /// The value; without it when the same kind was noted often before in this record.
    pub path: Option<JsonPath>,
}

/// The oddities that are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteKind {
    /// A key that an object had already; the later member replaces the earlier one.
    DuplicateKey,
    /// An escaped surrogate without its partner, replaced by U+FFFD.
    LoneSurrogate,
    /// A number that no `f64` can hold, kept as text.
    NumberBeyondF64,
}

/// A note before its path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RawNote {
    kind: NoteKind,
    at: u64,
    /// The path is that of the value behind this many tokens.
    n_tokens: u32,
}

/// A fault before its path is known.
#[derive(Debug, Clone, Copy)]
struct RawFault {
    fault: Fault,
    at: usize,
    state: State,
}

/// Paths are found for this many notes of a kind in one record; the findings keep no more.
const MAX_NOTE_PATHS: usize = 20;

impl NoteKind {
    /// Returns the stable code of the finding.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::DuplicateKey => "io/duplicate-key",
            Self::LoneSurrogate => "io/lone-surrogate",
            Self::NumberBeyondF64 => "io/number-beyond-f64",
        }
    }

    /// Returns the message of the finding.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::DuplicateKey => "this key occurs more than once in one object; the last member counts",
            Self::LoneSurrogate => "an escaped surrogate without its partner; read as U+FFFD",
            Self::NumberBeyondF64 => "a number beyond the range of 64-bit floating point",
        }
    }
}

impl Scanner {
    /// Makes a scanner that refuses more than `max_depth` arrays and objects within each other.
    #[must_use]
    pub fn new(max_depth: usize) -> Self {
        Self {
            max_depth,
            replaced: Replaced::LeftOut,
            tape: Tape::default(),
            open: Vec::new(),
            keys: OpenKeys::default(),
            notes: Vec::new(),
            base: 0,
        }
    }

    /// Scans one JSON text, white space around it included.
    ///
    /// # Errors
    ///
    /// [`ScanError`] at the first byte that breaks the grammar, the encoding or the depth limit.
    pub fn scan<'a>(&'a mut self, record: &'a [u8]) -> Result<Scanned<'a>, ScanError> {
        self.clear();
        let (text, result) = self.advance_bytes(record, State::Value, Reach::Whole);
        match result {
            Ok(_) => {
                self.notes.sort_unstable_by_key(|note| (note.at, note.kind));
                Ok(Scanned { record: text, scanner: self })
            }
            Err(raw) => Err(self.locate(raw, text, Track::default())),
        }
    }

    /// Looks for what is wrong with the first part of a text whose rest is not there.
    pub(crate) fn scan_open(&mut self, part: &[u8]) -> Result<(), ScanError> {
        self.clear();
        let (text, result) = self.advance_bytes(part, State::Value, Reach::Part);
        result.map(|_| ()).map_err(|raw| self.locate(raw, text, Track::default()))
    }

    fn clear(&mut self) {
        self.tape.clear();
        self.open.clear();
        self.keys.clear();
        self.notes.clear();
        self.base = 0;
    }

    /// Forgets the tokens of a block, but not what is still open.
    fn flush(&mut self) {
        self.keys.flush(&self.tape, self.base);
        self.tape.clear();
        self.notes.clear();
    }

    /// Finds the path of a fault; the tokens on the tape come behind those that `track` followed.
    #[cold]
    fn locate(&self, raw: RawFault, record: &str, mut track: Track) -> ScanError {
        track.follow(&self.tape, record, 0..self.tape.tokens().len());
        let path = match raw.state {
            State::Value | State::FirstElement => track.next_path(),
            State::FirstKey | State::NextKey => track.object_path(),
            _ => track.path(),
        };
        ScanError { fault: raw.fault, offset_bytes: self.base + raw.at as u64, path }
    }

    /// Finds the paths of the notes; the tokens on the tape come behind those that `track` followed.
    fn collect_notes(&self, record: &str, track: impl Fn() -> Track) -> Vec<Note> {
        let mut n_of_kind = [0_usize; 3];
        let note = |raw: &RawNote| {
            let n_before = &mut n_of_kind[raw.kind as usize];
            *n_before += 1;
            let path = (*n_before <= MAX_NOTE_PATHS).then(|| {
                let mut track = track();
                track.follow(&self.tape, record, 0..raw.n_tokens as usize);
                track.path()
            });
            Note { kind: raw.kind, offset_bytes: raw.at, path }
        };
        self.notes.iter().map(note).collect()
    }
}

impl<'a> Scanned<'a> {
    /// Sends the record's events to `sink`; `base` is added to every offset.
    ///
    /// # Errors
    ///
    /// The first error of the sink.
    #[inline]
    pub fn replay<S: EventSink>(&self, sink: &mut S, base: u64) -> Result<(), S::Error> {
        replay(&self.scanner.tape, self.record, sink, base)
    }

    /// Returns what is odd in the record, in order.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        if self.scanner.notes.is_empty() {
            return Vec::new();
        }
        self.scanner.collect_notes(self.record, Track::default)
    }

    /// Returns the record's text.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.record
    }
}

#[inline]
fn replay<S: EventSink>(tape: &Tape, record: &str, sink: &mut S, base: u64) -> Result<(), S::Error> {
    let tokens = tape.tokens();
    let mut index = 0;
    while let Some(&token) = tokens.get(index) {
        match tape.event(token, record) {
            Some(event) => {
                sink.event(event, base + u64::from(token.at))?;
                index += 1;
            }
            None => index = token.at as usize,
        }
    }
    Ok(())
}

/// Splits bytes into valid UTF-8 and whether what is behind it is wrong; a character cut by the end is not.
fn decode(bytes: &[u8], reach: Reach) -> (&str, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) => {
            let is_bad = reach == Reach::Whole || error.error_len().is_some();
            (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(), is_bad)
        }
    }
}

/// Whether the text ends where the bytes do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing comes behind the bytes.
    Whole,
    /// More bytes may come; a token that touches the end is not taken yet.
    Part,
}

/// One run over a text.
struct Run<'s, 't> {
    scanner: &'s mut Scanner,
    text: &'t str,
    at: usize,
    reach: Reach,
}

/// The state behind the last whole token, and where that ends.
type Taken = (State, usize);

impl Scanner {
    /// Scans bytes up to the first that are not UTF-8; returns their text too.
    fn advance_bytes<'t>(
        &mut self,
        bytes: &'t [u8],
        state: State,
        reach: Reach,
    ) -> (&'t str, Result<Taken, RawFault>) {
        let (text, is_bad) = decode(bytes, reach);
        if !is_bad {
            return (text, self.advance(text, state, reach));
        }
        // What is wrong with the text before the bad bytes comes first.
        let bad_utf8 = |state| Err(RawFault { fault: Fault::BadUtf8, at: text.len(), state });
        let result = match self.advance(text, state, Reach::Whole) {
            Ok((state, _)) => bad_utf8(state),
            Err(raw) if raw.fault == Fault::UnexpectedEnd => bad_utf8(raw.state),
            Err(raw) => Err(raw),
        };
        (text, result)
    }

    /// Scans `text` from `state` on; returns how far it came.
    fn advance(&mut self, text: &str, state: State, reach: Reach) -> Result<Taken, RawFault> {
        if u32::try_from(text.len()).is_err() {
            return Err(RawFault { fault: Fault::TooLong, at: 0, state });
        }
        let mut run = Run { scanner: self, text, at: 0, reach };
        let mut state = state;
        loop {
            match run.step(state) {
                Ok(next) => state = next,
                Err(Stop::Fault(fault, at)) => return Err(RawFault { fault, at, state }),
                Err(Stop::End) if reach == Reach::Part || state == State::Done => return Ok((state, run.at)),
                Err(Stop::End) => {
                    return Err(RawFault { fault: Fault::UnexpectedEnd, at: text.len(), state });
                }
            }
        }
    }
}

impl Run<'_, '_> {
    /// Takes one token, or one key with its colon.
    #[inline(always)]
    fn step(&mut self, state: State) -> Result<State, Stop> {
        self.at = lex::skip_whitespace(self.text.as_bytes(), self.at);
        let byte = *self.text.as_bytes().get(self.at).ok_or(Stop::End)?;
        match (state, byte) {
            (State::Behind, _) => self.behind(byte),
            (State::FirstKey, b'}') => Ok(self.close_object()),
            (State::FirstKey | State::NextKey, b'"') => self.key(),
            (State::NextKey, b'}') => Err(self.fault(Fault::TrailingComma)),
            (State::FirstKey | State::NextKey, _) => Err(self.fault(Fault::ExpectedKey)),
            (State::Colon, b':') => Ok(self.pass(State::Value)),
            (State::Colon, _) => Err(self.fault(Fault::ExpectedColon)),
            (State::FirstElement, b']') => Ok(self.close_array()),
            (State::Value | State::FirstElement, _) => self.value(byte),
            (State::Done, _) => Err(self.fault(Fault::TrailingText)),
        }
    }

    fn fault(&self, fault: Fault) -> Stop {
        Stop::Fault(fault, self.at)
    }

    /// Steps over one byte of punctuation.
    fn pass(&mut self, next: State) -> State {
        self.at += 1;
        next
    }

    /// Returns the state behind a whole value.
    #[inline(always)]
    fn after_value(&self) -> State {
        if self.scanner.open.is_empty() { State::Done } else { State::Behind }
    }

    #[inline(always)]
    fn value(&mut self, byte: u8) -> Result<State, Stop> {
        match byte {
            b'"' => _ = self.string(Kind::String, Kind::EscapedString)?,
            b'-' | b'0'..=b'9' => self.number()?,
            b'{' => return self.open(Kind::ObjectStart, State::FirstKey),
            b'[' => return self.open(Kind::ArrayStart, State::FirstElement),
            b't' => self.literal(b"true", Kind::True)?,
            b'f' => self.literal(b"false", Kind::False)?,
            b'n' => self.literal(b"null", Kind::Null)?,
            b']' if matches!(self.scanner.open.last(), Some(Frame::Array)) => {
                return Err(self.fault(Fault::TrailingComma));
            }
            _ => return Err(self.fault(Fault::ExpectedValue)),
        }
        Ok(self.after_value())
    }

    #[inline(always)]
    fn behind(&mut self, byte: u8) -> Result<State, Stop> {
        match (self.scanner.open.last(), byte) {
            (Some(Frame::Object { .. }), b',') => Ok(self.pass(State::NextKey)),
            (Some(Frame::Object { .. }), b'}') => Ok(self.close_object()),
            (Some(Frame::Object { .. }), _) => Err(self.fault(Fault::ExpectedObjectEnd)),
            (Some(Frame::Array), b',') => Ok(self.pass(State::Value)),
            (Some(Frame::Array), b']') => Ok(self.close_array()),
            (Some(Frame::Array), _) => Err(self.fault(Fault::ExpectedArrayEnd)),
            (None, _) => Err(self.fault(Fault::TrailingText)),
        }
    }

    fn open(&mut self, kind: Kind, next: State) -> Result<State, Stop> {
        let scanner = &mut *self.scanner;
        if scanner.open.len() >= scanner.max_depth {
            return Err(self.fault(Fault::TooDeep));
        }
        scanner.open.push(match kind {
            Kind::ObjectStart => Frame::Object { first_key: synth_core::cast::to_u32(scanner.keys.len()) },
            _ => Frame::Array,
        });
        self.punctuation(kind);
        Ok(next)
    }

    fn close_array(&mut self) -> State {
        self.punctuation(Kind::ArrayEnd);
        self.scanner.open.pop();
        self.after_value()
    }

    fn close_object(&mut self) -> State {
        self.punctuation(Kind::ObjectEnd);
        let Scanner { open, keys, tape, notes, replaced, base, .. } = &mut *self.scanner;
        if let Some(Frame::Object { first_key }) = open.pop() {
            let n_tokens = tape.len();
            let kind = NoteKind::DuplicateKey;
            let object = Object { tape, record: self.text, base: *base, replaced: *replaced };
            keys.close(first_key as usize, object, |repeat| {
                let n_tokens = repeat.token.map_or(n_tokens, |token| token + 1);
                notes.push(RawNote { kind, at: repeat.at, n_tokens });
            });
        }
        self.after_value()
    }

    /// Takes a one-byte token.
    #[inline]
    fn punctuation(&mut self, kind: Kind) {
        self.scanner.tape.push(kind, self.at, (self.at, self.at + 1));
        self.at += 1;
    }

    #[inline(always)]
    fn key(&mut self) -> Result<State, Stop> {
        let start = self.at + 1;
        let is_plain = self.string(Kind::Key, Kind::EscapedKey)?;
        let Scanner { tape, keys, replaced, .. } = &mut *self.scanner;
        let token = tape.len() - 1;
        // The closing quote was just taken, so the key ends one byte before.
        let plain = &self.text.as_bytes()[start..self.at - 1];
        keys.push(if is_plain { plain } else { tape.key(token, self.text).as_bytes() }, token, *replaced);
        if self.text.as_bytes().get(self.at) == Some(&b':') {
            return Ok(self.pass(State::Value));
        }
        Ok(State::Colon)
    }

    /// Takes a string; tells whether it has no escapes.
    #[inline(always)]
    fn string(&mut self, plain: Kind, escaped: Kind) -> Result<bool, Stop> {
        let start = self.at + 1;
        match lex::string_run(self.text.as_bytes(), start)? {
            (end, RunEnd::Quote) => {
                self.scanner.tape.push(plain, self.at, (start, end));
                self.at = end + 1;
                Ok(true)
            }
            (end, RunEnd::Backslash) => self.escaped_string(escaped, end).map(|()| false),
        }
    }

    /// Reads a string whose first backslash is at `backslash`.
    fn escaped_string(&mut self, kind: Kind, backslash: usize) -> Result<(), Stop> {
        let start = self.scanner.tape.escaped_mut().len();
        let n_notes = self.scanner.notes.len();
        match self.unescape(backslash) {
            Ok(end) => {
                self.scanner.tape.push_escaped(kind, self.at, start);
                self.at = end;
                Ok(())
            }
            Err(stop) => {
                self.scanner.tape.escaped_mut().truncate(start);
                self.scanner.notes.truncate(n_notes);
                Err(stop)
            }
        }
    }

    /// Appends the string that starts at `self.at` to the escaped text; returns where it ends.
    fn unescape(&mut self, backslash: usize) -> Result<usize, Stop> {
        let (text, bytes) = (self.text, self.text.as_bytes());
        let mut from = self.at + 1;
        let mut run = (backslash, RunEnd::Backslash);
        loop {
            let (end, how) = run;
            self.scanner.tape.escaped_mut().push_str(&text[from..end]);
            if how == RunEnd::Quote {
                return Ok(end + 1);
            }
            let escape = lex::escape(bytes, end)?;
            self.scanner.tape.escaped_mut().push(escape.character);
            if escape.is_lone {
                self.note(NoteKind::LoneSurrogate, end);
            }
            from = escape.end;
            run = lex::string_run(bytes, from)?;
        }
    }

    /// Notes something about the token that is pushed next.
    fn note(&mut self, kind: NoteKind, at: usize) {
        let note = RawNote { kind, at: self.scanner.base + at as u64, n_tokens: self.scanner.tape.len() + 1 };
        self.scanner.notes.push(note);
    }

    #[inline(always)]
    fn number(&mut self) -> Result<(), Stop> {
        let number = lex::number(self.text.as_bytes(), self.at)?;
        if number.end == self.text.len() && self.reach == Reach::Part {
            return Err(Stop::End);
        }
        let is_infinite =
            || self.text[self.at..number.end].parse::<f64>().is_ok_and(|value| value.is_infinite());
        if number.may_overflow && is_infinite() {
            self.note(NoteKind::NumberBeyondF64, self.at);
        }
        self.scanner.tape.push(Kind::Number, self.at, (self.at, number.end));
        self.at = number.end;
        Ok(())
    }

    #[inline]
    fn literal<const N: usize>(&mut self, word: &[u8; N], kind: Kind) -> Result<(), Stop> {
        let end = lex::literal(self.text.as_bytes(), self.at, word)?;
        self.scanner.tape.push(kind, self.at, (self.at, end));
        self.at = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
