//! Rows of other tables that the rows of a table lead to.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, cast};
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable, SampleValue};

use super::References;
use super::tables::MIN_ROWS;

/// Share of the real rows that must lead somewhere. Of a stream the sample may lack what is referred to.
const MIN_FOUND: f64 = 0.5;
/// References that are followed from one table.
const MAX_REFERENCES: usize = 4;

/// A way from the rows of a table to those of another one.
pub(super) struct Upward<'t> {
    /// Where it leads to.
    pub(super) tables: [SampleTable<'t>; 2],
    /// For the rows of both sides, the row that each leads to.
    pub(super) rows: [Vec<Option<u32>>; 2],
    /// The field that is referred to.
    pub(super) key: Option<&'t JsonPath>,
    /// How it leads there, to put behind the name of a quantity; empty for the row that holds the rows.
    pub(super) by: String,
}

impl Upward<'_> {
    /// Rows that are met, of either side.
    pub(super) fn n_met(&self) -> [f64; 2] {
        [0, 1].map(|side: usize| self.rows[side].iter().flatten().collect::<BTreeSet<_>>().len() as f64)
    }
}

/// The ways from a table: to the rows that hold its rows, and along its references.
pub(super) fn upward<'t>(
    own: [SampleTable<'t>; 2],
    all: &[[SampleTable<'t>; 2]],
    references: &References,
) -> Vec<Upward<'t>> {
    let holder = holder(own, all);
    let columns = own[0].columns().filter(|column| column.part() == SamplePart::Value);
    let by_reference = columns.filter_map(|column| {
        let parent = references.get(column.path())?;
        reference([column, value_column(own[1], column.path())?], own, parent, all)
    });
    holder.into_iter().chain(by_reference.take(MAX_REFERENCES)).collect()
}

/// The table whose rows hold these, where there are several such rows.
fn holder<'t>(own: [SampleTable<'t>; 2], all: &[[SampleTable<'t>; 2]]) -> Option<Upward<'t>> {
    own[0].holder()?;
    // The path of a row is longer than that of its holder; of several the longest is the holder.
    let starts = |path: &JsonPath| {
        let (path, own) = (path.segments(), own[0].path().segments());
        path.len() < own.len() && own.starts_with(path)
    };
    let above = all.iter().filter(|tables| starts(tables[0].path()));
    let tables = *above.max_by_key(|tables| tables[0].path().segments().len())?;
    let rows = own.map(|table| table.holder_rows().iter().map(|row| Some(*row)).collect::<Vec<_>>());
    let fits = |side: usize| {
        rows[side].iter().flatten().all(|row| cast::to_usize(u64::from(*row)) < tables[side].n_rows())
    };
    (fits(0) && fits(1) && tables[0].n_rows() >= MIN_ROWS).then(|| Upward {
        tables,
        rows,
        key: None,
        by: String::new(),
    })
}

fn reference<'t>(
    child: [SampleColumn<'t>; 2],
    own: [SampleTable<'t>; 2],
    parent: &JsonPath,
    all: &[[SampleTable<'t>; 2]],
) -> Option<Upward<'t>> {
    let found = all.iter().find_map(|tables| {
        let columns = [value_column(tables[0], parent)?, value_column(tables[1], parent)?];
        Some((*tables, columns))
    });
    let (tables, keys) = found?;
    let rows = [0, 1].map(|side: usize| {
        let targets = targets(keys[side], tables[side].n_rows());
        let values: Vec<SampleValue<'_>> = child[side].values().collect();
        let target = |row: usize| match child[side].cell(row) {
            SampleCell::Value(at) => targets.get(&Key::of(&values[at])).copied(),
            _ => None,
        };
        (0..own[side].n_rows()).map(target).collect::<Vec<_>>()
    });
    let n_found = rows[0].iter().flatten().count() as f64;
    (n_found >= MIN_FOUND * rows[0].len() as f64).then(|| Upward {
        tables,
        rows,
        key: Some(keys[0].path()),
        by: format!(" by {}", child[0].path()),
    })
}

fn value_column<'t>(table: SampleTable<'t>, path: &JsonPath) -> Option<SampleColumn<'t>> {
    table.columns().find(|column| column.part() == SamplePart::Value && column.path() == path)
}

/// A value by which rows are found.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'t> {
    Text(&'t str),
    Number(u64),
}

impl<'t> Key<'t> {
    fn of(value: &SampleValue<'t>) -> Self {
        match (value.text, value.number) {
            (Some(text), _) => Self::Text(text),
            // 0 and -0 are one number.
            (None, number) => Self::Number((number.unwrap_or(f64::NAN) + 0.0).to_bits()),
        }
    }
}

/// The first row of each value.
fn targets<'t>(key: SampleColumn<'t>, n_rows: usize) -> BTreeMap<Key<'t>, u32> {
    let values: Vec<SampleValue<'t>> = key.values().collect();
    let mut targets = BTreeMap::new();
    for row in 0..n_rows {
        if let SampleCell::Value(at) = key.cell(row) {
            targets.entry(Key::of(&values[at])).or_insert(cast::to_u32(row));
        }
    }
    targets
}
