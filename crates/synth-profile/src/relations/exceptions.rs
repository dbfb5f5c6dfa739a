//! Where rows stand that break a relation.

use serde::{Deserialize, Serialize};

/// A row that breaks a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exception {
    /// Number of the source, counted from 0.
    pub source: u64,
    /// Record of a stream, or row of the collection in a document, counted from 0.
    pub row: u64,
}

/// Most rows that are named for one relation.
pub(crate) const MAX_EXCEPTIONS: usize = 3;
/// Bits of a place that number the row.
const ROW_BITS: u32 = 48;

/// A source and a row in one number, in the order of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowPlace(u64);

impl RowPlace {
    /// Returns the place of a record of a stream, or of a row of a document's collection.
    pub(crate) fn of_record(source: u64, row: u64) -> Self {
        let largest = (1 << ROW_BITS) - 1;
        Self(source << ROW_BITS | row.min(largest))
    }

    /// Returns the place as one number, in the order of the input.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// Tells whether another record follows this one in its source.
    pub(crate) fn is_before(self, next: Self) -> bool {
        self.0 + 1 == next.0
    }

    /// Returns the number of the source.
    pub(crate) fn source(self) -> u64 {
        self.0 >> ROW_BITS
    }

    fn exception(self) -> Exception {
        Exception { source: self.0 >> ROW_BITS, row: self.0 & ((1 << ROW_BITS) - 1) }
    }
}

/// The first few rows that break a relation, whatever the order in which they are found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FirstRows {
    /// In ascending order.
    places: Vec<RowPlace>,
}

impl FirstRows {
    /// Notes a row.
    pub(crate) fn push(&mut self, place: RowPlace) {
        if let Err(at) = self.places.binary_search(&place)
            && at < MAX_EXCEPTIONS
        {
            self.places.insert(at, place);
            self.places.truncate(MAX_EXCEPTIONS);
        }
    }

    /// Adds the rows of another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        other.places.iter().for_each(|place| self.push(*place));
    }

    /// Returns the rows in the order of the input.
    pub(crate) fn exceptions(&self) -> Vec<Exception> {
        self.places.iter().map(|place| place.exception()).collect()
    }
}

impl FromIterator<RowPlace> for FirstRows {
    fn from_iter<I: IntoIterator<Item = RowPlace>>(places: I) -> Self {
        let mut first = Self::default();
        places.into_iter().for_each(|place| first.push(place));
        first
    }
}
