//! `profile --partial`, `profile merge` and `profile finish`.

use crate::folder::{Folder, sample};

const FILES: [&str; 5] =
    ["anomalies.json", "profile.json", "rule_hypotheses.json", "ruleset.yaml", "schema.json"];

/// The orders in three files.
fn parts() -> Folder {
    let folder = Folder::new();
    let text = String::from_utf8(sample("shop_orders.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (number, lines) in lines.chunks(150).enumerate() {
        folder.write(&format!("part{number}.jsonl"), lines.join("\n"));
    }
    folder
}

fn written(folder: &Folder) -> Vec<Vec<u8>> {
    FILES.iter().map(|name| folder.bytes(name)).collect()
}

#[test]
fn merged_parts_are_the_whole() {
    let folder = parts();
    // A partial knows no places.
    let run = folder.done(&["profile", "--single-pass", "part0.jsonl", "part1.jsonl", "part2.jsonl"]);
    assert!(run.stderr.contains("read once: anomalies are counted, without places"), "{}", run.stderr);
    let whole = written(&folder);
    for (part, out) in [("0", "0.partial"), ("1", "1.partial.gz"), ("2", "2.partial.zst")] {
        folder.done(&["profile", "--partial", &format!("part{part}.jsonl"), "-o", out]);
    }
    folder.done(&["profile", "merge", "2.partial.zst", "0.partial", "-o", "some.partial"]);
    folder.done(&["profile", "merge", "1.partial.gz", "some.partial"]);
    let run = folder.done(&["profile", "finish", "all.partial", "--force"]);
    assert!(run.stderr.contains("all.partial: JSON lines, 400 records"), "{}", run.stderr);
    assert_eq!(written(&folder), whole);
    folder.done(&["profile", "merge", "0.partial", "1.partial.gz", "2.partial.zst", "-o", "again.partial"]);
    assert!(folder.bytes("again.partial") == folder.bytes("all.partial"));
}

/// The findings of the parts are those of the whole.
#[test]
fn findings_and_k_come_with_the_partial() {
    let folder = Folder::with("a.jsonl", "{\"a\": 1, \"a\": 2}\n{\"a\": 3}\n");
    folder.done(&["profile", "--partial", "a.jsonl"]);
    let run = folder.done(&["profile", "finish", "sample.partial", "--k", "2"]);
    assert!(run.stderr.contains("io/duplicate-key") && run.stderr.contains("a.jsonl:1"), "{}", run.stderr);
    assert_eq!(
        (folder.json("profile.json")["k"].as_u64(), &folder.json("profile.json")["source"]),
        (Some(2), &"a.jsonl".into())
    );
}

#[test]
fn only_the_owner_reads_a_partial() {
    let folder = Folder::with("a.jsonl", "{}\n{}\n");
    folder.done(&["profile", "--partial", "a.jsonl"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("sample.partial")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn files_named_like_actions_are_files() {
    let folder = Folder::new();
    for name in ["merge", "finish"] {
        folder.write(name, "{\"a\": 1}\n{\"a\": 2}\n");
        let run = folder.done(&["profile", &format!("./{name}"), "--force"]);
        assert!(run.stderr.contains("2 records"), "{}", run.stderr);
    }
    folder.done(&["profile", "./merge", "finish", "--force"]);
}

#[test]
fn what_is_no_partial_is_refused() {
    let folder = Folder::with("a.jsonl", "{}\n{}\n");
    folder.write("document.json", "{\"list\": [{\"a\": 1}]}");
    folder.done(&["profile", "--partial", "a.jsonl", "-o", "a.partial"]);
    folder.done(&["profile", "--partial", "document.json", "-o", "document.partial"]);
    let bytes = folder.bytes("a.partial");
    folder.write("cut.partial", &bytes[..bytes.len() - 1]);
    folder.refused(&["profile", "finish", "a.jsonl"], &["profile/bad-partial", "a.jsonl", "--partial"]);
    folder.refused(&["profile", "finish", "cut.partial"], &["profile/bad-partial", "cut.partial"]);
    folder.refused(&["profile", "finish", "none.partial"], &["io/not-found"]);
    folder.refused(&["profile", "merge", "a.partial", "cut.partial"], &["profile/bad-partial"]);
    folder.refused(
        &["profile", "merge", "a.partial", "document.partial"],
        &["profile/incompatible-partials", "document.json"],
    );
    folder.refused(&["profile", "--partial", "a.jsonl", "-o", "a.partial"], &["io/exists", "--force"]);
    folder.refused(&["profile"], &["INPUT"]);
}
