//! References and keys between rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use synth_gen::{CompileOptions, Plan};

use crate::collect::{compile, lines, records, rules};

const SHOP: &str = r#"
version: 2
globals: {layout: document, main_collection: "$.orders[]"}
shape:
  "$.orders[]": {length: {distribution: constant, params: {value: 400}}}
  "$.orders[].tags[]": {length: {distribution: categorical, params: {values: [0, 2, 3], probs: [0.2, 0.4, 0.4]}}}
  "$.customers[]": {grows: false, length: {distribution: constant, params: {value: 20}}}
  "$.tags.*": {grows: false, length: {distribution: constant, params: {value: 8}}}
  "$.labels.*": {grows: false, length: {distribution: constant, params: {value: 8}}}
  "$.staff[]": {grows: false, length: {distribution: constant, params: {value: 30}}}
fields:
  "$.orders[].customer": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 9]}}
  "$.orders[].customer_text": {type: string, null_rate: 0.25, generator: pattern, params: {patterns: ['x']}}
  "$.orders[].mostly": {type: string, generator: constant, params: {value: nobody}}
  "$.orders[].tags[]": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 9]}}
  "$.customers[].id": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [100, 999]}}
  "$.tags.*~": {type: string, generator: pattern, params: {patterns: ['[1-9][0-9]{3}']}}
  "$.tags.*": {type: string, generator: faker, params: {method: words}}
  "$.labels.*~": {type: string, generator: pattern, params: {patterns: ['[a-z]{3}']}}
  "$.labels.*": {type: string, generator: faker, params: {method: words}}
  "$.staff[].id": {type: integer, generator: sequence, params: {start: 1}}
  "$.staff[].boss": {type: integer, null_rate: 0.2, generator: constant, params: {value: 0}}
relationships:
- type: foreign_key
  child: "$.orders[].customer"
  parent: "$.customers[].id"
  children: {distribution: categorical, params: {values: [0, 10, 30, 80], probs: [0.5, 0.2, 0.2, 0.1]}}
- {type: foreign_key, child: "$.orders[].customer_text", parent: "$.customers[].id", prefix: "c:"}
- {type: foreign_key, child: "$.orders[].mostly", parent: "$.customers[].id", coverage: 0.75}
- {type: foreign_key, child: "$.orders[].tags[]", parent: "$.tags.*~"}
- {type: foreign_key, child: "$.labels.*~", parent: "$.tags.*~"}
- {type: foreign_key, child: "$.staff[].boss", parent: "$.staff[].id"}
"#;

fn shop(n_rows: u64) -> Value {
    records(SHOP, n_rows).remove(0)
}

fn column<'a>(rows: &'a Value, field: &str) -> Vec<&'a Value> {
    rows.as_array().unwrap().iter().map(|row| &row[field]).collect()
}

fn counts(values: &[&Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    values.iter().for_each(|value| *counts.entry(value.to_string()).or_insert(0) += 1);
    counts
}

#[test]
fn every_child_names_a_parent() {
    let plan = compile(SHOP, 400).unwrap();
    assert_eq!(plan.unkept(), []);
    let shop = shop(400);
    let ids: BTreeSet<String> = column(&shop["customers"], "id").iter().map(ToString::to_string).collect();
    assert_eq!(ids.len(), 20);
    assert!(column(&shop["orders"], "customer").iter().all(|id| ids.contains(&id.to_string())));
    let texts = column(&shop["orders"], "customer_text");
    let named: Vec<&str> = texts.iter().filter_map(|text| text.as_str()).collect();
    assert!(named.iter().all(|text| ids.contains(text.strip_prefix("c:").unwrap())));
    assert!((260..340).contains(&named.len()), "a quarter of 400 is null: {}", named.len());
    let orphans = column(&shop["orders"], "mostly").iter().filter(|id| **id == "nobody").count();
    // Four standard errors of a quarter of 400 are 35.
    assert!((65..135).contains(&orphans), "{orphans}");
}

/// Catches parents that are drawn independently: their numbers of children would spread around the weights.
#[test]
fn parents_have_their_numbers_of_children() {
    let shop = shop(400);
    let counts = counts(&column(&shop["orders"], "customer"));
    let mut sizes: Vec<usize> = counts.values().copied().collect();
    sizes.sort_unstable();
    // Ten have none; four with 10, four with 30 and two with 80 are 320 children of the 400 that are made.
    assert_eq!(sizes.len(), 10, "{sizes:?}");
    assert!(sizes[..4].iter().all(|n| (12..=13).contains(n)), "{sizes:?}");
    assert!(sizes[4..8].iter().all(|n| (37..=38).contains(n)), "{sizes:?}");
    assert!(sizes[8..].iter().all(|n| *n == 100), "{sizes:?}");
}

#[test]
fn keys_of_dictionaries_are_referred_to() {
    let shop = shop(400);
    let keys: BTreeSet<&String> = shop["tags"].as_object().unwrap().keys().collect();
    let labels: BTreeSet<&String> = shop["labels"].as_object().unwrap().keys().collect();
    assert_eq!((keys.len(), &labels), (8, &keys));
    for order in shop["orders"].as_array().unwrap() {
        let tags: Vec<String> = order["tags"].as_array().unwrap().iter().map(ToString::to_string).collect();
        assert!(tags.iter().all(|tag| keys.contains(tag)), "{tags:?}");
        assert_eq!(tags.iter().collect::<BTreeSet<_>>().len(), tags.len(), "an array repeats a parent");
    }
}

#[test]
fn a_table_that_refers_to_itself_is_a_tree() {
    let shop = shop(400);
    let staff = shop["staff"].as_array().unwrap();
    assert!(staff[0]["boss"].is_null());
    let n_roots = staff.iter().filter(|row| row["boss"].is_null()).count();
    assert!(n_roots < 15);
    assert!(
        staff.iter().all(|row| row["boss"].as_i64().is_none_or(|boss| boss < row["id"].as_i64().unwrap()))
    );
}

const STREAM: &str = r#"
version: 2
shape:
  "$.links[]": {length: {distribution: categorical, params: {values: [0, 1, 4], probs: [0.5, 0.3, 0.2]}}}
fields:
  "$.type": {type: enum, generator: categorical, params: {values: [user, event], probs: [0.1, 0.9]}}
  "$.id": {type: string, generator: pattern, params: {patterns: ['[a-z]{6}']}}
  "$.user": {type: string, generator: constant, params: {value: x}}
  "$.previous": {type: string, presence: 0.9, generator: constant, params: {value: x}}
  "$.links[]": {type: string, generator: constant, params: {value: x}}
variants:
  $: {discriminator: $.type, cases: [{when: user}, {when: event, always: [$.user]}]}
relationships:
- {type: foreign_key, child: "$.user", parent: "$.id", parent_when: {path: $.type, values: [user]}}
- {type: foreign_key, child: "$.previous", parent: "$.id"}
- {type: foreign_key, child: "$.links[]", parent: "$.id", parent_when: {path: $.type, values: [user]}, prefix: "id:"}
"#;

fn check_stream(n_rows: u64) {
    let rows = records(STREAM, n_rows);
    let place: BTreeMap<&str, usize> =
        rows.iter().enumerate().map(|(at, row)| (row["id"].as_str().unwrap(), at)).collect();
    assert_eq!(place.len(), rows.len());
    let is_user = |id: &str| rows[place[id]]["type"] == "user";
    for (at, row) in rows.iter().enumerate() {
        assert!(row["previous"].as_str().is_none_or(|id| place[id] < at), "record {at}");
        assert_eq!(row["user"].is_string(), row["type"] == "event");
        assert!(row["user"].as_str().is_none_or(is_user), "record {at}");
        let links = row["links"].as_array().unwrap();
        assert!(links.iter().all(|id| is_user(id.as_str().unwrap().strip_prefix("id:").unwrap())));
    }
    assert!(rows[0].get("previous").is_none());
}

#[test]
fn records_refer_to_records_of_a_type() {
    check_stream(3000);
}

/// More records than are listed.
#[test]
fn records_of_long_streams_refer_to_each_other() {
    check_stream(140_000);
}

/// Catches children that look at their own block only.
#[test]
fn ranges_of_references_concatenate() {
    let plan = compile(STREAM, 9000).unwrap();
    let whole = lines(&plan, 0..9000);
    let parts = [lines(&plan, 0..1), lines(&plan, 1..5000), lines(&plan, 5000..9000)].concat();
    assert!(whole == parts);
}

const CHAIN: &str = r#"
version: 2
globals: {layout: document}
shape:
  "$.a[]": {length: {distribution: constant, params: {value: 12}}}
  "$.b[]": {length: {distribution: constant, params: {value: 12}}}
  "$.c[]": {length: {distribution: constant, params: {value: 50}}}
fields:
  "$.a[].id":
    unique: true
    one_of:
    - {share: 0.5, type: string, generator: categorical, params: {values: [DE, FR, ES]}}
    - {share: 0.5, type: string, generator: pattern, params: {patterns: ['[D-F][A-Z]']}}
  "$.b[].id": {type: string, unique: true, generator: constant, params: {value: x}}
  "$.c[].code": {type: enum, generator: categorical, params: {values: [DE, FR], probs: [0.5, 0.3], normalize: true}}
  "$.c[].id": {type: string, generator: constant, params: {value: x}}
relationships:
- {type: foreign_key, child: "$.c[].id", parent: "$.b[].id"}
- {type: foreign_key, child: "$.b[].id", parent: "$.a[].id"}
- {type: foreign_key, child: "$.c[].code", parent: "$.a[].id"}
"#;

#[test]
fn a_parent_may_refer_itself_and_unique_children_take_each_parent_once() {
    for seed in 0..20 {
        let plan = Plan::compile(&rules(CHAIN), &CompileOptions { seed, n_rows: 1 }).unwrap();
        let made: Value = serde_json::from_str(&lines(&plan, 0..1)).unwrap();
        let all = |table: &str, field: &str| -> BTreeSet<String> {
            column(&made[table], field).iter().map(ToString::to_string).collect()
        };
        let (a, b, c) = (all("a", "id"), all("b", "id"), all("c", "id"));
        assert_eq!((a.len(), b.len()), (12, 12), "given values and made ones never meet");
        assert!(a == b && c.is_subset(&b));
        assert!(["\"DE\"", "\"FR\"", "\"ES\""].iter().all(|code| a.contains(*code)));
    }
}

/// The shares that the child's rule gives to known keys are kept.
#[test]
fn known_keys_keep_their_shares() {
    let plan = compile(CHAIN, 1).unwrap();
    let made: Value = serde_json::from_str(&lines(&plan, 0..1)).unwrap();
    let counts = counts(&column(&made["c"], "code"));
    assert!((31..=32).contains(&counts["\"DE\""]), "{counts:?}");
    assert!((18..=19).contains(&counts["\"FR\""]), "{counts:?}");
}

#[test]
fn circles_of_references_are_left_alone() {
    let yaml = r#"
version: 2
fields:
  "$.a": {type: string, generator: uuid_v4}
  "$.b": {type: string, generator: uuid_v4}
relationships:
- {type: foreign_key, child: "$.a", parent: "$.b"}
- {type: foreign_key, child: "$.b", parent: "$.a"}
"#;
    let plan = compile(yaml, 5).unwrap();
    let unkept: Vec<_> = plan.unkept().iter().map(|unkept| (unkept.relationship, unkept.count)).collect();
    assert_eq!(unkept, [("foreign_key", 2)]);
    assert_eq!(lines(&plan, 0..5).lines().count(), 5);
}

const LINKS: &str = r#"
version: 2
globals: {layout: document}
shape:
  "$.a[]": {length: {distribution: constant, params: {value: 9}}}
  "$.b[]": {length: {distribution: constant, params: {value: 53}}}
  "$.links[]": {length: {distribution: constant, params: {value: 300}}}
  "$.hours[]": {length: {distribution: constant, params: {value: 100}}}
  "$.events[]": {length: {distribution: constant, params: {value: 250}}}
fields:
  "$.a[].id": {type: integer, generator: sequence, params: {start: 1}}
  "$.b[].id": {type: string, generator: pattern, params: {patterns: ['[A-Z]{3}']}}
  "$.links[].a": {type: integer, generator: constant, params: {value: 0}}
  "$.links[].b": {type: string, generator: constant, params: {value: x}}
  "$.hours[].a": {type: integer, generator: constant, params: {value: 0}}
  "$.hours[].hour": {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 40]}}
  "$.events[].a": {type: integer, generator: constant, params: {value: 0}}
  "$.events[].hour": {type: integer, generator: constant, params: {value: 0}}
relationships:
- {type: primary_key, paths: ["$.links[].a", "$.links[].b"]}
- {type: primary_key, paths: ["$.hours[].a", "$.hours[].hour"]}
- type: foreign_key
  child: "$.links[].a"
  parent: "$.a[].id"
  children: {distribution: categorical, params: {values: [25, 50], probs: [0.5, 0.5]}}
- {type: foreign_key, child: "$.links[].b", parent: "$.b[].id"}
- {type: foreign_key, child: "$.hours[].a", parent: "$.a[].id"}
- {type: foreign_key, child: ["$.events[].a", "$.events[].hour"], parent: ["$.hours[].a", "$.hours[].hour"]}
"#;

fn pairs(rows: &Value, fields: [&str; 2]) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| format!("{} {}", row[fields[0]], row[fields[1]])).collect()
}

#[test]
fn keys_of_several_fields_do_not_repeat() {
    let plan = compile(LINKS, 1).unwrap();
    assert_eq!(plan.unkept(), []);
    let made: Value = serde_json::from_str(&lines(&plan, 0..1)).unwrap();
    for (table, fields) in [("links", ["a", "b"]), ("hours", ["a", "hour"])] {
        let pairs = pairs(&made[table], fields);
        assert_eq!(pairs.iter().collect::<BTreeSet<_>>().len(), pairs.len(), "{table}");
    }
    let sizes: BTreeSet<usize> = counts(&column(&made["links"], "a")).into_values().collect();
    // Weights of 25 and 50 for four and five of nine parents are 21 and 43 of 300 rows.
    assert!(sizes.iter().all(|n| [20, 21, 22, 23, 42, 43, 44, 45, 46].contains(n)), "{sizes:?}");
}

#[test]
fn several_fields_refer_to_one_row() {
    let made: Value = records(LINKS, 1).remove(0);
    let parents: BTreeSet<String> = pairs(&made["hours"], ["a", "hour"]).into_iter().collect();
    assert!(pairs(&made["events"], ["a", "hour"]).iter().all(|pair| parents.contains(pair)));
}
