//! The judge from the command line: advice that helps, two data sets side by side, partials, limits, and hostile data.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::folder::Folder;

/// Rows of which every field differs from the others in kind.
fn rows(from: u64, n: u64) -> String {
    let draw = |i: u64, salt: u64, n: u64| synth_core::hash::mix(i * 31 + salt) % n;
    let mut text = String::new();
    for i in from..from + n {
        let amount = (1 + draw(i, 1, 30)) * (1 + draw(i, 2, 30));
        let tags: Vec<String> =
            (0..1 + draw(i, 3, 4)).map(|tag| format!("t{}", draw(i + tag, 4, 5))).collect();
        let note =
            if draw(i, 5, 4) == 0 { Value::Null } else { json!(format!("note {}", draw(i, 6, 1 << 40))) };
        let state = ["new", "old", "odd"][usize::try_from(draw(i, 7, 3)).unwrap()];
        let row = json!({
            "id": format!("R-{:06}", i - from), "amount": amount, "tags": tags, "note": note,
            "state": state,
        });
        writeln!(text, "{row}").unwrap();
    }
    text
}

const VALIDATE: [&str; 8] = [
    "validate",
    "--real",
    "real.jsonl",
    "--synthetic",
    "synthetic.jsonl",
    "--rules",
    "ruleset.yaml",
    "--force",
];

fn report(folder: &Folder) -> Value {
    serde_json::from_str(&folder.text("report.json")).unwrap()
}

/// Puts the entry of a snippet in place of the one of the same path.
fn with_entry(rules: &str, snippet: &str) -> String {
    let mut lines = snippet.lines();
    let section = lines.next().unwrap();
    let entry: Vec<&str> = lines.collect();
    let key = entry[0].split(": ").next().unwrap().trim_end_matches(':');
    let is_inside = |line: &str| line.starts_with("   ") || line.starts_with("  -");
    let mut out: Vec<&str> = Vec::new();
    let (mut in_section, mut in_entry) = (false, false);
    for line in rules.lines() {
        if !line.starts_with(' ') {
            in_section = line == section;
        }
        in_entry = in_section && (line.starts_with(&format!("{key}:")) || (in_entry && is_inside(line)));
        if !in_entry {
            out.push(line);
        } else if line.starts_with(&format!("{key}:")) {
            out.extend(&entry);
        }
    }
    out.join("\n") + "\n"
}

/// The rules with something else for one entry.
fn broken(rules: &str, section: &str, entry: &str) -> String {
    with_entry(rules, &format!("{section}:\n{entry}\n"))
}

/// Catches advice that names another path, cannot be read as rules, or does not help.
#[test]
fn advice_raises_the_score() {
    let faults = [
        (
            "fields",
            "  $.amount: {type: integer, generator: parametric, params: {distribution: normal, mean: 700, std: 50}}",
            "$.amount",
        ),
        (
            "fields",
            "  $.state: {type: enum, generator: categorical, params: {values: [new, old, odd], probs: [0.9, 0.05, 0.05]}}",
            "$.state",
        ),
        ("shape", "  $.tags[]: {length: {distribution: constant, params: {value: 9}}}", "$.tags"),
    ];
    for (section, entry, path) in faults {
        let folder = Folder::with("real.jsonl", rows(0, 1500));
        folder.done(&["profile", "real.jsonl"]);
        let rules = folder.text("ruleset.yaml");
        let bad = broken(&rules, section, entry);
        assert_ne!(bad, rules, "{path} is in the rules");
        folder.write("ruleset.yaml", &bad);
        folder.done(&["generate", "-n", "1500", "--force"]);
        folder.synth(&VALIDATE);
        let before = report(&folder);
        let worst = before["findings"].as_array().unwrap().iter().find(|finding| finding["path"] == path);
        let worst = worst.unwrap_or_else(|| panic!("{path} is found: {}", before["findings"]));
        let yaml =
            worst["advice"]["yaml"].as_str().unwrap_or_else(|| panic!("{path} has a snippet: {worst}"));
        folder.write("ruleset.yaml", with_entry(&bad, yaml));
        folder.done(&["generate", "-n", "1500", "--force"]);
        folder.synth(&VALIDATE);
        let after = report(&folder);
        let score = |report: &Value| report["quality"]["score"].as_f64().unwrap();
        assert!(score(&after) > score(&before) + 0.02, "{path}: {} to {}", score(&before), score(&after));
        let is_left = after["findings"].as_array().unwrap().iter().any(|finding| finding["path"] == path);
        assert!(!is_left, "{path}: {}", after["findings"]);
    }
}

/// Catches a comparison that has a right side: what differs from A to B differs from B to A, and nothing is checked.
#[test]
fn two_data_sets_have_no_direction() {
    let folder = Folder::with("a.jsonl", rows(0, 1500));
    folder.write("b.jsonl", rows(50_000, 1500).replace("\"odd\"", "\"new\""));
    let findings = |first: &str, second: &str| -> Vec<String> {
        folder.done(&["compare", first, second, "--force"]);
        let report = report(&folder);
        assert_eq!(report["purpose"], "compare");
        assert_eq!(report["checks"], json!([]));
        let findings = report["findings"].as_array().unwrap();
        findings.iter().map(|finding| format!("{} {}", finding["kind"], finding["path"])).collect()
    };
    let forth = findings("a.jsonl", "b.jsonl");
    assert_eq!(forth[0], "\"categories\" \"$.state\"");
    assert_eq!(forth, findings("b.jsonl", "a.jsonl"));
    assert_eq!(folder.synth(&["compare", "a.jsonl", "b.jsonl", "--force", "--strict"]).code, Some(1));
    let page = folder.text("report.html");
    assert!(page.contains("data-real=\"A\""), "the sides are called A and B");
}

/// Catches a partial that says something else than the records it was made of.
#[test]
fn partials_stand_for_data() {
    let folder = Folder::with("real.jsonl", rows(0, 800));
    folder.write("synthetic.jsonl", rows(50_000, 800));
    folder.done(&["profile", "--partial", "real.jsonl"]);
    let with = |real: &str| {
        folder.done(&["validate", "--real", real, "--synthetic", "synthetic.jsonl", "--force"]);
        let mut report = report(&folder);
        report.as_object_mut().unwrap().remove("performance");
        report["real"]["name"] = json!("");
        report
    };
    assert_eq!(with("real.jsonl"), with("sample.partial"));
    folder.done(&["profile", "--partial", "synthetic.jsonl", "-o", "made.partial"]);
    folder.done(&["validate", "--real", "sample.partial", "--synthetic", "made.partial", "--force"]);
    assert_eq!(report(&folder)["checks"][0]["status"], "not_checked");
}

/// What a file took to make is told where its log lies beside it, and only of that file.
#[test]
fn the_report_tells_how_the_data_were_made() {
    let folder = Folder::with("real.jsonl", rows(0, 300));
    folder.done(&["profile", "real.jsonl"]);
    folder.done(&["generate", "-n", "250", "-o", "made.jsonl", "--log"]);
    folder.write("other.jsonl", rows(70_000, 300));
    let made_by = |synthetic: &str| {
        folder.synth(&["validate", "--real", "real.jsonl", "--synthetic", synthetic, "--force"]);
        report(&folder)["performance"].clone()
    };
    let performance = made_by("made.jsonl");
    assert_eq!(performance["generation"]["n_records"], 250);
    assert_eq!(performance["timings"].as_array().map(Vec::len), Some(4));
    assert!(made_by("other.jsonl").get("generation").is_none());
}

#[test]
fn limits_set_the_exit_code() {
    let folder = Folder::with("real.jsonl", rows(0, 800));
    folder.write("fresh.jsonl", rows(50_000, 800));
    let copied: String = rows(0, 100) + &rows(50_000, 700);
    folder.write("copied.jsonl", copied);
    let run = |synthetic: &str, flags: &[&str]| {
        let args = [
            "validate",
            "--real",
            "real.jsonl",
            "--synthetic",
            synthetic,
            "--holdout",
            "fresh.jsonl",
            "--force",
        ];
        folder.synth(&[args.as_slice(), flags].concat()).code
    };
    assert_eq!(run("fresh.jsonl", &["--privacy-checks", "--strict"]), Some(0));
    let ceiling = &report(&folder)["ceiling"];
    assert_eq!(ceiling["score"], report(&folder)["quality"]["score"], "the holdout is as good as itself");
    let bounds = &report(&folder)["bounds"];
    assert_eq!((&bounds["ceiling"], &bounds["has_holdout"]), (&ceiling["score"], &json!(true)));
    assert_eq!(run("copied.jsonl", &["--privacy-checks"]), Some(1));
    assert_eq!(report(&folder)["findings"][0]["kind"], "copied_rows");
    run("fresh.jsonl", &["--statistical-tests", "ks,psi"]);
    let text = folder.text("report.json");
    assert!(
        text.contains("\"ks\"")
            && text.contains("\"psi\"")
            && !text.contains("anderson")
            && !text.contains("\"g\"")
    );
    assert_eq!(run("fresh.jsonl", &["--statistical-tests", "t"]), Some(2));
}

#[test]
fn the_report_keeps_its_schema() {
    let folder = Folder::with("real.jsonl", rows(0, 800));
    folder.write("synthetic.jsonl", rows(0, 100) + &rows(50_000, 700).replace("\"odd\"", "\"new\""));
    folder.synth(&[
        "validate",
        "--real",
        "real.jsonl",
        "--synthetic",
        "synthetic.jsonl",
        "--holdout",
        "synthetic.jsonl",
    ]);
    let schema = String::from_utf8(folder.synth(&["schema", "report"]).stdout).unwrap();
    folder.write("report.schema.json", &schema);
    folder.write("reports.jsonl", report(&folder).to_string());
    let run = folder.synth(&[
        "validate",
        "--real",
        "reports.jsonl",
        "--synthetic",
        "reports.jsonl",
        "--schema",
        "report.schema.json",
        "--force",
    ]);
    assert!(run.stderr.contains("schema      passed (1 checked)"), "{}", run.stderr);
    let published = include_str!("../../../../docs/report.schema.json");
    assert_eq!(schema, published, "`synth schema report > docs/report.schema.json`");
}

/// Catches text of the data that becomes markup, in keys, values and paths, and values too long for a page.
#[test]
fn hostile_data_stay_text() {
    const MARKUP: &str = "</script><script>alert(1)</script>\u{202e}\"'<img src=x onerror=alert(2)>";
    let folder = Folder::new();
    let row = |i: u64| {
        let long = if i < 2 { "x".repeat(1 << 20) } else { format!("{i}") };
        json!({MARKUP: i, "state": if i.is_multiple_of(2) { MARKUP } else { "b" }, "long": long, "list": [{MARKUP: [MARKUP]}]})
    };
    let text = |from: u64| (from..from + 60).map(|i| row(i).to_string() + "\n").collect::<String>();
    folder.write("real.jsonl", text(0));
    folder.write("synthetic.jsonl", text(30));
    folder.synth(&["validate", "--real", "real.jsonl", "--synthetic", "synthetic.jsonl"]);
    let page = folder.text("report.html");
    let own = page.split("<script>").next().unwrap();
    assert!(!own.contains("<img") && !own.contains("alert(1)</script>"), "no markup of the data");
    assert_eq!(page.matches("<script>").count(), 2, "the page's own scripts only");
    assert!(own.contains("&lt;img") || own.contains("&#60;img"));
    assert!(own.len() < 2_000_000, "long values are not shown: {}", own.len());
}
