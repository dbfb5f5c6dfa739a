//! How long a series remembers: correlation that fades with the time between two values.

use synth_core::math;

/// Lengths of memory that are tried between the shortest and the longest gap.
const N_TRIED: u32 = 32;
/// Fewest pairs that say something.
const MIN_PAIRS: usize = 40;

/// Correlation of two values of a series: `strength` times exp(-gap / `seconds`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// Correlation of two values at almost the same time, above 0 and at most 1.
    pub strength: f64,
    /// Seconds after which it has fallen to 1/e of that.
    pub seconds: f64,
    /// Sum of squares that the memory explains, of that of all products.
    pub explained: f64,
}

/// Fits how correlation fades with time.
///
/// # Shapes and units
///
/// `pairs` are the seconds between two values, from 0 up, and the product of the two, each less its mean and divided by
/// its standard deviation, so that the mean of the products at a gap is the correlation there. Other agreement whose
/// mean is 0 by chance and 1 for equal values serves as well. Pairs of any gaps, in any order.
///
/// # Method
///
/// Least squares of the products on a exp(-gap / t): for each t on a logarithmic grid the best a follows, and the t that
/// leaves least is taken. `None` for fewer than 40 pairs, or where the best a is not above 0. An autoregressive process
/// in continuous time has exactly this correlation (Uhlenbeck and Ornstein 1930, On the theory of the Brownian motion,
/// Phys. Rev. 36), with white noise on top when a is below 1.
///
/// # Cost
///
/// O(pairs), 32 exponentials each.
///
/// # Example
///
/// ```
/// let pairs: Vec<(f64, f64)> = (0..400).map(|at| (f64::from(at), 0.8 * (-f64::from(at) / 50.0).exp())).collect();
/// let memory = synth_stats::series::memory(&pairs).unwrap();
/// assert!((memory.strength - 0.8).abs() < 0.03 && (memory.seconds / 50.0 - 1.0).abs() < 0.1);
/// ```
#[must_use]
pub fn memory(pairs: &[(f64, f64)]) -> Option<Memory> {
    let gaps = pairs.iter().map(|pair| pair.0).filter(|gap| *gap > 0.0);
    let (shortest, longest) =
        gaps.fold((f64::INFINITY, 0.0_f64), |(low, high), gap| (low.min(gap), high.max(gap)));
    if pairs.len() < MIN_PAIRS || longest <= 0.0 {
        return None;
    }
    let total: f64 = pairs.iter().map(|pair| pair.1 * pair.1).sum();
    let (low, high) = (shortest / 4.0, longest * 4.0);
    let fit = |step: u32| {
        let seconds = low * math::pow(high / low, f64::from(step) / f64::from(N_TRIED - 1));
        let (mut both, mut square) = (0.0, 0.0);
        for (gap, product) in pairs {
            let fade = math::exp(-gap / seconds);
            both += fade * product;
            square += fade * fade;
        }
        let strength = (both / square.max(f64::MIN_POSITIVE)).min(1.0);
        let left = 2.0 * strength * both - strength * strength * square;
        Memory { strength, seconds, explained: left / total.max(f64::MIN_POSITIVE) }
    };
    // Of equally good ones the first.
    let best = (0..N_TRIED).map(fit).reduce(
        |best, next| {
            if next.explained > best.explained { next } else { best }
        },
    )?;
    (best.strength > 0.0).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let alternating: Vec<(f64, f64)> = (0..200).map(|at| (f64::from(at), -0.3)).collect();
        assert_eq!(memory(&alternating), None);
        assert_eq!(memory(&[(1.0, 0.9); 5]), None);
        assert_eq!(memory(&[(0.0, 0.9); 100]), None, "all at one time");
    }
}
