//! How a field runs along time, as far as its tree does not say.

use std::collections::BTreeMap;

use synth_core::{Rate, math};
use synth_stats::joint::{CodeColumn, Sampler};
use synth_stats::normal;
use synth_stats::series::{Memory, memory};

use super::LeafEnds;
use super::times::RowTimes;
use crate::along::Movement;

/// Natural logarithm of how many orders of the values there must be for one of them to be no chance: a million.
const MIN_ORDERS: f64 = 13.8;
/// Falls of a counter that begins anew, at least, and the share of its steps that they are at most.
const MIN_RESETS: usize = 3;
const MAX_RESETS: f64 = 0.1;
/// How far down it falls then, as a share of its height.
const DEEP: f64 = 0.25;
/// Rows that memory is looked for in.
const MAX_ROWS: usize = 6000;
/// Steps between the rows that are compared.
const LAGS: [usize; 11] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48];
/// Smallest correlation of neighbours that is a memory, and how many standard errors it must be above none.
const MIN_CORRELATION: f64 = 0.1;
const MIN_ERRORS: f64 = 4.0;
/// Changes of a value from which it moves.
const MIN_CHANGES: usize = 5;
/// Variance of normal scores from which something is left that the tree does not say.
const MIN_VARIANCE: f64 = 0.05;
/// Lengths of memory that the data must cover.
const MIN_LENGTHS: f64 = 20.0;
/// Agreement of neighbours, in their correlation, from which values are held: those that drift change a little with
/// each row.
const HELD: f64 = 0.7;

/// Tells whether numbers rise along time, fall, or rise and begin anew now and then.
///
/// # Shapes and units
///
/// `runs` are the rows of each series in order of time, `seconds` and `number` give the time and the number of a row;
/// rows of one time stand in order of their numbers.
///
/// # Method
///
/// No step may go down, and of all orders of the numbers so few may be like that that chance is out of question: the
/// logarithm of the number of different orders, ln n! - Σ ln n_v!, is at least that of a million. A counter that
/// begins anew falls rarely, and far down each time; only steps from one time to a later one count for that.
pub(super) fn rising(
    runs: &[Vec<u32>],
    (seconds, number): (&[f64], impl Fn(usize) -> f64),
) -> Option<Movement> {
    let time = |row: &u32| seconds[*row as usize];
    let mut evidence = 0.0;
    let (mut n_steps, mut n_rises, mut n_later_rises) = (0_usize, 0_usize, 0_usize);
    let mut falls: Vec<f64> = Vec::new();
    let mut span = 0.0;
    for run in runs {
        let mut values: Vec<(f64, f64)> = run.iter().map(|row| (time(row), number(*row as usize))).collect();
        if values.iter().any(|(_, value)| value.is_nan()) {
            return None;
        }
        values.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
        span += values.last().map_or(0.0, |last| last.0) - values.first().map_or(0.0, |first| first.0);
        evidence += orders(values.iter().map(|pair| pair.1).collect());
        let is_rise = |pair: &[(f64, f64)]| pair[0].1 < pair[1].1;
        // Rows of one time rise because they were sorted, whatever they are.
        let is_later = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0;
        n_steps += values.windows(2).filter(|pair| is_later(pair)).count();
        n_rises += values.windows(2).filter(|pair| is_rise(pair)).count();
        n_later_rises += values.windows(2).filter(|pair| is_later(pair) && is_rise(pair)).count();
        let lowest = values.iter().map(|pair| pair.1).fold(f64::INFINITY, f64::min);
        let falling = values.windows(2).filter(|pair| pair[0].1 > pair[1].1);
        falls.extend(falling.map(|pair| (pair[1].1 - lowest) / (pair[0].1 - lowest)));
    }
    if evidence < MIN_ORDERS {
        return None;
    }
    if falls.is_empty() {
        return Some(Movement::Rises { resets: None });
    }
    if n_rises == 0 {
        return Some(Movement::Falls);
    }
    let n_deep = falls.iter().filter(|left| **left <= DEEP).count();
    let is_rare = falls.len() >= MIN_RESETS && falls.len() as f64 <= MAX_RESETS * n_steps as f64;
    let is_counter = is_rare && n_deep * 10 >= falls.len() * 9 && n_later_rises >= 3 * falls.len();
    (is_counter && span > 0.0)
        .then(|| Movement::Rises { resets: Some(significant(span / falls.len() as f64)) })
}

/// Natural logarithm of the number of different orders of some values.
fn orders(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let factorial = |n: usize| (1..=n).map(|at| math::ln(at as f64)).sum::<f64>();
    let equal = values.chunk_by(|left, right| left.total_cmp(right).is_eq());
    factorial(values.len()) - equal.map(|same| factorial(same.len())).sum::<f64>()
}

/// A field with its tree.
pub(super) struct Fitted<'a> {
    pub(super) sampler: &'a Sampler,
    pub(super) target: &'a CodeColumn,
    /// What the tree looks at.
    pub(super) features: &'a [&'a CodeColumn],
    /// Codes in order of what they stand for; `None` where they are names.
    pub(super) order: Option<&'a [u16]>,
    /// Where each row's value lies within its code.
    pub(super) within: &'a [f64],
    /// Rows of one value have one number.
    pub(super) cells: &'a [u32],
}

impl Fitted<'_> {
    /// Finds what memory is left when all is known that the tree looks at.
    ///
    /// # Method
    ///
    /// A row's value is placed within what its leaf expects (probability integral transform; Rosenblatt 1952, Remarks on
    /// a multivariate transformation, Ann. Math. Stat. 23(3)) and that share is taken for one of a normal distribution,
    /// as the generator makes it. Products of such rows of one series, some steps apart, give the correlation by time.
    /// Values that are held are equal far more often than the leaves' probabilities expect.
    pub(super) fn memory(&self, times: &RowTimes, runs: &[Vec<u32>]) -> Option<Movement> {
        let rows: Vec<&[u32]> = shortened(runs);
        let differ = |pair: &[u32]| self.cells[pair[0] as usize] != self.cells[pair[1] as usize];
        if rows.iter().flat_map(|run| run.windows(2)).filter(|pair| differ(pair)).count() < MIN_CHANGES {
            return None;
        }
        let leaves = self.leaves(&rows);
        let held = self.agreement(times, &rows, &leaves);
        let drift = self.order.and_then(|order| self.correlation(order, times, &rows, &leaves));
        let height = |found: &Option<(f64, Memory)>| found.as_ref().map_or(0.0, |(height, _)| *height);
        let (held_height, drift_height) = (height(&held), height(&drift));
        let strength = |memory: &Memory| Rate::new(thousandths(memory.strength)).unwrap_or(Rate::ONE);
        if held_height > 0.0 && held_height >= HELD * drift_height {
            let (_, memory) = held?;
            let seconds = significant(memory.seconds);
            return Some(Movement::Holds { strength: strength(&memory), seconds });
        }
        let (_, memory) = drift?;
        Some(Movement::Drifts { strength: strength(&memory), seconds: significant(memory.seconds) })
    }

    /// Where the lowest and the highest values of each leaf lie within their codes, but for the `k` outermost rows at each
    /// end: a code may reach from the level of one counter to that of another, with nothing in between.
    pub(super) fn ends(&self, k: usize) -> Vec<LeafEnds> {
        let natural: Vec<u16> = (0..self.target.n_codes).collect();
        let mut ranks = vec![0_usize; natural.len()];
        let order = self.order.unwrap_or(&natural);
        order.iter().enumerate().for_each(|(rank, code)| ranks[usize::from(*code)] = rank);
        let mut rows: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
        for (row, code) in self.target.codes.iter().enumerate() {
            let leaf = self.sampler.leaf(|feature| self.features[feature].codes[row]);
            rows.entry(leaf).or_default().push((ranks[usize::from(*code)], self.within[row]));
        }
        let ends = |(leaf, mut rows): (usize, Vec<(usize, f64)>)| {
            rows.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
            let left_out = k.saturating_sub(1).min((rows.len() - 1) / 2);
            let (low, high) = (rows[left_out], rows[rows.len() - 1 - left_out]);
            let code = |(rank, _): (usize, f64)| order[rank];
            let leaf = u32::try_from(leaf).unwrap_or(u32::MAX);
            // Where both lie in one code, what lies between them is all there is.
            LeafEnds { leaf, first: code(low), low: low.1, last: code(high), high: high.1 }
        };
        rows.into_iter().map(ends).collect()
    }

    /// The leaf of each row; rows that are not looked at have none.
    fn leaves(&self, runs: &[&[u32]]) -> BTreeMap<u32, usize> {
        let leaf = |row: u32| self.sampler.leaf(|feature| self.features[feature].codes[row as usize]);
        runs.iter().flat_map(|run| run.iter()).map(|row| (*row, leaf(*row))).collect()
    }

    fn correlation(
        &self,
        order: &[u16],
        times: &RowTimes,
        runs: &[&[u32]],
        leaves: &BTreeMap<u32, usize>,
    ) -> Option<(f64, Memory)> {
        let mut known: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let mut ranks = vec![0_usize; order.len()];
        order.iter().enumerate().for_each(|(rank, code)| ranks[usize::from(*code)] = rank);
        let mut scores: BTreeMap<u32, f64> = BTreeMap::new();
        for (row, leaf) in leaves {
            let up_to = known.entry(*leaf).or_insert_with(|| self.sampler.cumulative(*leaf, order));
            let rank = ranks[usize::from(self.target.codes[*row as usize])];
            let below = if rank == 0 { 0.0 } else { up_to[rank - 1] };
            let share = below + (up_to[rank] - below) * self.within[*row as usize];
            scores.insert(*row, normal::quantile(share.clamp(1e-4, 1.0 - 1e-4)));
        }
        let n = scores.len() as f64;
        let mean = scores.values().sum::<f64>() / n;
        let variance = scores.values().map(|score| (score - mean) * (score - mean)).sum::<f64>() / n;
        if variance < MIN_VARIANCE {
            return None;
        }
        // Scores of few different values vary less than those behind them, and agree less by the same factor.
        let product = |left: u32, right: u32| (scores[&left] - mean) * (scores[&right] - mean);
        found(times, runs, |left, right| product(left, right) / (variance * variance.clamp(0.5, 1.0)))
    }

    /// How much more often rows are equal than their leaves expect: 0 for chance, 1 for always.
    fn agreement(
        &self,
        times: &RowTimes,
        runs: &[&[u32]],
        leaves: &BTreeMap<u32, usize>,
    ) -> Option<(f64, Memory)> {
        let codes: Vec<u16> = (0..self.target.n_codes).collect();
        let order = self.order.unwrap_or(&codes);
        // Values of one code that differ are equal as often as their number says.
        let mut distinct: Vec<std::collections::BTreeSet<u32>> = vec![Default::default(); codes.len()];
        for row in leaves.keys() {
            distinct[usize::from(self.target.codes[*row as usize])].insert(self.cells[*row as usize]);
        }
        let mut known: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for leaf in leaves.values() {
            known.entry(*leaf).or_insert_with(|| self.sampler.cumulative(*leaf, order));
        }
        let mut chances: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
        let mut chance = |left: usize, right: usize| {
            let key = (left.min(right), left.max(right));
            *chances.entry(key).or_insert_with(|| {
                let n_equal = order.iter().map(|code| distinct[usize::from(*code)].len().max(1) as f64);
                same(&known[&left], &known[&right], n_equal)
            })
        };
        let excess = |left: u32, right: u32| {
            let (by_chance, at_most) = chance(leaves[&left], leaves[&right]);
            let is_same = self.cells[left as usize] == self.cells[right as usize];
            let room = at_most - by_chance;
            if room < 0.02 { 0.0 } else { (f64::from(u8::from(is_same)) - by_chance) / room }
        };
        found(times, runs, excess)
    }
}

/// How often rows of two leaves are equal: when each is drawn for itself, and when one draw makes both.
///
/// The leaves are given by the sums of their probabilities; `n_equal` tells how many values each code stands for.
fn same(left: &[f64], right: &[f64], n_equal: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut by_chance, mut at_most) = (0.0, 0.0);
    let (mut low, mut other_low) = (0.0_f64, 0.0_f64);
    for ((high, other_high), n_equal) in left.iter().zip(right).zip(n_equal) {
        by_chance += (high - low) * (other_high - other_low) / n_equal;
        at_most += (high.min(*other_high) - low.max(other_low)).max(0.0);
        (low, other_low) = (*high, *other_high);
    }
    (by_chance, at_most)
}

/// Finds how numbers drift along time that no tree draws; rows without one are not looked at.
///
/// # Method
///
/// As [`Fitted::memory`], with each number's place among all numbers in place of that in its leaf.
pub(super) fn drift(times: &RowTimes, number: impl Fn(usize) -> f64) -> Option<Movement> {
    let has_number = |row: &u32| !number(*row as usize).is_nan();
    let runs: Vec<Vec<u32>> =
        times.runs(|_| 0).into_iter().map(|run| run.into_iter().filter(has_number).collect()).collect();
    let rows = shortened(&runs);
    let mut sorted: Vec<f64> =
        rows.iter().flat_map(|run| run.iter()).map(|row| number(*row as usize)).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let score = |row: u32| {
        let value = number(row as usize);
        let below = sorted.partition_point(|other| *other < value);
        let up_to = sorted.partition_point(|other| *other <= value);
        normal::quantile((below + up_to) as f64 / 2.0 / n)
    };
    let scores: BTreeMap<u32, f64> =
        rows.iter().flat_map(|run| run.iter()).map(|row| (*row, score(*row))).collect();
    let variance = scores.values().map(|score| score * score).sum::<f64>() / n.max(1.0);
    if variance < MIN_VARIANCE {
        return None;
    }
    let (_, memory) = found(times, &rows, |left, right| scores[&left] * scores[&right] / variance)?;
    let strength = Rate::new(thousandths(memory.strength)).unwrap_or(Rate::ONE);
    Some(Movement::Drifts { strength, seconds: significant(memory.seconds) })
}

/// The agreement of neighbours and how it fades, if there is any.
fn found(
    times: &RowTimes,
    runs: &[&[u32]],
    mut agreement: impl FnMut(u32, u32) -> f64,
) -> Option<(f64, Memory)> {
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    let mut n_neighbours = 0;
    for lag in LAGS {
        for run in runs {
            for (left, right) in run.iter().zip(run.iter().skip(lag)) {
                let gap = times.seconds[*right as usize] - times.seconds[*left as usize];
                pairs.push((gap, agreement(*left, *right)));
            }
        }
        if lag == 1 {
            n_neighbours = pairs.len();
            let height = mean(&pairs);
            let error = deviation(&pairs, height) / math::sqrt(n_neighbours.max(1) as f64);
            if height < MIN_CORRELATION || height < MIN_ERRORS * error {
                return None;
            }
        }
    }
    let memory = memory(&pairs)?;
    let time = |row: Option<&u32>| row.map_or(0.0, |row| times.seconds[*row as usize]);
    let span: f64 = runs.iter().map(|run| time(run.last()) - time(run.first())).sum();
    // What lasts as long as a good part of the data is a matter of the time, and would come out quite different.
    let is_memory = memory.strength >= MIN_CORRELATION && memory.seconds * MIN_LENGTHS <= span;
    is_memory.then(|| (mean(&pairs[..n_neighbours]), memory))
}

fn mean(pairs: &[(f64, f64)]) -> f64 {
    pairs.iter().map(|pair| pair.1).sum::<f64>() / pairs.len().max(1) as f64
}

fn deviation(pairs: &[(f64, f64)], mean: f64) -> f64 {
    let square = pairs.iter().map(|pair| (pair.1 - mean) * (pair.1 - mean)).sum::<f64>();
    math::sqrt(square / pairs.len().max(1) as f64)
}

/// The first rows of the series, in all no more than are looked at.
fn shortened(runs: &[Vec<u32>]) -> Vec<&[u32]> {
    let mut left = MAX_ROWS;
    let mut shortened = Vec::new();
    for run in runs {
        let n = run.len().min(left);
        left -= n;
        shortened.push(&run[..n]);
    }
    shortened
}

fn thousandths(value: f64) -> f64 {
    math::round(value.clamp(0.0, 1.0) * 1000.0) / 1000.0
}

/// Three digits.
fn significant(value: f64) -> f64 {
    let unit = math::pow10(magnitude(value) - 2);
    let number = math::round(value / unit) * unit;
    // The product of a whole number and a power of ten may end in a long fraction.
    math::round_down_to_digits(number * (1.0 + 1e-12), 3)
}

/// The power of ten of the first digit.
fn magnitude(value: f64) -> i32 {
    let power = math::floor(math::log10(value.abs().max(1e-12)));
    i32::try_from(synth_core::cast::round_to_i64(power)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movement(values: &[f64]) -> Option<Movement> {
        let seconds: Vec<f64> = (0..values.len()).map(|at| at as f64 * 60.0).collect();
        let run = (0..u32::try_from(values.len()).unwrap()).collect();
        rising(&[run], (&seconds, |row| values[row]))
    }

    #[test]
    fn counters_are_found() {
        let counter: Vec<f64> = (0..100).map(|at| f64::from(at / 3)).collect();
        assert_eq!(movement(&counter), Some(Movement::Rises { resets: None }));
        let down: Vec<f64> = counter.iter().rev().copied().collect();
        assert_eq!(movement(&down), Some(Movement::Falls));
        let saw: Vec<f64> = (0..200).map(|at| f64::from(at % 25)).collect();
        let Some(Movement::Rises { resets: Some(seconds) }) = movement(&saw) else { panic!("a counter") };
        assert!((seconds - 199.0 * 60.0 / 7.0).abs() < 10.0, "{seconds}");
    }

    /// Catches a rule that takes any rise for a counter: two values of which one comes once, waves, and one fall.
    #[test]
    fn what_may_be_chance_is_no_counter() {
        let mut step = vec![0.0; 100];
        step[99] = 1.0;
        assert_eq!(movement(&step), None);
        let mut spoilt: Vec<f64> = (0..100).map(f64::from).collect();
        spoilt[50] = 40.0;
        assert_eq!(movement(&spoilt), None);
        let wave: Vec<f64> = (0..200).map(|at| f64::from((at % 20_i32 - 10).abs())).collect();
        assert_eq!(movement(&wave), None);
        assert_eq!(movement(&[1.0; 100]), None);
    }

    /// Machines that report at the same time, in no order: catches a rule that takes the sorting of one time's rows for the rise
    /// of a counter that begins anew with each time.
    #[test]
    fn rows_of_one_time_are_no_counter() {
        let values: Vec<f64> = (0..1200).map(|at| f64::from(at * 7919 % 1201)).collect();
        let seconds: Vec<f64> = (0..1200).map(|at| f64::from(at / 12) * 30.0).collect();
        assert_eq!(rising(&[(0..1200).collect()], (&seconds, |row| values[row])), None);
    }

    #[test]
    fn three_digits_are_kept() {
        for (value, kept) in [(123_456.0, 123_000.0), (0.987_65, 0.988), (86_400.0, 86_400.0)] {
            assert!((significant(value) - kept).abs() < 1e-9);
        }
    }
}
