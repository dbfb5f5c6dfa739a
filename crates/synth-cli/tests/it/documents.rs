//! Documents: how many elements their collections get, and what is said of them.

use serde_json::{Value, json};

use crate::folder::{Folder, shared};

/// A document of a trade: orders with their lines, and small tables beside them.
fn trade() -> String {
    let rows = |n: usize, row: fn(usize) -> Value| (0..n).map(row).collect::<Vec<Value>>();
    let letter = |i: usize| char::from(b'A' + u8::try_from(i % 26).unwrap());
    let document = json!({
        "regions": rows(6, |i| json!({"code": format!("{}{}", char::from(b'K' + u8::try_from(i).unwrap()), i % 2)})),
        "channels": {"11": "web", "12": "shop", "13": "phone"},
        "customers": (0..60).map(|i| json!({"id": format!("{}{}{}{}", letter(i), letter(i * 7), letter(i * 11), letter(i * 3))})).collect::<Vec<_>>(),
        "orders": rows(200, |i| json!({"id": i + 1, "paid": i % 3 == 0})),
        "lines": rows(500, |i| json!({"order": i % 200 + 1, "quantity": i % 9 + 1})),
        "flags": ["a", "b"],
    });
    document.to_string()
}

fn sizes(folder: &Folder, args: &[&str]) -> Vec<usize> {
    folder.done(&[&["generate", "--force"], args].concat());
    let made = folder.json("synthetic.json");
    let size = |name: &str| match &made[name] {
        Value::Object(members) => members.len(),
        other => other.as_array().unwrap().len(),
    };
    ["regions", "channels", "customers", "orders", "lines", "flags"].map(size).to_vec()
}

#[test]
fn small_tables_keep_their_size() {
    let folder = Folder::with("trade.json", trade());
    let said = folder.done(&["profile", "trade.json"]).stderr;
    assert!(said.starts_with("trade.json: JSON document, 1 record, 500 elements of $.lines[]\n"), "{said}");
    assert_eq!(sizes(&folder, &[]), [6, 3, 60, 200, 500, 2]);
    assert_eq!(sizes(&folder, &["--scale", "20"]), [6, 3, 1200, 4000, 10_000, 2]);
    assert_eq!(sizes(&folder, &["-n", "250"]), [6, 3, 30, 100, 250, 2]);
    assert_eq!(sizes(&folder, &["--scale", "2", "--count", "$.orders[*]=5"]), [6, 3, 120, 5, 1000, 2]);
    let said = folder.done(&["generate", "--count", "$.lines[]=8", "-o", "eight.json"]).stderr;
    assert!(said.starts_with("1 record, 8 elements of $.lines[], "), "{said}");
}

#[test]
fn counts_of_other_paths_are_refused() {
    let folder = Folder::with("trade.json", trade());
    folder.done(&["profile", "trade.json"]);
    let all = "$.regions[], $.channels.*, $.customers[], $.orders[], $.lines[], $.flags[]";
    folder.refused(&["generate", "--count", "$.order[]=5"], &["gen/not-a-collection", "at $.order[]", all]);
    folder.refused(&["generate", "--count", "$.orders[]"], &["PATH=N"]);
    folder.refused(&["generate", "--count", "$.orders[]=-1"], &["whole number"]);
}

#[test]
fn a_real_document_of_tables_grows_twentyfold() {
    let Some(path) = shared("data/northwind.json") else { return };
    let folder = Folder::with("northwind.json", std::fs::read(path).unwrap());
    folder.done(&["profile", "northwind.json"]);
    let said = folder.done(&["generate", "--scale", "20"]).stderr;
    assert!(said.contains("43100 elements of $.order_details[]"), "{said}");
}

/// Names what is made, so that a run can be repeated.
#[test]
fn a_dry_run_tells_its_seed() {
    let folder = Folder::with("trade.json", trade());
    let said = folder.synth(&["dryrun", "--input", "trade.json", "--seed", "7", "-n", "50"]).stderr;
    assert!(said.contains("\ndry run: 1 record, 50 elements of $.lines[], seed 7\n"), "{said}");
    let folder = Folder::with_sample("shop_orders.jsonl");
    let said = folder.synth(&["dryrun", "--input", "shop_orders.jsonl"]).stderr;
    assert!(said.contains("\ndry run: 400 records, seed 42\n"), "{said}");
}

#[test]
fn a_document_without_collections_says_that_n_does_nothing() {
    let folder = Folder::with("config.json", "{\n\"port\": 80,\n\"tags\": [\"a\"]\n}\n");
    folder.done(&["profile", "config.json"]);
    let said = folder.done(&["generate", "-n", "5"]).stderr;
    assert!(said.contains("-n and --scale change nothing"), "{said}");
    assert!(!folder.done(&["generate", "--force"]).stderr.contains("change nothing"));
}
