//! Fields at a distance from others, and above a weighted sum.

use serde_json::Value;
use synth_core::{Span, TimeFormat, Timestamp};

use crate::collect::{compile, lines, records};

const RULES: &str = r#"
version: 2
shape:
  "$.stays[]": {length: {distribution: categorical, params: {values: [0, 1, 3], probs: [0.2, 0.4, 0.4]}}}
fields:
  "$.born": {type: datetime, generator: temporal_rhythmic, params: {format: "%Y-%m-%d", quantiles: [0, 100], values: ["1950-01-01", "1999-12-31"]}}
  "$.hired": {type: datetime, presence: 0.9, generator: temporal_rhythmic, params: {format: "%Y-%m-%d", quantiles: [0, 100], values: ["1980-01-01", "2020-12-31"]}}
  "$.low": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 900]}}
  "$.high": {type: integer, generator: quantile_sample, params: {quantiles: [0, 50, 100], values: [0, 20, 2000]}}
  "$.created": {type: datetime, generator: temporal_rhythmic, params: {format: "%Y-%m-%dT%H:%M:%SZ", quantiles: [0, 100], values: ["2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z"]}}
  "$.expires": {type: datetime, generator: temporal_rhythmic, params: {format: "%Y-%m-%d", quantiles: [0, 100], values: ["2020-01-01", "2024-01-01"]}}
  "$.renewed": {type: datetime, generator: temporal_rhythmic, params: {format: "%Y-%m-%dT%H:%M:%SZ", quantiles: [0, 100], values: ["2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z"]}}
  "$.stays[].left": {type: datetime, generator: temporal_rhythmic, params: {format: "%Y-%m-%d", quantiles: [0, 100], values: ["1985-01-01", "2024-01-01"]}}
  "$.packets": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 40]}}
  "$.bytes": {type: integer, presence: 0.8, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 3000]}}
  "$.ip_bytes": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [20, 3500]}}
  "$.mostly": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 80]}}
relationships:
- {type: ordering, low: $.born, high: $.hired, strict: true, min_gap: P25Y}
- {type: ordering, low: $.low, high: $.high, min_gap: 20, max_gap: 300}
- {type: ordering, low: $.born, high: "$.stays[].left", min_gap: P10Y2M}
- {type: arithmetic, target: $.expires, operation: plus_days, terms: [$.created], offset: 30}
- {type: arithmetic, target: $.renewed, operation: plus_months, terms: [$.created], offset: 1}
- {type: inequality, target: $.ip_bytes, at_least: [$.bytes, {path: $.packets, factor: 20}]}
- {type: inequality, target: $.mostly, at_least: [{path: $.packets, factor: 2}], confidence: 0.9}
"#;

fn time(value: &Value) -> Timestamp {
    let text = value.as_str().unwrap();
    let format = if text.len() == 10 { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%SZ" };
    TimeFormat::parse(format).unwrap().read(text).unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

/// Catches distances that are only near on average, years of 365 days, and bounds that look at another row.
#[test]
fn distances_and_bounds_hold_in_every_row() {
    assert_eq!(compile(RULES, 10).unwrap().unkept(), []);
    let (mut n_low, mut n_raised, mut n_mostly) = (0, 0, 0);
    let all = records(RULES, 3000);
    for record in &all {
        let born = time(&record["born"]);
        if let Some(hired) = record.get("hired") {
            assert!(time(hired) >= span("P25Y").after(born), "{record}");
        }
        for stay in record["stays"].as_array().unwrap() {
            assert!(time(&stay["left"]) >= span("P10Y2M").after(born), "{record}");
        }
        let number = |name: &str| record[name].as_i64().unwrap();
        let apart = number("high") - number("low");
        assert!((20..=300).contains(&apart), "{record}");
        n_low += usize::from(apart == 20);
        let created = time(&record["created"]);
        let cut = span("P30D").after(created).0 - time(&record["expires"]).0;
        assert!((0..86_400_000_000).contains(&cut), "{record}");
        assert_eq!(time(&record["renewed"]), span("P1M").after(created));
        if record.get("bytes").is_some() {
            let least = number("bytes") + 20 * number("packets");
            assert!(number("ip_bytes") >= least, "{record}");
            n_raised += usize::from(number("ip_bytes") == least);
        }
        n_mostly += usize::from(number("mostly") >= 2 * number("packets"));
    }
    assert!(n_low < 3000 && n_raised > 100 && n_raised < 2000, "{n_low} {n_raised}");
    assert!(
        (2700..2990).contains(&n_mostly),
        "about one row in ten of those that would break it: {n_mostly}"
    );
}

#[test]
fn block_size_does_not_show() {
    let plan = compile(RULES, 300).unwrap();
    let whole = lines(&plan, 0..300);
    assert_eq!(whole, lines(&plan, 0..7) + &lines(&plan, 7..130) + &lines(&plan, 130..300));
}
