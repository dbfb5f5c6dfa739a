//! Rules for dates and times.

use synth_core::{Rate, TimeFormat, Timestamp, cast};
use synth_profile::profile::TimeProfile;

use crate::generator::TemporalRhythmic;
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
    TemporalRhythmic {
        format: time.format.clone(),
        quantiles: time.curve.percent.clone(),
        values: time.curve.values.iter().map(|seconds| printed(*seconds, step)).collect(),
        resolution: time.resolution_micros.and_then(Resolution::from_micros),
        weekday_profile: if span_days >= MIN_SPAN_DAYS.0 && weekdays {
            profile(&time.weekdays)
        } else {
            Vec::new()
        },
        hour_profile: if span_days >= MIN_SPAN_DAYS.1 && hours { profile(&time.hours) } else { Vec::new() },
    }
}

/// The step in which times are told: the learned one, or that of the format.
fn step_micros(time: &TimeProfile) -> i64 {
    let own = TimeFormat::parse(&time.format).map_or(1, |format| format.resolution_micros());
    time.resolution_micros.unwrap_or(if time.format.starts_with("epoch_") { 1 } else { own }).max(1)
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
    super::apportion(&weights.collect::<Vec<_>>()).into_iter().map(Rate::get).collect()
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
