//! Which fields name a row.

use std::hash::BuildHasherDefault;

use indexmap::IndexSet;
use synth_core::Segment;

use super::choices::Choices;
use super::counts::{Slot, View};
use super::identity::Identity;
use super::names::{sounds_like_key, sounds_like_own_key};
use super::table::{Column, Kind, Part, Table};
use super::value_set::ValueSet;
use super::{Condition, Key};

mod near;
mod numbering;

pub(crate) use near::{MIN_NEAR_KEY, near_keys};
use numbering::scoped_number;

/// Some rows of a table: all, or those with one value of a tag.
#[derive(Debug, Clone)]
pub(crate) struct Sheet<'t> {
    pub(crate) table_index: usize,
    pub(crate) table: &'t Table,
    pub(crate) rows: Vec<usize>,
    pub(crate) when: Option<Condition>,
}

/// A column of a sheet whose values never repeat, or hardly ever.
#[derive(Debug, Clone)]
pub(crate) struct UniqueColumn {
    pub(crate) sheet: usize,
    pub(crate) column: usize,
    pub(crate) values: ValueSet,
    /// No value repeats.
    pub(crate) is_exact: bool,
}

/// Share of the values that are distinct in a column of strings that others may refer to.
const NEARLY_UNIQUE: f64 = 0.95;

/// Values of which next to none repeats are taken for a key of others, from this many on.
const MIN_ROWS_OF_NEAR_KEY: u64 = 1000;
/// Share of the values that are distinct then.
const NEXT_TO_UNIQUE: f64 = 0.999;

/// Composite keys of one sheet that are tried on all records.
pub(crate) const MAX_COMPOSITES: usize = 4;
/// Most columns of a composite key.
const MAX_COLUMNS: usize = 3;
/// Most columns that composite keys are looked for among.
const MAX_CANDIDATES: usize = 14;
/// Repetitions that chance would have brought, so that none is no accident.
const MIN_EXPECTED_REPEATS: f64 = 8.0;
/// Rows from which a time alone may name a row.
const MIN_ROWS_BY_TIME: usize = 50;
/// Longest string that names a row.
const MAX_KEY_BYTES: usize = 80;

/// Returns the columns of all sheets whose values never repeat, or hardly ever.
pub(crate) fn unique_columns(view: &View<'_>) -> Vec<UniqueColumn> {
    let mut unique = Vec::new();
    for (sheet_index, sheet) in view.sheets.iter().enumerate() {
        for (column_index, column) in sheet.table.columns.iter().enumerate() {
            if !can_be_key(column) || column.n_distinct() < 2 && column.part != Part::Key {
                continue;
            }
            let slot = Slot::of_sheet(sheet_index, sheet, vec![column_index]);
            let values = match view.counts {
                None => ValueSet::of(column, sheet.rows.iter().copied()),
                Some(_) => match view.counted(&slot) {
                    Some(counted) => counted.values.clone(),
                    None => continue,
                },
            };
            let is_small = values.n_values < 2 && column.part != Part::Key;
            let is_exact = values.is_unique();
            let is_near = column.kind == Kind::Text && values.share_of_first() >= NEARLY_UNIQUE
                || values.n_values >= MIN_ROWS_OF_NEAR_KEY && values.share_of_first() >= NEXT_TO_UNIQUE;
            if (is_exact || is_near) && values.n_values > 0 && !is_small {
                unique.push(UniqueColumn { sheet: sheet_index, column: column_index, values, is_exact });
            }
        }
    }
    unique
}

fn can_be_key(column: &Column) -> bool {
    matches!(column.part, Part::Value | Part::Key) && column.kind != Kind::Decimal
}

/// Returns the keys of the sheets; `is_referenced` tells which unique columns other tables refer to.
pub(crate) fn keys(
    view: &View<'_>,
    unique: &[UniqueColumn],
    is_referenced: impl Fn(usize) -> bool,
    is_reference: impl Fn(&Column) -> bool,
) -> Vec<Key> {
    let (is_referenced, is_reference) = (&is_referenced, &is_reference);
    let mut keys = Vec::new();
    for (sheet_index, sheet) in view.sheets.iter().enumerate() {
        let n_rows = view.n_rows(sheet_index);
        let is_top = sheet.table.has_one_holder();
        let is_own = |index: usize, candidate: &UniqueColumn| {
            let refers = || is_reference(&sheet.table.columns[candidate.column]) && !is_referenced(index);
            candidate.is_exact && candidate.sheet == sheet_index && (is_top || !refers())
        };
        let own = || unique.iter().enumerate().filter(|(index, candidate)| is_own(*index, candidate));
        let never_repeats = |columns: &[usize]| never_repeats(view, sheet_index, columns);
        let link = link_key(sheet, is_reference).filter(|columns| never_repeats(columns));
        let primary = own()
            .map(|(index, candidate)| (score((sheet, n_rows), candidate, is_referenced(index)), candidate))
            .filter(|(score, _)| *score >= 1.0 && link.is_none())
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        let scoped = scoped_number(sheet).filter(|columns| link.is_none() && never_repeats(columns));
        // A time that happens not to repeat does not name what is numbered.
        let is_named =
            |candidate: &UniqueColumn| sounds_like_key(&sheet.table.columns[candidate.column].path);
        let primary = primary.filter(|(_, candidate)| scoped.is_none() || is_named(candidate));
        let link = link.or(scoped);
        let primary_column = primary.as_ref().map(|(_, candidate)| candidate.column);
        let composite = || composites(sheet, is_reference).into_iter().find(|columns| never_repeats(columns));
        if let Some((_, candidate)) = &primary {
            keys.push(key(sheet, &[candidate.column], true, candidate.values.n_values));
        } else if let Some(columns) = link.or_else(composite) {
            keys.push(key(sheet, &columns, true, n_rows));
        }
        for (index, candidate) in own().filter(|(_, candidate)| Some(candidate.column) != primary_column) {
            let column = &sheet.table.columns[candidate.column];
            if sheet.when.is_none() && is_top && names_a_row(candidate, column, is_referenced(index)) {
                keys.push(key(sheet, &[candidate.column], false, candidate.values.n_values));
            }
        }
    }
    keys
}

/// Tells whether no two rows of all records agree in some columns that never repeat in the sample.
fn never_repeats(view: &View<'_>, sheet_index: usize, columns: &[usize]) -> bool {
    let slot = Slot::of_sheet(sheet_index, &view.sheets[sheet_index], columns.to_vec());
    view.counts.is_none() || view.counted(&slot).is_some_and(|counted| counted.values.is_unique())
}

/// Returns the columns that may be keys together in a sheet, best first; none of them repeats in the sample.
pub(crate) fn several_columns(sheet: &Sheet<'_>, is_reference: impl Fn(&Column) -> bool) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = link_key(sheet, &is_reference).into_iter().collect();
    found.extend(scoped_number(sheet));
    found.extend(composites(sheet, &is_reference));
    found
}

fn key(sheet: &Sheet<'_>, columns: &[usize], is_primary: bool, n_rows: u64) -> Key {
    let paths = columns.iter().map(|column| sheet.table.columns[*column].path.clone()).collect();
    Key { paths, is_primary, when: sheet.when.clone(), n_rows }
}

/// How much speaks for a unique column to be the primary key; from 1 on enough does.
fn score((sheet, n_rows): (&Sheet<'_>, u64), candidate: &UniqueColumn, is_referenced: bool) -> f64 {
    let column = &sheet.table.columns[candidate.column];
    let is_complete = candidate.values.n_values == n_rows;
    let is_listed = matches!(column.path.segments().last(), Some(Segment::Elements));
    if !is_complete || column.part == Part::Key || is_listed {
        return 0.0;
    }
    if sheet.when.is_some() && !is_referenced {
        return 0.0;
    }
    let is_nested = !sheet.table.has_one_holder();
    let by_name = if sounds_like_own_key(&column.path, &sheet.table.path) {
        3.0
    } else if sounds_like_key(&column.path) {
        1.5
    } else {
        0.0
    };
    let by_reference = if is_referenced { 3.0 } else { 0.0 };
    let is_time = column.kind == Kind::Time;
    let by_form = if is_time && sheet.rows.len() >= MIN_ROWS_BY_TIME && !is_nested {
        1.0
    } else if !is_time && sheet.rows.len() >= MIN_ROWS_BY_TIME && has_code_form(column) {
        0.9
    } else {
        0.0
    };
    // Of two equal columns the first is the key.
    let by_place = 0.2 / (1.0 + candidate.column as f64) + 0.05 / (1.0 + column.path.segments().len() as f64);
    let evidence = by_name + by_reference + by_form;
    if evidence > 0.0 { evidence + by_place } else { 0.0 }
}

/// Short strings without spaces that all have a digit, such as serial numbers.
fn has_code_form(column: &Column) -> bool {
    column.kind == Kind::Text
        && column.distinct_texts().all(|text| {
            let has_digit = text.contains(|c: char| c.is_ascii_digit());
            has_digit && text.len() <= MAX_KEY_BYTES && !text.contains(char::is_whitespace)
        })
}

/// Tells whether a unique column is worth a promise: it sounds like a key, is referred to, or its values are
/// strings, where chance would have brought repetitions had they been drawn from few.
fn names_a_row(candidate: &UniqueColumn, column: &Column, is_referenced: bool) -> bool {
    let n_values = candidate.values.n_values;
    column.part != Part::Key
        && (is_referenced
            || (n_values >= 2 && sounds_like_key(&column.path))
            || (column.kind == Kind::Text && n_values >= 5))
}

/// The columns of a table that refer to other tables, when they are all it has to name a row by.
fn link_key(sheet: &Sheet<'_>, is_reference: &impl Fn(&Column) -> bool) -> Option<Vec<usize>> {
    let all = &sheet.table.columns;
    let columns: Vec<usize> = (0..all.len()).filter(|index| all[*index].part == Part::Value).collect();
    let links: Vec<usize> = columns.iter().copied().filter(|index| is_reference(&all[*index])).collect();
    let all_are_links = links.len() == columns.len() && (2..=MAX_COLUMNS).contains(&links.len());
    (all_are_links && sheet.when.is_none() && repeats(sheet, &links) == 0).then_some(links)
}

/// The fewest columns that together never repeat, where chance would have repeated them; of several choices the best
/// first.
fn composites(sheet: &Sheet<'_>, is_reference: &impl Fn(&Column) -> bool) -> Vec<Vec<usize>> {
    if sheet.when.is_some() || sheet.rows.len() < 10 {
        return Vec::new();
    }
    let candidates = parts_of_composites(sheet, is_reference);
    let hashes: Vec<Vec<u64>> = candidates.iter().map(|(_, column)| hashes(sheet, *column)).collect();
    let agreement: Vec<f64> = candidates.iter().map(|(_, column)| agreement(sheet, *column)).collect();
    let never_repeat = |chosen: &[usize]| {
        expected_repeats(sheet.rows.len(), chosen.iter().map(|index| agreement[*index]))
            >= MIN_EXPECTED_REPEATS
            && are_distinct(
                (0..sheet.rows.len()).map(|row| combined(chosen.iter().map(|index| hashes[*index][row]))),
            )
    };
    (2..=MAX_COLUMNS)
        .map(|size| {
            let mut found: Vec<(f64, Vec<usize>)> = combinations(candidates.len(), size)
                .into_iter()
                .filter(|chosen| never_repeat(chosen))
                .map(|chosen| {
                    let worth = chosen.iter().map(|index| candidates[*index].0).sum();
                    (worth, chosen.into_iter().map(|index| candidates[index].1).collect::<Vec<_>>())
                })
                .collect();
            found.sort_by(|left, right| right.0.total_cmp(&left.0));
            found.truncate(MAX_COMPOSITES);
            found
                .into_iter()
                .map(|(_, mut columns)| {
                    columns.sort_unstable();
                    columns
                })
                .collect::<Vec<_>>()
        })
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// The columns that composite keys are made of, with their worth, best first.
fn parts_of_composites(sheet: &Sheet<'_>, is_reference: &impl Fn(&Column) -> bool) -> Vec<(f64, usize)> {
    let n_rows = sheet.rows.len();
    let mut candidates: Vec<(f64, usize)> = sheet
        .table
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| {
            column.part == Part::Value
                && matches!(column.kind, Kind::Integer | Kind::Text | Kind::Time)
                && column.n_distinct() > 1
                && column.n_distinct() * 2 <= n_rows
                && sheet.rows.iter().all(|row| column.has_value(*row))
                && column.distinct_texts().all(|text| text.len() <= MAX_KEY_BYTES)
        })
        .map(|(index, column)| (worth(column, n_rows, is_reference), index))
        .filter(|(worth, _)| *worth > 0.0)
        .collect();
    candidates.sort_by(|left, right| right.0.total_cmp(&left.0));
    candidates.truncate(MAX_CANDIDATES);
    candidates
}

/// How fit a column is to be part of a composite key.
fn worth(column: &Column, n_rows: usize, is_reference: &impl Fn(&Column) -> bool) -> f64 {
    let by_name = if sounds_like_key(&column.path) { 2.0 } else { 0.0 };
    let by_link = if is_reference(column) { 3.0 } else { 0.0 };
    let by_kind = match column.kind {
        Kind::Time => 1.5,
        Kind::Text => 1.0,
        _ if sounds_like_number(column) => 1.5,
        _ => 0.0,
    };
    let is_free_text =
        column.kind == Kind::Text && column.n_distinct() * 2 > n_rows && by_name + by_link < 1.0;
    if is_free_text { 0.0 } else { by_name + by_link + by_kind }
}

/// Whole numbers called number, line or position count rows within something.
fn sounds_like_number(column: &Column) -> bool {
    let words = column.path.last_key().map(super::names::words).unwrap_or_default();
    words.iter().any(|word| {
        matches!(
            word.as_str(),
            "number" | "no" | "nr" | "num" | "line" | "seq" | "sequence" | "position" | "index" | "version"
        )
    })
}

/// Rows whose values were seen together before.
fn repeats(sheet: &Sheet<'_>, columns: &[usize]) -> usize {
    let columns: Vec<&Column> = columns.iter().map(|index| &sheet.table.columns[*index]).collect();
    let mut tuples: Vec<u64> = sheet.rows.iter().map(|row| tuple(&columns, *row)).collect();
    tuples.sort_unstable();
    tuples.windows(2).filter(|pair| pair[0] == pair[1]).count()
}

/// Tells whether no hash occurs twice; looks no further than the first that does.
fn are_distinct(hashes: impl Iterator<Item = u64>) -> bool {
    let mut seen: IndexSet<u64, BuildHasherDefault<Identity>> = IndexSet::default();
    hashes.into_iter().all(|hash| seen.insert(hash))
}

/// The hash of one column in the rows of a sheet.
fn hashes(sheet: &Sheet<'_>, column: usize) -> Vec<u64> {
    let column = &sheet.table.columns[column];
    sheet.rows.iter().map(|row| column.hash(column.cell(*row)).unwrap_or(0)).collect()
}

/// One number for the values of some columns of a row.
pub(crate) fn tuple(columns: &[&Column], row: usize) -> u64 {
    combined(columns.iter().map(|column| column.hash(column.cell(row)).unwrap_or(0)))
}

fn combined(hashes: impl Iterator<Item = u64>) -> u64 {
    hashes.fold(0, synth_core::hash::combine)
}

/// Pairs of rows that would agree in all columns if these were independent: n (n - 1) / 2 times the product of
/// the chances that two rows agree in one.
fn expected_repeats(n_rows: usize, agreement: impl Iterator<Item = f64>) -> f64 {
    let n = n_rows as f64;
    0.5 * n * (n - 1.0) * agreement.product::<f64>()
}

/// The chance that two rows agree in a column.
fn agreement(sheet: &Sheet<'_>, column: usize) -> f64 {
    let n = sheet.rows.len() as f64;
    let values = ValueSet::of(&sheet.table.columns[column], sheet.rows.iter().copied());
    let pairs: f64 = values.entries().map(|(_, count)| count as f64 * count as f64).sum();
    pairs / (n * n)
}

/// All choices of `size` of `n` things, in order.
pub(crate) fn combinations(n: usize, size: usize) -> Vec<Vec<usize>> {
    let mut choices = Choices::new(n, size);
    std::iter::from_fn(|| choices.advance().map(<[usize]>::to_vec)).collect()
}
