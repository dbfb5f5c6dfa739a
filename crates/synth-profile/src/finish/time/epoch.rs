//! Numbers that count from the epoch.

use synth_core::{JsonPath, Timestamp, cast};
use synth_privacy::Gate;
use synth_stats::OrderHistogram;
use synth_stats::histogram::Cell;

use super::{Form, Hint, Seen, spikes, time_profile};
use crate::epoch_rhythm::{Rhythm, UNITS, WINDOW};
use crate::number_stats::{MAX_CELLS, NumberStats, NumberValue};
use crate::profile::{TimeProfile, TimeSpike};
use crate::time_grid::TimeGrid;
use crate::time_stats::TimeAccumulator;

/// 2000-01-01 and 2040-01-01 in seconds since the epoch: what log and event times lie between.
const NARROW: (f64, f64) = (946_684_800.0, 2_208_988_800.0);
/// Numbers outside of the window, at most; they stand for "never" or "unknown".
const MAX_SENTINELS: usize = 3;
/// Share of the numbers that lie in the window, at least.
const MIN_INSIDE: f64 = 0.02;
/// Distinct numbers that end in three zeros, at least, for whole seconds to be no chance: 1 in 10^9.
const MIN_ROUND: usize = 3;

/// Numbers that lie in the window of one unit, but for a few that stand for no time.
///
/// # Method
///
/// The path speaks of time, or the unit is smaller than a second and all numbers are whole seconds, which happens
/// by chance in one of a thousand for each.
pub(in crate::finish) fn epoch_profile(
    numbers: &NumberStats,
    path: &JsonPath,
    gate: Gate,
) -> Option<TimeProfile> {
    let hint = Hint::of(path);
    let window = if hint == Hint::Strong { WINDOW } else { NARROW };
    let cells: Vec<Cell> = numbers.histogram.cells().collect();
    let (unit, per_second, sentinels) = UNITS.into_iter().find_map(|(unit, per_second)| {
        let sentinels = sentinels(&cells, (window.0 * per_second, window.1 * per_second))?;
        Some((unit, per_second, sentinels))
    })?;
    let is_told = match hint {
        Hint::Against => false,
        Hint::Weak | Hint::Strong => true,
        Hint::None => has_whole_seconds(numbers, per_second, &sentinels),
    };
    if !is_told {
        return None;
    }
    let is_sentinel = |x: f64| sentinels.iter().any(|cell| cell.min.total_cmp(&x).is_eq());
    let seen: Vec<Seen> = numbers
        .distinct
        .entries()
        .map(|entry| Seen {
            seconds: entry.value.as_f64() / per_second,
            count: entry.count,
            n_units: entry.n_units,
        })
        .collect();
    let inside: Vec<Seen> = seen.into_iter().filter(|seen| !is_sentinel(seen.seconds * per_second)).collect();
    let mut spikes = spikes(&inside, gate);
    for cell in &sentinels {
        // Zero and minus one say nothing of anybody.
        let units =
            numbers.distinct.entries().find(|entry| entry.value.as_f64().total_cmp(&cell.min).is_eq());
        let is_public = cell.min.abs() <= 1.0 || units.is_some_and(|entry| gate.is_enough(entry.n_units));
        if !is_public {
            return None;
        }
        spikes.push(TimeSpike { seconds: cell.min / per_second, count: cell.count });
    }
    spikes.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let form = Form {
        format: unit,
        own_micros: own_micros(per_second),
        resolution_micros: resolution_micros(numbers, per_second, &spikes),
    };
    let mut rhythm = numbers.rhythms.of(per_second);
    sentinels.iter().for_each(|cell| rhythm.push_n(cell.min / per_second, cell.count));
    Some(time_profile(form, &accumulate(&cells, per_second, rhythm), &spikes, gate))
}

/// The step of a unit; timestamps tell no less than a microsecond.
fn own_micros(per_second: f64) -> i64 {
    cast::round_to_i64(1e6 / per_second).max(1)
}

/// The step of the moments in the table of numbers, which are all of them or a uniform sample, without spikes.
fn resolution_micros(numbers: &NumberStats, per_second: f64, spikes: &[TimeSpike]) -> Option<i64> {
    let is_spike = |value: f64| spikes.iter().any(|spike| spike.seconds.total_cmp(&value).is_eq());
    let (mut grid, mut n, mut n_distinct, mut is_whole) = (TimeGrid::default(), 0, 0, true);
    for entry in numbers.distinct.entries() {
        is_whole &= matches!(entry.value, NumberValue::Integer(_));
        if is_spike(entry.value.as_f64() / per_second) {
            continue;
        }
        (n, n_distinct) = (n + entry.count, n_distinct + 1);
        if let Some(moment) = moment(entry.value, per_second) {
            grid.push_n(moment, entry.count);
        }
    }
    grid.resolution_micros(if is_whole { own_micros(per_second) } else { 1 }, n, n_distinct)
}

/// The moment of a number, when timestamps can tell it.
fn moment(value: NumberValue, per_second: f64) -> Option<Timestamp> {
    let is_finer = per_second > 1e6;
    Some(Timestamp(match value {
        NumberValue::Integer(nanos) if is_finer => (nanos % 1000 == 0).then_some(nanos / 1000)?,
        NumberValue::Integer(value) => value.saturating_mul(own_micros(per_second)),
        NumberValue::Float(value) => cast::round_to_i64(value * (1e6 / per_second)),
    }))
}

/// The few numbers outside of a window; `None` when they are many, or nothing is inside.
fn sentinels(cells: &[Cell], (low, high): (f64, f64)) -> Option<Vec<Cell>> {
    let is_inside = |cell: &Cell| cell.min >= low && cell.max <= high;
    let outside: Vec<Cell> = cells.iter().copied().filter(|cell| !is_inside(cell)).collect();
    let n_outside: u64 = outside.iter().map(|cell| cell.count).sum();
    let total: u64 = cells.iter().map(|cell| cell.count).sum();
    let is_single = outside.iter().all(|cell| cell.min.total_cmp(&cell.max).is_eq());
    // A number near the window is a time of another age, not a word for "never".
    let is_far = outside.iter().all(|cell| cell.max < low / 4.0 || cell.min > high * 2.0);
    let has_enough = (total - n_outside) as f64 >= MIN_INSIDE * total as f64 && n_outside < total;
    (outside.len() <= MAX_SENTINELS && is_single && is_far && has_enough).then_some(outside)
}

fn has_whole_seconds(numbers: &NumberStats, per_second: f64, sentinels: &[Cell]) -> bool {
    let is_sentinel = |x: f64| sentinels.iter().any(|cell| cell.min.total_cmp(&x).is_eq());
    let is_round = |value: &NumberValue| matches!(value, NumberValue::Integer(number) if per_second > 1.0 && number % 1000 == 0);
    let inside: Vec<&NumberValue> = numbers
        .distinct
        .entries()
        .map(|entry| &entry.value)
        .filter(|value| !is_sentinel(value.as_f64()))
        .collect();
    inside.len() >= MIN_ROUND && inside.iter().all(|value| is_round(value))
}

/// The cells in seconds, and the rhythm of what is in them.
fn accumulate(cells: &[Cell], per_second: f64, rhythm: Rhythm) -> TimeAccumulator {
    let mut scaled: Vec<Cell> = Vec::with_capacity(cells.len());
    for cell in cells {
        let cell = Cell { min: cell.min / per_second, max: cell.max / per_second, count: cell.count };
        match scaled.last_mut() {
            // Numbers so close that their quotients are equal.
            Some(last) if last.max >= cell.min => {
                (last.max, last.count) = (cell.max, last.count + cell.count);
            }
            _ => scaled.push(cell),
        }
    }
    TimeAccumulator {
        // Quotients of finite numbers in their order are finite and in order.
        histogram: OrderHistogram::from_cells(MAX_CELLS, 0, &scaled, 0)
            .unwrap_or_else(|| OrderHistogram::new(MAX_CELLS)),
        weekdays: rhythm.weekdays,
        hours: rhythm.hours,
        ..TimeAccumulator::default()
    }
}
