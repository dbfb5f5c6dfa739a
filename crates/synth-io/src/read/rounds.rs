//! Reads an input in rounds, between which what was read so far can be saved and taken up again.

use std::convert::Infallible;

use synth_core::RecordSink;

use super::{Folded, Setting, Worker, settle};
use crate::chunks::{Mark, Piece, Pieces};
use crate::read::ledger::Ledger;
use crate::{Error, Input, par};

/// How an input is read in rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Rounds<A> {
    /// A round ends with the chunk in which this many of its records, and at least one, are reached.
    pub n_records: u64,
    /// Where an earlier run stood, and what it had by then.
    pub start: Option<(Mark, Folded<A>)>,
}

/// As [`fold_records`](super::fold_records), calling `save` after each round but the last.
///
/// `new` makes an accumulator; where there is one of earlier rounds already, it is made to be merged into that one, and
/// need not take what would not stay in it.
///
/// The result is that of one round: neither `n_records` nor where a run was taken up shows in it. Nothing is saved
/// within a document, nor between records and an error that is known to follow.
///
/// # Errors
///
/// As [`fold_records`](super::fold_records); the first error of `save`; an input that is shorter than it was.
///
/// # Cost
///
/// Each round waits for its threads and merges their accumulators; the next goes on in the merged one, so that there are
/// never more accumulators than threads. What a compressed source had before the mark is
/// decompressed again; other files are read from there on.
pub fn fold_in_rounds<A: RecordSink<Error = Infallible> + Send, E: From<Error>>(
    input: Input,
    rounds: Rounds<A>,
    new: impl Fn(Option<&A>) -> A,
    merge: impl Fn(&mut A, A),
    mut save: impl FnMut(&Folded<A>, Mark) -> Result<(), E>,
) -> Result<Folded<A>, E> {
    let setting = Setting::of(&input);
    let (mut pieces, mut so_far) = match rounds.start {
        Some((mark, folded)) => (Pieces::from_mark(input, mark)?, Some(folded)),
        None => (Pieces::new(input), None),
    };
    loop {
        let n_bad = so_far.as_ref().map_or(0, |folded| folded.n_bad);
        let first = match so_far.take() {
            None => Worker { findings: setting.findings.clone(), ..Worker::new(&setting.options, new(None)) },
            Some(folded) => Worker::going_on(&setting.options, folded),
        };
        let known = (first.n_records > 0).then_some(&first.sink);
        let other = |_| Worker::new(&setting.options, new(known));
        let others: Vec<_> = (1..setting.options.n_threads.get()).map(other).collect();
        let round = read_round(&mut pieces, &setting, (first, others), (rounds.n_records, n_bad), &merge)?;
        let whole = round.into_folded(setting.format);
        if pieces.is_done() {
            return Ok(whole);
        }
        if let Some(mark) = pieces.mark() {
            save(&whole, mark)?;
        }
        so_far = Some(whole);
    }
}

fn read_round<A: RecordSink<Error = Infallible> + Send>(
    pieces: &mut Pieces,
    setting: &Setting,
    crew: (Worker<A>, Vec<Worker<A>>),
    (n_wanted, n_bad): (u64, u64),
    merge: impl Fn(&mut A, A),
) -> Result<Worker<A>, Error> {
    let options = &setting.options;
    let ledger = Ledger::new(options.max_bad, n_bad);
    let mut n_taken = 0;
    let round = std::iter::from_fn(|| {
        if n_taken >= n_wanted.max(1) || ledger.is_full() {
            return None;
        }
        let piece = pieces.next()?;
        n_taken += piece.as_ref().map_or(0, Piece::n_records);
        Some(piece)
    });
    let folded = par::fold(
        (0..).zip(round).map(|(number, piece)| piece.map_err(|error| (number, error))),
        crew,
        |worker, number, piece| worker.take(number, piece, &ledger).map_err(|error| (number, error)),
        |worker, other| worker.merge(other, &merge),
    );
    settle(folded, ledger)
}
