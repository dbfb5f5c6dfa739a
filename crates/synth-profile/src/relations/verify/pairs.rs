//! Counts which right sides go with each left side of a dependency.

use std::collections::BTreeMap;

use synth_core::{cast, hash};

use super::batch::Batch;
use super::rows::At;
use crate::relations::Evidence;
use crate::relations::dependencies::Fit;
use crate::relations::exceptions::{FirstRows, RowPlace};
use crate::relations::table::{Column, Table};
use crate::relations::tally::Tally;

/// Pairs of values of gathered rows up to which they are counted in an array.
const MAX_DIRECT: usize = 1 << 16;

/// One dependency of a proposal.
#[derive(Debug, Clone)]
pub(super) struct PairCheck {
    /// The dependency and the field that follows, by number.
    pub(super) subject: (usize, usize),
    /// The table of the left side.
    pub(super) table: usize,
    /// Columns of that table.
    pub(super) lhs: Vec<usize>,
    /// A column of that table or of one that holds it.
    pub(super) rhs: At,
    /// Share of rows that must agree with the commonest value of their group.
    pub(super) min_hold: f64,
    /// Pairs of columns that were tried.
    pub(super) n_tests: f64,
}

/// What all records say of a dependency.
pub(super) struct Outcome {
    pub(super) evidence: Evidence,
    pub(super) n_lhs: u64,
    pub(super) exceptions: FirstRows,
}

impl PairCheck {
    /// Adds the pairs of the gathered rows.
    ///
    /// The pairs are kept in the order of the left sides' hashes, so that of all left sides but the last the right
    /// sides are known with their exact counts.
    pub(super) fn count(&self, tally: &mut Tally<(u64, u64)>, tables: &[Table], batch: &Batch) {
        let table = &tables[self.table];
        let places = batch.places(self.table);
        let right = &tables[self.rhs.table].columns[self.rhs.column];
        let lhs: Vec<&Column> = self.lhs.iter().map(|column| &table.columns[*column]).collect();
        let right_row = |row: usize| self.rhs.row_of(row, tables, self.table);
        if let [left] = lhs[..]
            && left.n_codes() * right.n_codes() <= MAX_DIRECT
        {
            let width = right.n_codes();
            let nothing = (0_u64, RowPlace::of_record(0, 0));
            let mut counts = vec![nothing; left.n_codes() * width];
            for row in 0..table.n_rows() {
                let Some(other) = right_row(row) else { continue };
                let count = &mut counts[left.cell(row) as usize * width + right.cell(other) as usize];
                *count = (count.0 + 1, count.1.max(places[row]));
            }
            for (code, (count, last)) in counts.into_iter().enumerate().filter(|(_, count)| count.0 > 0) {
                let (l, r) = (cast::to_u32(code / width), cast::to_u32(code % width));
                if let (Some(l), Some(r)) = (left.hash(l), right.hash(r)) {
                    tally.push((hash::mix(l), r), count, last);
                }
            }
            return;
        }
        for row in (0..table.n_rows()).filter(|row| lhs.iter().all(|column| column.has_value(*row))) {
            let other = right_row(row).and_then(|row| right.hash(right.cell(row)));
            let Some(other) = other else { continue };
            let left = match lhs[..] {
                [left] => left.hash(left.cell(row)).unwrap_or(0),
                _ => crate::relations::keys::tuple(&lhs, row),
            };
            tally.push((hash::mix(left), other), 1, places[row]);
        }
    }

    /// Judges the dependency; `None` when it does not convince any more.
    pub(super) fn judge(&self, tally: &Tally<(u64, u64)>) -> Option<Outcome> {
        let known = match tally.limit() {
            Some((last, _)) => {
                let n_known = tally.entries().partition_point(|entry| entry.key.0 < last);
                &tally.entries()[..n_known]
            }
            None => tally.entries(),
        };
        let (mut n_rows, mut n_holding, mut n_groups) = (0, 0, 0_u64);
        let mut by_value: BTreeMap<u64, u64> = BTreeMap::new();
        let mut exceptions = FirstRows::default();
        for group in known.chunk_by(|left, right| left.key.0 == right.key.0) {
            let largest = group.iter().map(|entry| entry.count).max().unwrap_or(0);
            // Of equally frequent values the first counts.
            let common = group.iter().find(|entry| entry.count == largest).map(|entry| entry.key);
            for entry in group {
                n_rows += entry.count;
                *by_value.entry(entry.key.1).or_default() += entry.count;
                if Some(entry.key) != common {
                    exceptions.push(entry.last);
                }
            }
            n_holding += largest;
            n_groups += 1;
        }
        let commonest = by_value.values().max().copied().unwrap_or(0) as f64 / (n_rows as f64).max(1.0);
        let evidence = Evidence { n_rows, n_holding };
        let fit =
            Fit { evidence, n_repeated: n_rows - n_groups, n_agreeing: n_holding - n_groups, commonest };
        let share = tally.limit().map_or(1.0, |(last, _)| (last as f64 + 1.0) / 18_446_744_073_709_551_616.0);
        let n_lhs = cast::round_to_u64(n_groups as f64 / share);
        let holds = n_rows > 0 && (fit.is_exact() || fit.is_convincing(self.min_hold, self.n_tests));
        holds.then_some(Outcome { evidence, n_lhs, exceptions })
    }
}
