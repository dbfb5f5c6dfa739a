//! Why a command could not run.

use std::path::Path;

use synth_core::Place;

/// What stopped a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Io(#[from] synth_io::Error),
    #[error("the rule file has problems")]
    Rules { errors: synth_rules::Errors, text: String },
    #[error("no data can be made from the rules")]
    Plan { errors: synth_gen::Errors, rules: RuleSource },
    #[error(transparent)]
    Partial(#[from] synth_profile::Error),
    #[error("not a checkpoint that can be read: {error}")]
    Checkpoint { error: synth_core::SealError, place: Box<synth_core::Place> },
    #[error(transparent)]
    Report(#[from] synth_report::Error),
    #[error("{error}")]
    Plugin { code: &'static str, error: Box<synth_core::plugin::PluginError>, hint: Option<&'static str> },
    #[error(transparent)]
    Model(#[from] synth_llm::Error),
    #[error("{message}")]
    Usage { message: String, hint: Option<String> },
    #[error("the settings have problems")]
    Settings { problems: Vec<SettingProblem>, text: String },
    #[error("{path} is not JSON: line {line}, column {column}")]
    NotJson { path: String, line: usize, column: usize },
}

/// The rule file that a plan was made from, for the places in it.
#[derive(Debug, Default)]
pub(crate) struct RuleSource {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// One problem of a settings file.
#[derive(Debug)]
pub(crate) struct SettingProblem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) place: Place,
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    /// A plugin that could not go on.
    pub(crate) fn plugin(error: synth_core::plugin::PluginError) -> Self {
        Self::Plugin { code: "plugins/failed", error: Box::new(error), hint: None }
    }

    /// A JSON file of settings, such as a schema, that does not parse.
    pub(crate) fn not_json(path: &Path, error: &serde_json::Error) -> Self {
        Self::NotJson { path: path.display().to_string(), line: error.line(), column: error.column() }
    }

    /// Whoever read the output has had enough, which is no error.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Io(error) if matches!(error.kind, synth_io::ErrorKind::BrokenPipe))
    }
}
