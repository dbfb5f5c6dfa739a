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
/// those that have more. A row that no combination fits is drawn by the fields' own rules, at an address that
/// depends on what is known only.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<(Codes, f64)>,
    seed: Seed,
}

#[derive(Debug)]
struct Column {
    site: Site,
    /// Always there.
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
    /// For each code of the column less 1, the literal of the field's own rule.
    atoms: Arc<[u32]>,
}

impl Tabled {
    /// The program the field had before.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let wanted: Vec<Slot> = slots.iter().flatten().collect();
        let known = self.table.known(&wanted);
        let mut choices: BTreeMap<&Known, Option<(Choice, Vec<usize>)>> = BTreeMap::new();
        let pick = |(slot, known)| {
            let chosen = choices.entry(known).or_insert_with(|| self.table.fitting(known));
            let (choice, rows) = chosen.as_ref()?;
            let row = rows[choice.pick(self.table.seed.uniform(slot))];
            let code = self.table.rows[row].0[self.column].checked_sub(1)?;
            self.atoms.get(code as usize).copied()
        };
        let picks: Vec<Option<u32>> =
            wanted.iter().map(|slot| slot.address).zip(&known).map(pick).collect();
        // Where no combination fits, rows of which the same is known get the same.
        let address = |(slot, known): (&Slot, &Known)| match (known.odd, known.codes.iter().any(|code| *code > 0)) {
            (0, false) => slot.address,
            _ => known.codes.iter().fold(known.odd, |hash, code| combine(hash, u64::from(*code))),
        };
        let mut others = picks.iter().zip(wanted.iter().zip(&known)).map(|(pick, place)| match pick {
            Some(code) => *code,
            None => self.own_code(address(place)),
        });
        slots.fill_codes(out, |_| others.next().unwrap_or(0));
    }

    /// The literal that the field's own rule draws.
    fn own_code(&self, address: u64) -> u32 {
        let kinds = [crate::column::FIRST_KIND];
        let slots = Slots { kinds: &kinds, code: kinds[0], addresses: &[address], ordinals: &[0] };
        let mut values = Values::None;
        self.own.fill(slots, &mut values);
        match values {
            Values::Codes(codes) => codes.first().copied().unwrap_or(0),
            _ => 0,
        }
    }
}

impl Table {
    fn known(&self, slots: &[Slot]) -> Vec<Known> {
        let n = self.columns.len();
        let mut known =
            vec![Known { is_there: vec![true; n], codes: vec![0; n], odd: 0 }; slots.len()];
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
        agreeing(&self.rows, &known.is_there, &known.codes)
    }
}

/// Returns the combinations that have all fields that are there and the codes that are known: those without the other
/// fields, or when there are none, all.
fn agreeing(rows: &[(Codes, f64)], is_there: &[bool], codes: &[u32]) -> Option<Vec<usize>> {
    let agrees = |row: &Codes| {
        let cells = row.iter().zip(is_there.iter().zip(codes));
        cells.into_iter().all(|(cell, (is_there, code))| {
            !is_there || (*cell > 0 && (*code == 0 || code == cell))
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
