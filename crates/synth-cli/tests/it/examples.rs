//! Every rule file in the documentation, and those of the fixtures, can be followed.

use serde_json::Value;

use crate::folder::{Folder, doc, fixture};

/// The blocks of a page that are written in one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            Some(block) if line == "```" => {
                blocks.push(std::mem::take(block));
                open = None;
            }
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None if line == format!("```{language}") => open = Some(String::new()),
            None => {}
        }
    }
    blocks
}

#[test]
fn examples_of_the_rule_reference_run() {
    let page = doc("rules.md");
    let files: Vec<String> =
        blocks(&page, "yaml").into_iter().filter(|block| block.starts_with("version: 2")).collect();
    assert!(files.len() >= 20, "{}", files.len());
    for file in files {
        let folder = Folder::with("example.yaml", &file);
        folder
            .write("code.rhai", "fn generate(rng, config) { config.letter + digits(rng.integer(0, 99), 2) }");
        folder.write("total.rhai", "fn validate_record(record) { true }");
        let args =
            ["generate", "--rules", "example.yaml", "-n", "5", "-o", "-", "--allow-plugins", "--llm", "off"];
        let run = folder.synth(&args);
        assert_eq!(run.code, Some(0), "{file}\n{}", run.stderr);
        for line in String::from_utf8(run.stdout).unwrap().lines().filter(|line| line.starts_with('{')) {
            let record: Value = serde_json::from_str(line).unwrap();
            assert!(record.is_object(), "{file}");
        }
        let run = folder.synth(&["scenario", "check", "--rules", "example.yaml"]);
        assert_eq!(run.code, Some(0), "{file}\n{}", run.stderr);
    }
}

/// Every generator has a section of the reference with an example.
#[test]
fn every_generator_is_documented() {
    let page = doc("rules.md");
    let examples = blocks(&page, "yaml").concat();
    for name in synth_rules::Generator::NAMES {
        assert!(examples.contains(&format!("generator: {name}")), "{name}");
        assert!(page.contains(&format!("| [`{name}`]")) || page.contains(&format!(", [`{name}`]")), "{name}");
    }
}

/// Written without a sample: references hold, totals add up, and one article has one price.
#[test]
fn the_order_system_fits_together() {
    let folder = Folder::with("ruleset.yaml", fixture("rules/order_system.yaml"));
    let made: Value =
        serde_json::from_slice(&folder.done(&["generate", "-n", "2000", "-o", "-"]).stdout).unwrap();
    let set = |table: &str, key: &str| -> std::collections::BTreeSet<String> {
        made[table].as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    let (customers, articles) = (set("customers", "id"), set("products", "sku"));
    assert_eq!((customers.len(), articles.len()), (600, 25));
    let mut price_of: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    let cents = |value: &Value| synth_core::cast::round_to_u64(value.as_f64().unwrap() * 100.0);
    for order in made["orders"].as_array().unwrap() {
        assert!(customers.contains(order["customer_id"].as_str().unwrap()));
        let mut total = 0;
        for item in order["items"].as_array().unwrap() {
            let sku = item["sku"].as_str().unwrap();
            assert!(articles.contains(sku));
            let price = cents(&item["price"]);
            assert_eq!(*price_of.entry(sku.to_owned()).or_insert(price), price, "{sku}");
            total += price * item["quantity"].as_u64().unwrap();
        }
        assert_eq!(cents(&order["total"]), total);
        let payment = &order["payment"];
        assert_eq!(payment.get("iban").is_some(), payment["type"] == "transfer");
        assert_eq!(payment.get("last4").is_some(), payment["type"] == "card");
    }
}

#[test]
fn a_sensor_stays_where_it_is() {
    let folder = Folder::with("ruleset.yaml", fixture("rules/iot_sensors.yaml"));
    let text = String::from_utf8(folder.done(&["generate", "-n", "3000", "-o", "-"]).stdout).unwrap();
    let mut known: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let device = &record["device"];
        assert_eq!(record.get("fault").is_some(), record["status"] == "fault");
        if let Some(place) = device.get("place") {
            let seen = format!("{place} {}", device["firmware"]);
            let id = device["id"].to_string();
            assert_eq!(*known.entry(id).or_insert_with(|| seen.clone()), seen);
        }
    }
    assert!(known.len() > 70);
}
