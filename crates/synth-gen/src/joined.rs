//! Strings that follow from other fields: relationships of the type `derived_text`.

use std::rc::Rc;
use std::sync::Arc;

use synth_core::Seed;
use synth_rules::Relationship;
use synth_rules::relationship::TextOperation;

use crate::column::{Slots, TextBuffer, Values};
use crate::computed::divisor;
use crate::link::{Linker, programs};
use crate::memo::{List, Memo};
use crate::plan::{Kind, Plan};
use crate::recipe::{Recipe, Rooms};
use crate::reference::{text_of, texts_of};
use crate::shelf::Programs;
use crate::site::{Rows, Site};

mod reach;

/// Makes a text of the values of other fields; rows that lack one keep what the field's own rule makes.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    making: Making,
    terms: Vec<TextTerm>,
    seed: Seed,
    own: Recipe,
}

#[derive(Debug, Clone)]
enum Making {
    /// The terms one after the other.
    Join { separator: Box<str> },
    /// The characters of the first term from the second on, before the third.
    Slice,
    /// The own text, gone on with until it has as many characters as the slices of it ask for: the only term is the end
    /// of a slice, in the row itself or in the elements of an array of the row.
    Reach { is_below: bool },
    /// The own text, in which each term stands in place of a word, for a share of the rows each.
    Hold { shares: Vec<f64> },
}

#[derive(Debug, Clone)]
struct TextTerm {
    site: Site,
    /// Ordinals of the target's scope in one of the term's.
    divisor: u64,
    programs: Arc<Programs>,
}

/// The values of a term in a block.
struct Given {
    rows: Rc<Rows>,
    made: Rc<TextBuffer>,
}

impl Given {
    fn get(&self, at: usize) -> Option<&str> {
        self.rows.rows[at].map(|_| self.made.get(at))
    }
}

impl TextTerm {
    fn of_rows(&self, list: &List, memo: &Memo) -> Given {
        let rows = self.site.rows_of(&memo.above(list, self.divisor), memo);
        let made = texts_of(&rows, &self.programs, memo);
        Given { rows, made }
    }
}

impl Joined {
    /// The program the field had before.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        if let (Making::Reach { is_below }, [end]) = (&self.making, &self.terms[..]) {
            reach::fill(&self.own, (end, *is_below), slots, out);
            return;
        }
        let list = slots.memo.list(slots.ordinals);
        let terms: Vec<Given> = self.terms.iter().map(|term| term.of_rows(&list, slots.memo)).collect();
        let mut own = Values::None;
        self.own.fill(slots, &mut own);
        let mut rooms = Rooms::default();
        slots.fill_text_at(out, |at, slot, text| {
            let plain = text_of(self.own.scalar(&own, at, &mut rooms));
            let given: Option<Vec<&str>> = terms.iter().map(|term| term.get(at)).collect();
            match (&self.making, given) {
                (Making::Join { separator }, Some(given)) => text.push_str(&given.join(separator)),
                (Making::Slice, Some(given)) => match slice(&given) {
                    Some(part) => text.push_str(part),
                    None => text.push_str(plain),
                },
                (Making::Hold { shares }, _) => {
                    let is_held = |(number, share): (u64, &f64)| {
                        *share >= 1.0 || self.seed.attempt(number + 1).uniform(slot.address) < *share
                    };
                    let held = terms.iter().zip((0..).zip(shares)).filter(|(_, share)| is_held(*share));
                    let held: Vec<&str> = held.filter_map(|(term, _)| term.get(at)).collect();
                    hold(plain, &held, text);
                }
                (Making::Reach { .. }, _) | (_, None) => text.push_str(plain),
            }
        });
    }
}

/// The characters of a text from a number on, before another one.
fn slice<'a>(terms: &[&'a str]) -> Option<&'a str> {
    let [text, from, until] = terms else { return None };
    let (from, until) = (from.parse::<usize>().ok()?, until.parse::<usize>().ok()?);
    let byte = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    Some(if from < until { &text[byte(from)..byte(until)] } else { "" })
}

/// Appends a text with some of its words replaced, spread over it; what finds no word to replace stands at the end.
fn hold(plain: &str, held: &[&str], out: &mut String) {
    let missing: Vec<&str> = held.iter().copied().filter(|term| !plain.contains(term)).collect();
    if missing.is_empty() {
        out.push_str(plain);
        return;
    }
    let mut words: Vec<&str> = plain.split(' ').collect();
    let n = words.len();
    // What was found stays: a text that holds a term already would lose it with its words.
    let terms = if missing.len() == held.len() { &missing } else { held };
    for (number, term) in terms.iter().enumerate() {
        let place = (2 * number + 1) * n / (2 * terms.len());
        match words.get_mut(place) {
            Some(word) if terms.len() <= n => *word = term,
            _ => words.push(term),
        }
    }
    out.push_str(&words.join(" "));
}

/// The relationships that decide a text.
pub(crate) struct JoinedBond {
    pub(crate) target: usize,
    making: Making,
    terms: Vec<usize>,
    /// Positions among the relationships.
    pub(crate) kept: Vec<usize>,
}

impl JoinedBond {
    pub(crate) fn needs(&self) -> Vec<usize> {
        self.terms.clone()
    }

    /// Makes the target's values follow from those of the terms.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        let scope = plan.nodes[self.target].scope;
        let term = |node: &usize| {
            Some(TextTerm {
                site: linker.site(before, *node, None),
                divisor: match self.making {
                    Making::Reach { .. } => 1,
                    _ => divisor(plan, scope, plan.nodes[*node].scope)?,
                },
                programs: programs(plan, *node).into(),
            })
        };
        let Some(terms) = self.terms.iter().map(term).collect::<Option<Vec<_>>>() else { return };
        let seed = linker.seed.child(&linker.path_of(self.target)).child("derived");
        for kind in &mut plan.nodes[self.target].kinds {
            if let Kind::Scalar(own) = kind {
                let (making, terms, own_program) = (self.making.clone(), terms.clone(), (**own).clone());
                *own = Arc::new(Recipe::joined(Joined { making, terms, seed, own: own_program }));
            }
        }
    }
}

impl Linker<'_> {
    /// Reads the relationships as texts that can be made, one for each target.
    pub(crate) fn joined(&self, plan: &Plan) -> Vec<JoinedBond> {
        let mut bonds: Vec<JoinedBond> = Vec::new();
        for (index, relationship) in self.rules.relationships.iter().enumerate() {
            let Some(bond) = self.joined_one(plan, index, relationship) else { continue };
            let known = bonds.iter_mut().find(|known| known.target == bond.target);
            match (known, bond) {
                (None, bond) => bonds.push(bond),
                (
                    Some(JoinedBond { making: Making::Hold { shares }, terms, kept, .. }),
                    JoinedBond { making: Making::Hold { shares: more }, terms: others, .. },
                ) => {
                    shares.extend(more);
                    terms.extend(others);
                    kept.push(index);
                }
                _ => {}
            }
        }
        let reaching: Vec<JoinedBond> = bonds.iter().filter_map(|bond| self.reaching(plan, bond)).collect();
        for bond in reaching {
            if !bonds.iter().any(|known| known.target == bond.target) {
                bonds.push(bond);
            }
        }
        bonds
    }

    /// What makes the text that is sliced long enough for the slices.
    fn reaching(&self, plan: &Plan, slice: &JoinedBond) -> Option<JoinedBond> {
        let (Making::Slice, [text, _, end]) = (&slice.making, &slice.terms[..]) else { return None };
        let (own, below) = (plan.nodes[*text].scope, plan.nodes[*end].scope);
        let is_below = plan.scopes[below].above == Some(own);
        let is_near = is_below || own == below;
        (is_near && self.may_be_joined(plan, *text)).then(|| JoinedBond {
            target: *text,
            making: Making::Reach { is_below },
            terms: vec![*end],
            kept: Vec::new(),
        })
    }

    fn joined_one(&self, plan: &Plan, index: usize, relationship: &Relationship) -> Option<JoinedBond> {
        let Relationship::DerivedText { target: path, operation, terms: paths, separator, confidence } =
            relationship
        else {
            return None;
        };
        let target = self.node(path)?;
        let scope = plan.nodes[target].scope;
        let making = match (operation, paths.len()) {
            (TextOperation::Join, 1..) => Making::Join { separator: separator.as_str().into() },
            (TextOperation::Slice, 3) => Making::Slice,
            (TextOperation::Contains, 1) => Making::Hold { shares: vec![confidence.get()] },
            _ => return None,
        };
        let terms: Vec<usize> = paths.iter().map(|path| self.node(path)).collect::<Option<_>>()?;
        let is_readable = |node: &usize| {
            *node != target
                && !plan.nodes[*node].scalar_kinds().is_empty()
                && divisor(plan, scope, plan.nodes[*node].scope).is_some()
        };
        let is_possible = terms.iter().all(is_readable)
            && terms.iter().zip(paths).all(|(node, path)| self.keeps_keys(plan, *node, path))
            && self.may_be_joined(plan, target);
        is_possible.then_some(JoinedBond { target, making, terms, kept: vec![index] })
    }

    /// Tells whether nothing stands against a text that follows from others.
    fn may_be_joined(&self, plan: &Plan, target: usize) -> bool {
        let is_text = |kind: &Kind| matches!(kind, Kind::Scalar(recipe) if recipe.is_text());
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == target);
        let is_key = plan.collections.iter().any(|collection| collection.keys == Some(target));
        plan.nodes[target].kinds.iter().all(is_text)
            && !is_tag
            && !is_key
            && !self.is_unique(target)
            && self.ordinals[plan.nodes[target].scope].is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches terms that replace each other, and one that is lost because another stands in the text already.
    #[test]
    fn every_term_is_held() {
        for plain in ["", "one", "ann two", "one two three four five six"] {
            for held in [&["ann"][..], &["ann", "lee"], &["a b", "ann", "x"]] {
                let mut text = String::new();
                hold(plain, held, &mut text);
                assert!(held.iter().all(|term| text.contains(term)), "{plain:?} {held:?}: {text:?}");
            }
        }
    }

    #[test]
    fn slices_count_characters() {
        assert_eq!(slice(&["äöü-text", "1", "3"]), Some("öü"));
        assert_eq!(slice(&["abc", "2", "9"]), Some("c"));
        assert_eq!(slice(&["abc", "2", "1"]), Some(""));
        assert_eq!(slice(&["abc", "x", "1"]), None);
    }
}
