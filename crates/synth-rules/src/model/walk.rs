//! Numbers that move in small steps from one element of an array to the next: tracks, outlines, series within a record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Segment, cast, math};
use synth_stats::normal;

/// Pairs of neighbours that a walk is known from, at least.
const MIN_PAIRS: usize = 200;
/// Share of the neighbours that differ, at least; others stand still rather than walk.
const MIN_MOVING: f64 = 0.5;
/// Scores of the inner four fifths.
const INNER: f64 = 1.28;
/// Correlation of neighbours from which they walk.
const MIN_CORRELATION: f64 = 0.8;
/// Correlation of neighbours at most: steps so small that they could not be told from none.
const MAX_CORRELATION: f64 = 1.0 - 1e-9;
/// Arrays that are long enough to end where they began, at least, and the share of them that do.
const MIN_ARRAYS: usize = 5;
const MIN_LENGTH: usize = 4;
const MIN_CLOSED: f64 = 0.95;

/// How a number moves along an array.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walk {
    /// 0 where the elements follow each other that have the number; 1 where those do that hold them, as points that are arrays
    /// of coordinates, of which each walks by itself.
    pub up: u16,
    /// Elements after which the correlation has fallen to 1/e.
    pub memory: f64,
    /// The last element is the first one again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

impl Walk {
    /// Says it in words, of elements at a path.
    pub(super) fn words(&self, path: &JsonPath) -> String {
        let is_element = |path: &JsonPath| path.segments().last() == Some(&Segment::Elements);
        let above =
            |path: JsonPath, _| std::iter::successors(path.parent(), JsonPath::parent).find(is_element);
        let elements = (0..self.up).try_fold(path.clone(), above).unwrap_or_default();
        let closed = if self.closed { ", and ends where it began" } else { "" };
        let correlation = math::exp(-1.0 / self.memory);
        let digits = math::round(correlation * 1e6) / 1e6;
        format!(
            "it moves in steps along {elements}, with a correlation of {digits} from one to the next{closed}"
        )
    }
}

/// A walk that was found, and what it says of held-out rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) walk: Walk,
    /// Mean log-likelihood of a held-out row given the one before it, less that of the row by itself, in nats.
    pub(super) gain: f64,
}

/// The numbers of a field in their arrays.
pub(super) struct Steps<'a> {
    pub(super) up: u16,
    /// The rows of each array, in order, without those that lack the number.
    pub(super) arrays: Vec<Vec<u32>>,
    /// By row.
    pub(super) numbers: &'a [f64],
    /// By row which distribution it has: numbers at different places of a point have different ones.
    pub(super) places: &'a [u16],
    pub(super) is_held_out: &'a [bool],
}

impl Steps<'_> {
    /// Finds how the numbers move.
    ///
    /// # Method
    ///
    /// Each number is taken for its normal score among those of its place. Neighbours of a stationary process of Ornstein and
    /// Uhlenbeck, which is a random walk that is slowly drawn back to the middle, have a correlation r with E (z' - z)² = 2 (1 - r)
    /// (Matheron 1963, Principles of geostatistics, Econ. Geol. 58: the variogram at lag 1), and the memory is -1 / ln r. From
    /// arrays that are not held out. It is judged by the density of a held-out score given the one before it over that of the score by
    /// itself: the logarithm of the normal copula's density. Both go by the inner four fifths of the numbers: beyond, one array often
    /// has all of them, and its steps are steps of rank. As numbers there are likelier by themselves, by 0.28 nats on average, a walk
    /// is taken a little less often than it could be.
    ///
    /// # Cost
    ///
    /// Sorting the numbers once.
    pub(super) fn find(&self) -> Option<Found> {
        let scores = self.scores();
        let pairs = || self.arrays.iter().flat_map(|array| array.windows(2));
        let (mut n, mut n_moving, mut sum) = (0_usize, 0_usize, 0.0);
        let is_inner = |row: u32| scores[row as usize].abs() < INNER;
        let inner = || pairs().filter(|pair| is_inner(pair[0]) && is_inner(pair[1]));
        for pair in inner().filter(|pair| !self.is_held_out[pair[1] as usize]) {
            let step = scores[pair[1] as usize] - scores[pair[0] as usize];
            n += 1;
            n_moving += usize::from(self.differ(pair[0], pair[1]));
            sum += step * step;
        }
        if n < MIN_PAIRS || (n_moving as f64) < MIN_MOVING * n as f64 {
            return None;
        }
        let correlation = (1.0 - sum / n as f64 / 2.0).min(MAX_CORRELATION);
        if correlation < MIN_CORRELATION {
            return None;
        }
        let rest = 1.0 - correlation * correlation;
        let gain = |pair: &[u32]| {
            let (before, own) = (scores[pair[0] as usize], scores[pair[1] as usize]);
            let error = own - correlation * before;
            (own * own - error * error / rest - math::ln(rest)) / 2.0
        };
        let held_out = inner().filter(|pair| self.is_held_out[pair[1] as usize]);
        let gains: Vec<f64> = held_out.map(gain).collect();
        let walk =
            Walk { up: self.up, memory: rounded(-1.0 / math::ln(correlation)), closed: self.is_closed() };
        let gain = gains.iter().sum::<f64>() / gains.len().max(1) as f64;
        Some(Found { walk, gain })
    }

    fn differ(&self, left: u32, right: u32) -> bool {
        self.numbers[left as usize].total_cmp(&self.numbers[right as usize]).is_ne()
    }

    /// The normal score of each row's number among those of its place.
    fn scores(&self) -> Vec<f64> {
        let mut of_place: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
        for row in self.arrays.iter().flatten() {
            of_place.entry(self.places[*row as usize]).or_default().push(*row);
        }
        let number = |row: &u32| self.numbers[*row as usize];
        let mut scores = vec![0.0; self.numbers.len()];
        for rows in of_place.values_mut() {
            rows.sort_by(|left, right| number(left).total_cmp(&number(right)).then(left.cmp(right)));
            let n = rows.len() as f64;
            let mut below = 0;
            for same in rows.chunk_by(|left, right| number(left).total_cmp(&number(right)).is_eq()) {
                let share = (below as f64 + same.len() as f64 / 2.0) / n;
                same.iter().for_each(|row| scores[*row as usize] = normal::quantile(share));
                below += same.len();
            }
        }
        scores
    }

    /// Tells whether arrays end where they began.
    fn is_closed(&self) -> bool {
        let long = || self.arrays.iter().filter(|array| array.len() >= MIN_LENGTH);
        let n_closed = long().filter(|array| !self.differ(array[0], array[array.len() - 1])).count();
        let n = long().count();
        n >= MIN_ARRAYS && n_closed as f64 >= MIN_CLOSED * n as f64
    }
}

/// Three digits.
fn rounded(number: f64) -> f64 {
    let power = cast::round_to_i64(math::floor(math::log10(number.max(1e-9)))) - 2;
    let unit = math::pow10(i32::try_from(power).unwrap_or(0));
    math::round_down_to_digits(math::round(number / unit) * unit * (1.0 + 1e-12), 3)
}

#[cfg(test)]
mod tests {
    use synth_core::Seed;

    use super::*;

    /// A walk of steps with this correlation, in arrays of a hundred.
    fn found(correlation: f64, closed: bool) -> Option<Found> {
        let seed = Seed::root(4);
        let n = 6000_u32;
        let mut numbers: Vec<f64> = Vec::new();
        for row in 0..n {
            let noise = normal::quantile(seed.uniform(u64::from(row)));
            let own = match numbers.last() {
                Some(before) if row % 100 > 0 => {
                    correlation * before + math::sqrt(1.0 - correlation * correlation) * noise
                }
                _ => noise,
            };
            numbers.push(if closed && row % 100 == 99 { numbers[row as usize - 99] } else { own });
        }
        let arrays = (0..n / 100).map(|array| (array * 100..(array + 1) * 100).collect()).collect();
        let (places, is_held_out) =
            (vec![0; numbers.len()], (0..n).map(|row| row % 500 < 100).collect::<Vec<_>>());
        let steps = Steps { up: 0, arrays, numbers: &numbers, places: &places, is_held_out: &is_held_out };
        steps.find()
    }

    /// The gain of a known correlation is -ln(1 - r²) / 2, here 1.96, less 0.28: inner scores, up to c in size, have a mean square of
    /// 1 - 2 c φ(c) / (2 Φ(c) - 1) = 0.44 in place of 1. Catches a memory of pairs across arrays, and one of another lag.
    #[test]
    fn the_memory_of_a_walk_is_found() {
        let Found { walk, gain } = found(0.99, false).unwrap();
        assert!((walk.memory / 99.5 - 1.0).abs() < 0.2, "{}", walk.memory);
        assert!((gain - 1.68).abs() < 0.1, "{gain}");
        assert!(!walk.closed && found(0.999, true).unwrap().walk.closed);
        assert!(found(0.3, false).is_none());
    }
}
