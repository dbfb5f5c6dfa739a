//! A table of distinct values that keeps those with the smallest hashes.

use synth_core::cast;

/// The distinct values with the smallest 64-bit hashes, each with its exact count.
///
/// # Shapes and units
///
/// A value is known by its hash alone; two values with one hash are taken for one (chance below n^2 / 2^65 for
/// n distinct values), so the hash must be well mixed. Counts are occurrences; `n_units` counts the records
/// (units) that held the value, for which the pushes of one unit must follow each other and parts that are
/// merged must have no unit in common.
///
/// # Method
///
/// Bottom-k sampling by hash (Cohen and Kaplan 2007, Summarizing data using bottom-k sketches, PODC). The state
/// is an exact commutative monoid: a value among the k smallest hashes of the whole was among the k smallest of
/// every prefix and every part since its first occurrence, so it was never dropped and its counts are complete.
///
/// # Cost
///
/// A push is one probe of a hash table; a full table rejects larger hashes by one comparison. At most
/// 2 * `capacity` entries of `size_of::<T>()` + 48 bytes each plus 16 bytes of index are held, and what `T` owns.
///
/// # Example
///
/// ```
/// use synth_core::hash::hash_bytes;
/// use synth_stats::BottomK;
///
/// let mut table = BottomK::new(100);
/// for (unit, word) in ["a", "b", "a"].into_iter().enumerate() {
///     table.push(hash_bytes(word.as_bytes()), unit as u64, || word.to_owned());
/// }
/// assert!(table.is_complete());
/// assert_eq!((table.len(), table.total()), (2, 3));
/// ```
#[derive(Debug, Clone)]
pub struct BottomK<T> {
    capacity: usize,
    /// Open addressing by the low bits of the hash: 0 is free, otherwise index + 1 into `entries`.
    slots: Vec<u32>,
    entries: Vec<Entry<T>>,
    /// Larger hashes are rejected; lowered whenever the table is pruned.
    threshold: u64,
    pruned: bool,
    total: u64,
}

/// One distinct value and how often it occurred.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// Hash by which the value is known.
    pub hash: u64,
    /// The value as it was first made, or as it was written since.
    pub value: T,
    /// Exact number of occurrences.
    pub count: u64,
    /// Exact number of units that held the value.
    pub n_units: u64,
    /// The unit of the latest push; not part of the state that is compared.
    last_unit: Option<u64>,
}

/// How often a value occurred, counted outside of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Number of occurrences.
    pub count: u64,
    /// Number of units that held the value.
    pub n_units: u64,
    /// The latest of these units, when it may occur again.
    pub last_unit: Option<u64>,
}

impl<T> BottomK<T> {
    /// Returns an empty table for at most `capacity` values; a capacity of 0 is taken as 1.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.clamp(1, (u32::MAX / 4) as usize);
        Self {
            capacity,
            slots: Vec::new(),
            entries: Vec::new(),
            threshold: u64::MAX,
            pruned: false,
            total: 0,
        }
    }

    /// Counts one occurrence in record `unit`; `make` is called only for a value that is new to the table.
    #[inline]
    pub fn push(&mut self, hash: u64, unit: u64, make: impl FnOnce() -> T) {
        self.push_n(hash, unit, 1, make);
    }

    /// Counts `n` occurrences in one record; nothing when `n` is 0.
    #[inline]
    pub fn push_n(&mut self, hash: u64, unit: u64, n: u64, make: impl FnOnce() -> T) {
        self.total += n;
        if hash > self.threshold || n == 0 {
            return;
        }
        if let Some(index) = self.find(hash) {
            let entry = &mut self.entries[index];
            entry.count += n;
            entry.n_units += u64::from(entry.last_unit != Some(unit));
            entry.last_unit = Some(unit);
        } else {
            self.insert(Entry { hash, value: make(), count: n, n_units: 1, last_unit: Some(unit) });
        }
    }

    /// Counts occurrences that were counted elsewhere, in units of this table; nothing when there are none.
    pub fn push_tally(&mut self, hash: u64, tally: Tally, make: impl FnOnce() -> T) {
        let Tally { count, n_units, last_unit } = tally;
        self.total += count;
        if hash > self.threshold || count == 0 {
            return;
        }
        if let Some(index) = self.find(hash) {
            let entry = &mut self.entries[index];
            entry.count += count;
            entry.n_units += n_units;
            entry.last_unit = last_unit;
        } else {
            self.insert(Entry { hash, value: make(), count, n_units, last_unit });
        }
    }

    /// Changes how the value of a hash is written, when the table holds it.
    ///
    /// Where values that count as equal can be written in several ways, the way that is kept must not depend on
    /// the order; so `change` must lead to the same result in any order.
    pub fn respell(&mut self, hash: u64, change: impl FnOnce(&mut T)) {
        if let Some(index) = self.find(hash) {
            change(&mut self.entries[index].value);
        }
    }

    /// Adds a table built from other units.
    ///
    /// The smaller capacity wins, so merging stays commutative between tables of different capacity.
    pub fn merge(&mut self, other: Self) {
        self.merge_with(other, |_, _| ());
    }

    /// Adds a table built from other units; `join` settles how a value that both hold is written.
    ///
    /// As for [`respell`](Self::respell), `join` must lead to the same result in any order.
    pub fn merge_with(&mut self, other: Self, join: impl Fn(&mut T, T)) {
        self.total += other.total;
        self.pruned |= other.pruned;
        self.capacity = self.capacity.min(other.capacity);
        self.threshold = self.threshold.min(other.threshold);
        for theirs in other.entries {
            self.add_entry(theirs, &join);
        }
        if self.entries.len() > self.capacity {
            self.prune();
        }
    }

    /// Rebuilds a table from what its getters returned; a value listed twice has its counts added.
    #[must_use]
    pub fn from_entries(
        capacity: usize,
        total: u64,
        complete: bool,
        entries: impl IntoIterator<Item = (u64, T, u64, u64)>,
    ) -> Self {
        let mut table = Self::new(capacity);
        for (hash, value, count, n_units) in entries {
            table.add_entry(Entry { hash, value, count, n_units, last_unit: None }, &|_, _| ());
        }
        if !complete {
            table.prune();
        }
        table.total = total;
        table
    }

    /// Tells whether every distinct value is in the table, so that all its numbers are exact.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.pruned && self.entries.len() <= self.capacity
    }

    /// Returns the number of values kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len().min(self.capacity)
    }

    /// Tells whether nothing was pushed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the number of pushed occurrences, dropped values included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the largest number of values kept.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns the entry of a hash, when it is among those kept.
    ///
    /// # Cost
    ///
    /// One probe, and a selection over all entries when the table holds more than it may keep.
    #[must_use]
    pub fn get(&self, hash: u64) -> Option<&Entry<T>> {
        let entry = &self.entries[self.find(hash)?];
        (self.entries.len() <= self.capacity || hash <= self.kth_hash()).then_some(entry)
    }

    /// Returns the kept entries in ascending order of hash.
    ///
    /// # Cost
    ///
    /// O(k log k) time for the sort, 8 bytes per entry.
    pub fn entries(&self) -> impl Iterator<Item = &Entry<T>> {
        let mut sorted: Vec<&Entry<T>> = self.entries.iter().collect();
        sorted.sort_unstable_by_key(|entry| entry.hash);
        sorted.truncate(self.capacity);
        sorted.into_iter()
    }

    /// Returns the number of distinct values pushed: exact while the table is complete, else estimated.
    ///
    /// # Method
    ///
    /// (k - 1) / u, u being the k-th smallest hash as a share of 2^64: Bar-Yossef et al. 2002, Counting distinct
    /// elements in a data stream, RANDOM; unbiased form of Beyer et al. 2007, On synopses for distinct-value
    /// estimation under multiset operations, SIGMOD, eq. 5. The relative standard error is about 1 / sqrt(k - 2).
    #[must_use]
    pub fn estimate_distinct(&self) -> f64 {
        if self.is_complete() || self.capacity < 2 {
            return self.entries.len() as f64;
        }
        let kth = (self.kth_hash() as f64 + 1.0) / 18_446_744_073_709_551_616.0;
        (self.capacity - 1) as f64 / kth
    }

    /// The largest hash among the kept entries; 0 when empty.
    fn kth_hash(&self) -> u64 {
        let mut hashes: Vec<u64> = self.entries.iter().map(|entry| entry.hash).collect();
        let Some(last) = self.len().checked_sub(1) else { return 0 };
        *hashes.select_nth_unstable(last).1
    }

    /// Units are numbered by each reader for itself, so that of the last push says nothing here.
    fn add_entry(&mut self, theirs: Entry<T>, join: &impl Fn(&mut T, T)) {
        if theirs.hash > self.threshold {
            return;
        }
        if let Some(index) = self.find(theirs.hash) {
            let entry = &mut self.entries[index];
            entry.count += theirs.count;
            entry.n_units += theirs.n_units;
            join(&mut entry.value, theirs.value);
        } else {
            self.insert(Entry { last_unit: None, ..theirs });
        }
    }

    #[inline]
    fn find(&self, hash: u64) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = slot_of(hash, mask);
        loop {
            let index = (self.slots[at] as usize).checked_sub(1)?;
            if self.entries[index].hash == hash {
                return Some(index);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds an entry whose hash is not in the table.
    fn insert(&mut self, entry: Entry<T>) {
        if self.entries.len() >= self.capacity * 2 {
            self.prune();
            if entry.hash > self.threshold {
                return;
            }
        }
        self.entries.push(entry);
        if self.entries.len() * 2 > self.slots.len() {
            self.index((self.entries.len() * 4).next_power_of_two().max(16));
        } else {
            self.place(self.entries.len() - 1);
        }
    }

    /// Drops all but the `capacity` smallest hashes.
    fn prune(&mut self) {
        self.pruned = true;
        if self.entries.len() > self.capacity {
            self.entries.select_nth_unstable_by_key(self.capacity - 1, |entry| entry.hash);
            self.entries.truncate(self.capacity);
        }
        if self.entries.len() == self.capacity {
            self.threshold = self.entries.iter().map(|entry| entry.hash).max().unwrap_or(u64::MAX);
        }
        self.index(self.slots.len().max(16));
    }

    fn index(&mut self, n_slots: usize) {
        self.slots.clear();
        self.slots.resize(n_slots, 0);
        (0..self.entries.len()).for_each(|index| self.place(index));
    }

    fn place(&mut self, index: usize) {
        let mask = self.slots.len() - 1;
        let mut at = slot_of(self.entries[index].hash, mask);
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = cast::to_u32(index + 1);
    }
}

/// Low bits only: the high bits of the smallest hashes are all zero.
fn slot_of(hash: u64, mask: usize) -> usize {
    cast::to_usize(hash & cast::to_u64(mask))
}

/// Compares the kept entries, not how they lie in memory.
impl<T: PartialEq> PartialEq for BottomK<T> {
    fn eq(&self, other: &Self) -> bool {
        self.capacity == other.capacity
            && self.total == other.total
            && self.is_complete() == other.is_complete()
            && self.entries().eq(other.entries())
    }
}

impl<T: PartialEq> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.hash, self.count, self.n_units) == (other.hash, other.count, other.n_units)
            && self.value == other.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_core::hash::mix;

    #[test]
    fn units_are_counted_once() {
        let mut table = BottomK::new(4);
        for (value, unit) in [(1, 0), (1, 0), (2, 0), (1, 1), (1, 1), (1, 2)] {
            table.push(mix(value), unit, || value);
        }
        let entry = table.get(mix(1)).unwrap();
        assert_eq!((entry.count, entry.n_units), (5, 3));
        assert_eq!(table.total(), 6);
    }

    #[test]
    fn smallest_hashes_stay() {
        let mut table = BottomK::new(10);
        (0..1000_u64).rev().for_each(|value| table.push(value, value, || value));
        assert!(!table.is_complete());
        assert!(table.entries().map(|entry| entry.value).eq(0..10));
        assert_eq!(table.get(10).map(|entry| entry.value), None);
    }

    /// Relative standard error 1 / sqrt(1022) = 3.1 %; the bound is four of them. Catches an estimator that
    /// forgets the share of the hash range.
    #[test]
    fn distinct_estimate_is_near() {
        let mut table = BottomK::new(1024);
        (0..100_000_u64).for_each(|value| table.push(mix(value + 1), value, || ()));
        let relative = table.estimate_distinct() / 100_000.0 - 1.0;
        assert!(relative.abs() < 0.125, "{relative}");
    }

    #[test]
    fn parts_rebuild() {
        let mut table = BottomK::new(8);
        (0..50_u64).for_each(|value| table.push(mix(value), value, || value));
        let parts = table.entries().map(|entry| (entry.hash, entry.value, entry.count, entry.n_units));
        let rebuilt = BottomK::from_entries(table.capacity(), table.total(), table.is_complete(), parts);
        assert_eq!(rebuilt, table);
    }
}
