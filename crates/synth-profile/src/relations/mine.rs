//! All relations of a sample, in the order in which they build on each other.

use synth_privacy::Gate;

use super::builder::TableBuilder;
use super::keys::{Sheet, keys, unique_columns};
use super::references::{Found, composite_references, references};
use super::table::{Column, NULL, Part, Table};
use super::{Condition, Relations};
use crate::Partial;
use crate::profile::{FieldProfile, TagValue, VariantProfile};
use synth_core::hash::hash_bytes;

/// Equal records are looked at this often at most.
const MAX_REPEATS: u64 = 16;

/// Returns the relations that hold in the record sample of a partial.
///
/// # Cost
///
/// Memory: four bytes a cell of the tables, which are as large as the sample. Time: linear in the rows for each pair
/// of columns that is compared, with bounds on the number of pairs.
pub(crate) fn mine(
    partial: &Partial,
    fields: &[FieldProfile],
    variants: &[VariantProfile],
    gate: Gate,
) -> Relations {
    let tables = tables(partial, fields);
    let sheets = sheets(&tables, variants);
    let unique = unique_columns(&sheets);
    let found = references(&tables, &sheets, &unique, gate);
    let is_reference =
        |column: &Column| found.iter().any(|found| found.reference.child == [column.path.clone()]);
    let is_referenced = |index: usize| found.iter().any(|found| found.unique == index);
    let keys = keys(&sheets, &unique, is_referenced, is_reference);
    let mut references: Vec<_> = found.into_iter().map(|Found { reference, .. }| reference).collect();
    references.extend(composite_references(&tables, &keys));
    Relations {
        covers_all_records: partial.sample.is_complete() && !tables.iter().any(|table| table.is_cut),
        dependencies: super::dependencies::dependencies(&tables),
        orderings: super::ordering::orderings(&tables),
        arithmetic: super::arithmetic::arithmetic(&tables),
        texts: super::text::texts(&tables, gate),
        sequences: super::sequence::sequences(&tables),
        presence: super::presence::presence(&tables),
        keys,
        references,
    }
}

fn tables(partial: &Partial, fields: &[FieldProfile]) -> Vec<Table> {
    let mut builder = TableBuilder::new(fields);
    for record in partial.sample.records() {
        for _ in 0..record.count.min(MAX_REPEATS) {
            let Ok(()) = record.replay(&mut builder);
        }
    }
    builder.finish()
}

/// Every table, and the rows of each value of its tag.
fn sheets<'t>(tables: &'t [Table], variants: &[VariantProfile]) -> Vec<Sheet<'t>> {
    let mut sheets = Vec::new();
    for (table_index, table) in tables.iter().enumerate() {
        sheets.push(Sheet { table_index, table, rows: (0..table.n_rows()).collect(), when: None });
    }
    for (table_index, table) in tables.iter().enumerate() {
        let tag = variants.iter().find_map(|variant| {
            let is_tag =
                |column: &&Column| column.path == variant.discriminator && column.part == Part::Value;
            Some((variant, table.columns.iter().find(is_tag)?))
        });
        let Some((variant, column)) = tag else { continue };
        for case in &variant.cases {
            let rows = (0..table.n_rows()).filter(|row| has_tag(column, *row, &case.when)).collect();
            let when = Condition { path: variant.discriminator.clone(), values: vec![case.when.clone()] };
            sheets.push(Sheet { table_index, table, rows, when: Some(when) });
        }
    }
    sheets
}

/// Tells whether a row has a value of a tag.
fn has_tag(column: &Column, row: usize, tag: &TagValue) -> bool {
    let hash = match tag {
        TagValue::Null => return column.cell(row) == NULL,
        TagValue::Bool(flag) => u64::from(*flag),
        TagValue::Integer(value) => hash_bytes(value.to_string().as_bytes()),
        TagValue::Text(text) => hash_bytes(text.as_str().as_bytes()),
    };
    column.hash(column.cell(row)) == Some(hash)
}
