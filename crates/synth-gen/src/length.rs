//! Lengths of arrays and dictionaries.

use synth_core::{Permutation, Seed, cast};
use synth_rules::LengthRule;

use crate::choice::{Choice, Sum};
use crate::curve::Curve;
use crate::error::ErrorKind;

/// A distribution of lengths, and how much larger than learned it is made.
#[derive(Debug, Clone)]
pub(crate) struct Lengths {
    law: Law,
    scale: Option<Scale>,
    seed: Seed,
    /// Deals the lengths out to so many owners, instead of drawing each by itself.
    deal: Option<Permutation>,
}

#[derive(Debug, Clone)]
enum Law {
    Constant(u64),
    Choice(Choice, Vec<u64>),
    Curve(Curve),
}

/// The ratio of the rows asked for to the rows that were learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    /// Rows asked for.
    pub(crate) wanted: u64,
    /// Length of the main collection as the rules have it.
    pub(crate) learned: u64,
}

impl Scale {
    fn apply(self, length: u64) -> u64 {
        if self.learned == 0 {
            return length;
        }
        let (wanted, learned) = (u128::from(self.wanted), u128::from(self.learned));
        u64::try_from((u128::from(length) * wanted + learned / 2) / learned).unwrap_or(u64::MAX)
    }
}

impl Lengths {
    /// Compiles a rule; `seed` is that of the path.
    pub(crate) fn compile(rule: &LengthRule, seed: Seed) -> Result<Self, ErrorKind> {
        let law = match rule {
            LengthRule::Constant { value } => Law::Constant(*value),
            LengthRule::Categorical { values, probs } => {
                let probs: Vec<f64> = probs.iter().map(|prob| prob.get()).collect();
                if values.len() != probs.len() {
                    let (n_left, n_right) = (values.len(), probs.len());
                    return Err(ErrorKind::LengthMismatch {
                        left: "values",
                        right: "probs",
                        n_left,
                        n_right,
                    });
                }
                Law::Choice(Choice::fit(&probs, Sum::MustBeOne)?, values.clone())
            }
            LengthRule::Empirical { quantiles, values } => {
                let curve = Curve::fit(quantiles, values, "values")?;
                if curve.range().0 < 0.0 {
                    return Err(ErrorKind::BadNumber { what: "values" });
                }
                Law::Curve(curve)
            }
            named => {
                let is_good = named.problem().is_none();
                let listed =
                    named.listed().filter(|_| is_good).ok_or(ErrorKind::BadNumber { what: "params" })?;
                let (lengths, probs): (Vec<u64>, Vec<f64>) = listed.into_iter().unzip();
                Law::Choice(Choice::fit(&probs, Sum::Normalize)?, lengths)
            }
        };
        Ok(Self { law, scale: None, seed: seed.child("length"), deal: None })
    }

    /// Fixes the length.
    pub(crate) fn fixed(mut self, length: u64) -> Self {
        self.law = Law::Constant(length);
        self
    }

    /// Makes every length larger or smaller by the same ratio.
    pub(crate) fn scaled(mut self, scale: Scale) -> Self {
        self.scale = Some(scale);
        self
    }

    /// Deals the lengths out to a known number of owners: each length comes as often as its share says.
    pub(crate) fn dealt(mut self, n_owners: u64) -> Self {
        self.deal = Some(Permutation::new(n_owners, self.seed.child("deal")));
        self
    }

    /// Returns the length of an instance.
    pub(crate) fn draw(&self, address: u64, ordinal: u64) -> u64 {
        match (&self.law, &self.deal) {
            (Law::Constant(length), _) => self.rescale(*length),
            (_, None) => self.quantile(self.seed.uniform(address)),
            (_, Some(deal)) => self.quantile((deal.apply(ordinal) as f64 + 0.5) / deal.len().max(1) as f64),
        }
    }

    /// Returns the length at a share of all lengths.
    pub(crate) fn quantile(&self, share: f64) -> u64 {
        self.rescale(match &self.law {
            Law::Constant(length) => *length,
            Law::Choice(choice, lengths) => lengths[choice.pick(share)],
            Law::Curve(curve) => cast::round_to_u64(curve.value(share)),
        })
    }

    fn rescale(&self, length: u64) -> u64 {
        self.scale.map_or(length, |scale| scale.apply(length))
    }

    /// Returns the largest length.
    pub(crate) fn max(&self) -> u64 {
        self.rescale(match &self.law {
            Law::Constant(length) => *length,
            Law::Choice(_, lengths) => lengths.iter().copied().max().unwrap_or(0),
            Law::Curve(curve) => cast::round_to_u64(curve.range().1),
        })
    }

    /// Returns a typical length, for choosing the size of blocks.
    pub(crate) fn typical(&self) -> f64 {
        match &self.law {
            Law::Constant(length) => self.rescale(*length) as f64,
            Law::Choice(choice, lengths) => {
                lengths.iter().enumerate().map(|(at, length)| choice.prob(at) * *length as f64).sum()
            }
            Law::Curve(curve) => curve.mean(),
        }
    }
}

#[cfg(test)]
mod tests {
    use synth_core::Rate;

    use super::*;

    #[test]
    fn lengths_follow_their_law() {
        let rate = |share| Rate::new(share).unwrap();
        let rule = LengthRule::Categorical { values: vec![0, 3], probs: vec![rate(0.25), rate(0.75)] };
        let lengths = Lengths::compile(&rule, Seed::root(1)).unwrap();
        let threes = (0..4000).filter(|address| lengths.draw(*address, 0) == 3).count();
        // Four standard errors of a share of 4000 draws are 0.027.
        assert!((threes as f64 / 4000.0 - 0.75).abs() < 0.03);
        assert_eq!(lengths.max(), 3);
        let curve = LengthRule::Empirical { quantiles: vec![0.0, 100.0], values: vec![2.0, 5.0] };
        let lengths = Lengths::compile(&curve, Seed::root(1)).unwrap();
        assert!((0..1000).all(|address| (2..=5).contains(&lengths.draw(address, 0))));
        let dealt = lengths.clone().dealt(8);
        let mut four_each: Vec<u64> = (0..8).map(|ordinal| dealt.draw(0, ordinal)).collect();
        four_each.sort_unstable();
        assert_eq!(four_each, [2, 3, 3, 3, 4, 4, 4, 5]);
        let doubled = lengths.scaled(Scale { wanted: 10, learned: 5 });
        assert!((0..1000).all(|address| [4, 6, 8, 10].contains(&doubled.draw(address, 0))));
    }

    /// Mean and share of zeros of 20,000 draws; four standard errors are below 0.06 and 0.014.
    #[test]
    fn named_lengths_have_their_moments() {
        let moments = |rule: &LengthRule| {
            let lengths = Lengths::compile(rule, Seed::root(1)).unwrap();
            let made: Vec<u64> = (0..20_000).map(|address| lengths.draw(address, 0)).collect();
            let mean = made.iter().sum::<u64>() as f64 / 20_000.0;
            (mean, made.iter().filter(|length| **length == 0).count() as f64 / 20_000.0)
        };
        let (mean, zeros) = moments(&LengthRule::Poisson { mean: 1.5, min: 0, max: None });
        assert!((mean - 1.5).abs() < 0.05 && (zeros - 0.2231).abs() < 0.014, "{mean} {zeros}");
        let (mean, zeros) = moments(&LengthRule::Geometric { mean: 1.5, min: 0, max: None });
        assert!((mean - 1.5).abs() < 0.06 && (zeros - 0.4).abs() < 0.014, "{mean} {zeros}");
        // (1 + mean / r)^-r = 4^-0.5
        let (mean, zeros) =
            moments(&LengthRule::NegativeBinomial { mean: 1.5, dispersion: 0.5, min: 0, max: None });
        assert!((mean - 1.5).abs() < 0.08 && (zeros - 0.5).abs() < 0.014, "{mean} {zeros}");
        let (mean, zeros) = moments(&LengthRule::Poisson { mean: 1.5, min: 2, max: None });
        assert!((mean - 3.5).abs() < 0.05 && zeros < 1e-9);
        // One and two elements of a geometric distribution with halves: 2/3 and 1/3.
        let cut = LengthRule::Geometric { mean: 1.0, min: 1, max: Some(2) };
        assert_eq!(Lengths::compile(&cut, Seed::root(1)).unwrap().max(), 2);
        assert!((moments(&cut).0 - 4.0 / 3.0).abs() < 0.014);
    }

    #[test]
    fn scales_round() {
        assert_eq!(Scale { wanted: 1, learned: 3 }.apply(4), 1);
        assert_eq!(Scale { wanted: 1, learned: 3 }.apply(5), 2);
        assert_eq!(Scale { wanted: u64::MAX, learned: 1 }.apply(u64::MAX), u64::MAX);
        assert_eq!(Scale { wanted: 9, learned: 0 }.apply(7), 7);
    }

    #[test]
    fn bad_lengths_are_refused() {
        let compile = |rule: &LengthRule| Lengths::compile(rule, Seed::root(1)).err();
        let empty = LengthRule::Categorical { values: vec![], probs: vec![] };
        assert!(matches!(compile(&empty), Some(ErrorKind::EmptyList { .. })));
        let negative = LengthRule::Empirical { quantiles: vec![0.0], values: vec![-1.0] };
        assert!(matches!(compile(&negative), Some(ErrorKind::BadNumber { .. })));
    }
}
