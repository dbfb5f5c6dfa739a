//! Turns the tokens of records into a [`Partial`].

use std::convert::Infallible;

use synth_core::{Event, EventSink, JsonType, RecordSink, RecordStart, Scalar};

use crate::part_sample::{OpenPart, PartSample};
use crate::partial::{NodeId, Partial};
use crate::sample::{RecordSample, SampledRecord};

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
    document: Option<OpenDocument>,
}

/// A document that may turn out to be too large to be sampled whole.
#[derive(Debug)]
struct OpenDocument {
    content_hash: u64,
    /// The keys that lead to the innermost object outside of arrays.
    keys: Vec<String>,
    parts: PartSample,
    part: Option<OpenPart>,
    /// Memory that the document would take in a sample.
    n_bytes: usize,
}

impl OpenDocument {
    fn is_large(&self) -> bool {
        self.n_bytes > crate::sample::MAX_BYTES / 2
    }
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
            document: None,
        }
    }

    /// Returns a profiler that has seen what is in a partial.
    #[must_use]
    pub fn from_partial(partial: Partial) -> Self {
        let unit_kind = partial.unit();
        Self { partial, ..Self::new(unit_kind) }
    }

    /// Returns a profiler that has seen nothing and will be merged into this one.
    ///
    /// It takes no records into its sample that this one's sample has no room for, which is most of them when this one
    /// has seen many; so it needs less memory and time than one that knows nothing.
    #[must_use]
    pub fn beside(&self) -> Self {
        let mut other = Self::new(self.unit_kind);
        other.partial.sample = RecordSample::beside(&self.partial.sample);
        other
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
        self.start_part(json_type);
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

    /// Begins a part of a document where an element of an outermost array starts, or an object outside of arrays.
    fn start_part(&mut self, json_type: JsonType) {
        let depth = self.stack.len();
        let (Some(document), Some(frame)) = (&mut self.document, self.stack.last()) else { return };
        let n_keys = if frame.is_array { depth - 1 } else { depth };
        let is_element = frame.is_array && self.n_open_arrays == 1;
        let is_member = !frame.is_array && self.n_open_arrays == 0 && json_type == JsonType::Object;
        if document.part.is_some() || !(is_element && n_keys > 0 || is_member) || document.keys.len() < n_keys
        {
            return;
        }
        let (keys, place) = if is_member {
            let (key, keys) = document.keys[..n_keys].split_last().unzip();
            (keys.unwrap_or_default(), (frame.n_children, key.map(String::as_str)))
        } else {
            (&document.keys[..n_keys], (frame.n_children, None))
        };
        document.part = document.parts.begin(document.content_hash, keys, place, depth);
    }

    /// Keeps a token of the record and of the open part, as long as they are small enough.
    fn keep(&mut self, event: Event<'_>) {
        if let Some((_, record)) = &mut self.capture {
            record.keep(event);
        }
        let Some(document) = &mut self.document else { return };
        document.n_bytes += SampledRecord::cost(event);
        if document.is_large() {
            self.capture = None;
        }
        if let Some(part) = &mut document.part {
            part.value.keep(event);
        }
        document.part.take_if(|part| part.is_too_large());
        let depth = self.stack.len();
        if let Some(part) = document.part.take_if(|part| part.depth == depth) {
            document.parts.push(document.content_hash, part);
        }
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
        if let Some(document) = self.document.as_mut().filter(|_| self.n_open_arrays == 0) {
            let depth = self.stack.len() - 1;
            document.keys.resize(depth + 1, String::new());
            document.keys[depth].clear();
            document.keys[depth].push_str(key);
        }
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
        match event {
            Event::ObjectStart => self.start(JsonType::Object),
            Event::ArrayStart => self.start(JsonType::Array),
            Event::ObjectEnd | Event::ArrayEnd => self.end(),
            Event::Key(key) => self.key(key),
            Event::Scalar(scalar) => self.scalar(scalar),
        }
        self.keep(event);
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
        self.document = (self.unit_kind == Unit::Element).then(|| OpenDocument {
            content_hash: start.content_hash,
            keys: Vec::new(),
            parts: PartSample::default(),
            part: None,
            n_bytes: 0,
        });
    }

    fn end_record(&mut self) {
        if let Some((content_hash, record)) = self.capture.take() {
            self.partial.sample.push(content_hash, record);
        }
        // The document's own size decides, not what the sample has room for.
        if let Some(mut document) = self.document.take().filter(OpenDocument::is_large) {
            document.parts.close_document();
            self.partial.parts.merge(document.parts);
        }
    }
}
