//! Counts of distinct keys with the smallest hashes, and where each was seen.

use super::exceptions::RowPlace;

/// Exact counts of the `capacity` smallest distinct keys.
///
/// # Method
///
/// Bottom-k sampling (Cohen and Kaplan 2007, Summarizing data using bottom-k sketches, PODC) of keys that are hashes, or
/// pairs of hashes in their order. A key among the smallest of the whole was among the smallest of every part since
/// it was first seen, so its count is complete; the state is an exact commutative monoid. Two tallies know the same
/// range of keys up to the smaller of their limits.
///
/// # Cost
///
/// A push behind the limit is one comparison, any other amortised a few moves of an entry. At most
/// `capacity` + `max_pending` entries of 24 bytes are held, 32 for pairs, and twice that while they are sorted.
#[derive(Debug, Clone)]
pub(crate) struct Tally<K> {
    capacity: usize,
    max_pending: usize,
    /// In ascending order of key.
    entries: Vec<Entry<K>>,
    pending: Vec<Entry<K>>,
    /// The largest key that is kept; larger ones were left out.
    limit: Option<K>,
    total: u64,
}

/// A key and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<K> {
    pub(crate) key: K,
    pub(crate) count: u64,
    /// The last row that has it.
    pub(crate) last: RowPlace,
}

impl<K: Ord + Copy> Tally<K> {
    /// Returns an empty tally of at most `capacity` keys, which sorts in `max_pending` at a time; both are at least 1.
    pub(crate) fn new(capacity: usize, max_pending: usize) -> Self {
        let (capacity, max_pending) = (capacity.max(1), max_pending.max(1));
        Self { capacity, max_pending, entries: Vec::new(), pending: Vec::new(), limit: None, total: 0 }
    }

    /// Counts a key that `count` rows have, `last` being the last of them.
    #[inline]
    pub(crate) fn push(&mut self, key: K, count: u64, last: RowPlace) {
        self.total += count;
        if self.limit.is_some_and(|limit| key > limit) {
            return;
        }
        self.pending.push(Entry { key, count, last });
        if self.pending.len() >= self.max_pending {
            self.settle();
        }
    }

    /// Adds the counts of other rows.
    pub(crate) fn merge(&mut self, other: Self) {
        self.total += other.total;
        self.limit = match (self.limit, other.limit) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        self.capacity = self.capacity.min(other.capacity);
        self.pending.extend(other.entries);
        self.pending.extend(other.pending);
        self.settle();
    }

    /// Sorts in what was pushed.
    pub(crate) fn settle(&mut self) {
        self.pending.sort_unstable_by_key(|entry| entry.key);
        // A table that doubles its memory would take twice its bound.
        self.entries.reserve_exact(self.pending.len());
        // Two sorted runs behind each other are merged in linear time.
        self.entries.append(&mut self.pending);
        self.entries.sort_by_key(|entry| entry.key);
        self.entries.dedup_by(|later, first| {
            let is_same = later.key == first.key;
            if is_same {
                first.count += later.count;
                first.last = first.last.max(later.last);
            }
            is_same
        });
        if let Some(limit) = self.limit {
            let n_known = self.entries.partition_point(|entry| entry.key <= limit);
            self.entries.truncate(n_known);
        }
        if self.entries.len() > self.capacity {
            self.entries.truncate(self.capacity);
            self.limit = self.entries.last().map(|entry| entry.key);
        }
    }

    /// Returns the entries in ascending order of key; what was pushed since the last `settle` is not among them.
    pub(crate) fn entries(&self) -> &[Entry<K>] {
        &self.entries
    }

    /// Returns the largest key that is known; `None` when all are.
    pub(crate) fn limit(&self) -> Option<K> {
        self.limit
    }

    /// Returns the number of rows counted, those with keys that are left out included.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_core::hash::mix;

    fn tally(values: impl Iterator<Item = u64>) -> Tally<u64> {
        let mut tally = Tally::new(100, 64);
        for value in values {
            tally.push(mix(value % 700 + 1), 1, RowPlace::of_record(0, value));
            assert!(tally.entries.len() <= 100 && tally.pending.len() < 64);
        }
        tally.settle();
        tally
    }

    /// Catches a count that misses what came before the key was among the smallest, and a limit that is too high.
    #[test]
    fn parts_in_any_order_give_the_whole() {
        let whole = tally(0..5000);
        assert_eq!(whole.entries().len(), 100);
        assert!(whole.entries().iter().all(|entry| entry.count >= 7));
        for n_parts in [2, 7, 64] {
            let mut parts: Vec<Tally<u64>> = (0..n_parts)
                .map(|part| tally((0..5000).filter(|value| mix(*value) % n_parts == part)))
                .collect();
            parts.reverse();
            let mut merged = Tally::new(100, 64);
            parts.into_iter().for_each(|part| merged.merge(part));
            assert_eq!((merged.entries(), merged.limit()), (whole.entries(), whole.limit()));
            assert_eq!(merged.total(), 5000);
        }
    }
}
