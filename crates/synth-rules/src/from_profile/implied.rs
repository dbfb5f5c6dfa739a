//! Orders that the combinations of a table keep anyway.

use synth_core::JsonPath;

use crate::generator::Literal;
use crate::relationship::{Relationship, ValueRow};

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
