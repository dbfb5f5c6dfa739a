//! Values that are wrong on purpose.

use serde_json::Value;

use crate::collect::{compile, lines, records};

const RULES: &str = "
version: 2
shape: {'$.items[]': {length: {distribution: constant, params: {value: 3}}}}
fields:
  $.id: {type: string, unique: true, generator: uuid_v4, faults: {duplicate: 0.05}}
  $.email: {type: string, generator: faker, params: {method: email}, faults: {malformed: 0.02, 'null': 0.01}}
  $.age: {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [18, 90]}, faults: {out_of_range: 0.04, wrong_type: 0.03}}
  $.items[].qty: {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}, faults: {wrong_type: 0.1}}
";

/// 20,000 draws of a share of 0.05 have a standard error of 0.0016; the tolerance is four of them.
fn check(share: f64, records: &[Value], is_wrong: impl Fn(&Value) -> bool) {
    let got = records.iter().filter(|record| is_wrong(record)).count() as f64 / records.len() as f64;
    assert!((got - share).abs() < 0.0065, "{got} instead of {share}");
}

#[test]
fn faults_have_their_shares() {
    let made = records(RULES, 20_000);
    let well_formed = |text: &str| {
        text.split_once('@')
            .is_some_and(|(user, domain)| !user.is_empty() && !domain.is_empty() && !domain.contains('@'))
    };
    check(0.02, &made, |record| record["email"].as_str().is_some_and(|text| !well_formed(text)));
    check(0.01, &made, |record| record["email"].is_null());
    check(0.04, &made, |record| record["age"].as_i64().is_some_and(|age| !(18..=90).contains(&age)));
    check(0.03, &made, |record| record["age"].as_str().is_some_and(|text| text.parse::<i64>().is_ok()));
    check(0.1, &made, |record| record["items"][1]["qty"].is_string());
    let ids: std::collections::BTreeSet<&str> =
        made.iter().filter_map(|record| record["id"].as_str()).collect();
    let repeated = 1.0 - ids.len() as f64 / made.len() as f64;
    assert!((repeated - 0.05).abs() < 0.0065, "{repeated}");
}

/// Catches a repeated value that is taken from the block, whose edges depend on where a range starts.
#[test]
fn ranges_make_the_whole() {
    let plan = compile(RULES, 9000).unwrap();
    let parts = [0..1, 1..4097, 4097..4100, 4100..9000].map(|rows| lines(&plan, rows));
    assert_eq!(parts.concat(), lines(&plan, 0..9000));
}

/// Catches faults that change the values that are right.
#[test]
fn the_other_values_stay() {
    let plain: String = RULES
        .lines()
        .map(|line| {
            line.split(", faults:").next().unwrap().to_owned()
                + if line.contains("faults") { "}\n" } else { "\n" }
        })
        .collect();
    let (wrong, right) = (records(RULES, 3000), records(&plain, 3000));
    let same = wrong.iter().zip(&right).filter(|(wrong, right)| wrong["age"] == right["age"]).count();
    assert!((2700..3000).contains(&same), "{same}");
}

/// What refers to a field with faults keeps the right values.
#[test]
fn references_are_not_broken_by_faults() {
    let rules = "
version: 2
globals: {layout: document}
shape:
  $.a[]: {length: {distribution: constant, params: {value: 50}}}
  $.b[]: {length: {distribution: constant, params: {value: 400}}}
fields:
  $.a[].id: {type: string, unique: true, generator: pattern, params: {patterns: ['[A-Z]{6}']}}
  $.b[].a: {type: string, generator: constant, params: {value: x}, faults: {malformed: 0.1}}
relationships:
- {type: foreign_key, child: '$.b[].a', parent: '$.a[].id'}
";
    let made = &records(rules, 1)[0];
    let ids: Vec<&Value> = made["a"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    let children = made["b"].as_array().unwrap();
    let orphans = children.iter().filter(|row| !ids.contains(&&row["a"])).count();
    assert!((15..70).contains(&orphans), "{orphans}");
}
