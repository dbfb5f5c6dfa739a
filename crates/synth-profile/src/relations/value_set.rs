//! The distinct values of a column, for tests of inclusion.

use synth_core::{cast, math};

use super::table::{Column, Kind};

/// The distinct values of some rows of a column, as hashes with counts.
#[derive(Debug, Clone)]
pub(crate) struct ValueSet {
    /// Sorted by hash.
    entries: Vec<(u64, u64)>,
    /// Values that are not null.
    pub(crate) n_values: u64,
}

/// How the values of one column lie in those of another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inclusion {
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
        let mut entries: Vec<(u64, u64)> = (0..)
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .filter_map(|(cell, count)| Some((hash(column, cell)?, count)))
            .collect();
        entries.sort_unstable();
        entries.dedup_by(|later, first| {
            let is_same = later.0 == first.0;
            first.1 += if is_same { later.1 } else { 0 };
            is_same
        });
        let n_values = entries.iter().map(|(_, count)| count).sum();
        Self { entries, n_values }
    }

    /// Returns the number of distinct values.
    pub(crate) fn n_distinct(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether no value repeats.
    pub(crate) fn is_unique(&self) -> bool {
        self.n_values == cast::to_u64(self.entries.len())
    }

    /// Counts the values that another set has too.
    pub(crate) fn within(&self, parent: &Self) -> Inclusion {
        let mut inclusion = Inclusion { n_covered: 0, n_distinct_covered: 0 };
        for (hash, count) in &self.entries {
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

    /// Returns the hashes in ascending order, each with its count.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u64, u64)> {
        self.entries.iter().copied()
    }
}

/// Bits that one value of a child carries when the parent has it too: the negative logarithm of the share of all
/// values of its form that the parent has.
///
/// Whole numbers that fill their range carry none; long strings carry many. `form` is the column whose strings show
/// the form: the child, or the parent where the child has a prefix.
pub(crate) fn bits_of_match(parent: &Column, child: &Column, form: &Column) -> f64 {
    let n_parent = parent.n_distinct().max(1) as f64;
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
