//! Values of a row that follow from the elements of its arrays: totals, extremes, means, the first and the last one.

use std::ops::Range;

use synth_core::cast;

use super::{Arithmetic, MIN_DISTINCT, MIN_HOLD, MIN_ROWS, Operation, Part, Series, series};
use crate::relations::table::{Column, Table};
use crate::relations::{Evidence, Term};

/// What is made of the numbers of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Sum,
    Min,
    Max,
    Mean,
}

impl Fold {
    pub(super) fn of(operation: Operation) -> Option<Self> {
        Some(match operation {
            Operation::SumOverElements => Self::Sum,
            Operation::MinOverElements => Self::Min,
            Operation::MaxOverElements => Self::Max,
            Operation::MeanOverElements => Self::Mean,
            _ => return None,
        })
    }

    fn operation(self) -> Operation {
        match self {
            Self::Sum => Operation::SumOverElements,
            Self::Min => Operation::MinOverElements,
            Self::Max => Operation::MaxOverElements,
            Self::Mean => Operation::MeanOverElements,
        }
    }

    /// Folds the numbers of an array, without those that are NaN; the sum of none is 0, all else NaN.
    pub(super) fn apply(self, values: impl Iterator<Item = f64>) -> f64 {
        let (mut n, mut sum, mut low, mut high) = (0_u32, 0.0, f64::NAN, f64::NAN);
        for value in values.filter(|value| !value.is_nan()) {
            n += 1;
            sum += value;
            // The least and the largest of a number and NaN are the number.
            low = value.min(low);
            high = value.max(high);
        }
        match self {
            Self::Sum => sum,
            Self::Min => low,
            Self::Max => high,
            Self::Mean => sum / f64::from(n),
        }
    }
}

/// Arrays by the row that holds them.
struct Families {
    all: Vec<(usize, Range<usize>)>,
    n_rows: usize,
}

impl Families {
    fn fold(&self, fold: Fold, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut made = vec![f64::NAN; self.n_rows];
        for (row, family) in &self.all {
            made[*row] = fold.apply(family.clone().map(&value));
        }
        made
    }
}

/// Returns the formulas of a table's columns over the arrays of its rows.
pub(super) fn formulas(tables: &[Table], index: usize, own: &[Series]) -> Vec<Arithmetic> {
    let mut found = Vec::new();
    for child in tables.iter().filter(|table| table.parent == Some(index)) {
        let all = child.families().map(|family| (child.parent_rows[family.start] as usize, family)).collect();
        let families = Families { all, n_rows: tables[index].n_rows() };
        found.extend(of_numbers(child, &families, own));
        found.extend(of_ends(&tables[index], child, &families));
    }
    found
}

fn of_numbers(child: &Table, families: &Families, own: &[Series]) -> Vec<Arithmetic> {
    let targets: Vec<&Series> =
        own.iter().filter(|series| series.part == Part::Value && series.is_target()).collect();
    let items = series(child);
    let items: Vec<&Series> =
        items.iter().filter(|series| series.part == Part::Value && series.n_distinct > 1).collect();
    let mut found = Vec::new();
    for (first, left) in items.iter().enumerate() {
        for fold in [Fold::Sum, Fold::Min, Fold::Max, Fold::Mean] {
            let made = families.fold(fold, |row| left.values[row]);
            for target in targets.iter().filter(|_| fold == Fold::Sum || varies(families, left)) {
                if let Some(evidence) = target.test(|row| made[row]) {
                    found.push(target.formula(fold.operation(), &[(left, 1.0)], evidence));
                }
            }
        }
        for right in &items[first + 1..] {
            let sum = families.fold(Fold::Sum, |row| left.values[row] * right.values[row]);
            for target in &targets {
                if let Some(evidence) = target.test(|row| sum[row]) {
                    let terms = [(*left, 1.0), (*right, 1.0)];
                    found.push(target.formula(Operation::SumOverElements, &terms, evidence));
                }
            }
        }
    }
    found
}

/// Tells whether enough arrays hold different numbers: in all others every fold but the sum is the same.
fn varies(families: &Families, item: &Series) -> bool {
    let is_varied = |(_, family): &&(usize, Range<usize>)| {
        let low = Fold::Min.apply(family.clone().map(|row| item.values[row]));
        let high = Fold::Max.apply(family.clone().map(|row| item.values[row]));
        high - low > 2.0 * item.tolerance
    };
    families.all.iter().filter(is_varied).take(MIN_ROWS).count() >= MIN_ROWS
}

/// Columns of a row that repeat what the first or last element of an array has.
fn of_ends(table: &Table, child: &Table, families: &Families) -> Vec<Arithmetic> {
    let is_value = |column: &&Column| column.part == Part::Value && column.n_distinct() > 1;
    let own = || table.columns.iter().filter(|column| column.path.starts_with(&table.path)).filter(is_value);
    let mut found = Vec::new();
    for item in child.columns.iter().filter(|column| column.path.starts_with(&child.path)).filter(is_value) {
        for target in own().filter(|target| !target.path.starts_with(&child.path)) {
            for operation in [Operation::LastElement, Operation::FirstElement] {
                if let Some(evidence) = end_evidence(families, (item, target), operation) {
                    found.push(Arithmetic {
                        target: target.path.clone(),
                        operation,
                        terms: vec![Term { path: item.path.clone(), factor: 1.0 }],
                        offset: 0.0,
                        evidence,
                        exceptions: Vec::new(),
                    });
                }
            }
        }
    }
    found
}

/// Tests whether a column repeats the first or the last element; arrays whose elements at both ends are the same, or of which
/// one lacks the value, prove nothing.
fn end_evidence(
    families: &Families,
    (item, target): (&Column, &Column),
    operation: Operation,
) -> Option<Evidence> {
    let value = |row: usize| item.has_value(row).then(|| item.hash(item.cell(row)));
    let (mut n_rows, mut n_holding, mut n_telling) = (0_usize, 0_usize, 0_usize);
    for (row, family) in families.all.iter().filter(|(row, _)| target.has_value(*row)) {
        let ends = [value(family.start), value(family.end - 1)];
        let at = if operation == Operation::FirstElement { ends[0] } else { ends[1] };
        let Some(at) = at else { continue };
        n_rows += 1;
        n_holding += usize::from(at == target.hash(target.cell(*row)));
        n_telling += usize::from(ends[0] != ends[1] && !ends.contains(&None));
        if n_rows - n_holding > 2 + n_rows / 50 {
            return None;
        }
    }
    let least = MIN_ROWS.max(if target.n_distinct() < MIN_DISTINCT { 3 * MIN_ROWS } else { 0 });
    let is_proved = n_telling >= least && n_holding as f64 >= MIN_HOLD * n_rows as f64;
    is_proved.then(|| Evidence { n_rows: cast::to_u64(n_rows), n_holding: cast::to_u64(n_holding) })
}
