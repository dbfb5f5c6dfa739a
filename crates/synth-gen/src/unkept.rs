//! What the rules say and the records do not keep.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::JsonPath;
use synth_rules::{Generator, Relationship, RuleSet, ValueKind};

use crate::plan::Unkept;

/// Counts the relationships that are not kept; `kept` are the positions of those that are, beside keys of one path.
pub(crate) fn count(rules: &RuleSet, unique: &BTreeSet<JsonPath>, kept: &BTreeSet<usize>) -> Vec<Unkept> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (index, relationship) in rules.relationships.iter().enumerate() {
        let is_kept_by_rules = match relationship {
            Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
                // What holds a unique field is unique itself.
                paths.iter().any(|path| unique.contains(path))
            }
            Relationship::FunctionalDep { lhs, rhs, .. } => match &lhs[..] {
                [] => rhs.iter().all(|path| is_constant(rules, path)),
                lhs => lhs.iter().any(|path| unique.contains(path)),
            },
            _ => false,
        };
        if !is_kept_by_rules && !kept.contains(&index) {
            *counts.entry(name(relationship)).or_insert(0) += 1;
        }
    }
    counts.into_iter().map(|(relationship, count)| Unkept { relationship, count }).collect()
}

/// Tells whether a rule can make one value only.
fn is_constant(rules: &RuleSet, path: &JsonPath) -> bool {
    let of_kind = |kind: &ValueKind| match &kind.generator {
        Some(Generator::Constant(_)) => true,
        Some(Generator::Categorical(list)) => list.values.len() == 1,
        _ => false,
    };
    rules.fields.get(path).is_some_and(|rule| rule.kinds.len() == 1 && rule.kinds.iter().all(of_kind))
}

fn name(relationship: &Relationship) -> &'static str {
    match relationship {
        Relationship::PrimaryKey { .. } => "primary_key",
        Relationship::Unique { .. } => "unique",
        Relationship::ForeignKey { .. } => "foreign_key",
        Relationship::FunctionalDep { .. } => "functional_dep",
        Relationship::Ordering { .. } => "ordering",
        Relationship::Arithmetic { .. } => "arithmetic",
        Relationship::Inequality { .. } => "inequality",
        Relationship::ConditionalPresence { .. } => "conditional_presence",
        Relationship::DerivedText { .. } => "derived_text",
        Relationship::Sequence { .. } => "sequence",
        Relationship::Transition { .. } => "transition",
        Relationship::ValueTable { .. } => "value_table",
        _ => "other",
    }
}
