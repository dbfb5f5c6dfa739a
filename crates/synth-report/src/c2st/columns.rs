//! The fields of rows as codes that trees can split.

use std::collections::BTreeMap;

use synth_core::hash::{combine, mix};
use synth_core::{Timestamp, cast};
use synth_profile::sample_tables::{SampleCell, SamplePart};
use synth_stats::boost::Coded;

use super::group;
use crate::grid::{Grid, GridColumn, Held};

/// Columns of codes, at most.
const MAX_COLUMNS: usize = 64;
/// Codes below the first value's: missing, null, and a text or kind of value that has none.
const FIRST: u8 = 3;
/// Values or parts that have a code.
const MAX_VALUES: usize = 60;

/// Rows of two kinds: those before `n_first`, and the others.
pub(super) struct Rows {
    pub(super) rows: Vec<usize>,
    /// The side of the grid each row is on.
    pub(super) sides: Vec<usize>,
    pub(super) n_first: usize,
}

impl Rows {
    /// Real rows against others.
    pub(super) fn new([real, others]: [&[usize]; 2]) -> Self {
        let sides = real.iter().map(|_| 0).chain(others.iter().map(|_| 1));
        Self {
            rows: real.iter().chain(others).copied().collect(),
            sides: sides.collect(),
            n_first: real.len(),
        }
    }

    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        self.sides.iter().copied().zip(self.rows.iter().copied())
    }
}

/// The codes of some rows.
pub(super) struct Columns {
    columns: Vec<(String, Vec<u8>)>,
    places: Vec<(usize, usize)>,
    n_first: usize,
}

impl Columns {
    pub(super) fn of(grid: &Grid<'_>, rows: &Rows) -> Self {
        let n_real = grid.n_rows()[0];
        let telling = grid.columns.iter().filter(|column| !column.is_label(n_real));
        let mut columns: Vec<(String, Vec<u8>)> =
            telling.flat_map(|column| code(column, rows)).filter(|(_, codes)| varies(codes)).collect();
        columns.truncate(MAX_COLUMNS);
        Self { columns, places: rows.places().collect(), n_first: rows.n_first }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().map(|(name, _)| name.clone())
    }

    /// The rows with their labels; with a salt, the second kind has each column in an order of its own.
    pub(super) fn coded(&self, grid: &Grid<'_>, shuffled: Option<u64>) -> Coded {
        let n = self.places.len();
        let columns = (0_u64..).zip(&self.columns).map(|(at, (_, codes))| {
            let mut codes = codes.clone();
            if let Some(salt) = shuffled {
                let mut order: Vec<usize> = (self.n_first..n).collect();
                order.sort_by_cached_key(|row| mix(combine(salt + at, cast::to_u64(*row))));
                let moved: Vec<u8> = order.into_iter().map(|row| codes[row]).collect();
                codes[self.n_first..].copy_from_slice(&moved);
            }
            codes
        });
        Coded {
            columns: columns.collect(),
            labels: (0..n).map(|row| row >= self.n_first).collect(),
            groups: self.places.iter().map(|(side, row)| group(grid, *side, *row)).collect(),
        }
    }
}

fn varies(codes: &[u8]) -> bool {
    codes.iter().any(|code| *code != codes[0])
}

/// The columns that one field makes.
fn code(column: &GridColumn<'_>, rows: &Rows) -> Vec<(String, Vec<u8>)> {
    let path = column.path();
    match (column.part, column.held()) {
        (SamplePart::Length, _) => vec![(format!("length of {path}"), numbers(column, rows, Some))],
        (SamplePart::Presence, _) => vec![(format!("presence of {path}"), numbers(column, rows, Some))],
        (SamplePart::Key, _) => vec![(format!("key of {path}"), texts(column, rows))],
        (SamplePart::Value, Held::Numbers) => vec![(path.to_string(), numbers(column, rows, Some))],
        (SamplePart::Value, Held::Times) => {
            let time = |seconds: f64| Timestamp(cast::round_to_i64(seconds * 1e6));
            let hour = |seconds: f64| Some(time(seconds).hour() as f64);
            let weekday = |seconds: f64| Some(time(seconds).weekday() as f64);
            vec![
                (path.to_string(), numbers(column, rows, Some)),
                (format!("hour of {path}"), numbers(column, rows, hour)),
                (format!("weekday of {path}"), numbers(column, rows, weekday)),
            ]
        }
        (SamplePart::Value, Held::Texts) => {
            let own = (path.to_string(), texts(column, rows));
            vec![own, (format!("length of text {path}"), text_lengths(column, rows))]
        }
    }
}

/// Numbers by the quantiles of all rows; every different one has a code of its own while there are few.
fn numbers(column: &GridColumn<'_>, rows: &Rows, of: impl Fn(f64) -> Option<f64>) -> Vec<u8> {
    let number = |side, row| column.number(side, row).and_then(&of);
    coded_numbers(column, rows, number)
}

fn text_lengths(column: &GridColumn<'_>, rows: &Rows) -> Vec<u8> {
    let length = |side, row| {
        let text = column.value(side, row)?.text?;
        Some(text.chars().count() as f64)
    };
    coded_numbers(column, rows, length)
}

fn coded_numbers(
    column: &GridColumn<'_>,
    rows: &Rows,
    number: impl Fn(usize, usize) -> Option<f64>,
) -> Vec<u8> {
    let all: Vec<Option<f64>> = rows.places().map(|(side, row)| number(side, row)).collect();
    let mut sorted: Vec<f64> = all.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup_by(|a, b| *a <= *b);
    // The upper ends of all parts but the last.
    let mut edges: Vec<f64> = if distinct.len() <= MAX_VALUES {
        distinct
    } else {
        (1..MAX_VALUES).map(|part| sorted[part * sorted.len() / MAX_VALUES]).collect()
    };
    edges.dedup_by(|a, b| *a <= *b);
    rows.places()
        .zip(all)
        .map(|((side, row), number)| match number {
            Some(number) => value_code(edges.partition_point(|edge| *edge < number)),
            None => gap_code(column.cell(side, row)),
        })
        .collect()
}

fn value_code(part: usize) -> u8 {
    FIRST.saturating_add(u8::try_from(part.min(MAX_VALUES)).unwrap_or(u8::MAX))
}

fn gap_code(cell: SampleCell) -> u8 {
    match cell {
        SampleCell::Missing => 0,
        SampleCell::Null => 1,
        SampleCell::Value(_) => 2,
    }
}

/// Texts by their rank among the most frequent ones of all rows.
fn texts(column: &GridColumn<'_>, rows: &Rows) -> Vec<u8> {
    let text = |(side, row)| column.value(side, row).and_then(|value| value.text);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for text in rows.places().filter_map(text) {
        *counts.entry(text).or_default() += 1;
    }
    let mut frequent: Vec<(&str, u64)> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let codes: BTreeMap<&str, u8> = frequent
        .into_iter()
        .take(MAX_VALUES)
        .enumerate()
        .map(|(at, (text, _))| (text, value_code(at)))
        .collect();
    rows.places()
        .map(|place| match text(place) {
            Some(text) => codes.get(text).copied().unwrap_or(2),
            None => gap_code(column.cell(place.0, place.1)),
        })
        .collect()
}
