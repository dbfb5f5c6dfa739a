//! Exact sums of decimals, and of the numbers that are none.

use std::collections::BTreeMap;

use synth_core::{Decimal, math};

use crate::FloatSum;

/// Exact sum of numbers; decimals are kept apart by their number of digits behind the point.
///
/// # Shapes and units
///
/// Decimals of one unit with 0 to 18 digits behind the point. Finer ones, and literals that are no plain decimal
/// ([`ExactSum::push_f64`]), are added as the nearest `f64`. Infinite numbers are counted as skipped and are in
/// neither sum nor mean.
///
/// # Method
///
/// One 192-bit integer per scale, which cannot overflow before 2^63 values, and a [`FloatSum`]; so the order of
/// additions never shows, not even where a sum of 128 bits would have overflowed on the way.
///
/// # Cost
///
/// A push is a look-up among at most 19 scales and an addition; below 2 kB.
///
/// # Example
///
/// ```
/// use synth_core::Decimal;
///
/// let mut sum = synth_stats::ExactSum::default();
/// sum.push(Decimal { mantissa: 10, scale: 2 });
/// sum.push(Decimal { mantissa: 2, scale: 1 });
/// assert_eq!(sum.total(), Some(Decimal { mantissa: 30, scale: 2 }));
/// assert_eq!(sum.mean(), Some(0.15));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExactSum {
    by_scale: BTreeMap<u8, Wide>,
    floats: FloatSum,
    count: u64,
    skipped: u64,
}

/// A 192-bit integer in two's complement: `high` * 2^128 + `low`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wide {
    /// The upper 64 bits, with sign.
    pub high: i64,
    /// The lower 128 bits.
    pub low: u128,
}

/// Decimals with more digits behind the point are added as the nearest `f64`.
const MAX_SCALE: u8 = 18;

impl ExactSum {
    /// Adds one decimal; the nearest `f64` when it has more than 18 digits behind the point.
    pub fn push(&mut self, decimal: Decimal) {
        if decimal.scale > MAX_SCALE {
            self.push_f64(decimal.to_f64());
        } else {
            self.by_scale.entry(decimal.scale).or_default().add(Wide::of(decimal.mantissa));
            self.count += 1;
        }
    }

    /// Adds a number that is no plain decimal, such as one with an exponent; counts it as skipped when it is not
    /// finite.
    pub fn push_f64(&mut self, x: f64) {
        let is_added = self.floats.push(x);
        self.count += u64::from(is_added);
        self.skipped += u64::from(!is_added);
    }

    /// Adds the decimals of another sum.
    pub fn merge(&mut self, other: Self) {
        for (scale, theirs) in other.by_scale {
            self.by_scale.entry(scale).or_default().add(theirs);
        }
        self.floats.merge(other.floats);
        self.count += other.count;
        self.skipped += other.skipped;
    }

    /// Rebuilds a sum from what its getters returned; `None` when a scale is above 18.
    #[must_use]
    pub fn from_scales(
        scales: impl IntoIterator<Item = (u8, Wide)>,
        floats: FloatSum,
        (count, skipped): (u64, u64),
    ) -> Option<Self> {
        let by_scale: BTreeMap<u8, Wide> = scales.into_iter().collect();
        let fits = by_scale.keys().all(|&scale| scale <= MAX_SCALE);
        fits.then_some(Self { by_scale, floats, count, skipped })
    }

    /// Returns the sum of each scale that occurred, in ascending order.
    pub fn scales(&self) -> impl Iterator<Item = (u8, Wide)> {
        self.by_scale.iter().map(|(&scale, &sum)| (scale, sum))
    }

    /// Returns the sum of the numbers that were no plain decimals.
    #[must_use]
    pub fn floats(&self) -> &FloatSum {
        &self.floats
    }

    /// Returns the number of values added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the number of values that were left out, as they are not finite.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Returns the exact sum of the plain decimals at the finest scale that occurred; `None` when its mantissa exceeds 128 bits.
    #[must_use]
    pub fn total(&self) -> Option<Decimal> {
        let scale = self.by_scale.keys().next_back().copied().unwrap_or(0);
        let mantissa = self.by_scale.iter().try_fold(0_i128, |total, (&own, sum)| {
            let unit = 10_i128.pow(u32::from(scale - own));
            total.checked_add(sum.to_i128()?.checked_mul(unit)?)
        })?;
        Some(Decimal { mantissa, scale })
    }

    /// Returns the sum of the plain decimals as the nearest number, up to one rounding per scale.
    fn decimals_f64(&self) -> f64 {
        match self.total() {
            Some(total) => total.to_f64(),
            None => {
                self.by_scale.iter().map(|(&scale, sum)| sum.to_f64() / math::pow10(i32::from(scale))).sum()
            }
        }
    }

    /// Returns the mean of the values added, up to a few roundings; `None` when there are none.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let of_decimals = || self.decimals_f64() / self.count as f64;
        (self.count > 0).then(|| of_decimals() + self.floats.over(self.count))
    }
}

impl Wide {
    fn of(value: i128) -> Self {
        Self { high: if value < 0 { -1 } else { 0 }, low: value.cast_unsigned() }
    }

    fn add(&mut self, other: Self) {
        let (low, carry) = self.low.overflowing_add(other.low);
        self.low = low;
        self.high = self.high.wrapping_add(other.high).wrapping_add(i64::from(carry));
    }

    fn to_i128(self) -> Option<i128> {
        let value = self.low.cast_signed();
        (self.high == if value < 0 { -1 } else { 0 }).then_some(value)
    }

    fn to_f64(self) -> f64 {
        self.high as f64 * math::pow(2.0, 128.0) + self.low as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum_of(mantissas: &[i128]) -> ExactSum {
        let mut sum = ExactSum::default();
        mantissas.iter().for_each(|&mantissa| sum.push(Decimal { mantissa, scale: 0 }));
        sum
    }

    #[test]
    fn sums_pass_128_bits_and_come_back() {
        let all = sum_of(&[i128::MAX, i128::MAX, 5, -i128::MAX, i128::MIN]);
        assert_eq!(all.total().map(|total| total.mantissa), Some(4));
        let beyond = sum_of(&[i128::MAX, i128::MAX]);
        assert_eq!(beyond.total(), None);
        assert!((beyond.decimals_f64() / math::pow(2.0, 128.0) - 1.0).abs() < 1e-15);
        let negative = sum_of(&[i128::MIN, i128::MIN]);
        assert!((negative.decimals_f64() / math::pow(2.0, 128.0) + 1.0).abs() < 1e-15);
    }

    #[test]
    fn fine_scales_and_exponents_are_in_the_mean() {
        let mut sum = sum_of(&[3]);
        sum.push(Decimal { mantissa: 5 * 10_i128.pow(18), scale: 19 });
        sum.push_f64(2.5);
        sum.push_f64(f64::INFINITY);
        assert_eq!((sum.count(), sum.skipped(), sum.mean()), (3, 1, Some(2.0)));
        assert_eq!(ExactSum::from_scales(sum.scales(), sum.floats().clone(), (3, 1)), Some(sum));
    }
}
