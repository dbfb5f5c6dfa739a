//! A formula tested on rows that come in batches.

use super::clock::{ClockRule, is_of_times};
use super::shifted::{Shift, is_shift};
use super::{Operation, over_elements::Fold, quotient_of};
use crate::relations::table::{Column, Table};
use crate::relations::verify::At;

/// A formula with the columns it is made of.
#[derive(Debug, Clone)]
pub(crate) struct Formula {
    /// The column that follows.
    pub(crate) target: At,
    pub(crate) operation: Operation,
    /// The columns it is made of, each with its factor.
    pub(crate) terms: Vec<(At, f64)>,
    pub(crate) offset: f64,
    /// Half a unit of the target's last digit.
    pub(crate) tolerance: f64,
}

impl Formula {
    /// Tests all rows of the target's table that have the values: each with whether it keeps the formula.
    pub(crate) fn test(&self, tables: &[Table]) -> Vec<(usize, bool)> {
        let rows = 0..tables[self.target.table].n_rows();
        let target = self.target.column(tables);
        if self.operation == Operation::Copy {
            let Some((source, _)) = self.terms.first() else { return Vec::new() };
            let source = source.column(tables);
            return rows
                .filter(|row| source.has_value(*row) && target.has_value(*row))
                .map(|row| (row, source.hash(source.cell(row)) == target.hash(target.cell(row))))
                .collect();
        }
        if is_of_times(self.operation) {
            let rule =
                ClockRule { operation: self.operation, offset: self.offset, tolerance: self.tolerance };
            let terms: Vec<&Column> = self.terms.iter().map(|(at, _)| at.column(tables)).collect();
            return rows.filter_map(|row| Some((row, rule.test(target, &terms, row)?))).collect();
        }
        if is_shift(self.operation) {
            let Some((source, _)) = self.terms.first() else { return Vec::new() };
            let shift = Shift::of(self.operation, self.offset, target);
            let source = source.column(tables);
            return rows.filter_map(|row| Some((row, shift.test(target, source, row)?))).collect();
        }
        if let Operation::FirstElement | Operation::LastElement = self.operation {
            return self.test_elements(tables);
        }
        let over = self.over_elements(tables);
        rows.filter_map(|row| {
            let wanted = target.number(row)?;
            let made = match &over {
                Some(over) => over[row],
                None => self.made(tables, row),
            };
            let holds = (wanted - made).abs() <= self.tolerance.max(1e-9 * wanted.abs());
            (!made.is_nan()).then_some((row, holds))
        })
        .collect()
    }

    /// Returns by how much the target is above the sum of the terms, for all rows that have the values.
    pub(crate) fn differences(&self, tables: &[Table]) -> Vec<(usize, f64)> {
        let target = self.target.column(tables);
        let off = |row: usize| Some((row, target.number(row)? - self.made(tables, row)));
        let rows = 0..tables[self.target.table].n_rows();
        rows.filter_map(off).filter(|(_, off)| !off.is_nan()).collect()
    }

    fn made(&self, tables: &[Table], row: usize) -> f64 {
        let value = |(at, factor): &(At, f64)| at.column(tables).number(row).unwrap_or(f64::NAN) * factor;
        match (self.operation, &self.terms[..]) {
            (Operation::Product, [left, right]) => value(left) * value(right),
            (Operation::Ratio, [left, right]) => quotient_of(value(left), value(right)),
            (_, terms) => terms.iter().map(value).sum::<f64>() + self.offset,
        }
    }

    /// What the rows of an inner table make for each row of the target's.
    fn over_elements(&self, tables: &[Table]) -> Option<Vec<f64>> {
        let fold = Fold::of(self.operation)?;
        let (first, _) = self.terms.first()?;
        let child = &tables[first.table];
        let columns: Vec<&Column> = self.terms.iter().map(|(at, _)| at.column(tables)).collect();
        let product =
            |row: usize| columns.iter().map(|column| column.number(row).unwrap_or(f64::NAN)).product::<f64>();
        let mut made = vec![f64::NAN; tables[self.target.table].n_rows()];
        for family in child.families() {
            let parent = child.parent_rows[family.start] as usize;
            made[parent] = fold.apply(family.map(product));
        }
        Some(made)
    }

    /// Tests the rows whose first or last element has the term.
    fn test_elements(&self, tables: &[Table]) -> Vec<(usize, bool)> {
        let Some((source, _)) = self.terms.first() else { return Vec::new() };
        let (source, target, child) =
            (source.column(tables), self.target.column(tables), &tables[source.table]);
        let is_first = self.operation == Operation::FirstElement;
        let rows = child.families().map(|family| {
            let element = if is_first { family.start } else { family.end - 1 };
            (child.parent_rows[family.start] as usize, element)
        });
        rows.filter(|(row, element)| target.has_value(*row) && source.has_value(*element))
            .map(|(row, element)| (row, source.hash(source.cell(element)) == target.hash(target.cell(row))))
            .collect()
    }
}
