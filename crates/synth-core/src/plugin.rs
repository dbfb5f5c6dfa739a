//! Values and checks that users add: the traits that plugins implement, and what they are given.

use std::fmt;

use crate::{Place, Seed};

/// Makes values for the generator `plugin`.
///
/// A value must be a function of what is given: the same draw and configuration always give the same value. Threads call
/// it at the same time and in any order.
///
/// # Example
///
/// ```
/// use synth_core::plugin::{GeneratorPlugin, PluginDraw, PluginError, PluginValue};
///
/// #[derive(Debug)]
/// struct Dice;
///
/// impl GeneratorPlugin for Dice {
///     fn generate(&self, draw: &mut PluginDraw, _: &PluginValue) -> Result<PluginValue, PluginError> {
///         Ok(PluginValue::Integer(draw.integer(1, 6)))
///     }
/// }
/// # let mut draw = PluginDraw::new(synth_core::Seed::root(1), 0, 0);
/// # let made = Dice.generate(&mut draw, &PluginValue::Null);
/// # assert!(matches!(made, Ok(PluginValue::Integer(1..=6))));
/// ```
pub trait GeneratorPlugin: Send + Sync + fmt::Debug {
    /// Makes one value, which has no parts.
    ///
    /// # Errors
    ///
    /// What kept it from making one; the run ends.
    fn generate(&self, draw: &mut PluginDraw, config: &PluginValue) -> Result<PluginValue, PluginError>;
}

/// Looks at whole records.
pub trait ValidatorPlugin: Send + Sync + fmt::Debug {
    /// Returns what is wrong with a record, without values; `None` when nothing is.
    ///
    /// # Errors
    ///
    /// What kept it from looking; the run ends.
    fn check_record(&self, record: &PluginValue) -> Result<Option<String>, PluginError>;
}

/// A JSON value as plugins see it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum PluginValue {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction that fits.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<PluginValue>),
    /// An object, in the order of its members.
    Map(Vec<(String, PluginValue)>),
}

/// Why a plugin could not go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct PluginError {
    /// What happened.
    pub reason: String,
    /// Where in the script, and for which field.
    pub place: Box<Place>,
}

impl PluginError {
    /// An error whose place is not known yet.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), place: Box::default() }
    }
}

/// The randomness of one value: a short stream of random words that belongs to seed, field and row.
#[derive(Debug, Clone)]
pub struct PluginDraw {
    seed: Seed,
    index: u64,
    n_used: u64,
}

impl PluginDraw {
    /// The draw of the value at an address; `index` is the number of the row, or of the element among all.
    #[must_use]
    pub fn new(seed: Seed, address: u64, index: u64) -> Self {
        Self { seed: seed.attempt(1).child_at(address), index, n_used: 0 }
    }

    /// Returns the number of the row, counted from 0; that of an element counts all elements before it.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Returns the next number in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.n_used += 1;
        self.seed.uniform(self.n_used)
    }

    /// Returns the next whole number from `low` to `high`, both included; `low` when there is none.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        self.n_used += 1;
        let span = i128::from(high) - i128::from(low) + 1;
        match u64::try_from(span) {
            Ok(span) if span > 0 => low.wrapping_add_unsigned(self.seed.below(self.n_used, span)),
            // All 2^64 numbers.
            _ if span > 0 => low.wrapping_add_unsigned(self.seed.bits(self.n_used)),
            _ => low,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_belong_to_their_address() {
        let seed = Seed::root(7).child("$.a");
        let three = |address| {
            let mut draw = PluginDraw::new(seed, address, 0);
            [draw.integer(0, 999), draw.integer(0, 999), draw.integer(0, 999)]
        };
        assert_eq!(three(5), three(5));
        assert_ne!(three(5), three(6));
        assert!(three(5)[0] != three(5)[1] || three(6)[0] != three(6)[1], "words differ within a value");
    }

    #[test]
    fn integers_keep_their_limits() {
        let mut draw = PluginDraw::new(Seed::root(1), 0, 0);
        let drawn: std::collections::BTreeSet<i64> = (0..200).map(|_| draw.integer(-2, 2)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<i64>>(), [-2, -1, 0, 1, 2]);
        assert_eq!(draw.integer(5, 5), 5);
        assert_eq!(draw.integer(5, 4), 5);
        let _ = draw.integer(i64::MIN, i64::MAX);
    }
}
