//! Fields of few values that come together as a table says.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use synth_core::hash::{combine, hash_bytes};
use synth_core::{Seed, cast};

use crate::choice::{Choice, Sum};
use crate::column::{Slots, Values};
use crate::memo::{Key, List, Memo, What};
use crate::recipe::Recipe;
use crate::reference::{texts, texts_of};
use crate::shelf::Programs;
use crate::site::{Row, Site};

pub(crate) mod bind;
mod entities;
mod found;
pub(crate) mod outside;
mod raking;
mod reach;

pub(crate) use found::Found;
pub(crate) use reach::certainty;

/// A combination of values: for each column 0 where there is none, else the number of the literal plus 1.
pub(crate) type Codes = Vec<u32>;

/// The code of a value that no listed combination has in its column.
const OTHER: u32 = u32::MAX;

/// Draws one combination for each row.
///
/// # Method
///
/// Which fields are there, and the values of fields that something else decides, are known before; among the
/// combinations that agree with them one is drawn by its weight: those that lack the same fields if there are any, else
/// those that have more, else all. What a combination lacks is made up so that it keeps the dependencies, so any of
/// them may stand in any row. A row whose given values no combination has is drawn by the fields' own rules, at an
/// address that depends on what is known only.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    /// The combinations as they were listed, with gaps, and their weights.
    rows: Vec<(Codes, f64)>,
    /// The same without gaps.
    whole: Vec<Codes>,
    /// Fields outside of the table that decide which combination a row has.
    by: Vec<Decider>,
    seed: Seed,
}

/// A field whose value decides the combination.
#[derive(Debug)]
struct Decider {
    site: Site,
    programs: Arc<Programs>,
}

/// How the codes of a column become values.
#[derive(Debug, Clone)]
enum Shown {
    /// The literal of the field's own rule, for each code less 1.
    Atoms(Arc<[u32]>),
    /// A text for each code less 1.
    Texts(Arc<[Box<str>]>),
}

#[derive(Debug)]
struct Column {
    site: Site,
    /// Always there, or nothing depends on it.
    is_certain: bool,
    given: Option<GivenColumn>,
}

/// A column whose values something else decides.
#[derive(Debug)]
struct GivenColumn {
    programs: Arc<Programs>,
    /// The number of each text.
    codes: BTreeMap<Box<str>, u32>,
}

/// What is known of a row: for each column whether it is there, and the codes of given ones; 0 is any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    is_there: Vec<bool>,
    codes: Codes,
    /// A given value that stands in no combination.
    odd: u64,
}

/// What one column says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Missing,
    /// Any value.
    Any,
    Code(u32),
    /// A value that stands in no combination, by its hash.
    Odd(u64),
}

/// The combinations that were drawn for the rows of a block.
struct Drawn {
    /// For each row, the rows of which the same is known.
    group_of: Vec<u32>,
    groups: Vec<DrawnGroup>,
    addresses: Vec<u64>,
    /// For each row the combination; means nothing where none fits.
    rows: Vec<u32>,
}

/// Rows of which the same is known.
struct DrawnGroup {
    /// The choice among the combinations that fit.
    choice: Option<(Choice, Vec<usize>)>,
    /// Where the fields' own rules draw when none fits; each row for itself if nothing tells the rows apart.
    address: Option<u64>,
}

impl Column {
    fn cells(&self, list: &List, memo: &Memo) -> Vec<Cell> {
        let rows = self.site.rows_of(list, memo);
        let made = self.given.as_ref().map(|given| (given, texts_of(&rows, &given.programs, memo)));
        let cell = |(at, row): (usize, &Option<Row>)| match (row, &made) {
            (None, _) => Cell::Missing,
            (Some(_), None) => Cell::Any,
            (Some(_), Some((given, made))) => match given.codes.get(made.get(at)) {
                Some(code) => Cell::Code(code + 1),
                None => Cell::Odd(hash_bytes(made.get(at).as_bytes()) | 1),
            },
        };
        rows.rows.iter().enumerate().map(cell).collect()
    }
}

/// A field whose values are drawn from a table.
#[derive(Debug, Clone)]
pub(crate) struct Tabled {
    table: Arc<Table>,
    column: usize,
    own: Recipe,
    shown: Shown,
    /// Share of the rows that have the value of another combination.
    slip: f64,
}

impl Tabled {
    /// The program the field had before.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    /// Tells whether the values are literals of the field's own rule.
    pub(crate) fn shows_literals(&self) -> bool {
        matches!(self.shown, Shown::Atoms(_))
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let drawn = self.table.drawn(&slots);
        let slips = self.table.seed.child("slip").attempt(cast::to_u64(self.column) + 1);
        let others = slips.child("other");
        let pick = |at: usize| {
            let group = drawn.groups.get(drawn.group_of[at] as usize)?;
            let (choice, rows) = group.choice.as_ref()?;
            let address = slots.addresses[at];
            let is_slip = self.slip > 0.0 && slips.uniform(address) < self.slip;
            let row =
                if is_slip { rows[choice.pick(others.uniform(address))] } else { drawn.rows[at] as usize };
            self.table.whole[row][self.column].checked_sub(1)
        };
        // Where no combination fits, rows of which the same is known get the same.
        let address = |at: usize| {
            let group = drawn.groups.get(drawn.group_of[at] as usize);
            group.and_then(|group| group.address).unwrap_or(drawn.addresses[at])
        };
        match &self.shown {
            Shown::Atoms(atoms) => slots.fill_codes_at(out, |at| {
                let atom = pick(at).and_then(|code| atoms.get(code as usize).copied());
                atom.unwrap_or_else(|| self.own_code(address(at)))
            }),
            Shown::Texts(texts) => {
                slots.fill_text_at(out, |at, _, text| {
                    match pick(at).and_then(|code| texts.get(code as usize)) {
                        Some(value) => text.push_str(value),
                        None => text.push_str(&self.own_text(address(at))),
                    }
                });
            }
        }
    }

    /// The value that the field's own rule makes.
    fn own_text(&self, address: u64) -> Box<str> {
        let row = Row { address, ordinal: 0, code: crate::column::FIRST_KIND, uniform: f64::NAN };
        texts(&[Some(row)], &[Some(Arc::new(self.own.clone()))]).get(0).into()
    }

    /// The literal that the field's own rule draws.
    fn own_code(&self, address: u64) -> u32 {
        let kinds = [crate::column::FIRST_KIND];
        let (addresses, ordinals) = ([address], [0]);
        let slots = Slots {
            kinds: &kinds,
            code: kinds[0],
            addresses: &addresses,
            ordinals: &ordinals,
            uniforms: &[],
            memo: &Memo::default(),
        };
        let mut values = Values::None;
        self.own.fill(slots, &mut values);
        match values {
            Values::Codes(codes) => codes.first().copied().unwrap_or(0),
            _ => 0,
        }
    }
}

impl Table {
    /// Draws the combinations of all rows, once for all columns of a block.
    fn drawn(&self, slots: &Slots<'_>) -> Rc<Drawn> {
        let memo = slots.memo;
        let (list, addresses) = (memo.list(slots.ordinals), memo.list(slots.addresses));
        memo.get(Key::new(What::Shared, self, addresses.id(), &list), || {
            let addresses = self.addresses(slots, &list);
            let (group_of, known) = self.known(&list, memo);
            let groups: Vec<DrawnGroup> = known.iter().map(|known| self.group(known)).collect();
            let row = |(group, address): (&u32, &u64)| match &groups[*group as usize].choice {
                Some((choice, rows)) => cast::to_u32(rows[choice.pick(self.seed.uniform(*address))]),
                None => 0,
            };
            let rows = group_of.iter().zip(&addresses).map(row).collect();
            Drawn { group_of, groups, addresses, rows }
        })
    }

    fn group(&self, known: &Known) -> DrawnGroup {
        let is_given = known.odd != 0 || known.codes.iter().any(|code| *code > 0);
        let hash = || known.codes.iter().fold(known.odd, |hash, code| combine(hash, u64::from(*code)));
        DrawnGroup { choice: self.fitting(known), address: is_given.then(hash) }
    }

    /// Where the combination of each row is drawn: at the row's own address, or at that of the fields that decide.
    fn addresses(&self, slots: &Slots<'_>, list: &List) -> Vec<u64> {
        let mut addresses: Vec<u64> = slots.addresses.to_vec();
        let mut hashes = vec![Some(1); if self.by.is_empty() { 0 } else { addresses.len() }];
        for decider in &self.by {
            let rows = decider.site.rows_of(list, slots.memo);
            let made = texts_of(&rows, &decider.programs, slots.memo);
            for (at, hash) in hashes.iter_mut().enumerate() {
                let own = rows.rows[at].map(|_| hash_bytes(made.get(at).as_bytes()));
                *hash = hash.zip(own).map(|(hash, own)| combine(hash, own));
            }
        }
        for (address, hash) in addresses.iter_mut().zip(hashes) {
            *address = hash.unwrap_or(*address);
        }
        addresses
    }

    /// What is known of rows: for each row the number of what is known, and what that is.
    fn known(&self, list: &List, memo: &Memo) -> (Vec<u32>, Vec<Known>) {
        let n = self.columns.len();
        let all = Known { is_there: vec![true; n], codes: vec![0; n], odd: 0 };
        let mut group_of = vec![0; list.len()];
        let mut groups = vec![all];
        for (at, column) in self.columns.iter().enumerate() {
            if column.is_certain && column.given.is_none() {
                continue;
            }
            let cells = column.cells(list, memo);
            let mut split: BTreeMap<(u32, Cell), u32> = BTreeMap::new();
            let mut next: Vec<Known> = Vec::new();
            for (group, cell) in group_of.iter_mut().zip(cells) {
                *group = *split.entry((*group, cell)).or_insert_with(|| {
                    let mut known = groups[*group as usize].clone();
                    known.is_there[at] = cell != Cell::Missing;
                    match cell {
                        Cell::Code(code) => known.codes[at] = code,
                        Cell::Odd(hash) => known.odd = combine(known.odd, hash),
                        Cell::Missing | Cell::Any => {}
                    }
                    next.push(known);
                    cast::to_u32(next.len() - 1)
                });
            }
            groups = next;
        }
        (group_of, groups)
    }

    /// The combinations that agree with what is known, and the choice among them.
    fn fitting(&self, known: &Known) -> Option<(Choice, Vec<usize>)> {
        let rows = self.agreeing(known)?;
        let weights: Vec<f64> = rows.iter().map(|row| self.rows[*row].1).collect();
        Choice::fit(&weights, Sum::Normalize).ok().map(|choice| (choice, rows))
    }

    fn agreeing(&self, known: &Known) -> Option<Vec<usize>> {
        if known.odd != 0 {
            return None;
        }
        let listed = || agreeing(&self.rows, &known.is_there, &known.codes, |_, _| false);
        let chosen = if self.by.is_empty() { listed() } else { None };
        let agrees =
            |whole: &Codes| whole.iter().zip(&known.codes).all(|(own, code)| *code == 0 || own == code);
        let all =
            || (0..self.rows.len()).filter(|at| self.rows[*at].1 > 0.0 && agrees(&self.whole[*at])).collect();
        chosen.or_else(|| Some(all())).filter(|rows: &Vec<usize>| !rows.is_empty())
    }
}

/// Returns the combinations that have all fields that are there and the codes that are known: those without the other
/// fields, or when there are none, all. `is_other` tells whether a column lists no such code.
fn agreeing(
    rows: &[(Codes, f64)],
    is_there: &[bool],
    codes: &[u32],
    is_other: impl Fn(usize, u32) -> bool,
) -> Option<Vec<usize>> {
    let agrees = |row: &Codes| {
        row.iter().enumerate().all(|(at, cell)| {
            let is_it = codes[at] == *cell || (*cell == OTHER && is_other(at, codes[at]));
            !is_there[at] || (*cell > 0 && (codes[at] == 0 || is_it))
        })
    };
    let is_same = |row: &Codes| row.iter().zip(is_there).all(|(cell, is_there)| (*cell > 0) == *is_there);
    let all: Vec<usize> =
        (0..rows.len()).filter(|index| rows[*index].1 > 0.0 && agrees(&rows[*index].0)).collect();
    let same: Vec<usize> = all.iter().copied().filter(|index| is_same(&rows[*index].0)).collect();
    let chosen = if same.is_empty() { all } else { same };
    (!chosen.is_empty()).then_some(chosen)
}

/// Returns the number of a literal among those of a column.
fn number_of(index: usize) -> u32 {
    cast::to_u32(index)
}
