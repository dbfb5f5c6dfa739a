//! Reading a sample again to test on all records what binds its fields together.

use std::path::PathBuf;

use synth_core::cast;
use synth_io::{Input, ReadOptions};
use synth_privacy::Gate;
use synth_profile::Profile;
use synth_profile::relations::{Proposals, Verifier};

use crate::args;
use crate::commands::count;
use crate::display::Screen;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::samples::Sample;

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
        screen.say("read once: relations between fields are as seen in a part of the records");
        return Ok(());
    };
    let proposals = Proposals::new(&sample.partial, profile, gate);
    if proposals.is_empty() {
        return Ok(());
    }
    let input = Input::open(paths, options)?;
    let progress = Progress::bytes(screen, "testing relations", input.total_bytes());
    let bar = progress.clone();
    let input = input.on_progress(move |n_bytes| bar.set(n_bytes));
    let folded = synth_io::fold_records(input, || proposals.verifier(), Verifier::merge);
    progress.finish();
    let folded = folded?;
    if folded.n_records != profile.n_records {
        screen.say("the files changed while they were read: relations between fields are as seen in a part of the records");
        return Ok(());
    }
    profile.relations = proposals.settle(folded.accumulator, (&sample.partial, profile), gate);
    let relations = &profile.relations;
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
        count(folded.n_records, "record")
    ));
    for near in &relations.near_keys {
        let names: Vec<String> = near.paths.iter().map(ToString::to_string).collect();
        let n_repeated = near.evidence.n_rows - near.evidence.n_holding;
        screen.say(&format!("{} would be a key but for {}", names.join(", "), count(n_repeated, "row")));
    }
    Ok(())
}
