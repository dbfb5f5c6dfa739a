//! How far the times of elements are from each other and from those of the row that holds them.

use serde_json::{Value, json};
use synth_core::hash::mix;
use synth_core::{CivilTime, Timestamp};
use synth_profile::relations::{Ordering, OrderingScope, Relations};

use crate::feed::profile;

fn draw(seed: u64, index: u64, n: u64) -> i64 {
    (mix(seed.wrapping_mul(1_000_003) + index) % n).cast_signed()
}

fn moment(seconds: i64) -> String {
    let CivilTime { year, month, day, hour, minute, second, .. } =
        Timestamp::from_seconds(1_700_000_000 + seconds).civil();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Opened, up to five steps a minute or so apart, and closed an hour or so behind the last one; one in three has none.
fn chat(index: u64) -> Value {
    let opened = draw(1, index, 300 * 86_400);
    let mut at = opened;
    let steps: Vec<Value> = (0..draw(2, index, 6).cast_unsigned().saturating_sub(1))
        .map(|step| {
            at += 40 + draw(3 + step, index, 40);
            json!({"at": moment(at)})
        })
        .collect();
    json!({"opened": moment(opened), "steps": steps, "closed": moment(at + 3000 + draw(9, index, 1200))})
}

fn order<'r>(
    relations: &'r Relations,
    (low, high): (&str, &str),
    scope: OrderingScope,
) -> Option<&'r Ordering> {
    let is_it =
        |one: &&Ordering| one.low.to_string() == low && one.high.to_string() == high && one.scope == scope;
    relations.orderings.iter().find(is_it)
}

/// Seconds between which the distances of an order lie.
fn ends(relations: &Relations, paths: (&str, &str), scope: OrderingScope) -> (f64, f64) {
    let ordering = order(relations, paths, scope).unwrap_or_else(|| panic!("{paths:?}"));
    let values = &ordering.gap.as_ref().unwrap_or_else(|| panic!("{paths:?} has no gap")).values;
    (values[0].approximate(), values[values.len() - 1].approximate())
}

/// Catches distances of all elements from the start, which are those of the first one only by chance, and an order of
/// the ends that is left out because others imply it where there are elements.
#[test]
fn distances_are_those_of_the_nearest_element() {
    let relations = profile(&(0..900).map(chat).collect::<Vec<_>>()).relations;
    let is_near = |(low, high): (f64, f64), wanted: (f64, f64)| {
        assert!(low >= wanted.0 - 5.0 && high <= wanted.1 + 5.0, "{low} {high}, wanted {wanted:?}");
    };
    is_near(ends(&relations, ("$.opened", "$.steps[].at"), OrderingScope::Row), (40.0, 80.0));
    is_near(ends(&relations, ("$.steps[].at", "$.steps[].at"), OrderingScope::NextElement), (40.0, 80.0));
    is_near(ends(&relations, ("$.steps[].at", "$.closed"), OrderingScope::Row), (3000.0, 4200.0));
    assert!(order(&relations, ("$.opened", "$.closed"), OrderingScope::Row).is_some());
}

/// Catches a distance of the ends that is told of all rows: those with steps are an hour or so longer, and are made by way
/// of these.
#[test]
fn ends_are_apart_as_where_nothing_lies_between() {
    let parcel = |index: u64| {
        let sent = draw(1, index, 300 * 86_400);
        let mut at = sent;
        let n_scans = if index.is_multiple_of(2) { 0 } else { 1 + draw(2, index, 3) };
        let scans: Vec<Value> = (0..n_scans.cast_unsigned())
            .map(|scan| {
                at += 40_000 + draw(3 + scan, index, 40_000);
                json!({"at": moment(at)})
            })
            .collect();
        json!({"sent": moment(sent), "scans": scans, "received": moment(at + 600 + draw(9, index, 600))})
    };
    let relations = profile(&(0..900).map(parcel).collect::<Vec<_>>()).relations;
    let (low, high) = ends(&relations, ("$.sent", "$.received"), OrderingScope::Row);
    assert!(low >= 590.0 && high <= 1210.0, "{low} {high}");
}

/// Nights of a stay: the first is the day of arrival, each other one the day after, departure the day after the last.
#[test]
fn one_distance_is_told() {
    let date = |day: i64| moment(day * 86_400)[..10].to_owned();
    let stay = |index: u64| {
        let arrival = draw(1, index, 300);
        let n = 1 + draw(2, index, 4);
        let nights: Vec<Value> = (0..n).map(|night| json!({"date": date(arrival + night)})).collect();
        json!({"arrival": date(arrival), "nights": nights, "departure": date(arrival + n)})
    };
    let relations = profile(&(0..300).map(stay).collect::<Vec<_>>()).relations;
    let only = |paths: (&str, &str), scope: OrderingScope| {
        let gap = order(&relations, paths, scope).and_then(|found| found.gap.as_ref());
        let repeated = &gap.unwrap_or_else(|| panic!("{paths:?} has no gap")).repeated;
        assert_eq!(repeated.len(), 1, "{repeated:?}");
        repeated[0].0.approximate()
    };
    let day = 86_400.0;
    assert!((only(("$.nights[].date", "$.nights[].date"), OrderingScope::NextElement) - day).abs() < 1.0);
    assert!((only(("$.nights[].date", "$.departure"), OrderingScope::Row) - day).abs() < 1.0);
    assert!(only(("$.arrival", "$.nights[].date"), OrderingScope::Row).abs() < 1.0);
}

/// With a step in every row the order of the ends follows: catches one that is told twice.
#[test]
fn orders_that_follow_are_left_out() {
    let with_steps = |index: &u64| !chat(*index)["steps"][0].is_null();
    let records: Vec<Value> = (0..900).filter(with_steps).map(chat).collect();
    let relations = profile(&records).relations;
    assert!(order(&relations, ("$.opened", "$.closed"), OrderingScope::Row).is_none());
    assert!(order(&relations, ("$.steps[].at", "$.closed"), OrderingScope::Row).is_some());
}
