//! Values that are those of other rows: references.

use std::rc::Rc;
use std::sync::Arc;

use synth_core::{Scalar, Seed};

use crate::column::{Column, FIRST_KIND, Slots, TextBuffer, Values};
use crate::memo::{Key, List, Memo, What};
use crate::parents::{Parents, Picker};
use crate::plan::{Kind, Node};
use crate::recipe::{Recipe, Rooms};
use crate::shelf::{Append, Programs};
use crate::site::{Row, Rows, Site};

/// Makes the values of a child by drawing the parent's row and computing the parent's value for it.
///
/// Nothing is remembered: the parent's program makes the same value for the same row anywhere.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) source: Source,
    /// The program of each kind of the parent that is a value without parts.
    pub(crate) keys: Arc<Programs>,
    pub(crate) prefix: Box<str>,
    /// Share of the values that name a parent.
    pub(crate) coverage: f64,
    pub(crate) seed: Seed,
    /// Makes the other values.
    pub(crate) own: Recipe,
    /// The values are numbers, so a parent whose value is none is not referred to.
    pub(crate) is_number: bool,
    /// Rows that are parents in the same column keep their own values.
    pub(crate) spared: Option<Arc<Parents>>,
}

/// Which row a value is taken from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A row that is drawn.
    Drawn(Arc<Picker>),
    /// The own row, or the one above it in which so many ordinals stand.
    Same(Site, u64),
}

impl Source {
    /// Returns the choice of a row that is drawn.
    pub(crate) fn picker(&self) -> Option<&Arc<Picker>> {
        match self {
            Self::Drawn(picker) => Some(picker),
            Self::Same(..) => None,
        }
    }

    /// Returns the row of each slot.
    fn rows(&self, slots: &Slots<'_>) -> Rc<Rows> {
        let memo = slots.memo;
        let list = memo.list(slots.ordinals);
        match self {
            Self::Drawn(picker) => {
                let addresses = memo.list(slots.addresses);
                memo.get(Key::new(What::Picks, Arc::as_ptr(picker), addresses.id(), &list), || {
                    picker.picks(slots)
                })
            }
            Self::Same(site, divisor) => site.rows_of(&memo.above(&list, *divisor), memo),
        }
    }
}

impl Reference {
    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let rows = self.source.rows(&slots);
        let made = texts_of(&rows, &self.keys, slots.memo);
        let names = |(at, is_child): (usize, bool)| {
            is_child && rows.rows[at].is_some() && (!self.is_number || is_json_number(made.get(at)))
        };
        let has_parent: Vec<bool> = self.children(&slots).into_iter().enumerate().map(names).collect();
        let own = self.own.fill_unless(slots, |at| has_parent[at]);
        let mut rooms = Rooms::default();
        slots.fill_text_at(out, |at, _, text| {
            if has_parent[at] {
                text.push_str(&self.prefix);
                text.push_str(made.get(at));
            } else {
                text.push_str(text_of(self.own.scalar(&own, at, &mut rooms)));
            }
        });
    }

    /// The row that each slot would refer to, and whether it refers to one.
    pub(crate) fn parents_of(&self, slots: &Slots<'_>) -> (Rc<Rows>, Vec<bool>) {
        (self.source.rows(slots), self.children(slots))
    }

    /// The value of another row that may be referred to: one drawn as the children draw, or any.
    pub(crate) fn redrawn(&self, uniform: f64, is_any: bool) -> Option<Box<str>> {
        let row = self.source.picker()?.row_at(uniform, is_any)?;
        let made = texts(&[Some(row)], &self.keys);
        (!self.is_number || is_json_number(made.get(0))).then(|| [&*self.prefix, made.get(0)].concat().into())
    }

    /// Tells which slots refer to a row: those that are no orphans, and no parents in the same column.
    fn children(&self, slots: &Slots<'_>) -> Vec<bool> {
        let is_child = |address: &u64| self.coverage >= 1.0 || self.seed.uniform(*address) < self.coverage;
        let mut children: Vec<bool> = slots.addresses.iter().map(is_child).collect();
        if let Some(parents) = &self.spared {
            let rows = parents.site().rows_of(&slots.memo.list(slots.ordinals), slots.memo);
            for (is_child, row) in children.iter_mut().zip(&rows.rows) {
                *is_child &= row.is_none();
            }
        }
        children
    }
}

/// Returns the values of rows of a path with these programs, as text.
pub(crate) fn texts(rows: &[Option<Row>], programs: &Programs) -> TextBuffer {
    Made::of_listed(rows, programs, &Memo::default()).texts()
}

/// Returns the values of rows of a path with these programs, as text; they are made once in a block.
pub(crate) fn texts_of(rows: &Rc<Rows>, programs: &Arc<Programs>, memo: &Memo) -> Rc<TextBuffer> {
    memo.get(Key::new(What::Texts, Arc::as_ptr(programs), Rc::as_ptr(rows).addr(), &rows.list), || {
        taken_texts(rows, programs).unwrap_or_else(|| Made::of_rows(rows, programs, memo).texts())
    })
}

/// Reads the values of rows of a path with these programs, one after the other.
pub(crate) fn read_rows(
    rows: &Rows,
    programs: &Programs,
    memo: &Memo,
    mut read: impl FnMut(usize, Scalar<'_>),
) {
    let made = Made::of_rows(rows, programs, memo);
    let mut rooms = Rooms::default();
    for row in 0..rows.rows.len() {
        if let Some((program, values)) = made.of_row(row) {
            read(row, program.scalar(values, row, &mut rooms));
        }
    }
}

/// Returns the same as numbers; `None` where a row has none.
pub(crate) fn numbers_of(rows: &Rc<Rows>, programs: &Arc<Programs>, memo: &Memo) -> Rc<Vec<Option<f64>>> {
    memo.get(Key::new(What::Numbers, Arc::as_ptr(programs), Rc::as_ptr(rows).addr(), &rows.list), || {
        taken_numbers(rows, programs).unwrap_or_else(|| Made::of_rows(rows, programs, memo).numbers())
    })
}

/// Returns the texts of rows of a list whose values are all made.
fn taken_texts(rows: &Rows, programs: &Arc<Programs>) -> Option<TextBuffer> {
    let taken = rows.taken.as_ref()?;
    let all = (taken.parents.rows()?, taken.places.len());
    let made = |rows: &[Option<Row>], memo: &Memo| Made::of_listed(rows, programs, memo).texts();
    let shelf = taken.parents.texts.get(programs, all, made)?;
    let mut texts = TextBuffer::default();
    for place in &taken.places {
        if let Some(place) = place {
            texts.arena().push_str(shelf.get(*place as usize));
        }
        texts.end();
    }
    Some(texts)
}

/// Returns the numbers of rows of a list whose values are all made.
fn taken_numbers(rows: &Rows, programs: &Arc<Programs>) -> Option<Vec<Option<f64>>> {
    let taken = rows.taken.as_ref()?;
    let all = (taken.parents.rows()?, taken.places.len());
    let made = |rows: &[Option<Row>], memo: &Memo| Made::of_listed(rows, programs, memo).numbers();
    let shelf = taken.parents.numbers.get(programs, all, made)?;
    Some(taken.places.iter().map(|place| shelf[(*place)? as usize]).collect())
}

impl Append for Vec<Option<f64>> {
    fn append(&mut self, more: &Self) {
        self.extend(more);
    }

    fn is_large(&self) -> bool {
        false
    }
}

/// Values of rows of a path, each kind in its own buffer.
struct Made<'a> {
    programs: &'a Programs,
    codes: Vec<u8>,
    columns: Columns,
}

/// Where values stand.
enum Columns {
    Own(Vec<Values>),
    /// In a column of the block.
    Filled(Rc<Filled>),
}

/// A column of the block whose values are made.
pub(crate) struct Filled {
    column: Rc<Column>,
    programs: Box<Programs>,
}

impl Filled {
    pub(crate) fn new(node: &Node, column: &Rc<Column>) -> Self {
        let program = |kind: &Kind| match kind {
            Kind::Scalar(recipe) => Some(Arc::clone(recipe)),
            Kind::Object | Kind::Array => None,
        };
        Self { column: Rc::clone(column), programs: node.kinds.iter().map(program).collect() }
    }

    /// Returns the key of the column of a node for the instances of a block.
    pub(crate) fn key(node: usize, list: &List) -> Key {
        Key::new(What::Filled, std::ptr::null::<Self>(), node, list)
    }

    /// Tells whether the column has the values of these programs for all of these rows.
    fn has(&self, rows: &[Option<Row>], programs: &Programs) -> bool {
        let is_same = |(own, other): (&Option<Arc<Recipe>>, &Option<Arc<Recipe>>)| match (own, other) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        };
        let are_same = self.programs.iter().zip(programs).all(is_same);
        let kinds = self.column.kinds.iter().zip(rows);
        are_same
            && self.programs.len() == programs.len()
            && kinds.into_iter().all(|(kind, row)| row.is_none_or(|row| row.code == *kind))
    }
}

impl<'a> Made<'a> {
    /// Finds the values in the block, or makes them.
    fn of_rows(rows: &Rows, programs: &'a Programs, memo: &Memo) -> Self {
        match memo.known::<Filled>(Filled::key(rows.node, &rows.list)) {
            Some(filled) if filled.has(&rows.rows, programs) => {
                let codes = rows.rows.iter().map(|row| row.map_or(0, |row| row.code)).collect();
                Self { programs, codes, columns: Columns::Filled(filled) }
            }
            _ => Self::of(&rows.rows, &rows.list, programs, memo),
        }
    }

    /// Makes the values of rows that stand in no list of a block.
    fn of_listed(rows: &[Option<Row>], programs: &'a Programs, memo: &Memo) -> Self {
        let ordinals: Vec<u64> = rows.iter().map(|row| row.map_or(0, |row| row.ordinal)).collect();
        Self::of(rows, &ordinals, programs, memo)
    }

    /// Makes the values; `list` has the ordinals of the rows that have none as well.
    fn of(rows: &[Option<Row>], list: &[u64], programs: &'a Programs, memo: &Memo) -> Self {
        let kinds: Vec<u8> = rows.iter().map(|row| row.map_or(0, |row| row.code)).collect();
        let addresses: Vec<u64> = rows.iter().map(|row| row.map_or(0, |row| row.address)).collect();
        let ordinal = |(row, ordinal): (&Option<Row>, &u64)| row.map_or(*ordinal, |row| row.ordinal);
        let ordinals: Vec<u64> = rows.iter().zip(list).map(ordinal).collect();
        let uniforms: Vec<f64> = rows.iter().map(|row| row.map_or(f64::NAN, |row| row.uniform)).collect();
        let fill = |(code, program): (u8, &Option<Arc<Recipe>>)| {
            let mut values = Values::None;
            if let Some(program) = program.as_ref().filter(|_| kinds.contains(&code)) {
                let (addresses, ordinals, uniforms) = (&addresses, &ordinals, &uniforms);
                program.fill(Slots { kinds: &kinds, code, addresses, ordinals, uniforms, memo }, &mut values);
            }
            values
        };
        let columns = Columns::Own((FIRST_KIND..).zip(programs).map(fill).collect());
        Self { programs, codes: kinds, columns }
    }

    /// The program and the buffer of the value of a row.
    fn of_row(&self, row: usize) -> Option<(&Recipe, &Values)> {
        let kind = usize::from(self.codes[row].checked_sub(FIRST_KIND)?);
        let columns = match &self.columns {
            Columns::Own(columns) => columns,
            Columns::Filled(filled) => &filled.column.values,
        };
        self.programs.get(kind)?.as_deref().zip(columns.get(kind))
    }

    fn texts(&self) -> TextBuffer {
        let (mut made, mut rooms) = (TextBuffer::default(), Rooms::default());
        for row in 0..self.codes.len() {
            if let Some((program, values)) = self.of_row(row) {
                made.arena().push_str(text_of(program.scalar(values, row, &mut rooms)));
            }
            made.end();
        }
        made
    }

    fn numbers(&self) -> Vec<Option<f64>> {
        let mut rooms = Rooms::default();
        let number = |row: usize| {
            let (program, values) = self.of_row(row)?;
            program.number(values, row, &mut rooms)
        };
        (0..self.codes.len()).map(number).collect()
    }
}

/// Returns a value as text, without quotes.
pub(crate) fn text_of(scalar: Scalar<'_>) -> &str {
    match scalar {
        Scalar::String(text) => text,
        Scalar::Number(number) => number.as_str(),
        Scalar::Bool(true) => "true",
        Scalar::Bool(false) => "false",
        Scalar::Null => "null",
    }
}

/// Tells whether a text is a number as JSON writes whole numbers and decimals.
fn is_json_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(are_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_texts() {
        for text in ["0", "-1", "10.5", "907"] {
            assert!(is_json_number(text), "{text}");
        }
        for text in ["", "-", "007", "1.", ".5", "1e3", "a1"] {
            assert!(!is_json_number(text), "{text}");
        }
    }
}
