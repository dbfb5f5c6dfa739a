//! Rules for numbers.

use synth_core::Rate;
use synth_profile::profile::{Curve, NumberCategory, NumberProfile};

use super::share::rounded;
use super::{apportion, time};
use crate::field::{Constraints, FieldType, NumberSpelling, ValueKind};
use crate::generator::{Categorical, Generator, Interpolation, Literal, QuantileSample, Sequence, Spike};

/// Share of decimals that end in zero when their last digit is as good as random: around one in ten.
const USUAL_FEWER: std::ops::Range<f64> = 0.05..0.15;
/// Distributions of at least so many different numbers are drawn smoothly between at least so many quantiles.
const SMOOTH_DISTINCT: u64 = 500;
const SMOOTH_KNOTS: usize = 8;
/// Doubles hold no more digits than this behind the point that mean anything.
const MAX_DECIMALS: u8 = 15;

/// The rule for numbers of which `n_integers` are spelled without a point and `n_others` with one.
pub(super) fn kind(number: &NumberProfile, n_integers: u64, n_others: u64) -> ValueKind {
    let has_fractions = n_others > 0;
    let plain_type = if has_fractions { FieldType::Number } else { FieldType::Integer };
    let (field_type, generator) = if let Some(time) = &number.time {
        (FieldType::Datetime, Generator::TemporalRhythmic(time::temporal(time)))
    } else if !number.categories.is_empty() {
        (FieldType::Enum, Generator::Categorical(categories(&number.categories)))
    } else if number.curve.percent.is_empty() && !number.spikes.is_empty() {
        // The other numbers are too few to say anything of them.
        (FieldType::Enum, Generator::Categorical(categories(&number.spikes)))
    } else if let Some(start) = number.dense_from {
        let sequence = Sequence::numbers(start, number.dense_step.unwrap_or(1));
        (FieldType::Integer, Generator::Sequence(sequence))
    } else {
        (plain_type, Generator::QuantileSample(quantiles(number)))
    };
    let constraints = if has_fractions && field_type != FieldType::Enum {
        // Times have a grid in place of shares by digits.
        let limits = fractions(number, n_integers);
        if number.time.is_some() { Constraints { decimal_probs: Vec::new(), ..limits } } else { limits }
    } else {
        Constraints::default()
    };
    ValueKind { share: Rate::ONE, field_type, generator: Some(generator), constraints }
}

/// How numbers of which some have a point are spelled.
fn fractions(number: &NumberProfile, n_integers: u64) -> Constraints {
    let integer_share = integer_share(number, n_integers);
    let decimal_probs = decimal_probs(number, n_integers > 0);
    let is_limited = number.decimals <= MAX_DECIMALS || !decimal_probs.is_empty();
    Constraints {
        decimals: is_limited.then_some(number.decimals.min(MAX_DECIMALS)),
        decimal_probs,
        spelling: spelling(number, n_integers),
        integer_share,
        ..Constraints::default()
    }
}

/// Share of whole numbers without a point, when some have one (`28.0`) and some have not (`28`).
fn integer_share(number: &NumberProfile, n_integers: u64) -> Option<Rate> {
    let share = Rate::of(n_integers, n_integers + number.n_zero_fraction);
    (n_integers > 0 && number.n_zero_fraction > 0).then(|| rounded(share))
}

/// Shares by needed digits, when they differ from those of numbers that are cut at random: nine in ten need all.
/// Where integers stand between other numbers their share is always told.
fn decimal_probs(number: &NumberProfile, is_mixed: bool) -> Vec<f64> {
    let mut counts = number.needed_decimals.clone();
    let beyond: u64 = counts.drain(counts.len().min(usize::from(MAX_DECIMALS) + 1)..).sum();
    let Some((full, fewer)) = counts.split_last_mut() else { return Vec::new() };
    *full += beyond;
    let n_fewer: u64 = fewer.iter().sum();
    let share = n_fewer as f64 / (n_fewer + *full).max(1) as f64;
    if fewer.is_empty() || share <= 0.0 || (!is_mixed && USUAL_FEWER.contains(&share)) {
        return Vec::new();
    }
    apportion(&counts).into_iter().map(Rate::get).collect()
}

/// Whole numbers have a point if any of them has one; [`integer_share`] speaks of the others.
fn spelling(number: &NumberProfile, n_integers: u64) -> NumberSpelling {
    if number.padded && n_integers == 0 {
        NumberSpelling::Fixed
    } else if n_integers > 0 && number.n_zero_fraction == 0 {
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

/// The spikes by their value: `2` and `2.0` are one number here.
fn spikes(number: &NumberProfile) -> Vec<(f64, u64)> {
    let mut spikes: Vec<(f64, u64)> = Vec::new();
    for spike in &number.spikes {
        let value = spike.value.as_f64().unwrap_or(0.0);
        match spikes.last_mut().filter(|last| last.0.total_cmp(&value).is_eq()) {
            Some(last) => last.1 += spike.count,
            None => spikes.push((value, spike.count)),
        }
    }
    spikes
}

fn quantiles(number: &NumberProfile) -> QuantileSample {
    let spikes = spikes(number);
    let mut counts: Vec<u64> = spikes.iter().map(|(_, count)| *count).collect();
    let n_rest = number.count - counts.iter().sum::<u64>().min(number.count);
    counts.push(if number.curve.percent.is_empty() { 0 } else { n_rest });
    let shares = apportion(&counts);
    let (quantiles, values) = if number.curve.percent.is_empty() {
        let only = spikes.first().map_or(0.0, |(value, _)| *value);
        (vec![0.0, 100.0], vec![only, only])
    } else {
        (number.curve.percent.clone(), number.curve.values.clone())
    };
    let spikes =
        spikes.iter().zip(shares).map(|((value, _), share)| Spike { value: *value, prob: share.get() });
    let interpolation = interpolation(&values, number.n_distinct);
    QuantileSample { quantiles, values, spikes: spikes.collect(), interpolation }
}

/// Many different numbers without steps have no corners in their distribution either.
fn interpolation(values: &[f64], n_distinct: u64) -> Interpolation {
    let rises = values.windows(2).all(|pair| pair[0] < pair[1]);
    if n_distinct >= SMOOTH_DISTINCT && values.len() >= SMOOTH_KNOTS && rises {
        Interpolation::MonotoneCubic
    } else {
        Interpolation::Linear
    }
}

/// Whole numbers by a curve alone.
pub(super) fn by_curve(curve: &Curve) -> Generator {
    let (quantiles, values) = (curve.percent.clone(), curve.values.clone());
    let interpolation = Interpolation::Linear;
    Generator::QuantileSample(QuantileSample { quantiles, values, spikes: Vec::new(), interpolation })
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_profile::profile::Curve;

    fn number(counts: &[u64], n_zero_fraction: u64) -> NumberProfile {
        NumberProfile {
            count: counts.iter().sum(),
            n_distinct: 100,
            is_unique: false,
            is_key: false,
            personal: None,
            semantic_type: None,
            dense_from: None,
            dense_step: None,
            mean: None,
            decimals: u8::try_from(counts.len() - 1).unwrap(),
            needed_decimals: counts.to_vec(),
            n_zero_fraction,
            padded: false,
            categories: Vec::new(),
            spikes: Vec::new(),
            curve: Curve { percent: vec![0.0, 100.0], values: vec![0.0, 1.0] },
            time: None,
        }
    }

    #[test]
    fn every_spelling_keeps_its_share() {
        let check = |n_integers, n_zero_fraction, expected_share: Option<f64>, expected| {
            let kind = kind(&number(&[50, 50], n_zero_fraction), n_integers, 100 - n_integers);
            let Constraints { integer_share, spelling, decimal_probs, .. } = kind.constraints;
            assert_eq!((integer_share.map(Rate::get), spelling), (expected_share, expected));
            assert_eq!(decimal_probs, [0.5, 0.5]);
        };
        check(0, 50, None, NumberSpelling::Decimal);
        check(50, 0, None, NumberSpelling::Shortest);
        check(20, 30, Some(0.4), NumberSpelling::Decimal);
    }
}
