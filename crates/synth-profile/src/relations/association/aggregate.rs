//! What the rows below a row, or those that refer to it, amount to.

use synth_core::JsonPath;

use super::feature::{Feature, Origin};
use super::{Aspect, Quantity};
use crate::relations::Relations;
use crate::relations::names;
use crate::relations::table::{Column, Kind, NULL, Part, Table};

/// Most columns of one table that are added up.
const MAX_COLUMNS: usize = 16;
/// Most tables that are added up for one.
const MAX_TABLES: usize = 8;

/// Returns the numbers of rows that refer to a row, and the means and sums of numbers of those and of the elements of
/// its arrays. Lengths of arrays are columns already.
pub(super) fn features(
    tables: &[Table],
    index: usize,
    (relations, rows): (&Relations, &[u32]),
) -> Vec<Feature> {
    let table = &tables[index];
    let mut features = Vec::new();
    let below = tables.iter().enumerate().filter(|(_, child)| child.parent == Some(index));
    for (_, child) in below.take(MAX_TABLES) {
        let holders: Vec<Option<u32>> = child.parent_rows.iter().copied().map(Some).collect();
        features.extend(totals(child, &holders, (table, rows), None));
    }
    for reference in relations.references.iter().take(4 * MAX_TABLES) {
        let ([child_path], [parent_path], None, None) =
            (&reference.child[..], &reference.parent[..], &reference.parent_when, &reference.prefix)
        else {
            continue;
        };
        let place = |path: &JsonPath| {
            let is_column =
                |column: &Column| column.path == *path && matches!(column.part, Part::Value | Part::Key);
            tables
                .iter()
                .enumerate()
                .find_map(|(at, table)| Some((at, table.columns.iter().position(is_column)?)))
        };
        let (Some((origin, child)), Some((parent_table, parent))) = (place(child_path), place(parent_path))
        else {
            continue;
        };
        if parent_table == index {
            let holders =
                holders(&tables[origin].columns[child], &table.columns[parent], tables[origin].n_rows());
            features.extend(totals(&tables[origin], &holders, (table, rows), Some(child_path)));
        }
    }
    features
}

/// The row of the parent that each row of the child names.
fn holders(child: &Column, parent: &Column, n_rows: usize) -> Vec<Option<u32>> {
    let mut row_of = vec![None; parent.n_codes()];
    for row in (0..parent.n_cells()).rev() {
        row_of[parent.cell(row) as usize] = Some(synth_core::cast::to_u32(row));
    }
    let named = |cell: u32| child.hash(cell).and_then(|hash| parent.code_of(hash));
    (0..n_rows)
        .map(|row| child.cell(row))
        .map(|cell| if cell > NULL { named(cell).and_then(|code| row_of[code as usize]) } else { None })
        .collect()
}

/// Counts, means and sums by the row that holds or is named; `reference` is the field that names it.
fn totals(
    child: &Table,
    holders: &[Option<u32>],
    (table, rows): (&Table, &[u32]),
    reference: Option<&JsonPath>,
) -> Vec<Feature> {
    let mut features = Vec::new();
    let mut push = |path: &JsonPath, aspect: Aspect, of_row: &[f64]| {
        let values = rows.iter().map(|row| of_row[*row as usize]).collect();
        let feature = Feature::ordered(Quantity { path: path.clone(), aspect }, values);
        features.extend(feature.map(|feature| Feature { origin: Origin::Aggregate, ..feature }));
    };
    if let Some(path) = reference {
        let mut counts = vec![0.0; table.n_rows()];
        holders.iter().flatten().for_each(|holder| counts[*holder as usize] += 1.0);
        push(path, Aspect::Count, &counts);
    }
    let is_number = |column: &&Column| {
        matches!(column.kind, Kind::Integer | Kind::Decimal)
            && column.part == Part::Value
            && column.n_distinct() > 2
            && !names::sounds_like_key(&column.path)
    };
    for column in child.columns.iter().filter(is_number).take(MAX_COLUMNS) {
        let mut sums = vec![(0.0, 0.0); table.n_rows()];
        for (row, holder) in holders.iter().enumerate() {
            if let (Some(holder), Some(value)) = (holder, column.number(row)) {
                let sum = &mut sums[*holder as usize];
                *sum = (sum.0 + 1.0, sum.1 + value);
            }
        }
        let means: Vec<f64> = sums.iter().map(|(n, sum)| sum / n).collect();
        push(&column.path, Aspect::Mean, &means);
        let sums: Vec<f64> = sums.iter().map(|(n, sum)| if *n > 0.0 { *sum } else { f64::NAN }).collect();
        push(&column.path, Aspect::Sum, &sums);
    }
    features
}
