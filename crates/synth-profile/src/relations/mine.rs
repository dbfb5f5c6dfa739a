//! All relations of a sample, in the order in which they build on each other.

use synth_privacy::Gate;

use super::association::associations;
use super::builder::TableBuilder;
use super::counts::View;
use super::keys::{Sheet, keys, unique_columns};
use super::references::composite::composite_references;
use super::references::{Found, references};
use super::table::{Column, NULL, Part, Table};
use super::temporal::time_lines;
use super::time_axis::axes;
use super::transitions::{self, Chain, Walk};
use super::{Condition, Key, Reference, Relations};
use crate::profile::{FieldProfile, TagValue, VariantProfile};
use crate::{Partial, Unit};
use synth_core::cast;
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
    let chains = chains_of_sample(&tables, fields, &references, partial);
    let is_stream = partial.unit() == Unit::Record;
    let dependencies = super::dependencies::dependencies(&tables);
    let arithmetic = super::arithmetic::arithmetic(&tables);
    let relations = Relations {
        transitions: transitions::transitions(&tables, &chains, is_stream, gate),
        value_tables: super::value_table::value_tables(&tables, (&dependencies, &references), fields, gate),
        near_keys: super::keys::near_keys(&view),
        associations: Vec::new(),
        temporal: Vec::new(),
        covers_all_records: is_complete && !tables.iter().any(|table| table.is_cut),
        dependencies,
        orderings: super::ordering::orderings(&tables, gate.k()),
        inequalities: super::inequality::inequalities(&tables, &arithmetic, gate.k()),
        arithmetic,
        texts: super::text::texts(&tables, gate),
        sequences: super::sequence::sequences(&tables),
        presence: super::presence::presence(&tables),
        keys,
        references,
    };
    with_variation(relations, (&tables, variants), (partial, fields), gate)
}

/// Adds what is no rule: what varies together and along time.
fn with_variation(
    relations: Relations,
    (tables, variants): (&[Table], &[VariantProfile]),
    (partial, fields): (&Partial, &[FieldProfile]),
    gate: Gate,
) -> Relations {
    let axes = axes(tables, fields);
    // A record that is repeated more often than it is replayed leaves gaps.
    let is_complete =
        partial.is_sampled_whole() && partial.sample.records().all(|record| record.count <= MAX_REPEATS);
    Relations {
        associations: associations(tables, &relations, variants, &axes),
        temporal: time_lines(tables, &relations, &axes, (is_complete, gate)),
        ..relations
    }
}

/// The state machines that the sample can show: arrays are whole in it, but of records and rows some are
/// missing, and records are in no order but that of their times.
fn chains_of_sample(
    tables: &[Table],
    fields: &[FieldProfile],
    references: &[Reference],
    partial: &Partial,
) -> Vec<Chain> {
    let is_whole = partial.is_sampled_whole();
    let is_ordered = partial.unit() == Unit::Element;
    let mut chains = transitions::chains(tables, fields, references);
    chains.retain(|chain| chain.walk == Walk::Array || is_whole && (is_ordered || chain.order.is_some()));
    chains
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

/// Cuts the sample of a partial into tables in which equal records stand as often as they came, up to a number of records
/// beyond which all stand more rarely in proportion.
pub(crate) fn tables_in_proportion(
    partial: &Partial,
    fields: &[FieldProfile],
    max_records: u64,
) -> Vec<Table> {
    let mut builder = TableBuilder::new(fields);
    let total: u64 = partial.sample.records().map(|record| record.count).sum();
    let mut repeats = Repeats { total, n_kept: total.min(max_records), before: 0 };
    for record in partial.sample.records() {
        for _ in 0..repeats.next(record.count) {
            let Ok(()) = record.replay(&mut builder);
        }
    }
    let Ok(()) = partial.parts.replay(&mut builder, |_| ());
    builder.finish()
}

/// Keeps `n_kept` of `total` records, as evenly as whole numbers allow.
struct Repeats {
    total: u64,
    n_kept: u64,
    before: u64,
}

impl Repeats {
    /// How many of the next `count` records are kept.
    fn next(&mut self, count: u64) -> u64 {
        let kept =
            |n: u64| cast::low_u64(u128::from(n) * u128::from(self.n_kept) / u128::from(self.total.max(1)));
        let first = kept(self.before);
        self.before += count;
        let last = kept(self.before);
        last - first
    }
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

/// Returns the column that tells which members the rows of a table have, and the union it belongs to.
pub(crate) fn tag_of<'v>(
    table: &Table,
    variants: &'v [VariantProfile],
) -> Option<(&'v VariantProfile, usize)> {
    let has_members = |variant: &&VariantProfile| variant.cases.iter().any(|case| !case.presence.is_empty());
    variants.iter().filter(has_members).find_map(|variant| {
        let is_tag = |column: &Column| column.path == variant.discriminator && column.part == Part::Value;
        Some((variant, table.columns.iter().position(is_tag)?))
    })
}

/// Returns the cell that a value of a tag has in a column; `None` where no row has it.
pub(crate) fn code_of(column: &Column, tag: &TagValue) -> Option<u32> {
    match hash_of_tag(tag) {
        None => Some(NULL),
        Some(hash) => column.code_of(hash),
    }
}

/// Returns the hash by which columns know a value; null has none.
pub(crate) fn hash_of_tag(tag: &TagValue) -> Option<u64> {
    match tag {
        TagValue::Null => None,
        TagValue::Bool(flag) => Some(u64::from(*flag)),
        TagValue::Integer(value) => Some(hash_bytes(value.to_string().as_bytes())),
        TagValue::Text(text) => Some(hash_bytes(text.as_str().as_bytes())),
    }
}
