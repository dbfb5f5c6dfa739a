//! Choice by weight.

use crate::error::{Error, check_finite};

/// A table of cumulative weights from which an index is picked by a number in [0, 1).
///
/// # Shapes and units
///
/// One finite weight of at least 0 per index, unitless, in any scale; their sum is above 0.
///
/// # Method
///
/// Inversion of the cumulative weights by binary search (Devroye 1986, Non-uniform random variate generation,
/// section III.2). The index is monotone in `u`, so equal `u` give equal picks on every platform, and a small
/// change of a weight moves few picks. An index of weight 0 is never picked.
///
/// # Cost
///
/// O(log n) per pick, 8 n bytes.
///
/// # Example
///
/// ```
/// let table = synth_stats::Cumulative::new(&[1.0, 0.0, 3.0])?;
/// assert_eq!([0.0, 0.24, 0.25, 0.99].map(|u| table.pick(u)), [0, 0, 2, 2]);
/// assert_eq!(table.probability(2), 0.75);
/// # Ok::<(), synth_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cumulative {
    sums: Vec<f64>,
    /// Last index with a weight above 0, which takes what rounding leaves over.
    last: usize,
}

impl Cumulative {
    /// Returns the table of these weights.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] when all weights are 0, [`Error::NotFinite`] for NaN or infinities (also of the sum),
    /// [`Error::NegativeWeight`] for weights below 0.
    pub fn new(weights: &[f64]) -> Result<Self, Error> {
        check_finite(weights.iter().copied())?;
        if let Some(index) = weights.iter().position(|&weight| weight < 0.0) {
            return Err(Error::NegativeWeight { index });
        }
        let last = weights.iter().rposition(|&weight| weight > 0.0).ok_or(Error::Empty)?;
        let mut total = 0.0;
        let sums: Vec<f64> = weights
            .iter()
            .map(|weight| {
                total += weight;
                total
            })
            .collect();
        check_finite(sums.iter().copied())?;
        Ok(Self { sums, last })
    }

    /// Returns the index that `u` in [0, 1) falls on; values outside are taken as the nearest end.
    #[must_use]
    pub fn pick(&self, u: f64) -> usize {
        let at = u.max(0.0) * self.sums[self.last];
        self.sums.partition_point(|&sum| sum <= at).min(self.last)
    }

    /// Returns the number of indices.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Tells whether there is nothing to pick, which a checked table never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Returns the probability of an index; 0 beyond the last.
    #[must_use]
    pub fn probability(&self, index: usize) -> f64 {
        let before = index.checked_sub(1).map_or(0.0, |previous| self.sums[previous.min(self.last)]);
        self.sums.get(index).map_or(0.0, |sum| (sum - before) / self.sums[self.last])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a search that is off by one: of 1,000 evenly spaced numbers each index must get its share.
    #[test]
    fn shares_are_met_and_zero_weights_are_not_picked() {
        let weights = [0.0, 0.1, 0.2, 0.0, 0.7, 0.0];
        let table = Cumulative::new(&weights).unwrap();
        let mut counts = [0_i32; 6];
        (0..1000).for_each(|i| counts[table.pick((f64::from(i) + 0.5) / 1000.0)] += 1);
        assert_eq!(counts, [0, 100, 200, 0, 700, 0]);
        assert_eq!([table.pick(1.0), table.pick(7.0), table.pick(-1.0)], [4, 4, 1]);
        assert_eq!(table.len(), 6);
    }

    #[test]
    fn bad_weights_are_refused() {
        let check = |weights: &[f64], error| assert_eq!(Cumulative::new(weights), Err(error));
        check(&[], Error::Empty);
        check(&[0.0], Error::Empty);
        check(&[1.0, f64::NAN], Error::NotFinite { index: 1 });
        check(&[f64::MAX, f64::MAX], Error::NotFinite { index: 1 });
        check(&[1.0, -1.0], Error::NegativeWeight { index: 1 });
    }
}
