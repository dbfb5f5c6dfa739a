//! The rows that are tested together, and where they stand in the input.

use crate::profile::TagValue;
use crate::relations::exceptions::RowPlace;
use crate::relations::mine::code_of;
use crate::relations::table::Table;

/// Where the gathered rows stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    /// The records, in the order in which they came.
    records: Vec<RowPlace>,
    /// Rows of each table of the open document that were tested before.
    n_before: Vec<u64>,
    /// The place of each row of each table.
    places: Vec<Vec<RowPlace>>,
    /// The document goes on behind the gathered rows.
    pub(super) is_open: bool,
}

/// Rows of a table that have one value of a tag, or all.
#[derive(Debug, Clone)]
pub(super) struct SheetRows {
    pub(super) table: usize,
    /// The column of the tag and its value.
    pub(super) tag: Option<(usize, TagValue)>,
}

impl Batch {
    /// Notes that a record starts.
    pub(crate) fn begin(&mut self, place: RowPlace) {
        self.records.push(place);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.n_before.clear();
    }

    /// Remembers how many rows of the open document are done.
    pub(super) fn leave_behind(&mut self, tables: &[Table]) {
        self.n_before.resize(tables.len(), 0);
        for (n_before, table) in self.n_before.iter_mut().zip(tables) {
            *n_before += synth_core::cast::to_u64(table.n_rows());
        }
    }

    /// Gives each row its place: that of its record in a stream, its own number in a document.
    pub(crate) fn number_rows(&mut self, tables: &[Table], is_stream: bool) {
        self.places.resize_with(tables.len(), Vec::new);
        let source = self.records.first().map_or(0, |place| place.source());
        for (index, table) in tables.iter().enumerate() {
            let mut places = std::mem::take(&mut self.places[index]);
            places.clear();
            match table.parent {
                None => places.extend(&self.records),
                Some(parent) if is_stream => {
                    let holders = &self.places[parent];
                    places.extend(table.parent_rows.iter().map(|row| holders[*row as usize]));
                }
                Some(_) => {
                    let first = self.n_before.get(index).copied().unwrap_or(0);
                    let rows = (first..).take(table.n_rows());
                    places.extend(rows.map(|row| RowPlace::of_record(source, row)));
                }
            }
            self.places[index] = places;
        }
    }

    /// Tells whether the rows of a table may go on behind the gathered ones: those of an open document's collection.
    pub(super) fn goes_on(&self, tables: &[Table], table: usize) -> bool {
        self.is_open && tables[table].parent == Some(0)
    }

    /// Returns the place of each row of a table.
    pub(crate) fn places(&self, table: usize) -> &[RowPlace] {
        &self.places[table]
    }
}

impl SheetRows {
    /// Returns the test of rows for belonging to the sheet.
    pub(super) fn test<'t>(&self, tables: &'t [Table]) -> impl Fn(usize) -> bool + use<'t> {
        let tag = self.tag.as_ref().map(|(column, value)| {
            let column = &tables[self.table].columns[*column];
            (column, code_of(column, value))
        });
        move |row| tag.is_none_or(|(column, code)| code.is_some_and(|code| column.cell(row) == code))
    }

    /// Counts the rows of the sheet.
    pub(super) fn count(&self, tables: &[Table]) -> u64 {
        let is_in = self.test(tables);
        let rows = 0..tables[self.table].n_rows();
        synth_core::cast::to_u64(rows.filter(|row| is_in(*row)).count())
    }
}
