//! Reading data sets: what every command that looks at data does first.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use synth_core::{Findings, JsonPath, Segment};
use synth_io::{Folded, Format, Input, ReadOptions};
use synth_privacy::Gate;
use synth_profile::profile::SampleLayout;
use synth_profile::{FinishConfig, Partial, Profile, Profiler, Structure, Unit, finish};

use crate::args::{InputFormat, Reading};
use crate::commands::{count, elements, partials};
use crate::display::Screen;
use crate::failure::Failure;
use crate::progress::Progress;

/// A data set as it was read.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) partial: Partial,
    pub(crate) findings: Findings,
    pub(crate) format: Format,
    /// The files can be read again.
    pub(crate) is_repeatable: bool,
    summary: Summary,
}

/// What is said of a data set.
#[derive(Debug)]
struct Summary {
    names: String,
    n_records: u64,
    n_bad: u64,
    /// Where it comes from, when it was not read now.
    remark: Option<&'static str>,
}

impl Sample {
    /// Returns a sample that was learned before.
    pub(crate) fn known(partial: Partial, findings: Findings, format: Format, paths: &[PathBuf]) -> Self {
        let summary = Summary { names: names(paths), n_records: partial.n_records, n_bad: 0, remark: None };
        Self { partial, findings, format, is_repeatable: false, summary }
    }

    /// Adds where the sample comes from to what is said of it.
    pub(crate) fn remark(mut self, remark: &'static str) -> Self {
        self.summary.remark = Some(remark);
        self
    }

    /// Says whether the files can be read again.
    pub(crate) fn repeatable(self, is_repeatable: bool) -> Self {
        Self { is_repeatable, ..self }
    }
}

fn names(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl Reading {
    pub(crate) fn options(&self) -> ReadOptions {
        ReadOptions {
            format: self.format.map(|format| match format {
                InputFormat::Jsonl => Format::JsonLines,
                InputFormat::Array => Format::Array,
                InputFormat::Document => Format::Document,
            }),
            max_bad: self.max_bad,
            max_depth: self.max_depth,
            max_line_bytes: self.max_line_bytes,
            n_threads: threads(self.parallel),
            chunk_bytes: self.chunk_size.get(),
            ..ReadOptions::default()
        }
    }

    pub(crate) fn gate(&self) -> Gate {
        Gate::new(self.k)
    }
}

/// The threads asked for, or one for each core.
pub(crate) fn threads(wanted: Option<NonZeroUsize>) -> NonZeroUsize {
    wanted.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// Reads files into one partial.
pub(crate) fn read(paths: &[PathBuf], options: &ReadOptions, screen: &Screen) -> Result<Sample, Failure> {
    let input = Input::open(paths, options)?;
    let format = input.format();
    let is_repeatable = input.is_repeatable();
    let progress = Progress::bytes(screen, "reading", input.total_bytes());
    let bar = progress.clone();
    let input = input.on_progress(move |n_bytes| bar.set(n_bytes));
    let folded = synth_io::fold_records(input, || Profiler::new(unit(format)), Profiler::merge);
    progress.finish();
    Ok(of_folded(folded?, paths).repeatable(is_repeatable))
}

/// Reads files, or takes what was learned of them from a partial.
pub(crate) fn read_or_known(
    paths: &[PathBuf],
    options: &ReadOptions,
    screen: &Screen,
) -> Result<Sample, Failure> {
    match paths {
        [path] if is_partial(path) => {
            Ok(partials::to_sample(partials::read_partial(path)?).0.remark("partial"))
        }
        paths => read(paths, options, screen),
    }
}

/// Whether a file is named as `profile --partial` names it.
pub(crate) fn is_partial(path: &Path) -> bool {
    let name = file_name(path).unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.ends_with(".partial")
}

/// Makes a sample of what was read.
pub(crate) fn of_folded(folded: Folded<Profiler>, paths: &[PathBuf]) -> Sample {
    let Folded { accumulator, n_records, n_bad, findings, format, .. } = folded;
    let summary = Summary { names: names(paths), n_records, n_bad, remark: None };
    Sample { partial: accumulator.into_partial(), findings, format, is_repeatable: false, summary }
}

/// What counts as one unit in a format.
pub(crate) fn unit(format: Format) -> Unit {
    match format {
        Format::JsonLines | Format::Array => Unit::Record,
        Format::Document => Unit::Element,
    }
}

/// Makes the profile of a sample; what it finds joins the findings of reading.
pub(crate) fn profile(sample: &mut Sample, paths: &[PathBuf], gate: Gate) -> (Profile, Structure) {
    let config = FinishConfig {
        source: paths.first().and_then(|path| file_name(path)),
        layout: layout(sample.format),
        gate,
    };
    let (profile, structure) = finish(&mut sample.partial, &sample.findings, &config);
    sample.findings.merge(profile.mixed_types());
    (profile, structure)
}

/// How the records stand in a format.
pub(crate) fn layout(format: Format) -> SampleLayout {
    match format {
        Format::JsonLines => SampleLayout::JsonLines,
        Format::Array => SampleLayout::Array,
        Format::Document => SampleLayout::Document,
    }
}

/// Says what a sample is of which no profile is made.
pub(crate) fn announce(sample: &Sample, screen: &Screen) {
    screen.say(&summary_line(sample, None));
}

/// Says what a sample is and shows what was found in it; the keys of the profile's dictionaries are data and stay hidden.
pub(crate) fn tell(sample: &mut Sample, profile: &Profile, screen: &Screen) {
    screen.say(&summary_line(sample, profile.main_collection.as_ref()));
    let dictionaries: Vec<&JsonPath> =
        profile.fields.iter().filter(|field| field.is_dictionary).map(|field| &field.path).collect();
    sample.findings.change_places(|place| {
        if let Some(path) = place.path.as_deref().and_then(|path| JsonPath::parse(path).ok()) {
            place.path = Some(without_data_keys(&path, &dictionaries).to_string());
        }
    });
    screen.findings(&sample.findings);
}

/// Files, format, and how much there is of what.
fn summary_line(sample: &Sample, main: Option<&JsonPath>) -> String {
    let Summary { names, n_records, n_bad, remark } = &sample.summary;
    let main = main.filter(|_| sample.format == Format::Document);
    let rows = main.and_then(|main| {
        let id = sample.partial.find(main)?;
        Some(elements(sample.partial.node(id).stats.n_values, main))
    });
    let skipped = (*n_bad > 0).then(|| format!("{} skipped", count(*n_bad, "bad record")));
    let remark = remark.map(str::to_owned);
    let parts = [Some(sample.format.to_string()), Some(count(*n_records, "record")), rows, skipped, remark];
    format!("{names}: {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// Writes `.*` for the keys of dictionaries.
fn without_data_keys(path: &JsonPath, dictionaries: &[&JsonPath]) -> JsonPath {
    path.segments().iter().fold(JsonPath::root(), |general, segment| {
        let is_data = matches!(segment, Segment::Key(_))
            && dictionaries.iter().any(|dictionary| dictionary.matches(&general));
        general.join(if is_data { Segment::Members } else { segment.clone() })
    })
}

/// The name of a file without its folder.
pub(crate) fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}
