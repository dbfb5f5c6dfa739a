//! Numbers that are written as strings.

use synth_core::JsonPath;
use synth_privacy::{Gate, PathWords};

use super::number;
use crate::number_stats::NumberStats;
use crate::profile::{QuotedProfile, TextCategory};
use crate::quoted::parts;
use crate::string_stats::StringStats;

/// Share of the strings that must be numbers or public words beside them.
const MIN_SHARE: f64 = 0.98;
/// Share of the numbers that few public strings may make up; with more a list says all there is. Few are up to so many.
const MAX_LISTED: f64 = 0.5;
const MAX_LIST: usize = 64;
/// Share of the strings from which on a way to write numbers is told.
const MIN_AFFIX_SHARE: f64 = 0.01;
/// Words of a path whose numbers name something.
const CODE_WORDS: [&str; 12] =
    ["id", "ids", "key", "code", "zip", "postal", "postcode", "phone", "version", "serial", "nr", "account"];

/// Describes strings that are numbers, and takes these from the categories; nothing when they are something else, or names
/// of things.
///
/// # Method
///
/// Nearly all strings are numbers with the same few texts around them, but for public words such as `n/a`. Digits alone
/// are not enough, for they may be codes: some numbers have a point, or something stands around all of them.
pub(super) fn quoted(
    strings: &StringStats,
    path: &JsonPath,
    categories: &mut Vec<TextCategory>,
    gate: Gate,
) -> Vec<QuotedProfile> {
    let count = strings.distinct.total();
    let n_numbers: u64 = strings.quoted.by_affix().map(|(_, numbers)| numbers.distinct.total()).sum();
    let is_number = |category: &&TextCategory| parts(category.value.as_str()).is_some();
    let n_few: u64 = match categories.iter().filter(is_number).count() {
        n if n > MAX_LIST => 0,
        _ => categories.iter().filter(is_number).map(|category| category.count).sum(),
    };
    let n_words: u64 =
        categories.iter().filter(|category| !is_number(category)).map(|category| category.count).sum();
    let is_covered = (n_numbers + n_words) as f64 >= MIN_SHARE * count as f64;
    let is_open = n_numbers > 0 && n_few as f64 <= MAX_LISTED * n_numbers as f64;
    if !is_covered || !is_open || PathWords::of(path).own_has(&CODE_WORDS) {
        return Vec::new();
    }
    let usual = strings.quoted.by_affix().filter(|(_, numbers)| {
        let n = numbers.distinct.total();
        n as f64 >= MIN_AFFIX_SHARE * count as f64 && gate.is_enough(n)
    });
    let profiles = usual.map(|((prefix, suffix), numbers)| {
        let has_points = numbers.decimals[1..].iter().any(|count| *count > 0);
        let is_measured = has_points || !(prefix.is_empty() && suffix.is_empty());
        let number = number::profile(numbers, path, gate, None);
        let is_plain = is_measured && number.time.is_none() && number.personal.is_none() && !number.is_key;
        let n = numbers.distinct.total();
        let is_drawn = !number.curve.percent.is_empty();
        Some(QuotedProfile {
            prefix: gate.pattern(prefix, n)?,
            suffix: gate.pattern(suffix, n)?,
            n_integers: n_integers(numbers),
            number: is_plain.then_some(number).filter(|_| is_drawn)?,
        })
    });
    let profiles = profiles.collect::<Option<Vec<_>>>().unwrap_or_default();
    if !profiles.is_empty() {
        categories.retain(|category| parts(category.value.as_str()).is_none());
    }
    profiles
}

/// Numbers without a point and an exponent.
fn n_integers(numbers: &NumberStats) -> u64 {
    numbers.decimals[0].saturating_sub(numbers.n_exponent)
}
