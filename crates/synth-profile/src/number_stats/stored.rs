//! Numbers in files.

use super::{MAX_CELLS, MAX_DISTINCT, NumberStats, NumberValue, hash_of};
use crate::epoch_rhythm::EpochRhythms;
use crate::stored::sketches::{StoredValue, load_histogram, load_table, store_histogram, store_table};
use crate::stored::{Corrupt, Reader, Stored, Writer, check};

impl Stored for NumberStats {
    fn store(&self, out: &mut Writer<'_>) {
        let Self {
            distinct,
            histogram,
            sum,
            decimals,
            needed_decimals,
            n_zero_fraction,
            n_padded,
            n_exponent,
            rhythms,
        } = self;
        store_table(distinct, out);
        store_histogram(histogram, out);
        sum.store(out);
        out.put(decimals);
        out.put(needed_decimals);
        out.put(&(n_zero_fraction, n_padded, n_exponent));
        rhythms.store(out);
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let distinct = load_table(input, MAX_DISTINCT)?;
        let total = distinct.total();
        let stats = Self {
            distinct,
            histogram: load_histogram(input, MAX_CELLS)?,
            sum: Stored::load(input)?,
            decimals: input.counts()?,
            needed_decimals: input.counts()?,
            n_zero_fraction: input.count()?,
            n_padded: input.count()?,
            n_exponent: input.count()?,
            rhythms: EpochRhythms::load(input, total)?,
        };
        let sums = [
            stats.histogram.count() + stats.histogram.non_finite(),
            stats.sum.count() + stats.sum.skipped(),
            stats.decimals.iter().sum(),
            stats.needed_decimals.iter().sum(),
        ];
        let rest = [stats.n_zero_fraction, stats.n_padded, stats.n_exponent];
        let holds = sums.iter().all(|sum| *sum == total) && rest.iter().all(|n| *n <= total);
        check(holds, "the counts of numbers")?;
        Ok(stats)
    }
}

impl Stored for NumberValue {
    fn store(&self, out: &mut Writer<'_>) {
        match self {
            Self::Integer(value) => out.put(&(false, value)),
            Self::Float(value) => out.put(&(true, value)),
        }
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let is_float: bool = input.take()?;
        if !is_float {
            return input.take().map(Self::Integer);
        }
        let value: f64 = input.take()?;
        check(!value.is_nan(), "a number")?;
        Ok(Self::Float(value))
    }
}

impl StoredValue for NumberValue {
    fn known_hash(&self) -> Option<u64> {
        Some(hash_of(*self))
    }
}
