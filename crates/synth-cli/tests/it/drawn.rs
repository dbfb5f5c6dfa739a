//! Numbers that look drawn, for records that tests make.

/// Mixes a number, so that fields have nothing to do with each other unless they are told to.
pub(crate) fn mixed(row: u64, salt: u64) -> u64 {
    let mut word =
        (row + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    word ^= word >> 29;
    word = word.wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 32)
}

/// A number below `n`.
pub(crate) fn draw(row: u64, salt: u64, n: u64) -> u64 {
    mixed(row, salt) % n
}
