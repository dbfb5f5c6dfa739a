//! How the numbers of a table move with time.

use std::collections::BTreeSet;

use synth_core::{JsonPath, cast, math};
use synth_stats::series::{autocorrelation, dominant_lag, kendall_trend, ljung_box_p_value, theil_sen};

use super::calendar::Cycle;
use super::split::Split;
use super::{MAX_P_VALUE, SeasonProfile, SeriesProfile, TrendProfile, thousandths, volume};
use crate::relations::Relations;
use crate::relations::table::{Column, Kind, Part, Table};
use crate::relations::time_axis::{MIN_IN_ORDER, TimeAxis};

/// Most numbers of a table that are followed.
const MAX_COLUMNS: usize = 40;
/// Lags that are listed.
const N_LAGS: usize = 24;
/// Most lags that are looked through for a period.
const MAX_LAGS: usize = 400;
/// Steps spent on the lags of one number.
const BUDGET: usize = 1_000_000;
/// Most values that a trend is looked for in, at equal distances.
const MAX_TREND: usize = 4_000;
/// Values from which autocorrelation is looked at.
const MIN_VALUES: usize = 50;
/// Largest autocorrelation must reach this.
const MIN_CORRELATION: f64 = 0.1;
/// The same for the tau of a trend.
const MIN_TAU: f64 = 0.1;
/// Share of steps to an equal time up to which the next row is a next row.
const MAX_TIES: f64 = 0.2;
/// One in so many values at each end is an outlier.
const OUTER: usize = 100;
/// Rises that prove a number that never falls.
const MIN_RISES: usize = 20;

/// Returns the columns whose values are followed: numbers that neither name rows nor follow from the time.
pub(super) fn columns(table: &Table, axis: &TimeAxis, relations: &Relations) -> Vec<usize> {
    let time = &table.columns[axis.column].path;
    let named = relations.references.iter().flat_map(|reference| &reference.child);
    let from_time = relations.dependencies.iter().filter(|found| found.lhs == [time.clone()]);
    let left_out: BTreeSet<&JsonPath> =
        named.chain(from_time.flat_map(|found| found.rhs.iter().map(|dependent| &dependent.path))).collect();
    let is_followed = |column: &Column| {
        let is_number = matches!(column.kind, Kind::Integer | Kind::Decimal);
        is_number
            && matches!(column.part, Part::Value | Part::Length)
            && column.n_distinct() > 2
            && !left_out.contains(&column.path)
    };
    (0..table.columns.len()).filter(|index| is_followed(&table.columns[*index])).take(MAX_COLUMNS).collect()
}

/// Describes one number along time; `None` when nothing is more than chance.
pub(super) fn series(
    (table, index): (&Table, usize),
    axis: &TimeAxis,
    (split, is_thinned): (&Split, bool),
) -> Option<SeriesProfile> {
    let column = &table.columns[index];
    let runs: Vec<Vec<(f64, f64)>> = split
        .runs
        .iter()
        .map(|run| {
            let pair = |row: &u32| Some((axis.seconds[*row as usize], column.number(*row as usize)?));
            run.iter().filter_map(pair).collect()
        })
        .filter(|run: &Vec<(f64, f64)>| !run.is_empty())
        .collect();
    let n_values: usize = runs.iter().map(Vec::len).sum();
    if n_values < MIN_VALUES {
        return None;
    }
    let mut profile = SeriesProfile {
        path: column.path.clone(),
        n_values: cast::to_u64(n_values),
        never_falls: false,
        autocorrelation: Vec::new(),
        period_rows: None,
        trend: None,
        seasons: Vec::new(),
    };
    // Where the array stands in order of time, it says what comes next among equal times.
    let is_order = axis.in_order.is_some_and(|steps| steps.confidence().get() >= MIN_IN_ORDER);
    let has_next = !is_thinned && (split.share_of_ties <= MAX_TIES || is_order);
    if has_next && never_falls(&runs) {
        // All else follows from that.
        return Some(SeriesProfile { never_falls: true, ..profile });
    }
    let levelled = levelled(&runs);
    let listed = if has_next { lags(&levelled, N_LAGS) } else { Vec::new() };
    profile.seasons = seasons(axis, &levelled);
    if is_memory(&listed, n_values) {
        if profile.seasons.is_empty() {
            let lags = lags(&levelled, MAX_LAGS.min(BUDGET / n_values).max(N_LAGS));
            profile.period_rows = dominant_lag(&lags, n_values).map(|(lag, _)| cast::to_u64(lag));
        }
        profile.autocorrelation = listed.iter().map(|r| thousandths(*r)).collect();
    }
    profile.trend = trend(&levelled);
    let says_something =
        !profile.autocorrelation.is_empty() || profile.trend.is_some() || !profile.seasons.is_empty();
    says_something.then_some(profile)
}

fn never_falls(runs: &[Vec<(f64, f64)>]) -> bool {
    let steps = || runs.iter().flat_map(|run| run.windows(2));
    steps().all(|pair| pair[0].1 <= pair[1].1)
        && steps().filter(|pair| pair[0].1 < pair[1].1).count() >= MIN_RISES
}

/// Values less the mean of their series, so that levels of series are no pattern in time.
///
/// The outermost hundredth at each end is taken for the value next to it, so that a few outliers decide nothing (Tukey
/// 1962, The future of data analysis, Ann. Math. Statist. 33(1), after Winsor).
fn levelled(runs: &[Vec<(f64, f64)>]) -> Vec<Vec<(f64, f64)>> {
    let mut sorted: Vec<f64> = runs.iter().flatten().map(|pair| pair.1).collect();
    sorted.sort_by(f64::total_cmp);
    let n_outer = sorted.len() / OUTER;
    let (low, high) = match (sorted.get(n_outer), sorted.get(sorted.len().saturating_sub(n_outer + 1))) {
        (Some(low), Some(high)) if low < high => (*low, *high),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    };
    let runs: Vec<Vec<(f64, f64)>> = runs
        .iter()
        .map(|run| run.iter().map(|(time, value)| (*time, value.clamp(low, high))).collect())
        .collect();
    let level = |run: &Vec<(f64, f64)>| {
        let mean = run.iter().map(|pair| pair.1).sum::<f64>() / run.len() as f64;
        run.iter().map(|(time, value)| (*time, value - mean)).collect()
    };
    runs.iter().map(level).collect()
}

/// Autocorrelation at as many lags as a third of the longest series has values, and no more than asked for.
fn lags(runs: &[Vec<(f64, f64)>], n_lags: usize) -> Vec<f64> {
    let values: Vec<Vec<f64>> = runs.iter().map(|run| run.iter().map(|pair| pair.1).collect()).collect();
    let longest = values.iter().map(Vec::len).max().unwrap_or(0);
    let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    autocorrelation(&values, n_lags.min(longest / 3))
}

fn is_memory(lags: &[f64], n_values: usize) -> bool {
    lags.iter().any(|r| r.abs() >= MIN_CORRELATION) && ljung_box_p_value(lags, n_values) <= MAX_P_VALUE
}

fn seasons(axis: &TimeAxis, runs: &[Vec<(f64, f64)>]) -> Vec<SeasonProfile> {
    let Some(range) = volume::range(axis) else { return Vec::new() };
    let cycles = Cycle::within(axis, range);
    cycles.iter().filter_map(|cycle| cycle.of_values(runs.iter().flatten().copied())).collect()
}

/// The trend of all series together.
fn trend(runs: &[Vec<(f64, f64)>]) -> Option<TrendProfile> {
    let mut pairs: Vec<(f64, f64)> = runs.iter().flatten().copied().collect();
    pairs.sort_by(|left, right| left.0.total_cmp(&right.0));
    let n = pairs.len().min(MAX_TREND);
    let pairs: Vec<(f64, f64)> = (0..n).map(|index| pairs[index * pairs.len() / n]).collect();
    let values: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
    let memory = autocorrelation(&[&values], 1).first().copied().unwrap_or(0.0);
    let found = kendall_trend(&pairs, memory)?;
    if found.p_value > MAX_P_VALUE || found.tau.abs() < MIN_TAU {
        return None;
    }
    let slope = theil_sen(&pairs)?;
    let variance = values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64;
    let span = pairs.last()?.0 - pairs.first()?.0;
    Some(TrendProfile::of(found, slope * span / math::sqrt(variance)))
}
