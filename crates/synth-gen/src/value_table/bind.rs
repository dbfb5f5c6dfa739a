//! Relationships of the types `value_table` and `functional_dep`, gathered into tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::hash::combine;
use synth_core::{JsonPath, Seed, cast};
use synth_rules::relationship::ValueRow;
use synth_rules::{EntityPart, Literal, Relationship};

use super::entities::{Entities, MAX_DRAWS, MORE_DRAWS, Material, Rule};
use super::raking::rake;
use super::reach::{PresenceOf, certainty, fits_every_literal, fits_every_row};
use super::{Codes, Column, Decider, GivenColumn, OTHER, Shown, Table, Tabled, number_of};
use crate::choice::{Choice, Sum};
use crate::link::{Linker, programs};
use crate::listed::literal_text;
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;

/// Combinations that are made up for a table, at least and at most.
const FEWEST: u64 = 200;
const MOST: u64 = 2000;
/// Combinations that are made up for a listed one with values that are not listed, at least.
const FEWEST_OTHERS: u64 = 8;
/// Combinations that each value of a tag has beside the others, and their weight.
const RARE: u64 = 5;
const RARE_WEIGHT: f64 = 0.05;
/// Dependencies that fewer rows keep bind nothing.
pub(super) const MIN_CONFIDENCE: f64 = 0.9;

/// Columns of one scope that are drawn together.
#[derive(Clone)]
pub(crate) struct TableBond {
    pub(crate) nodes: Vec<usize>,
    /// Columns that something else decides.
    pub(crate) is_given: Vec<bool>,
    /// The given column that is one only because the joint model draws it.
    leader: Option<usize>,
    /// The literals of each column; code 1 is the first.
    pub(super) literals: Vec<Vec<Literal>>,
    /// Combinations that a rule file lists, each with the columns it says something of.
    pub(super) listed: Vec<Listed>,
    /// Positions of the listed tables among the relationships.
    pub(super) indices: Vec<usize>,
    dependencies: Vec<Dependency>,
    /// Fields outside that decide a row's combination.
    by: Vec<usize>,
    presence: Vec<PresenceOf>,
}

/// Combinations with gaps and their weights, those without gaps, and the texts of each column.
type Made = (Vec<(Codes, f64)>, Vec<Codes>, Vec<Vec<Box<str>>>);

/// Positions of the relationships that are kept, and of dependencies with those of the fields that follow.
pub(super) type Kept = (BTreeSet<usize>, BTreeSet<(usize, usize)>);

/// A listed table: its columns, and its combinations with their weights.
pub(super) type Listed = (Vec<usize>, Vec<(Codes, f64)>);

/// A dependency between columns.
#[derive(Debug, Clone)]
struct Dependency {
    rule: Rule,
    distinct: Option<u64>,
    confidence: f64,
}

impl TableBond {
    /// The nodes whose values are drawn, and the leader, which may have to follow.
    pub(crate) fn targets(&self) -> Vec<usize> {
        let leader = self.leader.map(|leader| self.nodes[leader]);
        self.columns(false).into_iter().chain(leader).collect()
    }

    /// The nodes whose values must be known.
    pub(crate) fn needs(&self) -> Vec<usize> {
        self.columns(true).into_iter().chain(self.by.iter().copied()).collect()
    }

    /// Takes back that fields outside decide the combination; false when none does.
    pub(crate) fn stand_alone(&mut self) -> bool {
        !std::mem::take(&mut self.by).is_empty()
    }

    /// The same where no column leads.
    pub(super) fn alone(&self) -> Self {
        self.leader.map_or_else(|| self.clone(), |leader| self.without(leader))
    }

    /// The same without a leader.
    fn without(&self, leader: usize) -> Self {
        let mut alone = Self { leader: None, ..self.clone() };
        alone.is_given[leader] = false;
        alone
    }

    fn columns(&self, is_given: bool) -> Vec<usize> {
        let columns = self.nodes.iter().zip(&self.is_given);
        columns.filter(|(_, given)| **given == is_given).map(|(node, _)| *node).collect()
    }

    /// Makes the columns' values those of the table; returns the positions of the relationships that are kept then.
    ///
    /// Relationships come first: the draw of the joint model is given up where fewer of them can be kept beside it.
    pub(super) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) -> Kept {
        match self.leader {
            None => self.tabulate(plan, linker, before),
            Some(leader) => {
                let (mut led, mut alone) = (plan.clone(), plan.clone());
                let kept_led = self.tabulate(&mut led, linker, before);
                let kept_alone = self.without(leader).tabulate(&mut alone, linker, before);
                let is_alone = kept_alone.0.len() > kept_led.0.len();
                let (better, kept) = if is_alone { (alone, kept_alone) } else { (led, kept_led) };
                *plan = better;
                kept
            }
        }
    }

    /// Makes the table; returns the relationships that are kept as a whole, and the dependencies field by field.
    fn tabulate(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) -> Kept {
        let seed = linker.seed.child(&linker.path_of(self.nodes[0])).child("table");
        let Some(recipes) = self.recipes(plan) else { return Kept::default() };
        let (mut rows, whole, texts) = self.combinations(plan, &recipes, seed);
        let shares: Vec<Vec<f64>> = (0..self.nodes.len()).map(|at| self.shares(plan, at)).collect();
        rake(&mut rows, &shares);
        let has_gaps = |at: usize| rows.iter().any(|(codes, _)| codes[at] == 0);
        let is_sure = fits_every_literal(plan, self, &whole);
        let is_listed = is_sure && self.by.is_empty() && fits_every_row(plan, self, &rows, &self.presence);
        let column = |at: usize| Column {
            site: linker.site(before, self.nodes[at], None),
            is_certain: !has_gaps(at) || certainty(plan, self.nodes[at], None) == Some(true),
            given: self.is_given[at].then(|| GivenColumn {
                programs: programs(plan, self.nodes[at]).into(),
                codes: texts[at]
                    .iter()
                    .enumerate()
                    .map(|(number, text)| (text.clone(), number_of(number)))
                    .collect(),
            }),
        };
        let columns = (0..self.nodes.len()).map(column).collect();
        let decider = |node: &usize| Decider {
            site: linker.site(before, *node, None),
            programs: programs(plan, *node).into(),
        };
        let by = self.by.iter().map(decider).collect();
        let table = Arc::new(Table { columns, rows, whole, by, seed });
        for (column, node) in self.nodes.iter().enumerate().filter(|(at, _)| !self.is_given[*at]) {
            if let [Kind::Scalar(own)] = &mut plan.nodes[*node].kinds[..] {
                let shown = self.shown(own, column, &texts[column]);
                let (table, own_program) = (Arc::clone(&table), (**own).clone());
                let tabled = Tabled { table, column, own: own_program, shown, slip: self.slip(column) };
                *own = Arc::new(Recipe::tabled(tabled));
            }
        }
        let parts = if is_sure { self.kept(linker, &table) } else { BTreeSet::new() };
        let is_whole = |index: &usize| match &linker.rules.relationships[*index] {
            Relationship::FunctionalDep { rhs, .. } => (0..rhs.len()).all(|at| parts.contains(&(*index, at))),
            _ => false,
        };
        let mut kept: BTreeSet<usize> = parts.iter().map(|(index, _)| *index).filter(is_whole).collect();
        kept.extend(self.indices.iter().filter(|_| is_listed));
        (kept, parts)
    }

    /// The program of each column.
    pub(super) fn recipes(&self, plan: &Plan) -> Option<Vec<[Option<Arc<Recipe>>; 1]>> {
        let only = |node: &usize| {
            let program = programs(plan, *node).into_iter().next().flatten();
            program.map(|program| [Some(program)])
        };
        self.nodes.iter().map(only).collect()
    }

    /// The combinations with gaps and their weights, those without gaps, and the texts of each column.
    fn combinations(&self, plan: &Plan, recipes: &[[Option<Arc<Recipe>>; 1]], seed: Seed) -> Made {
        let literals =
            recipes.iter().enumerate().map(|(at, recipe)| self.literal_texts(recipe[0].as_deref(), at));
        let rules: Vec<Rule> = self.dependencies.iter().map(|dependency| dependency.rule.clone()).collect();
        let mut entities = Entities::new(literals.collect(), rules.len());
        let order = self.order(recipes, &rules);
        let persons: Vec<Vec<(EntityPart, usize)>> =
            recipes.iter().map(|recipe| self.said_of(recipe[0].as_deref())).collect();
        let material = Material {
            recipes,
            rules: &rules,
            order: &order,
            persons: &persons,
            first: &[],
            avoid: &[],
            n_draws: MAX_DRAWS,
            seed: seed.child("entity"),
        };
        let in_table = |at: usize| self.listed.iter().any(|(columns, _)| columns.contains(&at));
        let is_listed = self.listed.len() == 1 && (0..self.nodes.len()).all(in_table);
        let n_listed = self.listed.iter().map(|(_, rows)| cast::to_u64(rows.len())).max().unwrap_or(0);
        let distinct = self.dependencies.iter().filter_map(|dependency| dependency.distinct).max();
        let n = distinct.unwrap_or(FEWEST * 2).max(n_listed * 3).clamp(FEWEST, MOST.max(n_listed));
        let tag = Tag::of(plan, self);
        let mut made: BTreeMap<(Codes, Codes), f64> = BTreeMap::new();
        let mut add = |number: u64, (given, weight): (Codes, f64)| {
            let absent = tag.as_ref().and_then(|tag| tag.absent(&given)).unwrap_or_default();
            let order: Vec<usize> = order.iter().copied().filter(|column| !absent.contains(column)).collect();
            let Some(whole) =
                self.whole(number, &given, (&mut entities, &Material { order: &order, ..material }))
            else {
                return;
            };
            let is_shown = |at: usize| in_table(at) && given[at] != OTHER;
            let gaps = (0..whole.len()).map(|at| if is_shown(at) { given[at] } else { whole[at] });
            *made.entry((gaps.collect(), whole)).or_insert(0.0) += weight;
        };
        for number in 0..if is_listed { n_listed } else { n } {
            let (mut given, weight) = self.listed_row(number, seed);
            if let Some(tag) = tag.as_ref().filter(|tag| given[tag.column] == 0) {
                given[tag.column] = tag.draw(seed.child("tag").uniform(number));
            }
            let n_others = if is_listed && given.contains(&OTHER) { self.n_others(weight, n) } else { 1 };
            let weight = if is_listed { weight / n_others as f64 } else { 1.0 };
            add(number, (given.clone(), weight));
            (1..n_others).for_each(|other| add(combine(number, other), (given.clone(), weight)));
        }
        // Every value of the tag has some combinations, however rare it is.
        if let Some(tag) = &tag {
            for code in 1..=number_of(self.literals[tag.column].len()) {
                for number in 0..RARE {
                    let mut given = vec![0; self.nodes.len()];
                    given[tag.column] = code;
                    add(n + u64::from(code) * RARE + number, (given, RARE_WEIGHT));
                }
            }
        }
        let (rows, all) = made.into_iter().map(|((gaps, whole), weight)| ((gaps, weight), whole)).unzip();
        (rows, all, entities.into_texts())
    }

    /// Makes up what a combination leaves open; values that are not listed are none of those that are.
    fn whole(
        &self,
        number: u64,
        given: &Codes,
        (entities, material): (&mut Entities, &Material<'_>),
    ) -> Option<Codes> {
        let others: Vec<usize> = (0..given.len()).filter(|at| given[*at] == OTHER).collect();
        let mut avoid = Vec::new();
        self.avoid(&others, &mut avoid);
        let n_draws = if others.is_empty() { MAX_DRAWS } else { MORE_DRAWS };
        let start = given.iter().map(|code| if *code == OTHER { 0 } else { *code }).collect();
        entities.add(number, start, &Material { avoid: &avoid, n_draws, ..*material })
    }

    /// Of `n` combinations those that are made up for a listed one of some weight with values that are not listed.
    fn n_others(&self, weight: f64, n: u64) -> u64 {
        let total: f64 = self.listed.iter().flat_map(|(_, rows)| rows).map(|(_, weight)| *weight).sum();
        cast::round_to_u64(weight / total.max(weight).max(f64::MIN_POSITIVE) * n as f64).max(FEWEST_OTHERS)
    }

    /// Adds for some columns how many values no draw may have: those that are listed.
    pub(super) fn avoid(&self, columns: &[usize], avoid: &mut Vec<u32>) {
        if !columns.is_empty() {
            avoid.resize(self.literals.len(), 0);
        }
        for column in columns {
            avoid[*column] = number_of(self.literals[*column].len());
        }
    }

    /// Tells whether a code is that of a value that is not listed.
    pub(super) fn is_other(&self, column: usize, code: u32) -> bool {
        code > number_of(self.literals[column].len())
    }

    /// The columns that say something of the person whose part a column is.
    pub(super) fn said_of(&self, recipe: Option<&Recipe>) -> Vec<(EntityPart, usize)> {
        let sources = recipe.and_then(Recipe::as_person).map_or(&[][..], |person| person.sources());
        let column = |node: usize| self.nodes.iter().position(|own| *own == node);
        sources.iter().filter_map(|(part, node)| Some((*part, column(*node)?))).collect()
    }

    /// What listed tables say of the `number`-th combination, and the weight of the last one: each row of a table
    /// once, then rows by their weight.
    fn listed_row(&self, number: u64, seed: Seed) -> (Codes, f64) {
        let (mut given, mut weight) = (vec![0; self.nodes.len()], 1.0);
        for (columns, rows) in &self.listed {
            let index = cast::to_usize(number);
            let index = if index < rows.len() {
                index
            } else {
                let weights: Vec<f64> = rows.iter().map(|(_, weight)| *weight).collect();
                let Ok(choice) = Choice::fit(&weights, Sum::Normalize) else { continue };
                choice.pick(seed.child("listed").attempt(cast::to_u64(columns[0]) + 1).uniform(number))
            };
            for column in columns {
                given[*column] = rows[index].0[*column];
            }
            weight = rows[index].1;
        }
        (given, weight)
    }

    /// The literals of a column as its program writes them.
    pub(super) fn literal_texts(&self, recipe: Option<&Recipe>, column: usize) -> Vec<Box<str>> {
        let literals = &self.literals[column];
        let numbers = recipe.and_then(|recipe| recipe.cases(literals)).unwrap_or_default();
        let atom = |literal: usize| numbers.iter().position(|number| *number == Some(literal));
        let text = |literal: usize| atom(literal).and_then(|atom| recipe?.literal_text(atom));
        literals
            .iter()
            .enumerate()
            .map(|(at, literal)| text(at).unwrap_or_else(|| literal_text(literal)))
            .collect()
    }

    /// Columns that decide others get their values after these; those of few literals come first, and what others say
    /// of a person before the person.
    pub(super) fn order(&self, recipes: &[[Option<Arc<Recipe>>; 1]], rules: &[Rule]) -> Vec<usize> {
        let n_decided = |at: usize| {
            let of = rules.iter().filter(|rule| rule.left.contains(&at));
            of.map(|rule| rule.right).collect::<BTreeSet<_>>().len()
        };
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        let is_open = |at: usize| self.literals[at].is_empty();
        order.sort_by_key(|at| (is_open(*at), n_decided(*at), self.literals[*at].len(), *at));
        order.sort_by_key(|at| recipes[*at][0].as_deref().and_then(Recipe::as_person).is_some());
        order
    }

    /// How the codes of a column become values.
    pub(super) fn shown(&self, own: &Recipe, column: usize, texts: &[Box<str>]) -> Shown {
        let literals = &self.literals[column];
        let Some(numbers) = own.cases(literals).filter(|_| !literals.is_empty()) else {
            return Shown::Texts(texts.into());
        };
        let find = |literal: usize| numbers.iter().position(|number| *number == Some(literal));
        Shown::Atoms((0..literals.len()).map(|literal| find(literal).map_or(0, number_of)).collect())
    }

    /// Share of rows in which a column does not follow: where no dependency on it is without exceptions, and no other
    /// column follows from it.
    fn slip(&self, column: usize) -> f64 {
        let is_left = self.dependencies.iter().any(|dependency| dependency.rule.left.contains(&column));
        let of = self.dependencies.iter().filter(|dependency| dependency.rule.right == column);
        let confidence = of.map(|dependency| dependency.confidence).fold(0.0, f64::max);
        let is_listed = self.listed.iter().any(|(columns, _)| columns.contains(&column));
        if is_left || is_listed || confidence <= 0.0 { 0.0 } else { 1.0 - confidence }
    }

    /// The share of each literal of a column in the field's own rule.
    pub(super) fn shares(&self, plan: &Plan, column: usize) -> Vec<f64> {
        let [Kind::Scalar(own)] = &plan.nodes[self.nodes[column]].kinds[..] else { return Vec::new() };
        let literals = &self.literals[column];
        let (Some(numbers), false) = (own.cases(literals), self.is_given[column] || literals.is_empty())
        else {
            return Vec::new();
        };
        let mut shares = vec![0.0; literals.len()];
        for (atom, number) in numbers.iter().enumerate() {
            if let Some(number) = number {
                shares[*number] += own.share_of_literal(atom);
            }
        }
        shares
    }

    /// The dependencies that all combinations keep, with the positions of the fields that follow.
    fn kept(&self, linker: &Linker<'_>, table: &Table) -> BTreeSet<(usize, usize)> {
        let mut kept = BTreeSet::new();
        for (index, relationship) in linker.rules.relationships.iter().enumerate() {
            let Relationship::FunctionalDep { lhs, rhs, confidence, .. } = relationship else { continue };
            let Some(left) = lhs.iter().map(|path| linker.node(path)).collect::<Option<Vec<_>>>() else {
                continue;
            };
            let column = |node: &usize| self.nodes.iter().position(|own| own == node);
            let columns = left.iter().map(column).collect::<Option<Vec<_>>>();
            let is_kept = |right: usize| match &columns {
                Some(left) if !left.is_empty() => {
                    let slip = self.slip(right).max(self.slips_of(left));
                    agreement(table, left, right) - slip >= confidence.get() - 1e-6
                }
                // What decides the combination decides every column of it.
                _ => {
                    left == self.by
                        && !left.is_empty()
                        && !self.is_given[right]
                        && self.slip(right) <= 1.0 - confidence.get() + 1e-6
                        && !self.is_given.contains(&true)
                }
            };
            let right = |path: &JsonPath| linker.node(path).and_then(|node| column(&node));
            let of_rhs = rhs.iter().enumerate().filter(|(_, path)| right(path).is_some_and(is_kept));
            kept.extend(of_rhs.map(|(at, _)| (index, at)));
        }
        kept
    }

    fn slips_of(&self, columns: &[usize]) -> f64 {
        columns.iter().map(|column| self.slip(*column)).sum()
    }
}

/// The one given column whose literals are known: which columns each of them leaves out.
struct Tag {
    column: usize,
    absent: Vec<Vec<usize>>,
    choice: Choice,
}

impl Tag {
    fn of(plan: &Plan, bond: &TableBond) -> Option<Self> {
        let mut given =
            (0..bond.nodes.len()).filter(|at| bond.is_given[*at] && !bond.literals[*at].is_empty());
        let (column, None) = (given.next()?, given.next()) else { return None };
        let [Kind::Scalar(recipe)] = &plan.nodes[bond.nodes[column]].kinds[..] else { return None };
        let numbers = recipe.cases(&bond.literals[column])?;
        let (mut absent, mut shares) = (Vec::new(), Vec::new());
        for literal in 0..bond.literals[column].len() {
            let atom = numbers.iter().position(|number| *number == Some(literal))?;
            let is_absent = |at: &usize| {
                *at != column
                    && certainty(plan, bond.nodes[*at], Some((bond.nodes[column], atom))) == Some(false)
            };
            absent.push((0..bond.nodes.len()).filter(is_absent).collect());
            shares.push(recipe.share_of_literal(atom));
        }
        Some(Self { column, absent, choice: Choice::fit(&shares, Sum::Normalize).ok()? })
    }

    /// The columns that are not there beside the value of the tag in a combination.
    fn absent(&self, given: &Codes) -> Option<Vec<usize>> {
        self.absent.get((given[self.column] as usize).checked_sub(1)?).cloned()
    }

    /// Draws a value of the tag.
    fn draw(&self, uniform: f64) -> u32 {
        number_of(self.choice.pick(uniform)) + 1
    }
}

/// The weight of rows that agree with the heaviest value of their group, as a share.
fn agreement(table: &Table, left: &[usize], right: usize) -> f64 {
    let mut groups: BTreeMap<Vec<u32>, BTreeMap<u32, f64>> = BTreeMap::new();
    for (codes, (_, weight)) in table.whole.iter().zip(&table.rows) {
        let key: Vec<u32> = left.iter().map(|column| codes[*column]).collect();
        if codes[right] > 0 && key.iter().all(|code| *code > 0) {
            *groups.entry(key).or_default().entry(codes[right]).or_default() += weight;
        }
    }
    let heaviest: f64 = groups.values().map(|group| group.values().copied().fold(0.0, f64::max)).sum();
    let total: f64 = groups.values().flat_map(BTreeMap::values).sum();
    if groups.values().all(|group| group.len() == 1) || total <= 0.0 { 1.0 } else { heaviest / total }
}

/// Fields that are gathered into one table.
#[derive(Default)]
struct Gathered {
    nodes: BTreeSet<usize>,
    by: Option<Vec<usize>>,
    indices: Vec<usize>,
}

/// Tells whether a group is a number or time that follows from others which no table holds. It is drawn by what they are:
/// a table of it would hold some numbers only, and give others to all rows when one of them changes.
fn follows_alone(plan: &Plan, group: &Gathered) -> bool {
    let is_ranked = |node: &usize| match &plan.nodes[*node].kinds[..] {
        [Kind::Scalar(recipe)] => recipe.cases(&[]).is_none() && recipe.ranked(0.0).is_some(),
        _ => false,
    };
    group.by.is_some() && group.indices.len() == 1 && group.nodes.iter().all(is_ranked)
}

impl Linker<'_> {
    /// Gathers listed tables and dependencies into tables; `bound` are the nodes that something else decides.
    pub(crate) fn tables(
        &self,
        plan: &Plan,
        bound: &BTreeSet<usize>,
        kept: &BTreeSet<usize>,
    ) -> Vec<TableBond> {
        let mut gathered: Vec<Gathered> = Vec::new();
        for index in 0..self.rules.relationships.len() {
            let Some(one) = self.gathered(plan, index, bound) else { continue };
            let (joined, rest): (Vec<_>, Vec<_>) =
                gathered.into_iter().partition(|other| !other.nodes.is_disjoint(&one.nodes));
            gathered = rest;
            let mut all = one;
            for other in joined {
                all.nodes.extend(other.nodes);
                all.indices.extend(other.indices);
                all.by = all.by.or(other.by);
            }
            gathered.push(all);
        }
        gathered.sort_by_key(|group| group.nodes.first().copied());
        let is_one = |group: &&Gathered| !follows_alone(plan, group);
        gathered.iter().filter(is_one).filter_map(|group| self.table(plan, group, (bound, kept))).collect()
    }

    /// Reads a relationship as fields of one row that are drawn together.
    fn gathered(&self, plan: &Plan, index: usize, bound: &BTreeSet<usize>) -> Option<Gathered> {
        let find = |paths: &[JsonPath]| paths.iter().map(|path| self.node(path)).collect::<Option<Vec<_>>>();
        let is_listed = |node: &usize| match &plan.nodes[*node].kinds[..] {
            [Kind::Scalar(recipe)] => recipe.cases(&[]).is_some(),
            _ => false,
        };
        let can_join =
            |node: &usize| self.is_tablable(plan, *node, bound) || is_listed(node) && !bound.contains(node);
        let (nodes, by) = match &self.rules.relationships[index] {
            Relationship::ValueTable { paths, .. } => (find(paths)?, None),
            Relationship::FunctionalDep { lhs, rhs, confidence, .. }
                if confidence.get() >= MIN_CONFIDENCE =>
            {
                let left = find(lhs).filter(|left| !left.is_empty())?;
                let scope = plan.nodes[left[0]].scope;
                let mut right: Vec<usize> = rhs.iter().filter_map(|path| self.node(path)).collect();
                right.retain(|node| {
                    plan.nodes[*node].scope == scope && can_join(node) && !left.contains(node)
                });
                if left.iter().any(|node| self.is_unique(*node)) || right.is_empty() {
                    return None;
                }
                if left.iter().all(can_join) {
                    (left.into_iter().chain(right).collect(), None)
                } else {
                    right.retain(|node| self.is_tablable(plan, *node, bound));
                    let is_outside = left.iter().all(|node| bound.contains(node) || !can_join(node));
                    let are_scalar = left.iter().all(|node| !plan.nodes[*node].scalar_kinds().is_empty());
                    (is_outside && are_scalar && !right.is_empty()).then_some((right, Some(left)))?
                }
            }
            _ => return None,
        };
        let scope = plan.nodes[*nodes.first()?].scope;
        let all = nodes.iter().chain(by.iter().flatten());
        let are_alike = all.into_iter().all(|node| plan.nodes[*node].scope == scope);
        (are_alike && self.ordinals[scope].is_some()).then(|| Gathered {
            nodes: nodes.into_iter().collect(),
            by,
            indices: vec![index],
        })
    }

    /// Tells whether a node's values may be drawn from a table.
    pub(super) fn is_tablable(&self, plan: &Plan, node: usize, bound: &BTreeSet<usize>) -> bool {
        let is_scalar = matches!(&plan.nodes[node].kinds[..], [Kind::Scalar(_)]);
        is_scalar && !bound.contains(&node) && self.is_drawn(plan, node)
    }

    /// Which columns something else decides, and which one leads the others because the joint model draws it.
    fn given(&self, plan: &Plan, nodes: &[usize], bound: &BTreeSet<usize>) -> (Vec<bool>, Option<usize>) {
        let mut is_given: Vec<bool> =
            nodes.iter().map(|node| !self.is_tablable(plan, *node, bound)).collect();
        let leads = |node: &usize| plan.nodes[*node].modelled.is_some_and(|modelled| modelled.of_value);
        let leader = nodes.iter().position(leads).filter(|_| !is_given.contains(&true));
        leader.into_iter().for_each(|leader| is_given[leader] = true);
        (is_given, leader)
    }

    fn table(
        &self,
        plan: &Plan,
        group: &Gathered,
        (bound, kept): (&BTreeSet<usize>, &BTreeSet<usize>),
    ) -> Option<TableBond> {
        let nodes: Vec<usize> = group.nodes.iter().copied().collect();
        let (is_given, leader) = self.given(plan, &nodes, bound);
        let mut literals: Vec<Vec<Literal>> = vec![Vec::new(); nodes.len()];
        let column = |path: &JsonPath| {
            let node = self.node(path)?;
            nodes.iter().position(|own| *own == node)
        };
        let (mut listed, mut indices, mut dependencies) = (Vec::new(), Vec::new(), Vec::new());
        for &index in &group.indices {
            match &self.rules.relationships[index] {
                Relationship::ValueTable { paths, rows } => {
                    let columns: Vec<usize> = paths.iter().map(column).collect::<Option<_>>()?;
                    let read = |row: &ValueRow| {
                        (listed_codes(paths, row, &columns, &mut literals), row.weight.max(0.0))
                    };
                    let rows: Vec<(Codes, f64)> = rows.iter().map(read).collect();
                    listed.push((columns, rows));
                    indices.push(index);
                }
                Relationship::FunctionalDep { lhs, rhs, distinct, confidence } => {
                    let Some(left) = lhs.iter().map(column).collect::<Option<Vec<_>>>() else { continue };
                    for right in rhs.iter().filter_map(column).filter(|right| !left.contains(right)) {
                        dependencies.push(Dependency {
                            rule: Rule { left: left.clone(), right },
                            distinct: *distinct,
                            confidence: confidence.get(),
                        });
                    }
                }
                _ => {}
            }
        }
        // A column of literals is known by them, so that its shares stay those of its rule.
        for (at, node) in nodes.iter().enumerate() {
            if let [Kind::Scalar(recipe)] = &plan.nodes[*node].kinds[..] {
                self.rule_literals(*node)
                    .into_iter()
                    .filter(|_| recipe.cases(&[]).is_some())
                    .for_each(|literal| _ = code(&literal, &mut literals[at]));
            }
        }
        let is_known = |at: usize| {
            let is_open = literals[at].is_empty() || has_others(&listed, at);
            is_open || self.lists(plan, nodes[at], &literals[at])
        };
        let is_possible = is_given.contains(&false) && (0..nodes.len()).all(is_known);
        let presence = self.presence_of(&nodes, kept);
        let by = group.by.clone().unwrap_or_default();
        is_possible.then_some(TableBond {
            nodes,
            is_given,
            leader,
            literals,
            listed,
            indices,
            dependencies,
            by,
            presence,
        })
    }

    /// A table of some fields without a list and dependencies.
    pub(super) fn plain_table(&self, plan: &Plan, nodes: Vec<usize>) -> TableBond {
        let literals = |node: &usize| match &plan.nodes[*node].kinds[..] {
            [Kind::Scalar(recipe)] if recipe.cases(&[]).is_some() => {
                let literals = self.rule_literals(*node);
                if self.lists(plan, *node, &literals) { literals } else { Vec::new() }
            }
            _ => Vec::new(),
        };
        TableBond {
            is_given: vec![false; nodes.len()],
            leader: None,
            literals: nodes.iter().map(literals).collect(),
            listed: Vec::new(),
            indices: Vec::new(),
            dependencies: Vec::new(),
            by: Vec::new(),
            presence: Vec::new(),
            nodes,
        }
    }

    /// The literals that the rule of a node lists.
    fn rule_literals(&self, node: usize) -> Vec<Literal> {
        use synth_rules::Generator;
        let Some((id, _)) = self.node_of.iter().find(|(_, at)| **at == node) else { return Vec::new() };
        let Some(rule) = self.rules.fields.get(&self.outline.path(*id)) else { return Vec::new() };
        match rule.kinds.first().and_then(|kind| kind.generator.as_ref()) {
            Some(Generator::Categorical(list)) => list.values.clone(),
            Some(Generator::Constant(constant)) => vec![constant.value.clone()],
            _ => Vec::new(),
        }
    }

    /// Makes several kinds of values of fields that dependencies bind one kind, where all are texts or all are numbers.
    pub(crate) fn unite_kinds(&self, plan: &mut Plan) {
        for relationship in &self.rules.relationships {
            let Relationship::FunctionalDep { lhs, rhs, .. } = relationship else { continue };
            for node in lhs.iter().chain(rhs).filter_map(|path| self.node(path)) {
                self.unite(plan, node);
            }
        }
    }

    fn unite(&self, plan: &mut Plan, node: usize) {
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == node);
        let is_key = plan.collections.iter().any(|collection| collection.keys == Some(node));
        let own = &mut plan.nodes[node];
        let recipes: Option<Vec<Arc<Recipe>>> = own
            .kinds
            .iter()
            .map(|kind| match kind {
                Kind::Scalar(recipe) => Some(Arc::clone(recipe)),
                Kind::Object | Kind::Array => None,
            })
            .collect();
        let (Some(recipes), Some(shares)) = (recipes, own.shares.clone()) else { return };
        let is_text = recipes.first().is_some_and(|recipe| recipe.is_text());
        let are_alike = recipes.iter().all(|recipe| recipe.is_text() == is_text && recipe.is_shown_plainly());
        if !is_tag && !is_key && are_alike {
            let seed = own.share_seed;
            own.kinds = vec![Kind::Scalar(Arc::new(Recipe::one_of(shares, seed, recipes)))];
            own.shares = None;
        }
    }

    /// Tells whether a node's values are drawn by its own rule, and nothing reads them before.
    pub(super) fn is_drawn(&self, plan: &Plan, node: usize) -> bool {
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == node);
        let is_key = plan.collections.iter().any(|collection| collection.keys == Some(node));
        let is_condition = self.rules.relationships.iter().any(|relationship| match relationship {
            Relationship::ForeignKey { parent_when: Some(when), .. } => self.node(&when.path) == Some(node),
            _ => false,
        });
        !is_tag && !is_key && !is_condition && !self.is_unique(node)
    }

    /// Tells whether the rule of a node lists all these literals.
    fn lists(&self, plan: &Plan, node: usize, literals: &[Literal]) -> bool {
        let [Kind::Scalar(recipe)] = &plan.nodes[node].kinds[..] else { return false };
        let Some(numbers) = recipe.cases(literals) else { return false };
        (0..literals.len()).all(|literal| numbers.contains(&Some(literal)))
    }

    /// The kept rules on the presence of columns of a table only.
    fn presence_of(&self, nodes: &[usize], kept: &BTreeSet<usize>) -> Vec<PresenceOf> {
        let of_rule = |index: &usize| match &self.rules.relationships[*index] {
            Relationship::ConditionalPresence { rule, paths } => {
                let column = |path: &JsonPath| {
                    let node = self.node(path)?;
                    nodes.iter().position(|own| *own == node)
                };
                Some((*rule, paths.iter().map(column).collect::<Option<Vec<_>>>()?))
            }
            _ => None,
        };
        kept.iter().filter_map(of_rule).collect()
    }
}

/// Returns the code of a value; a new one is added to the literals of its column.
fn code(value: &Literal, literals: &mut Vec<Literal>) -> u32 {
    if *value == Literal::Null {
        return 0;
    }
    let known = literals.iter().position(|literal| literal == value);
    let number = known.unwrap_or_else(|| {
        literals.push(value.clone());
        literals.len() - 1
    });
    number_of(number) + 1
}

/// Reads a row of a listed table, whose fields are some columns; new values are added to the literals.
fn listed_codes(
    paths: &[JsonPath],
    row: &ValueRow,
    columns: &[usize],
    literals: &mut [Vec<Literal>],
) -> Codes {
    let mut codes = vec![0; literals.len()];
    for (column, (value, path)) in columns.iter().zip(row.values.iter().zip(paths)) {
        let is_other = row.other.contains(path);
        codes[*column] = if is_other { OTHER } else { code(value, &mut literals[*column]) };
    }
    codes
}

/// Tells whether some listed combination has a value in a column that none lists.
fn has_others(listed: &[Listed], column: usize) -> bool {
    listed.iter().flat_map(|(_, rows)| rows).any(|(codes, _)| codes[column] == OTHER)
}
