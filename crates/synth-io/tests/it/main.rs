//! Tests of the crate from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod allocation;
mod files;
mod inputs;
mod json_suite;
mod props;
mod rounds;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::num::NonZeroUsize;

use synth_core::{Event, EventSink, Findings, Place, RecordSink, RecordStart};
use synth_io::{Error, Folded, Format, Input, JsonWriter, ReadOptions, fold_records};

/// Keeps every record as text under the offset of its first event.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Records {
    pub(crate) texts: BTreeMap<u64, (RecordStart, String)>,
    writer: JsonWriter,
    offset: Option<u64>,
    start: Option<RecordStart>,
}

impl EventSink for Records {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Infallible> {
        self.offset.get_or_insert(offset);
        self.writer.event(event, offset)
    }
}

impl RecordSink for Records {
    fn begin_record(&mut self, start: RecordStart) {
        self.start = Some(start);
    }

    fn end_record(&mut self) {
        let text = String::from_utf8(self.writer.as_bytes().to_vec()).unwrap();
        self.texts.insert(self.offset.take().unwrap(), (self.start.take().unwrap(), text));
        self.writer.clear();
    }
}

impl Records {
    pub(crate) fn merge(&mut self, mut other: Self) {
        self.texts.append(&mut other.texts);
    }

    pub(crate) fn lines(&self) -> Vec<&str> {
        self.texts.values().map(|(_, text)| text.as_str()).collect()
    }
}

/// What reading came to, in a form that can be compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Read {
        lines: Vec<(u64, RecordStart, String)>,
        counts: (u64, u64, u64),
        format: Format,
        findings: Findings,
    },
    Refused {
        code: &'static str,
        message: String,
        place: Place,
    },
}

impl From<Result<Folded<Records>, Error>> for Outcome {
    fn from(result: Result<Folded<Records>, Error>) -> Self {
        match result {
            Ok(folded) => {
                let Folded { accumulator, n_records, n_bad, n_bytes, format, findings } = folded;
                let lines =
                    accumulator.texts.into_iter().map(|(at, (start, text))| (at, start, text)).collect();
                Self::Read { lines, counts: (n_records, n_bad, n_bytes), format, findings }
            }
            Err(error) => {
                Self::Refused { code: error.code(), message: error.to_string(), place: *error.place }
            }
        }
    }
}

pub(crate) fn fold(input: Input) -> Result<Folded<Records>, Error> {
    fold_records(input, Records::default, Records::merge)
}

pub(crate) fn read_with(text: &[u8], options: &ReadOptions) -> Result<Folded<Records>, Error> {
    fold(Input::from_bytes("test", text.to_vec(), options)?)
}

pub(crate) fn read(text: impl AsRef<[u8]>) -> Result<Folded<Records>, Error> {
    read_with(text.as_ref(), &ReadOptions::default())
}

pub(crate) fn threads(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}
