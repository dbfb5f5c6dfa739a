//! The tree of paths in files: one level after the other, members in key order.
//!
//! The order follows from the tree alone, so equal trees have equal bytes however their nodes lie in memory, and
//! what is read is always a tree.

use std::collections::VecDeque;

use synth_core::cast;

use super::{MAX_KEYS, MAX_TUPLE, Node, NodeId, Partial, Unit};
use crate::stored::{Corrupt, Reader, Stored, Writer, check, is_ascending};

/// Deeper trees are not read, because what walks them goes down by calls.
const MAX_DEPTH: usize = 2048;

/// A path that waits to be written.
struct Waiting {
    id: NodeId,
    /// The units of this path and of those below it depend on the order of the records.
    units_are_unknown: bool,
    /// Keys of a dictionary: how many units held one of them depends on the order, the keys' own units do not.
    is_member_keys: bool,
}

impl Stored for Partial {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { nodes: _, unit, n_records, sample, parts } = self;
        out.put(&(*unit == Unit::Element, n_records));
        let root = Waiting { id: NodeId::ROOT, units_are_unknown: false, is_member_keys: false };
        let mut queue = VecDeque::from([root]);
        while let Some(waiting) = queue.pop_front() {
            let node = self.node(waiting.id);
            let units_are_unknown = waiting.units_are_unknown || node.units_are_unknown;
            let children = node.store(&Waiting { units_are_unknown, ..waiting }, out);
            queue.extend(children.into_iter().map(|(id, is_member_keys)| Waiting {
                id,
                units_are_unknown,
                is_member_keys,
            }));
        }
        sample.store(out);
        parts.store(out);
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let is_element: bool = input.take()?;
        let unit = if is_element { Unit::Element } else { Unit::Record };
        let n_records = input.count()?;
        let mut nodes = Vec::new();
        // Nodes that were announced: how many of them there are in each level.
        let (mut n_announced, mut level_end, mut depth) = (1, 1, 0);
        while nodes.len() < n_announced {
            let node = Node::load(input, &mut n_announced)?;
            nodes.push(node);
            if nodes.len() == level_end {
                (level_end, depth) = (n_announced, depth + 1);
                check(depth <= MAX_DEPTH, "the depth of the tree")?;
            }
        }
        Ok(Self { nodes, unit, n_records, sample: Stored::load(input)?, parts: Stored::load(input)? })
    }
}

impl Node {
    /// Writes the node; returns its children in the order in which they get their numbers.
    fn store(&self, waiting: &Waiting, out: &mut Writer<'_>) -> Vec<(NodeId, bool)> {
        let Self {
            stats,
            keys,
            elements,
            positions,
            not_a_tuple,
            units_are_unknown,
            members,
            member_keys,
            follower: _,
        } = self;
        out.put(&(not_a_tuple, units_are_unknown, elements.is_some(), members.is_some(), positions.len()));
        out.put(&keys.len());
        keys.keys().for_each(|key| out.put(key));
        out.units_are_unknown = waiting.units_are_unknown;
        if waiting.is_member_keys {
            let mut stats = stats.clone();
            stats.n_units = 0;
            stats.store(out);
        } else {
            stats.store(out);
        }
        let named = keys.values().chain(elements).chain(positions).chain(members).map(|id| (*id, false));
        named.chain(member_keys.iter().map(|id| (*id, true))).collect()
    }

    /// Reads a node, whose children get the numbers from `n_announced` on.
    fn load(input: &mut Reader<'_>, n_announced: &mut usize) -> Result<Self, Corrupt> {
        let (not_a_tuple, units_are_unknown, has_elements, is_dictionary, n_positions): (
            bool,
            bool,
            bool,
            bool,
            usize,
        ) = input.take()?;
        let keys: Vec<Box<str>> = input.list(MAX_KEYS, |input| Ok(input.take::<&str>()?.into()))?;
        check(is_ascending(&keys), "the order of members")?;
        check(keys.is_empty() || !is_dictionary, "a dictionary")?;
        check(n_positions <= cast::to_usize(MAX_TUPLE) && !(not_a_tuple && n_positions > 0), "a tuple")?;
        let mut next = || {
            *n_announced += 1;
            NodeId(cast::to_u32(*n_announced - 1))
        };
        Ok(Self {
            keys: keys.into_iter().map(|key| (key, next())).collect(),
            elements: has_elements.then(&mut next),
            positions: (0..n_positions).map(|_| next()).collect(),
            members: is_dictionary.then(&mut next),
            member_keys: is_dictionary.then(&mut next),
            not_a_tuple,
            units_are_unknown,
            follower: None,
            stats: Stored::load(input)?,
        })
    }
}
