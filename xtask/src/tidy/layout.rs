//! Which names the repository and its modules may have.

use super::Violation;
use super::source::SourceFile;

/// What may stand in the top folder. A run's output does not belong there.
const TOP: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "rust-toolchain.toml",
    "deny.toml",
    "clippy.toml",
    "rustfmt.toml",
    ".cargo",
    ".ci",
    ".git",
    ".gitignore",
    ".gitattributes",
    "target",
    "crates",
    "xtask",
    "fixtures",
    "docs",
    "fuzz",
];

const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc"];

pub(super) fn check_top<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Violation> {
    names
        .filter(|name| !TOP.contains(name))
        .map(|name| Violation::new(name, 1, "not a name of the top folder"))
        .collect()
}

/// Checks the module's file, its folders and the modules written inside it.
pub(super) fn check_names(file: &SourceFile) -> Vec<Violation> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let folders: Vec<&str> = file.path.split('/').rev().skip(1).collect();
    if file.stem() == "mod" {
        let module = folders.first().unwrap_or(&"");
        let message = format!("use `{module}.rs` beside the folder, not `mod.rs`");
        found.push(Violation::new(&file.path, 1, message));
    }
    for name in folders.into_iter().chain([file.stem()]).filter(|name| EMPTY_NAMES.contains(name)) {
        found.push(Violation::new(&file.path, 1, says_nothing(name)));
    }
    for (line, number) in file.code.lines().zip(1..) {
        if let Some(name) = inline_module(line).filter(|name| EMPTY_NAMES.contains(name)) {
            found.push(Violation::new(&file.path, number, says_nothing(name)));
        }
    }
    found
}

fn says_nothing(name: &str) -> String {
    format!("a module called `{name}` says nothing about what it holds")
}

/// Returns the name in `pub(crate) mod name {`; a `mod name;` has a file, which is checked by its path.
fn inline_module(line: &str) -> Option<&str> {
    let before_brace = line.trim_end().strip_suffix('{')?;
    let mut words = before_brace.split_whitespace().rev();
    let name = words.next()?;
    (words.next() == Some("mod")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        let file = SourceFile::new(path.to_owned(), text.to_owned());
        let found: Vec<String> = check_names(&file).iter().map(Violation::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn top_folder_holds_known_names_only() {
        assert_eq!(check_top(["Cargo.toml", ".ci", "crates"].into_iter()), []);
        let found = check_top(["ruleset.yaml"].into_iter());
        assert_eq!(found[0].to_string(), "ruleset.yaml:1: not a name of the top folder");
    }

    #[test]
    fn good_names_pass() {
        check("crates/synth-io/src/scan/number.rs", "mod tests {\n}\n", &[]);
        check("fixtures/misc/a.json", "{}", &[]);
    }

    #[test]
    fn empty_names_are_found() {
        let message = |name: &str| format!(": a module called `{name}` says nothing about what it holds");
        check("a/src/utils.rs", "", &[&format!("a/src/utils.rs:1{}", message("utils"))]);
        check("a/tests/common/b.rs", "", &[&format!("a/tests/common/b.rs:1{}", message("common"))]);
        check("a/src/b.rs", "\npub mod helpers {\n}\n", &[&format!("a/src/b.rs:2{}", message("helpers"))]);
    }

    #[test]
    fn mod_rs_is_found() {
        check("a/src/b/mod.rs", "", &["a/src/b/mod.rs:1: use `b.rs` beside the folder, not `mod.rs`"]);
    }
}
