//! Arguments of `generate`.

use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::Range;
use std::path::PathBuf;

use clap::Args;
use synth_core::JsonPath;
use synth_rules::Predicate;

use super::asking::Asking;
use super::{parse_count, parse_factor, parse_range};

#[derive(Debug, Args)]
pub(crate) struct Generate {
    #[command(flatten)]
    pub(crate) following: Following,
    #[command(flatten)]
    pub(crate) amount: Amount,
    #[command(flatten)]
    pub(crate) writing: Writing,
    #[command(flatten)]
    pub(crate) asking: Asking,
    /// Keep the answers of the model in this folder [default: synth in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Take no text of the model that repeats one of these real data, or six words of it in a row
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Language model")]
    pub(crate) guard: Vec<PathBuf>,
    /// Use N threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) parallel: Option<NonZeroUsize>,
}

/// What is made.
#[derive(Debug, Args)]
pub(crate) struct Following {
    /// Rule file to follow
    #[arg(long, value_name = "FILE", default_value = "ruleset.yaml")]
    pub(crate) rules: PathBuf,
    /// Change the rules by a scenario: its name in the rule file, a FILE, or FILE#NAME; may be repeated
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) scenario: Vec<String>,
    /// Run the scripts that the rule file names
    #[arg(long)]
    pub(crate) allow_plugins: bool,
    /// Draw from this seed [default: the rule file's]
    #[arg(long, value_name = "SEED")]
    pub(crate) seed: Option<u64>,
}

/// How much is made.
#[derive(Debug, Args)]
pub(crate) struct Amount {
    /// Make N records; in a document, N elements of its main collection [default: as many as the sample had]
    #[arg(short, long, value_name = "N")]
    pub(crate) n: Option<u64>,
    /// Multiply the number of records, or of elements of a document's collections, by this factor
    #[arg(long, value_name = "FACTOR", conflicts_with = "n", value_parser = parse_factor)]
    pub(crate) scale: Option<f64>,
    /// In a document, make N elements of one collection, whatever -n makes of the others; may be repeated
    #[arg(long, value_name = "PATH=N", value_parser = parse_count)]
    pub(crate) count: Vec<(JsonPath, u64)>,
    /// Make only records A up to but not including B of the N
    #[arg(long, value_name = "A..B", value_parser = parse_range)]
    pub(crate) range: Option<Range<u64>>,
    /// Begin with record K, as if K records had been made before [default: with --append, the file's number of records]
    #[arg(long, value_name = "K", conflicts_with = "range")]
    pub(crate) seed_offset: Option<u64>,
    /// Make only records that meet this condition, exactly N of them, such as '$.status == "FAILED" && has($.error)'
    #[arg(
        long = "where",
        value_name = "CONDITION",
        value_parser = parse_condition,
        conflicts_with_all = ["range", "seed_offset", "append", "partition_rows", "checkpoint_interval", "resume"]
    )]
    pub(crate) condition: Option<Predicate>,
}

/// Where it goes.
#[derive(Debug, Args)]
pub(crate) struct Writing {
    /// Write here: a file (.json makes an array, .jsonl lines; .gz and .zst compress), `-`, or a folder of parts
    /// [default: synthetic.jsonl, synthetic.json or synthetic/]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write a folder of files with N records each, part-00000 and so on [default for folders: 1000000]
    #[arg(long, value_name = "N")]
    pub(crate) partition_rows: Option<NonZeroU64>,
    /// Add the records to the end of this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "range", "partition_rows", "checkpoint_interval", "resume"])]
    pub(crate) append: Option<PathBuf>,
    /// Note after every N records how far the file is, so that --resume can go on [default with --resume: 1000000]
    #[arg(long, value_name = "N")]
    pub(crate) checkpoint_interval: Option<NonZeroU64>,
    /// Go on where a run with the same arguments was stopped, or start when there was none
    #[arg(long)]
    pub(crate) resume: bool,
    /// Write beside the output what it was made from, with a hash of every file: NAME.manifest.json
    #[arg(long)]
    pub(crate) manifest: bool,
    /// Add a line of JSON for each step of the run to generation.log beside the output
    #[arg(long)]
    pub(crate) log: bool,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

fn parse_condition(text: &str) -> Result<Predicate, String> {
    Predicate::parse(text).map_err(|error| error.to_string())
}
