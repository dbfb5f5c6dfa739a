//! Input that cannot be read: exit code 2, a code and a place, and no file left behind.

use std::io::Write as _;

use flate2::write::GzEncoder;

use crate::folder::{Folder, sample};

/// Checks that a file is refused by every command that reads data.
fn check(name: &str, content: &[u8], expected: &[&str]) {
    let folder = Folder::with(name, content);
    folder.refused(&["profile", name], expected);
    folder.refused(&["dryrun", "--input", name], expected);
    folder.write("good.jsonl", "{\"a\":1}\n");
    folder.refused(&["validate", "--real", "good.jsonl", "--synthetic", name], expected);
    folder.refused(&["validate", "--real", name, "--synthetic", "good.jsonl"], expected);
}

#[test]
fn nothing_to_read() {
    check("a.json", b"", &["error[io/empty-input]", "--> a.json"]);
    check("a.json", b" \n\t\r\n", &["error[io/empty-input]", "--> a.json"]);
}

#[test]
fn truncated_json() {
    check("a.json", b"{\"a\":[1,2", &["error[io/bad-json]", "--> a.json:1:10 (byte 9, record 0) at $.a[1]"]);
    check("a.json", b"[{\"a\":1},\n{\"a\":2", &["error[io/bad-json]", "--> a.json:2:7 (byte 16, record 1)"]);
    check(
        "a.jsonl",
        b"{\"a\":1}\n{\"a\":\"x",
        &["error[io/bad-json]", "--> a.jsonl:2:8 (byte 15, record 1) at $.a", "hint: `--max-bad N`"],
    );
}

#[test]
fn truncated_gzip() {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&sample("shop_orders.jsonl")).unwrap();
    let whole = encoder.finish().unwrap();
    let part = &whole[..whole.len() / 2];
    check("a.jsonl.gz", part, &["error[io/truncated-gzip]", "--> a.jsonl.gz", "byte "]);
}

#[test]
fn binary_data() {
    let bytes: Vec<u8> = (0..4096_u32).map(|i| u8::try_from(i * 167 % 256).unwrap()).collect();
    check("a.json", &bytes, &["error[io/bin", "--> a.json:1:1 (byte 0)", "hint: give UTF-8 JSON"]);
}

#[test]
fn deep_nesting() {
    let expected = ["error[io/too-deep]", "--> a.json:1:", "(byte ", "hint: `--max-depth N`"];
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        check("a.json", open.repeat(100_000).as_bytes(), &expected);
        let whole = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        check("a.json", whole.as_bytes(), &expected);
    }
    let folder = Folder::with("a.json", "[".repeat(100_000));
    let run = folder.refused(&["profile", "a.json"], &[]);
    assert!(run.stderr.len() < 1000, "a path of 512 steps is shortened: {}", run.stderr);
}

#[test]
fn folders_and_missing_files() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    folder.refused(&["profile", "folder"], &["error[io/is-a-directory]", "--> folder"]);
    folder.refused(&["profile", "absent.json"], &["error[io/not-found]", "--> absent.json"]);
    folder.refused(&["generate"], &["error[io/not-found]", "--> ruleset.yaml"]);
}

#[test]
fn output_that_cannot_be_written() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    let absent = "absent/ruleset.yaml";
    let expected = ["error[io/unwritable]", "--> absent/ruleset.yaml"];
    folder.refused(&["profile", "shop_orders.jsonl", "--out", absent], &expected);
    folder.refused(&["profile", "shop_orders.jsonl", "--schema-out", absent], &expected);
    folder.done(&["profile", "shop_orders.jsonl"]);
    let run = folder
        .refused(&["generate", "--out", "absent/a.jsonl"], &["error[io/unwritable]", "--> absent/a.jsonl"]);
    assert!(!run.stderr.contains(".part"), "the temporary file is nobody's concern: {}", run.stderr);
}

#[test]
fn files_are_replaced_only_by_force() {
    let folder = Folder::with("a.jsonl", "{\"a\":1}\n{\"a\":2}\n");
    for name in ["ruleset.yaml", "profile.json", "schema.json", "rule_hypotheses.json", "anomalies.json"] {
        folder.write(name, "mine");
        let expected = ["error[io/exists]", &format!("--> {name}"), "hint: `--force` replaces it"];
        folder.refused(&["profile", "a.jsonl"], &expected);
        assert_eq!(folder.text(name), "mine");
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    folder.done(&["profile", "a.jsonl"]);
    folder.done(&["profile", "a.jsonl", "--force"]);
    folder.write("synthetic.jsonl", "mine");
    folder.refused(&["generate"], &["error[io/exists]", "--> synthetic.jsonl"]);
    folder.done(&["generate", "--force"]);
    folder.write("report.json", "mine");
    let validate = ["validate", "--real", "a.jsonl", "--synthetic", "synthetic.jsonl"];
    folder.refused(&validate, &["error[io/exists]", "--> report.json"]);
}

/// A failure leaves the files of an earlier run as they were, even with `--force`.
#[test]
fn a_failure_keeps_older_files() {
    let folder = Folder::with("a.json", "{\"a\":");
    folder.write("ruleset.yaml", "mine");
    folder.refused(&["profile", "a.json", "--force"], &["error[io/bad-json]"]);
    assert_eq!(folder.text("ruleset.yaml"), "mine");
}

#[test]
fn bad_records_up_to_a_limit_are_skipped() {
    let folder = Folder::with("a.jsonl", "{\"a\":1}\n{\"a\":x}\n{\"a\":3}\n");
    folder.refused(&["profile", "a.jsonl"], &["error[io/bad-json]", "--> a.jsonl:2:6 (byte 13, record 1)"]);
    let run = folder.done(&["profile", "a.jsonl", "--max-bad", "1"]);
    assert!(run.stderr.contains("2 records, 1 bad record skipped"), "{}", run.stderr);
    assert_eq!(folder.json("profile.json")["findings"]["io/bad-record"], 1);
    folder.write("a.jsonl", "{\"a\":1}\n{\"a\":x}\n{\"a\":y}\n");
    let expected = ["error[io/too-many-bad]", "--> a.jsonl:3:6 (byte 21, record 2)"];
    folder.refused(&["profile", "a.jsonl", "--max-bad", "1", "--force"], &expected);
}
