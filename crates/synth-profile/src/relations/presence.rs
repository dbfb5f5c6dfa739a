//! Fields that are there together, one without the other, or only with others.

use indexmap::IndexMap;
use synth_core::{JsonPath, cast, math};

use super::table::{Part, Table};
use super::{Evidence, Presence, PresenceRule};

/// Fewest rows with and without a field for its presence to say something.
const MIN_ROWS: usize = 5;
/// Bits by which a rule must be less likely by chance.
const MIN_BITS: f64 = 12.0;
/// Share of rows that have one of two fields, for these to be taken for alternatives.
const MIN_COVER: f64 = 0.95;
/// Most groups of fields that are compared with each other.
const MAX_GROUPS: usize = 120;

/// The fields that have a value, of whatever type, in the same rows.
struct Group<'t> {
    paths: Vec<&'t JsonPath>,
    rows: Vec<bool>,
    n_present: usize,
}

/// Returns the rules of presence of every table.
pub(crate) fn presence(tables: &[Table]) -> Vec<Presence> {
    tables.iter().flat_map(of_table).collect()
}

fn of_table(table: &Table) -> Vec<Presence> {
    let n_rows = table.n_rows();
    let groups = groups(table);
    let evidence = Evidence { n_rows: cast::to_u64(n_rows), n_holding: cast::to_u64(n_rows) };
    let mut rules: Vec<Presence> = groups
        .iter()
        .filter(|group| group.paths.len() > 1)
        .map(|group| Presence {
            rule: PresenceRule::Together,
            paths: group.paths.iter().map(|path| (*path).clone()).collect(),
            evidence,
        })
        .collect();
    if groups.len() > MAX_GROUPS {
        return rules;
    }
    let needs = needs(&groups, n_rows);
    for (left, group) in groups.iter().enumerate() {
        for (right, other) in groups.iter().enumerate() {
            let rule = if is_direct(&needs, left, right) {
                PresenceRule::Requires
            } else if left < right && are_alternatives(group, other, n_rows) {
                PresenceRule::Exclusive
            } else {
                continue;
            };
            rules.push(Presence {
                rule,
                paths: vec![group.paths[0].clone(), other.paths[0].clone()],
                evidence,
            });
        }
    }
    rules
}

/// The optional fields by the rows that have them; one of several types has a column of each.
fn groups(table: &Table) -> Vec<Group<'_>> {
    let mut of_path: IndexMap<&JsonPath, Vec<bool>> = IndexMap::new();
    for column in table.columns.iter().filter(|column| column.part != Part::Key) {
        let rows = of_path.entry(&column.path).or_insert_with(|| vec![false; table.n_rows()]);
        rows.iter_mut().enumerate().for_each(|(row, present)| *present |= column.has_value(row));
    }
    let mut groups: IndexMap<Vec<bool>, Vec<&JsonPath>> = IndexMap::new();
    for (path, rows) in of_path {
        let n_present = rows.iter().filter(|present| **present).count();
        if n_present >= MIN_ROWS && rows.len() - n_present >= MIN_ROWS {
            groups.entry(rows).or_default().push(path);
        }
    }
    // What is always there with what it is a part of says nothing new.
    for paths in groups.values_mut() {
        let all = paths.clone();
        paths.retain(|path| !all.iter().any(|other| path.starts_with(other) && path != other));
    }
    groups
        .into_iter()
        .map(|(rows, paths)| {
            let n_present = rows.iter().filter(|present| **present).count();
            Group { paths, rows, n_present }
        })
        .collect()
}

/// Which group is there only where another is: `needs[left][right]`.
fn needs(groups: &[Group<'_>], n_rows: usize) -> Vec<Vec<bool>> {
    groups
        .iter()
        .map(|left| {
            groups
                .iter()
                .map(|right| {
                    let share = right.n_present as f64 / n_rows as f64;
                    let bits = -(left.n_present as f64) * math::ln(share) / math::ln(2.0);
                    left.n_present < right.n_present
                        && bits >= MIN_BITS
                        && left.rows.iter().zip(&right.rows).all(|(left, right)| !left || *right)
                })
                .collect()
        })
        .collect()
}

/// Tells whether a need is not the sum of two others.
fn is_direct(needs: &[Vec<bool>], left: usize, right: usize) -> bool {
    needs[left][right] && !(0..needs.len()).any(|middle| needs[left][middle] && needs[middle][right])
}

/// Two groups of which nearly every row has exactly one.
fn are_alternatives(left: &Group<'_>, right: &Group<'_>, n_rows: usize) -> bool {
    let n_both = left.rows.iter().zip(&right.rows).filter(|(left, right)| **left && **right).count();
    n_both == 0 && (left.n_present + right.n_present) as f64 >= MIN_COVER * n_rows as f64
}
