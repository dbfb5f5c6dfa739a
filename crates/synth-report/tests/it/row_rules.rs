//! Orders, distances and bounds between the fields of a row.

use serde_json::{Value, json};
use synth_report::{Check, RelationCheck, Status};
use synth_rules::RuleSet;

fn check(records: &[Value]) -> Check {
    let time = |format: &str| {
        json!({"type": "datetime", "generator": "temporal_rhythmic",
            "params": {"format": format, "quantiles": [0, 100], "values": ["2020-01-01", "2020-12-31"]}})
    };
    let rules: RuleSet = serde_json::from_value(json!({
        "version": 2,
        "fields": {"$.born": time("%d.%m.%Y"), "$.jobs[].since": time("%Y-%m-%d"), "$.due": time("%Y-%m-%d"),
            "$.made": time("%Y-%m-%dT%H:%M:%SZ")},
        "relationships": [
            {"type": "ordering", "low": "$.born", "high": "$.jobs[].since", "min_gap": "P16Y"},
            {"type": "ordering", "low": "$.a", "high": "$.b", "strict": true, "max_gap": 5},
            {"type": "ordering", "low": "$.t", "high": "$.t", "next_record": true},
            {"type": "arithmetic", "target": "$.due", "operation": "plus_days", "terms": ["$.made"], "offset": 2},
            {"type": "inequality", "target": "$.sum", "at_least": ["$.a", {"path": "$.b", "factor": 2}]},
            {"type": "inequality", "target": "$.b", "at_least": [{"path": "$.a", "factor": 2}], "confidence": 0.5},
        ],
    }))
    .unwrap();
    let mut check = RelationCheck::new(&rules);
    records.iter().for_each(|record| check.check_record(record));
    let [_, _, rows] = check.finish();
    rows
}

fn good() -> Value {
    json!({
        "born": "29.02.1980", "jobs": [{"since": "1996-02-29"}, {"since": "2001-01-01"}, {}], "a": 1, "b": 6, "sum": 13,
        "made": "2020-05-01T23:59:59Z", "due": "2020-05-03", "t": 5,
    })
}

/// Catches dates read day for month, distances of 365 days a year, and rules that ask for values that are not there.
#[test]
fn broken_rows_are_counted() {
    let mut other = good();
    other["t"] = json!(1);
    other["b"] = json!(null);
    let found = check(&[good(), other]);
    assert_eq!((found.status, found.n_checked), (Status::Passed, 5));
    let broken: [(&str, Value, &str); 6] = [
        (
            "jobs",
            json!([{"since": "1996-02-28"}, {"since": "1997-01-01"}]),
            "1 of 2 rows break their order or distance, the rules allow 0.0 %",
        ),
        ("b", json!(7), "1 of 1 rows break their order or distance, the rules allow 0.0 %"),
        ("a", json!(6), "1 of 1 rows break their order or distance, the rules allow 0.0 %"),
        ("due", json!("2020-05-04"), "1 of 1 rows break their distance, the rules allow 0.0 %"),
        ("due", json!("2020-05-02"), "1 of 1 rows break their distance, the rules allow 0.0 %"),
        ("sum", json!(12), "1 of 1 rows break the bound, the rules allow 0.0 %"),
    ];
    for (name, value, reason) in broken {
        let mut record = good();
        record[name] = value;
        let found = check(&[record]);
        assert_eq!(found.status, Status::Failed);
        assert_eq!(found.violations[0].reason, reason, "{name}");
    }
}

/// A rule with exceptions allows about as many.
#[test]
fn exceptions_are_allowed() {
    let record =
        |index: u64| json!({"a": 10, "b": if index.is_multiple_of(2) { 25 } else { 12 }, "c": index});
    let half: Vec<Value> = (0..400).map(record).collect();
    let few: Vec<Value> = (0..400).map(|index| record(1 + 2 * index)).collect();
    let of = |records: &[Value]| {
        let found = check(records);
        found.violations.iter().filter(|one| one.path == "$.b, $.a").count()
    };
    assert_eq!((of(&half), of(&few)), (0, 1));
}
