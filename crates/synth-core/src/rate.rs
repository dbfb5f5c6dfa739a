//! A share between 0 and 1.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A share in [0, 1]; never NaN, never out of range.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Rate(f64);

/// A number that is not a share.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{0} is not between 0 and 1")]
pub struct NotARate(pub f64);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0.0);
    /// Everything.
    pub const ONE: Self = Self(1.0);

    /// Returns the share, or `None` when it is NaN or outside [0, 1].
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(Self(share))
    }

    /// Returns `part` of `whole`; 0 when `whole` is 0, 1 when `part` is larger.
    #[must_use]
    pub fn of(part: u64, whole: u64) -> Self {
        if whole == 0 { Self::ZERO } else { Self((part as f64 / whole as f64).min(1.0)) }
    }

    /// Returns the share as a number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Returns everything: the default of a field that serde reads.
    #[must_use]
    pub const fn one() -> Self {
        Self::ONE
    }

    /// Tells whether this is exactly 1.
    #[must_use]
    pub fn is_one(self) -> bool {
        self.0 >= 1.0
    }

    /// Tells whether this is exactly 0.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 <= 0.0
    }
}

impl TryFrom<f64> for Rate {
    type Error = NotARate;

    fn try_from(share: f64) -> Result<Self, NotARate> {
        Self::new(share).ok_or(NotARate(share))
    }
}

impl From<Rate> for f64 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_range_is_refused() {
        assert_eq!(Rate::new(1.1), None);
        assert_eq!(Rate::new(f64::NAN), None);
        assert!(Rate::of(3, 0).is_zero());
        assert!(Rate::of(3, 3).is_one());
    }
}
