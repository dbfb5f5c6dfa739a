//! Fewer knots where a straight line says the same.

use indexmap::IndexMap;
use synth_core::{JsonPath, math};

use crate::field::FieldRule;
use crate::generator::{Generator, TemporalRhythmic};
use crate::relationship::Relationship;
use crate::shape::{LengthRule, ShapeRule};

/// Percent by which the place of a value may move at least and at most.
const TOLERANCE: (f64, f64) = (0.1, 1.0);

/// Leaves out the knots of all quantile lists that interpolation makes up for.
///
/// # Method
///
/// From each knot that is kept the line goes to the furthest knot such that no value between has moved by more than a
/// quarter of the largest standard error of a share of n values, 50 / sqrt(n) percent, within 0.1 and 1 percent (the
/// greedy form of Imai and Iri 1986, Computational-geometric methods for polygonal approximations of a curve). What a
/// list loses is then less than what another sample of the same size would change, and the ends stay as they are.
pub(super) fn thin(
    fields: &mut IndexMap<JsonPath, FieldRule>,
    shape: &mut IndexMap<JsonPath, ShapeRule>,
    relationships: &mut [Relationship],
    n_values: impl Fn(&JsonPath) -> u64,
) {
    for (path, rule) in fields {
        let n = n_values(path) as f64;
        for kind in &mut rule.kinds {
            let tolerance = tolerance(n * kind.share.get());
            match &mut kind.generator {
                Some(Generator::QuantileSample(sample)) => {
                    thin_numbers(&mut sample.quantiles, &mut sample.values, tolerance);
                }
                Some(Generator::Faker(faker)) => {
                    thin_numbers(&mut faker.quantiles, &mut faker.lengths, tolerance);
                }
                Some(Generator::TemporalRhythmic(times)) => thin_times(times, tolerance),
                _ => {}
            }
        }
    }
    for (path, rule) in shape {
        let holder = path.parent().map_or(0, |parent| n_values(&parent));
        thin_lengths(&mut rule.length, tolerance(holder as f64));
    }
    for relationship in relationships {
        if let Relationship::ForeignKey { parent, children: Some(children), .. } = relationship {
            let n_parents = parent.paths().first().map_or(0, &n_values);
            thin_lengths(children, tolerance(n_parents as f64));
        }
    }
}

fn tolerance(n_values: f64) -> f64 {
    (12.5 / math::sqrt(n_values.max(1.0))).clamp(TOLERANCE.0, TOLERANCE.1)
}

fn thin_lengths(rule: &mut LengthRule, tolerance: f64) {
    if let LengthRule::Empirical { quantiles, values } = rule {
        thin_numbers(quantiles, values, tolerance);
    }
}

fn thin_numbers(quantiles: &mut Vec<f64>, values: &mut Vec<f64>, tolerance: f64) {
    if quantiles.len() == values.len() {
        let kept = kept(quantiles, values, tolerance);
        *quantiles = kept.iter().map(|at| quantiles[*at]).collect();
        *values = kept.iter().map(|at| values[*at]).collect();
    }
}

fn thin_times(times: &mut TemporalRhythmic, tolerance: f64) {
    let moments: Option<Vec<f64>> =
        times.moments().map(|moment| moment.map(|micros| micros as f64)).collect();
    let Some(moments) = moments.filter(|moments| moments.len() == times.quantiles.len()) else { return };
    let kept = kept(&times.quantiles, &moments, tolerance);
    times.quantiles = kept.iter().map(|at| times.quantiles[*at]).collect();
    times.values = kept.iter().map(|at| times.values[*at].clone()).collect();
}

/// The knots that are kept, by their number.
fn kept(quantiles: &[f64], values: &[f64], tolerance: f64) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..values.len().min(1)).collect();
    while let Some(from) = kept.last().copied().filter(|last| last + 1 < values.len()) {
        let is_enough = |until: &usize| {
            (from + 1..*until).all(|at| is_on_line((quantiles, values), (from, at, *until), tolerance))
        };
        let next = (from + 1..values.len()).rev().find(is_enough).unwrap_or(from + 1);
        kept.push(next);
    }
    kept
}

/// Tells whether a knot lies on the line between two others, but for a small step along the quantiles.
fn is_on_line(
    (quantiles, values): (&[f64], &[f64]),
    (from, at, until): (usize, usize, usize),
    tolerance: f64,
) -> bool {
    let width = values[until] - values[from];
    if width <= 0.0 {
        return true;
    }
    let share = (values[at] - values[from]) / width;
    let quantile = quantiles[from] + share * (quantiles[until] - quantiles[from]);
    (quantile - quantiles[at]).abs() <= tolerance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(quantiles: &[f64], values: &[f64], expected: &[usize]) {
        assert_eq!(kept(quantiles, values, 0.2), expected);
    }

    /// A straight line needs its ends; a step, a flat part and a bend need their corners.
    #[test]
    fn corners_stay() {
        check(&[0.0, 25.0, 50.1, 75.0, 100.0], &[0.0, 25.0, 50.0, 75.0, 100.0], &[0, 4]);
        check(&[0.0, 50.0, 100.0], &[0.0, 10.0, 100.0], &[0, 1, 2]);
        check(&[0.0, 20.0, 40.0, 60.0, 100.0], &[0.0, 5.0, 5.0, 5.0, 9.0], &[0, 1, 3, 4]);
        check(&[0.0, 50.0, 50.0, 100.0], &[0.0, 1.0, 9.0, 10.0], &[0, 1, 2, 3]);
        check(&[0.0, 100.0], &[3.0, 3.0], &[0, 1]);
        check(&[], &[], &[]);
        check(&[0.0], &[1.0], &[0]);
    }

    /// No value moves by more than the tolerance, on a curve that bends everywhere.
    #[test]
    fn nothing_moves_far() {
        let quantiles: Vec<f64> = (0..=400).map(|at| f64::from(at) / 4.0).collect();
        let values: Vec<f64> = quantiles.iter().map(|q| q * q).collect();
        let kept = kept(&quantiles, &values, 0.2);
        assert!(kept.len() > 5 && kept.len() < 60, "{}", kept.len());
        for (at, value) in values.iter().enumerate() {
            let above = kept.iter().position(|knot| *knot >= at).unwrap().max(1);
            let (from, until) = (kept[above - 1], kept[above]);
            let share = (value - values[from]) / (values[until] - values[from]);
            let quantile = quantiles[from] + share * (quantiles[until] - quantiles[from]);
            assert!((quantile - quantiles[at]).abs() <= 0.2 + 1e-9);
        }
    }

    #[test]
    fn many_values_are_kept_closer() {
        assert!((tolerance(10.0) - 1.0).abs() < 1e-9 && (tolerance(2500.0) - 0.25).abs() < 1e-9);
        assert!((tolerance(1e9) - 0.1).abs() < 1e-9);
    }
}
