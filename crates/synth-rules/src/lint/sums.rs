//! Probabilities that do not add up and lists that do not fit each other.

use super::Report;
use crate::error::ErrorKind;

/// How far a sum of probabilities may be from 1: they are written with six digits.
pub(super) const TOLERANCE: f64 = 1e-6;

/// Checks numbers that are called `what` and stand at `keys`.
pub(super) fn sum_to_one((what, keys): (&'static str, &[&str]), probs: &[f64], report: Report<'_>) {
    let sum = without_noise(probs.iter().sum());
    if is_not_one(sum) {
        report(keys, ErrorKind::BadProbabilities { what, sum, tolerance: TOLERANCE });
    }
}

/// A sum as a person would write it: 0.9, not 0.8999999999999999.
pub(super) fn without_noise(sum: f64) -> f64 {
    if sum.abs() < 1e6 { (sum * 1e9).round() / 1e9 } else { sum }
}

pub(super) fn is_not_one(sum: f64) -> bool {
    (sum - 1.0).abs() > TOLERANCE || sum.is_nan()
}

pub(super) fn no_negative(list: &'static str, weights: &[f64], report: Report<'_>) {
    if weights.iter().any(|weight| weight.is_nan() || *weight < 0.0) {
        report(&[list], ErrorKind::Impossible { reason: format!("`{list}` holds a number below 0") });
    }
}

pub(super) fn equal_lengths(left: (&'static str, usize), right: (&'static str, usize), report: Report<'_>) {
    if left.1 != right.1 {
        let kind =
            ErrorKind::UnequalLengths { left: left.0, n_left: left.1, right: right.0, n_right: right.1 };
        report(&[right.0], kind);
    }
}

pub(super) fn curve_problems(
    percent: (&'static str, &[f64]),
    values: (&'static str, &[f64]),
    report: Report<'_>,
) {
    equal_lengths((percent.0, percent.1.len()), (values.0, values.1.len()), report);
    percentages_rise(percent.0, percent.1, report);
    if values.1.windows(2).any(|pair| pair[0] > pair[1]) || values.1.iter().any(|value| !value.is_finite()) {
        report(&[values.0], ErrorKind::NotRising { list: values.0 });
    }
}

pub(super) fn percentages_rise(list: &'static str, percent: &[f64], report: Report<'_>) {
    let rise = percent.windows(2).all(|pair| pair[0] < pair[1]);
    let ends = percent.first().is_some_and(|first| first.abs() <= TOLERANCE)
        && percent.last().is_some_and(|last| (last - 100.0).abs() <= TOLERANCE);
    if !(rise && ends && percent.len() >= 2) {
        report(&[list], ErrorKind::NotRising { list });
    }
}
