//! How far apart two fields are drawn.

use synth_core::{Gap, Span, cast};
use synth_rules::relationship::Distances;

use crate::curve::Curve;

/// A distribution of distances.
#[derive(Debug, Clone)]
pub(super) struct Draw {
    /// Repeated distances, and the sum of the shares up to each.
    spikes: Vec<(f64, Gap)>,
    /// The others.
    curve: Option<Curve>,
    /// Distances are seconds between times.
    is_time: bool,
    /// The elements of one array all have the same.
    is_steady: bool,
}

impl Draw {
    /// Reads a distribution; `None` for one that says nothing. Months are taken as their mean length between quantiles.
    pub(super) fn of(distances: &Distances) -> Option<Self> {
        let all = distances.values.iter().chain(distances.spikes.iter().map(|spike| &spike.value));
        let is_time = matches!(all.into_iter().next()?, Gap::Time(_));
        let values: Vec<f64> = distances.values.iter().map(|value| value.approximate()).collect();
        let curve = match values.is_empty() {
            true => None,
            false => Some(Curve::fit(&distances.quantiles, &values, "gap").ok()?),
        };
        let total: f64 = distances.spikes.iter().map(|spike| spike.prob).sum();
        // Without quantiles the spikes are all there is.
        let whole = if curve.is_some() { total.max(1.0) } else { total };
        let mut sum = 0.0;
        let spikes = distances.spikes.iter().map(|spike| {
            sum += spike.prob / whole.max(f64::MIN_POSITIVE);
            (sum, spike.value)
        });
        Some(Self { spikes: spikes.collect(), curve, is_time, is_steady: distances.steady })
    }

    /// Tells whether all elements of an array are equally far apart.
    pub(super) fn is_steady(&self) -> bool {
        self.is_steady
    }

    /// Returns the share of the most frequent distance.
    pub(super) fn sureness(&self) -> f64 {
        let mut before = 0.0;
        let shares = self.spikes.iter().map(|(sum, _)| sum - std::mem::replace(&mut before, *sum));
        shares.fold(0.0, f64::max)
    }

    /// Returns the distance at a share of all rows.
    pub(super) fn distance(&self, uniform: f64) -> Gap {
        let repeated = self.spikes.iter().find(|(sum, _)| uniform < *sum);
        let rest = self.spikes.last().map_or(0.0, |(sum, _)| *sum);
        match (repeated.or(self.spikes.last().filter(|_| self.curve.is_none())), &self.curve) {
            (Some((_, gap)), _) => *gap,
            (None, Some(curve)) => {
                let value = curve.value((uniform - rest) / (1.0 - rest).max(f64::MIN_POSITIVE));
                match self.is_time {
                    true => Gap::Time(Span::of_micros(cast::round_to_i64(value * 1e6))),
                    false => Gap::Number(value),
                }
            }
            (None, None) => Gap::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use synth_rules::relationship::DistanceSpike;

    use super::*;

    /// Catches quantiles that are read as those of all distances, spikes included.
    #[test]
    fn spikes_come_before_the_curve() {
        let spike = |value, prob| DistanceSpike { value: Gap::Number(value), prob };
        let distances = Distances {
            quantiles: vec![0.0, 100.0],
            values: vec![Gap::Number(0.0), Gap::Number(10.0)],
            spikes: vec![spike(7.0, 0.25), spike(14.0, 0.25)],
            steady: false,
        };
        let draw = Draw::of(&distances).unwrap();
        let made = [0.0, 0.3, 0.5, 0.75].map(|uniform| draw.distance(uniform).number());
        assert_eq!(made.map(cast::round_to_i64), [7, 14, 0, 5]);
        let only = Distances {
            quantiles: Vec::new(),
            values: Vec::new(),
            spikes: vec![spike(7.0, 0.5)],
            steady: false,
        };
        assert_eq!(cast::round_to_i64(Draw::of(&only).unwrap().distance(0.9).number()), 7);
    }
}
