//! Relations of more records than the sample of records holds.

use std::fmt::Write as _;

use crate::folder::Folder;

/// 40,000 orders in which one number of 39,999 is given twice, and sums that are off in one.
fn many() -> String {
    (0..40_000_u64).fold(String::new(), |mut text, index| {
        let number = if index == 30_500 { 7 } else { index };
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
    assert!(run.stderr.contains("tested on 40000 records"), "{}", run.stderr);
    assert!(run.stderr.contains("$.order_id would be a key but for 1 row"), "{}", run.stderr);
    let profile = folder.json("profile.json");
    assert_eq!(profile["relations"]["covers_all_records"], true);
    let sum = &profile["relations"]["arithmetic"][0];
    assert_eq!(sum["evidence"], serde_json::json!({"n_rows": 40_000, "n_holding": 39_999}));
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
