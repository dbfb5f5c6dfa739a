//! Strings that stand in few records stand in no file and in no message.

use std::path::Path;

use crate::folder::{Folder, sample, shared};

/// What is planted; each stands in one record.
const SECRETS: [&str; 10] = [
    "Wilhelmine Ottersbach",
    "Thaddeus Quimby",
    "w.ottersbach@kontor-quell.example",
    "+44 20 7946 0991",
    "please ring twice, the dog Brutus bites strangers and the key lies under the third flower pot",
    "impounded-by-customs",
    "zenobia.farquhar@rarebird.example",
    "tok_live_9fK2xQ7vLmP4sT8z",
    "Obersteinbach am Wald",
    "QX-000417-ZULU",
];

/// Puts each secret into a record of its own, far apart.
fn plant_orders(text: &str) -> String {
    let mut records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut at = records.iter_mut().skip(11).step_by(37);
    let mut put = |change: &dyn Fn(&mut serde_json::Value)| change(at.next().unwrap());
    put(&|order| order["customer"]["name"] = SECRETS[0].into());
    put(&|order| order["customer"]["name"] = SECRETS[1].into());
    put(&|order| order["customer"]["email"] = SECRETS[2].into());
    put(&|order| order["customer"]["phone"] = SECRETS[3].into());
    put(&|order| order["note"] = SECRETS[4].into());
    put(&|order| order["status"] = SECRETS[5].into());
    put(&|order| order["meta"][SECRETS[6]] = serde_json::json!({"variant": "A", "seen": 3}));
    put(&|order| order["token"] = SECRETS[7].into());
    put(&|order| order["address"]["city"] = SECRETS[8].into());
    put(&|order| order["items"][0]["sku"] = SECRETS[9].into());
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// Runs every command on a sample and looks for the secrets in all they wrote and said.
fn check(name: &str, sample: &[u8], secrets: &[String]) {
    let folder = Folder::with("sample", sample);
    let text = String::from_utf8_lossy(sample);
    assert!(secrets.iter().all(|secret| text.contains(secret.as_str())), "{name}: the secrets are planted");
    let made = "synthetic.data";
    let mut said = String::new();
    let commands: [&[&str]; 4] = [
        &["profile", "sample"],
        &["generate", "--out", made],
        &["validate", "--real", "sample", "--synthetic", made, "--rules", "ruleset.yaml"],
        &["dryrun", "--input", "sample", "--report", "dry.html"],
    ];
    for args in commands {
        let run = folder.synth(args);
        assert!(matches!(run.code, Some(0 | 1)), "{name}: {args:?}: {}", run.stderr);
        said.push_str(&run.stderr);
        said.push_str(&String::from_utf8_lossy(&run.stdout));
    }
    let mut files: Vec<(String, String)> = vec![("a message".to_owned(), said)];
    for file in folder.names().into_iter().filter(|file| file != "sample") {
        files.push((file.clone(), folder.text(&file)));
    }
    // The model stands in a file of its own where fields hang together.
    let n_models = files.iter().filter(|(file, _)| file == "ruleset.model.json").count();
    assert_eq!(files.len() - n_models, 11, "{name}: every file was looked at");
    let leaks: Vec<String> = files
        .iter()
        .flat_map(|(file, text)| secrets.iter().map(move |secret| (file, text, secret)))
        .filter(|(_, text, secret)| text.contains(secret.as_str()))
        .map(|(file, _, secret)| format!("{name}: `{secret}` stands in {file}"))
        .collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

fn owned(secrets: &[&str]) -> Vec<String> {
    secrets.iter().map(|secret| (*secret).to_owned()).collect()
}

#[test]
fn planted_strings_are_not_told() {
    let orders = plant_orders(&String::from_utf8(sample("shop_orders.jsonl")).unwrap());
    check("shop_orders.jsonl", orders.as_bytes(), &owned(&SECRETS));
}

/// Findings name a path, and a key of a dictionary may be as private as a value.
#[test]
fn findings_do_not_tell_keys() {
    let key = SECRETS[6];
    let twice = format!("\"meta\":{{\"{key}\":{{\"seen\":1}},\"{key}\":{{\"seen\":\"\\ud800\"}}");
    let orders = String::from_utf8(sample("shop_orders.jsonl")).unwrap();
    let (first, rest) = orders.split_once('\n').unwrap();
    let (before, _) = first.split_once("\"meta\":{").unwrap();
    let orders = format!("{before}{twice}}}}}\n{rest}");
    check("findings", orders.as_bytes(), &owned(&[key]));
}

/// A record that stops the work is not shown, and neither is its key.
#[test]
fn errors_do_not_tell_values() {
    let (key, value) = (SECRETS[6], SECRETS[7]);
    let folder = Folder::with("a.jsonl", format!("{{\"meta\":{{\"{key}\":[\"{value}\",]}}}}\n"));
    let run = folder.refused(&["profile", "a.jsonl"], &["error[io/bad-json]", "a.jsonl:1:"]);
    assert!(!run.stderr.contains(value) && !run.stderr.contains(key), "{}", run.stderr);
}

/// Replaces the first strings of some members, each in another record, by secrets.
fn plant_strings(value: &mut serde_json::Value, secrets: &mut Vec<String>, n_seen: &mut usize) {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            *n_seen += 1;
            if n_seen.is_multiple_of(401) && secrets.len() < 200 {
                *text = format!("{} {:03}", SECRETS[secrets.len() % SECRETS.len()], secrets.len());
                secrets.push(text.clone());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plant_strings(item, secrets, n_seen)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| plant_strings(member, secrets, n_seen));
        }
        _ => {}
    }
}

fn check_shared(path: &Path) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let (mut secrets, mut n_seen) = (Vec::new(), 0);
    let mut planted = |text: &str| {
        let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
        plant_strings(&mut value, &mut secrets, &mut n_seen);
        format!("{value}\n")
    };
    let sample: String =
        if name.ends_with(".jsonl") { text.lines().map(&mut planted).collect() } else { planted(&text) };
    assert!(secrets.len() > 20, "{name}: {} strings are planted", secrets.len());
    check(&name, sample.as_bytes(), &secrets);
}

#[test]
fn planted_strings_of_a_document_are_not_told() {
    if let Some(path) = shared("data/northwind.json") {
        check_shared(&path);
    }
}

#[test]
fn planted_strings_of_nested_records_are_not_told() {
    if let Some(path) = shared("data/synthea_fhir_resources.jsonl") {
        check_shared(&path);
    }
}

/// The keys of a dictionary are data even when nothing about one of them is personal.
#[test]
fn findings_name_no_key_of_a_dictionary() {
    let record = |i: u32| format!("{{\"by\":{{\"{}\":{{\"x\":1,\"x\":2}}}}}}\n", 7_300_100 + i);
    let folder = Folder::with("a.jsonl", (0..50).map(record).collect::<String>());
    for args in [&["profile", "a.jsonl"][..], &["dryrun", "--input", "a.jsonl"]] {
        let run = folder.done(args);
        assert!(run.stderr.contains("50 times") && run.stderr.contains("at $.by.*.x"), "{}", run.stderr);
        assert!(!run.stderr.contains("73001"), "{}", run.stderr);
    }
}
