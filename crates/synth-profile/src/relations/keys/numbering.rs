//! Numbers that count the rows within something: the record number of one log of one host.

use std::collections::BTreeMap;

use super::{Sheet, combinations, repeats, sounds_like_number};
use crate::relations::table::{Column, Kind, Part};

/// Rows from which a numbering can be told.
const MIN_ROWS: usize = 50;
/// Rows for each group, at least, on average.
const MIN_ROWS_A_GROUP: usize = 8;
/// Most columns that are tried alone and in pairs.
const MAX_SCOPES: usize = 12;
/// What is left of the ranges that groups made by chance would have.
const MAX_SPREAD: f64 = 0.5;
/// Numbers within the ranges of the groups for each row, at most.
const MAX_GAPS: f64 = 20.0;

/// Returns a number and the columns within which it counts, when it counts in each group by itself.
///
/// # Method
///
/// The ranges that the number has in the groups are added up. Groups count by themselves when that is at most half of
/// what random groups of these sizes would give, as a group of m rows drawn from a range R spans R (m - 1) / (m + 1) on
/// average (David and Nagaraja 2003, Order Statistics, section 2.3), and when the numbers are dense in them. Of several
/// ways to group the one with the fewest groups is taken, then the one of fewer columns, then that whose columns explain
/// most alone. So the columns say within what is counted even where the number alone happens not to repeat.
pub(super) fn scoped_number(sheet: &Sheet<'_>) -> Option<Vec<usize>> {
    let n_rows = sheet.rows.len();
    if sheet.when.is_some() || n_rows < MIN_ROWS {
        return None;
    }
    let columns = &sheet.table.columns;
    let is_everywhere =
        |column: &Column| column.part == Part::Value && sheet.rows.iter().all(|row| column.has_value(*row));
    let is_number = |column: &Column| {
        column.kind == Kind::Integer
            && 2 * column.n_distinct() >= n_rows
            && sounds_like_number(column)
            && is_everywhere(column)
    };
    let is_scope = |column: &Column| {
        column.kind == Kind::Text
            && column.n_distinct() > 1
            && column.n_distinct() * MIN_ROWS_A_GROUP <= n_rows
            && is_everywhere(column)
    };
    let number = (0..columns.len()).find(|index| is_number(&columns[*index]))?;
    let whole = Groups::of(sheet, number, &[]);
    let share = |scopes: &[usize]| {
        let groups = Groups::of(sheet, number, scopes);
        (groups.spread() / groups.expected_within(&whole).max(1.0), groups)
    };
    let mut scopes: Vec<(f64, usize)> = (0..columns.len())
        .filter(|index| is_scope(&columns[*index]))
        .map(|index| (share(&[index]).0, index))
        .collect();
    scopes.sort_by(|left, right| left.0.total_cmp(&right.0));
    scopes.truncate(MAX_SCOPES);
    let counts = |chosen: &[(f64, usize)]| {
        let wanted: Vec<usize> = chosen.iter().map(|(_, scope)| *scope).collect();
        let (share, groups) = share(&wanted);
        let is_dense = groups.spread() <= MAX_GAPS * n_rows as f64;
        let is_coarse = groups.len() * MIN_ROWS_A_GROUP <= n_rows;
        let alone: f64 = chosen.iter().map(|(share, _)| share).sum();
        (share <= MAX_SPREAD && is_dense && is_coarse).then_some((groups.len(), wanted, alone))
    };
    let ways = (1..=2).flat_map(|size| combinations(scopes.len(), size));
    let found = ways.filter_map(|way| {
        let chosen: Vec<(f64, usize)> = way.into_iter().map(|index| scopes[index]).collect();
        counts(&chosen)
    });
    let (_, mut key, _) = found.min_by(|left, right| {
        (left.0, left.1.len()).cmp(&(right.0, right.1.len())).then(left.2.total_cmp(&right.2))
    })?;
    key.push(number);
    key.sort_unstable();
    (repeats(sheet, &key) == 0).then_some(key)
}

/// The numbers of the rows that agree in some columns.
struct Groups {
    /// By the hashes of the columns: rows, smallest and largest number.
    groups: BTreeMap<Vec<u64>, (f64, f64, f64)>,
}

impl Groups {
    fn of(sheet: &Sheet<'_>, number: usize, scopes: &[usize]) -> Self {
        let columns = &sheet.table.columns;
        let mut groups: BTreeMap<Vec<u64>, (f64, f64, f64)> = BTreeMap::new();
        for row in &sheet.rows {
            let hash = |scope: &usize| columns[*scope].hash(columns[*scope].cell(*row)).unwrap_or(0);
            let Some(value) = columns[number].number(*row) else { continue };
            let nothing = (0.0, f64::INFINITY, f64::NEG_INFINITY);
            let (n, low, high) = groups.entry(scopes.iter().map(hash).collect()).or_insert(nothing);
            (*n, *low, *high) = (*n + 1.0, low.min(value), high.max(value));
        }
        Self { groups }
    }

    fn len(&self) -> usize {
        self.groups.len()
    }

    fn spread(&self) -> f64 {
        self.groups.values().map(|(_, low, high)| high - low + 1.0).sum()
    }

    /// The spread of groups of these sizes if the rows of each of the larger groups were split by chance.
    fn expected_within(&self, larger: &Self) -> f64 {
        let width = larger.groups.keys().next().map_or(0, Vec::len);
        let part = |(key, (n, ..)): (&Vec<u64>, &(f64, f64, f64))| {
            let (_, low, high) = larger.groups.get(&key[..width]).copied().unwrap_or((0.0, 0.0, 0.0));
            (high - low) * (n - 1.0) / (n + 1.0) + 1.0
        };
        self.groups.iter().map(part).sum()
    }
}
