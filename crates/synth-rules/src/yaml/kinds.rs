//! The parts of a rule whose keys depend on a name beside them: params of generators, lengths, relationships.

use serde::Deserialize;
use serde_json::{Map, Value};
use synth_core::{JsonPath, Rate};

use super::forms::{Report, read};
use super::places::Step;
use crate::error::{ErrorKind, suggest};
use crate::generator::{
    Categorical, Constant, CopyOf, Derived, Faker, Generator, Pattern, QuantileSample, Sequence, Template,
    TemporalRhythmic,
};
use crate::kde::Kde;
use crate::parametric::ParametricRule;
use crate::plugins::PluginCall;
use crate::relationship::{Condition, Relationship};
use crate::series::Series;

/// Reports what is wrong with the generators of a rule, and takes it out so that the rest can be read.
pub(super) fn check_rule(rule: &mut Value, report: Report<'_>) {
    if let Some(Value::Array(kinds)) = rule.get_mut("one_of") {
        for (index, kind) in kinds.iter_mut().enumerate() {
            let base: [Step; 2] = ["one_of".into(), (&index).into()];
            check_kind(kind, &mut |steps, problem| report(&[&base, steps].concat(), problem));
        }
    }
    check_kind(rule, report);
}

fn check_kind(kind: &mut Value, report: Report<'_>) {
    let Value::Object(kind) = kind else { return };
    if kind.get("type").is_some_and(Value::is_null) {
        report(&["type".into()], ErrorKind::BareNull);
        kind.insert("type".to_owned(), Value::from("null"));
    }
    if !generator_is_sound(kind, report) {
        kind.shift_remove("generator");
        kind.shift_remove("params");
    }
}

fn generator_is_sound(kind: &Map<String, Value>, report: Report<'_>) -> bool {
    let Some(name) = kind.get("generator") else {
        if kind.contains_key("params") {
            report(&["params".into()], ErrorKind::MissingKey { key: "generator".to_owned() });
            return false;
        }
        return true;
    };
    // A name that is no text is found when the rule is read.
    let Some(name) = name.as_str() else { return true };
    if !Generator::NAMES.contains(&name) {
        let suggestion = suggest(name, Generator::NAMES);
        report(&["generator".into()], ErrorKind::UnknownGenerator { name: name.to_owned(), suggestion });
        return false;
    }
    let takes_none = matches!(name, "uuid_v4" | "uuid_v7" | "ulid");
    match (kind.get("params"), takes_none) {
        (None, true) => true,
        (Some(_), true) => {
            let because = format!("the generator `{name}` has none");
            report(&["params".into()], ErrorKind::IgnoredKey { key: "params".to_owned(), because });
            false
        }
        (None, false) => {
            report(&["generator".into()], ErrorKind::MissingKey { key: "params".to_owned() });
            false
        }
        (Some(params), false) => params_are_sound(name, params.clone(), &mut |steps, problem| {
            report(&[&["params".into()], steps].concat(), problem);
        }),
    }
}

fn params_are_sound(generator: &str, params: Value, report: Report<'_>) -> bool {
    match generator {
        "sequence" => read::<Sequence>(params, report).is_some(),
        "pattern" => read::<Pattern>(params, report).is_some(),
        "template" => read::<Template>(params, report).is_some(),
        "faker" => read::<Faker>(params, report).is_some(),
        "categorical" => read::<Categorical>(params, report).is_some(),
        "quantile_sample" => read::<QuantileSample>(params, report).is_some(),
        "temporal_rhythmic" => read::<TemporalRhythmic>(params, report).is_some(),
        "constant" => read::<Constant>(params, report).is_some(),
        "parametric" => read::<ParametricRule>(params, report).is_some(),
        "kde" => read::<Kde>(params, report).is_some(),
        "series" => read::<Series>(params, report).is_some(),
        "plugin" => read::<PluginCall>(params, report).is_some(),
        "derived" => read::<Derived>(params, report).is_some(),
        "copy" => read::<CopyOf>(params, report).is_some(),
        // Other generators are refused by name before, or have no params.
        _ => true,
    }
}

/// Params of the length `constant`, as of the others below: the fields of the variants of `LengthRule`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read to find what does not fit")]
struct ConstantLength {
    value: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read to find what does not fit")]
struct CategoricalLength {
    values: Vec<u64>,
    probs: Vec<Rate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read to find what does not fit")]
struct EmpiricalLength {
    quantiles: Vec<f64>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read to find what does not fit")]
struct PoissonLength {
    mean: f64,
    min: Option<u64>,
    max: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read to find what does not fit")]
struct ScatteredLength {
    mean: f64,
    dispersion: f64,
    min: Option<u64>,
    max: Option<u64>,
}

const DISTRIBUTIONS: [&str; 6] =
    ["constant", "categorical", "empirical", "poisson", "negative_binomial", "geometric"];

/// Tells whether the length of a shape rule can be read, and reports why not.
pub(super) fn length_is_sound(shape: &Value, report: Report<'_>) -> bool {
    // What is no mapping or lacks a key is found when the whole rule is read.
    let Some(Value::Object(length)) = shape.get("length") else { return true };
    let (Some(Value::String(name)), Some(params)) = (length.get("distribution"), length.get("params")) else {
        return true;
    };
    let params = params.clone();
    let below = &mut |steps: &[Step], problem| {
        report(&[&["length".into(), "params".into()], steps].concat(), problem);
    };
    match name.as_str() {
        "constant" => read::<ConstantLength>(params, below).is_some(),
        "categorical" => read::<CategoricalLength>(params, below).is_some(),
        "empirical" => read::<EmpiricalLength>(params, below).is_some(),
        "poisson" | "geometric" => read::<PoissonLength>(params, below).is_some(),
        "negative_binomial" => read::<ScatteredLength>(params, below).is_some(),
        other => {
            let kind = ErrorKind::unknown_word(other, DISTRIBUTIONS.to_vec());
            report(&["length".into(), "distribution".into()], kind);
            false
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read to find what does not fit")]
struct KeyOfFields {
    #[serde(rename = "type")]
    name: String,
    paths: Vec<JsonPath>,
    when: Option<Condition>,
}

/// Tells whether an entry of `relationships` can be read, and reports why not.
pub(super) fn relationship_is_sound(entry: &Value, report: Report<'_>) -> bool {
    match entry.get("type").and_then(Value::as_str) {
        Some(name) if !Relationship::NAMES.contains(&name) => {
            report(&["type".into()], ErrorKind::unknown_word(name, Relationship::NAMES.to_vec()));
            false
        }
        Some(name) if !matches!(name, "primary_key" | "unique") => {
            read::<Relationship>(entry.clone(), report).is_some()
        }
        _ => read::<KeyOfFields>(entry.clone(), report).is_some(),
    }
}
