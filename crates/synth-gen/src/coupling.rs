//! Fields whose presence hangs together: relationships of the type `conditional_presence`.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, Permutation, Seed, cast};
use synth_rules::Relationship;
use synth_rules::relationship::PresenceRule;

use crate::joint::presence;
use crate::link::Linker;
use crate::plan::{Forms, Gate, Node, Plan};

mod by_case;

/// How far two shares that are meant to be equal may be apart: they are written with six digits.
const ROUNDING: f64 = 1e-5;

/// Orders in which intervals are placed until all rules fit.
const MAX_ORDERS: u64 = 50;

/// The part of [0, 1) in which a shared draw must fall for a field to have a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Coupling {
    pub(crate) seed: Seed,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Coupling {
    /// Tells whether the field has a value at an instance.
    pub(crate) fn holds(&self, address: u64) -> bool {
        self.takes(self.seed.uniform(address))
    }

    /// Tells whether the field has a value where the shared draw is this.
    pub(crate) fn takes(&self, uniform: f64) -> bool {
        self.low <= uniform && uniform < self.high
    }
}

/// A rule between the fields of one object; a field that is always there stands for what it is a part of.
struct Rule {
    index: usize,
    rule: PresenceRule,
    nodes: Vec<usize>,
}

/// Couples the presence of fields; returns the positions of the relationships that are kept.
///
/// # Method
///
/// All fields that rules connect share one draw for each instance. A field is there when the draw falls into its
/// interval, whose width is the field's share: intervals of fields that come together are equal, one of a field that
/// requires another lies inside the other's, those of fields that exclude each other do not meet. Intervals are
/// placed one by one, widest first, at an end of the range or of one that is placed, then in other orders as long as
/// some rule does not fit. A rule that never fits is not kept. Where the presence of some fields depends on one tag, this is
/// done for each of its cases. Where it depends on several, all intervals begin at 0.
pub(crate) fn couple(linker: &Linker<'_>, plan: &mut Plan) -> BTreeSet<usize> {
    let mut kept = BTreeSet::new();
    let mut rules = Vec::new();
    for (index, relationship) in linker.rules.relationships.iter().enumerate() {
        if let Relationship::ConditionalPresence { rule, paths } = relationship {
            match read(linker, plan, *rule, paths) {
                Some(nodes) if nodes.len() < 2 => _ = kept.insert(index),
                Some(nodes) => rules.push(Rule { index, rule: *rule, nodes }),
                None => {}
            }
        }
    }
    for group in groups(&rules) {
        let seed = linker.seed.child("presence of several").attempt(group[0] as u64 + 1);
        if by_case::couple(plan, &rules, (&group, seed)).is_some() {
            presence::lead(plan, &group);
            continue;
        }
        if group.iter().any(|node| by_case::is_kind(plan, *node)) {
            continue;
        }
        let has_cases = |node: &usize| !plan.nodes[*node].presence.by_case.is_empty();
        let placing = Placing {
            rules: &rules,
            group: &group,
            from_zero: group.iter().any(has_cases),
            rate: &|node| rate(plan, node),
            seed,
        };
        for (node, coupling) in placing.place() {
            plan.nodes[node].couple(coupling);
        }
        presence::lead(plan, &group);
    }
    kept.extend(rules.iter().filter(|rule| holds(plan, rule)).map(|rule| rule.index));
    kept
}

/// Returns the nodes of a rule whose presence is in question; `None` when they are not those of one object.
fn read(linker: &Linker<'_>, plan: &Plan, rule: PresenceRule, paths: &[JsonPath]) -> Option<Vec<usize>> {
    let mut nodes = Vec::new();
    for path in paths {
        let node = linker.node(path)?;
        let node = varying(plan, node)?;
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }
    if let (PresenceRule::Requires, [first, others @ ..]) = (rule, &nodes[..]) {
        // What stands inside an object requires it anyway.
        let first = *first;
        let others: Vec<usize> =
            others.iter().copied().filter(|other| !is_inside(plan, first, *other)).collect();
        nodes = std::iter::once(first).chain(others).collect();
    }
    let home = home(plan, nodes[0]);
    let is_alike = |node: &usize| {
        plan.nodes[*node].scope == plan.nodes[nodes[0]].scope && self::home(plan, *node) == home
    };
    nodes.iter().all(is_alike).then_some(nodes)
}

/// Climbs from a part that is always there to the first object that may be missing or null; `None` when a tag decides
/// whether it is missing, and it may be null. Of the parts of something that may also be of another kind it is the first
/// that is always there.
pub(crate) fn varying(plan: &Plan, mut at: usize) -> Option<usize> {
    loop {
        let node = &plan.nodes[at];
        match (node.is_optional(), node.is_nullable(), node.gate) {
            (true, true, _) if !node.presence.by_case.is_empty() => return None,
            (true, ..) | (false, true, _) => return Some(at),
            (false, false, gate @ Gate::Part { of, .. }) if plan.nodes[of].kinds.len() > 1 => {
                let is_twin = |node: &Node| node.gate == gate && !node.is_optional() && !node.is_nullable();
                return plan.nodes.iter().position(is_twin);
            }
            (false, false, Gate::Part { of, .. }) if node.scope == plan.nodes[of].scope => at = of,
            (false, false, _) => return Some(at),
        }
    }
}

/// The object above whose own presence varies, if there is one; what stands for something being of a kind is at home
/// where that is.
fn home(plan: &Plan, node: usize) -> Option<usize> {
    match plan.nodes[node].gate {
        Gate::Part { of, .. } if by_case::is_kind(plan, node) => home(plan, of),
        Gate::Part { of, .. } => varying(plan, of),
        Gate::Always => None,
    }
}

pub(crate) fn is_inside(plan: &Plan, mut node: usize, whole: usize) -> bool {
    while let Gate::Part { of, .. } = plan.nodes[node].gate {
        if of == whole {
            return true;
        }
        node = of;
    }
    false
}

/// The nodes that rules connect, group by group.
fn groups(rules: &[Rule]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for rule in rules {
        let mut joined = rule.nodes.clone();
        groups.retain(|group| {
            let meets = group.iter().any(|node| rule.nodes.contains(node));
            if meets {
                joined.extend(group);
            }
            !meets
        });
        joined.sort_unstable();
        joined.dedup();
        groups.push(joined);
    }
    groups
}

/// The share of instances in which a node has a value.
fn rate(plan: &Plan, node: usize) -> f64 {
    let node = &plan.nodes[node];
    node.presence.own * (1.0 - node.null_rate)
}

/// The fields of a group whose intervals are to be placed.
struct Placing<'a> {
    rules: &'a [Rule],
    group: &'a [usize],
    /// All intervals begin at 0.
    from_zero: bool,
    /// How often a field has a value.
    rate: &'a dyn Fn(usize) -> f64,
    seed: Seed,
}

impl Placing<'_> {
    /// Places the intervals of a group; fields that come together are placed as one. Several orders are tried.
    fn place(&self) -> BTreeMap<usize, Coupling> {
        let mut classes = classes(self.rules, self.group);
        classes.sort_by(|a, b| (self.rate)(b[0]).total_cmp(&(self.rate)(a[0])).then(a.cmp(b)));
        let class_of = |node: usize| classes.iter().find(|class| class.contains(&node)).map(|class| class[0]);
        let of_class = |rule: &Rule| Rule {
            nodes: rule.nodes.iter().filter_map(|node| class_of(*node)).collect(),
            ..*rule
        };
        let own = self.rules.iter().filter(|rule| self.group.contains(&rule.nodes[0]));
        let rules: Vec<Rule> = own.map(of_class).collect();
        let n_classes = cast::to_u64(classes.len());
        let in_order = |attempt: u64| {
            let order = Permutation::new(n_classes, self.seed.attempt(attempt));
            let nth = |at: u64| cast::to_usize(if attempt == 0 { at } else { order.apply(at) });
            self.place_in_order(&rules, (0..n_classes).map(|at| &classes[nth(at)][..]))
        };
        let mut best = in_order(0);
        for attempt in 1..=MAX_ORDERS {
            if best.0 == 0 {
                break;
            }
            let other = in_order(attempt);
            if other.0 < best.0 {
                best = other;
            }
        }
        best.1
    }

    /// Places one class after the other; returns how many rules are broken, and the intervals.
    fn place_in_order<'a>(
        &self,
        rules: &[Rule],
        classes: impl Iterator<Item = &'a [usize]>,
    ) -> (usize, BTreeMap<usize, Coupling>) {
        let (mut by_class, mut placed) = (BTreeMap::new(), BTreeMap::new());
        let mut n_broken = 0;
        for class in classes {
            let width = (self.rate)(class[0]);
            let starts = if self.from_zero { vec![0.0] } else { starts(width, &by_class) };
            let seed = self.seed;
            let coupling =
                |start: f64| Coupling { seed, low: start.max(0.0), high: (start + width).min(1.0) };
            let broken = |coupling: &Coupling| {
                let is_broken = |rule: &&Rule| {
                    rule.nodes.contains(&class[0]) && !fits_placed(rule, class[0], *coupling, &by_class)
                };
                rules.iter().filter(is_broken).count()
            };
            let best = starts.into_iter().map(|start| (broken(&coupling(start)), coupling(start)));
            if let Some((n, coupling)) = best.min_by_key(|(n, _)| *n) {
                n_broken += n;
                let coupling = snapped(coupling, &by_class);
                by_class.insert(class[0], coupling);
                placed.extend(class.iter().map(|node| (*node, coupling)));
            }
        }
        (n_broken, placed)
    }
}

/// Where an interval may begin: at an end of the range, or beside or inside of another at an end of it.
fn starts(width: f64, placed: &BTreeMap<usize, Coupling>) -> Vec<f64> {
    let mut starts = vec![0.0, 1.0 - width];
    for other in placed.values() {
        starts.extend([other.low, other.high - width, other.high, other.low - width]);
    }
    starts.retain(|start| *start >= -ROUNDING && start + width <= 1.0 + ROUNDING);
    starts
}

/// The fields of a group, those together that come together.
fn classes(rules: &[Rule], group: &[usize]) -> Vec<Vec<usize>> {
    let mut classes: Vec<Vec<usize>> = group.iter().map(|node| vec![*node]).collect();
    for rule in rules.iter().filter(|rule| rule.rule == PresenceRule::Together) {
        let (mut joined, rest): (Vec<Vec<usize>>, Vec<Vec<usize>>) =
            classes.into_iter().partition(|class| class.iter().any(|node| rule.nodes.contains(node)));
        let mut one: Vec<usize> = joined.drain(..).flatten().collect();
        one.sort_unstable();
        classes = rest;
        if !one.is_empty() {
            classes.push(one);
        }
    }
    classes
}

/// Takes ends that are meant to be those of others for exactly those.
fn snapped(mut coupling: Coupling, placed: &BTreeMap<usize, Coupling>) -> Coupling {
    for end in placed.values().flat_map(|other| [other.low, other.high]) {
        if (coupling.low - end).abs() < ROUNDING {
            coupling.low = end;
        }
        if (coupling.high - end).abs() < ROUNDING {
            coupling.high = end;
        }
    }
    coupling
}

fn fits_placed(rule: &Rule, node: usize, coupling: Coupling, placed: &BTreeMap<usize, Coupling>) -> bool {
    let others = rule.nodes.iter().filter(|other| **other != node);
    others.filter_map(|other| Some((*other, *placed.get(other)?))).all(|(other, theirs)| {
        let (own, theirs) = ((coupling.low, coupling.high), (theirs.low, theirs.high));
        match rule.rule {
            PresenceRule::Requires if rule.nodes[0] == node => lies_in(own, theirs),
            PresenceRule::Requires if rule.nodes[0] == other => lies_in(theirs, own),
            PresenceRule::Requires => true,
            PresenceRule::Exclusive => {
                let is_never = own.1 <= own.0 || theirs.1 <= theirs.0;
                is_never || own.1 <= theirs.0 + ROUNDING || theirs.1 <= own.0 + ROUNDING
            }
            _ => true,
        }
    })
}

fn lies_in(inner: (f64, f64), outer: (f64, f64)) -> bool {
    inner.1 <= inner.0 || inner.0 >= outer.0 - ROUNDING && inner.1 <= outer.1 + ROUNDING
}

/// Tells whether the intervals, in every case of a tag, keep a rule without exception.
fn holds(plan: &Plan, rule: &Rule) -> bool {
    let columns = by_case::columns(plan, &rule.nodes);
    if columns.len() > 1 {
        return false;
    }
    let cases = columns.first().map_or_else(|| vec![0], |column| by_case::cases(plan, *column));
    cases.into_iter().all(|case| {
        let parts: Option<Vec<(f64, f64)>> =
            rule.nodes.iter().map(|node| by_case::part(plan, *node, case)).collect();
        let Some(parts) = parts else { return false };
        let is_never = |part: &(f64, f64)| part.1 <= part.0;
        let within = |inner: &(f64, f64), outer: &(f64, f64)| {
            is_never(inner) || (inner.0 >= outer.0 && inner.1 <= outer.1)
        };
        match rule.rule {
            PresenceRule::Together => {
                parts.windows(2).all(|pair| within(&pair[0], &pair[1]) && within(&pair[1], &pair[0]))
            }
            PresenceRule::Requires => parts[1..].iter().all(|part| within(&parts[0], part)),
            _ => parts.iter().enumerate().all(|(at, left)| {
                parts[at + 1..]
                    .iter()
                    .all(|right| is_never(left) || is_never(right) || left.1 <= right.0 || right.1 <= left.0)
            }),
        }
    })
}

impl Node {
    /// Tells whether it may be missing where what it is a part of is there.
    fn is_optional(&self) -> bool {
        self.presence.own < 1.0 || !self.presence.by_case.is_empty()
    }

    /// Tells whether it may be null.
    fn is_nullable(&self) -> bool {
        let forms = self.forms.iter().flat_map(|forms| &forms.cases).flatten();
        self.null_rate > 0.0 || forms.into_iter().any(|form| form.null_rate > Some(0.0))
    }

    /// Lets a shared draw decide whether the field has a value.
    fn couple(&mut self, coupling: Coupling) {
        if !self.presence.by_case.is_empty() {
            self.presence.seed = coupling.seed;
        } else if self.null_rate > 0.0 {
            self.null_coupling = Some(coupling);
            if self.presence.own < 1.0 {
                // Rows with null stand beside those with a value.
                let high = (coupling.low + self.presence.own).min(1.0);
                let low = (high - self.presence.own).max(0.0).min(coupling.low);
                self.presence.coupling = Some(Coupling { low, high, ..coupling });
            }
        } else {
            self.presence.coupling = Some(coupling);
        }
    }

    /// The part of [0, 1) in which the shared draw must fall in a case of its tag.
    fn part(&self, case: usize) -> Option<(f64, f64)> {
        if let Some(coupling) = self.null_coupling.or(self.presence.coupling) {
            return Some((coupling.low, coupling.high));
        }
        let of_forms = self.forms.iter().find_map(|forms| forms.parts.as_ref());
        if let Some(parts) = self.presence.parts.as_ref().or(of_forms) {
            return parts.ranges.get(case).copied();
        }
        if let [Forms { cases, .. }] = &self.forms[..]
            && let Some(Some(form)) = cases.get(case)
            && !self.is_optional()
        {
            return Some((0.0, 1.0 - form.null_rate.unwrap_or(self.null_rate)));
        }
        let rate = match &self.presence.by_case[..] {
            [] => self.presence.own,
            [(_, rates)] => {
                rates.get(case).copied().filter(|rate| !rate.is_nan()).unwrap_or(self.presence.own)
            }
            _ => return None,
        };
        Some((0.0, rate))
    }
}
