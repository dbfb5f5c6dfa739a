//! Named distributions, turned into quantiles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::math;

use crate::generator::{Interpolation, QuantileSample, Spike};

/// Params of `parametric`: numbers of a named distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "distribution", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Parametric {
    /// The normal distribution.
    Normal {
        /// Its mean.
        mean: f64,
        /// Its standard deviation, above 0.
        std: f64,
    },
    /// Numbers whose logarithms are normal.
    Lognormal {
        /// Mean of the natural logarithms.
        mu: f64,
        /// Standard deviation of the logarithms, above 0.
        sigma: f64,
    },
    /// The gamma distribution.
    Gamma {
        /// Its shape, above 0; the mean is `shape * scale`.
        shape: f64,
        /// Its scale, above 0.
        scale: f64,
    },
    /// The beta distribution, numbers from 0 to 1.
    Beta {
        /// First shape, above 0.
        alpha: f64,
        /// Second shape, above 0; the mean is `alpha / (alpha + beta)`.
        beta: f64,
    },
    /// The exponential distribution.
    Exponential {
        /// Its mean, above 0.
        mean: f64,
    },
    /// The Poisson distribution: whole numbers from 0 on.
    Poisson {
        /// Its mean, above 0 and at most 10,000.
        mean: f64,
    },
    /// The negative binomial distribution: whole numbers from 0 on that scatter more than Poisson's.
    NegativeBinomial {
        /// Its mean, above 0 and at most 10,000.
        mean: f64,
        /// Its dispersion r, above 0; the variance is `mean + mean * mean / dispersion`.
        dispersion: f64,
    },
    /// Zipf's distribution: ranks from 1 on, the k-th with a weight of `k` to the power of `-exponent`.
    Zipf {
        /// Its exponent, 0 or more.
        exponent: f64,
        /// The last rank, at most 100,000.
        ranks: u32,
    },
}

/// Params of `parametric` in full: a named distribution, and numbers that are repeated often beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParametricRule {
    /// The distribution.
    #[serde(flatten)]
    pub distribution: Parametric,
    /// Numbers that are repeated often, drawn apart from the distribution; zero makes it zero-inflated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spikes: Vec<Spike>,
}

impl ParametricRule {
    /// Returns what is wrong with the distribution, if something is.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.distribution.problem()
    }

    /// Tells whether the numbers are whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.distribution.is_whole()
            && self.spikes.iter().all(|spike| spike.value.fract().abs() < f64::MIN_POSITIVE)
    }

    /// Returns the mixture by the quantiles of the distribution and all spikes: those of whole numbers are the distribution's
    /// own, with what the others leave them.
    #[must_use]
    pub fn sample(&self) -> QuantileSample {
        let mut sample = self.distribution.sample();
        let rest = (1.0 - self.spikes.iter().map(|spike| spike.prob).sum::<f64>()).max(0.0);
        sample.spikes.iter_mut().for_each(|spike| spike.prob *= rest);
        for spike in &self.spikes {
            match sample.spikes.iter_mut().find(|known| known.value.total_cmp(&spike.value).is_eq()) {
                Some(known) => known.prob += spike.prob,
                None => sample.spikes.push(spike.clone()),
            }
        }
        sample
    }
}

/// Steps of the numeric integral.
const N_STEPS: usize = 1 << 14;
/// Quantiles between the ends.
const N_QUANTILES: usize = 1000;
/// Densities below the largest one times e^-40 are left out.
const DEPTH: f64 = 40.0;
/// Share that is cut off at each end.
const TAIL: f64 = 1e-6;
/// Whole numbers with less probability are left out.
const LEAST: f64 = 1e-9;
/// Largest mean of whole numbers, and largest rank.
const MAX_MEAN: f64 = 10_000.0;
const MAX_RANKS: u32 = 100_000;

impl Parametric {
    /// Returns what is wrong with the params, if something is.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let positive = |name: &str, value: f64| {
            let is_good = value > 0.0 && value < 1e12;
            (!is_good).then(|| format!("`{name}` must be above 0 and below 10^12"))
        };
        let finite = |name: &str, value: f64| {
            let is_good = value.abs() < 1e12;
            (!is_good).then(|| format!("`{name}` must be between -10^12 and 10^12"))
        };
        let mean_of_counts =
            |mean: f64| (mean > MAX_MEAN).then(|| format!("`mean` must be at most {MAX_MEAN}"));
        match *self {
            Self::Normal { mean, std } => finite("mean", mean).or(positive("std", std)),
            Self::Lognormal { mu, sigma } => {
                let is_large = mu + 6.0 * sigma > 100.0 || mu < -100.0;
                let large = is_large.then(|| "the numbers would be too large or too small".to_owned());
                finite("mu", mu).or(positive("sigma", sigma)).or(large)
            }
            Self::Gamma { shape, scale } => positive("shape", shape).or(positive("scale", scale)),
            Self::Beta { alpha, beta } => positive("alpha", alpha).or(positive("beta", beta)),
            Self::Exponential { mean } => positive("mean", mean),
            Self::Poisson { mean } => positive("mean", mean).or(mean_of_counts(mean)),
            Self::NegativeBinomial { mean, dispersion } => {
                positive("mean", mean).or(positive("dispersion", dispersion)).or(mean_of_counts(mean))
            }
            Self::Zipf { exponent, ranks } => {
                let is_good = (0.0..=100.0).contains(&exponent) && (1..=MAX_RANKS).contains(&ranks);
                let limits = format!("`exponent` must be from 0 to 100, `ranks` from 1 to {MAX_RANKS}");
                (!is_good).then_some(limits)
            }
        }
    }

    /// Tells whether the numbers are whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Poisson { .. } | Self::NegativeBinomial { .. } | Self::Zipf { .. })
    }

    /// Returns the distribution by its quantiles or, for whole numbers, by the probability of each.
    ///
    /// # Shapes and units
    ///
    /// In the unit of the params. The outermost millionth on each side of a continuous distribution is cut off, and so
    /// are whole numbers of a probability below 10^-9. The params must be free of [`problem`](Self::problem)s.
    ///
    /// # Method
    ///
    /// A density is written in a coordinate in which it is smooth and falls off on both sides (the logarithm for gamma,
    /// the logit for beta) and summed by the trapezoidal rule, whose error then falls exponentially with the number of
    /// steps: Trefethen, L. and Weideman, J. (2014), The exponentially convergent trapezoidal rule, SIAM Review 56(3).
    /// Quantiles are linear between its 16,384 steps. Probabilities of whole numbers follow from their ratios, starting
    /// at the largest one: Johnson, N., Kemp, A. and Kotz, S. (2005), Univariate discrete distributions, sections 4.1, 5.1
    /// and 11.2.20.
    ///
    /// # Cost
    ///
    /// 16,384 evaluations of a density, or one for each whole number.
    #[must_use]
    pub fn sample(&self) -> QuantileSample {
        match *self {
            Self::Normal { mean, std } => continuous(|t| -t * t / 2.0, |t| mean + std * t, 0.0),
            Self::Lognormal { mu, sigma } => continuous(|t| -t * t / 2.0, |t| math::exp(mu + sigma * t), 0.0),
            Self::Gamma { shape, scale } => {
                continuous(|t| shape * t - math::exp(t), |t| scale * math::exp(t), math::ln(shape))
            }
            Self::Beta { alpha, beta } => {
                // x = 1 / (1 + e^-t), so ln x and ln(1 - x) are soft steps.
                let soft = |t: f64| if t > 30.0 { t } else { math::ln(1.0 + math::exp(t)) };
                let density = move |t: f64| -alpha * soft(-t) - beta * soft(t);
                continuous(density, |t| 1.0 / (1.0 + math::exp(-t)), math::ln(alpha / beta))
            }
            Self::Exponential { mean } => continuous(|t| t - math::exp(t), |t| mean * math::exp(t), 0.0),
            Self::Poisson { mean } => whole(|k| mean / (k + 1.0), mean.floor()),
            Self::NegativeBinomial { mean, dispersion } => {
                let share = mean / (mean + dispersion);
                let mode = ((dispersion - 1.0) * mean / dispersion).floor().max(0.0);
                whole(|k| (k + dispersion) / (k + 1.0) * share, mode)
            }
            Self::Zipf { exponent, ranks } => {
                let weights = (1..=ranks).map(|rank| {
                    let rank = f64::from(rank);
                    (rank, math::exp(-exponent * math::ln(rank)))
                });
                spikes(weights.collect())
            }
        }
    }
}

/// Quantiles of a density whose logarithm falls off on both sides of its peak.
fn continuous(log_density: impl Fn(f64) -> f64, value: impl Fn(f64) -> f64, peak: f64) -> QuantileSample {
    let top = log_density(peak);
    let edge = |direction: f64| {
        let (mut near, mut far) = (0.0, 1.0);
        while log_density(peak + direction * far) > top - DEPTH && far < 1e15 {
            (near, far) = (far, 2.0 * far);
        }
        for _ in 0..60 {
            let middle = (near + far) / 2.0;
            if log_density(peak + direction * middle) > top - DEPTH { near = middle } else { far = middle }
        }
        peak + direction * far
    };
    let (low, high) = (edge(-1.0), edge(1.0));
    let step = (high - low) / N_STEPS as f64;
    let density = |index: usize| math::exp(log_density(low + step * index as f64) - top);
    let mut sums = Vec::with_capacity(N_STEPS + 1);
    let (mut sum, mut last) = (0.0, density(0));
    sums.push(0.0);
    for index in 1..=N_STEPS {
        let next = density(index);
        sum += (last + next) / 2.0;
        sums.push(sum);
        last = next;
    }
    let mut at = 0;
    let mut quantile = |share: f64| {
        let wanted = share * sum;
        while at + 1 < N_STEPS && sums[at + 1] < wanted {
            at += 1;
        }
        let within = (wanted - sums[at]) / (sums[at + 1] - sums[at]).max(f64::MIN_POSITIVE);
        value(low + step * (at as f64 + within.clamp(0.0, 1.0)))
    };
    let shares: Vec<f64> = percentages();
    let values = shares.iter().map(|percent| quantile((percent / 100.0).clamp(TAIL, 1.0 - TAIL))).collect();
    QuantileSample { quantiles: shares, values, spikes: Vec::new(), interpolation: Interpolation::Linear }
}

/// Percentages from 0 to 100 that lie closer towards both ends.
fn percentages() -> Vec<f64> {
    // The smooth step 3u² - 2u³ is flat at both ends.
    let step = |index: usize| {
        let u = index as f64 / N_QUANTILES as f64;
        100.0 * u * u * (3.0 - 2.0 * u)
    };
    (0..=N_QUANTILES).map(step).collect()
}

/// Whole numbers from 0 on; `ratio` is the probability of k + 1 divided by that of k.
fn whole(ratio: impl Fn(f64) -> f64, mode: f64) -> QuantileSample {
    let mut weights = vec![(mode, 1.0)];
    let (mut k, mut weight) = (mode, 1.0);
    while k > 0.0 && weight > LEAST * LEAST {
        weight /= ratio(k - 1.0);
        k -= 1.0;
        weights.push((k, weight));
    }
    (k, weight) = (mode, 1.0);
    loop {
        weight *= ratio(k);
        k += 1.0;
        if weight < LEAST * LEAST || weights.len() > 1 << 20 {
            break;
        }
        weights.push((k, weight));
    }
    weights.sort_by(|left, right| left.0.total_cmp(&right.0));
    spikes(weights)
}

/// Numbers with their weights as shares of 1.
fn spikes(weights: Vec<(f64, f64)>) -> QuantileSample {
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let kept: Vec<(f64, f64)> = weights.into_iter().filter(|(_, weight)| weight / total >= LEAST).collect();
    let total: f64 = kept.iter().map(|(_, weight)| weight).sum();
    let spikes = kept.into_iter().map(|(value, weight)| Spike { value, prob: weight / total }).collect();
    QuantileSample { quantiles: Vec::new(), values: Vec::new(), spikes, interpolation: Interpolation::Linear }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(sample: &QuantileSample) -> (f64, f64) {
        let (mut first, mut second) = (0.0, 0.0);
        for spike in &sample.spikes {
            first += spike.prob * spike.value;
            second += spike.prob * spike.value * spike.value;
        }
        for (percent, values) in sample.quantiles.windows(2).zip(sample.values.windows(2)) {
            let (weight, a, b) = ((percent[1] - percent[0]) / 100.0, values[0], values[1]);
            first += weight * (a + b) / 2.0;
            second += weight * (a * a + a * b + b * b) / 3.0;
        }
        (first, second - first * first)
    }

    fn check(params: Parametric, mean: f64, variance: f64) {
        assert_eq!(params.problem(), None);
        let sample = params.sample();
        let (got_mean, got_variance) = moments(&sample);
        assert!((got_mean - mean).abs() < 2e-3 * mean.abs().max(0.1), "{params:?}: {got_mean}");
        assert!((got_variance / variance - 1.0).abs() < 5e-3, "{params:?}: {got_variance} not {variance}");
        assert!(sample.values.is_sorted());
    }

    /// Means and variances as every textbook has them.
    #[test]
    fn moments_are_those_of_the_distribution() {
        check(Parametric::Normal { mean: 10.0, std: 3.0 }, 10.0, 9.0);
        let (mean, square) = (math::exp(1.0 + 0.125), math::exp(0.25) - 1.0);
        check(Parametric::Lognormal { mu: 1.0, sigma: 0.5 }, mean, square * mean * mean);
        check(Parametric::Gamma { shape: 0.5, scale: 2.0 }, 1.0, 2.0);
        check(Parametric::Gamma { shape: 30.0, scale: 0.1 }, 3.0, 0.3);
        check(Parametric::Beta { alpha: 0.5, beta: 0.5 }, 0.5, 0.125);
        check(Parametric::Beta { alpha: 2.0, beta: 6.0 }, 0.25, 12.0 / (64.0 * 9.0));
        check(Parametric::Exponential { mean: 4.0 }, 4.0, 16.0);
        check(Parametric::Poisson { mean: 0.3 }, 0.3, 0.3);
        check(Parametric::Poisson { mean: 900.0 }, 900.0, 900.0);
        check(Parametric::NegativeBinomial { mean: 5.0, dispersion: 0.8 }, 5.0, 5.0 + 25.0 / 0.8);
        check(Parametric::NegativeBinomial { mean: 50.0, dispersion: 20.0 }, 50.0, 50.0 + 125.0);
    }

    /// The quantile of 0.975 is 1.959964 (tables of the normal distribution), the median of an exponential of mean 2 is 2 ln 2.
    #[test]
    fn quantiles_are_those_of_tables() {
        let at = |params: Parametric, percent: f64| {
            let sample = params.sample();
            let index = sample.quantiles.iter().position(|known| *known >= percent).unwrap();
            let (low, high) = (index - 1, index);
            let share = (percent - sample.quantiles[low]) / (sample.quantiles[high] - sample.quantiles[low]);
            sample.values[low] + share * (sample.values[high] - sample.values[low])
        };
        assert!((at(Parametric::Normal { mean: 0.0, std: 1.0 }, 97.5) - 1.959_964).abs() < 1e-4);
        assert!((at(Parametric::Exponential { mean: 2.0 }, 50.0) - 1.386_294).abs() < 2e-5);
    }

    #[test]
    fn ranks_have_their_weights() {
        let sample = Parametric::Zipf { exponent: 1.0, ranks: 4 }.sample();
        let probs: Vec<f64> = sample.spikes.iter().map(|spike| spike.prob * 25.0 / 12.0).collect();
        for (prob, wanted) in probs.iter().zip([1.0, 0.5, 1.0 / 3.0, 0.25]) {
            assert!((prob - wanted).abs() < 1e-9);
        }
    }

    /// Catches spikes that are added without taking their share from the distribution.
    #[test]
    fn distributions_are_inflated() {
        let spikes = vec![Spike { value: 0.0, prob: 0.4 }];
        let distribution = Parametric::Poisson { mean: 2.0 };
        let rule = ParametricRule { distribution, spikes: spikes.clone() };
        let (mean, variance) = moments(&rule.sample());
        assert!(
            (mean - 1.2).abs() < 1e-6 && (variance - (1.2 + 2.0 * 2.0 * 0.24)).abs() < 1e-5,
            "{variance}"
        );
        let zero = rule.sample().spikes.iter().filter(|spike| spike.value.abs() < 1e-12).count();
        assert_eq!(zero, 1, "one entry for zero");
        let rule = ParametricRule { distribution: Parametric::Exponential { mean: 3.0 }, spikes };
        let sample = rule.sample();
        assert_eq!((sample.spikes.len(), rule.is_whole()), (1, false));
        let yaml = "{distribution: exponential, mean: 3, spikes: [{value: 0, prob: 0.4}]}";
        assert_eq!(serde_yaml::from_str::<ParametricRule>(yaml).unwrap(), rule);
        assert!(
            serde_yaml::from_str::<ParametricRule>("{distribution: exponential, mean: 3, spike: 1}").is_err()
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for params in [
            Parametric::Normal { mean: 0.0, std: 0.0 },
            Parametric::Normal { mean: f64::NAN, std: 1.0 },
            Parametric::Lognormal { mu: 90.0, sigma: 9.0 },
            Parametric::Poisson { mean: 1e6 },
            Parametric::Zipf { exponent: 1.0, ranks: 0 },
            Parametric::Beta { alpha: 1.0, beta: -1.0 },
        ] {
            assert!(params.problem().is_some(), "{params:?}");
        }
    }
}
