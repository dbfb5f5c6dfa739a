//! Values that must not repeat are numbered.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::collect::{codes, column, records};

/// Catches uniqueness by luck: numbers of rows that come close to the number of values.
fn check(field: &str, n_rows: u64) -> Vec<Value> {
    let values = column(field, n_rows);
    let distinct: BTreeSet<String> = values.iter().map(Value::to_string).collect();
    assert_eq!(distinct.len() as u64, n_rows, "{field}");
    values
}

#[test]
fn every_generator_that_can_be_unique_is() {
    for generator in [
        "generator: uuid_v4",
        "generator: uuid_v7",
        "generator: ulid",
        "generator: sequence, params: {start: -500, step: 7, prefix: C-, width: 6}",
        "generator: pattern, params: {patterns: ['[a-j]{4}']}",
        "generator: pattern, params: {patterns: ['[a-z]{1,3}', '[a-c]{2}', '\\d{4}'], probs: [0.1, 0.8, 0.1]}",
        "generator: pattern, params: {patterns: ['[0-9a-f]{64}']}",
        "generator: template, params: {template: 'user {{num}} of {{domain}}'}",
        "generator: faker, params: {method: email}",
        "generator: faker, params: {method: name}",
        "generator: faker, params: {method: text}",
        "generator: faker, params: {method: words, quantiles: [0, 100], lengths: [3, 4]}",
        "generator: temporal_rhythmic, params: {format: '%Y-%m-%d', quantiles: [0, 100], values: ['2020-01-01', '2021-01-01']}",
    ] {
        check(&format!("{{type: string, unique: true, {generator}}}"), 10_000);
    }
    for generator in [
        "type: integer, generator: sequence, params: {start: 5}",
        "type: integer, generator: quantile_sample, params: {quantiles: [0, 50, 100], values: [1, 10, 9000]}",
        "type: number, constraints: {decimals: 1}, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 2]}",
        "type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0.1, 0.2]}",
        "type: integer, generator: temporal_rhythmic, params: {format: epoch_seconds, quantiles: [0, 100], values: ['2020-01-01', '2020-01-02']}",
    ] {
        check(&format!("{{{generator}, unique: true}}"), 10_000);
    }
    check("{type: enum, unique: true, generator: categorical, params: {values: [a, b, 3]}}", 3);
}

/// 9 in 10 of the integers are dealt from the interval that the quantiles give that share.
#[test]
fn unique_integers_follow_the_quantiles() {
    let field = "{type: integer, unique: true, generator: quantile_sample, \
                 params: {quantiles: [0, 90, 100], values: [0, 100000, 1000000]}}";
    let below = check(field, 5000).iter().filter(|value| value.as_i64() < Some(100_000)).count();
    assert_eq!(below, 4500);
}

#[test]
fn elements_of_nested_arrays_are_unique_together() {
    let yaml = r#"
version: 2
shape:
  "$.a[]": {length: {distribution: empirical, params: {quantiles: [0, 100], values: [0, 4]}}}
  "$.a[].b[]": {length: {distribution: categorical, params: {values: [1, 3], probs: [0.5, 0.5]}}}
fields:
  "$.a[].b[].id": {type: string, unique: true, generator: pattern, params: {patterns: ['\d{4}']}}
  "$.a[].b[].n": {type: integer, generator: sequence, params: {start: 1}}
"#;
    let mut ids = Vec::new();
    let mut numbers = Vec::new();
    for record in records(yaml, 800) {
        for inner in record["a"].as_array().unwrap().iter().flat_map(|outer| outer["b"].as_array().unwrap()) {
            ids.push(inner["id"].to_string());
            numbers.push(inner["n"].as_i64().unwrap());
        }
    }
    assert!(ids.len() > 2000);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert!(numbers.is_sorted_by(|a, b| a < b));
}

#[test]
fn a_single_primary_key_is_unique() {
    let yaml = r#"
version: 2
fields:
  "$.id": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 100]}}
relationships: [{type: primary_key, paths: ["$.id"]}]
"#;
    let ids: BTreeSet<String> = records(yaml, 100).iter().map(|record| record["id"].to_string()).collect();
    assert_eq!(ids.len(), 100);
}

#[test]
fn what_cannot_be_unique_is_refused() {
    let one = |field: &str| codes(&format!("version: 2\nfields: {{$.x: {{unique: true, {field}}}}}"));
    assert_eq!(
        one("type: string, generator: pattern, params: {patterns: ['\\d\\d']}"),
        ["gen/not-enough-values"]
    );
    assert_eq!(one("type: string, generator: constant, params: {value: a}"), ["gen/not-enough-values"]);
    assert_eq!(
        one("type: integer, generator: sequence, params: {start: 1, step: 0}"),
        ["gen/not-enough-values"]
    );
    assert_eq!(
        one("type: string, generator: template, params: {template: '{{first}}'}"),
        ["gen/cannot-be-unique"]
    );
    assert_eq!(one("type: string, generator: faker, params: {method: city}"), ["gen/cannot-be-unique"]);
    assert_eq!(one("type: string, generator: faker, params: {method: country}"), ["gen/not-enough-values"]);
}
