//! From effect sizes to words.
//!
//! A verdict follows the size of a difference, never its p-value alone: with many rows every p-value is tiny.
//! The p-value only excuses: a difference that chance explains is no difference.

use serde::Serialize;
use synth_core::math;

/// How well synthetic data agree with the real ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No difference that matters, or none that chance does not explain.
    Matches,
    /// A difference worth a look.
    Close,
    /// Another distribution.
    Differs,
}

/// Population stability index from which a shift is moderate, and from which it is significant.
///
/// The bands of Siddiqi, N. (2006), Credit Risk Scorecards, Wiley, chapter 9.
pub const PSI_BANDS: (f64, f64) = (0.1, 0.25);

/// Kolmogorov–Smirnov or total variation distance from which a shift is moderate, and significant.
///
/// The same bands on another scale. For two normal distributions d standard deviations apart the index is the
/// symmetric Kullback–Leibler divergence d^2 (Kullback 1959, Information Theory and Statistics, section 2.3), and
/// both distances are 2 Phi(d / 2) - 1: 0.1 gives d = 0.316 and 0.126, 0.25 gives d = 0.5 and 0.197.
pub const DISTANCE_BANDS: (f64, f64) = (0.125, 0.2);

/// P-value from which chance explains a difference: the customary level of Fisher (1925), Statistical Methods for
/// Research Workers. It only ever improves a verdict, so testing many fields raises no false alarm through it;
/// a correction for many tests (Benjamini and Hochberg 1995) belongs to the p-values themselves and is not made.
pub const CHANCE: f64 = 0.05;

impl Verdict {
    /// Judges an index by its bands.
    #[must_use]
    pub fn of_psi(psi: f64, p_value: f64) -> Self {
        Self::of(psi, PSI_BANDS, p_value)
    }

    /// Judges a distance by its bands.
    #[must_use]
    pub fn of_distance(distance: f64, p_value: f64) -> Self {
        Self::of(distance, DISTANCE_BANDS, p_value)
    }

    fn of(effect: f64, bands: (f64, f64), p_value: f64) -> Self {
        match effect {
            _ if p_value >= CHANCE || effect < bands.0 => Self::Matches,
            _ if effect < bands.1 => Self::Close,
            _ => Self::Differs,
        }
    }
}

/// Rounds to six significant digits: more would show the last bits of library functions, not data.
#[must_use]
pub(crate) fn rounded(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let exponent = synth_core::cast::round_to_i64(math::floor(math::log10(x.abs())));
    let places = i32::try_from(5 - exponent).unwrap_or(0);
    let scaled = if places >= 0 { x * math::pow10(places) } else { x / math::pow10(-places) };
    let whole = math::round(scaled);
    if !whole.is_finite() {
        return x;
    }
    if places >= 0 { whole / math::pow10(places) } else { whole * math::pow10(-places) }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the results are exact")]
mod tests {
    use super::*;

    #[test]
    fn chance_excuses_and_size_decides() {
        assert_eq!(Verdict::of_distance(0.3, 0.2), Verdict::Matches);
        assert_eq!(Verdict::of_distance(0.1, 1e-9), Verdict::Matches);
        assert_eq!(Verdict::of_distance(0.15, 1e-9), Verdict::Close);
        assert_eq!(Verdict::of_psi(0.3, 1e-9), Verdict::Differs);
        assert!(Verdict::Matches < Verdict::Differs);
    }

    #[test]
    fn six_digits_stay() {
        assert_eq!(rounded(0.123_456_789), 0.123_457);
        assert_eq!(rounded(1_234_567.0), 1_234_570.0);
        assert_eq!(rounded(-1e-300), -1e-300);
        assert_eq!(rounded(0.0), 0.0);
        assert!(rounded(1e-320) >= 0.0);
    }
}
