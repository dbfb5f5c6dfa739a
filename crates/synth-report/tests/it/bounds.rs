//! Where the quality stands between shuffled fields and fresh real data.

use serde_json::{Value, json};
use synth_profile::Unit;

use crate::feed::{Known, draw};

/// Readings of which `b` follows `a`, and `kind` follows both.
fn readings(from: u64, n: u64) -> Vec<Value> {
    let reading = |i: u64| {
        let a = draw(i, 1, 1000);
        json!({"a": a, "b": 3 * a + draw(i, 2, 200), "kind": format!("k{}", a / 250), "free": draw(i, 3, 500)})
    };
    (from..from + n).map(reading).collect()
}

fn shuffled(mut records: Vec<Value>) -> Vec<Value> {
    for (salt, key) in ["a", "b", "kind", "free"].into_iter().enumerate() {
        let mut order: Vec<usize> = (0..records.len()).collect();
        order.sort_by_key(|at| draw(*at as u64, 50 + salt as u64, u64::MAX));
        let values: Vec<Value> = order.iter().map(|at| records[*at][key].clone()).collect();
        records.iter_mut().zip(values).for_each(|(record, value)| record[key] = value);
    }
    records
}

/// Catches a floor that keeps dependence, a ceiling that forgets chance, and an interval of another size: each is held
/// against data of which it speaks.
#[test]
fn floor_ceiling_and_interval_are_those_of_data() {
    let known = Known::new(Unit::Record, &readings(0, 2000));
    let judged = |records: &[Value]| {
        let (comparison, tables) = known.compare(records);
        let comparison = comparison.with_bounds(&tables[0], &tables[1]);
        (comparison.quality.score, comparison.bounds.unwrap())
    };
    let others: Vec<f64> = (1..9).map(|at| judged(&readings(at * 10_000, 2000)).0).collect();
    let mean = others.iter().sum::<f64>() / 8.0;
    let (score, bounds) = judged(&readings(10_000, 2000));
    assert!((bounds.ceiling - mean).abs() < 0.01, "{} {mean}", bounds.ceiling);
    let spread = others.iter().fold(0.0_f64, |most, other| most.max((other - mean).abs()));
    let width = (bounds.interval[1] - bounds.interval[0]) / 2.0;
    assert!((0.3 * spread..6.0 * spread).contains(&width), "{width} {spread}");
    assert!(bounds.interval[0] <= score && score <= bounds.interval[1]);
    let (floor, _) = judged(&shuffled(readings(90_000, 2000)));
    assert!((bounds.floor - floor).abs() < 0.02, "{} {floor}", bounds.floor);
    assert!(bounds.place(floor).unwrap() < 0.1 && bounds.place(mean).unwrap() > 0.9);
}

/// Without anything that hangs together there is no way to go.
#[test]
fn independent_fields_leave_no_room() {
    let records = |from: u64| -> Vec<Value> {
        (from..from + 1000).map(|i| json!({"x": draw(i, 1, 900), "y": draw(i, 2, 900)})).collect()
    };
    let (comparison, tables) = Known::new(Unit::Record, &records(0)).compare(&records(5000));
    let bounds = comparison.with_bounds(&tables[0], &tables[1]).bounds.unwrap();
    assert!(bounds.place(0.9).is_none() && bounds.floor > 0.9, "{bounds:?}");
}
