//! `synth profile merge` and `synth profile finish`, and how samples become partials and come back.

use std::path::{Path, PathBuf};

use synth_io::{Format, OutputFile, read_file};
use synth_profile::profile::SampleLayout;
use synth_profile::{Origin, PartialFile};

use super::profile::{Finishing, finish_sample};
use super::{count, name, overwrite};
use crate::Outcome;
use crate::args::partials::{FinishPartial, MergePartials, PartialAction};
use crate::display::Screen;
use crate::failure::Failure;
use crate::profile_files::ProfileFiles;
use crate::samples::{self, Sample};

/// Larger partials are refused: a thousand paths at their bound, and the sample of records.
const MAX_PARTIAL_BYTES: u64 = 4 << 30;

pub(crate) fn run(action: &PartialAction, screen: &Screen) -> Result<Outcome, Failure> {
    match action {
        PartialAction::Merge(args) => merge(args, screen),
        PartialAction::Finish(args) => finish(args, screen),
    }
}

fn merge(args: &MergePartials, screen: &Screen) -> Result<Outcome, Failure> {
    let out = OutputFile::create(&args.out, overwrite(args.force))?;
    let mut all: Option<PartialFile> = None;
    for path in &args.partials {
        let partial = read_partial(path)?;
        match &mut all {
            Some(all) => all.merge(partial)?,
            None => all = Some(partial),
        }
    }
    let Some(all) = all else { return Err(Failure::usage("no partial to merge")) };
    write_partial(&all, out)?;
    let n_files = synth_core::cast::to_u64(args.partials.len());
    screen.say(&format!(
        "{}, {}: {}",
        count(n_files, "partial"),
        count(all.partial.n_records, "record"),
        name(&args.out)
    ));
    Ok(Outcome::Done)
}

fn finish(args: &FinishPartial, screen: &Screen) -> Result<Outcome, Failure> {
    let files = ProfileFiles::create(&args.out, &args.outputs)?;
    let (sample, source) = to_sample(read_partial(&args.partial)?);
    screen.say(&format!(
        "{}: {}, {}",
        name(&args.partial),
        sample.format,
        count(sample.partial.n_records, "record")
    ));
    let gate = synth_privacy::Gate::new(args.k);
    let how = Finishing { gate, model: args.modelling.options(), again: None, asking: None };
    finish_sample(sample, &source, &how, files, screen)
}

/// Reads a partial, also a compressed one.
pub(crate) fn read_partial(path: &Path) -> Result<PartialFile, Failure> {
    Ok(PartialFile::from_bytes(&read_file(path, MAX_PARTIAL_BYTES)?, &name(path))?)
}

/// Writes a partial into a file that is open.
pub(super) fn write_partial(partial: &PartialFile, mut out: OutputFile) -> Result<(), Failure> {
    PartialFile::write(&partial.partial, &partial.origin, |bytes| out.write_all(bytes))?;
    Ok(out.finish()?)
}

/// Makes a partial of a sample that was read from `paths`.
pub(super) fn of_sample(sample: Sample, paths: &[PathBuf]) -> PartialFile {
    let origin = origin_of(&sample, paths);
    PartialFile { partial: sample.partial, origin }
}

/// What is known of a sample beside its records.
pub(crate) fn origin_of(sample: &Sample, paths: &[PathBuf]) -> Origin {
    let source = paths.first().and_then(|path| samples::file_name(path));
    Origin { layout: samples::layout(sample.format), source, findings: sample.findings.clone() }
}

/// Makes a sample of a partial; also returns the name of what it was read from.
pub(crate) fn to_sample(file: PartialFile) -> (Sample, Vec<PathBuf>) {
    let PartialFile { partial, origin: Origin { layout, source, findings } } = file;
    let format = match layout {
        SampleLayout::JsonLines => Format::JsonLines,
        SampleLayout::Array => Format::Array,
        SampleLayout::Document => Format::Document,
    };
    let paths: Vec<PathBuf> = source.into_iter().map(PathBuf::from).collect();
    (Sample::known(partial, findings, format, &paths), paths)
}
