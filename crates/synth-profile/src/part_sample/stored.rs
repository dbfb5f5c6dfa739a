//! The sample of parts of documents in files.

use super::{Group, MAX_GROUP_BYTES, MAX_GROUPS, MAX_PARTS, Part, PartSample};
use crate::stored::{Corrupt, Reader, Stored, Writer, check, is_ascending};

/// Keys that lead to a collection; documents are not nested deeper than this.
const MAX_DEPTH: usize = 1 << 16;

impl Stored for PartSample {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { groups, has_documents } = self;
        out.put(&(has_documents, groups.len()));
        for (path, group) in groups {
            out.put(path);
            group.store(out);
        }
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let has_documents = input.take()?;
        let groups = input.list(MAX_GROUPS, |input| {
            let path: Vec<Box<str>> = input.list(MAX_DEPTH, |input| Ok(input.take::<&str>()?.into()))?;
            Ok((path, Group::load(input)?))
        })?;
        check(is_ascending(groups.iter().map(|(path, _)| path)), "the order of collections")?;
        Ok(Self { groups: groups.into_iter().collect(), has_documents })
    }
}

impl Stored for Group {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { parts, n_bytes: _, limit } = self;
        out.put(&(limit, parts.len()));
        for (hash, Part { document, index, key, value }) in parts {
            out.put(&(hash, document, index, key));
            value.store(out);
        }
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let limit: Option<u64> = input.take()?;
        let parts = input.list(MAX_PARTS, |input| {
            let (hash, document, index): (u64, u64, u64) = input.take()?;
            let key: Option<Box<str>> = input.take::<Option<&str>>()?.map(Into::into);
            Ok((hash, Part { document, index, key, value: Stored::load(input)? }))
        })?;
        let n_bytes = parts.iter().map(|(_, part): &(u64, Part)| part.value.n_bytes()).sum();
        let is_in_order = is_ascending(parts.iter().map(|(hash, _)| *hash));
        let last = parts.last().map(|(hash, _)| *hash);
        let is_within = limit.zip(last).is_none_or(|(limit, last)| last < limit);
        check(is_in_order && is_within && n_bytes <= MAX_GROUP_BYTES, "the parts of a collection")?;
        Ok(Self { parts: parts.into_iter().collect(), n_bytes, limit })
    }
}
