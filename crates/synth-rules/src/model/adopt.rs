//! A model of some rules under other rules.

use synth_core::{JsonPath, cast};

use super::draft::gaps::below;
use super::drawn::{Drawn, length_at, value_at};
use super::{FieldModel, JointModel, ModelPart};
use crate::field::{FieldRule, ValueKind};
use crate::rule_set::RuleSet;
use crate::shape::LengthRule;

/// Places of the draw at which two rules are compared.
const PLACES: usize = 512;
/// Share of the draws that must give the same value of a list under both rules.
const SAME_SHARE: f64 = 0.75;
/// Rank correlation of the numbers that the same draws give under both rules, at least.
const SAME_RANKS: f64 = 0.9;

/// A field that a model no longer binds, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The field.
    pub path: JsonPath,
    /// Why.
    pub reason: &'static str,
}

impl JointModel {
    /// Takes a model that was fitted with the rules `from` over to the rules `to`, and says which fields it no longer binds;
    /// `None` when it binds no two fields any more.
    ///
    /// # Method
    ///
    /// A code stands for a part of a field's draw, so it still means the same when the draw still gives the same. Of values
    /// in a list three quarters of the draws must give the same value as before; numbers, times and lengths may be others, but 512
    /// draws must put them into nearly the same order (Spearman's correlation of at least 0.9). Fields that do not keep to
    /// this are drawn by their rules alone, and those that are only looked at are not looked at any more; others that follow from them still hang together by what the model draws for them.
    #[must_use]
    pub fn adopted(mut self, from: &RuleSet, to: &RuleSet) -> (Option<Self>, Vec<Released>) {
        let mut released = Vec::new();
        let mut n_bound = 0;
        for field in self.tables.iter_mut().flat_map(|table| &mut table.fields) {
            match why_not(field, from, to) {
                Some(_) if field.released => {}
                Some(reason) => {
                    field.released = true;
                    released.push(Released { path: field.path.clone(), reason });
                }
                None => n_bound += usize::from(!field.released),
            }
        }
        for given in self.tables.iter_mut().flat_map(|table| &mut table.givens) {
            let own = given.as_field();
            given.released |= why_not(&own, from, to).is_some();
            n_bound += usize::from(!given.released);
        }
        ((n_bound > 1).then_some(self), released)
    }
}

/// Why the codes of a field mean something else under other rules; `None` when they do not.
fn why_not(field: &FieldModel, from: &RuleSet, to: &RuleSet) -> Option<&'static str> {
    match field.part {
        ModelPart::Value => match (from.fields.get(&field.path), to.fields.get(&field.path)) {
            (Some(from), Some(to)) => other_values(from, to),
            (None, _) => Some("the model's rules do not have it"),
            (_, None) => Some("it is gone"),
        },
        ModelPart::Length => {
            let length = |rules: &RuleSet| {
                let mut shapes = rules.shape.iter();
                let shape = shapes.find(|(owned, _)| owned.parent().as_ref() == Some(&field.path));
                shape.map(|(_, shape)| shape.length.clone())
            };
            match (length(from), length(to)) {
                (Some(from), Some(to)) => other_lengths(&from, &to),
                _ => Some("it is gone"),
            }
        }
        // Distances rise with their draw, whatever they are.
        ModelPart::Gap => match (below(from, &field.path), below(to, &field.path)) {
            (Some(_), Some(_)) => None,
            _ => Some("its distance from another field is not told any more"),
        },
    }
}

fn other_values(from: &FieldRule, to: &FieldRule) -> Option<&'static str> {
    if to.unique != from.unique {
        return Some("it has become a key, or is none any more");
    }
    let types = |rule: &FieldRule| rule.kinds.iter().map(|kind| kind.field_type).collect::<Vec<_>>();
    // One kind of numbers may have become several: a draw still means the same if it does in all of them.
    let pairs: Vec<(&ValueKind, &ValueKind)> = match &from.kinds[..] {
        [only] if to.kinds.len() > 1 => to.kinds.iter().map(|kind| (only, kind)).collect(),
        kinds if types(from) == types(to) => kinds.iter().zip(&to.kinds).collect(),
        _ => return Some("its values are of other types"),
    };
    let is_same = pairs.iter().all(|(from, to)| gives_the_same(from, to));
    (!is_same).then_some("its values are others, or much more or less frequent")
}

/// Tells whether the draws of a kind give, in another, the same values of a list or numbers in the same order.
fn gives_the_same(from: &ValueKind, to: &ValueKind) -> bool {
    let pairs: Vec<(Option<Drawn<'_>>, Option<Drawn<'_>>)> =
        places().map(|draw| (value_at(from, draw), value_at(to, draw))).collect();
    let number = |drawn: &Option<Drawn<'_>>| match drawn {
        Some(Drawn::Number(number) | Drawn::Repeated(number)) => Some(*number),
        Some(Drawn::Moment { micros, .. }) => Some(*micros),
        Some(Drawn::Listed(value)) => value.as_number(),
        None => None,
    };
    let numbers: Option<Vec<(f64, f64)>> =
        pairs.iter().map(|(from, to)| Some((number(from)?, number(to)?))).collect();
    match numbers {
        Some(numbers) => is_in_order(&numbers),
        None => is_equal(&pairs),
    }
}

fn other_lengths(from: &LengthRule, to: &LengthRule) -> Option<&'static str> {
    let length = |rule: &LengthRule, draw| length_at(rule, draw).map(|length| length as f64);
    let pairs: Option<Vec<(f64, f64)>> =
        places().map(|draw| Some((length(from, draw)?, length(to, draw)?))).collect();
    match pairs {
        Some(pairs) if !is_in_order(&pairs) => Some("its lengths are others"),
        Some(_) => None,
        None => (from != to).then_some("its lengths are others"),
    }
}

/// Places of the draw, evenly spaced.
fn places() -> impl Iterator<Item = f64> {
    (0..PLACES).map(|at| (at as f64 + 0.5) / PLACES as f64)
}

/// Tells whether most draws give the same.
fn is_equal<T: PartialEq>(pairs: &[(T, T)]) -> bool {
    let n_equal = pairs.iter().filter(|(from, to)| from == to).count();
    n_equal as f64 >= SAME_SHARE * pairs.len() as f64
}

/// Tells whether two lists of numbers are nearly in the same order; one that is constant says nothing of order.
fn is_in_order(pairs: &[(f64, f64)]) -> bool {
    let ranks = |value: fn(&(f64, f64)) -> f64| {
        let values: Vec<f64> = pairs.iter().map(value).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = |value: &f64| {
            let (below, up_to) = (
                sorted.partition_point(|other| other < value),
                sorted.partition_point(|other| other <= value),
            );
            cast::to_u64(below + up_to) as f64 / 2.0 - sorted.len() as f64 / 2.0
        };
        values.iter().map(rank).collect::<Vec<f64>>()
    };
    let (left, right) = (ranks(|pair| pair.0), ranks(|pair| pair.1));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let size = (dot(&left, &left) * dot(&right, &right)).sqrt();
    size <= f64::MIN_POSITIVE || dot(&left, &right) >= SAME_RANKS * size
}
