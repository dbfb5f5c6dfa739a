//! Brings rules up to date with new data.
//!
//! The result of a mixture is what would be learned from records of which a given share come from the new data and
//! the others are made by the old rules. It is put together from the rules alone, so it can say no more of the
//! sample than they do.

mod curve;
mod field;
mod kind;
mod reach;
mod times;

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;
use synth_core::{JsonPath, Rate, Segment};

use crate::entity::Entity;
use crate::field::FieldRule;
use crate::from_profile::share;
use crate::relationship::Relationship;
use crate::rule_set::{Globals, Layout, Metadata, Privacy, RuleSet, VariantCase, Variants};
use crate::shape::{LengthRule, ShapeRule};
use crate::value_type::{TypeShares, ValueType};
use reach::Reach;

/// How old and new rules become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MergeStrategy {
    /// A mixture of both, with this weight of the new data; by the numbers of their records if left out.
    Weighted(Option<Rate>),
    /// The new rules; of the old ones what is about paths that the new data does not have.
    Replace,
    /// All that either knows: fields that only one of them has keep their presence, and what both have is mixed by
    /// the numbers of their records.
    Union,
}

/// Rules of a document and rules of a stream of records have no mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("rules of a document and rules of a stream of records cannot be put together")]
pub struct LayoutMismatch;

/// Weights of two sides; at least one is above 0.
#[derive(Debug, Clone, Copy)]
struct Weights {
    old: f64,
    new: f64,
}

impl Weights {
    /// Weighs two sides; evenly where neither weighs anything.
    fn of(old: f64, new: f64) -> Self {
        if old + new > 0.0 { Self { old, new } } else { Self { old: 1.0, new: 1.0 } }
    }

    fn share_of_new(self) -> f64 {
        self.new / (self.old + self.new)
    }

    fn mean(self, old: f64, new: f64) -> f64 {
        old + (new - old) * self.share_of_new()
    }

    fn is_new_heavier(self) -> bool {
        self.new > self.old
    }
}

impl RuleSet {
    /// Puts these rules together with those of new data.
    ///
    /// Settings of a run (seed, number of rows) stay as they are. Keys and counters are never mixed: the heavier side
    /// makes them. A field that is personal on one side is made as that side makes it. The joint model is left out: see
    /// [`JointModel::adopted`](crate::model::JointModel::adopted).
    ///
    /// # Errors
    ///
    /// [`LayoutMismatch`] when only one of them makes a document.
    pub fn update(&self, new: &Self, strategy: MergeStrategy) -> Result<Self, LayoutMismatch> {
        if (self.globals.layout == Layout::Document) != (new.globals.layout == Layout::Document) {
            return Err(LayoutMismatch);
        }
        let merge = Merge { old: self, new, weights: weights(self, new, strategy), strategy };
        Ok(Self {
            version: self.version,
            metadata: merge.metadata(),
            globals: Globals {
                main_collection: self.globals.main_collection.clone().or(new.globals.main_collection.clone()),
                ..self.globals.clone()
            },
            shape: merge.shape(),
            fields: merge.fields(),
            entities: merge.entities(),
            relationships: merge.relationships(),
            variants: merge.variants(),
            predicates: self.predicates.clone(),
            along: Vec::new(),
            model: None,
            plugins: self.plugins.clone(),
            scenarios: self.scenarios.clone(),
            privacy: Privacy { k: self.privacy.k.min(new.privacy.k) },
        })
    }
}

impl MergeStrategy {
    /// Tells whether old rules weigh more than new ones.
    #[must_use]
    pub fn is_old_heavier(self, old: &RuleSet, new: &RuleSet) -> bool {
        let Weights { old, new } = weights(old, new, self);
        old > new
    }
}

fn weights(old: &RuleSet, new: &RuleSet, strategy: MergeStrategy) -> Weights {
    match strategy {
        MergeStrategy::Weighted(Some(weight)) => Weights::of(1.0 - weight.get(), weight.get()),
        MergeStrategy::Replace => Weights::of(0.0, 1.0),
        MergeStrategy::Weighted(None) | MergeStrategy::Union => {
            Weights::of(old.metadata.profiled_rows as f64, new.metadata.profiled_rows as f64)
        }
    }
}

/// Two rule sets on their way to one.
struct Merge<'r> {
    old: &'r RuleSet,
    new: &'r RuleSet,
    weights: Weights,
    strategy: MergeStrategy,
}

impl Merge<'_> {
    fn metadata(&self) -> Metadata {
        let (old, new) = (&self.old.metadata, &self.new.metadata);
        match self.strategy {
            MergeStrategy::Replace => new.clone(),
            _ => Metadata {
                source: old.source.clone().or_else(|| new.source.clone()),
                profiled_rows: old.profiled_rows.saturating_add(new.profiled_rows),
                by_model: old
                    .by_model
                    .iter()
                    .chain(new.by_model.iter().filter(|new| !old.by_model.contains(new)))
                    .cloned()
                    .collect(),
            },
        }
    }

    fn fields(&self) -> IndexMap<JsonPath, FieldRule> {
        let (old, new) = (Reach::of(self.old), Reach::of(self.new));
        let mut fields = IndexMap::new();
        for path in in_order(old.paths(), new.paths()) {
            let rule = match (self.strategy, self.old.fields.get(&path), self.new.fields.get(&path)) {
                (MergeStrategy::Replace, ours, None) if !new.has(&path) => ours.cloned(),
                (MergeStrategy::Replace, _, theirs) => theirs.cloned(),
                _ => self.mixed_field(&path, &old, &new),
            };
            if let Some(rule) = rule {
                fields.insert(path, rule);
            }
        }
        fields
    }

    /// The rule of a path in a mixture; `None` where the paths below it say all there is to say.
    fn mixed_field(&self, path: &JsonPath, old: &Reach<'_>, new: &Reach<'_>) -> Option<FieldRule> {
        let slots =
            Weights { old: self.weights.old * old.slots(path), new: self.weights.new * new.slots(path) };
        let is_member = matches!(path.segments().last(), Some(Segment::Key(_)));
        let keeps_presence = self.strategy == MergeStrategy::Union || !is_member;
        match (old.rule(path), new.rule(path)) {
            (Some(ours), Some(theirs)) => {
                let is_implied = !self.old.fields.contains_key(path) && !self.new.fields.contains_key(path);
                (!is_implied || ours != theirs).then(|| field::mixed(&ours, &theirs, slots))
            }
            (Some(rule), None) => self.one_sided(rule, path, (slots.old, slots.new), keeps_presence),
            (None, Some(rule)) => self.one_sided(rule, path, (slots.new, slots.old), keeps_presence),
            (None, None) => None,
        }
    }

    /// The rule of a path that only one side has, with the weights of that side and of the other.
    fn one_sided(
        &self,
        rule: FieldRule,
        path: &JsonPath,
        (own, other): (f64, f64),
        keeps_presence: bool,
    ) -> Option<FieldRule> {
        let is_written = self.old.fields.contains_key(path) || self.new.fields.contains_key(path);
        if keeps_presence || other <= 0.0 {
            return is_written.then_some(rule);
        }
        let presence = rule.presence.get() * own / (own + other);
        Some(FieldRule { presence: rate(presence), ..rule })
    }

    fn shape(&self) -> IndexMap<JsonPath, ShapeRule> {
        let (old, new) = (Reach::of(self.old), Reach::of(self.new));
        let paths = in_order(self.old.shape.keys().cloned(), self.new.shape.keys().cloned());
        let rule = |path: JsonPath| {
            let rule = match (self.old.shape.get(&path), self.new.shape.get(&path)) {
                (_, Some(theirs)) if self.strategy == MergeStrategy::Replace => theirs.clone(),
                (Some(ours), Some(theirs)) => {
                    let weights = Weights::of(
                        self.weights.old * old.holders(&path),
                        self.weights.new * new.holders(&path),
                    );
                    let length = mixed_length(&ours.length, &theirs.length, weights);
                    ShapeRule { length, grows: ours.grows && theirs.grows, distinct: ours.distinct }
                }
                (Some(rule), None) | (None, Some(rule)) => rule.clone(),
                (None, None) => return None,
            };
            Some((path, rule))
        };
        paths.into_iter().filter_map(rule).collect()
    }

    fn variants(&self) -> IndexMap<JsonPath, Variants> {
        let paths = in_order(self.old.variants.keys().cloned(), self.new.variants.keys().cloned());
        let variants = |path: JsonPath| {
            let variants = match (self.old.variants.get(&path), self.new.variants.get(&path)) {
                (_, Some(theirs)) if self.strategy == MergeStrategy::Replace => theirs.clone(),
                (Some(ours), Some(theirs)) if ours.discriminator == theirs.discriminator => {
                    mixed_variants(ours, theirs, self.weights)
                }
                (Some(ours), Some(theirs)) => {
                    if self.weights.is_new_heavier() {
                        theirs.clone()
                    } else {
                        ours.clone()
                    }
                }
                // What the other side has without conditions is not bound by this side's.
                (Some(rule), None) if !Reach::of(self.new).has(&path) => rule.clone(),
                (None, Some(rule)) if !Reach::of(self.old).has(&path) => rule.clone(),
                (Some(rule), None) | (None, Some(rule)) if self.strategy == MergeStrategy::Union => {
                    rule.clone()
                }
                _ => return None,
            };
            Some((path, variants))
        };
        paths.into_iter().filter_map(variants).collect()
    }

    /// Bindings that hold on both sides, or on the one side that has their fields.
    /// The persons and places of both; where both have one of a name, the old one stays.
    fn entities(&self) -> IndexMap<String, Entity> {
        let mut entities = self.old.entities.clone();
        for (name, entity) in &self.new.entities {
            entities.entry(name.clone()).or_insert_with(|| entity.clone());
        }
        entities
    }

    fn relationships(&self) -> Vec<Relationship> {
        let (old, new) = (Reach::of(self.old), Reach::of(self.new));
        let is_unknown = |relationship: &Relationship, reach: &Reach<'_>| {
            paths_of(relationship).iter().any(|path| !reach.has(path))
        };
        let is_union = self.strategy == MergeStrategy::Union;
        let ours = self.old.relationships.iter().filter(|relationship| {
            is_union || self.new.relationships.contains(relationship) || is_unknown(relationship, &new)
        });
        let theirs = self.new.relationships.iter().filter(|relationship| {
            !self.old.relationships.contains(relationship)
                && (is_union || self.strategy == MergeStrategy::Replace || is_unknown(relationship, &old))
        });
        ours.chain(theirs).cloned().collect()
    }
}

/// All paths that stand in a relationship, of whatever type it is.
fn paths_of(relationship: &Relationship) -> Vec<JsonPath> {
    fn visit(value: &Value, paths: &mut Vec<JsonPath>) {
        match value {
            Value::String(text) if text.starts_with('$') => paths.extend(JsonPath::parse(text)),
            Value::Array(items) => items.iter().for_each(|item| visit(item, paths)),
            Value::Object(entries) => entries.values().for_each(|entry| visit(entry, paths)),
            _ => {}
        }
    }
    let mut paths = Vec::new();
    visit(&serde_json::to_value(relationship).unwrap_or_default(), &mut paths);
    paths
}

/// Old paths in their order, each new one behind the path that stands before it in the new rules.
fn in_order(
    old: impl IntoIterator<Item = JsonPath>,
    new: impl IntoIterator<Item = JsonPath>,
) -> IndexSet<JsonPath> {
    let mut paths: IndexSet<JsonPath> = old.into_iter().collect();
    let mut next = 0;
    for path in new {
        next = 1 + match paths.get_index_of(&path) {
            Some(at) => at,
            None => {
                paths.shift_insert(next, path);
                next
            }
        };
    }
    paths
}

fn mixed_length(old: &LengthRule, new: &LengthRule, weights: Weights) -> LengthRule {
    if old == new {
        return old.clone();
    }
    let (Some(ours), Some(theirs)) = (old.listed(), new.listed()) else {
        let (quantiles, values) = curve::mixed(&length_curve(old), &length_curve(new), weights);
        return LengthRule::Empirical { quantiles, values };
    };
    let mut lengths: std::collections::BTreeMap<u64, f64> = std::collections::BTreeMap::new();
    for (weight, side) in [(weights.old, ours), (weights.new, theirs)] {
        side.into_iter().for_each(|(length, prob)| *lengths.entry(length).or_default() += weight * prob);
    }
    lengths.retain(|_, weight| *weight > 0.0);
    let probs = kind::shares(&lengths.values().copied().collect::<Vec<f64>>());
    LengthRule::Categorical { values: lengths.into_keys().collect(), probs }
}

/// The lengths as quantiles.
fn length_curve(rule: &LengthRule) -> curve::Curve {
    match rule {
        LengthRule::Empirical { quantiles, values } => curve::Curve::of(quantiles, values),
        listed_rule => {
            let weighted = listed_rule.listed().unwrap_or_default();
            curve::Curve::of_atoms(weighted.into_iter().map(|(length, prob)| (length as f64, prob)))
        }
    }
}

fn mixed_variants(old: &Variants, new: &Variants, weights: Weights) -> Variants {
    let theirs_only = new.cases.iter().filter(|case| !old.cases.iter().any(|ours| ours.when == case.when));
    let cases = old.cases.iter().map(|ours| match new.cases.iter().find(|case| case.when == ours.when) {
        Some(theirs) => mixed_case(ours, theirs, weights),
        None => ours.clone(),
    });
    Variants { discriminator: old.discriminator.clone(), cases: cases.chain(theirs_only.cloned()).collect() }
}

fn mixed_case(old: &VariantCase, new: &VariantCase, weights: Weights) -> VariantCase {
    let fields = in_order(old.fields().cloned(), new.fields().cloned());
    let types = in_order(old.types.keys().cloned(), new.types.keys().cloned());
    let mut case = VariantCase {
        when: old.when.clone(),
        always: Vec::new(),
        sometimes: IndexMap::new(),
        types: types.into_iter().filter_map(|path| mixed_types(path, (old, new), weights)).collect(),
    };
    for path in fields {
        let presence = rate(weights.mean(old.presence(&path).get(), new.presence(&path).get()));
        if presence.is_one() {
            case.always.push(path);
        } else if !presence.is_zero() {
            case.sometimes.insert(path, presence);
        }
    }
    case
}

/// The types of a field in one case: where only one side knows them, its.
fn mixed_types(
    path: JsonPath,
    (old, new): (&VariantCase, &VariantCase),
    weights: Weights,
) -> Option<(JsonPath, TypeShares)> {
    let types = match (old.types.get(&path), new.types.get(&path)) {
        (Some(ours), Some(theirs)) => {
            let mean = |of_type| rate(weights.mean(ours.share(of_type).get(), theirs.share(of_type).get()));
            ValueType::ALL.into_iter().map(|of_type| (of_type, mean(of_type))).collect()
        }
        (ours, theirs) => ours.or(theirs)?.clone(),
    };
    Some((path, types))
}

/// A share as it is written.
fn rate(share: f64) -> Rate {
    share::rounded(Rate::new(share.clamp(0.0, 1.0)).unwrap_or(Rate::ZERO))
}

#[cfg(test)]
mod tests;
