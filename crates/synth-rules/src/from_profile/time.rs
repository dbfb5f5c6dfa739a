//! Rules for dates and times.

use synth_core::{Rate, TimeFormat, Timestamp, cast};
use synth_profile::profile::{TimeProfile, TimeSpike as SeenSpike};

use super::apportion;
use crate::generator::{TemporalRhythmic, TimeSpike, WrittenAs, ZoneShare};
use crate::resolution::Resolution;

const DAY: i64 = 86_400_000_000;
/// A rhythm of weekdays needs times over so many days, one of hours over so many.
const MIN_SPAN_DAYS: (f64, f64) = (21.0, 7.0);
/// 95 % points of the chi-squared distribution with 6 and 23 degrees of freedom (Abramowitz and Stegun 1964,
/// Handbook of Mathematical Functions, table 26.8).
const CRITICAL: (f64, f64) = (12.592, 35.172);
/// Counts that every class has beside its own, together: Perks, W. (1947), Some observations on inverse
/// probability, J. Inst. Actuaries 73.
const PRIOR: f64 = 1.0;

/// The generator of times; profiles of hour and weekday only where the data is spread over enough of them and
/// their differences are no accident.
pub(super) fn temporal(time: &TimeProfile) -> TemporalRhythmic {
    let seconds = |values: &[f64]| match (values.first(), values.last()) {
        (Some(first), Some(last)) => last - first,
        _ => 0.0,
    };
    let span_days = seconds(&time.curve.values) / 86_400.0;
    let step = step_micros(time);
    let weekdays = has_rhythm(&time.weekdays, time.n_days, CRITICAL.0);
    let hours = step < DAY && has_rhythm(&time.hours, time.n_hours, CRITICAL.1);
    let (quantiles, values) = knots(time);
    TemporalRhythmic {
        format: time.format.clone(),
        written_as: if time.as_number { WrittenAs::Number } else { WrittenAs::Text },
        quantiles,
        values: values.into_iter().map(|seconds| printed(seconds, step)).collect(),
        spikes: spikes(time),
        resolution: time.resolution_micros.and_then(Resolution::from_micros),
        weekday_profile: if span_days >= MIN_SPAN_DAYS.0 && weekdays {
            profile(&time.weekdays)
        } else {
            Vec::new()
        },
        hour_profile: if span_days >= MIN_SPAN_DAYS.1 && hours { profile(&time.hours) } else { Vec::new() },
        zones: zones(time),
    }
}

/// The quantiles; those of the first spike when nothing is known of other times.
fn knots(time: &TimeProfile) -> (Vec<f64>, Vec<f64>) {
    match time.spikes.first() {
        Some(spike) if time.curve.percent.is_empty() => (vec![0.0, 100.0], vec![spike.seconds; 2]),
        _ => (time.curve.percent.clone(), time.curve.values.clone()),
    }
}

/// The times that stand out, as they are: they need not lie on the grid of the others.
fn spikes(time: &TimeProfile) -> Vec<TimeSpike> {
    let mut counts: Vec<u64> = time.spikes.iter().map(|spike| spike.count).collect();
    let n_rest = time.count - counts.iter().sum::<u64>().min(time.count);
    counts.push(if time.curve.percent.is_empty() { 0 } else { n_rest });
    let own = own_micros(time);
    let share = |(spike, share): (&SeenSpike, Rate)| TimeSpike {
        value: printed(spike.seconds, own),
        prob: share.get(),
    };
    time.spikes.iter().zip(apportion(&counts)).map(share).collect()
}

fn zones(time: &TimeProfile) -> Vec<ZoneShare> {
    let counts: Vec<u64> = time.zones.iter().map(|(_, count)| *count).collect();
    let shares = apportion(&counts).into_iter();
    let share = |(zone, share): (&(i32, u64), Rate)| ZoneShare { minutes: zone.0, prob: share.get() };
    time.zones.iter().zip(shares).map(share).collect()
}

/// The step in which times are told: the learned one, or that of the format.
fn step_micros(time: &TimeProfile) -> i64 {
    time.resolution_micros.unwrap_or_else(|| own_micros(time)).max(1)
}

/// The step of the format.
fn own_micros(time: &TimeProfile) -> i64 {
    if time.format.starts_with("epoch_") {
        return 1;
    }
    TimeFormat::parse(&time.format).map_or(1, |format| format.resolution_micros().max(1))
}

/// Tells whether counts differ more than those of times without a rhythm.
///
/// # Method
///
/// Pearson's chi-squared against equal shares. Times of one day or hour often belong together, so the counts
/// weigh no more than the `n_apart` different days or hours they come from.
fn has_rhythm(counts: &[u64], n_apart: u64, critical: f64) -> bool {
    let total: u64 = counts.iter().sum();
    let weight = n_apart.min(total) as f64 / total.max(1) as f64;
    let expected = total as f64 / counts.len().max(1) as f64;
    let squares: f64 =
        counts.iter().map(|count| (*count as f64 - expected) * (*count as f64 - expected)).sum();
    total > 0 && weight * squares / expected > critical
}

/// Shares of the counts, smoothed, in millionths.
fn profile(counts: &[u64]) -> Vec<f64> {
    let total: u64 = counts.iter().sum();
    let n = counts.len().max(1) as f64;
    let weights = counts
        .iter()
        .map(|count| cast::round_to_u64(1e9 * (*count as f64 + PRIOR / n) / (total as f64 + PRIOR)));
    apportion(&weights.collect::<Vec<_>>()).into_iter().map(Rate::get).collect()
}

/// The first and last second of the years 0000 to 9999, which RFC 3339 can write.
const RFC3339_SECONDS: (f64, f64) = (-62_167_219_200.0, 253_402_300_799.0);

/// Prints the step nearest to so many seconds since the epoch: a date, or a time with microseconds only when there
/// are some.
fn printed(seconds: f64, step: i64) -> String {
    let (first, last) = RFC3339_SECONDS;
    let micros = cast::round_to_i64(seconds.clamp(first, last) * 1e6);
    let below = micros - micros.rem_euclid(step);
    let above = below.saturating_add(step);
    let nearest = if micros - below < above - micros || above as f64 > last * 1e6 { below } else { above };
    let spec = match () {
        () if step % DAY == 0 => "%Y-%m-%d",
        () if nearest % 1_000_000 == 0 => "%Y-%m-%dT%H:%M:%SZ",
        () => "%Y-%m-%dT%H:%M:%S%.6fZ",
    };
    let mut text = String::new();
    if let Ok(format) = TimeFormat::parse(spec) {
        // Writing to a string does not fail.
        let _ = format.write(Timestamp(nearest), &mut text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_four_digits_of_year() {
        assert_eq!(printed(0.5, 1), "1970-01-01T00:00:00.500000Z");
        assert_eq!(printed(1e12, 1), "9999-12-31T23:59:59Z");
        assert_eq!(printed(-1e12, 1), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn times_are_printed_on_their_grid() {
        assert_eq!(printed(86_000.0, DAY), "1970-01-02");
        assert_eq!(printed(-50_000.0, DAY), "1969-12-31");
        assert_eq!(printed(1e12, DAY), "9999-12-31");
        assert_eq!(printed(3500.0, 1_800_000_000), "1970-01-01T01:00:00Z");
    }

    /// Catches a rhythm that is read out of a handful of days.
    #[test]
    fn a_rhythm_must_be_no_accident() {
        let office = [200, 210, 190, 205, 195, 0, 0];
        assert!(has_rhythm(&office, 250, CRITICAL.0));
        assert!(!has_rhythm(&office, 5, CRITICAL.0));
        assert!(!has_rhythm(&[9, 8, 12, 10, 7, 11, 9], 66, CRITICAL.0));
        assert!(!has_rhythm(&[0; 7], 0, CRITICAL.0));
        let smoothed = profile(&[6, 0, 0, 0, 0, 0, 0]);
        assert!(smoothed.iter().all(|share| *share > 0.0) && smoothed[0] > 0.85);
    }
}
