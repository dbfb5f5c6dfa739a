//! Arguments of the commands that look into rules.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use synth_core::JsonPath;

#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Find everything that is wrong with a rule file, as `generate` would, and make nothing
    Check(CheckRules),
}

#[derive(Debug, Args)]
pub(crate) struct CheckRules {
    /// Rule file to look into
    #[arg(value_name = "RULES", default_value = "ruleset.yaml")]
    pub(crate) rules: PathBuf,
    /// Ask whether there is enough for N records [default: as many as the sample had, or 1000]
    #[arg(short, long, value_name = "N")]
    pub(crate) n: Option<u64>,
    /// Compile the scripts that the rule file names
    #[arg(long)]
    pub(crate) allow_plugins: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Path of a field, an array or a dictionary, such as '$.orders[].status'
    #[arg(value_name = "PATH", value_parser = parse_path)]
    pub(crate) path: JsonPath,
    /// Rule file to look into
    #[arg(long, value_name = "FILE", default_value = "ruleset.yaml")]
    pub(crate) rules: PathBuf,
    /// Change the rules by a scenario first: its name in the rule file, a FILE, or FILE#NAME; may be repeated
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) scenario: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScenarioAction {
    /// Print the names and descriptions of all scenarios
    List(ListScenarios),
    /// Find everything of some scenarios that is wrong or does not fit the rules
    Check(CheckScenarios),
}

#[derive(Debug, Args)]
pub(crate) struct ListScenarios {
    /// Files of scenarios, or rule files
    #[arg(value_name = "FILE", default_value = "ruleset.yaml")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckScenarios {
    /// Files of scenarios; those of the rule file are checked, too
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Rule file that the scenarios are for
    #[arg(long, value_name = "FILE", default_value = "ruleset.yaml")]
    pub(crate) rules: PathBuf,
}

fn parse_path(text: &str) -> Result<JsonPath, String> {
    JsonPath::parse(text).map_err(|error| error.to_string())
}
