//! Turns the tokens of records into a [`Partial`].

use std::convert::Infallible;

use synth_core::{Event, EventSink, JsonType, RecordSink, RecordStart, Scalar};

use crate::partial::{NodeId, Partial};
use crate::sample::SampledRecord;

pub use crate::partial::Unit;

/// Receives records and accumulates a [`Partial`].
#[derive(Debug)]
pub struct Profiler {
    partial: Partial,
    unit_kind: Unit,
    unit: u64,
    stack: Vec<Frame>,
    /// Where the next value of the innermost object goes.
    member: NodeId,
    n_open_arrays: u32,
    capture: Option<(u64, SampledRecord)>,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    node: NodeId,
    is_array: bool,
    /// Elements or members so far.
    n_children: u64,
    last_member: Option<NodeId>,
}

impl Profiler {
    /// Returns a profiler that has seen nothing.
    #[must_use]
    pub fn new(unit_kind: Unit) -> Self {
        Self {
            partial: Partial::new(unit_kind),
            unit_kind,
            unit: 0,
            stack: Vec::new(),
            member: NodeId::ROOT,
            n_open_arrays: 0,
            capture: None,
        }
    }

    /// Returns a profiler that has seen what is in a partial.
    #[must_use]
    pub fn from_partial(partial: Partial) -> Self {
        let unit_kind = partial.unit();
        Self { partial, ..Self::new(unit_kind) }
    }

    /// Returns what was learned so far.
    #[must_use]
    pub fn partial(&self) -> &Partial {
        &self.partial
    }

    /// Adds what another profiler has seen.
    pub fn merge(&mut self, other: Self) {
        self.partial.merge(other.partial);
    }

    /// Returns what was learned.
    #[must_use]
    pub fn into_partial(self) -> Partial {
        self.partial
    }

    /// The path of the value that starts now.
    fn target(&mut self) -> NodeId {
        match self.stack.last_mut() {
            None => NodeId::ROOT,
            Some(frame) if frame.is_array => {
                frame.n_children += 1;
                let array = frame.node;
                if self.n_open_arrays == 1 && self.unit_kind == Unit::Element {
                    self.unit += 1;
                }
                self.partial.element(array)
            }
            Some(_) => self.member,
        }
    }

    fn start(&mut self, json_type: JsonType) {
        let node = self.target();
        if let Some(frame) = self.stack.last()
            && frame.is_array
        {
            self.partial.give_up_tuple(frame.node);
        }
        self.partial.stats_mut(node).push_type(json_type, self.unit);
        let is_array = json_type == JsonType::Array;
        self.n_open_arrays += u32::from(is_array);
        self.stack.push(Frame { node, is_array, n_children: 0, last_member: None });
    }

    fn end(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        if frame.is_array {
            self.n_open_arrays -= 1;
            self.partial.push_length(frame.node, frame.n_children);
        } else {
            self.partial.stats_mut(frame.node).push_n_members(frame.n_children);
        }
    }

    fn key(&mut self, key: &str) {
        let Some(frame) = self.stack.last_mut() else { return };
        if self.n_open_arrays == 0 && self.unit_kind == Unit::Element {
            self.unit += 1;
        }
        let member = self.partial.member(frame.node, key, frame.last_member, self.unit);
        let stats = self.partial.stats_mut(member);
        stats.position_sum += frame.n_children;
        stats.set_key(key);
        frame.n_children += 1;
        frame.last_member = Some(member);
        self.member = member;
    }

    fn scalar(&mut self, scalar: Scalar<'_>) {
        let node = self.target();
        self.partial.stats_mut(node).push_scalar(scalar, self.unit);
        if let Some(frame) = self.stack.last()
            && frame.is_array
            && let Some(position) = self.partial.position(frame.node, frame.n_children - 1)
        {
            self.partial.stats_mut(position).push_scalar(scalar, self.unit);
        }
    }
}

impl EventSink for Profiler {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        if let Some((_, record)) = &mut self.capture {
            record.keep(event);
        }
        match event {
            Event::ObjectStart => self.start(JsonType::Object),
            Event::ArrayStart => self.start(JsonType::Array),
            Event::ObjectEnd | Event::ArrayEnd => self.end(),
            Event::Key(key) => self.key(key),
            Event::Scalar(scalar) => self.scalar(scalar),
        }
        Ok(())
    }
}

impl RecordSink for Profiler {
    fn begin_record(&mut self, start: RecordStart) {
        self.partial.n_records += 1;
        self.unit += 1;
        if self.partial.sample.wants(start) {
            self.capture = Some((start.content_hash, SampledRecord::empty()));
        }
    }

    fn end_record(&mut self) {
        if let Some((content_hash, record)) = self.capture.take() {
            self.partial.sample.push(content_hash, record);
        }
    }
}
