//! From effect sizes to words.
//!
//! A verdict follows the size of a difference and how sure that size is, never a p-value: with many rows every p-value is
//! tiny, and with few rows a large difference may be an accident.

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::math;
use synth_stats::normal;

/// How well synthetic data agree with the real ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No difference that matters, or none that is sure.
    Matches,
    /// A difference worth a look.
    Close,
    /// Another distribution.
    Differs,
}

/// Distances (Kolmogorov–Smirnov, total variation) from which a difference is worth a look, and from which it is another
/// distribution.
///
/// Two normal distributions d standard deviations apart are at the distance 2 Φ(d / 2) - 1. The small effect of Cohen, J.
/// (1988), Statistical Power Analysis for the Behavioral Sciences, section 2.2, d = 0.2, is 0.08, and the medium one,
/// d = 0.5, is 0.197, which is also the population stability index 0.25 (the index of such distributions is d²:
/// Kullback 1959, Information Theory and Statistics, section 2.3) that Siddiqi, N. (2006), Credit Risk Scorecards, calls
/// significant.
pub const DISTANCE_BANDS: (f64, f64) = (0.08, 0.2);

/// What the lower end of the interval must reach for each of the two: a quarter of the small effect, so that the
/// difference is more than none, and the small effect, so that another distribution is more than worth a look.
pub const SURE_BANDS: (f64, f64) = (0.02, 0.08);

impl Verdict {
    /// Judges a distance by its size and the lower end of its interval.
    #[must_use]
    pub fn of_distance(distance: f64, low: f64) -> Self {
        match distance {
            _ if distance >= DISTANCE_BANDS.1 && low >= SURE_BANDS.1 => Self::Differs,
            _ if distance >= DISTANCE_BANDS.0 && low >= SURE_BANDS.0 => Self::Close,
            _ => Self::Matches,
        }
    }
}

/// Cohen's h of two shares: the distance of their arcsines, which weighs a difference by how rare it makes things.
///
/// Cohen, J. (1988), Statistical Power Analysis for the Behavioral Sciences, section 6.2: small, medium and large are the
/// same 0.2, 0.5 and 0.8 as for d.
pub(crate) fn cohens_h(real: f64, synthetic: f64) -> f64 {
    let angle = |share: f64| 2.0 * math::asin(math::sqrt(share.clamp(0.0, 1.0)));
    (angle(real) - angle(synthetic)).abs()
}

/// The distance of two normal distributions so many standard deviations apart.
pub(crate) fn distance_of(deviations: f64) -> f64 {
    2.0 * normal::share_below(deviations / 2.0) - 1.0
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
    fn size_decides_where_it_is_sure() {
        assert_eq!(Verdict::of_distance(0.3, 0.0), Verdict::Matches);
        assert_eq!(Verdict::of_distance(0.07, 0.069), Verdict::Matches);
        assert_eq!(Verdict::of_distance(0.15, 0.1), Verdict::Close);
        assert_eq!(Verdict::of_distance(0.3, 0.05), Verdict::Close);
        assert_eq!(Verdict::of_distance(0.3, 0.2), Verdict::Differs);
        assert!(Verdict::Matches < Verdict::Differs);
    }

    /// Catches a scale that treats rare shares as all others.
    #[test]
    fn rare_shares_weigh_more() {
        assert!(cohens_h(0.5, 0.53) < 0.1 && cohens_h(0.0, 0.03) > 0.3);
        assert!((cohens_h(0.0, 1.0) - std::f64::consts::PI).abs() < 1e-12);
        assert!((distance_of(0.5) - 0.197_413).abs() < 1e-6);
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
