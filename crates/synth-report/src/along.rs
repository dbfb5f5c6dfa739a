//! What numbers remember of the ones before them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::hash::mix;
use synth_core::{JsonPath, cast};
use synth_profile::SampleTables;
use synth_profile::sample_tables::SamplePart;
use synth_stats::association::mid_ranks;
use synth_stats::series::autocorrelation;

use crate::gauge::Gauge;
use crate::grid::{Grid, GridColumn, Held};
use crate::verdict::{Verdict, rounded};

/// Lags that are shown.
const N_LAGS: usize = 12;
/// Rows that either side needs.
const MIN_ROWS: usize = 60;
/// Memory below this is none, whatever the number of rows.
const MIN_MEMORY: f64 = 0.1;
/// Columns of times, and of entities, that are tried in one table.
const MAX_ORDERS: usize = 2;
const MAX_ENTITIES: usize = 4;
/// Columns of numbers that are followed in one table.
const MAX_FOLLOWED: usize = 32;
/// Rows that a series needs on average for entities to be followed one by one.
const MIN_SERIES: usize = 8;

/// How the numbers of all tables follow each other.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Memories {
    /// How much the numbers remember, together: each counts by the larger of its two memories.
    #[serde(skip)]
    pub(crate) total: f64,
    /// 1 minus the mean effect, each number weighing as much as it remembers; 1 when none does.
    pub score: f64,
    /// The numbers that remember something on either side.
    pub lines: Vec<MemoryLine>,
}

/// How one number follows itself.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MemoryLine {
    /// The number.
    pub path: String,
    /// What the rows are ordered by.
    pub along: String,
    /// The field whose values are followed one by one, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_each: Option<String>,
    /// Autocorrelation of the ranks at lags 1, 2, ... of the real rows.
    pub real: Vec<f64>,
    /// The same of the synthetic rows.
    pub synthetic: Vec<f64>,
    /// Difference at the first lag.
    pub effect: f64,
    /// Interval of the difference.
    pub interval: [f64; 2],
    /// How much that matters.
    pub verdict: Verdict,
    /// Pairs of neighbours on either side.
    #[serde(skip)]
    pub(crate) n_pairs: [f64; 2],
}

/// Compares how numbers follow themselves.
///
/// # Method
///
/// The rows of a table are put in the order of a time, or, where an array holds them, of their places; either all in one
/// series or one for each value of a text that occurs often. Of these ways the one counts in which a number remembers
/// most, on either side. Memory is the autocorrelation of the ranks
/// ([`autocorrelation`]), and the difference is judged at lag 1 with the interval of Zou (2007). Where
/// one side has more rows in the same time, some of its rows are left out, as neighbours that are nearer in time are more
/// alike. An order of the sample, not of the file: records stand in it by their hash, so without a time or an array nothing
/// is followed.
///
/// # Cost
///
/// O(rows log rows) for each of at most 15 orders of a table, and 12 products a row for each of at most 32 numbers.
pub(crate) fn compare(
    [real, synthetic]: [&SampleTables; 2],
    names: &BTreeSet<String>,
    alpha: f64,
) -> Memories {
    let lines: Vec<MemoryLine> =
        Grid::of(real, synthetic).iter().flat_map(|grid| lines_of(grid, names, alpha)).collect();
    let weight = |line: &MemoryLine| first(&line.real).abs().max(first(&line.synthetic).abs());
    let total: f64 = lines.iter().map(weight).sum();
    let lost: f64 = lines.iter().map(|line| weight(line) * line.effect.min(1.0)).sum();
    Memories { score: if total > 0.0 { rounded(1.0 - lost / total) } else { 1.0 }, total, lines }
}

impl Memories {
    /// The numbers that follow each other, with how many of them tell as much as one that follows none.
    ///
    /// Bartlett, M. S. (1946), On the theoretical specification and sampling properties of autocorrelated time-series,
    /// J. R. Statist. Soc. Suppl. 8(1): the mean of a series that fades by ρ a step varies as that of (1 - ρ) / (1 + ρ)
    /// times as many independent values. The smaller memory of the two sides counts, since it is the sure one.
    pub(crate) fn dependent(&self) -> Vec<(String, f64)> {
        let of_line = |line: &MemoryLine| {
            let memory = first(&line.real).min(first(&line.synthetic)).clamp(0.0, 0.999);
            (memory >= MIN_MEMORY).then(|| (line.path.clone(), (1.0 + memory) / (1.0 - memory)))
        };
        self.lines.iter().filter_map(of_line).collect()
    }
}

fn first(lags: &[f64]) -> f64 {
    lags.first().copied().unwrap_or(0.0)
}

/// One way to put the rows of a table in series.
struct Way<'g, 't> {
    order: Option<&'g GridColumn<'t>>,
    entity: Option<&'g GridColumn<'t>>,
    /// The rows of each series, for both sides.
    series: [Vec<Vec<usize>>; 2],
}

/// What a number remembers in one way.
struct Found {
    lags: [Vec<f64>; 2],
    n_pairs: [f64; 2],
    way: usize,
}

fn lines_of(grid: &Grid<'_>, names: &BTreeSet<String>, alpha: f64) -> Vec<MemoryLine> {
    if grid.n_rows().iter().any(|n| *n < MIN_ROWS) {
        return Vec::new();
    }
    let ways = ways_of(grid);
    let n_ways = ways.len().max(1) as f64;
    let n_rows = grid.n_rows()[0];
    let followed = grid.columns.iter().filter(|column| {
        column.part == SamplePart::Value
            && column.held() == Held::Numbers
            && column.values(0).len() > 2
            && !column.is_label(n_rows)
            && !names.contains(&column.path().to_string())
    });
    let line = |column: &GridColumn<'_>| -> Option<MemoryLine> {
        let ranks = [0, 1].map(|side| ranks(column, side, grid.n_rows()[side]));
        let strength = |found: &Found| first(&found.lags[0]).abs().max(first(&found.lags[1]).abs());
        let found = ways
            .iter()
            .enumerate()
            .filter_map(|(at, way)| remember(&ranks, way, at))
            .max_by(|a, b| strength(a).total_cmp(&strength(b)))
            .filter(|found| strength(found) >= MIN_MEMORY)?;
        Some(found.line(column.path(), grid.path(), &ways[found.way], alpha / n_ways))
    };
    followed.take(MAX_FOLLOWED).filter_map(line).collect()
}

impl Found {
    fn line(&self, path: &JsonPath, rows: &JsonPath, way: &Way<'_, '_>, alpha: f64) -> MemoryLine {
        let [real, synthetic] = [0, 1].map(|side: usize| first(&self.lags[side]));
        let effect = (real - synthetic).abs();
        let gauge = Gauge::Correlations([(real, self.n_pairs[0]), (synthetic, self.n_pairs[1])]);
        let reading = gauge.read(effect, alpha);
        let lags = |side: usize| self.lags[side].iter().map(|r| rounded(*r)).collect();
        MemoryLine {
            path: path.to_string(),
            along: way.order.map_or_else(|| format!("places in {rows}"), |order| order.path().to_string()),
            of_each: way.entity.map(|entity| entity.path().to_string()),
            real: lags(0),
            synthetic: lags(1),
            effect: rounded(effect),
            interval: [rounded(reading.low), rounded(reading.high)],
            verdict: reading.verdict,
            n_pairs: self.n_pairs,
        }
    }
}

fn ranks(column: &GridColumn<'_>, side: usize, n_rows: usize) -> Vec<f64> {
    let numbers: Vec<f64> = (0..n_rows).map(|row| column.number(side, row).unwrap_or(f64::NAN)).collect();
    mid_ranks(&numbers)
}

/// The autocorrelations of both sides; `None` when either has too few rows in series.
fn remember(ranks: &[Vec<f64>; 2], way: &Way<'_, '_>, at: usize) -> Option<Found> {
    let mut lags = [Vec::new(), Vec::new()];
    let mut n_pairs = [0.0; 2];
    for side in 0..2 {
        let series: Vec<Vec<f64>> = way.series[side]
            .iter()
            .map(|rows| rows.iter().map(|row| ranks[side][*row]).filter(|rank| !rank.is_nan()).collect())
            .filter(|series: &Vec<f64>| series.len() > 2)
            .collect();
        n_pairs[side] = series.iter().map(|series| series.len() as f64 - 1.0).sum();
        if n_pairs[side] < MIN_ROWS as f64 - 1.0 {
            return None;
        }
        let slices: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        lags[side] = autocorrelation(&slices, N_LAGS);
    }
    lags.iter().all(|lags| !lags.is_empty()).then_some(Found { lags, n_pairs, way: at })
}

fn ways_of<'g, 't>(grid: &'g Grid<'t>) -> Vec<Way<'g, 't>> {
    let n_rows = grid.n_rows();
    let values = || grid.columns.iter().filter(|column| column.part == SamplePart::Value);
    let times =
        values().filter(|column| column.held() == Held::Times && column.values(0).len() >= MIN_SERIES);
    let is_entity = |column: &&GridColumn<'_>| {
        let n_distinct = column.values(0).len();
        column.held() == Held::Texts && n_distinct > 1 && n_distinct * MIN_SERIES <= n_rows[0]
    };
    let entities: Vec<Option<&GridColumn<'t>>> =
        std::iter::once(None).chain(values().filter(is_entity).take(MAX_ENTITIES).map(Some)).collect();
    let places = grid.is_in_order().then_some(None);
    let orders = times.take(MAX_ORDERS).map(Some).chain(places);
    let mut ways = Vec::new();
    for order in orders {
        let rows = thinned(order, grid);
        for entity in &entities {
            let series = [0, 1].map(|side: usize| series_of(grid, (order, *entity), side, &rows[side]));
            ways.push(Way { order, entity: *entity, series });
        }
    }
    ways
}

/// The rows of both sides that are followed: as many in the same time.
fn thinned(order: Option<&GridColumn<'_>>, grid: &Grid<'_>) -> [Vec<usize>; 2] {
    let all = grid.n_rows().map(|n| (0..n).collect::<Vec<usize>>());
    let Some(order) = order else { return all };
    let rate = |side: usize| {
        let mut times: Vec<f64> = all[side].iter().filter_map(|row| order.number(side, *row)).collect();
        times.sort_by(f64::total_cmp);
        let quartile = |share: usize| times.get(times.len() * share / 4).copied().unwrap_or(0.0);
        times.len() as f64 / (quartile(3) - quartile(1)).max(1e-6)
    };
    let rates = [rate(0), rate(1)];
    let least = rates[0].min(rates[1]);
    let mut side = 0;
    all.map(|rows| {
        let share = least / rates[side].max(1e-300);
        side += 1;
        // Rates that differ by less are alike.
        if share > 0.8 {
            return rows;
        }
        rows.into_iter()
            .filter(|row| (mix(cast::to_u64(*row) + 1) >> 11) as f64 / (1_u64 << 53) as f64 <= share)
            .collect()
    })
}

/// The rows of each entity, or of each holder, in order.
fn series_of(
    grid: &Grid<'_>,
    (order, entity): (Option<&GridColumn<'_>>, Option<&GridColumn<'_>>),
    side: usize,
    rows: &[usize],
) -> Vec<Vec<usize>> {
    let holders = grid.tables[side].holder_rows();
    let group = |row: usize| -> u64 {
        let value = entity.map_or(0, |entity| match entity.cell(side, row) {
            synth_profile::sample_tables::SampleCell::Value(at) => cast::to_u64(at) + 1,
            _ => 0,
        });
        let holder = if order.is_none() { holders.get(row).copied().unwrap_or(0) } else { 0 };
        u64::from(holder) << 32 | value
    };
    let mut keyed: Vec<(u64, f64, usize)> = rows
        .iter()
        .filter_map(|row| {
            let place = match order {
                Some(order) => order.number(side, *row)?,
                None => *row as f64,
            };
            Some((group(*row), place, *row))
        })
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    keyed.chunk_by(|a, b| a.0 == b.0).map(|series| series.iter().map(|(_, _, row)| *row).collect()).collect()
}
