//! Bytes depend on rules, seed and range only.

use crate::folder::Folder;

/// A folder with the rules of the orders.
fn rules() -> Folder {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.done(&["profile", "shop_orders.jsonl"]);
    folder
}

fn made(folder: &Folder, args: &[&str]) -> Vec<u8> {
    folder.done(&[&["generate", "-n", "400", "-o", "-"], args].concat()).stdout
}

#[test]
fn equal_arguments_make_equal_bytes() {
    let folder = rules();
    let whole = made(&folder, &[]);
    assert_eq!(made(&folder, &[]), whole);
    assert_eq!(made(&folder, &["--seed", "42"]), whole, "the seed of the rule file");
    assert_ne!(made(&folder, &["--seed", "43"]), whole);
}

/// More records than one thread makes at a time.
#[test]
fn threads_do_not_show_in_records() {
    let folder = rules();
    let made = |n| folder.done(&["generate", "-n", "10000", "-o", "-", "--parallel", n]).stdout;
    assert!(made("1") == made("2"));
}

#[test]
fn ranges_make_the_whole() {
    let folder = rules();
    let ranges =
        ["0..100", "100..250", "250..250", "250..400"].map(|range| made(&folder, &["--range", range]));
    assert!(ranges.concat() == made(&folder, &[]));
}

#[test]
fn ranges_beyond_the_end_are_refused() {
    let folder = rules();
    folder.refused(&["generate", "-n", "10", "--range", "5..11"], &["error", "record 10"]);
}

#[test]
fn threads_do_not_show_in_profiles() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    let files = ["1", "2"].map(|n| {
        folder.done(&["profile", "shop_orders.jsonl", "--force", "--parallel", n]);
        ["anomalies.json", "profile.json", "rule_hypotheses.json", "ruleset.yaml", "schema.json"]
            .map(|name| folder.text(name))
    });
    assert_eq!(files[0], files[1]);
}
