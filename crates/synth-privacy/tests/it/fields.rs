//! Recall, precision and type accuracy on a file of labelled fields that is kept outside the repository.

use std::path::PathBuf;

use serde_json::Value;
use synth_core::JsonPath;
use synth_privacy::{FieldEvidence, PathWords, PiiFinding, ValueForm, detect};

const FILE: &str = "data/pii_fields_dev.json";

#[expect(clippy::disallowed_methods, reason = "the folder of outside data is given by the environment")]
fn read_fields() -> Option<Value> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let folder = std::env::var("SYNTH_SHARED").map_or(beside, PathBuf::from);
    let text = std::fs::read_to_string(folder.join(FILE)).ok()?;
    serde_json::from_str(&text).ok()
}

fn judge(field: &Value) -> Option<PiiFinding> {
    let words = PathWords::of(&JsonPath::parse(field["path"].as_str().unwrap()).unwrap());
    let values = field["values"].as_array().unwrap();
    let texts: Vec<String> =
        values.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
    let form = if values.iter().all(Value::is_number) { ValueForm::Number } else { ValueForm::Text };
    let counted: Vec<(&str, u64)> = texts.iter().map(|text| (text.as_str(), 1)).collect();
    let n = counted.len() as u64;
    detect(&FieldEvidence { words: &words, values: &counted, form, n_distinct: n, n_rows: n })
}

/// The label that a kind answers to.
fn label_of(finding: Option<PiiFinding>) -> &'static str {
    match finding.map(|finding| finding.kind.name()) {
        Some("person_name" | "given_name" | "family_name") => "name",
        Some("free_text") => "freetext_pii",
        Some(name) => name,
        None => "none",
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what the test is read for")]
fn labelled_fields_are_found() {
    let Some(file) = read_fields() else {
        println!("SKIPPED: {FILE} is not there; set SYNTH_SHARED to its folder");
        return;
    };
    let (mut hits, mut typed, mut positives, mut claims) = (0.0, 0.0, 0.0, 0.0);
    for field in file.as_array().unwrap() {
        let finding = judge(field);
        let (label, found) = (field["label"].as_str().unwrap(), label_of(finding));
        let (share, reason) = finding.map_or((0.0, ""), |finding| (finding.share.get(), finding.reason));
        let mark = if label == found { ' ' } else { '!' };
        println!("{mark} {label:13} {found:13} {share:.2} {:38} {reason}", field["path"].as_str().unwrap());
        positives += f64::from(u8::from(label != "none"));
        claims += f64::from(u8::from(found != "none"));
        hits += f64::from(u8::from(label != "none" && found != "none"));
        typed += f64::from(u8::from(label != "none" && found == label));
    }
    let (recall, precision, accuracy) = (hits / positives, hits / claims, typed / positives);
    println!("recall {recall:.3}, precision {precision:.3}, type accuracy {accuracy:.3}");
    assert!(recall >= 0.95 && precision >= 0.9 && accuracy >= 0.85);
}
