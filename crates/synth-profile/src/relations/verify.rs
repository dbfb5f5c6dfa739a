//! The second pass: proposals made on a sample are tested on all records.
//!
//! [`Proposals`] says what must be counted, a [`Verifier`] counts it record by record in bounded memory and merges
//! exactly, and [`Proposals::settle`] gives each relation its true evidence or drops it.

use std::convert::Infallible;

use synth_core::{Event, EventSink, RecordPosition, RecordSink, RecordStart};

use super::builder::TableBuilder;
use super::counts::Slot;
use super::exceptions::RowPlace;
use super::tally::Tally;
use super::transitions::{self, Chain, Visit};
pub(crate) use batch::Batch;
use batch::SheetRows;
use pairs::PairCheck;
pub(crate) use rows::{At, ordered_pairs};
use rows::{RowCheck, RowCounts, Subject};
use sequence::Sequence;

use super::Relations;
use crate::partial::Unit;

mod batch;
mod pairs;
mod plan;
mod rows;
mod sequence;
mod settle;
mod values;

/// Rows that are gathered before they are tested together.
const BATCH_ROWS: usize = 8192;
/// Bytes of records that are gathered.
const BATCH_BYTES: u64 = 4 << 20;
/// Records from this size on are tested by themselves.
const LARGE_RECORD_BYTES: u64 = 256 << 10;
/// Most cells of a table of one record, or of one element of a document's collection.
const MAX_CELLS: usize = 1 << 20;
/// Entries that all tallies of a kind hold together before they are sorted in.
const MAX_PENDING: usize = 1 << 19;
/// Entries that one tally holds before they are sorted in, at least and at most.
const PENDING: (usize, usize) = (1 << 10, 1 << 15);

/// What is to be tested on all records.
#[derive(Debug, Clone)]
pub struct Proposals {
    /// Tables without rows; only the columns that are tested are filled.
    builder: TableBuilder,
    unit: Unit,
    sheets: Vec<SheetRows>,
    slots: Vec<Slot>,
    slot_capacity: usize,
    pairs: Vec<PairCheck>,
    pair_capacity: usize,
    rows: Vec<(Subject, RowCheck)>,
    /// Columns of the records of a stream whose order is watched.
    watched: Vec<At>,
    /// Walks along which states may follow each other.
    chains: Vec<Chain>,
    /// The relations of the sample.
    proposed: Relations,
}

/// Counts on all records what [`Proposals`] asks for.
///
/// The state is a function of the set of records and their positions; `merge` is associative and commutative.
///
/// # Cost
///
/// Memory: at most about 80 MiB, and the tables of 8192 rows, of 4 MiB of records or of one larger record, or of one
/// element of a document. Time: of the order of scanning the record, for each 20 relations.
#[derive(Debug, Clone)]
pub struct Verifier<'p> {
    proposals: &'p Proposals,
    builder: TableBuilder,
    batch: Batch,
    values: Vec<Tally<u64>>,
    n_sheet_rows: Vec<u64>,
    pairs: Vec<Tally<(u64, u64)>>,
    rows: Vec<RowCounts>,
    visits: Vec<Tally<Visit>>,
    /// Nothing is known of the order when a record came without its position.
    sequence: Option<Sequence>,
    is_large: bool,
    /// Bytes of the gathered records.
    n_bytes: u64,
    /// Where the gathered rows of a document begin.
    first_byte: Option<u64>,
    /// Some rows were left out.
    is_cut: bool,
}

impl Proposals {
    /// Returns a verifier that has seen nothing.
    #[must_use]
    pub fn verifier(&self) -> Verifier<'_> {
        let pending = |n_tallies: usize| (MAX_PENDING / n_tallies.max(1)).clamp(PENDING.0, PENDING.1);
        let values = || Tally::new(self.slot_capacity, pending(self.slots.len()));
        let pairs = || Tally::new(self.pair_capacity, pending(self.pairs.len()));
        Verifier {
            proposals: self,
            builder: self.builder.clone(),
            batch: Batch::default(),
            values: self.slots.iter().map(|_| values()).collect(),
            n_sheet_rows: vec![0; self.sheets.len()],
            pairs: self.pairs.iter().map(|_| pairs()).collect(),
            rows: self.rows.iter().map(|(_, check)| RowCounts::of(check)).collect(),
            visits: transitions::tallies(self.chains.len()),
            sequence: Some(Sequence::new(self.watched.len())),
            is_large: false,
            n_bytes: 0,
            first_byte: None,
            is_cut: false,
        }
    }
}

impl Verifier<'_> {
    /// Adds what another verifier of the same proposals has counted in other records.
    pub fn merge(&mut self, mut other: Self) {
        self.flush();
        other.flush();
        for (ours, theirs) in self.values.iter_mut().zip(other.values) {
            ours.merge(theirs);
        }
        for (ours, theirs) in self.n_sheet_rows.iter_mut().zip(other.n_sheet_rows) {
            *ours += theirs;
        }
        for (ours, theirs) in self.pairs.iter_mut().zip(other.pairs) {
            ours.merge(theirs);
        }
        for (ours, theirs) in self.rows.iter_mut().zip(&other.rows) {
            ours.merge(theirs);
        }
        for (ours, theirs) in self.visits.iter_mut().zip(other.visits) {
            ours.merge(theirs);
        }
        self.sequence = self.sequence.take().zip(other.sequence).map(|(mut ours, theirs)| {
            ours.merge(theirs);
            ours
        });
        self.is_cut |= other.is_cut;
    }

    /// Tests the rows that were gathered.
    fn flush(&mut self) {
        self.test_rows(true);
        self.is_cut |= self.builder.tables().iter().any(|table| table.is_cut);
        self.builder.clear();
        self.batch.clear();
        self.n_bytes = 0;
        self.first_byte = None;
    }

    /// Tests the rows of a document's collections that are whole, while the document goes on.
    fn flush_collections(&mut self) {
        self.test_rows(false);
        self.is_cut |= self.builder.tables().iter().any(|table| table.is_cut);
        self.batch.leave_behind(self.builder.tables());
        self.builder.clear_collections();
    }

    fn test_rows(&mut self, with_records: bool) {
        if self.builder.n_rows() == 0 {
            return;
        }
        let plan = self.proposals;
        self.builder.read_times();
        let tables = self.builder.tables();
        let is_stream = plan.unit == Unit::Record;
        self.batch.is_open = !with_records;
        self.batch.number_rows(tables, is_stream);
        let is_due = |table: usize| with_records || table > 0;
        for (sheet, n_rows) in plan.sheets.iter().zip(&mut self.n_sheet_rows) {
            if is_due(sheet.table) {
                *n_rows += sheet.count(tables);
            }
        }
        for (slot, tally) in plan.slots.iter().zip(&mut self.values) {
            if is_due(slot.table) {
                values::count(slot, tally, (tables, &plan.sheets), &self.batch);
            }
        }
        if let Some(sequence) = self.sequence.as_mut().filter(|_| with_records) {
            sequence.count(&plan.watched, tables, &self.batch);
        }
        for (chain, tally) in plan.chains.iter().zip(&mut self.visits) {
            if is_due(chain.table) {
                chain.count(tally, tables, &self.batch);
            }
        }
        for (check, tally) in plan.pairs.iter().zip(&mut self.pairs) {
            if is_due(check.table) {
                check.count(tally, tables, &self.batch);
            }
        }
        for ((_, check), counts) in plan.rows.iter().zip(&mut self.rows) {
            if is_due(check.table()) {
                check.count(counts, tables, &self.batch);
            }
        }
    }
}

impl EventSink for Verifier<'_> {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Infallible> {
        self.builder.event(event, offset)?;
        if self.proposals.unit == Unit::Element {
            let n_bytes = offset.saturating_sub(*self.first_byte.get_or_insert(offset));
            let is_full = self.builder.n_rows() >= BATCH_ROWS || n_bytes >= BATCH_BYTES;
            if is_full && self.builder.is_between_rows() {
                self.flush_collections();
                self.first_byte = Some(offset);
            }
        }
        Ok(())
    }
}

impl RecordSink for Verifier<'_> {
    fn begin_record(&mut self, start: RecordStart) {
        self.sequence = None;
        self.begin_record_at(start, RecordPosition::default());
    }

    fn begin_record_at(&mut self, start: RecordStart, position: RecordPosition) {
        let is_document = self.proposals.unit == Unit::Element;
        self.is_large = is_document || start.n_bytes >= LARGE_RECORD_BYTES;
        let is_full = self.builder.n_rows() >= BATCH_ROWS || self.n_bytes >= BATCH_BYTES;
        if self.is_large || is_full {
            self.flush();
        }
        self.n_bytes += start.n_bytes;
        self.batch.begin(RowPlace::of_record(position.source.into(), position.record));
    }

    fn end_record(&mut self) {
        if self.is_large {
            self.flush();
        }
    }
}
