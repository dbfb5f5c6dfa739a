//! Shares as they are written: six digits, summing to one.

use synth_core::{Rate, cast};

/// Shares are written in millionths.
const UNITS: u64 = 1_000_000;

/// Returns the share of each count, in millionths that sum to exactly 1.
///
/// # Method
///
/// Largest remainders (Hamilton's method of apportionment, 1792); ties go to the earlier count.
pub(crate) fn apportion(counts: &[u64]) -> Vec<Rate> {
    let total: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if total == 0 {
        return vec![Rate::ZERO; counts.len()];
    }
    let scaled = |count: u64| u128::from(count) * u128::from(UNITS);
    let mut units: Vec<u64> = counts.iter().map(|count| cast::low_u64(scaled(*count) / total)).collect();
    let missing = UNITS - units.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(scaled(counts[index]) % total), index));
    for &index in order.iter().take(cast::to_usize(missing)) {
        units[index] += 1;
    }
    units.into_iter().map(|units| Rate::of(units, UNITS)).collect()
}

/// Returns a share rounded to millionths; what is possible stays possible, what is not certain stays uncertain.
pub(crate) fn rounded(rate: Rate) -> Rate {
    if rate.is_zero() || rate.is_one() {
        return rate;
    }
    let units = cast::round_to_u64(rate.get() * UNITS as f64).clamp(1, UNITS - 1);
    Rate::of(units, UNITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_one() {
        let shares = apportion(&[1, 1, 1]);
        assert_eq!(shares.iter().map(|rate| cast::round_to_u64(rate.get() * 1e6)).sum::<u64>(), UNITS);
        assert_eq!(apportion(&[0, 5]), [Rate::ZERO, Rate::ONE]);
        assert_eq!(apportion(&[0]), [Rate::ZERO]);
    }

    #[test]
    fn rare_is_not_never() {
        assert_eq!(rounded(Rate::of(1, 100_000_000)), Rate::of(1, UNITS));
        assert_eq!(rounded(Rate::of(99_999_999, 100_000_000)), Rate::of(UNITS - 1, UNITS));
    }
}
