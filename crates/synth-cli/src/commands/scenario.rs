//! `synth scenario`

use std::path::Path;

use synth_io::{OutputFile, Overwrite};
use synth_rules::ScenarioFile;

use super::{count, name};
use crate::Outcome;
use crate::args::inspecting::{CheckScenarios, ListScenarios, ScenarioAction};
use crate::display::Screen;
use crate::failure::Failure;
use crate::rules::read_rules;
use crate::scenarios::{apply_one, read};

pub(crate) fn run(args: &ScenarioAction, screen: &Screen) -> Result<Outcome, Failure> {
    match args {
        ScenarioAction::List(args) => list(args),
        ScenarioAction::Check(args) => check(args, screen),
    }
}

fn list(args: &ListScenarios) -> Result<Outcome, Failure> {
    let mut out = OutputFile::create(Path::new("-"), Overwrite::Refuse)?;
    for path in &args.files {
        // A rule file says what it is by its version.
        let file = match read(path) {
            Err(Failure::Rules { text, .. }) if text.contains("version:") => of_rules(path)?,
            file => file?,
        };
        for (scenario, content) in file.scenarios() {
            let description = content.description.as_deref().unwrap_or("");
            let line = format!("{}\t{description}\n", argument(path, &file, scenario));
            out.write_all(line.as_bytes())?;
        }
    }
    out.finish()?;
    Ok(Outcome::Done)
}

/// What stands behind `--scenario` to mean this one.
fn argument(path: &Path, file: &ScenarioFile, scenario: &str) -> String {
    match file.is_of_rules() {
        true => scenario.to_owned(),
        false if file.scenarios().count() == 1 => name(path),
        false => format!("{}#{scenario}", name(path)),
    }
}

fn of_rules(path: &Path) -> Result<ScenarioFile, Failure> {
    let (rules, source) = read_rules(path)?;
    Ok(ScenarioFile::of_rules(&rules, &source.text, &source.name))
}

fn check(args: &CheckScenarios, screen: &Screen) -> Result<Outcome, Failure> {
    let (rules, source) = read_rules(&args.rules)?;
    let mut files = vec![Ok(ScenarioFile::of_rules(&rules, &source.text, &source.name))];
    files.extend(args.files.iter().map(|path| read(path)));
    let (mut n_checked, mut outcome) = (0, Outcome::Done);
    let mut tell = |failure: Failure| match failure {
        failure @ Failure::Rules { .. } => {
            screen.failure(&failure);
            outcome = Outcome::CheckFailed;
            Ok(())
        }
        failure => Err(failure),
    };
    for file in files {
        let file = match file {
            Ok(file) => file,
            Err(failure) => {
                tell(failure)?;
                continue;
            }
        };
        for (scenario, _) in file.scenarios() {
            n_checked += 1;
            if let Err(failure) = apply_one(&file, scenario, &rules) {
                tell(failure)?;
            }
        }
    }
    if outcome == Outcome::Done {
        screen.say(&format!(
            "{}: no problems with the rules of {}",
            count(n_checked, "scenario"),
            name(&args.rules)
        ));
    }
    Ok(outcome)
}
