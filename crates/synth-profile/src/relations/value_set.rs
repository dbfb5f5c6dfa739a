//! The distinct values of a column, for tests of inclusion.

use synth_core::math;

use super::table::{Column, Kind};
use super::tally::Tally;

/// The distinct values of some rows of a column, as hashes with counts.
#[derive(Debug, Clone)]
pub(crate) struct ValueSet {
    /// Sorted by hash.
    entries: Vec<(u64, u64)>,
    /// The largest hash whose value would be here; values with larger ones were counted only.
    limit: u64,
    /// Values that are not null.
    pub(crate) n_values: u64,
}

/// How the values of one column lie in those of another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inclusion {
    /// Values of the child that were looked for.
    pub(crate) n_values: u64,
    /// Values of the child that the parent has.
    pub(crate) n_covered: u64,
    /// Distinct values of the child that the parent has.
    pub(crate) n_distinct_covered: usize,
}

impl ValueSet {
    /// Collects the values that some rows hold.
    pub(crate) fn of(column: &Column, rows: impl Iterator<Item = usize>) -> Self {
        Self::by(column, rows, |column, cell| column.hash(cell))
    }

    /// Collects what `hash` makes of the cells that some rows hold.
    pub(crate) fn by(
        column: &Column,
        rows: impl Iterator<Item = usize>,
        hash: impl Fn(&Column, u32) -> Option<u64>,
    ) -> Self {
        let mut counts = vec![0_u64; column.n_codes()];
        for row in rows {
            counts[column.cell(row) as usize] += 1;
        }
        let entries = (0..)
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .filter_map(|(cell, count)| Some((hash(column, cell)?, count)));
        Self::of_entries(entries.collect())
    }

    /// Collects values that are hashes already.
    pub(crate) fn of_hashes(hashes: Vec<u64>) -> Self {
        Self::of_entries(hashes.into_iter().map(|hash| (hash, 1)).collect())
    }

    fn of_entries(mut entries: Vec<(u64, u64)>) -> Self {
        entries.sort_unstable();
        entries.dedup_by(|later, first| {
            let is_same = later.0 == first.0;
            first.1 += if is_same { later.1 } else { 0 };
            is_same
        });
        let n_values = entries.iter().map(|(_, count)| count).sum();
        Self { entries, limit: u64::MAX, n_values }
    }

    /// Takes over what was counted in all records.
    pub(crate) fn counted(tally: &Tally<u64>) -> Self {
        Self {
            entries: tally.entries().iter().map(|entry| (entry.key, entry.count)).collect(),
            limit: tally.limit().unwrap_or(u64::MAX),
            n_values: tally.total(),
        }
    }

    /// Returns the number of distinct values, estimated where they are too many to be held.
    ///
    /// The values that are held are a uniform sample of all; their share is that of the range of hashes.
    pub(crate) fn n_distinct(&self) -> f64 {
        let share = (self.limit as f64 + 1.0) / 18_446_744_073_709_551_616.0;
        self.entries.len() as f64 / share.min(1.0)
    }

    /// Tells whether no value repeats, as far as they are held.
    pub(crate) fn is_unique(&self) -> bool {
        self.entries.iter().all(|(_, count)| *count == 1)
    }

    /// Returns the share of the values that are held which are the first of their kind.
    pub(crate) fn share_of_first(&self) -> f64 {
        let n_values: u64 = self.entries.iter().map(|(_, count)| count).sum();
        self.entries.len() as f64 / (n_values as f64).max(1.0)
    }

    /// Counts the values that another set has too, among those that both would hold.
    pub(crate) fn within(&self, parent: &Self) -> Inclusion {
        let mut inclusion = Inclusion { n_values: 0, n_covered: 0, n_distinct_covered: 0 };
        for (hash, count) in self.up_to(parent.limit) {
            inclusion.n_values += count;
            if parent.count(*hash).is_some() {
                inclusion.n_covered += count;
                inclusion.n_distinct_covered += 1;
            }
        }
        inclusion
    }

    /// Returns how often a value occurs.
    pub(crate) fn count(&self, hash: u64) -> Option<u64> {
        let index = self.entries.binary_search_by_key(&hash, |(known, _)| *known).ok()?;
        Some(self.entries[index].1)
    }

    /// The entries up to a hash.
    fn up_to(&self, limit: u64) -> &[(u64, u64)] {
        &self.entries[..self.entries.partition_point(|(hash, _)| *hash <= limit)]
    }

    /// Returns the largest hash whose value would be here.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Returns the hashes in ascending order, each with its count.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u64, u64)> {
        self.entries.iter().copied()
    }

    /// Returns how often each value of this set occurs in another, for those that both would hold.
    pub(crate) fn counts_in(&self, child: &Self) -> impl Iterator<Item = u64> {
        self.up_to(child.limit).iter().map(|(hash, _)| child.count(*hash).unwrap_or(0))
    }
}

/// Bits that one value of a child carries when the parent has it too: the negative logarithm of the share of all
/// values of its form that the parent has.
///
/// Whole numbers that fill their range carry none; long strings carry many. `form` is the column whose strings show
/// the form: the child, or the parent where the child has a prefix. `n_parent` is the number of values of the parent.
pub(crate) fn bits_of_match((parent, n_parent): (&Column, f64), child: &Column, form: &Column) -> f64 {
    let size = if is_numeric(parent) {
        let numbers = || parent.distinct_numbers().chain(child.distinct_numbers());
        let low = numbers().fold(f64::INFINITY, f64::min).min(0.0);
        let high = numbers().fold(f64::NEG_INFINITY, f64::max);
        log2(high - low + 1.0)
    } else {
        let form = if form.distinct_texts().next().is_some() { form } else { parent };
        let sizes: Vec<f64> = form.distinct_texts().take(1000).map(form_bits).collect();
        sizes.iter().sum::<f64>() / sizes.len().max(1) as f64
    };
    (size - log2(n_parent)).max(0.0)
}

fn is_numeric(column: &Column) -> bool {
    matches!(column.kind, Kind::Integer | Kind::Decimal)
}

/// Bits to choose one of all strings of a form; a digit string is a number up to its length.
fn form_bits(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            '0'..='9' => 3.32,
            'a'..='z' | 'A'..='Z' => 4.7,
            c if c.is_alphanumeric() => 5.0,
            _ => 0.0,
        })
        .sum()
}

fn log2(value: f64) -> f64 {
    math::ln(value.max(1.0)) / math::ln(2.0)
}
