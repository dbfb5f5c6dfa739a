//! What the values that relationships decide follow from.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::JsonPath;

use super::bound::clock_target;
use crate::relationship::{Relationship, Term};
use crate::rule_set::RuleSet;

/// For each field that something decides, the fields that have a say in it.
///
/// Where a relationship may decide any of its fields, all of them have a say in all others: it is the generator that
/// chooses, and a model must not look at a value that looks at the model.
#[derive(Debug)]
pub(super) struct Follows<'r>(BTreeMap<&'r JsonPath, BTreeSet<&'r JsonPath>>);

impl<'r> Follows<'r> {
    pub(super) fn of(rules: &'r RuleSet) -> Self {
        let mut follows = Self(BTreeMap::new());
        rules.relationships.iter().for_each(|relationship| follows.add(relationship));
        follows
    }

    fn add(&mut self, relationship: &'r Relationship) {
        match relationship {
            Relationship::ForeignKey { child, parent, parent_when, .. } => {
                let tag = parent_when.as_ref().map(|when| &when.path);
                for path in child.paths() {
                    self.decide(path, parent.paths().iter().chain(tag).chain(child.paths()));
                }
            }
            Relationship::Arithmetic { target, terms, .. } => {
                let all = terms.iter().map(path_of).chain([target]);
                self.decide(clock_target(relationship).unwrap_or(target), all);
            }
            Relationship::Inequality { target, at_least, .. } => {
                self.decide(target, at_least.iter().map(path_of));
            }
            Relationship::DerivedText { target, terms, .. } => self.decide(target, terms),
            Relationship::Transition { path, entity, order, .. } => {
                self.decide(path, entity.iter().chain(order));
            }
            Relationship::PrimaryKey { paths, when } | Relationship::Unique { paths, when } => {
                let tag = when.as_ref().map(|when| &when.path);
                paths.iter().for_each(|path| self.decide(path, paths.iter().chain(tag)));
            }
            // Which of these are there is one draw that they share.
            Relationship::ConditionalPresence { .. } => {}
            other => {
                let paths: Vec<&JsonPath> = other.paths().collect();
                paths.iter().for_each(|path| self.decide(path, paths.iter().copied()));
            }
        }
    }

    /// `by` may name the target itself.
    fn decide(&mut self, target: &'r JsonPath, by: impl IntoIterator<Item = &'r JsonPath>) {
        let known = self.0.entry(target).or_default();
        known.extend(by.into_iter().filter(|path| *path != target));
    }

    /// Everything that has a say in some fields, these included, and in what they refer to.
    pub(super) fn all(&self, paths: &[&'r JsonPath]) -> BTreeSet<&'r JsonPath> {
        let mut open: Vec<&JsonPath> = paths.to_vec();
        let mut all: BTreeSet<&JsonPath> = BTreeSet::new();
        while let Some(path) = open.pop() {
            if all.insert(path) {
                open.extend(self.0.get(path).into_iter().flatten());
            }
        }
        all
    }
}

fn path_of(term: &Term) -> &JsonPath {
    match term {
        Term::Plain(path) | Term::Scaled { path, .. } => path,
    }
}
