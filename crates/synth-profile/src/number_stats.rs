//! The accumulator of numbers.

mod stored;

use synth_core::{Number, cast, hash, math};
use synth_stats::{BottomK, ExactSum, OrderHistogram};

use crate::epoch_rhythm::EpochRhythms;
use crate::partial::Units;
use crate::path_stats::merge_distinct;

/// Distinct numbers that are counted one by one; beyond it, those with the smallest hashes.
pub const MAX_DISTINCT: usize = 2048;
/// Cells of the histogram.
pub const MAX_CELLS: usize = 2048;
/// Decimals are counted up to this many; longer fractions count as this many.
pub const MAX_DECIMALS: usize = 19;

/// A number as it is kept in tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NumberValue {
    /// Spelled without fraction and exponent, and within 64 bits.
    Integer(i64),
    /// Any other.
    Float(f64),
}

impl NumberValue {
    /// Returns the nearest `f64`.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// Settles how one number that was spelled in two ways is kept: with a fraction if one of them had one, and
    /// of two zeros the one without a sign.
    fn join(&mut self, other: Self) {
        let is_plainer = match (*self, other) {
            (Self::Integer(_), Self::Float(_)) => true,
            (Self::Float(ours), Self::Float(theirs)) => ours.is_sign_negative() && !theirs.is_sign_negative(),
            (_, Self::Integer(_)) => false,
        };
        if is_plainer {
            *self = other;
        }
    }
}

/// What was seen of the numbers at one path.
#[derive(Debug, Clone)]
pub struct NumberStats {
    /// Distinct numbers with their counts.
    pub distinct: BottomK<NumberValue>,
    /// The distribution.
    pub histogram: OrderHistogram,
    /// Exact sum of the numbers.
    pub sum: ExactSum,
    /// How many numbers have 0, 1, 2, ... digits behind the point.
    pub decimals: [u64; MAX_DECIMALS + 1],
    /// The same without zeros at the end: how many digits the value needs.
    pub needed_decimals: [u64; MAX_DECIMALS + 1],
    /// How many have a fraction of zeros only, such as `28.0`.
    pub n_zero_fraction: u64,
    /// How many have a fraction of two digits or more that ends in zero, such as `28.50`.
    pub n_padded: u64,
    /// How many have an exponent.
    pub n_exponent: u64,
    /// Hours and weekdays of those that may be times.
    pub(crate) rhythms: EpochRhythms,
}

impl Default for NumberStats {
    fn default() -> Self {
        Self {
            distinct: BottomK::new(MAX_DISTINCT),
            histogram: OrderHistogram::new(MAX_CELLS),
            sum: ExactSum::default(),
            decimals: [0; MAX_DECIMALS + 1],
            needed_decimals: [0; MAX_DECIMALS + 1],
            n_zero_fraction: 0,
            n_padded: 0,
            n_exponent: 0,
            rhythms: EpochRhythms::default(),
        }
    }
}

impl NumberStats {
    pub(crate) fn push(&mut self, number: Number<'_>, unit: u64) {
        let value = match number.as_i64() {
            Some(value) => NumberValue::Integer(value),
            // Adding zero turns -0.0 into 0.0.
            None => NumberValue::Float(number.as_f64() + 0.0),
        };
        self.distinct.push(hash_of(value), unit, || value);
        self.histogram.push(value.as_f64());
        self.rhythms.push(value.as_f64());
        match number.to_decimal() {
            Some(decimal) => self.sum.push(decimal),
            None => self.sum.push_f64(value.as_f64()),
        }
        self.push_spelling(number);
    }

    /// Returns the hours and weekdays (Monday first) of the numbers, in UTC, where nearly all of them may count from the
    /// epoch in one unit.
    #[must_use]
    pub fn hours_and_weekdays(&self) -> Option<([u64; 24], [u64; 7])> {
        /// As for texts that are times.
        const MIN_SHARE: f64 = 0.9;
        let rhythm = self.rhythms.main(self.histogram.count(), MIN_SHARE)?;
        Some((rhythm.hours, rhythm.weekdays))
    }

    /// Returns the number of distinct numbers: exact while they all fit the table, else estimated.
    #[must_use]
    pub fn n_distinct(&self) -> u64 {
        let seen = cast::to_u64(self.distinct.len());
        cast::round_to_u64(self.distinct.estimate_distinct()).clamp(seen, self.distinct.total())
    }

    fn push_spelling(&mut self, number: Number<'_>) {
        let text = number.as_str().as_bytes();
        if let Some(places) = exponent_places(number) {
            self.n_exponent += 1;
            self.decimals[places] += 1;
            self.needed_decimals[places] += 1;
            return;
        }
        let decimals = number.decimals();
        self.decimals[decimals.min(MAX_DECIMALS)] += 1;
        let fraction = &text[text.len() - decimals..];
        let needed = fraction.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
        self.needed_decimals[needed.min(MAX_DECIMALS)] += 1;
        self.n_zero_fraction += u64::from(decimals > 0 && needed == 0);
        self.n_padded += u64::from(decimals > 1 && needed < decimals);
    }

    pub(crate) fn merge(&mut self, other: Self, units: Units) {
        merge_distinct(&mut self.distinct, other.distinct, units, NumberValue::join);
        self.histogram.merge(other.histogram);
        self.sum.merge(other.sum);
        for (ours, theirs) in self.decimals.iter_mut().zip(other.decimals) {
            *ours += theirs;
        }
        for (ours, theirs) in self.needed_decimals.iter_mut().zip(other.needed_decimals) {
            *ours += theirs;
        }
        self.n_zero_fraction += other.n_zero_fraction;
        self.n_padded += other.n_padded;
        self.n_exponent += other.n_exponent;
        self.rhythms.merge(other.rhythms);
    }
}

/// How many digits behind the point a literal with an exponent needs when it is written without one.
fn exponent_places(number: Number<'_>) -> Option<usize> {
    let (mantissa, exponent) = number.as_str().split_once(['e', 'E'])?;
    let fraction = mantissa.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
    // An exponent beyond 64 bits is one of a number that is zero or infinite.
    let places = cast::to_u64(fraction.len()).cast_signed().saturating_sub(exponent.parse().unwrap_or(0));
    let is_zero = mantissa.bytes().all(|byte| !matches!(byte, b'1'..=b'9'));
    Some(if is_zero { 0 } else { usize::try_from(places.max(0)).unwrap_or(MAX_DECIMALS).min(MAX_DECIMALS) })
}

/// Equal numbers hash alike, but `2` and `2.0` are told apart: they are of two types, each with its own count.
fn hash_of(value: NumberValue) -> u64 {
    match value {
        NumberValue::Integer(value) if value.unsigned_abs() > 1 << 53 => {
            hash::mix(hash::combine(value.cast_unsigned(), 1))
        }
        NumberValue::Integer(value) => hash::mix(hash::combine((value as f64).to_bits(), 0)),
        NumberValue::Float(value) if math::floor(value).total_cmp(&value).is_eq() => {
            hash::mix(hash::combine(value.to_bits(), 2))
        }
        NumberValue::Float(value) => hash::mix(hash::combine(value.to_bits(), 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_are_counted_apart_in_any_order() {
        let table = |literals: &[&str]| {
            let mut stats = NumberStats::default();
            literals.iter().zip(0..).for_each(|(text, unit)| stats.push(Number::from_literal(text), unit));
            let entries = stats.distinct.entries().map(|entry| (entry.value, entry.count));
            entries.collect::<Vec<_>>()
        };
        let counted = table(&["2", "2.0", "2", "2.00", "-0.0", "0.0", "2.5"]);
        assert_eq!(counted.len(), 4);
        assert!(
            counted.contains(&(NumberValue::Integer(2), 2))
                && counted.contains(&(NumberValue::Float(2.0), 2))
        );
        assert_eq!(counted, table(&["2.5", "0.0", "-0.0", "2.00", "2", "2.0", "2"]));
    }

    #[test]
    fn exponents_move_the_point() {
        let check = |literal, expected| {
            assert_eq!(exponent_places(Number::from_literal(literal)), expected, "{literal}");
        };
        check("1.25", None);
        check("1e5", Some(0));
        check("1.25e1", Some(1));
        check("1.50e0", Some(1));
        check("-1.5E-7", Some(8));
        check("0.0e-9", Some(0));
        check("1e-300", Some(MAX_DECIMALS));
        check("1e400", Some(0));
        check("1e-99999999999999999999", Some(0));
    }
}
