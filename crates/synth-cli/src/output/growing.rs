//! One file with checkpoints: a run that was killed goes on, and the bytes are those of a run that was not.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use synth_core::{Place, SealError};
use synth_io::{GrowingFile, Layout, Overwrite, read_text_file, write_text_file};

use super::{Maker, Output, Written};
use crate::commands::{count, json_text, name, overwrite};
use crate::failure::Failure;
use crate::run_log::RunLog;

/// Records between checkpoints unless another number is given.
const INTERVAL: u64 = 1_000_000;
/// Larger checkpoints are refused.
const MAX_BYTES: u64 = 1 << 20;

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Checkpoint {
    /// Of the checkpoint's form.
    version: u32,
    /// Names what is made.
    identity: String,
    /// The next record.
    next: u64,
    /// Bytes before compression.
    n_bytes: u64,
    /// Bytes of the file so far.
    n_stored: u64,
}

const VERSION: u32 = 1;

pub(super) fn write(output: &Output<'_>, maker: &Maker<'_>, log: &RunLog) -> Result<Written, Failure> {
    let path = &output.path;
    if path == Path::new("-") || maker.layout == Layout::Document {
        return Err(Failure::usage("checkpoints are for files of several records"));
    }
    let interval = output.writing.checkpoint_interval.map_or(INTERVAL, NonZeroU64::get);
    let file = beside(path, ".checkpoint");
    let identity = format!("{}-{interval}", output.identity);
    let overwrite = overwrite(output.writing.force);
    let known = take_up(&file, &identity, output)?;
    let mut out = match &known {
        Some(known) => GrowingFile::reopen(path, overwrite, known.n_stored)?,
        None => GrowingFile::create(path, overwrite)?,
    };
    let start = Checkpoint { version: VERSION, identity, next: maker.rows.start, n_bytes: 0, n_stored: 0 };
    let mut at = known.unwrap_or(start);
    if at.next > maker.rows.start {
        let n_records = count(at.next - maker.rows.start, "record");
        output.screen.say(&format!("{}: going on after {n_records}", name(&file)));
        log.resumed(at.next - maker.rows.start, at.n_bytes)?;
    }
    while at.next < maker.rows.end {
        let end = at.next.saturating_add(interval).min(maker.rows.end);
        let made =
            maker.write_rows(at.next..end, at.next - maker.rows.start, |bytes| Ok(out.write_all(bytes)?))?;
        at = Checkpoint { next: end, n_bytes: at.n_bytes + made.n_bytes, n_stored: out.mark()?, ..at };
        write_text_file(&file, &json_text(&at), Overwrite::Replace)?;
        log.checkpoint(at.next - maker.rows.start, at.n_bytes)?;
    }
    let n_records = maker.rows.end - maker.rows.start;
    let last = maker.end(n_records);
    out.write_all(&last)?;
    out.finish()?;
    synth_io::remove_file(&file)?;
    let n_bytes = at.n_bytes + synth_core::cast::to_u64(last.len());
    Ok(Written { n_bytes, n_records, files: vec![path.clone()] })
}

/// Reads the checkpoint of an earlier run, if there is one and it is wanted.
fn take_up(file: &Path, identity: &str, output: &Output<'_>) -> Result<Option<Checkpoint>, Failure> {
    let Some(known) = read(file)? else {
        if output.writing.resume {
            output.screen.say(&format!("{}: no checkpoint, starting at the beginning", name(file)));
        }
        return Ok(None);
    };
    match output.writing.resume {
        true if known.identity == identity => Ok(Some(known)),
        true => Err(other_run(file)),
        false => Err(Failure::Usage {
            message: format!("{} is the checkpoint of an earlier run", name(file)),
            hint: Some("`--resume` goes on from it; remove the file to start anew".to_owned()),
        }),
    }
}

fn read(file: &Path) -> Result<Option<Checkpoint>, Failure> {
    if !file.exists() {
        return Ok(None);
    }
    let text = read_text_file(file, MAX_BYTES)?;
    let known = serde_json::from_str::<Checkpoint>(&text).ok().filter(|known| known.version == VERSION);
    let place = || Box::new(Place::in_source(name(file)));
    known.map(Some).ok_or_else(|| Failure::Checkpoint { error: SealError::Damaged, place: place() })
}

/// The refusal to go on with what was made from something else.
pub(super) fn other_run(file: &Path) -> Failure {
    Failure::Usage {
        message: format!("{} is of a run with other rules or arguments", name(file)),
        hint: Some("repeat the arguments of that run, or remove the file to start anew".to_owned()),
    }
}

/// What a folder of parts is being filled with.
pub(super) fn known_identity(file: &Path) -> Result<Option<String>, Failure> {
    Ok(if file.exists() { Some(read_text_file(file, MAX_BYTES)?.trim_end().to_owned()) } else { None })
}

pub(super) fn note_identity(file: &Path, identity: &str) -> Result<(), Failure> {
    Ok(write_text_file(file, &format!("{identity}\n"), Overwrite::Replace)?)
}

/// A path with something behind its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
