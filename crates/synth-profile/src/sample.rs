//! A bounded sample of whole records that does not depend on their order.

mod stored;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use synth_core::{Event, EventSink, Number, RecordStart, Scalar, cast};

/// Most records in a sample.
pub const MAX_RECORDS: usize = 50_000;
/// Most bytes of a sample.
pub const MAX_BYTES: usize = 24 << 20;

/// The records with the smallest content hashes: the longest prefix in hash order that fits the two bounds.
///
/// Equal records are one entry with a count. The prefix is a function of the set of records alone, so the sample
/// is the same for any order and any cut of the input (a bottom-k sample: Cohen and Kaplan 2007, Summarizing
/// data using bottom-k sketches, PODC).
#[derive(Debug, Clone, Default)]
pub struct RecordSample {
    records: BTreeMap<u64, SampledRecord>,
    n_bytes: usize,
    /// Records of this hash and above are outside the prefix.
    limit: Option<u64>,
}

/// One record of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledRecord {
    tokens: Vec<Token>,
    text: String,
    /// How often the record occurred.
    pub count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Token {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Null,
    Bool(bool),
    /// The next so many bytes of the text.
    Key(u32),
    Number(u32),
    String(u32),
}

impl RecordSample {
    /// Returns a sample without records that will be merged into another: what is outside of that is outside of both.
    pub(crate) fn beside(other: &Self) -> Self {
        Self { limit: other.limit, ..Self::default() }
    }

    /// Tells whether a record belongs to the sample as far as is known.
    pub(crate) fn wants(&self, start: RecordStart) -> bool {
        self.limit.is_none_or(|limit| start.content_hash < limit)
    }

    /// Adds one record.
    pub(crate) fn push(&mut self, content_hash: u64, record: SampledRecord) {
        if self.limit.is_some_and(|limit| content_hash >= limit) {
            return;
        }
        match self.records.entry(content_hash) {
            std::collections::btree_map::Entry::Occupied(mut known) => known.get_mut().count += record.count,
            std::collections::btree_map::Entry::Vacant(slot) => {
                self.n_bytes += record.n_bytes();
                slot.insert(record);
                self.trim();
            }
        }
    }

    /// Adds the sample of other records.
    pub(crate) fn merge(&mut self, other: Self) {
        self.limit = match (self.limit, other.limit) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        if let Some(limit) = self.limit {
            let outside = self.records.split_off(&limit);
            self.n_bytes -= outside.values().map(SampledRecord::n_bytes).sum::<usize>();
        }
        for (content_hash, record) in other.records {
            self.push(content_hash, record);
        }
    }

    fn trim(&mut self) {
        while self.records.len() > MAX_RECORDS || self.n_bytes > MAX_BYTES {
            let Some((content_hash, record)) = self.records.pop_last() else { return };
            self.n_bytes -= record.n_bytes();
            self.limit = Some(content_hash);
        }
    }

    /// Tells whether every record is in the sample.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.limit.is_none()
    }

    /// Returns the records in hash order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = &SampledRecord> {
        self.records.values()
    }
}

impl SampledRecord {
    /// Returns a record without tokens, to be filled.
    pub(crate) fn empty() -> Self {
        Self { tokens: Vec::new(), text: String::new(), count: 1 }
    }

    /// Returns the memory that the record takes.
    pub(crate) fn n_bytes(&self) -> usize {
        self.tokens.len() * size_of::<Token>() + self.text.len() + size_of::<Self>()
    }

    /// Returns the memory that a token takes in a record.
    pub(crate) fn cost(event: Event<'_>) -> usize {
        let n_text = match event {
            Event::Key(text) | Event::Scalar(Scalar::String(text)) => text.len(),
            Event::Scalar(Scalar::Number(number)) => number.as_str().len(),
            _ => 0,
        };
        size_of::<Token>() + n_text
    }

    /// Orders records by their texts, the shorter first.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        (self.text.len(), &self.text) <= (other.text.len(), &other.text)
    }

    /// Keeps one token.
    pub(crate) fn keep(&mut self, event: Event<'_>) {
        let token = match event {
            Event::ObjectStart => Token::ObjectStart,
            Event::ObjectEnd => Token::ObjectEnd,
            Event::ArrayStart => Token::ArrayStart,
            Event::ArrayEnd => Token::ArrayEnd,
            Event::Key(key) => Token::Key(self.keep_text(key)),
            Event::Scalar(Scalar::Null) => Token::Null,
            Event::Scalar(Scalar::Bool(value)) => Token::Bool(value),
            Event::Scalar(Scalar::Number(number)) => Token::Number(self.keep_text(number.as_str())),
            Event::Scalar(Scalar::String(text)) => Token::String(self.keep_text(text)),
        };
        self.tokens.push(token);
    }

    fn keep_text(&mut self, text: &str) -> u32 {
        self.text.push_str(text);
        cast::to_u32(text.len())
    }

    /// Sends the record's tokens to a sink, with offset 0.
    ///
    /// # Errors
    ///
    /// The first error of the sink.
    pub fn replay<S: EventSink>(&self, sink: &mut S) -> Result<(), S::Error> {
        let mut rest = self.text.as_str();
        let mut take = |length: u32| {
            let (text, after) = rest.split_at(length as usize);
            rest = after;
            text
        };
        for token in &self.tokens {
            let event = match *token {
                Token::ObjectStart => Event::ObjectStart,
                Token::ObjectEnd => Event::ObjectEnd,
                Token::ArrayStart => Event::ArrayStart,
                Token::ArrayEnd => Event::ArrayEnd,
                Token::Null => Event::Scalar(Scalar::Null),
                Token::Bool(value) => Event::Scalar(Scalar::Bool(value)),
                Token::Key(length) => Event::Key(take(length)),
                Token::Number(length) => Event::Scalar(Scalar::Number(Number::from_literal(take(length)))),
                Token::String(length) => Event::Scalar(Scalar::String(take(length))),
            };
            sink.event(event, 0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use synth_core::hash::mix;

    use super::*;

    fn fill(mut sample: RecordSample, numbers: std::ops::Range<u64>) -> RecordSample {
        for number in numbers {
            let content_hash = mix(number + 1);
            if sample.wants(RecordStart { content_hash, n_bytes: 1 }) {
                sample.push(content_hash, SampledRecord::empty());
            }
        }
        sample
    }

    /// Catches a sample that takes over the records of the other, and one whose limit is not merged.
    #[test]
    fn a_sample_beside_another_takes_only_what_stays() {
        let n_first = 2 * cast::to_u64(MAX_RECORDS);
        let mut first = fill(RecordSample::default(), 0..n_first);
        let beside = fill(RecordSample::beside(&first), n_first..n_first + 10_000);
        let alone = fill(RecordSample::default(), n_first..n_first + 10_000);
        assert!(beside.records.len() < 6000 && alone.records.len() == 10_000);
        first.merge(beside);
        let whole = fill(RecordSample::default(), 0..n_first + 10_000);
        assert!(first.records.keys().eq(whole.records.keys()));
        assert_eq!((first.limit, first.n_bytes), (whole.limit, whole.n_bytes));
        let none = RecordSample::beside(&RecordSample::default());
        assert!(none.is_complete() && none.records.is_empty());
    }
}
