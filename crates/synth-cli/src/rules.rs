//! From a rule file to a plan: what every command that makes data does first.

use std::path::Path;

use synth_core::{JsonPath, cast};
use synth_gen::{CompileOptions, GeneratorPlugins, Plan};
use synth_io::read_text_file;
use synth_rules::{Layout, RuleSet};

use crate::commands::{count, elements, name};
use crate::failure::{Failure, RuleSource};

/// Larger rule files are refused.
const MAX_RULE_BYTES: u64 = 64 << 20;

/// Reads a rule file and the files of templates that it names.
pub(crate) fn read_rules(path: &Path) -> Result<(RuleSet, RuleSource), Failure> {
    let (mut rules, source) = read_rules_alone(path)?;
    for file in rules.library_files() {
        let text = read_text_file(&path.with_file_name(&file), MAX_RULE_BYTES)?;
        rules.attach_library(&file, &text).map_err(|errors| Failure::Rules { errors, text })?;
    }
    Ok((rules, source))
}

/// Reads a rule file; files of templates are named in it as before.
pub(crate) fn read_rules_alone(path: &Path) -> Result<(RuleSet, RuleSource), Failure> {
    let text = read_text_file(path, MAX_RULE_BYTES)?;
    match RuleSet::parse(&text, &name(path)) {
        Ok(rules) => Ok((rules, RuleSource { name: name(path), text })),
        Err(errors) => Err(Failure::Rules { errors, text }),
    }
}

/// Reads the model file that rules name, in the folder of the rule file.
pub(crate) fn attach_model(rules: &mut RuleSet, path: &Path) -> Result<(), Failure> {
    let Some(file) = rules.model.as_ref().map(|model| model.file.clone()) else { return Ok(()) };
    let is_plain = Path::new(&file).file_name().is_some_and(|name| name == file.as_str());
    let failure = |message: String| Failure::Usage {
        message,
        hint: Some("without the section `model` of the rules, fields are drawn independently".to_owned()),
    };
    if !is_plain {
        return Err(failure("the model file must be named without a folder".to_owned()));
    }
    let text = read_text_file(&path.with_file_name(&file), MAX_RULE_BYTES)?;
    rules.attach_model(&text).map_err(|error| failure(format!("{file}: {error}")))
}

/// Compiles rules; errors are shown with their lines in `source`.
pub(crate) fn compile(
    rules: &RuleSet,
    options: &CompileOptions,
    counts: &[(JsonPath, u64)],
    source: RuleSource,
) -> Result<Plan, Failure> {
    compile_with_plugins(rules, options, (counts, &GeneratorPlugins::default()), source)
}

/// Compiles rules whose fields may call plugins.
pub(crate) fn compile_with_plugins(
    rules: &RuleSet,
    options: &CompileOptions,
    (counts, plugins): (&[(JsonPath, u64)], &GeneratorPlugins),
    source: RuleSource,
) -> Result<Plan, Failure> {
    Plan::compile_with_plugins(rules, options, counts, plugins)
        .map_err(|errors| Failure::Plan { errors, rules: source })
}

/// How much is made: records, and in a document elements of its main collection.
pub(crate) fn amount(n_records: u64, rules: &RuleSet, n_rows: u64, counts: &[(JsonPath, u64)]) -> String {
    let records = count(n_records, "record");
    match &rules.globals.main_collection {
        Some(main) if rules.globals.layout == Layout::Document => {
            let counted = counts.iter().rev().find(|(path, _)| path == main);
            format!("{records}, {}", elements(counted.map_or(n_rows, |(_, n)| *n), main))
        }
        _ => records,
    }
}

/// The number of rows asked for.
pub(crate) fn n_rows(rules: &RuleSet, n: Option<u64>, scale: Option<f64>) -> Result<u64, Failure> {
    let missing = || Failure::usage("the rule file names no number of records; say how many with -n");
    let default_n = || rules.globals.default_n.ok_or_else(missing);
    match (n, scale) {
        (Some(n), _) => Ok(n),
        (None, Some(scale)) => Ok(cast::round_to_u64(default_n()? as f64 * scale)),
        (None, None) => default_n(),
    }
}
