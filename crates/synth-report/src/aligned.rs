//! Two histograms on one grid, as weighted samples.

use synth_stats::tests2::{anderson_darling, ks_distance, ks_p_value, psi, wasserstein_1};
use synth_stats::{LengthHistogram, OrderHistogram, SortedSample};

use crate::gauge::Gauge;
use crate::measure::{Aspect, Measure};

/// A run of neighbouring values with its count; both ends occur.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Run {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) count: u64,
}

/// The runs of both sides, and those of both together, in ascending order.
#[derive(Debug)]
pub(crate) struct Aligned {
    pub(crate) real: Vec<Run>,
    pub(crate) synthetic: Vec<Run>,
    both: Vec<Run>,
}

impl Aligned {
    pub(crate) fn of_numbers(real: &OrderHistogram, synthetic: &OrderHistogram) -> Self {
        let mut both = real.clone();
        both.merge(synthetic.clone());
        let runs = |histogram: &OrderHistogram| {
            let run =
                |cell: synth_stats::histogram::Cell| Run { low: cell.min, high: cell.max, count: cell.count };
            histogram.cells().map(run).collect()
        };
        Self { real: runs(real), synthetic: runs(synthetic), both: runs(&both) }
    }

    pub(crate) fn of_lengths(real: &LengthHistogram, synthetic: &LengthHistogram) -> Self {
        let mut both = real.clone();
        both.merge(synthetic.clone());
        let runs = |lengths: &LengthHistogram| {
            let buckets = lengths.buckets();
            buckets.map(|b| Run { low: b.low as f64, high: b.high as f64, count: b.count }).collect()
        };
        Self { real: runs(real), synthetic: runs(synthetic), both: runs(&both) }
    }

    /// Compares the two distributions.
    ///
    /// # Method
    ///
    /// Histograms of either side are on nested grids, so the histogram of both together has the coarser grid and
    /// every run of a side lies in one run of it. The middle of that run stands for its values on both sides. The
    /// distribution functions are then exact at the ends of the runs, so the Kolmogorov–Smirnov distance is too
    /// small by at most the share of the largest run (0 while there are at most 2048 different values). It is the
    /// effect. Wasserstein's distance is divided by the real interquartile range, which makes it unitless; it is
    /// left out when that range is 0. `None` when either side is empty.
    pub(crate) fn compare(&self, aspect: Aspect, units: [u64; 2]) -> Option<Measure> {
        let (real, synthetic) = (self.on_grid(&self.real), self.on_grid(&self.synthetic));
        let (xs, ys) = (SortedSample::new(&real).ok()?, SortedSample::new(&synthetic).ok()?);
        let distance = ks_distance(xs, ys);
        let p_value = ks_p_value(distance, xs.count(), ys.count());
        let anderson = anderson_darling(xs, ys);
        let independent = [xs.count().min(units[0]), ys.count().min(units[1])];
        let measure = Measure::new(aspect, distance, p_value, Gauge::Ks(independent))
            .with("ks", distance)
            .with("ks_p", p_value)
            .with("anderson_darling", anderson.statistic)
            .with("anderson_darling_p", anderson.p_value)
            .with("anderson_darling_effect", anderson.effect)
            .with("psi", psi(xs, ys))
            .with("out_of_range", self.out_of_range())
            .with("shift", self.shift());
        let range = interquartile_range(&self.real);
        let scaled = if range > 0.0 { wasserstein_1(xs, ys) / range } else { f64::NAN };
        Some(measure.with("wasserstein_iqr", scaled).with("wasserstein", wasserstein_1(xs, ys)))
    }

    /// Whether synthetic values lie mostly above (towards 1) or below (towards -1) the real ones.
    ///
    /// P(s > r) - P(s < r) for a synthetic value s and a real value r: Cliff, N. (1993), Dominance statistics,
    /// Psychological Bulletin 114(3).
    fn shift(&self) -> f64 {
        let (real, synthetic) = (self.on_grid(&self.real), self.on_grid(&self.synthetic));
        let (n, m) = (total(&self.real), total(&self.synthetic));
        let mut below = 0.0;
        let mut sum = 0.0;
        for ((_, ours), (_, theirs)) in real.iter().zip(&synthetic) {
            let (ours, theirs) = (*ours as f64 / n, *theirs as f64 / m);
            // Ties count neither way.
            sum += theirs * (2.0 * below + ours - 1.0);
            below += ours;
        }
        sum
    }

    /// Share of synthetic values outside the range of the real ones; values of a run are spread evenly.
    fn out_of_range(&self) -> f64 {
        let (Some(first), Some(last)) = (self.real.first(), self.real.last()) else { return f64::NAN };
        let outside = |run: &Run| {
            let width = run.high - run.low;
            let beyond = (first.low - run.low).max(0.0) + (run.high - last.high).max(0.0);
            let share = match run {
                _ if run.high < first.low || run.low > last.high => 1.0,
                _ if width > 0.0 && width.is_finite() => (beyond / width).min(1.0),
                _ => 0.0,
            };
            share * run.count as f64
        };
        self.synthetic.iter().map(outside).sum::<f64>() / total(&self.synthetic)
    }

    /// One pair for each run of both: its middle, and how much of the side lies in it.
    pub(crate) fn on_grid(&self, side: &[Run]) -> Vec<(f64, u64)> {
        let mut rest = side.iter().peekable();
        self.both
            .iter()
            .map(|run| {
                let mut count = 0;
                while let Some(ours) = rest.next_if(|ours| ours.low <= run.high) {
                    count += ours.count;
                }
                (f64::midpoint(run.low, run.high), count)
            })
            .collect()
    }
}

pub(crate) fn total(runs: &[Run]) -> f64 {
    runs.iter().map(|run| run.count).sum::<u64>() as f64
}

/// The value at a rank counted from 0, values of a run being spread evenly.
pub(crate) fn value_at_rank(runs: &[Run], rank: u64) -> Option<f64> {
    let mut before = 0;
    for run in runs {
        if rank < before + run.count {
            let steps = (run.count - 1).max(1) as f64;
            let share = (rank - before) as f64 / steps;
            return Some((run.low * (1.0 - share) + run.high * share).clamp(run.low, run.high));
        }
        before += run.count;
    }
    None
}

/// Distance between the quartiles by nearest rank; 0 when empty.
pub(crate) fn interquartile_range(runs: &[Run]) -> f64 {
    let n: u64 = runs.iter().map(|run| run.count).sum();
    match (value_at_rank(runs, n / 4), value_at_rank(runs, (3 * n / 4).min(n.saturating_sub(1)))) {
        (Some(low), Some(high)) => high - low,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    fn histogram(values: impl Iterator<Item = f64>, capacity: usize) -> OrderHistogram {
        let mut histogram = OrderHistogram::new(capacity);
        values.for_each(|x| histogram.push(x));
        histogram
    }

    fn uniform(from: u32, capacity: usize) -> OrderHistogram {
        histogram((from..from + 1000).map(f64::from), capacity)
    }

    #[test]
    fn shifts_are_measured() {
        let mut measure = Aligned::of_numbers(&uniform(0, 4096), &uniform(250, 4096))
            .compare(Aspect::Numbers, [u64::MAX; 2])
            .unwrap();
        assert!((measure.effect - 0.25).abs() < 1e-9, "{measure:?}");
        assert!((measure.statistics["wasserstein_iqr"] - 0.5).abs() < 0.01);
        assert!((measure.statistics["out_of_range"] - 0.25).abs() < 1e-9);
        assert!(measure.statistics["shift"] > 0.4);
        assert!(measure.statistics["anderson_darling"] > 50.0);
        measure.settle(0.001);
        assert_eq!(measure.verdict, Verdict::Differs);
    }

    /// Values of scipy; `make_distances.py` of synth-stats writes them. The statistics are rounded to six digits.
    #[test]
    fn statistics_match_scipy() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../tests/reference/numbers.json")).unwrap();
        let tolerance = file["relative_tolerance"].as_f64().unwrap();
        let cases = file["cases"].as_array().unwrap();
        assert!(cases.len() >= 5);
        for case in cases {
            let side = |name: &str| {
                let values = case[name].as_array().unwrap();
                histogram(values.iter().map(|value| value.as_f64().unwrap()), 4096)
            };
            let aligned = Aligned::of_numbers(&side("xs"), &side("ys"));
            let found = aligned.compare(Aspect::Numbers, [u64::MAX; 2]).unwrap().statistics;
            for name in ["wasserstein", "wasserstein_iqr", "shift", "ks", "anderson_darling", "out_of_range"]
            {
                let (actual, expected) = (found[name], case[name].as_f64().unwrap());
                assert!(
                    (actual - expected).abs() <= tolerance * expected.abs(),
                    "{name} {actual} {expected}"
                );
            }
        }
    }

    /// Grids of different coarseness must not look like a difference.
    #[test]
    fn coarse_and_fine_grids_agree() {
        let measure = Aligned::of_numbers(&uniform(0, 4096), &uniform(0, 40))
            .compare(Aspect::Numbers, [u64::MAX; 2])
            .unwrap();
        assert!(measure.effect < 1e-9, "{measure:?}");
        assert!(measure.statistics["shift"].abs() < 1e-9);
    }

    #[test]
    fn long_lengths_share_buckets() {
        let lengths = |from: u64| {
            let mut lengths = LengthHistogram::default();
            (from..1000).for_each(|length| lengths.push(length));
            lengths
        };
        let measure = Aligned::of_lengths(&lengths(135), &lengths(130))
            .compare(Aspect::ArrayLengths, [u64::MAX; 2])
            .unwrap();
        assert!(measure.effect < 0.01, "{measure:?}");
        assert!(
            Aligned::of_lengths(&LengthHistogram::default(), &lengths(1))
                .compare(Aspect::ArrayLengths, [u64::MAX; 2])
                .is_none()
        );
    }
}
