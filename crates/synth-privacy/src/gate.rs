//! The one way for a text of the data into a file.

use std::fmt;

use serde::{Deserialize, Serialize};
use synth_core::math;

use crate::pii::{PiiKind, contains_personal, is_well_known};

/// A text that may be written to rules, schemas, reports, logs and prompts.
///
/// It is made by a [`Gate`], is a word of the program itself, or is read back from a file that was written under
/// this rule; there is no other way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Publishable(String);

impl Publishable {
    /// Returns a word that stands in the program, not in the data.
    #[must_use]
    pub fn vocabulary(word: &'static str) -> Self {
        Self(word.to_owned())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Publishable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AsRef<str> for Publishable {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Decides which texts of the data are public by count.
///
/// # Method
///
/// A text passes when at least `k` different records hold it, its field is not personal, or so only in the company
/// of others ([`PiiKind::is_shared`]), or it is an account that every system has, and it holds nothing
/// personal by itself (see [`contains_personal`]). Sweeney, L. (2002), k-anonymity: a model for protecting
/// privacy, Int. J. Uncertainty, Fuzziness and Knowledge-Based Systems 10(5), applied to single values.
///
/// # Example
///
/// ```
/// use synth_privacy::{Gate, PiiKind};
///
/// let gate = Gate::default();
/// assert!(gate.category("shipped", 120, None).is_some());
/// assert!(gate.category("shipped", 4, None).is_none());
/// assert!(gate.category("Ann", 120, Some(PiiKind::GivenName)).is_none());
/// assert!(gate.category("info@example.org", 120, None).is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    k: u64,
}

impl Default for Gate {
    fn default() -> Self {
        Self { k: Self::DEFAULT_K }
    }
}

impl Gate {
    /// Records that must share a value unless told otherwise.
    pub const DEFAULT_K: u64 = 5;

    /// Returns a gate that asks for `k` records; 0 is taken as 1.
    #[must_use]
    pub fn new(k: u64) -> Self {
        Self { k: k.max(1) }
    }

    /// Returns the least number of records.
    #[must_use]
    pub fn k(&self) -> u64 {
        self.k
    }

    /// Tells whether this many records are enough.
    #[must_use]
    pub fn is_enough(&self, n_units: u64) -> bool {
        n_units >= self.k
    }

    /// Returns a category that `n_units` different records hold, when it may be published.
    #[must_use]
    pub fn category(&self, value: &str, n_units: u64, personal: Option<PiiKind>) -> Option<Publishable> {
        let is_public = personal.is_none_or(PiiKind::is_shared) || is_well_known(value);
        let allowed = self.is_enough(n_units) && is_public && contains_personal(value).is_none();
        allowed.then(|| Publishable(value.to_owned()))
    }

    /// Returns a pattern over `n_values` distinct values of the data, when there are enough of them.
    ///
    /// A pattern may hold punctuation, character classes and texts that all of those values share.
    #[must_use]
    pub fn pattern(&self, regex: &str, n_values: u64) -> Option<Publishable> {
        let allowed = self.is_enough(n_values) && contains_personal(regex).is_none();
        allowed.then(|| Publishable(regex.to_owned()))
    }

    /// Returns a pattern that tells the form of a text only: punctuation and classes of characters with their
    /// numbers, but no letter or digit of the text.
    #[must_use]
    pub fn form(&self, regex: &str) -> Option<Publishable> {
        let text = Self::outside_of_classes(regex);
        let is_form = !text.contains(|c: char| c.is_alphanumeric()) && contains_personal(regex).is_none();
        is_form.then(|| Publishable(regex.to_owned()))
    }

    /// What stands in no class, no number of repeats and no escape of a line end.
    fn outside_of_classes(regex: &str) -> String {
        let mut inside = None;
        let mut escaped = false;
        let mut out = String::new();
        for c in regex.chars() {
            match (inside, c) {
                _ if escaped => {
                    escaped = false;
                    out.extend((inside.is_none() && !matches!(c, 'n' | 'r' | 't')).then_some(c));
                }
                (_, '\\') => escaped = true,
                (None, '[') => inside = Some(']'),
                (None, '{') => inside = Some('}'),
                (Some(end), c) if c == end => inside = None,
                (None, c) => out.push(c),
                (Some(_), _) => {}
            }
        }
        out
    }

    /// Returns an object's key that `n_units` different records hold, when it may be published.
    #[must_use]
    pub fn key(&self, key: &str, n_units: u64, personal: Option<PiiKind>) -> Option<Publishable> {
        self.category(key, n_units, personal)
    }

    /// Returns a published range around `low..=high`: both ends moved outward to `digits` significant digits of
    /// the distance between them.
    ///
    /// # Shapes and units
    ///
    /// Finite ends in one unit, `low <= high`; `digits` is taken into 1..=15. Equal ends are rounded to `digits`
    /// digits of their own. Zero stays zero.
    ///
    /// # Method
    ///
    /// Multiples of a power of ten below and above; derivation: a multiple of 10^(e - digits + 1) with
    /// 10^e <= high - low moves each end by less than 10^(1 - digits) of the distance.
    ///
    /// # Cost
    ///
    /// O(1).
    ///
    /// # Example
    ///
    /// ```
    /// assert_eq!(synth_privacy::Gate::round_range(17.3, 912.8, 1), (0.0, 1000.0));
    /// assert_eq!(synth_privacy::Gate::round_range(17.3, 912.8, 2), (10.0, 920.0));
    /// ```
    #[must_use]
    pub fn round_range(low: f64, high: f64, digits: i32) -> (f64, f64) {
        let digits = digits.clamp(1, 15);
        let spread = high - low;
        if spread <= 0.0 || !spread.is_finite() {
            return (math::round_down_to_digits(low, digits), math::round_up_to_digits(high, digits));
        }
        // The power of ten at or below the spread: what its first digit stands for.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the decimal exponent of a finite f64 is within ±324"
        )]
        let places = digits - 1 - math::floor(math::log10(spread)) as i32;
        let scaled = |x: f64, rounding: fn(f64) -> f64| match places {
            0.. => rounding(x * math::pow10(places)) / math::pow10(places),
            _ => rounding(x / math::pow10(-places)) * math::pow10(-places),
        };
        (scaled(low, math::floor), scaled(high, math::ceil))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_common_and_impersonal_texts_pass() {
        let gate = Gate::new(3);
        let check = |value: &str, n_units, personal, passes: bool| {
            assert_eq!(gate.category(value, n_units, personal).is_some(), passes, "{value}");
            assert_eq!(gate.key(value, n_units, personal).is_some(), passes, "{value}");
        };
        check("EUR", 3, None, true);
        check("EUR", 2, None, false);
        check("EUR", 300, Some(PiiKind::FreeText), false);
        check("4111111111111111", 300, None, false);
        check("GB82 WEST 1234 5698 7654 32", 300, None, false);
        check("+49 30 1234567", 300, None, false);
        check("contact: jo@example.org", 300, None, false);
        check("", 3, None, true);
        check("F", 3, Some(PiiKind::Gender), true);
        check("F", 2, Some(PiiKind::Gender), false);
        check("S-1-5-18", 3, Some(PiiKind::PersonId), true);
        check("S-1-5-21-1-2-3-500", 3, Some(PiiKind::PersonId), false);
    }

    #[test]
    fn a_form_holds_nothing_of_the_text() {
        let gate = Gate::new(5);
        for form in ["[A-Z]{3}", "[0-9]\\.[0-9]", "(?:[一-龥]|[0-9]){2,3}", "\\{[a-z]\\}\\n"] {
            assert!(gate.form(form).is_some(), "{form}");
        }
        for text in ["EUR", "SKU\\-[0-9]{2}", "[a-z]x", "é[0-9]", "\\[abc\\]"] {
            assert!(gate.form(text).is_none(), "{text}");
        }
    }

    #[test]
    fn vocabulary_is_public() {
        assert_eq!(Publishable::vocabulary("uuid_v4").to_string(), "uuid_v4");
        assert!(!Gate::new(0).is_enough(0));
    }
}
