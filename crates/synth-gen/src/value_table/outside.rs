//! Tables beside what other relationships decide: dependencies on fields that are references, computed, ordered or tags, and
//! on fields of rows above.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_rules::Relationship;

use super::bind::{Kept, TableBond};
use super::entities::Rule;
use super::found::{Outcome, Search};
use crate::computed::divisor;
use crate::dependency::Decided;
use crate::link::{Bond, Linker};
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;

/// Combinations of values on the left side of a dependency up to which it may be given up for others.
const FEW: usize = 4;

/// One field that others decide, as a relationship says.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Position of the relationship, and of the field among those that follow.
    name: (usize, usize),
    left: Vec<usize>,
    right: usize,
    confidence: f64,
}

impl Part {
    fn nodes(&self) -> impl Iterator<Item = usize> {
        self.left.iter().copied().chain([self.right])
    }
}

/// A table whose dependencies reach beyond it.
pub(crate) struct OutsideBond<'a> {
    table: TableBond,
    otherwise: Otherwise<'a>,
    /// Fields that something else decides.
    outside: Vec<usize>,
    /// The dependencies that are within the table and those fields.
    parts: Vec<Part>,
    /// The fields refer to other rows, and go on doing so.
    pub(crate) is_overlay: bool,
}

/// What is made where the values of all rows are not found beforehand.
enum Otherwise<'a> {
    Nothing,
    /// A table of combinations that any row may have.
    Table,
    Decided(Decided<'a>),
}

impl<'a> OutsideBond<'a> {
    pub(crate) fn targets(&self) -> Vec<usize> {
        self.table.targets()
    }

    pub(crate) fn needs(&self) -> Vec<usize> {
        let mut needs = match &self.otherwise {
            Otherwise::Nothing => Vec::new(),
            Otherwise::Table => self.table.needs(),
            Otherwise::Decided(decided) => decided.by.clone(),
        };
        needs.extend(&self.outside);
        needs
    }

    /// All fields that it speaks of.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = usize> {
        self.table.nodes.iter().chain(&self.outside).copied()
    }

    /// Takes back that fields outside decide the combination; false when none does.
    pub(crate) fn stand_alone(&mut self) -> bool {
        let outside = std::mem::take(&mut self.outside);
        self.parts.retain(|part| part.nodes().all(|node| !outside.contains(&node)));
        let is_less = self.table.stand_alone();
        is_less || !outside.is_empty()
    }

    /// Binds the fields in the way that keeps most; returns the relationships that are kept as a whole.
    pub(crate) fn bind(
        self,
        plan: &mut Plan,
        (linker, before): (&Linker<'_>, &Arc<Plan>),
        decided: &mut BTreeMap<usize, Decided<'a>>,
    ) -> BTreeSet<usize> {
        let targets = self.targets();
        let kinds = |plan: &Plan| -> Vec<Vec<Kind>> {
            targets.iter().map(|node| plan.nodes[*node].kinds.clone()).collect()
        };
        let own = kinds(plan);
        let (mut kept, mut parts) = match &self.otherwise {
            Otherwise::Nothing => Kept::default(),
            Otherwise::Table => self.table.bind(plan, linker, before),
            Otherwise::Decided(bond) => {
                bond.bind(plan, linker, before);
                let is_it = |part: &&Part| part.right == bond.target && part.left == bond.by;
                (BTreeSet::new(), self.parts.iter().filter(is_it).map(|part| part.name).collect())
            }
        };
        let is_whole = self.parts.iter().all(|part| parts.contains(&part.name))
            && self.table.indices.iter().all(|index| kept.contains(index));
        if !is_whole {
            let otherwise = kinds(plan);
            let n_listed = |kept: &BTreeSet<usize>| {
                self.table.indices.iter().filter(|index| kept.contains(index)).count()
            };
            let put = |plan: &mut Plan, all: Vec<Vec<Kind>>| {
                targets.iter().zip(all).for_each(|(node, kinds)| plan.nodes[*node].kinds = kinds);
            };
            put(plan, own);
            match self.find(plan, (linker, before)) {
                Some((found, programs)) if found.1.len() + found.0.len() > parts.len() + n_listed(&kept) => {
                    (kept, parts) = found;
                    for (node, program) in programs {
                        plan.nodes[node].kinds = vec![Kind::Scalar(Arc::new(program))];
                    }
                    linker.tabled.borrow_mut().extend(parts);
                    return kept;
                }
                _ => put(plan, otherwise),
            }
        }
        linker.tabled.borrow_mut().extend(parts);
        if let Otherwise::Decided(bond) = self.otherwise {
            decided.insert(bond.target, bond);
        }
        kept
    }

    /// Finds the values of all rows; returns what they keep and the programs that show them.
    fn find(
        &self,
        plan: &Plan,
        (linker, before): (&Linker<'_>, &Arc<Plan>),
    ) -> Option<(Kept, Vec<(usize, Recipe)>)> {
        let table = self.table.alone();
        let mut nodes = table.nodes.clone();
        nodes.extend(self.outside.iter().filter(|node| !table.nodes.contains(node)));
        let column = |node: usize| nodes.iter().position(|own| *own == node);
        let rule = |part: &Part| {
            let left: Vec<usize> = part.left.iter().map(|node| column(*node)).collect::<Option<_>>()?;
            Some(Rule { left, right: column(part.right)? })
        };
        let all: Vec<(Rule, &Part)> =
            self.parts.iter().filter_map(|part| Some((rule(part)?, part))).collect();
        let seed = linker.seed.child(&linker.path_of(table.targets()[0])).child("found");
        // Rules with exceptions, and those of few values, may be what leaves no way to keep the others.
        let n_values = |at: &usize| table.literals.get(*at).map_or(0, Vec::len);
        let is_wide = |rule: &Rule| {
            let n = rule.left.iter().map(n_values).product::<usize>();
            n == 0 || n > FEW
        };
        let mut subsets: Vec<Vec<Rule>> = vec![
            all.iter().map(|(rule, _)| rule.clone()).collect(),
            all.iter().filter(|(_, part)| part.confidence >= 1.0).map(|(rule, _)| rule.clone()).collect(),
            all.iter().map(|(rule, _)| rule.clone()).filter(is_wide).collect(),
        ];
        subsets.dedup_by_key(|rules| rules.len());
        let search =
            |rules: &[Rule]| Search { table: &table, nodes: &nodes, rules, seed }.run(plan, (linker, before));
        let kept = |outcome: &Outcome| -> Kept {
            let holds = |(rule, part): &&(Rule, &Part)| {
                outcome.agreement(&rule.left, rule.right) >= part.confidence - 1e-9
            };
            let parts: BTreeSet<(usize, usize)> =
                all.iter().filter(holds).map(|(_, part)| part.name).collect();
            let listed = table.indices.iter().zip(&table.listed);
            let listed = listed.filter(|(_, listed)| outcome.has_listed(&table, listed));
            (listed.map(|(index, _)| *index).collect(), parts)
        };
        let mut best: Option<(Outcome, Kept)> = None;
        for rules in &subsets {
            let outcome = search(rules)?;
            let found = kept(&outcome);
            let n = |found: &Kept| found.0.len() + found.1.len();
            if best.as_ref().is_none_or(|(_, before)| n(&found) > n(before)) {
                best = Some((outcome, found));
            }
            if best.as_ref().is_some_and(|(outcome, _)| outcome.is_whole()) {
                break;
            }
        }
        let (outcome, found) = best?;
        let own = |(column, node): (usize, &usize)| match &plan.nodes[*node].kinds[..] {
            [Kind::Scalar(own)] if !table.is_given[column] => Some((column, (**own).clone())),
            _ => None,
        };
        let columns: Vec<(usize, Recipe)> = table.nodes.iter().enumerate().filter_map(own).collect();
        let programs = outcome.programs(&table, &columns).into_iter();
        Some((found, programs.map(|(column, program)| (nodes[column], program)).collect()))
    }
}

impl<'a> Linker<'a> {
    /// The dependencies whose fields all stand in one row or above it, field by field.
    fn parts(&self, plan: &Plan) -> Vec<Part> {
        let mut parts = Vec::new();
        for (index, relationship) in self.rules.relationships.iter().enumerate() {
            let Relationship::FunctionalDep { lhs, rhs, confidence, .. } = relationship else { continue };
            let Some(left) = lhs.iter().map(|path| self.node(path)).collect::<Option<Vec<_>>>() else {
                continue;
            };
            let is_simple = left.is_empty() || left.iter().any(|node| self.is_unique(*node));
            if is_simple || confidence.get() < super::bind::MIN_CONFIDENCE {
                continue;
            }
            for (at, path) in rhs.iter().enumerate() {
                let Some(right) = self.node(path).filter(|node| !left.contains(node)) else { continue };
                let part =
                    Part { name: (index, at), left: left.clone(), right, confidence: confidence.get() };
                if self.deepest(plan, &part).is_some() && !self.has_one_value(plan, path) {
                    parts.push(part);
                }
            }
        }
        parts
    }

    /// The scope that all fields of a dependency stand in or above.
    fn deepest(&self, plan: &Plan, part: &Part) -> Option<usize> {
        let scope = |node: usize| plan.nodes[node].scope;
        let is_below = |own: usize| part.nodes().all(|other| divisor(plan, own, scope(other)).is_some());
        part.nodes().map(scope).find(|own| is_below(*own) && self.ordinals[*own].is_some())
    }

    /// Gives tables and decided fields what they depend on beyond themselves.
    pub(crate) fn with_outside(&self, plan: &Plan, bonds: Vec<Bond<'a>>) -> Vec<Bond<'a>> {
        let parts = self.parts(plan);
        let mut all: Vec<Bond<'a>> = bonds.into_iter().map(|bond| self.opened(plan, bond)).collect();
        for part in &parts {
            let has_bond = |bond: &Bond<'_>| match bond {
                Bond::Outside(own) => part.nodes().any(|node| {
                    own.targets().contains(&node) && Some(plan.nodes[node].scope) == self.deepest(plan, part)
                }),
                _ => false,
            };
            if !all.iter().any(has_bond)
                && let Some(bond) = self.opening(plan, part, &all)
            {
                all.push(Bond::Outside(bond));
            }
        }
        for at in 0..all.len() {
            self.reach_out(plan, &parts, at, &mut all);
        }
        all.retain(|bond| match bond {
            Bond::Outside(own) => !matches!(own.otherwise, Otherwise::Nothing) || !own.parts.is_empty(),
            _ => true,
        });
        all
    }

    fn opened(&self, plan: &Plan, bond: Bond<'a>) -> Bond<'a> {
        let open = |table, otherwise| {
            Bond::Outside(OutsideBond {
                table,
                otherwise,
                outside: Vec::new(),
                parts: Vec::new(),
                is_overlay: false,
            })
        };
        match bond {
            Bond::Tabled(table) => open(table, Otherwise::Table),
            Bond::Decided(decided) => {
                let table = self.plain_table(plan, vec![decided.target]);
                open(table, Otherwise::Decided(decided))
            }
            other => other,
        }
    }

    /// A bond for a field of a dependency that none decides yet, the one that follows if possible; else for one that
    /// refers to other rows.
    fn opening(&self, plan: &Plan, part: &Part, bonds: &[Bond<'a>]) -> Option<OutsideBond<'a>> {
        let scope = self.deepest(plan, part)?;
        let bound: BTreeSet<usize> = bonds.iter().flat_map(Bond::targets).collect();
        let nodes: Vec<usize> = std::iter::once(part.right).chain(part.left.iter().copied()).collect();
        let stands = |node: &&usize| plan.nodes[**node].scope == scope;
        let is_free = |node: &&usize| {
            let is_person = match &plan.nodes[**node].kinds[..] {
                [Kind::Scalar(recipe)] => recipe.as_person().is_some(),
                _ => true,
            };
            self.is_tablable(plan, **node, &bound) && !is_person
        };
        let refers = |node: &&usize| {
            let of = |bond: &&Bond<'_>| bond.targets().contains(*node);
            let mut own = bonds.iter().filter(of);
            let is_only = matches!((own.next(), own.next()), (Some(bond), None) if bond.refers_freely());
            is_only
                && matches!(&plan.nodes[**node].kinds[..], [Kind::Scalar(_)])
                && self.is_drawn(plan, **node)
        };
        let free = nodes.iter().filter(stands).find(is_free);
        let (node, is_overlay) = match free {
            Some(node) => (*node, false),
            None => (*nodes.iter().filter(stands).find(refers)?, true),
        };
        Some(OutsideBond {
            table: self.plain_table(plan, vec![node]),
            otherwise: Otherwise::Nothing,
            outside: Vec::new(),
            parts: Vec::new(),
            is_overlay,
        })
    }

    /// Adds the fields that the dependencies of a bond need beyond it, but for those that need the bond themselves.
    fn reach_out(&self, plan: &Plan, parts: &[Part], at: usize, all: &mut [Bond<'a>]) {
        let Bond::Outside(own) = &all[at] else { return };
        let (targets, members) = (own.targets(), own.table.nodes.clone());
        let Some(scope) = targets.first().map(|node| plan.nodes[*node].scope) else { return };
        let mut taken = Vec::new();
        let mut outside: BTreeSet<usize> = BTreeSet::new();
        for part in parts {
            let is_own = part.nodes().any(|node| targets.contains(&node))
                && self.deepest(plan, part).is_some_and(|deepest| deepest == scope);
            let others: Vec<usize> = part.nodes().filter(|node| !members.contains(node)).collect();
            let is_made = |node: usize| {
                self.path_of_node(node).is_some_and(|path| self.keeps_keys(plan, node, &path))
                    && !plan.nodes[node].scalar_kinds().is_empty()
            };
            let is_free = |node: &usize| !reaches(all, *node, at);
            if is_own && part.nodes().all(is_made) && others.iter().all(is_free) {
                outside.extend(others);
                taken.push(part.clone());
            }
        }
        if let Bond::Outside(own) = &mut all[at] {
            own.outside = outside.into_iter().collect();
            own.parts = taken;
        }
    }
}

/// Tells whether what decides a node needs what the bond at a position decides.
fn reaches(bonds: &[Bond<'_>], node: usize, at: usize) -> bool {
    let mut open = vec![node];
    let mut seen = BTreeSet::new();
    while let Some(node) = open.pop() {
        for (other, bond) in bonds.iter().enumerate() {
            if bond.targets().contains(&node) && seen.insert(other) {
                if other == at {
                    return true;
                }
                open.extend(bond.needs());
                // All fields of a bond are made together.
                open.extend(bond.targets());
            }
        }
    }
    false
}
