//! Keys and dependencies that a model supposes, counted.

use std::collections::BTreeMap;

use synth_core::{JsonPath, cast};

use super::{Claim, ClaimKind, Verdict};
use crate::profile::Profile;
use crate::relations::{Dependency, Dependent, Evidence, Key, Relations};
use crate::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable, SampleTables};

/// Fewer rows tell nothing.
const MIN_ROWS: u64 = 20;
/// Rows of a group, on average, that a dependency must have been tested with.
const MIN_ROWS_OF_GROUP: u64 = 3;

/// The columns of values of a table.
pub(super) fn columns<'t>(table: SampleTable<'t>) -> Vec<SampleColumn<'t>> {
    table.columns().filter(|column| column.part() == SamplePart::Value).collect()
}

/// Tells whether a relation is in the profile: the same, or one that says more.
pub(super) fn is_known(relations: &Relations, kind: ClaimKind, paths: &[JsonPath]) -> bool {
    match kind {
        ClaimKind::SemanticType => false,
        ClaimKind::Unique => relations
            .keys
            .iter()
            .any(|key| key.when.is_none() && key.paths.iter().all(|path| paths.contains(path))),
        ClaimKind::FunctionalDep => {
            let Some((last, first)) = paths.split_last() else { return false };
            relations.dependencies.iter().any(|dependency| {
                dependency.lhs.iter().all(|path| first.contains(path))
                    && dependency.rhs.iter().any(|dependent| dependent.path == *last)
            })
        }
    }
}

/// Counts how many rows agree with a claim, and says what follows.
pub(super) fn judge(
    relations: &Relations,
    kind: ClaimKind,
    table: SampleTable<'_>,
    columns: &[SampleColumn<'_>],
) -> (Evidence, Verdict) {
    let paths: Vec<JsonPath> = columns.iter().map(|column| column.path().clone()).collect();
    let (evidence, n_groups) = match kind {
        ClaimKind::Unique => never_repeats(table, columns),
        _ => follows(table, columns),
    };
    let says_little = match kind {
        // A field that is always the same follows from everything, and one that never repeats decides everything.
        ClaimKind::FunctionalDep => n_groups * MIN_ROWS_OF_GROUP > evidence.n_rows || n_groups < 2,
        _ => false,
    };
    let verdict = if is_known(relations, kind, &paths) {
        Verdict::Known
    } else if evidence.n_rows < MIN_ROWS || (says_little && evidence.n_holding == evidence.n_rows) {
        Verdict::Untestable
    } else if evidence.n_holding == evidence.n_rows {
        Verdict::Accepted
    } else {
        Verdict::Refuted
    };
    (evidence, verdict)
}

/// The values of a row in some columns; `None` unless it has all.
fn values(row: usize, columns: &[SampleColumn<'_>]) -> Option<Vec<usize>> {
    let value = |column: &SampleColumn<'_>| match column.cell(row) {
        SampleCell::Value(value) => Some(value),
        SampleCell::Missing | SampleCell::Null => None,
    };
    columns.iter().map(value).collect()
}

/// Rows that are the first with their values hold.
fn never_repeats(table: SampleTable<'_>, columns: &[SampleColumn<'_>]) -> (Evidence, u64) {
    let mut seen = std::collections::BTreeSet::new();
    let mut n_rows = 0;
    for row in (0..table.n_rows()).filter_map(|row| values(row, columns)) {
        n_rows += 1;
        seen.insert(row);
    }
    let n_distinct = cast::to_u64(seen.len());
    (Evidence { n_rows, n_holding: n_distinct }, n_distinct)
}

/// Rows that agree with the commonest value of their group hold; a last column of one value makes one group.
fn follows(table: SampleTable<'_>, columns: &[SampleColumn<'_>]) -> (Evidence, u64) {
    let mut groups: BTreeMap<Vec<usize>, BTreeMap<usize, u64>> = BTreeMap::new();
    let mut n_rows = 0;
    for mut row in (0..table.n_rows()).filter_map(|row| values(row, columns)) {
        let Some(last) = row.pop() else { continue };
        n_rows += 1;
        *groups.entry(row).or_default().entry(last).or_insert(0) += 1;
    }
    let n_holding = groups.values().filter_map(|group| group.values().max()).sum();
    let n_last = columns.last().map_or(0, |column| column.values().count());
    let n_groups = if n_last < 2 { 1 } else { cast::to_u64(groups.len()) };
    (Evidence { n_rows, n_holding }, n_groups)
}

/// Adds a relation that the data bear out.
pub(super) fn take(profile: &mut Profile, claim: &Claim, tables: &SampleTables) {
    let relations = &mut profile.relations;
    match (claim.kind, claim.paths.split_last()) {
        (ClaimKind::Unique, _) => relations.keys.push(Key {
            paths: claim.paths.clone(),
            is_primary: false,
            when: None,
            n_rows: claim.evidence.n_rows,
        }),
        (ClaimKind::FunctionalDep, Some((last, first))) => {
            let dependent =
                Dependent { path: last.clone(), evidence: claim.evidence, exceptions: Vec::new() };
            if let Some(same) = relations.dependencies.iter_mut().find(|found| found.lhs == first) {
                same.rhs.push(dependent);
                return;
            }
            let n_lhs = tables.iter().flat_map(columns).find(|column| first == [column.path().clone()]);
            relations.dependencies.push(Dependency {
                lhs: first.to_vec(),
                rhs: vec![dependent],
                n_lhs: n_lhs.map_or(0, |column| cast::to_u64(column.values().count())),
            });
        }
        _ => {}
    }
}
