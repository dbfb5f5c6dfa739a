//! The normal distribution with bits that are the same on every machine.

use synth_core::math;

/// Share of a standard normal distribution below `z`.
///
/// # Method
///
/// Φ(z) = erfc(-z / √2) / 2.
///
/// # Example
///
/// ```
/// assert!((synth_stats::normal::share_below(1.959_964) - 0.975).abs() < 1e-6);
/// ```
#[must_use]
pub fn share_below(z: f64) -> f64 {
    math::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// Value below which a share of a standard normal distribution lies.
///
/// # Shapes and units
///
/// `share` is taken into [2^-53, 1 - 2^-53], so the result is finite, between -8.2 and 8.2.
///
/// # Method
///
/// Wichura, M. J. (1988), Algorithm AS 241: the percentage points of the normal distribution, Appl. Stat. 37(3),
/// function PPND7; its relative error is below 1e-6.
///
/// # Example
///
/// ```
/// assert!((synth_stats::normal::quantile(0.975) - 1.959_964).abs() < 1e-5);
/// ```
#[must_use]
pub fn quantile(share: f64) -> f64 {
    let share = share.clamp(f64::EPSILON / 2.0, 1.0 - f64::EPSILON / 2.0);
    let q = share - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        let above = ((59.109_374_720 * r + 159.291_132_02) * r + 50.434_271_938) * r + 3.387_132_717_9;
        let below = ((67.187_563_600 * r + 78.757_757_664) * r + 17.895_169_469) * r + 1.0;
        return q * above / below;
    }
    let tail = if q < 0.0 { share } else { 1.0 - share };
    let r = math::sqrt(-math::ln(tail));
    let z = if r <= 5.0 {
        let r = r - 1.6;
        let above = ((0.170_238_211_03 * r + 1.306_728_481_6) * r + 2.756_815_390_0) * r + 1.423_437_277_7;
        above / ((0.120_211_329_75 * r + 0.737_001_642_50) * r + 1.0)
    } else {
        let r = r - 5.0;
        let above = ((0.017_337_203_997 * r + 0.428_682_943_37) * r + 3.081_226_386_0) * r + 6.657_905_115_0;
        above / ((0.012_258_202_635 * r + 0.241_978_942_25) * r + 1.0)
    };
    if q < 0.0 { -z } else { z }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two are each other's inverse; catches a coefficient with a wrong digit in any of the three ranges.
    #[test]
    fn quantiles_are_inverse_shares() {
        for share in [1e-15, 1e-12, 1e-7, 0.001, 0.05, 0.074, 0.076, 0.3, 0.5, 0.8, 0.9251, 0.99, 0.999_999] {
            let back = share_below(quantile(share));
            assert!((back / share - 1.0).abs() < 2e-5, "{share} {back}");
        }
        assert!(quantile(0.0).is_finite() && quantile(1.0).is_finite());
    }
}
