//! The visits of states along arrays, entities and records, in whatever pieces the records come.

use synth_core::hash::{combine, mix};

use crate::profile::TagValue;
use crate::relations::exceptions::RowPlace;
use crate::relations::table::Table;
use crate::relations::tally::Tally;
use crate::relations::verify::Batch;

/// Records of a stream that are walked along together: whole stretches are sampled.
const STRETCH_BITS: u32 = 6;

/// What follows what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// The elements of one array.
    Array,
    /// The rows with one value of a column.
    Entity(usize),
    /// The records of a stream, or the rows of a collection.
    Records,
}

/// A column of states and the walk along which they are looked at.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) table: usize,
    /// The column of the states.
    pub(crate) state: usize,
    pub(crate) walk: Walk,
    /// The time that puts the rows of an entity in order, or that rises along arrays; without one the rows are in the
    /// order of the input.
    pub(crate) order: Option<usize>,
    /// Columns from which the state follows.
    pub(crate) finer: Vec<usize>,
    /// The names speak of states.
    pub(crate) is_named: bool,
    /// The states that may be named.
    pub(crate) states: Vec<TagValue>,
}

/// One row that has a state. Visits in ascending order are those of one run after the other, each in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Visit {
    /// Hash of the array, the entity or the stretch of records.
    pub(crate) run: u64,
    /// Time or position.
    at: u64,
    /// The row in the order of the input.
    row: u64,
    /// Hash of the state.
    pub(crate) state: u64,
}

impl Chain {
    /// Returns the column that names the entity, if the walk is along one.
    pub(crate) fn entity(&self) -> Option<usize> {
        match self.walk {
            Walk::Entity(column) => Some(column),
            Walk::Array | Walk::Records => None,
        }
    }

    /// Returns the columns that must be read.
    pub(crate) fn columns(&self) -> impl Iterator<Item = usize> {
        [Some(self.state), self.entity(), self.order].into_iter().flatten()
    }

    /// Adds the visits of the gathered rows.
    ///
    /// # Method
    ///
    /// A tally keeps the visits with the smallest hashes of runs: a uniform sample of all arrays, entities or stretches
    /// of 64 records, each of them whole, but for the last, of which it has the first part.
    pub(crate) fn count(&self, tally: &mut Tally<Visit>, tables: &[Table], batch: &Batch) {
        let holders = tables[self.table].parent.map(|parent| batch.places(parent)).unwrap_or_default();
        self.count_at(tally, tables, (batch.places(self.table), holders));
    }

    /// Adds the visits of rows whose places, and whose holders' places, are given.
    pub(super) fn count_at(
        &self,
        tally: &mut Tally<Visit>,
        tables: &[Table],
        (places, holders): (&[RowPlace], &[RowPlace]),
    ) {
        let table = &tables[self.table];
        let state = &table.columns[self.state];
        let mut push = |row: usize, run: u64, at: u64| {
            if let Some(state) = state.hash(state.cell(row)) {
                tally.push(Visit { run, at, row: places[row].bits(), state }, 1, places[row]);
            }
        };
        match self.walk {
            Walk::Array => {
                let mut before = None;
                let mut n_in_record = 0_u64;
                for family in table.families() {
                    let Some(place) = holders.get(table.parent_rows[family.start] as usize) else { continue };
                    n_in_record = if before == Some(*place) { n_in_record + 1 } else { 0 };
                    before = Some(*place);
                    let run = mix(combine(place.bits(), n_in_record));
                    for (row, at) in family.zip(0..) {
                        push(row, run, at);
                    }
                }
            }
            Walk::Entity(column) => {
                let entity = &table.columns[column];
                let order = self.order.map(|column| &table.columns[column]);
                for row in 0..table.n_rows() {
                    let at = order.map_or(Some(0), |order| order.number(row).map(in_order));
                    if let (Some(entity), Some(at)) = (entity.hash(entity.cell(row)), at) {
                        push(row, mix(entity), at);
                    }
                }
            }
            Walk::Records => {
                for (row, place) in places.iter().enumerate() {
                    push(row, mix(place.bits() >> STRETCH_BITS), 0);
                }
            }
        }
    }
}

/// Whole numbers in the order of the numbers: the bits of negative ones are turned round.
fn in_order(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_order() {
        let numbers = [-1e9, -2.5, -0.1, 0.0, 3e-5, 7.0, 1e12];
        assert!(numbers.windows(2).all(|pair| in_order(pair[0]) < in_order(pair[1])));
    }
}
