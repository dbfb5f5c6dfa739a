//! Sources of whole-number choices: random ones and numbered ones.

use synth_core::hash;

/// Answers "which of `bound` possibilities?" again and again.
///
/// Code that is written once against this trait makes random values with [`Draws`] and all different values,
/// by number, with [`Digits`]; [`Capacity`] counts how many different ones there are.
pub(crate) trait Picks {
    /// Returns a number below `bound`; 0 when `bound` is 0.
    fn pick(&mut self, bound: u64) -> u64;
}

/// A short stream of random words that belongs to one value.
///
/// # Method
///
/// `SplitMix64` (Steele, Lea, Flood 2014), started at the value's own word. Picks multiply a word, as a fraction, by
/// their bound: the whole part is the pick, and what is left is the fraction of the next one as long as it has 32 bits
/// more than that needs, so no pick is off by more than 2^-32 of its probability.
#[derive(Debug, Clone)]
pub(crate) struct Draws {
    state: u64,
    fraction: u64,
    /// Random bits that the fraction still has.
    n_bits: u32,
}

/// Random bits that a pick leaves unused.
const SPARE_BITS: u32 = 32;

/// 2^64 divided by the golden ratio, made odd: the step of `SplitMix64`.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Draws {
    pub(crate) const fn new(word: u64) -> Self {
        Self { state: word, fraction: 0, n_bits: 0 }
    }

    /// Returns a number in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    pub(crate) const fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        hash::mix(self.state)
    }
}

impl Picks for Draws {
    #[inline]
    fn pick(&mut self, bound: u64) -> u64 {
        let n_bits = u64::BITS - bound.leading_zeros();
        if self.n_bits < n_bits + SPARE_BITS {
            (self.fraction, self.n_bits) = (self.word(), u64::BITS);
        }
        let product = u128::from(self.fraction) * u128::from(bound);
        self.fraction = synth_core::cast::low_u64(product);
        self.n_bits = self.n_bits.saturating_sub(n_bits);
        synth_core::cast::low_u64(product >> 64)
    }
}

/// Returns the number below `bound` at the same relative place as `word` below 2^64.
fn scale(word: u64, bound: u64) -> u64 {
    synth_core::cast::low_u64((u128::from(word) * u128::from(bound)) >> 64)
}

/// The digits of a number in a mixed radix that the asker chooses, scrambled.
///
/// As long as the number is below the product of all bounds, different numbers give different digits: digit
/// `j` is shifted by a hash of the digits before it, which is a bijection for each digit in turn. The shift
/// makes digits beyond the number's own length look random too.
#[derive(Debug, Clone)]
pub(crate) struct Digits {
    rest: u64,
    state: u64,
}

impl Digits {
    pub(crate) const fn new(number: u64, key: u64) -> Self {
        Self { rest: number, state: hash::mix(key ^ STEP) }
    }
}

impl Picks for Digits {
    fn pick(&mut self, bound: u64) -> u64 {
        if bound <= 1 {
            return 0;
        }
        let shift = scale(self.state, bound);
        let digit = self.rest % bound;
        self.rest /= bound;
        // Their sum modulo the bound; both are below it.
        let digit = if digit >= bound - shift { digit - (bound - shift) } else { digit + shift };
        self.state = hash::mix(self.state.wrapping_add(STEP) ^ digit);
        digit
    }
}

/// Multiplies the bounds it is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Capacity(pub(crate) u64);

impl Picks for Capacity {
    fn pick(&mut self, bound: u64) -> u64 {
        self.0 = self.0.saturating_mul(bound.max(1));
        0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn digits_are_a_bijection() {
        let bounds = [3, 7, 1, 10];
        let made: BTreeSet<Vec<u64>> = (0..210)
            .map(|number| {
                let mut digits = Digits::new(number, 99);
                bounds.iter().map(|&bound| digits.pick(bound)).collect()
            })
            .collect();
        assert_eq!(made.len(), 210);
    }

    /// Catches digits that stay at zero once the number is used up.
    #[test]
    fn digits_beyond_the_number_vary() {
        let last = |number| {
            let mut digits = Digits::new(number, 1);
            (0..40).map(|_| digits.pick(26)).last()
        };
        assert!((0..20).map(last).collect::<BTreeSet<_>>().len() > 5);
    }

    #[test]
    fn bounds_are_kept() {
        let mut draws = Draws::new(1);
        assert!((0..1000).all(|_| draws.pick(3) < 3));
        assert_eq!(draws.pick(0), 0);
        assert_eq!(draws.pick(1), 0);
        assert!(draws.pick(u64::MAX) < u64::MAX);
    }

    /// Catches picks of one word that hang together: every pair of neighbours must be as frequent as any other.
    #[test]
    fn picks_are_even_and_apart() {
        let mut pairs = [0_u32; 49];
        for word in 0..2000 {
            let mut draws = Draws::new(hash::mix(word));
            let picks: Vec<usize> = (0..50).map(|_| usize::try_from(draws.pick(7)).unwrap()).collect();
            picks.windows(2).for_each(|pair| pairs[pair[0] * 7 + pair[1]] += 1);
        }
        // 98,000 pairs in 49 cells: 2000 each, with a deviation of about 45.
        assert!(pairs.iter().all(|n| (1800..2200).contains(n)), "{pairs:?}");
    }
}
