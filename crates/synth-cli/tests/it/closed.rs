//! Whoever reads messages may have had enough of them; the work is done all the same.

use std::process::Stdio;

use crate::folder::Folder;

const RULES: &str = "
version: 2
fields:
  $.id: {type: integer, generator: sequence, params: {start: 1}}
  $.all: {type: number, generator: derived, params: {expression: '1 / (id - 1)'}}
";

/// Runs the program with a standard error that nobody reads any more, as after `2>&1 | head -0`.
fn unread(folder: &Folder, args: &[&str]) -> Option<i32> {
    let mut run = folder.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(run.stderr.take());
    run.wait().unwrap().code()
}

/// Catches messages whose failure ends the run before its files are written.
#[test]
fn messages_that_nobody_reads_end_nothing() {
    let folder = Folder::with("ruleset.yaml", RULES);
    assert_eq!(unread(&folder, &["generate", "-n", "20000", "-o", "a.jsonl", "--log"]), Some(0));
    assert_eq!(folder.text("a.jsonl").lines().count(), 20_000);
    assert!(folder.text("generation.log").contains("\"done\""));
    assert_eq!(unread(&folder, &["profile", "a.jsonl", "-o", "b.yaml"]), Some(0));
    assert!(folder.text("b.yaml").contains("$.id"));
    let args = ["validate", "--real", "a.jsonl", "--synthetic", "a.jsonl", "--report", "r.html"];
    let expected = folder.synth(&[&args[..], &["--force"]].concat()).code;
    assert_eq!(unread(&folder, &[&args[..], &["--force"]].concat()), expected);
    assert!(folder.text("r.html").contains("</html>"));
    assert_eq!(unread(&folder, &["generate", "--rules", "none.yaml"]), Some(2));
}
