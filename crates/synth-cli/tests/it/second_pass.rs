//! Reading a sample again where it is too large for one look.

use std::fmt::Write as _;

use crate::folder::Folder;

/// Orders and payments that name one, more than a sample holds; `at` never falls.
fn stream(n: u64) -> String {
    let mix = synth_core::hash::mix;
    let code = |index: u64| format!("{:012x}", mix(index + 5) >> 16);
    let mut text = String::new();
    for index in 0..n {
        let line = if index % 3 == 2 {
            let order = 3 * (mix(index) % (1 + index / 3));
            format!(r#"{{"kind":"payment","order":"{}","at":{index}}}"#, code(order))
        } else {
            format!(r#"{{"kind":"order","code":"{}","at":{index}}}"#, code(index))
        };
        writeln!(text, "{line}").expect("a string takes all");
    }
    text
}

fn has_reference(folder: &Folder) -> bool {
    let relations = &folder.json("profile.json")["relations"];
    relations["references"].as_array().is_some_and(|found| found.len() == 1)
}

#[test]
fn large_files_are_read_twice_unless_asked_not_to() {
    let folder = Folder::new();
    folder.write("large.jsonl", stream(120_000).as_bytes());
    let twice = folder.done(&["profile", "large.jsonl"]);
    assert!(
        twice.stderr.contains("read twice") && twice.stderr.contains("120000 records"),
        "{}",
        twice.stderr
    );
    assert!(has_reference(&folder));
    assert_eq!(folder.json("profile.json")["relations"]["covers_all_records"], true);
    let rules = folder.text("ruleset.yaml");
    assert!(rules.contains("next_record: true"), "{rules}");
    let threads = folder.text("profile.json");
    folder.done(&["profile", "large.jsonl", "--parallel", "1", "--force"]);
    assert_eq!(folder.text("profile.json"), threads);

    let once = folder.done(&["profile", "large.jsonl", "--single-pass", "--force"]);
    assert!(once.stderr.contains("read once"), "{}", once.stderr);
    assert!(!has_reference(&folder));
    assert_eq!(folder.json("profile.json")["relations"]["covers_all_records"], false);
}

/// 60,000 orders in which one number of 59,999 is given twice, and sums that are off in one.
fn many() -> String {
    (0..60_000_u64).fold(String::new(), |mut text, index| {
        let number = if index == 30_502 { 7 } else { index };
        let (net, tax) = (index * 7919 % 1009, index * 104_729 % 97);
        let total = if index == 300 { 0 } else { net + tax };
        writeln!(
            text,
            r#"{{"order_id":{},"net":{net},"tax":{tax},"total":{total}}}"#,
            1_000_000 + number * 13
        )
        .unwrap();
        text
    })
}

fn files(folder: &Folder) -> Vec<Vec<u8>> {
    ["profile.json", "ruleset.yaml", "rule_hypotheses.json", "anomalies.json"]
        .map(|name| folder.bytes(name))
        .to_vec()
}

/// Catches a run that keeps what a part of the records suggests, and ways of reading that lead to other relations.
#[test]
fn every_way_to_read_files_tests_relations_on_all_records() {
    let folder = Folder::with("a.jsonl", many());
    let run = folder.done(&["profile", "a.jsonl", "--parallel", "1"]);
    assert!(run.stderr.contains("tested on 60000 records"), "{}", run.stderr);
    assert!(run.stderr.contains("$.order_id would be a key but for 1 row"), "{}", run.stderr);
    let profile = folder.json("profile.json");
    assert_eq!(profile["relations"]["covers_all_records"], true);
    let sum = &profile["relations"]["arithmetic"][0];
    assert_eq!(sum["evidence"], serde_json::json!({"n_rows": 60_000, "n_holding": 59_999}));
    assert_eq!(sum["exceptions"], serde_json::json!([{"source": 0, "row": 300}]));
    let anomalies = folder.json("anomalies.json");
    let broken = anomalies["anomalies"].as_array().unwrap().iter();
    let broken: Vec<_> = broken.map(|anomaly| (anomaly["kind"].clone(), anomaly["count"].clone())).collect();
    assert!(broken.contains(&("unique".into(), 1.into())), "{broken:?}");
    assert!(broken.contains(&("arithmetic".into(), 1.into())), "{broken:?}");
    let whole = files(&folder);
    for more in [
        &["--parallel", "2", "--chunk-size", "20000"][..],
        &["--checkpoint", "c", "--checkpoint-interval", "5000"],
        &["--cache", "--cache-dir", "kept"],
        &["--cache", "--cache-dir", "kept"],
    ] {
        folder.done(&[&["profile", "a.jsonl", "--force"], more].concat());
        assert_eq!(files(&folder), whole, "{more:?}");
    }
}

/// Catches partials that differ from reading once.
#[test]
fn what_is_read_once_says_so() {
    let folder = Folder::with("a.jsonl", many());
    let run = folder.done(&["profile", "a.jsonl", "--single-pass"]);
    assert!(run.stderr.contains("as seen in a part of the records"), "{}", run.stderr);
    assert_eq!(folder.json("profile.json")["relations"]["covers_all_records"], false);
    let once = files(&folder);
    folder.done(&["profile", "a.jsonl", "--partial", "-o", "p"]);
    let run = folder.done(&["profile", "finish", "p", "--force"]);
    assert!(run.stderr.contains("as seen in a part of the records"), "{}", run.stderr);
    assert_eq!(files(&folder), once);
}

/// Catches places that only large files get, that depend on threads, or that change the profile.
#[test]
fn small_files_are_read_again_for_places_alone() {
    let record = |index: u64| {
        let size = if index == 250 { "\"large\"".to_owned() } else { (index % 9).to_string() };
        let weight = if index == 77 { 90_000 } else { 10 + index % 40 };
        format!("{{\"size\": {size}, \"weight\": {weight}}}\n")
    };
    let folder = Folder::with("a.jsonl", (0..200).map(record).collect::<String>());
    folder.write("b.jsonl", (200..400).map(record).collect::<String>());
    folder.done(&["profile", "a.jsonl", "b.jsonl", "--single-pass"]);
    let once = folder.bytes("profile.json");
    for more in [&["--parallel", "1"][..], &["--parallel", "2", "--chunk-size", "500"]] {
        let run = folder.done(&[&["profile", "a.jsonl", "b.jsonl", "--force"], more].concat());
        assert!(!run.stderr.contains("without places"), "{}", run.stderr);
        assert_eq!(folder.bytes("profile.json"), once);
        let found = folder.json("anomalies.json");
        let places = |kind: &str| {
            let one = found["anomalies"].as_array().unwrap().iter().find(|one| one["kind"] == kind);
            one.unwrap_or_else(|| panic!("{kind}: {found}"))["places"].clone()
        };
        assert_eq!(places("rare_type"), serde_json::json!([{"record": 50, "source": 1}]));
        assert_eq!(places("outlier"), serde_json::json!([{"record": 77, "source": 0}]));
    }
}
