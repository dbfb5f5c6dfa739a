//! All relations of a sample, in the order in which they build on each other.

use synth_privacy::Gate;

use super::builder::TableBuilder;
use super::counts::View;
use super::keys::{Sheet, keys, unique_columns};
use super::references::composite::composite_references;
use super::references::{Found, references};
use super::table::{Column, NULL, Part, Table};
use super::{Condition, Key, Reference, Relations};
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
    let is_complete = partial.is_sampled_whole();
    let view = View { tables: &tables, sheets: &sheets, counts: None, is_complete, gate };
    let (keys, references) = keys_and_references(&view);
    let dependencies = super::dependencies::dependencies(&tables);
    Relations {
        value_tables: super::value_table::value_tables(&tables, &dependencies, fields, gate),
        near_keys: Vec::new(),
        covers_all_records: is_complete && !tables.iter().any(|table| table.is_cut),
        dependencies,
        orderings: super::ordering::orderings(&tables),
        arithmetic: super::arithmetic::arithmetic(&tables),
        texts: super::text::texts(&tables, gate),
        sequences: super::sequence::sequences(&tables),
        presence: super::presence::presence(&tables),
        keys,
        references,
    }
}

/// Returns the keys of all tables and what refers to them.
pub(crate) fn keys_and_references(view: &View<'_>) -> (Vec<Key>, Vec<Reference>) {
    let unique = unique_columns(view);
    let found = references(view, &unique);
    let is_reference =
        |column: &Column| found.iter().any(|found| found.reference.child == [column.path.clone()]);
    let is_referenced = |index: usize| found.iter().any(|found| found.unique == index);
    let keys = keys(view, &unique, is_referenced, is_reference);
    let mut references: Vec<_> = found.into_iter().map(|Found { reference, .. }| reference).collect();
    references.extend(composite_references(view, &keys));
    (keys, references)
}

/// Cuts the sample of a partial into tables.
pub(crate) fn tables(partial: &Partial, fields: &[FieldProfile]) -> Vec<Table> {
    fill(TableBuilder::new(fields), partial)
}

/// Fills tables with the sample of a partial.
pub(crate) fn fill(mut builder: TableBuilder, partial: &Partial) -> Vec<Table> {
    for record in partial.sample.records() {
        for _ in 0..record.count.min(MAX_REPEATS) {
            let Ok(()) = record.replay(&mut builder);
        }
    }
    let Ok(()) = partial.parts.replay(&mut builder, |_| ());
    builder.finish()
}

/// Every table, and the rows of each value of its tag.
pub(crate) fn sheets<'t>(tables: &'t [Table], variants: &[VariantProfile]) -> Vec<Sheet<'t>> {
    let mut sheets = Vec::new();
    for (table_index, table) in tables.iter().enumerate() {
        sheets.push(Sheet { table_index, table, rows: (0..table.n_rows()).collect(), when: None });
    }
    for (table_index, table) in tables.iter().enumerate() {
        let Some((variant, column)) = tag_of(table, variants) else { continue };
        let column = &table.columns[column];
        for case in &variant.cases {
            let code = code_of(column, &case.when);
            let rows = (0..table.n_rows()).filter(|row| code == Some(column.cell(*row))).collect();
            let when = Condition { path: variant.discriminator.clone(), values: vec![case.when.clone()] };
            sheets.push(Sheet { table_index, table, rows, when: Some(when) });
        }
    }
    sheets
}

/// Returns the column that tags the rows of a table, and the union it belongs to.
pub(crate) fn tag_of<'v>(
    table: &Table,
    variants: &'v [VariantProfile],
) -> Option<(&'v VariantProfile, usize)> {
    variants.iter().find_map(|variant| {
        let is_tag = |column: &Column| column.path == variant.discriminator && column.part == Part::Value;
        Some((variant, table.columns.iter().position(is_tag)?))
    })
}

/// Returns the cell that a value of a tag has in a column; `None` where no row has it.
pub(crate) fn code_of(column: &Column, tag: &TagValue) -> Option<u32> {
    let hash = match tag {
        TagValue::Null => return Some(NULL),
        TagValue::Bool(flag) => u64::from(*flag),
        TagValue::Integer(value) => hash_bytes(value.to_string().as_bytes()),
        TagValue::Text(text) => hash_bytes(text.as_str().as_bytes()),
    };
    column.code_of(hash)
}
