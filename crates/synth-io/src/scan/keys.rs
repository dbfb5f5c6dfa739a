//! Finds the keys that occur twice in one object.

use synth_core::hash::hash_bytes;

use super::tape::Tape;

/// The keys of all open objects, innermost last.
#[derive(Debug, Default)]
pub(super) struct OpenKeys {
    fingerprints: Vec<u64>,
    /// Their tape indices, without meaning for the flushed ones.
    tokens: Vec<u32>,
    /// Bytes before each of the first keys, which are no longer on the tape.
    flushed: Vec<u64>,
    sorted: Vec<(u64, u32)>,
    pairs: Vec<(u32, u32)>,
}

/// Up to this many keys are compared pair by pair.
const PAIRWISE: usize = 8;
/// Up to this many keys it pays to look for a collision of marks before sorting.
const MARKED: usize = 128;

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

/// What is needed of the object that is being closed.
pub(super) struct Object<'a> {
    pub(super) tape: &'a mut Tape,
    pub(super) record: &'a str,
    /// Bytes before the record in the input of the scanner.
    pub(super) base: u64,
    pub(super) replaced: Replaced,
}

impl OpenKeys {
    pub(super) fn clear(&mut self) {
        self.truncate(0);
    }

    fn truncate(&mut self, length: usize) {
        self.fingerprints.truncate(length);
        self.tokens.truncate(length);
        self.flushed.truncate(length);
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Adds a key of the innermost object; it is token `token`.
    #[inline]
    pub(super) fn push(&mut self, key: &[u8], token: u32, replaced: Replaced) {
        self.fingerprints.push(match replaced {
            Replaced::LeftOut => fingerprint(key),
            Replaced::Kept => hash_bytes(key),
        });
        self.tokens.push(token);
    }

    /// Notes where the keys are, because the tape, which starts `base` bytes into the input, is about to be cleared.
    pub(super) fn flush(&mut self, tape: &Tape, base: u64) {
        let fresh = &self.tokens[self.flushed.len()..];
        self.flushed.extend(fresh.iter().map(|token| base + tape.offset(*token)));
    }

    /// Closes the innermost object, whose first key is number `first`: reports its repeated keys.
    ///
    /// # Cost
    ///
    /// O(n) for up to 128 keys whose marks do not collide, O(n log n) otherwise; no allocation in steady state.
    #[inline]
    pub(super) fn close(&mut self, first: usize, object: Object<'_>, report: impl FnMut(Repeat)) {
        if self.may_repeat(first) {
            self.report_repeats(first, object, report);
        }
        self.truncate(first);
    }

    #[inline]
    fn may_repeat(&mut self, first: usize) -> bool {
        let words = &self.fingerprints[first..];
        if words.len() <= PAIRWISE {
            return (1..words.len()).any(|later| words[..later].contains(&words[later]));
        }
        if words.len() <= MARKED && !marks_collide(words) {
            return false;
        }
        self.sort(first);
        self.sorted.windows(2).any(|pair| pair[0].0 == pair[1].0)
    }

    fn sort(&mut self, first: usize) {
        self.sorted.clear();
        self.sorted.extend((0_u32..).zip(&self.fingerprints[first..]).map(|(index, word)| (*word, index)));
        self.sorted.sort_unstable();
    }

    #[cold]
    fn report_repeats(&mut self, first: usize, object: Object<'_>, report: impl FnMut(Repeat)) {
        if object.replaced == Replaced::LeftOut {
            for (word, token) in self.fingerprints[first..].iter_mut().zip(&self.tokens[first..]) {
                *word = hash_bytes(object.tape.key(*token, object.record).as_bytes());
            }
        }
        self.find_pairs(first);
        self.report_pairs(first, object, report);
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
    fn report_pairs(&self, first: usize, object: Object<'_>, mut report: impl FnMut(Repeat)) {
        let Object { tape, record, base, replaced } = object;
        for &(later, earlier) in &self.pairs {
            let (later, earlier) = (first + later as usize, first + earlier as usize);
            if replaced == Replaced::LeftOut {
                let (token, next) = (self.tokens[earlier], self.tokens[earlier + 1]);
                if tape.key(token, record) != tape.key(self.tokens[later], record) {
                    continue;
                }
                tape.leave_out(token, next);
            }
            report(match self.flushed.get(later) {
                Some(at) => Repeat { at: *at, token: None },
                None => {
                    let token = self.tokens[later];
                    Repeat { at: base + tape.offset(token), token: Some(token) }
                }
            });
        }
    }
}

/// Marks each word in a field of 2048 bits; tells whether two have the same mark, as equal words have.
#[inline]
fn marks_collide(words: &[u64]) -> bool {
    let (mut field, mut collisions) = ([0_u64; 32], 0);
    for word in words {
        let place = (word.wrapping_mul(SPREAD) >> 53) as usize;
        let (slot, mark) = (&mut field[place / 64], 1 << (place % 64));
        collisions |= *slot & mark;
        *slot |= mark;
    }
    collisions != 0
}

/// 2^64 divided by the golden ratio: multiplying by it spreads differences to the high bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Returns a word that is equal for equal keys and seldom for others: of length, first, middle and last bytes.
///
/// A quarter of the cost of a hash for the short keys that most are; what it cannot tell apart is hashed.
#[inline]
fn fingerprint(key: &[u8]) -> u64 {
    let n = key.len();
    let word = |at: usize| key[at..].first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let half = |at: usize| key[at..].first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes).into());
    let (first, last) = match n {
        8.. => (word(0) ^ word(n / 2 - 4).rotate_left(17), word(n - 8)),
        4..8 => (half(0), half(n - 4)),
        _ => (0, key.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))),
    };
    first.wrapping_mul(SPREAD) ^ last.rotate_left(32) ^ (n as u64)
}
