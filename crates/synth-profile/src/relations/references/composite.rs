//! References of several columns together.

use std::borrow::Cow;

use synth_core::JsonPath;

use super::{MIN_COVERAGE, n_children, orphans};
use crate::relations::counts::{RowsOf, Slot, View};
use crate::relations::keys::tuple;
use crate::relations::table::{Column, Part, Table};
use crate::relations::value_set::ValueSet;
use crate::relations::{Evidence, Key, Reference};

/// Returns the references of several columns together, by columns of the same names, to composite keys.
pub(crate) fn composite_references(view: &View<'_>, keys: &[Key]) -> Vec<Reference> {
    let mut references = Vec::new();
    for key in keys.iter().filter(|key| key.paths.len() > 1 && key.when.is_none()) {
        let Some(parent) = slot_at(view.tables, &key.paths) else { continue };
        let parents = values_of(&parent, view);
        for child in namesakes(view.tables, &parent) {
            let (Some(ours), Some(theirs)) = (values_of(&child, view), &parents) else { continue };
            let inclusion = ours.within(theirs);
            let evidence = Evidence { n_rows: inclusion.n_values, n_holding: inclusion.n_covered };
            if inclusion.n_values == 0 || evidence.confidence().get() < MIN_COVERAGE {
                continue;
            }
            let columns = &view.tables[child.table].columns;
            references.push(Reference {
                child: child.columns.iter().map(|column| columns[*column].path.clone()).collect(),
                parent: key.paths.clone(),
                parent_when: None,
                prefix: None,
                evidence,
                children: n_children(theirs, &ours),
                exceptions: view.counted(&child).map(|counted| orphans(counted, theirs)).unwrap_or_default(),
            });
        }
    }
    references
}

/// Returns the columns of other tables that have the names of a composite key's columns.
pub(crate) fn namesakes(tables: &[Table], parent: &Slot) -> Vec<Slot> {
    let key = &tables[parent.table];
    let named = |table: &Table, name: Option<&str>| {
        let is_named = |column: &Column| column.part == Part::Value && column.path.last_key() == name;
        table.columns.iter().position(is_named)
    };
    let others = tables.iter().enumerate();
    others
        .filter(|(index, table)| *index != parent.table && !table.path.starts_with(&key.path))
        .filter_map(|(index, table)| {
            let names = parent.columns.iter().map(|column| key.columns[*column].path.last_key());
            let columns: Option<Vec<usize>> = names.map(|name| named(table, name)).collect();
            Some(Slot { table: index, columns: columns?, rows: RowsOf::All, prefix: None })
        })
        .collect()
}

fn slot_at(tables: &[Table], paths: &[JsonPath]) -> Option<Slot> {
    tables.iter().enumerate().find_map(|(index, table)| {
        let find = |path: &JsonPath| {
            table.columns.iter().position(|column| column.path == *path && column.part == Part::Value)
        };
        let columns: Option<Vec<usize>> = paths.iter().map(find).collect();
        Some(Slot { table: index, columns: columns?, rows: RowsOf::All, prefix: None })
    })
}

/// The tuples of a slot: of all records once they were counted, else of the sample.
fn values_of<'v>(slot: &Slot, view: &View<'v>) -> Option<Cow<'v, ValueSet>> {
    if view.counts.is_some() {
        return Some(Cow::Borrowed(&view.counted(slot)?.values));
    }
    let table = &view.tables[slot.table];
    let columns: Vec<&Column> = slot.columns.iter().map(|column| &table.columns[*column]).collect();
    let tuples = (0..table.n_rows())
        .filter(|row| columns.iter().all(|column| column.has_value(*row)))
        .map(|row| tuple(&columns, row));
    Some(Cow::Owned(ValueSet::of_hashes(tuples.collect())))
}
