//! The accumulator of strings.

mod stored;

use synth_core::{cast, hash};
use synth_stats::bottom_k::Tally;
use synth_stats::{BottomK, HyperLogLog, LengthHistogram};

use crate::partial::Units;
use crate::path_stats::merge_distinct;

use crate::quoted::QuotedStats;
use crate::time_stats::TimeStats;

/// Distinct strings that are kept with their counts; beyond it, those with the smallest hashes.
pub const MAX_DISTINCT: usize = 2048;
/// Longer strings are kept up to this many bytes.
pub const MAX_KEPT_BYTES: usize = 256;

/// A string as it is kept in tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptText {
    /// The string, or its beginning.
    pub text: Box<str>,
    /// Nothing was cut off.
    pub is_whole: bool,
}

/// What was seen of the strings at one path.
#[derive(Debug, Clone)]
pub struct StringStats {
    /// Distinct strings with their counts.
    pub distinct: BottomK<KeptText>,
    /// Sketch of the number of distinct strings.
    pub hyperloglog: HyperLogLog,
    /// Lengths in characters.
    pub lengths: LengthHistogram,
    /// Numbers of words, which white space sets apart.
    pub words: LengthHistogram,
    /// The strings that are dates or times.
    pub times: TimeStats,
    /// The strings that are numbers.
    pub quoted: QuotedStats,
}

impl Default for StringStats {
    fn default() -> Self {
        Self {
            distinct: BottomK::new(MAX_DISTINCT),
            hyperloglog: HyperLogLog::default(),
            lengths: LengthHistogram::default(),
            words: LengthHistogram::default(),
            times: TimeStats::default(),
            quoted: QuotedStats::default(),
        }
    }
}

impl StringStats {
    pub(crate) fn push(&mut self, text: &str, unit: u64) {
        let hash = hash::hash_bytes(text.as_bytes());
        self.distinct.push(hash, unit, || KeptText::of(text));
        self.hyperloglog.push(hash);
        self.lengths.push(cast::to_u64(text.chars().count()));
        self.words.push(n_words(text));
        self.times.push(text, 1);
        self.quoted.push(text, unit);
    }

    /// Counts a key that occurred several times, which is no number; nothing when it did not.
    pub(crate) fn push_many(&mut self, text: &str, tally: Tally) {
        if tally.count == 0 {
            return;
        }
        let hash = hash::hash_bytes(text.as_bytes());
        self.distinct.push_tally(hash, tally, || KeptText::of(text));
        self.hyperloglog.push(hash);
        self.lengths.push_n(cast::to_u64(text.chars().count()), tally.count);
        self.words.push_n(n_words(text), tally.count);
        self.times.push(text, tally.count);
    }

    pub(crate) fn merge(&mut self, other: Self, units: Units) {
        merge_distinct(&mut self.distinct, other.distinct, units, |_, _| ());
        self.hyperloglog.merge(&other.hyperloglog);
        self.lengths.merge(other.lengths);
        self.words.merge(other.words);
        self.times.merge(other.times);
        self.quoted.merge(other.quoted, units);
    }

    /// Returns the number of distinct strings: exact while they all fit the table, else estimated.
    #[must_use]
    pub fn n_distinct(&self) -> u64 {
        if self.distinct.is_complete() {
            cast::to_u64(self.distinct.len())
        } else {
            // No estimate is below what was seen, or above what there is.
            let seen = cast::to_u64(self.distinct.len());
            cast::round_to_u64(self.hyperloglog.estimate()).clamp(seen, self.distinct.total())
        }
    }
}

/// Counts words; a text of one byte a character is looked at once, byte by byte.
fn n_words(text: &str) -> u64 {
    if !text.is_ascii() {
        return cast::to_u64(text.split_whitespace().count());
    }
    // White space of `char::is_whitespace` among the first 128: tab to carriage return, and space.
    let is_space = |byte: u8| byte == b' ' || byte.wrapping_sub(9) < 5;
    let (mut n, mut was_space) = (0, true);
    for byte in text.bytes() {
        n += u64::from(was_space && !is_space(byte));
        was_space = is_space(byte);
    }
    n
}

impl KeptText {
    fn of(text: &str) -> Self {
        let mut end = text.len().min(MAX_KEPT_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self { text: text[..end].into(), is_whole: end == text.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_stands_between_spaces() {
        for text in
            ["", " ", "a", " a  b\tc\n", "\u{b}x\u{c}y\rz", "\u{1c}no\u{1f}gap", "d\u{a0}e f", "日本 語"]
        {
            assert_eq!(n_words(text), cast::to_u64(text.split_whitespace().count()), "{text:?}");
        }
    }
}
