//! Foreign keys: columns whose values name rows elsewhere.
//!
//! That all values of one column occur in another proves little: small whole numbers occur everywhere. Each pair is
//! judged by four things: how many values are covered, how unlikely that is by chance given the form of the
//! values ([`bits_of_match`]), what the names say ([`affinity`]), and the shape of the graph for a table that
//! refers to itself. Compare Rostin et al. 2009, A machine learning approach to foreign key discovery, WebDB, whose
//! features these are; here they are rules, because a rule can be explained.

use std::borrow::Cow;
use std::collections::BTreeSet;

use synth_core::hash::hash_bytes;
use synth_core::{Segment, cast, math};
use synth_stats::LengthHistogram;

use super::counts::{Counted, RowsOf, Slot, View};
use super::exceptions::Exception;
use super::keys::{Sheet, UniqueColumn};
use super::names::{affinity, sounds_like_key, sounds_like_kin, sounds_like_own_key};
use super::table::{Column, Kind, Part, Table};
use super::value_set::{Inclusion, ValueSet, bits_of_match};
use super::{Evidence, Reference};
use crate::finish::length_profile;

pub(crate) mod composite;

/// A foreign key with the unique column it refers to.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) unique: usize,
    pub(crate) child_table: usize,
    pub(crate) child_column: usize,
    pub(crate) child_slot: Slot,
    pub(crate) reference: Reference,
    coverage: f64,
}

/// Fewest bits that rule out chance where names say nothing.
const MIN_BITS: f64 = 10.0;
/// Share of values that must name a parent, where their form rules out chance.
const MIN_COVERAGE: f64 = 0.8;
/// The same where only the names speak for the reference.
const MIN_COVERAGE_BY_NAME: f64 = 0.95;
/// Names as alike as this speak for a reference.
const MIN_AFFINITY: f64 = 0.3;
/// Values that a parent has at least, unless it is called a key or is one of a dictionary.
const MIN_PARENTS: u64 = 8;
/// Rows, and bits by which chance makes no tree of them, from which the shape of one is no accident.
const MIN_TREE_ROWS: u64 = 20;
const MIN_TREE_BITS: f64 = 5.0;

/// A column that may refer to others, and its values by what is left after a prefix.
struct Child<'t> {
    table_index: usize,
    table: &'t Table,
    column_index: usize,
    column: &'t Column,
    prefix: Option<String>,
}

/// A column and the rows of it that one child and one parent are compared by.
struct Compared<'c, 't> {
    child: &'c Child<'t>,
    is_stripped: bool,
    slot: Slot,
}

/// How well a child fits a parent.
struct Fit {
    score: f64,
    coverage: f64,
    evidence: Evidence,
}

/// Returns for each column the parent it refers to, if there is one.
pub(crate) fn references(view: &View<'_>, unique: &[UniqueColumn]) -> Vec<Found> {
    let mut found: Vec<Found> =
        children(view.tables).iter().filter_map(|child| best_parent(child, view, unique)).collect();
    drop_weaker_directions(&mut found, view.sheets, unique);
    drop_labels(&mut found, view.sheets, unique);
    found
}

/// A reference that would hold if all values of the child named a parent: only all records can tell.
#[derive(Debug, Clone)]
pub(crate) struct Conceivable {
    pub(crate) child: Slot,
    /// Number of the unique column.
    pub(crate) unique: usize,
}

/// Returns the references that names and forms of the values allow.
pub(crate) fn conceivable(view: &View<'_>, unique: &[UniqueColumn]) -> Vec<Conceivable> {
    let mut found = Vec::new();
    for child in &children(view.tables) {
        for (index, parent) in unique.iter().enumerate() {
            for compared in comparisons(child, parent, view) {
                let Some(values) = sampled_values(&compared, view) else { continue };
                let n_distinct = cast::to_usize(cast::round_to_u64(values.n_distinct()));
                let best_case = Inclusion {
                    n_values: values.n_values,
                    n_covered: values.n_values,
                    n_distinct_covered: n_distinct,
                };
                if fit((&compared, &values), best_case, parent, view).is_some() {
                    found.push(Conceivable { child: compared.slot, unique: index });
                }
            }
        }
    }
    found
}

/// Two columns of a table that refer to different columns of one other table: the one that refers to the better key
/// does, and the other repeats what that row says.
fn drop_labels(found: &mut Vec<Found>, sheets: &[Sheet<'_>], unique: &[UniqueColumn]) {
    let place = |found: &Found| {
        let parent = &unique[found.unique];
        (sheets[parent.sheet].table_index, parent.column)
    };
    let all = found.clone();
    found.retain(|this| {
        let (table, column) = place(this);
        !all.iter().any(|other| {
            let (other_table, other_column) = place(other);
            other.child_table == this.child_table
                && other_table == table
                && other_column != column
                && table != this.child_table
                && key_worth(other, sheets, unique) > key_worth(this, sheets, unique)
        })
    });
}

/// How much the parent of a reference looks like a key.
fn key_worth(found: &Found, sheets: &[Sheet<'_>], unique: &[UniqueColumn]) -> u8 {
    let parent = &unique[found.unique];
    let sheet = &sheets[parent.sheet];
    let key = &sheet.table.columns[parent.column];
    let has_spaces = key.distinct_texts().any(|text| text.contains(char::is_whitespace));
    if key.part == Part::Key {
        3
    } else if sounds_like_own_key(&key.path, &sheet.table.path) {
        2
    } else {
        u8::from(!has_spaces)
    }
}

fn children(tables: &[Table]) -> Vec<Child<'_>> {
    let mut children = Vec::new();
    for (table_index, table) in tables.iter().enumerate() {
        for (column_index, column) in table.columns.iter().enumerate() {
            let may_refer = matches!(column.part, Part::Value | Part::Key)
                && matches!(column.kind, Kind::Integer | Kind::Text | Kind::Other)
                && column.n_distinct() > 0
                && !is_boolean(column);
            if may_refer {
                let prefix = common_prefix(column);
                children.push(Child { table_index, table, column_index, column, prefix });
            }
        }
    }
    children
}

fn is_boolean(column: &Column) -> bool {
    column.kind == Kind::Other && column.distinct_texts().next().is_none() && column.n_distinct() <= 2
}

/// What all strings begin with, up to a sign such as `:` or `/`.
fn common_prefix(column: &Column) -> Option<String> {
    let mut texts = column.distinct_texts();
    let first = texts.next()?;
    let mut length = first.len();
    let mut n_texts = 1;
    for text in texts {
        let shared = first.bytes().zip(text.bytes()).take_while(|(left, right)| left == right).count();
        length = length.min(shared);
        n_texts += 1;
    }
    let sign =
        first.as_bytes()[..length].iter().rposition(|byte| matches!(byte, b':' | b'/' | b'#' | b'|'))?;
    // With one string alone every part of it would be common.
    (n_texts >= 2 && sign + 1 < first.len()).then(|| first[..=sign].to_owned())
}

fn best_parent(child: &Child<'_>, view: &View<'_>, unique: &[UniqueColumn]) -> Option<Found> {
    let mut best: Option<(Fit, usize, Cow<'_, ValueSet>, Compared<'_, '_>)> = None;
    for (index, parent) in unique.iter().enumerate() {
        for compared in comparisons(child, parent, view) {
            let Some(values) = values_of(&compared, view) else { continue };
            let inclusion = values.within(&parent.values);
            let Some(fit) = fit((&compared, &values), inclusion, parent, view) else { continue };
            if best.as_ref().is_none_or(|(known, ..)| fit.score > known.score) {
                best = Some((fit, index, values, compared));
            }
        }
    }
    let (fit, index, values, compared) = best?;
    let (parent, sheet) = (&unique[index], &view.sheets[unique[index].sheet]);
    let prefix = compared.slot.prefix.as_deref();
    let published = prefix.and_then(|prefix| view.gate.category(prefix, values.n_values, None));
    if prefix.is_some() && published.is_none() {
        return None;
    }
    let reference = Reference {
        child: vec![child.column.path.clone()],
        parent: vec![sheet.table.columns[parent.column].path.clone()],
        parent_when: sheet.when.clone(),
        prefix: published,
        evidence: fit.evidence,
        children: n_children(&parent.values, &values),
        exceptions: view
            .counted(&compared.slot)
            .map(|counted| orphans(counted, &parent.values))
            .unwrap_or_default(),
    };
    Some(Found {
        unique: index,
        child_table: child.table_index,
        child_column: child.column_index,
        child_slot: compared.slot,
        reference,
        coverage: fit.coverage,
    })
}

/// Lists of plain values have no rows to refer to, and two values that differ do not make a key.
fn may_be_referred_to(key: &Column, parent: &UniqueColumn) -> bool {
    let is_listed = matches!(key.path.segments().last(), Some(Segment::Elements));
    !is_listed
        && (key.part == Part::Key || parent.values.n_values >= MIN_PARENTS || sounds_like_key(&key.path))
}

/// The ways in which a child may be compared with a parent; none when the two are one thing.
fn comparisons<'c, 't>(
    child: &'c Child<'t>,
    parent: &UniqueColumn,
    view: &View<'_>,
) -> Vec<Compared<'c, 't>> {
    let sheet = &view.sheets[parent.sheet];
    let key = &sheet.table.columns[parent.column];
    let is_same_table = sheet.table_index == child.table_index;
    let is_same_column = is_same_table && parent.column == child.column_index;
    if !may_be_referred_to(key, parent)
        || is_same_column && sheet.when.is_none()
        || is_same_table && !is_same_column && copies(child.column, key, sheet)
    {
        return Vec::new();
    }
    let rows = if is_same_column { RowsOf::Outside(parent.sheet) } else { RowsOf::All };
    let prefixes = std::iter::once(None).chain(child.prefix.clone().map(Some));
    prefixes
        .map(|prefix| Compared {
            child,
            is_stripped: prefix.is_some(),
            slot: Slot { table: child.table_index, columns: vec![child.column_index], rows, prefix },
        })
        .collect()
}

/// The child's values: those of all records once they were counted, else those of the sample.
fn values_of<'v>(compared: &Compared<'_, '_>, view: &View<'v>) -> Option<Cow<'v, ValueSet>> {
    let values = match view.counts {
        Some(_) => Some(Cow::Borrowed(&view.counted(&compared.slot)?.values)),
        None => sampled_values(compared, view).map(Cow::Owned),
    };
    values.filter(|values| values.n_values > 0)
}

/// The first rows of a child whose values name no parent.
fn orphans(child: &Counted, parent: &ValueSet) -> Vec<Exception> {
    child.rows_where(|hash, _| hash <= parent.limit() && parent.count(hash).is_none())
}

fn sampled_values(compared: &Compared<'_, '_>, view: &View<'_>) -> Option<ValueSet> {
    let Compared { child, slot, .. } = compared;
    let own = match slot.rows {
        RowsOf::Outside(sheet) => view.sheets[sheet].rows.as_slice(),
        RowsOf::All | RowsOf::Sheet(_) => &[],
    };
    let rows = (0..child.table.n_rows()).filter(|row| own.binary_search(row).is_err());
    let values = match &slot.prefix {
        Some(prefix) => ValueSet::by(child.column, rows, |column, cell| hash_behind(column, cell, prefix)),
        None => ValueSet::of(child.column, rows),
    };
    (values.n_values > 0).then_some(values)
}

/// The hash of what a string is behind a prefix.
pub(crate) fn hash_behind(column: &Column, cell: u32, prefix: &str) -> Option<u64> {
    let text = column.text_of(cell)?;
    Some(hash_bytes(text.strip_prefix(prefix).unwrap_or(text).as_bytes()))
}

/// Tells whether two columns of a table hold the same value in most rows.
fn copies(left: &Column, right: &Column, sheet: &Sheet<'_>) -> bool {
    let both = sheet.rows.iter().filter(|row| left.has_value(**row) && right.has_value(**row));
    let (n, same) = both.fold((0_usize, 0_usize), |(n, same), row| {
        (n + 1, same + usize::from(left.hash(left.cell(*row)) == right.hash(right.cell(*row))))
    });
    2 * same > n
}

fn fit(
    (compared, values): (&Compared<'_, '_>, &ValueSet),
    inclusion: Inclusion,
    parent: &UniqueColumn,
    view: &View<'_>,
) -> Option<Fit> {
    let Compared { child, is_stripped, .. } = compared;
    let sheet = &view.sheets[parent.sheet];
    let key = &sheet.table.columns[parent.column];
    let coverage = inclusion.n_covered as f64 / (inclusion.n_values as f64).max(1.0);
    if coverage < MIN_COVERAGE {
        return None;
    }
    let form = if *is_stripped { key } else { child.column };
    let n_parent = (key.n_distinct() as f64).max(parent.values.n_distinct());
    let bits = inclusion.n_distinct_covered as f64 * bits_of_match((key, n_parent), child.column, form);
    let names = affinity(&child.column.path, &key.path, &sheet.table.path);
    let is_same_table = sheet.table_index == child.table_index;
    let is_own_key = sounds_like_own_key(&child.column.path, &child.table.path) && values.is_unique();
    // Counters run through the same numbers; without a name that says so they refer to nothing.
    let is_named = names >= MIN_AFFINITY
        || key.part == Part::Key
        || sounds_like_key(&child.column.path)
        || sounds_like_key(&key.path);
    let by_form = bits >= MIN_BITS
        && (is_named || !is_plain_number(child.column))
        && !(is_own_key && coverage < MIN_COVERAGE_BY_NAME);
    let by_name = names >= MIN_AFFINITY
        && coverage >= MIN_COVERAGE_BY_NAME
        && !is_own_key
        && sounds_like_reference(child, key, names);
    let by_shape = is_same_table
        && sheet.when.is_none()
        && coverage >= MIN_COVERAGE_BY_NAME
        // In a part of the rows most parents are missing, so anything looks like a tree.
        && tree_bits(child.column, key, sheet).is_some_and(|bits| {
            let is_proved = values.n_values >= MIN_TREE_ROWS && view.is_complete && bits >= MIN_TREE_BITS;
            is_proved || sounds_like_kin(&child.column.path)
        });
    let is_key = key.part == Part::Key || sounds_like_own_key(&key.path, &sheet.table.path);
    let score = 3.0 * names
        + 2.0 * coverage
        + bits.min(60.0) / 60.0
        + if is_key { 0.3 } else { 0.0 }
        + if key.part == Part::Key { 0.1 } else { 0.0 }
        + if by_shape { 1.0 } else { 0.0 };
    let evidence = Evidence { n_rows: inclusion.n_values, n_holding: inclusion.n_covered };
    let is_reference = if is_plain_number(child.column) && !is_sparse(bits, inclusion.n_distinct_covered) {
        by_name || by_shape
    } else {
        by_form || by_name || by_shape
    };
    is_reference.then_some(Fit { score, coverage, evidence })
}

/// Where the form of the values proves nothing, one of the two must be called a key, or both the same.
fn sounds_like_reference(child: &Child<'_>, key: &Column, names: f64) -> bool {
    names > 0.99 || key.part == Part::Key || sounds_like_key(&child.column.path) || sounds_like_key(&key.path)
}

fn is_plain_number(column: &Column) -> bool {
    column.kind == Kind::Integer
}

/// Numbers that lie so far apart that each match counts.
fn is_sparse(bits: f64, n_distinct: usize) -> bool {
    bits >= 6.0 * n_distinct as f64
}

/// Follows the references from every row of a table: there must be a row that refers to none, and no circle. Returns the
/// bits by which that is less likely by chance.
///
/// # Method
///
/// Of n rows that are referred to, r of which refer to none, a random choice of what the others refer to has no circle
/// with probability r / n (the forests with given roots over all functions: Cayley's formula, Moon 1970, Counting
/// labelled trees, section 3.4).
fn tree_bits(child: &Column, key: &Column, sheet: &Sheet<'_>) -> Option<f64> {
    let mut by_key: Vec<(u64, usize)> =
        sheet.rows.iter().filter_map(|row| Some((key.hash(key.cell(*row))?, *row))).collect();
    by_key.sort_unstable();
    let parent_of = |row: usize| {
        let hash = child.hash(child.cell(row))?;
        let index = by_key.binary_search_by_key(&hash, |(known, _)| *known).ok()?;
        Some(by_key[index].1)
    };
    let has_root = sheet.rows.iter().any(|row| !child.has_value(*row) && key.has_value(*row));
    let have_both = sheet.rows.iter().all(|row| !child.has_value(*row) || key.has_value(*row));
    let ends = |row: &usize| {
        let mut at = *row;
        for _ in 0..=sheet.rows.len().min(64) {
            match parent_of(at) {
                None => return true,
                Some(parent) => at = parent,
            }
        }
        false
    };
    if !has_root || !have_both || !sheet.rows.iter().all(ends) {
        return None;
    }
    let named: BTreeSet<usize> = sheet.rows.iter().filter_map(|row| parent_of(*row)).collect();
    let n_roots = named.iter().filter(|row| parent_of(**row).is_none()).count();
    Some(math::ln(named.len() as f64 / n_roots.max(1) as f64) / math::ln(2.0))
}

/// How many values of the child name each value of the parent.
fn n_children(parent: &ValueSet, child: &ValueSet) -> crate::profile::LengthProfile {
    let mut counts = LengthHistogram::default();
    parent.counts_in(child).for_each(|n_children| counts.push(n_children));
    length_profile(&counts)
}

/// Two columns that hold each other's values: the one with the higher coverage refers to the other, and of two
/// equal ones the later.
fn drop_weaker_directions(found: &mut Vec<Found>, sheets: &[Sheet<'_>], unique: &[UniqueColumn]) {
    let parent_place = |found: &Found| {
        let parent = &unique[found.unique];
        (sheets[parent.sheet].table_index, parent.column)
    };
    let all = found.clone();
    found.retain(|this| {
        let child_place = (this.child_table, this.child_column);
        !all.iter().any(|other| {
            let is_reverse = parent_place(other) == child_place
                && (other.child_table, other.child_column) == parent_place(this);
            is_reverse
                && parent_place(this) != child_place
                && (other.coverage > this.coverage
                    || (other.coverage >= this.coverage && parent_place(other) < parent_place(this)))
        })
    });
}
