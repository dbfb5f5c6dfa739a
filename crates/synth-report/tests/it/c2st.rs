//! The classifier that tells real rows from synthetic ones.

use serde_json::{Value, json};
use synth_core::Findings;
use synth_privacy::Gate;
use synth_profile::profile::SampleLayout;
use synth_profile::{FinishConfig, SampleTables, finish};
use synth_report::{CompareContext, Distinguished, compare};

use crate::feed::{K, draw, profile};

/// Rows in which two fields hang together, and an array of its own.
fn rows(from: u64, n: u64) -> Vec<Value> {
    let row = |i: u64| {
        let weight = 1 + draw(i, 1, 50);
        let lines: Vec<Value> =
            (0..1 + draw(i, 4, 3)).map(|line| json!({"n": draw(i + line, 5, 9)})).collect();
        json!({"id": i - from, "weight": weight, "price": 4 * weight + draw(i, 2, 9), "kind": format!("k{}", draw(i, 3, 5)), "lines": lines})
    };
    (from..from + n).map(row).collect()
}

fn told(real: &[Value], synthetic: &[Value], holdout: Option<&[Value]>) -> Distinguished {
    let (mut real, made) = (profile(real), profile(synthetic));
    let config = FinishConfig { source: None, layout: SampleLayout::JsonLines, gate: Gate::new(K) };
    let (learned, _) = finish(&mut real, &Findings::default(), &config);
    let tables = |partial| SampleTables::of(partial, &learned);
    let fresh = holdout.map(profile);
    let fresh = fresh.as_ref().map(tables);
    let context = CompareContext { gate: Gate::new(K), rules: None };
    let comparison =
        compare(&real, &made, &context).with_classifier(&tables(&real), &tables(&made), fresh.as_ref());
    comparison.distinguished.into_iter().next().unwrap()
}

/// Catches a classifier that knows rows by their number, and a floor that keeps what hangs together.
#[test]
fn fresh_rows_cannot_be_told_apart_and_shuffled_ones_can() {
    let told = told(&rows(0, 900), &rows(10_000, 900), None);
    assert!((0.43..0.57).contains(&told.synthetic.auc), "{told:?}");
    assert!((0.40..0.60).contains(&told.ceiling.auc), "{told:?}");
    assert!(told.floor.auc > 0.8 && told.floor.score < 0.4, "{told:?}");
    assert!(!told.has_holdout && told.n_rows == 900);
    assert!(
        told.synthetic.interval[0] < told.synthetic.auc && told.synthetic.auc < told.synthetic.interval[1]
    );
}

/// Catches fields that are blamed though others give the rows away.
#[test]
fn what_gives_rows_away_is_named() {
    let mut made = rows(10_000, 900);
    let prices: Vec<Value> = made.iter().map(|row| row["price"].clone()).collect();
    for (at, row) in made.iter_mut().enumerate() {
        row["price"] = prices[(at + 400) % 900].clone();
    }
    let told = told(&rows(0, 900), &made, Some(&rows(50_000, 900)));
    assert!(told.synthetic.auc > 0.85 && told.has_holdout, "{told:?}");
    assert!((0.43..0.57).contains(&told.ceiling.auc), "{told:?}");
    let mut named: Vec<&str> = told.gives_away.iter().take(2).map(|field| field.path.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["$.price", "$.weight"]);
}
