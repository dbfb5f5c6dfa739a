//! How sure the size of a difference is.

use synth_core::math;
use synth_stats::normal;
use synth_stats::tests2::{Interval, interval};

use crate::verdict::{Verdict, cohens_h, distance_of};

/// What an interval is made from; two values for the real and the synthetic side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Gauge {
    /// A Kolmogorov–Smirnov distance between so many independent values.
    Ks([u64; 2]),
    /// A total variation distance between counts.
    Counts(Box<CountGauge>),
    /// Two shares, each of so many independent observations.
    Shares([(f64, u64); 2]),
    /// Shares of values beyond a quantile, judged by how much of the larger one is lost.
    Tails([(f64, u64); 2]),
    /// Two correlations, each of so many pairs.
    Correlations([(f64, f64); 2]),
    /// Nothing to doubt.
    Certain,
}

/// Counts of both sides, and the observations behind them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CountGauge {
    counts: [Vec<u64>; 2],
    units: [u64; 2],
}

/// What a gauge says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) verdict: Verdict,
    /// The least distance that the data speak for, on the scale of [`crate::verdict::DISTANCE_BANDS`].
    pub(crate) severity: f64,
}

/// Part of the larger share that must be lost for a tail to be cut short, and for it to be another one: half, and four
/// fifths.
const TAIL_BANDS: (f64, f64) = (0.5, 0.8);

impl Gauge {
    pub(crate) fn counts(real: &[u64], synthetic: &[u64], units: [u64; 2]) -> Self {
        Self::Counts(Box::new(CountGauge { counts: [real.to_vec(), synthetic.to_vec()], units }))
    }

    /// The same of `factor` times as few independent values; counts of categories are left as they are.
    pub(crate) fn thinned(&mut self, factor: f64) {
        let fewer = |n: u64| synth_core::cast::round_to_u64(n as f64 / factor).max(1);
        match self {
            Self::Ks(units) => *units = units.map(fewer),
            Self::Shares(shares) | Self::Tails(shares) => {
                *shares = shares.map(|(share, n)| (share, fewer(n)));
            }
            Self::Counts(_) | Self::Correlations(_) | Self::Certain => {}
        }
    }

    /// Reads the interval of an effect, which misses with chance `alpha`, and what follows from it.
    pub(crate) fn read(&self, effect: f64, alpha: f64) -> Reading {
        match self {
            Self::Ks([n, m]) => Reading::of_distance(effect, interval::of_ks(effect, *n, *m, alpha)),
            Self::Counts(gauge) => {
                let [left, right] = &gauge.counts;
                let found = interval::of_counts((left, right), gauge.units.into(), alpha);
                Reading::of_distance(effect, found.unwrap_or(UNKNOWN))
            }
            Self::Shares(shares) => of_shares(*shares, alpha),
            Self::Tails(shares) => of_tails(effect, *shares, alpha),
            Self::Correlations(correlations) => {
                Reading::of_distance(effect, of_correlations(*correlations, alpha))
            }
            Self::Certain => {
                Reading { low: effect, high: effect, verdict: Verdict::Differs, severity: effect }
            }
        }
    }
}

const UNKNOWN: Interval = Interval { low: 0.0, high: 1.0 };

impl Reading {
    fn of_distance(effect: f64, Interval { low, high }: Interval) -> Self {
        Self { low, high, verdict: Verdict::of_distance(effect, low), severity: low }
    }
}

/// The interval of the difference, whichever way it goes.
fn size(shares: [(f64, u64); 2], alpha: f64) -> Interval {
    let count =
        |(share, whole): (f64, u64)| (synth_core::cast::round_to_u64(share * whole as f64).min(whole), whole);
    let [first, second] = shares.map(count);
    let Ok(Interval { low, high }) = interval::of_shares(first, second, alpha) else { return UNKNOWN };
    let least = if low <= 0.0 && high >= 0.0 { 0.0 } else { low.abs().min(high.abs()) };
    Interval { low: least, high: low.abs().max(high.abs()).min(1.0) }
}

/// The difference has Newcombe's interval; the verdict is that of normal distributions as far apart as Cohen's h, whose
/// standard error is √(1/n + 1/m).
fn of_shares(shares: [(f64, u64); 2], alpha: f64) -> Reading {
    let Interval { low, high } = size(shares, alpha);
    let severity = if low > 0.0 { least_h(shares, alpha) } else { 0.0 };
    let h = distance_of(cohens_h(shares[0].0, shares[1].0));
    Reading { low, high, verdict: Verdict::of_distance(h, severity), severity }
}

fn least_h(shares: [(f64, u64); 2], alpha: f64) -> f64 {
    let [n, m] = shares.map(|share| share.1.max(1) as f64);
    let z = -normal::quantile(alpha / 2.0);
    let h = cohens_h(shares[0].0, shares[1].0) - z * math::sqrt(1.0 / n + 1.0 / m);
    distance_of(h.max(0.0))
}

/// What is surely lost of the larger share decides; how much that is among all values ranks it.
fn of_tails(effect: f64, shares: [(f64, u64); 2], alpha: f64) -> Reading {
    let Interval { low, high } = size(shares, alpha);
    let largest = shares[0].0.max(shares[1].0);
    let lost = if largest > 0.0 { [effect, low].map(|size| size / largest) } else { [0.0; 2] };
    let verdict = match lost {
        [effect, low] if effect >= TAIL_BANDS.1 && low >= TAIL_BANDS.0 => Verdict::Differs,
        [effect, low] if effect >= TAIL_BANDS.0 && low >= TAIL_BANDS.0 / 2.0 => Verdict::Close,
        _ => Verdict::Matches,
    };
    Reading { low, high, verdict, severity: if low > 0.0 { least_h(shares, alpha) } else { 0.0 } }
}

/// Fisher, R. A. (1921), On the probable error of a coefficient of correlation, Metron 1: atanh r is normal with variance
/// 1 / (n - 3). Each correlation keeps its own interval, and the roots of the squared distances to their ends make that of
/// the difference: Zou, G. Y. (2007), Toward using confidence intervals to compare correlations, Psychological Methods 12(4).
fn of_correlations(correlations: [(f64, f64); 2], alpha: f64) -> Interval {
    let z = -normal::quantile(alpha / 2.0);
    let ends = correlations.map(|(r, n)| {
        let r = r.clamp(-0.999_999, 0.999_999);
        let middle = math::ln((1.0 + r) / (1.0 - r)) / 2.0;
        let reach = z / math::sqrt((n - 3.0).max(0.5));
        let back = |x: f64| 1.0 - 2.0 / (math::exp(2.0 * x) + 1.0);
        (back(middle - reach), r, back(middle + reach))
    });
    let [(low_a, a, high_a), (low_b, b, high_b)] =
        if ends[0].1 >= ends[1].1 { ends } else { [ends[1], ends[0]] };
    let root = |x: f64, y: f64| math::sqrt(x * x + y * y);
    let difference = a - b;
    let low = difference - root(a - low_a, high_b - b);
    let high = difference + root(high_a - a, b - low_b);
    Interval { low: low.max(0.0), high: high.min(2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a tail that is judged by its share of all values, of which it is a small one.
    #[test]
    fn lost_tails_are_seen() {
        let read = |synthetic: f64, n: u64| {
            let shares = [(0.05, n), (synthetic, n)];
            Gauge::Tails(shares).read((0.05 - synthetic).abs(), 0.001).verdict
        };
        assert_eq!(read(0.0, 2000), Verdict::Differs);
        assert_eq!(read(0.01, 2000), Verdict::Close);
        assert_eq!(read(0.04, 2000), Verdict::Matches);
        assert_eq!(read(0.0, 40), Verdict::Matches);
    }

    /// Catches an interval whose width does not follow the number of pairs, and one whose sides are mixed up.
    #[test]
    fn correlations_are_as_sure_as_their_pairs() {
        let of = |n: f64| of_correlations([(0.9, n), (0.0, n)], 0.05);
        assert!(of(30.0).low > 0.4 && of(3000.0).low > 0.85);
        assert!(of(30.0).high > of(3000.0).high);
        assert!(of_correlations([(0.3, 50.0), (0.2, 50.0)], 0.05).low <= 0.0);
    }
}
