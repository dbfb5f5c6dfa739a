//! Relationships of the type `value_table`, compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::JsonPath;
use synth_rules::{Literal, Relationship};

use super::raking::rake;
use super::reach::{PresenceOf, certainty, fits_every_row};
use super::{Codes, Column, GivenColumn, Table, Tabled, number_of};
use crate::link::{Linker, programs};
use crate::listed::literal_text;
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;

/// Columns of one scope that are drawn together.
pub(crate) struct TableBond {
    /// Position among the relationships.
    index: usize,
    pub(crate) nodes: Vec<usize>,
    /// Columns that something else decides.
    pub(crate) is_given: Vec<bool>,
    /// The literals of each column; code 1 is the first.
    pub(super) literals: Vec<Vec<Literal>>,
    rows: Vec<(Codes, f64)>,
    presence: Vec<PresenceOf>,
}

impl TableBond {
    /// The nodes whose values are drawn.
    pub(crate) fn targets(&self) -> Vec<usize> {
        self.columns(false)
    }

    /// The nodes whose values must be known.
    pub(crate) fn needs(&self) -> Vec<usize> {
        self.columns(true)
    }

    fn columns(&self, is_given: bool) -> Vec<usize> {
        let columns = self.nodes.iter().zip(&self.is_given);
        columns.filter(|(_, given)| **given == is_given).map(|(node, _)| *node).collect()
    }

    /// Makes the columns' values those of the table; returns the positions of the relationships that are kept then.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) -> BTreeSet<usize> {
        let mut rows = self.rows.clone();
        let shares: Vec<Vec<f64>> = (0..self.nodes.len()).map(|at| self.shares(plan, at)).collect();
        rake(&mut rows, &shares);
        let is_sure = fits_every_row(plan, self, &rows, &self.presence);
        let column = |at: usize| Column {
            site: linker.site(before, self.nodes[at], None),
            is_certain: certainty(plan, self.nodes[at], None) == Some(true),
            given: self.is_given[at].then(|| GivenColumn {
                programs: programs(plan, self.nodes[at]).into(),
                codes: self.literals[at]
                    .iter()
                    .enumerate()
                    .map(|(number, literal)| (literal_text(literal), number_of(number)))
                    .collect(),
            }),
        };
        let seed = linker.seed.child(&linker.path_of(self.nodes[0])).child("table");
        let columns = (0..self.nodes.len()).map(column).collect();
        let table = Arc::new(Table { columns, rows, seed });
        for (column, node) in self.nodes.iter().enumerate().filter(|(at, _)| !self.is_given[*at]) {
            if let [Kind::Scalar(own)] = &mut plan.nodes[*node].kinds[..] {
                let atoms = self.atoms(own, column).into();
                let tabled = Tabled { table: Arc::clone(&table), column, own: (**own).clone(), atoms };
                **own = Recipe::tabled(tabled);
            }
        }
        if is_sure { self.kept(linker, &table) } else { BTreeSet::new() }
    }

    /// For each literal of a column, the number of it in the field's own rule.
    fn atoms(&self, own: &Recipe, column: usize) -> Vec<u32> {
        let numbers = own.cases(&self.literals[column]).unwrap_or_default();
        let find = |literal: usize| numbers.iter().position(|number| *number == Some(literal));
        (0..self.literals[column].len()).map(|literal| find(literal).map_or(0, number_of)).collect()
    }

    /// The share of each literal of a column in the field's own rule.
    fn shares(&self, plan: &Plan, column: usize) -> Vec<f64> {
        let [Kind::Scalar(own)] = &plan.nodes[self.nodes[column]].kinds[..] else { return Vec::new() };
        let (Some(numbers), false) = (own.cases(&self.literals[column]), self.is_given[column]) else {
            return Vec::new();
        };
        let mut shares = vec![0.0; self.literals[column].len()];
        for (atom, number) in numbers.iter().enumerate() {
            if let Some(number) = number {
                shares[*number] += own.share_of_literal(atom);
            }
        }
        shares
    }

    /// The table itself and the dependencies between its columns that all its rows keep.
    fn kept(&self, linker: &Linker<'_>, table: &Table) -> BTreeSet<usize> {
        let mut kept = BTreeSet::from([self.index]);
        for (index, relationship) in linker.rules.relationships.iter().enumerate() {
            let Relationship::FunctionalDep { lhs, rhs, confidence } = relationship else { continue };
            let columns = |paths: &[JsonPath]| -> Option<Vec<usize>> {
                let column = |path: &JsonPath| {
                    let node = linker.node(path)?;
                    self.nodes.iter().position(|own| *own == node)
                };
                paths.iter().map(column).collect()
            };
            let (Some(left), Some(right)) = (columns(lhs), columns(rhs)) else { continue };
            let is_kept = |right: &usize| agreement(table, &left, *right) >= confidence.get() - 1e-9;
            if !left.is_empty() && right.iter().all(is_kept) {
                kept.insert(index);
            }
        }
        kept
    }
}

/// The weight of rows that agree with the heaviest value of their group, as a share.
fn agreement(table: &Table, left: &[usize], right: usize) -> f64 {
    let mut groups: BTreeMap<Vec<u32>, BTreeMap<u32, f64>> = BTreeMap::new();
    for (codes, weight) in &table.rows {
        let key: Vec<u32> = left.iter().map(|column| codes[*column]).collect();
        if codes[right] > 0 && key.iter().all(|code| *code > 0) {
            *groups.entry(key).or_default().entry(codes[right]).or_default() += weight;
        }
    }
    let heaviest: f64 = groups.values().map(|group| group.values().copied().fold(0.0, f64::max)).sum();
    let total: f64 = groups.values().flat_map(BTreeMap::values).sum();
    if groups.values().all(|group| group.len() == 1) || total <= 0.0 { 1.0 } else { heaviest / total }
}

impl Linker<'_> {
    /// Reads a relationship as columns that are drawn together; `bound` are the nodes that something else decides.
    pub(crate) fn table(
        &self,
        plan: &Plan,
        index: usize,
        (bound, kept): (&BTreeSet<usize>, &BTreeSet<usize>),
    ) -> Option<TableBond> {
        let Relationship::ValueTable { paths, rows } = &self.rules.relationships[index] else { return None };
        let nodes: Vec<usize> = paths.iter().map(|path| self.node(path)).collect::<Option<_>>()?;
        let scope = plan.nodes[*nodes.first()?].scope;
        let are_alike = nodes.iter().all(|node| plan.nodes[*node].scope == scope);
        if !are_alike || self.ordinals[scope].is_none() || nodes.iter().collect::<BTreeSet<_>>().len() < nodes.len()
        {
            return None;
        }
        let is_given: Vec<bool> =
            nodes.iter().map(|node| bound.contains(node) || !self.is_drawn(plan, *node)).collect();
        let mut literals: Vec<Vec<Literal>> = vec![Vec::new(); nodes.len()];
        let rows: Vec<(Codes, f64)> =
            rows.iter().map(|row| (codes(&row.values, &mut literals), row.weight.max(0.0))).collect();
        let is_known = |at: usize| is_given[at] || self.lists(plan, nodes[at], &literals[at]);
        let is_possible = rows.iter().all(|(codes, _)| codes.len() == nodes.len())
            && is_given.contains(&false)
            && (0..nodes.len()).all(is_known);
        let presence = self.presence_of(&nodes, kept);
        is_possible.then_some(TableBond { index, nodes, is_given, literals, rows, presence })
    }

    /// Tells whether a node's values are drawn by its own rule among literals, and nothing reads them before.
    fn is_drawn(&self, plan: &Plan, node: usize) -> bool {
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

/// Numbers the values of a combination; new ones are added to the literals of their column.
fn codes(values: &[Literal], literals: &mut [Vec<Literal>]) -> Codes {
    let code = |(value, literals): (&Literal, &mut Vec<Literal>)| {
        if *value == Literal::Null {
            return 0;
        }
        let known = literals.iter().position(|literal| literal == value);
        let number = known.unwrap_or_else(|| {
            literals.push(value.clone());
            literals.len() - 1
        });
        number_of(number) + 1
    };
    values.iter().zip(literals).map(code).collect()
}
