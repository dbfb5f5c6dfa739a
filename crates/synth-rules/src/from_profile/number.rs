//! Rules for numbers.

use synth_core::Rate;
use synth_profile::profile::{Curve, NumberCategory, NumberProfile, TimeProfile};

use super::apportion;
use crate::field::{Constraints, FieldType, NumberSpelling, ValueKind};
use crate::generator::{Categorical, Generator, Literal, QuantileSample, Sequence, Spike, TemporalRhythmic};

/// Share of decimals that end in zero when their last digit is as good as random: around one in ten.
const USUAL_FEWER: std::ops::Range<f64> = 0.05..0.15;
/// Doubles hold no more digits than this behind the point that mean anything.
const MAX_DECIMALS: u8 = 15;

/// The rule for numbers of which `n_integers` are spelled without a point and `n_others` with one.
pub(super) fn kind(number: &NumberProfile, n_integers: u64, n_others: u64) -> ValueKind {
    let has_fractions = n_others > 0;
    let plain_type = if has_fractions { FieldType::Number } else { FieldType::Integer };
    let (field_type, generator) = if let Some(time) = &number.time {
        (FieldType::Datetime, Generator::TemporalRhythmic(temporal(time)))
    } else if !number.categories.is_empty() {
        (FieldType::Enum, Generator::Categorical(categories(&number.categories)))
    } else if number.curve.percent.is_empty() && !number.spikes.is_empty() {
        // The other numbers are too few to say anything of them.
        (FieldType::Enum, Generator::Categorical(categories(&number.spikes)))
    } else if let Some(start) = number.dense_from {
        let sequence = Sequence { start, step: 1, prefix: String::new(), width: 0 };
        (FieldType::Integer, Generator::Sequence(sequence))
    } else {
        (plain_type, Generator::QuantileSample(quantiles(number)))
    };
    let constraints = if has_fractions && field_type != FieldType::Enum {
        let decimal_probs = decimal_probs(number);
        let is_limited = number.decimals <= MAX_DECIMALS || !decimal_probs.is_empty();
        Constraints {
            decimals: is_limited.then_some(number.decimals.min(MAX_DECIMALS)),
            decimal_probs,
            spelling: spelling(number, n_integers),
            ..Constraints::default()
        }
    } else {
        Constraints::default()
    };
    ValueKind { share: Rate::ONE, field_type, generator: Some(generator), constraints }
}

/// Shares by needed digits, when they differ from those of numbers that are cut at random: nine in ten need all.
fn decimal_probs(number: &NumberProfile) -> Vec<f64> {
    let mut counts = number.needed_decimals.clone();
    let beyond: u64 = counts.drain(counts.len().min(usize::from(MAX_DECIMALS) + 1)..).sum();
    let Some((full, fewer)) = counts.split_last_mut() else { return Vec::new() };
    *full += beyond;
    let n_fewer: u64 = fewer.iter().sum();
    let share = n_fewer as f64 / (n_fewer + *full).max(1) as f64;
    if fewer.is_empty() || share <= 0.0 || USUAL_FEWER.contains(&share) {
        return Vec::new();
    }
    apportion(&counts).into_iter().map(Rate::get).collect()
}

/// Whole numbers are spelled as most of them are.
fn spelling(number: &NumberProfile, n_integers: u64) -> NumberSpelling {
    if number.padded && n_integers == 0 {
        NumberSpelling::Fixed
    } else if n_integers > number.n_zero_fraction {
        NumberSpelling::Shortest
    } else {
        NumberSpelling::Decimal
    }
}

fn categories(categories: &[NumberCategory]) -> Categorical {
    let literal = |category: &NumberCategory| match category.value.as_i64() {
        Some(value) => Literal::Integer(value),
        None => Literal::Number(category.value.as_f64().unwrap_or(0.0)),
    };
    let counts: Vec<u64> = categories.iter().map(|category| category.count).collect();
    Categorical {
        values: categories.iter().map(literal).collect(),
        probs: apportion(&counts).into_iter().map(Rate::get).collect(),
        normalize: false,
    }
}

fn quantiles(number: &NumberProfile) -> QuantileSample {
    let mut counts: Vec<u64> = number.spikes.iter().map(|spike| spike.count).collect();
    let n_rest = number.count - counts.iter().sum::<u64>().min(number.count);
    counts.push(if number.curve.percent.is_empty() { 0 } else { n_rest });
    let spikes = number
        .spikes
        .iter()
        .zip(apportion(&counts))
        .map(|(spike, share)| Spike { value: spike.value.as_f64().unwrap_or(0.0), prob: share.get() });
    let (quantiles, values) = if number.curve.percent.is_empty() {
        let only = number.spikes.first().and_then(|spike| spike.value.as_f64()).unwrap_or(0.0);
        (vec![0.0, 100.0], vec![only, only])
    } else {
        (number.curve.percent.clone(), number.curve.values.clone())
    };
    QuantileSample { quantiles, values, spikes: spikes.collect() }
}

/// Whole numbers by a curve alone.
pub(super) fn by_curve(curve: &Curve) -> Generator {
    let (quantiles, values) = (curve.percent.clone(), curve.values.clone());
    Generator::QuantileSample(QuantileSample { quantiles, values, spikes: Vec::new() })
}

/// The generator of times; profiles of hour and weekday only where the data is spread over enough of them.
pub(super) fn temporal(time: &TimeProfile) -> TemporalRhythmic {
    let seconds = |values: &[f64]| match (values.first(), values.last()) {
        (Some(first), Some(last)) => last - first,
        _ => 0.0,
    };
    let span_days = seconds(&time.curve.values) / 86_400.0;
    let has_hours = time.hours.iter().filter(|count| **count > 0).count() > 1;
    let has_weekdays = time.weekdays.iter().filter(|count| **count > 0).count() > 1;
    TemporalRhythmic {
        format: time.format.clone(),
        quantiles: time.curve.percent.clone(),
        values: time.curve.values.iter().map(|seconds| rfc3339(*seconds)).collect(),
        weekday_profile: if span_days >= 21.0 && has_weekdays { profile(&time.weekdays) } else { Vec::new() },
        hour_profile: if span_days >= 7.0 && has_hours { profile(&time.hours) } else { Vec::new() },
    }
}

fn profile(counts: &[u64]) -> Vec<f64> {
    apportion(counts).into_iter().map(Rate::get).collect()
}

/// The first and last second of the years 0000 to 9999, which RFC 3339 can write.
const RFC3339_SECONDS: (f64, f64) = (-62_167_219_200.0, 253_402_300_799.0);

/// Prints seconds since the epoch, with microseconds only when there are some.
fn rfc3339(seconds: f64) -> String {
    let (first, last) = RFC3339_SECONDS;
    let time = synth_core::Timestamp(synth_core::cast::round_to_i64(seconds.clamp(first, last) * 1e6));
    let spec = if time.0 % 1_000_000 == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
    let mut text = String::new();
    if let Ok(format) = synth_core::TimeFormat::parse(spec) {
        // Writing to a string does not fail.
        let _ = format.write(time, &mut text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_four_digits_of_year() {
        assert_eq!(rfc3339(0.5), "1970-01-01T00:00:00.500000Z");
        assert_eq!(rfc3339(1e12), "9999-12-31T23:59:59Z");
        assert_eq!(rfc3339(-1e12), "0000-01-01T00:00:00Z");
    }
}
