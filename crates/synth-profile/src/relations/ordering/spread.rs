//! How far apart two fields in an order usually are, as a distribution.

use synth_core::gap::months_between;
use synth_core::{Gap, Span, Timestamp, cast, math};
use synth_stats::quantiles::FitConfig;
use synth_stats::{OrderHistogram, QuantileFunction};

use crate::relations::GapSpread;
use crate::relations::table::{Column, Kind};

/// Rows from which distances are told.
const MIN_ROWS: usize = 40;
/// Kolmogorov–Smirnov distance up to which two distributions are alike.
const ALIKE: f64 = 0.1;
/// Share of the middle half of the second values that counts as nothing.
const SLACK: f64 = 0.02;
/// Share of the distances that are whole months, for these to be told as such.
const MOST: f64 = 0.5;
/// Share of the rows from which a distance is told by itself, and most of them.
const SPIKE_SHARE: f64 = 0.01;
const SPIKE_FACTOR: usize = 3;
const MAX_SPIKES: usize = 32;
/// Part of a distance that counts as nothing between elements, and share of the arrays whose distances are the same.
const STEADY: f64 = 1e-9;
const MIN_STEADY: f64 = 0.95;
const MAX_KNOTS: usize = 33;
const CAPACITY: usize = 2048;

/// Returns the distribution of the distances of two columns, where it says something.
///
/// # Shapes and units
///
/// `pairs` are the values of the rows that have both: numbers, or seconds since 1970; `lows` the first values of all rows.
/// Rows that break the order are left out. Distances are in the same unit, or whole months of the calendar where half of
/// them are.
///
/// # Method
///
/// Rows whose two values stand at equal shares of their quantiles have distances of their own; where these are like those of
/// the data (Kolmogorov–Smirnov distance up to 0.1) nothing more is told. Else the second value must be as good as the first one and the distance of any other row, that is, both must be distributed
/// alike (up to 0.1, and 0.1 closer than those distances, where 2 % of the middle half of times count as nothing; the other row is a fixed
/// number of places away in the order of the values, by the golden section): distances that go with the size of the values
/// are not told. Nor are those of
/// rows whose first values are unlike those of all rows, which are what a distance will be added to.
/// Distances that at least `k` rows and one row in a hundred share are told by themselves, if they are three times as frequent
/// as usual; all others by quantiles between which `k` rows lie.
///
/// # Cost
///
/// O(n log n) time, O(n) memory.
pub(super) fn spread(
    (low, high): (&Column, &Column),
    (pairs, lows): (&[(f64, f64)], &[f64]),
    k: u64,
) -> Option<GapSpread> {
    let mut pairs: Vec<(f64, f64)> = pairs.iter().copied().filter(|(low, high)| low <= high).collect();
    if !are_known((low, high)) || pairs.len() < MIN_ROWS.max(cast::to_usize(2 * k)) {
        return None;
    }
    pairs.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
    let n = pairs.len();
    let distances = sorted(pairs.iter().map(|(low, high)| high - low));
    let firsts = sorted(pairs.iter().map(|(low, _)| *low));
    let highs = sorted(pairs.iter().map(|(_, high)| *high));
    let told = apart(&distances, &side_by_side(&firsts, &highs, k)?, 0.0);
    let gaps = gaps(&pairs, low.format.is_some());
    let step = golden_step(n);
    let mixed = sorted((0..n).map(|at| gaps[(at + step * (at + 1)) % n].above(pairs[at].0)));
    // Days of a calendar are off by one or two; numbers are what they are.
    let slack = if low.kind == Kind::Time { SLACK * (highs[n * 3 / 4] - highs[n / 4]) } else { 0.0 };
    if distances[0] >= distances[n - 1]
        || apart(&highs, &mixed, slack) > ALIKE.min(told - ALIKE)
        || apart(&firsts, &sorted(lows.iter().copied()), 0.0) > ALIKE
    {
        return None;
    }
    let (repeated, rest) = split(gaps, cast::to_usize(k));
    let mut histogram = OrderHistogram::new(CAPACITY);
    rest.iter().for_each(|gap| histogram.push(gap.approximate()));
    let function = QuantileFunction::fit(&histogram, FitConfig { k, max_knots: MAX_KNOTS });
    // Rounded down, so that they never sum to more than 1.
    let share = |count: usize| math::floor(count as f64 / n as f64 * 1e6) / 1e6;
    let (percent, values): (Vec<f64>, Vec<Gap>) = function.map_or_else(Default::default, |function| {
        let percent = |share: &f64| math::round(share * 1e6) / 1e4;
        let value = |value: &f64| distance(*value, low.format.is_some());
        (
            function.probabilities().iter().map(percent).collect(),
            function.values().iter().map(value).collect(),
        )
    });
    let repeated: Vec<(Gap, f64)> = repeated.into_iter().map(|(gap, count)| (gap, share(count))).collect();
    let says_something = !repeated.is_empty() || !values.is_empty();
    says_something.then_some(GapSpread { percent, values, repeated, is_steady: false })
}

/// Returns the only distance of two columns, if there is but one, and enough rows to tell it.
pub(super) fn constant((low, high): (&Column, &Column), pairs: &[(f64, f64)], k: u64) -> Option<GapSpread> {
    if !are_known((low, high)) || pairs.len() < MIN_ROWS.max(cast::to_usize(2 * k)) {
        return None;
    }
    let gaps = gaps(pairs, low.format.is_some());
    let first = *gaps.first()?;
    let is_only = gaps.iter().all(|gap| *gap == first);
    is_only.then(|| GapSpread {
        percent: Vec::new(),
        values: Vec::new(),
        repeated: vec![(first, 1.0)],
        is_steady: false,
    })
}

/// Tells whether the elements of each array are equally far apart, in nearly all arrays of three elements or more.
///
/// `gaps` are distances with the array that each is of, in the order of the arrays.
pub(super) fn is_steady(gaps: &[(u32, f64)], k: u64) -> bool {
    let (mut n_arrays, mut n_steady) = (0, 0);
    for of_array in gaps.chunk_by(|left, right| left.0 == right.0).filter(|gaps| gaps.len() > 1) {
        let first = of_array[0].1;
        n_arrays += 1;
        let same = |(_, gap): &(u32, f64)| (gap - first).abs() <= STEADY * first.abs();
        n_steady += u64::from(of_array.iter().all(same));
    }
    n_arrays >= 4 * k.max(5) && n_steady as f64 >= MIN_STEADY * n_arrays as f64
}

/// Tells whether the distances of two columns have a unit.
fn are_known((low, high): (&Column, &Column)) -> bool {
    low.kind != Kind::Time || low.format.is_some() == high.format.is_some()
}

/// The distances of values that stand at equal shares of their distributions, as quantiles tell them.
fn side_by_side(lows: &[f64], highs: &[f64], k: u64) -> Option<Vec<f64>> {
    let curve = |values: &[f64]| {
        let mut histogram = OrderHistogram::new(CAPACITY);
        values.iter().for_each(|value| histogram.push(*value));
        QuantileFunction::fit(&histogram, FitConfig { k, max_knots: MAX_KNOTS })
    };
    let (low, high) = (curve(lows)?, curve(highs)?);
    let distance = |at: usize| {
        let share = (at as f64 + 0.5) / lows.len() as f64;
        (high.quantile(share) - low.quantile(share)).max(0.0)
    };
    Some(sorted((0..lows.len()).map(distance)))
}

/// A distance without the dust of binary fractions, and not below 0.
fn distance(value: f64, is_time: bool) -> Gap {
    let micros = cast::round_to_i64(value.max(0.0) * 1e6);
    match is_time {
        true => Gap::Time(Span::of_micros(micros)),
        false if value.abs() < 1e9 => Gap::Number(micros as f64 / 1e6),
        false => Gap::Number(value.max(0.0)),
    }
}

/// The distances of the pairs; of times whole months of the calendar, if most are.
fn gaps(pairs: &[(f64, f64)], is_time: bool) -> Vec<Gap> {
    let plain = |(low, high): &(f64, f64)| distance(high - low, is_time);
    if !is_time {
        return pairs.iter().map(plain).collect();
    }
    let moment = |seconds: f64| Timestamp(cast::round_to_i64(seconds * 1e6));
    let in_months = |(low, high): &(f64, f64)| {
        let span = Span::of_months(months_between(moment(*low), moment(*high)));
        (!span.is_zero() && span.after(moment(*low)) == moment(*high)).then_some(Gap::Time(span))
    };
    let months: Vec<Option<Gap>> = pairs.iter().map(in_months).collect();
    let n_whole = months.iter().flatten().count();
    if (n_whole as f64) < MOST * pairs.len() as f64 {
        return pairs.iter().map(plain).collect();
    }
    months.into_iter().zip(pairs).map(|(months, pair)| months.unwrap_or_else(|| plain(pair))).collect()
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Two samples' Kolmogorov–Smirnov distance, where a value may be off by a slack.
fn apart(left: &[f64], right: &[f64], slack: f64) -> f64 {
    let share = |values: &[f64], at: f64| {
        values.partition_point(|value| *value <= at) as f64 / values.len().max(1) as f64
    };
    let gap = |at: &f64| {
        let further = share(left, *at - slack) - share(right, *at);
        further.max(share(right, *at - slack) - share(left, *at))
    };
    left.iter().chain(right).map(gap).fold(0.0, f64::max)
}

/// A number of places near the golden section of `n`, so that places that are multiples of it are spread evenly.
fn golden_step(n: usize) -> usize {
    cast::to_usize(cast::floor_to_u64(n as f64 * 0.618_033_988_749_895)).max(1)
}

/// The distances that stand out, with their rows, and the others.
fn split(mut gaps: Vec<Gap>, k: usize) -> (Vec<(Gap, usize)>, Vec<Gap>) {
    let size = |left: &Gap, right: &Gap| {
        let months = |gap: &Gap| if let Gap::Time(span) = gap { span.months() } else { 0 };
        left.approximate().total_cmp(&right.approximate()).then(months(left).cmp(&months(right)))
    };
    gaps.sort_by(size);
    let runs: Vec<&[Gap]> = gaps.chunk_by(|left, right| size(left, right).is_eq()).collect();
    let mut counts: Vec<usize> = runs.iter().map(|run| run.len()).collect();
    counts.sort_unstable();
    let usual = if runs.len() <= MAX_SPIKES { 0 } else { counts[counts.len() / 2] };
    let least = (gaps.len() as f64 * SPIKE_SHARE).max(k as f64);
    let stands_out = |run: &[Gap]| run.len() as f64 >= least && run.len() >= SPIKE_FACTOR * usual;
    let mut found: Vec<(Gap, usize)> =
        runs.iter().filter(|run| stands_out(run)).map(|run| (run[0], run.len())).collect();
    found.sort_by(|left, right| right.1.cmp(&left.1).then(size(&left.0, &right.0)));
    found.truncate(MAX_SPIKES);
    found.sort_by(|left, right| size(&left.0, &right.0));
    let is_found = |gap: &Gap| found.iter().any(|(other, _)| size(other, gap).is_eq());
    let rest = gaps.iter().copied().filter(|gap| !is_found(gap)).collect();
    (found, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a distance of samples that looks at one side's values only, and a slack that counts as one.
    #[test]
    fn samples_lie_apart() {
        assert!((apart(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 6.0], 0.0) - 0.5).abs() < 1e-12);
        assert!((apart(&[5.0, 6.0], &[1.0, 2.0], 0.0) - 1.0).abs() < 1e-12);
        assert!(apart(&[1.0, 1.0], &[1.0], 0.0).abs() < 1e-12);
        assert!(apart(&[1.0, 2.0], &[1.1, 2.1], 0.2).abs() < 1e-12);
    }

    /// A week and a fortnight stand out among distances that differ; rare ones are not told.
    #[test]
    fn repeated_distances_stand_out() {
        let mut distances: Vec<Gap> = (0..100).map(|at| Gap::Number(f64::from(at))).collect();
        distances.extend([Gap::Number(7.0); 40]);
        distances.extend([Gap::Number(14.0); 20]);
        distances.extend([Gap::Number(3.5); 4]);
        let (found, rest) = split(distances.clone(), 5);
        assert_eq!(found, [(Gap::Number(7.0), 41), (Gap::Number(14.0), 21)]);
        assert_eq!(rest.len(), 102);
        assert_eq!(split(distances, 30).0, [(Gap::Number(7.0), 41)]);
    }

    /// Two years are 730 or 731 days: catches distances in days where all are whole years.
    #[test]
    fn whole_months_stay_so() {
        let day = |text: &str| {
            let format = synth_core::TimeFormat::parse("%Y-%m-%d").unwrap();
            format.read(text).unwrap().0 as f64 / 1e6
        };
        let pairs =
            [("2019-01-03", "2021-01-03"), ("2021-01-03", "2023-01-03"), ("2021-01-05", "2021-03-09")];
        let pairs = pairs.map(|(low, high)| (day(low), day(high)));
        let texts: Vec<String> = gaps(&pairs, true).iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["P2Y", "P2Y", "P63D"]);
        assert_eq!(gaps(&pairs[1..], true)[0].to_string(), "P2Y");
        assert_eq!(gaps(&pairs[2..], true)[0].to_string(), "P63D");
    }
}
