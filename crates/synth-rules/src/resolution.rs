//! The step of times, such as `1h`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step of times in whole microseconds, above zero: a whole number and `d`, `h`, `min`, `s`, `ms` or `us`.
///
/// # Example
///
/// ```
/// let half_hour = synth_rules::Resolution::parse("30min").unwrap();
/// assert_eq!(half_hour.micros(), 1_800_000_000);
/// assert_eq!(half_hour.to_string(), "30min");
/// assert!(synth_rules::Resolution::parse("half an hour").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[1-9][0-9]*(d|h|min|s|ms|us)$"))]
pub struct Resolution(i64);

/// Units, largest first, and their length in microseconds.
const UNITS: [(&str, i64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1000),
    ("us", 1),
];
/// A hundred years; longer steps are refused.
const MAX_MICROS: i64 = 36_525 * 86_400_000_000;

/// A text that is not a resolution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a resolution: it is a whole number and a unit, `d`, `h`, `min`, `s`, `ms` or `us`")]
pub struct ResolutionError(String);

impl Resolution {
    /// Returns the step of so many microseconds, when it is one.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (1..=MAX_MICROS).contains(&micros).then_some(Self(micros))
    }

    /// Reads a step.
    ///
    /// # Errors
    ///
    /// [`ResolutionError`] for an unknown unit, no number, zero, and more than a hundred years.
    pub fn parse(text: &str) -> Result<Self, ResolutionError> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let step = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, micros)| *micros);
        let micros = step.zip(number.parse::<i64>().ok()).and_then(|(step, n)| step.checked_mul(n));
        micros.and_then(Self::from_micros).ok_or_else(|| ResolutionError(text.to_owned()))
    }

    /// Returns the step in microseconds.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, micros) =
            UNITS.into_iter().find(|(_, micros)| self.0 % micros == 0).unwrap_or(UNITS[UNITS.len() - 1]);
        write!(f, "{}{name}", self.0 / micros)
    }
}

impl From<Resolution> for String {
    fn from(resolution: Resolution) -> Self {
        resolution.to_string()
    }
}

impl TryFrom<String> for Resolution {
    type Error = ResolutionError;

    fn try_from(text: String) -> Result<Self, ResolutionError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_read_what_they_print() {
        for text in ["1d", "12h", "90min", "5s", "100ms", "10us", "36525d"] {
            assert_eq!(Resolution::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Resolution::parse("60min").unwrap().to_string(), "1h");
        for bad in ["", "h", "5", "0s", "-1s", "1.5h", "1m", "1 h", "36526d", "99999999999999999999s"] {
            assert!(Resolution::parse(bad).is_err(), "{bad}");
        }
    }
}
