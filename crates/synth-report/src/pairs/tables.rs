//! The tables of both samples, coded.

use std::collections::BTreeMap;

use synth_core::JsonPath;
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleColumn, SamplePart, SampleTable};

use super::References;
use super::across::{self, Upward};
use super::coding::{Codes, Fineness, code};

/// Quantities of one table whose pairs are compared; more are left out.
const MAX_QUANTITIES: usize = 64;
/// Rows that a table needs on either side.
pub(super) const MIN_ROWS: usize = 20;

/// A table of both samples, its columns coded.
pub(crate) struct CodedTable<'t> {
    pub(crate) tables: [SampleTable<'t>; 2],
    /// Its own columns, then those of other rows that its rows lead to.
    pub(crate) columns: Vec<CodedColumn<'t>>,
    n_own: usize,
    /// The codes of real columns that the synthetic table lacks.
    lost: Vec<Codes>,
    /// Columns left out because there are too many.
    pub(super) n_left_out: usize,
}

/// A column with its codes.
pub(crate) struct CodedColumn<'t> {
    pub(crate) path: &'t JsonPath,
    /// The path, and what of it.
    pub(crate) name: String,
    pub(crate) codes: Codes,
    /// Rows of either side that are independent: where rows share the value of another row, there are no more than such rows.
    n_units: [f64; 2],
}

/// Codes the tables that both samples have, in the order of the real ones.
pub(crate) fn coded_tables<'t>(
    samples: [&'t SampleTables; 2],
    fineness: Fineness,
    references: &References,
) -> Vec<CodedTable<'t>> {
    let [real, synthetic] = samples;
    let others: BTreeMap<&JsonPath, SampleTable<'t>> =
        synthetic.iter().map(|table| (table.path(), table)).collect();
    let both = real.iter().filter_map(|table| Some([table, *others.get(table.path())?]));
    let tables: Vec<[SampleTable<'t>; 2]> =
        both.filter(|tables| tables.iter().all(|table| table.n_rows() >= MIN_ROWS)).collect();
    tables
        .iter()
        .map(|own| {
            let mut coded = CodedTable::new(*own, fineness);
            for upward in across::upward(*own, &tables, references) {
                coded.lead(&upward, fineness);
            }
            coded
        })
        .collect()
}

impl<'t> CodedTable<'t> {
    fn new(tables: [SampleTable<'t>; 2], fineness: Fineness) -> Self {
        let rows = tables.map(|table| table.n_rows());
        let n_units = tables.map(n_units);
        let (mut columns, mut lost) = (Vec::new(), Vec::new());
        for (column, other) in paired(tables) {
            match other {
                Some(other) => {
                    let codes = code([column, other], rows, fineness);
                    let (path, name) = (column.path(), quantity(&column));
                    columns.extend(codes.map(|codes| CodedColumn { path, name, codes, n_units }));
                }
                None => lost.extend(code([column; 2], [rows[0]; 2], fineness)),
            }
        }
        let n_left_out = columns.len().saturating_sub(MAX_QUANTITIES);
        columns.truncate(MAX_QUANTITIES);
        lost.truncate(MAX_QUANTITIES);
        let n_own = columns.len();
        Self { tables, columns, n_own, lost, n_left_out }
    }

    /// Adds the columns of the rows that the own rows lead to.
    fn lead(&mut self, upward: &Upward<'t>, fineness: Fineness) {
        let rows = upward.tables.map(|table| table.n_rows());
        for (column, other) in paired(upward.tables) {
            let Some(codes) = other.and_then(|other| code([column, other], rows, fineness)) else { continue };
            // What refers is a column of its own already.
            if Some(column.path()) == upward.key {
                continue;
            }
            if self.columns.len() >= MAX_QUANTITIES {
                self.n_left_out += 1;
                continue;
            }
            self.columns.push(CodedColumn {
                path: column.path(),
                name: format!("{}{}", quantity(&column), upward.by),
                codes: codes.spread([&upward.rows[0], &upward.rows[1]]),
                n_units: upward.n_met(),
            });
        }
    }

    /// The pairs of columns of which at least one is its own.
    pub(super) fn pairs(&self) -> impl Iterator<Item = [usize; 2]> {
        let n = self.columns.len();
        (0..self.n_own).flat_map(move |left| (left + 1..n).map(move |right| [left, right]))
    }

    /// Independent rows behind a pair.
    pub(super) fn n_units(&self, left: usize, right: usize) -> [f64; 2] {
        let [left, right] = [left, right].map(|at| self.columns[at].n_units);
        [left[0].min(right[0]), left[1].min(right[1])]
    }

    /// Strengths of the real pairs whose columns are not both there in the synthetic table.
    pub(crate) fn lost_strengths(&self) -> impl Iterator<Item = f64> {
        self.lost.iter().enumerate().flat_map(move |(at, lost)| {
            let own = self.columns.iter().take(self.n_own).map(|column| &column.codes);
            own.chain(&self.lost[at + 1..]).map(move |other| lost.table(other, 0).cramers_v())
        })
    }

    /// The columns of the rows themselves.
    pub(crate) fn own_columns(&self) -> &[CodedColumn<'t>] {
        &self.columns[..self.n_own]
    }
}

/// The columns of the real table, each with its fellow.
fn paired<'t>(
    tables: [SampleTable<'t>; 2],
) -> impl Iterator<Item = (SampleColumn<'t>, Option<SampleColumn<'t>>)> {
    let name_of = |column: &SampleColumn<'t>| (column.path(), part_rank(column.part()));
    let others: BTreeMap<_, SampleColumn<'t>> =
        tables[1].columns().map(|column| (name_of(&column), column)).collect();
    tables[0].columns().map(move |column| (column, others.get(&name_of(&column)).copied()))
}

/// Rows that are independent: those of one record hang together, so the holders count where there are several.
fn n_units(table: SampleTable<'_>) -> f64 {
    let holders = table.holder_rows();
    let n_holders = holders.chunk_by(|a, b| a == b).count();
    let is_nested = table.holder().is_some() && n_holders > 1;
    (if is_nested { n_holders } else { table.n_rows() }) as f64
}

fn part_rank(part: SamplePart) -> u8 {
    match part {
        SamplePart::Value => 0,
        SamplePart::Length => 1,
        SamplePart::Key => 2,
        SamplePart::Presence => 3,
    }
}

/// The name of a quantity: its path, and what of it.
fn quantity(column: &SampleColumn<'_>) -> String {
    match column.part() {
        SamplePart::Value => column.path().to_string(),
        SamplePart::Length => format!("length of {}", column.path()),
        SamplePart::Key => format!("key of {}", column.path()),
        SamplePart::Presence => format!("presence of {}", column.path()),
    }
}
