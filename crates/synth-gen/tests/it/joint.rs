//! The joint model: fields that hang together while the rules say how each is distributed.

use serde_json::{Value, json};
use synth_gen::Plan;

use crate::collect::{lines, modelled};

const N: u64 = 3000;

fn made(plan: &Plan) -> Vec<Value> {
    lines(plan, 0..N).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A field of two codes, for the lower and the upper half of its draw.
fn halves(path: &str, part: &str, features: &Value, nodes: &Value) -> Value {
    let half = |low: f64| json!({"value": {"kind": 0, "low": low, "high": low + 0.5}});
    json!({
        "path": path, "part": part, "presence": 1.0, "null_rate": 0.0, "shares": [1.0],
        "codes": ["absent", "null", half(0.0), half(0.5)],
        "features": features, "tree": {"nodes": nodes, "backoff": 0.0}, "floor": -1.0, "achieved": -0.5,
    })
}

/// Either half, equally often.
fn even() -> Value {
    json!([{"leaf": [[2, 50], [3, 50]]}])
}

/// The half that the feature has.
fn same() -> Value {
    let split = json!({"split": {"feature": 0, "split": {"below": 3}, "then": 1, "otherwise": 2}});
    json!([split, {"leaf": [[2, 50]]}, {"leaf": [[3, 50]]}])
}

const KIND_AND_SIZE: &str = "
version: 2
fields:
  $.kind: {type: enum, generator: categorical, params: {values: [a, b], probs: [0.5, 0.5]}}
  $.size: {type: integer, generator: quantile_sample, params: {quantiles: [0, 50, 100], values: [0, 100, 200]}}
";

fn kind_and_size() -> Value {
    let on_kind = json!([{"field": {"up": 0, "field": 0}}]);
    let fields =
        [halves("$.kind", "value", &json!([]), &even()), halves("$.size", "value", &on_kind, &same())];
    json!([{"path": "$", "fields": fields}])
}

fn share(records: &[Value], holds: impl Fn(&Value) -> bool) -> f64 {
    records.iter().filter(|record| holds(record)).count() as f64 / records.len() as f64
}

/// Shares of 3000 records have a standard error of 0.009; 0.04 is more than four of them. Catches fields that are drawn
/// by themselves, and marginal distributions that the model changes.
#[test]
fn a_field_follows_another_and_both_keep_their_distribution() {
    let plan = modelled(KIND_AND_SIZE, &kind_and_size(), N);
    let records = made(&plan);
    assert!((share(&records, |record| record["kind"] == "a") - 0.5).abs() < 0.04);
    assert!((share(&records, |record| record["size"].as_i64() < Some(50)) - 0.25).abs() < 0.04);
    for record in &records {
        let size = record["size"].as_i64().unwrap();
        assert!(if record["kind"] == "a" { size <= 100 } else { size >= 100 }, "{record}");
    }
    let cut = lines(&plan, 0..17) + &lines(&plan, 17..2000) + &lines(&plan, 2000..N);
    assert_eq!(cut, lines(&plan, 0..N));
}

/// Catches a model that holds values, or whose own shares win over those of an edited rule.
#[test]
fn what_a_person_edits_comes_out_and_still_hangs_together() {
    let edited = KIND_AND_SIZE.replace("[0.5, 0.5]", "[0.8, 0.2]").replace("[0, 100, 200]", "[7, 8, 1008]");
    let records = made(&modelled(&edited, &kind_and_size(), N));
    assert!((share(&records, |record| record["kind"] == "a") - 0.8).abs() < 0.04);
    let of_b: Vec<Value> = records.iter().filter(|record| record["kind"] == "b").cloned().collect();
    assert!(of_b.iter().all(|record| record["size"].as_i64() >= Some(8)));
    assert!(share(&records, |record| record["size"] == 7) > 0.2);
    assert!((share(&of_b, |record| record["size"].as_i64() > Some(508)) - 0.5).abs() < 0.1);
}

/// An element has the half of the element before it, so all of an array are alike. Catches elements that see those of
/// another array, and lengths that the model does not decide.
#[test]
fn elements_see_their_record_and_the_element_before() {
    let yaml = format!(
        "{KIND_AND_SIZE}  $.items[]: {{type: integer, generator: quantile_sample, \
         params: {{quantiles: [0, 50, 100], values: [0, 10, 20]}}}}\n\
         shape:\n  $.items[]: {{length: {{distribution: categorical, params: {{values: [2, 5], probs: [0.5, 0.5]}}}}}}\n"
    );
    let on_kind = json!([{"field": {"up": 0, "field": 0}}]);
    let first_or_same = json!([
        {"split": {"feature": 0, "split": {"below": 4}, "then": 1, "otherwise": 2}},
        {"split": {"feature": 0, "split": {"below": 3}, "then": 3, "otherwise": 4}},
        {"leaf": [[2, 50], [3, 50]]}, {"leaf": [[2, 50]]}, {"leaf": [[3, 50]]},
    ]);
    let tables = json!([
        {"path": "$", "fields": [
            halves("$.kind", "value", &json!([]), &even()), halves("$.items", "length", &on_kind, &same())]},
        {"path": "$.items[]", "fields": [
            halves("$.items[]", "value", &json!([{"previous": {"field": 0}}]), &first_or_same)]},
    ]);
    let plan = modelled(&yaml, &tables, N);
    let records = made(&plan);
    let is_low = |item: &Value| item.as_i64() < Some(10);
    let mut n_low = 0;
    for record in &records {
        let items = record["items"].as_array().unwrap();
        assert_eq!(items.len(), if record["kind"] == "a" { 2 } else { 5 });
        let is_middle = |item: &Value| item == 10;
        assert!(items.windows(2).all(|pair| {
            is_low(&pair[0]) == is_low(&pair[1]) || is_middle(&pair[0]) || is_middle(&pair[1])
        }));
        n_low += u32::from(is_low(&items[0]));
    }
    assert!((f64::from(n_low) / N as f64 - 0.48).abs() < 0.05);
    assert_eq!(lines(&plan, 0..40) + &lines(&plan, 40..N), lines(&plan, 0..N));
}

/// What is computed from a field, or goes with it in a table, sees the value that the model drew.
#[test]
fn relationships_hold_on_what_the_model_draws() {
    let yaml = format!(
        "{KIND_AND_SIZE}  $.double: {{type: integer, generator: quantile_sample, \
         params: {{quantiles: [0, 100], values: [0, 400]}}}}\n  \
         $.name: {{type: enum, generator: categorical, params: {{values: [Anna, Bert], probs: [0.5, 0.5]}}}}\n\
         relationships:\n\
         - {{type: arithmetic, target: $.double, operation: sum, terms: [{{path: $.size, factor: 2}}]}}\n\
         - {{type: functional_dep, lhs: [$.kind], rhs: [$.name]}}\n\
         - {{type: value_table, paths: [$.kind, $.name], rows: [{{values: [a, Anna], weight: 5}}, {{values: [b, Bert], weight: 5}}]}}\n"
    );
    for record in made(&modelled(&yaml, &kind_and_size(), N)) {
        let size = record["size"].as_i64().unwrap();
        assert_eq!(record["double"].as_i64(), Some(2 * size));
        assert_eq!(record["name"], if record["kind"] == "a" { "Anna" } else { "Bert" });
        assert!(if record["kind"] == "a" { size <= 100 } else { size >= 100 }, "{record}");
    }
}

/// Presence and nulls come from the model too, with the rates of the rules.
#[test]
fn presence_follows_another_field() {
    let yaml = KIND_AND_SIZE.replace("$.size: {type", "$.size: {presence: 0.5, type");
    let mut tables = kind_and_size();
    let size = &mut tables[0]["fields"][1];
    size["presence"] = json!(0.5);
    // Codes 0 (absent) and 2: there with `a` only.
    size["tree"]["nodes"][2] = json!({"leaf": [[0, 50]]});
    let records = made(&modelled(&yaml, &tables, N));
    assert!(records.iter().all(|record| record.get("size").is_some() == (record["kind"] == "a")));
    let fewer = yaml.replace("presence: 0.5", "presence: 0.25");
    let records = made(&modelled(&fewer, &tables, N));
    assert!((share(&records, |record| record.get("size").is_some()) - 0.25).abs() < 0.04);
    assert!(records.iter().all(|record| record.get("size").is_none() || record["kind"] == "a"));
}

/// Numbers of an array move in small steps and end where they began; over all records they keep their distribution: a standard
/// error of 3000 starts is 0.009. Catches arrays that share a walk, rings that do not close, and elements that are not the same
/// when they are looked up in another part.
#[test]
fn numbers_walk_along_their_array() {
    let yaml = format!(
        "{KIND_AND_SIZE}  $.ring[]: {{type: number, generator: quantile_sample, \
         params: {{quantiles: [0, 100], values: [0, 1000]}}, constraints: {{decimals: 6}}}}\n\
         shape:\n  $.ring[]: {{length: {{distribution: categorical, params: {{values: [5, 30], probs: [0.5, 0.5]}}}}}}\n"
    );
    let mut ring = halves("$.ring[]", "value", &json!([]), &even());
    ring["walk"] = json!({"up": 0, "memory": 1e6, "closed": true});
    let tables = json!([{"path": "$", "fields": []}, {"path": "$.ring[]", "fields": [ring]}]);
    let plan = modelled(&yaml, &tables, N);
    let mut starts = Vec::new();
    for record in made(&plan) {
        let ring: Vec<f64> =
            record["ring"].as_array().unwrap().iter().map(|item| item.as_f64().unwrap()).collect();
        assert_eq!(ring[0].to_bits(), ring[ring.len() - 1].to_bits());
        // A step has a standard deviation of about 0.6.
        assert!(
            ring.windows(2)
                .all(|pair| (pair[0] - pair[1]).abs() < 6.0 && pair[0].to_bits() != pair[1].to_bits()),
            "{ring:?}"
        );
        starts.push(ring[0]);
    }
    for quarter in [250.0, 500.0, 750.0] {
        let share = starts.iter().filter(|start| **start < quarter).count() as f64 / starts.len() as f64;
        assert!((share - quarter / 1000.0).abs() < 0.04, "{share}");
    }
    assert_eq!(lines(&plan, 0..40) + &lines(&plan, 40..N), lines(&plan, 0..N));
}
