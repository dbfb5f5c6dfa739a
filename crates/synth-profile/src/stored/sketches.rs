//! The sketches in files: what their getters return, and nothing of how they lie in memory.

use synth_core::cast;
use synth_stats::bottom_k::Entry;
use synth_stats::float_sum::LIMBS;
use synth_stats::histogram::Cell;
use synth_stats::sum::Wide;
use synth_stats::{BottomK, ExactSum, FloatSum, HyperLogLog, LengthHistogram, OrderHistogram};

use super::bytes::{Corrupt, Reader, Stored, Writer, check, is_ascending};

/// More buckets than lengths can have.
const MAX_BUCKETS: usize = 2048;
/// Registers of a sketch of distinct counts.
const MAX_REGISTERS: usize = 4096;

/// A value of a table, which may tell its hash.
pub(crate) trait StoredValue: Stored {
    /// Returns the hash by which the table knows the value, when the value is enough to tell it.
    fn known_hash(&self) -> Option<u64>;
}

/// Writes a table of distinct values.
pub(crate) fn store_table<T: StoredValue>(table: &BottomK<T>, out: &mut Writer<'_>) {
    out.put(&table.total());
    out.put(&table.is_complete());
    out.put(&table.len());
    for Entry { hash, value, count, n_units, .. } in table.entries() {
        value.store(out);
        if value.known_hash().is_none() {
            out.put(&hash.to_le_bytes());
        }
        out.put(count);
        out.put_units(*n_units);
    }
}

/// Reads a table of at most `capacity` values.
pub(crate) fn load_table<T: StoredValue>(
    input: &mut Reader<'_>,
    capacity: usize,
) -> Result<BottomK<T>, Corrupt> {
    let total = input.count()?;
    let is_complete: bool = input.take()?;
    let entries = input.list(capacity, |input| {
        let value = T::load(input)?;
        let hash = match value.known_hash() {
            Some(hash) => hash,
            None => u64::from_le_bytes(input.take()?),
        };
        Ok((hash, value, input.count()?, input.count()?))
    })?;
    check(is_ascending(entries.iter().map(|(hash, ..)| *hash)), "the order of a table")?;
    let counts_hold = entries.iter().all(|(_, _, count, n_units)| *count > 0 && n_units <= count);
    let sum: u64 = entries.iter().map(|(_, _, count, _)| count).sum();
    let is_whole = if is_complete { sum == total } else { entries.len() == capacity && sum <= total };
    check(counts_hold && is_whole, "a table of values")?;
    Ok(BottomK::from_entries(capacity, total, is_complete, entries))
}

/// Writes a histogram of numbers; most cells hold one value.
pub(crate) fn store_histogram(histogram: &OrderHistogram, out: &mut Writer<'_>) {
    out.put(&histogram.level());
    out.put(&histogram.non_finite());
    let cells: Vec<Cell> = histogram.cells().collect();
    out.put(&cells.len());
    for Cell { min, max, count } in cells {
        out.put(&(min, (min.to_bits() != max.to_bits()).then_some(max), count));
    }
}

/// Reads a histogram of at most `capacity` cells.
pub(crate) fn load_histogram(input: &mut Reader<'_>, capacity: usize) -> Result<OrderHistogram, Corrupt> {
    const WHAT: &str = "a histogram of numbers";
    let level: u32 = input.take()?;
    let non_finite = input.count()?;
    let cells = input.list(capacity, |input| {
        let (min, max): (f64, Option<f64>) = input.take()?;
        Ok(Cell { min, max: max.unwrap_or(min), count: input.count()? })
    })?;
    OrderHistogram::from_cells(capacity, level, &cells, non_finite).ok_or(Corrupt(WHAT))
}

impl Stored for ExactSum {
    fn store(&self, out: &mut Writer<'_>) {
        out.put(&(self.count(), self.skipped()));
        let scales: Vec<(u8, i64, u128)> =
            self.scales().map(|(scale, Wide { high, low })| (scale, high, low)).collect();
        out.put(&scales);
        out.put(&self.floats().limbs());
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let (count, skipped) = (input.count()?, input.count()?);
        let scales = input.list(usize::from(u8::MAX), |input| {
            let (scale, high, low) = input.take()?;
            Ok((scale, Wide { high, low }))
        })?;
        check(is_ascending(scales.iter().map(|(scale, _)| *scale)), "the scales of a sum")?;
        let limbs: Vec<u64> = input.list(LIMBS, |input| input.take())?;
        let floats = FloatSum::from_limbs(&limbs).ok_or(Corrupt("a sum"))?;
        Self::from_scales(scales, floats, (count, skipped)).ok_or(Corrupt("a sum"))
    }
}

impl Stored for LengthHistogram {
    fn store(&self, out: &mut Writer<'_>) {
        out.put(&self.min().zip(self.max()));
        // The ends of the outer buckets are cut to the range, which leads back to the same buckets.
        let buckets: Vec<(u64, u64)> = self.buckets().map(|bucket| (bucket.low, bucket.count)).collect();
        out.put(&buckets);
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let range: Option<(u64, u64)> = input.take()?;
        let buckets = input.list(MAX_BUCKETS, |input| Ok((input.take::<u64>()?, input.count()?)))?;
        check(is_ascending(buckets.iter().map(|(low, _)| *low)), "the order of lengths")?;
        Self::from_buckets(range, buckets).ok_or(Corrupt("a histogram of lengths"))
    }
}

impl Stored for HyperLogLog {
    /// Registers with their gaps, as most are 0 in small sketches.
    fn store(&self, out: &mut Writer<'_>) {
        let used = self.registers().iter().zip(0_u16..).filter(|(rank, _)| **rank > 0);
        let used: Vec<(u16, u8)> = used.map(|(rank, index)| (index, *rank)).collect();
        out.put(&used);
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        const WHAT: &str = "a sketch of distinct values";
        let used: Vec<(u16, u8)> = input.list(MAX_REGISTERS, |input| input.take())?;
        if used.is_empty() {
            return Ok(Self::default());
        }
        let mut registers = vec![0; MAX_REGISTERS];
        check(is_ascending(used.iter().map(|(index, _)| *index)), WHAT)?;
        for (index, rank) in used {
            let register = registers.get_mut(cast::to_usize(u64::from(index))).ok_or(Corrupt(WHAT))?;
            *register = rank;
        }
        Self::from_registers(registers).ok_or(Corrupt(WHAT))
    }
}
