//! Dependencies that a manifest declares and no code of its crate names.

use super::Violation;
use super::source::SourceFile;

/// Returns the declared dependencies that no code of the crate names.
///
/// A dependency of the crate itself must be named in the code below `src`. One of tests may also be named elsewhere in
/// the crate, and in the examples of its docs.
pub(super) fn check(manifest: &SourceFile, files: &[SourceFile]) -> Vec<Violation> {
    let Some(folder) = manifest.path.strip_suffix("Cargo.toml").filter(|folder| !folder.is_empty()) else {
        return Vec::new();
    };
    let Ok(parsed) = manifest.text.parse::<toml::Table>() else { return Vec::new() };
    let rust: Vec<&SourceFile> =
        files.iter().filter(|file| file.is_rust() && file.path.starts_with(folder)).collect();
    let src = format!("{folder}src/");
    let in_src =
        |word: &str| rust.iter().any(|file| file.path.starts_with(&src) && has_word(&file.code, word));
    let anywhere = |word: &str| rust.iter().any(|file| has_word(&file.text, word));
    let mut found = Vec::new();
    for (section, is_used) in
        [("dependencies", &in_src as &dyn Fn(&str) -> bool), ("dev-dependencies", &anywhere)]
    {
        let names = parsed.get(section).and_then(toml::Value::as_table).into_iter().flatten();
        for (name, _) in names.filter(|(name, _)| !is_used(&name.replace('-', "_"))) {
            let line = manifest.text.lines().position(|line| line.starts_with(name.as_str()));
            let message = format!("no code uses the dependency `{name}`");
            found.push(Violation::new(&manifest.path, line.map_or(1, |line| line + 1), message));
        }
    }
    found
}

/// Tells whether a text has a word that no letter, digit or underscore continues.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_code(path: &str, code: &str, expected: &[&str]) {
        let manifest = "[package]\nname = \"synth-io\"\n[dependencies]\nserde.workspace = true\n\
                        synth-core = \"1\"\n[dev-dependencies]\nproptest = \"1\"\n";
        let file = |path: &str, text: &str| SourceFile::new(path.to_owned(), text.to_owned());
        let manifest = file("crates/synth-io/Cargo.toml", manifest);
        let used = "use serde::Serialize;\nuse synth_core::Place;\n/// proptest::run()\nfn a() {}\n";
        let files = [file("crates/synth-io/src/lib.rs", used), file("crates/synth-core/src/lib.rs", used)];
        assert_eq!(super::check(&manifest, &files), []);
        let found = super::check(&manifest, &[file(path, code)]);
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_no_code_names_is_found() {
        let serde = "crates/synth-io/Cargo.toml:4: no code uses the dependency `serde`";
        let core = "crates/synth-io/Cargo.toml:5: no code uses the dependency `synth-core`";
        let proptest = "crates/synth-io/Cargo.toml:7: no code uses the dependency `proptest`";
        check_code("crates/synth-core/src/lib.rs", "use serde::Serialize;", &[serde, core, proptest]);
        check_code(
            "crates/synth-io/src/a.rs",
            "// synth_core\nuse serde_json::Value;",
            &[serde, core, proptest],
        );
        check_code("crates/synth-io/tests/it/a.rs", "use serde as _; use proptest::prelude;", &[serde, core]);
    }
}
