//! Histograms of lengths.

use std::collections::BTreeMap;

use synth_core::{cast, math};

/// Histogram of lengths: exact up to 128, then buckets of at most 1/16 relative width.
///
/// # Shapes and units
///
/// Counts such as bytes, characters or elements, in one unit. Minimum and maximum are exact at any size.
///
/// # Method
///
/// A length above 128 is known by its five leading bits, so a bucket that starts at b is at most b / 16 wide.
/// Counts add up, so the state is an exact commutative monoid.
///
/// # Cost
///
/// A push of a length up to 128 is one addition; beyond, one look-up in a map of at most 57 * 16 buckets. All take up
/// below 32 kB.
///
/// # Example
///
/// ```
/// let mut lengths = synth_stats::LengthHistogram::default();
/// [3, 3, 7, 1000].into_iter().for_each(|length| lengths.push(length));
/// assert_eq!((lengths.min(), lengths.max()), (Some(3), Some(1000)));
/// assert_eq!(lengths.quantile(0.5), Some(3));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LengthHistogram {
    /// Counts of the lengths up to [`EXACT`]; the last one is not 0.
    exact: Vec<u64>,
    /// Counts of the others by first length of the bucket.
    buckets: BTreeMap<u64, u64>,
    range: Option<(u64, u64)>,
    count: u64,
}

/// A run of lengths, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LengthBucket {
    /// Shortest length.
    pub low: u64,
    /// Longest length.
    pub high: u64,
    /// Number of values.
    pub count: u64,
}

/// Lengths up to here have a bucket of their own.
const EXACT: u64 = 128;

impl LengthHistogram {
    /// Counts one length.
    pub fn push(&mut self, length: u64) {
        self.push_n(length, 1);
    }

    /// Counts a length `n` times; nothing when `n` is 0.
    pub fn push_n(&mut self, length: u64, n: u64) {
        if n > 0 {
            *self.bucket(length) += n;
            self.count += n;
            self.widen(length, length);
        }
    }

    /// The count of the bucket of a length, which must not stay 0.
    fn bucket(&mut self, length: u64) -> &mut u64 {
        if length > EXACT {
            return self.buckets.entry(bucket_of(length).0).or_default();
        }
        let index = cast::to_usize(length);
        if index >= self.exact.len() {
            self.exact.resize(index + 1, 0);
        }
        &mut self.exact[index]
    }

    /// Adds the lengths of another histogram.
    pub fn merge(&mut self, other: Self) {
        for (low, count) in other.counts() {
            *self.bucket(low) += count;
        }
        self.count += other.count;
        if let Some((min, max)) = other.range {
            self.widen(min, max);
        }
    }

    /// Rebuilds a histogram from what its getters returned; `None` when minimum and maximum do not fit.
    #[must_use]
    pub fn from_buckets(
        range: Option<(u64, u64)>,
        buckets: impl IntoIterator<Item = (u64, u64)>,
    ) -> Option<Self> {
        let mut histogram = Self::default();
        buckets.into_iter().for_each(|(low, count)| histogram.push_n(bucket_of(low).0, count));
        let ends = histogram.range;
        histogram.range = range;
        let fits = match (range, ends) {
            (None, None) => true,
            (Some((min, max)), Some((low, high))) => {
                min <= max && bucket_of(min).0 == low && bucket_of(max).0 == high
            }
            _ => false,
        };
        fits.then_some(histogram)
    }

    /// Returns the number of lengths.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the shortest length.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        self.range.map(|(min, _)| min)
    }

    /// Returns the longest length.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.range.map(|(_, max)| max)
    }

    /// The first length and the count of each occupied bucket, in ascending order.
    fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        let exact = (0..).zip(&self.exact).filter(|(_, count)| **count > 0);
        exact
            .map(|(length, count)| (length, *count))
            .chain(self.buckets.iter().map(|(low, count)| (*low, *count)))
    }

    /// Returns the occupied buckets in ascending order, cut to the minimum and maximum.
    pub fn buckets(&self) -> impl Iterator<Item = LengthBucket> {
        let (min, max) = self.range.unwrap_or_default();
        self.counts().map(move |(start, count)| {
            let (low, high) = bucket_of(start);
            LengthBucket { low: low.max(min), high: high.min(max), count }
        })
    }

    /// Returns a length that at least a share `q` of the values does not exceed; `None` when empty or `q` is
    /// outside [0, 1].
    ///
    /// # Method
    ///
    /// Nearest rank (Hyndman and Fan 1996, type 1); the middle of the bucket beyond 128, so the relative error is
    /// below 1/16.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<u64> {
        if !(0.0..=1.0).contains(&q) {
            return None;
        }
        let rank = cast::floor_to_u64(math::ceil(q * self.count as f64)).clamp(1, self.count.max(1));
        let mut seen = 0;
        self.buckets().find_map(|bucket| {
            seen += bucket.count;
            (seen >= rank).then(|| match (rank, rank == self.count) {
                (1, _) => bucket.low,
                (_, true) => bucket.high,
                _ => bucket.low.midpoint(bucket.high),
            })
        })
    }

    /// Returns the mean; `None` when empty. Beyond 128 the middle of a bucket stands for its lengths, so the relative
    /// error is below 1/32.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let middle = |bucket: &LengthBucket| (bucket.low as f64).midpoint(bucket.high as f64);
        let sum: f64 = self.buckets().map(|bucket| middle(&bucket) * bucket.count as f64).sum();
        (self.count > 0).then(|| sum / self.count as f64)
    }

    fn widen(&mut self, min: u64, max: u64) {
        let (low, high) = self.range.unwrap_or((min, max));
        self.range = Some((low.min(min), high.max(max)));
    }
}

/// First and last length of the bucket that holds `length`.
fn bucket_of(length: u64) -> (u64, u64) {
    if length <= EXACT {
        return (length, length);
    }
    let shift = length.ilog2() - 4;
    let low = length >> shift << shift;
    // The bucket of 128 and 129.. overlaps the exact range; 128 stays on its own.
    (low.max(EXACT + 1), low | ((1 << shift) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_disjoint_and_narrow() {
        let mut next = 0;
        while next < 1_000_000 {
            let (low, high) = bucket_of(next);
            assert_eq!(low, next);
            assert!((high - low) * 16 <= low.max(16));
            assert!((low..=high).all(|length| bucket_of(length) == (low, high)));
            next = high + 1;
        }
        assert_eq!(bucket_of(u64::MAX).1, u64::MAX);
    }

    #[test]
    fn quantiles_and_parts() {
        let mut lengths = LengthHistogram::default();
        (0..=1000).for_each(|length| lengths.push(length));
        assert_eq!(lengths.quantile(0.0), Some(0));
        assert_eq!(lengths.quantile(1.0), Some(1000));
        assert_eq!(lengths.quantile(0.1), Some(100));
        assert!(lengths.quantile(0.5).unwrap().abs_diff(500) <= 500 / 16);
        assert_eq!(lengths.quantile(1.5), None);
        assert_eq!(LengthHistogram::default().quantile(0.5), None);
        let buckets = lengths.buckets().map(|bucket| (bucket.low, bucket.count));
        assert_eq!(LengthHistogram::from_buckets(Some((0, 1000)), buckets), Some(lengths.clone()));
        assert_eq!(LengthHistogram::from_buckets(Some((5, 1000)), [(0, 1)]), None);
    }
}
