//! The mixture of two rules of one path.

use super::{Weights, kind, rate};
use crate::field::{FieldRule, ValueKind};
use crate::generator::Generator;

/// Mixes two rules; the weights are those of the places at which a value may stand.
pub(super) fn mixed(old: &FieldRule, new: &FieldRule, slots: Weights) -> FieldRule {
    let slots = Weights::of(slots.old, slots.new);
    let present = Weights { old: slots.old * old.presence.get(), new: slots.new * new.presence.get() };
    let filled = Weights {
        old: present.old * (1.0 - old.null_rate.get()),
        new: present.new * (1.0 - new.null_rate.get()),
    };
    FieldRule {
        presence: rate(slots.mean(old.presence.get(), new.presence.get())),
        null_rate: rate(Weights::of(present.old, present.new).mean(old.null_rate.get(), new.null_rate.get())),
        unique: old.unique && new.unique,
        personal: old.personal || new.personal,
        semantic_type: semantic_type(old, new),
        faults: old.faults.clone(),
        kinds: kinds(old, new, Weights::of(filled.old, filled.new)),
    }
}

fn semantic_type(old: &FieldRule, new: &FieldRule) -> Option<String> {
    match (&old.semantic_type, &new.semantic_type) {
        (Some(ours), Some(theirs)) if ours != theirs => None,
        (ours, theirs) => ours.clone().or_else(|| theirs.clone()),
    }
}

fn kinds(old: &FieldRule, new: &FieldRule, weights: Weights) -> Vec<ValueKind> {
    match one_side(old, new, weights) {
        Some(rule) => rule.kinds.clone(),
        None => kind::mixed(&old.kinds, &new.kinds, weights),
    }
}

/// The side whose values stand alone, where a mixture would break a promise.
fn one_side<'r>(old: &'r FieldRule, new: &'r FieldRule, weights: Weights) -> Option<&'r FieldRule> {
    let is_computed = |kind: &ValueKind| {
        matches!(kind.generator, Some(Generator::Derived(_) | Generator::Copy(_) | Generator::Plugin(_)))
            || kind.asks_model()
    };
    if old.kinds.iter().any(is_computed) {
        // Somebody wrote it; the data know only what came out.
        return Some(old);
    }
    let heavier = if weights.is_new_heavier() { new } else { old };
    let is_counter = |rule: &FieldRule| {
        rule.kinds.iter().any(|kind| matches!(kind.generator, Some(Generator::Sequence(_))))
    };
    if old.personal != new.personal {
        return Some(if old.personal { old } else { new });
    }
    if old.unique && new.unique {
        return Some(heavier);
    }
    match (is_counter(old), is_counter(new)) {
        (true, true) => Some(heavier),
        (true, false) => Some(new),
        (false, true) => Some(old),
        (false, false) => None,
    }
}
