//! Orders and dependencies that hold by construction.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::collect::{compile, lines, records};

const ORDERS: &str = r#"
version: 2
shape:
  "$.steps[]": {length: {distribution: categorical, params: {values: [0, 1, 4], probs: [0.2, 0.3, 0.5]}}}
fields:
  "$.at": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 1000000]}}
  "$.min": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 50]}, constraints: {decimals: 1}}
  "$.mean": {type: number, presence: 0.8, generator: quantile_sample, params: {quantiles: [0, 100], values: [10, 60]}, constraints: {decimals: 1}}
  "$.max": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [10, 90], spikes: [{value: 40, prob: 0.3}]}, constraints: {decimals: 1}}
  "$.born": {type: datetime, generator: temporal_rhythmic, params: {format: '%Y-%m-%d', quantiles: [0, 100], values: ['1950-01-01', '2000-01-01']}}
  "$.steps[].from": {type: datetime, generator: temporal_rhythmic, params: {format: '%Y-%m-%dT%H:%M:%SZ', quantiles: [0, 100], values: ['1990-01-01T00:00:00Z', '2020-01-01T00:00:00Z'], hour_profile: [0,0,0,0,0,0,0,0,1,2,3,4,4,3,2,1,0,0,0,0,0,0,0,0]}}
  "$.steps[].to": {type: datetime, null_rate: 0.2, generator: temporal_rhythmic, params: {format: '%Y-%m-%dT%H:%M:%SZ', quantiles: [0, 100], values: ['1991-01-01T00:00:00Z', '2021-01-01T00:00:00Z']}}
relationships:
- {type: ordering, low: $.at, high: $.at, strict: true, next_record: true}
- {type: ordering, low: $.min, high: $.mean}
- {type: ordering, low: $.mean, high: $.max, strict: true}
- {type: ordering, low: $.min, high: $.max, strict: true}
- {type: ordering, low: $.born, high: "$.steps[].from", strict: true}
- {type: ordering, low: "$.steps[].from", high: "$.steps[].to", strict: true}
- {type: ordering, low: "$.steps[].to", high: "$.steps[].from", next_element: true}
"#;

/// Catches fields that are drawn apart, elements that are not sorted, bounds of other levels that are not looked at, and
/// records that are sorted within a block only.
#[test]
fn orders_hold() {
    assert_eq!(compile(ORDERS, 10).unwrap().unkept(), []);
    let rows = records(ORDERS, 9000);
    let number = |value: &Value| value.as_f64().unwrap();
    assert!(rows.windows(2).all(|pair| number(&pair[0]["at"]) < number(&pair[1]["at"])));
    let mut n_at_40 = 0;
    for row in &rows {
        let (min, max) = (number(&row["min"]), number(&row["max"]));
        let mean = row.get("mean").map_or((min + max) / 2.0, number);
        assert!(min <= mean && mean < max, "{row}");
        n_at_40 += i32::from((max - 40.0).abs() < 1e-9);
        let mut before = row["born"].as_str().unwrap().to_owned();
        for step in row["steps"].as_array().unwrap() {
            let from = step["from"].as_str().unwrap();
            assert!(before.as_str() <= from, "{row}");
            before = from.to_owned();
            if let Some(to) = step["to"].as_str() {
                assert!(from < to, "{row}");
                before = to.to_owned();
            }
        }
    }
    // The spike keeps its share: four standard errors of 0.3 of 9000 are 174.
    assert!((n_at_40 - 2700).abs() < 200, "{n_at_40}");
}

#[test]
fn ranges_of_orders_concatenate() {
    let plan = compile(ORDERS, 6000).unwrap();
    assert!(
        lines(&plan, 0..6000)
            == [lines(&plan, 0..1), lines(&plan, 1..4500), lines(&plan, 4500..6000)].concat()
    );
}

const DEPENDENT: &str = r#"
version: 2
shape:
  "$.parts[]": {length: {distribution: constant, params: {value: 2}}}
  "$.zones.*": {length: {distribution: constant, params: {value: 2}}}
fields:
  "$.kind": {type: enum, generator: categorical, params: {values: [a, b, c], probs: [0.6, 0.3, 0.1]}}
  "$.city": {type: string, generator: pattern, params: {patterns: ['[A-Z][a-z]{5}']}}
  "$.zip": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 60]}}
  "$.country": {type: enum, generator: categorical, params: {values: [x, y, z], probs: [0.5, 0.3, 0.2]}}
  "$.tax": {type: number, null_rate: 0.3, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 1]}, constraints: {decimals: 2}}
  "$.only_b": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.parts[].code": {type: string, generator: pattern, params: {patterns: ['[a-e]{2}']}}
  "$.parts[].name": {one_of: [{share: 0.5, type: enum, generator: categorical, params: {values: [bolt, nut]}}, {share: 0.5, type: string, generator: faker, params: {method: words, quantiles: [0, 100], lengths: [5, 30]}}]}
  "$.zones.*~": {type: string, generator: pattern, params: {patterns: ['[a-z]{6}']}}
  "$.zones.*.a": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 30]}}
  "$.zones.*.b": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 30]}}
  "$.owner": {type: string, generator: pattern, params: {patterns: ['[a-z]{9}']}}
variants:
  "$": {discriminator: $.kind, cases: [{when: a, always: [$.city]}, {when: b, always: [$.city, $.only_b]}, {when: c}]}
relationships:
- {type: functional_dep, lhs: [$.city], rhs: [$.zip], distinct: 40}
- {type: functional_dep, lhs: [$.zip], rhs: [$.city]}
- {type: functional_dep, lhs: [$.city], rhs: [$.country]}
- {type: functional_dep, lhs: [$.zip, $.kind], rhs: [$.tax]}
- {type: functional_dep, lhs: [$.only_b], rhs: [$.tax], confidence: 0.95}
- {type: functional_dep, lhs: [], rhs: [$.owner]}
- {type: functional_dep, lhs: ["$.parts[].code"], rhs: ["$.parts[].name"]}
- {type: functional_dep, lhs: ["$.parts[].name"], rhs: ["$.parts[].code"]}
- {type: functional_dep, lhs: ["$.zones.*.a"], rhs: ["$.zones.*.b"]}
"#;

/// The share of rows that agree with the commonest right side of their left side.
fn agreement<'a>(rows: impl Iterator<Item = &'a Value>, left: &[&str], right: &str) -> f64 {
    let mut groups: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for row in rows {
        let there = |key: &str| row.get(key).filter(|value| !value.is_null());
        let Some(lefts) = left.iter().map(|key| there(key)).collect::<Option<Vec<_>>>() else { continue };
        if let Some(value) = there(right) {
            *groups.entry(format!("{lefts:?}")).or_default().entry(value.to_string()).or_default() += 1;
        }
    }
    let n: usize = groups.values().flat_map(BTreeMap::values).sum();
    let held: usize = groups.values().map(|group| group.values().max().unwrap()).sum();
    assert!(groups.len() > 1 || left.is_empty(), "{left:?} varies");
    held as f64 / n as f64
}

/// Catches a circle of dependencies of which only one direction is kept, a field with two left sides that follows from
/// one of them, and what follows in elements, in dictionaries and in the cases of a union.
#[test]
fn dependencies_of_every_shape_hold() {
    let unkept = compile(DEPENDENT, 10).unwrap().unkept().to_vec();
    let rows = records(DEPENDENT, 3000);
    let all = |left: &[&str], right: &str| agreement(rows.iter(), left, right);
    assert_eq!(unkept, []);
    for (left, right) in [
        (&["city"][..], "zip"),
        (&["zip"], "city"),
        (&["city"], "country"),
        (&["zip", "kind"], "tax"),
        (&[], "owner"),
    ] {
        assert!(all(left, right) >= 1.0, "{left:?} -> {right}");
    }
    assert!(all(&["only_b"], "tax") >= 0.95);
    let parts = || rows.iter().flat_map(|row| row["parts"].as_array().unwrap());
    assert!(agreement(parts(), &["code"], "name") >= 1.0 && agreement(parts(), &["name"], "code") >= 1.0);
    let zones = || rows.iter().flat_map(|row| row["zones"].as_object().unwrap().values());
    assert!(agreement(zones(), &["a"], "b") >= 1.0);
    let n_x = rows.iter().filter(|row| row["country"] == "x").count();
    // Adjusted weights give the rule's share: four standard errors of half of 3000 are 110.
    assert!(n_x.abs_diff(1500) < 120, "{n_x}");
}

#[test]
fn ranges_of_dependencies_concatenate() {
    let plan = compile(DEPENDENT, 500).unwrap();
    assert!(lines(&plan, 0..500) == [lines(&plan, 0..123), lines(&plan, 123..500)].concat());
}

const TABLE: &str = r#"
version: 2
fields:
  "$.code": {type: integer, generator: categorical, params: {values: [1, 2, 3], probs: [0.5, 0.3, 0.2]}}
  "$.name": {type: enum, presence: 0.7, generator: categorical, params: {values: [one, two], probs: [0.6, 0.4]}}
  "$.flag": {type: boolean, generator: categorical, params: {values: [true, false], probs: [0.5, 0.5]}}
relationships:
- {type: functional_dep, lhs: [$.code], rhs: [$.name, $.flag]}
- type: value_table
  paths: [$.code, $.name, $.flag]
  rows:
  - {values: [1, one, true], weight: 10}
  - {values: [2, two, false], weight: 10}
  - {values: [3, null, false], weight: 10}
"#;

/// Catches a table that is not adjusted to the fields' own shares, and fields that do not come together.
#[test]
fn tables_are_kept() {
    let mut counts = [0_i32; 4];
    for row in records(TABLE, 4000) {
        let code = usize::try_from(row["code"].as_u64().unwrap()).unwrap();
        counts[code] += 1;
        assert_eq!(row["flag"], code == 1);
        match row.get("name") {
            Some(name) if code < 3 => assert_eq!(*name, ["", "one", "two"][code]),
            _ => {}
        }
    }
    // What has no name comes where the name is absent, so the shares are near the rule's, not equal to them.
    assert!(counts[1] > counts[2] && (1300..2700).contains(&counts[1]), "{counts:?}");
}

/// Rare numbers of seats go with the large plan; the price follows from the seats, listed or not.
const OTHERS: &str = r#"
version: 2
fields:
  "$.plan": {type: enum, generator: categorical, params: {values: [basic, large], probs: [0.8, 0.2]}}
  "$.seats":
    type: integer
    generator: quantile_sample
    params: {quantiles: [0, 100], values: [100, 900], spikes: [{value: 1, prob: 0.5}, {value: 2, prob: 0.4}]}
  "$.price":
    type: enum
    one_of:
    - {share: 0.9, type: enum, generator: categorical, params: {values: ["10", "20"], probs: [0.5, 0.5]}}
    - {share: 0.1, type: string, generator: pattern, params: {patterns: ['[1-9][0-9]{3}']}}
relationships:
- {type: functional_dep, lhs: [$.seats], rhs: [$.plan, $.price], distinct: 100}
- type: value_table
  paths: [$.plan, $.seats, $.price]
  rows:
  - {values: [basic, 1, "10"], weight: 50}
  - {values: [basic, 2, "20"], weight: 30}
  - {values: [large, 2, "20"], weight: 0}
  - {values: [large, null, null], other: [$.seats, $.price], weight: 20}
"#;

/// Catches pairs of listed values that are made up where some values are not listed, and listed values in the place of
/// others.
#[test]
fn values_beside_a_table_go_with_each_other() {
    let rows = records(OTHERS, 2000);
    let listed = |row: &&serde_json::Value| row["seats"].as_u64().unwrap() < 3;
    for row in &rows {
        let (seats, price) = (row["seats"].as_u64().unwrap(), row["price"].as_str().unwrap());
        assert_eq!(row["plan"], if seats < 3 { "basic" } else { "large" }, "{row}");
        assert_eq!(price.len(), if seats < 3 { 2 } else { 4 }, "{row}");
    }
    assert!(agreement(rows.iter(), &["seats"], "price") >= 1.0);
    // Four standard errors of 0.8 of 2000 are 72.
    assert!(rows.iter().filter(listed).count().abs_diff(1600) < 80);
    let others: std::collections::BTreeSet<u64> =
        rows.iter().filter(|row| !listed(row)).map(|row| row["seats"].as_u64().unwrap()).collect();
    assert!(others.len() > 15, "{others:?}");
}
