//! How far apart two fields are that stand in an order: at least 25 years, at most 90 days.

use synth_core::gap::months_between;
use synth_core::{Gap, Span, TimeFormat, Timestamp, cast, math};

use crate::relations::arithmetic::tolerance;
use crate::relations::table::{Column, Kind};

/// Rows from which a smallest or largest distance says something.
const MIN_ROWS: usize = 20;
/// Rows from which the distances near a bound show whether they end there.
const MIN_EDGE_ROWS: usize = 100;
/// Bits by which a distance must be less likely by chance than the order alone.
const MIN_BITS: f64 = 20.0;
/// A smallest distance is at least this share of the one that a row in twenty does not reach.
const MIN_SHARE: f64 = 0.5;
/// Where distances end, the last twentieth of them takes up at most this share of what lies between it and the median.
const MAX_TAIL: f64 = 0.25;

/// Share of all pairs of any two rows from which their order is that of the ranges of the fields.
const MAX_ORDERED: f64 = 0.95;
/// A round number has at most this many steps.
const MAX_STEPS: f64 = 40.0;
/// A smallest distance has at least this many steps of what the fields can write.
const MIN_STEPS: f64 = 5.0;

/// The steps of calendar months and of seconds that round distances are multiples of, coarse ones first.
const MONTHS: [f64; 9] = [600.0, 240.0, 120.0, 60.0, 24.0, 12.0, 6.0, 3.0, 1.0];
const SECONDS: [f64; 24] = [
    8_640_000.0,
    4_320_000.0,
    1_728_000.0,
    864_000.0,
    604_800.0,
    432_000.0,
    172_800.0,
    86_400.0,
    43_200.0,
    21_600.0,
    10_800.0,
    7200.0,
    3600.0,
    1800.0,
    900.0,
    600.0,
    300.0,
    120.0,
    60.0,
    30.0,
    10.0,
    5.0,
    2.0,
    1.0,
];

/// The distances of the rows, sorted, and the steps that bounds are multiples of.
struct Measured {
    distances: Vec<f64>,
    steps: Vec<f64>,
    gap: fn(f64) -> Gap,
}

/// The rows whose distances are looked at.
struct Rows<'p> {
    pairs: &'p [(f64, f64)],
    /// The second values, sorted.
    highs: Vec<f64>,
}

/// Returns the smallest and the largest distance of two columns that are in order in all rows, where there are any.
///
/// # Shapes and units
///
/// `pairs` are the values of the rows that have both: numbers, or seconds since 1970. Equal pairs count once. Distances
/// are months of the calendar or seconds between times, and numbers between numbers.
///
/// # Method
///
/// These are difference constraints (Dechter, Meiri and Pearl 1991, Temporal constraint networks, Artificial
/// Intelligence 49, section 2). A bound is a round number, at most 40 steps of some length. No row lies beyond it, and at
/// least `k` rows lie within one step of it, so it tells no row's distance; of all steps the one with the closest
/// bound is taken, of equal ones the coarsest.
///
/// A smallest distance must be sharp: at least half of the distance that one row in twenty does not reach, so that it
/// is more than the thin end of distances that begin at nothing; and five steps of what the fields can write, as less is
/// what `strict` says. It must not be chance: either a share s of the pairs of any two rows that are in order keeps it,
/// and n rows would all do so with the probability s^n < 2^-20; or the distances end there, that is, from it to the
/// twentieth part of the rows is at most a quarter of the way from there to the median, and it is not the ranges of
/// the fields that make that end. A largest distance must be both unlikely and an end. Nothing is returned for fewer
/// than 20 rows, and where all distances are equal, which is a formula.
///
/// # Cost
///
/// O(n log n) time, O(n) memory.
pub(super) fn gaps(
    (low, high): (&Column, &Column),
    pairs: &[(f64, f64)],
    k: u64,
) -> (Option<Gap>, Option<Gap>) {
    let k = cast::to_usize(k.max(1));
    // Rows that one row above holds often repeat its values, and prove nothing by that.
    let mut distinct: Vec<(f64, f64)> = pairs.to_vec();
    distinct.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
    distinct.dedup_by(|left, right| left.0.total_cmp(&right.0).is_eq() && left.1.total_cmp(&right.1).is_eq());
    let pairs = &distinct[..];
    let is_known = low.kind != Kind::Time || low.format.is_some() && high.format.is_some();
    if !is_known || pairs.len() < MIN_ROWS.max(2 * k) {
        return (None, None);
    }
    let mut all = vec![plain((low, high), pairs)];
    if is_constant(&all[0].distances) {
        return (None, None);
    }
    if low.kind == Kind::Time {
        all.push(in_months(pairs));
    }
    let rows = Rows { pairs, highs: sorted(pairs.iter().map(|(_, high)| *high)) };
    let min = all.iter().filter_map(|measured| measured.smallest(&rows, k));
    let max = all.iter().filter_map(|measured| measured.largest(&rows, k));
    let size = |left: &Gap, right: &Gap| left.approximate().total_cmp(&right.approximate());
    (min.max_by(size), max.min_by(size))
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn is_constant(distances: &[f64]) -> bool {
    distances.first().zip(distances.last()).is_none_or(|(first, last)| last - first <= 1e-9 * last.abs())
}

/// A multiple of a step without the dust of binary fractions.
fn multiple(n: f64, step: f64) -> f64 {
    if step < 1.0 { math::round(n * step * 1e6) / 1e6 } else { n * step }
}

/// The distances as numbers or seconds; steps are not finer than what the columns write.
fn plain((low, high): (&Column, &Column), pairs: &[(f64, f64)]) -> Measured {
    let resolution = |format: &Option<TimeFormat>| {
        format.as_ref().map_or(0.0, |format| format.resolution_micros() as f64 / 1e6)
    };
    let (finest, candidates): (f64, Vec<f64>) = if low.kind == Kind::Time {
        (resolution(&low.format).max(resolution(&high.format)), SECONDS.to_vec())
    } else {
        let powers = (-6..=9).rev().map(math::pow10);
        let finest = 1.999 * tolerance(low).max(tolerance(high));
        (finest, powers.flat_map(|power| [5.0 * power, 2.0 * power, power]).collect())
    };
    let gap = match low.kind {
        Kind::Time => |seconds: f64| Gap::Time(Span::of_micros(cast::round_to_i64(seconds * 1e6))),
        _ => Gap::Number,
    };
    let steps = candidates.into_iter().filter(|step| *step >= 0.999 * finest).collect();
    Measured { distances: sorted(pairs.iter().map(|(low, high)| high - low)), steps, gap }
}

/// The distances in months; what lies between two whole numbers of months is as good as half way.
fn in_months(pairs: &[(f64, f64)]) -> Measured {
    let moment = |seconds: f64| Timestamp(cast::round_to_i64(seconds * 1e6));
    let months = pairs.iter().map(|(low, high)| {
        let whole = months_between(moment(*low), moment(*high));
        let is_whole = Span::of_months(whole).after(moment(*low)) >= moment(*high);
        f64::from(whole) + if is_whole { 0.0 } else { 0.5 }
    });
    let gap =
        |months: f64| Gap::Time(Span::of_months(u32::try_from(cast::round_to_i64(months)).unwrap_or(0)));
    Measured { distances: sorted(months), steps: MONTHS.to_vec(), gap }
}

impl Measured {
    /// The largest round distance that no row is below, when it is sharp and no chance.
    fn smallest(&self, rows: &Rows<'_>, k: usize) -> Option<Gap> {
        let n = self.distances.len();
        let (twentieth, median) = (self.distances[n / 20], self.distances[n / 2]);
        let n_steps = |step: f64| math::floor(self.distances[0] / step + 1e-9);
        let is_shared = |step: f64| self.distances[k - 1] < step * (n_steps(step) + 1.0) - 1e-9;
        let is_usable = |step: &&f64| n_steps(**step) <= MAX_STEPS && is_shared(**step);
        let bound = self.steps.iter().filter(is_usable).map(|step| multiple(n_steps(*step), *step));
        let bound = bound.fold(0.0, f64::max);
        let finest = self.steps.last().copied().unwrap_or(0.0);
        if bound < MIN_STEPS * finest || bound < MIN_SHARE * twentieth {
            return None;
        }
        let gap = (self.gap)(bound);
        let is_end = n >= MIN_EDGE_ROWS && twentieth - bound <= MAX_TAIL * (median - twentieth);
        let is_kept = rows.pairs.iter().all(|(low, high)| *high >= gap.above(*low));
        let is_unlikely = || rows.bits(|low| (gap.above(low), f64::INFINITY)) >= MIN_BITS;
        // Where the ranges of the fields lie apart they alone make an end.
        (is_kept && (is_end && !rows.are_apart() || is_unlikely())).then_some(gap)
    }

    /// The smallest round distance that no row is above, when the distances end there and it is no chance.
    fn largest(&self, rows: &Rows<'_>, k: usize) -> Option<Gap> {
        let n = self.distances.len();
        let (twentieth, median) = (self.distances[n - 1 - n / 20], self.distances[n / 2]);
        let n_steps = |step: f64| math::ceil(self.distances[n - 1] / step - 1e-9);
        let is_shared = |step: f64| self.distances[n - k] > step * (n_steps(step) - 1.0) + 1e-9;
        let is_usable = |step: &&f64| n_steps(**step) <= MAX_STEPS && is_shared(**step);
        let bound = self.steps.iter().filter(is_usable).map(|step| multiple(n_steps(*step), *step));
        let bound = bound.reduce(f64::min)?;
        let gap = (self.gap)(bound);
        let is_end = n >= MIN_EDGE_ROWS && bound - twentieth <= MAX_TAIL * (twentieth - median);
        let is_kept = rows.pairs.iter().all(|(low, high)| *high <= gap.above(*low));
        let is_unlikely = || rows.bits(|low| (low, gap.above(low))) >= MIN_BITS;
        (bound > 0.0 && is_end && is_kept && is_unlikely()).then_some(gap)
    }
}

impl Rows<'_> {
    /// Tells whether nearly all pairs of any two rows are in order.
    fn are_apart(&self) -> bool {
        let n = self.highs.len();
        let in_order = |low: f64| n - self.highs.partition_point(|high| *high < low);
        let n_ordered: usize = self.pairs.iter().map(|(low, _)| in_order(*low)).sum();
        n_ordered as f64 > MAX_ORDERED * (n * n) as f64
    }

    /// Bits of the chance that all rows have a second value within the range that their first one gives, of all pairs of
    /// a first and a second value of any two rows that are in order.
    fn bits(&self, range: impl Fn(f64) -> (f64, f64)) -> f64 {
        let (mut n_ordered, mut n_within) = (0_usize, 0_usize);
        for (low, _) in self.pairs {
            let (from, until) = range(*low);
            let below = |bound: f64| self.highs.partition_point(|high| *high < bound);
            n_ordered += self.highs.len() - below(*low);
            n_within += self.highs.partition_point(|high| *high <= until).saturating_sub(below(from));
        }
        let share = n_within as f64 / n_ordered.max(1) as f64;
        -(self.pairs.len() as f64) * math::ln(share.clamp(1e-9, 1.0)) / math::ln(2.0)
    }
}
