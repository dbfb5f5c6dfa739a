//! Fields that follow from others.

use serde_json::Value;

use crate::collect::{compile, lines, records};

const BILLS: &str = r#"
version: 2
shape:
  "$.items[]": {length: {distribution: categorical, params: {values: [0, 1, 4], probs: [0.2, 0.4, 0.4]}}}
fields:
  "$.net": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 50]}, constraints: {decimals: 2}}
  "$.tax": {type: number, presence: 0.8, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 9]}, constraints: {decimals: 2}}
  "$.total": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 59]}, constraints: {decimals: 2, spelling: fixed}}
  "$.cents": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 59]}}
  "$.again": {type: string, generator: constant, params: {value: x}}
  "$.n": {type: integer, generator: constant, params: {value: 0}}
  "$.sum": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 59]}, constraints: {decimals: 2}}
  "$.items[].price": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}, constraints: {decimals: 2}}
  "$.items[].count": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.items[].worth": {type: number, generator: constant, params: {value: 0}}
  "$.items[].bill": {type: integer, generator: constant, params: {value: 0}}
relationships:
- {type: arithmetic, target: $.total, operation: sum, terms: [$.net, $.tax], offset: 1}
- {type: arithmetic, target: $.cents, operation: sum, terms: [{path: $.total, factor: 100}]}
- {type: arithmetic, target: $.again, operation: copy, terms: [$.cents]}
- {type: arithmetic, target: $.n, operation: count, terms: [$.items]}
- {type: arithmetic, target: $.sum, operation: sum_over_elements, terms: ["$.items[].price", "$.items[].count"]}
- {type: arithmetic, target: "$.items[].worth", operation: product, terms: ["$.items[].price", "$.items[].count"]}
- {type: arithmetic, target: "$.items[].bill", operation: copy, terms: [$.cents]}
"#;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Catches formulas that read another row, or rows that were not filled yet.
#[test]
fn formulas_hold_in_every_row() {
    assert_eq!(compile(BILLS, 10).unwrap().unkept(), []);
    let mut n_sums = 0;
    for bill in records(BILLS, 500) {
        let items = bill["items"].as_array().unwrap();
        assert_eq!(bill["n"], items.len());
        if let Some(tax) = bill.get("tax") {
            assert!((number(&bill["total"]) - number(&bill["net"]) - number(tax) - 1.0).abs() < 0.005);
        }
        assert!((number(&bill["cents"]) - 100.0 * number(&bill["total"])).abs() < 0.5);
        assert_eq!(bill["again"], bill["cents"].to_string());
        let worth = |item: &Value| number(&item["price"]) * number(&item["count"]);
        for item in items {
            assert!((number(&item["worth"]) - worth(item)).abs() < 1e-9);
            assert_eq!(item["bill"], bill["cents"]);
        }
        if !items.is_empty() {
            n_sums += 1;
            assert!((number(&bill["sum"]) - items.iter().map(worth).sum::<f64>()).abs() < 0.0051);
        }
    }
    assert!(n_sums > 300);
}

#[test]
fn ranges_of_formulas_concatenate() {
    let plan = compile(BILLS, 300).unwrap();
    assert!(lines(&plan, 0..300) == [lines(&plan, 0..77), lines(&plan, 77..300)].concat());
}

const PRESENCE: &str = r#"
version: 2
fields:
  "$.a": {type: string, presence: 0.4, generator: uuid_v4}
  "$.b": {type: string, presence: 0.4, generator: uuid_v4}
  "$.c": {type: string, presence: 0.3, generator: uuid_v4}
  "$.d": {type: string, null_rate: 0.5, generator: uuid_v4}
  "$.e": {type: object, presence: 0.6}
  "$.e.f": {type: string, generator: uuid_v4}
  "$.e.g": {type: string, presence: 0.5, generator: uuid_v4}
  "$.h": {type: string, presence: 0.2, generator: uuid_v4}
relationships:
- {type: conditional_presence, rule: together, paths: [$.a, $.b]}
- {type: conditional_presence, rule: exclusive, paths: [$.a, $.c]}
- {type: conditional_presence, rule: requires, paths: [$.a, $.d]}
- {type: conditional_presence, rule: exclusive, paths: [$.b, $.e.f]}
- {type: conditional_presence, rule: requires, paths: [$.e.g, $.e]}
- {type: conditional_presence, rule: requires, paths: [$.h, $.e]}
- {type: conditional_presence, rule: requires, paths: [$.e, $.h]}
"#;

#[test]
fn presence_hangs_together() {
    let plan = compile(PRESENCE, 10).unwrap();
    let unkept: Vec<_> = plan.unkept().iter().map(|unkept| (unkept.relationship, unkept.count)).collect();
    assert_eq!(unkept, [("conditional_presence", 1)], "more of `e` than of `h`");
    let mut counts = [0; 5];
    for row in records(PRESENCE, 4000) {
        let has = |key: &str| row.get(key).is_some_and(|value| !value.is_null());
        assert_eq!(has("a"), has("b"));
        assert!(!(has("a") && (has("c") || has("e"))));
        assert!(!has("a") || has("d"));
        assert!(!has("h") || has("e"));
        ["a", "c", "d", "e", "h"].iter().zip(&mut counts).for_each(|(key, n)| *n += i32::from(has(key)));
    }
    // Four standard errors of a share of 4000 are at most 127.
    for (count, expected) in counts.into_iter().zip([1600, 1200, 2000, 2400, 800]) {
        assert!((count - expected).abs() < 130, "{counts:?}");
    }
}

const PEOPLE: &str = r#"
version: 2
shape:
  "$.visits[]": {length: {distribution: constant, params: {value: 3}}}
fields:
  "$.id": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 300]}}
  "$.name": {type: string, generator: faker, params: {method: name}}
  "$.plan": {type: enum, generator: categorical, params: {values: [a, b], probs: [0.3, 0.7]}}
  "$.visits[].code": {type: string, generator: pattern, params: {patterns: ['[a-c]{4}']}}
  "$.visits[].price": {type: number, null_rate: 0.2, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}, constraints: {decimals: 2}}
  "$.visits[].vip": {type: boolean, generator: categorical, params: {values: [true, false]}}
relationships:
- {type: functional_dep, lhs: [$.id], rhs: [$.name]}
- {type: functional_dep, lhs: [$.name], rhs: [$.id, $.plan]}
- {type: functional_dep, lhs: ["$.visits[].code"], rhs: ["$.visits[].price"]}
- {type: functional_dep, lhs: [$.id], rhs: ["$.visits[].vip"]}
"#;

/// Catches values that follow from the row: the second row of a person would have others.
#[test]
fn same_values_are_followed_by_the_same() {
    let mut seen = std::collections::BTreeMap::new();
    let mut same = |left: String, right: &Value| {
        let first = seen.entry(left).or_insert_with(|| right.clone());
        assert_eq!(first, right);
    };
    let mut n_a = 0;
    for row in records(PEOPLE, 3000) {
        same(format!("name of {}", row["id"]), &row["name"]);
        same(format!("plan of {}", row["name"]), &row["plan"]);
        same(format!("id of {}", row["name"]), &row["id"]);
        n_a += i32::from(row["plan"] == "a");
        for visit in row["visits"].as_array().unwrap() {
            same(format!("vip of {}", row["id"]), &visit["vip"]);
            if !visit["price"].is_null() {
                same(format!("price of {}", visit["code"]), &visit["price"]);
            }
        }
    }
    // 300 persons: four standard errors of their share are 0.106.
    assert!((580..1220).contains(&n_a), "{n_a}");
    assert_eq!(compile(PEOPLE, 10).unwrap().unkept(), []);
}

/// Catches sums that show the error of binary fractions where some numbers are spelled without a point, and totals of
/// nothing that are not zero.
#[test]
fn totals_are_rounded_and_zero_for_nothing() {
    const CARTS: &str = r#"
version: 2
shape:
  "$.items[]": {length: {distribution: categorical, params: {values: [0, 3], probs: [0.3, 0.7]}}}
fields:
  "$.total":
    type: number
    generator: quantile_sample
    params: {quantiles: [0, 100], values: [0, 90], spikes: [{value: 0, prob: 0.3}]}
    constraints: {decimals: 2, integer_share: 0.9}
  "$.items[].price": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}, constraints: {decimals: 2}}
relationships:
- {type: arithmetic, target: $.total, operation: sum_over_elements, terms: ["$.items[].price"]}
"#;
    let mut n_empty = 0;
    for line in lines(&compile(CARTS, 300).unwrap(), 0..300).lines() {
        let cart: Value = serde_json::from_str(line).unwrap();
        let items = cart["items"].as_array().unwrap();
        let sum: f64 = items.iter().map(|item| number(&item["price"])).sum();
        assert!((number(&cart["total"]) - sum).abs() < 1e-6);
        let decimals = cart["total"].to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
        assert!(decimals <= 2, "{line}");
        n_empty += u32::from(items.is_empty());
    }
    assert!(n_empty > 50);
}

const OVER: &str = r#"
version: 2
shape:
  "$.e[]": {length: {distribution: categorical, params: {values: [0, 1, 4], probs: [0.2, 0.2, 0.6]}}}
fields:
  "$.e[].v": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [-50, 50]}, constraints: {decimals: 1}}
  "$.e[].s": {type: enum, presence: 0.8, generator: categorical, params: {values: [a, b, c], probs: [0.4, 0.3, 0.3]}}
  "$.low": {type: number, generator: constant, params: {value: 0.5}}
  "$.high": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [900, 901]}, constraints: {decimals: 1}}
  "$.mean": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 1]}, constraints: {decimals: 3}}
  "$.first": {type: enum, generator: categorical, params: {values: [none], probs: [1]}}
  "$.last": {type: string, generator: pattern, params: {patterns: ['x{2}']}}
  "$.left": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 1]}, constraints: {decimals: 1}}
relationships:
- {type: arithmetic, target: $.low, operation: min_over_elements, terms: ['$.e[].v']}
- {type: arithmetic, target: $.high, operation: max_over_elements, terms: ['$.e[].v']}
- {type: arithmetic, target: $.mean, operation: mean_over_elements, terms: ['$.e[].v']}
- {type: arithmetic, target: $.first, operation: first_element, terms: ['$.e[].s']}
- {type: arithmetic, target: $.last, operation: last_element, terms: ['$.e[].s']}
- {type: arithmetic, target: $.left, operation: sum, terms: [$.high, {path: $.low, factor: -1}]}
"#;

/// Catches folds that mix rows up after an empty array, ends that are taken from the wrong side or from elements that lack
/// the field, and differences that are not kept.
#[test]
fn rows_follow_from_their_elements() {
    let rows = records(OVER, 400);
    assert!(rows.iter().any(|row| row["e"].as_array().unwrap().is_empty()));
    for row in &rows {
        let elements = row["e"].as_array().unwrap();
        let values: Vec<f64> = elements.iter().map(|element| element["v"].as_f64().unwrap()).collect();
        let number = |key: &str| row[key].as_f64().unwrap();
        if values.is_empty() {
            assert!(number("high") >= 900.0 && row["first"] == "none" && row["last"] == "xx", "{row}");
            continue;
        }
        let near = |made: f64, wanted: f64| (made - wanted).abs() < 0.000_6;
        assert!(near(number("low"), values.iter().copied().fold(f64::INFINITY, f64::min)), "{row}");
        assert!(near(number("high"), values.iter().copied().fold(f64::NEG_INFINITY, f64::max)), "{row}");
        assert!(near(number("mean"), values.iter().sum::<f64>() / values.len() as f64), "{row}");
        assert!((number("left") - (number("high") - number("low"))).abs() < 0.06, "{row}");
        let end = |element: &Value, other: &str| {
            element.get("s").map_or_else(|| other.to_owned(), |state| state.as_str().unwrap().to_owned())
        };
        assert_eq!(row["first"], end(&elements[0], "none"), "{row}");
        assert_eq!(row["last"], end(&elements[elements.len() - 1], "xx"), "{row}");
    }
}
