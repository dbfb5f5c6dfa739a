//! Arrays that end where they began, and arrays that go side by side.

use serde_json::Value;

use crate::collect::{compile, lines, records};

const RULES: &str = r#"
version: 2
shape:
  "$.shapes[]": {length: {distribution: categorical, params: {values: [0, 1, 3], probs: [0.2, 0.5, 0.3]}}}
  "$.shapes[].ring[]": {length: {distribution: categorical, params: {values: [0, 1, 2, 4, 30], probs: [0.1, 0.1, 0.2, 0.3, 0.3]}}}
  "$.round[]": {length: {distribution: constant, params: {value: 5}}}
  "$.prices[]": {length: {distribution: categorical, params: {values: [0, 2, 5], probs: [0.2, 0.4, 0.4]}}}
  "$.seats[]": {length: {distribution: constant, params: {value: 3}}}
  "$.kinds[]": {length: {distribution: constant, params: {value: 3}}}
fields:
  "$.sum": {type: number, generator: quantile_sample, constraints: {decimals: 1}, params: {quantiles: [0, 100], values: [0, 9]}}
  "$.shapes[].ring[][0]": {type: number, generator: quantile_sample, constraints: {decimals: 4}, params: {quantiles: [0, 100], values: [-180, 180]}}
  "$.shapes[].ring[][1]": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [-90, 90]}}
  "$.round[]": {type: string, generator: pattern, params: {patterns: ['[a-z]{6}']}}
  "$.prices[].seat": {type: string, generator: pattern, params: {patterns: ['[A-Z]{2}[0-9]{3}']}}
  "$.prices[].amount": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 99]}}
  "$.seats[].name": {type: string, generator: pattern, params: {patterns: ['[a-z]{8}']}}
  "$.kinds[]": {type: string, generator: constant, params: {value: x}}
relationships:
- {type: sequence, rule: closed, paths: ["$.shapes[].ring[][0]", "$.shapes[].ring[][1]"]}
- {type: sequence, rule: closed, paths: ["$.round[]"]}
- {type: sequence, rule: side_by_side, paths: ["$.prices[].seat", "$.seats[].name"]}
"#;

fn rules() -> String {
    RULES.to_owned()
}

/// Catches last elements that are drawn anew, that are the first of another ring, or of which one coordinate
/// only comes again, and elements between that are the first as well.
#[test]
fn rings_end_where_they_began() {
    assert_eq!(compile(&rules(), 10).unwrap().unkept(), []);
    let (mut n_rings, mut n_alike) = (0, 0);
    for record in records(&rules(), 500) {
        let rings = record["shapes"].as_array().unwrap().iter().map(|shape| &shape["ring"]);
        for ring in rings.chain([&record["round"]]).map(|ring| ring.as_array().unwrap()) {
            assert_eq!(ring.first(), ring.last());
            n_rings += usize::from(ring.len() > 2);
            n_alike += usize::from(ring.len() > 2 && ring[0] == ring[1]);
        }
    }
    assert!(n_rings > 500 && n_alike == 0, "{n_rings} {n_alike}");
}

/// Catches arrays of different lengths, in another order, or of another record.
#[test]
fn arrays_go_side_by_side() {
    let mut n_seats = 0;
    for record in records(&rules(), 500) {
        let column = |array: &str, field: &str| -> Vec<Value> {
            record[array].as_array().unwrap().iter().map(|element| element[field].clone()).collect()
        };
        assert_eq!(column("prices", "seat"), column("seats", "name"));
        n_seats += column("seats", "name").len();
        assert_eq!(record["kinds"].as_array().unwrap().len(), 3);
    }
    assert!(n_seats > 1000);
    let plan = compile(&rules(), 300).unwrap();
    assert_eq!(lines(&plan, 0..300), lines(&plan, 0..9) + &lines(&plan, 9..120) + &lines(&plan, 120..300));
}

/// Catches a reference that is no longer said to hold because another field's values are taken, and one that is said
/// to hold although its own parent is another.
#[test]
fn references_hold_beside_each_other() {
    let yaml = rules()
        + "- {type: foreign_key, child: '$.prices[].seat', parent: $.sku}\n- {type: foreign_key, child: '$.seats[].name', parent: $.sku}\n";
    let sku = "fields:\n  $.sku: {type: string, unique: true, generator: pattern, params: {patterns: ['s[0-9]{5}']}}";
    let yaml = yaml.replace("fields:", sku);
    assert_eq!(compile(&yaml, 200).unwrap().unkept(), []);
    let all = records(&yaml, 200);
    let skus: Vec<&Value> = all.iter().map(|record| &record["sku"]).collect();
    for record in &all {
        let seats = record["seats"].as_array().unwrap();
        assert!(seats.iter().all(|seat| skus.contains(&&seat["name"])), "{record}");
    }
    let other =
        yaml.replace("child: '$.seats[].name', parent: $.sku", "child: '$.seats[].name', parent: $.sum");
    assert_eq!(compile(&other, 200).unwrap().unkept()[0].relationship, "foreign_key");
}

/// Catches a closed ring of unique values, or of values that an order decides, that is said to hold.
#[test]
fn rings_that_cannot_close_are_named() {
    let order = rules()
        + "- {type: ordering, low: '$.shapes[].ring[][0]', high: '$.shapes[].ring[][0]', next_element: true}\n";
    let unkept = |yaml: &str| compile(yaml, 10).unwrap().unkept().iter().map(|one| one.count).sum::<usize>();
    assert_eq!(unkept(&order), 1);
    let unique =
        rules().replace("\"$.round[]\": {type: string,", "\"$.round[]\": {type: string, unique: true,");
    assert_eq!(unkept(&unique), 1);
}
