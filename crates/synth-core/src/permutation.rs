//! A seeded bijection of 0..n: unique keys without a registry.

use crate::{cast, hash, seed::Seed};

/// A pseudorandom permutation of the integers 0..`len`.
///
/// # Method
///
/// A balanced Feistel network of six rounds on the smallest even number of bits that holds `len`, with cycle
/// walking: outputs outside the domain are fed back until one falls inside (Black and Rogaway 2002, Ciphers
/// with arbitrary finite domains, CT-RSA, method 3). The domain is less than four times `len`, so a walk takes
/// fewer than four steps on average.
///
/// # Example
///
/// ```
/// use synth_core::{Permutation, Seed};
/// let permutation = Permutation::new(10, Seed::root(7));
/// let mut image: Vec<u64> = (0..10).map(|index| permutation.apply(index)).collect();
/// image.sort_unstable();
/// assert!(image.into_iter().eq(0..10));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Permutation {
    len: u64,
    half_bits: u32,
    mask: u64,
    keys: [u64; N_ROUNDS],
}

const N_ROUNDS: usize = 6;

impl Permutation {
    /// Returns the permutation of 0..`len` that belongs to `seed`.
    #[must_use]
    pub fn new(len: u64, seed: Seed) -> Self {
        let bits = u64::BITS - len.saturating_sub(1).leading_zeros();
        let half_bits = bits.div_ceil(2).max(1);
        let mask = cast::low_u64((1_u128 << half_bits) - 1);
        let (seed, mut keys) = (seed.child("permutation"), [0; N_ROUNDS]);
        (0..).zip(&mut keys).for_each(|(round, key)| *key = seed.bits(round));
        Self { len, half_bits, mask, keys }
    }

    /// Returns the number of integers it permutes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Tells whether the domain is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the image of `index`; an index outside the domain wraps around, an empty domain gives 0.
    #[must_use]
    pub fn apply(&self, index: u64) -> u64 {
        if self.len <= 1 {
            return 0;
        }
        let mut word = index % self.len;
        loop {
            word = self.network(word);
            if word < self.len {
                return word;
            }
        }
    }

    fn network(&self, word: u64) -> u64 {
        let mut left = (word >> self.half_bits) & self.mask;
        let mut right = word & self.mask;
        for key in self.keys {
            (left, right) = (right, left ^ (hash::mix(key ^ right) & self.mask));
        }
        (left << self.half_bits) | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_bijection_at_every_small_size() {
        for len in 0..200 {
            let permutation = Permutation::new(len, Seed::root(len));
            let mut image: Vec<u64> = (0..len).map(|index| permutation.apply(index)).collect();
            image.sort_unstable();
            assert!(image.into_iter().eq(0..len), "len {len}");
        }
    }

    #[test]
    fn the_largest_domain_works() {
        let permutation = Permutation::new(u64::MAX, Seed::root(1));
        assert_ne!(permutation.apply(0), permutation.apply(1));
    }
}
