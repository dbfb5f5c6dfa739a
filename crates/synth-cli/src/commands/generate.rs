//! `synth generate`

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::PathBuf;

use synth_core::cast;
use synth_gen::{CompileOptions, Plan};
use synth_io::{JsonWriter, OutputFile, par};
use synth_rules::Layout;

use super::{name, overwrite};
use crate::Outcome;
use crate::args::Generate;
use crate::display::Screen;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::rules::{amount, attach_model, compile, n_rows, read_rules};
use crate::samples::threads;

/// Records that one thread makes at a time.
const BLOCK: u64 = 4096;

pub(crate) fn run(args: &Generate, screen: &Screen) -> Result<Outcome, Failure> {
    let (mut rules, source) = read_rules(&args.rules)?;
    attach_model(&mut rules, &args.rules)?;
    let out = args.out.clone().unwrap_or_else(|| default_name(rules.globals.layout));
    let overwrite = overwrite(args.force);
    let n_rows = n_rows(&rules, args.n, args.scale)?;
    let is_fixed = rules.globals.layout == Layout::Document && rules.globals.main_collection.is_none();
    if is_fixed && (args.n.is_some() || args.scale.is_some()) {
        screen.say("the rules make one document without a main collection: -n and --scale change nothing");
    }
    let seed = args.seed.unwrap_or(rules.globals.seed);
    let options = CompileOptions { seed, n_rows };
    let plan = compile(&rules, &options, &args.count, source)?;
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
    let made = amount(range.end - range.start, &rules, n_rows, &args.count);
    screen.say(&format!("{made}, {n_bytes} bytes, seed {seed}: {}", name(&out)));
    tell_unkept(&plan, screen);
    Ok(Outcome::Done)
}

/// Says which relationships the records do not keep, all in one line.
fn tell_unkept(plan: &Plan, screen: &Screen) {
    let counts: Vec<String> =
        plan.unkept().iter().map(|unkept| format!("{} {}", unkept.count, unkept.relationship)).collect();
    if !counts.is_empty() {
        screen.say(&format!("relationships that are not kept: {}", counts.join(", ")));
    }
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
