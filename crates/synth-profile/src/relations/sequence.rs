//! How the elements of arrays hang together: arrays that end where they began, and arrays that go side by side.

use std::ops::Range;

use synth_core::cast;

use super::table::{Column, MISSING, Part, Table};
use super::{Evidence, Sequence, SequenceRule};

mod arrays;

pub(crate) use arrays::{ArrayRule, OpenArrays};

/// Arrays that prove a rule.
const MIN_ARRAYS: usize = 8;
/// Elements of an array from which its end can say something.
const MIN_LENGTH: usize = 3;
/// Share of arrays that must keep a rule.
pub(crate) const MIN_HOLD: f64 = 0.98;
/// Distinct values that prove that two arrays go side by side.
const MIN_DISTINCT: usize = 4;

/// Returns the rules that the arrays of every table keep.
pub(crate) fn sequences(tables: &[Table]) -> Vec<Sequence> {
    let mut found: Vec<Sequence> = tables.iter().filter_map(closed).collect();
    for (index, left) in tables.iter().enumerate() {
        for right in
            tables[index + 1..].iter().filter(|right| right.parent == left.parent && left.parent.is_some())
        {
            found.extend(side_by_side(left, right));
        }
    }
    found
}

/// Arrays whose last element is the first again.
fn closed(table: &Table) -> Option<Sequence> {
    let columns: Vec<&Column> = table.columns.iter().filter(|column| column.part == Part::Value).collect();
    let families: Vec<Range<usize>> = table.families().filter(|family| family.len() >= MIN_LENGTH).collect();
    let varies = |family: &Range<usize>| {
        columns.iter().any(|column| column.cell(family.start) != column.cell(family.start + 1))
    };
    let varied: Vec<&Range<usize>> = families.iter().filter(|family| varies(family)).collect();
    let holds = |family: &&&Range<usize>| {
        columns.iter().all(|column| {
            let cell = column.cell(family.start);
            cell > MISSING && cell == column.cell(family.end - 1)
        })
    };
    let evidence = evidence(varied.len(), varied.iter().filter(holds).count())?;
    (!columns.is_empty()).then(|| Sequence {
        rule: SequenceRule::Closed,
        paths: columns.iter().map(|column| column.path.clone()).collect(),
        evidence,
        exceptions: Vec::new(),
    })
}

/// Columns of two arrays of one row that hold the same values in the same order.
fn side_by_side(left: &Table, right: &Table) -> Vec<Sequence> {
    let rows = |table: &Table| -> Vec<(u32, Range<usize>)> {
        table.families().map(|family| (table.parent_rows[family.start], family)).collect()
    };
    let (left_rows, right_rows) = (rows(left), rows(right));
    let same_length = left_rows
        .iter()
        .zip(&right_rows)
        .filter(|(left, right)| left.0 == right.0 && left.1.len() == right.1.len());
    let n_same = same_length.count();
    if n_same < MIN_ARRAYS || n_same != left_rows.len().max(right_rows.len()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for one in left.columns.iter().filter(|column| column.n_distinct() >= MIN_DISTINCT) {
        for other in right.columns.iter().filter(|column| column.n_distinct() == one.n_distinct()) {
            let equal = |(row, other_row): (usize, usize)| {
                one.has_value(row) && one.hash(one.cell(row)) == other.hash(other.cell(other_row))
            };
            let arrays = left_rows.iter().zip(&right_rows);
            let n_holding =
                arrays.filter(|(left, right)| left.1.clone().zip(right.1.clone()).all(equal)).count();
            if let Some(evidence) = evidence(left_rows.len(), n_holding) {
                let paths = vec![one.path.clone(), other.path.clone()];
                found.push(Sequence {
                    rule: SequenceRule::SideBySide,
                    paths,
                    evidence,
                    exceptions: Vec::new(),
                });
            }
        }
    }
    found
}

fn evidence(n_rows: usize, n_holding: usize) -> Option<Evidence> {
    let holds = n_rows >= MIN_ARRAYS && n_holding as f64 >= MIN_HOLD * n_rows as f64;
    holds.then(|| Evidence { n_rows: cast::to_u64(n_rows), n_holding: cast::to_u64(n_holding) })
}
