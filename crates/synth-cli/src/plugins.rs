//! The scripts of a rule file, run only when the user allows it.

use std::path::Path;
use std::sync::Arc;

use synth_core::Place;
use synth_core::plugin::{PluginError, ValidatorPlugin};
use synth_gen::GeneratorPlugins;
use synth_io::{Script, read_text_file};
use synth_report::PluginCheck;
use synth_rules::{Generator, PluginScript, RuleSet, ValueKind};

use crate::commands::name;
use crate::failure::Failure;

/// Larger scripts are refused.
const MAX_BYTES: u64 = 1 << 20;

/// Loads the scripts that make values.
pub(crate) fn generators(
    rules: &RuleSet,
    file: &Path,
    is_allowed: bool,
) -> Result<GeneratorPlugins, Failure> {
    let mut plugins = GeneratorPlugins::default();
    for (plugin, script) in rules.plugins.generators.iter().filter(|(plugin, _)| is_used(rules, plugin)) {
        if !is_allowed {
            return Err(not_allowed(script, file));
        }
        let generator = load(script, file)?.generator().map_err(bad)?;
        plugins.register(plugin, Arc::new(generator));
    }
    Ok(plugins)
}

/// Loads the scripts that look at records, where that is allowed, and counts them.
pub(crate) fn validators(
    rules: &RuleSet,
    file: &Path,
    is_allowed: bool,
) -> Result<(PluginCheck, usize), Failure> {
    let scripts = &rules.plugins.validators;
    let mut validators: Vec<(String, Arc<dyn ValidatorPlugin>)> = Vec::new();
    for (plugin, script) in scripts.iter().filter(|_| is_allowed) {
        validators.push((plugin.clone(), Arc::new(load(script, file)?.validator().map_err(bad)?)));
    }
    Ok((PluginCheck::new(validators), scripts.len()))
}

/// The texts of all scripts that make values, which decide what is made.
pub(crate) fn texts(rules: &RuleSet, file: &Path) -> Result<String, Failure> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let used = rules.plugins.generators.iter().filter(|(plugin, _)| is_used(rules, plugin));
    let texts = used.map(|(_, script)| read_text_file(&folder.join(&script.path), MAX_BYTES));
    Ok(texts.collect::<Result<Vec<_>, _>>()?.concat())
}

fn is_used(rules: &RuleSet, script: &str) -> bool {
    let calls =
        |kind: &ValueKind| matches!(&kind.generator, Some(Generator::Plugin(call)) if call.name == script);
    rules.fields.values().flat_map(|rule| &rule.kinds).any(calls)
}

fn load(script: &PluginScript, file: &Path) -> Result<Script, Failure> {
    let folder = file.parent().unwrap_or(Path::new(""));
    Script::read(folder, &script.path)?.map_err(bad)
}

fn bad(error: PluginError) -> Failure {
    Failure::Plugin { code: "plugins/bad-script", error: Box::new(error), hint: None }
}

fn not_allowed(script: &PluginScript, file: &Path) -> Failure {
    let reason = format!("the rules run the script `{}`, which is not allowed", script.path);
    let error = PluginError { reason, place: Box::new(Place::in_source(name(file))) };
    let hint = Some("read the script; `--allow-plugins` runs it");
    Failure::Plugin { code: "plugins/not-allowed", error: Box::new(error), hint }
}
