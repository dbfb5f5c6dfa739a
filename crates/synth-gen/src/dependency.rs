//! Fields that follow from another: relationships of the type `functional_dep` with one field on the left.

use std::collections::BTreeMap;
use std::sync::Arc;

use synth_core::hash::hash_bytes;
use synth_core::{JsonPath, Seed};
use synth_rules::{FieldRule, Generator, Relationship};

use crate::column::{Slots, Values};
use crate::computed::divisor;
use crate::link::{Linker, programs};
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;
use crate::reference::texts;
use crate::site::{Row, Site};

/// Fewest values of a field that decides another; fewer would not give the other its distribution.
const MIN_VALUES: usize = 50;

/// Draws a value by the hash of another one of the row, so that the same value is followed by the same.
#[derive(Debug, Clone)]
pub(crate) struct Following {
    site: Site,
    /// Ordinals of the field's scope in one of the scope of the field that decides.
    divisor: u64,
    programs: Arc<[Option<Recipe>]>,
    seed: Seed,
    own: Recipe,
}

impl Following {
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let row = |slot: Option<crate::column::Slot>| -> Option<Row> {
            self.site.row(slot?.ordinal / self.divisor.max(1))
        };
        let rows: Vec<Option<Row>> = slots.iter().map(row).collect();
        let deciding = texts(&rows, &self.programs);
        let address = |(at, own): (usize, &u64)| match rows[at] {
            Some(_) => self.seed.bits(hash_bytes(deciding.get(at).as_bytes())),
            None => *own,
        };
        let addresses: Vec<u64> = slots.addresses.iter().enumerate().map(address).collect();
        self.own.fill(Slots { addresses: &addresses, ..slots }, out);
    }
}

/// One field that another decides.
pub(crate) struct Decided<'a> {
    pub(crate) target: usize,
    pub(crate) by: usize,
    divisor: u64,
    path: &'a JsonPath,
}

impl Decided<'_> {
    /// Makes the target's values follow.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        let programs: Arc<[Option<Recipe>]> = programs(plan, self.by).into();
        let seed = linker.seed.child(&self.path.to_string()).child("follows");
        for kind in &mut plan.nodes[self.target].kinds {
            if let Kind::Scalar(own) = kind {
                **own = Recipe::following(Following {
                    site: linker.site(before, self.by, None),
                    divisor: self.divisor,
                    programs: Arc::clone(&programs),
                    seed,
                    own: (**own).clone(),
                });
            }
        }
    }
}

impl<'a> Linker<'a> {
    /// Reads a relationship as fields that one other decides, as far as that can be kept.
    pub(crate) fn decided(&self, plan: &Plan, relationship: &'a Relationship) -> Vec<Decided<'a>> {
        let Relationship::FunctionalDep { lhs, rhs, confidence, .. } = relationship else { return Vec::new() };
        let ([lhs], true) = (&lhs[..], confidence.is_one()) else { return Vec::new() };
        let has_values = self.rules.fields.get(lhs).is_some_and(has_many_values) || self.is_child(lhs);
        let Some(by) = self.node(lhs).filter(|_| has_values && !self.unique.contains(lhs)) else {
            return Vec::new();
        };
        if plan.nodes[by].scalar_kinds().is_empty() || !self.keeps_keys(plan, by, lhs) {
            return Vec::new();
        }
        rhs.iter().filter_map(|path| self.decided_field(plan, by, path)).collect()
    }

    fn decided_field(&self, plan: &Plan, by: usize, path: &'a JsonPath) -> Option<Decided<'a>> {
        let target = self.node(path)?;
        let node = &plan.nodes[target];
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == target);
        let is_free = !self.unique.contains(path)
            && !self.rules.fields.get(path).is_some_and(|rule| rule.unique)
            && !plan.collections.iter().any(|collection| collection.keys == Some(target));
        let divisor = divisor(plan, node.scope, plan.nodes[by].scope)?;
        let is_possible = matches!(&node.kinds[..], [Kind::Scalar(_)]) && is_free && !is_tag && target != by;
        (is_possible && self.ordinals[node.scope].is_some()).then_some(Decided { target, by, divisor, path })
    }

    fn is_child(&self, path: &JsonPath) -> bool {
        self.rules.relationships.iter().any(|relationship| match relationship {
            Relationship::ForeignKey { child, .. } => child.paths().contains(path),
            _ => false,
        })
    }

    /// Tells which field decides each one, through others too.
    pub(crate) fn follows(&self, decided: &BTreeMap<usize, usize>, lhs: &JsonPath, rhs: &JsonPath) -> bool {
        let (Some(lhs), Some(rhs)) = (self.node(lhs), self.node(rhs)) else { return false };
        std::iter::successors(Some(rhs), |node| decided.get(node).copied()).any(|node| node == lhs)
    }
}

/// Tells whether a field has so many values that what follows from them can have any distribution.
fn has_many_values(rule: &FieldRule) -> bool {
    let many: f64 = rule
        .kinds
        .iter()
        .filter(|kind| match &kind.generator {
            Some(Generator::Categorical(list)) => list.values.len() >= MIN_VALUES,
            Some(Generator::Constant(_)) | None => false,
            Some(_) => true,
        })
        .map(|kind| kind.share.get())
        .sum();
    many >= 0.5
}
