//! Fewer knots where a straight line says the same.

use indexmap::IndexMap;
use synth_core::JsonPath;

use crate::field::{FieldRule, FieldType};
use crate::generator::{Generator, Interpolation, TemporalRhythmic};
use crate::relationship::Relationship;
use crate::shape::{LengthRule, ShapeRule};

/// Percent by which the place of a value may move.
const TOLERANCE: f64 = 0.05;
/// The same for distances.
const COARSE: f64 = 0.5;
/// Whole numbers over a range of this size may have a knot between any two of them, where the joint model cuts.
const MAX_DENSE: f64 = 200.0;

/// Leaves out the knots of all quantile lists that interpolation makes up for.
///
/// # Method
///
/// From each knot that is kept the line goes to the furthest knot such that no value between moves by more than 0.05
/// percent of the values (the greedy form of Imai and Iri 1986, Computational-geometric methods for polygonal
/// approximations of a curve, CVGIP 36); the Kolmogorov–Smirnov distance to the full list is thus at most 0.0005. The ends stay
/// as they are, and so do short ranges of whole numbers, whose knots stand between two of them.
pub(super) fn thin(
    fields: &mut IndexMap<JsonPath, FieldRule>,
    shape: &mut IndexMap<JsonPath, ShapeRule>,
    relationships: &mut [Relationship],
) {
    for kind in fields.values_mut().flat_map(|rule| &mut rule.kinds) {
        let is_whole = kind.field_type == FieldType::Integer;
        match &mut kind.generator {
            Some(Generator::QuantileSample(sample)) => {
                let range =
                    sample.values.first().zip(sample.values.last()).map_or(0.0, |(low, high)| high - low);
                let is_linear = sample.interpolation == Interpolation::Linear;
                if is_linear && (!is_whole || range > MAX_DENSE) {
                    thin_numbers(&mut sample.quantiles, &mut sample.values);
                }
            }
            Some(Generator::Faker(faker)) => thin_numbers(&mut faker.quantiles, &mut faker.lengths),
            Some(Generator::TemporalRhythmic(times)) => thin_times(times),
            _ => {}
        }
    }
    shape.values_mut().for_each(|rule| thin_lengths(&mut rule.length));
    for relationship in relationships {
        if let Relationship::ForeignKey { children: Some(children), .. } = relationship {
            thin_lengths(children);
        }
    }
}

/// Returns which knots of a curve are needed, to half a percent.
pub(super) fn needed(quantiles: &[f64], values: &[f64]) -> Vec<usize> {
    kept(quantiles, values, COARSE)
}

fn thin_lengths(rule: &mut LengthRule) {
    if let LengthRule::Empirical { quantiles, values } = rule {
        thin_numbers(quantiles, values);
    }
}

fn thin_numbers(quantiles: &mut Vec<f64>, values: &mut Vec<f64>) {
    if quantiles.len() == values.len() {
        let kept = kept(quantiles, values, TOLERANCE);
        *quantiles = kept.iter().map(|at| quantiles[*at]).collect();
        *values = kept.iter().map(|at| values[*at]).collect();
    }
}

fn thin_times(times: &mut TemporalRhythmic) {
    let moments: Option<Vec<f64>> =
        times.moments().map(|moment| moment.map(|micros| micros as f64)).collect();
    let Some(moments) = moments.filter(|moments| moments.len() == times.quantiles.len()) else { return };
    let kept = kept(&times.quantiles, &moments, TOLERANCE);
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
}
