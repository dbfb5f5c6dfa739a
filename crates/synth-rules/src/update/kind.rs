//! The mixture of the kinds of values of two rules.

use std::cmp::Ordering;

use synth_core::{Rate, cast};

use super::curve::{self, Curve};
use super::{Weights, times};
use crate::Recurrence;
use crate::field::{Constraints, NumberSpelling, ValueKind};
use crate::from_profile::share::apportion;
use crate::generator::{
    Categorical, Constant, Faker, Generator, Interpolation, Literal, Pattern, QuantileSample, Spike,
};

/// Mixes two lists of kinds: what is made alike becomes one kind, the others stand beside each other.
pub(super) fn mixed(old: &[ValueKind], new: &[ValueKind], weights: Weights) -> Vec<ValueKind> {
    let weighted = |side: &[ValueKind], weight: f64| -> Vec<(f64, ValueKind)> {
        side.iter().map(|kind| (weight * kind.share.get(), kind.clone())).collect()
    };
    let mut kinds = weighted(old, weights.old);
    for (weight, theirs) in weighted(new, weights.new) {
        let joined = kinds.iter_mut().find_map(|(own, ours)| {
            let kind = joined(ours, &theirs, Weights::of(*own, weight))?;
            (*own, *ours) = (*own + weight, kind);
            Some(())
        });
        if joined.is_none() {
            kinds.push((weight, theirs));
        }
    }
    kinds.retain(|(weight, _)| *weight > 0.0);
    let shares = shares(&kinds.iter().map(|(weight, _)| *weight).collect::<Vec<f64>>());
    kinds.into_iter().zip(shares).map(|((_, kind), share)| ValueKind { share, ..kind }).collect()
}

/// Weights as shares that sum to 1.
pub(super) fn shares(weights: &[f64]) -> Vec<Rate> {
    let total: f64 = weights.iter().sum();
    let scale = if total > 0.0 { 1e12 / total } else { 0.0 };
    apportion(&weights.iter().map(|weight| cast::round_to_u64(weight * scale)).collect::<Vec<u64>>())
}

/// One kind that makes what both make; `None` when they have too little in common.
fn joined(old: &ValueKind, new: &ValueKind, weights: Weights) -> Option<ValueKind> {
    if old.field_type != new.field_type {
        return None;
    }
    let generator = match (&old.generator, &new.generator) {
        (None, None) => None,
        (Some(ours), Some(theirs)) if ours == theirs => Some(ours.clone()),
        (Some(ours), Some(theirs)) => Some(joined_generator(ours, theirs, weights)?),
        _ => return None,
    };
    let constraints = joined_constraints(&old.constraints, &new.constraints, weights);
    Some(ValueKind { share: Rate::ONE, field_type: old.field_type, generator, constraints })
}

fn joined_generator(old: &Generator, new: &Generator, weights: Weights) -> Option<Generator> {
    if let (Some(ours), Some(theirs)) = (listed(old), listed(new)) {
        return Some(joined_lists(ours, theirs, weights));
    }
    match (old, new) {
        (Generator::QuantileSample(ours), Generator::QuantileSample(theirs)) => {
            Some(Generator::QuantileSample(joined_samples(ours, theirs, weights)))
        }
        (Generator::TemporalRhythmic(ours), Generator::TemporalRhythmic(theirs))
            if ours.format == theirs.format && ours.written_as == theirs.written_as =>
        {
            times::joined(ours, theirs, weights).map(Generator::TemporalRhythmic)
        }
        (Generator::Pattern(ours), Generator::Pattern(theirs)) => {
            Some(Generator::Pattern(joined_patterns(ours, theirs, weights)))
        }
        (Generator::Faker(ours), Generator::Faker(theirs)) if ours.method == theirs.method => {
            Some(Generator::Faker(joined_fakers(ours, theirs, weights)))
        }
        _ => None,
    }
}

/// Values with their probabilities.
fn listed(generator: &Generator) -> Option<Vec<(Literal, f64)>> {
    match generator {
        Generator::Constant(Constant { value }) => Some(vec![(value.clone(), 1.0)]),
        Generator::Categorical(Categorical { values, probs, .. }) => {
            Some(values.iter().cloned().zip(full_probs(probs, values.len())).collect())
        }
        _ => None,
    }
}

/// Probabilities that sum to 1; equal ones where they are left out.
pub(super) fn full_probs(probs: &[f64], n: usize) -> Vec<f64> {
    let sum: f64 = probs.iter().sum();
    if probs.is_empty() || sum <= 0.0 {
        return vec![1.0 / n as f64; n];
    }
    probs.iter().map(|prob| prob / sum).collect()
}

/// Adds up what both list, old entries first.
pub(super) fn added_up<T: PartialEq>(sides: [(f64, Vec<(T, f64)>); 2]) -> (Vec<T>, Vec<f64>) {
    let mut entries: Vec<(T, f64)> = Vec::new();
    for (weight, side) in sides {
        for (value, prob) in side {
            match entries.iter_mut().find(|(known, _)| *known == value) {
                Some((_, own)) => *own += weight * prob,
                None => entries.push((value, weight * prob)),
            }
        }
    }
    let probs = shares(&entries.iter().map(|(_, weight)| *weight).collect::<Vec<f64>>());
    (entries.into_iter().map(|(value, _)| value).collect(), probs.into_iter().map(Rate::get).collect())
}

fn joined_lists(old: Vec<(Literal, f64)>, new: Vec<(Literal, f64)>, weights: Weights) -> Generator {
    let numbers = |side: &[(Literal, f64)]| -> Option<Vec<f64>> {
        side.iter().map(|(value, _)| value.as_number()).collect()
    };
    let rises = |side: &[(Literal, f64)]| numbers(side).is_some_and(|numbers| numbers.is_sorted());
    let is_rising = rises(&old) && rises(&new);
    let (mut values, mut probs) = added_up([(weights.old, old), (weights.new, new)]);
    // Two lists of rising numbers become one, so that draws still rise with what they give.
    if is_rising {
        let mut entries: Vec<(Literal, f64)> = values.into_iter().zip(probs).collect();
        entries.sort_by(|a, b| a.0.as_number().partial_cmp(&b.0.as_number()).unwrap_or(Ordering::Equal));
        (values, probs) = entries.into_iter().unzip();
    }
    Generator::Categorical(Categorical { values, probs, normalize: false })
}

fn joined_patterns(old: &Pattern, new: &Pattern, weights: Weights) -> Pattern {
    let side = |params: &Pattern| -> Vec<(String, f64)> {
        params.patterns.iter().cloned().zip(full_probs(&params.probs, params.patterns.len())).collect()
    };
    let (patterns, probs) = added_up([(weights.old, side(old)), (weights.new, side(new))]);
    Pattern { patterns, probs }
}

fn joined_samples(old: &QuantileSample, new: &QuantileSample, weights: Weights) -> QuantileSample {
    let spikes = |side: &QuantileSample, weight: f64| -> Vec<Spike> {
        let share = weight / (weights.old + weights.new);
        side.spikes.iter().map(|spike| Spike { prob: spike.prob * share, ..spike.clone() }).collect()
    };
    let mut joined: Vec<Spike> = Vec::new();
    for spike in spikes(old, weights.old).into_iter().chain(spikes(new, weights.new)) {
        match joined.iter_mut().find(|known| known.value.to_bits() == spike.value.to_bits()) {
            Some(known) => known.prob += spike.prob,
            None => joined.push(spike),
        }
    }
    joined.iter_mut().for_each(|spike| spike.prob = millionths(spike.prob));
    joined.sort_by(|a, b| a.value.total_cmp(&b.value));
    let rest = |side: &QuantileSample, weight: f64| {
        weight * (1.0 - side.spikes.iter().map(|spike| spike.prob).sum::<f64>()).max(0.0)
    };
    let rest = Weights::of(rest(old, weights.old), rest(new, weights.new));
    let interpolation =
        if old.interpolation == new.interpolation { old.interpolation } else { Interpolation::Linear };
    let sides =
        [old, new].map(|side| if interpolation == side.interpolation { side.clone() } else { side.linear() });
    let [ours, theirs] = sides.map(|side| Curve::of(&side.quantiles, &side.values));
    let (quantiles, values) = curve::mixed(&ours, &theirs, rest);
    QuantileSample { quantiles, values, spikes: joined, interpolation }
}

/// Rounds down, so that sums of shares stay within 1.
pub(super) fn millionths(share: f64) -> f64 {
    cast::floor_to_u64(share * 1e6 + 1e-3) as f64 / 1e6
}

fn joined_fakers(old: &Faker, new: &Faker, weights: Weights) -> Faker {
    if old.lengths.is_empty() || new.lengths.is_empty() {
        return if weights.is_new_heavier() { new.clone() } else { old.clone() };
    }
    let (ours, theirs) = (Curve::of(&old.quantiles, &old.lengths), Curve::of(&new.quantiles, &new.lengths));
    let (quantiles, lengths) = curve::mixed(&ours, &theirs, weights);
    Faker { quantiles, lengths, ..old.clone() }
}

/// The limits that both keep.
fn joined_constraints(old: &Constraints, new: &Constraints, weights: Weights) -> Constraints {
    let both = |ours: Option<f64>, theirs: Option<f64>, pick: fn(f64, f64) -> f64| Some(pick(ours?, theirs?));
    let decimals = old.decimals.max(new.decimals);
    Constraints {
        min: both(old.min, new.min, f64::min),
        max: both(old.max, new.max, f64::max),
        decimals,
        decimal_probs: joined_decimals(old, new, weights),
        spelling: if old.spelling == new.spelling { old.spelling } else { NumberSpelling::Shortest },
        min_length: old.min_length.zip(new.min_length).map(|(ours, theirs)| ours.min(theirs)),
        max_length: old.max_length.zip(new.max_length).map(|(ours, theirs)| ours.max(theirs)),
        integer_share: joined_integer_share(old, new, weights),
        prefix: old.prefix.clone(),
        suffix: old.suffix.clone(),
        recurrence: joined_recurrence(old, new, weights),
    }
}

/// Values of both, as unevenly as in the larger part: nobody knows which ones are in both.
fn joined_recurrence(old: &Constraints, new: &Constraints, weights: Weights) -> Option<Recurrence> {
    let (ours, theirs) = (old.recurrence.as_ref()?, new.recurrence.as_ref()?);
    let heavier = if weights.is_new_heavier() { theirs } else { ours };
    Some(Recurrence { distinct: ours.distinct.saturating_add(theirs.distinct), ..heavier.clone() })
}

/// Share of whole numbers that are spelled without a point; left out means that the spelling decides for all.
fn joined_integer_share(old: &Constraints, new: &Constraints, weights: Weights) -> Option<Rate> {
    match (old.integer_share, new.integer_share) {
        (Some(ours), Some(theirs)) => Rate::new(weights.mean(ours.get(), theirs.get())),
        (ours, theirs) => ours.or(theirs),
    }
}

/// Shares of 0, 1, 2, ... decimals; left out means that all need as many as there are.
fn joined_decimals(old: &Constraints, new: &Constraints, weights: Weights) -> Vec<f64> {
    let (Some(ours), Some(theirs)) = (old.decimals, new.decimals) else { return Vec::new() };
    if old.decimal_probs.is_empty() && new.decimal_probs.is_empty() && ours == theirs {
        return Vec::new();
    }
    let n = usize::from(ours.max(theirs)) + 1;
    let full = |side: &Constraints, decimals: u8| {
        let mut probs = side.decimal_probs.clone();
        if probs.is_empty() {
            probs.resize(usize::from(decimals), 0.0);
            probs.push(1.0);
        }
        probs.resize(n, 0.0);
        probs
    };
    let sides = full(old, ours).into_iter().zip(full(new, theirs));
    let mixed: Vec<f64> = sides.map(|(ours, theirs)| weights.mean(ours, theirs)).collect();
    shares(&mixed).into_iter().map(Rate::get).collect()
}
