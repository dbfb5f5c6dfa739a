//! Arguments of rules that are brought up to date.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use synth_core::Rate;
use synth_rules::MergeStrategy;

/// How rules of new data are put together with a rule file.
#[derive(Debug, Args)]
pub(crate) struct Updating {
    /// Put what is learned together with this rule file, and write it back, or to --out; no other file is written
    #[arg(long, value_name = "RULES", conflicts_with_all = ["partial", "schema_out", "profile_out"])]
    pub(crate) update: Option<PathBuf>,
    /// How old and new rules become one
    #[arg(long, value_enum, default_value = "weighted", requires = "update")]
    merge_strategy: StrategyName,
    /// Weight of the new data for `weighted`, from 0 to 1 [default: its share of all records]
    #[arg(long, value_name = "WEIGHT", requires = "update", value_parser = parse_weight)]
    weight: Option<Rate>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StrategyName {
    /// A mixture of both
    Weighted,
    /// The new rules, and the old ones of paths that the new data does not have
    Replace,
    /// All that either knows
    Union,
}

impl Updating {
    /// Returns the strategy with its weight, or what is wrong with them.
    pub(crate) fn strategy(&self) -> Result<MergeStrategy, &'static str> {
        match (self.merge_strategy, self.weight) {
            (StrategyName::Weighted, weight) => Ok(MergeStrategy::Weighted(weight)),
            (StrategyName::Replace, None) => Ok(MergeStrategy::Replace),
            (StrategyName::Union, None) => Ok(MergeStrategy::Union),
            _ => Err("only the strategy `weighted` has a weight"),
        }
    }
}

fn parse_weight(text: &str) -> Result<Rate, String> {
    let wanted = || "expected a number from 0 to 1".to_owned();
    text.parse().ok().and_then(Rate::new).ok_or_else(wanted)
}
