//! Presence that hangs together and depends on the tag of a union: intervals for each of its cases.

use std::collections::BTreeSet;

use synth_core::Seed;
use synth_rules::relationship::PresenceRule;

use super::{Coupling, Placing, Rule, is_inside};
use crate::plan::{CaseParts, Kind, Plan};

/// Halvings until a rate is found.
const ROUNDS: usize = 40;

/// Couples the fields of a group in each case of the one tag that some of them depend on; `None` when there is no such tag.
///
/// # Method
///
/// A field whose presence the tag does not speak of has its own rate in each case, but no more than what it requires and
/// what it excludes leave room for; what it loses in one case it gets in the others, so that its rate is kept overall.
pub(super) fn couple(plan: &mut Plan, rules: &[Rule], (group, seed): (&[usize], Seed)) -> Option<()> {
    let columns: BTreeSet<usize> = group
        .iter()
        .flat_map(|node| plan.nodes[*node].presence.by_case.iter().map(|(column, _)| *column))
        .collect();
    let mut columns = columns.into_iter();
    let (column, None) = (columns.next()?, columns.next()) else { return None };
    // What other tags are parts of must not wait for this one.
    let holds_tag = |node: usize| {
        let mut tags = plan.case_columns.iter().map(|column| column.discriminator);
        tags.any(|tag| tag == node || is_inside(plan, tag, node))
    };
    let is_fit = |node: &usize| {
        let own = &plan.nodes[*node];
        let is_of_tag = !own.presence.by_case.is_empty();
        own.null_rate <= 0.0
            && own.scope == plan.case_columns[column].scope
            && (is_of_tag || !holds_tag(*node))
    };
    if !group.iter().all(is_fit) {
        return None;
    }
    let rates = rates(plan, rules, (group, column));
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
        let presence = &mut plan.nodes[*node].presence;
        presence.by_case = vec![(column, rates)];
        presence.parts = Some(CaseParts { seed, ranges });
    }
    Some(())
}

/// The rate of each field in each case; case 0 is none of them.
fn rates(plan: &Plan, rules: &[Rule], (group, column): (&[usize], usize)) -> Vec<(usize, Vec<f64>)> {
    let n_cases = group.iter().flat_map(|node| plan.nodes[*node].presence.by_case.iter());
    let n_cases = n_cases.map(|(_, rates)| rates.len()).max().unwrap_or(1);
    let shares = shares(plan, column, n_cases);
    let of_tag = |node: usize| {
        let presence = &plan.nodes[node].presence;
        let (_, rates) = presence.by_case.first()?;
        let rate = |rate: &f64| if rate.is_nan() { presence.own } else { *rate };
        Some(rates.iter().map(rate).collect::<Vec<f64>>())
    };
    let mut rates: Vec<(usize, Option<Vec<f64>>)> = group.iter().map(|node| (*node, of_tag(*node))).collect();
    // The fields that the tag does not speak of, the more frequent ones first.
    let mut open: Vec<usize> = (0..rates.len()).filter(|at| rates[*at].1.is_none()).collect();
    open.sort_by(|left, right| {
        let own = |at: &usize| plan.nodes[rates[*at].0].presence.own;
        own(right).total_cmp(&own(left)).then(left.cmp(right))
    });
    for at in open {
        let node = rates[at].0;
        let rate = |other: usize, case: usize| {
            let (_, rates) = rates.iter().find(|(own, _)| *own == other)?;
            rates.as_ref()?.get(case).copied()
        };
        let rooms: Vec<f64> = (0..n_cases).map(|case| room(rules, node, |other| rate(other, case))).collect();
        rates[at].1 = Some(spread(plan.nodes[node].presence.own, &shares, &rooms));
    }
    rates.into_iter().map(|(node, rates)| (node, rates.unwrap_or_default())).collect()
}

/// How often a field may be there beside what it requires and excludes, as far as that is known.
fn room(rules: &[Rule], node: usize, rate: impl Fn(usize) -> Option<f64>) -> f64 {
    let mut room: f64 = 1.0;
    for rule in rules.iter().filter(|rule| rule.nodes.contains(&node)) {
        for other in rule.nodes.iter().filter(|other| **other != node) {
            let Some(rate) = rate(*other) else { continue };
            room = match rule.rule {
                PresenceRule::Requires if rule.nodes[0] == node => room.min(rate),
                PresenceRule::Together => room.min(rate),
                PresenceRule::Exclusive => room.min(1.0 - rate),
                _ => room,
            };
        }
    }
    room.max(0.0)
}

/// Spreads a rate over cases, none of which has room for more than so much; their mean is the rate, if that is possible.
fn spread(rate: f64, shares: &[f64], rooms: &[f64]) -> Vec<f64> {
    let with = |level: f64| -> Vec<f64> { rooms.iter().map(|room| room.min(level)).collect() };
    let mean = |level: f64| -> f64 { with(level).iter().zip(shares).map(|(rate, share)| rate * share).sum() };
    let (mut low, mut high) = (0.0, 1.0);
    if mean(rate) >= rate - 1e-9 {
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
        let made = spread(0.3, &[0.5, 0.5], &[0.1, 1.0]);
        assert!((made[0] - 0.1).abs() < 1e-9 && (made[1] - 0.5).abs() < 1e-6, "{made:?}");
        assert_eq!(spread(0.3, &[0.5, 0.5], &[0.0, 0.2]), [0.0, 0.2], "there is no room for more");
        assert_eq!(spread(0.3, &[0.5, 0.5], &[1.0, 1.0]), [0.3, 0.3]);
    }
}
