//! The accumulator of numbers that are written as strings: `"12.50"`, `"$12.50"`, `"45 %"`.

use std::collections::BTreeMap;

use synth_core::Number;

use crate::number_stats::NumberStats;
use crate::partial::Units;
use crate::stored::{Corrupt, Reader, Stored, Writer, check};

/// Ways to write numbers at one path; with more the strings are something else.
const MAX_AFFIXES: usize = 3;
/// Characters before and behind a number, at most.
const MAX_PREFIX: usize = 4;
const MAX_SUFFIX: usize = 6;
/// Digits of a number, at most: doubles hold as many.
const MAX_DIGITS: usize = 15;

/// What stands before and behind a number.
pub type Affix = (Box<str>, Box<str>);

/// What was seen of the numbers among the strings at one path.
#[derive(Debug, Clone, Default)]
pub struct QuotedStats {
    by_affix: BTreeMap<Affix, Box<NumberStats>>,
    /// There were more ways to write them, so nothing is known.
    is_full: bool,
}

impl QuotedStats {
    pub(crate) fn push(&mut self, text: &str, unit: u64) {
        let Some((prefix, number, suffix)) = parts(text).filter(|_| !self.is_full) else { return };
        let affix = (prefix.into(), suffix.into());
        self.by_affix.entry(affix).or_default().push(Number::from_literal(number), unit);
        self.limit();
    }

    pub(crate) fn merge(&mut self, other: Self, units: Units) {
        self.is_full |= other.is_full;
        for (affix, numbers) in other.by_affix {
            match self.by_affix.entry(affix) {
                std::collections::btree_map::Entry::Occupied(mut known) => {
                    known.get_mut().merge(*numbers, units);
                }
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(Box::default()).merge(*numbers, units);
                }
            }
        }
        self.limit();
    }

    fn limit(&mut self) {
        self.is_full |= self.by_affix.len() > MAX_AFFIXES;
        if self.is_full {
            self.by_affix.clear();
        }
    }

    /// Returns the numbers by what stands around them; nothing when that differs too much.
    pub fn by_affix(&self) -> impl Iterator<Item = (&Affix, &NumberStats)> {
        self.by_affix.iter().map(|(affix, numbers)| (affix, &**numbers))
    }
}

/// Splits a string into what stands before a number, the number and what stands behind.
///
/// A number is written as in JSON without exponent, with 15 digits at most, so a leading zero makes it a code. Before it may
/// stand signs of currencies and the like, or three capitals (`EUR 5`); behind it a unit.
#[must_use]
pub fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let first = text.find(|c: char| c.is_ascii_digit()).filter(|first| *first <= 4 * MAX_PREFIX)?;
    let is_signed = text[..first].ends_with('-')
        && !text[..first - 1].ends_with(|c: char| c.is_alphanumeric() || c == '-');
    let start = if is_signed { first - 1 } else { first };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(&text[first..]);
    let mut end = first + whole;
    let fraction = text[end..].strip_prefix('.').map_or(0, digits);
    end += if fraction > 0 { fraction + 1 } else { 0 };
    let is_code = whole > 1 && text.as_bytes()[first] == b'0';
    let (prefix, number, suffix) = (&text[..start], &text[start..end], &text[end..]);
    let fits = !is_code && whole + fraction <= MAX_DIGITS && is_prefix(prefix) && is_suffix(suffix);
    fits.then_some((prefix, number, suffix))
}

fn is_prefix(text: &str) -> bool {
    let word = text.trim_end();
    let is_currency = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_sign =
        |c: char| !c.is_alphanumeric() && !matches!(c, '#' | '+' | '-' | '.' | '/' | '_' | ':' | '@');
    text.chars().count() <= MAX_PREFIX && (is_currency || text.chars().all(is_sign))
}

fn is_suffix(text: &str) -> bool {
    let is_of_unit =
        |c: char| c.is_alphabetic() || matches!(c, ' ' | '%' | '/' | '\u{b0}' | '\u{20ac}' | '$' | '\u{a3}');
    text.chars().count() <= MAX_SUFFIX && text.chars().all(is_of_unit)
}

impl Stored for QuotedStats {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { by_affix, is_full } = self;
        out.put(&(is_full, by_affix.len() as u64));
        for ((prefix, suffix), numbers) in by_affix {
            out.put(&(prefix, suffix));
            numbers.store(out);
        }
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let (is_full, n): (bool, u64) = input.take()?;
        check(n <= MAX_AFFIXES as u64 && !(is_full && n > 0), "numbers in strings")?;
        let mut by_affix = BTreeMap::new();
        for _ in 0..n {
            let (prefix, suffix): (&str, &str) = input.take()?;
            let affix: Affix = (prefix.into(), suffix.into());
            check(is_prefix(prefix) && is_suffix(suffix), "what stands around numbers")?;
            by_affix.insert(affix, Box::new(NumberStats::load(input)?));
        }
        check(by_affix.len() as u64 == n, "numbers in strings")?;
        Ok(Self { by_affix, is_full })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches codes that are read as numbers, and amounts that are not.
    #[test]
    fn amounts_are_numbers_and_codes_are_not() {
        let check =
            |text: &str, expected: Option<(&str, &str, &str)>| assert_eq!(parts(text), expected, "{text}");
        check("12.50", Some(("", "12.50", "")));
        check("-0.5", Some(("", "-0.5", "")));
        check("$12", Some(("$", "12", "")));
        check("-$3", None);
        check("EUR 7.25", Some(("EUR ", "7.25", "")));
        check("45.1%", Some(("", "45.1", "%")));
        check("12 ms", Some(("", "12", " ms")));
        check("21.5\u{b0}C", Some(("", "21.5", "\u{b0}C")));
        let codes = [
            "02139",
            "ID-12",
            "#12",
            "1,234.50",
            "1.2.3",
            "2025-03-01",
            "A12",
            "12 apples",
            "",
            "7-11",
            "1e5",
        ];
        codes.into_iter().for_each(|code| check(code, None));
    }
}
