//! Words that have no place in the repository.

use super::Violation;
use super::source::SourceFile;

/// Looked for in code, not in comments and literals.
const CODE_WORDS: &[(&str, &str)] = &[
    ("todo!", "`todo!` is not for merged code"),
    ("unimplemented!", "`unimplemented!` is not for merged code"),
    ("#[ignore", "a test runs or does not exist; slow ones go to a test target named `slow`"),
];

/// Hosts of package registries, in two halves so that this table does not find itself.
const REGISTRY_HOSTS: &[(&str, &str)] = &[
    ("crates", ".io"),
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("npmjs", ".org"),
    ("npmjs", ".com"),
    ("rubygems", ".org"),
    ("proxy.golang", ".org"),
    ("repo.maven", ".apache.org"),
    ("repo1.maven", ".org"),
];

/// First folders of paths that exist on one machine only.
const MACHINE_FOLDERS: &[(&str, &str)] = &[("/work", "/"), ("/home", "/"), ("/Users", "/")];

pub(super) fn check(file: &SourceFile) -> Vec<Violation> {
    let mut found = Vec::new();
    if file.is_rust() {
        for (line, number) in file.code.lines().zip(1..) {
            for (_, message) in CODE_WORDS.iter().filter(|(word, _)| contains_macro(line, word)) {
                found.push(Violation::new(&file.path, number, *message));
            }
        }
    }
    let is_data = file.path.starts_with("fixtures/") && !file.path.ends_with(".md");
    for (line, number) in file.text.lines().zip(1..) {
        for (name, end) in REGISTRY_HOSTS {
            if line.contains(&format!("{name}{end}")) {
                found.push(Violation::new(&file.path, number, "names the host of a package registry"));
            }
        }
        for (folder, end) in MACHINE_FOLDERS.iter().filter(|_| !is_data) {
            if contains_absolute(line, &format!("{folder}{end}")) {
                found.push(Violation::new(&file.path, number, "names a folder of one machine"));
            }
        }
    }
    found
}

/// Tells whether `word` stands in the line and is not the end of a longer name.
fn contains_macro(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// Tells whether an absolute path begins with `folder` in the line; `src/work/` does not count.
fn contains_absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ')' | '}' | '*'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_lines(path: &str, text: &str, expected: &[usize]) {
        let file = SourceFile::new(path.to_owned(), text.to_owned());
        let lines: Vec<usize> = check(&file).iter().map(|violation| violation.line).collect();
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn unfinished_code_is_found_in_code_only() {
        check_lines("a.rs", "fn a() {\n    todo!()\n}\n", &[2]);
        check_lines("a.rs", "unimplemented!(\"b\")", &[1]);
        check_lines("a.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}\n", &[2]);
        check_lines("a.rs", "// todo! in words\nconst A: &str = \"todo!\";\nmy_todo!()\n", &[]);
        check_lines("a.md", "todo!", &[]);
    }

    #[test]
    fn registry_hosts_are_found_everywhere() {
        let host = ["static.crates", "io"].join(".");
        check_lines("a.rs", &format!("// from\n// {host}\n"), &[2]);
        check_lines("fixtures/a.json", &format!("\"{host}\""), &[1]);
        check_lines("a.toml", "crates = [\"io\"]", &[]);
    }

    #[test]
    fn machine_folders_are_found_outside_data() {
        let path = ["", "work", "synth", "a.json"].join("/");
        check_lines("a.md", &format!("see `{path}`"), &[1]);
        check_lines("a.sh", &path, &[1]);
        check_lines("fixtures/a.json", &format!("\"{path}\""), &[]);
        check_lines("a.md", &format!("src{path} and ./net{path} and https://example.test{path}"), &[]);
    }
}
