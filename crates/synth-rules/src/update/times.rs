//! The mixture of the times of two rules.

use synth_core::{Rate, TimeFormat, Timestamp, cast};

use super::Weights;
use super::curve::{self, Curve};
use super::kind::{added_up, full_probs, millionths, shares};
use crate::generator::{TemporalRhythmic, TimeSpike, ZoneShare};

/// One rule that makes the times of both, which have one format; `None` when a time of them cannot be read.
pub(super) fn joined(
    old: &TemporalRhythmic,
    new: &TemporalRhythmic,
    weights: Weights,
) -> Option<TemporalRhythmic> {
    let curve = |side: &TemporalRhythmic| {
        let times: Option<Vec<f64>> = side.moments().map(|moment| Some(moment? as f64)).collect();
        Some(Curve::of(&side.quantiles, &times?))
    };
    let rest = Weights::of(rest(old, weights.old), rest(new, weights.new));
    let (quantiles, times) = curve::mixed(&curve(old)?, &curve(new)?, rest);
    Some(TemporalRhythmic {
        format: old.format.clone(),
        written_as: old.written_as,
        quantiles,
        values: times.into_iter().map(write_time).collect(),
        spikes: joined_spikes(old, new, weights)?,
        weekday_profile: joined_profiles(&old.weekday_profile, &new.weekday_profile, rest, 7),
        hour_profile: joined_profiles(&old.hour_profile, &new.hour_profile, rest, 24),
        // Times on two grids lie on neither.
        resolution: old.resolution.filter(|_| old.resolution == new.resolution),
        zones: joined_zones(&old.zones, &new.zones, weights),
    })
}

/// The weight of the times that are no spikes.
fn rest(side: &TemporalRhythmic, weight: f64) -> f64 {
    weight * (1.0 - side.spikes.iter().map(|spike| spike.prob).sum::<f64>()).max(0.0)
}

/// Spikes of both, earliest first.
fn joined_spikes(old: &TemporalRhythmic, new: &TemporalRhythmic, weights: Weights) -> Option<Vec<TimeSpike>> {
    let total = weights.old + weights.new;
    let mut joined: Vec<(i64, TimeSpike)> = Vec::new();
    for (side, weight) in [(old, weights.old), (new, weights.new)] {
        for spike in &side.spikes {
            let (moment, prob) = (spike.moment()?, spike.prob * weight / total);
            match joined.iter_mut().find(|(known, _)| *known == moment) {
                Some((_, known)) => known.prob += prob,
                None => joined.push((moment, TimeSpike { prob, ..spike.clone() })),
            }
        }
    }
    joined.sort_by_key(|(moment, _)| *moment);
    let rounded = |(_, spike): (i64, TimeSpike)| TimeSpike { prob: millionths(spike.prob), ..spike };
    Some(joined.into_iter().map(rounded).filter(|spike| spike.prob > 0.0).collect())
}

/// Zones of both; a side without any writes its times in UTC.
fn joined_zones(old: &[ZoneShare], new: &[ZoneShare], weights: Weights) -> Vec<ZoneShare> {
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    let side = |zones: &[ZoneShare]| -> Vec<(i32, f64)> {
        let probs: Vec<f64> = zones.iter().map(|zone| zone.prob).collect();
        let minutes = zones.iter().map(|zone| zone.minutes);
        if zones.is_empty() { vec![(0, 1.0)] } else { minutes.zip(full_probs(&probs, zones.len())).collect() }
    };
    let (minutes, probs) = added_up([(weights.old, side(old)), (weights.new, side(new))]);
    minutes.into_iter().zip(probs).map(|(minutes, prob)| ZoneShare { minutes, prob }).collect()
}

fn write_time(micros: f64) -> String {
    let time = Timestamp(cast::round_to_i64(micros));
    let spec = if time.0 % 1_000_000 == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
    let mut text = String::new();
    if let Ok(format) = TimeFormat::parse(spec) {
        // Writing to a string does not fail.
        let _ = format.write(time, &mut text);
    }
    text
}

/// Weights of hours or weekdays; left out means even.
fn joined_profiles(old: &[f64], new: &[f64], weights: Weights, n: usize) -> Vec<f64> {
    if old.is_empty() && new.is_empty() || [old, new].iter().any(|side| !side.is_empty() && side.len() != n) {
        return old.to_vec();
    }
    let (ours, theirs) = (full_probs(old, n), full_probs(new, n));
    let mixed: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| weights.mean(*ours, theirs)).collect();
    shares(&mixed).into_iter().map(Rate::get).collect()
}
