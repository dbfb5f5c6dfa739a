//! Given values that do not come together as they did in the sample.
//!
//! What relationships decide is decided by each of them alone: a reference is drawn whatever the others are, and what follows from
//! it without a list of combinations follows in a made-up way. A tree that looked at two such values together would see pairs
//! that never were, and say anything of them. So of two values that nearly follow from each other, and whose pairs are made
//! up, a field looks at the one that says more of it.
//!
//! A reference and the row that it names are such a pair, since the rows that keys name are others than in the sample. There what
//! the row holds is preferred: only so a child hangs together with its parent.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::JsonPath;
use synth_stats::joint::{CodeColumn, Link, links};

use super::givens::DraftGiven;
use crate::model::{Feature, Given};
use crate::relationship::{Relationship, Term};
use crate::rule_set::RuleSet;

/// Share of what there is to know of one that the other says, from which on two are in conflict.
const STRONG: f64 = 0.4;

/// What a row holds is looked at, and not the reference to it, if it says at least this share of what that says.
const ROW_SHARE: f64 = 0.5;

/// Pairs of what is given to a table, the smaller number first.
pub(super) type Conflicts = BTreeMap<(usize, usize), Conflict>;

/// Why two values do not come together as in the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    /// Their pairs are made up.
    MadeUp,
    /// The first is a reference to the row that holds the second.
    KeyOfRow,
}

/// Finds the conflicts among what is given to a table.
pub(super) fn conflicts(rules: &RuleSet, givens: &[DraftGiven]) -> Conflicts {
    let columns: Vec<&CodeColumn> = givens.iter().map(|given| &given.column).collect();
    let mut conflicts = Conflicts::new();
    let said: Vec<Vec<Link>> = (0..givens.len()).map(|at| links(columns[at], &columns[..=at])).collect();
    for (at, links) in said.iter().enumerate() {
        for other in 0..at {
            let whole = f64::min(links[at].information, said[other][other].information);
            let is_strong = links[other].information >= STRONG * whole.max(f64::MIN_POSITIVE);
            let (one, another) = (&givens[other], &givens[at]);
            if is_key_of(&one.given, &another.given) {
                conflicts.insert((other, at), Conflict::KeyOfRow);
            } else if is_made_up(rules, (one, another), is_strong) {
                conflicts.insert((other, at), Conflict::MadeUp);
            }
        }
    }
    conflicts
}

/// Tells whether a value is the reference to the row that holds another.
fn is_key_of(key: &Given, value: &Given) -> bool {
    key.via.is_none() && value.via.as_ref().is_some_and(|via| via.child.contains(&key.path))
}

/// Tells whether pairs of two values are made up, though they nearly follow from each other.
fn is_made_up(rules: &RuleSet, (one, other): (&DraftGiven, &DraftGiven), is_strong: bool) -> bool {
    let roots = [root(one), root(other)];
    let is_one_row = roots[0] == roots[1];
    let paths: [BTreeSet<&JsonPath>; 2] = match is_one_row {
        true => [BTreeSet::from([&one.given.path]), BTreeSet::from([&other.given.path])],
        false => roots,
    };
    let has = |all: &[&JsonPath], side: usize| paths[side].iter().any(|path| all.contains(path));
    let mut follows = is_strong && !is_one_row;
    for relationship in &rules.relationships {
        match relationship {
            Relationship::ValueTable { paths, .. } => {
                let all: Vec<&JsonPath> = paths.iter().collect();
                if has(&all, 0) && has(&all, 1) {
                    return false;
                }
            }
            Relationship::Arithmetic { target, terms, .. } => {
                let path = |term: &'_ Term| match term {
                    Term::Plain(path) | Term::Scaled { path, .. } => path.clone(),
                };
                let terms: Vec<JsonPath> = terms.iter().map(path).collect();
                let all: Vec<&JsonPath> = terms.iter().chain([target]).collect();
                if has(&all, 0) && has(&all, 1) {
                    return false;
                }
            }
            Relationship::FunctionalDep { lhs, rhs, .. } => {
                let (left, right): (Vec<&JsonPath>, Vec<&JsonPath>) =
                    (lhs.iter().collect(), rhs.iter().collect());
                follows |= has(&left, 0) && has(&right, 1) || has(&left, 1) && has(&right, 0);
            }
            _ => {}
        }
    }
    follows
}

/// The fields of the table itself that a given value hangs on.
fn root(given: &DraftGiven) -> BTreeSet<&JsonPath> {
    match &given.given.via {
        Some(via) => via.child.iter().collect(),
        None => BTreeSet::from([&given.given.path]),
    }
}

/// Takes from each two that are in conflict the link of the one that says less; `conflicts` are those so many tables above.
pub(super) fn resolve<'c>(
    links: &mut [Link],
    features: &[Feature],
    conflicts: impl Fn(u16) -> Option<&'c Conflicts>,
) {
    let given = |at: usize| match features[at] {
        Feature::Given { up, given } => Some((up, usize::from(given))),
        _ => None,
    };
    let information: Vec<f64> = links.iter().map(|link| link.information).collect();
    let conflict = |(up, one): (u16, usize), other: (u16, usize)| {
        let pair = (one.min(other.1), one.max(other.1));
        conflicts(up).filter(|_| other.0 == up)?.get(&pair).map(|conflict| (*conflict, one < other.1))
    };
    let mut order: Vec<(usize, (u16, usize))> =
        (0..links.len()).filter_map(|at| Some((at, given(at)?))).collect();
    order.sort_by(|a, b| information[b.0].total_cmp(&information[a.0]).then(a.cmp(b)));
    let mut taken: Vec<(u16, usize)> = Vec::new();
    for (at, own) in order.clone() {
        // The row's own field says enough.
        let is_spared = |(other, place): &(usize, (u16, usize))| {
            conflict(own, *place) == Some((Conflict::KeyOfRow, true))
                && information[*other] >= ROW_SHARE * information[at]
        };
        if order.iter().any(is_spared) || taken.iter().any(|other| conflict(own, *other).is_some()) {
            links[at] = Link { information: 0.0, sigmas: 0.0 };
        } else if information[at] > 0.0 {
            taken.push(own);
        }
    }
}
