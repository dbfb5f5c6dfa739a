//! Making the bytes of records on several threads.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::ops::Range;

use synth_core::{Event, EventSink, JsonText, Scalar, cast};
use synth_gen::{Plan, Worker};
use synth_io::{JsonWriter, Layout, par};
use synth_rules::Watch;

use super::{Written, document};
use crate::failure::Failure;
use crate::progress::Progress;

/// Records that one thread makes at a time.
const BLOCK: u64 = 4096;

/// Makes a range of a plan's records.
#[derive(Debug, Clone)]
pub(crate) struct Maker<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) rows: Range<u64>,
    /// Only records that meet a condition; the first and the last of the range do.
    pub(crate) watch: Option<Watch>,
    pub(crate) layout: Layout,
    pub(crate) n_threads: NonZeroUsize,
    pub(crate) progress: Progress,
}

/// Writes records, and looks at them when there is a condition.
struct Sink {
    writer: JsonWriter,
    watch: Option<Watch>,
}

impl EventSink for Sink {
    type Error = Infallible;

    #[inline]
    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Infallible> {
        if let Some(watch) = &mut self.watch {
            watch.event(event, offset)?;
        }
        self.writer.event(event, offset)
    }

    #[inline]
    fn key(&mut self, key: &str, text: &JsonText) -> Result<(), Infallible> {
        if let Some(watch) = &mut self.watch {
            watch.event(Event::Key(key), 0)?;
        }
        self.writer.key(key, text)
    }

    #[inline]
    fn literal(&mut self, scalar: Scalar<'_>, text: &JsonText) -> Result<(), Infallible> {
        if let Some(watch) = &mut self.watch {
            watch.event(Event::Scalar(scalar), 0)?;
        }
        self.writer.literal(scalar, text)
    }
}

impl Maker<'_> {
    /// Hands over the bytes of a whole file.
    pub(crate) fn write(
        &self,
        mut write: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<Written, Failure> {
        let mut written = self.write_rows(self.rows.clone(), 0, &mut write)?;
        let end = self.end(written.n_records);
        written.n_bytes += cast::to_u64(end.len());
        write(&end)?;
        Ok(written)
    }

    /// Hands over the bytes of some records; `n_before` records stand before them in their file.
    pub(crate) fn write_rows(
        &self,
        rows: Range<u64>,
        n_before: u64,
        mut write: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<Written, Failure> {
        if self.layout == Layout::Document && !rows.is_empty() {
            return document::write(self, write);
        }
        let mut written = Written::default();
        let spares = par::Spares::<Vec<u8>>::default();
        par::map_ordered_with(
            ((rows.end - rows.start).div_ceil(BLOCK), self.n_threads),
            || self.plan.worker(),
            |worker, block| {
                let start = rows.start + block * BLOCK;
                let end = (start + BLOCK).min(rows.end);
                self.block((worker, spares.take()), start..end, n_before + (start - rows.start))
                    .map(|(bytes, n_records)| (bytes, n_records, end))
            },
            |(bytes, n_records, end)| {
                written.n_bytes += cast::to_u64(bytes.len());
                written.n_records += n_records;
                self.progress.set(end - self.rows.start);
                write(&bytes)?;
                spares.put(bytes);
                Ok(())
            },
        )?;
        Ok(written)
    }

    /// The bytes behind the last of `n_records` records.
    pub(crate) fn end(&self, n_records: u64) -> Vec<u8> {
        let mut writer = JsonWriter::default();
        writer.end_records(self.layout, n_records);
        writer.into_bytes()
    }

    /// The bytes of one block, and how many records they are.
    fn block(
        &self,
        (worker, buffer): (&mut Worker<'_>, Vec<u8>),
        rows: Range<u64>,
        mut index: u64,
    ) -> Result<(Vec<u8>, u64), Failure> {
        let layout = self.layout;
        let mut sink = Sink { writer: JsonWriter::into_buffer(buffer), watch: self.watch.clone() };
        let (mut row, end) = (rows.start, rows.end);
        let (mut n_kept, mut n_bytes) = (0, 0);
        sink.writer.begin_record(layout, index);
        let made = rows.clone();
        let Ok(()) = worker.emit(made, &mut sink, |sink| {
            sink.writer.end_record(layout);
            let is_wanted = sink.watch.as_mut().is_none_or(Watch::verdict);
            if is_wanted {
                n_kept += 1;
                n_bytes = sink.writer.as_bytes().len();
            } else {
                sink.writer.truncate(n_bytes);
            }
            (row, index) = (row + 1, index + 1);
            if row < end {
                sink.writer.begin_record(layout, index);
            }
            Ok(())
        });
        match self.plan.plugin_failure(rows) {
            Some(error) => Err(Failure::plugin(error)),
            None => Ok((sink.writer.into_bytes(), n_kept)),
        }
    }
}
