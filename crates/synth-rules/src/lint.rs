//! What can be wrong with a rule set whose types are right.

use std::collections::BTreeSet;

use synth_core::{JsonPath, TimeFormat};

use crate::error::ErrorKind;
use crate::field::{FieldRule, ValueKind};
use crate::generator::{Categorical, Faker, Generator, Pattern, QuantileSample, TemporalRhythmic, WrittenAs};
use crate::rule_set::{RuleSet, Variants};
use crate::shape::LengthRule;
use crate::yaml::Step;

/// How far a sum of probabilities may be from 1: they are written with six digits.
const TOLERANCE: f64 = 1e-6;

/// One problem and the way to it in the YAML tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub(crate) steps: Vec<Step>,
    /// What is wrong.
    pub kind: ErrorKind,
}

impl Problem {
    /// A problem of the parameters at `steps`, or of the one list among them that it is about.
    fn within(steps: &[Step], kind: ErrorKind) -> Self {
        let list = match &kind {
            ErrorKind::BadProbabilities { what: "probabilities", .. } | ErrorKind::NotNormalized { .. } => {
                Some("probs")
            }
            ErrorKind::UnequalLengths { right, .. } => Some(*right),
            ErrorKind::NotRising { list } => Some(*list),
            _ => None,
        };
        Self { steps: steps.iter().cloned().chain(list.map(Step::from)).collect(), kind }
    }
}

/// Returns every problem of a rule set, in the order of the file's sections.
#[must_use]
pub fn lint(rules: &RuleSet) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, shape) in &rules.shape {
        let steps = vec!["shape".into(), path.into(), "length".into(), "params".into()];
        length_problems(&shape.length, &mut |kind| problems.push(Problem::within(&steps, kind)));
    }
    for (path, field) in &rules.fields {
        field_problems(path, field, &mut problems);
    }
    for (path, variants) in &rules.variants {
        variant_problems(rules, path, variants, &mut problems);
    }
    problems
}

/// Takes one problem.
type Report<'a> = &'a mut dyn FnMut(ErrorKind);

fn length_problems(length: &LengthRule, report: Report<'_>) {
    match length {
        LengthRule::Constant { .. } => {}
        LengthRule::Categorical { values, probs } => {
            let probs: Vec<f64> = probs.iter().map(|prob| prob.get()).collect();
            equal_lengths(("values", values.len()), ("probs", probs.len()), report);
            sum_to_one("probabilities", &probs, report);
        }
        LengthRule::Empirical { quantiles, values } => {
            curve_problems(("quantiles", quantiles), ("values", values), report);
        }
    }
}

fn field_problems(path: &JsonPath, field: &FieldRule, problems: &mut Vec<Problem>) {
    let base: Vec<Step> = vec!["fields".into(), path.into()];
    let several = field.kinds.len() > 1;
    if several {
        let shares: Vec<f64> = field.kinds.iter().map(|kind| kind.share.get()).collect();
        let steps = [base.clone(), vec!["one_of".into()]].concat();
        sum_to_one("shares", &shares, &mut |kind| problems.push(Problem::within(&steps, kind)));
    }
    for (index, kind) in field.kinds.iter().enumerate() {
        let own = if several { vec!["one_of".into(), (&index).into()] } else { Vec::new() };
        let steps = [base.clone(), own, vec!["params".into()]].concat();
        kind_problems(kind, &mut |kind| problems.push(Problem::within(&steps, kind)));
    }
}

fn kind_problems(kind: &ValueKind, report: Report<'_>) {
    let limits = &kind.constraints;
    if let (Some(min), Some(max)) = (limits.min, limits.max)
        && min > max
    {
        report(ErrorKind::Impossible { reason: format!("`min` {min} is above `max` {max}") });
    }
    if !limits.decimal_probs.is_empty() {
        sum_to_one("`decimal_probs`", &limits.decimal_probs, report);
        no_negative("decimal_probs", &limits.decimal_probs, report);
        let wanted = limits.decimals.map_or(0, |decimals| usize::from(decimals) + 1);
        if limits.decimal_probs.len() != wanted {
            let reason = format!(
                "`decimal_probs` has {} shares, `decimals` asks for {wanted}",
                limits.decimal_probs.len()
            );
            report(ErrorKind::Impossible { reason });
        }
    }
    match &kind.generator {
        Some(Generator::Categorical(params)) => categorical_problems(params, report),
        Some(Generator::QuantileSample(params)) => quantile_problems(params, report),
        Some(Generator::TemporalRhythmic(params)) => temporal_problems(params, report),
        Some(Generator::Pattern(params)) => pattern_problems(params, report),
        Some(Generator::Faker(Faker { quantiles, lengths, .. }))
            if !quantiles.is_empty() || !lengths.is_empty() =>
        {
            curve_problems(("quantiles", quantiles), ("lengths", lengths), report);
        }
        _ => {}
    }
}

fn categorical_problems(params: &Categorical, report: Report<'_>) {
    if params.values.is_empty() {
        report(ErrorKind::Impossible { reason: "`values` is empty".to_owned() });
    }
    if params.probs.is_empty() {
        return;
    }
    equal_lengths(("values", params.values.len()), ("probs", params.probs.len()), report);
    let sum: f64 = params.probs.iter().sum();
    if !params.normalize && is_not_one(sum) {
        report(ErrorKind::NotNormalized { sum, tolerance: TOLERANCE });
    }
    no_negative("probs", &params.probs, report);
}

fn quantile_problems(params: &QuantileSample, report: Report<'_>) {
    curve_problems(("quantiles", &params.quantiles), ("values", &params.values), report);
    let spikes: Vec<f64> = params.spikes.iter().map(|spike| spike.prob).collect();
    no_negative("spikes", &spikes, report);
    let sum: f64 = spikes.iter().sum();
    if sum > 1.0 + TOLERANCE {
        report(ErrorKind::BadProbabilities { what: "the spikes' probabilities", sum, tolerance: TOLERANCE });
    }
}

fn temporal_problems(params: &TemporalRhythmic, report: Report<'_>) {
    if !params.format.starts_with("epoch_") {
        match TimeFormat::parse(&params.format) {
            Err(error) => report(ErrorKind::Impossible { reason: error.to_string() }),
            Ok(format) if params.written_as == WrittenAs::Number && !format.is_digits() => {
                let reason = "a time written as a number needs a format of digits only".to_owned();
                report(ErrorKind::Impossible { reason });
            }
            Ok(_) => {}
        }
    }
    let spikes: Vec<f64> = params.spikes.iter().map(|spike| spike.prob).collect();
    no_negative("spikes", &spikes, report);
    let sum: f64 = spikes.iter().sum();
    if sum > 1.0 + TOLERANCE {
        report(ErrorKind::BadProbabilities { what: "the spikes' probabilities", sum, tolerance: TOLERANCE });
    }
    if !params.zones.is_empty() {
        let probs: Vec<f64> = params.zones.iter().map(|zone| zone.prob).collect();
        no_negative("zones", &probs, report);
        sum_to_one("the zones' probabilities", &probs, report);
        if params.zones.iter().any(|zone| !(-24 * 60 + 1..24 * 60).contains(&zone.minutes)) {
            report(ErrorKind::Impossible { reason: "a zone is a day or more ahead of UTC".to_owned() });
        }
    }
    equal_lengths(("quantiles", params.quantiles.len()), ("values", params.values.len()), report);
    percentages_rise("quantiles", &params.quantiles, report);
    for (name, weights, wanted) in
        [("weekday_profile", &params.weekday_profile, 7), ("hour_profile", &params.hour_profile, 24)]
    {
        if !weights.is_empty() && weights.len() != wanted {
            report(ErrorKind::Impossible {
                reason: format!("`{name}` has {} weights, expected {wanted}", weights.len()),
            });
        }
        no_negative(name, weights, report);
    }
}

fn pattern_problems(params: &Pattern, report: Report<'_>) {
    if params.patterns.is_empty() {
        report(ErrorKind::Impossible { reason: "`patterns` is empty".to_owned() });
    }
    if !params.probs.is_empty() {
        equal_lengths(("patterns", params.patterns.len()), ("probs", params.probs.len()), report);
        sum_to_one("probabilities", &params.probs, report);
        no_negative("probs", &params.probs, report);
    }
}

fn variant_problems(rules: &RuleSet, path: &JsonPath, variants: &Variants, problems: &mut Vec<Problem>) {
    let base: Vec<Step> = vec!["variants".into(), path.into()];
    if !rules.fields.contains_key(&variants.discriminator) {
        let reason = format!("the discriminator {} has no rule", variants.discriminator);
        let steps = [base.clone(), vec!["discriminator".into()]].concat();
        problems.push(Problem { steps, kind: ErrorKind::Impossible { reason } });
    }
    let below: BTreeSet<&JsonPath> = rules.fields.keys().filter(|field| field.starts_with(path)).collect();
    for (index, case) in variants.cases.iter().enumerate() {
        for field in case.fields() {
            let known = below.iter().any(|below| below.starts_with(field))
                || rules.shape.keys().any(|shape| shape.starts_with(field));
            if !known {
                let reason = format!("{field} has no rule");
                let steps = [base.clone(), vec!["cases".into(), (&index).into()]].concat();
                problems.push(Problem { steps, kind: ErrorKind::Impossible { reason } });
            }
        }
    }
}

fn sum_to_one(what: &'static str, probs: &[f64], report: Report<'_>) {
    let sum: f64 = probs.iter().sum();
    if is_not_one(sum) {
        report(ErrorKind::BadProbabilities { what, sum, tolerance: TOLERANCE });
    }
}

fn is_not_one(sum: f64) -> bool {
    (sum - 1.0).abs() > TOLERANCE || sum.is_nan()
}

fn no_negative(list: &'static str, weights: &[f64], report: Report<'_>) {
    if weights.iter().any(|weight| weight.is_nan() || *weight < 0.0) {
        report(ErrorKind::Impossible { reason: format!("`{list}` holds a number below 0") });
    }
}

fn equal_lengths(left: (&'static str, usize), right: (&'static str, usize), report: Report<'_>) {
    if left.1 != right.1 {
        report(ErrorKind::UnequalLengths { left: left.0, n_left: left.1, right: right.0, n_right: right.1 });
    }
}

fn curve_problems(percent: (&'static str, &[f64]), values: (&'static str, &[f64]), report: Report<'_>) {
    equal_lengths((percent.0, percent.1.len()), (values.0, values.1.len()), report);
    percentages_rise(percent.0, percent.1, report);
    if values.1.windows(2).any(|pair| pair[0] > pair[1]) || values.1.iter().any(|value| !value.is_finite()) {
        report(ErrorKind::NotRising { list: values.0 });
    }
}

fn percentages_rise(list: &'static str, percent: &[f64], report: Report<'_>) {
    let rise = percent.windows(2).all(|pair| pair[0] < pair[1]);
    let ends = percent.first().is_some_and(|first| first.abs() <= TOLERANCE)
        && percent.last().is_some_and(|last| (last - 100.0).abs() <= TOLERANCE);
    if !(rise && ends && percent.len() >= 2) {
        report(ErrorKind::NotRising { list });
    }
}
