//! Tests that look at one row after the other: orders, formulas, texts, arrays, presence and constants.

use std::ops::Range;

use synth_core::Gap;

use super::batch::Batch;
use crate::relations::arithmetic::Formula;
use crate::relations::exceptions::{FirstRows, RowPlace};
use crate::relations::ordering::Chance;
use crate::relations::sequence::{ArrayRule, OpenArrays};
use crate::relations::table::{Column, Table};
use crate::relations::text::TextRule;
use crate::relations::{Evidence, OrderingScope, PresenceRule};

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) table: usize,
    pub(crate) column: usize,
}

/// The relation that a test of rows is about, by its number among those of its kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject {
    Ordering(usize),
    Formula(usize),
    Inequality(usize),
    Text(usize),
    Sequence(usize),
    Presence(usize),
    /// A dependency on nothing, and the field that follows.
    Constant(usize, usize),
}

/// A test of rows.
#[derive(Debug, Clone)]
pub(super) enum RowCheck {
    /// One column is never larger than another.
    Ordering { low: At, high: At, scope: OrderingScope, chance: Chance, gaps: [Option<Gap>; 2] },
    /// A column follows by a formula.
    Formula(Formula),
    /// A column is not less than the sum of others.
    Bound(Formula),
    /// A string follows from others.
    Text(TextRule),
    /// Arrays keep a rule.
    Arrays(ArrayRule),
    /// The presence of fields of one table hangs together; a field of several types has a column of each.
    Presence { rule: PresenceRule, fields: Vec<Vec<At>> },
    /// A column has one value.
    Constant { at: At, hash: u64 },
}

/// What a test has counted.
#[derive(Debug, Clone)]
pub(super) struct RowCounts {
    pub(super) evidence: Evidence,
    /// Rows whose first value is less than the second; of a bound, those that meet it.
    pub(super) n_less: u64,
    /// Rows whose values are not closer, and not further apart, than an order says.
    pub(super) n_apart: [u64; 2],
    /// Rows in which two of the columns that are there together differ, pair by pair.
    pub(super) differences: Vec<u64>,
    pub(super) exceptions: FirstRows,
    /// The first value in the last row so far of a collection that goes on.
    pub(super) last_low: Option<f64>,
    /// The arrays so far of a document that goes on.
    pub(super) open: Option<OpenArrays>,
}

impl At {
    pub(crate) fn column<'t>(&self, tables: &'t [Table]) -> &'t Column {
        &tables[self.table].columns[self.column]
    }

    /// Returns the row of this column's table that a row of `from` is, or that holds it.
    pub(crate) fn row_of(&self, row: usize, tables: &[Table], from: usize) -> Option<usize> {
        let (mut row, mut table) = (row, from);
        while table != self.table {
            row = *tables[table].parent_rows.get(row)? as usize;
            table = tables[table].parent?;
        }
        Some(row)
    }

    /// Returns the number that a row of `from` sees in this column.
    pub(crate) fn number(&self, row: usize, tables: &[Table], from: usize) -> Option<f64> {
        self.column(tables).number(self.row_of(row, tables, from)?)
    }
}

impl RowCounts {
    /// Returns counts of no rows.
    pub(super) fn of(check: &RowCheck) -> Self {
        let n_columns = match check {
            RowCheck::Presence { rule: PresenceRule::Together, fields } => fields.len(),
            _ => 0,
        };
        Self {
            evidence: Evidence { n_rows: 0, n_holding: 0 },
            n_less: 0,
            n_apart: [0; 2],
            differences: vec![0; n_columns * n_columns],
            exceptions: FirstRows::default(),
            last_low: None,
            open: None,
        }
    }

    /// Counts one row.
    fn note(&mut self, place: RowPlace, holds: bool) {
        self.evidence.n_rows += 1;
        self.evidence.n_holding += u64::from(holds);
        if !holds {
            self.exceptions.push(place);
        }
    }

    /// Tells whether at least a share of the rows keep the relation.
    pub(super) fn hold_in(&self, share: f64) -> bool {
        self.evidence.n_rows > 0 && self.evidence.confidence().get() >= share
    }

    /// Adds the counts of other rows.
    pub(super) fn merge(&mut self, other: &Self) {
        self.evidence.n_rows += other.evidence.n_rows;
        self.evidence.n_holding += other.evidence.n_holding;
        self.n_less += other.n_less;
        self.n_apart.iter_mut().zip(other.n_apart).for_each(|(ours, theirs)| *ours += theirs);
        for (ours, theirs) in self.differences.iter_mut().zip(&other.differences) {
            *ours += theirs;
        }
        self.exceptions.merge(&other.exceptions);
    }
}

impl RowCheck {
    /// Returns the table whose rows are tested: of two tables the inner one.
    pub(super) fn table(&self) -> usize {
        match self {
            // Tables come behind those that hold them.
            Self::Ordering { low, high, .. } => low.table.max(high.table),
            Self::Formula(formula) | Self::Bound(formula) => formula.target.table,
            Self::Text(rule) => rule.target.table,
            Self::Arrays(rule) => rule.columns.iter().map(|at| at.table).max().unwrap_or(0),
            Self::Presence { fields, .. } => fields.iter().flatten().next().map_or(0, |at| at.table),
            Self::Constant { at, .. } => at.table,
        }
    }

    /// Tests the gathered rows.
    pub(super) fn count(&self, counts: &mut RowCounts, tables: &[Table], batch: &Batch) {
        let table = self.table();
        let places = batch.places(table);
        let rows = 0..tables[table].n_rows();
        match self {
            Self::Ordering { low, high, scope, gaps, .. } => {
                count_order((*low, *high), (*scope, *gaps), counts, tables, batch);
            }
            Self::Formula(formula) => {
                formula.test(tables).into_iter().for_each(|(row, holds)| counts.note(places[row], holds));
            }
            Self::Bound(formula) => {
                for (row, off) in formula.differences(tables) {
                    counts.note(places[row], off >= -formula.tolerance);
                    counts.n_less += u64::from(off.abs() <= formula.tolerance);
                }
            }
            Self::Text(rule) => {
                let tested = rows.filter_map(|row| Some((row, rule.test(row, tables)?)));
                tested.for_each(|(row, holds)| counts.note(places[row], holds));
            }
            Self::Arrays(rule) => count_arrays(rule, counts, tables, batch),
            Self::Presence { rule, fields } => {
                for row in rows {
                    let is_there: Vec<bool> = fields
                        .iter()
                        .map(|field| field.iter().any(|at| at.column(tables).has_value(row)))
                        .collect();
                    counts.note(places[row], keeps_presence(*rule, &is_there));
                    count_differences(&is_there, &mut counts.differences);
                }
            }
            Self::Constant { at, hash } => {
                let column = at.column(tables);
                let code = column.code_of(*hash);
                for row in rows.filter(|row| column.has_value(*row)) {
                    counts.note(places[row], code == Some(column.cell(row)));
                }
            }
        }
    }
}

fn count_order(
    (low, high): (At, At),
    (scope, [min_gap, max_gap]): (OrderingScope, [Option<Gap>; 2]),
    counts: &mut RowCounts,
    tables: &[Table],
    batch: &Batch,
) {
    let table = low.table.max(high.table);
    let places = batch.places(table);
    // Of a collection that was cut between two rows these are compared here.
    let across = counts.last_low.take().and_then(|low| Some((0, low, high.number(0, tables, table)?)));
    for (row, low, high) in across.into_iter().chain(ordered_pairs((low, high), scope, tables)) {
        counts.note(places[row], low <= high);
        counts.n_less += u64::from(low < high);
        counts.n_apart[0] += u64::from(min_gap.is_none_or(|gap| high >= gap.above(low)));
        counts.n_apart[1] += u64::from(max_gap.is_none_or(|gap| high <= gap.above(low)));
    }
    let goes_on = scope == OrderingScope::NextElement && batch.goes_on(tables, table);
    let last = tables[table].n_rows().checked_sub(1).filter(|_| goes_on);
    counts.last_low = last.and_then(|row| low.number(row, tables, table));
}

fn count_arrays(rule: &ArrayRule, counts: &mut RowCounts, tables: &[Table], batch: &Batch) {
    let places = batch.places(rule.holder(tables));
    let mut arrays = rule.arrays(tables, counts.open.take());
    if rule.columns.iter().any(|at| batch.goes_on(tables, at.table)) {
        counts.open = arrays.remove(&0);
    }
    for (holder, arrays) in arrays {
        if let Some(holds) = rule.test(&arrays) {
            counts.note(places[holder as usize], holds);
        }
    }
}

/// The pairs of numbers that an order compares, each with the inner row it belongs to.
pub(crate) fn ordered_pairs(
    (low, high): (At, At),
    scope: OrderingScope,
    tables: &[Table],
) -> Vec<(usize, f64, f64)> {
    let table = low.table.max(high.table);
    let pair = |row: usize, after: usize| {
        Some((after, low.number(row, tables, table)?, high.number(after, tables, table)?))
    };
    match scope {
        OrderingScope::Row => (0..tables[table].n_rows()).filter_map(|row| pair(row, row)).collect(),
        // Records follow each other beyond the gathered ones.
        OrderingScope::NextRecord => Vec::new(),
        OrderingScope::NextElement => {
            let families: Vec<Range<usize>> = tables[table].families().collect();
            let next = |family: Range<usize>| family.clone().zip(family.start + 1..family.end);
            families.into_iter().flat_map(next).filter_map(|(row, after)| pair(row, after)).collect()
        }
    }
}

fn keeps_presence(rule: PresenceRule, is_there: &[bool]) -> bool {
    let n_present = is_there.iter().filter(|present| **present).count();
    match rule {
        PresenceRule::Together => n_present == 0 || n_present == is_there.len(),
        PresenceRule::Exclusive => n_present <= 1,
        PresenceRule::Requires => n_present == is_there.len() || is_there.first().is_none_or(|first| !first),
    }
}

/// Counts, for each pair of fields, a row that has a value of one only.
fn count_differences(is_there: &[bool], differences: &mut [u64]) {
    if differences.is_empty() || is_there.iter().all(|one| *one == is_there[0]) {
        return;
    }
    for (i, left) in is_there.iter().enumerate() {
        for (j, right) in is_there.iter().enumerate() {
            differences[i * is_there.len() + j] += u64::from(left != right);
        }
    }
}
