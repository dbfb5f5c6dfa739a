//! Arrays whose elements differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::{compile, lines, records};

const RULES: &str = r#"
version: 2
shape:
  "$.tags[]": {distinct: true, length: {distribution: categorical, params: {values: [0, 2, 5], probs: [0.2, 0.4, 0.4]}}}
  "$.dice[]": {distinct: true, length: {distribution: constant, params: {value: 4}}}
  "$.plain[]": {length: {distribution: constant, params: {value: 4}}}
fields:
  "$.tags[]": {type: enum, null_rate: 0.1, generator: categorical, params: {values: [a, b, c, d, e], probs: [0.9, 0.04, 0.03, 0.02, 0.01]}}
  "$.dice[]": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0.5001, 6.4999]}}
  "$.plain[]": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0.5001, 6.4999]}}
"#;

/// Catches repeats, lengths that change, and first elements that are no longer drawn by their rule.
#[test]
fn elements_differ() {
    let (mut firsts, mut n_repeats) = (BTreeMap::new(), 0);
    for record in records(RULES, 2000) {
        let array = |name: &str| record[name].as_array().unwrap().clone();
        let tags: Vec<String> =
            array("tags").iter().filter(|tag| !tag.is_null()).map(ToString::to_string).collect();
        assert_eq!(tags.iter().collect::<BTreeSet<_>>().len(), tags.len(), "{record}");
        assert!([0, 2, 5].contains(&array("tags").len()));
        if let Some(first) = tags.first() {
            *firsts.entry(first.clone()).or_insert(0) += 1;
        }
        let dice: BTreeSet<i64> = array("dice").iter().map(|number| number.as_i64().unwrap()).collect();
        assert_eq!(dice.len(), 4, "{record}");
        let plain: BTreeSet<i64> = array("plain").iter().map(|number| number.as_i64().unwrap()).collect();
        n_repeats += usize::from(plain.len() < 4);
    }
    let n: i32 = firsts.values().sum();
    // Nine in ten first elements are `a`; four standard errors of 1600 are 0.03.
    assert!((f64::from(firsts["\"a\""]) / f64::from(n) - 0.9).abs() < 0.03, "{firsts:?}");
    // Without `distinct` 1 - 6·5·4·3 / 6^4 of the arrays have repeats.
    assert!((n_repeats as f64 / 2000.0 - 0.722).abs() < 0.04, "{n_repeats}");
}

#[test]
fn any_range_is_the_same() {
    let plan = compile(RULES, 5000).unwrap();
    let whole = lines(&plan, 0..5000);
    let parts: String = [0..1, 1..4095, 4095..4098, 4098..5000].map(|rows| lines(&plan, rows)).concat();
    assert!(whole == parts);
}

#[test]
fn too_few_values_are_refused() {
    let few = RULES
        .replace("values: [a, b, c, d, e], probs: [0.9, 0.04, 0.03, 0.02, 0.01]", "values: [a, b, c, d]");
    let errors = compile(&few, 10).unwrap_err();
    assert_eq!(errors.0[0].kind.code(), "gen/cannot-be-distinct", "{errors}");
}
