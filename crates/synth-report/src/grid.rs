//! One table of the samples as both data sets have it.

use std::collections::BTreeMap;

use synth_core::hash::{combine, mix};
use synth_core::{JsonPath, cast};
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable, SampleValue};

/// The rows of one path, real and synthetic, with the columns that both have.
pub(crate) struct Grid<'t> {
    pub(crate) tables: [SampleTable<'t>; 2],
    pub(crate) columns: Vec<GridColumn<'t>>,
}

/// One column of both sides.
pub(crate) struct GridColumn<'t> {
    pub(crate) part: SamplePart,
    sides: [SampleColumn<'t>; 2],
    values: [Vec<SampleValue<'t>>; 2],
}

/// What the values of a column mostly are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    Numbers,
    Times,
    Texts,
}

/// Measures the tables that have at least so many rows on both sides, beside fresh rows where there are as many; the first
/// tables of a number.
pub(crate) fn beside_fresh<T>(
    (real, synthetic): (&SampleTables, &SampleTables),
    holdout: Option<&SampleTables>,
    (min_rows, max_tables): (usize, usize),
    measure: impl Fn(&Grid<'_>, Option<&Grid<'_>>) -> Option<T>,
) -> Vec<T> {
    let fresh = holdout.map(|holdout| Grid::of(real, holdout)).unwrap_or_default();
    let grids = Grid::of(real, synthetic);
    let large = grids.iter().filter(|grid| grid.n_rows().iter().all(|n| *n >= min_rows));
    large
        .take(max_tables)
        .filter_map(|grid| {
            let fresh = fresh.iter().find(|other| other.path() == grid.path());
            measure(grid, fresh.filter(|other| other.n_rows()[1] >= min_rows))
        })
        .collect()
}

impl<'t> Grid<'t> {
    /// Pairs the tables of two samples, in the order of the real ones.
    pub(crate) fn of(real: &'t SampleTables, synthetic: &'t SampleTables) -> Vec<Self> {
        let others: BTreeMap<&JsonPath, SampleTable<'t>> =
            synthetic.iter().map(|table| (table.path(), table)).collect();
        real.iter()
            .filter_map(|table| Some(Self::pair([table, *others.get(table.path())?])))
            .filter(|grid| grid.n_rows().iter().all(|n| *n > 0))
            .collect()
    }

    fn pair(tables: [SampleTable<'t>; 2]) -> Self {
        let name_of = |column: &SampleColumn<'t>| (column.path(), rank(column.part()));
        let others: BTreeMap<_, SampleColumn<'t>> =
            tables[1].columns().map(|column| (name_of(&column), column)).collect();
        let columns = tables[0].columns().filter_map(|column| {
            let sides = [column, *others.get(&name_of(&column))?];
            let values = sides.map(|side| side.values().collect());
            Some(GridColumn { part: column.part(), sides, values })
        });
        Self { tables, columns: columns.collect() }
    }

    pub(crate) fn path(&self) -> &'t JsonPath {
        self.tables[0].path()
    }

    pub(crate) fn n_rows(&self) -> [usize; 2] {
        self.tables.map(|table| table.n_rows())
    }

    /// Some rows of a side, in the order of their hash.
    pub(crate) fn picked(&self, side: usize, most: usize) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.n_rows()[side]).collect();
        rows.sort_by_cached_key(|row| mix(combine(0xC257, cast::to_u64(*row))));
        rows.truncate(most);
        rows
    }

    /// What holds each of some rows of a side: its holder, where several rows have one.
    pub(crate) fn holders(&self, side: usize, rows: &[usize]) -> Vec<u64> {
        let table = self.tables[side];
        let holders = table.holder_rows();
        let is_nested = table.holder().is_some() && holders.first() != holders.last();
        let holder = |row: &usize| if is_nested { u64::from(holders[*row]) } else { cast::to_u64(*row) };
        rows.iter().map(holder).collect()
    }

    /// The column that stands for the same as one of another grid.
    pub(crate) fn column(&self, wanted: &GridColumn<'_>) -> Option<&GridColumn<'t>> {
        self.columns.iter().find(|column| column.part == wanted.part && column.path() == wanted.path())
    }

    /// Whether the rows of one holder follow each other in the order in which they stand in the data: elements of arrays.
    pub(crate) fn is_in_order(&self) -> bool {
        self.tables[0].holder().is_some()
    }
}

fn rank(part: SamplePart) -> u8 {
    match part {
        SamplePart::Value => 0,
        SamplePart::Length => 1,
        SamplePart::Key => 2,
        SamplePart::Presence => 3,
    }
}

impl<'t> GridColumn<'t> {
    pub(crate) fn path(&self) -> &'t JsonPath {
        self.sides[0].path()
    }

    pub(crate) fn cell(&self, side: usize, row: usize) -> SampleCell {
        self.sides[side].cell(row)
    }

    pub(crate) fn values(&self, side: usize) -> &[SampleValue<'t>] {
        &self.values[side]
    }

    pub(crate) fn value(&self, side: usize, row: usize) -> Option<SampleValue<'t>> {
        match self.cell(side, row) {
            SampleCell::Value(at) => self.values[side].get(at).copied(),
            SampleCell::Missing | SampleCell::Null => None,
        }
    }

    pub(crate) fn number(&self, side: usize, row: usize) -> Option<f64> {
        self.value(side, row).and_then(|value| value.number)
    }

    /// What most of the distinct real values are.
    pub(crate) fn held(&self) -> Held {
        let n = self.values[0].len();
        let count =
            |is: fn(&SampleValue<'_>) -> bool| self.values[0].iter().filter(|value| is(value)).count();
        let n_numbers = count(|value| value.number.is_some() && value.text.is_none());
        let n_times = count(|value| value.number.is_some() && value.text.is_some());
        match (2 * n_numbers > n, 2 * n_times > n) {
            (true, _) => Held::Numbers,
            (_, true) => Held::Times,
            _ => Held::Texts,
        }
    }

    /// Tells whether the real values name or number the rows: no two are equal, and they are whole numbers that lie close,
    /// or texts that are equal but for a few digits.
    pub(crate) fn is_label(&self, n_rows: usize) -> bool {
        let values = &self.values[0];
        if self.part != SamplePart::Value || values.len() < 2 || values.len() * 100 < n_rows * 99 {
            return false;
        }
        match self.held() {
            Held::Numbers => numbers_lie_close(values),
            Held::Times => false,
            Held::Texts => texts_are_numbered(values),
        }
    }
}

/// Whole numbers, at most a hundred times as far apart as there are numbers.
fn numbers_lie_close(values: &[SampleValue<'_>]) -> bool {
    let numbers = || values.iter().filter_map(|value| value.number);
    let (low, high) = numbers().fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
    numbers().all(|x| (x - synth_core::math::round(x)).abs() < 1e-9)
        && high - low <= 100.0 * values.len() as f64
}

/// The same text but for at most eight digits.
fn texts_are_numbered(values: &[SampleValue<'_>]) -> bool {
    const MAX_DIGITS: usize = 8;
    let skeleton = |text: &'_ str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let mut texts = values.iter().filter_map(|value| value.text);
    let Some(first) = texts.next().map(skeleton) else { return false };
    texts.all(|text| {
        text.bytes().filter(u8::is_ascii_digit).count() <= MAX_DIGITS
            && text.chars().filter(|c| !c.is_ascii_digit()).eq(first.chars())
    })
}
