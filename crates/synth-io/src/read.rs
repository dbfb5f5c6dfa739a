//! From an input to record sinks: scans every record, counts what is odd, stops at what is bad.

mod ledger;
mod rounds;
mod stream;

use std::convert::Infallible;

use synth_core::hash::hash_bytes;
use synth_core::{
    Diagnostic, Event, EventSink, Findings, Place, RecordPosition, RecordSink, RecordStart, Severity, cast,
};

use crate::chunks::{Chunk, Piece, Pieces, RecordSlice};
use crate::scan::{Note, ScanError, Scanner};
use crate::{Error, ErrorKind, Fault, Format, Input, ReadOptions};
use ledger::Ledger;

pub use rounds::{Rounds, fold_in_rounds};

/// What a whole input came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded<A> {
    /// All records in one accumulator.
    pub accumulator: A,
    /// Records that reached it.
    pub n_records: u64,
    /// Records that were skipped.
    pub n_bad: u64,
    /// Bytes read, after decompression, without a byte order mark.
    pub n_bytes: u64,
    /// How the input was cut into records.
    pub format: Format,
    /// What is odd in the input.
    pub findings: Findings,
}

/// Reads an input on several threads, each with an accumulator from `new`, and merges these.
///
/// `merge` must be associative and commutative, bit for bit; then neither threads nor chunks show in the
/// result. A record that is bad leaves no trace in an accumulator. Of a document that is larger than
/// [`ReadOptions::max_document_bytes`] the events leave before it was read to its end, all members with the
/// same key are seen, and `RecordStart` speaks of its first bytes only, up to that size.
///
/// # Errors
///
/// The first thing in the input that stops the work: what cannot be read, a broken array or document, a
/// record that is too long, or one bad record more than [`ReadOptions::max_bad`] in JSONL.
///
/// # Cost
///
/// Holds three chunks per thread and the scanner's memory for each thread; a document is a chunk of its own.
/// Skipped records cost about 300 bytes each.
pub fn fold_records<A: RecordSink<Error = Infallible> + Send>(
    input: Input,
    new: impl Fn() -> A,
    merge: impl Fn(&mut A, A),
) -> Result<Folded<A>, Error> {
    let rounds = Rounds { n_records: u64::MAX, start: None };
    fold_in_rounds(input, rounds, |_| new(), merge, |_, _| Ok(()))
}

/// Reads an input in file order on the calling thread, into a sink that need not be merged.
///
/// # Errors
///
/// As [`fold_records`].
pub fn read_records<S: RecordSink<Error = Infallible>>(
    input: Input,
    sink: &mut S,
) -> Result<Folded<()>, Error> {
    let Setting { format, options, findings } = Setting::of(&input);
    let ledger = Ledger::new(options.max_bad, 0);
    let mut worker = Worker { findings, ..Worker::new(&options, Borrowed(sink)) };
    let pieces = Pieces::new(input).take_while(|_| !ledger.is_full());
    let fold = || {
        for (number, piece) in (0..).zip(pieces) {
            let taken = piece.and_then(|piece| worker.take(number, piece, &ledger));
            taken.map_err(|error| (number, error))?;
        }
        Ok(())
    };
    let result = fold();
    settle(result, ledger)?;
    let Folded { n_records, n_bad, n_bytes, format, findings, .. } = worker.into_folded(format);
    Ok(Folded { accumulator: (), n_records, n_bad, n_bytes, format, findings })
}

/// Hands over the bytes of every record in file order, without looking into them.
///
/// The records of JSONL sources may be bad, and so may be those of an array; [`Scanner::scan`] tells. Here
/// documents may have [`ReadOptions::max_line_bytes`].
///
/// # Errors
///
/// The first error of `take`; what cannot be read; the brackets and commas of an array; records that are
/// too long.
pub fn for_each_record<E: From<Error>>(
    mut input: Input,
    mut take: impl FnMut(RecordSlice<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let max_bytes = input.options.max_line_bytes;
    input.options.max_document_bytes = max_bytes;
    for piece in Pieces::new(input) {
        match piece? {
            Piece::Chunk(chunk) => chunk.records().take(chunk.n_whole()).try_for_each(&mut take)?,
            Piece::Stream(window, _) => {
                let max_bytes = cast::to_u64(max_bytes);
                return Err(window.error_at(ErrorKind::RecordTooLong { max_bytes }, 0).into());
            }
        }
    }
    Ok(())
}

/// What reading needs beside the input's bytes.
struct Setting {
    format: Format,
    options: ReadOptions,
    findings: Findings,
}

impl Setting {
    fn of(input: &Input) -> Self {
        Self { format: input.format(), options: input.options, findings: input.findings.clone() }
    }
}

/// Chooses between what a fold came to and one bad record too many, whichever comes first in the input.
fn settle<T>(folded: Result<T, (u64, Error)>, ledger: Ledger) -> Result<T, Error> {
    let excess = ledger.into_excess();
    match (folded, excess) {
        (Err((failed, error)), Some((chunk, _))) if failed < chunk => Err(error),
        (_, Some((_, excess))) => Err(excess),
        (Err((_, error)), None) => Err(error),
        (Ok(worker), None) => Ok(worker),
    }
}

/// A sink that the caller keeps.
struct Borrowed<'s, S>(&'s mut S);

impl<S: EventSink> EventSink for Borrowed<'_, S> {
    type Error = S::Error;

    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Self::Error> {
        self.0.event(event, offset)
    }
}

impl<S: RecordSink> RecordSink for Borrowed<'_, S> {
    fn begin_record(&mut self, start: RecordStart) {
        self.0.begin_record(start);
    }

    fn begin_record_at(&mut self, start: RecordStart, position: RecordPosition) {
        self.0.begin_record_at(start, position);
    }

    fn end_record(&mut self) {
        self.0.end_record();
    }
}

/// One thread's part: the accumulator and what is counted beside it.
struct Worker<A> {
    sink: A,
    scanner: Scanner,
    options: ReadOptions,
    n_records: u64,
    n_bad: u64,
    n_bytes: u64,
    findings: Findings,
}

impl<A: RecordSink<Error = Infallible>> Worker<A> {
    fn new(options: &ReadOptions, sink: A) -> Self {
        Self {
            sink,
            scanner: Scanner::new(options.max_depth),
            options: *options,
            n_records: 0,
            n_bad: 0,
            n_bytes: 0,
            findings: Findings::default(),
        }
    }

    fn take(&mut self, number: u64, piece: Piece, ledger: &Ledger) -> Result<(), Error> {
        match piece {
            Piece::Chunk(chunk) => self.take_chunk(number, &chunk, ledger),
            Piece::Stream(window, source) => self.take_stream(window, source),
        }
    }

    fn take_chunk(&mut self, number: u64, chunk: &Chunk, ledger: &Ledger) -> Result<(), Error> {
        let n_whole = chunk.n_whole();
        for record in chunk.records().take(n_whole) {
            if let Err(error) = self.take_record(record, chunk.source) {
                self.refuse(error, record, chunk.format, (number, ledger))?;
            }
        }
        if let Some(open) = chunk.records().nth(n_whole)
            && let Err(error) = self.scanner.scan_open(open.bytes)
        {
            return Err(self.error(&error, open, chunk.format));
        }
        self.n_bytes += chunk.n_bytes();
        Ok(())
    }

    fn take_record(&mut self, record: RecordSlice<'_>, source: u32) -> Result<(), ScanError> {
        let scanned = self.scanner.scan(record.bytes)?;
        let position = RecordPosition { source, record: record.record };
        self.sink.begin_record_at(start_of(record.bytes), position);
        let Ok(()) = scanned.replay(&mut self.sink, record.offset_bytes);
        self.sink.end_record();
        self.n_records += 1;
        for note in scanned.notes() {
            let place = record.place_at(record.offset_bytes + note.offset_bytes);
            self.findings.push(finding(note, place));
        }
        Ok(())
    }

    /// Counts a bad record, or makes it an error where none are allowed.
    #[cold]
    fn refuse(
        &mut self,
        error: ScanError,
        record: RecordSlice<'_>,
        format: Format,
        (number, ledger): (u64, &Ledger),
    ) -> Result<(), Error> {
        if format != Format::JsonLines || self.options.max_bad == 0 {
            return Err(self.error(&error, record, format));
        }
        let place = place_of(&error, record);
        self.n_bad += 1;
        self.findings.push(Diagnostic {
            severity: Severity::Warning,
            code: "io/bad-record",
            message: format!("bad record, skipped: {}", error.fault),
            place: place.clone(),
            hint: None,
        });
        ledger.push(number, error.fault, place);
        Ok(())
    }

    fn error(&self, error: &ScanError, record: RecordSlice<'_>, format: Format) -> Error {
        Error::new(self.kind(error.fault, format), place_of(error, record))
    }

    fn kind(&self, fault: Fault, format: Format) -> ErrorKind {
        match fault {
            Fault::TooDeep => ErrorKind::TooDeep { max_depth: self.options.max_depth },
            fault => ErrorKind::BadJson { fault, format },
        }
    }
}

impl<A> Worker<A> {
    fn merge(&mut self, other: Self, merge: impl Fn(&mut A, A)) {
        merge(&mut self.sink, other.sink);
        self.n_records += other.n_records;
        self.n_bad += other.n_bad;
        self.n_bytes += other.n_bytes;
        self.findings.merge(other.findings);
    }

    /// Goes on with what was read before.
    fn going_on(options: &ReadOptions, folded: Folded<A>) -> Self {
        let Folded { accumulator: sink, n_records, n_bad, n_bytes, format: _, findings } = folded;
        let scanner = Scanner::new(options.max_depth);
        Self { sink, scanner, options: *options, n_records, n_bad, n_bytes, findings }
    }

    fn into_folded(self, format: Format) -> Folded<A> {
        let Self { sink, n_records, n_bad, n_bytes, findings, .. } = self;
        Folded { accumulator: sink, n_records, n_bad, n_bytes, format, findings }
    }
}

fn start_of(bytes: &[u8]) -> RecordStart {
    RecordStart { content_hash: hash_bytes(bytes), n_bytes: cast::to_u64(bytes.len()) }
}

fn place_of(error: &ScanError, record: RecordSlice<'_>) -> Place {
    let place = record.place_at(record.offset_bytes + error.offset_bytes);
    Place { path: Some(error.path.to_string()), ..place }
}

fn finding(note: Note, place: Place) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code: note.kind.code(),
        message: note.kind.message().to_owned(),
        place: Place { path: note.path.map(|path| path.to_string()), ..place },
        hint: None,
    }
}
