//! A rule of arrays tested on rows that come in batches.

use std::collections::BTreeMap;

use synth_core::hash::mix;

use super::MIN_LENGTH;
use crate::relations::SequenceRule;
use crate::relations::table::{MISSING, NULL, Table};
use crate::relations::verify::At;

/// A rule of arrays with the columns it is about.
#[derive(Debug, Clone)]
pub(crate) struct ArrayRule {
    pub(crate) rule: SequenceRule,
    /// Columns of the elements: of one array, or one of each of two arrays.
    pub(crate) columns: Vec<At>,
}

/// The arrays of one row that were seen as far as they have come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OpenArrays {
    sides: [Digest; 2],
}

/// What must be known of an array to judge it when its elements are gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Digest {
    n: usize,
    first: u64,
    second: u64,
    last: u64,
    /// The elements in their order.
    all: u64,
    /// The first element lacks a member.
    is_torn: bool,
    /// An element has no value.
    has_gap: bool,
}

impl ArrayRule {
    /// Returns the table whose rows hold the arrays.
    pub(crate) fn holder(&self, tables: &[Table]) -> usize {
        self.columns.first().and_then(|at| tables[at.table].parent).unwrap_or(0)
    }

    /// Returns the arrays of all gathered rows by the row that holds them; `before` is what the first row had already.
    pub(crate) fn arrays(&self, tables: &[Table], before: Option<OpenArrays>) -> BTreeMap<u32, OpenArrays> {
        let mut arrays: BTreeMap<u32, OpenArrays> = before.map(|open| (0, open)).into_iter().collect();
        let sides: [&[At]; 2] = match (self.rule, &self.columns[..]) {
            (SequenceRule::SideBySide, [left, right]) => {
                [std::slice::from_ref(left), std::slice::from_ref(right)]
            }
            (_, columns) => [columns, &[]],
        };
        for (side, columns) in sides.into_iter().enumerate() {
            let Some(table) = columns.first().map(|at| &tables[at.table]) else { continue };
            for (row, holder) in table.parent_rows.iter().enumerate() {
                arrays.entry(*holder).or_default().sides[side].push(columns, row, tables);
            }
        }
        arrays
    }

    /// Tells whether the arrays of a row keep the rule; `None` when they say nothing.
    pub(crate) fn test(&self, arrays: &OpenArrays) -> Option<bool> {
        let [left, right] = &arrays.sides;
        match self.rule {
            SequenceRule::Closed => {
                let says_something = left.n >= MIN_LENGTH && left.first != left.second;
                says_something.then_some(left.first == left.last && !left.is_torn)
            }
            SequenceRule::SideBySide => Some(left.n == right.n && left.all == right.all && !left.has_gap),
        }
    }
}

impl Digest {
    fn push(&mut self, columns: &[At], row: usize, tables: &[Table]) {
        let mut element = 0;
        for at in columns {
            let column = at.column(tables);
            let cell = column.cell(row);
            element = mix(element ^ column.hash(cell).map_or(u64::from(cell), mix));
            self.is_torn |= self.n == 0 && cell == MISSING;
            self.has_gap |= cell <= NULL;
        }
        match self.n {
            0 => self.first = element,
            1 => self.second = element,
            _ => {}
        }
        self.last = element;
        self.all = mix(self.all ^ element);
        self.n += 1;
    }
}
