//! Nicolas Seriot's JSONTestSuite through the program.

use std::path::Path;

use crate::folder::{Folder, Run, shared};

/// Files that are no JSON text, but whose lines are.
const VALID_LINES: &[&str] = &[];

fn check(name: &str, run: &Run) -> Result<(), String> {
    let is_ok = match (&name[..2], run.code) {
        ("y_", Some(0)) => true,
        ("n_", Some(0)) => VALID_LINES.contains(&name),
        ("n_", Some(2)) => {
            let (_, place) = run.stderr.split_once(name).unwrap_or_default();
            let is_empty = run.stderr.starts_with("error[io/empty-input]");
            !VALID_LINES.contains(&name) && (is_empty || is_place(place))
        }
        ("i_", Some(0 | 2)) => true,
        _ => false,
    };
    if is_ok { Ok(()) } else { Err(format!("{name}: {run:?}")) }
}

/// Tells whether a text begins with `:line:column (byte N`.
fn is_place(text: &str) -> bool {
    let digits = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
    let after_number = |text: &str, before: &str| {
        let text = text.strip_prefix(before)?;
        let rest = digits(text);
        (rest.len() < text.len()).then_some(rest)
    };
    after_number(text, ":")
        .and_then(|rest| after_number(&rest, ":"))
        .and_then(|rest| after_number(&rest, " (byte "))
        .is_some()
}

fn run(path: &Path) -> Run {
    let folder = Folder::new();
    let run = folder.synth(&["profile", &path.to_string_lossy()]);
    let n_files = if run.code == Some(0) { 5 } else { 0 };
    assert_eq!(folder.names().len(), n_files, "{}", path.display());
    run
}

#[test]
fn the_suite_agrees() {
    let Some(folder) = shared("json_suite/test_parsing") else { return };
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 300, "the suite is whole");
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let problems: Vec<String> =
        paths.iter().filter_map(|path| check(&name(path), &run(path)).err()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
