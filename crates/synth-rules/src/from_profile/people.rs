//! Persons and places: made-up fields of one object that belong together.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use synth_core::{JsonPath, Segment};
use synth_privacy::PathWords;
use synth_profile::Profile;

use crate::entity::{Entity, EntityPart, Follows};
use crate::field::{FieldRule, FieldType, ValueKind};
use crate::generator::{Categorical, Faker, FakerMethod, Generator, Literal, Pattern};
use crate::relationship::Relationship;

mod locale;

/// Last words of the names of objects that are parts of a person or of its address, not things of their own.
const PARTS: [&str; 20] = [
    "name",
    "names",
    "address",
    "addresses",
    "addr",
    "location",
    "contact",
    "profile",
    "details",
    "detail",
    "personal",
    "info",
    "bio",
    "demographics",
    "geo",
    "phone",
    "phones",
    "telecom",
    "email",
    "emails",
];
/// Words for the parts of a person or address; what is left of a field's name tells two persons of one object apart.
const WORDS: [&str; 56] = [
    "name",
    "first",
    "last",
    "given",
    "family",
    "surname",
    "full",
    "middle",
    "user",
    "username",
    "login",
    "handle",
    "email",
    "mail",
    "address",
    "street",
    "line",
    "city",
    "town",
    "state",
    "province",
    "region",
    "country",
    "code",
    "iso",
    "zip",
    "zipcode",
    "postal",
    "postcode",
    "phone",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "fax",
    "number",
    "primary",
    "gender",
    "sex",
    "title",
    "prefix",
    "salutation",
    "locale",
    "language",
    "lang",
    "home",
    "work",
    "company",
    "organization",
    "firstname",
    "lastname",
    "fullname",
    "postalcode",
    "phonenumber",
    "countrycode",
    "value",
];
/// Names of fields that say something of a person or place when their values are a list.
const TELLING: [(EntityPart, &[&str]); 6] = [
    (EntityPart::Country, &["country", "countrycode", "nation", "land", "pays"]),
    (EntityPart::Region, &["state", "region", "province", "bundesland", "statecode"]),
    (EntityPart::City, &["city", "town", "stadt", "ville", "ciudad"]),
    (EntityPart::Gender, &["gender", "sex", "geschlecht"]),
    (EntityPart::Title, &["salutation", "honorific", "anrede"]),
    (EntityPart::Locale, &["locale", "language", "lang"]),
];

/// What a field is to a person or place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It shows a part.
    Shown(FakerMethod),
    /// It says something.
    Says(EntityPart),
    /// Its learned form may be replaced by a part.
    Could(FakerMethod),
}

/// A field of a person or place.
#[derive(Debug, Clone)]
struct Member {
    path: JsonPath,
    role: Role,
    /// What is left of its name, and of those of the parts it stands in, without the usual words.
    rest: String,
}

/// Finds the persons and places of a rule set: made-up fields of one object share one, and follow the categories beside
/// them.
///
/// Fields of objects such as `name` and `address` belong to the object around them. Where one object has two names or
/// two cities (`ship_city`, `bill_city`), what is left of the fields' names tells them apart. Fields that must not
/// repeat stay as they are, but for mail addresses and names of accounts.
pub(super) fn introduce(
    fields: &mut IndexMap<JsonPath, FieldRule>,
    relationships: &[Relationship],
    profile: &Profile,
) -> IndexMap<String, Entity> {
    let keys = key_paths(relationships);
    let mut groups: IndexMap<JsonPath, Vec<Member>> = IndexMap::new();
    for (path, rule) in fields.iter() {
        let is_key = rule.unique || keys.contains(path);
        if let Some(role) = role(path, rule, is_key).filter(|role| is_apt(*role, path, profile)) {
            let (mut anchor, rest) = anchor(path);
            if let Some(element) = own_place(path, role, &anchor) {
                anchor = element;
            }
            groups.entry(anchor).or_default().push(Member { path: path.clone(), role, rest });
        }
    }
    let mut entities = IndexMap::new();
    for (anchor, members) in groups {
        for members in split(members) {
            let Some(mut entity) = entity(&anchor, &members) else { continue };
            if entity.follows.country.is_none() && entity.follows.locale.is_none() {
                entity.locales = locale::evidence(&members_of(&members), profile);
                if entity.locales.is_empty() && members.iter().any(shows_country) {
                    entity.locales = locale::anywhere();
                }
            }
            let name = free_name(&anchor, &members, &entities);
            settle(&name, &entity, &members, fields);
            entities.insert(name, entity);
        }
    }
    entities
}

/// Tells whether a field shows countries, of which there are then several.
fn shows_country(member: &Member) -> bool {
    matches!(member.role, Role::Shown(FakerMethod::Country | FakerMethod::CountryCode | FakerMethod::Locale))
}

fn members_of(members: &[Member]) -> Vec<&JsonPath> {
    members.iter().map(|member| &member.path).collect()
}

/// Paths that are keys, or that others refer to.
fn key_paths(relationships: &[Relationship]) -> BTreeSet<JsonPath> {
    let mut keys = BTreeSet::new();
    for relationship in relationships {
        match relationship {
            Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
                keys.extend(paths.iter().cloned());
            }
            Relationship::ForeignKey { parent, .. } => keys.extend(parent.paths().iter().cloned()),
            _ => {}
        }
    }
    keys
}

/// A field of fewer different texts keeps its learned form, which says more of them than a list of all the world's cities.
const MIN_DISTINCT: u64 = 20;

/// Tells whether a role may be given to a field.
fn is_apt(role: Role, path: &JsonPath, profile: &Profile) -> bool {
    let field = || profile.fields.iter().find(|field| field.path == *path);
    match role {
        Role::Could(_) => {
            field().and_then(|field| field.text.as_ref()).is_some_and(|text| text.n_distinct >= MIN_DISTINCT)
        }
        Role::Shown(_) | Role::Says(_) => true,
    }
}

fn role(path: &JsonPath, rule: &FieldRule, is_key: bool) -> Option<Role> {
    let words = PathWords::of(path);
    if matches!(path.segments().last(), Some(Segment::MemberKeys | Segment::Members))
        || words.own_has(&["middle"])
    {
        return None;
    }
    let lists: Vec<&Categorical> = rule.kinds.iter().filter_map(list).collect();
    if let Some(list) = lists.first() {
        return told(rule, &words, list).map(Role::Says);
    }
    let [kind] = &rule.kinds[..] else { return None };
    match &kind.generator {
        Some(Generator::Faker(faker)) if faker.method.is_of_entity() => {
            let is_numbered = matches!(faker.method, FakerMethod::Email | FakerMethod::UserName);
            (is_numbered || !is_key).then_some(Role::Shown(faker.method))
        }
        Some(_) if !is_key && is_form(kind) => could_show(rule, &words).map(Role::Could),
        _ => None,
    }
}

fn list(kind: &ValueKind) -> Option<&Categorical> {
    match &kind.generator {
        Some(Generator::Categorical(list)) => Some(list),
        _ => None,
    }
}

/// What a list of values says of a person or place.
fn told(rule: &FieldRule, words: &PathWords, list: &Categorical) -> Option<EntityPart> {
    let is_title = |value: &Literal| {
        let word = value.text().trim_end_matches('.').to_lowercase();
        ["mr", "mrs", "ms", "miss", "herr", "frau", "mme", "sra", "sig"].contains(&word.as_str())
    };
    match rule.semantic_type.as_deref() {
        Some("city") => Some(EntityPart::City),
        Some("gender") => Some(EntityPart::Gender),
        Some("country") => Some(EntityPart::Country),
        _ if list.values.iter().any(is_title) => Some(EntityPart::Title),
        _ => TELLING.iter().find(|(_, names)| words.own_has(names)).map(|(part, _)| *part),
    }
}

/// Tells whether values are made by their form only, which says nothing of what they are.
fn is_form(kind: &ValueKind) -> bool {
    match &kind.generator {
        Some(Generator::Pattern(_)) => kind.field_type == FieldType::String,
        Some(Generator::Faker(faker)) => matches!(faker.method, FakerMethod::Words | FakerMethod::Text),
        _ => false,
    }
}

/// The part that values of a learned form show, by the name of their field.
fn could_show(rule: &FieldRule, words: &PathWords) -> Option<FakerMethod> {
    let part = TELLING.iter().find(|(_, names)| words.own_has(names)).map(|(part, _)| *part);
    let is_code = rule.semantic_type.as_deref() == Some("postal_code")
        || words.own_has(&["zip", "zipcode", "postcode", "postalcode", "plz"]);
    match part {
        _ if is_code => Some(FakerMethod::PostalCode),
        Some(EntityPart::City) => Some(FakerMethod::City),
        Some(EntityPart::Region) => Some(FakerMethod::Region),
        _ if words.own_has(&["company", "companyname", "organization", "organisation", "employer"]) => {
            Some(FakerMethod::CompanyName)
        }
        _ if words.own_has(&["jobtitle", "job", "occupation", "profession", "contacttitle"]) => {
            Some(FakerMethod::JobTitle)
        }
        _ => None,
    }
}

/// The object whose person or place a field shows, and what its name has beside the usual words.
fn anchor(path: &JsonPath) -> (JsonPath, String) {
    let mut segments = path.segments().to_vec();
    let mut rest: Vec<String> = Vec::new();
    let mut is_own = true;
    loop {
        let n_steps = segments.iter().rev().take_while(|segment| !matches!(segment, Segment::Key(_))).count();
        let Some(at) = segments.len().checked_sub(n_steps + 1) else { break };
        let Segment::Key(key) = &segments[at] else { break };
        let words = split_words(key);
        let is_part = words.last().is_some_and(|word| PARTS.contains(&word.as_str()));
        // Elements are things of their own unless they are called parts.
        let is_list_of_one =
            is_own && words.iter().all(|word| matches!(word.as_str(), "given" | "line" | "phone" | "phones"));
        if !(is_own && n_steps == 0 || is_list_of_one || is_part && !(is_own && n_steps > 0)) {
            break;
        }
        let others = words.into_iter().filter(|word| !WORDS.contains(&word.as_str()));
        rest.splice(0..0, others.filter(|word| !PARTS.contains(&word.as_str())));
        segments.truncate(at);
        is_own = false;
    }
    (segments.into_iter().collect(), rest.join("_"))
}

/// The element of a list of addresses that a part of one stands in: a person has one name, but may have several places.
fn own_place(path: &JsonPath, role: Role, anchor: &JsonPath) -> Option<JsonPath> {
    let is_of_place = match role {
        Role::Shown(method) => matches!(
            method,
            FakerMethod::StreetAddress
                | FakerMethod::PostalCode
                | FakerMethod::City
                | FakerMethod::Region
                | FakerMethod::RegionCode
                | FakerMethod::Country
                | FakerMethod::CountryCode
        ),
        Role::Could(method) => !matches!(method, FakerMethod::CompanyName | FakerMethod::JobTitle),
        Role::Says(part) => matches!(part, EntityPart::Country | EntityPart::Region | EntityPart::City),
    };
    let last_key = path.segments().iter().rposition(|segment| matches!(segment, Segment::Key(_)))?;
    let at = path.segments()[..last_key].iter().rposition(|segment| matches!(segment, Segment::Elements))?;
    (is_of_place && at >= anchor.segments().len()).then(|| path.segments()[..=at].iter().cloned().collect())
}

/// The words of a member's name, in lower case.
fn split_words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for c in key.chars() {
        let is_new = !c.is_alphanumeric() || c.is_uppercase() && was_lower;
        if is_new && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// One group if no part is there twice, else one for each name; a part that the main group lacks is its own.
fn split(members: Vec<Member>) -> Vec<Vec<Member>> {
    let mut seen = BTreeSet::new();
    let is_double = members.iter().filter_map(part).any(|part| !seen.insert(part));
    if !is_double {
        return vec![members];
    }
    let mut groups: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for member in members {
        groups.entry(member.rest.clone()).or_default().push(member);
    }
    if let Some(mut main) = groups.remove("") {
        let mut parts: BTreeSet<String> = main.iter().filter_map(part).collect();
        groups.retain(|_, members| match &members[..] {
            [single] if part(single).is_some_and(|part| parts.insert(part)) => {
                main.push(single.clone());
                false
            }
            _ => true,
        });
        groups.insert(String::new(), main);
    }
    groups.into_values().collect()
}

/// The part that a field shows or tells; none where there may be several.
fn part(member: &Member) -> Option<String> {
    match member.role {
        Role::Shown(FakerMethod::PhoneNumber | FakerMethod::CompanyName)
        | Role::Could(FakerMethod::CompanyName | FakerMethod::JobTitle) => None,
        Role::Shown(method) | Role::Could(method) => {
            let part = EntityPart::of_method(method).map(|part| format!("{part:?}"));
            Some(part.unwrap_or_else(|| format!("{method:?}")))
        }
        Role::Says(part) => Some(format!("{part:?}")),
    }
}

/// The entity of fields that have something to agree on.
fn entity(anchor: &JsonPath, members: &[Member]) -> Option<Entity> {
    let mut follows = Follows::default();
    let mut n_shown = 0;
    for member in members {
        match member.role {
            Role::Shown(_) => n_shown += 1,
            Role::Says(part) => follows.set(part, &member.path),
            Role::Could(_) => {}
        }
    }
    let n_all = members.len();
    let is_one = n_all > 1 && (n_shown > 0 || follows.country.is_some() && n_shown + 1 < n_all);
    is_one.then(|| Entity { at: anchor.clone(), locales: IndexMap::new(), follows })
}

/// Tells the fields whose part they show.
fn settle(name: &str, entity: &Entity, members: &[Member], fields: &mut IndexMap<JsonPath, FieldRule>) {
    let is_placed = entity.follows.country.is_some() || !entity.locales.is_empty();
    for member in members {
        let Some(rule) = fields.get_mut(&member.path) else { continue };
        for kind in &mut rule.kinds {
            let method = match member.role {
                Role::Shown(method) => Some(method),
                // The learned form of postal codes is that of their country, if that is always the same.
                Role::Could(FakerMethod::PostalCode) if !is_placed => None,
                Role::Could(method) => Some(method),
                // What a list of cities or regions leaves out.
                Role::Says(EntityPart::City) if is_form(kind) => Some(FakerMethod::City),
                Role::Says(EntityPart::Region) if is_form(kind) => Some(FakerMethod::Region),
                // Values beside the list that are made up already.
                Role::Says(part) => {
                    made_up(kind).filter(|method| EntityPart::of_method(*method) == Some(part))
                }
            };
            let Some(method) = method else { continue };
            let is_short = |kind: &ValueKind| matches!(&kind.generator, Some(Generator::Pattern(pattern)) if is_code_like(pattern));
            let method = if method == FakerMethod::Region && is_short(kind) {
                FakerMethod::RegionCode
            } else {
                method
            };
            let of_entity = method.is_of_entity().then(|| name.to_owned());
            match &mut kind.generator {
                Some(Generator::Faker(faker)) if faker.method == method => faker.entity = of_entity,
                Some(Generator::Categorical(_)) => {}
                generator => {
                    *generator = Some(Generator::Faker(Faker { entity: of_entity, ..Faker::of(method) }))
                }
            }
        }
    }
}

fn made_up(kind: &ValueKind) -> Option<FakerMethod> {
    match &kind.generator {
        Some(Generator::Faker(faker)) => Some(faker.method),
        _ => None,
    }
}

/// Tells whether a form is that of codes of two or three capitals.
fn is_code_like(pattern: &Pattern) -> bool {
    pattern.patterns.iter().all(|regex| matches!(regex.as_str(), "[A-Z]{2}" | "[A-Z]{3}" | "[A-Z]{2,3}"))
}

/// A name that tells what the entity is, and that no other has.
fn free_name(anchor: &JsonPath, members: &[Member], taken: &IndexMap<String, Entity>) -> String {
    let is_person = members.iter().any(|member| {
        matches!(
            member.role,
            Role::Shown(
                FakerMethod::Name
                    | FakerMethod::FirstName
                    | FakerMethod::LastName
                    | FakerMethod::Email
                    | FakerMethod::UserName
            )
        )
    });
    let common = members.first().map(|member| member.rest.clone()).unwrap_or_default();
    let rest =
        Some(common).filter(|rest| !rest.is_empty() && members.iter().all(|member| member.rest == *rest));
    let own = anchor.segments().iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(singular(key)),
        _ => None,
    });
    let base = match (own, rest) {
        (Some(own), Some(rest)) => format!("{own}_{rest}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => (if is_person { "person" } else { "place" }).to_owned(),
    };
    let numbered = (2..).map(|number: u32| format!("{base}_{number}"));
    std::iter::once(base.clone()).chain(numbered).find(|name| !taken.contains_key(name)).unwrap_or(base)
}

fn singular(key: &str) -> String {
    let words = split_words(key).join("_");
    match words.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => words
            .strip_suffix('s')
            .filter(|stem| stem.len() > 2 && !stem.ends_with('s'))
            .unwrap_or(&words)
            .to_owned(),
    }
}

#[cfg(test)]
mod tests;
