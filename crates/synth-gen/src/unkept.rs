//! What the rules say and the records do not keep.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::JsonPath;
use synth_rules::{Relationship, RuleSet};

use crate::plan::Unkept;

/// Counts the relationships that are not kept; `kept` are the positions of those that are, beside keys of one path.
pub(crate) fn count(rules: &RuleSet, unique: &BTreeSet<JsonPath>, kept: &BTreeSet<usize>) -> Vec<Unkept> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (index, relationship) in rules.relationships.iter().enumerate() {
        let is_unique = match relationship {
            Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
                matches!(&paths[..], [path] if unique.contains(path))
            }
            _ => false,
        };
        if !is_unique && !kept.contains(&index) {
            *counts.entry(name(relationship)).or_insert(0) += 1;
        }
    }
    counts.into_iter().map(|(relationship, count)| Unkept { relationship, count }).collect()
}

fn name(relationship: &Relationship) -> &'static str {
    match relationship {
        Relationship::PrimaryKey { .. } => "primary_key",
        Relationship::Unique { .. } => "unique",
        Relationship::ForeignKey { .. } => "foreign_key",
        Relationship::FunctionalDep { .. } => "functional_dep",
        Relationship::Ordering { .. } => "ordering",
        Relationship::Arithmetic { .. } => "arithmetic",
        Relationship::ConditionalPresence { .. } => "conditional_presence",
        _ => "other",
    }
}
