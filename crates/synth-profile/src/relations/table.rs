//! Rows and columns: the view of records in which relations are looked for.

use std::hash::BuildHasherDefault;
use std::ops::Range;

use indexmap::IndexMap;
use synth_core::hash::{hash_bytes, mix};
use synth_core::{JsonPath, Number, TimeFormat, Timestamp, cast};

use super::identity::Identity;
use crate::sample_tables::SampleCell;

/// Most cells of one table; rows beyond are left out.
pub(crate) const MAX_CELLS: usize = 8 << 20;

/// A cell of a row that has no such member.
pub(crate) const MISSING: u32 = 0;
/// A cell that is null.
pub(crate) const NULL: u32 = 1;
/// The cell of a column's first value.
const FIRST: u32 = 2;

/// The records, the elements of one array or the members of one dictionary as rows.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Path of a row.
    pub(crate) path: JsonPath,
    /// The table whose rows hold these rows.
    pub(crate) parent: Option<usize>,
    /// What each row holds outside of arrays and dictionaries of its own.
    pub(crate) columns: Vec<Column>,
    /// The row of the parent table that holds each row; rows of one parent follow each other.
    pub(crate) parent_rows: Vec<u32>,
    /// Some rows were left out.
    pub(crate) is_cut: bool,
    /// Most cells; rows beyond are left out.
    pub(crate) max_cells: usize,
}

/// What of a path a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The scalar itself.
    Value,
    /// The number of elements or members.
    Length,
    /// The key under which a dictionary holds the row.
    Key,
    /// Whether an object is there.
    Presence,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whole numbers.
    Integer,
    /// Numbers.
    Decimal,
    /// Dates or times.
    Time,
    /// Strings.
    Text,
    /// Booleans, or values of several types.
    Other,
}

/// One column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) path: JsonPath,
    pub(crate) part: Part,
    pub(crate) kind: Kind,
    /// Reads the strings of a [`Kind::Time`] column.
    pub(crate) format: Option<TimeFormat>,
    /// One cell a row; rows at the end that lack the member may be left out.
    cells: Vec<u32>,
    /// Distinct values by hash, in order of appearance.
    values: IndexMap<u64, Value, BuildHasherDefault<Identity>>,
    texts: String,
}

/// A distinct value of a column.
#[derive(Debug, Clone)]
struct Value {
    number: f64,
    text: Option<Range<usize>>,
}

impl Table {
    /// Returns a table without rows.
    pub(crate) fn new(path: JsonPath, parent: Option<usize>) -> Self {
        Self {
            path,
            parent,
            columns: Vec::new(),
            parent_rows: Vec::new(),
            is_cut: false,
            max_cells: MAX_CELLS,
        }
    }

    /// Returns the number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        self.parent_rows.len()
    }

    /// Tells whether all rows stand in one row of the parent: the records of a stream, or a collection of a document.
    pub(crate) fn has_one_holder(&self) -> bool {
        self.parent.is_none() || self.parent_rows.first() == self.parent_rows.last()
    }

    /// Adds a row, unless the table is full.
    pub(crate) fn push_row(&mut self, parent_row: u32) -> Option<u32> {
        if self.n_rows() * self.columns.len().max(1) >= self.max_cells {
            self.is_cut = true;
            return None;
        }
        self.parent_rows.push(parent_row);
        Some(cast::to_u32(self.n_rows() - 1))
    }

    /// Drops all rows; the memory is kept.
    pub(crate) fn clear(&mut self) {
        self.parent_rows.clear();
        self.is_cut = false;
        self.columns.iter_mut().for_each(Column::clear);
    }

    /// Returns the rows that stand in one row of the parent, for each of those that has any.
    pub(crate) fn families(&self) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        let n_rows = self.n_rows();
        std::iter::from_fn(move || {
            let first = *self.parent_rows.get(start)?;
            let length = self.parent_rows[start..].iter().take_while(|row| **row == first).count();
            let family = start..start + length;
            start = family.end.min(n_rows);
            Some(family)
        })
    }
}

impl Column {
    /// Returns a column without cells.
    pub(crate) fn new(path: JsonPath, part: Part, kind: Kind) -> Self {
        Self {
            path,
            part,
            kind,
            format: None,
            cells: Vec::new(),
            values: IndexMap::default(),
            texts: String::new(),
        }
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.values.clear();
        self.texts.clear();
    }

    fn set(&mut self, row: u32, cell: u32) {
        self.cells.resize(row as usize, MISSING);
        self.cells.push(cell);
    }

    pub(crate) fn set_null(&mut self, row: u32) {
        self.set(row, NULL);
    }

    pub(crate) fn set_flag(&mut self, row: u32, flag: bool) {
        let cell = self.cell_of(u64::from(flag), || Value { number: f64::from(u8::from(flag)), text: None });
        self.set(row, cell);
    }

    pub(crate) fn set_count(&mut self, row: u32, count: u64) {
        let cell = self.cell_of(mix(count), || Value { number: count as f64, text: None });
        self.set(row, cell);
    }

    pub(crate) fn set_number(&mut self, row: u32, number: Number<'_>) {
        let (hash, value) = hash_of_number(number);
        let cell = self.cell_of(hash, || Value { number: value, text: None });
        self.set(row, cell);
    }

    /// Tells whether the values are numbers; those of mixed types are none.
    pub(crate) fn is_number(&self) -> bool {
        self.part == Part::Value && matches!(self.kind, Kind::Integer | Kind::Decimal)
    }

    pub(crate) fn set_text(&mut self, row: u32, text: &str) {
        let start = self.texts.len();
        let known = self.values.len();
        let cell = self.cell_of(hash_bytes(text.as_bytes()), || Value {
            number: f64::NAN,
            text: Some(start..start + text.len()),
        });
        if self.values.len() > known {
            self.texts.push_str(text);
        }
        self.set(row, cell);
    }

    fn cell_of(&mut self, hash: u64, make: impl FnOnce() -> Value) -> u32 {
        let entry = self.values.entry(hash);
        let cell = FIRST + cast::to_u32(entry.index());
        entry.or_insert_with(make);
        cell
    }

    /// Reads the strings as times, once all rows are there.
    pub(crate) fn read_times(&mut self) {
        let Some(format) = &self.format else { return };
        for value in self.values.values_mut() {
            if let Some(text) = &value.text {
                let time = format.read(&self.texts[text.clone()]);
                value.number = time.map_or(f64::NAN, seconds);
            }
        }
    }

    /// Returns the cell of a row: [`MISSING`], [`NULL`] or a distinct value.
    pub(crate) fn cell(&self, row: usize) -> u32 {
        self.cells.get(row).copied().unwrap_or(MISSING)
    }

    /// Returns the number of rows up to the last that has the member.
    pub(crate) fn n_cells(&self) -> usize {
        self.cells.len()
    }

    /// Tells whether a row holds a value that is not null.
    pub(crate) fn has_value(&self, row: usize) -> bool {
        self.cell(row) >= FIRST
    }

    /// Returns the number of distinct values.
    pub(crate) fn n_distinct(&self) -> usize {
        self.values.len()
    }

    /// Returns the number of cells there can be: the two without value and one for each distinct value.
    pub(crate) fn n_codes(&self) -> usize {
        self.values.len() + FIRST as usize
    }

    /// Returns the hash of the value in a cell; a whole number and its text have the same.
    pub(crate) fn hash(&self, cell: u32) -> Option<u64> {
        let index = (cell as usize).checked_sub(FIRST as usize)?;
        self.values.get_index(index).map(|(hash, _)| *hash)
    }

    /// Returns the cell of the value with a hash, if a row has it.
    pub(crate) fn code_of(&self, hash: u64) -> Option<u32> {
        self.values.get_index_of(&hash).map(|index| FIRST + cast::to_u32(index))
    }

    /// Returns the number in a cell: of times, seconds since the epoch.
    pub(crate) fn number(&self, row: usize) -> Option<f64> {
        self.number_of(self.cell(row))
    }

    /// Returns the number that a cell stands for.
    pub(crate) fn number_of(&self, cell: u32) -> Option<f64> {
        let index = (cell as usize).checked_sub(FIRST as usize)?;
        self.values.get_index(index).map(|(_, value)| value.number).filter(|number| number.is_finite())
    }

    /// Returns the text that a cell stands for, if it is a string.
    pub(crate) fn text_of(&self, cell: u32) -> Option<&str> {
        let index = (cell as usize).checked_sub(FIRST as usize)?;
        let (_, value) = self.values.get_index(index)?;
        value.text.as_ref().map(|text| &self.texts[text.clone()])
    }

    /// Returns the column as rows of another table see it: `rows` says which row of this one each of theirs means.
    pub(crate) fn seen_from(&self, rows: &[u32]) -> Self {
        Self {
            path: self.path.clone(),
            part: self.part,
            kind: self.kind,
            format: self.format.clone(),
            cells: rows.iter().map(|row| self.cell(*row as usize)).collect(),
            values: self.values.clone(),
            texts: self.texts.clone(),
        }
    }

    /// Returns what a row holds, by the number of the distinct value.
    pub(crate) fn sample_cell(&self, row: usize) -> SampleCell {
        match self.cell(row) {
            MISSING => SampleCell::Missing,
            NULL => SampleCell::Null,
            cell => SampleCell::Value((cell - FIRST) as usize),
        }
    }

    /// Returns the distinct values: the number, if there is one, and the text of strings.
    pub(crate) fn sample_values(&self) -> impl Iterator<Item = (Option<f64>, Option<&str>)> {
        self.values.values().map(|value| {
            let number = Some(value.number).filter(|number| number.is_finite());
            (number, value.text.as_ref().map(|text| &self.texts[text.clone()]))
        })
    }

    /// Returns the distinct strings.
    pub(crate) fn distinct_texts(&self) -> impl Iterator<Item = &str> {
        self.values.values().filter_map(|value| value.text.as_ref()).map(|text| &self.texts[text.clone()])
    }

    /// Returns the distinct numbers that are finite.
    pub(crate) fn distinct_numbers(&self) -> impl Iterator<Item = f64> {
        self.values.values().map(|value| value.number).filter(|number| number.is_finite())
    }
}

/// One hash for all spellings of a number, and for the string of a whole number's digits.
fn hash_of_number(number: Number<'_>) -> (u64, f64) {
    let value = number.as_f64();
    if number.is_integer() {
        return (hash_bytes(number.as_str().as_bytes()), value);
    }
    if let Some((whole, fraction)) = number.as_str().split_once('.')
        && fraction.bytes().all(|digit| digit == b'0')
    {
        return (hash_bytes(whole.as_bytes()), value);
    }
    let is_whole = value.abs() < 9_007_199_254_740_992.0 && value.fract().abs() < f64::MIN_POSITIVE;
    if is_whole {
        (hash_bytes(format!("{value}").as_bytes()), value)
    } else {
        (hash_bytes(&value.to_bits().to_le_bytes()), value)
    }
}

/// Seconds since the epoch, with fraction.
fn seconds(time: Timestamp) -> f64 {
    time.0 as f64 / 1e6
}
