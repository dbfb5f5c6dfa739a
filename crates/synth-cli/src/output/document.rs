//! Making the bytes of a document piece by piece, so that it never stands in memory as a whole.

use std::convert::Infallible;

use synth_core::{Event, EventSink, cast};
use synth_gen::{Piece, Worker};
use synth_io::{JsonWriter, Layout, par};

use super::Written;
use super::rows::Maker;
use crate::failure::Failure;

/// What stands in a document, in order.
enum Part {
    Bytes(Vec<u8>),
    /// Elements of an array, and the writer that stands where they do.
    Piece(Piece, JsonWriter),
}

/// Writes what stands around the pieces.
#[derive(Default)]
struct Outline {
    writer: JsonWriter,
    parts: Vec<Part>,
}

impl EventSink for Outline {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Infallible> {
        self.writer.event(event, offset)
    }
}

impl Outline {
    fn take(&mut self, piece: Piece) {
        let bytes = self.writer.take_bytes();
        if !bytes.is_empty() {
            self.parts.push(Part::Bytes(bytes));
        }
        self.parts.push(Part::Piece(piece, self.writer.part()));
        self.writer.pass_elements();
    }
}

/// Hands over the bytes of a document.
pub(super) fn write(
    maker: &Maker<'_>,
    mut write: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<Written, Failure> {
    let plan = maker.plan;
    let mut outline = Outline::default();
    outline.writer.begin_record(Layout::Document, 0);
    let Ok(()) = plan.emit_outline(&mut outline, |outline, piece| {
        outline.take(piece);
        Ok(())
    });
    outline.writer.end_record(Layout::Document);
    let last = outline.writer.take_bytes();
    outline.parts.push(Part::Bytes(last));
    let parts = outline.parts;
    let mut written = Written { n_records: 1, ..Written::default() };
    let spares = par::Spares::<Vec<u8>>::default();
    let make = |worker: &mut Worker<'_>, at: u64| {
        let mut spare = spares.take();
        let bytes = match &parts[cast::to_usize(at)] {
            Part::Bytes(bytes) => {
                bytes.clone_into(&mut spare);
                spare
            }
            Part::Piece(piece, writer) => {
                let mut writer = writer.part_in(spare);
                let Ok(()) = worker.emit_piece(piece, &mut writer);
                writer.into_bytes()
            }
        };
        plan.plugin_failure(0..1).map_or(Ok(bytes), |error| Err(Failure::plugin(error)))
    };
    let blocks = (cast::to_u64(parts.len()), maker.n_threads);
    par::map_ordered_with(
        blocks,
        || plan.worker(),
        make,
        |bytes: Vec<u8>| {
            written.n_bytes += cast::to_u64(bytes.len());
            write(&bytes)?;
            spares.put(bytes);
            Ok(())
        },
    )?;
    maker.progress.set(1);
    Ok(written)
}
