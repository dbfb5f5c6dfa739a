//! From a sample to a report, on every kind of sample.

use crate::folder::Folder;

fn check(sample: &str, made: &str, n: &str) {
    let folder = Folder::with_sample(sample);
    folder.done(&["profile", sample]);
    folder.done(&["generate", "-n", n]);
    let run = folder.done(&["validate", "--real", sample, "--synthetic", made, "--rules", "ruleset.yaml"]);
    for said in ["schema      passed", "structure   passed", "uniqueness  passed", "report.html"] {
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    let profiled = [
        "anomalies.json",
        "profile.json",
        "rule_hypotheses.json",
        "ruleset.model.json",
        "ruleset.yaml",
        "schema.json",
    ];
    let mut expected = [&profiled[..], &["report.html", "report.json", made, sample]].concat();
    expected.sort_unstable();
    assert_eq!(folder.names(), expected);
    assert_eq!(folder.json("report.json")["passed"], true);
    assert!(folder.text("report.html").starts_with("<!"));
}

#[test]
fn json_lines_are_learned_made_and_judged() {
    check("shop_orders.jsonl", "synthetic.jsonl", "100");
}

#[test]
fn a_document_is_learned_made_and_judged() {
    check("flights_small.json", "synthetic.json", "150");
}

#[test]
fn as_many_records_as_asked_for_are_made() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.done(&["profile", "shop_orders.jsonl"]);
    let n_lines = |name: &str| folder.text(name).lines().count();
    folder.done(&["generate"]);
    assert_eq!(n_lines("synthetic.jsonl"), 400);
    folder.done(&["generate", "-n", "7", "--out", "seven.jsonl"]);
    assert_eq!(n_lines("seven.jsonl"), 7);
    folder.done(&["generate", "--scale", "0.5", "--out", "half.jsonl"]);
    assert_eq!(n_lines("half.jsonl"), 200);
    folder.done(&["generate", "-n", "0", "--out", "none.jsonl"]);
    assert_eq!(n_lines("none.jsonl"), 0);
}

#[test]
fn a_dry_run_writes_a_report_only() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.done(&["dryrun", "--input", "shop_orders.jsonl"]);
    assert_eq!(folder.names(), ["report.html", "report.json", "shop_orders.jsonl"]);
}

#[test]
fn several_compressed_files_are_one_sample() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.done(&["profile", "shop_orders.jsonl"]);
    folder.done(&["generate", "-n", "100", "--out", "a.jsonl.gz"]);
    folder.done(&["generate", "-n", "100", "--seed", "7", "--out", "b.jsonl.zst"]);
    assert!(folder.bytes("a.jsonl.gz").starts_with(&[0x1f, 0x8b]), "gzip");
    assert!(folder.bytes("b.jsonl.zst").starts_with(&[0x28, 0xb5, 0x2f, 0xfd]), "zstd");
    let run = folder.done(&["profile", "a.jsonl.gz", "b.jsonl.zst", "--force"]);
    assert!(run.stderr.contains("200 records"), "{}", run.stderr);
}

#[test]
fn the_schema_of_rule_files_is_printed() {
    let run = Folder::new().done(&["schema", "rules"]);
    let schema: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(schema["properties"]["fields"].is_object());
}
