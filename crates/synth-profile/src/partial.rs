//! What a reader has learned so far: accumulators per path, with an exact merge.

mod stored;

use std::collections::BTreeMap;

use synth_core::{EventSink, JsonPath, Segment, cast};

use crate::part_sample::PartSample;
use crate::path_stats::PathStats;
use crate::sample::RecordSample;

/// An object with more distinct keys than this is a dictionary whatever else it looks like.
///
/// The bound keeps memory finite when keys are data.
pub const MAX_KEYS: usize = 1000;

/// Arrays are watched for being tuples up to this length.
pub const MAX_TUPLE: u64 = 4;

/// Number of a path in one [`Partial`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NodeId(u32);

impl NodeId {
    /// The record itself.
    pub const ROOT: Self = Self(0);

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What counts as one unit when the support of a value is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// A record of a stream.
    #[default]
    Record,
    /// A part of a document that is one record: an element of an outermost array, or a member outside of arrays.
    Element,
}

/// What becomes of the units of values when the members of an object become one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    /// The members are different units.
    Add,
    /// One unit may hold several members, so the count is at least that of one member.
    KeepLargest,
    /// What is known depends on the order of the records, so nothing is claimed.
    Forget,
}

/// Everything learned from a part of the input.
///
/// `merge` is associative and commutative: the same records give the same state, however they were cut.
///
/// Memory: at most [`crate::path_stats::MAX_BYTES`] a path, [`MAX_KEYS`] paths an object, plus the record sample.
#[derive(Debug, Clone)]
pub struct Partial {
    nodes: Vec<Node>,
    unit: Unit,
    /// Records seen.
    pub n_records: u64,
    /// A sample of whole records, from which relations between fields are learned.
    pub sample: RecordSample,
    /// Parts of documents that are too large for the sample of whole records.
    pub(crate) parts: PartSample,
}

/// One path: its statistics and the paths below it.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// What was seen at this path.
    pub stats: PathStats,
    keys: BTreeMap<Box<str>, NodeId>,
    elements: Option<NodeId>,
    positions: Vec<NodeId>,
    not_a_tuple: bool,
    units_are_unknown: bool,
    members: Option<NodeId>,
    member_keys: Option<NodeId>,
    /// The member that followed this one the last time; only a shortcut.
    follower: Option<NodeId>,
}

impl Node {
    /// Tells whether the path is an object whose keys are data.
    #[must_use]
    pub fn is_dictionary(&self) -> bool {
        self.members.is_some()
    }

    /// Tells whether every array seen here is a short run of scalars of one length.
    #[must_use]
    pub fn may_be_tuple(&self) -> bool {
        !self.not_a_tuple && !self.positions.is_empty()
    }

    /// Returns the named members in key order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = (&str, NodeId)> {
        self.keys.iter().map(|(key, id)| (&**key, *id))
    }

    /// Returns the elements of the arrays seen here.
    #[must_use]
    pub fn elements(&self) -> Option<NodeId> {
        self.elements
    }

    /// Returns the positions of a possible tuple.
    #[must_use]
    pub fn positions(&self) -> &[NodeId] {
        &self.positions
    }

    /// Returns the members of a dictionary.
    #[must_use]
    pub fn members(&self) -> Option<NodeId> {
        self.members
    }

    /// Returns the keys of a dictionary, as strings.
    #[must_use]
    pub fn member_keys(&self) -> Option<NodeId> {
        self.member_keys
    }
}

impl Default for Partial {
    fn default() -> Self {
        Self::new(Unit::default())
    }
}

impl Partial {
    /// Returns a partial that has seen nothing.
    #[must_use]
    pub fn new(unit: Unit) -> Self {
        Self {
            nodes: vec![Node::default()],
            unit,
            n_records: 0,
            sample: RecordSample::default(),
            parts: PartSample::default(),
        }
    }

    /// Tells whether every record is in the sample, whole.
    #[must_use]
    pub fn is_sampled_whole(&self) -> bool {
        self.sample.is_complete() && !self.parts.has_documents()
    }

    /// Sends the sampled records to a sink, and large documents with the parts that were kept of them; behind each
    /// `end` is called with the number of equal records.
    ///
    /// # Errors
    ///
    /// The first error of the sink.
    pub(crate) fn replay_sample<S: EventSink>(
        &self,
        sink: &mut S,
        mut end: impl FnMut(&mut S, u64),
    ) -> Result<(), S::Error> {
        for record in self.sample.records() {
            record.replay(sink)?;
            end(sink, record.count);
        }
        self.parts.replay(sink, |sink| end(sink, 1))
    }

    /// Returns what counts as one unit.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Returns one path's node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// Returns the node of a path, if it was seen.
    #[must_use]
    pub fn find(&self, path: &JsonPath) -> Option<NodeId> {
        path.segments().iter().try_fold(NodeId::ROOT, |id, segment| {
            let node = self.node(id);
            match segment {
                Segment::Key(key) => node.keys.get(&**key).copied(),
                Segment::Elements => node.elements,
                Segment::Members => node.members,
                Segment::MemberKeys => node.member_keys,
                Segment::Index(index) => node.positions.get(*index as usize).copied(),
                Segment::Descend => None,
            }
        })
    }

    pub(crate) fn stats_mut(&mut self, id: NodeId) -> &mut PathStats {
        &mut self.nodes[id.index()].stats
    }

    /// Adds what another reader learned from other records.
    pub fn merge(&mut self, mut other: Self) {
        self.n_records += other.n_records;
        self.sample.merge(std::mem::take(&mut other.sample));
        self.parts.merge(std::mem::take(&mut other.parts));
        let theirs = NodeId(cast::to_u32(self.nodes.len()));
        self.nodes.extend(other.nodes.into_iter().map(|node| node.shifted(theirs.0)));
        self.absorb(theirs, NodeId::ROOT, Units::Add);
    }

    /// Returns the member `key` of `object`, new if need be; `after` is the member before it, a shortcut.
    ///
    /// An object that outgrows [`MAX_KEYS`] becomes a dictionary here.
    pub(crate) fn member(&mut self, object: NodeId, key: &str, after: Option<NodeId>, unit: u64) -> NodeId {
        if let Some(id) = self.follower(object, key, after) {
            return id;
        }
        if let (Some(members), Some(keys)) =
            (self.nodes[object.index()].members, self.nodes[object.index()].member_keys)
        {
            self.stats_mut(keys).push_text(key, unit);
            return members;
        }
        let known = self.nodes[object.index()].keys.get(key).copied();
        let id = known.unwrap_or_else(|| self.new_node());
        if known.is_none() {
            self.nodes[object.index()].keys.insert(key.into(), id);
            if self.nodes[object.index()].keys.len() > MAX_KEYS {
                self.collapse_unasked(object);
                return self.member(object, key, None, unit);
            }
        }
        if let Some(after) = after {
            self.nodes[after.index()].follower = Some(id);
        }
        id
    }

    /// The member that came after `after` the last time, if it is `key` again.
    fn follower(&self, object: NodeId, key: &str, after: Option<NodeId>) -> Option<NodeId> {
        let id = self.nodes[after?.index()].follower?;
        let node = &self.nodes[id.index()];
        (node.stats.key() == key && self.nodes[object.index()].members.is_none()).then_some(id)
    }

    pub(crate) fn element(&mut self, array: NodeId) -> NodeId {
        if let Some(id) = self.nodes[array.index()].elements {
            return id;
        }
        let id = self.new_node();
        self.nodes[array.index()].elements = Some(id);
        id
    }

    /// Returns the node of a tuple position, or `None` when the array cannot be a tuple any more.
    pub(crate) fn position(&mut self, array: NodeId, index: u64) -> Option<NodeId> {
        if self.nodes[array.index()].not_a_tuple {
            return None;
        }
        if index >= MAX_TUPLE {
            self.give_up_tuple(array);
            return None;
        }
        let index = cast::to_usize(index);
        while self.nodes[array.index()].positions.len() <= index {
            let id = self.new_node();
            self.nodes[array.index()].positions.push(id);
        }
        Some(self.nodes[array.index()].positions[index])
    }

    pub(crate) fn give_up_tuple(&mut self, array: NodeId) {
        let node = &mut self.nodes[array.index()];
        node.not_a_tuple = true;
        node.positions.clear();
    }

    /// Counts an array of `length` elements.
    pub(crate) fn push_length(&mut self, array: NodeId, length: u64) {
        self.stats_mut(array).lengths_mut().push(length);
        self.check_tuple(array);
    }

    /// A tuple has one length in all of its arrays.
    fn check_tuple(&mut self, array: NodeId) {
        let lengths = self.nodes[array.index()].stats.lengths();
        let (min, max) = lengths.map_or((None, None), |lengths| (lengths.min(), lengths.max()));
        let one_length = min == max && min.is_some_and(|length| (2..=MAX_TUPLE).contains(&length));
        if max.is_some() && !one_length {
            self.give_up_tuple(array);
        }
    }

    /// Drops a member and all below it.
    pub(crate) fn remove_member(&mut self, object: NodeId, key: &str) {
        self.nodes[object.index()].keys.remove(key);
    }

    fn new_node(&mut self) -> NodeId {
        let id = NodeId(cast::to_u32(self.nodes.len()));
        self.nodes.push(Node::default());
        id
    }

    /// Turns an object into a dictionary when all records are known.
    pub(crate) fn collapse(&mut self, object: NodeId) {
        self.collapse_with(object, if self.unit == Unit::Element { Units::Add } else { Units::KeepLargest });
    }

    /// Turns an object that has too many keys into a dictionary while records are still coming.
    fn collapse_unasked(&mut self, object: NodeId) {
        self.collapse_with(object, if self.unit == Unit::Element { Units::Add } else { Units::Forget });
    }

    /// The members of an object become one path, its keys strings.
    fn collapse_with(&mut self, object: NodeId, units: Units) {
        let node = &mut self.nodes[object.index()];
        if node.is_dictionary() {
            return;
        }
        let keys = std::mem::take(&mut node.keys);
        let (members, member_keys) = (self.new_node(), self.new_node());
        let node = &mut self.nodes[object.index()];
        (node.members, node.member_keys) = (Some(members), Some(member_keys));
        for (key, child) in keys {
            let tally = self.node(child).stats.tally();
            self.stats_mut(member_keys).push_texts(&key, tally);
            self.absorb(child, members, units);
        }
        self.nodes[members.index()].units_are_unknown |= units == Units::Forget;
    }

    /// Takes back every claim about units where they depend on the order of the records.
    pub(crate) fn settle_units(&mut self) {
        self.settle_units_at(NodeId::ROOT, false);
    }

    fn settle_units_at(&mut self, id: NodeId, inherited: bool) {
        let node = &mut self.nodes[id.index()];
        let are_unknown = inherited || node.units_are_unknown;
        if are_unknown {
            node.stats.forget_units();
        }
        let parts = [node.elements, node.members, node.member_keys].into_iter().flatten();
        let below: Vec<NodeId> = node.keys.values().chain(&node.positions).copied().chain(parts).collect();
        below.into_iter().for_each(|child| self.settle_units_at(child, are_unknown));
    }

    /// Moves all that `from` and the paths below it know into `into`; `from` is empty afterwards.
    fn absorb(&mut self, from: NodeId, into: NodeId, units: Units) {
        if self.node(from).is_dictionary() || self.node(into).is_dictionary() {
            self.collapse_if_object(from);
            self.collapse_if_object(into);
        }
        let source = std::mem::take(&mut self.nodes[from.index()]);
        self.nodes[into.index()].units_are_unknown |= source.units_are_unknown;
        self.nodes[into.index()].stats.merge(source.stats, units);
        for (key, theirs) in source.keys {
            match self.nodes[into.index()].keys.get(&key).copied() {
                Some(ours) => self.absorb(theirs, ours, units),
                None => {
                    self.nodes[into.index()].keys.insert(key, theirs);
                }
            }
        }
        if self.nodes[into.index()].keys.len() > MAX_KEYS {
            self.collapse_unasked(into);
        }
        self.absorb_child(source.elements, into, units, |node| &mut node.elements);
        self.absorb_child(source.members, into, units, |node| &mut node.members);
        self.absorb_child(source.member_keys, into, units, |node| &mut node.member_keys);
        let theirs = source.positions.iter().copied().filter(|_| !source.not_a_tuple);
        self.absorb_positions(theirs.collect(), source.not_a_tuple, into, units);
    }

    fn collapse_if_object(&mut self, id: NodeId) {
        if !self.node(id).keys.is_empty() {
            self.collapse_unasked(id);
        }
    }

    fn absorb_child(
        &mut self,
        theirs: Option<NodeId>,
        into: NodeId,
        units: Units,
        slot: fn(&mut Node) -> &mut Option<NodeId>,
    ) {
        let Some(theirs) = theirs else { return };
        match *slot(&mut self.nodes[into.index()]) {
            Some(ours) => self.absorb(theirs, ours, units),
            None => *slot(&mut self.nodes[into.index()]) = Some(theirs),
        }
    }

    fn absorb_positions(&mut self, theirs: Vec<NodeId>, not_a_tuple: bool, into: NodeId, units: Units) {
        if not_a_tuple || self.node(into).not_a_tuple {
            self.give_up_tuple(into);
            return;
        }
        for (index, position) in theirs.into_iter().enumerate() {
            match self.nodes[into.index()].positions.get(index).copied() {
                Some(ours) => self.absorb(position, ours, units),
                None => self.nodes[into.index()].positions.push(position),
            }
        }
        self.check_tuple(into);
    }

    /// Returns every path with its node, parents first, members in the order in which they stand in the data.
    #[must_use]
    pub fn walk(&self) -> Vec<(JsonPath, NodeId)> {
        let mut out = Vec::new();
        self.walk_from(JsonPath::root(), NodeId::ROOT, &mut out);
        out
    }

    fn walk_from(&self, path: JsonPath, id: NodeId, out: &mut Vec<(JsonPath, NodeId)>) {
        let node = self.node(id);
        out.push((path.clone(), id));
        for (key, child) in self.members_in_order(id) {
            self.walk_from(path.key(key), child, out);
        }
        if let Some(keys) = node.member_keys {
            self.walk_from(path.join(Segment::MemberKeys), keys, out);
        }
        if let Some(members) = node.members {
            self.walk_from(path.join(Segment::Members), members, out);
        }
        for (index, &position) in (0..).zip(&node.positions) {
            self.walk_from(path.join(Segment::Index(index)), position, out);
        }
        if let Some(elements) = node.elements {
            self.walk_from(path.elements(), elements, out);
        }
    }

    /// Returns the named members by their mean position in the objects, ties by key.
    pub(crate) fn members_in_order(&self, id: NodeId) -> Vec<(&str, NodeId)> {
        let mut members: Vec<(&str, NodeId)> = self.node(id).keys().collect();
        members.sort_by(|(_, a), (_, b)| {
            let (a, b) = (&self.node(*a).stats, &self.node(*b).stats);
            // Compares a.sum / a.n with b.sum / b.n exactly.
            (u128::from(a.position_sum) * u128::from(b.n_values))
                .cmp(&(u128::from(b.position_sum) * u128::from(a.n_values)))
        });
        members
    }
}

impl Node {
    /// The node with all ids moved up by `by`.
    fn shifted(mut self, by: u32) -> Self {
        let shift = |id: &mut NodeId| id.0 += by;
        self.keys.values_mut().for_each(shift);
        self.positions.iter_mut().for_each(shift);
        for slot in [&mut self.elements, &mut self.members, &mut self.member_keys] {
            slot.iter_mut().for_each(shift);
        }
        self.follower = None;
        self.stats.forget_last_unit();
        self
    }
}
