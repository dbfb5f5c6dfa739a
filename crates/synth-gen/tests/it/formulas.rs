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
