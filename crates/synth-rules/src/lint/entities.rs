//! What is wrong with persons and places, and with the fields that show parts of them.

use synth_core::{JsonPath, Segment};

use super::{Problem, Report};
use crate::entity::{Entity, LOCALES};
use crate::error::ErrorKind;
use crate::field::FieldRule;
use crate::generator::{Faker, Generator};
use crate::rule_set::RuleSet;
use crate::yaml::Step;

/// Finds entities that cannot be.
pub(super) fn problems(rules: &RuleSet, problems: &mut Vec<Problem>) {
    for (name, entity) in &rules.entities {
        let base: Vec<Step> = vec!["entities".into(), name.as_str().into()];
        one(entity, &mut super::reporter(&base, problems));
    }
}

fn one(entity: &Entity, report: Report<'_>) {
    for locale in entity.locales.keys() {
        known_locale(locale, &["locales", locale], report);
    }
    let weights: Vec<f64> = entity.locales.values().copied().collect();
    super::sums::no_negative("locales", &weights, report);
    if !weights.is_empty() && weights.iter().sum::<f64>() <= 0.0 {
        let reason = "all weights of `locales` are 0".to_owned();
        report(&["locales"], ErrorKind::Impossible { reason });
    }
    for (_, key, path) in entity.follows.iter() {
        if !stands_above(path, &entity.at) {
            let reason = format!("`{path}` stands in another array than `at`, so there is not one for each");
            report(&["follows", key], ErrorKind::Impossible { reason });
        }
    }
}

/// Tells whether there is one instance of a path for each of another: all its arrays are also the other's.
fn stands_above(path: &JsonPath, other: &JsonPath) -> bool {
    let is_step = |segment: &Segment| matches!(segment, Segment::Elements | Segment::Members);
    let n = path.segments().iter().rposition(is_step).map_or(0, |at| at + 1);
    other.segments().get(..n).is_some_and(|above| above == &path.segments()[..n])
}

/// Finds fields that show parts of what is not there.
pub(super) fn field(rules: &RuleSet, path: &JsonPath, field: &FieldRule, report: Report<'_>) {
    let several = field.kinds.len() > 1;
    for (index, kind) in field.kinds.iter().enumerate() {
        let Some(Generator::Faker(faker)) = &kind.generator else { continue };
        let index = index.to_string();
        let own: &[&str] = if several { &["one_of", &index, "params"] } else { &["params"] };
        params(rules, (path, faker), &mut |keys, kind| report(&[own, keys].concat(), kind));
    }
}

fn params(rules: &RuleSet, (path, faker): (&JsonPath, &Faker), report: Report<'_>) {
    for (key, given) in [("entity", &faker.entity), ("locale", &faker.locale)] {
        if given.is_some() && !faker.method.is_of_entity() {
            let because = "the method makes no part of a person or place".to_owned();
            report(&[key], ErrorKind::IgnoredKey { key: key.to_owned(), because });
            return;
        }
    }
    if let Some(locale) = &faker.locale {
        known_locale(locale, &["locale"], report);
        if faker.entity.is_some() {
            let because = "the entity has locales of its own".to_owned();
            report(&["locale"], ErrorKind::IgnoredKey { key: "locale".to_owned(), because });
        }
    }
    let Some(name) = &faker.entity else { return };
    match rules.entities.get(name) {
        None => {
            let known = rules.entities.keys().cloned().collect();
            report(&["entity"], ErrorKind::UnknownWord { word: name.clone(), known });
        }
        Some(entity) if !path.starts_with(&entity.at) => {
            let reason = format!("the entity `{name}` is at `{}`, which is not above the field", entity.at);
            report(&["entity"], ErrorKind::Impossible { reason });
        }
        Some(_) => {}
    }
}

fn known_locale(locale: &str, keys: &[&str], report: Report<'_>) {
    if !LOCALES.contains(&locale) {
        let known = LOCALES.map(str::to_owned).to_vec();
        report(keys, ErrorKind::UnknownWord { word: locale.to_owned(), known });
    }
}
