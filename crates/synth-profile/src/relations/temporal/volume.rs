//! How many rows there are along time.

use synth_core::cast;
use synth_stats::series::{autocorrelation, kendall_trend, theil_sen};

use super::calendar::{Cycle, unit_number};
use super::{CalendarUnit, TrendProfile, Volume};
use crate::relations::time_axis::TimeAxis;

/// Share of the rows at each end whose times do not stretch the range.
const TRIMMED: f64 = 0.005;
/// Rows in a unit on average, at least.
const MIN_PER_UNIT: f64 = 3.0;
/// Largest p-value of a trend that is named; a table is asked this once.
const MAX_P_VALUE: f64 = 0.01;
/// Fewest and most units.
const N_UNITS: (i64, i64) = (8, 200);

/// Counts the rows of each unit of the calendar, and says what is more than chance in that.
///
/// # Method
///
/// The smallest unit that gives no more than 200 counts, of three rows or more on average; the first and the last unit
/// are not whole and left out. `None` with fewer than eight.
pub(super) fn volume(axis: &TimeAxis) -> Option<Volume> {
    let range = range(axis)?;
    let times = || axis.rows.iter().map(|row| axis.seconds[*row as usize]);
    let units = [
        CalendarUnit::Minute,
        CalendarUnit::Hour,
        CalendarUnit::Day,
        CalendarUnit::Week,
        CalendarUnit::Month,
        CalendarUnit::Year,
    ];
    let is_of_days = axis.is_of_days();
    let n_of = |unit: CalendarUnit| unit_number(unit, range.1) - unit_number(unit, range.0) - 1;
    let is_fit = |unit: &CalendarUnit| {
        let n = n_of(*unit);
        let is_fine = matches!(unit, CalendarUnit::Minute | CalendarUnit::Hour);
        (N_UNITS.0..=N_UNITS.1).contains(&n)
            && axis.rows.len() as f64 >= MIN_PER_UNIT * n as f64
            && !(is_fine && is_of_days)
    };
    let unit = units.into_iter().find(is_fit)?;
    let first = unit_number(unit, range.0) + 1;
    let mut counts = vec![0.0; usize::try_from(n_of(unit)).ok()?];
    for time in times() {
        let place = usize::try_from(unit_number(unit, time) - first).ok();
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1.0;
        }
    }
    Some(Volume {
        unit,
        n_units: cast::to_u64(counts.len()),
        trend: trend(&counts),
        seasons: Cycle::within(axis, range).iter().filter_map(|cycle| cycle.of_counts(times())).collect(),
    })
}

/// The range of times without the outermost.
pub(super) fn range(axis: &TimeAxis) -> Option<(f64, f64)> {
    let n_trimmed = cast::floor_to_usize(TRIMMED * axis.rows.len() as f64);
    let at = |place: usize| axis.rows.get(place).map(|row| axis.seconds[*row as usize]);
    let range = (at(n_trimmed)?, at(axis.rows.len() - 1 - n_trimmed)?);
    (range.0 < range.1).then_some(range)
}

fn trend(counts: &[f64]) -> Option<TrendProfile> {
    let pairs: Vec<(f64, f64)> = (0_u32..).map(f64::from).zip(counts.iter().copied()).collect();
    let slope = theil_sen(&pairs)?;
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    // What is left without the trend shows how far a count says something of the next.
    let rest: Vec<f64> = pairs.iter().map(|(time, count)| count - slope * time).collect();
    let memory = autocorrelation(&[&rest], 1).first().copied().unwrap_or(0.0);
    let found = kendall_trend(&pairs, memory).filter(|found| found.p_value <= MAX_P_VALUE)?;
    Some(TrendProfile::of(found, slope * (counts.len() - 1) as f64 / mean))
}
