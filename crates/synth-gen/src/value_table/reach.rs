//! Which rows a table may meet: whether a combination fits each.

use std::collections::BTreeSet;

use synth_rules::relationship::PresenceRule;

use super::bind::TableBond;
use super::{Codes, agreeing};
use crate::plan::{Gate, Kind, Plan};

/// Optional columns of which all cases are looked at.
const MAX_OPTIONAL: usize = 12;
/// Literals of a given column that are tried.
const MAX_LITERALS: usize = 2000;

/// A rule on the presence of some columns.
pub(super) type PresenceOf = (PresenceRule, Vec<usize>);

/// Tells whether a combination has each value that given columns may have, in every company.
pub(super) fn fits_every_literal(plan: &Plan, bond: &TableBond, whole: &[Codes]) -> bool {
    let given: Vec<usize> = (0..bond.nodes.len()).filter(|at| bond.is_given[*at]).collect();
    match given[..] {
        [] => !whole.is_empty(),
        [tag] => {
            let [Kind::Scalar(recipe)] = &plan.nodes[bond.nodes[tag]].kinds[..] else { return false };
            let has = |number: usize| whole.iter().any(|codes| codes[tag] == super::number_of(number) + 1);
            recipe
                .cases(&bond.literals[tag])
                .is_some_and(|numbers| numbers.iter().all(|number| number.is_some_and(has)))
        }
        _ => false,
    }
}

/// Tells whether every row that can be made has a listed combination that fits.
pub(super) fn fits_every_row(
    plan: &Plan,
    bond: &TableBond,
    rows: &[(Codes, f64)],
    rules: &[PresenceOf],
) -> bool {
    let given: Vec<usize> = (0..bond.nodes.len()).filter(|at| bond.is_given[*at]).collect();
    let ([] | [_]) = given[..] else { return false };
    let Some(&tag) = given.first() else {
        return fits_every_presence(plan, bond, rows, rules, None);
    };
    let [Kind::Scalar(recipe)] = &plan.nodes[bond.nodes[tag]].kinds[..] else { return false };
    let Some(numbers) = recipe.cases(&bond.literals[tag]) else { return false };
    numbers.len() <= MAX_LITERALS
        && numbers.iter().enumerate().all(|(atom, number)| {
            number.is_some_and(|number| {
                let code = super::number_of(number) + 1;
                fits_every_presence(plan, bond, rows, rules, Some((tag, atom, code)))
            })
        })
}

/// The same for the rows with one value of the given column: its position, the literal and its code.
fn fits_every_presence(
    plan: &Plan,
    bond: &TableBond,
    rows: &[(Codes, f64)],
    rules: &[PresenceOf],
    tag: Option<(usize, usize, u32)>,
) -> bool {
    let mut is_there = vec![true; bond.nodes.len()];
    let mut optional = Vec::new();
    for (at, node) in bond.nodes.iter().enumerate() {
        match certainty(plan, *node, tag.map(|(tag, atom, _)| (bond.nodes[tag], atom))) {
            Some(certain) => is_there[at] = certain,
            None => optional.push(at),
        }
    }
    let mut codes = vec![0; bond.nodes.len()];
    if let Some((tag, _, code)) = tag {
        is_there[tag] = true;
        optional.retain(|at| *at != tag);
        codes[tag] = code;
    }
    optional.len() <= MAX_OPTIONAL
        && (0..1_u32 << optional.len()).all(|mask| {
            let mut is_there = is_there.clone();
            for (bit, at) in optional.iter().enumerate() {
                is_there[*at] = (mask >> bit) & 1 == 1;
            }
            let is_empty = !is_there.iter().any(|is_there| *is_there);
            let is_ruled_out = rules.iter().any(|(rule, columns)| breaks(*rule, columns, &is_there));
            is_empty || is_ruled_out || agreeing(rows, &is_there, &codes, |_, _| false).is_some()
        })
}

fn breaks(rule: PresenceRule, columns: &[usize], is_there: &[bool]) -> bool {
    let there: BTreeSet<bool> = columns.iter().map(|column| is_there[*column]).collect();
    match rule {
        PresenceRule::Together => there.len() > 1,
        PresenceRule::Exclusive => columns.iter().filter(|column| is_there[**column]).count() > 1,
        PresenceRule::Requires => is_there[columns[0]] && there.len() > 1,
        _ => false,
    }
}

/// Whether a node is there in every row or in none, given a literal of a tag; `None` when it depends.
pub(crate) fn certainty(plan: &Plan, node: usize, tag: Option<(usize, usize)>) -> Option<bool> {
    let own = &plan.nodes[node];
    let above = match own.gate {
        Gate::Always => true,
        // An object that is of another kind now and then is like one that is missing.
        Gate::Part { of, .. } => certainty(plan, of, tag)? && plan.nodes[of].kinds.len() == 1,
    };
    if !above {
        return if matches!(own.gate, Gate::Part { of, .. } if plan.nodes[of].kinds.len() > 1) {
            None
        } else {
            Some(false)
        };
    }
    let rate = match &own.presence.by_case[..] {
        [] => own.presence.own,
        [(column, rates)] => {
            let column = &plan.case_columns[*column];
            let (_, atom) = tag.filter(|(tag, _)| *tag == column.discriminator)?;
            let case = column.tables.first().and_then(|table| table.get(atom)).copied().unwrap_or(0);
            rates.get(case as usize).copied().filter(|rate| !rate.is_nan()).unwrap_or(own.presence.own)
        }
        _ => return None,
    };
    match (rate, own.null_rate) {
        (rate, _) if rate <= 0.0 => Some(false),
        (rate, null_rate) if rate >= 1.0 && null_rate <= 0.0 => Some(true),
        _ => None,
    }
}
