//! Whether lost dependence between fields is seen.

use serde_json::{Value, json};
use synth_core::{cast, hash};
use synth_report::Verdict;

use crate::feed::judge_pairs;

/// A number in 0..n that looks random.
fn draw(i: u64, salt: u64, n: u64) -> u64 {
    hash::mix(hash::combine(i, salt)) % n
}

/// Parcels: the price follows the weight, the carrier the country, and express ones have a driver; each has lines of
/// which the amount follows the kind.
fn parcels(from: u64, n: u64) -> Vec<Value> {
    let parcel = |i: u64| {
        let weight = draw(i, 1, 50);
        let country = ["NO", "SE", "DK"][cast::to_usize(draw(i, 2, 3))];
        let carrier = if country == "NO" { "nord" } else { ["blue", "sol"][cast::to_usize(draw(i, 3, 2))] };
        let line = |at: u64| {
            let kind = draw(i + 1000 * at, 4, 3);
            json!({"kind": format!("k{kind}"), "amount": 10 * kind + draw(i + at, 5, 4)})
        };
        let lines: Vec<Value> = (0..=draw(i, 6, 3)).map(line).collect();
        let mut record = json!({
            "weight": weight, "price": 3 * weight + draw(i, 7, 9), "country": country, "carrier": carrier,
            "express": draw(i, 8, 4) == 0, "lines": lines,
        });
        if record["express"] == json!(true) {
            record["driver"] = json!(format!("d{}", draw(i, 9, 20)));
        }
        record
    };
    (from..from + n).map(parcel).collect()
}

/// Gives every record the member of the record after it.
fn shifted(mut records: Vec<Value>, key: &str) -> Vec<Value> {
    let values: Vec<Value> = records.iter().map(|record| record[key].clone()).collect();
    for (index, record) in records.iter_mut().enumerate() {
        record[key] = values[(index + 1) % values.len()].clone();
    }
    records
}

#[test]
fn fresh_real_data_hang_together_as_before() {
    let pairs = judge_pairs(&parcels(0, 2000), &parcels(50_000, 1500));
    assert!(pairs.worst_first().is_empty(), "{:?}", pairs.worst_first());
    assert!(pairs.score > 0.98, "{}", pairs.score);
    let tables: Vec<&str> = pairs.tables.iter().map(|table| table.path.as_str()).collect();
    assert_eq!(tables, ["$", "$.lines[]"]);
}

/// Catches a comparison of marginal distributions only: those are the same.
#[test]
fn lost_dependence_is_named_first() {
    for (key, fellow) in [("price", "weight"), ("carrier", "country")] {
        let pairs = judge_pairs(&parcels(0, 2000), &shifted(parcels(50_000, 2000), key));
        let (table, worst) = pairs.worst_first()[0];
        let mut names = [worst.left, worst.right].map(|at| table.quantities[at].clone());
        names.sort();
        let mut wanted = [format!("$.{key}"), format!("$.{fellow}")];
        wanted.sort();
        assert_eq!(names, wanted);
        assert_eq!(worst.verdict, Verdict::Differs);
        assert!(worst.real > 0.5 && worst.synthetic < 0.1, "{worst:?}");
        assert!(pairs.score < 0.95, "{}", pairs.score);
    }
}

/// Catches rows of arrays that are not looked at, and fields that are there only where another one says so.
#[test]
fn elements_and_presence_are_compared() {
    let mut made = parcels(50_000, 2000);
    let mut kinds = Vec::new();
    for (index, record) in made.iter_mut().enumerate() {
        let has_driver = draw(cast::to_u64(index), 10, 4) == 0;
        record.as_object_mut().unwrap().shift_remove("driver");
        if has_driver {
            record["driver"] = json!("d1");
        }
        for line in record["lines"].as_array_mut().unwrap() {
            kinds.push(line["kind"].clone());
            line["kind"] = kinds[kinds.len() / 2].clone();
        }
    }
    let pairs = judge_pairs(&parcels(0, 2000), &made);
    let worst: Vec<String> = pairs
        .worst_first()
        .iter()
        .map(|(table, pair)| format!("{} {}", table.quantities[pair.left], table.quantities[pair.right]))
        .collect();
    assert!(worst.contains(&"$.lines[].kind $.lines[].amount".to_owned()), "{worst:?}");
    assert!(worst.contains(&"$.express $.driver".to_owned()), "{worst:?}");
}
