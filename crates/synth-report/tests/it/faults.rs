//! Planted faults.

use serde_json::{Value, json};
use synth_report::{Aspect, Comparison, FieldKind, Status, Verdict};

use crate::feed::{customers, edited, field, judge, judge_with, report};

const N: u64 = 1200;

/// The paths of the fields that do not match, worst first.
fn suspects(comparison: &Comparison) -> Vec<String> {
    let report = report(comparison.clone());
    let suspects = report.worst_first().into_iter().filter(|field| field.verdict != Verdict::Matches);
    suspects.map(|field| field.path.to_string()).collect()
}

fn effect(comparison: &Comparison, path: &str, aspect: Aspect) -> f64 {
    let measures = &field(comparison, path).measures;
    measures.iter().find(|measure| measure.aspect == aspect).unwrap().effect
}

#[track_caller]
fn check_only_suspect(synthetic: &[Value], path: &str, problem: &str) -> Comparison {
    let comparison = judge(&customers(0, N), synthetic);
    assert_eq!(suspects(&comparison), [path]);
    let found = field(&comparison, path).problem.clone().unwrap();
    assert!(found.contains(problem), "{found}");
    comparison
}

#[test]
fn equal_data_are_perfect() {
    let comparison = judge(&customers(0, N), &customers(0, N));
    let report = report(comparison.clone());
    assert!(report.passed());
    assert!((report.score() - 1.0).abs() < 1e-9, "{}", report.score());
    assert!(suspects(&comparison).is_empty());
    assert_eq!(comparison.structure.status, Status::Passed);
    assert_eq!(comparison.uniqueness.n_checked, 3, "id, e-mail and note");
    let kinds: Vec<FieldKind> =
        ["$.id", "$.email", "$.plan", "$.created", "$.active", "$.tags", "$.tags[]", "$.place"]
            .map(|path| field(&comparison, path).kind)
            .to_vec();
    use FieldKind::{Array, Boolean, Category, Number, Object, Text, Time};
    assert_eq!(kinds, [Number, Text, Category, Time, Boolean, Array, Category, Object]);
    assert_eq!(field(&comparison, "$.place").score, None);
}

/// Other customers of the same shop: nothing but sampling noise.
#[test]
fn fresh_data_of_the_same_kind_match() {
    let comparison = judge(&customers(0, N), &customers(1_000_000, N));
    assert_eq!(suspects(&comparison), [""; 0]);
    assert_eq!(comparison.structure.status, Status::Passed);
    assert_eq!(comparison.uniqueness.status, Status::Passed);
    assert!((0.9..1.0).contains(&comparison.quality.score), "{}", comparison.quality.score);
}

#[test]
fn shifted_numbers() {
    let synthetic = edited(customers(0, N), "age", |_, age| *age = json!(age.as_u64().unwrap() + 12));
    let comparison = check_only_suspect(&synthetic, "$.age", "mostly higher");
    assert!(effect(&comparison, "$.age", Aspect::Numbers) > 0.3);
    assert_eq!(comparison.structure.status, Status::Passed);
}

#[test]
fn changed_categories() {
    let swap = |_, plan: &mut Value| {
        if *plan == "free" {
            *plan = json!("team");
        }
    };
    let comparison = check_only_suspect(&edited(customers(0, N), "plan", swap), "$.plan", "categories");
    assert!(effect(&comparison, "$.plan", Aspect::Categories) > 0.5);
}

#[test]
fn shifted_hours() {
    let night = |_, created: &mut Value| {
        let text = created.as_str().unwrap().to_owned();
        let hour: u32 = text[11..13].parse().unwrap();
        *created = json!(format!("{}{:02}{}", &text[..11], hour - 8, &text[13..]));
    };
    let comparison = check_only_suspect(&edited(customers(0, N), "created", night), "$.created", "hours");
    assert!(effect(&comparison, "$.created", Aspect::Hours) > 0.5);
    assert!(effect(&comparison, "$.created", Aspect::Times) < 0.01);
}

/// Catches times that are numbers and whose rhythm nobody looks at.
#[test]
fn weekdays_of_numbers() {
    let rows = |on_weekends: bool| -> Vec<Value> {
        let day = |i: u64| {
            let day = synth_core::hash::mix(i + 1) % 364;
            if on_weekends || day % 7 < 5 { day } else { day - 3 }
        };
        (0..N)
            .map(|i| json!({"at": 1_704_067_200 + day(i) * 86_400 + synth_core::hash::mix(i) % 86_400}))
            .collect()
    };
    let comparison = judge(&rows(false), &rows(true));
    assert!(effect(&comparison, "$.at", Aspect::Weekdays) > 0.2);
    assert!(field(&comparison, "$.at").problem.clone().unwrap().contains("days of the week"));
}

#[test]
fn another_time_format() {
    let slashes =
        |_, created: &mut Value| *created = json!(created.as_str().unwrap()[..10].replace('-', "/"));
    check_only_suspect(
        &edited(customers(0, N), "created", slashes),
        "$.created",
        "main time format in 0.0 %",
    );
}

#[test]
fn null_rate() {
    let fill = |_, note: &mut Value| {
        if note.is_null() {
            *note = json!("some text");
        }
    };
    let comparison = judge(&customers(0, N), &edited(customers(0, N), "note", fill));
    assert!(suspects(&comparison).contains(&"$.note".to_owned()));
    assert!(effect(&comparison, "$.note", Aspect::Nulls) > 0.15);
    assert_eq!(comparison.structure.violations[0].path, "$.note");
    assert!(comparison.structure.violations[0].reason.contains("`null`"));
}

#[test]
fn presence_rate() {
    let mut synthetic = customers(0, N);
    synthetic.iter_mut().step_by(2).for_each(|record| _ = record.as_object_mut().unwrap().remove("nickname"));
    let comparison = check_only_suspect(&synthetic, "$.nickname", "present in");
    assert_eq!(comparison.structure.status, Status::Passed);
}

#[test]
fn missing_field() {
    let mut synthetic = customers(0, N);
    synthetic.iter_mut().for_each(|record| _ = record.as_object_mut().unwrap().remove("place"));
    let comparison = judge(&customers(0, N), &synthetic);
    let violations = &comparison.structure.violations;
    assert_eq!(violations.len(), 1, "only the topmost path: {violations:?}");
    assert_eq!((violations[0].path.as_str(), violations[0].count), ("$.place", N));
    assert!(!report(comparison.clone()).passed());
    assert!(field(&comparison, "$.place.city").score.unwrap().total < 1e-9);
}

#[test]
fn extra_path_and_wrong_type() {
    let mut synthetic = edited(customers(0, N), "age", |index, age| {
        if index == 5 {
            *age = json!("old");
        }
    });
    synthetic[3]["surprise"] = json!({"inner": 1});
    let comparison = judge(&customers(0, N), &synthetic);
    let found: Vec<(&str, u64)> =
        comparison.structure.violations.iter().map(|found| (found.path.as_str(), found.count)).collect();
    assert_eq!(found, [("$.age", 1), ("$.surprise", 1)]);
    assert!(comparison.structure.violations[0].reason.contains("`string`"));
}

#[test]
fn a_few_records_may_lack_what_is_rare() {
    let some: Vec<Value> =
        customers(0, N).into_iter().filter(|record| !record["note"].is_null()).take(10).collect();
    assert_eq!(judge(&customers(0, N), &some).structure.status, Status::Passed);
}

#[test]
fn duplicate_ids() {
    let synthetic = edited(customers(0, N), "id", |index, id| {
        if index == 9 {
            *id = json!(1);
        }
    });
    let comparison = judge(&customers(0, N), &synthetic);
    assert_eq!(comparison.uniqueness.status, Status::Failed);
    let found = &comparison.uniqueness.violations[0];
    assert_eq!((found.path.as_str(), found.count), ("$.id", 1));
}

/// Measurements with many digits never repeat in 50 rows; in 5000 they may.
#[test]
fn uniqueness_by_accident_does_not_bind() {
    let rows = |n: u64| -> Vec<Value> {
        let value = |i: u64| synth_core::hash::mix(i + 1) % 100_000;
        (0..n).map(|i| json!({"x": value(i) as f64 / 100.0 + 0.001})).collect()
    };
    let comparison = judge(&rows(50), &rows(5000));
    assert_eq!(comparison.uniqueness.status, Status::Passed, "{:?}", comparison.uniqueness);
}

/// Ten times the rows have ten times the numbers.
#[test]
fn row_numbers_follow_the_rows() {
    let rows = |n: u64| -> Vec<Value> { (0..n).map(|i| json!({"id": i})).collect() };
    let comparison = judge(&rows(300), &rows(3000));
    assert!((comparison.quality.score - 1.0).abs() < 1e-9);
    assert_eq!(comparison.uniqueness.n_checked, 1);
}

#[test]
fn rules_name_keys() {
    let rules: synth_rules::RuleSet = serde_json::from_value(json!({
        "version": 2,
        "fields": {"$.age": {"type": "integer", "unique": true}},
        "relationships": [
            {"type": "primary_key", "paths": ["$.id"]},
            {"type": "unique", "paths": ["$.plan", "$.age"]},
        ],
    }))
    .unwrap();
    let comparison = judge_with(&customers(0, N), &customers(0, N), Some(&rules));
    let paths: Vec<&str> = comparison.uniqueness.violations.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(paths, ["$.age"]);
}

#[test]
fn array_lengths() {
    let double = |_, tags: &mut Value| {
        let twice = [tags.as_array().unwrap().clone(), tags.as_array().unwrap().clone()].concat();
        *tags = Value::Array(twice);
    };
    check_only_suspect(&edited(customers(0, N), "tags", double), "$.tags", "mostly longer");
}

#[test]
fn dictionaries_and_tuples_are_one_path() {
    let rows = |shift: f64| -> Vec<Value> {
        (0..200_u32)
            .map(|i| {
                let key = |j: u32| format!("{}", 100_000 + i * 7 + j);
                let users: serde_json::Map<String, Value> =
                    (0..1 + i % 4).map(|j| (key(j), json!(j))).collect();
                json!({"users": users, "at": [10.0 + shift + f64::from(i % 9) / 10.0, 60.5]})
            })
            .collect()
    };
    let comparison = judge(&rows(0.0), &rows(5.0));
    assert_eq!(field(&comparison, "$.users").kind, FieldKind::Dictionary);
    assert_eq!(suspects(&comparison), ["$.at[0]"]);
    assert_eq!(comparison.structure.status, Status::Passed, "{:?}", comparison.structure);
}

/// Catches one fault that is told once for each path below it.
#[test]
fn what_is_below_a_lacking_path_is_not_told_again() {
    let with = |from: u64, has: bool| -> Vec<Value> {
        let record = |row: u64| {
            let mut record = json!({"n": row % 40});
            if has {
                record["deep"] = json!({"a": {"b": row % 7}, "c": [row % 3]});
            }
            record
        };
        (from..from + 300).map(record).collect()
    };
    let report = report(judge(&with(0, true), &with(1000, false)));
    let told: Vec<&str> = report.findings.iter().map(|finding| finding.path.as_str()).collect();
    let fields =
        report.findings.iter().filter(|finding| matches!(finding.kind, synth_report::FindingKind::Field(_)));
    let deep: Vec<_> = fields.filter(|finding| finding.path.starts_with("$.deep")).collect();
    assert_eq!(deep.len(), 1, "{told:?}");
    assert!(deep[0].path == "$.deep" && deep[0].problem.ends_with("paths below it"), "{:?}", deep[0]);
}
