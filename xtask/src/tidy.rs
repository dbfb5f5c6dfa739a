//! The limits of the house style that no lint checks: sizes, names, places, forbidden words and unused dependencies.
//!
//! Every check is a function of file paths and texts; only [`run`] reads the repository.

mod layout;
mod size;
mod source;
mod strip;
mod unused;
mod words;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace;
use source::SourceFile;

/// A place and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: String,
    /// From 1.
    line: usize,
    message: String,
}

impl Violation {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Prints every violation.
pub(crate) fn run() -> Result<(), Failure> {
    let root = workspace::root();
    let mut files = Vec::new();
    for folder in ["crates", "xtask", "fuzz", "fixtures", "docs", ".ci", ".cargo"] {
        read_folder(&root, &root.join(folder), &mut files)?;
    }
    let top = names(&root)?;
    for name in &top {
        let path = root.join(name);
        if path.is_file() {
            read_file(&root, &path, &mut files)?;
        }
    }
    let mut found = layout::check_top(top.iter().map(String::as_str));
    found.extend(check_files(&files));
    found.sort();
    if found.is_empty() {
        println!("tidy: {} files, {}", files.len(), size::summary(&files));
        return Ok(());
    }
    for violation in &found {
        println!("tidy: {violation}");
    }
    Err(Failure::new(format!("{} violation(s) of the house style", found.len())))
}

fn check_files(files: &[SourceFile]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        found.extend(layout::check_names(file));
        found.extend(size::check_file(file));
        found.extend(words::check(file));
        if file.path.ends_with("/Cargo.toml") && !file.path.starts_with("fuzz/") {
            found.extend(unused::check(file, files));
        }
    }
    found.extend(size::check_cli_share(files));
    found
}

/// Reads all text files below `folder`, in the order of their names.
fn read_folder(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> Result<(), Failure> {
    if !folder.is_dir() {
        return Ok(());
    }
    for name in names(folder)? {
        let path = folder.join(&name);
        if !path.is_dir() {
            read_file(root, &path, files)?;
        } else if !matches!(name.as_str(), "target" | "corpus" | "artifacts") {
            read_folder(root, &path, files)?;
        }
    }
    Ok(())
}

/// Reads one file; leaves it out if it is not text, or written by cargo or git.
fn read_file(root: &Path, path: &Path, files: &mut Vec<SourceFile>) -> Result<(), Failure> {
    if path.file_name().is_some_and(|name| name == "Cargo.lock" || name == ".git") {
        return Ok(());
    }
    let bytes = std::fs::read(path).map_err(Failure::at(path))?;
    let relative: PathBuf = path.strip_prefix(root).unwrap_or(path).to_path_buf();
    if let Ok(text) = String::from_utf8(bytes) {
        files.push(SourceFile::new(relative.to_string_lossy().replace('\\', "/"), text));
    }
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Failure::at(folder))? {
        let entry = entry.map_err(Failure::at(folder))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_violations_of_all_files_are_listed_with_their_lines() {
        let files = [
            SourceFile::new("crates/synth-io/src/misc.rs".into(), "//! Docs.\nfn a() { todo!() }\n".into()),
            SourceFile::new("crates/synth-io/src/scan/mod.rs".into(), String::new()),
        ];
        let mut shown: Vec<String> = check_files(&files).iter().map(Violation::to_string).collect();
        shown.sort();
        assert_eq!(
            shown,
            [
                "crates/synth-io/src/misc.rs:1: a module called `misc` says nothing about what it holds",
                "crates/synth-io/src/misc.rs:2: `todo!` is not for merged code",
                "crates/synth-io/src/scan/mod.rs:1: use `scan.rs` beside the folder, not `mod.rs`",
            ]
        );
    }
}
