//! The Anderson–Darling test of two samples.

use synth_core::{cast, math};

use super::SortedSample;
use super::numeric::{Step, for_each_step};

/// Outcome of [`anderson_darling`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AndersonDarling {
    /// The standardised statistic: 0 is what chance gives on average, 1.96 its 2.5 % point.
    pub statistic: f64,
    /// Chance of a statistic at least this large under one distribution, taken into [0.001, 0.25], where it is tabulated.
    pub p_value: f64,
    /// Root of the mean squared gap between the distribution functions, each gap in units of its standard deviation
    /// under one distribution; it does not grow with the number of values.
    pub effect: f64,
}

/// Largest number of values for which the sums of the variance are added up; beyond it their limits stand.
const MAX_SUMMED: u64 = 1 << 16;

/// Anderson–Darling test that two samples have one distribution; it weighs the tails more than Kolmogorov–Smirnov does.
///
/// # Shapes and units
///
/// Two samples of one unit; the result is unitless. Ties take their middle rank. Fewer than 4 values, or values that
/// are all equal, give statistic 0, effect 0 and p-value 0.25.
///
/// # Method
///
/// Scholz, F. W. and Stephens, M. A. (1987), K-sample Anderson–Darling tests, J. Am. Stat. Assoc. 82(399), equation 7
/// for two samples, standardised by equation 4. The p-value is read from the quadratic in the statistic that fits the
/// logarithms of the seven levels of their table 1 best, as `scipy` does it. With more than 65,536 values the sums h
/// and g of the variance are their limits, ln(N - 1) + γ and π²/6, which moves it by less than three thousandths of itself.
/// The effect is the root of A² (n + m) / (n m).
///
/// # Cost
///
/// O(n + m) time in the number of pairs and at most 65,536 additions, no allocation.
///
/// # Example
///
/// ```
/// use synth_stats::{SortedSample, tests2::anderson_darling};
///
/// let (xs, ys) = ([(1.0, 30), (2.0, 10)], [(1.0, 10), (2.0, 30)]);
/// let test = anderson_darling(SortedSample::new(&xs)?, SortedSample::new(&ys)?);
/// assert!(test.statistic > 10.0 && test.p_value <= 0.001);
/// # Ok::<(), synth_stats::Error>(())
/// ```
#[must_use]
pub fn anderson_darling(xs: SortedSample<'_>, ys: SortedSample<'_>) -> AndersonDarling {
    let (n, m) = (xs.count() as f64, ys.count() as f64);
    let total = n + m;
    let mut sum = 0.0;
    let (mut before, mut before_x) = (0.0, 0.0);
    for_each_step(xs, ys, |Step { share_x, share_y, .. }| {
        let (seen_x, seen_y) = (share_x * n, share_y * m);
        let ties = seen_x + seen_y - before;
        let middle = before + ties / 2.0;
        let middle_x = (before_x + seen_x) / 2.0;
        let spread = middle * (total - middle) - total * ties / 4.0;
        if spread > 0.0 {
            // N M_2 - B m is the same with the other sign.
            let gap = total * middle_x - middle * n;
            sum += ties / total * gap * gap / spread;
        }
        (before, before_x) = (seen_x + seen_y, seen_x);
    });
    let squared = sum * (1.0 / n + 1.0 / m) * (total - 1.0) / total;
    let variance = variance(n, m);
    if variance.is_nan() || variance <= 0.0 || sum <= 0.0 {
        return AndersonDarling { statistic: 0.0, p_value: LEVELS[0], effect: 0.0 };
    }
    let statistic = (squared - 1.0) / math::sqrt(variance);
    let effect = math::sqrt(squared * total / (n * m));
    AndersonDarling { statistic, p_value: p_value(statistic), effect }
}

/// The variance of the statistic under one distribution: equation 4 for k = 2.
fn variance(n: f64, m: f64) -> f64 {
    let total = n + m;
    if total < 4.0 {
        return 0.0;
    }
    let (h, g) = harmonic_sums(cast::round_to_u64(total));
    let inverse = 1.0 / n + 1.0 / m;
    let a = (4.0 * g - 6.0) + (10.0 - 6.0 * g) * inverse;
    let b = (2.0 * g - 4.0) * 4.0 + 16.0 * h + (2.0 * g - 14.0 * h - 4.0) * inverse - 8.0 * h + 4.0 * g - 6.0;
    let c = (6.0 * h + 2.0 * g - 2.0) * 4.0
        + (4.0 * h - 4.0 * g + 6.0) * 2.0
        + (2.0 * h - 6.0) * inverse
        + 4.0 * h;
    let d = (2.0 * h + 6.0) * 4.0 - 8.0 * h;
    (((a * total + b) * total + c) * total + d) / ((total - 1.0) * (total - 2.0) * (total - 3.0))
}

/// h, the sum of 1/i below N, and g, the sum of 1 / ((N - i) j) over i < j below N.
fn harmonic_sums(total: u64) -> (f64, f64) {
    /// Euler's constant.
    const GAMMA: f64 = 0.577_215_664_901_532_9;
    if total > MAX_SUMMED {
        let limit = std::f64::consts::PI * std::f64::consts::PI / 6.0;
        return (math::ln(total as f64 - 1.0) + GAMMA, limit);
    }
    let (mut above, mut g) = (0.0, 0.0);
    for (j, i) in (2..total).rev().zip(2..total) {
        above += 1.0 / j as f64;
        g += above / i as f64;
    }
    (above + 1.0, g)
}

/// Levels of table 1, and the statistics that reach them for two samples: the sums of its three columns.
const LEVELS: [f64; 7] = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
#[expect(clippy::approx_constant, reason = "2.718 is a percentage point, not e")]
const CRITICAL: [f64; 7] = [0.325, 1.226, 1.961, 2.718, 3.752, 4.592, 6.546];

/// exp of the quadratic that fits (critical value, ln level) best.
fn p_value(statistic: f64) -> f64 {
    if statistic < CRITICAL[0] {
        return LEVELS[0];
    }
    if statistic > CRITICAL[6] {
        return LEVELS[6];
    }
    let [constant, slope, curve] = quadratic();
    math::exp(constant + statistic * (slope + statistic * curve))
}

/// Least squares for 1, x, x² by the normal equations, solved by Cramer's rule on x around its mean.
fn quadratic() -> [f64; 3] {
    let count = 7.0;
    let mean = CRITICAL.iter().sum::<f64>() / count;
    let moment = |power: i32| -> f64 { CRITICAL.iter().map(|x| powi(x - mean, power)).sum::<f64>() };
    let with = |power: i32| -> f64 {
        CRITICAL.iter().zip(LEVELS).map(|(x, level)| powi(x - mean, power) * math::ln(level)).sum::<f64>()
    };
    let (s2, s3, s4) = (moment(2), moment(3), moment(4));
    let (t0, t1, t2) = (with(0), with(1), with(2));
    // The first moment around the mean is 0, which leaves three equations of this form.
    let determinant = count * (s2 * s4 - s3 * s3) - s2 * s2 * s2;
    let curve = (count * (s2 * t2 - s3 * t1) - s2 * s2 * t0) / determinant;
    let slope = (t1 - s3 * curve) / s2;
    let constant = (t0 - s2 * curve) / count;
    [constant - slope * mean + curve * mean * mean, slope - 2.0 * curve * mean, curve]
}

fn powi(x: f64, power: i32) -> f64 {
    (0..power).map(|_| x).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(pairs: &[(f64, u64)]) -> SortedSample<'_> {
        SortedSample::new(pairs).unwrap()
    }

    #[test]
    fn equal_values_say_nothing() {
        let test = anderson_darling(sample(&[(2.0, 40)]), sample(&[(2.0, 7)]));
        assert_eq!((test.statistic, test.effect, test.p_value), (0.0, 0.0, 0.25));
        let few = anderson_darling(sample(&[(2.0, 1)]), sample(&[(3.0, 1)]));
        assert_eq!((few.statistic, few.p_value), (0.0, 0.25));
    }

    /// Catches limits that do not meet the sums.
    #[test]
    fn sums_meet_their_limits() {
        let (h, g) = harmonic_sums(MAX_SUMMED);
        let (limit_h, limit_g) = harmonic_sums(MAX_SUMMED + 1);
        assert!((h - limit_h).abs() < 1e-4 && (g - limit_g).abs() < 1e-3, "{h} {limit_h} {g} {limit_g}");
        let below = variance(32_768.0, 32_768.0);
        let above = variance(32_769.0, 32_768.0);
        assert!((below / above - 1.0).abs() < 3e-3, "{below} {above}");
    }

    /// The effect stays while the samples grow; the statistic does not.
    #[test]
    fn effects_do_not_grow_with_the_samples() {
        let of = |scale: u64| {
            let (xs, ys) = ([(1.0, 60 * scale), (2.0, 40 * scale)], [(1.0, 40 * scale), (2.0, 60 * scale)]);
            anderson_darling(sample(&xs), sample(&ys))
        };
        let (small, large) = (of(1), of(1000));
        assert!((small.effect / large.effect - 1.0).abs() < 0.02, "{small:?} {large:?}");
        assert!(large.statistic > 500.0 * small.statistic);
    }
}
