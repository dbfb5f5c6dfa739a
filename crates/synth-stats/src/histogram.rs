//! An adaptive histogram of numbers that never depends on their order.

use std::borrow::Cow;

use synth_core::cast;

/// Adaptive dyadic histogram of `f64` values with exact counts.
///
/// # Shapes and units
///
/// Values of one unit, in any order; -0.0 equals 0.0. NaN and infinities are counted apart and are in no cell.
/// An empty histogram has no minimum, maximum or quantile.
///
/// # Method
///
/// A value maps to a 64-bit key that has the order of the numbers (IEEE 754-2019, section 5.10, totalOrder), and
/// a cell of level L is the set of keys that agree after a shift by L bits, so cells are about equally wide on a
/// logarithmic scale. Only occupied cells are held, each with exact count, minimum and maximum; when more than
/// `capacity` are occupied, the level rises and neighbours join.
///
/// The state is an exact commutative monoid. The set of occupied cells of a level is a function of the multiset,
/// and it shrinks when values are taken away; so a level that is too fine for a part is too fine for the whole,
/// and the final level is the smallest at which the whole multiset fits, whatever the order of pushes and merges.
///
/// Quantiles and distribution function are linear between the minimum and maximum of a cell, so the rank error
/// is below the count of the largest cell with more than one value; it is zero while no two different values
/// share a cell (at most `capacity` distinct values).
///
/// # Cost
///
/// A push is amortised O(log b) for the sort of a buffer of b = 1024 keys. At most 24 * 2 * `capacity` bytes of
/// cells and 8 kB of buffer.
///
/// # Example
///
/// ```
/// let mut histogram = synth_stats::OrderHistogram::new(2048);
/// [4.0, 1.0, 3.0, 2.0].into_iter().for_each(|x| histogram.push(x));
/// assert_eq!(histogram.quantile(0.5), Some(2.5));
/// assert_eq!(histogram.cdf(2.0), 0.5);
/// ```
#[derive(Debug, Clone)]
pub struct OrderHistogram {
    capacity: usize,
    level: u32,
    /// In ascending order, no two in one cell of `level`.
    cells: Vec<KeyCell>,
    /// Keys that are not yet in `cells`.
    pending: Vec<u64>,
    non_finite: u64,
}

/// A run of neighbouring values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Number of values.
    pub count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct KeyCell {
    min: u64,
    max: u64,
    count: u64,
}

/// Keys gathered before they are sorted into the cells together.
const BUFFER: usize = 1024;

impl OrderHistogram {
    /// Returns an empty histogram of at most `capacity` cells; fewer than 2 are taken as 2.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(2), level: 0, cells: Vec::new(), pending: Vec::new(), non_finite: 0 }
    }

    /// Counts one value.
    #[inline]
    pub fn push(&mut self, x: f64) {
        if !x.is_finite() {
            self.non_finite += 1;
            return;
        }
        self.pending.push(key_of(x));
        if self.pending.len() >= BUFFER {
            self.settle();
        }
    }

    /// Counts a value `n` times; nothing when `n` is 0.
    pub fn push_n(&mut self, x: f64, n: u64) {
        if !x.is_finite() {
            self.non_finite += n;
        } else if n > 0 {
            self.settle();
            self.add_to_cell(key_of(x), n);
        }
    }

    /// Returns the histogram without the values listed, such as those treated as categories.
    ///
    /// A value that shares a cell with other values stays, since its own count is not known.
    #[must_use]
    pub fn without(&self, values: &[f64]) -> Self {
        let keys: Vec<u64> = values.iter().map(|&x| key_of(x)).collect();
        let mut rest = self.clone();
        rest.settle();
        rest.cells.retain(|cell| cell.min != cell.max || !keys.contains(&cell.min));
        rest
    }

    /// Adds the values of another histogram.
    ///
    /// The smaller capacity wins, so merging stays commutative between histograms of different capacity.
    pub fn merge(&mut self, mut other: Self) {
        self.settle();
        other.settle();
        self.capacity = self.capacity.min(other.capacity);
        self.non_finite += other.non_finite;
        self.level = self.level.max(other.level);
        self.absorb(&other.cells);
    }

    /// Sorts the buffered values into the cells, which makes the queries that follow cheap.
    pub fn settle(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        pending.sort_unstable();
        let theirs = cells_of_sorted(&pending, self.level);
        self.absorb(&theirs);
        pending.clear();
        self.pending = pending;
    }

    /// Rebuilds a histogram from what its getters returned; `None` when cells are not ascending, not finite or empty.
    #[must_use]
    pub fn from_cells(capacity: usize, level: u32, cells: &[Cell], non_finite: u64) -> Option<Self> {
        let finite = cells.iter().all(|cell| cell.min.is_finite() && cell.max.is_finite());
        let ordered = cells.iter().all(|cell| cell.min <= cell.max && cell.count > 0)
            && cells.windows(2).all(|pair| pair[0].max < pair[1].min);
        if !(finite && ordered && level < 64) {
            return None;
        }
        let keyed: Vec<KeyCell> = cells.iter().map(KeyCell::of).collect();
        let mut histogram = Self { level, non_finite, ..Self::new(capacity) };
        histogram.absorb(&keyed);
        Some(histogram)
    }

    /// Returns the number of finite values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cells.iter().map(|cell| cell.count).sum::<u64>() + cast::to_u64(self.pending.len())
    }

    /// Returns the number of NaN and infinite values.
    #[must_use]
    pub fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Returns the largest number of cells.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns the number of low key bits that a cell disregards; 0 while all distinct values are held.
    #[must_use]
    pub fn level(&self) -> u32 {
        self.settled().0
    }

    /// Returns the smallest finite value.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        let settled = self.cells.first().map(|cell| cell.min);
        settled.into_iter().chain(self.pending.iter().copied()).min().map(value_of)
    }

    /// Returns the largest finite value.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        let settled = self.cells.last().map(|cell| cell.max);
        settled.into_iter().chain(self.pending.iter().copied()).max().map(value_of)
    }

    /// Returns the cells in ascending order.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + use<> {
        self.settled().1.into_owned().into_iter().map(|cell| cell.to_values())
    }

    /// Returns the value at probability `q`; `None` when empty or `q` is outside [0, 1].
    ///
    /// # Method
    ///
    /// Rank q * (n - 1) with linear interpolation (Hyndman and Fan 1996, Sample quantiles in statistical packages,
    /// type 7), the values of a cell being spread evenly from its minimum to its maximum. Monotone in `q`.
    ///
    /// # Cost
    ///
    /// O(cells); the buffered values are sorted first, on every call, unless [`Self::settle`] was called.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let n = self.count();
        if n == 0 || !(0.0..=1.0).contains(&q) {
            return None;
        }
        let rank = q * (n - 1) as f64;
        let mut before = 0.0;
        let mut previous = f64::NAN;
        for cell in self.settled().1.iter().map(|cell| cell.to_values()) {
            if rank < before {
                return Some(between(previous, cell.min, rank - (before - 1.0)));
            }
            let last = before + (cell.count - 1) as f64;
            if rank <= last {
                let width = (cell.count - 1) as f64;
                let share = if width > 0.0 { (rank - before) / width } else { 0.0 };
                return Some(between(cell.min, cell.max, share));
            }
            before = last + 1.0;
            previous = cell.max;
        }
        Some(previous)
    }

    /// Returns the share of values that are at most `x`; 0 when empty or `x` is NaN.
    ///
    /// # Method
    ///
    /// Counts below are exact outside the cell that holds `x`; within it the values are spread evenly. Monotone.
    ///
    /// # Cost
    ///
    /// O(cells), as for [`Self::quantile`].
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        let n = self.count();
        let mut below = 0.0;
        for cell in self.settled().1.iter().map(|cell| cell.to_values()) {
            if cell.max <= x {
                below += cell.count as f64;
            } else if cell.min <= x {
                below += 1.0 + (cell.count - 1) as f64 * share_between(cell.min, cell.max, x);
            } else {
                break;
            }
        }
        if n == 0 { 0.0 } else { (below / n as f64).min(1.0) }
    }

    /// The level and cells with nothing pending.
    fn settled(&self) -> (u32, Cow<'_, [KeyCell]>) {
        if self.pending.is_empty() {
            return (self.level, Cow::Borrowed(&self.cells));
        }
        let mut copy = self.clone();
        copy.settle();
        (copy.level, Cow::Owned(copy.cells))
    }

    fn add_to_cell(&mut self, key: u64, count: u64) {
        let at = self.cells.partition_point(|cell| cell.min >> self.level < key >> self.level);
        match self.cells.get_mut(at) {
            Some(cell) if cell.min >> self.level == key >> self.level => {
                cell.min = cell.min.min(key);
                cell.max = cell.max.max(key);
                cell.count += count;
            }
            _ => self.cells.insert(at, KeyCell { min: key, max: key, count }),
        }
        self.coarsen();
    }

    /// Adds ascending cells of at most this level and raises the level until everything fits.
    fn absorb(&mut self, theirs: &[KeyCell]) {
        let mut merged: Vec<KeyCell> = Vec::with_capacity(self.cells.len() + theirs.len());
        let (mut left, mut right) = (self.cells.iter().peekable(), theirs.iter().peekable());
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if a.min <= b.min => left.next(),
                (_, Some(_)) => right.next(),
                (_, None) => left.next(),
            };
            let Some(&cell) = next else { break };
            append(&mut merged, cell, self.level);
        }
        self.cells = merged;
        self.coarsen();
    }

    /// Raises the level until the cells fit.
    fn coarsen(&mut self) {
        while self.cells.len() > self.capacity {
            self.level += 1;
            let finer = std::mem::take(&mut self.cells);
            finer.into_iter().for_each(|cell| append(&mut self.cells, cell, self.level));
        }
    }
}

/// Compares the values held, whether buffered or not.
impl PartialEq for OrderHistogram {
    fn eq(&self, other: &Self) -> bool {
        (self.capacity, self.non_finite) == (other.capacity, other.non_finite)
            && self.settled() == other.settled()
    }
}

impl KeyCell {
    fn of(cell: &Cell) -> Self {
        Self { min: key_of(cell.min), max: key_of(cell.max), count: cell.count }
    }

    fn to_values(self) -> Cell {
        Cell { min: value_of(self.min), max: value_of(self.max), count: self.count }
    }
}

/// Appends a cell, joining it with the last one when both lie in one cell of `level`.
fn append(cells: &mut Vec<KeyCell>, cell: KeyCell, level: u32) {
    match cells.last_mut() {
        Some(last) if last.min >> level == cell.min >> level => {
            last.max = last.max.max(cell.max);
            last.count += cell.count;
        }
        _ => cells.push(cell),
    }
}

fn cells_of_sorted(keys: &[u64], level: u32) -> Vec<KeyCell> {
    let mut cells = Vec::with_capacity(keys.len());
    keys.iter().for_each(|&key| append(&mut cells, KeyCell { min: key, max: key, count: 1 }, level));
    cells
}

/// A key with the order of the numbers; -0.0 has that of 0.0.
#[inline]
fn key_of(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn value_of(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// The point at `share` of the way from `low` to `high`, which may be further apart than `f64::MAX`.
fn between(low: f64, high: f64, share: f64) -> f64 {
    (low * (1.0 - share) + high * share).clamp(low, high)
}

fn share_between(low: f64, high: f64, x: f64) -> f64 {
    ((x / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)).clamp(0.0, 1.0)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the results are exact")]
mod tests {
    use super::*;

    fn of(values: &[f64], capacity: usize) -> OrderHistogram {
        let mut histogram = OrderHistogram::new(capacity);
        values.iter().for_each(|&x| histogram.push(x));
        histogram
    }

    #[test]
    fn keys_have_the_order_of_numbers() {
        let ascending = [f64::MIN, -2.0, -1e-300, 0.0, 1e-300, 1.0, f64::MAX];
        assert!(ascending.windows(2).all(|pair| key_of(pair[0]) < key_of(pair[1])));
        assert!(ascending.iter().all(|&x| value_of(key_of(x)) == x));
        assert_eq!(key_of(-0.0), key_of(0.0));
    }

    #[test]
    fn few_values_are_exact() {
        let histogram = of(&[3.0, 1.0, 2.0, f64::NAN, 2.0, f64::INFINITY], 16);
        assert_eq!((histogram.count(), histogram.non_finite()), (4, 2));
        assert_eq!((histogram.min(), histogram.max()), (Some(1.0), Some(3.0)));
        let quantiles = [0.0, 1.0 / 3.0, 0.5, 1.0].map(|q| histogram.quantile(q).unwrap());
        assert_eq!(quantiles, [1.0, 2.0, 2.0, 3.0]);
        assert_eq!([0.9, 1.0, 2.0, 3.0].map(|x| histogram.cdf(x)), [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(OrderHistogram::new(4).quantile(0.5), None);
    }

    /// 10,000 values in at most 256 cells: the rank error must stay below the largest cell.
    #[test]
    fn many_values_stay_within_the_bound() {
        let values: Vec<f64> = (0..10_000_u32).map(|i| f64::from(i * 7919 % 10_000)).collect();
        let histogram = of(&values, 256);
        let largest = histogram.cells().map(|cell| cell.count).max().unwrap() as f64 / 10_000.0;
        assert!(histogram.cells().count() <= 256);
        for step in 0..=100 {
            let q = f64::from(step) / 100.0;
            let x = histogram.quantile(q).unwrap();
            assert!((x / 9_999.0 - q).abs() <= largest, "{q} -> {x}");
            assert!((histogram.cdf(x) - q).abs() <= largest);
        }
    }

    #[test]
    fn listed_values_are_taken_out() {
        let rest = of(&[0.0, 0.0, 1.5, 2.5, 9.0], 16).without(&[-0.0, 9.0, 4.0]);
        assert_eq!(rest, of(&[1.5, 2.5], 16));
    }

    #[test]
    fn two_cells_are_the_least() {
        let histogram = of(&[f64::MIN, -1.0, 0.0, 5.0, f64::MAX], 0);
        assert_eq!(histogram.cells().count(), 2);
        assert_eq!(histogram.quantile(1.0), Some(f64::MAX));
        let cells: Vec<Cell> = histogram.cells().collect();
        assert_eq!(OrderHistogram::from_cells(2, histogram.level(), &cells, 0), Some(histogram));
    }
}
