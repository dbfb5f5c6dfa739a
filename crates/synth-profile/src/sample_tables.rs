//! The record sample as rows and columns, for those who fit models to it.

use synth_core::JsonPath;

use crate::partial::Partial;
use crate::profile::Profile;
use crate::relations::{Column, Part, Table, tables_in_proportion};

/// Most records in the tables.
const MAX_RECORDS: u64 = 1 << 16;

/// The record sample cut into tables: the records, the elements of each array and the members of each dictionary are
/// rows.
///
/// It holds values of the sample and is never written.
#[derive(Debug)]
pub struct SampleTables(Vec<Table>);

/// One table.
#[derive(Debug, Clone, Copy)]
pub struct SampleTable<'t>(&'t Table);

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct SampleColumn<'t>(&'t Column);

/// What of a path a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplePart {
    /// The scalar itself.
    Value,
    /// The number of elements or members.
    Length,
    /// The key under which a dictionary holds the row.
    Key,
    /// Whether an object is there.
    Presence,
}

/// What a row holds in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleCell {
    /// The path is not there.
    Missing,
    /// Null.
    Null,
    /// The distinct value with this number.
    Value(usize),
}

/// A distinct value of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleValue<'t> {
    /// The number; of times, seconds since the epoch; of booleans, 0 or 1.
    pub number: Option<f64>,
    /// The text of a string.
    pub text: Option<&'t str>,
}

impl SampleTables {
    /// Cuts the sample of a partial into the tables of its profile; equal records stand in them as often as they came, so that
    /// their shares are those of the data. Of more than 65,536 records the shares are kept, and not the number.
    ///
    /// # Cost
    ///
    /// Memory: four bytes a cell, and the distinct values.
    #[must_use]
    pub fn of(partial: &Partial, profile: &Profile) -> Self {
        Self(tables_in_proportion(partial, &profile.fields, MAX_RECORDS))
    }

    /// Returns the tables; one that holds the rows of others stands before them, the records first.
    pub fn iter(&self) -> impl Iterator<Item = SampleTable<'_>> {
        self.0.iter().map(SampleTable)
    }
}

impl<'t> SampleTable<'t> {
    /// Returns the path of a row.
    #[must_use]
    pub fn path(&self) -> &'t JsonPath {
        &self.0.path
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.0.n_rows()
    }

    /// Returns the position of the table whose rows hold these; none for the records.
    #[must_use]
    pub fn holder(&self) -> Option<usize> {
        self.0.parent
    }

    /// Returns for each row the row that holds it; rows of one holder follow each other.
    #[must_use]
    pub fn holder_rows(&self) -> &'t [u32] {
        &self.0.parent_rows
    }

    /// Returns the columns.
    pub fn columns(&self) -> impl Iterator<Item = SampleColumn<'t>> + use<'t> {
        self.0.columns.iter().map(SampleColumn)
    }
}

impl<'t> SampleColumn<'t> {
    /// Returns the path.
    #[must_use]
    pub fn path(&self) -> &'t JsonPath {
        &self.0.path
    }

    /// Returns what of the path it holds.
    #[must_use]
    pub fn part(&self) -> SamplePart {
        match self.0.part {
            Part::Value => SamplePart::Value,
            Part::Length => SamplePart::Length,
            Part::Key => SamplePart::Key,
            Part::Presence => SamplePart::Presence,
        }
    }

    /// Returns what a row holds.
    #[must_use]
    pub fn cell(&self, row: usize) -> SampleCell {
        self.0.sample_cell(row)
    }

    /// Returns the distinct values.
    pub fn values(&self) -> impl Iterator<Item = SampleValue<'t>> + use<'t> {
        self.0.sample_values().map(|(number, text)| SampleValue { number, text })
    }
}
