//! Rows as cells whose distances are quick to take.

use synth_core::hash::{combine, hash_bytes};
use synth_profile::sample_tables::SampleValue;

use super::cell;
use crate::grid::{GridColumn, Held};

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// Where a number stands among the real ones, from 0 to 1.
    Rank(f64),
    /// Anything else, which is equal or not.
    Kind(u64),
}

/// Rows of as many cells each.
#[derive(Debug)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    width: usize,
}

impl Cells {
    pub(super) fn of(columns: &[&GridColumn<'_>], side: usize, rows: &[usize]) -> Self {
        let width = columns.len();
        let mut cells = vec![Cell::Kind(0); width * rows.len()];
        for (place, column) in columns.iter().enumerate() {
            let ranks = if column.held() == Held::Texts { Vec::new() } else { sorted(column) };
            for (at, row) in rows.iter().enumerate() {
                cells[at * width + place] = cell(column, &ranks, side, *row);
            }
        }
        Self { cells, width }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len() / self.width
    }

    pub(super) fn first(&self, n: usize) -> Self {
        Self { cells: self.cells[..n * self.width].to_vec(), width: self.width }
    }

    /// The distances of each row to the closest and the second closest of others that are not left out; rows that have fewer
    /// than two others are left out themselves.
    pub(super) fn closest(&self, others: &Self, is_left_out: impl Fn(usize, usize) -> bool) -> Vec<[f64; 2]> {
        let width = self.width as f64;
        let mut all = Vec::with_capacity(self.len());
        for (at, row) in self.cells.chunks(self.width).enumerate() {
            let mut two = [f64::INFINITY; 2];
            for (other_at, other) in others.cells.chunks(self.width).enumerate() {
                if is_left_out(at, other_at) {
                    continue;
                }
                let found = distance(row, other, two[1]);
                if found < two[0] {
                    two = [found, two[0]];
                } else if found < two[1] {
                    two[1] = found;
                }
            }
            if two[1].is_finite() {
                all.push(two.map(|sum| sum / width));
            }
        }
        all
    }
}

/// The sum over the cells, or something at least as large as `limit` once it is.
fn distance(row: &[Cell], other: &[Cell], limit: f64) -> f64 {
    let mut sum = 0.0;
    for pair in row.iter().zip(other) {
        sum += match pair {
            (Cell::Rank(a), Cell::Rank(b)) => (a - b).abs(),
            (a, b) => f64::from(u8::from(a != b)),
        };
        if sum >= limit {
            return sum;
        }
    }
    sum
}

/// The distinct real numbers, rising.
fn sorted(column: &GridColumn<'_>) -> Vec<f64> {
    let mut numbers: Vec<f64> = column.values(0).iter().filter_map(|value| value.number).collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// Where a number stands among others, from 0 to 1; between two of them in proportion.
pub(super) fn rank(sorted: &[f64], number: f64) -> f64 {
    let above = sorted.partition_point(|other| *other <= number);
    let most = (sorted.len().max(2) - 1) as f64;
    match (above.checked_sub(1).map(|below| sorted[below]), sorted.get(above)) {
        (None, _) => 0.0,
        (Some(_), None) => 1.0,
        (Some(low), Some(high)) => ((above - 1) as f64 + (number - low) / (high - low)) / most,
    }
}

pub(super) fn value_hash(value: &SampleValue<'_>) -> u64 {
    match (value.text, value.number) {
        (Some(text), _) => hash_bytes(text.as_bytes()),
        (None, Some(number)) => combine(1, (number + 0.0).to_bits()),
        (None, None) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_lie_between_their_neighbours() {
        let sorted = [0.0, 10.0, 1000.0];
        let found = [-5.0, 0.0, 5.0, 10.0, 505.0, 2000.0].map(|number| rank(&sorted, number));
        for (rank, expected) in found.into_iter().zip([0.0, 0.0, 0.25, 0.5, 0.75, 1.0]) {
            assert!((rank - expected).abs() < 1e-12, "{rank} {expected}");
        }
        assert!((rank(&[3.0], 3.0) - 1.0).abs() < 1e-12);
    }

    fn rows(ranks: &[f64]) -> Cells {
        Cells { cells: ranks.iter().flat_map(|rank| [Cell::Rank(*rank), Cell::Kind(7)]).collect(), width: 2 }
    }

    /// Catches a second that is the first again, and rows that are held against themselves.
    #[test]
    fn the_two_closest_are_found() {
        let real = rows(&[0.1, 0.5, 0.9]);
        assert_eq!(rows(&[0.5]).closest(&real, |_, _| false), [[0.0, 0.2]]);
        let others = real.closest(&real, |row, other| row == other);
        assert!(others.iter().all(|two| (two[0] - 0.2).abs() < 1e-12), "{others:?}");
        assert!(real.closest(&rows(&[0.5]), |_, _| false).is_empty());
    }
}
