//! Fields that follow from those in arrays of one element, and from whatever leaves one case of a union.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::collect::{compile, lines, records};

const RULES: &str = r#"
version: 2
shape:
  "$.code.coding[]": {length: {distribution: categorical, params: {values: [0, 1], probs: [0.2, 0.8]}}}
  "$.parts[]": {length: {distribution: constant, params: {value: 3}}}
  "$.parts[].kind[]": {length: {distribution: constant, params: {value: 1}}}
fields:
  "$.type": {type: enum, generator: categorical, params: {values: [visit, order, note], probs: [0.4, 0.4, 0.2]}}
  "$.code": {type: object}
  "$.code.coding[].code": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 40]}}
  "$.code.coding[].name": {type: string, generator: pattern, params: {patterns: ['[a-z]{6}']}}
  "$.code.text": {type: string, generator: pattern, params: {patterns: ['[A-Z]{6}']}}
  "$.parts[].kind[]": {type: enum, generator: categorical, params: {values: [a, b, c], probs: [0.4, 0.4, 0.2]}}
  "$.parts[].label": {type: string, generator: pattern, params: {patterns: ['[a-z]{6}']}}
  "$.origin": {type: string, generator: pattern, params: {patterns: ['[a-z]{6}']}}
  "$.unit": {type: string, generator: constant, params: {value: kg}}
  "$.total": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 40]}}
relationships:
- {type: functional_dep, lhs: ["$.code.coding[].code"], rhs: ["$.code.coding[].name", $.code.text, $.type]}
- {type: functional_dep, lhs: ["$.parts[].kind[]"], rhs: ["$.parts[].label"]}
- {type: functional_dep, lhs: [$.total], rhs: [$.unit, $.type]}
- {type: functional_dep, lhs: [], rhs: [$.unit, $.origin]}
variants:
  "$":
    discriminator: $.type
    cases:
    - {when: visit, always: [$.code]}
    - {when: order, always: [$.total]}
    - {when: note}
"#;

/// Catches a text that follows from nothing, as its code stands in an array below it, and a dependency that is said to
/// be broken although each of its fields follows, in its own way.
#[test]
fn arrays_of_one_element_are_part_of_the_row() {
    assert_eq!(compile(RULES, 10).unwrap().unkept(), []);
    let (mut texts, mut labels) = (BTreeMap::new(), BTreeMap::new());
    let all = records(RULES, 1500);
    for record in &all {
        assert_eq!(record["origin"], all[0]["origin"]);
        if let Some(Value::Array(coding)) = record.pointer("/code/coding")
            && let Some(one) = coding.first()
        {
            let made = (one["name"].clone(), record["code"]["text"].clone());
            assert_eq!(*texts.entry(one["code"].as_i64().unwrap()).or_insert(made.clone()), made);
            assert_eq!(record["type"], "visit");
        }
        for part in record["parts"].as_array().unwrap() {
            let kind = part["kind"][0].as_str().unwrap().to_owned();
            assert_eq!(labels.entry(kind).or_insert(part["label"].clone()), &part["label"]);
        }
    }
    assert!(texts.len() > 30 && labels.len() == 3, "{texts:?}");
    let plan = compile(RULES, 300).unwrap();
    assert_eq!(lines(&plan, 0..300), lines(&plan, 0..9) + &lines(&plan, 9..120) + &lines(&plan, 120..300));
}

/// Catches a dependency on a longer array that is said to hold, and one whose tag has two cases left, where the rows are
/// too many for their values to be found beforehand; and found values that contradict.
#[test]
fn longer_arrays_and_several_cases_are_named_or_found() {
    let longer = RULES.replace("values: [0, 1], probs", "values: [0, 2], probs");
    let two_cases = RULES.replace("{when: note}", "{when: note, always: [$.code]}");
    let unkept =
        |yaml: &str, n| compile(yaml, n).unwrap().unkept().iter().map(|one| one.count).sum::<usize>();
    for yaml in [&longer, &two_cases] {
        assert_eq!([unkept(yaml, 100_000), unkept(yaml, 25)], [1, 0]);
    }
    let mut seen = BTreeMap::new();
    for record in records(&longer, 25) {
        for one in record.pointer("/code/coding").and_then(Value::as_array).into_iter().flatten() {
            let made = [&one["name"], &record["code"]["text"], &record["type"]].map(Clone::clone);
            assert_eq!(*seen.entry(one["code"].to_string()).or_insert(made.clone()), made);
        }
    }
    assert!(seen.len() > 3);
}
