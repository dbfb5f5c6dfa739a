//! Numbers that are made of other numbers: sums, products, changes of unit, totals over arrays.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, cast, math};

use super::table::{Column, Kind, Part, Table};
use super::{Arithmetic, Evidence, Operation, Term};

pub(crate) mod clock;
pub(crate) mod formula;
mod linear;
mod over_elements;
pub(crate) mod shifted;

pub(crate) use formula::Formula;

/// Share of rows that must keep a formula.
pub(crate) const MIN_HOLD: f64 = 0.99;
/// Distinct values of the target among the rows that prove a formula.
const MIN_DISTINCT: usize = 6;
/// The same where two lengths are compared, which are small.
const MIN_LENGTHS: usize = 3;
/// Distinct values of each factor of a product, so that it is not one of them or nothing.
const MIN_FACTORS: usize = 4;
/// Rows that prove a formula.
const MIN_ROWS: usize = 10;
/// Most numeric columns of a table that formulas are looked for among.
const MAX_COLUMNS: usize = 240;
/// Most of them that are tried in pairs.
const MAX_PAIRED: usize = 48;
/// Half a unit, and what binary fractions are off by.
const HALF: f64 = 0.500_001;
/// Most digits behind the point that are told apart.
const MAX_DECIMALS: i32 = 6;

/// A column as numbers, one a row, NaN where there is none.
#[derive(Debug, Clone)]
struct Series {
    path: JsonPath,
    part: Part,
    values: Vec<f64>,
    /// Half a unit of the last digit.
    tolerance: f64,
    n_distinct: usize,
    /// No value is other than zero.
    is_zero: bool,
    /// The rows that have a value.
    rows: Vec<u32>,
    /// The same as bits.
    row_bits: Vec<u64>,
    /// Number of the object that holds it, in order of paths.
    holder: Option<usize>,
}

/// Returns the formulas of every table.
///
/// # Method
///
/// Formulas are proposed by solving for their coefficients on a few rows and tested on all; coefficients must be
/// whole numbers or their reciprocals. A row holds when the target is met to half a unit of its last digit.
pub(crate) fn arithmetic(tables: &[Table]) -> Vec<Arithmetic> {
    let mut formulas = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let own = series(table);
        let mut found = copies(table);
        let (linear, rates) = linear::formulas(&own);
        found.extend(linear);
        found.extend(products(&own[..own.len().min(MAX_PAIRED)]));
        found.extend(over_elements::formulas(tables, index, &own));
        found.extend(clock::formulas(table));
        found.extend(shifted::formulas(table));
        formulas.extend(simplest(found, rates));
    }
    formulas
}

/// The numeric columns of a table.
fn series(table: &Table) -> Vec<Series> {
    let mut all: Vec<Series> = table
        .columns
        .iter()
        .filter(|column| {
            let is_number =
                column.part == Part::Length || matches!(column.kind, Kind::Integer | Kind::Decimal);
            is_number && matches!(column.part, Part::Value | Part::Length) && column.n_distinct() > 0
        })
        .take(MAX_COLUMNS)
        .map(|column| Series::of(table, column))
        .collect();
    let holders: Vec<Option<JsonPath>> = all.iter().map(|series| series.path.parent()).collect();
    let in_order: BTreeSet<&JsonPath> = holders.iter().flatten().collect();
    let numbers: BTreeMap<&JsonPath, usize> = in_order.into_iter().zip(0..).collect();
    for (series, holder) in all.iter_mut().zip(&holders) {
        series.holder = holder.as_ref().map(|holder| numbers[holder]);
    }
    all
}

/// Digits behind the point that the values of a column need.
fn decimals(column: &Column) -> i32 {
    let needs = |number: f64| {
        (0..MAX_DECIMALS)
            .find(|digits| {
                let scaled = number * math::pow10(*digits);
                (scaled - math::round(scaled)).abs() < 1e-6 * scaled.abs().max(1.0)
            })
            .unwrap_or(MAX_DECIMALS)
    };
    column.distinct_numbers().map(needs).max().unwrap_or(0)
}

/// Half a unit of the last digit of a column.
pub(crate) fn tolerance(column: &Column) -> f64 {
    HALF / math::pow10(decimals(column))
}

impl Series {
    fn of(table: &Table, column: &Column) -> Self {
        let n_rows = table.n_rows();
        let number = |row: usize| column.number(row).unwrap_or(f64::NAN);
        let values: Vec<f64> = (0..n_rows).map(number).collect();
        let rows: Vec<u32> = (0..n_rows).filter(|row| !values[*row].is_nan()).map(cast::to_u32).collect();
        let mut row_bits = vec![0; n_rows.div_ceil(64)];
        for row in &rows {
            row_bits[*row as usize / 64] |= 1 << (row % 64);
        }
        Self {
            path: column.path.clone(),
            part: column.part,
            values,
            tolerance: tolerance(column),
            n_distinct: column.n_distinct(),
            is_zero: column.n_distinct() <= 1 && column.distinct_numbers().all(|number| number.abs() <= 0.0),
            rows,
            row_bits,
            holder: None,
        }
    }

    /// Tells whether enough of some rows, given as bits, have a value to prove a formula.
    fn meets(&self, rows: &[u64]) -> bool {
        let mut n = 0;
        self.row_bits.iter().zip(rows).any(|(own, others)| {
            n += (own & others).count_ones();
            n as usize >= MIN_ROWS
        })
    }

    /// Returns the rows that have a value and are among others, as bits.
    fn bits_with(&self, rows: &[u64]) -> Vec<u64> {
        self.row_bits.iter().zip(rows).map(|(own, others)| own & others).collect()
    }

    /// Returns the rows that have a value and are among others, which are given as bits.
    fn rows_among(&self, rows: &[u64]) -> impl Iterator<Item = usize> {
        self.row_bits.iter().zip(rows).enumerate().flat_map(|(word, (own, others))| {
            let mut rest = own & others;
            std::iter::from_fn(move || {
                let bit = (rest > 0).then_some(rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(word * 64 + bit)
            })
        })
    }

    /// A unit of the last digit.
    fn unit(&self) -> f64 {
        self.tolerance / HALF
    }

    /// The mean size of the values.
    fn magnitude(&self) -> f64 {
        let sizes = self.rows.iter().map(|row| self.values[*row as usize].abs());
        sizes.sum::<f64>() / self.rows.len().max(1) as f64
    }

    /// Tells whether the values vary enough to prove a formula.
    fn is_target(&self) -> bool {
        self.n_distinct >= if self.part == Part::Length { MIN_LENGTHS } else { MIN_DISTINCT }
    }

    /// Returns the rows that have this value and another; none when they are too few to prove a formula.
    fn rows_with<'s>(&'s self, other: &'s Self) -> Cow<'s, [u32]> {
        let rows = if other.rows.len() == other.values.len() {
            Cow::Borrowed(&*self.rows)
        } else if self.rows.len() == self.values.len() {
            Cow::Borrowed(&*other.rows)
        } else {
            Cow::Owned(self.rows_among(&other.row_bits).map(cast::to_u32).collect())
        };
        if rows.len() >= MIN_ROWS { rows } else { Cow::Borrowed(&[]) }
    }

    /// Tests a formula on all rows; `None` as soon as too many rows break it.
    fn test(&self, formula: impl Fn(usize) -> f64) -> Option<Evidence> {
        self.test_on(rows_of(&self.rows), formula)
    }

    /// Tests a formula on the rows that have all that it is made of: some of those given, and of a last term's.
    fn test_with(&self, rows: &[u32], last: &Self, formula: impl Fn(usize) -> f64) -> Option<Evidence> {
        self.test_on(rows_of(if last.rows.len() < rows.len() { &last.rows } else { rows }), formula)
    }

    fn test_on(&self, rows: impl Iterator<Item = usize>, formula: impl Fn(usize) -> f64) -> Option<Evidence> {
        let (mut n_rows, mut n_holding) = (0_usize, 0_usize);
        // A few different targets that are not zero, as proof that they vary.
        let mut varied: Vec<f64> = Vec::new();
        for row in rows {
            let (target, made) = (self.values[row], formula(row));
            if made.is_nan() || target.is_nan() {
                continue;
            }
            n_rows += 1;
            if (target - made).abs() <= self.tolerance.max(1e-9 * target.abs()) {
                n_holding += 1;
                let is_new = || varied.iter().all(|known| (target - known).abs() > self.tolerance);
                if varied.len() < MIN_DISTINCT && target.abs() > self.tolerance && is_new() {
                    varied.push(target);
                }
            } else if n_rows - n_holding > 2 + n_rows / 50 {
                return None;
            }
        }
        let least = if self.part == Part::Length { MIN_LENGTHS } else { MIN_DISTINCT };
        let is_proved = n_rows >= MIN_ROWS
            && varied.len() >= least
            && self.n_distinct >= least
            && n_holding as f64 >= MIN_HOLD * n_rows as f64;
        is_proved.then(|| Evidence { n_rows: cast::to_u64(n_rows), n_holding: cast::to_u64(n_holding) })
    }

    fn formula(&self, operation: Operation, terms: &[(&Self, f64)], evidence: Evidence) -> Arithmetic {
        let terms = terms
            .iter()
            .map(|(series, factor)| Term { path: series.path.clone(), factor: *factor })
            .collect();
        Arithmetic {
            target: self.path.clone(),
            operation,
            terms,
            offset: 0.0,
            evidence,
            exceptions: Vec::new(),
        }
    }
}

fn rows_of(rows: &[u32]) -> impl Iterator<Item = usize> {
    rows.iter().map(|row| *row as usize)
}

/// Columns that repeat another column of the row, of whatever type; the later one is the copy.
fn copies(table: &Table) -> Vec<Arithmetic> {
    let columns: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| {
            matches!(column.part, Part::Value | Part::Key) && column.n_distinct() >= MIN_DISTINCT
        })
        .collect();
    let mut copies: Vec<Arithmetic> = Vec::new();
    for (index, target) in columns.iter().enumerate() {
        let source = columns.iter().enumerate().find_map(|(other, source)| {
            let comes_first = source.part == Part::Key || (other < index && target.part != Part::Key);
            (other != index && comes_first)
                .then(|| equal_rows(table, source, target))
                .flatten()
                .map(|evidence| (source, evidence))
        });
        if let Some((source, evidence)) = source {
            copies.push(Arithmetic {
                target: target.path.clone(),
                operation: Operation::Copy,
                terms: vec![Term { path: source.path.clone(), factor: 1.0 }],
                offset: 0.0,
                evidence,
                exceptions: Vec::new(),
            });
        }
    }
    copies
}

fn equal_rows(table: &Table, source: &Column, target: &Column) -> Option<Evidence> {
    let (mut n_rows, mut n_holding) = (0_usize, 0_usize);
    for row in 0..table.n_rows() {
        if source.has_value(row) && target.has_value(row) {
            n_rows += 1;
            n_holding += usize::from(source.hash(source.cell(row)) == target.hash(target.cell(row)));
            if n_rows - n_holding > 2 + n_rows / 50 {
                return None;
            }
        }
    }
    (n_rows >= MIN_ROWS && n_holding as f64 >= MIN_HOLD * n_rows as f64)
        .then(|| Evidence { n_rows: cast::to_u64(n_rows), n_holding: cast::to_u64(n_holding) })
}

/// Products and ratios of two columns.
fn products(own: &[Series]) -> Vec<Arithmetic> {
    let mut found = Vec::new();
    let factors: Vec<&Series> = own.iter().filter(|series| series.n_distinct >= MIN_FACTORS).collect();
    for target in own.iter().filter(|target| target.is_target()) {
        for (index, left) in factors.iter().enumerate().filter(|(_, left)| left.path != target.path) {
            let rows = target.bits_with(&left.row_bits);
            // Fields of different kinds of rows have none in common.
            if !target.meets(&rows) {
                continue;
            }
            let others = own
                .iter()
                .enumerate()
                .filter(|(other, right)| *other != index && right.meets(&rows) && right.path != target.path);
            for (other, right) in others {
                let product = |row: usize| left.values[row] * right.values[row];
                if index < other
                    && let Some(evidence) = target.test_on(right.rows_among(&rows), product)
                {
                    found.push(target.formula(Operation::Product, &[(left, 1.0), (right, 1.0)], evidence));
                }
                // A whole-number target would be met by rounding alone.
                if target.tolerance < 0.1
                    && let Some(evidence) =
                        target.test_on(right.rows_among(&rows), |row| quotient(left, right, row))
                {
                    found.push(target.formula(Operation::Ratio, &[(left, 1.0), (right, 1.0)], evidence));
                }
            }
        }
    }
    found
}

fn quotient(left: &Series, right: &Series, row: usize) -> f64 {
    quotient_of(left.values[row], right.values[row])
}

fn quotient_of(dividend: f64, divisor: f64) -> f64 {
    if divisor.abs() > 0.0 { dividend / divisor } else { f64::NAN }
}

/// Of the formulas of one target those with the fewest terms, and of a circle of formulas one.
///
/// A rate of the smallest number comes before the sums, so that of `fee = 0.03 * amount` and `amount = fee + net` the net
/// amount is what is left; other rates come last, as they may be off by what was rounded.
fn simplest(mut found: Vec<Arithmetic>, mut rates: Vec<Arithmetic>) -> Vec<Arithmetic> {
    found.sort_by_key(|formula| {
        let is_difference = formula.terms.iter().any(|term| term.factor < 0.0);
        let is_end = matches!(formula.operation, Operation::FirstElement | Operation::LastElement);
        (
            clock::is_of_times(formula.operation) || shifted::is_shift(formula.operation) || is_end,
            formula.terms.len(),
            is_difference,
            formula.operation != Operation::SumOverElements,
        )
    });
    let first = found.iter().position(|formula| formula.terms.len() > 1).unwrap_or(found.len());
    let others = rates.split_off(rates.len().min(1));
    found.splice(first..first, rates);
    found.extend(others);
    let mut kept: Vec<Arithmetic> = Vec::new();
    for formula in found {
        let fields = |formula: &Arithmetic| {
            let mut paths: Vec<JsonPath> = formula.terms.iter().map(|term| term.path.clone()).collect();
            paths.push(formula.target.clone());
            paths.sort();
            paths
        };
        let own = fields(&formula);
        let is_known = kept.iter().any(|known| known.target == formula.target || fields(known) == own);
        if !is_known && !closes_circle(&formula, &kept) {
            kept.push(formula);
        }
    }
    kept
}

/// Tells whether a term of a formula follows from its target by formulas that are kept.
fn closes_circle(formula: &Arithmetic, kept: &[Arithmetic]) -> bool {
    let mut open: Vec<&JsonPath> = formula.terms.iter().map(|term| &term.path).collect();
    let mut seen: BTreeSet<&JsonPath> = open.iter().copied().collect();
    while let Some(path) = open.pop() {
        if *path == formula.target {
            return true;
        }
        let of_path = kept.iter().filter(|known| known.target == *path);
        open.extend(
            of_path
                .flat_map(|known| known.terms.iter().map(|term| &term.path))
                .filter(|path| seen.insert(path)),
        );
    }
    false
}
