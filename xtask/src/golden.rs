//! End-to-end cases: the program's files must not change by a byte.
//!
//! A case is a folder `fixtures/golden/<case>/` with `case.toml`, its inputs and the expected files:
//!
//! ```toml
//! commands = [["synth", "profile", "input.jsonl", "--out", "ruleset.yaml"], ["synth", "lint", "ruleset.yaml"]]
//! compare = ["ruleset.yaml", "stdout.2"]   # `stdout.2` is what the second command printed
//! inputs = ["../../samples/orders.jsonl"]  # beside every `input.*` of the case; optional
//! exit_codes = [0, 1]                      # optional; without it all must be 0
//! ```
//!
//! The commands run one after the other in an empty folder that holds the inputs only.

mod case;

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace::{self, cargo};
use case::Case;

/// What to do with the files of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Compare them with the stored ones.
    Compare,
    /// Store them.
    Bless,
}

/// Builds the program and runs every case.
pub(crate) fn run(mode: Mode) -> Result<(), Failure> {
    workspace::run(&mut cargo(&["build", "--quiet", "--package", "synth-cli"]))?;
    run_built(mode)
}

/// Runs every case with the program that is there.
pub(crate) fn run_built(mode: Mode) -> Result<(), Failure> {
    let program = workspace::metadata()?.target_directory.join("debug").join("synth");
    let folders = case_folders(&workspace::root().join("fixtures").join("golden"))?;
    if folders.is_empty() {
        println!("golden: no cases yet, nothing to compare");
        return Ok(());
    }
    let mut n_different = 0;
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let differences = match run_case(&program, folder, mode) {
            Ok(differences) => differences,
            Err(failure) => vec![failure.to_string()],
        };
        n_different += usize::from(!differences.is_empty());
        let verdict = if differences.is_empty() { "ok" } else { "DIFFERENT" };
        println!("golden: {name}: {verdict}");
        for difference in differences {
            println!("  {difference}");
        }
    }
    if n_different == 0 {
        return Ok(());
    }
    let hint = "if the change is meant: cargo xtask golden --bless, then read the diff";
    Err(Failure::new(format!("{n_different} of {} golden cases differ; {hint}", folders.len())))
}

fn case_folders(golden: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !golden.is_dir() {
        return Ok(Vec::new());
    }
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(golden).map_err(Failure::at(golden))? {
        let path = entry.map_err(Failure::at(golden))?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Runs one case and returns what differs.
fn run_case(program: &Path, folder: &Path, mode: Mode) -> Result<Vec<String>, Failure> {
    let case = Case::read(folder)?;
    let scratch = tempfile::tempdir().map_err(Failure::at(folder))?;
    case.run(program, folder, scratch.path())?;
    let mut differences = Vec::new();
    for name in &case.compare {
        let made_path = scratch.path().join(name);
        let made = std::fs::read(&made_path)
            .map_err(|error| Failure::new(format!("the run left no `{name}`: {error}")))?;
        let stored_path = folder.join(name);
        match mode {
            Mode::Bless => std::fs::write(&stored_path, made).map_err(Failure::at(&stored_path))?,
            Mode::Compare => match std::fs::read(&stored_path) {
                Ok(stored) => differences.extend(difference(name, &stored, &made)),
                Err(error) => differences.push(format!("{name}: no stored file ({error})")),
            },
        }
    }
    Ok(differences)
}

/// Returns the first line in which two files differ; `None` if their bytes are equal.
fn difference(name: &str, stored: &[u8], made: &[u8]) -> Option<String> {
    if stored == made {
        return None;
    }
    let mut stored_lines = stored.split(|byte| *byte == b'\n');
    let mut made_lines = made.split(|byte| *byte == b'\n');
    let mut number = 1;
    loop {
        let (old, new) = (stored_lines.next(), made_lines.next());
        if old != new {
            return Some(format!("{name}:{number}: stored `{}`, made `{}`", shown(old), shown(new)));
        }
        number += 1;
    }
}

/// Shortens a line for the terminal.
fn shown(line: Option<&[u8]>) -> String {
    const MAX_CHARS: usize = 120;
    let Some(line) = line else { return "<end of file>".to_owned() };
    let text = String::from_utf8_lossy(line);
    match text.char_indices().nth(MAX_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stored: &str, made: &str, expected: Option<&str>) {
        assert_eq!(difference("a", stored.as_bytes(), made.as_bytes()).as_deref(), expected);
    }

    #[test]
    fn first_different_line_is_named() {
        check("x\ny\n", "x\ny\n", None);
        check("x\ny\nz\n", "x\nw\n", Some("a:2: stored `y`, made `w`"));
        check("x\n", "x\ny", Some("a:2: stored ``, made `y`"));
        check("x", "x\n", Some("a:2: stored `<end of file>`, made ``"));
        check("x\r\n", "x\n", Some("a:1: stored `x\r`, made `x`"));
    }

    #[cfg(unix)]
    #[test]
    fn a_case_is_blessed_then_equal_then_different() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("input.txt", "one\ntwo\n");
        write(
            "case.toml",
            "commands = [[\"synth\", \"input.txt\"], [\"synth\", \"nothing\"]]\n\
             compare = [\"stdout.1\"]\nexit_codes = [0, 1]\n",
        );
        let run = |mode| run_case(Path::new("/bin/cat"), folder.path(), mode).expect("a run");
        assert_eq!(run(Mode::Compare).len(), 1);
        assert_eq!(run(Mode::Bless), Vec::<String>::new());
        assert_eq!(run(Mode::Compare), Vec::<String>::new());
        write("input.txt", "one\n2\n");
        assert_eq!(run(Mode::Compare), ["stdout.1:2: stored `two`, made `2`"]);
    }
}
