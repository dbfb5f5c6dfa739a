//! Relationships of the type `transition`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::{JsonPath, cast};
use synth_rules::{Literal, Relationship};

use super::{Along, Blocks, Chain, Chained, Machine, Runs};
use crate::column::FIRST_KIND;
use crate::computed::divisor;
use crate::link::{Linker, programs};
use crate::measure::Measure;
use crate::memo::{List, Memo};
use crate::ordering::bind::only_recipe;
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;
use crate::reference::texts_of;
use crate::shelf::Programs;
use crate::site::{Row, Site};
use crate::value_table::certainty;

/// Longest array whose states are made as a whole.
const MAX_CHAIN: u64 = 4096;

/// A field of states, with its place in the plan.
pub(crate) struct ChainBond {
    /// Position among the relationships.
    index: usize,
    pub(crate) target: usize,
    /// Which kind of the target has the states.
    kind: usize,
    entity: Option<usize>,
    order: Option<usize>,
}

/// The states as the target's own program has them.
struct States {
    literals: Vec<u32>,
    machine: Machine,
    ends: Vec<f64>,
    /// Shares of the values.
    weights: Vec<f64>,
}

impl States {
    /// Reads a machine; states that the field's rule does not have are left out.
    fn of(relationship: &Relationship, own: &Recipe) -> Option<Self> {
        let Relationship::Transition { states, initial, last, matrix, .. } = relationship else {
            return None;
        };
        let literals = literals_of(own, states);
        let n_known = literals.iter().filter(|literal| literal.is_some()).count();
        if n_known < 2 || states.len() > usize::from(u8::MAX) {
            return None;
        }
        let weight = |literal: &Option<usize>| literal.map_or(0.0, |literal| own.share_of_literal(literal));
        let weights: Vec<f64> = literals.iter().map(weight).collect();
        let known = |shares: &[f64]| -> Vec<f64> {
            shares
                .iter()
                .zip(&literals)
                .map(|(share, known)| if known.is_some() { *share } else { 0.0 })
                .collect()
        };
        let rows: Vec<Vec<f64>> = matrix.iter().map(|row| known(row)).collect();
        let initial = if initial.is_empty() { weights.clone() } else { known(initial) };
        // How likely a run is to end in a state when it is there.
        let hazard = |(last, weight): (&f64, &f64)| if *weight > 0.0 { last / weight } else { 0.0 };
        let ends = match &last[..] {
            [] => vec![1.0; states.len()],
            last => known(last).iter().zip(&weights).map(hazard).collect(),
        };
        let literals = literals.into_iter().map(|literal| cast::to_u32(literal.unwrap_or(0))).collect();
        Some(Self { literals, machine: Machine::new(initial, &rows), ends, weights })
    }
}

/// For each state the literal that equals it.
fn literals_of(own: &Recipe, states: &[Literal]) -> Vec<Option<usize>> {
    let cases = own.cases(states).unwrap_or_default();
    (0..states.len()).map(|state| cases.iter().position(|case| *case == Some(state))).collect()
}

impl ChainBond {
    /// The nodes whose programs must be known.
    pub(crate) fn needs(&self) -> Vec<usize> {
        self.entity.into_iter().chain(self.order).collect()
    }

    /// Makes the target's values follow each other; returns the relationship if it is kept.
    pub(crate) fn bind(
        &self,
        plan: &mut Plan,
        (linker, before): (&Linker<'_>, &Arc<Plan>),
        kept: &BTreeSet<usize>,
    ) -> Option<usize> {
        let Some(Kind::Scalar(own)) = plan.nodes[self.target].kinds.get(self.kind) else { return None };
        let own = (**own).clone();
        let states = States::of(&linker.rules.relationships[self.index], &own)?;
        let site = linker.site(before, self.target, None);
        let seed = linker.seed.child(&linker.path_of(self.target)).child("states");
        let code = FIRST_KIND.saturating_add(u8::try_from(self.kind).ok()?);
        let mut chain =
            Chain { along: Along::Listed { ordinals: Vec::new(), states: Vec::new() }, site, code, seed };
        chain.along = self.along(plan, (linker, before, kept), &states, &chain)?;
        let chained = Chained { chain: Arc::new(chain), literals: states.literals.into(), own };
        plan.nodes[self.target].kinds[self.kind] = Kind::Scalar(Arc::new(Recipe::chained(chained)));
        Some(self.index)
    }

    /// Chooses how the rows are walked along; `None` when there is no way to keep all moves.
    fn along(
        &self,
        plan: &Plan,
        (linker, before, kept): (&Linker<'_>, &Arc<Plan>, &BTreeSet<usize>),
        states: &States,
        chain: &Chain,
    ) -> Option<Along> {
        let scope = plan.nodes[self.target].scope;
        let collection = plan.collection_of(scope).map(|at| &plan.collections[at]);
        let is_whole = collection.is_some_and(|collection| !collection.streamed);
        if self.entity.is_none()
            && let Some(collection) =
                collection.filter(|collection| is_whole && collection.stride <= MAX_CHAIN)
        {
            return Runs::new(states.machine.clone(), &states.ends, collection.stride).map(Along::Arrays);
        }
        let is_in_order = is_whole || self.order.is_none_or(|order| linker.rises(plan, order, kept));
        let is_certain =
            certainty(plan, self.target, None) == Some(true) && plan.nodes[self.target].kinds.len() == 1;
        if self.entity.is_none() && is_in_order && is_certain {
            let blocks = Blocks::new(&states.machine, &states.ends, &states.weights);
            return blocks.map(|blocks| Along::Blocks(Box::new(blocks)));
        }
        let is_by_element = is_whole && self.entity.is_none();
        if is_by_element { None } else { self.listed(plan, (linker, before), states, chain) }
    }

    /// Finds the states of all rows, entity by entity.
    fn listed(
        &self,
        plan: &Plan,
        (linker, before): (&Linker<'_>, &Arc<Plan>),
        states: &States,
        chain: &Chain,
    ) -> Option<Along> {
        let mut rows = chain.site.rows(&linker.memo)?;
        rows.retain(|row| row.code == chain.code);
        let memo = Memo::default();
        let list = memo.list(&rows.iter().map(|row| row.ordinal).collect::<Vec<u64>>());
        let texts = |node: usize| self.texts(plan, (linker.site(before, node, None), node), &list, &memo);
        let entities = match self.entity {
            Some(entity) => texts(entity)?,
            None => vec![Some(String::new()); rows.len()],
        };
        let order: Vec<Option<f64>> = match self.order {
            None => vec![Some(0.0); rows.len()],
            Some(order) => {
                let measure = Measure::of(only_recipe(plan, order)?)?;
                texts(order)?.iter().map(|text| measure.read(text.as_deref()?)).collect()
            }
        };
        let mut runs: BTreeMap<String, Vec<(f64, Row)>> = BTreeMap::new();
        for (row, (entity, at)) in rows.into_iter().zip(entities.into_iter().zip(order)) {
            if let (Some(entity), Some(at)) = (entity, at) {
                runs.entry(entity).or_default().push((at, row));
            }
        }
        let longest = cast::to_u64(runs.values().map(Vec::len).max().unwrap_or(0));
        let machine = Runs::new(states.machine.clone(), &states.ends, longest)?;
        let mut found: Vec<(u64, u8)> = Vec::new();
        for run in runs.values_mut() {
            run.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.ordinal.cmp(&right.1.ordinal)));
            let made = machine.run(run.len(), |visit| chain.seed.uniform(run[visit].1.address));
            found.extend(run.iter().zip(made).map(|((_, row), state)| (row.ordinal, state)));
        }
        found.sort_unstable();
        let (ordinals, states) = found.into_iter().unzip();
        Some(Along::Listed { ordinals, states })
    }

    /// The values of a field of the rows, or of rows above them, as text.
    fn texts(
        &self,
        plan: &Plan,
        (site, node): (Site, usize),
        list: &List,
        memo: &Memo,
    ) -> Option<Vec<Option<String>>> {
        let divisor = divisor(plan, plan.nodes[self.target].scope, plan.nodes[node].scope)?;
        let programs: Arc<Programs> = programs(plan, node).into();
        let rows = site.rows_of(&memo.above(list, divisor), memo);
        let made = texts_of(&rows, &programs, memo);
        let text = |(at, row): (usize, &Option<Row>)| row.map(|_| made.get(at).to_owned());
        Some(rows.rows.iter().enumerate().map(text).collect())
    }
}

impl Linker<'_> {
    /// Reads the relationships as chains of states that may be made; `bound` are the nodes that something else decides.
    pub(crate) fn chains(&self, plan: &Plan, bound: &BTreeSet<usize>) -> Vec<ChainBond> {
        let relationships = self.rules.relationships.iter().enumerate();
        relationships
            .filter_map(|(index, relationship)| self.chain(plan, (index, relationship), bound))
            .collect()
    }

    fn chain(
        &self,
        plan: &Plan,
        (index, relationship): (usize, &Relationship),
        bound: &BTreeSet<usize>,
    ) -> Option<ChainBond> {
        let Relationship::Transition { path, entity, order, states, .. } = relationship else { return None };
        let target = self.node(path).filter(|node| !bound.contains(node))?;
        let node = |path: &Option<JsonPath>| match path {
            None => Some(None),
            Some(path) => self.node(path).map(Some),
        };
        let (entity, order) = (node(entity)?, node(order)?);
        let has_states = |kind: &Kind| match kind {
            Kind::Scalar(own) => {
                literals_of(own, states).iter().filter(|literal| literal.is_some()).count() >= 2
            }
            Kind::Object | Kind::Array => false,
        };
        let kind = plan.nodes[target].kinds.iter().position(has_states)?;
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == target);
        let is_key = plan.collections.iter().any(|collection| collection.keys == Some(target));
        let is_possible = !is_tag
            && !is_key
            && !self.is_unique(target)
            && !self.is_asked_for(path)
            && ![entity, order].contains(&Some(target))
            && self.ordinals[plan.nodes[target].scope].is_some();
        is_possible.then_some(ChainBond { index, target, kind, entity, order })
    }

    /// Tells whether other relationships decide a field, or look for rows by it.
    fn is_asked_for(&self, path: &JsonPath) -> bool {
        self.rules.relationships.iter().any(|other| match other {
            Relationship::FunctionalDep { rhs, .. } => rhs.contains(path),
            Relationship::PrimaryKey { when: Some(when), .. }
            | Relationship::Unique { when: Some(when), .. }
            | Relationship::ForeignKey { parent_when: Some(when), .. } => when.path == *path,
            _ => false,
        })
    }

    /// Tells whether a field rises from row to row.
    fn rises(&self, plan: &Plan, node: usize, kept: &BTreeSet<usize>) -> bool {
        let is_it = |path: &JsonPath| self.node(path) == Some(node);
        let rises = |index: &usize| match &self.rules.relationships[*index] {
            Relationship::Ordering { low, high, next_record, next_element, confidence, .. } => {
                (*next_record || *next_element) && confidence.is_one() && is_it(low) && is_it(high)
            }
            _ => false,
        };
        only_recipe(plan, node).is_some_and(Recipe::rises) || kept.iter().any(rises)
    }
}
