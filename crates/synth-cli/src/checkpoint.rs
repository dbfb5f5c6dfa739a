//! Reading with checkpoints: what was learned and where reading stood, saved while it goes on.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use synth_core::{Place, SealError, SealedKind, Sealer, sealed};
use synth_io::{
    Folded, Format, Input, Mark, OutputFile, Overwrite, ReadOptions, Rounds, SourceIdentity, fold_in_rounds,
    read_file,
};
use synth_profile::{Origin, PartialFile, Profiler};

use crate::args::keeping::CheckpointPlan;
use crate::commands::{count, name};
use crate::display::Screen;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::samples::{self, Sample};

/// The kind of file; the version rises with every change of its head. The partial in it has a version of its own.
const KIND: SealedKind = SealedKind { magic: *b"synthCKP", version: 2 };
/// Larger checkpoints are refused, as larger partials are.
const MAX_BYTES: u64 = 4 << 30;

/// What stands before the partial.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    sources: Vec<(String, SourceIdentity)>,
    mark: Mark,
    n_records: u64,
    n_bad: u64,
    n_bytes: u64,
}

/// Reads files as [`samples::read`] does, saving from time to time.
pub(crate) fn read(
    paths: &[PathBuf],
    options: &ReadOptions,
    plan: &CheckpointPlan,
    screen: &Screen,
) -> Result<Sample, Failure> {
    let sources = identify(paths)?;
    let input = Input::open(paths, options)?;
    let format = input.format();
    if format == Format::Document {
        return Err(Failure::usage("checkpoints are for streams of records, and this is a document"));
    }
    let start = take_up(plan, &sources, format, screen)?;
    let progress = Progress::bytes(screen, "reading", input.total_bytes());
    let bar = progress.clone();
    let input = input.on_progress(move |n_bytes| bar.set(n_bytes));
    let folded = fold_in_rounds(
        input,
        Rounds { n_records: plan.n_records, start },
        |known| known.map_or_else(|| Profiler::new(samples::unit(format)), Profiler::beside),
        Profiler::merge,
        |folded, mark| save(&plan.file, &sources, folded, mark),
    );
    progress.finish();
    Ok(samples::of_folded(folded?, paths).repeatable(true))
}

/// Removes the checkpoint of a run that has come to its end.
pub(crate) fn remove(plan: &CheckpointPlan) -> Result<(), Failure> {
    Ok(synth_io::remove_file(&plan.file)?)
}

/// Names files and says what tells whether they change.
fn identify(paths: &[PathBuf]) -> Result<Vec<(String, SourceIdentity)>, Failure> {
    let identify = |path: &PathBuf| match SourceIdentity::of(path)? {
        Some(identity) => Ok((name(path), identity)),
        None => Err(Failure::usage(format!("{} cannot be read again, so no checkpoint helps", name(path)))),
    };
    paths.iter().map(identify).collect()
}

fn save(
    path: &Path,
    sources: &[(String, SourceIdentity)],
    folded: &Folded<Profiler>,
    mark: Mark,
) -> Result<(), Failure> {
    let Folded { accumulator, n_records, n_bad, n_bytes, format, findings } = folded;
    let origin = Origin { layout: samples::layout(*format), source: None, findings: findings.clone() };
    let head =
        Head { sources: sources.to_vec(), mark, n_records: *n_records, n_bad: *n_bad, n_bytes: *n_bytes };
    // Plain values of known length always have a binary form.
    let head = postcard::to_allocvec(&head).map_err(|_| Failure::usage("the checkpoint has no form"))?;
    let mut file = OutputFile::create(path, Overwrite::Replace)?;
    let mut sealer = Sealer::begin(KIND, |bytes: &[u8]| file.write_all(bytes))?;
    sealer.put(&head)?;
    PartialFile::write(accumulator.partial(), &origin, |bytes| sealer.put(bytes))?;
    sealer.finish()?;
    Ok(file.finish_durably()?)
}

/// Reads the checkpoint of an earlier run, if there is one and it is wanted.
fn take_up(
    plan: &CheckpointPlan,
    sources: &[(String, SourceIdentity)],
    format: Format,
    screen: &Screen,
) -> Result<Option<(Mark, Folded<Profiler>)>, Failure> {
    let file = name(&plan.file);
    if !plan.file.exists() {
        if plan.resume {
            screen.say(&format!("{file}: no checkpoint, reading starts at the beginning"));
        }
        return Ok(None);
    }
    if !plan.resume {
        return Err(Failure::Usage {
            message: format!("{file} is the checkpoint of an earlier run"),
            hint: Some("`--resume` goes on from it; remove the file to start anew".to_owned()),
        });
    }
    let (head, partial) = load(&plan.file)?;
    let is_same = head.sources == sources && partial.origin.layout == samples::layout(format);
    if !is_same {
        return Err(Failure::usage(format!("{file} is of other files, or the files have changed since")));
    }
    screen.say(&format!("{file}: going on after {}", count(head.n_records, "record")));
    let Head { mark, n_records, n_bad, n_bytes, .. } = head;
    let findings = partial.origin.findings;
    let accumulator = Profiler::from_partial(partial.partial);
    Ok(Some((mark, Folded { accumulator, n_records, n_bad, n_bytes, format, findings })))
}

fn load(path: &Path) -> Result<(Head, PartialFile), Failure> {
    let bytes = read_file(path, MAX_BYTES)?;
    let fail = |error| Failure::Checkpoint { error, place: Box::new(Place::in_source(name(path))) };
    let payload = sealed::unseal(KIND, &bytes).map_err(fail)?;
    let (head, partial) = postcard::take_from_bytes(payload).map_err(|_| fail(SealError::Damaged))?;
    Ok((head, PartialFile::from_bytes(partial, &name(path))?))
}
