//! `synth config`

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _};
use synth_io::{OutputFile, Overwrite};
use synth_rules::RuleSet;

use super::name;
use crate::Outcome;
use crate::args::{Arguments, ShowConfig};
use crate::failure::Failure;
use crate::rules::read_rules;
use crate::settings::{Form, Setting, SettingsFile, layered};

/// A setting's value and where it is from.
type Effective = (String, String);

pub(crate) fn run(args: &ShowConfig, config: Option<&Path>) -> Result<Outcome, Failure> {
    let show =
        Show { file: SettingsFile::find(config)?, rules: rules(args.rules.as_deref())?, origin: args.origin };
    let mut out = OutputFile::create(Path::new("-"), Overwrite::Refuse)?;
    out.write_all(show.text().as_bytes())?;
    out.finish()?;
    Ok(Outcome::Done)
}

/// The rule file that `generate` would follow, with its name.
fn rules(named: Option<&Path>) -> Result<Option<(RuleSet, String)>, Failure> {
    let default = PathBuf::from("ruleset.yaml");
    let path = named.map(Path::to_owned).or_else(|| default.is_file().then_some(default));
    path.map(|path| Ok((read_rules(&path)?.0, name(&path)))).transpose()
}

struct Show {
    file: SettingsFile,
    rules: Option<(RuleSet, String)>,
    origin: bool,
}

impl Show {
    fn text(&self) -> String {
        let root = layered(Arguments::command(), &self.file, None)
            .mut_subcommands(|command| command.mut_args(|arg| arg.required(false)));
        let shared = root.clone().subcommand_required(false).arg_required_else_help(false);
        let mut text = self.table("", &shared, &matches_of(shared.clone(), &["synth"]));
        for command in root.get_subcommands() {
            let name = command.get_name();
            if command.get_arguments().all(|arg| Setting::of(arg).is_none()) {
                continue;
            }
            let matches = matches_of(root.clone(), &["synth", name]);
            let Some(own) = matches.subcommand_matches(name) else { continue };
            text.push_str(&format!("\n[{name}]\n{}", self.table(name, command, own)));
        }
        text
    }

    /// The settings of one command, a line each.
    fn table(&self, table: &str, command: &clap::Command, matches: &ArgMatches) -> String {
        let line = |arg: &clap::Arg| {
            let setting = Setting::of(arg)?;
            let line = match self.effective(table, setting, arg, matches) {
                Some((value, origin)) if self.origin => format!("{} = {value}  # {origin}\n", setting.key),
                Some((value, _)) => format!("{} = {value}\n", setting.key),
                None => format!("# {}: {}\n", setting.key, default_text(arg)),
            };
            Some(line)
        };
        command.get_arguments().filter_map(line).collect()
    }

    fn effective(
        &self,
        table: &str,
        setting: &Setting,
        arg: &clap::Arg,
        matches: &ArgMatches,
    ) -> Option<Effective> {
        let id = arg.get_id().as_str();
        let Some(value) = matches.get_raw(id).and_then(|mut values| values.next()) else {
            return self.of_rules(table, setting.key, matches);
        };
        let value = value.to_string_lossy();
        let origin = match (matches.value_source(id), self.file.entry(table, setting.key, None)) {
            (Some(ValueSource::EnvVariable), _) => setting.variable(),
            (_, Some(entry)) => self.file.origin(entry),
            _ => "default".to_owned(),
        };
        Some((shown(setting.form, matches, id).unwrap_or_else(|| value.into_owned()), origin))
    }

    /// What the rule file says when nothing else does.
    fn of_rules(&self, table: &str, key: &str, matches: &ArgMatches) -> Option<Effective> {
        let (rules, name) = self.rules.as_ref().filter(|_| table == "generate")?;
        let value = match key {
            "seed" => Some(rules.globals.seed),
            "n" if matches.get_raw("scale").is_none() => rules.globals.default_n,
            _ => None,
        };
        value.map(|value| (value.to_string(), name.clone()))
    }
}

/// Reads a line on which nothing is given.
fn matches_of(command: clap::Command, line: &[&str]) -> ArgMatches {
    command.try_get_matches_from(line).unwrap_or_else(|error| error.exit())
}

/// The value in the form of the settings file, where that differs from the command line's.
fn shown(form: Form, matches: &ArgMatches, id: &str) -> Option<String> {
    match form {
        Form::Flag => Some(matches.get_flag(id).to_string()),
        Form::Word => Some(format!("\"{}\"", matches.get_raw(id)?.next()?.to_string_lossy())),
        Form::Whole | Form::Number => None,
    }
}

/// What the help says of a flag that is not set.
fn default_text(arg: &clap::Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let text = help.split_once("[default: ").and_then(|(_, rest)| rest.split_once(']'));
    text.map_or_else(|| "not set".to_owned(), |(text, _)| text.to_owned())
}
