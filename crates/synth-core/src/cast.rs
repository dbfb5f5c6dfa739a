//! Number conversions whose edge cases are decided once, here.
//!
//! `as` silently wraps, truncates and saturates; these functions name what happens instead.

/// The count as an index or capacity; saturates on targets whose `usize` is narrower.
#[inline]
#[must_use]
pub fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The length as a 64-bit count.
#[inline]
#[must_use]
pub fn to_u64(length: usize) -> u64 {
    length as u64
}

/// The length as a 32-bit count; saturates at `u32::MAX`.
#[inline]
#[must_use]
pub fn to_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The low 64 bits of a 128-bit word.
#[inline]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the low half is what is asked for")]
pub fn low_u64(word: u128) -> u64 {
    word as u64
}

/// The largest integer not above `x`, as a count; negative and NaN give 0, too large saturates.
#[inline]
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, as documented")]
pub fn floor_to_u64(x: f64) -> u64 {
    // Cutting is flooring from 0 up, and what is below 0 saturates.
    x as u64
}

/// The largest integer not above `x`, as an index; negative and NaN give 0, too large saturates.
#[inline]
#[must_use]
pub fn floor_to_usize(x: f64) -> usize {
    to_usize(floor_to_u64(x))
}

/// The integer nearest to `x` (halves away from zero); NaN gives 0, too large saturates.
#[inline]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, as documented")]
pub fn round_to_i64(x: f64) -> i64 {
    /// Numbers from here on have no fraction: 2^52.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let cut = x as i64;
    if x.abs() >= WHOLE || x.is_nan() {
        return cut;
    }
    // Exact, as both are multiples of the last digit of `x`; a call of `round` would cost as much as all the rest.
    let rest = x - cut as f64;
    if rest >= 0.5 {
        cut + 1
    } else if rest <= -0.5 {
        cut - 1
    } else {
        cut
    }
}

/// The integer nearest to `x` (halves away from zero); NaN gives 0, too large saturates.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, as documented")]
pub fn round_to_i128(x: f64) -> i128 {
    crate::math::round(x) as i128
}

/// The count nearest to `x`; negative and NaN give 0, too large saturates.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, as documented")]
pub fn round_to_u64(x: f64) -> u64 {
    crate::math::round(x) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches halves that go to the even number, and 0.5 less one bit that goes up.
    #[test]
    fn rounding_agrees_with_the_library() {
        let near = [0.5, 1.5, 2.5, 0.499_999_999_999_999_94, 4_503_599_627_370_495.5, 9e15, 1e18, 0.0];
        for x in near.into_iter().flat_map(|x: f64| [x, -x, x.next_up(), -x.next_down()]) {
            assert!((round_to_i64(x) as f64 - crate::math::round(x)).abs() <= 0.0, "{x}");
            assert!((floor_to_u64(x) as f64 - crate::math::floor(x).max(0.0)).abs() <= 0.0, "{x}");
        }
    }

    #[test]
    fn edges_saturate() {
        assert_eq!(floor_to_u64(-0.5), 0);
        assert_eq!(floor_to_u64(f64::NAN), 0);
        assert_eq!(floor_to_u64(1e300), u64::MAX);
        assert_eq!(round_to_i64(-2.5), -3);
        assert_eq!(round_to_i64(-1e300), i64::MIN);
        assert_eq!(round_to_i64(f64::NAN), 0);
        assert_eq!(round_to_u64(2.5), 3);
        assert_eq!(low_u64(u128::MAX), u64::MAX);
    }
}
