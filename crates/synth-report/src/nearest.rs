//! How near synthetic rows come to real ones, beside what chance gives.

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::cast;
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SamplePart};
use synth_stats::tests2::interval;

use crate::grid::{self, Grid, GridColumn, Held};
use crate::verdict::{Verdict, rounded};

mod cells;

use cells::{Cell, Cells};

/// Rows of either side that are looked at.
const MAX_ROWS: usize = 1000;
/// Rows that either side needs, and columns.
const MIN_ROWS: usize = 100;
const MIN_COLUMNS: usize = 3;
/// Tables that are looked at.
const MAX_TABLES: usize = 6;
/// Share of fresh real rows that are called near to a real one.
const NEAR: f64 = 0.05;
/// Near rows beyond what chance gives, as a share of all, from which they are worth a look, and from which they are many.
const NEAR_BANDS: (f64, f64) = (0.02, 0.1);
/// Share of the rows that are nearer to the data that were learned than to others, from which that is worth a look, and from
/// which it is much; a copy of all rows has nearly 1.
const NEARER_BANDS: (f64, f64) = (0.55, 0.65);

/// How near the synthetic rows of one table come to real ones. Distances are from 0, equal, to 1, other in every column.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Nearest {
    /// The path of the rows.
    pub path: String,
    /// Synthetic rows that were looked at.
    pub n_rows: u64,
    /// Median distance of a synthetic row to the closest real one.
    pub distance: f64,
    /// The same of fresh real rows.
    pub fresh_distance: f64,
    /// Median ratio of the distances to the closest and to the second closest real row: near 0 where one row is singled out.
    pub ratio: f64,
    /// The same of fresh real rows.
    pub fresh_ratio: f64,
    /// Share of the synthetic rows that are as near to a real row as only one fresh row of twenty.
    pub near: f64,
    /// The same share of fresh real rows: 0.05, or more where many are equally near.
    pub expected: f64,
    /// What is surely beyond chance.
    pub excess_low: f64,
    /// Share of the synthetic rows that are nearer to the real data than to as many others that were not learned from;
    /// ties count half, and chance gives 0.5. Only with a holdout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearer: Option<f64>,
    /// The interval of that share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearer_interval: Option<[f64; 2]>,
    /// How much that matters.
    pub verdict: Verdict,
}

/// Looks how near the rows of each table come.
///
/// # Method
///
/// The distance of two rows is the mean over the columns of: for numbers and times the distance of their ranks among the real
/// values, from 0 to 1, for all else, and where one lacks what the other has, 0 or 1 (Gower, J. C. 1971, A general coefficient of similarity,
/// Biometrics 27(4), on ranks). Columns that number or name the rows do not count. Fresh rows are those of the holdout, or
/// else the real ones themselves, each held against those that another record holds. Distance to the closest record, and
/// the ratio to the second: Zhao, Z. et al. (2021), CTAB-GAN, section 4.2; the share that is nearer to the data learned
/// from: Platzer, M. and Reutterer, T. (2021), Holdout-based empirical assessment of mixed-type synthetic data, Frontiers in Big Data 4.
///
/// # Cost
///
/// At most 1000 rows of a side and 6 tables: a million distances for each of three pairs of sides, each left early once it is
/// larger than the second smallest.
pub(crate) fn compare(
    real: &SampleTables,
    synthetic: &SampleTables,
    holdout: Option<&SampleTables>,
    alpha: f64,
) -> Vec<Nearest> {
    grid::beside_fresh((real, synthetic), holdout, (MIN_ROWS, MAX_TABLES), |grid, fresh| {
        of_table(grid, fresh, alpha)
    })
}

fn of_table(grid: &Grid<'_>, fresh: Option<&Grid<'_>>, alpha: f64) -> Option<Nearest> {
    let rows = [0, 1].map(|side| grid.picked(side, MAX_ROWS));
    let columns: Vec<&GridColumn<'_>> = grid.columns.iter().filter(|column| counts(column, grid)).collect();
    if columns.len() < MIN_COLUMNS {
        return None;
    }
    let real = Cells::of(&columns, 0, &rows[0]);
    let made = Cells::of(&columns, 1, &rows[1]);
    let holders = grid.holders(0, &rows[0]);
    let own = made.closest(&real, |_, _| false);
    let others = fresh.and_then(|fresh| {
        let columns: Vec<&GridColumn<'_>> =
            columns.iter().map(|column| fresh.column(column)).collect::<Option<_>>()?;
        Some(Cells::of(&columns, 1, &fresh.picked(1, MAX_ROWS)))
    });
    let chance = match &others {
        Some(others) => others.closest(&real, |_, _| false),
        None => real.closest(&real, |row, other| holders[row] == holders[other]),
    };
    if chance.is_empty() {
        return None;
    }
    let limit = quantile(chance.iter().map(|two| two[0]), NEAR) + 1e-12;
    let n_near = |pairs: &[[f64; 2]]| pairs.iter().filter(|two| two[0] <= limit).count() as u64;
    let counts = [(n_near(&chance), chance.len() as u64), (n_near(&own), own.len() as u64)];
    let excess = interval::of_shares(counts[0], counts[1], alpha).ok()?.low.max(0.0);
    let nearer = others.as_ref().map(|others| nearer(&made, &real, others));
    let verdict = band(excess, NEAR_BANDS).max(nearer.map_or(Verdict::Matches, |(share, [low, _])| {
        if low > 0.5 { band(share, NEARER_BANDS) } else { Verdict::Matches }
    }));
    let share = |(part, whole): (u64, u64)| rounded(part as f64 / whole.max(1) as f64);
    let median = |pairs: &[[f64; 2]], of: fn(&[f64; 2]) -> f64| rounded(quantile(pairs.iter().map(of), 0.5));
    let first = |two: &[f64; 2]| two[0];
    // Where the second is as near as the first, 0 and 0 alike, no row is singled out.
    let ratio = |two: &[f64; 2]| if two[1] > 0.0 { two[0] / two[1] } else { 1.0 };
    Some(Nearest {
        path: grid.path().to_string(),
        n_rows: counts[1].1,
        distance: median(&own, first),
        fresh_distance: median(&chance, first),
        ratio: median(&own, ratio),
        fresh_ratio: median(&chance, ratio),
        near: share(counts[1]),
        expected: share(counts[0]),
        excess_low: rounded(excess),
        nearer: nearer.map(|(share, _)| rounded(share)),
        nearer_interval: nearer.map(|(_, ends)| ends.map(rounded)),
        verdict,
    })
}

fn band(size: f64, (close, differs): (f64, f64)) -> Verdict {
    match size {
        size if size >= differs => Verdict::Differs,
        size if size >= close => Verdict::Close,
        _ => Verdict::Matches,
    }
}

/// What rows are compared by.
fn counts(column: &GridColumn<'_>, grid: &Grid<'_>) -> bool {
    column.part != SamplePart::Presence && !column.is_label(grid.n_rows()[0])
}

/// Share of the rows that are nearer to the first of two sets, as many of either, and its normal interval of 95 %.
fn nearer(made: &Cells, real: &Cells, others: &Cells) -> (f64, [f64; 2]) {
    let n = real.len().min(others.len());
    let [to_real, to_others] = [real, others].map(|set| made.closest(&set.first(n), |_, _| false));
    let score = |(a, b): (&[f64; 2], &[f64; 2])| match a[0].total_cmp(&b[0]) {
        std::cmp::Ordering::Less => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Greater => 0.0,
    };
    let scores: Vec<f64> = to_real.iter().zip(&to_others).map(score).collect();
    let n = (scores.len() as f64).max(1.0);
    let mean = scores.iter().sum::<f64>() / n;
    let variance = scores.iter().map(|score| (score - mean) * (score - mean)).sum::<f64>() / n;
    let reach = 1.959_964 * synth_core::math::sqrt(variance / n);
    (mean, [(mean - reach).max(0.0), (mean + reach).min(1.0)])
}

fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = cast::floor_to_usize(share * values.len() as f64);
    values.get(at.min(values.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

/// What a row holds in a column, on the scale of the real values.
fn cell(column: &GridColumn<'_>, ranks: &[f64], side: usize, row: usize) -> Cell {
    match column.cell(side, row) {
        SampleCell::Missing => Cell::Kind(0),
        SampleCell::Null => Cell::Kind(1),
        SampleCell::Value(at) => {
            let value = &column.values(side)[at];
            match value.number.filter(|_| column.held() != Held::Texts) {
                Some(number) => Cell::Rank(cells::rank(ranks, number)),
                None => Cell::Kind(cells::value_hash(value)),
            }
        }
    }
}
