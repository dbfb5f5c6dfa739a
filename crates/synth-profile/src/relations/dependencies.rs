//! Functional dependencies, exact and approximate, with minimal left sides.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use synth_core::{JsonPath, cast, math};

use super::keys::combinations;
use super::names;
use super::table::{Column, Kind, NULL, Part, Table};
use super::{Dependency, Dependent, Evidence};

/// Share of rows that must agree with the commonest value of their group (1 - g3 of Kivinen and Mannila 1995).
const MIN_HOLD: f64 = 0.95;
/// The same for left sides of several fields, of times and of measured numbers, which fit by chance more easily.
const ALL: f64 = 1.0;
/// Distinct values from which a number that is not called a key is taken for measured.
const MIN_MEASURED: usize = 30;
/// Distinct values that parts of times and places have at most; a left side of several fields has no larger numbers.
const MAX_PARTS: usize = 100;
/// Correlation from which one measured number is taken for growing with another.
const MIN_CORRELATION: f64 = 0.95;
/// Share of a dependency's rows in which a detour must be seen too.
const MIN_DETOUR: f64 = 0.95;
/// Share of the rows whose value is not the column's commonest that an approximate dependency must explain.
const MIN_LIFT: f64 = 0.8;
/// Values of the left side from which a dependency may have exceptions: two flags that mostly agree are associated, and
/// neither decides the other.
const MIN_DECIDING: u64 = 5;
/// Bits by which a dependency must be less likely by chance, beside those for the number of pairs tried.
const MIN_BITS: f64 = 10.0;
/// The same where the names of both sides share a word and no row disagrees: `status` and `status_text`.
const MIN_BITS_OF_NAMESAKES: f64 = 3.0;
/// Share of rows that are the only ones of their holder, for the holder's columns to count as theirs.
const MIN_ALONE: f64 = 0.8;
/// Most columns of a left side.
const MAX_LEFT: usize = 3;
/// Most columns from which left sides of several fields are made.
const MAX_CANDIDATES: usize = 16;
/// Cell visits spent on the pairs of one table; larger tables are cut to their first rows.
const BUDGET: usize = 20_000_000;

/// The rows of a table sorted into groups that agree on the left side.
struct Groups {
    /// The rows of all groups, one group after the other; rows where a value is missing are in none.
    rows: Vec<u32>,
    /// Where each group ends.
    ends: Vec<usize>,
    n_groups: usize,
}

/// How well one column follows from groups.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    pub(crate) evidence: Evidence,
    /// Rows beyond the first of each group.
    pub(crate) n_repeated: u64,
    /// Those of them that agree with the commonest value.
    pub(crate) n_agreeing: u64,
    /// Share of the column's commonest value.
    pub(crate) commonest: f64,
}

/// Returns the dependencies of every table, those with the same left side in one entry.
///
/// # Method
///
/// Levelwise over left sides as in TANE (Huhtala et al. 1999), with the error g3 of Kivinen and Mannila 1995,
/// Approximate inference of functional dependencies from relations, Theor. Comput. Sci. 149. A dependency must hold
/// in rows that repeat a left side, beyond what the commonest value alone would give: the binomial tail, bounded by
/// the relative entropy (Chernoff 1952), is compared with the number of pairs tried. Left sides that never repeat
/// prove nothing and are left out.
pub(crate) fn dependencies(tables: &[Table]) -> Vec<Dependency> {
    let tables: Vec<Cow<'_, Table>> = tables.iter().map(|table| widened(tables, table)).collect();
    let found: Vec<Vec<Found>> = tables.iter().map(|table| of_table(table)).collect();
    let known: BTreeSet<(String, String)> = tables
        .iter()
        .zip(&found)
        .flat_map(|(table, found)| {
            found.iter().filter(|found| found.lhs.len() == 1).filter_map(|found| name_pair(table, found))
        })
        .collect();
    let mut dependencies = Vec::new();
    for (table, mut found) in tables.iter().zip(found) {
        found.retain(|found| found.lhs.iter().all(|column| *column < n_own(table)));
        found.extend(by_analogy(table, &found, &known));
        dependencies.extend(constants(table));
        dependencies.extend(grouped(table, without_detours(table, found)));
    }
    dependencies
}

/// A table whose rows mostly stand alone in theirs, such as lists of one element, sees the columns of the rows that
/// hold them; they may follow from its own.
fn widened<'t>(tables: &[Table], table: &'t Table) -> Cow<'t, Table> {
    let mut wide = Cow::Borrowed(table);
    let (mut rows, mut holder) = (table.parent_rows.clone(), table.parent);
    while let Some(index) = holder {
        let above = &tables[index];
        let mut holders = rows.clone();
        holders.dedup();
        if (holders.len() as f64) < MIN_ALONE * rows.len() as f64 || above.n_rows() < 2 {
            break;
        }
        wide.to_mut().columns.extend(above.columns.iter().map(|column| column.seen_from(&rows)));
        rows = rows.iter().map(|row| above.parent_rows[*row as usize]).collect();
        holder = above.parent;
    }
    wide
}

/// The columns that a table has itself.
fn n_own(table: &Table) -> usize {
    table.columns.iter().filter(|column| column.path.starts_with(&table.path)).count()
}

/// A dependency of one column on some others.
#[derive(Debug, Clone)]
struct Found {
    lhs: Vec<usize>,
    rhs: usize,
    evidence: Evidence,
    n_lhs: usize,
}

fn of_table(table: &Table) -> Vec<Found> {
    let columns: Vec<usize> = (0..table.columns.len())
        .filter(|index| {
            is_considered(table, &table.columns[*index]) && table.columns[*index].n_distinct() > 1
        })
        .collect();
    if columns.len() < 2 || table.n_rows() < 4 {
        return Vec::new();
    }
    let n_rows = table.n_rows().min(BUDGET / (columns.len() * columns.len()));
    let n_tests = (columns.len() * columns.len()) as f64;
    let mut found = Vec::new();
    for &left in &columns {
        let groups = Groups::of(table, &[left], n_rows);
        if !can_decide(&table.columns[left], &groups, n_rows) {
            continue;
        }
        for &right in columns.iter().filter(|right| **right != left) {
            let Some(least) = least_hold(&table.columns[left], &table.columns[right]) else { continue };
            let fit = groups.fit(&table.columns[right], least);
            let named = || names::share_a_word(&table.columns[left].path, &table.columns[right].path);
            let is_expected = |fit: &Fit| fit.is_exact() && fit.bits() >= MIN_BITS_OF_NAMESAKES && named();
            let fit = fit.filter(|fit| fit.is_convincing(MIN_HOLD, n_tests) || is_expected(fit));
            let grow = || grow_together(table, left, right);
            if let Some(fit) = fit.filter(|_| !grow()) {
                found.push(Found {
                    lhs: vec![left],
                    rhs: right,
                    evidence: fit.evidence,
                    n_lhs: groups.n_groups,
                });
            }
        }
    }
    let several = of_several(table, &columns, n_rows, &found);
    found.extend(several);
    found
}

/// Left sides of two and three columns, for columns that follow from none alone.
fn of_several(table: &Table, columns: &[usize], n_rows: usize, single: &[Found]) -> Vec<Found> {
    let mut candidates: Vec<usize> =
        columns.iter().copied().filter(|index| is_category(&table.columns[*index], n_rows)).collect();
    candidates.sort_by_key(|index| table.columns[*index].n_distinct());
    candidates.truncate(MAX_CANDIDATES);
    candidates.sort_unstable();
    let mut found: Vec<Found> = Vec::new();
    let mut budget = BUDGET;
    for size in 2..=MAX_LEFT {
        let choices = combinations(candidates.len(), size);
        let n_tests = (choices.len() * columns.len()) as f64;
        for choice in choices {
            let lhs: Vec<usize> = choice.iter().map(|index| candidates[*index]).collect();
            let follows = |right: usize| {
                let is_known =
                    |found: &Found| found.rhs == right && found.lhs.iter().all(|column| lhs.contains(column));
                single.iter().any(is_known) || found.iter().any(is_known)
            };
            // Of flags that mostly agree a few often decide another by chance.
            let are_flags = |right: usize| {
                lhs.iter().chain([&right]).all(|column| table.columns[*column].n_distinct() <= 2)
            };
            let is_redundant =
                single.iter().any(|known| lhs.contains(&known.rhs) && lhs.contains(&known.lhs[0]));
            let rights: Vec<usize> = columns
                .iter()
                .copied()
                .filter(|right| {
                    !lhs.contains(right) && !is_redundant && !follows(*right) && !are_flags(*right)
                })
                .collect();
            let cost = n_rows * (rights.len() + 1);
            if rights.is_empty() || cost > budget {
                continue;
            }
            budget -= cost;
            let groups = Groups::of(table, &lhs, n_rows);
            if groups.n_groups * 3 > n_rows {
                continue;
            }
            for right in rights {
                let fit = groups.fit(&table.columns[right], ALL);
                if let Some(fit) = fit.filter(|fit| fit.is_convincing(ALL, n_tests)) {
                    let n_lhs = groups.n_groups;
                    found.push(Found { lhs: lhs.clone(), rhs: right, evidence: fit.evidence, n_lhs });
                }
            }
        }
    }
    found
}

/// Scalars and keys; flags of presence and lengths have rules of their own.
/// Values beside objects or arrays of the same path are not all that it holds.
fn is_considered(table: &Table, column: &Column) -> bool {
    let n_parts = table.columns.iter().filter(|other| other.path == column.path).count();
    matches!(column.part, Part::Value | Part::Key) && n_parts == 1
}

/// A column may decide others if its values repeat. Numbers that are measured repeat by chance, so most of theirs
/// must.
fn can_decide(column: &Column, groups: &Groups, n_rows: usize) -> bool {
    let n_groups = groups.n_groups;
    let most = if column.kind == Kind::Decimal || is_measure(column) { n_rows / 4 } else { n_rows * 9 / 10 };
    // Values of several types differ by that alone.
    let is_of_several = column.kind == Kind::Other && column.n_distinct() > 2;
    n_groups > 1 && n_groups <= most && !is_of_several
}

/// Numbers of many values that are not called a key.
fn is_measure(column: &Column) -> bool {
    matches!(column.kind, Kind::Integer | Kind::Decimal)
        && column.n_distinct() > MIN_MEASURED
        && !names::sounds_like_key(&column.path)
}

/// The share of rows in which one column must follow from another; `None` where that would say nothing: what happens
/// at one time happens together, so only numbers such as the hour are looked for.
fn least_hold(left: &Column, right: &Column) -> Option<f64> {
    match left.kind {
        Kind::Time => (right.kind == Kind::Integer).then_some(ALL),
        _ if is_measure(left) => Some(ALL),
        _ => Some(MIN_HOLD),
    }
}

/// Returns the share of rows in which a column must follow from some others, for these to convince.
pub(crate) fn min_hold(lhs: &[&Column], right: &Column) -> f64 {
    match lhs {
        [left] => least_hold(left, right).unwrap_or(ALL),
        _ => ALL,
    }
}

/// Tells whether two measured numbers rise together, as counters do: then one seems to follow from the other.
fn grow_together(table: &Table, left: usize, right: usize) -> bool {
    let (left, right) = (&table.columns[left], &table.columns[right]);
    if !is_measure(left) || right.kind == Kind::Text || right.kind == Kind::Other {
        return false;
    }
    let pairs: Vec<(f64, f64)> =
        (0..table.n_rows()).filter_map(|row| Some((left.number(row)?, right.number(row)?))).collect();
    correlation(&pairs) >= MIN_CORRELATION && !is_part_of(left, right)
}

/// Pearson's correlation; 0 where one side does not vary.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len().max(1) as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    let scale = math::sqrt(xx * yy);
    if scale > 0.0 { (xy / scale).abs() } else { 0.0 }
}

/// The hour of `1755` rises with it and is a part of it: far fewer values, each of a whole range.
fn is_part_of(left: &Column, right: &Column) -> bool {
    left.kind == Kind::Integer
        && right.n_distinct() * 4 <= left.n_distinct()
        && right.n_distinct() <= MIN_MEASURED
}

/// Columns of few values, from which left sides of several fields are made.
fn is_category(column: &Column, n_rows: usize) -> bool {
    let is_few = column.n_distinct() * 10 <= n_rows;
    let is_measured = column.n_distinct() > MAX_PARTS && is_measure(column);
    is_few && !is_measured && column.kind != Kind::Decimal && column.n_distinct() > 1
}

impl Groups {
    fn of(table: &Table, columns: &[usize], n_rows: usize) -> Self {
        let mut of_row = vec![0_u32; n_rows];
        let mut n_groups = 1;
        for &column in columns {
            (of_row, n_groups) = refined(&of_row, n_groups, &table.columns[column]);
        }
        let (rows, ends) = in_groups(&of_row, n_groups);
        Self { rows, ends, n_groups }
    }

    /// How well a column follows from the groups; `None` as soon as more rows than allowed disagree.
    fn fit(&self, column: &Column, min_hold: f64) -> Option<Fit> {
        let mut counts = vec![0_u32; column.n_codes()];
        let (mut n_rows, mut n_holding, mut n_groups) = (0_u32, 0_u64, 0_usize);
        let most_errors = |n_rows: usize| (1.0 - min_hold) * n_rows as f64;
        // No more rows than these have the column's value too.
        let limit = most_errors(self.rows.len());
        let mut start = 0;
        for end in &self.ends {
            let group = &self.rows[start..*end];
            start = *end;
            let cells = || group.iter().map(|row| column.cell(*row as usize)).filter(|cell| *cell > NULL);
            let mut largest = 0;
            for cell in cells() {
                let count = &mut counts[cell as usize];
                *count += 1;
                n_rows += 1;
                largest = largest.max(*count);
            }
            cells().for_each(|cell| counts[cell as usize] = 0);
            n_holding += u64::from(largest);
            n_groups += usize::from(largest > 0);
            if (u64::from(n_rows) - n_holding) as f64 > limit {
                return None;
            }
        }
        if (u64::from(n_rows) - n_holding) as f64 > most_errors(n_rows as usize) {
            return None;
        }
        let all = self.rows.iter().map(|row| column.cell(*row as usize)).filter(|cell| *cell > NULL);
        all.for_each(|cell| counts[cell as usize] += 1);
        let commonest = counts.iter().max().copied().unwrap_or(0);
        (n_rows > 0).then(|| Fit {
            evidence: Evidence { n_rows: u64::from(n_rows), n_holding },
            n_repeated: u64::from(n_rows) - cast::to_u64(n_groups),
            n_agreeing: n_holding - cast::to_u64(n_groups),
            commonest: f64::from(commonest) / f64::from(n_rows),
        })
    }
}

/// The rows that have a group, one group after the other and each in order; and where each group ends.
fn in_groups(of_row: &[u32], n_groups: usize) -> (Vec<u32>, Vec<usize>) {
    let has_group = |group: &u32| *group != u32::MAX;
    let mut ends = vec![0_usize; n_groups + 1];
    of_row.iter().filter(|group| has_group(group)).for_each(|group| ends[*group as usize + 1] += 1);
    (1..ends.len()).for_each(|group| ends[group] += ends[group - 1]);
    let mut rows = vec![0_u32; ends[n_groups]];
    for (row, group) in (0..).zip(of_row).filter(|(_, group)| has_group(group)) {
        let end = &mut ends[*group as usize];
        rows[*end] = row;
        *end += 1;
    }
    ends.truncate(n_groups);
    (rows, ends)
}

/// Splits the `n_groups` groups by the values of one more column; returns how many there are then.
///
/// The new groups are numbered in the order of the old ones and, within each, of the cells.
fn refined(of_row: &[u32], n_groups: usize, column: &Column) -> (Vec<u32>, usize) {
    let (rows, ends) = in_groups(of_row, n_groups);
    let mut start = 0;
    let mut new_of_row = vec![u32::MAX; of_row.len()];
    let mut numbers = vec![0_u32; column.n_codes()];
    let mut cells: Vec<u32> = Vec::new();
    let mut n_new = 0_u32;
    for end in ends {
        let group = &rows[start..end];
        start = end;
        cells.clear();
        for cell in group.iter().map(|row| column.cell(*row as usize)).filter(|cell| *cell > NULL) {
            if std::mem::replace(&mut numbers[cell as usize], 1) == 0 {
                cells.push(cell);
            }
        }
        cells.sort_unstable();
        cells.iter().zip(n_new + 1..).for_each(|(cell, number)| numbers[*cell as usize] = number);
        n_new += cast::to_u32(cells.len());
        for row in group {
            // Numbers from 1 on, 0 being none.
            let number = numbers[column.cell(*row as usize) as usize];
            new_of_row[*row as usize] = number.checked_sub(1).unwrap_or(u32::MAX);
        }
        cells.iter().for_each(|cell| numbers[*cell as usize] = 0);
    }
    (new_of_row, n_new as usize)
}

impl Fit {
    /// Tells whether chance does not explain the agreement, `n_tests` pairs of columns having been tried.
    pub(crate) fn is_convincing(&self, min_hold: f64, n_tests: f64) -> bool {
        let hold = self.evidence.n_holding as f64 / self.evidence.n_rows as f64;
        let lift = (hold - self.commonest) / (1.0 - self.commonest).max(1e-9);
        let needed = MIN_BITS + math::ln(n_tests.max(1.0)) / math::ln(2.0);
        hold >= min_hold
            && (self.is_exact() || (lift >= MIN_LIFT && self.n_groups() >= MIN_DECIDING))
            && self.bits() >= needed
    }

    /// Tells whether all rows agree.
    pub(crate) fn is_exact(&self) -> bool {
        self.evidence.n_holding == self.evidence.n_rows
    }

    /// Values of the left side.
    fn n_groups(&self) -> u64 {
        self.evidence.n_rows - self.n_repeated
    }

    fn bits(&self) -> f64 {
        if self.n_repeated == 0 {
            return 0.0;
        }
        bits_beyond_chance(self.n_agreeing, self.n_repeated, self.commonest)
    }
}

/// Bits by which `agreeing` of `repeated` rows are more than the commonest value alone would explain: repeated times
/// the relative entropy of the two shares.
fn bits_beyond_chance(agreeing: u64, repeated: u64, commonest: f64) -> f64 {
    let (seen, chance) = (agreeing as f64 / repeated as f64, commonest.clamp(1e-9, 1.0 - 1e-9));
    if seen <= chance {
        return 0.0;
    }
    let term = |share: f64, expected: f64| if share > 0.0 { share * math::ln(share / expected) } else { 0.0 };
    repeated as f64 * (term(seen, chance) + term(1.0 - seen, 1.0 - chance)) / math::ln(2.0)
}

/// Dependencies that hold without exception, but in too few rows to be proved, where columns of the same names have
/// one in another table. Columns of the rows that hold a table's rows have no names of their own there.
fn by_analogy(table: &Table, found: &[Found], known: &BTreeSet<(String, String)>) -> Vec<Found> {
    let mut more = Vec::new();
    let columns = || table.columns.iter().enumerate();
    let considered: Vec<(usize, &Column)> =
        columns().filter(|(_, column)| is_considered(table, column)).collect();
    let n_own = n_own(table);
    for &(left, left_column) in considered.iter().filter(|(at, _)| *at < n_own) {
        for &(right, right_column) in &considered {
            let is_new = !found.iter().any(|found| found.rhs == right && found.lhs == [left]);
            if left == right || right_column.n_distinct() < 2 || !is_new {
                continue;
            }
            let candidate = Found {
                lhs: vec![left],
                rhs: right,
                evidence: Evidence { n_rows: 0, n_holding: 0 },
                n_lhs: 0,
            };
            let is_known = name_pair(table, &candidate).is_some_and(|names| known.contains(&names));
            if left_column.n_distinct() < 2 || !is_known {
                continue;
            }
            let groups = Groups::of(table, &[left], table.n_rows());
            if let Some(fit) = groups.fit(right_column, 1.0) {
                more.push(Found { evidence: fit.evidence, n_lhs: groups.n_groups, ..candidate });
            }
        }
    }
    more
}

/// The two sides as seen from their row; `None` where one is not in it.
fn name_pair(table: &Table, found: &Found) -> Option<(String, String)> {
    let name = |index: usize| {
        let path = &table.columns[index].path;
        let steps = path.segments().iter().skip(table.path.segments().len());
        path.starts_with(&table.path).then(|| steps.cloned().collect::<JsonPath>().to_string())
    };
    Some((name(found.lhs[0])?, name(found.rhs)?))
}

/// The columns that have one value in all rows: they follow from nothing at all.
fn constants(table: &Table) -> Option<Dependency> {
    let constant = |column: &&Column| {
        is_considered(table, column) && column.part == Part::Value && column.n_distinct() == 1
    };
    let rhs: Vec<Dependent> = table
        .columns
        .iter()
        .filter(constant)
        .map(|column| {
            let n_rows = cast::to_u64((0..table.n_rows()).filter(|row| column.has_value(*row)).count());
            Dependent {
                path: column.path.clone(),
                evidence: Evidence { n_rows, n_holding: n_rows },
                exceptions: Vec::new(),
            }
        })
        .filter(|dependent| dependent.evidence.n_rows >= 5)
        .collect();
    (!rhs.is_empty()).then_some(Dependency { lhs: Vec::new(), rhs, n_lhs: 1 })
}

/// Leaves out what follows through a key: of `name -> id` and `id -> city` the dependency `name -> city`.
///
/// Of several fields that say the same as a key only the key lists what follows. A dependency with exceptions may be
/// the sum of one with exceptions and one without.
fn without_detours(table: &Table, found: Vec<Found>) -> Vec<Found> {
    let known: BTreeMap<(usize, usize), Evidence> = found
        .iter()
        .filter(|found| found.lhs.len() == 1)
        .map(|found| ((found.lhs[0], found.rhs), found.evidence))
        .collect();
    // Of two keys that say the same the first counts.
    let rank = |column: usize| (!names::sounds_like_id(&table.columns[column].path), column);
    let is_detour = |found: &Found| {
        let [left] = found.lhs[..] else { return false };
        let least = MIN_DETOUR * found.evidence.n_rows as f64;
        let is_seen = |from: usize, to: usize, may_fail: bool| {
            known
                .get(&(from, to))
                .is_some_and(|evidence| evidence.n_rows as f64 >= least && (may_fail || evidence.is_exact()))
        };
        // Fields that say the same list each other.
        let is_mutual = is_seen(left, found.rhs, false) && is_seen(found.rhs, left, false);
        let others = (0..table.columns.len()).filter(|key| *key != found.rhs && *key != left);
        !is_mutual
            && others.into_iter().any(|key| {
                let is_same = is_seen(key, left, false);
                is_seen(left, key, !found.evidence.is_exact())
                    && is_seen(key, found.rhs, false)
                    && (is_same || names::sounds_like_id(&table.columns[key].path))
                    && (!is_same || rank(key) < rank(left))
            })
    };
    found.iter().filter(|found| !is_detour(found)).cloned().collect()
}

/// One entry for each left side.
fn grouped(table: &Table, found: Vec<Found>) -> Vec<Dependency> {
    let mut entries: IndexMap<Vec<usize>, Dependency> = IndexMap::new();
    for found in found {
        let path = |index: &usize| -> JsonPath { table.columns[*index].path.clone() };
        let entry = entries.entry(found.lhs.clone()).or_insert_with(|| Dependency {
            lhs: found.lhs.iter().map(path).collect(),
            rhs: Vec::new(),
            n_lhs: cast::to_u64(found.n_lhs),
        });
        entry.rhs.push(Dependent {
            path: path(&found.rhs),
            evidence: found.evidence,
            exceptions: Vec::new(),
        });
    }
    entries.into_values().collect()
}
