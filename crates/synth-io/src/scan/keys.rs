//! Finds the keys that occur twice in one object.

use synth_core::hash::hash_bytes;

use super::tape::Tape;

/// The keys of all open objects, innermost last.
#[derive(Debug, Default)]
pub(super) struct OpenKeys {
    hashes: Vec<u64>,
    keys: Vec<KeyRef>,
    sorted: Vec<(u64, u32)>,
    pairs: Vec<(u32, u32)>,
}

/// Where a key is.
#[derive(Debug, Clone, Copy)]
struct KeyRef {
    /// Bytes before it in the input of the scanner.
    at: u64,
    /// Its tape index, or [`FLUSHED`].
    token: u32,
}

/// Tape index of a key that is no longer on the tape.
const FLUSHED: u32 = u32::MAX;
/// Up to this many keys are compared pair by pair, which is faster than sorting.
const PAIRWISE: usize = 32;

/// A key that repeats an earlier one of the same object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repeat {
    /// Bytes before the later key.
    pub(super) at: u64,
    /// Tape index of the later key, if it is still there.
    pub(super) token: Option<u32>,
}

/// Whether the members that are replaced are left out of the tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced {
    /// The whole object is on the tape; its earlier members can be taken off.
    LeftOut,
    /// Part of the object may have been replayed; all members are seen.
    Kept,
}

impl OpenKeys {
    pub(super) fn clear(&mut self) {
        self.hashes.clear();
        self.keys.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    #[inline]
    pub(super) fn push(&mut self, key: &str, at: u64, token: u32) {
        self.hashes.push(hash_bytes(key.as_bytes()));
        self.keys.push(KeyRef { at, token });
    }

    /// Forgets tape indices, because the tape is about to be cleared.
    pub(super) fn flush(&mut self) {
        self.keys.iter_mut().for_each(|key| key.token = FLUSHED);
    }

    /// Closes the innermost object, whose first key is number `first`: reports its repeated keys.
    ///
    /// # Cost
    ///
    /// O(n) word comparisons per key up to 32 keys, O(n log n) beyond; no allocation in steady state.
    #[inline]
    pub(super) fn close(
        &mut self,
        first: usize,
        tape: &mut Tape,
        (record, replaced): (&str, Replaced),
        report: impl FnMut(Repeat),
    ) {
        if self.may_repeat(first) {
            self.find_pairs(first);
            self.apply_pairs(first, tape, (record, replaced), report);
        }
        self.hashes.truncate(first);
        self.keys.truncate(first);
    }

    #[inline]
    fn may_repeat(&mut self, first: usize) -> bool {
        let hashes = &self.hashes[first..];
        if hashes.len() <= PAIRWISE {
            return (1..hashes.len()).any(|later| hashes[..later].contains(&hashes[later]));
        }
        self.sort(first);
        self.sorted.windows(2).any(|pair| pair[0].0 == pair[1].0)
    }

    fn sort(&mut self, first: usize) {
        self.sorted.clear();
        self.sorted.extend((0_u32..).zip(&self.hashes[first..]).map(|(index, hash)| (*hash, index)));
        self.sorted.sort_unstable();
    }

    /// Lists pairs of neighbours among equal hashes, in order of the later key.
    fn find_pairs(&mut self, first: usize) {
        self.sort(first);
        self.pairs.clear();
        let equal = self.sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        self.pairs.extend(equal.map(|pair| (pair[1].1, pair[0].1)));
        self.pairs.sort_unstable();
    }

    /// Reports each pair whose texts agree too, and takes the earlier member off the tape.
    ///
    /// Only neighbours are compared, so two different keys with one 64-bit hash may hide a third that repeats
    /// the first; it is then kept, which is what a reader without the check would do.
    fn apply_pairs(
        &self,
        first: usize,
        tape: &mut Tape,
        (record, replaced): (&str, Replaced),
        mut report: impl FnMut(Repeat),
    ) {
        let keys = &self.keys[first..];
        for &(later, earlier) in &self.pairs {
            let (later, next) = (keys[later as usize], keys[earlier as usize + 1]);
            let earlier = keys[earlier as usize];
            if replaced == Replaced::LeftOut {
                let text = |key: KeyRef| tape.text(tape.tokens()[key.token as usize], record);
                if text(earlier) != text(later) {
                    continue;
                }
                tape.leave_out(earlier.token, next.token);
            }
            report(Repeat { at: later.at, token: (later.token != FLUSHED).then_some(later.token) });
        }
    }
}
