//! Fields whose own rule computes them from others.

use serde_json::Value;

use crate::collect::{compile, lines, records};

const ORDERS: &str = r#"
version: 2
shape:
  "$.items[]": {length: {distribution: categorical, params: {values: [0, 1, 4], probs: [0.2, 0.4, 0.4]}}}
fields:
  "$.label": {type: string, generator: derived, params: {expression: "upper(customer.first) + '-' + string(discounted)"}}
  "$.customer.first": {type: string, generator: faker, params: {method: first_name}}
  "$.customer.mail": {type: string, generator: derived, params: {expression: "lower(first) + '@shop.example'"}}
  "$.price": {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 50]}, constraints: {decimals: 2}}
  "$.rebate": {type: number, presence: 0.5, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 60]}, constraints: {decimals: 2}}
  "$.discounted": {type: integer, generator: derived, params: {expression: "has(record.rebate) ? price - rebate : price"}, constraints: {min: 0}}
  "$.dear": {type: boolean, generator: derived, params: {expression: "price > 25"}}
  "$.stock": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 3]}}
  "$.share": {type: integer, generator: derived, params: {expression: "12 / stock"}}
  "$.after": {type: number, generator: derived, params: {expression: "price - rebate"}}
  "$.first_again": {type: string, generator: copy, params: {path: $.customer.first}}
  "$.price_text": {type: string, generator: copy, params: {path: $.price}}
  "$.items[].n": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}
  "$.items[].worth": {type: number, generator: derived, params: {expression: "n * price"}, constraints: {decimals: 2, spelling: fixed}}
  "$.items[].buyer": {type: string, generator: copy, params: {path: $.customer.mail}}
"#;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Catches fields that are computed from another row, or before what they follow from.
#[test]
fn values_follow_from_their_row() {
    let (mut n_items, mut n_rebates) = (0, 0);
    for order in records(ORDERS, 400) {
        let first = order["customer"]["first"].as_str().unwrap();
        let (price, rebate) = (number(&order["price"]), order.get("rebate").map_or(0.0, number));
        let discounted = order["discounted"].as_i64().unwrap();
        assert!((discounted as f64 - (price - rebate).max(0.0)).abs() <= 0.5, "{order}");
        assert_eq!(order["label"], format!("{}-{discounted}", first.to_uppercase()));
        assert_eq!(order["customer"]["mail"], format!("{}@shop.example", first.to_lowercase()));
        assert_eq!(order["dear"], price > 25.0);
        assert_eq!(order["first_again"], first);
        assert_eq!(order["price_text"], order["price"].to_string());
        match order.get("rebate") {
            Some(_) => assert!((number(&order["after"]) - (price - rebate)).abs() < 1e-9),
            None => assert_eq!(order["after"], Value::Null),
        }
        n_rebates += usize::from(order.get("rebate").is_some());
        for item in order["items"].as_array().unwrap() {
            n_items += 1;
            assert!((number(&item["worth"]) - number(&item["n"]) * price).abs() < 0.0051, "{order}");
            assert_eq!(item["buyer"], order["customer"]["mail"]);
        }
    }
    assert!(n_items > 500 && (100..300).contains(&n_rebates));
}

/// Catches a program that keeps something from one block to the next.
#[test]
fn any_range_is_the_same() {
    let plan = compile(ORDERS, 9000).unwrap();
    let whole = lines(&plan, 0..9000);
    let parts: String =
        [0..1, 1..4093, 4093..4099, 4099..8191, 8191..9000].map(|rows| lines(&plan, rows)).concat();
    assert!(whole == parts);
}

/// A stock of 0 has no share; half of the orders have no rebate, which is no failure.
#[test]
fn what_cannot_be_computed_is_null_and_counted() {
    let plan = compile(ORDERS, 4500).unwrap();
    let text = lines(&plan, 0..4500);
    let n_zero = text.lines().filter(|line| line.contains("\"stock\":0,\"share\":null")).count();
    assert!(n_zero > 300);
    let told: Vec<(String, String, usize)> = plan
        .uncomputed()
        .into_iter()
        .map(|note| (note.path, note.reason.to_string(), usize::try_from(note.count).unwrap()))
        .collect();
    assert_eq!(told, [("$.share".to_owned(), "division by zero".to_owned(), n_zero)]);
}

/// Catches a field that follows from itself by way of a relationship and is made null without a word.
#[test]
fn circles_through_relationships_are_refused() {
    let yaml = r#"
version: 2
fields:
  "$.a": {type: number, generator: derived, params: {expression: "b + 1"}}
  "$.b": {type: number, generator: constant, params: {value: 0}}
relationships:
- {type: arithmetic, target: $.b, operation: sum, terms: [$.a]}
"#;
    let errors = compile(yaml, 5).unwrap_err();
    assert_eq!(errors.0[0].kind.code(), "gen/value-cycle", "{errors}");
    let unique = r#"
version: 2
fields:
  "$.a": {type: number, unique: true, generator: derived, params: {expression: "b + 1"}}
  "$.b": {type: number, generator: constant, params: {value: 0}}
"#;
    assert_eq!(compile(unique, 5).unwrap_err().0[0].kind.code(), "gen/cannot-be-unique");
}
