//! Rules that do not fit each other: paths that name nothing, and lengths that are missing.

use std::collections::BTreeSet;

use synth_core::{JsonPath, Segment};

use super::{Problem, sums};
use crate::error::{ErrorKind, suggest};
use crate::field::FieldRule;
use crate::relationship::{PathStep, Relationship};
use crate::rule_set::{RuleSet, Variants};
use crate::value_type::{TypeShares, ValueType};
use crate::yaml::Step;

pub(super) fn problems(rules: &RuleSet, unread: &[JsonPath], problems: &mut Vec<Problem>) {
    let known = Known { rules, unread };
    missing_lengths(known, problems);
    for (path, variants) in &rules.variants {
        variant_problems(known, path, variants, problems);
    }
    for (index, relationship) in rules.relationships.iter().enumerate() {
        let base: [Step; 2] = ["relationships".into(), (&index).into()];
        relationship_problems(known, relationship, &base, problems);
    }
    for (name, entity) in &rules.entities {
        let base: Vec<Step> = vec!["entities".into(), name.as_str().into()];
        let followed = entity.follows.iter().map(|(_, key, path)| (path, vec!["follows".into(), key.into()]));
        for (path, own) in followed.chain([(&entity.at, vec!["at".into()])]) {
            if !known.covers(path) {
                problems.push(known.unknown(path, [base.clone(), own].concat()));
            }
        }
    }
    super::along::problems(rules, known, problems);
    if let Some(main) = &rules.globals.main_collection
        && !known.covers(main)
    {
        problems.push(known.unknown(main, vec!["globals".into(), "main_collection".into()]));
    }
}

/// The paths of a rule file: those of its rules, and those of rules that could not be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    rules: &'a RuleSet,
    unread: &'a [JsonPath],
}

impl Known<'_> {
    /// Tells whether there is a rule for the field itself.
    pub(super) fn has_field(self, path: &JsonPath) -> bool {
        self.rules.fields.contains_key(path) || self.unread.contains(path)
    }

    fn has_length(self, path: &JsonPath) -> bool {
        self.rules.shape.contains_key(path) || self.unread.contains(path)
    }

    /// Tells whether some field has the path or stands below it, or a length speaks of it.
    pub(super) fn covers(self, path: &JsonPath) -> bool {
        self.all().any(|known| known.starts_with(path))
    }

    fn all(&self) -> impl Iterator<Item = &JsonPath> {
        self.rules.fields.keys().chain(self.rules.shape.keys()).chain(self.unread)
    }

    pub(super) fn unknown(self, path: &JsonPath, steps: Vec<Step>) -> Problem {
        let path = path.to_string();
        let known: Vec<String> = self.all().map(ToString::to_string).collect();
        let suggestion = suggest(&path, known.iter().map(String::as_str));
        Problem { steps, kind: ErrorKind::UnknownPath { path, suggestion } }
    }
}

/// Every `[]` and `.*` of a field needs a length; each is told once.
fn missing_lengths(known: Known<'_>, problems: &mut Vec<Problem>) {
    let mut told: BTreeSet<JsonPath> = BTreeSet::new();
    for field in known.rules.fields.keys() {
        let mut path = JsonPath::root();
        for segment in field.segments() {
            path = path.join(segment.clone());
            let needs_one = matches!(segment, Segment::Elements | Segment::Members);
            if needs_one && !known.has_length(&path) && told.insert(path.clone()) {
                let kind = ErrorKind::MissingLength { path: path.to_string() };
                problems.push(Problem { steps: vec!["fields".into(), field.into()], kind });
            }
        }
    }
}

fn variant_problems(known: Known<'_>, path: &JsonPath, variants: &Variants, problems: &mut Vec<Problem>) {
    let base: Vec<Step> = vec!["variants".into(), path.into()];
    if !known.has_field(&variants.discriminator) {
        let steps = [base.clone(), vec!["discriminator".into()]].concat();
        problems.push(known.unknown(&variants.discriminator, steps));
    }
    for (index, case) in variants.cases.iter().enumerate() {
        let base = [base.clone(), vec!["cases".into(), (&index).into()]].concat();
        let always = case.always.iter().enumerate();
        let always = always.map(|(at, field)| (field, ["always".into(), Step::from(&at)]));
        let sometimes = case.sometimes.keys().map(|field| (field, ["sometimes".into(), Step::from(field)]));
        let typed = case.types.keys().map(|field| (field, ["types".into(), Step::from(field)]));
        for (field, own) in always.chain(sometimes).chain(typed) {
            if !known.covers(field) {
                problems.push(known.unknown(field, [base.clone(), own.to_vec()].concat()));
            }
        }
        for (field, types) in &case.types {
            let steps = [base.clone(), vec!["types".into(), field.into()]].concat();
            let found = type_problem(known.rules.fields.get(field), types);
            problems.extend(found.map(|kind| Problem { steps, kind }));
        }
    }
}

/// What is wrong with the types that a case gives a field.
fn type_problem(rule: Option<&FieldRule>, types: &TypeShares) -> Option<ErrorKind> {
    let sum: f64 = ValueType::ALL.into_iter().map(|of_type| types.share(of_type).get()).sum();
    if sums::is_not_one(sum) {
        let what = "the shares of types";
        return Some(ErrorKind::BadProbabilities { what, sum, tolerance: sums::TOLERANCE });
    }
    let rule = rule.filter(|rule| !types.fit(rule))?;
    let own: Vec<String> =
        rule.kinds.iter().map(|kind| format!("`{}`", ValueType::of(kind).name())).collect();
    let reason = format!("the field's own rule makes values of other types: {}", own.join(", "));
    Some(ErrorKind::Impossible { reason })
}

fn relationship_problems(
    known: Known<'_>,
    relationship: &Relationship,
    base: &[Step],
    problems: &mut Vec<Problem>,
) {
    for (steps, path) in relationship.named_paths() {
        if !known.covers(path) {
            let own = steps.iter().map(|step| match step {
                PathStep::Name(name) => Step::from(*name),
                PathStep::Index(index) => Step::from(index),
            });
            problems.push(known.unknown(path, base.iter().cloned().chain(own).collect()));
        }
    }
    if let Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } = relationship
        && paths.is_empty()
    {
        let kind = ErrorKind::Impossible { reason: "a key needs at least one path".to_owned() };
        problems.push(Problem { steps: [base, &["paths".into()]].concat(), kind });
    }
    if let Relationship::ForeignKey { child, parent, .. } = relationship
        && child.paths().len() != parent.paths().len()
    {
        let kind = ErrorKind::UnequalLengths {
            left: "child",
            n_left: child.paths().len(),
            right: "parent",
            n_right: parent.paths().len(),
        };
        problems.push(Problem { steps: [base, &["parent".into()]].concat(), kind });
    }
}
