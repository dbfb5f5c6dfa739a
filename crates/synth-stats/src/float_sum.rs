//! Exact sums of numbers of any size.

/// Exact sum of finite `f64`, over their whole range.
///
/// # Shapes and units
///
/// Numbers of one unit, in any order. NaN and infinities are not taken: [`FloatSum::push`] says so.
///
/// # Method
///
/// One integer of 2176 bits in two's complement that counts units of 2^-1074, the smallest positive `f64`; every
/// finite number is a whole number of them, so addition is exact and its order never shows. The long accumulator
/// of Kulisch and Miranker (1986), The arithmetic of the digital computer, SIAM Review 28(1), section 2. It cannot
/// overflow before 2^77 numbers.
///
/// # Cost
///
/// A push is two additions and the way of the carry; 272 bytes once a number has come, 8 before.
///
/// # Example
///
/// ```
/// let mut sum = synth_stats::FloatSum::default();
/// [1e308, 1.0, 1e-320, -1e308].into_iter().for_each(|x| assert!(sum.push(x)));
/// assert_eq!(sum.over(1), 1.0);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FloatSum {
    limbs: Option<Box<[u64; LIMBS]>>,
}

/// Words of 64 bits: 2098 for the range of `f64`, 77 for carries and one for the sign.
pub const LIMBS: usize = 34;
/// Bits of the fraction of an `f64`.
const FRACTION_BITS: u32 = 52;
/// The exponent of the unit.
const UNIT_EXPONENT: i32 = -1074;

impl FloatSum {
    /// Adds a number; returns false, and adds nothing, when it is not finite.
    pub fn push(&mut self, x: f64) -> bool {
        if !x.is_finite() {
            return false;
        }
        let bits = x.to_bits();
        let fraction = bits & ((1 << FRACTION_BITS) - 1);
        let exponent = (bits >> FRACTION_BITS) & 0x7ff;
        let mantissa = if exponent == 0 { fraction } else { fraction | (1 << FRACTION_BITS) };
        let shift = exponent.saturating_sub(1);
        let wide = u128::from(mantissa) << (shift % 64);
        let start = synth_core::cast::to_usize(shift / 64);
        let words = [synth_core::cast::low_u64(wide), synth_core::cast::low_u64(wide >> 64)];
        let limbs = self.limbs.get_or_insert_with(|| Box::new([0; LIMBS]));
        if x.is_sign_negative() {
            subtract(&mut limbs[start..], words)
        } else {
            add(&mut limbs[start..], &words)
        }
        true
    }

    /// Adds the numbers of another sum.
    pub fn merge(&mut self, other: Self) {
        match (&mut self.limbs, other.limbs) {
            (Some(ours), Some(theirs)) => add(&mut ours[..], &theirs[..]),
            (None, theirs) => self.limbs = theirs,
            (Some(_), None) => {}
        }
    }

    /// Returns the words of the sum, lowest first; empty when nothing was added.
    #[must_use]
    pub fn limbs(&self) -> &[u64] {
        self.limbs.as_deref().map_or(&[], |limbs| limbs.as_slice())
    }

    /// Rebuilds a sum from its words; `None` when there are neither none nor all.
    #[must_use]
    pub fn from_limbs(limbs: &[u64]) -> Option<Self> {
        if limbs.is_empty() {
            return Some(Self::default());
        }
        Some(Self { limbs: Some(Box::new(limbs.try_into().ok()?)) })
    }

    /// Returns the sum over `n`, rounded twice at most; 0 when `n` is 0. Finite when `n` numbers were added.
    #[must_use]
    pub fn over(&self, n: u64) -> f64 {
        let Some(limbs) = self.limbs.as_deref().filter(|_| n > 0) else { return 0.0 };
        let is_negative = limbs[LIMBS - 1] >> 63 == 1;
        let mut size = *limbs;
        if is_negative {
            size.iter_mut().for_each(|limb| *limb = !*limb);
            add(&mut size, &[1]);
        }
        let Some(high) = size.iter().rposition(|&limb| limb != 0) else { return 0.0 };
        let zeros = size[high].leading_zeros();
        let below = if high == 0 { 0 } else { size[high - 1] };
        let pair = (u128::from(size[high]) << 64 | u128::from(below)) << zeros;
        let has_more = synth_core::cast::low_u64(pair) != 0
            || size[..high.saturating_sub(1)].iter().any(|&limb| limb != 0);
        // A last bit that stands for all below it makes the rounding of 64 bits that of the whole sum.
        let leading = synth_core::cast::low_u64(pair >> 64) | u64::from(has_more);
        let exponent = 64 * i32::try_from(high).unwrap_or(0) - zeros.cast_signed() + UNIT_EXPONENT;
        let mean = times_power_of_two(leading as f64 / n as f64, exponent);
        if is_negative { -mean } else { mean }
    }
}

/// Multiplies in two steps, each of which is exact unless the result leaves the range of normal numbers.
fn times_power_of_two(x: f64, exponent: i32) -> f64 {
    let power = |exponent: i32| f64::from_bits(u64::from((1023 + exponent).cast_unsigned()) << FRACTION_BITS);
    let half = exponent / 2;
    x * power(half) * power(exponent - half)
}

/// Adds words at the lower end of a number.
fn add(limbs: &mut [u64], words: &[u64]) {
    let mut carry = false;
    for (at, limb) in limbs.iter_mut().enumerate() {
        let word = words.get(at).copied().unwrap_or(0);
        if at >= words.len() && !carry {
            return;
        }
        let (sum, first) = limb.overflowing_add(word);
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        (*limb, carry) = (sum, first || second);
    }
}

/// Takes words off at the lower end of a number.
fn subtract(limbs: &mut [u64], words: [u64; 2]) {
    let mut borrow = false;
    for (at, limb) in limbs.iter_mut().enumerate() {
        let word = words.get(at).copied().unwrap_or(0);
        if at >= words.len() && !borrow {
            return;
        }
        let (rest, first) = limb.overflowing_sub(word);
        let (rest, second) = rest.overflowing_sub(u64::from(borrow));
        (*limb, borrow) = (rest, first || second);
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the sums are exact")]
mod tests {
    use super::*;

    fn check(numbers: &[f64], n: u64, expected: f64) {
        let mut sum = FloatSum::default();
        assert!(numbers.iter().all(|&x| sum.push(x)));
        assert_eq!(sum.over(n), expected, "{numbers:?}");
        assert_eq!(FloatSum::from_limbs(sum.limbs()), Some(sum));
    }

    #[test]
    fn sums_are_those_of_paper_and_pencil() {
        check(&[], 3, 0.0);
        check(&[0.5, 0.25], 1, 0.75);
        check(&[-0.5, -0.25], 3, -0.25);
        check(&[1e308, 1e308, 1e308], 3, 1e308);
        check(&[f64::MAX, f64::MAX, -f64::MAX, -f64::MAX, -5e-324], 1, -5e-324);
        check(&[5e-324, 5e-324, 5e-324], 1, 1.5e-323);
        check(&[9_007_199_254_740_992.0, 1.0, 1.0], 1, 9_007_199_254_740_994.0);
        check(&[0.1, 0.2, 0.3, -0.6], 1, 2.775_557_561_562_891_4e-17);
        check(&[1.0, -1.0], 1, 0.0);
    }

    #[test]
    fn infinite_numbers_are_refused() {
        let mut sum = FloatSum::default();
        assert!(!sum.push(f64::INFINITY) && !sum.push(f64::NAN));
        assert_eq!(sum, FloatSum::default());
        assert_eq!(FloatSum::from_limbs(&[1, 2]), None);
    }
}
