//! Fields of several types, null among them, that follow from others: learned, made and checked.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::drawn::draw;
use crate::folder::Folder;

/// Messages: where they go is of the type of their channel, and what happened to them hangs on their state.
fn message(row: u64) -> Value {
    let channel = match draw(row, 1, 12) {
        0..5 => "email",
        5..8 => "sms",
        8..11 => "push",
        _ => "webhook",
    };
    let to = match channel {
        "email" => json!(format!("desk{}", draw(row, 2, 40))),
        "sms" => json!(1_000_000 + draw(row, 2, 9_000_000)),
        "push" => Value::from(vec!["a"; 1 + usize::from(draw(row, 2, 2) == 1)]),
        _ => json!({"url": format!("/{}", draw(row, 2, 3)), "retries": draw(row, 3, 6)}),
    };
    let state = match draw(row, 4, 5) {
        0..3 => "sent",
        3 => "queued",
        _ => "failed",
    };
    let sent = if state == "queued" { Value::Null } else { json!(draw(row, 5, 90)) };
    let failure = if state == "failed" { json!({"code": 500 + draw(row, 6, 4)}) } else { Value::Null };
    let cost = if state == "queued" { Value::Null } else { json!(draw(row, 7, 3)) };
    json!({"channel": channel, "to": to, "state": state, "sent": sent, "failure": failure, "cost": cost})
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// How often which types come with which tags.
fn shapes(records: &[Value]) -> BTreeMap<[String; 3], usize> {
    let mut shapes = BTreeMap::new();
    for record in records {
        let of_channel = format!("{} {}", record["channel"], type_of(&record["to"]));
        let types = ["sent", "failure", "cost"].map(|key| type_of(&record[key])).join(" ");
        for (what, shape) in [("to", of_channel), ("state", format!("{} {types}", record["state"]))] {
            *shapes.entry([what.to_owned(), shape, String::new()]).or_insert(0) += 1;
        }
    }
    shapes
}

/// Catches types that are drawn without their tag, tags that see parts of objects that are not there, and nulls that
/// rules of presence draw apart from the tag.
#[test]
fn types_follow_their_tags_and_tags_keep_their_shares() {
    let records: Vec<Value> = (0..2400).map(message).collect();
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let folder = Folder::with("messages.jsonl", lines);
    folder.done(&["profile", "messages.jsonl"]);
    let run = folder.done(&["generate", "-o", "made.jsonl"]);
    assert!(!run.stderr.contains("not kept"), "{}", run.stderr);
    let made: Vec<Value> =
        folder.text("made.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (real, made) = (shapes(&records), shapes(&made));
    assert_eq!(real.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (shape, n) in &real {
        // Five standard errors of a count, or nearly.
        let slack = 5.0 * (*n as f64).sqrt() + 10.0;
        assert!((made[shape] as f64 - *n as f64).abs() < slack, "{shape:?}: {} instead of {n}", made[shape]);
    }
    let told = folder.done(&["explain", "$.to", "--rules", "ruleset.yaml"]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("its type depends on the value of $.channel"), "{told}");
}

/// The country of an order follows from its customer, and whether there is a region from the country: catches a tag that has
/// a say in which customers have how many orders, those without any among them.
#[test]
fn a_tag_that_follows_from_a_key_leaves_the_references_alone() {
    let countries = ["NO", "US", "CA", "FR"];
    let country = |customer: u64| countries[usize::try_from(customer % 4).unwrap()];
    let customers: Vec<Value> = (0..60).map(|at| json!({"id": format!("C{:04}", 1000 + 13 * at)})).collect();
    let order = |row: u64| {
        // The last ten have no orders, the first many.
        let customer = draw(row, 1, 50).min(draw(row, 2, 50));
        let land = country(customer);
        let region = if matches!(land, "US" | "CA") {
            json!(format!("{land}{}", draw(customer, 3, 3)))
        } else {
            Value::Null
        };
        json!({"no": row + 1, "customer": customers[usize::try_from(customer).unwrap()]["id"], "country": land, "region": region})
    };
    let orders: Vec<Value> = (0..900).map(order).collect();
    let folder = Folder::with("shop.json", json!({"customers": customers, "orders": orders}).to_string());
    folder.done(&["profile", "shop.json"]);
    folder.done(&["generate", "-o", "made.json"]);
    let made = folder.json("made.json");
    let counts = |shop: &Value| {
        let of = |customer: &Value| {
            let orders = shop["orders"].as_array().unwrap().iter();
            orders.filter(|order| order["customer"] == customer["id"]).count()
        };
        let mut counts: Vec<usize> = shop["customers"].as_array().unwrap().iter().map(of).collect();
        counts.sort_unstable();
        counts
    };
    let (made, real) = (counts(&made), counts(&json!({"customers": customers, "orders": orders})));
    let n_zeros = |counts: &[usize]| counts.iter().filter(|n| **n == 0).count();
    assert!(n_zeros(&made).abs_diff(n_zeros(&real)) <= 1, "{made:?} {real:?}");
    assert!(made.last().unwrap().abs_diff(*real.last().unwrap()) <= 3, "{made:?} {real:?}");
}
