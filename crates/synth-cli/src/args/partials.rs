//! Arguments of work in parts: partials.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ProfileOutputs;
use super::modelling::Modelling;

/// What can be done with partials; a file of such a name is given as `./merge`.
#[derive(Debug, Subcommand)]
pub(crate) enum PartialAction {
    /// Put partials together, in any order, into one that knows all of their records
    Merge(MergePartials),
    /// Write ruleset.yaml, profile.json and schema.json from a partial
    Finish(FinishPartial),
}

#[derive(Debug, Args)]
pub(crate) struct MergePartials {
    /// Partials, written by `synth profile --partial` or by this command
    #[arg(required = true, value_name = "PARTIAL")]
    pub(crate) partials: Vec<PathBuf>,
    /// Write the partial of all records here; .gz and .zst compress
    #[arg(short, long, value_name = "FILE", default_value = "all.partial")]
    pub(crate) out: PathBuf,
    /// Replace a file that exists
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FinishPartial {
    /// Partial of all records
    #[arg(value_name = "PARTIAL")]
    pub(crate) partial: PathBuf,
    /// Write the rule file here
    #[arg(short, long, value_name = "FILE", default_value = "ruleset.yaml")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) outputs: ProfileOutputs,
    #[command(flatten)]
    pub(crate) modelling: Modelling,
    /// Write a literal into rules and reports only if at least K records hold it
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) k: u64,
}
