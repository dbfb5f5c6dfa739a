//! Scenarios: which ones are meant, and the rules as they change them.

use std::path::Path;

use synth_io::read_text_file;
use synth_rules::{RuleSet, ScenarioFile, suggest};

use crate::failure::{Failure, RuleSource};

/// Larger scenario files are refused.
const MAX_BYTES: u64 = 16 << 20;

/// Changes rules by scenarios, one after the other.
pub(crate) fn apply(rules: RuleSet, source: &RuleSource, wanted: &[String]) -> Result<RuleSet, Failure> {
    let own = ScenarioFile::of_rules(&rules, &source.text, &source.name);
    let mut changed = rules;
    for wanted in wanted {
        let (file, name) = find(wanted, &own)?;
        let file = file.as_ref().unwrap_or(&own);
        changed = apply_one(file, &name, &changed)?;
    }
    Ok(changed)
}

/// Changes rules by one scenario of a file.
pub(crate) fn apply_one(file: &ScenarioFile, name: &str, rules: &RuleSet) -> Result<RuleSet, Failure> {
    file.apply(name, rules).map_err(|errors| Failure::Rules { errors, text: file.text().to_owned() })
}

/// Finds a scenario: in the rules by its name, or in a file; `None` for the rules.
fn find(wanted: &str, own: &ScenarioFile) -> Result<(Option<ScenarioFile>, String), Failure> {
    let names: Vec<&str> = own.scenarios().map(|(name, _)| name).collect();
    if names.contains(&wanted) {
        return Ok((None, wanted.to_owned()));
    }
    let (path, name) = match wanted.rsplit_once('#') {
        Some((path, name)) if !Path::new(wanted).exists() => (path, Some(name)),
        _ => (wanted, None),
    };
    if !Path::new(path).exists() {
        let known = suggest(wanted, names.iter().copied()).map(|known| format!("did you mean `{known}`?"));
        let listed = (!names.is_empty()).then(|| format!("the rule file has {}", names.join(", ")));
        return Err(Failure::Usage {
            message: format!("`{wanted}` is neither a scenario of the rule file nor a file"),
            hint: known.or(listed),
        });
    }
    let file = read(Path::new(path))?;
    let names: Vec<String> = file.scenarios().map(|(name, _)| name.to_owned()).collect();
    match (name, names.as_slice()) {
        (Some(name), names) if names.iter().any(|known| known == name) => Ok((Some(file), name.to_owned())),
        (None, [only]) => Ok((Some(file), only.clone())),
        (_, names) => Err(Failure::Usage {
            message: format!("which scenario of {path} is meant?"),
            hint: Some(format!("say {path}#NAME; there are {}", names.join(", "))),
        }),
    }
}

/// Reads a file of scenarios.
pub(crate) fn read(path: &Path) -> Result<ScenarioFile, Failure> {
    let text = read_text_file(path, MAX_BYTES)?;
    let parsed = ScenarioFile::parse(&text, &path.display().to_string());
    parsed.map_err(|errors| Failure::Rules { errors, text })
}
