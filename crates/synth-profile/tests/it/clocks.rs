//! Numbers that follow from times, numberings within groups, flags, and dictionaries of one key.

use serde_json::{Value, json};
use synth_core::cast;
use synth_core::hash::mix;
use synth_profile::profile::{Profile, SampleLayout};
use synth_profile::relations::Operation;
use synth_profile::{Profiler, Unit};

use crate::feed::{finish_as, profile, push_record};

/// A number below `n` that looks drawn.
fn draw(seed: u64, index: u64, n: u64) -> u64 {
    mix(seed.wrapping_mul(1_000_003) + index) % n
}

fn document(value: &Value) -> Profile {
    let mut profiler = Profiler::new(Unit::Element);
    push_record(value, &mut profiler);
    finish_as(&mut profiler.into_partial(), SampleLayout::Document)
}

fn text(minute: u64) -> String {
    let day = minute / 1440;
    format!(
        "2023-{:02}-{:02}T{:02}:{:02}:00Z",
        1 + day / 28 % 12,
        1 + day % 28,
        minute / 60 % 24,
        minute % 60
    )
}

/// A stay of up to 20 days within one month.
fn stay(index: u64) -> Value {
    let start = draw(1, index, 12) * 28 * 1440 + draw(2, index, 7 * 1440);
    let end = start + 30 + draw(3, index, 20 * 1440);
    let planned = draw(4, index, 1440);
    let late = [0, 3, 8, 15, 40, 75, 130, 200][cast::to_usize(draw(5, index, 8))];
    let actual = (planned + late) % 1440;
    json!({
        "start": text(start), "end": text(end), "minutes": end - start, "length": format!("PT{}M", end - start),
        "nights": end / 1440 - start / 1440, "month": 1 + start / 1440 / 28 % 12,
        "local_hour": (start / 60 + 5) % 24, "day": text(start)[..10],
        "planned": planned / 60 * 100 + planned % 60, "actual": actual / 60 * 100 + actual % 60, "late": late,
        "drawn": draw(6, index, 3000), "big": -9_200_000_000_000_000_000_i64,
    })
}

/// Catches differences in a wrong unit, clocks that do not turn at midnight, and hours of one zone only.
#[test]
fn numbers_follow_from_times() {
    let found = profile(&(0..400).map(stay).collect::<Vec<_>>()).relations.arithmetic;
    let of = |target: &str| {
        let formula = found.iter().find(|formula| formula.target.to_string() == target)?;
        let terms: Vec<String> = formula.terms.iter().map(|term| term.path.to_string()).collect();
        assert!(formula.evidence.is_exact(), "{target}");
        Some((formula.operation, terms.join(" "), formula.offset))
    };
    let passed = |operation| Some((operation, "$.end $.start".to_owned(), 0.0));
    assert_eq!(of("$.minutes"), passed(Operation::ElapsedMinutes));
    assert_eq!(of("$.length"), passed(Operation::ElapsedSeconds));
    assert_eq!(of("$.nights"), passed(Operation::CalendarDays));
    assert_eq!(of("$.late"), Some((Operation::ClockMinutes, "$.actual $.planned".to_owned(), 0.0)));
    assert_eq!(of("$.month"), Some((Operation::MonthOf, "$.start".to_owned(), 0.0)));
    assert_eq!(of("$.local_hour"), Some((Operation::HourOf, "$.start".to_owned(), 5.0)));
    assert_eq!(of("$.day"), Some((Operation::DateOf, "$.start".to_owned(), 0.0)));
    assert_eq!((of("$.drawn"), of("$.big")), (None, None));
}

/// Each log of each host counts by itself; no number and no time happens to repeat.
#[test]
fn a_number_that_counts_within_groups_makes_a_key_with_them() {
    let mut counters = [3_000_u64, 71_000, 20_400, 55_000, 900, 38_200];
    let record = |index: u64| {
        let group = cast::to_usize(draw(1, index, 6));
        counters[group] += 1;
        let level = ["info", "warn"][cast::to_usize(draw(2, index, 2))];
        json!({
            "time": text(index), "host": format!("host{}", group % 2), "log": format!("log{}", group / 2),
            "record_number": counters[group], "level": level,
        })
    };
    let keys = profile(&(0..600).map(record).collect::<Vec<_>>()).relations.keys;
    let primary: Vec<_> = keys.iter().filter(|key| key.is_primary).map(|key| key.paths.clone()).collect();
    let names: Vec<String> = primary.concat().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["$.host", "$.log", "$.record_number"]);
}

/// Sixty flags that are nearly always false, many of them mostly true together.
#[test]
fn flags_that_mostly_agree_decide_nothing() {
    let record = |index: u64| {
        let together = draw(1, index, 100) < 4;
        let flags = (0..60_u64).map(|flag| {
            let value = if flag % 2 == 0 && draw(2, index * 64 + flag, 10) > 0 {
                together
            } else {
                draw(3, index * 64 + flag, 200) == 0
            };
            (format!("flag{flag}"), Value::Bool(value))
        });
        Value::Object(flags.collect())
    };
    let found = profile(&(0..2000).map(record).collect::<Vec<_>>()).relations.dependencies;
    assert_eq!(found.iter().filter(|dependency| !dependency.lhs.is_empty()).count(), 0);
}

/// A dictionary of one key is told by the fields that name the key, or by dictionaries whose keys look the same.
#[test]
fn dictionaries_of_one_key_are_told_by_what_stands_elsewhere() {
    let kinds: Value = (1..=5)
        .map(|kind| (format!("7700{kind}"), json!(format!("Kind {kind}"))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let shows: Vec<Value> = (0..50)
        .map(|id| json!({"id": 100 + id, "hall": "MAIN_HALL", "info": {"name": "x"}, "sort": "name"}))
        .collect();
    let value = json!({
        "kindNames": kinds, "colorNames": {"51": "red", "52": "blue", "53": "green"}, "sizeNames": {"77009": "big"},
        "hallNames": {"MAIN_HALL": "The big hall"}, "settings": {"version": "1"}, "shows": shows,
    });
    let found = document(&value);
    let is_dictionary =
        |path: &str| found.fields.iter().any(|field| field.path.to_string() == path && field.is_dictionary);
    assert!(is_dictionary("$.kindNames") && is_dictionary("$.sizeNames") && is_dictionary("$.hallNames"));
    assert!(!is_dictionary("$.settings") && !is_dictionary("$.shows[].info"));
}
