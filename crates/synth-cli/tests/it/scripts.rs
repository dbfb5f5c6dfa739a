//! Scripts of rule files: values and checks.

use serde_json::Value;

use crate::folder::{Folder, fixture};

fn shop() -> Folder {
    let folder = Folder::with("ruleset.yaml", fixture("plugins/shop.yaml"));
    for name in ["custom_sku.rhai", "order_total.rhai"] {
        folder.write(name, fixture(&format!("plugins/{name}")));
    }
    folder
}

#[test]
fn scripts_run_only_when_they_may() {
    let folder = shop();
    folder.refused(
        &["generate", "-n", "5"],
        &["plugins/not-allowed", "custom_sku.rhai", "hint: ", "--allow-plugins"],
    );
    let made = |args: &[&str]| {
        folder.done(&[&["generate", "-n", "9000", "-o", "-", "--allow-plugins"], args].concat()).stdout
    };
    let whole = made(&["--parallel", "1"]);
    assert!(made(&["--parallel", "2"]) == whole);
    assert!([made(&["--range", "0..4099"]), made(&["--range", "4099..9000"])].concat() == whole);
    for line in String::from_utf8(whole).unwrap().lines().take(500) {
        let record: Value = serde_json::from_str(line).unwrap();
        for item in record["items"].as_array().unwrap() {
            let parts: Vec<&str> = item["sku"].as_str().unwrap().split('-').collect();
            assert!(["SHO", "BAG", "HAT"].contains(&parts[0]) && ["RED", "BLU", "BLK"].contains(&parts[2]));
            assert!((1000..=9999).contains(&parts[1].parse::<u32>().unwrap()));
        }
    }
}

#[test]
fn validators_find_what_is_wrong() {
    let folder = shop();
    folder.done(&["generate", "-n", "300", "-o", "real.jsonl", "--allow-plugins"]);
    let good = folder.text("real.jsonl");
    let validate = |args: &[&str]| {
        let all = [
            "validate",
            "--real",
            "real.jsonl",
            "--synthetic",
            "made.jsonl",
            "--rules",
            "ruleset.yaml",
            "--force",
        ];
        folder.synth(&[&all, args].concat())
    };
    folder.write("made.jsonl", &good);
    let run = validate(&["--allow-plugins"]);
    assert!(run.code == Some(0) && run.stderr.contains("plugins     passed (300 checked)"), "{}", run.stderr);
    let run = validate(&[]);
    assert!(run.stderr.contains("plugins     not checked"), "{}", run.stderr);
    let bad: String = good
        .lines()
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            if record["id"].as_u64().unwrap() <= 7 {
                record["amount"] = (record["amount"].as_f64().unwrap() + 1.5).into();
            }
            record.to_string() + "\n"
        })
        .collect();
    folder.write("made.jsonl", bad);
    let run = validate(&["--allow-plugins"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("plugins     FAILED (7 of 300)"), "{}", run.stderr);
    assert!(run.stderr.contains("the amount is not the sum of price times quantity"), "{}", run.stderr);
    folder.write("order_total.rhai", "fn validate_record(record) {\n    record.amount.nothing()\n}");
    let run = validate(&["--allow-plugins"]);
    assert!(run.code == Some(2) && run.stderr.contains("order_total.rhai:2:"), "{}", run.stderr);
}

#[test]
fn mistakes_of_scripts_name_script_line_and_path() {
    let folder = shop();
    let args = ["generate", "-n", "50", "--allow-plugins"];
    folder
        .write("custom_sku.rhai", "fn generate(rng, config) {\n    config.prefixes[rng.integer(2, 4)]\n}\n");
    folder.refused(&args, &["plugins/failed", "custom_sku.rhai:2:", "at $.items[].sku", "record "]);
    folder.write("custom_sku.rhai", "fn generate(rng, config) {\n    rng.integer(\n}\n");
    folder.refused(&args, &["plugins/bad-script", "custom_sku.rhai:3:"]);
    folder.write("custom_sku.rhai", "fn generate(rng, config) { 12 }\n");
    folder.refused(&args, &["plugins/failed", "a whole number for a field of type `string`"]);
    folder.write("custom_sku.rhai", "fn generate(rng, config) {\n    loop { let x = 1; }\n}\n");
    folder.refused(&args, &["plugins/failed", "too many operations"]);
    std::fs::remove_file(folder.path().join("custom_sku.rhai")).unwrap();
    folder.refused(&args, &["custom_sku.rhai"]);
}
