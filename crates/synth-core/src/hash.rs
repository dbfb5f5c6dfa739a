//! One stable hash for everything that is sampled, sketched or addressed by hash.

use xxhash_rust::xxh3;

/// Returns the XXH3 64-bit hash of `bytes`; the same on every platform and in every version.
#[inline]
#[must_use]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    xxh3::xxh3_64(bytes)
}

/// [`hash_bytes`] of bytes that come piece by piece.
#[derive(Clone, Default)]
pub struct StreamHash(xxh3::Xxh3Default);

impl StreamHash {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the hash of all bytes so far.
    #[must_use]
    pub fn finish(&self) -> u64 {
        self.0.digest()
    }
}

impl std::fmt::Debug for StreamHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("StreamHash").field(&self.finish()).finish()
    }
}

/// Scrambles a 64-bit word: a bijection whose output bits each depend on all input bits.
///
/// # Method
///
/// The finalizer of `SplitMix64` (Steele, Lea, Flood 2014, Fast splittable pseudorandom number generators,
/// OOPSLA, section 3), variant 13 of Stafford.
#[inline]
#[must_use]
pub const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Combines two words into one; not symmetric.
#[inline]
#[must_use]
pub const fn combine(left: u64, right: u64) -> u64 {
    mix(left.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ mix(right ^ 0xd1b5_4a32_d192_ed03))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_the_hash_of_the_whole() {
        let bytes: Vec<u8> = (0..=255).cycle().take(3000).collect();
        for n in [0, 1, 16, 17, 240, 241, 1024, 3000] {
            for piece in [1, 100, 3000] {
                let mut hash = StreamHash::default();
                bytes[..n].chunks(piece).for_each(|bytes| hash.push(bytes));
                assert_eq!(hash.finish(), hash_bytes(&bytes[..n]), "{n} bytes by {piece}");
            }
        }
    }

    #[test]
    fn known_values_do_not_move() {
        assert_eq!(hash_bytes(b""), 0x2d06_8005_38d3_94c2);
        assert_eq!(mix(0), 0);
        assert_ne!(combine(1, 2), combine(2, 1));
    }
}
