//! `synth.toml`: a table for each command, keys named like its flags.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use synth_core::{Place, cast};
use synth_io::read_text_file;
use synth_rules::suggest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::llm_table;
use super::{Form, SETTINGS, Setting, default_file, refusal, tables};
use crate::failure::{Failure, SettingProblem};

/// Larger files are refused.
const MAX_BYTES: u64 = 1 << 20;

/// The settings of a file; none if there is no file.
#[derive(Debug, Default)]
pub(crate) struct SettingsFile {
    /// Where the file is.
    name: String,
    /// By table and key; the table of the top level is empty.
    entries: BTreeMap<(String, &'static str), Entry>,
}

/// One setting of a file.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The value as it would stand on the command line.
    pub(crate) text: String,
    line: u64,
}

impl SettingsFile {
    /// Reads the file that is named, or the default one if it exists.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, Failure> {
        match named {
            Some(path) => Self::read(path),
            None if default_file().is_file() => Self::read(default_file()),
            None => Ok(Self::default()),
        }
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let text = read_text_file(path, MAX_BYTES)?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads a text; all problems come together.
    pub(crate) fn parse(text: &str, name: &str) -> Result<Self, Failure> {
        let mut reading = Reading { text, name, entries: BTreeMap::new(), problems: Vec::new() };
        match DeTable::parse(text) {
            Ok(root) => reading.top_level(root.get_ref()),
            Err(error) => {
                let span = error.span().unwrap_or_default();
                reading.problem("config/bad-toml", error.message().to_owned(), span, None);
            }
        }
        // The tables' order is not that of the file.
        reading.problems.sort_by_key(|problem| (problem.place.line, problem.place.column));
        if reading.problems.is_empty() {
            return Ok(Self { name: name.to_owned(), entries: reading.entries });
        }
        Err(Failure::Settings { problems: reading.problems, text: text.to_owned() })
    }

    /// Returns a command's setting: from its table, else from the top level unless its table has the rival.
    pub(crate) fn entry(
        &self,
        table: &str,
        key: &'static str,
        rival: Option<&'static str>,
    ) -> Option<&Entry> {
        let at = |table: &str, key| self.entries.get(&(table.to_owned(), key));
        let is_outdone = rival.is_some_and(|rival| at(table, rival).is_some());
        at(table, key).or_else(|| at("", key).filter(|_| !is_outdone))
    }

    /// Names the place of a setting in a few letters.
    pub(crate) fn origin(&self, entry: &Entry) -> String {
        format!("{}:{}", self.name, entry.line)
    }
}

/// A file while it is read.
struct Reading<'t> {
    text: &'t str,
    name: &'t str,
    entries: BTreeMap<(String, &'static str), Entry>,
    problems: Vec<SettingProblem>,
}

impl Reading<'_> {
    fn problem(&mut self, code: &'static str, message: String, at: Range<usize>, hint: Option<String>) {
        let place = self.place(at.start);
        self.problems.push(SettingProblem { code, message, place, hint });
    }

    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            line: Some(cast::to_u64(before.matches('\n').count()) + 1),
            column: Some(cast::to_u64(before.len() - line_start) + 1),
            ..Place::in_source(self.name)
        }
    }

    /// Reads settings of all commands, and the tables of the commands.
    fn top_level(&mut self, root: &DeTable<'_>) {
        let tables = tables();
        for (key, value) in root {
            match (tables.iter().skip(1).find(|(name, _)| name == key.get_ref()), value.get_ref()) {
                (Some((name, settings)), DeValue::Table(table)) => {
                    table.iter().for_each(|(key, value)| self.entry((name, settings), key, value));
                    self.rivals(name, table);
                }
                (Some((name, _)), other) => {
                    let message =
                        format!("`{name}` is a table of settings, not of type {}", other.type_str());
                    self.problem("config/wrong-type", message, value.span(), None);
                }
                (None, DeValue::Table(table)) if key.get_ref() == "llm" => self.llm(table),
                (None, _) => {
                    let all: Vec<&'static Setting> = SETTINGS.iter().collect();
                    self.entry(("", &all), key, value);
                }
            }
        }
        self.rivals("", root);
    }

    /// Reads the table of the language model, whose keys are those of settings of the top level.
    fn llm(&mut self, table: &DeTable<'_>) {
        let keys = llm_table::keys(table);
        let is_without = keys.iter().any(|(at, key, value)| {
            *at == "fallback"
                && key.get_ref() == "enabled"
                && matches!(value.get_ref(), DeValue::Boolean(false))
        });
        for (at, key, value) in keys {
            let Some(found) =
                llm_table::KEYS.iter().find(|known| known.table == at && known.key == key.get_ref())
            else {
                let known = llm_table::KEYS.iter().filter(|known| known.table == at).map(|known| known.key);
                let hint = suggest(key.get_ref(), known).map(|name| format!("did you mean `{name}`?"));
                let message = format!("unknown key `{}`", key.get_ref());
                self.problem("config/unknown-key", message, key.span(), hint);
                continue;
            };
            let all: Vec<&'static Setting> = SETTINGS.iter().collect();
            let name = Spanned::new(key.span(), found.setting.into());
            match (found.is_opposite, value.get_ref()) {
                // Where there is no fallback, no list of them counts; else the list does, or the usual one.
                (true, DeValue::Boolean(flag)) if found.table == "fallback" => {
                    if !flag {
                        let none = Spanned::new(value.span(), DeValue::String("none".into()));
                        self.entry(("", &all), &name, &none);
                    }
                }
                (false, DeValue::Array(_)) if found.table == "fallback" && is_without => {}
                (true, DeValue::Boolean(flag)) => {
                    let opposite = Spanned::new(value.span(), DeValue::Boolean(!flag));
                    self.entry(("", &all), &name, &opposite);
                }
                _ => self.entry(("", &all), &name, value),
            }
        }
    }

    fn entry(
        &mut self,
        (table, settings): (&str, &[&'static Setting]),
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let Some(setting) = settings.iter().find(|setting| setting.key == key.get_ref()) else {
            let message = format!("unknown key `{}`", key.get_ref());
            return self.problem(
                "config/unknown-key",
                message,
                key.span(),
                hint(table, settings, key.get_ref()),
            );
        };
        let Some(text) = text_of(setting.form, value.get_ref()) else {
            let (wanted, found) = (wanted(setting.form), value.get_ref().type_str());
            let message = format!("`{}` is {wanted}, not of type {found}", setting.key);
            return self.problem("config/wrong-type", message, value.span(), None);
        };
        let reason = command_with(table, setting.key).and_then(|command| refusal(&command, setting, &text));
        if let Some(reason) = reason {
            let message = format!("`{}` cannot be this: {reason}", setting.key);
            return self.problem("config/bad-value", message, value.span(), None);
        }
        let line = self.place(key.span().start).line.unwrap_or(1);
        self.entries.insert((table.to_owned(), setting.key), Entry { text, line });
    }

    /// Refuses two settings of one table that exclude each other.
    fn rivals(&mut self, name: &str, table: &DeTable<'_>) {
        for setting in &SETTINGS {
            let both = (
                table.get_key_value(setting.key),
                setting.rival.and_then(|rival| table.get_key_value(rival)),
            );
            if let (Some((own, _)), Some((rival, _))) = both
                && own.span().start > rival.span().start
            {
                let place = if name.is_empty() { "at the top" } else { name };
                let message =
                    format!("`{}` and `{}` exclude each other ({place})", rival.get_ref(), own.get_ref());
                self.problem("config/bad-value", message, own.span(), None);
            }
        }
    }
}

/// What to write instead of an unknown key.
fn hint(table: &str, settings: &[&'static Setting], key: &str) -> Option<String> {
    let tables = tables();
    let holders: Vec<&str> = tables
        .iter()
        .filter(|(_, settings)| settings.iter().any(|setting| setting.key == key))
        .map(|(name, _)| if name.is_empty() { "the top level" } else { name.as_str() })
        .collect();
    if !holders.is_empty() {
        return Some(format!("it belongs to {}", holders.join(", ")));
    }
    let names =
        tables.iter().map(|(name, _)| name.as_str()).filter(|name| table.is_empty() && !name.is_empty());
    let known = settings.iter().map(|setting| setting.key).chain(names);
    suggest(key, known).map(|name| format!("did you mean `{name}`?"))
}

/// A command that has the setting: the table's own, or any for the top level.
fn command_with(table: &str, key: &str) -> Option<String> {
    let has = |settings: &[&'static Setting]| settings.iter().any(|setting| setting.key == key);
    let found = tables()
        .into_iter()
        .find(|(name, settings)| !name.is_empty() && (table.is_empty() || name == table) && has(settings));
    found.map(|(name, _)| name)
}

fn wanted(form: Form) -> &'static str {
    match form {
        Form::Flag => "`true` or `false`",
        Form::Whole => "a whole number",
        Form::Number => "a number",
        Form::Word => "a word in quotes",
    }
}

/// The value as it would stand on the command line, if its type fits.
fn text_of(form: Form, value: &DeValue<'_>) -> Option<String> {
    match (form, value) {
        (Form::Flag, DeValue::Boolean(flag)) => Some(flag.to_string()),
        (Form::Whole | Form::Number, DeValue::Integer(number)) => {
            let is_decimal = number.radix() == 10;
            let parsed = || u64::from_str_radix(number.as_str(), number.radix()).ok();
            if is_decimal {
                Some(number.as_str().to_owned())
            } else {
                parsed().map(|number| number.to_string())
            }
        }
        (Form::Number, DeValue::Float(number)) => Some(number.as_str().to_owned()),
        (Form::Word, DeValue::String(word)) => Some(word.clone().into_owned()),
        (Form::Word, DeValue::Array(words)) => {
            let words = words.iter().map(|word| text_of(Form::Word, word.get_ref()));
            words.collect::<Option<Vec<String>>>().map(|words| words.join(","))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, u64, u64)]) -> Vec<SettingProblem> {
        let Err(Failure::Settings { problems, .. }) = SettingsFile::parse(text, "synth.toml") else {
            panic!("{text} has problems")
        };
        let found: Vec<(&str, u64, u64)> = problems
            .iter()
            .map(|problem| (problem.code, problem.place.line.unwrap(), problem.place.column.unwrap()))
            .collect();
        assert_eq!(found, expected, "{text}: {problems:?}");
        problems
    }

    #[test]
    fn tables_win_over_the_top() {
        let text = "k = 7\nseed = 1_000\nn = 5\n[profile]\nk = 0x10\n[generate]\nscale = 2\n";
        let file = SettingsFile::parse(text, "synth.toml").unwrap();
        let text = |table, key, rival| file.entry(table, key, rival).map(|entry| entry.text.as_str());
        assert_eq!(text("profile", "k", None), Some("16"));
        assert_eq!(text("validate", "k", None), Some("7"));
        assert_eq!(text("dryrun", "seed", None), Some("1000"));
        assert_eq!(text("generate", "n", Some("scale")), None);
        assert_eq!(text("dryrun", "n", Some("scale")), Some("5"));
        assert_eq!(file.origin(file.entry("profile", "k", None).unwrap()), "synth.toml:5");
    }

    #[test]
    fn problems_come_together_with_places() {
        let found = check(
            "sede = 1\n[profile]\n  kk = 7\nseed = 3\nk = 'x'\n[generat]\n[dryrun]\nfail_under = 1.5\nn = 1.0\n",
            &[
                ("config/unknown-key", 1, 1),
                ("config/unknown-key", 3, 3),
                ("config/unknown-key", 4, 1),
                ("config/wrong-type", 5, 5),
                ("config/unknown-key", 6, 2),
                ("config/bad-value", 8, 14),
                ("config/wrong-type", 9, 5),
            ],
        );
        assert_eq!(found[0].hint.as_deref(), Some("did you mean `seed`?"));
        assert_eq!(found[1].hint.as_deref(), Some("did you mean `k`?"));
        assert_eq!(found[2].hint.as_deref(), Some("it belongs to generate, dryrun"));
        assert_eq!(found[4].hint.as_deref(), Some("did you mean `generate`?"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        check("k = = 3", &[("config/bad-toml", 1, 5)]);
        check("profile = 3", &[("config/wrong-type", 1, 11)]);
        check("[generate]\nscale = 2\nn = 5\n", &[("config/bad-value", 3, 1)]);
        check("k = 0", &[("config/bad-value", 1, 5)]);
        check("format = 'xml'", &[("config/bad-value", 1, 10)]);
        check("quiet = 1", &[("config/wrong-type", 1, 9)]);
    }
}
