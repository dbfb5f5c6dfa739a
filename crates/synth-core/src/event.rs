//! The tokens of a JSON text and who receives them.

use crate::{JsonText, Scalar};

/// One token of a JSON text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// `{`
    ObjectStart,
    /// The key of the member whose value follows, escapes resolved.
    Key(&'a str),
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// A value without parts.
    Scalar(Scalar<'a>),
}

/// Receives the tokens of JSON values, in order.
pub trait EventSink {
    /// Why the sink may refuse a token.
    type Error;

    /// Takes one token that starts `offset` bytes into the input.
    ///
    /// # Errors
    ///
    /// Whatever the sink cannot accept; the sender stops at the first error.
    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Self::Error>;

    /// Takes a key of generated data, with its JSON text: the same as [`Event::Key`].
    ///
    /// # Errors
    ///
    /// As [`event`](Self::event).
    #[inline]
    fn key(&mut self, key: &str, text: &JsonText) -> Result<(), Self::Error> {
        let _ = text;
        self.event(Event::Key(key), 0)
    }

    /// Takes a value of generated data, with its JSON text: the same as [`Event::Scalar`].
    ///
    /// # Errors
    ///
    /// As [`event`](Self::event).
    #[inline]
    fn literal(&mut self, scalar: Scalar<'_>, text: &JsonText) -> Result<(), Self::Error> {
        let _ = text;
        self.event(Event::Scalar(scalar), 0)
    }
}

/// What a reader knows of a record before its first token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordStart {
    /// XXH3 of the record's bytes as they stand in the input.
    pub content_hash: u64,
    /// Length of those bytes.
    pub n_bytes: u64,
}

/// Where a record stands in the input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPosition {
    /// Number of the source, counted from 0.
    pub source: u32,
    /// Number of the record in its source, counted from 0; bad records count too.
    pub record: u64,
}

/// Receives whole records: between `begin_record` and `end_record` come the tokens of exactly one value.
pub trait RecordSink: EventSink {
    /// Announces a record; its tokens follow.
    fn begin_record(&mut self, start: RecordStart);

    /// Announces a record and where it stands; sinks that do not care take it as any other.
    fn begin_record_at(&mut self, start: RecordStart, position: RecordPosition) {
        let _ = position;
        self.begin_record(start);
    }

    /// Closes the record.
    fn end_record(&mut self);
}

impl<S: EventSink + ?Sized> EventSink for &mut S {
    type Error = S::Error;

    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Self::Error> {
        (**self).event(event, offset)
    }

    fn key(&mut self, key: &str, text: &JsonText) -> Result<(), Self::Error> {
        (**self).key(key, text)
    }

    fn literal(&mut self, scalar: Scalar<'_>, text: &JsonText) -> Result<(), Self::Error> {
        (**self).literal(scalar, text)
    }
}
