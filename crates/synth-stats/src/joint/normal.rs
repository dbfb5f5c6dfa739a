//! The standard normal distribution, with the same bits everywhere.

use synth_core::math;

/// Probability that a standard normal number is at most `x`.
///
/// # Example
///
/// ```
/// use synth_stats::joint::normal_cdf;
///
/// assert!((normal_cdf(1.959_963_985) - 0.975).abs() < 1e-9);
/// ```
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * math::erfc(-x / std::f64::consts::SQRT_2)
}

/// Density of the standard normal distribution.
pub(super) fn normal_density(x: f64) -> f64 {
    // 1 / sqrt(2 pi).
    const SCALE: f64 = 0.398_942_280_401_432_7;
    SCALE * math::exp(-0.5 * x * x)
}

/// The number that a standard normal one is at most with probability `p`; beyond 1e-15 of either end that of 1e-15.
///
/// # Method
///
/// Rational approximation in three parts, relative error 1e-16 (Wichura 1988, Algorithm AS 241, the routine PPND16,
/// Appl. Statist. 37(3)).
///
/// # Example
///
/// ```
/// use synth_stats::joint::normal_quantile;
///
/// assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
/// assert_eq!(normal_quantile(0.5), 0.0);
/// ```
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let p = p.clamp(1e-15, 1.0 - 1e-15);
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(0.180_625 - q * q, &MIDDLE);
    }
    let tail = math::sqrt(-math::ln(if q < 0.0 { p } else { 1.0 - p }));
    let x = if tail <= 5.0 { ratio(tail - 1.6, &NEAR) } else { ratio(tail - 5.0, &FAR) };
    if q < 0.0 { -x } else { x }
}

/// Coefficients of a numerator and a denominator, highest power first.
type Ratio = ([f64; 8], [f64; 8]);

fn ratio(r: f64, (above, below): &Ratio) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().fold(0.0, |sum, c| sum * r + c);
    polynomial(above) / polynomial(below)
}

const MIDDLE: Ratio = (
    [
        2.509_080_928_730_122_7e3,
        3.343_057_558_358_813e4,
        6.726_577_092_700_87e4,
        4.592_195_393_154_987e4,
        1.373_169_376_550_946e4,
        1.971_590_950_306_551_3e3,
        1.331_416_678_917_843_8e2,
        3.387_132_872_796_366_5,
    ],
    [
        5.226_495_278_852_854e3,
        2.872_908_573_572_194_3e4,
        3.930_789_580_009_271e4,
        2.121_379_430_158_659_7e4,
        5.394_196_021_424_751e3,
        6.871_870_074_920_579e2,
        4.231_333_070_160_091e1,
        1.0,
    ],
);

const NEAR: Ratio = (
    [
        7.745_450_142_783_414e-4,
        2.272_384_498_926_918_4e-2,
        2.417_807_251_774_506e-1,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        1.519_866_656_361_645_7e-2,
        1.481_039_764_274_800_8e-1,
        6.897_673_349_851e-1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
);

const FAR: Ratio = (
    [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        1.242_660_947_388_078_4e-3,
        2.653_218_952_657_612_4e-2,
        2.965_605_718_285_048_7e-1,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_8e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_7e-5,
        7.868_691_311_456_133e-4,
        1.487_536_129_085_061_5e-2,
        1.369_298_809_227_358e-1,
        5.998_322_065_558_88e-1,
        1.0,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of R 4's `qnorm`; catches a wrong coefficient in any of the three parts.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, x) in [
            (0.5, 0.0),
            (0.6, 0.253_347_103_135_799_8),
            (0.9, 1.281_551_565_544_600_4),
            (0.001, -3.090_232_306_167_813_7),
            (1e-8, -5.612_001_244_174_789),
            (1e-14, -7.650_628_092_935_268),
        ] {
            assert!((normal_quantile(p) - x).abs() < 1e-12, "{p}: {}", normal_quantile(p));
        }
    }

    #[test]
    fn quantile_and_cdf_undo_each_other() {
        for at in 1..2000 {
            let p = f64::from(at) / 2000.0;
            assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-14, "{p}");
        }
    }
}
