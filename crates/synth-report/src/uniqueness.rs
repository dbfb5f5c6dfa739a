//! Whether what must be unique is.

use synth_core::{JsonPath, math};
use synth_profile::number_stats::NumberStats;
use synth_profile::string_stats::StringStats;
use synth_rules::{Relationship, RuleSet};
use synth_stats::{BottomK, OrderHistogram};

use crate::aligned::{Run, interquartile_range};
use crate::check::{Check, CheckName, Violation};
use crate::field::main_times;
use crate::side::{PathPair, Side};

/// Values from which uniqueness is believed; as in the profile.
const MIN_UNIQUE: u64 = 8;
/// Expected real repeats from which having none is no accident: the chance is e^-3, below 5 %.
const DESIGNED: f64 = 3.0;
/// Expected synthetic repeats up to which a repeat is no accident.
const UNEXPECTED: f64 = 0.01;

/// Checks every path that is unique in the real data or by the rules.
///
/// # Method
///
/// A table of distinct values holds the exact counts of those with the smallest hashes, so a field of more than
/// 2048 distinct values is checked on a uniform sample of them. Numbers and times that never repeat may do so by
/// accident, like measurements with many digits: n independent draws from S equally likely values have n (n - 1)
/// / (2 S) repeats on average (Feller 1968, An Introduction to Probability Theory I, section II.3). S is taken as
/// twice the interquartile range over the coarser resolution of both sides: the width of the uniform distribution
/// with that range. Names and prose bind by the rules only. Real uniqueness binds unless it may be an accident and the synthetic data are so many that
/// repeats are to be expected.
pub(crate) fn check(pairs: &[PathPair<'_>], rules: Option<&RuleSet>) -> Check {
    let by_rule = |path: &JsonPath| rules.is_some_and(|rules| is_unique_by_rule(rules, path));
    let mut n_checked = 0;
    let mut violations = Vec::new();
    let mut is_sampled = false;
    for pair in pairs.iter().filter(|pair| by_rule(&pair.path) || is_unique(&pair.real, &pair.synthetic)) {
        n_checked += 1;
        let found = Repeats::of(&pair.synthetic);
        is_sampled |= !found.is_exact;
        violations.extend(found.violation(&pair.path));
    }
    let mut check = Check::of(CheckName::Uniqueness, n_checked, violations);
    if is_sampled {
        check
            .notes
            .push("fields of more than 2048 distinct values were checked on a sample of them".to_owned());
    }
    check
}

fn is_unique_by_rule(rules: &RuleSet, path: &JsonPath) -> bool {
    let names_it = |relationship: &Relationship| match relationship {
        Relationship::PrimaryKey { paths, when: None } | Relationship::Unique { paths, when: None } => {
            paths.as_slice() == std::slice::from_ref(path)
        }
        _ => false,
    };
    rules.fields.get(path).is_some_and(|rule| rule.unique) || rules.relationships.iter().any(names_it)
}

/// Values that occur more than once.
struct Repeats {
    n_repeats: u64,
    n_values: u64,
    is_exact: bool,
}

impl Repeats {
    fn of(side: &Side<'_>) -> Self {
        let mut repeats = Self { n_repeats: 0, n_values: 0, is_exact: true };
        if let Some(numbers) = side.stats.number() {
            repeats.add(&numbers.distinct);
        }
        if let Some(strings) = side.stats.string() {
            repeats.add(&strings.distinct);
        }
        repeats
    }

    fn add<T>(&mut self, table: &BottomK<T>) {
        self.n_repeats += table.entries().map(|entry| entry.count - 1).sum::<u64>();
        self.n_values += table.total();
        self.is_exact &= table.is_complete();
    }

    fn violation(&self, path: &JsonPath) -> Option<Violation> {
        let at_least = if self.is_exact { "" } else { "at least " };
        let reason = format!("{at_least}{} of {} values repeat another", self.n_repeats, self.n_values);
        let violation = Violation { path: path.to_string(), reason, count: self.n_repeats, place: None };
        (self.n_repeats > 0).then_some(violation)
    }
}

/// Nothing repeats in the real data, and that binds the synthetic data.
fn is_unique(real: &Side<'_>, synthetic: &Side<'_>) -> bool {
    let found = Repeats::of(real);
    let m = Repeats::of(synthetic).n_values;
    if found.n_repeats > 0 || found.n_values < MIN_UNIQUE {
        return false;
    }
    let numbers = real.stats.number().is_none_or(|numbers| {
        let theirs = synthetic.stats.number().map_or(usize::MAX, usual_decimals);
        let decimals = usual_decimals(numbers).min(theirs);
        binds(&numbers.histogram, resolution(decimals), found.n_values, m)
    });
    numbers && real.stats.string().is_none_or(|strings| strings_bind(strings, found.n_values, m))
}

/// Tells whether real numbers never repeat although they lie so close that they would by chance: they number
/// something, and their distribution follows from how many there are.
pub(crate) fn is_numbering(real: &Side<'_>) -> bool {
    let found = Repeats::of(real);
    let is_dense = |numbers: &NumberStats| {
        let n_possible = n_possible(&numbers.histogram, resolution(usual_decimals(numbers)));
        expected_repeats(numbers.distinct.total(), n_possible) >= DESIGNED
    };
    found.n_repeats == 0 && found.n_values >= MIN_UNIQUE && real.stats.number().is_some_and(is_dense)
}

/// The commonest number of digits behind the point: a few numbers with digits of noise do not make it finer.
fn usual_decimals(numbers: &NumberStats) -> usize {
    let counts = numbers.decimals.iter().enumerate();
    counts.max_by_key(|(_, count)| **count).map_or(0, |(decimals, _)| decimals)
}

fn strings_bind(strings: &StringStats, n: u64, m: u64) -> bool {
    match main_times(strings) {
        Some((format, times)) => binds(&times.histogram, format.resolution_micros() as f64 / 1e6, n, m),
        None => are_identifiers(strings),
    }
}

/// Tells codes from names and prose, which may be unique in a sample without being meant to: nine in ten are one
/// word with a digit in it, or without small letters.
fn are_identifiers(strings: &StringStats) -> bool {
    let is_identifier = |text: &str| {
        !text.contains(char::is_whitespace)
            && (text.contains(|c: char| c.is_ascii_digit()) || !text.contains(char::is_lowercase))
    };
    let n_identifiers = strings.distinct.entries().filter(|entry| is_identifier(&entry.value.text)).count();
    10 * n_identifiers >= 9 * strings.distinct.len()
}

fn binds(histogram: &OrderHistogram, resolution: f64, n: u64, m: u64) -> bool {
    let n_possible = n_possible(histogram, resolution);
    expected_repeats(n, n_possible) >= DESIGNED || expected_repeats(m, n_possible) <= UNEXPECTED
}

/// Different values of the uniform distribution that has this interquartile range.
fn n_possible(histogram: &OrderHistogram, resolution: f64) -> f64 {
    let runs: Vec<Run> =
        histogram.cells().map(|cell| Run { low: cell.min, high: cell.max, count: cell.count }).collect();
    2.0 * interquartile_range(&runs) / resolution + 1.0
}

fn expected_repeats(n: u64, n_possible: f64) -> f64 {
    n as f64 * n.saturating_sub(1) as f64 / 2.0 / n_possible
}

fn resolution(decimals: usize) -> f64 {
    1.0 / math::pow10(i32::try_from(decimals).unwrap_or(0))
}
