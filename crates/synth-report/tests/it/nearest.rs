//! How near rows come to real ones.

use serde_json::{Value, json};
use synth_profile::Unit;
use synth_report::{FindingKind, Verdict};

use crate::feed::{Known, draw};

fn persons(from: u64, n: u64) -> Vec<Value> {
    let person = |i: u64| {
        json!({
            "height": 1400 + draw(i, 1, 600), "weight": 400 + draw(i, 2, 700), "income": draw(i, 3, 90_000),
            "city": format!("city {}", draw(i, 4, 30)), "since": 1950 + draw(i, 5, 70),
        })
    };
    (from..from + n).map(person).collect()
}

/// Every row of the real data, each number moved by a hair: no row and no text is a copy.
fn nearly(real: &[Value]) -> Vec<Value> {
    let moved = |row: &Value| {
        let mut row = row.clone();
        for key in ["height", "weight", "income"] {
            row[key] = json!(row[key].as_u64().unwrap() + 1);
        }
        row
    };
    real.iter().map(moved).collect()
}

/// Catches a measure of equal rows only, and one that takes the density of the data for copies.
#[test]
fn rows_that_are_nearly_real_ones_are_told() {
    let real = persons(0, 1500);
    let known = Known::new(Unit::Record, &real);
    let nearest = |synthetic: &[Value], holdout: Option<&[Value]>| {
        let (comparison, tables) = known.compare(synthetic);
        let fresh = holdout.map(|rows| known.compare(rows).1);
        comparison.with_classifier(&tables[0], &tables[1], fresh.as_ref().map(|tables| &tables[1])).nearest
    };
    let fresh = nearest(&persons(9000, 1500), None);
    assert_eq!(fresh[0].verdict, Verdict::Matches, "{fresh:?}");
    assert!((fresh[0].near - 0.05).abs() < 0.03 && fresh[0].nearer.is_none());
    let holdout = persons(20_000, 1500);
    let near = nearest(&nearly(&real), Some(&holdout));
    assert_eq!(near[0].verdict, Verdict::Differs);
    assert!(near[0].near > 0.6 && near[0].nearer > Some(0.6), "{near:?}");
    assert!(near[0].distance < 0.2 * near[0].fresh_distance && near[0].ratio < 0.2, "{near:?}");
    let [low, high] = nearest(&persons(9000, 1500), Some(&holdout))[0].nearer_interval.unwrap();
    assert!(low < 0.5 && 0.5 < high, "{low} {high}");
}

/// Rows of a look-up table stand in many records alike: they are no copies, though all of them are found again.
#[test]
fn what_many_rows_share_is_public() {
    let records = |from: u64| -> Vec<Value> {
        let parts = |i: u64| -> Vec<Value> {
            let part = |at: u64| json!({"name": format!("part {at}"), "price": 7 * at + 100, "unit": "piece", "group": at % 4});
            (0..3).map(|place| part(draw(i + place, 6, 25))).collect()
        };
        (from..from + 600).map(|i| json!({"at": draw(i, 7, 100_000), "parts": parts(i)})).collect()
    };
    let report = Known::new(Unit::Record, &records(0)).validate(&records(7000));
    let parts = report.row_copies.iter().find(|copies| copies.path == "$.parts[]").unwrap();
    assert_eq!((parts.n_copies, parts.verdict), (0, Verdict::Matches), "{parts:?}");
    assert!(report.findings.iter().all(|finding| finding.kind != FindingKind::CopiedRows));
}
