//! Whether what must be unique is.

use synth_core::{JsonPath, Segment};
use synth_privacy::Gate;
use synth_profile::is_key;
use synth_rules::{Relationship, RuleSet};
use synth_stats::BottomK;

use crate::check::{Check, CheckName, Violation};
use crate::compare::CompareContext;
use crate::side::{PathPair, Side};

/// Checks every path that is unique by the rules; without rules, every path whose real values are keys.
///
/// # Method
///
/// A table of distinct values holds the exact counts of those with the smallest hashes, so a field of more than
/// 2048 distinct values is checked on a uniform sample of them. Real values that never repeat may do so by accident;
/// [`is_key`] says which do not. Keys of dictionaries bind by the rules only, as they are unique in their object
/// anyway.
pub(crate) fn check(pairs: &[PathPair<'_>], context: &CompareContext<'_>) -> Check {
    let binds = |pair: &&PathPair<'_>| match context.rules {
        Some(rules) => is_unique_by_rule(rules, &pair.path),
        None => are_keys(pair, context.gate),
    };
    let mut n_checked = 0;
    let mut violations = Vec::new();
    let mut is_sampled = false;
    for pair in pairs.iter().filter(binds) {
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

/// Tells whether real values name or number their records: they never repeat, and not by accident.
fn are_keys(pair: &PathPair<'_>, gate: Gate) -> bool {
    let is_member_key = matches!(pair.path.segments().last(), Some(Segment::MemberKeys));
    !is_member_key && is_key(pair.real.stats, &pair.path, gate)
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
