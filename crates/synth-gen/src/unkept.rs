//! What the rules say and the records do not keep.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::JsonPath;
use synth_rules::{Generator, Relationship, RuleSet, ValueKind};

use crate::link::Linker;
use crate::plan::{Kind, LeftOut, Plan, Unkept};

/// Finds the relationships that are not kept; `kept` are the positions of those that are, beside keys of one path.
pub(crate) fn find(linker: &Linker<'_>, plan: &Plan, kept: &BTreeSet<usize>) -> Vec<LeftOut> {
    let (rules, unique) = (linker.rules, linker.unique);
    let is_kept = |(index, relationship): (usize, &Relationship)| {
        kept.contains(&index) || is_kept_by_rules(rules, unique, relationship)
    };
    let all = rules.relationships.iter().enumerate();
    all.filter(|one| !is_kept(*one))
        .map(|(index, relationship)| LeftOut {
            index,
            relationship: name(relationship),
            reason: reason(linker, plan, (index, relationship)),
        })
        .collect()
}

/// Counts what is left out by type.
pub(crate) fn count(left_out: &[LeftOut]) -> Vec<Unkept> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for one in left_out {
        *counts.entry(one.relationship).or_insert(0) += 1;
    }
    counts.into_iter().map(|(relationship, count)| Unkept { relationship, count }).collect()
}

fn is_kept_by_rules(rules: &RuleSet, unique: &BTreeSet<JsonPath>, relationship: &Relationship) -> bool {
    match relationship {
        Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
            // What holds a unique field is unique itself.
            paths.iter().any(|path| unique.contains(path))
        }
        Relationship::FunctionalDep { lhs, rhs, .. } => match &lhs[..] {
            [] => rhs.iter().all(|path| is_constant(rules, path)),
            lhs => lhs.iter().any(|path| unique.contains(path)),
        },
        _ => false,
    }
}

/// Says why a relationship is not kept: what its fields are bound to already, or what they are.
fn reason(linker: &Linker<'_>, plan: &Plan, (index, relationship): (usize, &Relationship)) -> String {
    let mut said: Vec<String> = Vec::new();
    let loose = linker.loose.borrow();
    let paths: Vec<&JsonPath> = match (relationship, loose.get(&index)) {
        (Relationship::FunctionalDep { lhs, rhs, .. }, Some(loose)) => {
            lhs.iter().chain(loose.iter().filter_map(|at| rhs.get(*at))).collect()
        }
        _ => relationship.paths().collect(),
    };
    for path in paths {
        let Some(node) = linker.node(path) else {
            said.push(format!("{path} has no rule"));
            continue;
        };
        if let Some(what) = what_binds(plan, node) {
            said.push(format!("{path} {what}"));
        }
    }
    said.dedup();
    if said.is_empty() { "its fields cannot be made together".to_owned() } else { said.join(", ") }
}

/// What decides the values of a node, in words.
fn what_binds(plan: &Plan, node: usize) -> Option<&'static str> {
    if plan.case_columns.iter().any(|column| column.discriminator == node) {
        return Some("is the tag of a union");
    }
    if plan.collections.iter().any(|collection| collection.keys == Some(node)) {
        return Some("names the keys of a dictionary");
    }
    match &plan.nodes[node].kinds[..] {
        [Kind::Scalar(recipe)] => recipe.bound_by(),
        [_] => Some("holds no values of its own"),
        kinds => {
            let of_scalar = |kind: &Kind| match kind {
                Kind::Scalar(recipe) => recipe.bound_by(),
                Kind::Object | Kind::Array => None,
            };
            kinds.iter().find_map(of_scalar).or(Some("has values of several kinds"))
        }
    }
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
