//! Numbers by their quantiles.

use crate::choice::Guide;
use crate::error::ErrorKind;

/// A quantile function, linear between its knots and flat outside of them.
///
/// # Shapes and units
///
/// Quantiles are percentages in 0..=100 that rise, values have any unit and do not fall; both have the same
/// number of entries, at least one.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    /// Shares in 0..=1.
    at: Box<[f64]>,
    values: Box<[f64]>,
    /// By the knot above: what lies between it and the one below.
    pieces: Box<[Piece]>,
    guide: Guide,
}

/// A straight line.
#[derive(Debug, Clone, Copy)]
struct Piece {
    left: f64,
    low: f64,
    high: f64,
    /// How much the value grows when the share grows by 1.
    slope: f64,
}

impl Curve {
    /// Fits the function through the knots.
    pub(crate) fn fit(quantiles: &[f64], values: &[f64], name: &'static str) -> Result<Self, ErrorKind> {
        if quantiles.len() != values.len() {
            let (n_left, n_right) = (quantiles.len(), values.len());
            return Err(ErrorKind::LengthMismatch { left: "quantiles", right: name, n_left, n_right });
        }
        if values.is_empty() {
            return Err(ErrorKind::EmptyList { what: "quantiles" });
        }
        if quantiles.iter().any(|quantile| !(0.0..=100.0).contains(quantile)) {
            return Err(ErrorKind::BadNumber { what: "quantiles" });
        }
        if values.iter().any(|value| !value.is_finite() || value.abs() > f64::MAX / 4.0) {
            return Err(ErrorKind::BadNumber { what: name });
        }
        if !quantiles.is_sorted() {
            return Err(ErrorKind::NotSorted { what: "quantiles" });
        }
        if !values.is_sorted() {
            return Err(ErrorKind::NotSorted { what: name });
        }
        let at: Box<[f64]> = quantiles.iter().map(|quantile| quantile / 100.0).collect();
        let piece = |knot: usize| {
            let (left, low) = (at[knot - 1], values[knot - 1]);
            // Equal shares have no line between them, and no share asks for it.
            let slope = (values[knot] - low) / (at[knot] - left);
            Piece { left, low, high: values[knot], slope: slope.min(f64::MAX) }
        };
        // Before the first knot, and behind the last, the line is flat.
        let flat = |value: f64| Piece { left: 0.0, low: value, high: value, slope: 0.0 };
        let inner = (1..at.len()).map(piece);
        let pieces = std::iter::once(flat(values[0])).chain(inner).chain([flat(values[values.len() - 1])]);
        Ok(Self { guide: Guide::fit(&at), pieces: pieces.collect(), values: values.into(), at })
    }

    /// Returns the value at the share `uniform` of all values.
    pub(crate) fn value(&self, uniform: f64) -> f64 {
        let mut above = self.guide.start(uniform);
        while above < self.at.len() && self.at[above] <= uniform {
            above += 1;
        }
        let Piece { left, low, high, slope } = self.pieces[above];
        (low + slope * (uniform - left)).clamp(low, high)
    }

    /// Returns the share of values that are not above a value; of equal knots, the last one's.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let above = self.values.partition_point(|knot| *knot <= value);
        if above == 0 {
            return 0.0;
        }
        if above == self.values.len() {
            return 1.0;
        }
        let (low, high) = (self.values[above - 1], self.values[above]);
        let (left, right) = (self.at[above - 1], self.at[above]);
        left + (right - left) * ((value - low) / (high - low))
    }

    /// Returns the smallest and the largest value.
    pub(crate) fn range(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }

    /// Returns the mean of all values.
    pub(crate) fn mean(&self) -> f64 {
        let (first, last) = self.range();
        let inner: f64 = (1..self.at.len())
            .map(|knot| {
                let share = self.at[knot] - self.at[knot - 1];
                share * (self.values[knot] + self.values[knot - 1]) / 2.0
            })
            .sum();
        inner + first * self.at[0] + last * (1.0 - self.at[self.at.len() - 1])
    }

    /// Returns the pieces between knots: share of the values, lower and upper end.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        (1..self.at.len())
            .map(|knot| (self.at[knot] - self.at[knot - 1], self.values[knot - 1], self.values[knot]))
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the results are exact")]
mod tests {
    use super::*;

    #[test]
    fn runs_through_its_knots() {
        let curve = Curve::fit(&[0.0, 50.0, 100.0], &[1.0, 3.0, 11.0], "values").unwrap();
        assert_eq!(curve.value(0.0), 1.0);
        assert_eq!(curve.value(0.25), 2.0);
        assert_eq!(curve.value(0.5), 3.0);
        assert_eq!(curve.value(0.75), 7.0);
        assert_eq!(curve.range(), (1.0, 11.0));
        assert_eq!(curve.mean(), 4.5);
    }

    #[test]
    fn is_monotone_and_flat_outside() {
        let quantiles = [10.0, 10.0, 20.0, 90.0];
        let curve = Curve::fit(&quantiles, &[-5.0, 0.0, 0.0, 8.0], "values").unwrap();
        let values: Vec<f64> = (0..1000).map(|step| curve.value(f64::from(step) / 1000.0)).collect();
        assert!(values.is_sorted());
        assert_eq!((values[0], values[999]), (-5.0, 8.0));
    }

    #[test]
    fn bad_knots_are_refused() {
        let fit = |quantiles: &[f64], values: &[f64]| Curve::fit(quantiles, values, "values").unwrap_err();
        assert!(matches!(fit(&[0.0], &[1.0, 2.0]), ErrorKind::LengthMismatch { .. }));
        assert!(matches!(fit(&[], &[]), ErrorKind::EmptyList { .. }));
        assert!(matches!(fit(&[0.0, f64::NAN], &[1.0, 2.0]), ErrorKind::BadNumber { .. }));
        assert!(matches!(fit(&[0.0, 100.0], &[1.0, f64::INFINITY]), ErrorKind::BadNumber { .. }));
        assert!(matches!(fit(&[0.0, 100.0], &[2.0, 1.0]), ErrorKind::NotSorted { .. }));
        assert!(matches!(fit(&[100.0, 0.0], &[1.0, 2.0]), ErrorKind::NotSorted { .. }));
    }
}
