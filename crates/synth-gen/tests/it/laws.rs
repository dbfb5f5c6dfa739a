//! Every value is a function of the rules, the seed, its path and its record.

use proptest::prelude::*;
use synth_gen::{CompileOptions, Plan};

use crate::collect::{EVERYTHING, compile, lines, records, rules};

const N: u64 = 300;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Catches state that is carried from record to record.
    #[test]
    fn ranges_concatenate(mut cuts in prop::collection::vec(0..N, 0..5)) {
        let plan = compile(EVERYTHING, N).unwrap();
        cuts.extend([0, N]);
        cuts.sort_unstable();
        let parts: String = cuts.windows(2).map(|cut| lines(&plan, cut[0]..cut[1])).collect();
        prop_assert!(parts == lines(&plan, 0..N));
    }
}

#[test]
fn more_rows_begin_with_the_same_ones() {
    let few = lines(&compile(EVERYTHING, 100).unwrap(), 0..100);
    let many = lines(&compile(EVERYTHING, 10_000).unwrap(), 0..10_000);
    assert!(many.starts_with(&few));
    assert_eq!(many.lines().count(), 10_000);
}

#[test]
fn rows_beyond_the_last_are_ignored() {
    let plan = compile(EVERYTHING, 10).unwrap();
    assert_eq!(lines(&plan, 8..99).lines().count(), 2);
    assert_eq!(lines(&plan, 50..99), "");
    assert_eq!(plan.n_records(), 10);
}

#[test]
fn another_seed_gives_other_values() {
    let plan = |seed| Plan::compile(&rules(EVERYTHING), &CompileOptions { seed, n_rows: 5 }).unwrap();
    assert!(lines(&plan(1), 0..5) != lines(&plan(2), 0..5));
}

/// Catches draws that are taken from one stream by several fields.
#[test]
fn a_new_field_changes_that_field_only() {
    let before = records(EVERYTHING, 200);
    let new = "  \"$.who.extra\": {type: string, presence: 0.5, generator: uuid_v4}\n";
    let front = EVERYTHING.replace("fields:\n", &format!("fields:\n{new}"));
    let mut n_extra = 0;
    for (mut after, before) in records(&front, 200).into_iter().zip(before) {
        if let Some(who) = after["who"].as_object_mut() {
            n_extra += usize::from(who.remove("extra").is_some());
        }
        if after["who"].is_null() {
            after.as_object_mut().unwrap().remove("who");
        }
        assert_eq!(after, before);
    }
    assert!((60..120).contains(&n_extra), "{n_extra}");
}

#[test]
fn keys_come_in_the_order_of_the_fields() {
    let yaml = "
version: 2
fields:
  $.z: {type: string, generator: constant, params: {value: a}}
  $.a.y: {type: string, generator: constant, params: {value: a}}
  $.b: {type: string, generator: constant, params: {value: a}}
  $.a.x: {type: string, generator: constant, params: {value: a}}
";
    let plan = compile(yaml, 1).unwrap();
    assert_eq!(lines(&plan, 0..1), "{\"z\":\"a\",\"a\":{\"y\":\"a\",\"x\":\"a\"},\"b\":\"a\"}\n");
}

#[test]
fn plans_may_be_shared_by_threads() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Plan>();
}
