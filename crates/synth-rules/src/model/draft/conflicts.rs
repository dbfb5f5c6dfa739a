//! Given values that do not come together as they did in the sample.
//!
//! What relationships decide is decided by each of them alone: a reference is drawn whatever the others are, and what follows from
//! it without a list of combinations follows in a made-up way. A tree that looked at two such values together would see pairs
//! that never were, and say anything of them. So of two values that nearly follow from each other, and whose pairs are made
//! up, a field looks at the one that says more of it.

use std::collections::BTreeSet;

use synth_core::JsonPath;
use synth_stats::joint::{CodeColumn, Link, links};

use super::givens::DraftGiven;
use crate::model::Feature;
use crate::relationship::{Relationship, Term};
use crate::rule_set::RuleSet;

/// Share of what there is to know of one that the other says, from which on two are in conflict.
const STRONG: f64 = 0.4;

/// Pairs of what is given to a table, the smaller number first.
pub(super) type Conflicts = BTreeSet<(usize, usize)>;

/// Finds the conflicts among what is given to a table.
pub(super) fn conflicts(rules: &RuleSet, givens: &[DraftGiven]) -> Conflicts {
    let columns: Vec<&CodeColumn> = givens.iter().map(|given| &given.column).collect();
    let mut conflicts = Conflicts::new();
    let said: Vec<Vec<Link>> = (0..givens.len()).map(|at| links(columns[at], &columns[..=at])).collect();
    for (at, links) in said.iter().enumerate() {
        for other in 0..at {
            let whole = f64::min(links[at].information, said[other][other].information);
            let is_strong = links[other].information >= STRONG * whole.max(f64::MIN_POSITIVE);
            if is_made_up(rules, (&givens[at], &givens[other]), is_strong) {
                conflicts.insert((other, at));
            }
        }
    }
    conflicts
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
    let mut order: Vec<usize> = (0..links.len()).filter(|at| given(*at).is_some()).collect();
    order.sort_by(|a, b| links[*b].information.total_cmp(&links[*a].information).then(a.cmp(b)));
    let mut taken: Vec<(u16, usize)> = Vec::new();
    for at in order {
        let Some((up, own)) = given(at) else { continue };
        let meets = |other: &(u16, usize)| {
            let pair = (own.min(other.1), own.max(other.1));
            other.0 == up && conflicts(up).is_some_and(|conflicts| conflicts.contains(&pair))
        };
        if taken.iter().any(meets) {
            links[at] = Link { information: 0.0, sigmas: 0.0 };
        } else if links[at].information > 0.0 {
            taken.push((up, own));
        }
    }
}
