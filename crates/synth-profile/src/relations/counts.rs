//! Which values are counted together, and what was counted in all records.

use std::collections::BTreeMap;

use synth_privacy::Gate;

use super::exceptions::{Exception, FirstRows, RowPlace};
use super::keys::Sheet;
use super::table::Table;
use super::tally::Tally;
use super::value_set::ValueSet;

/// The values of some columns of some rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(crate) table: usize,
    pub(crate) columns: Vec<usize>,
    pub(crate) rows: RowsOf,
    /// What is left out at the start of strings.
    pub(crate) prefix: Option<String>,
}

/// Some rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowsOf {
    /// All of them.
    All,
    /// Those of a sheet, by its number.
    Sheet(usize),
    /// Those that are not of a sheet.
    Outside(usize),
}

/// What was counted in all records.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    pub(crate) values: BTreeMap<Slot, Counted>,
    /// Rows of each sheet.
    pub(crate) n_rows: Vec<u64>,
}

/// The values of a slot in all records.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    pub(crate) values: ValueSet,
    /// The last row of each value, in the order of the values.
    lasts: Vec<RowPlace>,
}

/// What relations are looked for in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'t> {
    /// The tables of the sample.
    pub(crate) tables: &'t [Table],
    pub(crate) sheets: &'t [Sheet<'t>],
    /// What is known of all records, once they were read again.
    pub(crate) counts: Option<&'t Counts>,
    /// The sample holds every record.
    pub(crate) is_complete: bool,
    pub(crate) gate: Gate,
}

impl Counted {
    /// Takes over what was counted.
    pub(crate) fn of(mut tally: Tally<u64>) -> Self {
        tally.settle();
        let lasts = tally.entries().iter().map(|entry| entry.last).collect();
        Self { values: ValueSet::counted(&tally), lasts }
    }

    /// Returns the first rows among the last ones of the values that are wanted, by hash and count.
    pub(crate) fn rows_where(&self, is_wanted: impl Fn(u64, u64) -> bool) -> Vec<Exception> {
        let wanted =
            self.values.entries().zip(&self.lasts).filter(|((hash, count), _)| is_wanted(*hash, *count));
        wanted.map(|(_, last)| *last).collect::<FirstRows>().exceptions()
    }
}

impl Slot {
    /// Returns the values of columns of a sheet.
    pub(crate) fn of_sheet(index: usize, sheet: &Sheet<'_>, columns: Vec<usize>) -> Self {
        let rows = if sheet.when.is_none() { RowsOf::All } else { RowsOf::Sheet(index) };
        Self { table: sheet.table_index, columns, rows, prefix: None }
    }
}

impl<'t> View<'t> {
    /// Returns what was counted of a slot; `None` when nothing was counted yet or nothing of this slot.
    pub(crate) fn counted(&self, slot: &Slot) -> Option<&'t Counted> {
        self.counts?.values.get(slot)
    }

    /// Returns the number of rows of a sheet, as far as it is known.
    pub(crate) fn n_rows(&self, sheet: usize) -> u64 {
        match self.counts {
            Some(counts) => counts.n_rows.get(sheet).copied().unwrap_or(0),
            None => synth_core::cast::to_u64(self.sheets[sheet].rows.len()),
        }
    }
}
