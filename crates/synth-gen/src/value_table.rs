//! Fields of few values that come together as a table says.

use std::collections::BTreeMap;
use std::sync::Arc;

use synth_core::hash::{combine, hash_bytes};
use synth_core::{Seed, cast};

use crate::choice::{Choice, Sum};
use crate::column::{Slot, Slots, Values};
use crate::recipe::Recipe;
use crate::reference::texts;
use crate::site::{Row, Site};

pub(crate) mod bind;
mod entities;
mod raking;
mod reach;

/// A combination of values: for each column 0 where there is none, else the number of the literal plus 1.
pub(crate) type Codes = Vec<u32>;

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
    programs: Arc<[Option<Recipe>]>,
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
    programs: Arc<[Option<Recipe>]>,
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
        let wanted: Vec<Slot> = slots.iter().flatten().collect();
        let known = self.table.known(&wanted);
        let addresses = self.table.addresses(&wanted);
        let mut choices: BTreeMap<&Known, Option<(Choice, Vec<usize>)>> = BTreeMap::new();
        let slips = self.table.seed.child("slip").attempt(cast::to_u64(self.column) + 1);
        let pick = |(at, known)| {
            let chosen = choices.entry(known).or_insert_with(|| self.table.fitting(known));
            let (choice, rows) = chosen.as_ref()?;
            let slot: Slot = wanted[at];
            let is_slip = self.slip > 0.0 && slips.uniform(slot.address) < self.slip;
            let uniform = if is_slip {
                slips.child("other").uniform(slot.address)
            } else {
                self.table.seed.uniform(addresses[at])
            };
            self.table.whole[rows[choice.pick(uniform)]][self.column].checked_sub(1)
        };
        let picks: Vec<Option<u32>> = known.iter().enumerate().map(pick).collect();
        // Where no combination fits, rows of which the same is known get the same.
        let address = |at: usize| {
            let known = &known[at];
            match (known.odd, known.codes.iter().any(|code| *code > 0)) {
                (0, false) => addresses[at],
                _ => known.codes.iter().fold(known.odd, |hash, code| combine(hash, u64::from(*code))),
            }
        };
        match &self.shown {
            Shown::Atoms(atoms) => {
                let mut at = 0..picks.len();
                slots.fill_codes(out, |_| {
                    let at = at.next().unwrap_or(0);
                    let atom = picks[at].and_then(|code| atoms.get(code as usize).copied());
                    atom.unwrap_or_else(|| self.own_code(address(at)))
                });
            }
            Shown::Texts(texts) => {
                let mut at = 0;
                slots.fill_text(out, |_, text| {
                    match picks[at].and_then(|code| texts.get(code as usize)) {
                        Some(value) => text.push_str(value),
                        None => text.push_str(&self.own_text(address(at))),
                    }
                    at += 1;
                });
            }
        }
    }

    /// The value that the field's own rule makes.
    fn own_text(&self, address: u64) -> Box<str> {
        let row = Row { address, ordinal: 0, code: crate::column::FIRST_KIND, uniform: f64::NAN };
        texts(&[Some(row)], &[Some(self.own.clone())]).get(0).into()
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
    /// Where the combination of each row is drawn: at the row's own address, or at that of the fields that decide.
    fn addresses(&self, slots: &[Slot]) -> Vec<u64> {
        let mut addresses: Vec<u64> = slots.iter().map(|slot| slot.address).collect();
        let mut hashes = vec![Some(1); if self.by.is_empty() { 0 } else { slots.len() }];
        for decider in &self.by {
            let rows: Vec<Option<Row>> = slots.iter().map(|slot| decider.site.row(slot.ordinal)).collect();
            let made = texts(&rows, &decider.programs);
            for (at, hash) in hashes.iter_mut().enumerate() {
                let own = rows[at].map(|_| hash_bytes(made.get(at).as_bytes()));
                *hash = hash.zip(own).map(|(hash, own)| combine(hash, own));
            }
        }
        for (address, hash) in addresses.iter_mut().zip(hashes) {
            *address = hash.unwrap_or(*address);
        }
        addresses
    }

    fn known(&self, slots: &[Slot]) -> Vec<Known> {
        let n = self.columns.len();
        let mut known = vec![Known { is_there: vec![true; n], codes: vec![0; n], odd: 0 }; slots.len()];
        for (at, column) in self.columns.iter().enumerate() {
            if column.is_certain && column.given.is_none() {
                continue;
            }
            let rows: Vec<Option<Row>> = slots.iter().map(|slot| column.site.row(slot.ordinal)).collect();
            for (known, row) in known.iter_mut().zip(&rows) {
                known.is_there[at] = row.is_some();
            }
            let Some(given) = &column.given else { continue };
            let made = texts(&rows, &given.programs);
            for (index, (known, row)) in known.iter_mut().zip(&rows).enumerate() {
                let text = made.get(index);
                match given.codes.get(text) {
                    Some(code) if row.is_some() => known.codes[at] = code + 1,
                    None if row.is_some() => known.odd = combine(known.odd, hash_bytes(text.as_bytes()) | 1),
                    _ => {}
                }
            }
        }
        known
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
        let listed = || agreeing(&self.rows, &known.is_there, &known.codes);
        let chosen = if self.by.is_empty() { listed() } else { None };
        let agrees =
            |whole: &Codes| whole.iter().zip(&known.codes).all(|(own, code)| *code == 0 || own == code);
        let all =
            || (0..self.rows.len()).filter(|at| self.rows[*at].1 > 0.0 && agrees(&self.whole[*at])).collect();
        chosen.or_else(|| Some(all())).filter(|rows: &Vec<usize>| !rows.is_empty())
    }
}

/// Returns the combinations that have all fields that are there and the codes that are known: those without the other
/// fields, or when there are none, all.
fn agreeing(rows: &[(Codes, f64)], is_there: &[bool], codes: &[u32]) -> Option<Vec<usize>> {
    let agrees = |row: &Codes| {
        let cells = row.iter().zip(is_there.iter().zip(codes));
        cells
            .into_iter()
            .all(|(cell, (is_there, code))| !is_there || (*cell > 0 && (*code == 0 || code == cell)))
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
