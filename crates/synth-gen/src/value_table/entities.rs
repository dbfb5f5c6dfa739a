//! Made-up combinations of values that keep dependencies.

use std::collections::BTreeMap;
use std::sync::Arc;

use synth_core::{Seed, cast};
use synth_rules::EntityPart;

use super::Codes;
use crate::column::FIRST_KIND;
use crate::people::PersonField;
use crate::recipe::Recipe;
use crate::reference::texts;
use crate::site::Row;

/// Draws of a value until one fits, and draws where no other value may be made in its place.
pub(super) const MAX_DRAWS: u64 = 24;
pub(super) const MORE_DRAWS: u64 = 256;
/// Values of a column that are tried when no draw fits.
const MAX_TRIED: u64 = 512;

/// A dependency between columns: the values of the left ones decide that of the right one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    pub(super) left: Vec<usize>,
    pub(super) right: usize,
}

/// What combinations are made of.
pub(super) struct Material<'a> {
    /// The program of each column; none for one whose values are always given.
    pub(super) recipes: &'a [[Option<Arc<Recipe>>; 1]],
    pub(super) rules: &'a [Rule],
    /// The columns in the order in which they get their values.
    pub(super) order: &'a [usize],
    /// For each column, the columns that say something of the person it shows, and what.
    pub(super) persons: &'a [Vec<(EntityPart, usize)>],
    /// For each column the value that is tried first; 0 for none.
    pub(super) first: &'a [u32],
    /// For each column the number of its first values that are not drawn.
    pub(super) avoid: &'a [u32],
    /// Draws of a value until one fits.
    pub(super) n_draws: u64,
    pub(super) seed: Seed,
}

/// Combinations that have been made: what each left side decided, and the values of each column.
pub(super) struct Entities {
    decided: Vec<BTreeMap<Codes, u32>>,
    texts: Vec<Vec<Box<str>>>,
    codes: Vec<BTreeMap<Box<str>, u32>>,
}

impl Entities {
    /// Starts with the texts that each column has as literals.
    pub(super) fn new(literals: Vec<Vec<Box<str>>>, n_rules: usize) -> Self {
        let codes = literals
            .iter()
            .map(|texts| (1_u32..).zip(texts.iter().cloned()).map(|(code, text)| (text, code)).collect());
        Self { codes: codes.collect(), texts: literals, decided: vec![BTreeMap::new(); n_rules] }
    }

    /// Returns the texts of each column.
    pub(super) fn into_texts(self) -> Vec<Vec<Box<str>>> {
        self.texts
    }

    /// Makes the `number`-th combination, of which some values may be given; `None` when it cannot keep the rules.
    ///
    /// # Method
    ///
    /// The columns get their values one after the other, those that a dependency decides first. Such a value is taken from
    /// the first combination with the same left side; another is drawn by the column's own rule until it contradicts no
    /// combination made before, so a value on a left side belongs to the first right side it met. What fits
    /// nowhere is left out: the combinations that remain keep every dependency, circles and several left sides of
    /// one field included.
    ///
    /// # Cost
    ///
    /// A look-up for each dependency and draw; at most 536 candidates a value.
    pub(super) fn add(&mut self, number: u64, given: Codes, material: &Material<'_>) -> Option<Codes> {
        let mut made = given;
        let mut is_set: Vec<bool> = made.iter().map(|code| *code > 0).collect();
        let mut open: Vec<usize> = material.order.iter().copied().filter(|column| !is_set[*column]).collect();
        while !open.is_empty() {
            let is_decided = |column: &usize| self.decided(*column, &made, &is_set, material.rules).is_some();
            let next = open.iter().position(is_decided).unwrap_or(0);
            let column = open.remove(next);
            made[column] = self.value((number, column), &mut made, &is_set, material)?;
            is_set[column] = true;
        }
        if !self.admits(&made, material.rules) {
            return None;
        }
        for (rule, decided) in material.rules.iter().zip(&mut self.decided) {
            let key = left(rule, &made);
            if made[rule.right] > 0 && key.iter().all(|code| *code > 0) {
                decided.insert(key, made[rule.right]);
            }
        }
        Some(made)
    }

    /// Sets those of some columns that follow from what is set.
    pub(super) fn follow(&self, made: &mut Codes, columns: &[usize], rules: &[Rule]) {
        let mut is_set: Vec<bool> = made.iter().map(|code| *code > 0).collect();
        let mut open: Vec<usize> = columns.iter().copied().filter(|column| !is_set[*column]).collect();
        while let Some((at, code)) = open
            .iter()
            .enumerate()
            .find_map(|(at, column)| self.decided(*column, made, &is_set, rules).map(|code| (at, code)))
        {
            let column = open.remove(at);
            (made[column], is_set[column]) = (code, true);
        }
    }

    /// The value that a dependency on columns that are set decides.
    pub(super) fn decided(
        &self,
        column: usize,
        made: &Codes,
        is_set: &[bool],
        rules: &[Rule],
    ) -> Option<u32> {
        let of_rule = |(rule, decided): (&Rule, &BTreeMap<Codes, u32>)| {
            let is_known = rule.right == column && rule.left.iter().all(|left| is_set[*left]);
            if is_known { decided.get(&left(rule, made)).copied() } else { None }
        };
        rules.iter().zip(&self.decided).find_map(of_rule)
    }

    fn value(
        &mut self,
        (number, column): (u64, usize),
        made: &mut Codes,
        is_set: &[bool],
        material: &Material<'_>,
    ) -> Option<u32> {
        let is_right = |code: u32| material.avoid.get(column).is_none_or(|avoided| code > *avoided);
        if let Some(code) = self.decided(column, made, is_set, material.rules) {
            let fits = is_right(code) && self.fits((column, code), made, is_set, material.rules);
            return fits.then_some(code);
        }
        let first = material.first.get(column).copied().filter(|code| *code > 0 && is_right(*code));
        if let Some(code) = first.filter(|code| self.fits((column, *code), made, is_set, material.rules)) {
            return Some(code);
        }
        let seed = material.seed.attempt(cast::to_u64(column) + 1);
        let person = material.recipes[column][0].as_deref().and_then(Recipe::as_person);
        for draw in 0..material.n_draws {
            let address = seed.attempt(draw).bits(number);
            let redrawn = || {
                let reference = material.recipes[column][0].as_ref()?.as_reference()?;
                reference.redrawn(seed.child("row").attempt(draw).uniform(number), draw % 2 == 1)
            };
            let text: Box<str> = match person {
                Some(person) => self.person_part((person, column), (number, draw), (made, is_set), material),
                None => redrawn().unwrap_or_else(|| {
                    let row = Row { address, ordinal: number, code: FIRST_KIND, uniform: f64::NAN };
                    texts(&[Some(row)], &material.recipes[column]).get(0).into()
                }),
            };
            let code = self.code(column, text);
            if is_right(code) && self.fits((column, code), made, is_set, material.rules) {
                return Some(code);
            }
        }
        let n = cast::to_u64(self.texts[column].len());
        let start = seed.child("known").below(number, n.max(1));
        let known = |step: u64| cast::to_u32(cast::to_usize((start + step) % n)) + 1;
        (0..MAX_TRIED.min(n))
            .map(known)
            .find(|code| is_right(*code) && self.fits((column, *code), made, is_set, material.rules))
    }

    /// A part of the combination's person, which is the same for all its columns.
    fn person_part(
        &self,
        (person, column): (&PersonField, usize),
        (number, draw): (u64, u64),
        (made, is_set): (&Codes, &[bool]),
        material: &Material<'_>,
    ) -> Box<str> {
        let address = material.seed.child("person").attempt(draw).bits(number);
        let said = material.persons[column].iter().filter(|(_, source)| is_set[*source]);
        let said: Vec<(EntityPart, &str)> = said
            .filter_map(|(part, source)| {
                let text = self.texts[*source].get((made[*source] as usize).checked_sub(1)?)?;
                Some((*part, &**text))
            })
            .collect();
        let mut text = String::new();
        person.write_at([address, number], &said, &mut text);
        text.into()
    }

    /// Tells whether the values that are set contradict no combination made before.
    pub(super) fn admits(&self, made: &Codes, rules: &[Rule]) -> bool {
        rules.iter().zip(&self.decided).all(|(rule, decided)| {
            made[rule.right] == 0
                || decided.get(&left(rule, made)).is_none_or(|right| *right == made[rule.right])
        })
    }

    /// Tells whether a value contradicts no combination made before, with all that follows from it.
    fn fits(&self, (column, code): (usize, u32), made: &mut Codes, is_set: &[bool], rules: &[Rule]) -> bool {
        let before = std::mem::replace(&mut made[column], code);
        let is_known = |at: &usize| *at == column || is_set[*at];
        let mut decides = false;
        let fits = rules.iter().zip(&self.decided).all(|(rule, decided)| {
            let is_concerned = rule.right == column || rule.left.contains(&column);
            if !is_concerned || !rule.left.iter().all(is_known) {
                return true;
            }
            let right = decided.get(&left(rule, made));
            decides |= right.is_some() && !is_known(&rule.right);
            !is_known(&rule.right)
                || made[rule.right] == 0
                || right.is_none_or(|right| *right == made[rule.right])
        });
        let fits = fits && (!decides || self.leads_on(made, rules));
        made[column] = before;
        fits
    }

    /// Tells whether what follows from the values that are set contradicts none.
    fn leads_on(&self, made: &Codes, rules: &[Rule]) -> bool {
        let mut ahead = made.clone();
        let open: Vec<usize> = (0..ahead.len()).filter(|column| ahead[*column] == 0).collect();
        self.follow(&mut ahead, &open, rules);
        self.admits(&ahead, rules)
    }

    /// The number of a value of a column; a new value gets the next one.
    pub(super) fn code(&mut self, column: usize, text: Box<str>) -> u32 {
        let texts = &mut self.texts[column];
        *self.codes[column].entry(text).or_insert_with_key(|text| {
            texts.push(text.clone());
            cast::to_u32(texts.len())
        })
    }
}

fn left(rule: &Rule, made: &Codes) -> Codes {
    rule.left.iter().map(|column| made[*column]).collect()
}
