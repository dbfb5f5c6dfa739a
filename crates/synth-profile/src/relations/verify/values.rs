//! Counts the values of a slot: keys, and both sides of references.

use super::batch::{Batch, SheetRows};
use crate::relations::counts::{RowsOf, Slot};
use crate::relations::exceptions::RowPlace;
use crate::relations::keys::tuple;
use crate::relations::references::hash_behind;
use crate::relations::table::{Column, Table};
use crate::relations::tally::Tally;

/// Adds the values of the gathered rows to a tally.
pub(super) fn count(
    slot: &Slot,
    tally: &mut Tally<u64>,
    (tables, sheets): (&[Table], &[SheetRows]),
    batch: &Batch,
) {
    let table = &tables[slot.table];
    let places = batch.places(slot.table);
    let rows: Box<dyn Fn(usize) -> bool> = match slot.rows {
        RowsOf::All => Box::new(|_| true),
        RowsOf::Sheet(sheet) => Box::new(sheets[sheet].test(tables)),
        RowsOf::Outside(sheet) => {
            let is_in = sheets[sheet].test(tables);
            Box::new(move |row| !is_in(row))
        }
    };
    let rows = (0..table.n_rows()).filter(|row| rows(*row));
    if let [column] = slot.columns[..] {
        count_column(
            &table.columns[column],
            slot.prefix.as_deref(),
            tally,
            rows.map(|row| (row, places[row])),
        );
    } else {
        let columns: Vec<&Column> = slot.columns.iter().map(|column| &table.columns[*column]).collect();
        for row in rows.filter(|row| columns.iter().all(|column| column.has_value(*row))) {
            tally.push(tuple(&columns, row), 1, places[row]);
        }
    }
}

/// Counts equal values of the gathered rows together.
fn count_column(
    column: &Column,
    prefix: Option<&str>,
    tally: &mut Tally<u64>,
    rows: impl Iterator<Item = (usize, RowPlace)>,
) {
    let nothing = (0_u64, RowPlace::of_record(0, 0));
    let mut counts = vec![nothing; column.n_codes()];
    for (row, place) in rows {
        let count = &mut counts[column.cell(row) as usize];
        *count = (count.0 + 1, count.1.max(place));
    }
    for (cell, (count, last)) in (0..).zip(counts).filter(|(_, (count, _))| *count > 0) {
        let hash = match prefix {
            Some(prefix) => hash_behind(column, cell, prefix),
            None => column.hash(cell),
        };
        if let Some(hash) = hash {
            tally.push(hash, count, last);
        }
    }
}
