//! Texts and times that follow from other fields.

use serde_json::Value;

use crate::collect::{compile, records};

const TRIPS: &str = r#"
version: 2
fields:
  "$.first": {type: string, generator: pattern, params: {patterns: ['[A-Z][a-z]{3,6}']}}
  "$.last": {type: string, presence: 0.7, generator: pattern, params: {patterns: ['[A-Z][a-z]{4,9}']}}
  "$.label": {type: string, generator: pattern, params: {patterns: ['x']}}
  "$.note": {type: string, generator: pattern, params: {patterns: ['[a-z]{2,5} [a-z]{2,5} [a-z]{2,5}', '[a-z]{3}']}}
  "$.from": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 3]}}
  "$.until": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [2, 6]}}
  "$.part": {type: string, generator: pattern, params: {patterns: ['y']}}
  "$.planned": {type: integer, generator: categorical, params: {values: [515, 1830, 2355]}}
  "$.late": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [-20, 90]}}
  "$.left": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 2400]}}
  "$.start": {type: datetime, generator: temporal_rhythmic, params: {format: '%Y-%m-%dT%H:%M:%SZ', quantiles: [0, 100], values: ['2025-01-01', '2025-03-01']}}
  "$.end": {type: datetime, generator: temporal_rhythmic, params: {format: '%Y-%m-%dT%H:%M:%SZ', quantiles: [0, 100], values: ['2025-03-02', '2025-05-01']}}
  "$.days": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 90]}}
  "$.month": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 12]}}
relationships:
- {type: derived_text, target: $.label, operation: join, terms: [$.first, $.last], separator: ', '}
- {type: derived_text, target: $.note, operation: contains, terms: [$.first]}
- {type: derived_text, target: $.note, operation: contains, terms: [$.last]}
- {type: derived_text, target: $.part, operation: slice, terms: [$.first, $.from, $.until]}
- {type: arithmetic, target: $.late, operation: clock_minutes, terms: [$.left, $.planned]}
- {type: arithmetic, target: $.days, operation: calendar_days, terms: [$.end, $.start]}
- {type: arithmetic, target: $.month, operation: month_of, terms: [$.start]}
"#;

fn minutes(clock: i64) -> i64 {
    clock / 100 * 60 + clock % 100
}

fn days(moment: &str) -> i64 {
    let month = moment[5..7].parse::<usize>().unwrap();
    [0, 31, 59, 90, 120][month - 1] + moment[8..10].parse::<i64>().unwrap()
}

/// Catches texts of another row, terms that push each other out, clocks that run beyond midnight, and delays that are
/// computed instead of kept.
#[test]
fn texts_and_times_follow() {
    assert_eq!(compile(TRIPS, 10).unwrap().unkept(), []);
    let trips = records(TRIPS, 400);
    let number = |trip: &Value, name: &str| trip[name].as_i64().unwrap();
    for trip in &trips {
        let text = |name: &str| trip[name].as_str().unwrap();
        assert!(text("note").contains(text("first")));
        if trip.get("last").is_some() {
            assert_eq!(text("label"), format!("{}, {}", text("first"), text("last")));
            assert!(text("note").contains(text("last")), "{trip}");
        } else {
            assert_eq!(text("label"), "x");
        }
        let (from, until) = (number(trip, "from"), number(trip, "until"));
        let chars = text("first").chars().zip(0_i64..).filter(|(_, at)| (from..until).contains(at));
        assert_eq!(text("part"), chars.map(|(char, _)| char).collect::<String>());
        let passed = minutes(number(trip, "left")) - minutes(number(trip, "planned"));
        assert_eq!((passed - number(trip, "late")).rem_euclid(1440), 0, "{trip}");
        assert_eq!(number(trip, "days"), days(text("end")) - days(text("start")));
        assert_eq!(number(trip, "month"), text("start")[5..7].parse::<i64>().unwrap());
    }
    let mean = trips.iter().map(|trip| number(trip, "late")).sum::<i64>() as f64 / 400.0;
    // Uniform from -20 to 90: the mean of 400 is within 6.4 of 35 but for 1 in 15,000 seeds.
    assert!((mean - 35.0).abs() < 6.4, "{mean}");
    assert!(trips.iter().any(|trip| number(trip, "left") < 100), "some leave behind midnight");
}

const SPANS: &str = r#"
version: 2
fields:
  "$.text": {type: string, generator: faker, params: {method: text, quantiles: [0, 100], lengths: [5, 40]}}
  "$.spans[].from": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 90]}}
  "$.spans[].until": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [4, 120]}}
  "$.spans[].part": {type: string, generator: pattern, params: {patterns: ['y']}}
shape:
  "$.spans[]": {length: {distribution: categorical, params: {values: [0, 1, 3], probs: [0.2, 0.4, 0.4]}}}
relationships:
- {type: ordering, low: '$.spans[].from', high: '$.spans[].until', strict: true}
- {type: derived_text, target: '$.spans[].part', operation: slice, terms: [$.text, '$.spans[].from', '$.spans[].until']}
"#;

/// Catches slices beyond the end of a text, which would all be empty, and texts that are padded where no slice asks for it.
#[test]
fn texts_are_long_enough_for_their_slices() {
    assert_eq!(compile(SPANS, 10).unwrap().unkept(), []);
    let (mut n_slices, mut n_plain) = (0, 0);
    for record in records(SPANS, 300) {
        let text: Vec<char> = record["text"].as_str().unwrap().chars().collect();
        let spans = record["spans"].as_array().unwrap();
        for span in spans {
            let place = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
            let part: String = text[place("from")..place("until")].iter().collect();
            assert_eq!(span["part"], Value::from(part.as_str()));
            assert!(!part.is_empty());
            n_slices += 1;
        }
        if spans.is_empty() {
            assert!(text.len() <= 45, "{text:?}");
            n_plain += 1;
        }
    }
    assert!(n_slices > 300 && n_plain > 30);
}
