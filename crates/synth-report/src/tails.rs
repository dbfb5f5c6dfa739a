//! How many values lie where the real ones are rare.

use synth_core::cast;
use synth_stats::tests2::chi_squared;

use crate::aligned::{Aligned, total};
use crate::gauge::Gauge;
use crate::measure::{Aspect, Measure};
use crate::verdict::rounded;

/// Values that must lie beyond an outer quantile, on either side if both are alike: with fewer, four fifths of them may be
/// missing by chance.
const MIN_TAIL: f64 = 20.0;

/// Real quantiles beyond which values are counted.
const ENDS: [End; 6] = [
    End { quantile: 0.01, name: "lower_tail" },
    End { quantile: 0.025, name: "lower_tail" },
    End { quantile: 0.05, name: "lower_tail" },
    End { quantile: 0.95, name: "upper_tail" },
    End { quantile: 0.975, name: "upper_tail" },
    End { quantile: 0.99, name: "upper_tail" },
];

#[derive(Debug, Clone, Copy)]
struct End {
    quantile: f64,
    name: &'static str,
}

/// The pairs of counts of both sides, along the values.
struct Sides {
    counts: Vec<[f64; 2]>,
    totals: [f64; 2],
    /// Independent observations.
    units: [f64; 2],
}

/// Compares how many values lie beyond the outer quantiles of the real ones, and returns the surest difference.
///
/// # Method
///
/// At each of the real quantiles 0.01, 0.025, 0.05 and their fellows above the shares of both sides beyond the nearest end of a run are
/// compared; the effect is their difference. The p-value is six times that of Pearson's test (Bonferroni). `None` when
/// too few values lie beyond all of them.
pub(crate) fn compare(aligned: &Aligned, units: [u64; 2]) -> Option<Measure> {
    let totals = [total(&aligned.real), total(&aligned.synthetic)];
    let (ours, theirs) = (aligned.on_grid(&aligned.real), aligned.on_grid(&aligned.synthetic));
    let counts =
        ours.iter().zip(&theirs).map(|((_, real), (_, synthetic))| [*real as f64, *synthetic as f64]);
    let units = [0, 1].map(|side: usize| totals[side].min(units[side] as f64));
    let sides = Sides { counts: counts.collect(), totals, units };
    let p_value = |measure: &Measure| measure.p_value.unwrap_or(1.0);
    let worst = ENDS
        .iter()
        .filter_map(|end| sides.tail(*end))
        .min_by(|a, b| p_value(a).total_cmp(&p_value(b)).then(b.effect.total_cmp(&a.effect)))?;
    let corrected = (ENDS.len() as f64 * p_value(&worst)).min(1.0);
    Some(Measure { p_value: Some(rounded(corrected)), ..worst })
}

impl Sides {
    /// The values beyond one quantile; `None` when there would be too few of them.
    fn tail(&self, end: End) -> Option<Measure> {
        let beyond = self.beyond(end)?;
        let shares = [0, 1].map(|side: usize| beyond[side] / self.totals[side]);
        let expected = 2.0 * end.quantile.min(1.0 - end.quantile);
        if shares[0] * self.units[0].min(self.units[1]) < MIN_TAIL || shares[0] > expected {
            return None;
        }
        let whole = |x: f64| cast::round_to_u64(x);
        let table = [0, 1].map(|side: usize| [whole(beyond[side]), whole(self.totals[side] - beyond[side])]);
        let test = chi_squared(&table[0], &table[1]).ok()?;
        let gauge = Gauge::Tails([0, 1].map(|side: usize| (shares[side], whole(self.units[side]))));
        let mut measure = Measure::new(Aspect::Tails, (shares[0] - shares[1]).abs(), test.p_value, gauge);
        (measure.real, measure.synthetic) = (Some(rounded(shares[0])), Some(rounded(shares[1])));
        Some(measure.with(end.name, end.quantile))
    }

    /// The counts below a lower quantile or above an upper one, of whole runs.
    fn beyond(&self, end: End) -> Option<[f64; 2]> {
        let mut before = [0.0; 2];
        for counts in &self.counts {
            let next = [before[0] + counts[0], before[1] + counts[1]];
            if next[0] >= end.quantile * self.totals[0] {
                let above = [self.totals[0] - next[0], self.totals[1] - next[1]];
                return Some(if end.quantile > 0.5 { above.map(|n| n.max(0.0)) } else { before });
            }
            before = next;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;
    use synth_stats::OrderHistogram;

    fn worst(synthetic: impl Iterator<Item = f64>) -> Measure {
        let histogram = |values: &mut dyn Iterator<Item = f64>| {
            let mut histogram = OrderHistogram::new(4096);
            values.for_each(|x| histogram.push(x));
            histogram
        };
        let real = histogram(&mut (0..3000).map(f64::from));
        let aligned = Aligned::of_numbers(&real, &histogram(&mut { synthetic }));
        let mut measure = compare(&aligned, [u64::MAX; 2]).unwrap();
        measure.settle(0.001);
        measure
    }

    /// Catches a measure that looks at the middle, and one that does not see values piled up at the cut.
    #[test]
    fn tails_that_are_cut_are_found() {
        let cut = worst((0..3000).map(|x| f64::from(x).min(2850.0)));
        assert_eq!(cut.verdict, Verdict::Differs, "{cut:?}");
        assert!(cut.statistics["upper_tail"] > 0.9 && cut.synthetic < Some(0.001));
        let low = worst((0..3000).map(|x| f64::from(x).max(200.0)));
        assert!(low.statistics.contains_key("lower_tail") && low.verdict == Verdict::Differs);
        assert_eq!(worst((0..3000).map(f64::from)).verdict, Verdict::Matches);
    }
}
