//! Choosing one of several things by their probabilities.

use synth_core::cast;

use crate::error::ErrorKind;

/// How far probabilities may be from a sum of 1 in a rule file; six digits are what a person writes.
pub(crate) const SUM_TOLERANCE: f64 = 1e-6;

/// A distribution over 0..n, by inverse of its cumulative sums.
///
/// # Method
///
/// Indexed search (Chen and Asau 1974, On generating random variates from an empirical distribution, AIIE
/// Transactions 6(2)): a guide table gives the first candidate, so a pick takes about one step.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    cumulative: Box<[f64]>,
    guide: Guide,
}

/// What to do with probabilities that do not sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sum {
    /// Refuse them.
    MustBeOne,
    /// Divide by their sum.
    Normalize,
}

impl Choice {
    /// Fits the choice among `probs.len()` things.
    pub(crate) fn fit(probs: &[f64], sum: Sum) -> Result<Self, ErrorKind> {
        if probs.is_empty() {
            return Err(ErrorKind::EmptyList { what: "probs" });
        }
        if probs.iter().any(|prob| !prob.is_finite() || *prob < 0.0) {
            return Err(ErrorKind::BadNumber { what: "probs" });
        }
        let total: f64 = probs.iter().sum();
        let off = sum == Sum::MustBeOne && (total - 1.0).abs() > SUM_TOLERANCE;
        if off || total <= 0.0 || !total.is_finite() {
            return Err(ErrorKind::BadProbabilities { sum: total, tolerance: SUM_TOLERANCE });
        }
        let mut running = 0.0;
        let mut cumulative: Vec<f64> = probs
            .iter()
            .map(|prob| {
                running += prob / total;
                running
            })
            .collect();
        // The last thing that can happen takes what rounding leaves.
        let last = probs.iter().rposition(|prob| *prob > 0.0).unwrap_or(0);
        cumulative[last..].fill(f64::INFINITY);
        let guide = Guide::fit(&cumulative);
        Ok(Self { cumulative: cumulative.into(), guide })
    }

    /// Fits equal probabilities when `probs` is empty.
    pub(crate) fn fit_or_even(probs: &[f64], n: usize, sum: Sum) -> Result<Self, ErrorKind> {
        if probs.is_empty() { Self::fit(&vec![1.0; n], Sum::Normalize) } else { Self::fit(probs, sum) }
    }

    /// Returns where `uniform` lies between the things before `at`, the last one, and 1: from 0 to 1.
    pub(crate) fn beyond(&self, uniform: f64, at: usize) -> f64 {
        let below = at.checked_sub(1).map_or(0.0, |last| self.cumulative[last]);
        if below < 1.0 { ((uniform - below) / (1.0 - below)).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Returns the probability of a thing.
    pub(crate) fn prob(&self, index: usize) -> f64 {
        let below = index.checked_sub(1).map_or(0.0, |before| self.cumulative[before].min(1.0));
        self.cumulative[index].min(1.0) - below
    }

    /// Returns the thing at `uniform` in [0, 1), and how far into its part the number lies, in [0, 1).
    pub(crate) fn pick_within(&self, uniform: f64) -> (usize, f64) {
        let at = self.pick(uniform);
        let below = at.checked_sub(1).map_or(0.0, |before| self.cumulative[before]);
        let width = self.cumulative[at].min(1.0) - below;
        (at, if width > 0.0 { ((uniform - below) / width).clamp(0.0, 1.0) } else { 0.0 })
    }

    /// Returns the thing at `uniform` in [0, 1).
    pub(crate) fn pick(&self, uniform: f64) -> usize {
        let mut at = self.guide.start(uniform);
        while uniform >= self.cumulative[at] {
            at += 1;
        }
        at
    }
}

/// For each of many equal parts of [0, 1), the first entry of a cumulative list that may be the answer.
#[derive(Debug, Clone)]
pub(crate) struct Guide {
    first: Box<[u32]>,
    n_cells: f64,
}

/// Parts of a guide: as many as entries, within these bounds.
const GUIDE_CELLS: std::ops::RangeInclusive<usize> = 256..=1 << 15;

impl Guide {
    /// Fits the guide of a list that does not fall.
    pub(crate) fn fit(cumulative: &[f64]) -> Self {
        Self::fit_to(cumulative, 1.0)
    }

    /// Fits the guide of a list that does not fall, and whose search is for a part of `total`.
    pub(crate) fn fit_to(cumulative: &[f64], total: f64) -> Self {
        let n_cells = cast::to_u32(cumulative.len().clamp(*GUIDE_CELLS.start(), *GUIDE_CELLS.end()));
        let first = |cell| {
            let edge = f64::from(cell) / f64::from(n_cells) * total;
            cast::to_u32(cumulative.partition_point(|sum| *sum <= edge))
        };
        Self { first: (0..n_cells).map(first).collect(), n_cells: f64::from(n_cells) }
    }

    /// Returns where a search for `uniform` starts.
    pub(crate) fn start(&self, uniform: f64) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`as` cuts to the cell; `cast` would round in software, once for each value"
        )]
        let cell = (uniform * self.n_cells) as usize;
        self.first[cell.min(self.first.len() - 1)] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches an off-by-one in the guide: every pick must agree with a plain scan.
    #[test]
    fn picks_agree_with_a_scan() {
        let probs = [0.1, 0.0, 0.25, 0.0004, 0.6496, 0.0];
        let choice = Choice::fit(&probs, Sum::MustBeOne).unwrap();
        for step in 0..100_000 {
            let uniform = f64::from(step) / 100_000.0;
            let mut sum = 0.0;
            let expected = probs.iter().position(|prob| {
                sum += prob;
                uniform < sum
            });
            if (uniform - 0.3504).abs() > 1e-9 && (uniform - 0.35).abs() > 1e-9 {
                assert_eq!(Some(choice.pick(uniform)), expected.or(Some(4)), "{uniform}");
            }
        }
    }

    #[test]
    fn bad_probabilities_are_refused() {
        let fit = |probs: &[f64]| Choice::fit(probs, Sum::MustBeOne);
        assert!(matches!(fit(&[0.5, 0.4]), Err(ErrorKind::BadProbabilities { .. })));
        assert!(matches!(fit(&[f64::NAN, 1.0]), Err(ErrorKind::BadNumber { .. })));
        assert!(matches!(fit(&[-1.0, 2.0]), Err(ErrorKind::BadNumber { .. })));
        assert!(matches!(fit(&[]), Err(ErrorKind::EmptyList { .. })));
        assert!(matches!(Choice::fit(&[0.0], Sum::Normalize), Err(ErrorKind::BadProbabilities { .. })));
        assert!(Choice::fit(&[5.0, 5.0], Sum::Normalize).is_ok());
    }
}
