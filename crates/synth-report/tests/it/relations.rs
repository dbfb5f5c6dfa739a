//! References and keys of several fields.

use serde_json::{Value, json};
use synth_report::{Check, RelationCheck, Status};
use synth_rules::RuleSet;

fn check(relationships: &Value, records: &[Value]) -> [Check; 3] {
    let rules: RuleSet =
        serde_json::from_value(json!({"version": 2, "relationships": relationships})).unwrap();
    let mut check = RelationCheck::new(&rules);
    records.iter().for_each(|record| check.check_record(record));
    check.finish()
}

fn counts(relationships: &Value, records: &[Value]) -> [u64; 2] {
    let [references, keys, _] = check(relationships, records);
    [references, keys].map(|check| check.violations.iter().map(|found| found.count).sum())
}

#[test]
fn orphans_of_a_document_are_found() {
    let rules = json!([
        {"type": "foreign_key", "child": "$.a[].b[].id", "parent": "$.d.*~"},
        {"type": "foreign_key", "child": "$.a[].c", "parent": "$.e[].id", "prefix": "e:"},
    ]);
    let good = json!({
        "a": [{"b": [{"id": 7}, {"id": 8}, {"id": null}], "c": "e:x"}, {"b": [], "c": null}],
        "d": {"7": {}, "8": {}}, "e": [{"id": "x"}],
    });
    assert_eq!(counts(&rules, std::slice::from_ref(&good)), [0, 0]);
    let mut bad = good;
    bad["d"] = json!({"7": {}});
    bad["a"][1]["c"] = json!("x");
    let found = check(&rules, &[bad]);
    assert_eq!(found[0].status, Status::Failed);
    let reasons: Vec<&str> = found[0].violations.iter().map(|found| found.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "1 of 2 values name no $.d.*~, the rules allow 0.0 %",
            "1 of 2 values name no $.e[].id, the rules allow 0.0 %"
        ]
    );
}

/// A record may refer to a later one, and only to those of the right type.
#[test]
fn records_refer_to_records() {
    let rules = json!([{"type": "foreign_key", "child": "$.of", "parent": "$.id",
        "parent_when": {"path": "$.type", "values": ["user"]}}]);
    let records = [
        json!({"id": "e1", "type": "event", "of": "u1"}),
        json!({"id": "u1", "type": "user"}),
        json!({"id": "e2", "type": "event", "of": "e1"}),
    ];
    assert_eq!(counts(&rules, &records[..2]), [0, 0]);
    assert_eq!(counts(&rules, &records), [1, 0]);
}

#[test]
fn keys_of_several_fields_may_not_repeat() {
    let rules = json!([
        {"type": "primary_key", "paths": ["$.day", "$.rows[].id"]},
        {"type": "unique", "paths": ["$.name"], "when": {"path": "$.live", "values": [true]}},
    ]);
    let row = |day: u64, name: &str, live: bool| json!({"day": day, "name": name, "live": live, "rows": [{"id": 1}, {"id": 2}]});
    assert_eq!(counts(&rules, &[row(1, "a", true), row(2, "a", false)]), [0, 0]);
    assert_eq!(counts(&rules, &[row(1, "a", true), row(1, "a", true)]), [0, 3]);
}

#[test]
fn allowed_orphans_are_allowed() {
    let rules = json!([{"type": "foreign_key", "child": "$.of", "parent": "$.id", "coverage": 0.8}]);
    let records = |n_orphans: u64| -> Vec<Value> {
        let of = |i: u64| if i < n_orphans { json!("none") } else { json!(i / 2) };
        (0..1000).map(|i| json!({"id": i, "of": of(i)})).collect()
    };
    assert_eq!(counts(&rules, &records(200)), [0, 0]);
    assert_eq!(counts(&rules, &records(300)), [300, 0]);
}

/// More values than are held: the orphans among those that are must be seen, and no other.
#[test]
fn large_tables_are_sampled() {
    let rules = json!([{"type": "foreign_key", "child": "$.of", "parent": "$.id"}]);
    let records =
        |shift: u64| -> Vec<Value> { (0..60_000_u64).map(|i| json!({"id": i, "of": i + shift})).collect() };
    let [good, _, _] = check(&rules, &records(0));
    assert_eq!((good.status, good.notes.len()), (Status::Passed, 1));
    let [bad, _, _] = check(&rules, &records(6000));
    assert_eq!(bad.status, Status::Failed);
    assert!((800..2400).contains(&bad.violations[0].count), "a tenth of 16,384: {}", bad.violations[0].count);
}
