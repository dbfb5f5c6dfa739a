//! Quantile functions: the publishable form of a numeric distribution.

use synth_core::math;

use crate::OrderHistogram;
use crate::error::{Error, check_finite, check_sorted};
use crate::histogram::Cell;

/// A piecewise-linear quantile function.
///
/// # Shapes and units
///
/// Knots (probability, value): probabilities ascend strictly from 0 to 1, values are finite and never descend;
/// a value that stands at two neighbouring knots is an atom. Values keep the unit of the data.
///
/// # Example
///
/// ```
/// let spread = synth_stats::QuantileFunction::new(vec![0.0, 0.5, 1.0], vec![0.0, 10.0, 40.0])?;
/// assert_eq!(spread.quantile(0.75), 25.0);
/// assert_eq!(spread.cdf(25.0), 0.75);
/// # Ok::<(), synth_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct QuantileFunction {
    probabilities: Vec<f64>,
    values: Vec<f64>,
}

/// How closely a quantile function may follow the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FitConfig {
    /// Smallest number of observations between neighbouring knots.
    pub k: u64,
    /// Largest number of knots; fewer than 2 are taken as 2.
    pub max_knots: usize,
}

impl QuantileFunction {
    /// Returns the function through these knots.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`], [`Error::Empty`] below two knots, [`Error::NotFinite`], [`Error::NotSorted`] for
    /// descending values or probabilities that do not ascend, [`Error::BadProbabilities`] unless they lead from 0
    /// to 1. Indices are those of the values, then those of the probabilities.
    pub fn new(probabilities: Vec<f64>, values: Vec<f64>) -> Result<Self, Error> {
        if probabilities.len() != values.len() {
            return Err(Error::LengthMismatch { left: probabilities.len(), right: values.len() });
        }
        if values.len() < 2 {
            return Err(Error::Empty);
        }
        check_finite(values.iter().copied())?;
        check_sorted(values.iter().copied())?;
        check_finite(probabilities.iter().copied())?;
        if let Some(index) = probabilities.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(Error::NotSorted { index: index + 1 });
        }
        let ends = (probabilities[0].to_bits(), probabilities[probabilities.len() - 1].to_bits());
        if ends != (0.0_f64.to_bits(), 1.0_f64.to_bits()) {
            return Err(Error::BadProbabilities);
        }
        Ok(Self { probabilities, values })
    }

    /// Fits a function that no single observation shows in; `None` when there are fewer than `k` (or no) values.
    ///
    /// # Shapes and units
    ///
    /// The finite values of the histogram. Ties never get a knot of their own: knots lie between different values.
    ///
    /// # Method
    ///
    /// The range is halved again and again at the boundary of cells that splits the observations most evenly,
    /// provided that both parts keep `k` of them: first, for half of the knots, the interval with most
    /// observations (which bounds the largest error of the distribution function), then the one with the largest
    /// product of observations and width (which bounds its area, the Wasserstein distance, and so follows long
    /// tails). An empty stretch of a fiftieth of the range or more that is ten times as wide as the mean one, with a fiftieth of the observations on each side, is cut
    /// first, and has two knots near its sides, rounded like the ends. Another inner knot is the number with the fewest digits around the middle of the gap between two
    /// neighbouring values, so it is never an observed value; the ends are rounded outward to two digits of the
    /// spread (of the value when all are equal), or, where that is nearer, to one digit of their distance from the next
    /// knot, at least `k` values away: the spread of a long tail says nothing of the other end. Equal-depth histograms: Piatetsky-Shapiro and Connell
    /// 1984, SIGMOD; the floor of `k` is this project's privacy rule.
    ///
    /// # Cost
    ///
    /// O(cells + knots * (knots + log cells)) time.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_stats::{OrderHistogram, QuantileFunction, quantiles::FitConfig};
    ///
    /// let mut histogram = OrderHistogram::new(2048);
    /// (0..1000).for_each(|i| histogram.push(f64::from(i) + 0.25));
    /// let fit = QuantileFunction::fit(&histogram, FitConfig { k: 5, max_knots: 33 }).expect("1000 values");
    /// assert!((fit.quantile(0.5) - 500.0).abs() < 20.0);
    /// ```
    #[must_use]
    pub fn fit(histogram: &OrderHistogram, config: FitConfig) -> Option<Self> {
        let cells: Vec<Cell> = histogram.cells().collect();
        let (low, high) = (cells.first()?.min, cells.last()?.max);
        let splitter = Splitter::new(&cells, config.k.max(1));
        let n = splitter.ends[cells.len()];
        if n < config.k {
            return None;
        }
        let gaps = splitter.gaps();
        let cuts = splitter.cuts(&gaps, config.max_knots.saturating_sub(2));
        let inner = cuts.iter().filter_map(|&cut| {
            let value = between_values(cells[cut - 1].max, cells[cut].min)?;
            Some((splitter.ends[cut] as f64 / n as f64, value))
        });
        let mut knots: Vec<(f64, f64)> = inner.collect();
        for gap in gaps {
            splitter.open_gap(gap, &mut knots);
        }
        let (mut down, mut up) = round_outward(low, high);
        if let (Some((_, first)), Some((_, last))) = (knots.first(), knots.last()) {
            down = down.max(away_from(*first, low, math::floor));
            up = up.min(away_from(*last, high, math::ceil));
        }
        let (low, high) = (down, up);
        knots.insert(0, (0.0, low));
        knots.push((1.0, high));
        let (probabilities, values) = knots.into_iter().unzip();
        Self::new(probabilities, values).ok()
    }

    /// Returns the value at probability `p`, which is taken into [0, 1]; NaN counts as 0. Monotone in `p`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        let at = self.probabilities.partition_point(|&knot| knot <= p).clamp(1, self.values.len() - 1);
        let (p0, p1) = (self.probabilities[at - 1], self.probabilities[at]);
        let (low, high) = (self.values[at - 1], self.values[at]);
        let share = ((p.max(0.0) - p0) / (p1 - p0)).clamp(0.0, 1.0);
        (low * (1.0 - share) + high * share).clamp(low, high)
    }

    /// Returns the probability of a value of at most `x`; 0 for NaN. Monotone in `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        let at = self.values.partition_point(|&knot| knot <= x);
        if at == 0 || at == self.values.len() {
            return if at == 0 { 0.0 } else { 1.0 };
        }
        let (low, high) = (self.values[at - 1], self.values[at]);
        let (p0, p1) = (self.probabilities[at - 1], self.probabilities[at]);
        let share = ((x / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)).clamp(0.0, 1.0);
        p0 + (p1 - p0) * share
    }

    /// Returns the probabilities of the knots.
    #[must_use]
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Returns the values of the knots.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Returns the mean: the area under the function.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let pairs = self.probabilities.windows(2).zip(self.values.windows(2));
        pairs.map(|(p, value)| (p[1] - p[0]) * value[0].midpoint(value[1])).sum()
    }
}

/// Share of the range from which an empty stretch is a gap, and how much wider than the mean stretch it must be.
const MIN_GAP: f64 = 0.02;
const MIN_WIDTHS: f64 = 10.0;
/// Half the width in probability of the step over a gap.
const STEP: f64 = 1e-6;

/// Halves a run of cells while both halves keep `k` observations.
struct Splitter<'a> {
    cells: &'a [Cell],
    /// Observations before each cell, and all of them at the end.
    ends: Vec<u64>,
    k: u64,
}

/// A run of cells with the best place to halve it.
struct Interval {
    start: usize,
    end: usize,
    split: Option<usize>,
}

impl<'a> Splitter<'a> {
    fn new(cells: &'a [Cell], k: u64) -> Self {
        let mut seen = 0;
        let mut ends = vec![0];
        ends.extend(cells.iter().map(|cell| {
            seen += cell.count;
            seen
        }));
        Self { cells, ends, k }
    }

    /// The boundaries at which nothing stands for a fiftieth of the range or more, ten times the mean stretch, with `k`
    /// observations on both sides, up to the next such boundary.
    fn gaps(&self) -> Vec<usize> {
        let n_cells = self.cells.len();
        let range = self.cells[n_cells - 1].max - self.cells[0].min;
        let is_enough = |start: usize, end: usize| self.ends[end] - self.ends[start] >= self.k;
        let mut gaps: Vec<usize> = Vec::new();
        for at in 1..n_cells {
            let width = self.cells[at].min - self.cells[at - 1].max;
            let start = gaps.last().copied().unwrap_or(0);
            let is_wide = width >= range * f64::max(MIN_GAP, MIN_WIDTHS / (n_cells - 1) as f64);
            if width.is_finite() && is_wide && is_enough(start, at) && is_enough(at, n_cells) {
                gaps.push(at);
            }
        }
        gaps
    }

    /// Puts two knots in place of the one in a gap, near its sides, so that nothing is made in between.
    fn open_gap(&self, gap: usize, knots: &mut Vec<(f64, f64)>) {
        let share = self.ends[gap] as f64 / self.ends[self.cells.len()] as f64;
        let Some(at) = knots.iter().position(|(known, _)| known.to_bits() == share.to_bits()) else { return };
        let (low, high) = (self.cells[gap - 1].max, self.cells[gap].min);
        let before = if at > 0 { knots[at - 1].1 } else { round_outward(self.cells[0].min, low).0 };
        let after = knots.get(at + 1).map(|knot| knot.1);
        let after = after.unwrap_or_else(|| round_outward(high, self.cells[self.cells.len() - 1].max).1);
        // A side that is a round number itself is left for a number as near to it as the next knot is.
        let near = |side: f64, knot: f64| {
            let reach = (side - knot).abs().min((high - low) / 8.0).copysign(side - knot);
            between_values(side.min(side + reach), side.max(side + reach))
        };
        let up =
            Some(away_from(before, low, math::ceil)).filter(|up| *up > low).or_else(|| near(low, before));
        let down = Some(away_from(after, high, math::floor))
            .filter(|down| *down < high)
            .or_else(|| near(high, after));
        let (Some(up), Some(down)) = (up, down) else { return };
        let has_room = knots.get(at + 1).is_none_or(|knot| knot.0 > share + STEP)
            && at.checked_sub(1).is_none_or(|before| knots[before].0 < share - STEP);
        if up < down && has_room {
            knots[at] = (share - STEP, up);
            knots.insert(at + 1, (share + STEP, down));
        }
    }

    /// The boundaries chosen, ascending: those of the gaps, and others, at most `budget`.
    fn cuts(&self, gaps: &[usize], budget: usize) -> Vec<usize> {
        let starts = std::iter::once(0).chain(gaps.iter().copied());
        let ends = gaps.iter().copied().chain([self.cells.len()]);
        let mut intervals: Vec<Interval> =
            starts.zip(ends).map(|(start, end)| self.interval(start, end)).collect();
        while intervals.len() <= budget {
            let by_mass = intervals.len() * 2 <= budget;
            let best = (0..intervals.len()).filter(|&at| intervals[at].split.is_some()).max_by(|&a, &b| {
                self.weight(&intervals[a], by_mass).total_cmp(&self.weight(&intervals[b], by_mass))
            });
            let Some(at) = best else { break };
            let Interval { start, end, split: Some(split) } = intervals[at] else { break };
            intervals.push(self.interval(split, end));
            intervals[at] = self.interval(start, split);
        }
        let mut cuts: Vec<usize> =
            intervals.iter().map(|interval| interval.start).filter(|&at| at > 0).collect();
        cuts.sort_unstable();
        cuts
    }

    fn weight(&self, interval: &Interval, by_mass: bool) -> f64 {
        let mass = (self.ends[interval.end] - self.ends[interval.start]) as f64;
        let width = self.cells[interval.end - 1].max - self.cells[interval.start].min;
        if by_mass { mass } else { mass * width }
    }

    fn interval(&self, start: usize, end: usize) -> Interval {
        let (first, last) = (self.ends[start], self.ends[end]);
        let middle = first.midpoint(last);
        let after = self.ends[start..=end].partition_point(|&seen| seen < middle) + start;
        let allowed = |at: &usize| {
            (start + 1..end).contains(at)
                && self.ends[*at] >= first + self.k
                && self.ends[*at] + self.k <= last
                && between_values(self.cells[*at - 1].max, self.cells[*at].min).is_some()
        };
        let candidates = [after, after.saturating_sub(1)];
        let split = candidates.into_iter().filter(allowed).min_by_key(|&at| self.ends[at].abs_diff(middle));
        Interval { start, end, split }
    }
}

/// The number with the fewest digits near the middle of the open interval; `None` when no number lies inside.
fn between_values(low: f64, high: f64) -> Option<f64> {
    let middle = low.midpoint(high);
    let inside = |x: &f64| low < *x && *x < high;
    let largest = low.abs().max(high.abs());
    let first = exponent_of(high - low).unwrap_or_else(|| exponent_of(largest).unwrap_or(0));
    (1..4).map(|step| round_to_unit(middle, first - step, math::round)).chain([middle]).find(inside)
}

/// An end of the values moved away from the next knot to one digit of their distance.
fn away_from(knot: f64, end: f64, rounding: fn(f64) -> f64) -> f64 {
    let moved = exponent_of((end - knot).abs()).map(|exponent| round_to_unit(end, exponent, rounding));
    // Beyond the range of `f64` there is nothing coarser than its limits.
    moved.filter(|moved| moved.is_finite()).unwrap_or(f64::MAX.copysign(end))
}

/// The ends moved apart to two digits of their distance.
fn round_outward(low: f64, high: f64) -> (f64, f64) {
    let (down, up) = match exponent_of(high - low) {
        Some(exponent) => {
            (round_to_unit(low, exponent - 1, math::floor), round_to_unit(high, exponent - 1, math::ceil))
        }
        None => (math::round_down_to_digits(low, 2), math::round_up_to_digits(high, 2)),
    };
    // Beyond the range or the digits of `f64` there is nothing coarser than the ends.
    (
        if down.is_finite() { down.min(low) } else { f64::MIN },
        if up.is_finite() { up.max(high) } else { f64::MAX },
    )
}

/// The decimal exponent of a positive finite number.
#[expect(clippy::cast_possible_truncation, reason = "the decimal exponent of a finite f64 is within ±324")]
fn exponent_of(x: f64) -> Option<i32> {
    (x > 0.0 && x.is_finite()).then(|| math::floor(math::log10(x)) as i32)
}

/// Rounds to a multiple of 10^`exponent`.
fn round_to_unit(x: f64, exponent: i32, rounding: fn(f64) -> f64) -> f64 {
    if exponent >= 0 {
        let unit = math::pow10(exponent);
        rounding(x / unit) * unit
    } else {
        let unit = math::pow10(-exponent);
        rounding(x * unit) / unit
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the results are exact")]
mod tests {
    use super::*;

    fn fit(values: impl IntoIterator<Item = f64>, k: u64, max_knots: usize) -> Option<QuantileFunction> {
        let mut histogram = OrderHistogram::new(2048);
        values.into_iter().for_each(|x| histogram.push(x));
        QuantileFunction::fit(&histogram, FitConfig { k, max_knots })
    }

    #[test]
    fn knots_are_checked() {
        let check = |p: &[f64], v: &[f64], error| {
            assert_eq!(QuantileFunction::new(p.to_vec(), v.to_vec()), Err(error));
        };
        check(&[0.0, 1.0], &[1.0], Error::LengthMismatch { left: 2, right: 1 });
        check(&[0.0], &[1.0], Error::Empty);
        check(&[0.0, 1.0], &[1.0, f64::INFINITY], Error::NotFinite { index: 1 });
        check(&[0.0, 1.0], &[1.0, 0.0], Error::NotSorted { index: 1 });
        check(&[0.0, 0.5, 0.5, 1.0], &[1.0; 4], Error::NotSorted { index: 2 });
        check(&[0.1, 1.0], &[0.0, 1.0], Error::BadProbabilities);
    }

    /// Two levels with nothing in between; catches a knot in the middle of the gap, between which and the sides numbers
    /// would be made, and gaps that are seen where there are only a few far values.
    #[test]
    fn gaps_stay_empty() {
        let levels = (0..500).map(|at| if at < 200 { f64::from(at) } else { 5000.0 + f64::from(at) });
        let found = fit(levels, 5, 33).unwrap();
        let n_inside = (0..10_000).filter(|at| {
            let value = found.quantile(f64::from(*at) / 10_000.0);
            (260.0..5100.0).contains(&value)
        });
        assert!(n_inside.count() <= 1, "{:?}", found.values());
        assert!((found.cdf(1000.0) - 0.4).abs() < 1e-5);
        // Sides that are round numbers themselves are values, which no knot may be.
        let round =
            (0..600).map(|at| if at % 2 == 0 { 4000.0 - f64::from(at) } else { 9000.0 + f64::from(at - 1) });
        let values: Vec<f64> = round.clone().collect();
        let found = fit(round, 5, 33).unwrap();
        assert!(found.values().iter().all(|knot| !values.contains(knot)), "{:?}", found.values());
        assert!(found.probabilities().windows(2).any(|pair| pair[1] - pair[0] < 1e-5), "the gap is open");
        let far = (0..1000).map(|at| if at < 996 { f64::from(at) } else { 90_000.0 + f64::from(at) });
        let values = fit(far, 5, 33).unwrap();
        let steps = values.probabilities().windows(2).filter(|pair| pair[1] - pair[0] < 1e-5).count();
        assert_eq!(steps, 0);
    }

    #[test]
    fn atoms_and_ends() {
        let steps = QuantileFunction::new(vec![0.0, 0.4, 0.8, 1.0], vec![0.0, 5.0, 5.0, 9.0]).unwrap();
        assert_eq!([steps.quantile(0.5), steps.quantile(-1.0), steps.quantile(2.0)], [5.0, 0.0, 9.0]);
        assert_eq!([steps.cdf(5.0), steps.cdf(-1.0), steps.cdf(9.0), steps.cdf(2.5)], [0.8, 0.0, 1.0, 0.2]);
        assert_eq!(steps.quantile(f64::NAN), 0.0);
        assert!((steps.mean() - 4.4).abs() < 1e-12);
    }

    #[test]
    fn every_interval_holds_k_and_no_observed_value_is_published() {
        let values: Vec<f64> = (0..997_u32).map(|i| f64::from(i * i % 4093) * 1.37 + 0.001).collect();
        for (k, max_knots) in [(5, 20), (20, 200), (100, 8), (5, 1000)] {
            let fit = fit(values.iter().copied(), k, max_knots).unwrap();
            assert!(fit.values().len() <= max_knots);
            for pair in fit.values().windows(2) {
                let inside = values.iter().filter(|&&x| pair[0] <= x && x <= pair[1]).count() as u64;
                assert!(inside >= k, "{inside} in {pair:?}");
            }
            assert!(fit.values().iter().all(|knot| !values.contains(knot)));
        }
    }

    /// The Kolmogorov distance is bounded by the largest interval: with 65 knots, half of which halve by mass,
    /// no interval holds more than 1/16 of the values, plus rounding.
    #[test]
    fn fit_follows_a_long_tail() {
        let tail = |i: u32| math::exp(math::pow((f64::from(i) + 0.5) / 1000.0, 3.0) * 12.0);
        let fit = fit((0..1000).map(tail), 5, 65).unwrap();
        let worst =
            (0..1000).map(|i| (fit.cdf(tail(i)) - (f64::from(i) + 0.5) / 1000.0).abs()).fold(0.0, f64::max);
        assert!(worst < 0.0625, "{worst}");
        let mean = (0..1000).map(tail).sum::<f64>() / 1000.0;
        assert!((fit.mean() / mean - 1.0).abs() < 0.05, "{} {mean}", fit.mean());
    }

    #[test]
    fn small_integers_get_the_halves_between() {
        let fit = fit((0..60).map(|i| f64::from(i % 3 + 1)), 5, 10).unwrap();
        assert_eq!(fit.values(), [1.0, 1.5, 2.5, 3.0]);
    }

    #[test]
    fn few_or_equal_values() {
        assert_eq!(fit([1.0, 2.0], 5, 10), None);
        assert_eq!(fit([], 0, 10), None);
        let same = fit([1234.0; 6], 5, 10).unwrap();
        assert_eq!(same.values(), [1200.0, 1300.0]);
        let wide = fit([f64::MIN, f64::MAX].repeat(10), 5, 10).unwrap();
        assert!(wide.values().iter().all(|x| x.is_finite()));
    }

    #[test]
    fn gaps_get_short_numbers() {
        assert_eq!(between_values(1.0, 2.0), Some(1.5));
        assert_eq!(between_values(1.234_567, 1.934_567), Some(1.58));
        assert_eq!(between_values(-1000.0, 1e6), Some(5e5));
        assert_eq!(between_values(1.0, 1.0_f64.next_up()), None);
    }
}
