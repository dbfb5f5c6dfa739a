//! The generator `kde`: a smooth distribution around given numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::math;

use crate::generator::{Interpolation, QuantileSample, Spike};

/// Params of `kde`: a kernel density estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kde {
    /// The shape of the bump around each number.
    #[serde(default)]
    pub kernel: Kernel,
    /// Standard deviation of the bump, above 0; from the points by Silverman's rule if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<f64>,
    /// The numbers; in place of quantiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<f64>,
    /// Percentages from 0 to 100, rising; in place of points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<f64>,
    /// The number at each of them, not falling.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<f64>,
    /// Numbers that are repeated often, drawn apart from the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spikes: Vec<Spike>,
}

/// The shape of the bump around a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// The normal distribution.
    #[default]
    Gaussian,
    /// A parabola, zero beyond the square root of 5 bandwidths.
    Epanechnikov,
}

/// Most points.
const MAX_POINTS: usize = 10_000;
/// Numbers that stand for a quantile function.
const N_KNOTS: usize = 200;
/// Pieces of the quantile function that comes out.
const N_QUANTILES: usize = 1000;
/// Share that is cut off at each end.
const TAIL: f64 = 1e-6;
/// The normal distribution is cut off at so many deviations.
const REACH: f64 = 6.0;

impl Kde {
    /// Returns what is wrong with the params, and at which key, if something is.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, String)> {
        let is_bad = |number: &f64| number.is_nan() || number.abs() >= 1e12;
        let problem = |key, reason: &str| Some((key, reason.to_owned()));
        match (self.points.is_empty(), self.quantiles.is_empty() && self.values.is_empty()) {
            (true, true) => return problem("points", "give `points`, or `quantiles` with `values`"),
            (false, false) => return problem("points", "give either `points` or `quantiles`, not both"),
            _ => {}
        }
        if self.points.len() > MAX_POINTS {
            return Some(("points", format!("more than {MAX_POINTS} points")));
        }
        if self.points.iter().chain(&self.values).any(is_bad) {
            let key = if self.points.is_empty() { "values" } else { "points" };
            return problem(key, "the numbers must be between -10^12 and 10^12");
        }
        if let Some(reason) = self.curve_problem() {
            return problem("quantiles", reason);
        }
        match self.bandwidth {
            Some(bandwidth) if !(bandwidth > 0.0 && bandwidth < 1e12) => {
                problem("bandwidth", "`bandwidth` must be above 0 and below 10^12")
            }
            None if !self.quantiles.is_empty() => problem(
                "bandwidth",
                "quantiles do not say how many numbers there were, so give a `bandwidth`",
            ),
            None if self.bandwidth() <= 0.0 => {
                problem("bandwidth", "the points are all equal, so give a `bandwidth`")
            }
            _ => None,
        }
    }

    fn curve_problem(&self) -> Option<&'static str> {
        let (percent, values) = (&self.quantiles, &self.values);
        let rises = percent.windows(2).all(|pair| pair[0] < pair[1]);
        let ends = percent.first().zip(percent.last());
        let is_whole = ends.is_some_and(|(first, last)| first.abs() < 1e-6 && (last - 100.0).abs() < 1e-6);
        match () {
            () if !self.points.is_empty() => None,
            () if percent.len() != values.len() => Some("`quantiles` and `values` differ in length"),
            () if !(rises && is_whole) => Some("percentages must rise from 0 to 100"),
            () if !values.is_sorted() => Some("`values` must not fall"),
            () => None,
        }
    }

    /// The bandwidth that counts.
    ///
    /// # Method
    ///
    /// 0.9 times the smaller of the standard deviation and the interquartile range divided by 1.34, times the number of points to
    /// the power of -1/5: Silverman, B. (1986), Density estimation for statistics and data analysis, equation 3.31. The kernel of
    /// Epanechnikov is scaled to the same standard deviation, as its canonical bandwidth is within 1 % of that.
    #[must_use]
    pub fn bandwidth(&self) -> f64 {
        if let Some(bandwidth) = self.bandwidth {
            return bandwidth;
        }
        let mut sorted = self.points.clone();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let mean = sorted.iter().sum::<f64>() / n.max(1.0);
        let variance =
            sorted.iter().map(|point| (point - mean) * (point - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        let deviation = math::sqrt(variance);
        let quartiles = (at_share(&sorted, 0.75) - at_share(&sorted, 0.25)) / 1.34;
        let spread = if quartiles > 0.0 { deviation.min(quartiles) } else { deviation };
        0.9 * spread * math::pow(n.max(1.0), -0.2)
    }

    /// Returns the distribution by its quantiles.
    ///
    /// # Shapes and units
    ///
    /// In the unit of the points; the outermost millionth on each side is cut off. The params must be free of
    /// [`problem`](Self::problem)s. A quantile function is taken as 200 numbers at even shares.
    ///
    /// # Method
    ///
    /// The distribution function is the mean of those of the bumps: Silverman (1986), equation 2.2a. It rises, so each of 1000 quantiles
    /// is found by halving, from the one before.
    ///
    /// # Cost
    ///
    /// About 50,000 evaluations of the distribution function, each over the points within reach.
    #[must_use]
    pub fn sample(&self) -> QuantileSample {
        let mut points = self.points.clone();
        if points.is_empty() {
            let share = |index: usize| (index as f64 + 0.5) / N_KNOTS as f64;
            points = (0..N_KNOTS).map(|index| self.knot(share(index))).collect();
        }
        points.sort_by(f64::total_cmp);
        let mixture = Mixture { points, bandwidth: self.bandwidth(), kernel: self.kernel };
        let (quantiles, values) = mixture.quantiles();
        QuantileSample {
            quantiles,
            values,
            spikes: self.spikes.clone(),
            interpolation: Interpolation::Linear,
        }
    }

    /// The number at a share of the given quantiles.
    fn knot(&self, share: f64) -> f64 {
        let percent = 100.0 * share;
        let above = self.quantiles.partition_point(|known| *known <= percent);
        let last = self.values.len().saturating_sub(1);
        let (low, high) = (above.saturating_sub(1).min(last), above.min(last));
        let (left, right) = (self.quantiles[low], self.quantiles[high]);
        let within = if right > left { (percent - left) / (right - left) } else { 0.0 };
        self.values[low] + within * (self.values[high] - self.values[low])
    }
}

/// The number at a share of a sorted list, linear between them.
fn at_share(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = share * last as f64;
    let low = synth_core::cast::floor_to_usize(at);
    let high = (low + 1).min(last);
    sorted[low] + (at - low as f64) * (sorted[high] - sorted[low])
}

struct Mixture {
    /// Sorted.
    points: Vec<f64>,
    bandwidth: f64,
    kernel: Kernel,
}

impl Mixture {
    fn reach(&self) -> f64 {
        match self.kernel {
            Kernel::Gaussian => REACH * self.bandwidth,
            Kernel::Epanechnikov => math::sqrt(5.0) * self.bandwidth,
        }
    }

    /// Share of a bump of deviation 1 below `x`.
    fn below(&self, x: f64) -> f64 {
        match self.kernel {
            Kernel::Gaussian => 0.5 * math::erfc(-x / math::sqrt(2.0)),
            Kernel::Epanechnikov => {
                let u = (x / math::sqrt(5.0)).clamp(-1.0, 1.0);
                0.5 + 0.75 * u - 0.25 * u * u * u
            }
        }
    }

    /// The distribution function.
    fn share(&self, x: f64) -> f64 {
        let reach = self.reach();
        let first = self.points.partition_point(|point| *point < x - reach);
        let last = self.points.partition_point(|point| *point <= x + reach);
        let near = self.points[first..last].iter().map(|point| self.below((x - point) / self.bandwidth));
        (first as f64 + near.sum::<f64>()) / self.points.len() as f64
    }

    fn quantiles(&self) -> (Vec<f64>, Vec<f64>) {
        let reach = self.reach();
        let low = self.points.first().map_or(0.0, |point| point - reach);
        let high = self.points.last().map_or(0.0, |point| point + reach);
        let (mut percents, mut values) = (Vec::new(), Vec::new());
        let mut from = low;
        for index in 0..=N_QUANTILES {
            // The smooth step 3u² - 2u³ puts more quantiles where the tails are.
            let u = index as f64 / N_QUANTILES as f64;
            let share = u * u * (3.0 - 2.0 * u);
            let wanted = share.clamp(TAIL, 1.0 - TAIL);
            let (mut below, mut above) = (from, high);
            for _ in 0..52 {
                let middle = below + (above - below) / 2.0;
                if self.share(middle) < wanted { below = middle } else { above = middle }
            }
            from = below;
            percents.push(100.0 * share);
            values.push(above);
        }
        (percents, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kde(kernel: Kernel, bandwidth: Option<f64>, points: &[f64]) -> Kde {
        let points = points.to_vec();
        Kde { kernel, bandwidth, points, quantiles: vec![], values: vec![], spikes: vec![] }
    }

    fn at(sample: &QuantileSample, percent: f64) -> f64 {
        let index = sample.quantiles.iter().position(|known| *known >= percent).unwrap();
        let (low, high) = (index - 1, index);
        let share = (percent - sample.quantiles[low]) / (sample.quantiles[high] - sample.quantiles[low]);
        sample.values[low] + share * (sample.values[high] - sample.values[low])
    }

    /// One bump is the kernel itself: 1.959964 is the quantile of 0.975 of the normal distribution, and the parabola over
    /// ±sqrt(5) has its quartile where 0.75 u - 0.25 u³ = 0.25, at u = 0.347296.
    #[test]
    fn one_point_is_one_kernel() {
        let normal = kde(Kernel::Gaussian, Some(2.0), &[10.0]).sample();
        assert!((at(&normal, 97.5) - (10.0 + 2.0 * 1.959_964)).abs() < 1e-3);
        let parabola = kde(Kernel::Epanechnikov, Some(2.0), &[10.0]).sample();
        assert!((at(&parabola, 75.0) - (10.0 + 2.0 * 5.0_f64.sqrt() * 0.347_296)).abs() < 1e-3);
        let (first, last) = (parabola.values[0], parabola.values[1000]);
        assert!(first >= 10.0 - 2.0 * 5.0_f64.sqrt() && last <= 10.0 + 2.0 * 5.0_f64.sqrt());
    }

    /// Catches points that are not weighted alike, and a distribution function that is not inverted.
    #[test]
    fn bumps_stand_around_their_points() {
        let sample = kde(Kernel::Gaussian, Some(0.1), &[0.0, 0.0, 0.0, 100.0]).sample();
        assert!(at(&sample, 37.5).abs() < 0.01, "the middle of three quarters");
        assert!((at(&sample, 87.5) - 100.0).abs() < 0.01);
        assert!(at(&sample, 74.0) < 1.0 && at(&sample, 76.0) > 99.0);
        assert!(sample.values.is_sorted());
    }

    /// By hand: 1 to 9 have the deviation 2.738613 and the interquartile range 4, which divided by 1.34 is 2.985075; nine to the
    /// power of -0.2 is 0.644394.
    #[test]
    fn bandwidth_is_silvermans() {
        let points: Vec<f64> = (1..=9).map(f64::from).collect();
        let bandwidth = kde(Kernel::Gaussian, None, &points).bandwidth();
        assert!((bandwidth - 0.9 * 2.738_613 * 0.644_394).abs() < 1e-5, "{bandwidth}");
    }

    #[test]
    fn quantiles_are_blurred() {
        let even = Kde {
            quantiles: vec![0.0, 100.0],
            values: vec![0.0, 10.0],
            ..kde(Kernel::Epanechnikov, Some(0.5), &[])
        };
        assert_eq!(even.problem(), None);
        let sample = even.sample();
        assert!((at(&sample, 50.0) - 5.0).abs() < 0.01 && (at(&sample, 25.0) - 2.5).abs() < 0.02);
        assert!(sample.values[0] < 0.0 && sample.values[1000] > 10.0);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let key = |kde: &Kde| kde.problem().map(|(key, _)| key);
        assert_eq!(key(&kde(Kernel::Gaussian, None, &[])), Some("points"));
        assert_eq!(key(&kde(Kernel::Gaussian, None, &[3.0, 3.0])), Some("bandwidth"));
        assert_eq!(key(&kde(Kernel::Gaussian, Some(0.0), &[3.0])), Some("bandwidth"));
        assert_eq!(key(&kde(Kernel::Gaussian, Some(1.0), &[f64::NAN])), Some("points"));
        let both = Kde { values: vec![1.0], ..kde(Kernel::Gaussian, None, &[1.0, 2.0]) };
        assert_eq!(key(&both), Some("points"));
        let unsaid =
            Kde { quantiles: vec![0.0, 100.0], values: vec![1.0, 2.0], ..kde(Kernel::Gaussian, None, &[]) };
        assert_eq!(key(&unsaid), Some("bandwidth"));
        for (quantiles, values) in [
            (vec![0.0, 100.0], vec![1.0]),
            (vec![0.0, 50.0], vec![1.0, 2.0]),
            (vec![0.0, 100.0], vec![2.0, 1.0]),
        ] {
            let curve = Kde { quantiles, values, ..kde(Kernel::Gaussian, Some(1.0), &[]) };
            assert_eq!(key(&curve), Some("quantiles"));
        }
    }
}
