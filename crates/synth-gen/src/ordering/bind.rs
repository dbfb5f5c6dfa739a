//! Relationships of the type `ordering`, gathered into groups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use synth_core::{Gap, JsonPath};
use synth_rules::Relationship;
use synth_rules::relationship::{Operation, Term};

use super::levels::Levels;
use super::{Draw, Edge, Given, Group, Member, Ordered, Place, Reach, Run};
use crate::along::bind::course_of;
use crate::computed::divisor;
use crate::link::{Linker, programs};
use crate::measure::Measure;
use crate::plan::{Kind, Plan};
use crate::recipe::Recipe;
use crate::settled::length;

/// Longest array whose elements are made one after the other.
const MAX_CHAIN: u64 = 4096;

/// An order between two nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    index: usize,
    pub(super) low: usize,
    pub(super) high: usize,
    is_strict: bool,
    /// How far apart the values are at least and at most.
    gaps: [Option<Gap>; 2],
    pub(super) step: Step,
}

/// What lies between the two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    SameRow,
    NextElement,
    NextRecord,
}

/// Fields of one scope that are to be made together.
pub(crate) struct OrderBond {
    /// Smaller ones first.
    pub(crate) members: Vec<usize>,
    pub(crate) givens: Vec<usize>,
    orders: Vec<Order>,
    run: Run,
    /// Positions among the relationships.
    pub(crate) kept: Vec<usize>,
}

impl OrderBond {
    /// Tells whether rows far away decide the end of an order that would be drawn; those of short arrays are made one
    /// after the other.
    fn is_led(&self, order: &Order) -> bool {
        if matches!(self.run, Run::Rows | Run::Array { .. }) {
            return false;
        }
        let end = if self.members.contains(&order.high) { order.high } else { order.low };
        let is_along = |other: &&Order| other.step != Step::SameRow;
        self.orders.iter().filter(is_along).any(|other| other.high == end || other.low == end)
    }

    /// Makes the members' values follow their order.
    pub(crate) fn bind(&self, plan: &mut Plan, linker: &Linker<'_>, before: &Arc<Plan>) {
        let scope = plan.nodes[self.members[0]].scope;
        let place = |node: usize| match self.members.iter().position(|member| *member == node) {
            Some(member) => Some(Place::Member(member)),
            None => self.givens.iter().position(|given| *given == node).map(Place::Given),
        };
        let edge = |order: &Order| {
            let [min_gap, max_gap] = order.gaps;
            let (low, high) = (place(order.low)?, place(order.high)?);
            let gap = linker.draw(plan, order).filter(|_| !self.is_led(order)).map(Arc::new);
            Some(Edge { low, high, is_strict: order.is_strict, min_gap, max_gap, gap })
        };
        let edges = |is_within: bool| {
            let wanted = move |order: &&Order| (order.step == Step::SameRow) == is_within;
            self.orders.iter().filter(wanted).filter_map(edge).collect()
        };
        let member = |node: &usize| {
            let measure = Measure::of(only_recipe(plan, *node)?)?;
            Some(Member { site: linker.site(before, *node, None), measure })
        };
        let given = |node: &usize| {
            Some(Given {
                site: linker.site(before, *node, None),
                reach: linker.reach(plan, before, (scope, plan.nodes[*node].scope))?,
                programs: programs(plan, *node).into(),
                measure: Measure::of(only_recipe(plan, *node)?)?,
            })
        };
        let (Some(members), Some(givens)) = (
            self.members.iter().map(member).collect::<Option<Vec<_>>>(),
            self.givens.iter().map(given).collect::<Option<Vec<_>>>(),
        ) else {
            return;
        };
        let path = linker.path_of(self.members[0]);
        let seed = linker.seed.child(&path).child("order");
        let (within, next) = (edges(true), edges(false));
        let course = course_of(linker, plan, (&self.members, &self.givens), seed);
        let group = Arc::new(Group { members, givens, within, next, run: self.run, seed, course });
        for (member, node) in self.members.iter().enumerate() {
            for kind in &mut plan.nodes[*node].kinds {
                if let Kind::Scalar(own) = kind {
                    let ordered = Ordered { group: Arc::clone(&group), member, own: (**own).clone() };
                    *own = Arc::new(Recipe::ordered(ordered));
                }
            }
        }
    }
}

/// The program of a node that has one kind of values, which have no parts.
pub(crate) fn only_recipe(plan: &Plan, node: usize) -> Option<&Recipe> {
    match &plan.nodes[node].kinds[..] {
        [Kind::Scalar(recipe)] => Some(recipe),
        _ => None,
    }
}

impl Linker<'_> {
    /// Gathers the orders that can be kept into groups; `bound` are the nodes that something else decides. Orders
    /// that hold anyway are added to `kept`.
    pub(crate) fn orders(
        &self,
        plan: &Plan,
        bound: &BTreeSet<usize>,
        kept: &mut BTreeSet<usize>,
    ) -> Vec<OrderBond> {
        let is_free = |node: usize| !bound.contains(&node) && self.is_movable(plan, node);
        let orders: Vec<Order> = (0..self.rules.relationships.len())
            .filter_map(|index| self.order(plan, index))
            .filter(|order| {
                let is_drawn = !bound.contains(&order.low) && !bound.contains(&order.high);
                let is_sure = self.holds_anyway(plan, order) || is_drawn && lies_apart(plan, order);
                if is_sure {
                    kept.insert(order.index);
                }
                !is_sure
            })
            .collect();
        let levels = Levels::of(self, plan, &orders, &is_free);
        let ends: Vec<Vec<usize>> =
            (0..orders.len()).map(|at| levels.free_ends(plan, at, &is_free)).collect();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for at in (0..orders.len()).filter(|at| !ends[*at].is_empty()) {
            let touches = |group: &Vec<usize>| {
                group.iter().any(|other| ends[*other].iter().any(|node| ends[at].contains(node)))
            };
            let (joined, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(touches);
            let mut one: Vec<usize> = joined.into_iter().flatten().chain([at]).collect();
            one.sort_by_key(|at| orders[*at].index);
            groups = rest;
            groups.push(one);
        }
        let bond = |group: &Vec<usize>| {
            let members: BTreeSet<usize> = group.iter().flat_map(|at| ends[*at].iter().copied()).collect();
            let orders: Vec<Order> = group.iter().map(|at| orders[*at]).collect();
            self.bond(plan, &orders, &members)
        };
        groups.iter().filter_map(bond).collect()
    }

    fn order(&self, plan: &Plan, index: usize) -> Option<Order> {
        let Relationship::Ordering { low, high, strict, next_element, next_record, min_gap, max_gap, .. } =
            &self.rules.relationships[index]
        else {
            return None;
        };
        let (low_node, high_node) = (self.source_of(plan, low)?, self.source_of(plan, high)?);
        let scopes = [low_node, high_node].map(|node| plan.nodes[node].scope);
        let step = match (next_element, next_record) {
            (true, _) => Step::NextElement,
            (_, true) => Step::NextRecord,
            _ => Step::SameRow,
        };
        let gaps = [*min_gap, *max_gap];
        let fits = |measure: Measure| gaps.into_iter().flatten().all(|gap| measure.has_gaps_like(gap));
        let are_measured = [low_node, high_node].iter().all(|node| {
            only_recipe(plan, *node).and_then(Measure::of).is_some_and(fits)
                && self.ordinals[plan.nodes[*node].scope].is_some()
        });
        let is_possible = match step {
            Step::SameRow => {
                low_node != high_node
                    && (divisor(plan, scopes[0], scopes[1]).is_some()
                        || divisor(plan, scopes[1], scopes[0]).is_some())
            }
            Step::NextElement => scopes[0] == scopes[1] && plan.scopes[scopes[0]].above.is_some(),
            Step::NextRecord => scopes == [0, 0],
        };
        (is_possible && are_measured).then_some(Order {
            index,
            low: low_node,
            high: high_node,
            is_strict: *strict,
            gaps,
            step,
        })
    }

    /// How far apart the two fields of an order are drawn, if that fits what they are.
    fn draw(&self, plan: &Plan, order: &Order) -> Option<Draw> {
        let Relationship::Ordering { gap: Some(distances), .. } = &self.rules.relationships[order.index]
        else {
            return None;
        };
        let measure = Measure::of(only_recipe(plan, order.high)?)?;
        let fits = |draw: &Draw| measure.has_gaps_like(draw.distance(0.0));
        Draw::of(distances).filter(fits)
    }

    /// How the rows of a scope come to the values of a given field of another.
    fn reach(&self, plan: &Plan, before: &Arc<Plan>, (scope, given): (usize, usize)) -> Option<Reach> {
        if let Some(divisor) = divisor(plan, scope, given) {
            return Some(Reach::Above(divisor));
        }
        let mut levels = Vec::new();
        let mut at = given;
        while at != scope {
            let collection = plan.collections.iter().find(|collection| collection.scope == at)?;
            levels.push(self.site(before, collection.item, None));
            at = plan.scopes[at].above?;
        }
        levels.reverse();
        Some(Reach::Last(levels))
    }

    /// The node of a path, or the one in its row that it copies without exception.
    fn source_of(&self, plan: &Plan, path: &JsonPath) -> Option<usize> {
        let node = self.node(path)?;
        let copies = self.rules.relationships.iter().enumerate().filter_map(|(index, other)| match other {
            Relationship::Arithmetic { target, operation: Operation::Copy, terms, confidence, .. }
                if target == path && confidence.is_one() =>
            {
                self.computed(plan, index, other)?;
                match &terms[..] {
                    [Term::Plain(source)] => self.node(source),
                    _ => None,
                }
            }
            _ => None,
        });
        let mut sources = copies.filter(|source| plan.nodes[*source].scope == plan.nodes[node].scope);
        Some(sources.next().unwrap_or(node))
    }

    /// Tells whether nothing but the field's own rule decides its values, so that an order may.
    fn is_movable(&self, plan: &Plan, node: usize) -> bool {
        let is_tag = plan.case_columns.iter().any(|column| column.discriminator == node);
        let is_key = plan.collections.iter().any(|collection| collection.keys == Some(node));
        let is_constant = only_recipe(plan, node).is_some_and(|recipe| recipe.n_literals() == 1)
            || self.follows_from_nothing(node);
        let is_line = plan.lines.iter().flatten().any(|line| line.is_fixed(node));
        !is_tag && !is_key && !self.is_unique(node) && !is_constant && !is_line
    }

    /// Tells whether a dependency says that a field has one value in all rows.
    fn follows_from_nothing(&self, node: usize) -> bool {
        self.rules.relationships.iter().any(|relationship| match relationship {
            Relationship::FunctionalDep { lhs, rhs, confidence, .. } => {
                lhs.is_empty() && confidence.is_one() && rhs.iter().any(|path| self.node(path) == Some(node))
            }
            _ => false,
        })
    }

    fn bond(&self, plan: &Plan, orders: &[Order], members: &BTreeSet<usize>) -> Option<OrderBond> {
        let mut givens: Vec<usize> = orders.iter().flat_map(|order| [order.low, order.high]).collect();
        givens.retain(|node| !members.contains(node));
        givens.sort_unstable();
        givens.dedup();
        let mut orders = orders.to_vec();
        // A given field of another row is not at hand.
        orders.retain(|order| order.step == Step::SameRow || !givens.contains(&order.high));
        orders.retain(|order| order.step == Step::SameRow || !givens.contains(&order.low));
        let members = sorted(members, &orders)?;
        let run = self.run(plan, members[0], &orders)?;
        let is_given = |node: usize| givens.contains(&node);
        let has_floor = orders.iter().any(|order| is_given(order.low));
        let has_ceiling = orders.iter().any(|order| is_given(order.high));
        let is_long = matches!(run, Run::LongArray | Run::Records(_));
        let is_chain = |order: &Order| order.step != Step::SameRow && self.draw(plan, order).is_some();
        // Bounds on both sides may leave no room; bounds of single rows break the order of many.
        let is_sure = match run {
            Run::Rows => !(has_floor && has_ceiling),
            // A chain without a start is moved below what bounds it.
            Run::Array { .. } => !has_ceiling || !has_floor && orders.iter().any(is_chain),
            Run::LongArray | Run::Records(_) => !has_floor && !has_ceiling,
        };
        let holds = |order: &Order| {
            let is_own_step = order.step == Step::SameRow || order.low == order.high;
            is_sure && (!is_long || is_own_step) && gives_way_to_none(order, &orders, is_given(order.high))
        };
        let kept = orders.iter().filter(|order| holds(order)).map(|order| order.index).collect();
        Some(OrderBond { members, givens, orders, run, kept })
    }

    /// Which rows are sorted together.
    fn run(&self, plan: &Plan, member: usize, orders: &[Order]) -> Option<Run> {
        let next: Vec<&Order> = orders.iter().filter(|order| order.step != Step::SameRow).collect();
        let alternates = next.iter().any(|order| order.low != order.high);
        Some(match next.first().map(|order| order.step) {
            None | Some(Step::SameRow) => Run::Rows,
            Some(Step::NextRecord) => Run::Records(plan.n_records),
            Some(Step::NextElement) => {
                let scope = plan.nodes[member].scope;
                let collection = plan.collections.iter().find(|collection| collection.scope == scope)?;
                match collection.stride {
                    stride if stride <= MAX_CHAIN => Run::Array { stride, alternates },
                    _ => Run::LongArray,
                }
            }
        })
    }

    /// Tells whether an order follows from how the values are made.
    fn holds_anyway(&self, plan: &Plan, order: &Order) -> bool {
        let is_counted = order.low == order.high
            && order.step != Step::SameRow
            && only_recipe(plan, order.low).is_some_and(Recipe::rises);
        let is_in_order = order.low == order.high
            && order.step != Step::SameRow
            && plan.lines.iter().flatten().any(|line| line.is_in_order(order.low, order.is_strict));
        is_counted
            || is_in_order
            || order.step == Step::SameRow
                && order.gaps == [None; 2]
                && self.rules.relationships.iter().any(|other| {
                    self.is_larger_by_formula(order, other) || self.is_larger_by_bound(order, other)
                })
    }

    /// Tells whether a sum that the larger value is not below has the smaller one in it.
    fn is_larger_by_bound(&self, order: &Order, relationship: &Relationship) -> bool {
        let Relationship::Inequality { target, at_least, confidence } = relationship else { return false };
        let has_low = at_least.iter().any(|term| match term {
            Term::Plain(path) => self.node(path) == Some(order.low),
            Term::Scaled { path, factor } => self.node(path) == Some(order.low) && *factor >= 1.0,
        });
        self.node(target) == Some(order.high) && has_low && !order.is_strict && confidence.is_one()
    }

    /// Tells whether a formula makes the larger value of the smaller one by adding what is positive.
    fn is_larger_by_formula(&self, order: &Order, relationship: &Relationship) -> bool {
        let Relationship::Arithmetic { target, operation, terms, offset, confidence } = relationship else {
            return false;
        };
        if *operation != Operation::Sum && length(*operation, *offset).is_none() {
            return false;
        }
        let only = match &terms[..] {
            [Term::Plain(path)] => self.node(path),
            _ => None,
        };
        let is_larger = *offset > 0.0 || (*offset >= 0.0 && !order.is_strict);
        only == Some(order.low) && self.node(target) == Some(order.high) && is_larger && confidence.is_one()
    }
}

/// Tells whether no value of the smaller field's rule is above any of the larger one's.
fn lies_apart(plan: &Plan, order: &Order) -> bool {
    let measure = |node: usize| only_recipe(plan, node).and_then(Measure::of);
    let (Some(low), Some(high)) = (measure(order.low), measure(order.high)) else { return false };
    let (most, least) = (low.value(1.0), high.value(0.0));
    order.step == Step::SameRow
        && order.gaps == [None; 2]
        && (most < least || !order.is_strict && most <= least)
}

/// Tells whether an order holds beside largest distances, which are met last and so go before other orders that end at
/// the same field.
fn gives_way_to_none(order: &Order, orders: &[Order], is_high_given: bool) -> bool {
    let others = || orders.iter().filter(|other| other.index != order.index);
    let mut nearby = others().filter(|other| other.gaps[1].is_some() && other.high == order.high);
    if order.gaps[1].is_some() {
        let has_rival = is_high_given && others().any(|other| other.low == order.low);
        return !has_rival && nearby.all(|other| other.low == order.low);
    }
    // What is not above the field that the distance is from is not above the other end either.
    nearby.all(|near| {
        let is_below = |other: &Order| {
            other.low == order.low
                && other.high == near.low
                && other.step == order.step
                && other.gaps == order.gaps
        };
        let is_strict = near.is_strict || !order.is_strict;
        near.low == order.low || is_strict && others().any(is_below)
    })
}

/// The members, smaller ones first; `None` when they stand in a circle.
fn sorted(members: &BTreeSet<usize>, orders: &[Order]) -> Option<Vec<usize>> {
    let mut n_below: BTreeMap<usize, usize> = members.iter().map(|node| (*node, 0)).collect();
    let within: Vec<&Order> = orders
        .iter()
        .filter(|order| {
            order.step == Step::SameRow && members.contains(&order.low) && members.contains(&order.high)
        })
        .collect();
    for order in &within {
        *n_below.entry(order.high).or_default() += 1;
    }
    let mut sorted = Vec::new();
    while let Some(node) = n_below.iter().find(|(_, n)| **n == 0).map(|(node, _)| *node) {
        n_below.remove(&node);
        sorted.push(node);
        for order in within.iter().filter(|order| order.low == node) {
            n_below.entry(order.high).and_modify(|n| *n -= 1);
        }
    }
    (n_below.is_empty() && !sorted.is_empty()).then_some(sorted)
}
