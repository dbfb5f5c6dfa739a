//! Arguments of work that is kept: checkpoints and the cache.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use clap::Args;

/// How what was read is kept for another run.
#[derive(Debug, Args)]
pub(crate) struct Keeping {
    /// Save what was learned and how far reading is in this file; for streams of records [default: the output's name
    /// with .checkpoint, when another checkpoint option is given]
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Save after every N records [default: 1000000]
    #[arg(long, value_name = "N")]
    pub(crate) checkpoint_interval: Option<NonZeroU64>,
    /// Go on from the checkpoint, or start when there is none
    #[arg(long)]
    pub(crate) resume: bool,
    /// Read in bounded memory; this is always so
    #[arg(long)]
    pub(crate) streaming: bool,
    /// Keep what was learned in a cache, which holds real values, and read files that have not changed only to test relations
    #[arg(long, conflicts_with_all = ["no_cache", "checkpoint", "checkpoint_interval", "resume"])]
    pub(crate) cache: bool,
    /// Use no cache; this is the default
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Keep the cache in this folder [default: synth in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
}

/// A checkpoint as it was asked for.
#[derive(Debug)]
pub(crate) struct CheckpointPlan {
    pub(crate) file: PathBuf,
    pub(crate) n_records: u64,
    pub(crate) resume: bool,
}

impl Keeping {
    /// Records between checkpoints unless another number is given.
    const INTERVAL: u64 = 1_000_000;

    /// Returns the checkpoint that is wanted for a run that writes `out`.
    pub(crate) fn checkpoint(&self, out: &Path) -> Option<CheckpointPlan> {
        if self.checkpoint.is_none() && self.checkpoint_interval.is_none() && !self.resume {
            return None;
        }
        let beside = || {
            let mut name = out.as_os_str().to_owned();
            name.push(".checkpoint");
            PathBuf::from(name)
        };
        Some(CheckpointPlan {
            file: self.checkpoint.clone().unwrap_or_else(beside),
            n_records: self.checkpoint_interval.map_or(Self::INTERVAL, NonZeroU64::get),
            resume: self.resume,
        })
    }
}
