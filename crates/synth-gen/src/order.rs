//! The order in which the columns of a scope are filled.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::PathId;

use crate::error::{ErrorKind, Errors};
use crate::outline::Outline;
use crate::plan::{Gate, Plan, Step};

/// Sets the steps of every scope: a column comes behind the column above it and behind the case columns its
/// presence follows, a case column behind its discriminator. Otherwise the order of the rules is kept.
pub(crate) fn arrange(
    plan: &mut Plan,
    node_of: &BTreeMap<PathId, usize>,
    outline: &Outline<'_>,
    errors: &mut Errors,
) {
    let stuck = arrange_from(plan, (0..plan.nodes.len()).map(|node| (0, node)).collect());
    let stuck = node_of.iter().find(|(_, node)| stuck.contains(node));
    if let Some((id, _)) = stuck {
        errors.push(ErrorKind::Cycle, &outline.path(*id));
    }
}

/// Puts the columns that follow from others behind those, as far as possible: what is filled is not made again.
/// `bound` are the nodes that follow from others, in the order in which they were bound.
pub(crate) fn follow(plan: &mut Plan, bound: &[usize]) {
    let rank = |node: usize| bound.iter().rposition(|target| *target == node).map_or(0, |at| at + 1);
    let waiting = (0..plan.nodes.len()).map(|node| (rank(node), node)).collect();
    arrange_from(plan, waiting);
}

/// Sets the steps of nodes, those of a low rank first; returns the nodes that stand in a circle.
fn arrange_from(plan: &mut Plan, mut waiting: BTreeSet<(usize, usize)>) -> BTreeSet<usize> {
    plan.scopes.iter_mut().for_each(|scope| scope.steps.clear());
    let mut done: BTreeSet<Step> = BTreeSet::new();
    while !waiting.is_empty() {
        let mut ready = Vec::new();
        for &(rank, node) in &waiting {
            if let Some(cases) = ready_behind(plan, node, &done) {
                let scope = plan.nodes[node].scope;
                for step in cases.into_iter().chain([Step::Column(node)]) {
                    if done.insert(step) {
                        plan.scopes[scope].steps.push(step);
                    }
                }
                ready.push((rank, node));
            }
        }
        if ready.is_empty() {
            break;
        }
        ready.iter().for_each(|node| _ = waiting.remove(node));
    }
    waiting.into_iter().map(|(_, node)| node).collect()
}

/// Returns the case columns a node needs first, or `None` while something they or it need is not done.
fn ready_behind(plan: &Plan, node: usize, done: &BTreeSet<Step>) -> Option<Vec<Step>> {
    let plan_node = &plan.nodes[node];
    if let Gate::Part { of, .. } = plan_node.gate
        && !done.contains(&Step::Column(of))
    {
        return None;
    }
    let cases = plan_node.case_columns().map(|column| {
        let case_column = &plan.case_columns[column];
        // A discriminator of a scope above is filled before this scope is begun.
        let is_done = case_column.levels > 0 || done.contains(&Step::Column(case_column.discriminator));
        is_done.then_some(Step::Cases(column))
    });
    cases.collect()
}
