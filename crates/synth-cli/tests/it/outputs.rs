//! The forms of output: ranges, names, parts, checkpoints, added records, conditions, manifests.

use std::process::Stdio;

use serde_json::Value;

use crate::folder::Folder;

const RULES: &str = "
version: 2
globals: {seed: 11, default_n: 1000}
shape:
  $.items[]: {length: {distribution: categorical, params: {values: [0, 1, 3], probs: [0.2, 0.5, 0.3]}}}
fields:
  $.id: {type: string, unique: true, generator: pattern, params: {patterns: ['[A-Z]{4}-[0-9]{5}']}}
  $.row: {type: integer, generator: sequence, params: {start: 0}}
  $.status: {type: enum, generator: categorical, params: {values: [OK, FAILED], probs: [0.97, 0.03]}}
  $.error: {type: string, presence: 0.1, generator: faker, params: {method: words}}
  $.amount: {type: number, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 1000]}, constraints: {decimals: 2}}
  $.items[].sku: {type: string, generator: pattern, params: {patterns: ['[a-f]{2}[0-9]']}}
";

fn folder() -> Folder {
    Folder::with("ruleset.yaml", RULES)
}

fn records(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn many_unequal_ranges_make_the_whole() {
    let folder = folder();
    let n = 20_000_u64;
    let whole = folder.done(&["generate", "-n", "20000", "-o", "-"]).stdout;
    // 36 cuts whose distances differ: squares that wrap around.
    let mut cuts: Vec<u64> = (0..36).map(|index| (index * index * 7919 + index * 101) % n).collect();
    cuts.extend([0, n]);
    cuts.sort_unstable();
    cuts.dedup();
    let parts: Vec<Vec<u8>> = cuts
        .windows(2)
        .map(|pair| {
            let range = format!("{}..{}", pair[0], pair[1]);
            folder.done(&["generate", "-n", "20000", "-o", "-", "--range", &range]).stdout
        })
        .collect();
    assert_eq!(parts.len(), 36 + 1 - (38 - cuts.len()));
    assert!(parts.len() >= 35, "{}", parts.len());
    assert!(parts.concat() == whole);
}

#[test]
fn names_decide_the_layout() {
    let folder = folder();
    let lines = folder.done(&["generate", "-n", "20", "-o", "-"]).stdout;
    folder.done(&["generate", "-n", "20", "-o", "a.json"]);
    assert_eq!(folder.json("a.json").as_array().unwrap(), &records(std::str::from_utf8(&lines).unwrap()));
    folder.done(&["generate", "-n", "20", "-o", "a.ndjson"]);
    assert_eq!(folder.bytes("a.ndjson"), lines);
}

#[test]
fn parts_are_the_whole() {
    let folder = folder();
    let whole = folder.done(&["generate", "-n", "1000", "-o", "-"]).stdout;
    folder.done(&["generate", "-n", "1000", "--partition-rows", "300", "-o", "parts"]);
    let names = ["part-00000.jsonl", "part-00001.jsonl", "part-00002.jsonl", "part-00003.jsonl"];
    let read = |name: &&str| folder.bytes(&format!("parts/{name}"));
    assert!(names.iter().flat_map(read).collect::<Vec<u8>>() == whole);
    assert_eq!(folder.text("parts/part-00003.jsonl").lines().count(), 100);
    assert_eq!(std::fs::read_dir(folder.path().join("parts")).unwrap().count(), 4, "and nothing else");
    let run = folder.synth(&["generate", "-n", "1000", "--partition-rows", "300", "-o", "parts"]);
    assert!(run.code == Some(2) && run.stderr.contains("io/exists"), "{}", run.stderr);
    folder.done(&["generate", "-n", "7", "--partition-rows", "4", "-o", "x/day-*.json.gz"]);
    assert!(folder.path().join("x/day-00001.json.gz").exists());
}

/// Starts a run and kills it when a file has changed `n_changes` times.
fn kill_after(folder: &Folder, args: &[&str], file: &str, n_changes: u32) {
    let mut child = folder.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let state = || std::fs::read(folder.path().join(file)).ok();
    let mut known = state();
    for _ in 0..n_changes {
        while state() == known {
            assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be killed");
            std::thread::yield_now();
        }
        known = state();
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "the run ended before it was killed");
}

/// Catches a run that goes on at the wrong byte, writes records twice, or starts anew.
#[test]
fn a_killed_run_goes_on_as_if_nothing_had_happened() {
    for name in ["out.jsonl", "out.json", "out.jsonl.gz", "out.jsonl.zst"] {
        let folder = folder();
        let args = ["generate", "-n", "60000", "-o", name, "--checkpoint-interval", "1500", "--resume"];
        folder.done(&args);
        let whole = folder.bytes(name);
        std::fs::remove_file(folder.path().join(name)).unwrap();
        for n_changes in [2, 5, 1] {
            kill_after(&folder, &args, &format!("{name}.checkpoint"), n_changes);
            assert!(!folder.path().join(name).exists());
        }
        let run = folder.done(&args);
        assert!(run.stderr.contains("going on after"), "{}", run.stderr);
        assert!(folder.bytes(name) == whole, "{name}");
        assert_eq!(folder.names(), [name, "ruleset.yaml"]);
        if name == "out.jsonl" {
            assert!(folder.done(&["generate", "-n", "60000", "-o", "-"]).stdout == whole);
        }
    }
}

#[test]
fn killed_parts_are_made_up_for() {
    let folder = folder();
    let args = ["generate", "-n", "40000", "-o", "parts", "--partition-rows", "1000", "--resume"];
    std::fs::create_dir(folder.path().join("parts")).unwrap();
    kill_after(&folder, &args, "parts/part-00004.jsonl", 1);
    let other =
        ["generate", "-n", "40000", "-o", "parts", "--partition-rows", "1000", "--resume", "--seed", "1"];
    assert!(folder.synth(&other).stderr.contains("other rules or arguments"));
    folder.done(&args);
    let read = |index| folder.bytes(&format!("parts/part-{index:05}.jsonl"));
    let whole = folder.done(&["generate", "-n", "40000", "-o", "-"]).stdout;
    assert!((0..40).flat_map(read).collect::<Vec<u8>>() == whole);
}

#[test]
fn checkpoints_are_not_mixed_up() {
    let folder = folder();
    let args = |more: &[&'static str]| {
        [&["generate", "-n", "60000", "-o", "a.jsonl", "--checkpoint-interval", "1000"], more].concat()
    };
    kill_after(&folder, &args(&[]), "a.jsonl.checkpoint", 1);
    folder.refused(&args(&[]), &["checkpoint of an earlier run", "--resume"]);
    folder.refused(&args(&["--resume", "--seed", "5"]), &["other rules or arguments"]);
    folder.write("ruleset.yaml", RULES.replace("0.97, 0.03", "0.9, 0.1"));
    folder.refused(&args(&["--resume"]), &["other rules or arguments"]);
    folder.write("a.jsonl.checkpoint", "{}");
    folder.refused(&args(&["--resume"]), &["cli/bad-checkpoint"]);
}

/// An interval in the settings is for runs that can have checkpoints.
#[test]
fn settings_of_checkpoints_do_not_stop_other_runs() {
    let folder = folder();
    let whole = folder.done(&["generate", "-n", "900", "-o", "-"]).stdout;
    folder.write("synth.toml", "checkpoint_interval = 100\n");
    let run = folder.done(&["generate", "-n", "900", "-o", "-"]);
    assert!(run.stdout == whole && run.stderr.contains("no checkpoints"), "{}", run.stderr);
    folder.done(&["generate", "-n", "400", "-o", "a.jsonl"]);
    folder.done(&["generate", "-n", "500", "--append", "a.jsonl"]);
    assert!(folder.bytes("a.jsonl") == whole);
    folder.done(&["generate", "-n", "900", "-o", "parts/", "--partition-rows", "500"]);
    folder.done(&["generate", "-n", "900", "-o", "b.jsonl", "--where", "has($.id)"]);
    folder.refused(&["generate", "-n", "900", "-o", "-", "--resume"], &["files of several records"]);
}

#[test]
fn added_records_make_the_whole() {
    for name in ["out.jsonl", "out.json"] {
        let folder = folder();
        folder.done(&["generate", "-n", "900", "-o", name]);
        let whole = folder.bytes(name);
        folder.done(&["generate", "-n", "300", "-o", name, "--force"]);
        folder.done(&["generate", "-n", "500", "--append", name]);
        folder.done(&["generate", "-n", "100", "--append", name, "--seed-offset", "800"]);
        assert!(folder.bytes(name) == whole, "{name}");
    }
    let folder = folder();
    folder.done(&["generate", "-n", "5", "--append", "new.jsonl"]);
    folder.done(&["generate", "-n", "5", "--append", "new.jsonl"]);
    assert!(folder.bytes("new.jsonl") == folder.done(&["generate", "-n", "10", "-o", "-"]).stdout);
    folder.done(&["generate", "-n", "5", "-o", "new.jsonl.gz"]);
    folder.done(&["generate", "-n", "5", "--append", "new.jsonl.gz"]);
    folder.done(&["profile", "new.jsonl.gz", "-o", "r.yaml"]);
    assert_eq!(folder.json("profile.json")["n_records"], 10);
}

#[test]
fn foreign_files_are_not_added_to() {
    let folder = folder();
    folder.write("a.json", "[1, 2]");
    folder.refused(&["generate", "-n", "5", "--append", "a.json"], &["array", "hint"]);
    folder.write("d.json", "{\"a\": 1}");
    folder.refused(&["generate", "-n", "5", "--append", "d.json"], &["document"]);
    folder.write("open.jsonl", "{\"row\": 0}\n{\"row\": 1}");
    folder.done(&["generate", "-n", "1", "--append", "open.jsonl"]);
    let rows: Vec<Value> =
        records(&folder.text("open.jsonl")).iter().map(|record| record["row"].clone()).collect();
    assert_eq!(rows, [0, 1, 2]);
}

fn met(folder: &Folder, condition: &str) -> Vec<Value> {
    let run = folder.done(&["generate", "-n", "500", "-o", "-", "--where", condition]);
    let made = records(std::str::from_utf8(&run.stdout).unwrap());
    assert_eq!(made.len(), 500, "{condition}");
    let again = folder.done(&["generate", "-n", "500", "-o", "-", "--where", condition, "--parallel", "1"]);
    assert!(again.stdout == run.stdout, "{condition}");
    made
}

#[test]
fn conditions_hold_for_exactly_as_many_records() {
    let folder = folder();
    let all =
        records(std::str::from_utf8(&folder.done(&["generate", "-n", "500", "-o", "-"]).stdout).unwrap());
    let made = met(&folder, "$.status == \"FAILED\"");
    for (made, plain) in made.iter().zip(&all) {
        assert_eq!(made["status"], "FAILED");
        assert_eq!((&made["id"], &made["items"]), (&plain["id"], &plain["items"]), "no other field changes");
    }
    assert!(met(&folder, "has($.error)").iter().all(|record| record["error"].is_string()));
    let tried =
        met(&folder, "$.status == \"FAILED\" && $.amount > 500 || has($.items[].sku) && $.amount < 10");
    let amount = |record: &Value| record["amount"].as_f64().unwrap();
    assert!(tried.iter().all(|record| match record["status"].as_str() {
        Some("FAILED") if amount(record) > 500.0 => true,
        _ => amount(record) < 10.0 && !record["items"].as_array().unwrap().is_empty(),
    }));
    let ids: std::collections::BTreeSet<String> =
        tried.iter().map(|record| record["id"].to_string()).collect();
    assert_eq!(ids.len(), 500, "keys stay unique");
    folder.done(&["generate", "-n", "500", "-o", "a.json", "--where", "$.amount > 900"]);
    assert_eq!(folder.json("a.json").as_array().unwrap().len(), 500);
}

#[test]
fn conditions_that_cannot_be_met_are_refused() {
    let folder = folder();
    let with = |condition: &'static str| ["generate", "-n", "50", "--where", condition];
    folder.refused(&with("$.amount > 5000"), &["0 of 100000 records meet `$.amount > 5000`", "hint"]);
    folder.refused(&with("$.amont > 5"), &["no rule has the path `$.amont`"]);
    folder.refused(&with("$.amount >"), &["at character 11"]);
}

#[test]
fn manifests_and_logs_tell_of_a_run() {
    let folder = folder();
    let args = ["generate", "-n", "3000", "--checkpoint-interval", "1000", "--manifest", "--log"];
    folder.done(&args);
    assert_eq!(
        folder.names(),
        ["generation.log", "ruleset.yaml", "synthetic.jsonl", "synthetic.manifest.json"]
    );
    let manifest = folder.json("synthetic.manifest.json");
    assert_eq!((&manifest["seed"], &manifest["n_records"]), (&11.into(), &3000.into()));
    assert_eq!(manifest["files"][0]["n_bytes"], folder.bytes("synthetic.jsonl").len());
    let steps: Vec<Value> = records(&folder.text("generation.log"));
    let events: Vec<&str> = steps.iter().map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["start", "checkpoint", "checkpoint", "checkpoint", "done"]);
    folder.refused(&["generate", "-n", "3", "-o", "-", "--manifest"], &["standard output"]);
}
