//! A sink that writes JSON text, and short ways to plans and records.

use std::convert::Infallible;
use std::ops::Range;

use serde_json::{Value, json};
use synth_core::{Event, EventSink, Scalar};
use synth_gen::{CompileOptions, Errors, Plan};
use synth_rules::model::file_hash;
use synth_rules::{ModelRule, RuleSet};

/// Writes one JSON value after the other.
#[derive(Default)]
pub(crate) struct Text {
    pub(crate) out: String,
    needs_comma: bool,
}

impl EventSink for Text {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        let closes = matches!(event, Event::ObjectEnd | Event::ArrayEnd);
        if self.needs_comma && !closes {
            self.out.push(',');
        }
        match event {
            Event::ObjectStart => self.out.push('{'),
            Event::ArrayStart => self.out.push('['),
            Event::ObjectEnd => self.out.push('}'),
            Event::ArrayEnd => self.out.push(']'),
            Event::Key(key) => {
                self.out.push_str(&Value::from(key).to_string());
                self.out.push(':');
            }
            Event::Scalar(Scalar::Null) => self.out.push_str("null"),
            Event::Scalar(Scalar::Bool(flag)) => self.out.push_str(&flag.to_string()),
            Event::Scalar(Scalar::Number(number)) => self.out.push_str(number.as_str()),
            Event::Scalar(Scalar::String(text)) => self.out.push_str(&Value::from(text).to_string()),
        }
        self.needs_comma = !matches!(event, Event::ObjectStart | Event::ArrayStart | Event::Key(_));
        Ok(())
    }
}

pub(crate) fn rules(yaml: &str) -> RuleSet {
    serde_yaml::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// Compiles rules with a joint model of these tables.
pub(crate) fn modelled(yaml: &str, tables: &Value, n_rows: u64) -> Plan {
    let text = json!({"version": 1, "tables": tables}).to_string();
    let mut rules = rules(yaml);
    let hash = file_hash(&text);
    let (copulas, depends) = Default::default();
    rules.model = Some(ModelRule { file: "m.json".into(), hash, copulas, depends, loaded: None });
    rules.attach_model(&text).unwrap();
    Plan::compile(&rules, &CompileOptions { seed: 7, n_rows }).unwrap_or_else(|errors| panic!("{errors}"))
}

pub(crate) fn compile(yaml: &str, n_rows: u64) -> Result<Plan, Errors> {
    Plan::compile(&rules(yaml), &CompileOptions { seed: 7, n_rows })
}

/// Returns the text of a range of records, one a line.
pub(crate) fn lines(plan: &Plan, rows: Range<u64>) -> String {
    let mut text = Text::default();
    plan.emit(rows, &mut text, |text| {
        text.out.push('\n');
        text.needs_comma = false;
        Ok(())
    })
    .unwrap_or_else(|never| match never {});
    text.out
}

/// Returns all records of a rule file.
pub(crate) fn records(yaml: &str, n_rows: u64) -> Vec<Value> {
    let plan = compile(yaml, n_rows).unwrap_or_else(|errors| panic!("{errors}"));
    lines(&plan, 0..n_rows).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns the values of one field of a record.
pub(crate) fn column(field: &str, n_rows: u64) -> Vec<Value> {
    let yaml = format!("version: 2\nfields:\n  $.x: {field}\n");
    records(&yaml, n_rows).into_iter().map(|mut record| record["x"].take()).collect()
}

/// Returns the codes of all problems of a rule file.
pub(crate) fn codes(yaml: &str) -> Vec<&'static str> {
    match compile(yaml, 1000) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.0.iter().map(|error| error.kind.code()).collect(),
    }
}

/// Rules with one field of every kind and every shape.
pub(crate) const EVERYTHING: &str = r##"
version: 2
shape:
  "$.items[]": {length: {distribution: empirical, params: {quantiles: [0, 50, 100], values: [0, 2, 6]}}}
  "$.items[].tags[]": {length: {distribution: categorical, params: {values: [0, 2], probs: [0.3, 0.7]}}}
  "$.attributes.*": {length: {distribution: constant, params: {value: 3}}}
fields:
  "$.id": {type: string, unique: true, generator: uuid_v4}
  "$.time_id": {type: string, generator: uuid_v7}
  "$.ulid": {type: string, generator: ulid}
  "$.n": {type: integer, unique: true, generator: sequence, params: {start: 100, step: 3}}
  "$.code": {type: string, unique: true, generator: pattern, params: {patterns: ['[A-Z]{2}\d{4}', 'X-\d{5}'], probs: [0.5, 0.5]}}
  "$.free": {type: string, generator: pattern, params: {patterns: ['[a-z]{1,9}( [a-z]+)?']}}
  "$.mail": {type: string, generator: template, params: {template: '{{first}}.{{last}}{{num}}@{{domain}}'}}
  "$.who": {type: object, presence: 0.9}
  "$.who.name": {type: string, generator: faker, params: {method: name}}
  "$.who.bio": {type: string, null_rate: 0.2, generator: faker, params: {method: text, quantiles: [0, 100], lengths: [10, 90]}}
  "$.status": {type: enum, generator: categorical, params: {values: [open, closed, 3, true], probs: [0.5, 0.3, 0.1, 0.1]}}
  "$.amount": {type: number, generator: quantile_sample, constraints: {decimals: 2}, params: {quantiles: [0, 50, 100], values: [0, 10, 500], spikes: [{value: 0, prob: 0.1}]}}
  "$.ratio": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 1]}}
  "$.count": {type: integer, unique: true, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 900000]}}
  "$.at": {type: datetime, generator: temporal_rhythmic, params: {format: '%Y-%m-%dT%H:%M:%SZ', quantiles: [0, 100], values: ['2024-01-01T00:00:00Z', '2024-12-31T00:00:00Z'], hour_profile: [0,0,0,0,0,0,0,0,1,2,3,4,4,3,2,1,0,0,0,0,0,0,0,0]}}
  "$.fixed": {type: string, generator: constant, params: {value: v1}}
  "$.mixed": {null_rate: 0.1, one_of: [{share: 0.5, type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}, {share: 0.3, type: string, generator: uuid_v4}, {share: 0.2, type: object}]}
  "$.mixed.deep": {type: boolean, generator: categorical, params: {values: [true, false], probs: [0.5, 0.5]}}
  "$.items[].sku": {type: string, unique: true, generator: pattern, params: {patterns: ['[a-z]{5}']}}
  "$.items[].tags[]": {type: string, generator: faker, params: {method: words}}
  "$.attributes.*~": {type: string, generator: pattern, params: {patterns: ['[ab]{1,2}']}}
  "$.attributes.*": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.point[0]": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [-180, 180]}}
  "$.point[1]": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [-90, 90]}}
  "$.nothing": {type: "null"}
"##;
