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
