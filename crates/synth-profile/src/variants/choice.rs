//! Which tag tells what, once the objects are counted.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use synth_core::{JsonPath, JsonType, PathId, Rate};

use super::Counter;
use super::table::{Group, Row, Saving};
use crate::profile::{TagValue, VariantCaseProfile, VariantProfile};

/// The best tag so far of an object or a member.
type Best = BTreeMap<PathId, (Saving, PathId)>;

/// What a tag tells of a member.
#[derive(Debug, Clone, Copy)]
struct Told {
    tag: PathId,
    saving: Saving,
    /// When it is null, beside its types.
    with_null: bool,
}

impl Counter {
    /// The unions: for each object the tag that tells most, and for members other tags that tell their types.
    pub(super) fn variants(&self) -> Vec<VariantProfile> {
        let (mut of_presence, mut of_types, mut of_null) = (Best::new(), Best::new(), Best::new());
        for (&(object, tag), table) in &self.tables {
            let (presence, types): (Vec<Group>, Vec<Group>) =
                self.groups(object).into_iter().partition(|group| matches!(group, Group::Presence(_)));
            offer(&mut of_presence, object, (table.saving(&presence), tag));
            for group in types.into_iter().filter(|_| self.role(tag).is_certain) {
                let member = self.role(object).traits[group.first()].member;
                let best = if matches!(group, Group::Null(_)) { &mut of_null } else { &mut of_types };
                offer(best, member, (table.saving(&[group]), tag));
            }
        }
        let members = told(&of_types, &of_null);
        let objects: BTreeSet<PathId> = self.tables.keys().map(|(object, _)| *object).collect();
        let of_object = |object: PathId| self.of_object(object, of_presence.get(&object).copied(), &members);
        objects.into_iter().flat_map(of_object).collect()
    }

    /// The union of an object, if it has one, and those of its members that follow another tag.
    fn of_object(
        &self,
        object: PathId,
        presence: Option<(Saving, PathId)>,
        members: &BTreeMap<PathId, Told>,
    ) -> Vec<VariantProfile> {
        let mut by_tag: BTreeMap<PathId, Vec<(PathId, Told)>> = BTreeMap::new();
        for (member, told) in members.iter().filter(|(member, _)| self.tree.parent(**member) == object) {
            by_tag.entry(told.tag).or_default().push((*member, *told));
        }
        // Of tags with equally many members the first.
        let most = by_tag.iter().max_by_key(|(tag, own)| (own.len(), std::cmp::Reverse(**tag)));
        let Some((saving, main)) = presence.or(most.map(|(tag, own)| (own[0].1.saving, *tag))) else {
            return Vec::new();
        };
        let own = by_tag.remove(&main).unwrap_or_default();
        let mut variants = vec![self.union(object, (main, saving), (presence.is_some(), &own))];
        for (member, told) in by_tag.into_values().flatten() {
            let union = self.union(object, (told.tag, told.saving), (false, &[(member, told)]));
            variants.push(VariantProfile { path: self.tree.path(member), ..union });
        }
        variants
    }

    fn union(
        &self,
        object: PathId,
        (tag, saving): (PathId, Saving),
        (has_presence, members): (bool, &[(PathId, Told)]),
    ) -> VariantProfile {
        let case = |(value, row): (&TagValue, &Row)| VariantCaseProfile {
            when: value.clone(),
            count: row.n,
            presence: if has_presence { self.presence(object, row) } else { IndexMap::new() },
            types: members
                .iter()
                .filter_map(|(member, told)| self.types(object, (*member, *told), row))
                .collect(),
        };
        let rows = &self.tables[&(object, tag)].rows;
        let values = &self.role(tag).tag_values;
        VariantProfile {
            path: self.tree.path(object),
            discriminator: self.tree.path(tag),
            explained: Rate::new(saving.explained).unwrap_or(Rate::ONE),
            cases: values.iter().zip(rows).filter(|(_, row)| row.n > 0).map(case).collect(),
        }
    }

    /// How often each optional member is there.
    fn presence(&self, object: PathId, row: &Row) -> IndexMap<JsonPath, Rate> {
        let optional =
            self.role(object).traits.iter().zip(&row.with).filter(|(own, _)| own.of_type.is_none());
        optional.map(|(own, count)| (self.tree.path(own.member), Rate::of(*count, row.n))).collect()
    }

    /// Of which types a member is; nothing where it never is there, or only null and that is not told.
    fn types(
        &self,
        object: PathId,
        (member, told): (PathId, Told),
        row: &Row,
    ) -> Option<(JsonPath, IndexMap<JsonType, u64>)> {
        let own = self.role(object).traits.iter().zip(&row.with).filter(|(own, _)| own.member == member);
        let counts: IndexMap<JsonType, u64> = own
            .filter_map(|(own, count)| Some((own.of_type?, *count)))
            .filter(|(of_type, count)| *count > 0 && (told.with_null || *of_type != JsonType::Null))
            .collect();
        (!counts.is_empty()).then(|| (self.tree.path(member), counts))
    }

    /// What is to be told of the members of an object.
    fn groups(&self, object: PathId) -> Vec<Group> {
        let traits = &self.role(object).traits;
        let mut groups = Vec::new();
        let mut at = 0;
        while let Some(own) = traits.get(at) {
            let start = at;
            at += 1;
            if own.of_type.is_none() {
                groups.push(Group::Presence(start));
                continue;
            }
            while traits.get(at).is_some_and(|next| next.member == own.member && next.of_type.is_some()) {
                at += 1;
            }
            let is_nullable = own.of_type == Some(JsonType::Null);
            if is_nullable {
                groups.push(Group::Null(start..at));
            }
            let values = start + usize::from(is_nullable)..at;
            if values.len() > 1 {
                groups.push(Group::Types(values));
            }
        }
        groups
    }
}

/// What one tag tells of each member: of which type it is, and when it is null if that is the same tag, or else that alone.
fn told(of_types: &Best, of_null: &Best) -> BTreeMap<PathId, Told> {
    let told = |(member, (saving, tag)): (&PathId, &(Saving, PathId))| {
        let with_null = of_null.get(member).is_some_and(|(_, other)| other == tag);
        (*member, Told { tag: *tag, saving: *saving, with_null })
    };
    let mut all: BTreeMap<PathId, Told> = of_null.iter().map(told).collect();
    all.extend(of_types.iter().map(told));
    all
}

/// Takes a tag if it saves more than what is known.
fn offer(best: &mut Best, what: PathId, (saving, tag): (Option<Saving>, PathId)) {
    let Some(saving) = saving else { return };
    if best.get(&what).is_none_or(|(known, _)| saving.bits > known.bits) {
        best.insert(what, (saving, tag));
    }
}
