//! Orders that the combinations of a table keep anyway.

use synth_core::JsonPath;

use crate::generator::Literal;
use crate::relationship::{Operation, Relationship, Term, ValueRow};

/// Leaves out each order between two fields of a row whose table of combinations keeps it in all of its rows: a field has one
/// thing that makes it, and the table says more.
pub(super) fn drop_orders(relationships: &mut Vec<Relationship>) {
    let tables: Vec<(Vec<JsonPath>, Vec<ValueRow>)> = relationships
        .iter()
        .filter_map(|relationship| match relationship {
            Relationship::ValueTable { paths, rows } => Some((paths.clone(), rows.clone())),
            _ => None,
        })
        .collect();
    relationships.retain(|relationship| match relationship {
        Relationship::Ordering { low, high, strict, next_element: false, next_record: false, .. } => {
            !tables.iter().any(|(paths, rows)| keeps(paths, rows, (low, high, *strict)))
        }
        _ => true,
    });
}

/// Leaves out what orders and formulas over the elements of an array say of each other: a formula where the order says that the
/// nearest element is at no distance, for that one lets the elements follow the row, and all other orders that follow from a
/// formula.
pub(super) fn drop_ends(relationships: &mut Vec<Relationship>) {
    let is_order_of = |relationship: &Relationship, ends: [&JsonPath; 2]| match relationship {
        Relationship::Ordering { low, high, next_element: false, next_record: false, .. } => {
            [low, high] == ends || [high, low] == ends
        }
        _ => false,
    };
    let is_at_end = |relationship: &Relationship| match relationship {
        Relationship::Ordering { gap: Some(gap), .. } => {
            gap.values.is_empty() && gap.spikes.iter().all(|spike| spike.value.approximate().abs() <= 0.0)
        }
        _ => false,
    };
    let orders = relationships.clone();
    let says_it =
        |ends: [&JsonPath; 2]| orders.iter().any(|order| is_order_of(order, ends) && is_at_end(order));
    relationships.retain(|relationship| end_of(relationship).is_none_or(|ends| !says_it(ends)));
    let formulas = relationships.clone();
    relationships.retain(|relationship| {
        !formulas.iter().filter_map(end_of).any(|ends| is_order_of(relationship, ends))
    });
}

/// The target and the only term of a formula that takes an end of an array.
fn end_of(relationship: &Relationship) -> Option<[&JsonPath; 2]> {
    let Relationship::Arithmetic { target, operation, terms, .. } = relationship else { return None };
    let is_end = matches!(
        operation,
        Operation::FirstElement
            | Operation::LastElement
            | Operation::MinOverElements
            | Operation::MaxOverElements
    );
    match &terms[..] {
        [Term::Plain(path)] if is_end => Some([target, path]),
        _ => None,
    }
}

fn keeps(
    paths: &[JsonPath],
    rows: &[ValueRow],
    (low, high, is_strict): (&JsonPath, &JsonPath, bool),
) -> bool {
    let at = |wanted: &JsonPath| paths.iter().position(|path| path == wanted);
    let Some((low, high)) = at(low).zip(at(high)) else { return false };
    let is_kept = |row: &ValueRow| match (&row.values[low], &row.values[high]) {
        _ if row.other.iter().any(|path| [&paths[low], &paths[high]].contains(&path)) => false,
        (Literal::Null, _) | (_, Literal::Null) => true,
        (low, high) => match (low.as_number(), high.as_number()) {
            (Some(low), Some(high)) if is_strict => low < high,
            (Some(low), Some(high)) => low <= high,
            _ => false,
        },
    };
    rows.iter().all(is_kept)
}
