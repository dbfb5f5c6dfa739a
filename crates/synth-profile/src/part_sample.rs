//! A bounded sample of the parts of documents that are too large to be sampled whole.

mod stored;

use std::collections::BTreeMap;

use synth_core::hash::{combine, hash_bytes};
use synth_core::{Event, EventSink};

use crate::sample::SampledRecord;

/// Most parts of one collection.
const MAX_PARTS: usize = 8192;
/// Most bytes of the parts of one collection.
const MAX_GROUP_BYTES: usize = 4 << 20;
/// Most collections.
const MAX_GROUPS: usize = 12;
/// Larger values are no parts; what is inside of them may be.
const MAX_PART_BYTES: usize = 256 << 10;

/// Elements of the outermost arrays and members of the outer objects of large documents, some of each.
///
/// Of each collection the parts with the smallest hashes of document, path and position are kept: the longest prefix
/// in that order that fits the bounds. The collections are the first by path. So the sample is a function of the
/// set of documents, and `merge` is associative and commutative.
///
/// Memory: at most 12 collections of 4 MiB.
#[derive(Debug, Clone, Default)]
pub(crate) struct PartSample {
    /// By the keys that lead to the collection.
    groups: BTreeMap<Vec<Box<str>>, Group>,
    /// A document was too large to be sampled whole.
    has_documents: bool,
}

/// The parts of one collection.
#[derive(Debug, Clone, Default)]
struct Group {
    parts: BTreeMap<u64, Part>,
    n_bytes: usize,
    /// Parts of this hash and above are outside the prefix.
    limit: Option<u64>,
}

/// An element or a member.
#[derive(Debug, Clone)]
struct Part {
    document: u64,
    /// Position in its array or object.
    index: u64,
    /// The key, if it is a member.
    key: Option<Box<str>>,
    value: SampledRecord,
}

/// A part whose tokens are still coming.
#[derive(Debug)]
pub(crate) struct OpenPart {
    group: Vec<Box<str>>,
    hash: u64,
    index: u64,
    key: Option<Box<str>>,
    /// Containers that were open when it began.
    pub(crate) depth: usize,
    pub(crate) value: SampledRecord,
}

impl OpenPart {
    /// Tells whether the value is too large for a part.
    pub(crate) fn is_too_large(&self) -> bool {
        self.value.n_bytes() > MAX_PART_BYTES
    }
}

impl PartSample {
    /// Begins a part of the open document, if it belongs to the sample as far as is known.
    ///
    /// `keys` lead to the collection; `place` is the part's position and, if it is a member, its key.
    pub(crate) fn begin(
        &self,
        document: u64,
        keys: &[String],
        (index, key): (u64, Option<&str>),
        depth: usize,
    ) -> Option<OpenPart> {
        let path = keys.iter().fold(document, |hash, key| combine(hash, hash_bytes(key.as_bytes())));
        let hash = combine(path, index);
        let group: Vec<Box<str>> = keys.iter().map(|key| key.as_str().into()).collect();
        let is_wanted = match self.groups.get(&group) {
            Some(known) => known.limit.is_none_or(|limit| hash < limit),
            None => {
                self.groups.len() < MAX_GROUPS
                    || self.groups.last_key_value().is_some_and(|last| group < *last.0)
            }
        };
        let key = key.map(Into::into);
        is_wanted.then(|| OpenPart { group, hash, index, key, depth, value: SampledRecord::empty() })
    }

    /// Adds a part of a document.
    pub(crate) fn push(&mut self, document: u64, part: OpenPart) {
        let OpenPart { group, hash, index, key, value, .. } = part;
        self.groups.entry(group).or_default().push(hash, Part { document, index, key, value });
        self.trim();
    }

    /// Adds the parts of other documents.
    pub(crate) fn merge(&mut self, other: Self) {
        self.has_documents |= other.has_documents;
        for (path, theirs) in other.groups {
            self.groups.entry(path).or_default().merge(theirs);
        }
        self.trim();
    }

    /// Notes that a document is known by its parts only.
    pub(crate) fn close_document(&mut self) {
        self.has_documents = true;
    }

    /// Tells whether documents are known by their parts only.
    pub(crate) fn has_documents(&self) -> bool {
        self.has_documents
    }

    fn trim(&mut self) {
        while self.groups.len() > MAX_GROUPS {
            self.groups.pop_last();
        }
    }

    /// Sends each document with the parts that were kept of it; calls `end` behind each.
    ///
    /// # Errors
    ///
    /// The first error of the sink.
    pub(crate) fn replay<S: EventSink>(
        &self,
        sink: &mut S,
        mut end: impl FnMut(&mut S),
    ) -> Result<(), S::Error> {
        let mut documents: BTreeMap<u64, BTreeMap<&[Box<str>], Vec<&Part>>> = BTreeMap::new();
        for (path, group) in &self.groups {
            for part in group.parts.values() {
                documents.entry(part.document).or_default().entry(path).or_default().push(part);
            }
        }
        for collections in documents.into_values() {
            sink.event(Event::ObjectStart, 0)?;
            for (path, mut parts) in collections {
                parts.sort_by_key(|part| part.index);
                replay_collection(path, &parts, sink)?;
            }
            sink.event(Event::ObjectEnd, 0)?;
            end(sink);
        }
        Ok(())
    }
}

/// Sends the way to a collection and its parts; a key that leads to several collections comes several times.
fn replay_collection<S: EventSink>(path: &[Box<str>], parts: &[&Part], sink: &mut S) -> Result<(), S::Error> {
    let are_members = parts.iter().any(|part| part.key.is_some());
    for (depth, key) in path.iter().enumerate() {
        sink.event(Event::Key(key), 0)?;
        let is_array = depth + 1 == path.len() && !are_members;
        sink.event(if is_array { Event::ArrayStart } else { Event::ObjectStart }, 0)?;
    }
    for part in parts {
        if let Some(key) = &part.key {
            sink.event(Event::Key(key), 0)?;
        }
        // A collection is an object or an array; of a path that is both in turn the members count.
        if part.key.is_some() == are_members {
            part.value.replay(sink)?;
        }
    }
    for depth in (0..path.len()).rev() {
        let is_array = depth + 1 == path.len() && !are_members;
        sink.event(if is_array { Event::ArrayEnd } else { Event::ObjectEnd }, 0)?;
    }
    Ok(())
}

impl Group {
    fn push(&mut self, hash: u64, part: Part) {
        if self.limit.is_some_and(|limit| hash >= limit) {
            return;
        }
        self.n_bytes += part.value.n_bytes();
        // Equal hashes come from documents that begin alike; which part is kept must not depend on the order.
        let loser = match self.parts.remove(&hash) {
            Some(known) if known.value.is_before(&part.value) => {
                self.parts.insert(hash, known);
                Some(part)
            }
            known => {
                self.parts.insert(hash, part);
                known
            }
        };
        self.n_bytes -= loser.map_or(0, |part| part.value.n_bytes());
        self.trim();
    }

    fn merge(&mut self, other: Self) {
        self.limit = match (self.limit, other.limit) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        if let Some(limit) = self.limit {
            let outside = self.parts.split_off(&limit);
            self.n_bytes -= outside.values().map(|part| part.value.n_bytes()).sum::<usize>();
        }
        for (hash, part) in other.parts {
            self.push(hash, part);
        }
    }

    fn trim(&mut self) {
        while self.parts.len() > MAX_PARTS || self.n_bytes > MAX_GROUP_BYTES {
            let Some((hash, part)) = self.parts.pop_last() else { return };
            self.n_bytes -= part.value.n_bytes();
            self.limit = Some(hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use synth_core::Scalar;

    use super::*;

    #[derive(Debug, Default, PartialEq)]
    struct Written(String);

    impl EventSink for Written {
        type Error = Infallible;

        fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
            self.0.push_str(&format!("{event:?} "));
            Ok(())
        }
    }

    fn push(sample: &mut PartSample, document: u64, collection: u64, index: u64) {
        let keys = ["data".to_owned(), format!("list{collection:02}")];
        let Some(mut part) = sample.begin(document, &keys, (index, None), 3) else { return };
        part.value.keep(Event::Scalar(Scalar::String(&format!("{document} {index}"))));
        sample.push(document, part);
    }

    fn written(sample: &PartSample) -> String {
        let mut written = Written::default();
        let Ok(()) = sample.replay(&mut written, |_| ());
        written.0
    }

    /// Catches a bound that keeps what came first, and a merge in which the side shows.
    #[test]
    fn parts_and_collections_beyond_the_bounds_leave_in_any_order() {
        let of = |document: u64, is_reversed: bool| {
            let mut sample = PartSample::default();
            for step in 0..5000 * 14 {
                let step = if is_reversed { 5000 * 14 - 1 - step } else { step };
                push(&mut sample, document, step % 14, step / 14);
            }
            sample
        };
        let mut forward = of(1, false);
        forward.merge(of(2, false));
        let mut backward = of(2, true);
        backward.merge(of(1, true));
        assert_eq!(written(&forward), written(&backward));
        assert_eq!(forward.groups.len(), MAX_GROUPS);
        assert!(forward.groups.values().all(|group| group.parts.len() == MAX_PARTS));
        assert!(!written(&forward).contains("list12"));
    }
}
