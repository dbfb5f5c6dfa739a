//! Presence that hangs together and depends on the tag of a union: intervals for each of its cases.

use std::collections::BTreeSet;

use synth_core::Seed;
use synth_rules::relationship::PresenceRule;

use super::{Coupling, Placing, Rule, is_inside};
use crate::column::FIRST_KIND;
use crate::plan::{CaseParts, Form, Forms, Gate, Kind, Plan};

/// Share of the rows below which there are none.
const NEVER: f64 = 1e-9;
/// Halvings until a rate is found.
const ROUNDS: usize = 40;

/// Couples the fields of a group in each case of the one tag that some of them depend on; `None` when there is no such tag.
/// What has a value is there and not null.
///
/// # Method
///
/// A field whose presence the tag does not speak of has its own rate in each case, but no more than what it requires and
/// what it excludes leave room for, and no less than what requires it; what it loses in one case it gets in the others, so
/// that its rate is kept overall.
pub(super) fn couple(plan: &mut Plan, rules: &[Rule], (group, seed): (&[usize], Seed)) -> Option<()> {
    let columns = columns(plan, group);
    let mut columns = columns.into_iter();
    let (column, None) = (columns.next()?, columns.next()) else { return None };
    // What other tags are parts of must not wait for this one.
    let holds_tag = |node: usize| {
        let mut tags = plan.case_columns.iter().map(|column| column.discriminator);
        tags.any(|tag| tag == node || is_inside(plan, tag, node))
    };
    let is_fit = |node: &usize| {
        let own = &plan.nodes[*node];
        let is_of_tag = own.case_columns().next().is_some();
        own.scope == plan.case_columns[column].scope
            && !(own.is_optional() && own.is_nullable())
            && (is_of_tag || is_kind(plan, *node) || !holds_tag(*node))
    };
    if !group.iter().all(is_fit) {
        return None;
    }
    let rates = rates(plan, rules, (group, column))?;
    let n_cases = rates.first()?.1.len();
    let mut ranges = vec![Vec::with_capacity(n_cases); group.len()];
    for case in 0..n_cases {
        let rate = |node: usize| {
            let own = rates.iter().find(|(other, _)| *other == node);
            own.map_or(0.0, |(_, rates)| rates[case])
        };
        let placed = Placing { rules, group, from_zero: false, rate: &rate, seed }.place();
        for (node, ranges) in group.iter().zip(&mut ranges) {
            let Coupling { low, high, .. } = placed.get(node).copied()?;
            ranges.push((low, high));
        }
    }
    for ((node, ranges), (_, rates)) in group.iter().zip(ranges).zip(rates) {
        bind(plan, *node, (column, rates), CaseParts { seed, ranges });
    }
    Some(())
}

/// Lets a draw that is shared in each case decide whether a field has a value.
fn bind(plan: &mut Plan, node: usize, (column, rates): (usize, Vec<f64>), parts: CaseParts) {
    if is_kind(plan, node) {
        return;
    }
    let node = &mut plan.nodes[node];
    if node.is_optional() {
        node.presence.by_case = vec![(column, rates)];
        node.presence.parts = Some(parts);
        return;
    }
    let mut known = node.forms.pop().map(|forms| forms.cases).unwrap_or_default();
    known.resize_with(rates.len(), || None);
    let kinds = node.shares.clone();
    let form = |(known, rate): (Option<Form>, f64)| Form {
        null_rate: Some(1.0 - rate),
        kinds: known.map_or_else(|| kinds.clone(), |form| form.kinds),
    };
    let cases = known.into_iter().zip(rates).map(|case| Some(form(case))).collect();
    node.forms = vec![Forms { column, cases, parts: Some(parts) }];
}

/// Tells whether a node stands for what it is a part of being of some kind.
pub(super) fn is_kind(plan: &Plan, node: usize) -> bool {
    let own = &plan.nodes[node];
    let of_kind = matches!(own.gate, Gate::Part { of, .. } if plan.nodes[of].kinds.len() > 1);
    of_kind && !own.is_optional() && !own.is_nullable()
}

/// The case columns that say something of fields.
pub(super) fn columns(plan: &Plan, nodes: &[usize]) -> BTreeSet<usize> {
    let column = |node: &usize| match plan.nodes[*node].gate {
        Gate::Part { of, .. } if is_kind(plan, *node) => plan.nodes[of].case_columns().collect(),
        _ => plan.nodes[*node].case_columns().collect::<Vec<usize>>(),
    };
    nodes.iter().flat_map(column).collect()
}

/// The cases of a column that rows are of, that of none among them.
pub(super) fn cases(plan: &Plan, column: usize) -> Vec<usize> {
    let shares = shares(plan, column, n_cases(plan, column));
    (0..shares.len()).filter(|case| *case > 0 || shares[*case] >= NEVER).collect()
}

/// Cases of a column, that of none among them.
fn n_cases(plan: &Plan, column: usize) -> usize {
    let cases = plan.case_columns[column].tables.iter().flatten();
    cases.chain([&plan.case_columns[column].null_case]).max().map_or(1, |last| *last as usize + 1)
}

/// The part of [0, 1) in which the shared draw must fall for a field to have a value in a case; `None` where that is not
/// said.
pub(super) fn part(plan: &Plan, node: usize, case: usize) -> Option<(f64, f64)> {
    if !is_kind(plan, node) {
        return plan.nodes[node].part(case);
    }
    kind_rate(plan, node, case).map(|rate| (0.0, rate))
}

/// Whether what a node is a part of is of its kind in a case: 0 or 1; `None` where it is so now and then.
fn kind_rate(plan: &Plan, node: usize, case: usize) -> Option<f64> {
    let Gate::Part { of, mask } = plan.nodes[node].gate else { return None };
    let whole = &plan.nodes[of];
    let there = match &whole.presence.by_case[..] {
        [] => whole.presence.own,
        [(_, rates)] => rates.get(case).copied().filter(|rate| !rate.is_nan()).unwrap_or(whole.presence.own),
        _ => return None,
    };
    let form = whole.forms.iter().find_map(|forms| forms.cases.get(case)?.as_ref());
    let null_rate = form.and_then(|form| form.null_rate).unwrap_or(whole.null_rate);
    let kinds = form.map_or(whole.shares.as_ref(), |form| form.kinds.as_ref())?;
    let is_own = |at: &usize| u8::try_from(*at).is_ok_and(|at| mask.has(FIRST_KIND + at));
    let of_kind: f64 = (0..whole.kinds.len()).filter(is_own).map(|at| kinds.prob(at)).sum();
    let rate = there * (1.0 - null_rate) * of_kind;
    (rate <= 0.0 || rate >= 1.0 - 1e-9).then_some(rate.round())
}

/// The rate of each field in each case, case 0 being none of them; `None` where something is now of one kind and now of
/// another in one case.
fn rates(plan: &Plan, rules: &[Rule], (group, column): (&[usize], usize)) -> Option<Vec<(usize, Vec<f64>)>> {
    let said = group.iter().map(|node| plan.nodes[*node].n_cases()).max().unwrap_or(0);
    let n_cases = n_cases(plan, column).max(said);
    let shares = shares(plan, column, n_cases);
    let mut rates: Vec<(usize, Option<Vec<f64>>)> = Vec::with_capacity(group.len());
    for node in group {
        let of_tag = if is_kind(plan, *node) {
            let is_never = |case: usize| shares.get(case).is_none_or(|share| *share < NEVER);
            let rate = |case| kind_rate(plan, *node, case).or(is_never(case).then_some(0.0));
            Some((0..n_cases).map(rate).collect::<Option<Vec<f64>>>()?)
        } else {
            of_tag(plan, *node, n_cases)
        };
        rates.push((*node, of_tag));
    }
    // The fields that the tag does not speak of, the more frequent ones first.
    let mut open: Vec<usize> = (0..rates.len()).filter(|at| rates[*at].1.is_none()).collect();
    let own = |at: usize, rates: &[(usize, Option<Vec<f64>>)]| super::rate(plan, rates[at].0);
    open.sort_by(|left, right| own(*right, &rates).total_cmp(&own(*left, &rates)).then(left.cmp(right)));
    for at in open {
        let node = rates[at].0;
        let rate = |other: usize, case: usize| {
            let (_, rates) = rates.iter().find(|(own, _)| *own == other)?;
            rates.as_ref()?.get(case).copied()
        };
        let rooms: Vec<(f64, f64)> =
            (0..n_cases).map(|case| room(rules, node, |other| rate(other, case))).collect();
        rates[at].1 = Some(spread(own(at, &rates), &shares, &rooms));
    }
    Some(rates.into_iter().map(|(node, rates)| (node, rates.unwrap_or_default())).collect())
}

/// How often a field has a value in each case, where its tag says so.
fn of_tag(plan: &Plan, node: usize, n_cases: usize) -> Option<Vec<f64>> {
    let own = &plan.nodes[node];
    if let Some((_, rates)) = own.presence.by_case.first() {
        let rate = |case: usize| rates.get(case).copied().filter(|rate| !rate.is_nan());
        return Some((0..n_cases).map(|case| rate(case).unwrap_or(own.presence.own)).collect());
    }
    let forms = own.forms.first()?;
    let null_rate = |case: usize| {
        let form = forms.cases.get(case).and_then(Option::as_ref);
        form.and_then(|form| form.null_rate).unwrap_or(own.null_rate)
    };
    Some((0..n_cases).map(|case| 1.0 - null_rate(case)).collect())
}

/// How often a field must and may be there beside what requires it, what it requires and what it excludes, as far as that
/// is known.
fn room(rules: &[Rule], node: usize, rate: impl Fn(usize) -> Option<f64>) -> (f64, f64) {
    let (mut least, mut most): (f64, f64) = (0.0, 1.0);
    for rule in rules.iter().filter(|rule| rule.nodes.contains(&node)) {
        for other in rule.nodes.iter().filter(|other| **other != node) {
            let Some(rate) = rate(*other) else { continue };
            let is_first = rule.nodes[0] == node;
            (least, most) = match rule.rule {
                PresenceRule::Requires if is_first => (least, most.min(rate)),
                PresenceRule::Requires if rule.nodes[0] == *other => (least.max(rate), most),
                PresenceRule::Together => (least.max(rate), most.min(rate)),
                PresenceRule::Exclusive => (least, most.min(1.0 - rate)),
                _ => (least, most),
            };
        }
    }
    let most = most.max(0.0);
    (least.min(most), most)
}

/// Spreads a rate over cases, none of which has room for more or less than so much; their mean is the rate, if that is
/// possible.
fn spread(rate: f64, shares: &[f64], rooms: &[(f64, f64)]) -> Vec<f64> {
    let with =
        |level: f64| -> Vec<f64> { rooms.iter().map(|(least, most)| level.clamp(*least, *most)).collect() };
    let mean = |level: f64| -> f64 { with(level).iter().zip(shares).map(|(rate, share)| rate * share).sum() };
    let (mut low, mut high) = (0.0, 1.0);
    if (mean(rate) - rate).abs() < 1e-9 {
        return with(rate);
    }
    for _ in 0..ROUNDS {
        let middle = (low + high) / 2.0;
        if mean(middle) < rate { low = middle } else { high = middle }
    }
    with(high)
}

/// The share of rows in each of so many cases; case 0 is none of them.
fn shares(plan: &Plan, column: usize, n_cases: usize) -> Vec<f64> {
    let column = &plan.case_columns[column];
    let tag = &plan.nodes[column.discriminator];
    let mut shares = vec![0.0; n_cases];
    for (at, (kind, table)) in tag.kinds.iter().zip(&column.tables).enumerate() {
        let of_kind = tag.shares.as_ref().map_or(1.0, |shares| shares.prob(at));
        if let Kind::Scalar(recipe) = kind {
            for (literal, case) in table.iter().enumerate() {
                if let Some(share) = shares.get_mut(*case as usize) {
                    *share += of_kind * recipe.share_of_literal(literal);
                }
            }
        }
    }
    let rest: f64 = 1.0 - shares.iter().sum::<f64>();
    if let Some(none) = shares.first_mut() {
        *none += rest.max(0.0);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a rate that is cut off where there is no room and given to no other case.
    #[test]
    fn a_rate_is_kept_overall() {
        let made = spread(0.3, &[0.5, 0.5], &[(0.0, 0.1), (0.0, 1.0)]);
        assert!((made[0] - 0.1).abs() < 1e-9 && (made[1] - 0.5).abs() < 1e-6, "{made:?}");
        let made = spread(0.3, &[0.5, 0.5], &[(0.5, 1.0), (0.0, 1.0)]);
        assert!((made[0] - 0.5).abs() < 1e-9 && (made[1] - 0.1).abs() < 1e-6, "{made:?}");
        let none = [(0.0, 0.0), (0.0, 0.2)];
        assert_eq!(spread(0.3, &[0.5, 0.5], &none), [0.0, 0.2], "there is no room for more");
        assert_eq!(spread(0.3, &[0.5, 0.5], &[(0.0, 1.0); 2]), [0.3, 0.3]);
    }
}
