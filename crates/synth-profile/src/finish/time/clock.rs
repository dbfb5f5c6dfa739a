//! Whole numbers that spell a date or a time of day: 20240229, 517 for 05:17.

use std::collections::BTreeSet;

use synth_core::{JsonPath, TimeFormat, Timestamp};
use synth_privacy::Gate;

use super::{Form, Hint, Seen, spikes, time_profile};
use crate::number_stats::{NumberStats, NumberValue};
use crate::profile::TimeProfile;
use crate::time_stats::TimeAccumulator;

/// Dates that are looked for: format, digits, and distinct numbers asked for without and with a word for it.
///
/// Of all numbers with eight digits that begin like a year from 1900 to 2099, 3.65 % are dates; of those with
/// six, 12 % are months, and many a code looks the same.
const DATES: [(&str, usize, usize, usize); 4] =
    [("%Y%m%d", 8, 6, 1), ("%Y%m%d%H%M%S", 14, 3, 1), ("%Y%m%d%H%M", 12, 4, 1), ("%Y%m", 6, usize::MAX, 1)];
/// 1900-01-01 and 2100-01-01 in seconds since the epoch.
const DATE_WINDOW: std::ops::Range<i64> = -2_208_988_800..4_102_444_800;
/// Hours that clock numbers begin with, at least: rooms and prices keep to fewer.
const MIN_HOURS: usize = 5;
/// Distinct clock numbers asked for at a path that speaks of time: six in ten numbers end in a minute by chance.
const MIN_CLOCK: usize = 20;
/// The same at any other path.
const MIN_CLOCK_ALONE: usize = 200;
/// Minutes seen, at least, at any other path.
const MIN_MINUTES: usize = 55;

/// Numbers that are all dates or times of day in one format.
pub(in crate::finish) fn digits_profile(
    numbers: &NumberStats,
    path: &JsonPath,
    gate: Gate,
) -> Option<TimeProfile> {
    let hint = Hint::of(path);
    let is_whole = |value: &NumberValue| matches!(value, NumberValue::Integer(_));
    if hint == Hint::Against || !numbers.distinct.entries().all(|entry| is_whole(&entry.value)) {
        return None;
    }
    let mut values: Vec<i64> = numbers.distinct.entries().filter_map(|entry| integer(entry.value)).collect();
    values.sort_unstable();
    let (spec, width) = date_spec(&values, hint).or_else(|| clock_spec(&values, hint))?;
    let format = TimeFormat::parse(spec).ok()?;
    let read = |value: i64| format.read(&format!("{value:0width$}"));
    let mut times = TimeAccumulator::default();
    let mut seen = Vec::new();
    for entry in numbers.distinct.entries() {
        let time = read(integer(entry.value)?)?;
        times.push_n(time, entry.count);
        seen.push(Seen { seconds: time.0 as f64 / 1e6, count: entry.count, n_units: entry.n_units });
    }
    let spikes = spikes(&seen, gate);
    let mut profile = time_profile(Form::of(&format, &times, &spikes), &times, &spikes, gate);
    profile.as_number = true;
    // The table may hold a part of the distinct numbers, but the field has all its values.
    profile.count = numbers.distinct.total();
    Some(profile)
}

fn integer(value: NumberValue) -> Option<i64> {
    match value {
        NumberValue::Integer(value) => Some(value),
        NumberValue::Float(_) => None,
    }
}

fn date_spec(values: &[i64], hint: Hint) -> Option<(&'static str, usize)> {
    let (spec, width, ..) = DATES.into_iter().find(|(spec, width, alone, named)| {
        let wanted = if hint == Hint::Strong { *named } else { *alone };
        let Ok(format) = TimeFormat::parse(spec) else { return false };
        let is_date = |value: &i64| {
            let text = value.to_string();
            let time = format.read(&text).filter(|_| text.len() == *width);
            time.is_some_and(|time: Timestamp| DATE_WINDOW.contains(&time.seconds()))
        };
        values.len() >= wanted && values.iter().all(is_date)
    })?;
    Some((spec, width))
}

/// Hours and minutes in one number from 0 to 2359; 2400 is the end of the day.
fn clock_spec(values: &[i64], hint: Hint) -> Option<(&'static str, usize)> {
    let is_clock = |value: &i64| (0..=2400).contains(value) && value % 100 < 60;
    let hours: BTreeSet<i64> = values.iter().map(|value| value / 100).collect();
    let minutes: BTreeSet<i64> = values.iter().map(|value| value % 100).collect();
    let n_wanted = if hint >= Hint::Weak { MIN_CLOCK } else { MIN_CLOCK_ALONE };
    let n_minutes = if hint >= Hint::Weak { 2 } else { MIN_MINUTES };
    let fits = values.len() >= n_wanted
        && hours.len() >= MIN_HOURS
        && minutes.len() >= n_minutes
        && minutes.last().is_some_and(|last| *last >= 40)
        && values.iter().all(is_clock);
    let spec = if values.last() == Some(&2400) { "%[H]%M" } else { "%H%M" };
    fits.then_some((spec, 4))
}
