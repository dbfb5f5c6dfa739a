//! Dictionaries of which only one or two keys were seen.

use std::collections::BTreeSet;

use synth_core::{JsonPath, JsonType, Segment};

use super::{MIN_DATA_KEYS, is_data_key, kind_of, one_kind};
use crate::number_stats::NumberValue;
use crate::partial::{NodeId, Partial};

/// Digits from which a key may be a number of something and not a position.
const MIN_DIGITS: usize = 2;
/// Dictionaries beside it that speak for another one.
const MIN_KIN: usize = 2;

/// Returns the objects of one or two keys that are dictionaries by what stands elsewhere.
///
/// A key that looks like data must be a value of some field, or have the length and form of the keys of a dictionary. A
/// key that could be a name must be a value, and the object must stand among at least two dictionaries whose names end in
/// the same word and whose members are of its members' kind.
///
/// # Cost
///
/// One look at the tables of distinct values, only if there is such an object.
pub(super) fn dictionaries(partial: &Partial) -> Vec<JsonPath> {
    let walk = partial.walk();
    let is_candidate = |id: NodeId| {
        let node = partial.node(id);
        let n_keys = node.keys().len();
        !node.is_dictionary() && node.stats.n_of(JsonType::Object) > 0 && (1..MIN_DATA_KEYS).contains(&n_keys)
    };
    let candidates: Vec<&(JsonPath, NodeId)> =
        walk.iter().filter(|(path, id)| !path.segments().is_empty() && is_candidate(*id)).collect();
    if candidates.is_empty() {
        return Vec::new();
    }
    let wanted: BTreeSet<&str> =
        candidates.iter().flat_map(|(_, id)| partial.node(*id).keys().map(|(key, _)| key)).collect();
    let evidence = Evidence::of(partial, &walk, &wanted);
    let is_dictionary = |(path, id): &&&(JsonPath, NodeId)| {
        let node = partial.node(*id);
        let members: Vec<NodeId> = node.keys().map(|(_, child)| child).collect();
        let mut keys = node.keys().map(|(key, _)| key);
        one_kind(partial, &members)
            && keys.all(|key| {
                let is_value = evidence.values.contains(key);
                let is_data =
                    is_data_key(key) && key.bytes().filter(u8::is_ascii_digit).count() >= MIN_DIGITS;
                match is_data {
                    true => is_value || evidence.forms.contains(&form(key)),
                    false => is_value && has_kin(partial, (path, &members), &walk),
                }
            })
    };
    candidates.iter().filter(is_dictionary).map(|(path, _)| path.clone()).collect()
}

/// What the rest of the data says of keys.
struct Evidence<'w> {
    /// Keys that some field has as a value.
    values: BTreeSet<&'w str>,
    /// Forms of the keys of dictionaries.
    forms: BTreeSet<(usize, bool)>,
}

/// Length, and whether all are digits.
fn form(key: &str) -> (usize, bool) {
    (key.len(), key.bytes().all(|byte| byte.is_ascii_digit()))
}

impl<'w> Evidence<'w> {
    fn of(partial: &Partial, walk: &[(JsonPath, NodeId)], wanted: &BTreeSet<&'w str>) -> Self {
        let mut evidence = Self { values: BTreeSet::new(), forms: BTreeSet::new() };
        for (path, id) in walk {
            let stats = &partial.node(*id).stats;
            let is_key = matches!(path.segments().last(), Some(Segment::MemberKeys));
            for entry in stats.string().iter().flat_map(|strings| strings.distinct.entries()) {
                if is_key {
                    evidence.forms.insert(form(&entry.value.text));
                } else if let Some(key) = wanted.get(&*entry.value.text) {
                    evidence.values.insert(key);
                }
            }
            if let Some(numbers) = stats.number() {
                let whole = |value: NumberValue| match value {
                    NumberValue::Integer(value) => Some(value.to_string()),
                    NumberValue::Float(_) => None,
                };
                let known: BTreeSet<String> =
                    numbers.distinct.entries().filter_map(|entry| whole(entry.value)).collect();
                evidence.values.extend(wanted.iter().filter(|key| known.contains(**key)));
            }
        }
        evidence
    }
}

/// Dictionaries beside an object that are called alike and hold the like.
fn has_kin(partial: &Partial, (path, members): (&JsonPath, &[NodeId]), walk: &[(JsonPath, NodeId)]) -> bool {
    let last_word = |path: &JsonPath| -> Option<String> {
        let name = path.last_key()?;
        let start = name.rfind(|c: char| c.is_uppercase() || !c.is_alphanumeric()).unwrap_or(0);
        Some(name[start..].to_lowercase())
    };
    let kind = members.first().map(|member| kind_of(&partial.node(*member).stats));
    let is_kin = |(other, id): &&(JsonPath, NodeId)| {
        let node = partial.node(*id);
        node.is_dictionary()
            && other.parent() == path.parent()
            && last_word(other) == last_word(path)
            && node.members().map(|members| kind_of(&partial.node(members).stats)) == kind
    };
    walk.iter().filter(is_kin).count() >= MIN_KIN
}
