//! Rules that do not fit each other: paths that name nothing, and lengths that are missing.

use std::collections::BTreeSet;

use synth_core::{JsonPath, Segment};

use super::Problem;
use crate::error::{ErrorKind, suggest};
use crate::rule_set::{Relationship, RuleSet, Variants};
use crate::yaml::Step;

pub(super) fn problems(rules: &RuleSet, problems: &mut Vec<Problem>) {
    missing_lengths(rules, problems);
    for (path, variants) in &rules.variants {
        variant_problems(rules, path, variants, problems);
    }
    for (index, relationship) in rules.relationships.iter().enumerate() {
        let base: [Step; 3] = ["relationships".into(), (&index).into(), "paths".into()];
        relationship_problems(rules, relationship, &base, problems);
    }
    if let Some(main) = &rules.globals.main_collection
        && !is_known(rules, main)
    {
        problems.push(unknown_path(rules, main, vec!["globals".into(), "main_collection".into()]));
    }
}

/// Every `[]` and `.*` of a field needs a length; each is told once.
fn missing_lengths(rules: &RuleSet, problems: &mut Vec<Problem>) {
    let mut told: BTreeSet<JsonPath> = BTreeSet::new();
    for field in rules.fields.keys() {
        let mut path = JsonPath::root();
        for segment in field.segments() {
            path = path.join(segment.clone());
            let needs_one = matches!(segment, Segment::Elements | Segment::Members);
            if needs_one && !rules.shape.contains_key(&path) && told.insert(path.clone()) {
                let kind = ErrorKind::MissingLength { path: path.to_string() };
                problems.push(Problem { steps: vec!["fields".into(), field.into()], kind });
            }
        }
    }
}

/// Some field has the path or stands below it, or a length speaks of it.
fn is_known(rules: &RuleSet, path: &JsonPath) -> bool {
    rules.fields.keys().chain(rules.shape.keys()).any(|known| known.starts_with(path))
}

fn unknown_path(rules: &RuleSet, path: &JsonPath, steps: Vec<Step>) -> Problem {
    let path = path.to_string();
    let known: Vec<String> = rules.fields.keys().chain(rules.shape.keys()).map(ToString::to_string).collect();
    let suggestion = suggest(&path, known.iter().map(String::as_str));
    Problem { steps, kind: ErrorKind::UnknownPath { path, suggestion } }
}

fn variant_problems(rules: &RuleSet, path: &JsonPath, variants: &Variants, problems: &mut Vec<Problem>) {
    let base: Vec<Step> = vec!["variants".into(), path.into()];
    if !rules.fields.contains_key(&variants.discriminator) {
        let steps = [base.clone(), vec!["discriminator".into()]].concat();
        problems.push(unknown_path(rules, &variants.discriminator, steps));
    }
    for (index, case) in variants.cases.iter().enumerate() {
        let base = [base.clone(), vec!["cases".into(), (&index).into()]].concat();
        let always = case.always.iter().enumerate();
        let always = always.map(|(at, field)| (field, ["always".into(), Step::from(&at)]));
        let sometimes = case.sometimes.keys().map(|field| (field, ["sometimes".into(), Step::from(field)]));
        for (field, own) in always.chain(sometimes) {
            if !is_known(rules, field) {
                problems.push(unknown_path(rules, field, [base.clone(), own.to_vec()].concat()));
            }
        }
    }
}

fn relationship_problems(
    rules: &RuleSet,
    relationship: &Relationship,
    base: &[Step],
    problems: &mut Vec<Problem>,
) {
    let (Relationship::PrimaryKey { paths } | Relationship::Unique { paths }) = relationship;
    for (index, path) in paths.iter().enumerate() {
        if !rules.fields.contains_key(path) {
            problems.push(unknown_path(rules, path, [base, &[(&index).into()]].concat()));
        }
    }
    let kind = match paths.len() {
        1 => return,
        0 => ErrorKind::Impossible { reason: "a key needs at least one path".to_owned() },
        _ => ErrorKind::Unsupported { what: "a key of several fields".to_owned() },
    };
    problems.push(Problem { steps: base.to_vec(), kind });
}
