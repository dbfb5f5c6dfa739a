//! Addressed randomness: every value has its own random word, found by address, never by turn.

use rand::SeedableRng;
use rand_pcg::Pcg64;

use crate::hash;

/// The address of a family of random words; an index picks one of them.
///
/// Two seeds reached by different child names give unrelated words. Nothing is consumed: the same seed and
/// index always give the same word, so any range of records can be made alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(u64);

impl Seed {
    /// Returns the seed of a whole run.
    #[must_use]
    pub const fn root(seed: u64) -> Self {
        Self(hash::combine(seed, 0x73_796e_7468))
    }

    /// Returns the seed of a named part: a path, or one use of it.
    #[must_use]
    pub fn child(self, name: &str) -> Self {
        Self(hash::combine(self.0, hash::hash_bytes(name.as_bytes())))
    }

    /// Returns the seed of a numbered part, for a value that needs several words.
    #[must_use]
    pub const fn child_at(self, index: u64) -> Self {
        Self(hash::combine(self.0, hash::mix(index)))
    }

    /// Returns the seed of the `n`-th try after a rejected draw; attempt 0 is the seed itself.
    #[must_use]
    pub const fn attempt(self, n: u64) -> Self {
        if n == 0 { self } else { Self(hash::combine(self.0, n ^ 0xa77e_3707)) }
    }

    /// Returns the random word at `index`.
    #[inline]
    #[must_use]
    pub const fn bits(self, index: u64) -> u64 {
        hash::mix(hash::combine(self.0, index))
    }

    /// Returns a number in [0, 1) at `index`, with 53 random bits.
    #[inline]
    #[must_use]
    pub const fn uniform(self, index: u64) -> f64 {
        (self.bits(index) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Returns an integer in 0..`bound` at `index`; 0 when `bound` is 0.
    ///
    /// # Method
    ///
    /// Multiply-shift without rejection (Lemire 2019, Fast random integer generation in an interval, ACM
    /// TOMACS 29(1)); the bias is below `bound` / 2^64.
    #[inline]
    #[must_use]
    pub const fn below(self, index: u64, bound: u64) -> u64 {
        ((self.bits(index) as u128 * bound as u128) >> 64) as u64
    }

    /// Returns a generator for values that need more than one word; re-seeded for every index.
    #[must_use]
    pub fn rng(self, index: u64) -> Pcg64 {
        Pcg64::seed_from_u64(self.bits(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_addressed_not_consumed() {
        let seed = Seed::root(42).child("$.a").child("value");
        let forward: Vec<u64> = (0..64).map(|index| seed.bits(index)).collect();
        let backward: Vec<u64> = (0..64).rev().map(|index| seed.bits(index)).collect();
        assert!(forward.iter().eq(backward.iter().rev()));
        assert_ne!(seed.bits(0), Seed::root(43).child("$.a").child("value").bits(0));
        assert_ne!(seed.bits(0), seed.attempt(1).bits(0));
    }

    /// Catches a mixing step that leaves low indices correlated: the mean of 10,000 uniforms has a standard
    /// error of 0.0029, so 0.012 is four of them.
    #[test]
    fn uniforms_fill_the_unit_interval_evenly() {
        let seed = Seed::root(1);
        let n = 10_000;
        let mean = (0..n).map(|index| seed.uniform(index)).sum::<f64>() / n as f64;
        assert!((mean - 0.5).abs() < 0.012, "mean {mean}");
        let below: Vec<u64> = (0..n).map(|index| seed.below(index, 7)).collect();
        assert!((0..7).all(|k| below.iter().filter(|&&b| b == k).count() > 1200));
    }
}
