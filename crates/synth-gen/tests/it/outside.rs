//! Dependencies between fields that other relationships decide, presence in the cases of a union, and drawn distances.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use synth_core::cast;

use crate::collect::{compile, lines, records};

/// A shop: customers and couriers in tables of their own, orders that refer to both.
const SHOP: &str = r#"
version: 2
globals: {layout: document, main_collection: "$.orders[]"}
shape:
  "$.customers[]": {length: {distribution: constant, params: {value: 60}}}
  "$.regions[]": {length: {distribution: constant, params: {value: 7}}}
  "$.slots[]": {length: {distribution: constant, params: {value: 90}}}
  "$.orders[]": {length: {distribution: constant, params: {value: 500}}}
  "$.orders[].labels[]": {length: {distribution: categorical, params: {values: [0, 1, 3], probs: [0.3, 0.4, 0.3]}}}
fields:
  "$.customers[].id": {type: integer, unique: true, generator: sequence, params: {start: 1}}
  "$.regions[].name": {type: string, unique: true, generator: pattern, params: {patterns: ['[A-Z]{4}']}}
  "$.slots[].depot": {type: string, generator: pattern, params: {patterns: ['[A-Z]{4}']}}
  "$.slots[].day": {type: integer, generator: sequence, params: {start: 1}}
  "$.orders[].customer": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 60]}}
  "$.orders[].region": {type: string, generator: pattern, params: {patterns: ['[A-Z]{4}']}}
  "$.orders[].depot": {type: string, generator: pattern, params: {patterns: ['[A-Z]{4}']}}
  "$.orders[].day": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 90]}}
  "$.orders[].ship_name": {type: string, generator: pattern, params: {patterns: ['[a-z]{8}']}}
  "$.orders[].city": {type: string, presence: 0.8, generator: pattern, params: {patterns: ['[a-z]{5}']}}
  "$.orders[].fee": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 99999]}}
  "$.orders[].labels[]": {type: string, generator: pattern, params: {patterns: ['[a-z]{4}']}}
relationships:
- {type: foreign_key, parent: "$.customers[].id", child: "$.orders[].customer"}
- {type: foreign_key, parent: "$.regions[].name", child: "$.orders[].region"}
- {type: foreign_key, parent: "$.regions[].name", child: "$.slots[].depot"}
- {type: primary_key, paths: ["$.slots[].depot", "$.slots[].day"]}
- {type: foreign_key, parent: ["$.slots[].depot", "$.slots[].day"], child: ["$.orders[].depot", "$.orders[].day"]}
- {type: functional_dep, lhs: ["$.orders[].customer"], rhs: ["$.orders[].region", "$.orders[].city"]}
- {type: functional_dep, lhs: ["$.orders[].customer"], rhs: ["$.orders[].ship_name"]}
- {type: functional_dep, lhs: ["$.orders[].ship_name"], rhs: ["$.orders[].customer"]}
- {type: functional_dep, lhs: ["$.orders[].depot", "$.orders[].day"], rhs: ["$.orders[].fee"]}
- {type: functional_dep, lhs: ["$.orders[].labels[]"], rhs: ["$.orders[].region"]}
"#;

/// The number of left sides, and of rows whose right side is not that of the first row with the same left side.
fn broken(rows: impl Iterator<Item = (Value, Value)>) -> (usize, usize) {
    let mut first: BTreeMap<String, Value> = BTreeMap::new();
    let rows = rows.filter(|(left, right)| !left.is_null() && !right.is_null());
    let n =
        rows.filter(|(left, right)| first.entry(left.to_string()).or_insert(right.clone()) != right).count();
    (first.len(), n)
}

/// Catches a reference that is drawn although another one decides it, a name that two customers share, a fee that follows
/// from what the key was before it was dealt, labels that stand in orders of two regions, and notices for none of that.
#[test]
fn references_and_keys_decide_and_are_decided() {
    assert_eq!(compile(SHOP, 500).unwrap().left_out(), []);
    let all = records(SHOP, 500);
    let orders = all[0]["orders"].as_array().unwrap();
    let pairs = |left: &'static [&str], right: &'static str| {
        let side = move |order: &Value| {
            let values: Option<Vec<&Value>> = left.iter().map(|key| order.get(key)).collect();
            values.map_or(Value::Null, |values| format!("{values:?}").into())
        };
        broken(orders.iter().map(move |order| (side(order), order.get(right).cloned().unwrap_or_default())))
    };
    for (left, right) in [
        (&["customer"][..], "region"),
        (&["customer"], "city"),
        (&["customer"], "ship_name"),
        (&["ship_name"], "customer"),
        (&["depot", "day"], "fee"),
    ] {
        let (n_left, n_broken) = pairs(left, right);
        assert!(n_left > 30 && n_broken == 0, "{left:?} -> {right}: {n_left}, {n_broken}");
    }
    let labels = orders.iter().flat_map(|order| {
        order["labels"].as_array().unwrap().iter().map(|label| (label.clone(), order["region"].clone()))
    });
    assert_eq!(broken(labels).1, 0);
    let regions: Vec<&Value> = all[0]["regions"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert!(orders.iter().all(|order| regions.contains(&&order["region"])));
    let slots = all[0]["slots"].as_array().unwrap();
    let is_slot = |order: &Value| {
        slots.iter().any(|slot| slot["depot"] == order["depot"] && slot["day"] == order["day"])
    };
    assert!(orders.iter().all(is_slot));
}

const PARTIES: &str = r#"
version: 2
fields:
  "$.kind": {type: enum, generator: categorical, params: {values: [person, firm, both], probs: [0.5, 0.3, 0.2]}}
  "$.phone": {type: integer, presence: 0.5, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.fax": {type: integer, presence: 0.3, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.site": {type: integer, presence: 0.4, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.note": {type: integer, presence: 0.3, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.odd": {type: integer, presence: 0.6, null_rate: 0.5, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.even": {type: integer, presence: 0.5, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
variants:
  "$":
    discriminator: $.kind
    cases:
    - {when: person, sometimes: {$.phone: 0.6, $.fax: 0.4}}
    - {when: firm, always: [$.fax], sometimes: {$.site: 0.5}}
    - {when: both, always: [$.phone], sometimes: {$.site: 0.7}}
relationships:
- {type: conditional_presence, rule: exclusive, paths: [$.phone, $.fax]}
- {type: conditional_presence, rule: requires, paths: [$.note, $.phone]}
- {type: conditional_presence, rule: requires, paths: [$.odd, $.even]}
"#;

/// Catches intervals that begin at 0 in every case, where two fields would meet; a field without a word of the tag that is
/// there where what it requires never is; and a field that is null now and then and may be missing too.
#[test]
fn presence_hangs_together_in_each_case() {
    assert_eq!(compile(PARTIES, 10).unwrap().left_out(), []);
    let rows = records(PARTIES, 4000);
    let has = |row: &Value, key: &str| row.get(key).is_some_and(|value| !value.is_null());
    let share = |key: &str| rows.iter().filter(|row| has(row, key)).count() as f64 / 4000.0;
    for row in &rows {
        assert!(!(has(row, "phone") && has(row, "fax")), "{row}");
        assert!(!has(row, "note") || has(row, "phone"), "{row}");
        assert!(!has(row, "odd") || has(row, "even"), "{row}");
    }
    // Four standard errors of a share of 0.5 among 4000 are 0.032.
    let wanted = [("phone", 0.5), ("fax", 0.5), ("site", 0.29), ("note", 0.3), ("odd", 0.3), ("even", 0.5)];
    for (key, wanted) in wanted {
        assert!((share(key) - wanted).abs() < 0.032, "{key}: {}", share(key));
    }
    let nulls = rows.iter().filter(|row| row.get("odd").is_some_and(Value::is_null)).count();
    assert!((nulls as f64 / 4000.0 - 0.3).abs() < 0.032, "{nulls}");
    let plan = compile(PARTIES, 300).unwrap();
    assert_eq!(lines(&plan, 0..300), lines(&plan, 0..9) + &lines(&plan, 9..120) + &lines(&plan, 120..300));
}

const STAYS: &str = r#"
version: 2
fields:
  "$.from": {type: datetime, generator: temporal_rhythmic, params: {format: '%Y-%m-%d', quantiles: [0, 100], values: ['2000-01-01', '2020-12-31']}}
  "$.until": {type: datetime, presence: 0.9, generator: temporal_rhythmic, params: {format: '%Y-%m-%d', quantiles: [0, 100], values: ['2000-01-01', '2022-12-31']}}
  "$.paid": {type: datetime, generator: temporal_rhythmic, params: {format: '%Y-%m-%d', quantiles: [0, 100], values: ['2000-01-01', '2023-12-31']}}
  "$.low": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 100]}, constraints: {decimals: 1}}
  "$.high": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 110]}, constraints: {decimals: 1}}
relationships:
- {type: ordering, low: $.from, high: $.until, gap: {spikes: [{value: P1Y, prob: 0.25}, {value: P6M, prob: 0.25}], quantiles: [0, 100], values: [P1D, P20D]}}
- {type: ordering, low: $.until, high: $.paid, max_gap: P30D, gap: {quantiles: [0, 100], values: [P0D, P90D]}}
- {type: ordering, low: $.low, high: $.high, gap: {quantiles: [0, 50, 100], values: [0, 1, 10]}}
"#;

/// Catches distances that are not drawn, months that are taken for a number of days, and a largest distance that a drawn one
/// goes beyond.
#[test]
fn distances_are_drawn() {
    assert_eq!(compile(STAYS, 10).unwrap().left_out(), []);
    let rows = records(STAYS, 4000);
    let date = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let (mut n_years, mut n_months, mut n) = (0, 0, 0);
    for row in &rows {
        let (from, paid) = (date(row, "from").unwrap(), date(row, "paid").unwrap());
        let Some(until) = date(row, "until") else { continue };
        n += 1;
        assert!(from <= until && until <= paid, "{row}");
        let is_later = |months: i32| {
            let number = |text: &str| text.parse::<i32>().unwrap();
            let month = |text: &str| number(&text[..4]) * 12 + number(&text[5..7]);
            month(&until) - month(&from) == months && until[8..] == from[8..]
        };
        n_years += i32::from(is_later(12));
        n_months += i32::from(is_later(6));
    }
    // Four standard errors of a quarter of 3600 are 104; days that a month lacks are moved.
    for count in [n_years, n_months] {
        assert!((count - n / 4).abs() < 130, "{count} of {n}");
    }
    let gaps = rows.iter().map(|row| row["high"].as_f64().unwrap() - row["low"].as_f64().unwrap());
    let n_small = gaps.inspect(|gap| assert!((-1e-9..10.05).contains(gap), "{gap}")).filter(|gap| *gap < 1.0);
    assert!((n_small.count() as f64 / 4000.0 - 0.5).abs() < 0.04);
}

/// Catches notices that do not say which fields stand in the way.
#[test]
fn what_is_left_out_has_a_reason() {
    let plan = compile(&SHOP.replace("value: 500", "value: 100000"), 100_000).unwrap();
    let left_out: Vec<(usize, &str)> =
        plan.left_out().iter().map(|one| (one.index, one.reason.as_str())).collect();
    let names = |index: usize| left_out.iter().find(|(at, _)| *at == index).map(|(_, reason)| *reason);
    assert!(names(7).is_some_and(|reason| reason.contains("$.orders[].ship_name")), "{left_out:?}");
    assert!(
        names(5)
            .is_some_and(|reason| reason.contains("$.orders[].customer takes its values from other rows")),
        "{left_out:?}"
    );
}

const LISTS: &str = r#"
version: 2
shape:
  "$.a[]": {length: {distribution: categorical, params: {values: [0, 2, 5], probs: [0.3, 0.4, 0.3]}}}
  "$.b[]": {length: {distribution: categorical, params: {values: [1, 3, 6], probs: [0.3, 0.4, 0.3]}}}
  "$.c[]": {length: {distribution: categorical, params: {values: [2, 4, 7], probs: [0.3, 0.4, 0.3]}}}
  "$.d[]": {length: {distribution: categorical, params: {values: [0, 9], probs: [0.5, 0.5]}}}
fields:
  "$.a[]": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.b[]": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.c[]": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.d[]": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
relationships:
- {type: arithmetic, target: $.a, operation: count, terms: [$.b]}
- {type: sequence, rule: side_by_side, paths: ["$.a[]", "$.b[]"]}
- {type: arithmetic, target: $.d, operation: count, terms: [$.c]}
"#;

/// Catches two arrays that take their lengths from each other, each the other's.
#[test]
fn counted_arrays_are_equally_long() {
    assert_eq!(compile(LISTS, 10).unwrap().left_out(), []);
    let rows = records(LISTS, 300);
    let n = |row: &Value, key: &str| row[key].as_array().unwrap().len();
    assert!(rows.iter().all(|row| row["a"] == row["b"] && n(row, "c") == n(row, "d")));
    assert!([0, 2, 5].iter().all(|length| rows.iter().any(|row| n(row, "a") == *length)));
    assert!([2, 4, 7].iter().all(|length| rows.iter().any(|row| n(row, "d") == *length)));
}

/// Prices that follow from a key that refers to a list of products.
fn priced(most: f64) -> String {
    format!(
        r#"
version: 2
shape:
  "$.products[]": {{length: {{distribution: constant, params: {{value: 200}}}}}}
  "$.orders[]": {{length: {{distribution: constant, params: {{value: 2000}}}}}}
fields:
  "$.products[].sku": {{type: string, unique: true, generator: pattern, params: {{patterns: ['[A-Z]{{2}}-[0-9]{{5}}']}}}}
  "$.orders[].sku": {{type: string, generator: constant, params: {{value: none}}}}
  "$.orders[].price": {{type: number, generator: quantile_sample, params: {{quantiles: [0, 100], values: [0, {most}]}}, constraints: {{decimals: 2}}}}
relationships:
- {{type: foreign_key, child: '$.orders[].sku', parent: '$.products[].sku'}}
- {{type: functional_dep, lhs: ['$.orders[].sku'], rhs: ['$.orders[].price']}}
"#
    )
}

/// Catches numbers taken from a short list by a hash: products share prices then, and all get others when one changes.
#[test]
fn numbers_that_follow_move_with_their_rule() {
    let prices = |most: f64| -> BTreeMap<String, f64> {
        let document = &records(&priced(most), 1)[0];
        let orders = document["orders"].as_array().unwrap();
        orders.iter().map(|order| (order["sku"].to_string(), order["price"].as_f64().unwrap())).collect()
    };
    let (before, after) = (prices(10_000.0), prices(10_100.0));
    assert_eq!(before.len(), after.len());
    for ((key, before), (other, after)) in before.iter().zip(&after) {
        assert!(key == other && (after - before * 1.01).abs() < 0.02, "{key} {before} {after}");
    }
    let distinct: BTreeSet<i64> = before.values().map(|price| cast::round_to_i64(price * 100.0)).collect();
    assert!(distinct.len() + 3 > before.len(), "{} prices of {} products", distinct.len(), before.len());
}
