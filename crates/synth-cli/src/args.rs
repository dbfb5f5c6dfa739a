//! Arguments and flags.

pub(crate) mod asking;
pub(crate) mod generating;
pub(crate) mod inspecting;
pub(crate) mod keeping;
pub(crate) mod modelling;
pub(crate) mod partials;
pub(crate) mod updating;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use synth_core::JsonPath;
use synth_report::StatisticalTest;

use asking::Asking;
use generating::Generate;
use inspecting::{Explain, Rules, ScenarioAction};
use keeping::Keeping;
use modelling::Modelling;
use partials::PartialAction;
use updating::Updating;

/// Learn the shape and statistics of JSON and write synthetic JSON that stands in for it
#[derive(Debug, Parser)]
#[command(name = "synth", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Take settings from this file [default: synth.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Learn a sample: write ruleset.yaml, profile.json, schema.json, rule_hypotheses.json and anomalies.json
    Profile(Box<Profile>),
    /// Make synthetic records from a rule file
    Generate(Box<Generate>),
    /// Compare synthetic data with the real sample: write report.html and report.json
    Validate(Validate),
    /// Set two data sets side by side, neither of which is the right one: write report.html and report.json
    Compare(Compare),
    /// Profile, generate and validate without writing data: write a report only
    Dryrun(Dryrun),
    /// Print the JSON Schema of a file format
    Schema(Schema),
    /// Look into a rule file
    #[command(subcommand)]
    Rules(Rules),
    /// Say how the values at a path are made, and why
    Explain(Explain),
    /// Look at the scenarios of a rule file or of a file of their own
    #[command(subcommand)]
    Scenario(ScenarioAction),
    /// Look at what models answered before, or forget it
    #[command(subcommand)]
    Cache(asking::CacheAction),
    /// Look at the settings
    #[command(subcommand)]
    Config(Config),
}

/// How input is read.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// How the input is cut into records [default: found from the content]
    #[arg(long, value_enum)]
    pub(crate) format: Option<InputFormat>,
    /// Skip up to N bad records of JSON lines instead of stopping at the first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) max_bad: u64,
    /// Refuse arrays and objects nested deeper than N levels
    #[arg(long, value_name = "N", default_value_t = 512)]
    pub(crate) max_depth: usize,
    /// Refuse records longer than N bytes
    #[arg(long, value_name = "N", default_value_t = 256 << 20)]
    pub(crate) max_line_bytes: usize,
    /// Hand out streams to threads in pieces of about N bytes; does not show in any result
    #[arg(long, value_name = "N", default_value = "1048576")]
    pub(crate) chunk_size: NonZeroUsize,
    /// Use N threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) parallel: Option<NonZeroUsize>,
    /// Write a literal into rules and reports only if at least K records hold it
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) k: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum InputFormat {
    /// One record a line
    Jsonl,
    /// One array of records
    Array,
    /// One record that is the whole file
    Document,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Profile {
    #[command(subcommand)]
    pub(crate) action: Option<PartialAction>,
    /// JSON, JSON lines or an array, plain, .gz or .zst; `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Write the rule file, or the partial, here [default: ruleset.yaml, or sample.partial with --partial]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write what was learned as a partial instead of rules, to be merged with others and finished later
    #[arg(long, conflicts_with_all = ["schema_out", "profile_out", "hypotheses_out", "anomalies_out"])]
    pub(crate) partial: bool,
    #[command(flatten)]
    pub(crate) outputs: ProfileOutputs,
    #[command(flatten)]
    pub(crate) updating: Updating,
    /// Read the sample once: do not test on all records what binds fields together, and place no anomalies
    #[arg(long)]
    pub(crate) single_pass: bool,
    #[command(flatten)]
    pub(crate) modelling: Modelling,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// What `profile` writes beside the rules.
#[derive(Debug, Args)]
pub(crate) struct ProfileOutputs {
    /// Write the JSON Schema here
    #[arg(long, value_name = "FILE", default_value = "schema.json")]
    pub(crate) schema_out: PathBuf,
    /// Write the profile here
    #[arg(long, value_name = "FILE", default_value = "profile.json")]
    pub(crate) profile_out: PathBuf,
    /// Write what was supposed of the data, with the evidence, here
    #[arg(long, value_name = "FILE", default_value = "rule_hypotheses.json")]
    pub(crate) hypotheses_out: PathBuf,
    /// Write what does not fit the rest of the data here
    #[arg(long, value_name = "FILE", default_value = "anomalies.json")]
    pub(crate) anomalies_out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Real sample, or the partial that `profile --partial` made of it
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    pub(crate) real: Vec<PathBuf>,
    /// Synthetic data, or a partial of them, whose records are not checked one by one
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    pub(crate) synthetic: Vec<PathBuf>,
    /// Check what this rule file promises, too
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// Real data that the rules were not learned from: how good synthetic data could be at best
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) holdout: Vec<PathBuf>,
    /// Data that the same rules made with --llm off: what the language model is worth
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) without_model: Vec<PathBuf>,
    /// Run the scripts that the rule file names
    #[arg(long)]
    pub(crate) allow_plugins: bool,
    /// Check against this JSON Schema [default: the one learned from the real sample]
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// Data set, or the partial that `profile --partial` made of one
    #[arg(value_name = "A")]
    pub(crate) first: PathBuf,
    /// The other data set
    #[arg(value_name = "B")]
    pub(crate) second: PathBuf,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// What is written about a comparison.
#[derive(Debug, Args)]
pub(crate) struct Reporting {
    /// Write the page here; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    pub(crate) report: PathBuf,
    /// Write the numbers here [default: beside the page, as .json; not written beside standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) report_json: Option<PathBuf>,
    /// Fail, with exit code 1, when the quality score is below this, from 0 to 1
    #[arg(long, value_name = "SCORE", value_parser = parse_score)]
    pub(crate) fail_under: Option<f64>,
    /// Fail, with exit code 1, when anything differs, and not only when a check fails
    #[arg(long)]
    pub(crate) strict: bool,
    /// Fail, with exit code 1, when rows or rare values of the real data stand in the synthetic data
    #[arg(long)]
    pub(crate) privacy_checks: bool,
    /// Report the numbers of these tests: all, or some of ks, ad, chi2, g, psi, js, wasserstein, with commas
    #[arg(long, value_name = "TESTS", value_delimiter = ',', default_value = "all", value_parser = parse_test)]
    pub(crate) statistical_tests: Vec<Tests>,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Dryrun {
    /// Sample to learn from
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    pub(crate) input: Vec<PathBuf>,
    /// Make N records; in a document, N elements of its main collection [default: as many as the sample has]
    #[arg(short, long, value_name = "N")]
    pub(crate) n: Option<u64>,
    /// Draw from this seed [default: 42]
    #[arg(long, value_name = "SEED")]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) modelling: Modelling,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Which file format
    #[arg(value_enum)]
    pub(crate) of: FileFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FileFormat {
    /// ruleset.yaml
    Rules,
    /// report.json
    Report,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print every setting as it is in force, in the form of synth.toml
    Show(ShowConfig),
}

#[derive(Debug, Args)]
pub(crate) struct ShowConfig {
    /// Say behind each setting where it is from
    #[arg(long)]
    pub(crate) origin: bool,
    /// Rule file whose globals count [default: ruleset.yaml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
}

pub(crate) fn parse_count(text: &str) -> Result<(JsonPath, u64), String> {
    let (path, count) = text.rsplit_once('=').ok_or("expected PATH=N, such as $.orders[]=5000")?;
    let path = JsonPath::parse(path).map_err(|error| error.to_string())?;
    Ok((path, count.parse().map_err(|_| "expected a whole number behind `=`")?))
}

pub(crate) fn parse_factor(text: &str) -> Result<f64, String> {
    let factor = text.parse::<f64>().ok().filter(|factor| factor.is_finite() && *factor >= 0.0);
    factor.ok_or_else(|| "expected a number of at least 0".to_owned())
}

/// Tests that one word of `--statistical-tests` names.
#[derive(Debug, Clone)]
pub(crate) struct Tests(pub(crate) Vec<StatisticalTest>);

fn parse_test(text: &str) -> Result<Tests, String> {
    if text == "all" {
        return Ok(Tests(StatisticalTest::ALL.to_vec()));
    }
    let found = StatisticalTest::ALL.into_iter().find(|test| test.name() == text);
    found.map(|test| Tests(vec![test])).ok_or_else(|| {
        let names: Vec<&str> = StatisticalTest::ALL.into_iter().map(StatisticalTest::name).collect();
        format!("expected all or some of {}", names.join(", "))
    })
}

fn parse_score(text: &str) -> Result<f64, String> {
    let score = text.parse::<f64>().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

pub(crate) fn parse_range(text: &str) -> Result<std::ops::Range<u64>, String> {
    let wanted = || "expected A..B with A not above B".to_owned();
    let (first, end) = text.split_once("..").ok_or_else(wanted)?;
    match (first.parse::<u64>(), end.parse::<u64>()) {
        (Ok(first), Ok(end)) if first <= end => Ok(first..end),
        _ => Err(wanted()),
    }
}
