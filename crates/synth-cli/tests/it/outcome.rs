//! Exit codes, closed pipes and silence.

use std::io::Read as _;
use std::process::Stdio;

use crate::folder::Folder;

fn rules() -> Folder {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.done(&["profile", "shop_orders.jsonl"]);
    folder
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let folder = rules();
    let mut child = folder
        .command(&["generate", "-n", "200000", "-o", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""));
    assert!(first.starts_with(b"{\"id\":"));
}

/// What is printed by other means than files has the same promise.
#[test]
fn a_closed_pipe_ends_printing_quietly() {
    let folder = Folder::new();
    let mut child =
        folder.command(&["schema", "rules"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""));
}

#[test]
fn standard_input_is_a_sample() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    let input = std::fs::File::open(folder.path().join("shop_orders.jsonl")).unwrap();
    let output = folder.command(&["profile", "-"]).stdin(input).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(folder.json("profile.json")["n_records"], 400);
}

#[test]
fn quiet_says_nothing_but_errors() {
    let folder = Folder::with("a.jsonl", "{\"a\":1,\"a\":2}\n".repeat(20));
    let quiet = |args: &[&str]| {
        let run = folder.done(args);
        assert_eq!((run.stderr.as_str(), run.stdout.as_slice()), ("", &b""[..]), "{args:?}");
    };
    quiet(&["--quiet", "profile", "a.jsonl"]);
    quiet(&["generate", "-n", "20", "--quiet"]);
    quiet(&["validate", "-q", "--real", "a.jsonl", "--synthetic", "synthetic.jsonl"]);
    quiet(&["dryrun", "-q", "--input", "a.jsonl", "--force"]);
    folder.refused(&["profile", "-q", "absent.jsonl", "--force"], &["error[io/not-found]"]);
}

#[test]
fn wrong_arguments_are_refused() {
    let folder = Folder::with("a.jsonl", "{}\n");
    folder.refused(&["profile"], &["error", "INPUT"]);
    folder.refused(&["generate", "--range", "5..3"], &["error", "A..B"]);
    folder.refused(&["profile", "a.jsonl", "--parallel", "0"], &["error", "--parallel"]);
    folder.refused(&["profile", "a.jsonl", "--k", "0"], &["error", "--k"]);
}

#[test]
fn wrong_data_fail_a_check() {
    let folder = rules();
    folder.write("wrong.jsonl", "{\"id\":1,\"status\":[],\"new\":true}\n".repeat(50));
    let validate = ["validate", "--real", "shop_orders.jsonl", "--synthetic", "wrong.jsonl"];
    let run = folder.synth(&validate);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("schema      FAILED (50 of 50)"), "{}", run.stderr);
    assert!(run.stderr.contains("structure   FAILED"), "{}", run.stderr);
    assert_eq!(folder.json("report.json")["passed"], false, "the report is written all the same");
    assert!(folder.names().contains(&"report.html".to_owned()));
}

#[test]
fn a_low_score_fails_when_asked() {
    let folder = rules();
    folder.done(&["generate", "-n", "100"]);
    let validate = ["validate", "--real", "shop_orders.jsonl", "--synthetic", "synthetic.jsonl", "--force"];
    folder.done(&validate);
    folder.done(&[&validate[..], &["--fail-under", "0.5"]].concat());
    let run = folder.synth(&[&validate[..], &["--fail-under", "0.999"]].concat());
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("below --fail-under"), "{}", run.stderr);
}

#[test]
fn a_report_can_be_printed() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    let dryrun = ["dryrun", "--input", "shop_orders.jsonl", "--report"];
    let run = folder.done(&[&dryrun[..], &["-"]].concat());
    assert!(run.stdout.starts_with(b"<!"), "the page");
    assert_eq!(folder.names(), ["shop_orders.jsonl"], "nothing is written beside it");
    let run = folder.done(&[&dryrun[..], &["-", "--report-json", "r.json"]].concat());
    assert!(run.stdout.starts_with(b"<!"));
    let run = folder.done(&[&dryrun[..], &["r.html", "--report-json", "-"]].concat());
    let printed: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(printed["quality"]["score"].is_number(), "the numbers");
    assert_eq!(folder.names(), ["r.html", "r.json", "shop_orders.jsonl"], "r.json is of the run before");
}

#[test]
fn two_results_do_not_go_to_one_place() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    let expected = ["two results would be written to -"];
    folder.refused(
        &["dryrun", "--input", "shop_orders.jsonl", "--report", "-", "--report-json", "-"],
        &expected,
    );
    folder.refused(&["profile", "shop_orders.jsonl", "--out", "-", "--schema-out", "-"], &expected);
    folder.refused(
        &["profile", "shop_orders.jsonl", "--out", "a", "--profile-out", "a"],
        &["two results would be written to a"],
    );
}
