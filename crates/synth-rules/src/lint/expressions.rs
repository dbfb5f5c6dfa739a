//! Expressions that cannot be computed: of the generator `derived`, of `copy`, and of predicates.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, Segment};

use super::Problem;
use crate::error::{ErrorKind, suggest};
use crate::expression::{Expression, Purpose, ValueForm};
use crate::field::{FieldType, ValueKind};
use crate::generator::Generator;
use crate::rule_set::RuleSet;
use crate::written::LlmText;
use crate::yaml::Step;

/// Which fields a field's value follows from.
type Follows = BTreeMap<JsonPath, BTreeSet<JsonPath>>;

pub(super) fn problems(rules: &RuleSet, unread: &[JsonPath], problems: &mut Vec<Problem>) {
    let mut follows = Follows::new();
    for (path, field) in &rules.fields {
        for (index, kind) in field.kinds.iter().enumerate() {
            let mut steps: Vec<Step> = vec!["fields".into(), path.into()];
            if field.kinds.len() > 1 {
                steps.extend(["one_of".into(), (&index).into()]);
            }
            match fields_of(path, kind, (rules, unread)) {
                Ok(fields) if fields.is_empty() => {}
                Ok(fields) => follows.entry(path.clone()).or_default().extend(fields),
                Err((keys, kind)) => {
                    steps.extend(keys.iter().map(|key| Step::from(*key)));
                    problems.push(Problem { steps, kind });
                }
            }
        }
        if field.unique && field.kinds.iter().any(is_computed) {
            let steps = vec!["fields".into(), path.into(), "unique".into()];
            let reason = "nobody knows whether a computed value repeats".to_owned();
            problems.push(Problem { steps, kind: ErrorKind::Impossible { reason } });
        }
    }
    circles(&follows, problems);
    predicates(rules, unread, problems);
}

fn is_computed(kind: &ValueKind) -> bool {
    matches!(kind.generator, Some(Generator::Derived(_) | Generator::Copy(_))) || kind.asks_model()
}

type Wrong = (&'static [&'static str], ErrorKind);

/// Returns the fields that a kind of value follows from; else what is wrong, and at which key.
fn fields_of(
    path: &JsonPath,
    kind: &ValueKind,
    (rules, unread): (&RuleSet, &[JsonPath]),
) -> Result<Vec<JsonPath>, Wrong> {
    const EXPRESSION: &[&str] = &["params", "expression"];
    const PATH: &[&str] = &["params", "path"];
    let is_key = matches!(path.segments().last(), Some(Segment::MemberKeys));
    if is_key && is_computed(kind) {
        let reason = "the keys of a dictionary are not computed".to_owned();
        return Err((&["generator"], ErrorKind::Impossible { reason }));
    }
    let (form, fields, keys, at) = match &kind.generator {
        Some(Generator::Derived(derived)) => {
            let compiled =
                Expression::compile_known(&derived.expression, path, (rules, unread), Purpose::Value);
            let expression = compiled.map_err(|error| (EXPRESSION, error.into()))?;
            let fields = expression.variables().iter().map(|variable| variable.path.clone()).collect();
            (expression.result().clone(), fields, EXPRESSION, Some(1))
        }
        Some(Generator::Copy(copy)) => {
            let form = copied(path, &copy.path, rules, unread).map_err(|kind| (PATH, kind))?;
            (form, vec![copy.path.clone()], PATH, None)
        }
        Some(Generator::LlmText(text)) => return written(path, text, rules, unread),
        _ => return Ok(Vec::new()),
    };
    if fits(kind.field_type, &form) {
        return Ok(fields);
    }
    let reason =
        format!("it makes {}, and the field is of type `{}`", form.in_words(), kind.field_type.name());
    Err((
        keys,
        match at {
            Some(at) => ErrorKind::BadExpression { at, reason },
            None => ErrorKind::Impossible { reason },
        },
    ))
}

/// Returns the fields that texts of a model follow from: each is one value of a list.
fn written(
    path: &JsonPath,
    text: &LlmText,
    rules: &RuleSet,
    unread: &[JsonPath],
) -> Result<Vec<JsonPath>, Wrong> {
    const BY: &[&str] = &["params", "by"];
    for from in &text.by {
        copied(path, from, rules, unread).map_err(|kind| (BY, kind))?;
        if !unread.contains(from) && LlmText::listed(rules, from).is_none() {
            let reason =
                format!("the rule of `{from}` lists no values, so no texts can be written for each of them");
            return Err((BY, ErrorKind::Impossible { reason }));
        }
    }
    Ok(text.by.clone())
}

/// Returns what the values of a field are that is copied.
fn copied(
    path: &JsonPath,
    from: &JsonPath,
    rules: &RuleSet,
    unread: &[JsonPath],
) -> Result<ValueForm, ErrorKind> {
    if unread.contains(from) {
        return Ok(ValueForm::Any);
    }
    let Some(form) = Expression::form_at(from, rules).filter(|_| rules.fields.contains_key(from)) else {
        let known: Vec<String> = rules.fields.keys().map(ToString::to_string).collect();
        let path = from.to_string();
        let suggestion = suggest(&path, known.iter().map(String::as_str));
        return Err(ErrorKind::UnknownPath { path, suggestion });
    };
    let refuse = |reason: String| Err(ErrorKind::Impossible { reason });
    if matches!(form, ValueForm::List(_) | ValueForm::Object(..)) {
        return refuse(format!("`{from}` is {}, not a single value", form.in_words()));
    }
    if !is_above(from, path) {
        return refuse(format!("`{from}` is no field of the same row or of a row above it"));
    }
    Ok(form)
}

/// Tells whether there is one value of a field for each of another: every array and dictionary around it is around that, too.
fn is_above(field: &JsonPath, of: &JsonPath) -> bool {
    let repeats =
        |segment: &Segment| matches!(segment, Segment::Elements | Segment::Members | Segment::MemberKeys);
    let depth = field.segments().iter().rposition(repeats).map_or(0, |last| last + 1);
    of.segments().len() >= depth && of.segments()[..depth] == field.segments()[..depth]
}

/// Strings take any value, integers round numbers.
fn fits(field_type: FieldType, form: &ValueForm) -> bool {
    match (field_type, form) {
        (_, ValueForm::Any) => true,
        (FieldType::Integer | FieldType::Number, form) => {
            matches!(form, ValueForm::Integer | ValueForm::Number)
        }
        (FieldType::Boolean, form) => *form == ValueForm::Bool,
        (FieldType::String | FieldType::Enum, form) => {
            !matches!(form, ValueForm::List(_) | ValueForm::Object(..) | ValueForm::Null)
        }
        (FieldType::Datetime, form) => {
            matches!(form, ValueForm::Integer | ValueForm::Number | ValueForm::Text)
        }
        (FieldType::Object | FieldType::Array | FieldType::Null, _) => false,
    }
}

/// Finds fields that follow from themselves; each circle is told once, at the first of its fields.
fn circles(follows: &Follows, problems: &mut Vec<Problem>) {
    let mut done: BTreeSet<&JsonPath> = BTreeSet::new();
    for start in follows.keys() {
        let mut way: Vec<&JsonPath> = Vec::new();
        if let Some(circle) = circle_from(start, follows, (&mut way, &mut done)) {
            let first = circle[0];
            let paths = circle.iter().map(ToString::to_string).chain([first.to_string()]).collect();
            let steps = vec!["fields".into(), first.into(), "params".into()];
            problems.push(Problem { steps, kind: ErrorKind::Circle { paths } });
        }
    }
}

fn circle_from<'a>(
    field: &'a JsonPath,
    follows: &'a Follows,
    (way, done): (&mut Vec<&'a JsonPath>, &mut BTreeSet<&'a JsonPath>),
) -> Option<Vec<&'a JsonPath>> {
    if let Some(at) = way.iter().position(|before| *before == field) {
        return Some(way[at..].to_vec());
    }
    if !done.insert(field) {
        return None;
    }
    let below = follows.get(field)?;
    way.push(field);
    let found = below.iter().find_map(|next| circle_from(next, follows, (&mut *way, &mut *done)));
    way.pop();
    found
}

fn predicates(rules: &RuleSet, unread: &[JsonPath], problems: &mut Vec<Problem>) {
    for (index, predicate) in rules.predicates.iter().enumerate() {
        let steps = |key: &str| vec!["predicates".into(), Step::from(&index), key.into()];
        let at = &predicate.at;
        let is_known =
            rules.fields.keys().chain(rules.shape.keys()).chain(unread).any(|path| path.starts_with(at));
        if !is_known && !at.segments().is_empty() {
            let known: Vec<String> = rules.fields.keys().map(ToString::to_string).collect();
            let path = at.to_string();
            let suggestion = suggest(&path, known.iter().map(String::as_str));
            problems.push(Problem { steps: steps("at"), kind: ErrorKind::UnknownPath { path, suggestion } });
            continue;
        }
        let compiled =
            Expression::compile_known(&predicate.expression, at, (rules, unread), Purpose::Condition);
        let kind = match compiled {
            Ok(expression) => match expression.result() {
                ValueForm::Bool | ValueForm::Any => continue,
                form => ErrorKind::BadExpression {
                    at: 1,
                    reason: format!("a predicate is a condition, and this is {}", form.in_words()),
                },
            },
            Err(error) => error.into(),
        };
        problems.push(Problem { steps: steps("expression"), kind });
    }
}
