//! Fields that follow from others that no table holds: relationships of the type `functional_dep`.

use std::collections::BTreeMap;
use std::sync::Arc;

use synth_core::hash::{combine, hash_bytes};
use synth_core::{JsonPath, Seed};
use synth_rules::Relationship;

use crate::column::{Slots, Values};
use crate::computed::divisor;
use crate::link::{Linker, programs};
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;
use crate::reference::texts_of;
use crate::shelf::Programs;
use crate::site::Site;
use crate::value_table::certainty;

/// Draws a value at an address that other values of the row make, so that the same values are followed by the same.
///
/// The other values may be any number of fields of the row or of rows above; without any the value is constant. A row
/// that lacks one of them draws for itself, and so does a share of the others where the rule has exceptions.
#[derive(Debug, Clone)]
pub(crate) struct Following {
    by: Vec<Decider>,
    seed: Seed,
    /// Share of rows that follow.
    confidence: f64,
    own: Recipe,
}

#[derive(Debug, Clone)]
struct Decider {
    site: Site,
    /// Ordinals of the field's scope in one of the scope of the field that decides.
    divisor: u64,
    programs: Arc<Programs>,
}

impl Following {
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let list = slots.memo.list(slots.ordinals);
        let mut hashes: Vec<Option<u64>> = vec![Some(0); list.len()];
        for decider in &self.by {
            let rows = decider.site.rows_of(&slots.memo.above(&list, decider.divisor), slots.memo);
            let made = texts_of(&rows, &decider.programs, slots.memo);
            for (at, hash) in hashes.iter_mut().enumerate() {
                let own = rows.rows[at].map(|_| hash_bytes(made.get(at).as_bytes()));
                *hash = hash.zip(own).map(|(hash, own)| combine(hash, own));
            }
        }
        let follows =
            |own: u64| self.confidence >= 1.0 || self.seed.child("slip").uniform(own) < self.confidence;
        let address = |(at, own): (usize, &u64)| match hashes[at] {
            Some(hash) if follows(*own) => self.seed.bits(hash),
            _ => *own,
        };
        let addresses: Vec<u64> = slots.addresses.iter().enumerate().map(address).collect();
        // What follows is not the joint model's to draw.
        let own = |(at, uniform): (usize, &f64)| {
            let is_own = addresses[at] == slots.addresses[at];
            if is_own { *uniform } else { f64::NAN }
        };
        let uniforms: Vec<f64> = slots.uniforms.iter().enumerate().map(own).collect();
        self.own.fill(Slots { addresses: &addresses, uniforms: &uniforms, ..slots }, out);
    }
}

/// Tells whether a node, with all that it is a part or an element of, may be there beside a literal of a tag.
fn may_be_there(plan: &Plan, node: usize, tag: (usize, usize)) -> bool {
    let owner = plan.collection_of(plan.nodes[node].scope).map(|at| plan.collections[at].owner);
    certainty(plan, node, Some(tag)) != Some(false)
        && owner.is_none_or(|owner| may_be_there(plan, owner, tag))
}

/// One field that others decide.
pub(crate) struct Decided<'a> {
    pub(crate) target: usize,
    pub(crate) by: Vec<usize>,
    divisors: Vec<u64>,
    confidence: f64,
    path: &'a JsonPath,
}

impl Decided<'_> {
    /// Makes the target's values follow.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        let decider = |(node, divisor): (&usize, &u64)| Decider {
            site: linker.site(before, *node, None),
            divisor: *divisor,
            programs: programs(plan, *node).into(),
        };
        let by: Vec<Decider> = self.by.iter().zip(&self.divisors).map(decider).collect();
        let seed = linker.seed.child(&self.path.to_string()).child("follows");
        for kind in &mut plan.nodes[self.target].kinds {
            if let Kind::Scalar(own) = kind {
                let (by, confidence) = (by.clone(), self.confidence);
                *own = Arc::new(Recipe::following(Following { by, seed, confidence, own: (**own).clone() }));
            }
        }
    }
}

/// How many ordinals of a scope stand in one of another scope, which is above it, or below it in arrays of one element
/// at most: their ordinals are those of their rows.
fn divisor_or_one(plan: &Plan, scope: usize, other: usize) -> Option<u64> {
    divisor(plan, scope, other).or_else(|| divisor(plan, other, scope).filter(|n| *n == 1))
}

impl<'a> Linker<'a> {
    /// Tells whether a field has one value wherever others are there: a tag that all of these but one case leave out.
    pub(crate) fn is_one_case(&self, plan: &Plan, lhs: &[JsonPath], rhs: &JsonPath) -> bool {
        let Some(tag) = self.node(rhs) else { return false };
        let n_literals = match &plan.nodes[tag].kinds[..] {
            [Kind::Scalar(recipe)] => recipe.n_literals(),
            _ => 0,
        };
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == tag);
        let may_be_there = |path: &JsonPath, literal: usize| {
            let node = self.node(path);
            node.is_none_or(|node| may_be_there(plan, node, (tag, literal)))
        };
        let admits = |literal: &usize| lhs.iter().all(|path| may_be_there(path, *literal));
        is_tag && n_literals > 0 && (0..n_literals).filter(admits).count() <= 1
    }

    /// Tells whether a field is drawn from one literal.
    pub(crate) fn has_one_value(&self, plan: &Plan, path: &JsonPath) -> bool {
        match self.node(path).map(|node| &plan.nodes[node].kinds[..]) {
            Some([Kind::Scalar(recipe)]) => recipe.cases(&[]).is_some_and(|literals| literals.len() == 1),
            _ => false,
        }
    }

    /// Reads a relationship as fields that others decide, as far as that can be kept.
    pub(crate) fn decided(&self, plan: &Plan, relationship: &'a Relationship) -> Vec<Decided<'a>> {
        let Relationship::FunctionalDep { lhs, rhs, confidence, .. } = relationship else {
            return Vec::new();
        };
        let by = |path: &JsonPath| {
            let node = self.node(path).filter(|_| !self.unique.contains(path))?;
            let is_known = !plan.nodes[node].scalar_kinds().is_empty() && self.keeps_keys(plan, node, path);
            is_known.then_some(node)
        };
        let Some(by) = lhs.iter().map(by).collect::<Option<Vec<usize>>>() else { return Vec::new() };
        rhs.iter().filter_map(|path| self.decided_field(plan, &by, (path, confidence.get()))).collect()
    }

    fn decided_field(
        &self,
        plan: &Plan,
        by: &[usize],
        (path, confidence): (&'a JsonPath, f64),
    ) -> Option<Decided<'a>> {
        let target = self.node(path)?;
        let node = &plan.nodes[target];
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == target);
        let is_free = !self.is_unique(target)
            && !plan.collections.iter().any(|collection| collection.keys == Some(target));
        let divisors = by.iter().map(|by| divisor_or_one(plan, node.scope, plan.nodes[*by].scope));
        let divisors: Vec<u64> = divisors.collect::<Option<_>>()?;
        let is_possible =
            matches!(&node.kinds[..], [Kind::Scalar(_)]) && is_free && !is_tag && !by.contains(&target);
        (is_possible && self.ordinals[node.scope].is_some()).then(|| Decided {
            target,
            by: by.to_vec(),
            divisors,
            confidence,
            path,
        })
    }

    /// Tells whether some fields decide another one, through others too.
    pub(crate) fn follows(
        &self,
        decided: &BTreeMap<usize, Decided<'_>>,
        lhs: &[JsonPath],
        rhs: &JsonPath,
    ) -> bool {
        let Some(lhs) = lhs.iter().map(|path| self.node(path)).collect::<Option<Vec<_>>>() else {
            return false;
        };
        let mut at = self.node(rhs);
        while let Some(bond) = at.and_then(|node| decided.get(&node)) {
            if bond.by == lhs {
                return true;
            }
            at = match bond.by[..] {
                [only] if lhs == [only] => return true,
                [only] if bond.confidence >= 1.0 => Some(only),
                _ => None,
            };
        }
        false
    }
}
