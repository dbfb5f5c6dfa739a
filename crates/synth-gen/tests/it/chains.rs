//! Times of elements between times of the rows that hold them.

use serde_json::Value;
use synth_core::{TimeFormat, Timestamp};

use crate::collect::{compile, lines, records};

const SHAPE: &str = r#"
version: 2
shape:
  "$.parts[]": {length: {distribution: categorical, params: {values: [0, 1, 4], probs: [0.2, 0.3, 0.5]}}}
"#;

const DEEPER: &str = "  \"$.parts[].scans[]\": {length: {distribution: categorical, params: {values: [1, 3], probs: [0.5, 0.5]}}}\n";

/// Rules of some times, each drawn from the whole of a year.
fn rules(paths: &[&str], relationships: &str) -> String {
    let field = |path: &&str| {
        format!(
            "  \"{path}\": {{type: datetime, generator: temporal_rhythmic, params: {{format: \"%Y-%m-%dT%H:%M:%SZ\", \
             quantiles: [0, 100], values: [\"2024-01-01T00:00:00Z\", \"2024-12-31T00:00:00Z\"]}}}}\n"
        )
    };
    let fields: String = paths.iter().map(field).collect();
    let deeper = if fields.contains("scans") { DEEPER } else { "" };
    format!("{SHAPE}{deeper}fields:\n{fields}relationships:\n{relationships}")
}

const UP_TO_AN_HOUR: &str = "gap: {quantiles: [0, 100], values: [PT1M, PT1H]}";

fn seconds(value: &Value) -> i64 {
    let Timestamp(micros) =
        TimeFormat::parse("%Y-%m-%dT%H:%M:%SZ").unwrap().read(value.as_str().unwrap()).unwrap();
    micros / 1_000_000
}

fn times(array: &Value, name: &str) -> Vec<i64> {
    array.as_array().unwrap().iter().map(|part| seconds(&part[name])).collect()
}

/// Asserts that each time lies from a minute to an hour after the one before.
fn assert_steps(times: &[i64]) {
    for pair in times.windows(2) {
        assert!((60..=3600).contains(&(pair[1] - pair[0])), "{times:?}");
    }
}

fn chat() -> String {
    let relationships = format!(
        "- {{type: ordering, low: $.opened, high: '$.parts[].at', strict: true, {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: '$.parts[].at', high: '$.parts[].at', strict: true, next_element: true, {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: '$.parts[].at', high: $.closed, strict: true, {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: $.opened, high: $.closed, strict: true, gap: {{quantiles: [0, 100], values: [PT2H, PT3H]}}}}\n"
    );
    rules(&["$.opened", "$.parts[].at", "$.closed"], &relationships)
}

/// Catches elements that are drawn by themselves and pushed into order, distances that each element has from the
/// start, and an end that does not see the last element.
#[test]
fn elements_follow_each_other_from_start_to_end() {
    assert_eq!(compile(&chat(), 10).unwrap().unkept(), []);
    for record in records(&chat(), 500) {
        let (opened, closed) = (seconds(&record["opened"]), seconds(&record["closed"]));
        let at = times(&record["parts"], "at");
        match at.is_empty() {
            true => assert!((7200..=10_800).contains(&(closed - opened)), "{record}"),
            false => assert_steps(&[vec![opened], at, vec![closed]].concat()),
        }
    }
}

/// Catches elements that depend on which records were made before.
#[test]
fn any_range_can_be_made_alone() {
    let plan = compile(&chat(), 200).unwrap();
    let parts: String = [0..67, 67..68, 68..200].map(|rows| lines(&plan, rows)).concat();
    assert_eq!(parts, lines(&plan, 0..200));
}

/// Catches arrays that always start from the row: without a first time the last one decides.
#[test]
fn elements_end_at_what_is_given() {
    let relationships = format!(
        "- {{type: ordering, low: '$.parts[].at', high: '$.parts[].at', strict: true, next_element: true, {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: '$.parts[].at', high: $.taken, strict: true, {UP_TO_AN_HOUR}}}\n"
    );
    let rules = rules(&["$.parts[].at", "$.taken"], &relationships);
    assert_eq!(compile(&rules, 10).unwrap().unkept(), []);
    let mut taken = Vec::new();
    for record in records(&rules, 500) {
        taken.push(seconds(&record["taken"]));
        assert_steps(&[times(&record["parts"], "at"), vec![seconds(&record["taken"])]].concat());
    }
    // The time above keeps its own distribution: catches one that is made of the elements.
    let year = 366.0 * 86_400.0;
    let mean = taken.iter().sum::<i64>() as f64 / 500.0 - 1_704_067_200.0;
    assert!((mean / year - 0.5).abs() < 0.05, "{mean}");
}

/// Periods in an array: catches a start that looks at the start before instead of the end before.
#[test]
fn periods_follow_each_other() {
    let minute = "gap: {spikes: [{value: PT1M, prob: 1}]}";
    let hour = "gap: {spikes: [{value: PT1H, prob: 1}]}";
    let day = "gap: {spikes: [{value: P1D, prob: 1}]}";
    let relationships = format!(
        "- {{type: ordering, low: $.begun, high: '$.parts[].start', {minute}}}\n\
         - {{type: ordering, low: '$.parts[].start', high: '$.parts[].end', {hour}}}\n\
         - {{type: ordering, low: '$.parts[].start', high: '$.parts[].start', next_element: true, {day}}}\n\
         - {{type: ordering, low: '$.parts[].end', high: '$.parts[].start', next_element: true, {minute}}}\n\
         - {{type: ordering, low: '$.parts[].end', high: '$.parts[].end', next_element: true, {day}}}\n\
         - {{type: ordering, low: '$.parts[].end', high: $.done, {minute}}}\n"
    );
    let rules = rules(&["$.begun", "$.parts[].start", "$.parts[].end", "$.done"], &relationships);
    assert_eq!(compile(&rules, 10).unwrap().unkept(), []);
    for record in records(&rules, 300) {
        let (starts, ends) = (times(&record["parts"], "start"), times(&record["parts"], "end"));
        let mut at = seconds(&record["begun"]);
        for (start, end) in starts.iter().zip(&ends) {
            assert_eq!((start - at, end - start), (60, 3600), "{record}");
            at = *end;
        }
        assert!(starts.is_empty() || seconds(&record["done"]) - at == 60, "{record}");
    }
}

/// Catches an end that looks at the first of several elements, or one level down only.
#[test]
fn ends_are_behind_all_elements_below() {
    let relationships = format!(
        "- {{type: ordering, low: $.ordered, high: '$.parts[].sent', {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: '$.parts[].sent', high: '$.parts[].scans[].at', {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: '$.parts[].scans[].at', high: $.closed, {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: $.closed, high: $.filed, {UP_TO_AN_HOUR}}}\n"
    );
    let paths = ["$.ordered", "$.parts[].sent", "$.parts[].scans[].at", "$.closed", "$.filed"];
    let rules = rules(&paths, &relationships);
    assert_eq!(compile(&rules, 10).unwrap().unkept(), []);
    for record in records(&rules, 300) {
        let scans = record["parts"].as_array().unwrap().iter().flat_map(|part| times(&part["scans"], "at"));
        let last = scans.max();
        let closed = seconds(&record["closed"]);
        assert!(last.is_none_or(|last| (60..=3600).contains(&(closed - last))), "{record}");
        assert_steps(&[closed, seconds(&record["filed"])]);
    }
}

/// Something else decides both ends: catches elements beyond the second one, and ones that all stand at it.
#[test]
fn elements_are_drawn_together_between_two_given_times() {
    let relationships = format!(
        "- {{type: ordering, low: $.opened, high: '$.parts[].at', {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: '$.parts[].at', high: '$.parts[].at', strict: true, next_element: true, {UP_TO_AN_HOUR}}}\n\
         - {{type: ordering, low: '$.parts[].at', high: $.closed}}\n\
         - {{type: arithmetic, target: $.closed, operation: plus_minutes, terms: [$.opened], offset: 30}}\n"
    );
    let rules = rules(&["$.opened", "$.parts[].at", "$.closed"], &relationships);
    let mut n_between = 0;
    for record in records(&rules, 300) {
        let (opened, at) = (seconds(&record["opened"]), times(&record["parts"], "at"));
        assert_eq!(seconds(&record["closed"]), opened + 1800);
        assert!(at.windows(2).all(|pair| pair[0] < pair[1]), "{record}");
        assert!(at.iter().all(|at| (opened..=opened + 1800).contains(at)), "{record}");
        n_between += at.iter().filter(|at| **at < opened + 1700).count();
    }
    assert!(n_between > 300, "{n_between}");
}
