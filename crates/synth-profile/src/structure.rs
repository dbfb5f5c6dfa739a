//! Which objects are dictionaries and which arrays are tuples.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, JsonType, Segment, TypeSet, cast};
use synth_privacy::{
    FieldEvidence, Gate, PathWords, ValueForm, contains_personal, detect, is_full_name, scan_value,
};
use synth_stats::BottomK;
use synth_stats::bottom_k::Entry;

use crate::partial::{NodeId, Partial};
use crate::path_stats::PathStats;

mod prefix;
mod single;

/// The decisions about shape that counting alone does not make.
///
/// They are made once, on the real data, and then applied to whatever is compared with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Structure {
    dictionaries: BTreeSet<JsonPath>,
    tuples: BTreeSet<JsonPath>,
    n_withheld: u64,
}

/// Fewest keys of an object whose keys look like data.
const MIN_DATA_KEYS: usize = 3;
/// Fewest keys of a sparse object that is taken for a dictionary although its keys look like names.
const MIN_SPARSE_KEYS: usize = 30;
/// Share of keys that must look like data.
const DATA_KEY_SHARE: f64 = 0.9;
/// Names of fields are shorter than this.
const MAX_NAME_BYTES: usize = 120;
/// Largest mean presence of the keys of a sparse dictionary.
const SPARSE_PRESENCE: f64 = 0.2;

/// Share of keys that are no identifiers, such as names of hosts, in a dictionary of objects that are alike.
const ODD_KEY_SHARE: f64 = 0.5;
/// Keys of objects that are alike, at least.
const MIN_ALIKE_KEYS: usize = 2;
/// Share of keys that such objects share.
const ALIKE_SHARED: f64 = 0.9;
/// The same for the objects of a sparse dictionary.
const SPARSE_SHARED: f64 = 0.7;
/// Rows of a value, on average, for the values of positions to be compared, and what two positions of a tuple may share.
const MIN_REPEATS: u64 = 8;
const MAX_COMMON: f64 = 0.1;

impl Structure {
    /// Decides the structure of what was learned and applies it: dictionaries become one path, and members whose
    /// names are rare and say something of a person are dropped.
    pub fn decide(partial: &mut Partial, gate: Gate) -> Self {
        let mut structure = Self::default();
        partial.settle_units();
        structure.visit(partial, (NodeId::ROOT, &JsonPath::root()), gate);
        for path in single::dictionaries(partial) {
            if let Some(id) = partial.find(&path) {
                partial.collapse(id);
                structure.dictionaries.insert(path);
            }
        }
        structure
    }

    /// Applies decisions made elsewhere: the same objects become dictionaries, all other arrays lose their positions.
    pub fn apply(&self, partial: &mut Partial) {
        self.apply_at(partial, NodeId::ROOT, &JsonPath::root());
    }

    /// Returns how many members were dropped for their names.
    #[must_use]
    pub fn n_withheld(&self) -> u64 {
        self.n_withheld
    }

    fn visit(&mut self, partial: &mut Partial, (id, path): (NodeId, &JsonPath), gate: Gate) {
        if looks_like_dictionary(partial, id)
            || has_personal_key(partial, id, gate)
            || has_personal_keys(partial, (id, path), gate)
        {
            partial.collapse(id);
        }
        self.withhold_keys(partial, id, gate);
        if partial.node(id).is_dictionary() {
            self.dictionaries.insert(path.clone());
        }
        if looks_like_tuple(partial, id) {
            self.tuples.insert(path.clone());
        } else if partial.node(id).elements().is_some() {
            partial.give_up_tuple(id);
        }
        for (segment, child) in children(partial, id) {
            self.visit(partial, (child, &path.join(segment)), gate);
        }
    }

    /// Drops members whose names are too rare to be names of fields and hold something personal.
    fn withhold_keys(&mut self, partial: &mut Partial, id: NodeId, gate: Gate) {
        let is_withheld = |key: &str, child: NodeId| {
            !gate.is_enough(partial.node(child).stats.n_units) && says_something_of_a_person(key)
        };
        let keys = partial.node(id).keys().filter(|(key, child)| is_withheld(key, *child));
        let withheld: Vec<String> = keys.map(|(key, _)| key.to_owned()).collect();
        for key in withheld {
            partial.remove_member(id, &key);
            self.n_withheld += 1;
        }
    }

    fn apply_at(&self, partial: &mut Partial, id: NodeId, path: &JsonPath) {
        if self.dictionaries.contains(path) && partial.node(id).stats.n_of(JsonType::Object) > 0 {
            partial.collapse(id);
        }
        if !self.tuples.contains(path) && partial.node(id).elements().is_some() {
            partial.give_up_tuple(id);
        }
        for (segment, child) in children(partial, id) {
            self.apply_at(partial, child, &path.join(segment));
        }
    }
}

/// The parts of a path that can have structure of their own.
fn children(partial: &Partial, id: NodeId) -> Vec<(Segment, NodeId)> {
    let node = partial.node(id);
    let named = node.keys().map(|(key, child)| (Segment::Key(key.into()), child));
    let members = node.members().map(|child| (Segment::Members, child));
    let elements = node.elements().map(|child| (Segment::Elements, child));
    named.chain(members).chain(elements).collect()
}

/// Names of members that are addresses, numbers or full names of persons, or longer than any name of a field.
fn says_something_of_a_person(key: &str) -> bool {
    let has_digit = key.contains(|c: char| c.is_ascii_digit());
    contains_personal(key).is_some()
        || scan_value(key).is_some()
        || is_full_name(key)
        || key.len() > MAX_NAME_BYTES
        || (has_digit && key.contains(char::is_whitespace))
}

/// Most keys are rare, and together they look like personal data: names of persons, say.
fn has_personal_keys(partial: &Partial, (id, path): (NodeId, &JsonPath), gate: Gate) -> bool {
    let node = partial.node(id);
    let keys: Vec<(&str, u64)> =
        node.keys().map(|(key, child)| (key, partial.node(child).stats.n_values)).collect();
    let n_rare = node.keys().filter(|(_, child)| !gate.is_enough(partial.node(*child).stats.n_units)).count();
    if keys.len() < MIN_DATA_KEYS || 2 * n_rare < keys.len() {
        return false;
    }
    let evidence = FieldEvidence {
        words: &PathWords::of(path),
        values: &keys,
        form: ValueForm::Text,
        n_distinct: cast::to_u64(keys.len()),
        n_rows: keys.iter().map(|(_, count)| count).sum(),
    };
    detect(&evidence).is_some()
}

fn looks_like_dictionary(partial: &Partial, id: NodeId) -> bool {
    let node = partial.node(id);
    let n_objects = node.stats.n_of(JsonType::Object);
    let n_keys = node.keys().len();
    if node.is_dictionary() || n_objects == 0 || n_keys < MIN_DATA_KEYS {
        return false;
    }
    let data_keys = node.keys().filter(|(key, _)| is_data_key(key)).count();
    let members: Vec<NodeId> = node.keys().map(|(_, child)| child).collect();
    if data_keys as f64 >= DATA_KEY_SHARE * n_keys as f64 {
        return one_kind(partial, &members);
    }
    let odd_keys = node.keys().filter(|(key, _)| !is_identifier(key)).count();
    if odd_keys as f64 >= ODD_KEY_SHARE * n_keys as f64 && are_alike(partial, &members) {
        return true;
    }
    if prefix::keys_are_data(partial, id) {
        return one_kind(partial, &members) && same_members(partial, &members) >= SPARSE_SHARED;
    }
    let n_members: u64 = members.iter().map(|child| partial.node(*child).stats.n_values).sum();
    let mean_presence = n_members as f64 / (n_keys as f64 * n_objects as f64);
    let sparse = n_keys >= MIN_SPARSE_KEYS && (mean_presence <= SPARSE_PRESENCE || n_objects == 1);
    sparse && one_kind(partial, &members) && same_members(partial, &members) >= SPARSE_SHARED
}

/// A key that is an address or number of a person, and so frequent that dropping it would lose much.
fn has_personal_key(partial: &Partial, id: NodeId, gate: Gate) -> bool {
    let is_frequent = |child: NodeId| gate.is_enough(partial.node(child).stats.n_units);
    partial.node(id).keys().any(|(key, child)| is_frequent(child) && contains_personal(key).is_some())
}

/// Keys that are numbers, identifiers, dates or addresses rather than names of fields.
fn is_data_key(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    let all_hex = key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let numeric = digits > 0
        && key.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'/'));
    numeric
        || (all_hex && key.len() >= 8 && digits > 0)
        || key.contains('@')
        || (digits >= 3 && 2 * digits >= key.len())
}

/// All members have the same types, integers and other numbers counting as one and nulls as any.
fn one_kind(partial: &Partial, members: &[NodeId]) -> bool {
    let kinds: BTreeSet<Vec<JsonType>> = members
        .iter()
        .map(|child| kind_of(&partial.node(*child).stats))
        .filter(|kind| !kind.is_empty())
        .collect();
    kinds.len() <= 1
}

fn kind_of(stats: &PathStats) -> Vec<JsonType> {
    let types: TypeSet = JsonType::ALL
        .into_iter()
        .filter(|json_type| *json_type != JsonType::Null && stats.n_of(*json_type) > 0)
        .map(|json_type| if json_type == JsonType::Integer { JsonType::Number } else { json_type })
        .collect();
    types.iter().collect()
}

/// How much members that are objects share of their own keys: 1 when each has all. Other members share all.
fn same_members(partial: &Partial, members: &[NodeId]) -> f64 {
    let mut holders: BTreeMap<&str, usize> = BTreeMap::new();
    let mut n_objects = 0;
    for child in members {
        let node = partial.node(*child);
        n_objects += usize::from(node.stats.n_of(JsonType::Object) > 0);
        node.keys().for_each(|(key, _)| *holders.entry(key).or_default() += 1);
    }
    let shared: usize = holders.values().sum();
    if n_objects == 0 || holders.is_empty() {
        1.0
    } else {
        shared as f64 / (holders.len() * n_objects) as f64
    }
}

/// All members are objects with several keys, nearly all of them shared.
fn are_alike(partial: &Partial, members: &[NodeId]) -> bool {
    let is_object = |child: &NodeId| {
        let node = partial.node(*child);
        let n_objects = node.stats.n_of(JsonType::Object);
        n_objects > 0 && n_objects == node.stats.n_non_null() && node.keys().len() >= MIN_ALIKE_KEYS
    };
    members.iter().all(is_object) && same_members(partial, members) >= ALIKE_SHARED
}

/// Letters, digits and underscores: how programs call their fields.
fn is_identifier(key: &str) -> bool {
    key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '@'))
}

/// A short array of one length whose positions differ in type or in distribution.
fn looks_like_tuple(partial: &Partial, id: NodeId) -> bool {
    let node = partial.node(id);
    if !node.may_be_tuple() {
        return false;
    }
    let positions: Vec<&PathStats> =
        node.positions().iter().map(|child| &partial.node(*child).stats).collect();
    positions.windows(2).any(|pair| {
        let (left, right) = (pair[0], pair[1]);
        kind_of(left) != kind_of(right) || numbers_differ(left, right) || values_differ(left, right)
    })
}

/// Few values each, and hardly one of them at both positions.
fn values_differ(left: &PathStats, right: &PathStats) -> bool {
    let (Some(left), Some(right)) = (shares(left), shares(right)) else { return false };
    let common = left.iter().filter_map(|(hash, share)| Some(share.min(*right.get(hash)?)));
    common.sum::<f64>() <= MAX_COMMON
}

/// The shares of the values at a position by their hashes; `None` unless they are few and repeat.
fn shares(stats: &PathStats) -> Option<BTreeMap<u64, f64>> {
    fn of<T>(distinct: &BottomK<T>) -> Option<BTreeMap<u64, f64>> {
        let total = distinct.total();
        let repeats = total >= MIN_REPEATS * cast::to_u64(distinct.len());
        let share = |entry: &Entry<T>| (entry.hash, entry.count as f64 / total as f64);
        (distinct.is_complete() && repeats && total > 0).then(|| distinct.entries().map(share).collect())
    }
    match (stats.number(), stats.string()) {
        (Some(number), None) => of(&number.distinct),
        (None, Some(text)) => of(&text.distinct),
        _ => None,
    }
}

/// The medians lie outside of each other's middle halves.
fn numbers_differ(left: &PathStats, right: &PathStats) -> bool {
    let quartiles = |stats: &PathStats| {
        let histogram = &stats.number()?.histogram;
        Some([histogram.quantile(0.25)?, histogram.quantile(0.5)?, histogram.quantile(0.75)?])
    };
    match (quartiles(left), quartiles(right)) {
        (Some(left), Some(right)) => {
            let outside = |x: f64, other: [f64; 3]| x < other[0] || x > other[2];
            outside(left[1], right) && outside(right[1], left)
        }
        _ => false,
    }
}
