//! Pairs of fields whose association merely follows from a relation that is known.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::JsonPath;

use super::{Aspect, Quantity};
use crate::profile::VariantProfile;
use crate::relations::{Operation, OrderingScope, PresenceRule, Relations};

/// What is known of fields.
#[derive(Debug, Default)]
pub(super) struct Follows {
    /// Pairs of fields of which one is made of the other, the smaller path first.
    pairs: BTreeSet<(JsonPath, JsonPath)>,
    /// Fields that say the same as one before them.
    doubles: BTreeSet<JsonPath>,
    /// The fields that alone decide a field, with how many values they have.
    sources: BTreeMap<JsonPath, Vec<(u64, JsonPath)>>,
    /// Fields whose presence is bound to that of others.
    presence: BTreeSet<(JsonPath, JsonPath)>,
    tags: BTreeSet<JsonPath>,
}

impl Follows {
    /// Gathers what relations say.
    pub(super) fn of(relations: &Relations, variants: &[VariantProfile]) -> Self {
        let mut known = Self {
            tags: variants.iter().map(|variant| variant.discriminator.clone()).collect(),
            ..Self::default()
        };
        known.add_dependencies(relations);
        for formula in &relations.arithmetic {
            formula.terms.iter().for_each(|term| known.add(&formula.target, &term.path));
            if formula.operation == Operation::Copy {
                known.doubles.insert(formula.target.clone());
            }
        }
        for text in &relations.texts {
            text.terms.iter().for_each(|term| known.add(&text.target, term));
        }
        for ordering in relations.orderings.iter().filter(|ordering| ordering.scope == OrderingScope::Row) {
            known.add(&ordering.low, &ordering.high);
        }
        for rule in &relations.presence {
            let first = if rule.rule == PresenceRule::Requires { 1 } else { rule.paths.len() };
            for (index, left) in rule.paths[..first.min(rule.paths.len())].iter().enumerate() {
                for right in &rule.paths[index + 1..] {
                    known.presence.insert(in_order(left, right));
                }
            }
        }
        known
    }

    fn add_dependencies(&mut self, relations: &Relations) {
        for dependency in &relations.dependencies {
            for dependent in &dependency.rhs {
                dependency.lhs.iter().for_each(|source| self.add(source, &dependent.path));
                if let [source] = &dependency.lhs[..] {
                    let sources = self.sources.entry(dependent.path.clone()).or_default();
                    sources.push((dependency.n_lhs, source.clone()));
                }
            }
        }
        let decides = |source: &JsonPath, path: &JsonPath| {
            self.sources.get(path).is_some_and(|sources| sources.iter().any(|(_, known)| known == source))
        };
        let mut doubles = BTreeSet::new();
        for (path, sources) in &self.sources {
            for (_, source) in sources {
                // Each decides the other: the shorter name stands for both.
                let comes_first = (source.to_string().len(), source) < (path.to_string().len(), path);
                if comes_first && decides(path, source) {
                    doubles.insert(path.clone());
                }
            }
        }
        self.doubles.extend(doubles);
    }

    fn add(&mut self, left: &JsonPath, right: &JsonPath) {
        self.pairs.insert(in_order(left, right));
    }

    /// Tells whether another field says the same.
    pub(super) fn is_double(&self, path: &JsonPath) -> bool {
        self.doubles.contains(path)
    }

    /// Tells whether a field is the tag of a union.
    pub(super) fn is_tag(&self, path: &JsonPath) -> bool {
        self.tags.contains(path)
    }

    /// Tells whether the association of two quantities follows from what is known.
    pub(super) fn says(&self, left: &Quantity, right: &Quantity) -> bool {
        let is_flag = |side: &Quantity| side.aspect == Aspect::Presence;
        let pair = in_order(&left.path, &right.path);
        match (is_flag(left), is_flag(right)) {
            (true, true) => self.presence.contains(&pair),
            (true, false) => self.tags.contains(&right.path),
            (false, true) => self.tags.contains(&left.path),
            // How many there are is no part of what they add up to.
            (false, false) if [left, right].iter().any(|side| side.aspect == Aspect::Count) => false,
            (false, false) => self.pairs.contains(&pair),
        }
    }

    /// Returns the field with the fewest values from which both of two fields follow.
    pub(super) fn shared_source(&self, left: &JsonPath, right: &JsonPath) -> Option<&JsonPath> {
        let others = self.sources.get(right)?;
        let is_shared = |(_, source): &&(u64, JsonPath)| others.iter().any(|(_, other)| other == source);
        self.sources.get(left)?.iter().filter(is_shared).min().map(|(_, source)| source)
    }
}

fn in_order(left: &JsonPath, right: &JsonPath) -> (JsonPath, JsonPath) {
    if left <= right { (left.clone(), right.clone()) } else { (right.clone(), left.clone()) }
}
