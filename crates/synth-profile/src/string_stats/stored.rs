//! Strings in files.

use synth_core::hash::hash_bytes;

use super::{KeptText, MAX_DISTINCT, MAX_KEPT_BYTES, StringStats};
use crate::stored::sketches::{StoredValue, load_table, store_table};
use crate::stored::{Corrupt, Reader, Stored, Writer, check};

impl Stored for StringStats {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { distinct, hyperloglog, lengths, words, times, quoted } = self;
        store_table(distinct, out);
        hyperloglog.store(out);
        lengths.store(out);
        words.store(out);
        times.store(out);
        quoted.store(out);
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let stats = Self {
            distinct: load_table(input, MAX_DISTINCT)?,
            hyperloglog: Stored::load(input)?,
            lengths: Stored::load(input)?,
            words: Stored::load(input)?,
            times: Stored::load(input)?,
            quoted: Stored::load(input)?,
        };
        let total = stats.distinct.total();
        let times_fit = stats.times.formats().all(|(_, times)| times.histogram.count() <= total);
        let lengths_fit = stats.lengths.count() == total && stats.words.count() == total;
        check(lengths_fit && times_fit, "the counts of strings")?;
        Ok(stats)
    }
}

impl Stored for KeptText {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { text, is_whole } = self;
        out.put(&(text, is_whole));
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let (text, is_whole): (&str, bool) = input.take()?;
        check(text.len() <= MAX_KEPT_BYTES, "a string")?;
        Ok(Self { text: text.into(), is_whole })
    }
}

impl StoredValue for KeptText {
    fn known_hash(&self) -> Option<u64> {
        self.is_whole.then(|| hash_bytes(self.text.as_bytes()))
    }
}
