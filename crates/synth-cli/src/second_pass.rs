//! Reading a sample again to test on all records what binds its fields together, and to find where odd values stand.

use std::path::PathBuf;

use synth_core::cast;
use synth_io::{Input, ReadOptions};
use synth_privacy::Gate;
use synth_profile::Profile;
use synth_profile::anomalies::{Finder, Places, Search};
use synth_profile::relations::Relations;

use crate::args;
use crate::commands::count;
use crate::display::Screen;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::samples::Sample;

/// What is said of a sample that is not read again.
const READ_ONCE: &str = "read once: relations between fields are as seen in a part of the records";

/// How files are read again.
#[derive(Debug)]
pub(crate) struct Again<'a> {
    pub(crate) paths: &'a [PathBuf],
    pub(crate) options: ReadOptions,
}

impl<'a> Again<'a> {
    /// Returns how the inputs of `profile` are read again, unless they are to be read once.
    pub(crate) fn of(args: &'a args::Profile) -> Option<Self> {
        (!args.single_pass).then(|| Self { paths: &args.inputs, options: args.reading.options() })
    }
}

/// Gives the relations of a profile the evidence of all records where they were seen in a part of them.
pub(crate) fn verify(
    (sample, profile): (&Sample, &mut Profile),
    again: Option<&Again<'_>>,
    gate: Gate,
    screen: &Screen,
) -> Result<(), Failure> {
    // What was learned from all records in memory stays as it is, so that parts of a data set give the same profile.
    if profile.relations.covers_all_records {
        return Ok(());
    }
    let Some(Again { paths, options }) = again.filter(|_| sample.is_repeatable) else {
        screen.say(READ_ONCE);
        return Ok(());
    };
    let search = Search::of_relations(&sample.partial, profile, gate);
    search_again(&search, (sample, profile), (paths, options), gate, screen).map(|_| ())
}

/// Does what [`verify`] does, and finds where what does not fit stands.
pub(crate) fn verify_and_place(
    (sample, profile): (&Sample, &mut Profile),
    again: Option<&Again<'_>>,
    gate: Gate,
    screen: &Screen,
) -> Result<Option<Places>, Failure> {
    let Some(Again { paths, options }) = again.filter(|_| sample.is_repeatable) else {
        if !profile.relations.covers_all_records {
            screen.say(READ_ONCE);
        }
        return Ok(None);
    };
    let search = Search::new(&sample.partial, profile, gate);
    search_again(&search, (sample, profile), (paths, options), gate, screen)
}

fn search_again(
    search: &Search,
    (sample, profile): (&Sample, &mut Profile),
    (paths, options): (&[PathBuf], &ReadOptions),
    gate: Gate,
    screen: &Screen,
) -> Result<Option<Places>, Failure> {
    if search.is_empty() {
        return Ok(None);
    }
    let is_test = !profile.relations.covers_all_records;
    let input = Input::open(paths, options)?;
    let what = if is_test { "testing relations" } else { "finding places" };
    let progress = Progress::bytes(screen, what, input.total_bytes());
    let bar = progress.clone();
    let input = input.on_progress(move |n_bytes| bar.set(n_bytes));
    let folded = synth_io::fold_records(input, || search.finder(), Finder::merge);
    progress.finish();
    let folded = folded?;
    if folded.n_records != profile.n_records {
        let left = if is_test {
            "relations between fields are as seen in a part of the records"
        } else {
            "what does not fit is counted, without places"
        };
        screen.say(&format!("the files changed while they were read: {left}"));
        return Ok(None);
    }
    let places = search.settle(folded.accumulator, (&sample.partial, profile), gate);
    if is_test {
        tell_relations(&profile.relations, folded.n_records, screen);
    }
    tell_near_keys(&profile.relations, screen);
    Ok(Some(places))
}

fn tell_relations(relations: &Relations, n_records: u64, screen: &Screen) {
    let n_relations = relations.keys.len()
        + relations.references.len()
        + relations.dependencies.len()
        + relations.orderings.len()
        + relations.arithmetic.len()
        + relations.texts.len()
        + relations.sequences.len()
        + relations.presence.len();
    screen.say(&format!(
        "read twice: {} between fields, tested on {}",
        count(cast::to_u64(n_relations), "relation"),
        count(n_records, "record")
    ));
}

fn tell_near_keys(relations: &Relations, screen: &Screen) {
    for near in &relations.near_keys {
        let names: Vec<String> = near.paths.iter().map(ToString::to_string).collect();
        let n_repeated = near.evidence.n_rows - near.evidence.n_holding;
        screen.say(&format!("{} would be a key but for {}", names.join(", "), count(n_repeated, "row")));
    }
}
