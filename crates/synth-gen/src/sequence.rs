//! Arrays that end where they began, and arrays that go side by side: relationships of the type `sequence`.

use std::collections::BTreeSet;
use std::sync::Arc;

use synth_core::{JsonPath, Segment};
use synth_rules::relationship::{Operation, SequenceRule, Term};
use synth_rules::{Relationship, RuleSet};

use crate::column::{Slots, Values};
use crate::link::{Bound, Linker, programs};
use crate::ordering::bind::only_recipe;
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;
use crate::reference::Source;
use crate::shelf::Programs;
use crate::site::{Row, Site};
use crate::value_table::certainty;

/// A field of elements whose last one is the first again: it is drawn where the first one is.
#[derive(Debug, Clone)]
pub(crate) struct Closed {
    site: Site,
    own: Recipe,
}

impl Closed {
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let memo = slots.memo;
        let Some(places) = self.site.places_in_array(&memo.list(slots.ordinals), memo) else {
            return self.own.fill(slots, out);
        };
        let source = |(ordinal, place): (&u64, &(u64, u64, Option<u64>))| match place {
            (_, index, Some(length)) if *index > 0 && index + 1 == *length => ordinal - index,
            _ => *ordinal,
        };
        let ordinals: Vec<u64> = slots.ordinals.iter().zip(&places).map(source).collect();
        let rows = self.site.rows_of(&memo.list(&ordinals), memo);
        let again = |at: usize| rows.rows[at].filter(|_| ordinals[at] != slots.ordinals[at]);
        let address = |(at, own): (usize, &u64)| again(at).map_or(*own, |row: Row| row.address);
        let uniform = |(at, own): (usize, &f64)| again(at).map_or(*own, |row: Row| row.uniform);
        let addresses: Vec<u64> = slots.addresses.iter().enumerate().map(address).collect();
        let uniforms: Vec<f64> = slots.uniforms.iter().enumerate().map(uniform).collect();
        let slots = Slots { addresses: &addresses, ordinals: &ordinals, uniforms: &uniforms, ..slots };
        self.own.fill(slots, out);
    }
}

/// A field that has the values of another one, element by element.
pub(crate) struct BesideBond {
    /// Position among the relationships.
    pub(crate) index: usize,
    pub(crate) source: usize,
    pub(crate) target: usize,
}

impl BesideBond {
    /// Makes the target's values those of the source.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        let keys: Arc<Programs> = programs(plan, self.source).into();
        let seed = linker.seed.child(&linker.path_of(self.target)).child("beside");
        let source = Source::Same(linker.site(before, self.source, None), 1);
        Bound { source, keys: &keys, prefix: "", coverage: 1.0, seed, spared: None }.apply(plan, self.target);
    }
}

/// The array of which a path is an element, or in whose elements it stands.
fn array_of(path: &JsonPath) -> Option<JsonPath> {
    let above = std::iter::successors(Some(path.clone()), JsonPath::parent);
    let mut collections = above.filter(|path| {
        matches!(path.segments().last(), Some(Segment::Elements | Segment::Members | Segment::MemberKeys))
    });
    collections.next().filter(|path| matches!(path.segments().last(), Some(Segment::Elements)))
}

/// Returns the array whose length another one has as it goes beside it.
pub(crate) fn beside(rules: &RuleSet, path: &JsonPath) -> Option<JsonPath> {
    let counts = |path: &JsonPath| {
        let sources = rules.relationships.iter().filter_map(counted);
        let mut sources = sources.filter(|(_, right)| right == path).map(|(left, _)| left);
        sources.find(|left| rules.shape.contains_key(left) && are_siblings(left, path))
    };
    // What an array is as long as has a length of its own.
    let has_own = |left: &JsonPath| at_side(rules, left).is_none() && counts(left).is_none();
    at_side(rules, path).or_else(|| counts(path).filter(has_own))
}

/// Returns the array that another one goes side by side with.
fn at_side(rules: &RuleSet, path: &JsonPath) -> Option<JsonPath> {
    rules.relationships.iter().find_map(|relationship| {
        let Relationship::Sequence { rule: SequenceRule::SideBySide, paths } = relationship else {
            return None;
        };
        let [left, right] = &paths[..] else { return None };
        let (left, right) = (array_of(left)?, array_of(right)?);
        (right == *path && are_siblings(&left, &right)).then_some(left)
    })
}

/// Tells whether the elements of two arrays stand below the same rows.
fn are_siblings(left: &JsonPath, right: &JsonPath) -> bool {
    let home = |path: &JsonPath| array_of(&path.parent()?);
    left != right && home(left) == home(right)
}

/// The elements of two arrays of which a relationship says that they are equally many.
fn counted(relationship: &Relationship) -> Option<(JsonPath, JsonPath)> {
    let Relationship::Arithmetic { target, operation: Operation::Count, terms, offset, confidence } =
        relationship
    else {
        return None;
    };
    let is_plain = offset.abs() < f64::MIN_POSITIVE && confidence.is_one();
    match &terms[..] {
        [Term::Plain(source)] if is_plain => {
            Some((source.join(Segment::Elements), target.join(Segment::Elements)))
        }
        _ => None,
    }
}

impl Linker<'_> {
    /// Makes the last elements of arrays the first again; returns the positions of the relationships that are kept.
    pub(crate) fn close(&self, plan: &mut Plan) -> BTreeSet<usize> {
        let before = Arc::new(plan.clone());
        let mut kept = BTreeSet::new();
        for (index, relationship) in self.rules.relationships.iter().enumerate() {
            let Relationship::Sequence { rule: SequenceRule::Closed, paths } = relationship else { continue };
            let nodes: Option<Vec<usize>> = paths.iter().map(|path| self.closable(&before, path)).collect();
            for node in nodes.iter().flatten() {
                let site = self.site(&before, *node, None);
                for kind in &mut plan.nodes[*node].kinds {
                    if let Kind::Scalar(own) = kind {
                        *own = Arc::new(Recipe::closed(Closed { site: site.clone(), own: (**own).clone() }));
                    }
                }
            }
            if nodes.is_some() {
                kept.insert(index);
            }
        }
        kept
    }

    /// Returns the node of a field of elements that nothing but its own rule decides.
    fn closable(&self, plan: &Plan, path: &JsonPath) -> Option<usize> {
        let node = self.node(path)?;
        let is_distinct = self.rules.shape.get(path).is_some_and(|shape| shape.distinct);
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == node);
        let is_drawn = only_recipe(plan, node).is_some_and(Recipe::is_drawn);
        let is_possible = is_drawn
            && !is_distinct
            && !is_tag
            && !self.is_unique(node)
            && array_of(path).is_some()
            && certainty(plan, node, None) == Some(true)
            && self.ordinals[plan.nodes[node].scope].is_some()
            && !self.rules.relationships.iter().any(|other| decides(other, path));
        is_possible.then_some(node)
    }

    /// Reads the relationships as fields that have the values of others.
    pub(crate) fn side_by_side(&self, plan: &Plan) -> Vec<BesideBond> {
        let relationships = self.rules.relationships.iter().enumerate();
        relationships.filter_map(|(index, relationship)| self.beside(plan, index, relationship)).collect()
    }

    fn beside(&self, plan: &Plan, index: usize, relationship: &Relationship) -> Option<BesideBond> {
        let Relationship::Sequence { rule: SequenceRule::SideBySide, paths } = relationship else {
            return None;
        };
        let [left, right] = &paths[..] else { return None };
        let (source, target) = (self.node(left)?, self.node(right)?);
        if beside(self.rules, &array_of(right)?)? != array_of(left)? {
            return None;
        }
        let collection =
            |node: usize| plan.collection_of(plan.nodes[node].scope).map(|at| &plan.collections[at]);
        let (one, other) = (collection(source)?, collection(target)?);
        let is_sure =
            |node: usize| certainty(plan, node, None) == Some(true) && plan.nodes[node].kinds.len() == 1;
        let are_alike = one.stride == other.stride
            && plan.scopes[one.scope].above == plan.scopes[other.scope].above
            && [source, target, one.owner, other.owner].into_iter().all(is_sure)
            && !one.streamed
            && plan.nodes[one.owner].modelled == plan.nodes[other.owner].modelled;
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == target);
        let is_text = |node: usize| only_recipe(plan, node).map(Recipe::is_text);
        let is_possible = are_alike
            && !is_tag
            && is_text(source).is_some()
            && is_text(source) == is_text(target)
            && (self.is_unique(source) || !self.is_unique(target))
            && self.ordinals[plan.nodes[source].scope].is_some();
        is_possible.then_some(BesideBond { index, source, target })
    }

    /// Lets the joint model draw one length for arrays that go side by side.
    pub(crate) fn share_lengths(&self, plan: &mut Plan) {
        for at in 0..plan.collections.len() {
            let Some(path) = self.path_of_node(plan.collections[at].item) else { continue };
            let source = beside(self.rules, &path).and_then(|source| self.node(&source));
            let Some(source) =
                source.and_then(|item| plan.collections.iter().find(|other| other.item == item))
            else {
                continue;
            };
            let (from, to) = (source.owner, plan.collections[at].owner);
            if plan.nodes[from].scope == plan.nodes[to].scope {
                plan.nodes[to].modelled = plan.nodes[from].modelled;
            }
        }
    }

    /// The positions of relationships that say of two arrays that they are equally long, as they are made.
    pub(crate) fn equally_long(&self, plan: &Plan) -> BTreeSet<usize> {
        let collection = |path: &JsonPath| {
            let item = self.node(path)?;
            plan.collections.iter().find(|collection| collection.item == item)
        };
        let holds = |relationship: &Relationship| {
            let (left, right) = counted(relationship)?;
            let is_of = |one: &JsonPath, other: &JsonPath| beside(self.rules, one).as_ref() == Some(other);
            let is_source = is_of(&right, &left) || is_of(&left, &right);
            let (one, other) = (collection(&left)?, collection(&right)?);
            let [from, to] = [one, other].map(|collection| &plan.nodes[collection.owner]);
            let are_alike =
                one.stride == other.stride && from.scope == to.scope && from.modelled == to.modelled;
            (is_source && are_alike && !one.streamed && !other.streamed).then_some(())
        };
        let all = self.rules.relationships.iter().enumerate();
        all.filter(|(_, relationship)| holds(relationship).is_some()).map(|(index, _)| index).collect()
    }

    /// Adds the references that hold because another field's do, whose values they have.
    pub(crate) fn references_beside(&self, kept: &mut BTreeSet<usize>) {
        for index in kept.clone() {
            let Relationship::Sequence { rule: SequenceRule::SideBySide, paths } =
                &self.rules.relationships[index]
            else {
                continue;
            };
            let refers = |relationship: &Relationship, path: &JsonPath| match relationship {
                Relationship::ForeignKey { child, parent, parent_when, prefix, coverage, .. }
                    if child.paths() == std::slice::from_ref(path) =>
                {
                    Some((parent.clone(), parent_when.clone(), prefix.clone(), *coverage))
                }
                _ => None,
            };
            let of_source: Vec<_> = kept
                .iter()
                .filter_map(|index| refers(&self.rules.relationships[*index], paths.first()?))
                .collect();
            let is_same = |relationship: &Relationship| {
                let found = paths.get(1).and_then(|path| refers(relationship, path));
                found.is_some_and(|found| of_source.contains(&found))
            };
            let all = self.rules.relationships.iter().enumerate();
            kept.extend(all.filter(|(_, other)| is_same(other)).map(|(index, _)| index));
        }
    }
}

/// Tells whether a relationship says what the values of a field are, beside that arrays of it are closed.
fn decides(relationship: &Relationship, path: &JsonPath) -> bool {
    let in_terms = |terms: &[Term]| {
        terms.iter().any(|term| match term {
            Term::Plain(own) | Term::Scaled { path: own, .. } => own == path,
        })
    };
    match relationship {
        Relationship::Sequence { rule: SequenceRule::Closed, .. }
        | Relationship::ConditionalPresence { .. } => false,
        Relationship::Arithmetic { target, terms, .. }
        | Relationship::Inequality { target, at_least: terms, .. }
            if in_terms(terms) =>
        {
            target == path
        }
        other => other.paths().any(|own| own == path),
    }
}
