//! The generator `quantile_sample`.

use synth_core::{Seed, cast, math};
use synth_rules::Constraints;
use synth_rules::generator::QuantileSample;

use crate::choice::{Choice, SUM_TOLERANCE, Sum};
use crate::column::{Slot, Slots, Values};
use crate::curve::Curve;
use crate::error::ErrorKind;
use crate::spelling::MAX_DECIMALS;
use crate::whole::{Piece, UniqueWhole};

/// Largest whole number up to which neighbours of an `f64` are at most 1 apart: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A mixture of a quantile function and single numbers.
#[derive(Debug, Clone)]
pub(crate) struct Mixture {
    curve: Curve,
    spikes: Option<Spikes>,
    place: Seed,
}

#[derive(Debug, Clone)]
struct Spikes {
    /// The spikes in order, then the quantile function.
    choice: Choice,
    values: Vec<f64>,
}

/// A number of a mixture.
enum Drawn {
    Spike(f64),
    Rest(f64),
}

impl Mixture {
    pub(crate) fn compile(sample: &QuantileSample, seed: Seed) -> Result<Self, ErrorKind> {
        let sum: f64 = sample.spikes.iter().map(|spike| spike.prob).sum();
        if sample.spikes.iter().any(|spike| !spike.value.is_finite() || !(0.0..=1.0).contains(&spike.prob)) {
            return Err(ErrorKind::BadNumber { what: "spikes" });
        }
        if sum > 1.0 + SUM_TOLERANCE {
            return Err(ErrorKind::BadProbabilities { sum, tolerance: SUM_TOLERANCE });
        }
        let only_spikes =
            sample.values.is_empty() && sample.quantiles.is_empty() && sum > 1.0 - SUM_TOLERANCE;
        let curve = if only_spikes {
            Curve::fit(&[0.0], &[0.0], "values")?
        } else {
            let linear = sample.linear();
            Curve::fit(&linear.quantiles, &linear.values, "values")?
        };
        let rest = if only_spikes { 0.0 } else { (1.0 - sum).max(0.0) };
        let probs: Vec<f64> = sample.spikes.iter().map(|spike| spike.prob).chain([rest]).collect();
        let spikes = (!sample.spikes.is_empty()).then(|| {
            let values = sample.spikes.iter().map(|spike| spike.value).collect();
            let choice = Choice::fit(&probs, Sum::Normalize)?;
            Ok(Spikes { choice, values })
        });
        Ok(Self { curve, spikes: spikes.transpose()?, place: seed.child("quantile") })
    }

    /// Draws a number: that of a spike, or one by the quantile function.
    fn draw(&self, slot: Slot) -> Drawn {
        let uniform = slot.uniform(self.place);
        let Some(spikes) = &self.spikes else { return Drawn::Rest(self.curve.value(uniform)) };
        match spikes.values.get(spikes.choice.pick(uniform)) {
            Some(spike) => Drawn::Spike(*spike),
            // One draw decides both: what it leaves above the spikes is the share among the others.
            None => Drawn::Rest(self.curve.value(spikes.choice.beyond(uniform, spikes.values.len()))),
        }
    }

    /// Returns the number at a share of all numbers, spikes and others together; rises with the share.
    ///
    /// # Method
    ///
    /// A spike is a step of the distribution function at its value; between two spikes the quantile function is
    /// inverted with the share that it has.
    fn ranked(&self, share: f64) -> f64 {
        let Some(spikes) = &self.spikes else { return self.curve.value(share) };
        let mut sorted: Vec<(f64, f64)> =
            spikes.values.iter().enumerate().map(|(at, value)| (*value, spikes.choice.prob(at))).collect();
        sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
        let rest = spikes.choice.prob(spikes.values.len());
        let mut below = 0.0;
        for (value, prob) in sorted {
            let until = below + rest * self.curve.share(value);
            if share < until {
                return self.curve.value((share - below) / rest);
            }
            if share < until + prob {
                return value;
            }
            below += prob;
        }
        if rest > 0.0 { self.curve.value((share - below) / rest) } else { self.range().1 }
    }

    /// Returns the smallest and largest number that may come out.
    fn range(&self) -> (f64, f64) {
        let (first, last) = self.curve.range();
        let spikes = self.spikes.iter().flat_map(|spikes| spikes.values.iter());
        spikes.fold((first, last), |(low, high), value| (low.min(*value), high.max(*value)))
    }
}

/// Limits of numbers, from the constraints.
#[derive(Debug, Clone, Copy)]
struct Limits {
    min: f64,
    max: f64,
}

impl Limits {
    fn of(constraints: &Constraints) -> Result<Self, ErrorKind> {
        let min = constraints.min.unwrap_or(f64::NEG_INFINITY);
        let max = constraints.max.unwrap_or(f64::INFINITY);
        if min <= max { Ok(Self { min, max }) } else { Err(ErrorKind::BadNumber { what: "constraints" }) }
    }
}

/// Draws numbers on a grid of whole steps: integers, or decimals without their point.
#[derive(Debug, Clone)]
pub(crate) struct Gridded {
    mixture: Mixture,
    /// Steps in one unit.
    steps: f64,
    first: i64,
    last: i64,
    coarseness: Option<Coarseness>,
}

/// Numbers need different numbers of digits: `18`, `21.5` and `9.95` stand beside each other.
#[derive(Debug, Clone)]
struct Coarseness {
    /// Among 0, 1, 2, ... digits behind the point.
    choice: Choice,
    /// Steps of the grid that a number with so many digits is a multiple of.
    units: Vec<f64>,
    which: Seed,
}

impl Coarseness {
    fn compile(probs: &[f64], decimals: u8, seed: Seed) -> Result<Option<Self>, ErrorKind> {
        if probs.is_empty() {
            return Ok(None);
        }
        if probs.len() != usize::from(decimals) + 1 {
            return Err(ErrorKind::BadNumber { what: "decimal_probs" });
        }
        let choice = Choice::fit(probs, Sum::MustBeOne)?;
        let units = (0..=decimals).rev().map(|digits| math::pow10(i32::from(digits))).collect();
        Ok(Some(Self { choice, units, which: seed.child("decimals") }))
    }

    /// Rounds a number that is counted in the finest steps.
    fn round(&self, number: f64, address: u64) -> f64 {
        let unit = self.units[self.choice.pick(self.which.uniform(address))];
        math::round(number / unit) * unit
    }

    /// Rounds a number with more digits than can be counted in steps; the finest is left as it is.
    fn cut(&self, number: f64, address: u64) -> f64 {
        let digits = self.choice.pick(self.which.uniform(address));
        if digits + 1 == self.units.len() {
            return number;
        }
        let steps = self.units[self.units.len() - 1 - digits];
        math::round(number * steps) / steps
    }
}

impl Gridded {
    /// Compiles numbers with `decimals` digits behind the point; `None` when that many steps are beyond the
    /// numbers that can be told apart.
    pub(crate) fn compile(
        mixture: Mixture,
        decimals: u8,
        constraints: &Constraints,
    ) -> Result<Option<Self>, ErrorKind> {
        let limits = Limits::of(constraints)?;
        let steps = math::pow10(i32::from(decimals));
        let (low, high) = mixture.range();
        let (low, high) = (low.clamp(limits.min, limits.max), high.clamp(limits.min, limits.max));
        let widest = low.abs().max(high.abs()) * steps;
        if (decimals > 0 && widest > EXACT) || widest >= i64::MAX as f64 {
            return Ok(None);
        }
        let first = cast::round_to_i64(inward(low * steps, math::ceil));
        let last = cast::round_to_i64(inward(high * steps, math::floor)).max(first);
        let coarseness = Coarseness::compile(&constraints.decimal_probs, decimals, mixture.place)?;
        Ok(Some(Self { mixture, steps, first, last, coarseness }))
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        slots.fill_integers(out, |slot| {
            let number = match (self.mixture.draw(slot), &self.coarseness) {
                (Drawn::Rest(number), Some(coarseness)) => {
                    coarseness.round(number * self.steps, slot.address)
                }
                (Drawn::Spike(number) | Drawn::Rest(number), _) => number * self.steps,
            };
            cast::round_to_i64(number).clamp(self.first, self.last)
        });
    }

    /// Returns the number at a share of all numbers; rises with the share.
    pub(crate) fn ranked(&self, share: f64) -> f64 {
        let number = cast::round_to_i64(self.mixture.ranked(share) * self.steps);
        number.clamp(self.first, self.last) as f64 / self.steps
    }

    /// Returns the number of steps in one unit.
    pub(crate) fn steps(&self) -> f64 {
        self.steps
    }

    /// Makes every number different; spikes are left out, as they repeat by their nature.
    pub(crate) fn unique(
        &self,
        constraints: &Constraints,
        n_needed: u64,
        seed: Seed,
    ) -> Result<UniqueWhole, ErrorKind> {
        let edge = |value: f64| cast::round_to_i64(value * self.steps).clamp(self.first, self.last);
        let pieces = self.mixture.curve.pieces();
        let pieces = pieces.map(|(share, low, high)| Piece { share, first: edge(low), next: edge(high) });
        let (_, last) = self.mixture.curve.range();
        let largest = match constraints.max {
            Some(_) => self
                .last
                .max(cast::round_to_i64(inward(Limits::of(constraints)?.max * self.steps, math::floor))),
            None => i64::MAX,
        };
        UniqueWhole::compile(pieces, edge(last), largest, n_needed, seed)
    }
}

/// Rounds towards the inside of a range, but takes a number next to a whole one for that whole one: `28.3`
/// times 10 may be a bit above 283.
fn inward(number: f64, rounding: fn(f64) -> f64) -> f64 {
    let nearest = math::round(number);
    let noise = 1e-9 * number.abs().max(1.0);
    if (number - nearest).abs() <= noise { nearest } else { rounding(number) }
}

/// Draws numbers with any decimals.
#[derive(Debug, Clone)]
pub(crate) struct Floats {
    mixture: Mixture,
    limits: Limits,
    coarseness: Option<Coarseness>,
}

impl Floats {
    pub(crate) fn compile(mixture: Mixture, constraints: &Constraints) -> Result<Self, ErrorKind> {
        let decimals = constraints.decimals.unwrap_or(0).min(MAX_DECIMALS);
        let coarseness = Coarseness::compile(&constraints.decimal_probs, decimals, mixture.place)?;
        Ok(Self { mixture, limits: Limits::of(constraints)?, coarseness })
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let Limits { min, max } = self.limits;
        slots.fill_floats(out, |slot| {
            let number = match (self.mixture.draw(slot), &self.coarseness) {
                (Drawn::Rest(number), Some(coarseness)) => coarseness.cut(number, slot.address),
                (Drawn::Spike(number) | Drawn::Rest(number), _) => number,
            };
            number.clamp(min, max).clamp(f64::MIN, f64::MAX)
        });
    }

    /// Returns the number at a share of all numbers; rises with the share.
    pub(crate) fn ranked(&self, share: f64) -> f64 {
        let Limits { min, max } = self.limits;
        self.mixture.ranked(share).clamp(min, max).clamp(f64::MIN, f64::MAX)
    }

    /// Returns the number of decimals that tells enough numbers of the range apart to be unique.
    pub(crate) fn unique_decimals(&self) -> u8 {
        let (low, high) = self.mixture.range();
        let width = (high - low).max(low.abs()).max(high.abs()).max(1e-9);
        let digits = 15.0 - math::ceil(math::log10(width));
        u8::try_from(cast::round_to_i64(digits.clamp(0.0, 15.0))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use synth_rules::generator::{Interpolation, Spike};

    use super::*;
    use crate::memo::Memo;

    fn sample(values: &[f64], spikes: &[(f64, f64)]) -> QuantileSample {
        let n = values.len().max(2) - 1;
        QuantileSample {
            quantiles: (0..values.len()).map(|at| 100.0 * at as f64 / n as f64).collect(),
            values: values.to_vec(),
            spikes: spikes.iter().map(|&(value, prob)| Spike { value, prob }).collect(),
            interpolation: Interpolation::Linear,
        }
    }

    fn gridded(values: &[f64], spikes: &[(f64, f64)], decimals: u8) -> Vec<i64> {
        let mixture = Mixture::compile(&sample(values, spikes), Seed::root(1)).unwrap();
        let program = Gridded::compile(mixture, decimals, &Constraints::default()).unwrap().unwrap();
        let places: Vec<u64> = (0..10_000).collect();
        let slots = Slots {
            kinds: &vec![2; 10_000],
            code: 2,
            addresses: &places,
            ordinals: &places,
            uniforms: &[],
            memo: &Memo::default(),
        };
        let mut out = Values::None;
        program.fill(slots, &mut out);
        let Values::Integers(integers) = out else { panic!("a grid has whole numbers") };
        integers
    }

    /// Catches rounding that leaves the range, and a quantile function that is not inverted.
    #[test]
    fn numbers_follow_the_quantiles_inside_the_range() {
        let made = gridded(&[0.4, 10.0, 30.0, 100.6], &[], 0);
        assert!(made.iter().all(|number| (1..=100).contains(number)));
        let below_ten = made.iter().filter(|number| **number <= 10).count() as f64 / 1e4;
        assert!((below_ten - 1.0 / 3.0).abs() < 0.03, "{below_ten}");
        assert!(gridded(&[28.3, 28.3], &[], 1).iter().all(|number| *number == 283));
    }

    /// Shares of 10,000 draws have a standard error of at most 0.005; 0.02 is four of them.
    #[test]
    fn spikes_have_their_share() {
        let made = gridded(&[1.0, 9.0], &[(0.0, 0.25), (99.0, 0.05)], 0);
        let share = |value| made.iter().filter(|number| **number == value).count() as f64 / 1e4;
        assert!((share(0) - 0.25).abs() < 0.02 && (share(99) - 0.05).abs() < 0.01);
        assert!(gridded(&[], &[(5.0, 0.5), (6.0, 0.5)], 0).iter().all(|number| [5, 6].contains(number)));
    }

    #[test]
    fn bad_numbers_are_refused() {
        let compile = |sample: &QuantileSample| Mixture::compile(sample, Seed::root(1)).err();
        assert!(matches!(compile(&sample(&[1.0], &[(0.0, 1.5)])), Some(ErrorKind::BadNumber { .. })));
        assert!(matches!(
            compile(&sample(&[1.0], &[(0.0, 0.8), (1.0, 0.8)])),
            Some(ErrorKind::BadProbabilities { .. })
        ));
        assert!(matches!(compile(&sample(&[], &[])), Some(ErrorKind::EmptyList { .. })));
        let huge = Mixture::compile(&sample(&[0.0, 1e19], &[]), Seed::root(1)).unwrap();
        assert!(Gridded::compile(huge.clone(), 0, &Constraints::default()).unwrap().is_none());
        assert!(Gridded::compile(huge.clone(), 2, &Constraints::default()).unwrap().is_none());
        let crossed = Constraints { min: Some(2.0), max: Some(1.0), ..Constraints::default() };
        assert!(Floats::compile(huge, &crossed).is_err());
    }
}
