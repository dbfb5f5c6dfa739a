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
/// The result is that of one round: neither `n_records` nor where a run was taken up shows in it. Nothing is saved
/// within a document, nor between records and an error that is known to follow.
///
/// # Errors
///
/// As [`fold_records`](super::fold_records); the first error of `save`; an input that is shorter than it was.
///
/// # Cost
///
/// Each round waits for its threads and merges their accumulators. What a compressed source had before the mark is
/// decompressed again; other files are read from there on.
pub fn fold_in_rounds<A: RecordSink<Error = Infallible> + Send, E: From<Error>>(
    input: Input,
    rounds: Rounds<A>,
    new: impl Fn() -> A + Sync,
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
        let round = read_round(&mut pieces, &setting, (rounds.n_records, n_bad), &new, &merge)?;
        let whole = match so_far.take() {
            None => round.into_folded(setting.format, setting.findings.clone()),
            Some(earlier) => earlier.with(round, &merge),
        };
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
    (n_wanted, n_bad): (u64, u64),
    new: &(impl Fn() -> A + Sync),
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
        options.n_threads,
        || Worker::new(options, new()),
        |worker, number, piece| worker.take(number, piece, &ledger).map_err(|error| (number, error)),
        |worker, other| worker.merge(other, &merge),
    );
    settle(folded, ledger)
}

impl<A> Folded<A> {
    /// Adds what a later round read.
    fn with(mut self, round: Worker<A>, merge: impl Fn(&mut A, A)) -> Self {
        merge(&mut self.accumulator, round.sink);
        self.n_records += round.n_records;
        self.n_bad += round.n_bad;
        self.n_bytes += round.n_bytes;
        self.findings.merge(round.findings);
        self
    }
}
