//! One case: what it says, and how it runs.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::failure::Failure;

/// The content of `case.toml`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// Argument lists; each begins with `synth`.
    pub(super) commands: Vec<Vec<String>>,
    /// Files to compare after the last command.
    pub(super) compare: Vec<String>,
    /// More inputs, relative to the case.
    #[serde(default)]
    inputs: Vec<String>,
    /// One exit code for each command; empty means that all are 0.
    #[serde(default)]
    exit_codes: Vec<i32>,
}

impl Case {
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("case.toml");
        let text = std::fs::read_to_string(&path).map_err(Failure::at(&path))?;
        Self::parse(&text).map_err(Failure::at(&path))
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        let case: Self = toml::from_str(text).map_err(|error| Failure::new(error.to_string()))?;
        if !case.exit_codes.is_empty() && case.exit_codes.len() != case.commands.len() {
            return Err(Failure::new("`exit_codes` needs one code for each command"));
        }
        for name in &case.compare {
            if Path::new(name).components().count() != 1 || name == "case.toml" {
                return Err(Failure::new(format!("cannot compare `{name}`: name a file of the case")));
            }
        }
        match case.commands.iter().find(|words| words.first().is_none_or(|word| word != "synth")) {
            Some(words) => Err(Failure::new(format!("a command begins with `synth`: {words:?}"))),
            None => Ok(case),
        }
    }

    /// Runs the commands in `scratch`; what command `n` prints goes to `stdout.<n>`.
    pub(super) fn run(&self, program: &Path, folder: &Path, scratch: &Path) -> Result<(), Failure> {
        self.copy_inputs(folder, scratch)?;
        for (index, words) in self.commands.iter().enumerate() {
            let mut command = Command::new(program);
            command.args(&words[1..]).current_dir(scratch).env("NO_COLOR", "1");
            for (name, _) in std::env::vars_os() {
                if name.to_string_lossy().starts_with("SYNTH_") {
                    command.env_remove(name);
                }
            }
            let output = command.output().map_err(Failure::at(program))?;
            let expected = self.exit_codes.get(index).copied().unwrap_or_default();
            if output.status.code() != Some(expected) {
                let said = String::from_utf8_lossy(&output.stderr);
                let line = words.join(" ");
                return Err(Failure::new(format!(
                    "`{line}`: {}, expected {expected}\n{said}",
                    output.status
                )));
            }
            let printed = scratch.join(format!("stdout.{}", index + 1));
            std::fs::write(&printed, output.stdout).map_err(Failure::at(&printed))?;
        }
        Ok(())
    }

    fn copy_inputs(&self, folder: &Path, scratch: &Path) -> Result<(), Failure> {
        let mut inputs: Vec<_> = self.inputs.iter().map(|name| folder.join(name)).collect();
        for entry in std::fs::read_dir(folder).map_err(Failure::at(folder))? {
            let path = entry.map_err(Failure::at(folder))?.path();
            if path.file_stem().is_some_and(|stem| stem == "input") {
                inputs.push(path);
            }
        }
        for input in inputs {
            let name = input.file_name().unwrap_or_default();
            std::fs::copy(&input, scratch.join(name)).map_err(Failure::at(&input))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let failure = Case::parse(text).expect_err("a failure").to_string();
        assert!(failure.contains(expected), "{failure}");
    }

    #[test]
    fn wrong_cases_are_refused() {
        check("commands = [[\"sh\"]]\ncompare = []", "begins with `synth`");
        check("commands = [[]]\ncompare = []", "begins with `synth`");
        check("commands = [[\"synth\"]]\ncompare = []\nexit_codes = [0, 1]", "one code for each command");
        check("commands = []\ncompare = [\"../a\"]", "name a file of the case");
        check("commands = []\ncompare = []\nn = 3", "unknown field");
    }
}
