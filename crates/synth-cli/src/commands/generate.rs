//! `synth generate`

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};

use synth_core::cast;
use synth_gen::{CompileOptions, Plan};
use synth_io::{JsonWriter, OutputFile, par, read_text_file};
use synth_rules::RuleSet;

use super::{name, overwrite};
use crate::Outcome;
use crate::args::Generate;
use crate::display::Screen;
use crate::failure::{Failure, RuleSource};
use crate::progress::Progress;
use crate::samples::threads;

/// Records that one thread makes at a time.
const BLOCK: u64 = 4096;
/// Larger rule files are refused.
const MAX_RULE_BYTES: u64 = 64 << 20;

pub(crate) fn run(args: &Generate, screen: &Screen) -> Result<Outcome, Failure> {
    let (rules, source) = read_rules(&args.rules)?;
    let out = args.out.clone().unwrap_or_else(|| default_name(rules.globals.layout));
    let overwrite = overwrite(args.force);
    let n_rows = n_rows(&rules, args.n, args.scale)?;
    let seed = args.seed.unwrap_or(rules.globals.seed);
    let plan = compile(&rules, seed, n_rows, source)?;
    let range = args.range.clone().unwrap_or(0..plan.n_records());
    if range.end > plan.n_records() {
        return Err(Failure::usage(format!("the range ends behind record {}, the last", plan.n_records())));
    }
    let mut file = OutputFile::create(&out, overwrite)?;
    let progress = Progress::records(screen, "generating", range.end - range.start);
    let n_bytes = write_records(&plan, &range, threads(args.parallel), |bytes, n_records| {
        progress.set(n_records);
        file.write_all(bytes)
    })?;
    progress.finish();
    file.finish()?;
    let n_records = range.end - range.start;
    let what = if n_records == 1 { "record" } else { "records" };
    screen.say(&format!("{n_records} {what}, {n_bytes} bytes, seed {seed}: {}", name(&out)));
    Ok(Outcome::Done)
}

/// Makes records in blocks on several threads and hands over their bytes in order.
fn write_records(
    plan: &Plan,
    range: &Range<u64>,
    n_threads: NonZeroUsize,
    mut write: impl FnMut(&[u8], u64) -> Result<(), synth_io::Error>,
) -> Result<u64, synth_io::Error> {
    let layout = layout(plan.layout());
    let n_records = range.end - range.start;
    let (mut n_bytes, mut n_written) = (0, 0);
    par::map_ordered(
        n_records.div_ceil(BLOCK),
        n_threads,
        |block| {
            let first = range.start + block * BLOCK;
            let last = (first + BLOCK).min(range.end);
            Ok((block_bytes(plan, first..last, range.start, layout), last - first))
        },
        |(bytes, n_made)| {
            n_bytes += cast::to_u64(bytes.len());
            n_written += n_made;
            write(&bytes, n_written)
        },
    )?;
    let mut end = JsonWriter::default();
    end.end_records(layout, n_records);
    n_bytes += cast::to_u64(end.as_bytes().len());
    write(end.as_bytes(), n_written)?;
    Ok(n_bytes)
}

/// The bytes of one block; `first` is the first record of the file.
fn block_bytes(plan: &Plan, rows: Range<u64>, first: u64, layout: synth_io::Layout) -> Vec<u8> {
    let mut writer = JsonWriter::default();
    let (mut row, end) = (rows.start, rows.end);
    writer.begin_record(layout, row - first);
    let Ok(()) = plan.emit(rows, &mut writer, |writer| {
        writer.end_record(layout);
        row += 1;
        if row < end {
            writer.begin_record(layout, row - first);
        }
        Ok(())
    });
    writer.into_bytes()
}

fn layout(layout: synth_rules::Layout) -> synth_io::Layout {
    match layout {
        synth_rules::Layout::JsonLines => synth_io::Layout::JsonLines,
        synth_rules::Layout::Array => synth_io::Layout::Array,
        synth_rules::Layout::Document => synth_io::Layout::Document,
    }
}

fn default_name(layout: synth_rules::Layout) -> PathBuf {
    match layout {
        synth_rules::Layout::JsonLines => PathBuf::from("synthetic.jsonl"),
        synth_rules::Layout::Array | synth_rules::Layout::Document => PathBuf::from("synthetic.json"),
    }
}

/// Reads a rule file.
pub(super) fn read_rules(path: &Path) -> Result<(RuleSet, RuleSource), Failure> {
    let text = read_text_file(path, MAX_RULE_BYTES)?;
    match RuleSet::parse(&text, &name(path)) {
        Ok(rules) => Ok((rules, RuleSource { name: name(path), text })),
        Err(errors) => Err(Failure::Rules { errors, text }),
    }
}

/// Compiles rules; errors are shown with their lines in `source`.
pub(super) fn compile(rules: &RuleSet, seed: u64, n_rows: u64, source: RuleSource) -> Result<Plan, Failure> {
    Plan::compile(rules, &CompileOptions { seed, n_rows })
        .map_err(|errors| Failure::Plan { errors, rules: source })
}

/// The number of rows asked for.
pub(super) fn n_rows(rules: &RuleSet, n: Option<u64>, scale: Option<f64>) -> Result<u64, Failure> {
    let missing = || Failure::usage("the rule file names no number of records; say how many with -n");
    let default_n = || rules.globals.default_n.ok_or_else(missing);
    match (n, scale) {
        (Some(n), _) => Ok(n),
        (None, Some(scale)) if scale.is_finite() && scale >= 0.0 => {
            Ok(cast::round_to_u64(default_n()? as f64 * scale))
        }
        (None, Some(_)) => Err(Failure::usage("the scale is not a number of at least 0")),
        (None, None) => default_n(),
    }
}
