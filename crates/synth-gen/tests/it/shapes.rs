//! Objects, arrays, tuples, dictionaries, unions and documents.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use synth_core::JsonPath;
use synth_gen::{CompileOptions, Plan};

use crate::collect::{codes, compile, lines, records};

#[test]
fn records_may_be_anything() {
    let scalar = "version: 2\nfields: {$: {type: integer, generator: sequence, params: {start: 1}}}";
    assert_eq!(records(scalar, 3), [json!(1), json!(2), json!(3)]);
    assert_eq!(records("version: 2\nfields: {}", 2), [json!({}), json!({})]);
    let array = r#"
version: 2
shape: {"$[]": {length: {distribution: constant, params: {value: 2}}}}
fields: {"$[]": {type: integer, generator: sequence, params: {start: 1}}}
"#;
    assert_eq!(records(array, 2), [json!([1, 2]), json!([3, 4])]);
}

#[test]
fn tuples_end_at_the_first_gap() {
    let yaml = r#"
version: 2
shape: {"$.t[]": {length: {distribution: constant, params: {value: 2}}}}
fields:
  "$.t[0]": {type: string, generator: constant, params: {value: a}}
  "$.t[1]": {type: string, presence: 0.5, generator: constant, params: {value: b}}
  "$.t[]": {type: string, generator: constant, params: {value: c}}
"#;
    let made: BTreeSet<String> = records(yaml, 50).iter().map(|record| record["t"].to_string()).collect();
    assert_eq!(made.into_iter().collect::<Vec<_>>(), ["[\"a\",\"b\",\"c\",\"c\"]", "[\"a\"]"]);
}

/// Catches duplicate keys: six keys exist, six are wanted, and one is taken by a named member.
#[test]
fn dictionary_keys_are_distinct() {
    let yaml = r#"
version: 2
shape: {"$.d.*": {length: {distribution: constant, params: {value: 7}}}}
fields:
  "$.d.aa": {type: integer, generator: constant, params: {value: 0}}
  "$.d.*~": {type: string, generator: pattern, params: {patterns: ['[ab]{1,2}']}}
  "$.d.*": {type: integer, generator: sequence, params: {start: 1}}
"#;
    let plan = compile(yaml, 100).unwrap();
    for line in lines(&plan, 0..100).lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["d"].as_object().unwrap().len(), 8, "{line}");
        assert_eq!(line.matches("\"aa\"").count(), 1);
    }
}

const EVENTS: &str = r#"
version: 2
shape: {"$.data.parts[]": {length: {distribution: constant, params: {value: 3}}}}
fields:
  "$.data.size": {type: integer, presence: 0.5, generator: constant, params: {value: 1}}
  "$.data.url": {type: string, presence: 0.5, generator: constant, params: {value: u}}
  "$.data.parts[].x": {type: integer, presence: 0, generator: constant, params: {value: 1}}
  "$.data.parts[].always": {type: integer, generator: constant, params: {value: 1}}
  "$.kind": {null_rate: 0.1, type: enum, generator: categorical, params: {values: [file, link, 3], probs: [0.4, 0.4, 0.2]}}
variants:
  "$.data":
    discriminator: "$.kind"
    cases:
      - {when: file, always: ["$.data.size", "$.data.parts[].x"]}
      - {when: link, always: ["$.data.url"]}
"#;

/// The discriminator stands behind the union in the file, and decides also within its arrays.
#[test]
fn variants_decide_what_is_there() {
    let made = records(EVENTS, 2000);
    let mut n_other = [0, 0];
    for record in &made {
        let data = record["data"].as_object().unwrap();
        let has = (data.contains_key("size"), data.contains_key("url"));
        let parts = data["parts"].as_array().unwrap();
        match record["kind"].as_str() {
            Some("file") => assert_eq!(has, (true, false)),
            Some("link") => assert_eq!(has, (false, true)),
            _ => n_other[usize::from(has.0)] += 1,
        }
        let is_file = record["kind"] == "file";
        assert!(parts.iter().all(|part| part.get("x").is_some() == is_file && part["always"] == 1));
    }
    // About 560 records belong to no case; size is there in half of them.
    assert!(n_other.iter().all(|n| *n > 200), "{n_other:?}");
}

#[test]
fn bad_variants_are_refused() {
    let with = |from: &str, to: &str| codes(&EVENTS.replace(from, to));
    assert_eq!(
        with("discriminator: \"$.kind\"", "discriminator: \"$.data.parts[].always\""),
        ["gen/discriminator-not-above"]
    );
    assert_eq!(with("discriminator: \"$.kind\"", "discriminator: \"$.nope\""), ["gen/unknown-path"]);
    assert_eq!(with("\"$.data\":\n", "\"$.nope\":\n"), ["gen/unknown-path"]);
    assert_eq!(with("[\"$.data.url\"]", "[\"$.kind\"]"), ["gen/unknown-path"]);
    let own = "discriminator: \"$.data.size\"";
    assert_eq!(with("discriminator: \"$.kind\"", own), ["gen/cycle"]);
}

const TYPES: &str = r#"
version: 2
shape: {"$.value[]": {length: {distribution: constant, params: {value: 2}}}}
fields:
  "$.kind": {type: enum, generator: categorical, params: {values: [metric, label, list, span], probs: [0.4, 0.3, 0.2, 0.1]}}
  "$.value":
    type: object
    one_of:
    - {share: 0.25, type: object}
    - {share: 0.25, type: array}
    - {share: 0.25, type: integer, generator: constant, params: {value: 5}}
    - {share: 0.2, type: string, generator: constant, params: {value: x}}
    - {share: 0.05, type: string, generator: constant, params: {value: y}}
  "$.value.from": {type: integer, generator: constant, params: {value: 1}}
  "$.value.to": {type: integer, generator: constant, params: {value: 2}}
  "$.value[]": {type: integer, generator: constant, params: {value: 3}}
  "$.status": {type: enum, generator: categorical, params: {values: [open, closed, failed], probs: [0.3, 0.5, 0.2]}}
  "$.closed_by": {type: string, null_rate: 0.3, generator: constant, params: {value: ann}}
  "$.error": {type: object, null_rate: 0.8}
  "$.error.code": {type: integer, generator: constant, params: {value: 500}}
  "$.ended": {type: string, null_rate: 0.5, generator: constant, params: {value: yes}}
relationships:
- {type: conditional_presence, rule: together, paths: ["$.value.from", "$.value.to"]}
- {type: conditional_presence, rule: requires, paths: ["$.error.code", "$.ended"]}
- {type: conditional_presence, rule: requires, paths: ["$.ended", "$.closed_by"]}
variants:
  "$":
    discriminator: "$.kind"
    cases:
    - {when: metric, types: {"$.value": number}}
    - {when: label, types: {"$.value": {string: 0.9, "null": 0.1}}}
    - {when: list, types: {"$.value": array}}
    - {when: span, types: {"$.value": object}}
  "$.closed_by":
    discriminator: "$.status"
    cases:
    - {when: open, types: {"$.closed_by": "null"}}
    - {when: closed, types: {"$.closed_by": string}}
    - {when: failed, types: {"$.closed_by": string}}
  "$.error":
    discriminator: "$.status"
    cases:
    - {when: open, types: {"$.error": "null"}}
    - {when: closed, types: {"$.error": "null"}}
    - {when: failed, types: {"$.error": object}}
    - {when: unheard of, types: {"$.error": object}}
"#;

/// Catches types that are drawn beside the tag, kinds of one type that lose their shares, null that a rule of presence
/// decides without the tag, and two unions of one tag that are taken for two.
#[test]
fn variants_decide_of_which_types_values_are() {
    let plan = compile(TYPES, 4000).unwrap();
    assert_eq!(plan.unkept().len(), 0, "{:?}", plan.unkept());
    let made = records(TYPES, 4000);
    let (mut n_null, mut n_rare, mut n_labels, mut n_ended) = (0, 0, 0, 0);
    for record in &made {
        let value = &record["value"];
        match record["kind"].as_str().unwrap() {
            "metric" => assert_eq!(value, 5),
            "list" => assert_eq!(value, &json!([3, 3])),
            "span" => assert_eq!(value, &json!({"from": 1, "to": 2})),
            _ => {
                n_labels += 1;
                n_null += usize::from(value.is_null());
                n_rare += usize::from(value == "y");
                assert!(value.is_null() || value.is_string());
            }
        }
        let status = record["status"].as_str().unwrap();
        assert_eq!(record["closed_by"].is_null(), status == "open");
        assert_eq!(record["error"].is_null(), status != "failed");
        assert!(record["error"].is_null() || !record["ended"].is_null());
        assert!(record["ended"].is_null() || !record["closed_by"].is_null());
        n_ended += usize::from(!record["ended"].is_null());
    }
    let share = |n: usize, of: usize| n as f64 / of as f64;
    // Four standard errors are 0.035, 0.034 and 0.032.
    assert!((share(n_null, n_labels) - 0.1).abs() < 0.035, "{n_null} of {n_labels}");
    assert!((share(n_rare, n_labels) - 0.18).abs() < 0.045, "{n_rare} of {n_labels}");
    assert!((share(n_ended, made.len()) - 0.5).abs() < 0.032, "{n_ended}: the rate is kept over all cases");
}

/// A field that follows from another is of one kind: catches a choice among the kinds of its rule that is still made.
#[test]
fn types_of_what_follows_from_others_have_no_say() {
    let yaml = r#"
version: 2
fields:
  "$.code": {type: enum, generator: categorical, params: {values: [a, b, c], probs: [0.4, 0.3, 0.3]}}
  "$.label":
    type: string
    one_of:
    - {share: 0.9, type: string, generator: categorical, params: {values: [x, y, z], probs: [0.5, 0.3, 0.2]}}
    - {share: 0.1, type: string, generator: pattern, params: {patterns: ['[0-9]{3}']}}
relationships:
- {type: functional_dep, lhs: ["$.code"], rhs: ["$.label"]}
variants:
  "$.label":
    discriminator: "$.code"
    cases:
    - {when: a, types: {"$.label": string}}
    - {when: b, types: {"$.label": {string: 0.5, "null": 0.5}}}
    - {when: c, types: {"$.label": "null"}}
"#;
    let made = records(yaml, 600);
    for code in ["a", "b", "c"] {
        let labels: BTreeSet<String> = made
            .iter()
            .filter(|record| record["code"] == code && !record["label"].is_null())
            .map(|record| record["label"].to_string())
            .collect();
        assert_eq!(labels.len(), usize::from(code != "c"), "{code}: {labels:?}");
    }
}

const DOCUMENT: &str = r#"
version: 2
globals: {layout: document, main_collection: "$.orders[]"}
shape:
  "$.orders[]": {length: {distribution: constant, params: {value: 20}}}
  "$.orders[].lines[]": {length: {distribution: constant, params: {value: 2}}}
  "$.customers[]": {length: {distribution: constant, params: {value: 5}}}
  "$.by_code.*": {length: {distribution: constant, params: {value: 10}}}
  "$.meta.flags[]": {length: {distribution: constant, params: {value: 4}}}
fields:
  "$.version": {type: string, generator: constant, params: {value: v1}}
  "$.orders[].id": {type: integer, unique: true, generator: sequence, params: {start: 10248}}
  "$.orders[].lines[].n": {type: integer, unique: true, generator: sequence, params: {start: 0}}
  "$.customers[].code": {type: string, unique: true, generator: pattern, params: {patterns: ['[A-Z]{5}']}}
  "$.by_code.*~": {type: string, unique: true, generator: pattern, params: {patterns: ['[a-z]{3}']}}
  "$.by_code.*": {type: integer, generator: sequence, params: {start: 1}}
  "$.meta.flags[]": {type: string, generator: constant, params: {value: f}}
"#;

fn document(n_rows: u64) -> (Value, [usize; 5]) {
    let plan = compile(DOCUMENT, n_rows).unwrap();
    assert_eq!(plan.n_records(), 1);
    let text = lines(&plan, 0..1);
    let made: Value = serde_json::from_str(&text).unwrap();
    let n = |name: &str| made[name].as_array().unwrap().len();
    let n_lines =
        made["orders"].as_array().unwrap().iter().map(|order| order["lines"].as_array().unwrap().len()).sum();
    let n_codes = made["by_code"].as_object().unwrap().len();
    let n_flags = made["meta"]["flags"].as_array().unwrap().len();
    let sizes = [n("orders"), n("customers"), n_codes, n_lines, n_flags];
    (made, sizes)
}

#[test]
fn documents_scale_with_their_main_collection() {
    assert_eq!(document(20).1, [20, 5, 10, 40, 4]);
    assert_eq!(document(0).1, [0, 0, 0, 0, 4]);
    let (made, sizes) = document(10_000);
    assert_eq!(sizes, [10_000, 2500, 5000, 20_000, 4]);
    let orders = made["orders"].as_array().unwrap();
    assert!(orders.iter().zip(10_248..).all(|(order, id)| order["id"] == id));
    let codes: BTreeSet<&str> = made["customers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|customer| customer["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes.len(), 2500);
}

#[test]
fn a_document_without_main_collection_is_one_record() {
    let yaml = DOCUMENT.replace(", main_collection: \"$.orders[]\"", "");
    let plan = compile(&yaml, 99).unwrap();
    let text = lines(&plan, 0..99);
    assert_eq!(text.lines().count(), 1);
    let made: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(made["orders"].as_array().unwrap().len(), 20);
}

#[test]
fn bad_main_collections_are_refused() {
    let with = |main: &str| {
        codes(&DOCUMENT.replace("main_collection: \"$.orders[]\"", &format!("main_collection: \"{main}\"")))
    };
    assert_eq!(with("$.orders[].lines[]"), ["gen/bad-main-collection"]);
    assert_eq!(with("$.orders"), ["gen/bad-main-collection"]);
    assert_eq!(with("$.nope[]"), ["gen/unknown-path"]);
}

#[test]
fn arrays_without_elements_are_empty() {
    let yaml = |length: u64| {
        format!(
            "version: 2\nshape: {{\"$.a[]\": {{length: {{distribution: constant, params: {{value: {length}}}}}}}}}\n\
             fields: {{$.a: {{type: array}}, $.o: {{type: object}}}}"
        )
    };
    assert_eq!(records(&yaml(0), 1), [json!({"a": [], "o": {}})]);
    assert_eq!(codes(&yaml(1)), ["gen/unknown-path"]);
}

const TABLES: &str = r#"
version: 2
globals: {layout: document, main_collection: "$.orders[]"}
shape:
  "$.orders[]": {length: {distribution: constant, params: {value: 100}}}
  "$.lines[]": {length: {distribution: constant, params: {value: 250}}}
  "$.states[]": {length: {distribution: constant, params: {value: 4}}, grows: false}
  "$.tags[]": {length: {distribution: constant, params: {value: 3}}}
  "$.lines[].parts[]": {length: {distribution: constant, params: {value: 2}}}
fields:
  "$.orders[].id": {type: integer, unique: true, generator: sequence, params: {start: 1}}
  "$.lines[].parts[]": {type: integer, generator: constant, params: {value: 1}}
  "$.states[].code": {type: string, unique: true, generator: pattern, params: {patterns: ['[AB]{2}']}}
  "$.tags[]": {type: string, generator: constant, params: {value: x}}
"#;

/// Lengths of the collections of [`TABLES`]: orders, lines, states, tags.
fn sizes(n_rows: u64, counts: &[(&str, u64)]) -> Result<[usize; 4], Vec<&'static str>> {
    let counts: Vec<(JsonPath, u64)> =
        counts.iter().map(|(path, n)| (JsonPath::parse(path).unwrap(), *n)).collect();
    let rules = serde_yaml::from_str(TABLES).unwrap();
    let plan = Plan::compile_with_counts(&rules, &CompileOptions { seed: 1, n_rows }, &counts)
        .map_err(|errors| errors.0.iter().map(|error| error.kind.code()).collect::<Vec<_>>())?;
    let made: Value = serde_json::from_str(&lines(&plan, 0..1)).unwrap();
    Ok(["orders", "lines", "states", "tags"].map(|name| made[name].as_array().unwrap().len()))
}

/// The look-up collection has four codes in all, so it could not grow.
#[test]
fn look_up_collections_keep_their_size() {
    assert_eq!(sizes(100, &[]), Ok([100, 250, 4, 3]));
    assert_eq!(sizes(2000, &[]), Ok([2000, 5000, 4, 3]));
    assert_eq!(sizes(10, &[]), Ok([10, 25, 4, 3]));
}

#[test]
fn counts_set_one_collection() {
    assert_eq!(sizes(100, &[("$.lines[]", 7), ("$.tags[]", 1)]), Ok([100, 7, 4, 1]));
    assert_eq!(sizes(200, &[("$.orders[]", 9)]), Ok([9, 500, 4, 3]), "the others follow the number of rows");
    assert_eq!(sizes(100, &[("$.states[]", 2), ("$.states[]", 3)]), Ok([100, 250, 3, 3]));
    assert_eq!(sizes(100, &[("$.states[]", 5)]), Err(vec!["gen/not-enough-values"]));
    let wrong = [("$.lines", 1), ("$.lines[].parts[]", 1), ("$.none[]", 1)];
    assert_eq!(sizes(100, &wrong), Err(vec!["gen/not-a-collection"; 3]));
}
