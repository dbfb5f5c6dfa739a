//! Settings: flags whose value may also come from the environment or from `synth.toml`.
//!
//! One table names them. A flag wins over the environment, that over a command's table of the file, that over the
//! file's top level. What none of them names is up to the rule file and then to the defaults of `args`.

mod file;
mod llm_table;

use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use crate::args::Arguments;
use crate::failure::Failure;
pub(crate) use file::SettingsFile;

/// A flag that may be set outside of the command line.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Name of the flag's field, which is its key in the file.
    pub(crate) key: &'static str,
    pub(crate) form: Form,
    /// A second variable of the environment.
    alias: Option<&'static str>,
    /// A setting that says the same in another way, so that the stronger of the two counts.
    rival: Option<&'static str>,
}

/// What a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Flag,
    Whole,
    Number,
    Word,
}

/// All settings; flags that name the files and records of one run are none.
pub(crate) const SETTINGS: [Setting; 40] = [
    Setting::new("quiet", Form::Flag),
    Setting::new("format", Form::Word),
    Setting::new("max_bad", Form::Whole),
    Setting::new("max_depth", Form::Whole),
    Setting::new("max_line_bytes", Form::Whole),
    Setting { alias: Some("SYNTH_PARALLEL_WORKERS"), ..Setting::new("parallel", Form::Whole) },
    Setting::new("k", Form::Whole),
    Setting::new("single_pass", Form::Flag),
    Setting { rival: Some("scale"), ..Setting::new("n", Form::Whole) },
    Setting { rival: Some("n"), ..Setting::new("scale", Form::Number) },
    Setting::new("seed", Form::Whole),
    Setting::new("fail_under", Form::Number),
    Setting::new("strict", Form::Flag),
    Setting::new("privacy_checks", Form::Flag),
    Setting::new("statistical_tests", Form::Word),
    Setting::new("force", Form::Flag),
    Setting::new("chunk_size", Form::Whole),
    Setting::new("checkpoint_interval", Form::Whole),
    Setting::new("partition_rows", Form::Whole),
    Setting::new("model", Form::Word),
    Setting::new("model_budget", Form::Whole),
    Setting::new("cache", Form::Flag),
    Setting::new("cache_dir", Form::Word),
    Setting::new("llm", Form::Word),
    Setting { alias: Some("SYNTH_LLM_BASE_URL"), ..Setting::new("server", Form::Word) },
    Setting::new("llm_model", Form::Word),
    Setting::new("llm_max_tokens", Form::Whole),
    Setting::new("llm_max_seconds", Form::Whole),
    Setting::new("llm_timeout", Form::Whole),
    Setting::new("llm_retries", Form::Whole),
    Setting::new("llm_backoff", Form::Number),
    Setting::new("llm_answer_tokens", Form::Whole),
    Setting::new("llm_temperature", Form::Number),
    Setting::new("llm_top_p", Form::Number),
    Setting::new("llm_seed", Form::Whole),
    Setting::new("llm_fallback", Form::Word),
    Setting::new("llm_cache_ttl", Form::Whole),
    Setting::new("llm_cache_mb", Form::Whole),
    Setting::new("no_llm_cache", Form::Flag),
    Setting::new("allow_remote_llm", Form::Flag),
];

impl Setting {
    const fn new(key: &'static str, form: Form) -> Self {
        Self { key, form, alias: None, rival: None }
    }

    /// Returns the setting of a flag.
    pub(crate) fn of(arg: &clap::Arg) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| arg.get_id() == setting.key)
    }

    /// Returns the variable of the environment to read: the second one only where the first is not set.
    pub(crate) fn variable(&self) -> String {
        let first = format!("SYNTH_{}", self.key.to_uppercase());
        match self.alias {
            Some(alias) if !is_set(&first) && is_set(alias) => alias.to_owned(),
            _ => first,
        }
    }
}

/// Tells whether a variable has a value; an empty one has none.
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Reads the command line and fills in what it leaves to the settings; a wrong command line ends the program.
pub(crate) fn arguments() -> Result<Arguments, Failure> {
    let plain = Arguments::command();
    // Only what is given is of interest here; mistakes are shown by the second reading.
    let given = plain.clone().ignore_errors(true).try_get_matches().ok();
    let file = match &given {
        Some(given) => SettingsFile::find(given.get_one::<std::path::PathBuf>("config").map(|path| &**path))?,
        None => SettingsFile::default(),
    };
    if let Some((table, given)) = given.as_ref().and_then(ArgMatches::subcommand) {
        check_environment(table, given)?;
    }
    let matches = layered(plain, &file, given.as_ref()).get_matches();
    Ok(Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
}

/// Returns the command line whose flags know the environment and the file; `given` is what already stands on it.
pub(crate) fn layered(
    command: clap::Command,
    file: &SettingsFile,
    given: Option<&ArgMatches>,
) -> clap::Command {
    let with_settings = |command: clap::Command, table: &str, given: Option<&ArgMatches>| {
        command.mut_args(|arg| match Setting::of(&arg) {
            Some(setting) => with_layers(arg, setting, (file, table), given),
            None => arg,
        })
    };
    with_settings(command, "", given).mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        let given = given.and_then(|given| given.subcommand_matches(&name));
        with_settings(command, &name, given)
    })
}

fn with_layers(
    mut arg: clap::Arg,
    setting: &Setting,
    (file, table): (&SettingsFile, &str),
    given: Option<&ArgMatches>,
) -> clap::Arg {
    let rival = setting.rival.and_then(|rival| SETTINGS.iter().find(|other| other.key == rival));
    if rival.is_some_and(|rival| given.is_some_and(|given| is_on_line(given, rival.key))) {
        return arg;
    }
    if setting.form == Form::Flag {
        arg = arg.value_parser(clap::builder::BoolishValueParser::new());
    }
    let variable = setting.variable();
    if is_set(&variable) || std::env::var_os(&variable).is_none() {
        arg = arg.env(variable);
    }
    let outdone = rival.is_some_and(|rival| is_set(&rival.variable()));
    match file.entry(table, setting.key, rival.map(|rival| rival.key)) {
        Some(entry) if !outdone => arg.default_value(entry.text.clone()),
        _ => arg,
    }
}

/// A flag that the command does not have is not on its line.
fn is_on_line(given: &ArgMatches, key: &str) -> bool {
    given.try_contains_id(key).is_ok() && given.value_source(key) == Some(ValueSource::CommandLine)
}

/// Refuses variables whose values a command cannot take; the command line's own message would name the flag only.
fn check_environment(table: &str, given: &ArgMatches) -> Result<(), Failure> {
    let own = tables().into_iter().find(|(name, _)| name == table);
    for setting in own.into_iter().flat_map(|(_, settings)| settings) {
        let variable = setting.variable();
        if !is_set(&variable) || is_on_line(given, setting.key) {
            continue;
        }
        let value = std::env::var_os(&variable).unwrap_or_default();
        if let Some(reason) = refusal(table, setting, &value.to_string_lossy()) {
            return Err(Failure::usage(format!("the environment's {variable} cannot be this: {reason}")));
        }
    }
    Ok(())
}

/// Returns why the value of a setting is refused by a command, if it is.
fn refusal(table: &str, setting: &Setting, text: &str) -> Option<String> {
    use clap::error::{ContextKind, ErrorKind};
    use std::error::Error as _;

    let flag = format!("--{}={text}", setting.key.replace('_', "-"));
    let error = Arguments::command().try_get_matches_from(["synth", table, &flag]).err()?;
    // Anything else is about what is missing on this line.
    if !matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation) {
        return None;
    }
    let known = error.get(ContextKind::ValidValue).map(|values| format!("expected one of {values}"));
    let cause = error.source().map(ToString::to_string);
    Some(cause.or(known).unwrap_or_else(|| "not a value of this setting".to_owned()))
}

/// Returns the commands that have settings, with those settings; the first has those of all commands.
fn tables() -> Vec<(String, Vec<&'static Setting>)> {
    let settings = |command: &clap::Command| command.get_arguments().filter_map(Setting::of).collect();
    let root = Arguments::command();
    let own = root.get_subcommands().map(|command| (command.get_name().to_owned(), settings(command)));
    let mut tables: Vec<(String, Vec<&'static Setting>)> = own.collect();
    tables.retain(|(_, settings)| !settings.is_empty());
    tables.insert(0, (String::new(), settings(&root)));
    tables
}

/// The name of the settings file that is read when none is named.
pub(crate) fn default_file() -> &'static Path {
    Path::new("synth.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flags about the files and records of one run, which no settings file should fix.
    const OF_ONE_RUN: &[&str] = &[
        "config",
        "help",
        "version",
        "inputs",
        "input",
        "real",
        "synthetic",
        "out",
        "schema_out",
        "profile_out",
        "hypotheses_out",
        "anomalies_out",
        "rules",
        "schema",
        "report",
        "report_json",
        "range",
        "seed_offset",
        "scenario",
        "allow_plugins",
        "path",
        "files",
        "condition",
        "append",
        "manifest",
        "log",
        "count",
        "of",
        "origin",
        "partial",
        "partials",
        "partial_file",
        "checkpoint",
        "resume",
        "streaming",
        "no_cache",
        "update",
        "merge_strategy",
        "weight",
        "llm_audit",
        "holdout",
        "without_model",
        "guard",
        "first",
        "second",
        "expired",
    ];

    fn check_command(command: &clap::Command) {
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            assert!(Setting::of(arg).is_some() != OF_ONE_RUN.contains(&id), "{} {id}", command.get_name());
        }
        command.get_subcommands().for_each(check_command);
    }

    /// Catches a new flag that is not in the table.
    #[test]
    fn every_flag_is_a_setting_or_of_one_run() {
        check_command(&Arguments::command());
        for setting in &SETTINGS {
            assert!(tables().iter().any(|(_, own)| own.iter().any(|own| own.key == setting.key)));
        }
    }

    #[test]
    fn values_are_judged_as_on_the_command_line() {
        let setting = |key: &str| SETTINGS.iter().find(|setting| setting.key == key).unwrap();
        assert_eq!(refusal("profile", setting("k"), "7"), None);
        assert!(refusal("profile", setting("k"), "0").unwrap().contains("1.."));
        assert!(refusal("profile", setting("format"), "xml").unwrap().contains("jsonl"));
        assert!(refusal("dryrun", setting("fail_under"), "1.5").unwrap().contains("from 0 to 1"));
    }
}
