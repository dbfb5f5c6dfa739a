//! Which ends of orders move, where fields of a row and elements below it take turns.

use std::collections::{BTreeMap, BTreeSet};

use synth_rules::Movement;

use super::bind::{Order, Step};
use crate::computed::divisor;
use crate::link::Linker;
use crate::plan::Plan;

/// How often a field stands behind an array before it is taken for part of a circle.
const MAX_LEVEL: usize = 16;

/// Orders between a row and the elements below it, read as a chain.
///
/// # Method
///
/// A field that is never below the elements of an array is made of the last of them, if the elements start from a field of
/// the row themselves (`opened_at <= messages[].at <= closed_at`): it stands one level behind them. Fields that are not
/// below it stand behind the array as well. A field is moved by orders with fields of its level; those of lower levels
/// are given.
pub(super) struct Levels<'o> {
    orders: &'o [Order],
    level: BTreeMap<usize, usize>,
    /// Positions in `orders` of those whose larger end is made of elements.
    behind: BTreeSet<usize>,
}

impl<'o> Levels<'o> {
    pub(super) fn of(
        linker: &Linker<'_>,
        plan: &Plan,
        orders: &'o [Order],
        is_free: &impl Fn(usize) -> bool,
    ) -> Self {
        let is_behind = |order: &Order| {
            is_of_elements(plan, order)
                && is_free(order.high)
                && !is_placed(linker, plan, order.high)
                && !orders.iter().any(|other| {
                    other.step == Step::NextRecord && (other.low == order.high || other.high == order.high)
                })
                && has_floor(plan, orders, order.low)
        };
        let behind = (0..orders.len()).filter(|at| is_behind(&orders[*at])).collect();
        let mut levels = Self { orders, level: BTreeMap::new(), behind };
        levels.climb();
        levels
    }

    /// Raises fields to the level that their orders put them on; those in a circle end at the largest one.
    fn climb(&mut self) {
        let mut is_stable = false;
        while !is_stable {
            is_stable = true;
            for (at, order) in self.orders.iter().enumerate() {
                let wanted = self.level(order.low) + usize::from(self.behind.contains(&at));
                if order.step == Step::SameRow && self.level(order.high) < wanted.min(MAX_LEVEL) {
                    self.level.insert(order.high, wanted);
                    is_stable = false;
                }
            }
        }
    }

    fn level(&self, node: usize) -> usize {
        self.level.get(&node).copied().unwrap_or(0)
    }

    /// The ends of an order that may be moved: those of the deeper scope, as the values above are there before, unless
    /// the larger one is made of elements; of two fields of a row the one behind the other.
    pub(super) fn free_ends(&self, plan: &Plan, at: usize, is_free: &impl Fn(usize) -> bool) -> Vec<usize> {
        let order = &self.orders[at];
        if self.behind.contains(&at) {
            return vec![order.high];
        }
        let [low, high] = [order.low, order.high].map(|node| plan.nodes[node].scope);
        let deeper = if divisor(plan, low, high).is_some() { low } else { high };
        let mut ends = vec![order.low, order.high];
        ends.retain(|node| plan.nodes[*node].scope == deeper && is_free(*node));
        if low == high && order.step == Step::SameRow {
            let last = self.level(order.low).max(self.level(order.high));
            ends.retain(|node| self.level(*node) == last);
        }
        ends.dedup();
        ends
    }
}

/// Tells whether an order is one of the elements of an array and a field of a row that holds it.
fn is_of_elements(plan: &Plan, order: &Order) -> bool {
    let [low, high] = [order.low, order.high].map(|node| plan.nodes[node].scope);
    order.step == Step::SameRow && low != high && divisor(plan, low, high).is_some()
}

/// Tells whether a field of elements is never below one of a row above them.
fn has_floor(plan: &Plan, orders: &[Order], node: usize) -> bool {
    let mut reached = BTreeSet::from([node]);
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        for order in orders.iter().filter(|order| order.high == node && order.step == Step::SameRow) {
            if plan.nodes[order.low].scope != plan.nodes[node].scope {
                return true;
            }
            if reached.insert(order.low) {
                waiting.push(order.low);
            }
        }
    }
    false
}

/// Tells whether the place of a row along a time decides a field.
fn is_placed(linker: &Linker<'_>, plan: &Plan, node: usize) -> bool {
    linker.rules.along.iter().zip(&plan.lines).filter(|(_, line)| line.is_some()).any(|(along, _)| {
        let movement = linker.path_of_node(node).and_then(|path| along.fields.get(&path).copied());
        let is_moved = matches!(movement, Some(Movement::Rises { .. } | Movement::Falls));
        linker.node(&along.time) == Some(node) || is_moved
    })
}
