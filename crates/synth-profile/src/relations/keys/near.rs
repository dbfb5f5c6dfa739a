//! Keys that a few rows break, in a sample of all records.

use synth_core::cast;

use super::{Sheet, can_be_key};
use crate::relations::counts::View;
use crate::relations::names::{sounds_like_id, sounds_like_own_key};
use crate::relations::table::Column;
use crate::relations::value_set::ValueSet;
use crate::relations::{Evidence, NearKey};

/// Share of the values that are the first of their kind where a key is broken by a few rows.
pub(crate) const MIN_NEAR_KEY: f64 = 0.99;

/// Returns the fields that are keys of their tables by their names, that every row has, and that hardly ever repeat.
///
/// Numbers drawn from many hardly repeat either, but have no such names. Records have no name that their key could
/// repeat: of them the first identifier is taken, unless one never repeats. A sample of some of the records tells
/// nothing here.
pub(crate) fn near_keys(view: &View<'_>) -> Vec<NearKey> {
    let is_whole = |sheet: &&Sheet<'_>| sheet.when.is_none() && sheet.table.has_one_holder();
    let sheets = view.sheets.iter().filter(is_whole).filter(|_| view.is_complete);
    sheets.flat_map(near_keys_of).collect()
}

fn near_keys_of(sheet: &Sheet<'_>) -> Vec<NearKey> {
    let table = sheet.table;
    let is_root = table.path.segments().is_empty();
    let is_named = |column: &&Column| match is_root {
        true => sounds_like_id(&column.path),
        false => sounds_like_own_key(&column.path, &table.path),
    };
    let named = table.columns.iter().filter(|column| can_be_key(column)).filter(is_named);
    let mut near = Vec::new();
    for column in named {
        let values = ValueSet::of(column, sheet.rows.iter().copied());
        if values.n_values != cast::to_u64(sheet.rows.len()) || values.share_of_first() < MIN_NEAR_KEY {
            continue;
        }
        if values.is_unique() {
            return Vec::new();
        }
        let n_holding = cast::to_u64(values.entries().count());
        near.push(NearKey {
            paths: vec![column.path.clone()],
            when: None,
            evidence: Evidence { n_rows: values.n_values, n_holding },
            exceptions: Vec::new(),
        });
    }
    near.truncate(1);
    near
}
