//! `profile --update`.

use crate::folder::{Folder, sample};

/// The orders, the older ones in rules and the newer ones in a file.
fn orders() -> Folder {
    let folder = Folder::new();
    let text = String::from_utf8(sample("shop_orders.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    folder.write("old.jsonl", lines[..300].join("\n"));
    folder.write("new.jsonl", lines[300..].join("\n"));
    folder.done(&["profile", "old.jsonl"]);
    folder
}

const UPDATE: [&str; 4] = ["profile", "new.jsonl", "--update", "ruleset.yaml"];

#[test]
fn every_strategy_makes_rules_that_work() {
    // A replacement knows the hundred newer orders only.
    for (strategy, least) in [("weighted", 0.84), ("replace", 0.68), ("union", 0.84)] {
        let folder = orders();
        folder.done(&[UPDATE.as_slice(), &["--merge-strategy", strategy]].concat());
        folder.done(&["generate", "-n", "300"]);
        let real = ["validate", "--real", "old.jsonl", "new.jsonl", "--synthetic", "synthetic.jsonl"];
        let run = folder.synth(&real);
        assert!(matches!(run.code, Some(0 | 1)), "{strategy}: {}", run.stderr);
        let quality: f64 = run
            .stderr
            .lines()
            .find_map(|line| line.strip_prefix("quality")?.trim().parse().ok())
            .unwrap_or_else(|| panic!("no quality: {}", run.stderr));
        assert!(quality > least, "{strategy}: {}", run.stderr);
    }
}

#[test]
fn comments_and_edits_stay() {
    let folder = orders();
    let edited = folder.text("ruleset.yaml").replace("  seed: 42", "  seed: 77 # ours").replace(
        "fields:\n",
        "fields:\n  # made by hand\n  $.region: {type: enum, generator: constant, params: {value: north}}\n",
    );
    folder.write("ruleset.yaml", &edited);
    folder.done(&[UPDATE.as_slice(), &["--merge-strategy", "union"]].concat());
    let updated = folder.text("ruleset.yaml");
    for part in ["  # ours\n  seed: 77\n", "  # made by hand\n  $.region:", "profiled_rows: 400"] {
        assert!(updated.contains(part), "no `{part}` in {updated}");
    }
}

#[test]
fn weights_move_the_rules() {
    let folder = Folder::with(
        "rules.yaml",
        "version: 2\nmetadata: {profiled_rows: 30}\nfields:\n  $.s: {type: enum, generator: categorical, params: {values: [a, b], probs: [0.5, 0.5]}}\n",
    );
    folder.write("new.jsonl", "{\"s\": \"b\"}\n".repeat(10));
    for (weight, probs) in
        [(Some("0.3"), "[0.35, 0.65]"), (Some("1"), "[0.0, 1.0]"), (None, "[0.375, 0.625]")]
    {
        let mut args = vec!["profile", "new.jsonl", "--update", "rules.yaml", "-o", "out.yaml", "--force"];
        args.extend(weight.into_iter().flat_map(|weight| ["--weight", weight]));
        folder.done(&args);
        let text = folder.text("out.yaml");
        assert!(text.contains(&format!("values: [a, b], probs: {probs}")), "{weight:?}: {text}");
    }
    assert_eq!(folder.names(), ["new.jsonl", "out.yaml", "rules.yaml"]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = orders();
    let with = |more: &[&'static str]| [UPDATE.as_slice(), more].concat();
    folder.refused(&with(&["--weight", "1.5"]), &["--weight"]);
    folder.refused(&with(&["--merge-strategy", "union", "--weight", "0.5"]), &["weighted"]);
    folder.refused(&with(&["-o", "old.jsonl"]), &["io/exists"]);
    folder.refused(&["profile", "new.jsonl", "--weight", "0.5"], &["--update"]);
    folder.write("document.json", "{\"list\": [{\"a\": 1}]}");
    folder.refused(&["profile", "document.json", "--update", "ruleset.yaml"], &["document"]);
}
