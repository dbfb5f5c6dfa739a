//! The mixture of two distributions given by quantiles.

use synth_core::cast;

use super::Weights;

/// Knots of a written distribution.
const MAX_KNOTS: usize = 41;
/// Percentages are written with four digits.
const STEP: f64 = 1e-4;

/// Percentages from 0 to 100, rising, and the value at each of them, not falling; linear between.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    percent: Vec<f64>,
    values: Vec<f64>,
}

impl Curve {
    pub(super) fn of(percent: &[f64], values: &[f64]) -> Self {
        Self { percent: percent.to_vec(), values: values.to_vec() }
    }

    /// Single values with their probabilities, in ascending order.
    pub(super) fn of_atoms(atoms: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut curve = Self { percent: Vec::new(), values: Vec::new() };
        let mut before = 0.0;
        for (value, prob) in atoms.filter(|(_, prob)| *prob > 0.0) {
            curve.percent.extend([before, before + 100.0 * prob]);
            curve.values.extend([value, value]);
            before += 100.0 * prob;
        }
        curve
    }

    /// The percentage of values below `x`.
    fn below(&self, x: f64) -> f64 {
        match self.values.iter().position(|value| *value >= x) {
            None => 100.0,
            Some(0) => 0.0,
            Some(at) => self.between(at - 1, x),
        }
    }

    /// The percentage of values up to `x`.
    fn up_to(&self, x: f64) -> f64 {
        match self.values.iter().rposition(|value| *value <= x) {
            None => 0.0,
            Some(at) if at + 1 == self.values.len() => 100.0,
            Some(at) => self.between(at, x),
        }
    }

    /// The percentage at `x` between two knots of different values.
    fn between(&self, at: usize, x: f64) -> f64 {
        let share = (x - self.values[at]) / (self.values[at + 1] - self.values[at]);
        self.percent[at] + share * (self.percent[at + 1] - self.percent[at])
    }
}

/// Returns the percentages and values of a mixture.
///
/// # Method
///
/// The distribution function of a mixture is the weighted mean of the distribution functions; it is linear between
/// the values that are knots of either. Of more than 41 knots those are left out, one by one, that change
/// the line least. Where no values lie between two knots the line rises by the smallest step that is written.
///
/// # Cost
///
/// O(n²) for n knots.
pub(super) fn mixed(old: &Curve, new: &Curve, weights: Weights) -> (Vec<f64>, Vec<f64>) {
    if old.values.is_empty() || new.values.is_empty() {
        let known = if old.values.is_empty() { new } else { old };
        return (known.percent.clone(), known.values.clone());
    }
    let mut values: Vec<f64> = old.values.iter().chain(&new.values).copied().collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let mut knots: Vec<(f64, f64)> = Vec::new();
    for x in values {
        knots.push((weights.mean(old.below(x), new.below(x)), x));
        let up_to = weights.mean(old.up_to(x), new.up_to(x));
        if up_to > knots.last().map_or(0.0, |(percent, _)| percent + STEP / 2.0) {
            knots.push((up_to, x));
        }
    }
    // A side without weight has knots at which nothing lies.
    let first = knots.iter().rposition(|(percent, _)| *percent <= 0.0).unwrap_or(0);
    let last = knots.iter().position(|(percent, _)| *percent >= 100.0).unwrap_or(knots.len() - 1);
    let mut knots = knots[first..=last].to_vec();
    knots.dedup();
    thin_out(&mut knots);
    written(&knots)
}

fn thin_out(knots: &mut Vec<(f64, f64)>) {
    while knots.len() > MAX_KNOTS {
        let height = |i: usize| {
            let ((left, low), (at, value), (right, high)) = (knots[i - 1], knots[i], knots[i + 1]);
            let width = right - left;
            let line = if width > 0.0 { low + (high - low) * (at - left) / width } else { value };
            (value - line).abs() * width
        };
        let least = (1..knots.len() - 1).min_by(|a, b| height(*a).total_cmp(&height(*b)));
        let Some(least) = least else { return };
        knots.remove(least);
    }
}

/// Percentages with four digits that rise strictly from 0 to 100.
fn written(knots: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    let (mut percent, mut values): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let n = knots.len();
    let mut previous: Option<i64> = None;
    for (index, (at, value)) in knots.iter().enumerate() {
        let last = cast::round_to_i64(100.0 / STEP);
        // Room is left for the knots that follow.
        let most = last - i64::from(cast::to_u32(n - 1 - index));
        let least = previous.map_or(0, |previous| previous + 1);
        let steps =
            if index + 1 == n { last } else { cast::round_to_i64(at / STEP).clamp(least, most.max(least)) };
        percent.push(steps as f64 / cast::round_to_i64(1.0 / STEP) as f64);
        values.push(*value);
        previous = Some(steps);
    }
    if n == 1 {
        return (vec![0.0, 100.0], vec![values[0], values[0]]);
    }
    percent[0] = 0.0;
    (percent, values)
}
