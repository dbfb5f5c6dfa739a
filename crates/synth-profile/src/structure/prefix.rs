//! Keys that are data behind a common text, such as `exp_160`, `user:17` and `node-3`.

use std::collections::BTreeMap;

use synth_core::{JsonType, cast};

use super::{DATA_KEY_SHARE, is_data_key};
use crate::partial::{NodeId, Partial};

/// Fewest keys whose members are objects or arrays.
const MIN_KEYS: usize = 3;
/// Fewest keys whose members are scalars: columns of a table are numbered, too.
const MIN_SCALAR_KEYS: usize = 12;
/// Largest mean presence of data in objects of which there are several: members that are always there are fields.
const MAX_PRESENCE: f64 = 0.9;

/// Tells whether most keys of an object are the same text followed by data.
///
/// # Method
///
/// A key is cut behind its first separator or before its first digit. Nine in ten keys must have the same first
/// part, and what is left of them must look like data. Fields may be numbered, too (`line1`, `line2`); so the
/// members must be missing in some of the objects, or there must be one object only, and scalars must be many.
pub(super) fn keys_are_data(partial: &Partial, object: NodeId) -> bool {
    let node = partial.node(object);
    let n_keys = node.keys().len();
    let mut heads: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, _) in node.keys() {
        let (head, tail) = cut(key);
        if !head.is_empty() && is_data_key(tail) {
            *heads.entry(head).or_default() += 1;
        }
    }
    let n_data = heads.values().copied().max().unwrap_or(0);
    let is_container = |child: NodeId| {
        let stats = &partial.node(child).stats;
        stats.n_of(JsonType::Object) + stats.n_of(JsonType::Array) > 0
    };
    let least = if node.keys().any(|(_, child)| is_container(child)) { MIN_KEYS } else { MIN_SCALAR_KEYS };
    let n_objects = node.stats.n_of(JsonType::Object);
    let n_members: u64 = node.keys().map(|(_, child)| partial.node(child).stats.n_values).sum();
    let presence = n_members as f64 / (cast::to_u64(n_keys) * n_objects).max(1) as f64;
    n_keys >= least
        && n_data as f64 >= DATA_KEY_SHARE * n_keys as f64
        && (n_objects == 1 || presence <= MAX_PRESENCE)
}

/// Cuts a key behind its first separator or before its first digit.
fn cut(key: &str) -> (&str, &str) {
    let is_edge = |c: char| c.is_ascii_digit() || matches!(c, '_' | ':' | '-' | '/' | '#' | '.');
    match key.char_indices().find(|(_, c)| is_edge(*c)) {
        Some((at, c)) if c.is_ascii_digit() => key.split_at(at),
        Some((at, c)) => key.split_at(at + c.len_utf8()),
        None => (key, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_cut_before_their_data() {
        for (key, expected) in [
            ("exp_160", ("exp_", "160")),
            ("user:17", ("user:", "17")),
            ("node3", ("node", "3")),
            ("17", ("", "17")),
            ("name", ("name", "")),
            ("é9", ("é", "9")),
        ] {
            assert_eq!(cut(key), expected);
        }
    }
}
