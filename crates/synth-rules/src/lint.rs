//! What can be wrong with a rule set whose types are right.

use synth_core::JsonPath;
use synth_stats::joint::check_triangle;

use crate::error::ErrorKind;
use crate::field::{FieldRule, ValueKind};
use crate::generator::Literal;
use crate::recurrence::Recurrence;
use crate::relationship::Relationship;
use crate::rule_set::RuleSet;
use crate::shape::LengthRule;
use crate::yaml::Step;

mod along;
mod entities;
mod expressions;
mod extras;
mod params;
mod paths;
mod phrases;
mod relationships;
mod sums;
mod types;
mod written;

pub(crate) use phrases::template;
use sums::{curve_problems, equal_lengths, no_negative, sum_to_one};

/// One problem and the way to it in the YAML tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub(crate) steps: Vec<Step>,
    /// What is wrong.
    pub kind: ErrorKind,
}

/// Returns every problem of a rule set: those of each rule, then those of rules that do not fit each other.
#[must_use]
pub fn lint(rules: &RuleSet) -> Vec<Problem> {
    lint_known(rules, &[])
}

/// Returns every problem of a rule set of which some rules could not be read; those stand at the paths `unread`.
pub(crate) fn lint_known(rules: &RuleSet, unread: &[JsonPath]) -> Vec<Problem> {
    let mut problems = lint_each(rules);
    paths::problems(rules, unread, &mut problems);
    expressions::problems(rules, unread, &mut problems);
    problems
}

/// Returns the problems that each rule has by itself, in the order of the file's sections.
fn lint_each(rules: &RuleSet) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, shape) in &rules.shape {
        let base: Vec<Step> = vec!["shape".into(), path.into(), "length".into(), "params".into()];
        length_problems(&shape.length, &mut reporter(&base, &mut problems));
    }
    for (path, field) in &rules.fields {
        field_problems(path, field, &mut problems);
        let base: Vec<Step> = vec!["fields".into(), path.into()];
        extras::faults(rules, path, field, &mut reporter(&base, &mut problems));
        entities::field(rules, path, field, &mut reporter(&base, &mut problems));
    }
    for (index, relationship) in rules.relationships.iter().enumerate() {
        let base: Vec<Step> = vec!["relationships".into(), (&index).into()];
        relationships::problems(relationship, &mut reporter(&base, &mut problems));
        table_problems(relationship, &mut reporter(&base, &mut problems));
    }
    copula_problems(rules, &mut problems);
    entities::problems(rules, &mut problems);
    extras::plugins(rules, &mut problems);
    problems
}

/// Takes one problem: the keys that lead to it from where the search began, and what is wrong.
type Report<'a> = &'a mut dyn FnMut(&[&str], ErrorKind);

/// Adds the way to where the search began.
fn reporter<'a>(
    base: &'a [Step],
    problems: &'a mut Vec<Problem>,
) -> impl FnMut(&[&str], ErrorKind) + use<'a> {
    move |keys, kind| {
        let steps = base.iter().cloned().chain(keys.iter().map(|key| Step::from(*key))).collect();
        problems.push(Problem { steps, kind });
    }
}

fn table_problems(relationship: &Relationship, report: Report<'_>) {
    let Relationship::ValueTable { paths, rows } = relationship else { return };
    for row in rows {
        equal_lengths(("paths", paths.len()), ("values", row.values.len()), &mut |_, kind| {
            report(&["rows"], kind);
        });
        for path in &row.other {
            let value = paths.iter().position(|own| own == path).and_then(|at| row.values.get(at));
            if value.is_none_or(|value| *value != Literal::Null) {
                let reason =
                    format!("`other` names {path}, which must be one of the paths, with the value null");
                report(&["rows"], ErrorKind::Impossible { reason });
            }
        }
    }
    let weights: Vec<f64> = rows.iter().map(|row| row.weight).collect();
    no_negative("rows", &weights, report);
}

fn copula_problems(rules: &RuleSet, problems: &mut Vec<Problem>) {
    for (index, copula) in rules.model.iter().flat_map(|model| &model.copulas).enumerate() {
        if let Err(error) = check_triangle(&copula.correlations, copula.fields.len()) {
            let steps: Vec<Step> = vec!["model".into(), "copulas".into(), (&index).into()];
            let reason = error.to_string();
            reporter(&steps, problems)(&["correlations"], ErrorKind::Impossible { reason });
        }
    }
}

fn length_problems(length: &LengthRule, report: Report<'_>) {
    match length {
        LengthRule::Constant { .. } => {}
        LengthRule::Categorical { values, probs } => {
            let probs: Vec<f64> = probs.iter().map(|prob| prob.get()).collect();
            equal_lengths(("values", values.len()), ("probs", probs.len()), report);
            sum_to_one(("probabilities", &["probs"]), &probs, report);
        }
        LengthRule::Empirical { quantiles, values } => {
            curve_problems(("quantiles", quantiles), ("values", values), report);
        }
        named => {
            if let Some(reason) = named.problem() {
                report(&[], ErrorKind::Impossible { reason });
            }
        }
    }
}

fn field_problems(path: &JsonPath, field: &FieldRule, problems: &mut Vec<Problem>) {
    let base: Vec<Step> = vec!["fields".into(), path.into()];
    let several = field.kinds.len() > 1;
    if several {
        let shares: Vec<f64> = field.kinds.iter().map(|kind| kind.share.get()).collect();
        sum_to_one(("shares", &["one_of"]), &shares, &mut reporter(&base, problems));
    }
    for (index, kind) in field.kinds.iter().enumerate() {
        let own = if several { vec!["one_of".into(), (&index).into()] } else { Vec::new() };
        let base = [base.clone(), own].concat();
        kind_problems(kind, &mut reporter(&base, problems));
    }
}

fn kind_problems(kind: &ValueKind, report: Report<'_>) {
    types::problems(kind, report);
    constraint_problems(kind, &mut |keys, problem| report(&[&["constraints"], keys].concat(), problem));
    if let Some(generator) = &kind.generator {
        params::problems(generator, &mut |keys, problem| report(&[&["params"], keys].concat(), problem));
    }
}

fn constraint_problems(kind: &ValueKind, report: Report<'_>) {
    let limits = &kind.constraints;
    let mut crossed = |low: &'static str, high: &'static str, reason: String| {
        report(&[low], ErrorKind::Impossible { reason: format!("`{low}` {reason} `{high}`") });
    };
    if let (Some(min), Some(max)) = (limits.min, limits.max)
        && min > max
    {
        crossed("min", "max", format!("{min} is above {max}, the"));
    }
    if let (Some(min), Some(max)) = (limits.min_length, limits.max_length)
        && min > max
    {
        crossed("min_length", "max_length", format!("{min} is above {max}, the"));
    }
    if let Some(reason) = limits.recurrence.as_ref().and_then(Recurrence::problem) {
        report(&["recurrence"], ErrorKind::Impossible { reason: reason.to_owned() });
    }
    if limits.decimal_probs.is_empty() {
        return;
    }
    sum_to_one(("`decimal_probs`", &["decimal_probs"]), &limits.decimal_probs, report);
    no_negative("decimal_probs", &limits.decimal_probs, report);
    let wanted = limits.decimals.map_or(0, |decimals| usize::from(decimals) + 1);
    if limits.decimal_probs.len() != wanted {
        let n = limits.decimal_probs.len();
        let reason = format!("`decimal_probs` has {n} shares, `decimals` asks for {wanted}");
        report(&["decimal_probs"], ErrorKind::Impossible { reason });
    }
}
