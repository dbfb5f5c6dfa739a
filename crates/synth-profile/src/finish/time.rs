//! Times: which of the formats is meant, and numbers that count from the epoch.

use synth_core::{JsonPath, TimeFormat, Timestamp, cast, math};
use synth_privacy::{Gate, PathWords};
use synth_stats::OrderHistogram;

use super::{keys, number};
use crate::number_stats::{NumberStats, NumberValue};
use crate::profile::TimeProfile;
use crate::time_grid::TimeGrid;
use crate::time_stats::{TimeAccumulator, TimeStats};

/// Formats kept for one field.
const MAX_FORMATS: usize = 4;
/// Share of the strings that must be times for a field to be one.
const MIN_SHARE: f64 = 0.9;
/// A format stands for at least this share of the strings.
const MIN_FORMAT_SHARE: f64 = 0.01;

/// The formats that together read nearly all of `count` strings, largest first; empty when they do not.
pub(super) fn profiles(times: &TimeStats, count: u64, gate: Gate) -> Vec<TimeProfile> {
    let mut formats: Vec<(TimeFormat, &TimeAccumulator)> = times.formats().collect();
    // The sort is stable: of formats that read the same strings the first in the list wins.
    formats.sort_by_key(|(_, times)| std::cmp::Reverse(times.histogram.count()));
    let mut kept: Vec<(TimeFormat, &TimeAccumulator)> = Vec::new();
    let mut covered = 0;
    for (format, times) in formats {
        let n = times.histogram.count();
        let is_new_reading = covered + n <= count;
        if is_new_reading && n as f64 >= MIN_FORMAT_SHARE * count as f64 && kept.len() < MAX_FORMATS {
            covered += n;
            kept.push((format, times));
        }
    }
    if (covered as f64) < MIN_SHARE * count as f64 {
        return Vec::new();
    }
    kept.iter()
        .map(|(format, times)| time_profile((format.as_str(), format.resolution_micros()), times, gate))
        .collect()
}

/// The profile of times in a format that tells steps of so many microseconds.
fn time_profile((format, own): (&str, i64), times: &TimeAccumulator, gate: Gate) -> TimeProfile {
    let count = times.histogram.count();
    let n_moments = cast::to_u64(times.histogram.cells().count());
    let resolution_micros = times.grid.resolution_micros(own, count, n_moments);
    let step_seconds = resolution_micros.unwrap_or(own) as f64 / 1e6;
    TimeProfile {
        format: format.to_owned(),
        count,
        curve: number::curve(&times.histogram, gate.k()),
        weekdays: times.weekdays.to_vec(),
        hours: times.hours.to_vec(),
        n_days: n_steps(&times.histogram, 86_400.0),
        n_hours: n_steps(&times.histogram, 3600.0),
        resolution_micros,
        is_key: keys::lie_close(&times.histogram, step_seconds, count),
    }
}

/// Different steps of so many seconds that hold a time, at least: ends of cells that lie in different ones.
fn n_steps(histogram: &OrderHistogram, seconds: f64) -> u64 {
    let mut steps: Vec<i64> = histogram
        .cells()
        .flat_map(|cell| [cell.min, cell.max])
        .map(|moment| cast::round_to_i64(math::floor(moment / seconds)))
        .collect();
    steps.dedup();
    cast::to_u64(steps.len())
}

/// Units of numbers that count from the epoch: name, and values in one second.
const EPOCH_UNITS: [(&str, f64); 3] = [("epoch_seconds", 1.0), ("epoch_millis", 1e3), ("epoch_micros", 1e6)];
/// 2000-01-01 and 2040-01-01 in seconds since the epoch: what log and event times lie between.
const EPOCH_WINDOW: (f64, f64) = (946_684_800.0, 2_208_988_800.0);

/// Words of a path that say that a number is a time.
const TIME_WORDS: [&str; 22] = [
    "time",
    "timestamp",
    "ts",
    "date",
    "datetime",
    "at",
    "on",
    "start",
    "end",
    "created",
    "updated",
    "modified",
    "expires",
    "expiry",
    "since",
    "until",
    "epoch",
    "when",
    "begin",
    "last",
    "seen",
    "mtime",
];

/// Numbers that all lie in the window of one unit, at a path that speaks of time or with so many digits that
/// little else is possible.
pub(super) fn epoch_profile(numbers: &NumberStats, path: &JsonPath, gate: Gate) -> Option<TimeProfile> {
    let (min, max) = (numbers.histogram.min()?, numbers.histogram.max()?);
    let speaks_of_time = PathWords::of(path).own_has(&TIME_WORDS);
    let (unit, per_second) = EPOCH_UNITS
        .into_iter()
        .find(|(_, per_second)| min >= EPOCH_WINDOW.0 * per_second && max <= EPOCH_WINDOW.1 * per_second)?;
    if !speaks_of_time {
        return None;
    }
    let mut times = TimeAccumulator::default();
    for cell in numbers.histogram.cells() {
        // The middle of a cell stands for its values; the rhythm needs the hour only.
        let middle = f64::midpoint(cell.min, cell.max);
        times.push_n(Timestamp(cast::round_to_i64(middle / per_second * 1e6)), cell.count);
    }
    let (grid, n) = epoch_grid(numbers, per_second);
    let own = cast::round_to_i64(1e6 / per_second);
    let whole = numbers.distinct.entries().all(|entry| matches!(entry.value, NumberValue::Integer(_)));
    let resolution_micros =
        grid.resolution_micros(if whole { own } else { 1 }, n, cast::to_u64(numbers.distinct.len()));
    Some(TimeProfile { resolution_micros, ..time_profile((unit, own), &times, gate) })
}

/// The steps of the moments in the table of numbers, which are all of them or a uniform sample, and their count.
fn epoch_grid(numbers: &NumberStats, per_second: f64) -> (TimeGrid, u64) {
    let mut grid = TimeGrid::default();
    let micros = 1e6 / per_second;
    for entry in numbers.distinct.entries() {
        let moment = match entry.value {
            NumberValue::Integer(value) => value.saturating_mul(cast::round_to_i64(micros)),
            NumberValue::Float(value) => cast::round_to_i64(value * micros),
        };
        grid.push_n(Timestamp(moment), entry.count);
    }
    (grid, numbers.distinct.entries().map(|entry| entry.count).sum())
}
