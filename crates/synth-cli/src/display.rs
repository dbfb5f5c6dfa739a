//! The one place that shows results, findings and errors.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use synth_core::{Diagnostic, Findings, JsonPath, Place, Segment, Severity, cast};
use synth_rules::RuleSet;

use crate::failure::{Failure, RuleSource, SettingProblem};

/// Where messages go: standard error, or nowhere.
#[derive(Debug)]
pub(crate) struct Screen {
    quiet: bool,
}

/// What is shown of one problem.
struct Problem<'a> {
    severity: Severity,
    code: &'a str,
    message: String,
    place: &'a Place,
    hint: Option<String>,
}

impl Screen {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Says what was done.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            put(&format!("{line}\n"));
        }
    }

    /// Tells whether progress is drawn.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Shows each kind of finding with its count and first places.
    pub(crate) fn findings(&self, findings: &Findings) {
        for (code, count, first) in findings.groups() {
            let shown = &first[..first.len().min(n_shown(first))];
            for (index, finding) in shown.iter().enumerate() {
                let more = match (index, shown.len()) {
                    (0, 1) if count > 1 => format!(" ({count} times; the first is shown)"),
                    (0, n) if count > cast::to_u64(n) => format!(" ({count} times; the first {n} are shown)"),
                    _ => String::new(),
                };
                self.say(show(&of_finding(code, finding, &more), None).trim_end());
            }
        }
    }

    /// Shows what stopped a command.
    pub(crate) fn failure(&self, failure: &Failure) {
        let text = match failure {
            Failure::Io(error) => {
                let mut text = error_at(error.code(), error.to_string(), &error.place, error.hint());
                if let Some(cause) = error.source() {
                    let _ = writeln!(text, "  cause: {cause}");
                }
                text
            }
            Failure::Partial(error) => error_at(error.code(), error.to_string(), &error.place, error.hint()),
            Failure::Checkpoint { place, .. } => {
                let hint = Some("remove the file to start anew");
                error_at("cli/bad-checkpoint", failure.to_string(), place, hint)
            }
            Failure::Rules { errors, text } => {
                errors.0.iter().map(|error| show(&of_rule(error), Some(text))).collect()
            }
            Failure::Plan { errors, rules } => {
                let shown = errors.0.iter().map(|error| {
                    let place = place_in(rules, &error.place);
                    show(&of_plan(error, &place), Some(&rules.text))
                });
                shown.collect()
            }
            Failure::Settings { problems, text } => {
                problems.iter().map(|problem| show(&of_setting(problem), Some(text))).collect()
            }
            Failure::Plugin { code, error, hint } => error_at(code, error.to_string(), &error.place, *hint),
            Failure::Model(error) => {
                error_at(error.kind.code(), error.to_string(), &error.place, Some(error.kind.hint()))
            }
            Failure::Usage { message, hint } => with_hint(format!("error: {message}\n"), hint.as_deref()),
            other => format!("error: {other}\n"),
        };
        put(&text);
    }
}

/// Writes to standard error. Whoever read it may have had enough, as `head` has; that must not end the work, so it
/// is no failure when it cannot be written.
fn put(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}

/// An error without a line of a file to show.
fn error_at(code: &'static str, message: String, place: &Place, hint: Option<&str>) -> String {
    let hint = hint.map(str::to_owned);
    show(&Problem { severity: Severity::Error, code, message, place, hint }, None)
}

/// How many findings of one kind are shown: those of records are much alike, those of whole paths are not.
fn n_shown(findings: &[Diagnostic]) -> usize {
    const MAX_PATHS: usize = 5;
    if findings.iter().all(|finding| finding.place.offset_bytes.is_none()) { MAX_PATHS } else { 1 }
}

fn of_finding<'a>(code: &'a str, finding: &'a Diagnostic, more: &str) -> Problem<'a> {
    Problem {
        severity: finding.severity,
        code,
        message: format!("{}{more}", finding.message),
        place: &finding.place,
        hint: finding.hint.clone(),
    }
}

fn of_rule(error: &synth_rules::Error) -> Problem<'_> {
    Problem {
        severity: Severity::Error,
        code: error.code(),
        message: error.to_string(),
        place: &error.place,
        hint: error.hint(),
    }
}

fn of_setting(problem: &SettingProblem) -> Problem<'_> {
    Problem {
        severity: Severity::Error,
        code: problem.code,
        message: problem.message.clone(),
        place: &problem.place,
        hint: problem.hint.clone(),
    }
}

/// The line of the rule file that speaks of a path.
fn place_in(source: &RuleSource, place: &Place) -> Place {
    match &place.path {
        Some(path) => RuleSet::place_of(&source.text, &source.name, path),
        None => Place::in_source(source.name.clone()),
    }
}

fn of_plan<'a>(error: &synth_gen::Error, place: &'a Place) -> Problem<'a> {
    Problem {
        severity: Severity::Error,
        code: error.kind.code(),
        message: error.to_string(),
        place,
        hint: error.kind.hint().map(str::to_owned),
    }
}

/// Prints a problem with its place, the line it stands on, and a hint.
fn show(problem: &Problem<'_>, text: Option<&str>) -> String {
    let severity = match problem.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let place = Place { path: problem.place.path.as_deref().map(shown_path), ..problem.place.clone() };
    let mut out = format!("{severity}[{}]: {}\n  --> {place}\n", problem.code, problem.message);
    let line =
        problem.place.line.and_then(|line| text?.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?));
    if let Some(line) = line {
        // Writing to a string does not fail.
        let _ = writeln!(out, "   | {}", line.chars().take(120).collect::<String>());
    }
    with_hint(out, problem.hint.as_deref())
}

/// A path without keys that are personal by themselves, and cut when it is very long.
fn shown_path(path: &str) -> String {
    const MAX_CHARS: usize = 200;
    let public = match JsonPath::parse(path) {
        Ok(path) => {
            let is_personal = |key: &str| synth_privacy::contains_personal(key).is_some();
            let segments = path.segments().iter().map(|segment| match segment {
                Segment::Key(key) if is_personal(key) => Segment::Members,
                other => other.clone(),
            });
            segments.collect::<JsonPath>().to_string()
        }
        Err(_) => path.to_owned(),
    };
    match public.char_indices().nth(MAX_CHARS) {
        Some((at, _)) => format!("{}…", &public[..at]),
        None => public,
    }
}

fn with_hint(mut out: String, hint: Option<&str>) -> String {
    if let Some(hint) = hint {
        let _ = writeln!(out, "  hint: {hint}");
    }
    out
}
