//! What fields are to each other: data that is personal because it stands beside a person or an address.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, Segment};
use synth_privacy::{Company, Gate, PathWords, PiiKind, detect_in_company};

use super::{number, text};
use crate::partial::{NodeId, Partial};
use crate::profile::FieldProfile;

/// Keys of objects that describe the person around them rather than something of their own.
const PARTS: [&str; 10] = [
    "name",
    "names",
    "bio",
    "biography",
    "personal",
    "info",
    "profile",
    "details",
    "demographics",
    "contact",
];

/// Keys of objects that list identifiers, some of which may be spelled like names.
const LISTS: [&str; 4] = ["id", "ids", "identifier", "identifiers"];

/// Looks again at fields in the company of persons and addresses, and describes them anew where it matters.
///
/// # Method
///
/// An object with a name of a person or a date of birth is a person, and so is the one around it when the name
/// stands in a part of it, such as `name` or `bio`. Everything below is the person's.
///
/// # Cost
///
/// O(table size) for each field in such company.
pub(super) fn apply(partial: &Partial, walk: &[(JsonPath, NodeId)], fields: &mut [FieldProfile], gate: Gate) {
    let kinds: BTreeMap<JsonPath, PiiKind> =
        fields.iter().filter_map(|field| Some((field.path.clone(), personal(field)?))).collect();
    let persons: BTreeSet<JsonPath> = kinds.iter().flat_map(|(path, kind)| persons(path, *kind)).collect();
    let housed: BTreeSet<JsonPath> = kinds
        .iter()
        .filter(|(_, kind)| **kind == PiiKind::Address)
        .filter_map(|(path, _)| object_of(path))
        .collect();
    for (field, (path, id)) in fields.iter_mut().zip(walk) {
        if kinds.contains_key(path) {
            continue;
        }
        let company = Company {
            person: person_of(path, &persons),
            has_address: object_of(path).is_some_and(|object| housed.contains(&object)),
        };
        if company.person.is_some() || company.has_address {
            look_again(partial, *id, &company, field, gate);
        }
    }
}

fn personal(field: &FieldProfile) -> Option<PiiKind> {
    let text = field.text.as_ref().and_then(|text| text.personal.as_deref());
    let number = || field.number.as_ref().and_then(|number| number.personal.as_deref());
    text.or_else(number).and_then(PiiKind::from_name)
}

fn look_again(partial: &Partial, id: NodeId, company: &Company, field: &mut FieldProfile, gate: Gate) {
    let path = field.path.clone();
    let stats = &partial.node(id).stats;
    if let (Some(strings), Some(profile)) = (stats.string(), &mut field.text)
        && profile.times.is_empty()
        && let Some(found) =
            text::with_evidence(strings, &path, |evidence| detect_in_company(evidence, company))
    {
        *profile = text::profile(strings, &path, gate, Some(found.kind));
    }
    if let (Some(numbers), Some(profile)) = (stats.number(), &mut field.number)
        && profile.time.is_none()
        && let Some(found) =
            number::with_evidence(numbers, &path, |evidence| detect_in_company(evidence, company))
    {
        *profile = number::profile(numbers, &path, gate, Some(found.kind));
    }
}

/// The objects that are persons because of the field at `path`.
fn persons(path: &JsonPath, kind: PiiKind) -> Vec<JsonPath> {
    if !matches!(kind, PiiKind::PersonName | PiiKind::GivenName | PiiKind::FamilyName | PiiKind::DateOfBirth)
    {
        return Vec::new();
    }
    let Some(object) = object_of(path) else { return Vec::new() };
    let words = PathWords::of(&object);
    let around = if words.own_has(&PARTS) { object_of(&object) } else { None };
    let object = if words.own_has(&LISTS) { None } else { Some(object) };
    [object, around].into_iter().flatten().collect()
}

/// The object that holds a member, or the array that the member is: `$.a` of `$.a.b` and of `$.a.b[]`.
fn object_of(path: &JsonPath) -> Option<JsonPath> {
    let mut path = path.clone();
    while !matches!(path.segments().last()?, Segment::Key(_)) {
        path = path.parent()?;
    }
    path.parent()
}

/// The keys from the nearest person down to a field.
fn person_of(path: &JsonPath, persons: &BTreeSet<JsonPath>) -> Option<PathWords> {
    let mut above = path.parent();
    while let Some(object) = above {
        if persons.contains(&object) {
            let way = path.segments().iter().skip(object.segments().len());
            let keys = way.filter_map(|segment| match segment {
                Segment::Key(key) => Some(&**key),
                _ => None,
            });
            return Some(PathWords::new(keys));
        }
        above = object.parent();
    }
    None
}
