//! Values that never repeat, and not by accident.

use synth_core::{JsonPath, cast, math};
use synth_privacy::{Gate, PathWords};
use synth_stats::OrderHistogram;

use super::{number, text};
use crate::number_stats::{NumberStats, NumberValue};
use crate::path_stats::PathStats;
use crate::string_stats::StringStats;

/// Uniqueness is claimed from this many values on.
pub(super) const MIN_UNIQUE: u64 = 8;
/// Expected repeats from which having none is no accident: the chance is e^-3, below 5 %.
const DESIGNED: f64 = 3.0;
/// Strings that are told by their form, at least, for all of them to be codes.
const CODE_SHARE: f64 = 0.9;
/// Words of a path that say that a number names something.
const KEY_WORDS: [&str; 8] = ["id", "ids", "key", "uid", "uuid", "guid", "serial", "nr"];

/// Tells whether the values of a path are keys: none was seen twice, and that is no accident.
///
/// # Method
///
/// There must be at least 8 values, all numbers or all strings. n independent draws from S equally likely values
/// have n (n - 1) / (2 S) repeats on average (Feller 1968, An Introduction to Probability Theory I, section II.3).
/// Numbers and times that have none although 3 were to be expected are keys; S is twice their interquartile range
/// over their common step, the width of the uniform distribution with that range. Whole numbers at a path that
/// speaks of a key are keys, too. Strings are keys when nine in ten are one word with a digit in it or without
/// small letters and their form has room for ten times as many or is a number between two fixed texts; of personal
/// data only addresses and numbers of single persons and things are. Names, prose and measured numbers are no keys.
///
/// # Cost
///
/// That of the profile of one field.
#[must_use]
pub fn is_key(stats: &PathStats, path: &JsonPath, gate: Gate) -> bool {
    match (stats.number(), stats.string()) {
        (Some(numbers), None) => number::profile(numbers, path, gate, None).is_key,
        (None, Some(strings)) => text::profile(strings, path, gate, None).is_key,
        _ => false,
    }
}

/// Tells whether numbers never repeat although they lie so close that they would by chance: they number something,
/// and their distribution follows from how many there are.
#[must_use]
pub fn is_numbering(numbers: &NumberStats) -> bool {
    numbers_are_unique(numbers) && lie_close(&numbers.histogram, step_of(numbers), numbers.distinct.total())
}

/// No retained number occurs twice. While the table is complete that is exact; else the retained numbers are a
/// uniform sample of the distinct ones.
pub(super) fn numbers_are_unique(numbers: &NumberStats) -> bool {
    numbers.distinct.total() >= MIN_UNIQUE && numbers.distinct.entries().all(|entry| entry.count == 1)
}

pub(super) fn strings_are_unique(strings: &StringStats) -> bool {
    strings.distinct.total() >= MIN_UNIQUE && strings.distinct.entries().all(|entry| entry.count == 1)
}

/// Tells whether unique numbers are keys.
pub(super) fn are_number_keys(numbers: &NumberStats, path: &JsonPath) -> bool {
    let is_among_ids = path.parent().is_some_and(|holder| holder.last_key().is_some_and(is_of_ids));
    let is_named = whole_step(numbers).is_some() && (PathWords::of(path).own_has(&KEY_WORDS) || is_among_ids);
    is_named || lie_close(&numbers.histogram, step_of(numbers), numbers.distinct.total())
}

/// An object that holds identifiers of one thing in several systems.
fn is_of_ids(name: &str) -> bool {
    matches!(name.to_lowercase().as_str(), "id" | "ids" | "identifier" | "identifiers")
}

fn step_of(numbers: &NumberStats) -> f64 {
    whole_step(numbers).map_or_else(|| decimal_step(numbers), |step| step as f64)
}

/// Tells whether `n` values in steps of `step` lie so close that some would repeat by chance.
pub(super) fn lie_close(histogram: &OrderHistogram, step: f64, n: u64) -> bool {
    let quartile = |q: f64| histogram.quantile(q).unwrap_or(0.0);
    let n_possible = 2.0 * (quartile(0.75) - quartile(0.25)) / step + 1.0;
    n as f64 * n.saturating_sub(1) as f64 / 2.0 / n_possible >= DESIGNED
}

/// The common step of whole numbers: the greatest common divisor of their differences. `None` when some number
/// is not whole, or there are fewer than two.
pub(super) fn whole_step(numbers: &NumberStats) -> Option<u64> {
    let whole = |value: NumberValue| match value {
        NumberValue::Integer(value) => Some(value),
        NumberValue::Float(_) => None,
    };
    let values: Option<Vec<i64>> = numbers.distinct.entries().map(|entry| whole(entry.value)).collect();
    common_step(&values?)
}

/// The greatest common divisor of the differences of different numbers.
pub(super) fn common_step(values: &[i64]) -> Option<u64> {
    let first = values.first()?;
    let step = values.iter().fold(0, |step, value| greatest_common_divisor(step, value.abs_diff(*first)));
    (step > 0).then_some(step)
}

/// Euclid, Elements VII.2.
fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// One unit of the commonest number of digits behind the point: a few numbers with digits of noise do not make it
/// finer.
fn decimal_step(numbers: &NumberStats) -> f64 {
    let counts = numbers.decimals.iter().enumerate();
    let usual = counts.max_by_key(|(_, count)| **count).map_or(0, |(decimals, _)| decimals);
    1.0 / math::pow10(i32::try_from(usual).unwrap_or(0))
}

/// Tells codes from names and prose, which may be unique in a sample without being meant to.
pub(super) fn are_codes(values: &[(&str, u64)]) -> bool {
    let is_code = |text: &str| {
        !text.contains(char::is_whitespace)
            && (text.contains(|c: char| c.is_ascii_digit()) || !text.contains(char::is_lowercase))
    };
    let n_codes = values.iter().filter(|(text, _)| is_code(text)).count();
    n_codes as f64 >= CODE_SHARE * cast::to_u64(values.len()) as f64
}
