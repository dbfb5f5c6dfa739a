//! The fields whose values relationships decide, so that no model has to.

use std::collections::BTreeSet;

use synth_core::JsonPath;

use crate::generator::Generator;
use crate::relationship::{Operation, Relationship, Term};
use crate::rule_set::RuleSet;

/// Returns the fields whose values something else than their own rule decides.
///
/// Fields that dependencies or tables of values connect are drawn together: one of them leads, and the others follow.
pub(super) fn bound(rules: &RuleSet) -> BTreeSet<JsonPath> {
    let mut bound: BTreeSet<JsonPath> = rules.relationships.iter().flat_map(decided).cloned().collect();
    for group in groups(rules, &bound) {
        let leader = leader(rules, &group, &bound);
        bound.extend(group.into_iter().filter(|path| Some(*path) != leader).cloned());
    }
    bound
}

/// The fields that a relationship decides, but for those that are drawn together.
fn decided(relationship: &Relationship) -> Vec<&JsonPath> {
    match relationship {
        Relationship::ForeignKey { child, parent, .. } => {
            child.paths().iter().chain(parent.paths()).collect()
        }
        Relationship::Arithmetic { target, .. } => vec![clock_target(relationship).unwrap_or(target)],
        Relationship::DerivedText { target, .. } => vec![target],
        Relationship::Transition { path, .. } => vec![path],
        Relationship::Ordering { low, high, .. } => vec![low, high],
        // Of several fields together none is decided by that alone.
        Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } if paths.len() > 1 => {
            Vec::new()
        }
        Relationship::PrimaryKey { paths, .. }
        | Relationship::Unique { paths, .. }
        | Relationship::Sequence { paths, .. } => paths.iter().collect(),
        _ => Vec::new(),
    }
}

/// The field that minutes between two clocks decide: the later clock, so that the minutes keep their distribution.
pub(super) fn clock_target(relationship: &Relationship) -> Option<&JsonPath> {
    match relationship {
        Relationship::Arithmetic { operation: Operation::ClockMinutes, terms, .. } => match &terms[..] {
            [Term::Plain(later) | Term::Scaled { path: later, .. }, _] => Some(later),
            _ => None,
        },
        _ => None,
    }
}

/// Fields that are connected, each in one group; a dependency of fields that are decided by something else connects nothing.
fn groups<'r>(rules: &'r RuleSet, decided: &BTreeSet<JsonPath>) -> Vec<Vec<&'r JsonPath>> {
    let mut groups: Vec<Vec<&JsonPath>> = Vec::new();
    for relationship in &rules.relationships {
        let mut joined: Vec<&JsonPath> = match relationship {
            Relationship::FunctionalDep { rhs, .. } if rhs.iter().all(|path| decided.contains(path)) => {
                continue;
            }
            Relationship::FunctionalDep { lhs, rhs, .. } => lhs.iter().chain(rhs).collect(),
            Relationship::ValueTable { paths, .. } => paths.iter().collect(),
            _ => continue,
        };
        groups.retain(|group| {
            let meets = group.iter().any(|path| joined.contains(path));
            if meets {
                joined
                    .extend(group.iter().filter(|path| !joined.contains(*path)).copied().collect::<Vec<_>>());
            }
            !meets
        });
        groups.push(joined);
    }
    groups
}

/// The field of a group that is drawn first: of those that are lists of values and decide others the one with most
/// values, or of all lists.
fn leader<'a>(rules: &RuleSet, group: &[&'a JsonPath], bound: &BTreeSet<JsonPath>) -> Option<&'a JsonPath> {
    let decides = |path: &JsonPath| {
        rules.relationships.iter().any(|relationship| {
            matches!(relationship, Relationship::FunctionalDep { lhs, .. } if lhs.contains(path))
        })
    };
    let n_values = |path: &JsonPath| match rules.fields.get(path).map(|rule| &rule.kinds[..]) {
        Some([kind]) => match &kind.generator {
            Some(Generator::Categorical(list)) => Some(list.values.len()),
            _ => None,
        },
        _ => None,
    };
    let lists = group.iter().filter(|path| !bound.contains(**path) && !follows_states(rules, path));
    let lists = lists.filter_map(|path| Some((decides(path), n_values(path)?, *path)));
    // Of equal ones the first.
    lists
        .reduce(|best, next| if (next.0, next.1) > (best.0, best.1) { next } else { best })
        .map(|best| best.2)
}

/// Tells whether a field follows from one that holds the states of a machine.
fn follows_states(rules: &RuleSet, path: &JsonPath) -> bool {
    let holds_states = |left: &JsonPath| {
        rules
            .relationships
            .iter()
            .any(|relationship| matches!(relationship, Relationship::Transition { path, .. } if path == left))
    };
    rules.relationships.iter().any(|relationship| match relationship {
        Relationship::FunctionalDep { lhs, rhs, .. } => {
            !lhs.is_empty() && rhs.contains(path) && lhs.iter().all(holds_states)
        }
        _ => false,
    })
}
