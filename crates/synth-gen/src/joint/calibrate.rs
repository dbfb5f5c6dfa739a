//! Fields that look at what is given keep their marginal distribution, however that comes.
//!
//! What relationships decide has not always the distribution that it had in the sample: parents that references draw are others, and what
//! follows by a dependency may follow in a made-up way. A tree that looks there would pass that on to its field, although the rules
//! own the marginal distribution. So before a stage is drawn, some rows are drawn as a trial, and codes that come too often or
//! too rarely get a weight (see `raking_weights`). Laws are found once, when they are first asked for, and are a function of
//! the plan alone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use synth_core::cast;
use synth_stats::joint::{Sampler, raking_weights};

use super::{Field, Joint, Run};
use crate::memo::Memo;
use crate::plan::{Gate, Plan};
use crate::spots::Spots;

/// Rows that are drawn as a trial, and fewest that say anything.
const N_ROWS: u64 = 4096;
const MIN_ROWS: usize = 64;
/// Trials: fields that look at each other settle within a few.
const ROUNDS: usize = 3;

/// How the fields of one stage are drawn.
#[derive(Debug, Default)]
pub(crate) struct Laws {
    pub(super) stage: usize,
    /// By field the one that takes the place of its own; none for all others, and where nothing has another law.
    fields: Vec<Option<Law>>,
}

/// By field the leaf of each row of a trial.
pub(super) type Trial = RefCell<Vec<Vec<usize>>>;

/// One stage that is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawing<'l> {
    pub(super) laws: &'l Laws,
    /// Where leaves are put down.
    trial: Option<&'l Trial>,
}

/// How a field is drawn.
#[derive(Debug)]
pub(super) struct Law {
    pub(super) sampler: Sampler,
    pub(super) run: Option<Run>,
}

impl<'l> Drawing<'l> {
    pub(super) fn by(laws: &'l Laws) -> Self {
        Self { laws, trial: None }
    }

    /// Returns the law of a field whose row came to a leaf, if it is not its own.
    pub(super) fn law(&self, field: usize, leaf: usize) -> Option<&'l Law> {
        if let Some(trial) = self.trial {
            trial.borrow_mut()[field].push(leaf);
        }
        self.laws.fields.get(field)?.as_ref()
    }
}

/// Finds the fields whose marginal distribution is kept; returns the scopes and stages with such fields.
///
/// These look at something given, by whatever way, and whether the object is there that holds them is known before.
pub(super) fn find_kept(joint: &mut Joint, plan: &Plan) -> Vec<(usize, usize)> {
    let mut stages = Vec::new();
    for scope in 0..joint.scopes.len() {
        for at in 0..joint.scopes[scope].fields.len() {
            let field = &joint.scopes[scope].fields[at];
            let is_moved = field.run.as_ref().is_none_or(|run| !run.motion.is_rising());
            let is_free = field.stage > 0 && field.latent.is_none() && field.walk.is_none() && is_moved;
            let is_held_before = |node| is_known_before(joint, plan, (node, field.stage));
            let keeps = is_free && field.node.is_some_and(is_held_before);
            if keeps {
                stages.push((scope, field.stage));
            }
            joint.scopes[scope].fields[at].keeps_marginal = keeps;
        }
    }
    stages.sort_unstable();
    stages.dedup();
    stages
}

/// Tells whether the codes of earlier stages say if the objects around a node are there.
fn is_known_before(joint: &Joint, plan: &Plan, (node, stage): (usize, usize)) -> bool {
    let mut gate = &plan.nodes[node].gate;
    while let Gate::Part { of, .. } = gate {
        let holder = &plan.nodes[*of];
        let is_drawn = |field: usize| joint.stage_of(holder.scope, field) < stage;
        let is_known = holder.presence.by_case.is_empty()
            && holder.modelled.is_none_or(|modelled| !holder.is_open() || is_drawn(modelled.field));
        if !is_known {
            return false;
        }
        gate = &holder.gate;
    }
    true
}

impl Plan {
    /// Hands the laws of a stage over, which are found when they are first wanted.
    pub(super) fn with_laws<T>(&self, scope: usize, stage: usize, draw: impl FnOnce(&Laws) -> T) -> T {
        let parts = self.late.parts();
        match parts.laws.get(&(scope, stage)) {
            Some(known) => draw(known.get_or_init(|| self.find_laws(scope, stage))),
            None => draw(&Laws { stage, ..Laws::default() }),
        }
    }

    /// Finds the laws of a stage by trials; what earlier stages draw is drawn by their own.
    fn find_laws(&self, scope: usize, stage: usize) -> Laws {
        let mut laws = Laws { stage, ..Laws::default() };
        let Some(model) = self.joint.staged(scope) else { return laws };
        let memo = Memo::default();
        let rows = self.trial_rows(scope, model.looks_back, &memo);
        let spots = self.spots(scope, &memo.list(&rows), &memo);
        if let Some(before) = stage.checked_sub(1) {
            self.draw_codes(&spots, before, &memo);
        }
        let above = std::iter::successors(spots.above.as_ref(), |above| above.above.as_ref());
        above.for_each(|above| self.draw_codes(above, stage, &memo));
        self.put_given(model, (&spots, stage), &memo);
        let held = |field: &Field| {
            let node = field.node.filter(|_| field.keeps_marginal && field.stage == stage)?;
            Some(self.held_at(node, &spots, &memo))
        };
        let held: Vec<Option<Vec<bool>>> = model.fields.iter().map(held).collect();
        for _ in 0..ROUNDS {
            let trial = RefCell::new(vec![Vec::new(); model.fields.len()]);
            self.draw_stage(model, (&spots, Drawing { laws: &laws, trial: Some(&trial) }), &memo);
            let leaves = trial.into_inner();
            let law = |(at, held): (usize, &Option<Vec<bool>>)| {
                weighed(&model.fields[at], (&leaves[at], held.as_ref()?))
            };
            laws.fields = held.iter().enumerate().map(law).collect();
        }
        laws
    }

    /// Tells for each instance whether the object that holds a node is there.
    fn held_at(&self, node: usize, spots: &Rc<Spots>, memo: &Memo) -> Vec<bool> {
        let Gate::Part { of, mask } = self.nodes[node].gate else { return spots.is_there.clone() };
        if self.nodes[of].scope != spots.scope {
            return spots.is_there.clone();
        }
        let kinds = self.kinds_at(of, spots, memo);
        kinds.iter().zip(&spots.is_there).map(|(kind, is_there)| *is_there && mask.has(*kind)).collect()
    }

    /// Some instances of a scope, spread over all of them; of arrays that look back from the first element on.
    fn trial_rows(&self, scope: usize, looks_back: bool, memo: &Memo) -> Vec<u64> {
        let (Some(above), Some(collection)) = (self.scopes[scope].above, self.collection_of(scope)) else {
            return spread(self.n_records, N_ROWS).collect();
        };
        let owners = self.trial_rows(above, false, memo);
        let spots = self.spots(above, &memo.list(&owners), memo);
        let lengths = self.lengths_at(collection, &spots, memo);
        let stride = self.collections[collection].stride;
        let of = |at: usize| lengths[at].unwrap_or(0);
        let n_all: u64 = (0..owners.len()).map(of).fold(0, u64::saturating_add);
        let mut rows = Vec::new();
        if looks_back {
            // Whole arrays, as many as there is room for.
            let step = cast::to_usize(n_all.div_ceil(N_ROWS).max(1));
            for at in (0..owners.len()).step_by(step) {
                let room = N_ROWS - cast::to_u64(rows.len()).min(N_ROWS);
                rows.extend((0..of(at).min(room)).map(|index| (at, index)));
            }
        } else {
            let (mut at, mut first) = (0, 0);
            for place in spread(n_all, N_ROWS) {
                while place - first >= of(at) {
                    first += of(at);
                    at += 1;
                }
                rows.push((at, place - first));
            }
        }
        rows.into_iter().map(|(at, index)| owners[at].wrapping_mul(stride).wrapping_add(index)).collect()
    }
}

/// At most so many of the numbers below `n_all`, evenly spread.
fn spread(n_all: u64, n_most: u64) -> impl Iterator<Item = u64> {
    let n = n_all.min(n_most);
    let place = move |at: u64| u128::from(at) * u128::from(n_all) / u128::from(n.max(1));
    (0..n).map(move |at| u64::try_from(place(at)).unwrap_or(u64::MAX))
}

/// The law of a field whose rows came to these leaves, if it is not its own.
fn weighed(field: &Field, (leaves, held): (&[usize], &[bool])) -> Option<Law> {
    let mut rows: BTreeMap<usize, f64> = BTreeMap::new();
    for (leaf, _) in leaves.iter().zip(held).filter(|(_, is_held)| **is_held) {
        *rows.entry(*leaf).or_default() += 1.0;
    }
    if held.iter().filter(|is_held| **is_held).count() < MIN_ROWS {
        return None;
    }
    let n_codes = u16::try_from(field.draws.len()).unwrap_or(u16::MAX);
    let rows: Vec<(usize, f64)> = rows.into_iter().collect();
    let sampler = field.sampler.reweighed(&raking_weights(&field.sampler, n_codes, &rows)?);
    let run = field.run.as_ref().map(|run| run.reweighed(&sampler));
    match run {
        Some(None) => None,
        run => Some(Law { sampler, run: run.flatten() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_are_spread_over_all_rows() {
        assert_eq!(spread(3, 10).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(spread(20, 4).collect::<Vec<_>>(), [0, 5, 10, 15]);
        assert_eq!(spread(0, 4).count(), 0);
    }
}
