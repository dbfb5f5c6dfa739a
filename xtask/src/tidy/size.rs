//! How long files may be, and how large the command line may be beside the libraries.

use super::Violation;
use super::source::SourceFile;

const MAX_FILE_LINES: usize = 800;
const MAX_COMMAND_LINES: usize = 150;
const MAX_CLI_PERCENT: usize = 15;

const COMMANDS: &str = "crates/synth-cli/src/commands/";
const CLI: &str = "crates/synth-cli/";

pub(super) fn check_file(file: &SourceFile) -> Option<Violation> {
    if file.path.starts_with(COMMANDS) && file.n_lines > MAX_COMMAND_LINES {
        let message = format!("{} lines, a command has at most {MAX_COMMAND_LINES}", file.n_lines);
        return Some(Violation::new(&file.path, MAX_COMMAND_LINES + 1, message));
    }
    if file.n_lines > MAX_FILE_LINES && !file.may_be_long() {
        let message = format!("{} lines outside tests, at most {MAX_FILE_LINES}", file.n_lines);
        return Some(Violation::new(&file.path, MAX_FILE_LINES + 1, message));
    }
    None
}

pub(super) fn check_cli_share(files: &[SourceFile]) -> Option<Violation> {
    let (cli, all) = cli_and_all(files);
    (cli * 100 > all * MAX_CLI_PERCENT).then(|| {
        let message = format!(
            "synth-cli has {cli} of {all} lines outside tests, at most {MAX_CLI_PERCENT} %: move logic down"
        );
        Violation::new("crates/synth-cli/src/main.rs", 1, message)
    })
}

/// Describes the workspace in one line.
pub(super) fn summary(files: &[SourceFile]) -> String {
    let (cli, all) = cli_and_all(files);
    format!("{all} lines in crates outside tests, {cli} of them in synth-cli")
}

/// Counts the lines of the crates; tools are no part of the product.
fn cli_and_all(files: &[SourceFile]) -> (usize, usize) {
    let lines = |prefix: &str| {
        files.iter().filter(|file| file.path.starts_with(prefix)).map(|file| file.n_lines).sum::<usize>()
    };
    (lines(CLI), lines("crates/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, n_lines: usize) -> SourceFile {
        SourceFile::new(path.to_owned(), "fn a() {}\n".repeat(n_lines))
    }

    fn check(path: &str, n_lines: usize, expected: Option<&str>) {
        let found = check_file(&file(path, n_lines)).map(|violation| violation.to_string());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn long_files_are_found() {
        check("crates/synth-io/src/a.rs", 800, None);
        check(
            "crates/synth-io/src/a.rs",
            801,
            Some("crates/synth-io/src/a.rs:801: 801 lines outside tests, at most 800"),
        );
        check("crates/synth-io/tests/it/a.rs", 5000, None);
        check("fixtures/samples/a.jsonl", 5000, None);
    }

    #[test]
    fn long_commands_are_found() {
        check("crates/synth-cli/src/commands/generate.rs", 150, None);
        check(
            "crates/synth-cli/src/commands/generate.rs",
            151,
            Some("crates/synth-cli/src/commands/generate.rs:151: 151 lines, a command has at most 150"),
        );
    }

    #[test]
    fn marked_files_may_be_long() {
        let text = format!("// tidy: table\n{}", "fn a() {}\n".repeat(2000));
        assert_eq!(check_file(&SourceFile::new("crates/synth-io/src/a.rs".to_owned(), text)), None);
    }

    #[test]
    fn large_command_line_is_found() {
        let share = |cli, rest| {
            check_cli_share(&[
                file("crates/synth-cli/src/main.rs", cli),
                file("crates/synth-io/src/a.rs", rest),
                file("xtask/src/main.rs", 1000),
                file("crates/synth-cli/tests/it/main.rs", 1000),
            ])
        };
        assert_eq!(share(15, 85), None);
        assert!(share(16, 84).is_some());
    }
}
