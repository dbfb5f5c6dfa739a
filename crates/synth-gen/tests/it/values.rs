//! Shares, spellings and types of values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::collect::{column, compile, lines, records};

/// Share of the values that satisfy a test.
fn share(values: &[Value], test: impl Fn(&Value) -> bool) -> f64 {
    values.iter().filter(|value| test(value)).count() as f64 / values.len() as f64
}

const N: u64 = 20_000;

/// A share of `n` draws has a standard error of at most 0.5 / sqrt(n); the tolerance is four of them.
fn check_share(values: &[Value], wanted: f64, test: impl Fn(&Value) -> bool) {
    let (got, tolerance) = (share(values, test), 2.0 / (values.len() as f64).sqrt());
    assert!((got - wanted).abs() < tolerance, "{got} instead of {wanted}");
}

#[test]
fn shares_are_kept() {
    let yaml = "
version: 2
fields:
  $.a: {type: enum, presence: 0.8, null_rate: 0.25, generator: categorical, params: {values: [x, 1, true, 2.5], probs: [0.4, 0.3, 0.2, 0.1]}}
  $.b: {one_of: [{share: 0.7, type: string, generator: uuid_v4}, {share: 0.3, type: object}]}
  $.b.c: {type: 'null', presence: 0.5}
";
    let made = records(yaml, N);
    check_share(&made, 0.8, |record| record.get("a").is_some());
    check_share(&made, 0.2, |record| record.get("a") == Some(&Value::Null));
    check_share(&made, 0.24, |record| record.get("a") == Some(&Value::from("x")));
    check_share(&made, 0.18, |record| record.get("a") == Some(&Value::from(1)));
    check_share(&made, 0.12, |record| record.get("a") == Some(&Value::from(true)));
    check_share(&made, 0.06, |record| record.get("a") == Some(&Value::from(2.5)));
    check_share(&made, 0.7, |record| record["b"].is_string());
    check_share(&made, 0.15, |record| record["b"].get("c") == Some(&Value::Null));
}

#[test]
fn quantiles_and_spikes_are_kept() {
    let field = "{type: integer, generator: quantile_sample, params: {quantiles: [0, 25, 50, 100], \
                 values: [10, 20, 100, 1000], spikes: [{value: 7, prob: 0.2}]}}";
    let made = column(field, N);
    check_share(&made, 0.2, |value| *value == 7);
    check_share(&made, 0.8 * 0.25, |value| (10..20).contains(&value.as_i64().unwrap()));
    check_share(&made, 0.8 * 0.5, |value| value.as_i64().unwrap() > 100);
    assert!(made.iter().all(|value| value == 7 || (10..=1000).contains(&value.as_i64().unwrap())));
}

/// Catches a spelling that is chosen by the value, and one that loses decimals.
#[test]
fn a_share_of_whole_numbers_is_spelled_without_point() {
    for unique in ["false", "true"] {
        let field = format!(
            "{{type: number, unique: {unique}, generator: quantile_sample, params: {{quantiles: [0, 100], values: [0, 90000]}}, \
             constraints: {{decimals: 1, decimal_probs: [1, 0], integer_share: 0.3}}}}"
        );
        let made = column(&field, N);
        let whole: Vec<Value> =
            made.iter().filter(|value| value.as_f64().unwrap().fract() <= 0.0).cloned().collect();
        check_share(&whole, 0.3, Value::is_i64);
        assert!(made.iter().filter(|value| value.is_i64()).count() > 400);
    }
}

#[test]
fn patterns_follow_their_probabilities() {
    let made = column(
        "{type: string, generator: pattern, params: {patterns: ['a\\d', 'b{3}'], probs: [0.9, 0.1]}}",
        N,
    );
    check_share(&made, 0.9, |value| value.as_str().unwrap().starts_with('a'));
}

/// Catches float noise such as 0.30000000000000004.
#[test]
fn numbers_are_spelled_as_asked() {
    for (spelling, expected) in [("decimal", "28.0"), ("shortest", "28"), ("fixed", "28.00")] {
        let yaml = format!(
            "version: 2\nfields: {{$.x: {{type: number, constraints: {{decimals: 2, spelling: {spelling}}}, \
             generator: quantile_sample, params: {{quantiles: [0], values: [28]}}}}, \
             $.y: {{type: number, constraints: {{decimals: 2, spelling: {spelling}}}, \
             generator: categorical, params: {{values: [28]}}}}}}"
        );
        let plan = compile(&yaml, 1).unwrap();
        assert_eq!(lines(&plan, 0..1), format!("{{\"x\":{expected},\"y\":{expected}}}\n"));
    }
    let field = "{type: number, constraints: {decimals: 1}, generator: quantile_sample, \
                 params: {quantiles: [0, 100], values: [0.1, 0.9]}}";
    let made = column(field, 1000);
    assert!(made.iter().all(|value| value.to_string().len() == 3));
    let field = "{type: string, generator: quantile_sample, params: {quantiles: [0], values: [12]}}";
    assert_eq!(column(field, 1), ["12"]);
}

#[test]
fn times_are_printed_as_asked() {
    let time = |format: &str, rest: &str| {
        let values = "quantiles: [0], values: ['2024-02-29T13:00:01.250Z']";
        let field =
            format!("{{{rest}, generator: temporal_rhythmic, params: {{format: '{format}', {values}}}}}");
        column(&field, 1).remove(0).to_string()
    };
    assert_eq!(time("%Y-%m-%dT%H:%M:%S%.3fZ", "type: datetime"), "\"2024-02-29T13:00:01.250Z\"");
    assert_eq!(time("%a, %d %b %Y", "type: datetime"), "\"Thu, 29 Feb 2024\"");
    assert_eq!(time("epoch_seconds", "type: integer"), "1709211601");
    assert_eq!(time("epoch_seconds", "type: number, constraints: {decimals: 3}"), "1709211601.25");
    assert_eq!(time("epoch_millis", "type: datetime"), "1709211601250");
    assert_eq!(time("epoch_seconds", "type: string"), "\"1709211601\"");
}

const RECURRING: &str = r#"
version: 2
globals: {default_n: 1000}
fields:
  "$.user":
    type: string
    generator: pattern
    params: {patterns: ['u[0-9a-f]{12}']}
    constraints: {recurrence: {distinct: 50, rows: [0, 60, 100], values: [0, 10, 100]}}
  "$.plan": {type: enum, generator: categorical, params: {values: [a, b, c], probs: [0.4, 0.3, 0.3]}}
"#;

/// The rows of each user and the plans that they have.
fn plans_of(yaml: &str, n: u64) -> BTreeMap<String, (usize, BTreeSet<String>)> {
    let mut plans: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    for row in records(yaml, n) {
        let seen = plans.entry(row["user"].as_str().unwrap().to_owned()).or_default();
        seen.0 += 1;
        seen.1.insert(row["plan"].as_str().unwrap().to_owned());
    }
    plans
}

/// Catches values that do not come again, or all equally often, or as many whatever the number of rows, and what follows from
/// them otherwise each time.
#[test]
fn values_recur_as_often_as_asked() {
    for (n, distinct) in [(1000, 50), (3000, 150)] {
        let plans = plans_of(RECURRING, n);
        assert_eq!(plans.len(), distinct);
        let mut counts: Vec<usize> = plans.values().map(|(count, _)| *count).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let commonest: usize = counts[..distinct / 10].iter().sum();
        assert!(commonest.abs_diff(600 * distinct / 50) <= 5, "{commonest}");
    }
    let following =
        format!("{RECURRING}relationships: [{{type: functional_dep, lhs: [$.user], rhs: [$.plan]}}]");
    let plans = plans_of(&following, 1000);
    assert!(plans.len() <= 50 && plans.values().all(|(_, plans)| plans.len() == 1));
    let plan = compile(RECURRING, 900).unwrap();
    assert!(lines(&plan, 0..900) == [lines(&plan, 0..123), lines(&plan, 123..900)].concat());
}

/// Catches amounts without what stands around them, and with other digits than asked for.
#[test]
fn numbers_are_written_as_strings() {
    let rule = "{type: string, generator: quantile_sample, params: {quantiles: [0, 100], values: [-5, 95]}, \
                constraints: {decimals: 2, spelling: fixed, prefix: '€ ', suffix: '/h'}}";
    for value in column(rule, 300) {
        let text = value.as_str().unwrap();
        let number = text.strip_prefix("€ ").and_then(|text| text.strip_suffix("/h")).unwrap();
        assert_eq!(number.split_once('.').unwrap().1.len(), 2, "{text}");
        assert!((-5.0..=95.0).contains(&number.parse::<f64>().unwrap()), "{text}");
    }
}
