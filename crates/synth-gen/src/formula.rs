//! Numbers that are computed from others of their own row, or of the elements below it.

use std::sync::Arc;

use synth_core::math;

use crate::column::{Slots, Values};
use crate::recipe::{Recipe, Rooms};
use crate::reference::{text_of, texts};
use crate::site::{Row, Site};

/// One field of a formula: where its value stands, and the programs that make it.
#[derive(Debug, Clone)]
pub(crate) struct TermProgram {
    pub(crate) site: Site,
    /// Ordinals of the target's scope in one of the term's; 1 when both are of one row.
    pub(crate) divisor: u64,
    pub(crate) programs: Arc<[Option<Recipe>]>,
    pub(crate) factor: f64,
}

/// What is done with the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Terms times their factors, added.
    Sum,
    /// Terms multiplied.
    Product,
    /// The product of the terms, added over the elements of an array.
    SumOverElements,
    /// Elements counted.
    Count,
}

/// Computes the values of a field; rows that lack a term keep what the field's own rule makes.
#[derive(Debug, Clone)]
pub(crate) struct Formula {
    pub(crate) operation: Operation,
    pub(crate) terms: Vec<TermProgram>,
    pub(crate) offset: f64,
    pub(crate) own: Recipe,
}

impl Formula {
    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let mut own = Values::None;
        self.own.fill(slots, &mut own);
        let ordinals: Vec<u64> = slots.iter().flatten().map(|slot| slot.ordinal).collect();
        let results = self.results(&ordinals);
        let slot_of: Vec<usize> =
            slots.iter().enumerate().filter_map(|(index, slot)| slot.map(|_| index)).collect();
        let (mut at, mut rooms) = (0, Rooms::default());
        slots.fill_text(out, |_, text| {
            match results[at] {
                Some(result) => text.push_str(self.own.number_text(result, &mut rooms)),
                None => text.push_str(text_of(self.own.scalar(&own, slot_of[at], &mut rooms))),
            }
            at += 1;
        });
    }

    /// The result of each row; `None` where a term is missing or the result is no number.
    fn results(&self, ordinals: &[u64]) -> Vec<Option<f64>> {
        let results = match self.operation {
            Operation::Count => {
                let count = |ordinal: &u64| Some(self.terms.first()?.site.n_elements(*ordinal)? as f64);
                ordinals.iter().map(count).collect()
            }
            Operation::SumOverElements => self.sums_over_elements(ordinals),
            Operation::Sum | Operation::Product => {
                let columns: Vec<Vec<Option<f64>>> =
                    self.terms.iter().map(|term| term.of_rows(ordinals)).collect();
                (0..ordinals.len()).map(|at| self.combine(columns.iter().map(|column| column[at]))).collect()
            }
        };
        let whole = |result: f64| result + self.offset;
        let is_usable = |result: &f64| result.is_finite() && result.abs() < 9e15;
        results.into_iter().map(|result: Option<f64>| result.map(whole).filter(is_usable)).collect()
    }

    fn combine(&self, values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
        let start = if self.operation == Operation::Sum { 0.0 } else { 1.0 };
        values.zip(&self.terms).try_fold(start, |made, (value, term)| {
            let value = value? * term.factor;
            Some(if self.operation == Operation::Sum { made + value } else { made * value })
        })
    }

    fn sums_over_elements(&self, ordinals: &[u64]) -> Vec<Option<f64>> {
        let Some(first) = self.terms.first() else { return vec![None; ordinals.len()] };
        let elements: Vec<Vec<u64>> =
            ordinals.iter().map(|ordinal| first.site.elements(*ordinal).unwrap_or_default()).collect();
        let all: Vec<u64> = elements.iter().flatten().copied().collect();
        let columns: Vec<Vec<Option<f64>>> = self.terms.iter().map(|term| term.of_rows(&all)).collect();
        let mut at = 0..all.len();
        elements
            .iter()
            .map(|elements| {
                let parts = at.by_ref().take(elements.len());
                let sum = parts
                    .map(|at| self.combine(columns.iter().map(|column| column[at])))
                    .try_fold(0.0, |sum, part| Some(sum + part?));
                sum.filter(|_| !elements.is_empty())
            })
            .collect()
    }
}

impl TermProgram {
    /// Returns the term's number for each row.
    fn of_rows(&self, ordinals: &[u64]) -> Vec<Option<f64>> {
        let rows: Vec<Option<Row>> =
            ordinals.iter().map(|ordinal| self.site.row(ordinal / self.divisor.max(1))).collect();
        let made = texts(&rows, &self.programs);
        let number = |at: usize| made.get(at).parse::<f64>().ok().filter(|number| number.is_finite());
        rows.iter().enumerate().map(|(at, row)| row.and_then(|_| number(at))).collect()
    }
}

/// Tells whether a number is whole.
pub(crate) fn is_whole(number: f64) -> bool {
    (number - math::round(number)).abs() < f64::MIN_POSITIVE
}
