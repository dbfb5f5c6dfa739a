//! Unique values of which some are given: each given one once, in the first rows, then made ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::{Permutation, cast};
use synth_rules::generator::Categorical;
use synth_rules::{Literal, ValueKind};

use crate::column::{FIRST_KIND, Slots, Values};
use crate::error::ErrorKind;
use crate::recipe::{Recipe, Rooms, Setting};
use crate::reference::{text_of, texts};
use crate::site::Row;

/// Rows up to which the made values are searched for given ones.
const MAX_SEARCHED: u64 = 1 << 20;

/// Given values first, made values for the other rows.
///
/// # Method
///
/// Made values are numbered, so at most one row makes each given value; these rows take the numbers behind the
/// last row instead, which no row uses. They are found when the plan is compiled.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    given: Vec<Box<str>>,
    order: Permutation,
    rest: Recipe,
    /// Rows whose made value would be a given one, and the number they take.
    moved: BTreeMap<u64, u64>,
}

impl Listed {
    /// Compiles a list beside another kind of values.
    pub(crate) fn compile(list: &Categorical, rest: &ValueKind, setting: Setting) -> Result<Self, ErrorKind> {
        let n_rows = setting.n_ordinals;
        let distinct: BTreeSet<Box<str>> = list.values.iter().map(literal_text).collect();
        let given: Vec<Box<str>> = if n_rows <= MAX_SEARCHED {
            list.values.iter().map(literal_text).filter(|text| distinct.contains(text)).collect()
        } else {
            Vec::new()
        };
        let n_given = cast::to_u64(given.len());
        if n_given > cast::to_u64(distinct.len()) {
            let reason = "a value is listed twice";
            return Err(ErrorKind::CannotBeUnique { generator: "categorical", reason });
        }
        let rest = Recipe::compile(rest, Setting { n_ordinals: n_rows.saturating_add(n_given), ..setting })?;
        let moved = if given.is_empty() { BTreeMap::new() } else { moved(&rest, &distinct, n_given..n_rows) };
        Ok(Self { given, order: Permutation::new(n_given, setting.seed.child("given")), rest, moved })
    }

    pub(crate) fn rest(&self) -> &Recipe {
        &self.rest
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let ordinals: Vec<u64> = slots
            .ordinals
            .iter()
            .map(|ordinal| self.moved.get(ordinal).copied().unwrap_or(*ordinal))
            .collect();
        let mut made = Values::None;
        self.rest.fill(Slots { ordinals: &ordinals, ..slots }, &mut made);
        let slot_of: Vec<usize> =
            slots.iter().enumerate().filter_map(|(index, slot)| slot.map(|_| index)).collect();
        let (mut at, mut rooms) = (0, Rooms::default());
        slots.fill_text(out, |slot, text| {
            match self.given.get(cast::to_usize(slot.ordinal)) {
                Some(_) => text.push_str(&self.given[cast::to_usize(self.order.apply(slot.ordinal))]),
                None => text.push_str(text_of(self.rest.scalar(&made, slot_of[at], &mut rooms))),
            }
            at += 1;
        });
    }
}

/// Finds the rows whose made value is given, and free numbers for them.
fn moved(rest: &Recipe, given: &BTreeSet<Box<str>>, rows: std::ops::Range<u64>) -> BTreeMap<u64, u64> {
    let is_given = |numbers: std::ops::Range<u64>| -> Vec<(u64, bool)> {
        let row = |ordinal| Some(Row { address: ordinal, ordinal, code: FIRST_KIND, uniform: f64::NAN });
        let numbers: Vec<u64> = numbers.collect();
        let made = texts(
            &numbers.iter().map(|number| row(*number)).collect::<Vec<_>>(),
            &[Some(Arc::new(rest.clone()))],
        );
        numbers.iter().enumerate().map(|(at, number)| (*number, given.contains(made.get(at)))).collect()
    };
    let spare = rows.end..rows.end.saturating_add(cast::to_u64(given.len()));
    let free = is_given(spare).into_iter().filter(|(_, is_given)| !is_given).map(|(number, _)| number);
    let taken = is_given(rows).into_iter().filter(|(_, is_given)| *is_given).map(|(number, _)| number);
    taken.zip(free).collect()
}

/// Returns a literal as text, without quotes.
pub(crate) fn literal_text(literal: &Literal) -> Box<str> {
    match literal {
        Literal::Null => "null".into(),
        Literal::Bool(value) => value.to_string().into(),
        Literal::Integer(value) => value.to_string().into(),
        Literal::Number(value) => {
            let mut buffer = zmij::Buffer::new();
            let text = if value.is_finite() { buffer.format_finite(*value) } else { "0" };
            text.strip_suffix(".0").unwrap_or(text).into()
        }
        Literal::Text(text) => text.as_str().into(),
    }
}
