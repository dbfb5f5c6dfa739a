//! Which value a rule makes at a place of its draw.

use synth_core::{Gap, cast};

use crate::field::ValueKind;
use crate::generator::{Generator, Literal, QuantileSample, TemporalRhythmic};
use crate::relationship::Distances;
use crate::shape::LengthRule;

/// A value that a rule makes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Drawn<'r> {
    /// One of a list.
    Listed(&'r Literal),
    /// A number that is repeated often.
    Repeated(f64),
    /// A number between two quantiles.
    Number(f64),
    /// A time.
    Moment {
        /// Microseconds since the epoch.
        micros: f64,
        /// The nearest time that the rule names.
        knot: &'r str,
    },
}

/// Returns the value that a kind makes at a place in [0, 1) of its draw; `None` where no value belongs to a place.
pub(super) fn value_at(kind: &ValueKind, draw: f64) -> Option<Drawn<'_>> {
    match kind.generator.as_ref()? {
        Generator::Categorical(list) => {
            let even = vec![1.0; list.values.len()];
            let probs = if list.probs.len() == list.values.len() { &list.probs } else { &even };
            Some(Drawn::Listed(&list.values[picked(probs, draw)?]))
        }
        Generator::QuantileSample(sample) => number_at(sample, draw),
        Generator::TemporalRhythmic(times) => time_at(times, draw),
        _ => None,
    }
}

/// The position at which a draw falls among weights.
fn picked(weights: &[f64], draw: f64) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let falls = |weight: &f64| {
        sum += weight / total;
        sum > draw
    };
    weights.iter().position(falls).or(weights.len().checked_sub(1))
}

/// Which of the values that stand out is drawn, or else the percentage of the others at which the draw stands.
fn spike_or_percent(probs: impl Iterator<Item = f64>, draw: f64) -> Result<usize, f64> {
    let mut sum = 0.0;
    for (at, prob) in probs.enumerate() {
        sum += prob;
        if draw < sum {
            return Ok(at);
        }
    }
    Err(if sum < 1.0 { 100.0 * (draw - sum) / (1.0 - sum) } else { 0.0 })
}

/// Returns the distance at a place in [0, 1) of its draw.
pub(super) fn gap_at(gap: &Distances, draw: f64) -> Option<Gap> {
    match spike_or_percent(gap.spikes.iter().map(|spike| spike.prob), draw) {
        Ok(spike) => Some(gap.spikes[spike].value),
        // The nearest that is named is as good a word.
        Err(percent) => {
            let above = gap.quantiles.partition_point(|knot| *knot < percent);
            gap.values
                .get(above)
                .or(gap.values.last())
                .or(gap.spikes.last().map(|spike| &spike.value))
                .copied()
        }
    }
}

fn number_at(sample: &QuantileSample, draw: f64) -> Option<Drawn<'_>> {
    match spike_or_percent(sample.spikes.iter().map(|spike| spike.prob), draw) {
        Ok(spike) => Some(Drawn::Repeated(sample.spikes[spike].value)),
        Err(percent) => {
            let curve = sample.linear();
            between(&curve.quantiles, &curve.values, percent).map(Drawn::Number)
        }
    }
}

fn time_at(times: &TemporalRhythmic, draw: f64) -> Option<Drawn<'_>> {
    match spike_or_percent(times.spikes.iter().map(|spike| spike.prob), draw) {
        Ok(spike) => {
            let spike = &times.spikes[spike];
            Some(Drawn::Moment { micros: spike.moment()? as f64, knot: &spike.value })
        }
        Err(percent) => {
            let moments: Vec<f64> =
                times.moments().map(|micros| Some(micros? as f64)).collect::<Option<_>>()?;
            let distance = |at: &usize| (times.quantiles[*at] - percent).abs();
            let nearest = (0..moments.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
            let micros = between(&times.quantiles, &moments, percent)?;
            Some(Drawn::Moment { micros, knot: &times.values[nearest] })
        }
    }
}

/// The number on the line between two knots.
fn between(quantiles: &[f64], values: &[f64], percent: f64) -> Option<f64> {
    let last = values.len().min(quantiles.len()).checked_sub(1)?;
    let above = quantiles.partition_point(|knot| *knot <= percent).min(last);
    let below = above.saturating_sub(1);
    let width = quantiles[above] - quantiles[below];
    let share = if width > 0.0 { ((percent - quantiles[below]) / width).clamp(0.0, 1.0) } else { 1.0 };
    Some(values[below] + share * (values[above] - values[below]))
}

/// Returns the length that a rule makes at a place in [0, 1) of its draw; `None` for named distributions.
pub(super) fn length_at(rule: &LengthRule, draw: f64) -> Option<u64> {
    match rule {
        LengthRule::Constant { value } => Some(*value),
        LengthRule::Categorical { values, probs } => {
            let probs: Vec<f64> = probs.iter().map(|prob| prob.get()).collect();
            Some(values[picked(&probs, draw)?])
        }
        LengthRule::Empirical { quantiles, values } => {
            between(quantiles, values, 100.0 * draw).map(cast::floor_to_u64)
        }
        _ => None,
    }
}
