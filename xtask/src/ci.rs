//! Every check, in the order in which a mistake is found soonest; the tests come last.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::workspace::{self, cargo};
use crate::{browser, golden, layers, llm, numbers, tidy};

/// How much to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What must pass before a merge.
    Usual,
    /// Also the test targets named `slow` and the fuzz targets' build.
    Slow,
}

/// Runs all stages and stops at the first that fails.
///
/// The test binaries and `synth` are built by one command with one profile and one set of features, so that
/// neither the golden stage nor the test stage compiles anything again.
pub(crate) fn run(depth: Depth) -> Result<(), Failure> {
    stage("fmt", || workspace::run(&mut cargo(&["fmt", "--all", "--check"])))?;
    stage("layers", layers::run)?;
    stage("tidy", tidy::run)?;
    stage("clippy", || {
        workspace::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    stage("doc", || {
        workspace::run(cargo(&["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    stage("deny", deny)?;
    stage("build", || {
        workspace::run(&mut cargo(&["build", "--workspace", "--lib", "--tests", "--bin", "synth"]))
    })?;
    stage("golden", || golden::run_built(golden::Mode::Compare))?;
    stage("numbers", numbers::run_built)?;
    stage("browser", browser::run_built)?;
    stage("model", llm::try_built)?;
    if depth == Depth::Slow {
        stage("fuzz build", || workspace::run(&mut cargo(&["check", "--manifest-path", "fuzz/Cargo.toml"])))?;
        stage("slow tests", slow_tests)?;
    }
    tests()
}

fn stage(name: &str, body: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("== {name}");
    let start = Instant::now();
    let result = body();
    close(name, start.elapsed(), result, "")
}

fn close(name: &str, elapsed: Duration, result: Result<(), Failure>, note: &str) -> Result<(), Failure> {
    let seconds = elapsed.as_secs_f64();
    let verdict = if result.is_ok() { "ok" } else { "FAILED" };
    println!("== {name}: {verdict} in {seconds:.1} s{note}");
    result.map_err(|failure| Failure::new(format!("stage `{name}` failed: {failure}")))
}

/// Checks licences, sources and duplicate crates; never asks the network.
fn deny() -> Result<(), Failure> {
    let version = cargo(&["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) {
        let check = ["deny", "--offline", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
        workspace::run(&mut cargo(&check))
    } else {
        println!("deny: SKIPPED, cargo-deny is not installed (cargo install cargo-deny --locked)");
        Ok(())
    }
}

/// Runs the test targets named `slow`, which `cargo test` alone leaves out (`test = false`).
fn slow_tests() -> Result<(), Failure> {
    let metadata = workspace::metadata()?;
    let has_slow = metadata
        .packages
        .iter()
        .flat_map(|package| &package.targets)
        .any(|target| target.name == "slow" && target.kind.iter().any(|kind| kind == "test"));
    if has_slow {
        workspace::run(&mut cargo(&["test", "--workspace", "--test", "slow"]))
    } else {
        println!("slow tests: there are none");
        Ok(())
    }
}

/// Runs the tests; the runner's last summary line is the last line of the output.
fn tests() -> Result<(), Failure> {
    println!("== tests");
    let start = Instant::now();
    let mut child = cargo(&["test", "--workspace", "--no-fail-fast"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("cannot start cargo test: {error}")))?;
    let mut tail = Tail::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| Failure::new(format!("output of cargo test: {error}")))?;
            print!("{}", tail.push(&line));
            // A closed output is no reason to stop the tests.
            let _ = std::io::stdout().flush();
        }
    }
    let status = child.wait().map_err(|error| Failure::new(format!("cargo test: {error}")))?;
    let note = format!(", {} passed, {} failed, {} left out", tail.passed, tail.failed, tail.ignored);
    // What the runner says of its own time stands behind the summary; the summary is to be last.
    let summary = tail.held.lines().find(|line| line.starts_with("test result:")).unwrap_or_default();
    if status.success() {
        close("tests", start.elapsed(), Ok(()), &note)?;
        println!("{summary}");
        Ok(())
    } else {
        println!("{summary}");
        close("tests", start.elapsed(), Err(Failure::new(format!("cargo test: {status}"))), &note)
    }
}

/// Holds the latest summary back until something follows it, so that it can be printed last, and adds them up.
#[derive(Debug, Default)]
struct Tail {
    held: String,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tail {
    /// Takes one line and returns what may be printed now.
    fn push(&mut self, line: &str) -> String {
        let summary = line.strip_prefix("test result:");
        let may_be_last = line.trim().is_empty() || line.starts_with("all doctests ran in");
        if let Some(counts) = summary {
            self.passed += count(counts, "passed");
            self.failed += count(counts, "failed");
            self.ignored += count(counts, "ignored");
        }
        let mut ready = String::new();
        if !may_be_last {
            ready = std::mem::take(&mut self.held);
        }
        if summary.is_some() || may_be_last {
            self.held.push_str(line);
            self.held.push('\n');
        } else {
            ready.push_str(line);
            ready.push('\n');
        }
        ready
    }
}

/// Returns the number before `word`.
fn count(counts: &str, word: &str) -> u64 {
    let parts = counts.split([';', '.']).map(str::trim);
    parts
        .filter_map(|part| part.strip_suffix(word))
        .find_map(|number| number.trim().parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_summary_is_held_and_all_are_added_up() {
        let lines = [
            "running 2 tests",
            "test a ... ok",
            "",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "",
            "running 1 test",
            "",
            "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "",
            "all doctests ran in 0.30s; merged doctests compilation took 0.27s",
        ];
        let mut tail = Tail::default();
        let shown: String = lines.iter().map(|line| tail.push(line)).collect();
        assert_eq!(shown, format!("{}\n", lines[..7].join("\n")));
        assert_eq!(tail.held, format!("{}\n", lines[7..].join("\n")));
        assert_eq!((tail.passed, tail.failed, tail.ignored), (5, 1, 0));
    }

    #[test]
    fn failed_stage_is_named() {
        let failure = stage("fmt", || Err(Failure::new("exit status: 1"))).expect_err("a failure");
        assert_eq!(failure.to_string(), "stage `fmt` failed: exit status: 1");
    }
}
