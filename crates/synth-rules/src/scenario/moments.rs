//! Changing mean and standard deviation of numbers that are given by quantiles.

use synth_core::math;

use super::{Amount, MomentChange, Moments};
use crate::field::Constraints;
use crate::generator::QuantileSample;

/// Rounds of the search; each one leaves a small part of the error of the one before.
const N_ROUNDS: usize = 64;

/// Mean and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shape {
    mean: f64,
    std: f64,
}

/// Moves and stretches numbers so that they get the mean and deviation that are asked for.
///
/// # Shapes and units
///
/// In the unit of the numbers. Numbers that are never negative stay so, and `min` and `max` of the constraints hold; both
/// are taken into account, so the mean of what is made is the one asked for as long as the limits leave room.
///
/// # Method
///
/// Every number x becomes `limit(center + stretch * (x - mean))`. Mean and deviation of the result are computed exactly
/// from the pieces of the quantile function. `center` and `stretch` are corrected by what is missing 64 times, then
/// `center` alone: where the limits leave no room for both, the mean wins.
///
/// # Errors
///
/// What cannot be: a deviation below 0.
pub(super) fn change(
    sample: &mut QuantileSample,
    constraints: &Constraints,
    how: MomentChange,
    by: &Moments,
) -> Result<(), String> {
    let present = shape(sample);
    let wanted = wanted(present, how, by)?;
    let low = constraints.min.unwrap_or(f64::NEG_INFINITY);
    let low = if range(sample).0 >= 0.0 { low.max(0.0) } else { low };
    let high = constraints.max.unwrap_or(f64::INFINITY).max(low);
    let mut center = wanted.mean;
    let mut stretch = if present.std > 0.0 { wanted.std / present.std } else { 1.0 };
    let mut changed = sample.clone();
    for round in 0..2 * N_ROUNDS {
        let moved = |x: f64| (center + stretch * (x - present.mean)).max(low).min(high);
        changed = moved_sample(sample, moved);
        let got = shape(&changed);
        center += wanted.mean - got.mean;
        // Where the limits leave no room for both, the mean wins.
        if round < N_ROUNDS && got.std > 0.0 && wanted.std > 0.0 {
            stretch *= wanted.std / got.std;
        }
    }
    *sample = changed;
    Ok(())
}

fn wanted(present: Shape, how: MomentChange, by: &Moments) -> Result<Shape, String> {
    let apply = |value: f64, amount: Option<Amount>| match (how, amount) {
        (_, None) => value,
        (MomentChange::Shift, Some(Amount::Number(number))) => value + number,
        (MomentChange::Shift, Some(Amount::Percent(percent))) => value + value * percent / 100.0,
        (MomentChange::Scale, Some(Amount::Number(factor))) => value * factor,
        (MomentChange::Scale, Some(Amount::Percent(percent))) => value * percent / 100.0,
        (MomentChange::Set, Some(Amount::Number(number))) => number,
        (MomentChange::Set, Some(Amount::Percent(percent))) => value * percent / 100.0,
    };
    let mean = apply(present.mean, by.mean);
    let std = match (how, by.mean, by.std) {
        (MomentChange::Scale, mean, None) => apply(present.std, mean).abs(),
        (_, _, std) => apply(present.std, std),
    };
    if std < 0.0 {
        return Err(format!("the standard deviation would be {std}"));
    }
    Ok(Shape { mean, std })
}

fn moved_sample(sample: &QuantileSample, moved: impl Fn(f64) -> f64) -> QuantileSample {
    let mut changed = sample.clone();
    changed.values.iter_mut().for_each(|value| *value = rounded(moved(*value)));
    changed.spikes.iter_mut().for_each(|spike| spike.value = rounded(moved(spike.value)));
    changed
}

/// Without the noise of the last bits, so that a changed rule reads well.
fn rounded(number: f64) -> f64 {
    let scaled = number * 1e9;
    if scaled.abs() < 9e15 { scaled.round() / 1e9 } else { number }
}

fn range(sample: &QuantileSample) -> (f64, f64) {
    let all = sample.values.iter().copied().chain(sample.spikes.iter().map(|spike| spike.value));
    all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// Mean and deviation of the mixture: spikes, and a uniform distribution between each two quantiles.
fn shape(sample: &QuantileSample) -> Shape {
    let spikes: f64 = sample.spikes.iter().map(|spike| spike.prob).sum();
    let rest = (1.0 - spikes).max(0.0);
    let (mut first, mut second) = (0.0, 0.0);
    for spike in &sample.spikes {
        first += spike.prob * spike.value;
        second += spike.prob * spike.value * spike.value;
    }
    for (percent, values) in sample.quantiles.windows(2).zip(sample.values.windows(2)) {
        let (weight, a, b) = (rest * (percent[1] - percent[0]) / 100.0, values[0], values[1]);
        first += weight * (a + b) / 2.0;
        second += weight * (a * a + a * b + b * b) / 3.0;
    }
    Shape { mean: first, std: math::sqrt((second - first * first).max(0.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::{Interpolation, Spike};

    fn sample() -> QuantileSample {
        QuantileSample {
            quantiles: vec![0.0, 50.0, 100.0],
            values: vec![10.0, 30.0, 200.0],
            spikes: Vec::new(),
            interpolation: Interpolation::Linear,
        }
    }

    /// Uniform on 0..12: mean 6, variance 12.
    #[test]
    fn shapes_are_exact() {
        let uniform = QuantileSample { quantiles: vec![0.0, 100.0], values: vec![0.0, 12.0], ..sample() };
        let got = shape(&uniform);
        assert!((got.mean - 6.0).abs() < 1e-12 && (got.std * got.std - 12.0).abs() < 1e-9);
        let spike = Spike { value: 6.0, prob: 0.5 };
        let half = shape(&QuantileSample { spikes: vec![spike], ..uniform });
        assert!((half.mean - 6.0).abs() < 1e-12 && (half.std * half.std - 6.0).abs() < 1e-9);
    }

    fn check(how: MomentChange, mean: Amount, std: Option<Amount>, expected: [f64; 2]) {
        let mut changed = sample();
        change(&mut changed, &Constraints::default(), how, &Moments { mean: Some(mean), std }).unwrap();
        let got = shape(&changed);
        let is_near = |got: f64, wanted: f64| (got - wanted).abs() < 1e-3 * wanted;
        assert!(is_near(got.mean, expected[0]) && is_near(got.std, expected[1]), "{how:?}: {got:?}");
        assert!(changed.values.is_sorted() && changed.values[0] >= 0.0);
    }

    #[test]
    fn moments_become_what_is_asked() {
        let Shape { mean, std } = shape(&sample());
        let percent = Amount::Percent;
        check(MomentChange::Shift, percent(25.0), Some(percent(10.0)), [mean * 1.25, std * 1.1]);
        check(MomentChange::Shift, Amount::Number(5.0), None, [mean + 5.0, std]);
        check(MomentChange::Scale, Amount::Number(2.0), None, [mean * 2.0, std * 2.0]);
        check(MomentChange::Set, Amount::Number(80.0), Some(Amount::Number(60.0)), [80.0, 60.0]);
        // The lower end would be negative: what is cut off there is made up for.
        check(MomentChange::Shift, Amount::Number(-15.0), None, [mean - 15.0, std]);
    }

    /// Three quantiles that may not be negative cannot have this mean and keep their deviation.
    #[test]
    fn the_mean_wins_over_the_deviation() {
        let mut changed = sample();
        let by = Moments { mean: Some(Amount::Number(-30.0)), std: None };
        change(&mut changed, &Constraints::default(), MomentChange::Shift, &by).unwrap();
        assert!((shape(&changed).mean - 37.5).abs() < 0.01, "{:?}", shape(&changed));
    }

    #[test]
    fn limits_hold() {
        let mut changed = sample();
        let limits = Constraints { max: Some(210.0), ..Constraints::default() };
        let by = Moments { mean: Some(Amount::Percent(50.0)), std: None };
        change(&mut changed, &limits, MomentChange::Shift, &by).unwrap();
        assert!(changed.values.iter().all(|value| *value <= 210.0));
        let by = Moments { mean: None, std: Some(Amount::Percent(-200.0)) };
        assert!(change(&mut changed, &limits, MomentChange::Shift, &by).is_err());
    }
}
