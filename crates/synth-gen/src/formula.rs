//! Numbers that are computed from others of their own row, or of the elements below it.

use std::rc::Rc;
use std::sync::Arc;

use synth_core::cast;

use crate::clock::{self, Clock};
use crate::column::{Slots, Values};
use crate::measure::Measure;
use crate::memo::{List, Memo};
use crate::recipe::{Recipe, Rooms};
use crate::reference::{numbers_of, text_of, texts_of};
use crate::shelf::Programs;
use crate::site::Site;

/// One field of a formula: where its value stands, and the programs that make it.
#[derive(Debug, Clone)]
pub(crate) struct TermProgram {
    pub(crate) site: Site,
    /// Ordinals of the target's scope in one of the term's; 1 when both are of one row.
    pub(crate) divisor: u64,
    pub(crate) programs: Arc<Programs>,
    pub(crate) factor: f64,
    /// How the values are read as moments, where the formula is about them.
    pub(crate) moments: Option<Measure>,
}

/// What is done with the terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operation {
    /// Terms times their factors, added.
    Sum,
    /// Terms multiplied.
    Product,
    /// The product of the terms, added over the elements of an array.
    SumOverElements,
    /// The smallest value of the only term among the elements of an array.
    Min,
    /// The largest one.
    Max,
    /// The mean.
    Mean,
    /// The only term of the first element, of any type.
    First,
    /// The same of the last element.
    Last,
    /// Elements counted.
    Count,
    /// The first term divided by the second.
    Ratio,
    /// What follows from times.
    Clock(Clock),
}

impl Operation {
    /// Tells whether the terms are fields of the elements of an array of the row.
    pub(crate) fn is_of_elements(self) -> bool {
        matches!(
            self,
            Self::Count
                | Self::SumOverElements
                | Self::Min
                | Self::Max
                | Self::Mean
                | Self::First
                | Self::Last
        )
    }
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
        if let Operation::First | Operation::Last = self.operation {
            self.fill_ends(slots, out);
            return;
        }
        let results = self.results(&slots.memo.list(slots.ordinals), slots.memo);
        let own = self.own.fill_unless(slots, |at| results[at].is_some());
        let mut rooms = Rooms::default();
        slots.fill_text_at(out, |at, _, text| match results[at] {
            Some(result) => text.push_str(self.own.number_text(result, &mut rooms)),
            None => text.push_str(text_of(self.own.scalar(&own, at, &mut rooms))),
        });
    }

    /// The result of each row; `None` where a term is missing or the result is no number.
    fn results(&self, list: &List, memo: &Memo) -> Vec<Option<f64>> {
        let results = match self.operation {
            Operation::Count => match self.terms.first() {
                Some(term) => {
                    let counts = term.site.n_elements(list, memo).into_iter();
                    counts.map(|count| count.map(|count| count as f64)).collect()
                }
                None => vec![None; list.len()],
            },
            Operation::SumOverElements | Operation::Min | Operation::Max | Operation::Mean => {
                self.over_elements(list, memo)
            }
            Operation::First | Operation::Last => vec![None; list.len()],
            Operation::Sum | Operation::Product | Operation::Ratio | Operation::Clock(_) => {
                let columns: Vec<Rc<Vec<Option<f64>>>> =
                    self.terms.iter().map(|term| term.of_rows(list, memo)).collect();
                (0..list.len()).map(|at| self.combine(columns.iter().map(|column| column[at]))).collect()
            }
        };
        let whole = |result: f64| result + self.offset;
        let is_usable = |result: &f64| result.is_finite() && result.abs() < 9e15;
        results.into_iter().map(|result: Option<f64>| result.map(whole).filter(is_usable)).collect()
    }

    fn combine(&self, values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
        match self.operation {
            Operation::Clock(clock) => {
                let (terms, n) = first_two(values)?;
                return clock.number(&terms[..n]);
            }
            Operation::Ratio => {
                let (terms, n) = first_two(values)?;
                return Some(terms[..n].first()? / terms[..n].get(1).filter(|below| below.abs() > 0.0)?);
            }
            _ => {}
        }
        let start = if self.operation == Operation::Sum { 0.0 } else { 1.0 };
        values.zip(&self.terms).try_fold(start, |made, (value, term)| {
            let value = value? * term.factor;
            Some(if self.operation == Operation::Sum { made + value } else { made * value })
        })
    }

    /// Copies what the elements at one end of the arrays have; rows without it keep what the field's own rule makes.
    fn fill_ends(&self, slots: Slots<'_>, out: &mut Values) {
        let (list, memo) = (slots.memo.list(slots.ordinals), slots.memo);
        let Some(term) = self.terms.first() else { return };
        let counts = term.site.n_elements(&list, memo);
        let mut elements = Vec::new();
        let numbers: Vec<Option<usize>> = list
            .iter()
            .zip(&counts)
            .map(|(owner, n)| {
                let mut all = term.site.elements(*owner, n.unwrap_or(0));
                let at = if self.operation == Operation::First { all.next() } else { all.next_back() };
                elements.push(at?);
                Some(elements.len() - 1)
            })
            .collect();
        let rows = term.site.rows_of(&memo.list(&elements), memo);
        let made = texts_of(&rows, &term.programs, memo);
        let end = |at: usize| numbers[at].filter(|number| rows.rows[*number].is_some());
        let own = self.own.fill_unless(slots, |at| end(at).is_some());
        let mut rooms = Rooms::default();
        slots.fill_text_at(out, |at, _, text| match end(at) {
            Some(number) => text.push_str(made.get(number)),
            None => text.push_str(text_of(self.own.scalar(&own, at, &mut rooms))),
        });
    }

    fn over_elements(&self, list: &List, memo: &Memo) -> Vec<Option<f64>> {
        let Some(first) = self.terms.first() else { return vec![None; list.len()] };
        let counts = first.site.n_elements(list, memo);
        let elements = list.iter().zip(&counts);
        let all: Vec<u64> =
            elements.flat_map(|(owner, n)| first.site.elements(*owner, n.unwrap_or(0))).collect();
        let all = memo.list(&all);
        let columns: Vec<Rc<Vec<Option<f64>>>> =
            self.terms.iter().map(|term| term.of_rows(&all, memo)).collect();
        // A sum of nothing is zero, where the field may be that.
        let is_sum = self.operation == Operation::SumOverElements;
        let nothing = self.own.ranked(0.0).filter(|least| is_sum && *least <= 0.0).map(|_| 0.0);
        let mut at = 0..all.len();
        let fold = |n: &Option<u64>| {
            if *n == Some(0) {
                return nothing;
            }
            let parts = at.by_ref().take(cast::to_usize(n.unwrap_or(0)));
            // All parts are taken, whether or not one is missing: the next row's stand behind them.
            let parts: Vec<Option<f64>> =
                parts.map(|at| self.combine(columns.iter().map(|column| column[at]))).collect();
            let parts: Vec<f64> = parts.into_iter().flatten().collect();
            if parts.is_empty() {
                return None;
            }
            let total: f64 = parts.iter().sum();
            Some(match self.operation {
                Operation::Min => parts.iter().copied().fold(f64::INFINITY, f64::min),
                Operation::Max => parts.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                Operation::Mean => total / parts.len() as f64,
                _ => total,
            })
        };
        counts.iter().map(fold).collect()
    }
}

impl TermProgram {
    /// Returns the term's number for each row.
    fn of_rows(&self, list: &List, memo: &Memo) -> Rc<Vec<Option<f64>>> {
        let rows = self.site.rows_of(&memo.above(list, self.divisor), memo);
        let Some(measure) = &self.moments else { return numbers_of(&rows, &self.programs, memo) };
        if measure.reads_numbers() {
            let numbers = numbers_of(&rows, &self.programs, memo);
            return Rc::new(numbers.iter().map(|number| number.map(clock::seconds)).collect());
        }
        let made = texts_of(&rows, &self.programs, memo);
        let moment = |at: usize| rows.rows[at].and_then(|_| measure.read(made.get(at)));
        Rc::new((0..list.len()).map(moment).collect())
    }
}

/// The first two terms and how many of them there are; `None` where any term is missing.
fn first_two(values: impl Iterator<Item = Option<f64>>) -> Option<([f64; 2], usize)> {
    let (mut terms, mut n) = ([0.0; 2], 0);
    for value in values {
        let value = value?;
        if let Some(term) = terms.get_mut(n) {
            *term = value;
            n += 1;
        }
    }
    Some((terms, n))
}

/// Tells whether a number is whole.
pub(crate) fn is_whole(number: f64) -> bool {
    (number - cast::round_to_i64(number) as f64).abs() < f64::MIN_POSITIVE
}
