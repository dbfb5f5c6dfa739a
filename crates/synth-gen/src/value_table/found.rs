//! Combinations that are found for all rows before the first one is made.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use synth_core::{Seed, cast, hash};
use synth_rules::EntityPart;

use super::bind::{Listed, TableBond};
use super::entities::{Entities, MAX_DRAWS, MORE_DRAWS, Material, Rule};
use super::raking::rake;
use super::{Codes, OTHER, Shown, agreeing};
use crate::choice::{Choice, Sum};
use crate::column::{Slots, Values};
use crate::link::Linker;
use crate::memo::List;
use crate::plan::{Gate, Plan};
use crate::recipe::{Recipe, Rooms};
use crate::reference::{text_of, texts_of};
use crate::site::Rows;

/// Rows whose combinations are found beforehand at most, and their values.
const MAX_ROWS: usize = 1 << 16;
const MAX_CELLS: usize = 1 << 20;
/// Ways that are tried to keep all rules in a row: with draws of their own, then beside the listed values of rows before.
const MAX_ATTEMPTS: u64 = 16;
const FREE_ATTEMPTS: u64 = 4;
/// Passes over all rows until nothing is left that contradicts.
const MAX_PASSES: usize = 5;

/// A field whose values were found beforehand: for each row the number of a value plus 1, or 0 for what the field's own
/// rule makes.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    ordinals: Arc<[u64]>,
    codes: Arc<[u32]>,
    shown: Shown,
    own: Recipe,
}

impl Found {
    /// The program the field had before.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    /// Tells whether the values are literals of the field's own rule.
    pub(crate) fn shows_literals(&self) -> bool {
        matches!(self.shown, Shown::Atoms(_))
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let code = |ordinal: &u64| {
            let at = self.ordinals.binary_search(ordinal).ok()?;
            self.codes[at].checked_sub(1).map(|code| code as usize)
        };
        let found: Vec<Option<usize>> = slots.ordinals.iter().map(code).collect();
        let mut own = Values::None;
        if slots.kinds.iter().zip(&found).any(|(kind, code)| *kind == slots.code && code.is_none()) {
            self.own.fill(slots, &mut own);
        }
        let mut rooms = Rooms::default();
        match &self.shown {
            Shown::Atoms(atoms) => slots.fill_codes_at(out, |at| match (found[at], &own) {
                (Some(code), _) => atoms[code],
                (None, Values::Codes(codes)) => codes[at],
                _ => 0,
            }),
            Shown::Texts(texts) => slots.fill_text_at(out, |at, _, text| match found[at] {
                Some(code) => text.push_str(&texts[code]),
                None => text.push_str(text_of(self.own.scalar(&own, at, &mut rooms))),
            }),
        }
    }
}

/// Fields of one scope, beside others of their rows or of rows above that are known before.
pub(super) struct Search<'a> {
    pub(super) table: &'a TableBond,
    /// The table's nodes and then those outside of it.
    pub(super) nodes: &'a [usize],
    pub(super) rules: &'a [Rule],
    pub(super) seed: Seed,
}

/// What is known of all rows of a scope.
struct Cells {
    list: List,
    /// For each column and row, the value's code, which is 0 where there is none: the final one of a given column, the own
    /// rule's of another.
    codes: Vec<Codes>,
}

/// What rows are made beside.
struct Past {
    /// Listed combinations with their weights, each with its columns.
    listed: Vec<Listed>,
    /// Columns that any row may have or lack: a value is made for those that lack it, so that others find the whole.
    optional: Vec<usize>,
    /// The rows that were made.
    rows: Vec<Codes>,
}

impl Past {
    /// Returns one of the rows before.
    fn like(&self, number: u64) -> Option<&Codes> {
        let n = cast::to_u64(self.rows.len());
        number.checked_rem(n).map(|at| &self.rows[cast::to_usize(at)])
    }
}

/// Tells whether a draw of its own, or of an object above, decides whether a field is there, and no tag.
fn is_optional(plan: &Plan, node: usize) -> bool {
    let own = &plan.nodes[node];
    let above = match own.gate {
        Gate::Part { of, .. } => is_optional(plan, of),
        Gate::Always => true,
    };
    above && own.case_columns().next().is_none() && own.kinds.len() == 1
}

/// The values of all rows.
pub(super) struct Outcome {
    ordinals: Vec<u64>,
    /// For each column the code of each row.
    pub(super) codes: Vec<Codes>,
    texts: Vec<Vec<Box<str>>>,
    /// The rows that found no combination that keeps all rules.
    failed: Vec<usize>,
}

impl Search<'_> {
    /// Finds the combinations row by row; `None` when the rows are too many.
    ///
    /// # Method
    ///
    /// Rows are looked at one after the other. What others decide is known; the table's own columns get their values as
    /// those of a made-up combination do (see [`Entities::add`]), first those of their own rule and draw. A row
    /// whose values contradict others is tried anew with other draws. Rows for which nothing was found come first in the
    /// next pass over all rows, when less is settled.
    ///
    /// # Cost
    ///
    /// A look-up for each row, column and rule; 4 bytes for each row and column.
    pub(super) fn run(&self, plan: &Plan, (linker, before): (&Linker<'_>, &Arc<Plan>)) -> Option<Outcome> {
        let mut best = self.pass(plan, (linker, before), &BTreeSet::new())?;
        let mut first: BTreeSet<usize> = BTreeSet::new();
        for _ in 1..MAX_PASSES {
            if best.failed.is_empty() {
                break;
            }
            first.extend(&best.failed);
            let other = self.pass(plan, (linker, before), &first)?;
            first.extend(&other.failed);
            if other.failed.len() < best.failed.len() {
                best = other;
            }
        }
        Some(best)
    }

    /// Finds the combinations of some rows, then those of the others.
    fn pass(
        &self,
        plan: &Plan,
        (linker, before): (&Linker<'_>, &Arc<Plan>),
        first: &BTreeSet<usize>,
    ) -> Option<Outcome> {
        let scope = plan.nodes[*self.nodes.first()?].scope;
        let ordinals = before.ordinals_of(scope, MAX_ROWS)?;
        if ordinals.len() * self.nodes.len() > MAX_CELLS {
            return None;
        }
        let mut recipes = self.table.recipes(plan)?;
        let texts =
            recipes.iter().enumerate().map(|(at, own)| self.table.literal_texts(own[0].as_deref(), at));
        let mut texts: Vec<Vec<Box<str>>> = texts.collect();
        texts.resize(self.nodes.len(), Vec::new());
        recipes.resize(self.nodes.len(), [None]);
        let mut entities = Entities::new(texts, self.rules.len());
        let cells = self.cells(plan, (linker, before), ordinals, &mut entities)?;
        let order = self.table.order(&recipes, self.rules);
        let order: Vec<usize> = order.into_iter().filter(|at| !self.is_given(*at)).collect();
        let persons: Vec<Vec<(EntityPart, usize)>> =
            recipes.iter().map(|recipe| self.table.said_of(recipe[0].as_deref())).collect();
        let listed = self.listed(plan);
        let optional: Vec<usize> =
            order.iter().copied().filter(|at| is_optional(plan, self.nodes[*at])).collect();
        let mut past = Past { listed, optional, rows: Vec::new() };
        let material = Material {
            recipes: &recipes,
            rules: self.rules,
            order: &order,
            persons: &persons,
            first: &[],
            avoid: &[],
            n_draws: MAX_DRAWS,
            seed: self.seed,
        };
        let mut codes: Vec<Codes> = vec![vec![0; cells.list.len()]; self.nodes.len()];
        let mut failed = Vec::new();
        let rest = (0..cells.list.len()).filter(|row| !first.contains(row));
        for row in first.iter().copied().chain(rest) {
            let own: Codes = cells.codes.iter().map(|column| column[row]).collect();
            let made = self.row((cells.list[row], &own), &past, &mut entities, &material);
            failed.extend(made.is_none().then_some(row));
            // What a row lacks was made up for the sake of others like it.
            let shown = |made: &Codes| -> Codes {
                made.iter().zip(&own).map(|(made, own)| if *own > 0 { *made } else { 0 }).collect()
            };
            let made = match made {
                Some(made) => {
                    let shown = shown(&made);
                    past.rows.push(made);
                    shown
                }
                None => own,
            };
            codes.iter_mut().zip(made).for_each(|(column, code)| column[row] = code);
        }
        Some(Outcome { ordinals: cells.list.to_vec(), codes, texts: entities.into_texts(), failed })
    }

    fn is_given(&self, column: usize) -> bool {
        self.table.is_given.get(column).copied().unwrap_or(true)
    }

    /// Looks all columns up.
    fn cells(
        &self,
        plan: &Plan,
        (linker, before): (&Linker<'_>, &Arc<Plan>),
        ordinals: Vec<u64>,
        entities: &mut Entities,
    ) -> Option<Cells> {
        let memo = &linker.memo;
        let list = memo.list(&ordinals);
        let scope = plan.nodes[*self.nodes.first()?].scope;
        let mut codes = Vec::new();
        for (column, node) in self.nodes.iter().enumerate() {
            let divisor = crate::computed::divisor(plan, scope, plan.nodes[*node].scope)?;
            let rows: Rc<Rows> = linker.site(before, *node, None).rows_of(&memo.above(&list, divisor), memo);
            let made = texts_of(&rows, &linker.finished(plan, *node, self.is_given(column)), memo);
            let code = |(at, row): (usize, &Option<_>)| match row {
                Some(_) => entities.code(column, made.get(at).into()),
                None => 0,
            };
            codes.push(rows.rows.iter().enumerate().map(code).collect());
        }
        Some(Cells { list, codes })
    }

    /// The listed combinations, weighted so that each field keeps the shares of its own rule.
    fn listed(&self, plan: &Plan) -> Vec<Listed> {
        let shares: Vec<Vec<f64>> =
            (0..self.table.nodes.len()).map(|at| self.table.shares(plan, at)).collect();
        let mut listed = self.table.listed.clone();
        listed.iter_mut().for_each(|(_, rows)| rake(rows, &shares));
        listed
    }

    /// The values of one row; `None` when no way was found to keep all rules. `own` are the values of given columns and
    /// those that the others' own rules draw.
    fn row(
        &self,
        (ordinal, own): (u64, &Codes),
        past: &Past,
        entities: &mut Entities,
        material: &Material<'_>,
    ) -> Option<Codes> {
        let is_there = |column: &usize| own[*column] > 0;
        let there: Vec<usize> = material.order.iter().copied().filter(is_there).collect();
        let is_whole = |column: &usize| is_there(column) || past.optional.contains(column);
        let whole: Vec<usize> = material.order.iter().copied().filter(is_whole).collect();
        (0..MAX_ATTEMPTS).find_map(|attempt| {
            let number = if attempt == 0 { ordinal } else { hash::combine(ordinal, attempt) };
            let given = |(column, code): (usize, &u32)| if self.is_given(column) { *code } else { 0 };
            let mut made: Codes = own.iter().enumerate().map(given).collect();
            let order = if attempt % 2 == 0 { &whole } else { &there };
            entities.follow(&mut made, order, self.rules);
            let mut avoid = Vec::new();
            if attempt < FREE_ATTEMPTS {
                for listed in &past.listed {
                    let others = self.pick((number, attempt > 0), listed, (own, &mut made), entities);
                    self.table.avoid(&others, &mut avoid);
                }
            } else {
                self.follow(past.like(self.seed.bits(number))?, own, &mut made);
            }
            let first: &[u32] = if attempt == 0 { own } else { &[] };
            let is_easy = attempt < FREE_ATTEMPTS - 1 && avoid.is_empty();
            let n_draws = if is_easy { MAX_DRAWS } else { MORE_DRAWS };
            entities.add(number, made, &Material { order, first, avoid: &avoid, n_draws, ..*material })
        })
    }

    /// Takes the values of columns of few values from a row that was made before.
    fn follow(&self, before: &Codes, own: &Codes, made: &mut Codes) {
        for column in 0..self.table.nodes.len() {
            let is_few = !self.is_given(column) && !self.table.literals[column].is_empty();
            if is_few && own[column] > 0 && made[column] == 0 {
                made[column] = before[column];
            }
        }
    }

    /// Draws one of the listed combinations that agree with what is known of a row; of those that contradict no row
    /// before, if asked. Returns the columns for which it has values that are not listed.
    fn pick(
        &self,
        (number, is_careful): (u64, bool),
        (columns, rows): &Listed,
        (own, made): (&Codes, &mut Codes),
        entities: &Entities,
    ) -> Vec<usize> {
        let mut known = vec![0; self.table.nodes.len()];
        columns.iter().for_each(|column| known[*column] = made[*column]);
        let mut is_there = vec![false; known.len()];
        columns.iter().for_each(|column| is_there[*column] = own[*column] > 0);
        let is_other = |at: usize, code: u32| self.table.is_other(at, code);
        let Some(mut fitting) = agreeing(rows, &is_there, &known, is_other) else { return Vec::new() };
        let shows = |row: usize, at: usize| is_there[at] && rows[row].0[at] != OTHER;
        let with = |row: usize| {
            let mut with = made.clone();
            columns.iter().filter(|at| shows(row, **at)).for_each(|at| with[*at] = rows[row].0[*at]);
            with
        };
        if is_careful {
            fitting.retain(|row| entities.admits(&with(*row), self.rules));
        }
        let weights: Vec<f64> = fitting.iter().map(|row| rows[*row].1).collect();
        let Ok(choice) = Choice::fit(&weights, Sum::Normalize) else { return Vec::new() };
        let seed = self.seed.child("listed").attempt(cast::to_u64(columns[0]) + 1);
        let row = fitting[choice.pick(seed.uniform(number))];
        *made = with(row);
        columns.iter().copied().filter(|at| rows[row].0[*at] == OTHER && made[*at] == 0).collect()
    }
}

impl Outcome {
    /// Tells whether all rows keep all rules.
    pub(super) fn is_whole(&self) -> bool {
        self.failed.is_empty()
    }

    /// The share of the rows with values in all columns whose right side is the commonest of their left side.
    pub(super) fn agreement(&self, left: &[usize], right: usize) -> f64 {
        let mut groups: BTreeMap<Vec<u32>, BTreeMap<u32, usize>> = BTreeMap::new();
        for (row, code) in self.codes[right].iter().enumerate() {
            let key: Vec<u32> = left.iter().map(|column| self.codes[*column][row]).collect();
            if *code > 0 && key.iter().all(|code| *code > 0) {
                *groups.entry(key).or_default().entry(*code).or_default() += 1;
            }
        }
        let n: usize = groups.values().flat_map(BTreeMap::values).sum();
        let held: usize = groups.values().filter_map(|group| group.values().max()).sum();
        if n == held { 1.0 } else { held as f64 / n as f64 }
    }

    /// Tells whether every row has one of some listed combinations.
    pub(super) fn has_listed(&self, table: &TableBond, (columns, rows): &Listed) -> bool {
        let n = rows.first().map_or(0, |(codes, _)| codes.len());
        let mut seen: BTreeMap<Codes, bool> = BTreeMap::new();
        (0..self.ordinals.len()).all(|row| {
            let codes: Codes = columns.iter().map(|column| self.codes[*column][row]).collect();
            *seen.entry(codes.clone()).or_insert_with(|| {
                let (mut known, mut is_there) = (vec![0; n], vec![false; n]);
                for (column, code) in columns.iter().zip(&codes) {
                    (known[*column], is_there[*column]) = (*code, *code > 0);
                }
                agreeing(rows, &is_there, &known, |at, code| table.is_other(at, code)).is_some()
            })
        })
    }

    /// The programs that show the values of some columns.
    pub(super) fn programs(&self, table: &TableBond, columns: &[(usize, Recipe)]) -> Vec<(usize, Recipe)> {
        let ordinals: Arc<[u64]> = self.ordinals.as_slice().into();
        let program = |(column, own): &(usize, Recipe)| {
            let shown = table.shown(own, *column, &self.texts[*column]);
            let (ordinals, codes) = (Arc::clone(&ordinals), self.codes[*column].as_slice().into());
            (*column, Recipe::found(Found { ordinals, codes, shown, own: own.clone() }))
        };
        columns.iter().map(program).collect()
    }
}
