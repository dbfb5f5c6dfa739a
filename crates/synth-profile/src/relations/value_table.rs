//! Values that come together: the joint counts of fields of few values that dependencies connect.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, JsonType, cast};
use synth_privacy::Gate;

use super::table::{Column, Kind, Part, Table};
use super::{Dependency, Reference, ValueRow, ValueTable};
use crate::profile::{FieldProfile, TagValue};

/// Distinct public values of a column that is listed.
const MAX_VALUES: usize = 200;
/// Share of a column's values that must be public.
const MIN_PUBLIC: f64 = 0.5;
/// Rows of a table.
const MAX_ROWS: usize = 500;
/// Share of the rows of the data that the combinations must cover.
const MIN_COVER: f64 = 0.9;
/// The same for combinations of listed values alone.
const MIN_LISTED: f64 = 0.5;
/// Fields of a table some of whose values are not listed, at most: more of them leave too much open.
const MAX_OPEN: usize = 6;
/// The cell of a value that is not listed.
const OTHER: u32 = u32::MAX;

/// Returns the joint counts of the fields of every table that dependencies connect.
///
/// # Method
///
/// Fields of public values are grouped by the dependencies between them; then what is left, with fields that have values which
/// are not public. These count as one, "other": they may be half of a field's, unless it refers to rows or is referred to. A combination is listed when as many records
/// hold it as the gate asks for; of those that fewer hold, the values of fields that have others count as others too. As
/// long as too many rows have a combination that is not listed, the field of most values is left out.
///
/// # Cost
///
/// A look at every cell of the fields for each field that is left out.
pub(crate) fn value_tables(
    tables: &[Table],
    (dependencies, references): (&[Dependency], &[Reference]),
    fields: &[FieldProfile],
    gate: Gate,
) -> Vec<ValueTable> {
    let keys: BTreeSet<&JsonPath> =
        references.iter().flat_map(|reference| reference.child.iter().chain(&reference.parent)).collect();
    let mut found = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let units = units(tables, index);
        let columns = table.columns.iter().filter(|column| may_be_listed(column, table));
        let listed: Vec<Listed<'_>> = columns
            .filter_map(|column| {
                let field = fields.iter().find(|field| field.path == column.path)?;
                let least = if keys.contains(&column.path) { 1.0 } else { MIN_PUBLIC };
                Listed::of(column, field, least, (&units, gate))
            })
            .collect();
        let (whole, part): (Vec<&Listed<'_>>, Vec<&Listed<'_>>) =
            listed.iter().partition(|column| !column.has_others());
        let mut tabled: BTreeSet<&JsonPath> = BTreeSet::new();
        for group in groups(&whole, dependencies) {
            tabled.extend(group.iter().map(|column| column.path()));
            found.extend(of_group(group, &units, gate));
        }
        let free = whole.into_iter().filter(|column| !tabled.contains(column.path()));
        for group in groups(&free.chain(part).collect::<Vec<_>>(), dependencies) {
            found.extend(of_group(group, &units, gate).filter(|table| table.paths.len() <= MAX_OPEN));
        }
    }
    found
}

/// A column with the values that tables list.
struct Listed<'t> {
    column: &'t Column,
    /// For each cell whether its value is listed; empty when all are.
    is_public: Vec<bool>,
}

/// Tells whether a column is one of the row's own with few values, or with some that may be repeated.
fn may_be_listed(column: &Column, table: &Table) -> bool {
    let is_own = column.part == Part::Value && column.path.starts_with(&table.path);
    is_own && column.n_distinct() >= 2
}

impl<'t> Listed<'t> {
    /// Returns the column if at least a share of its values are public by themselves.
    fn of(
        column: &'t Column,
        field: &FieldProfile,
        least: f64,
        (units, gate): (&[u32], Gate),
    ) -> Option<Self> {
        let only = |types: &[JsonType]| {
            let all: u64 =
                types.iter().chain(&[JsonType::Null]).map(|json_type| field.n_of(*json_type)).sum();
            all == field.n_values
        };
        let (n_public, n) = match (&field.text, &field.number) {
            (Some(text), None)
                if text.times.is_empty() && text.quoted.is_empty() && only(&[JsonType::String]) =>
            {
                (text.categories.iter().map(|category| category.count).sum::<u64>(), text.count)
            }
            (None, Some(number))
                if number.personal.is_none()
                    && column.kind == Kind::Integer
                    && only(&[JsonType::Integer, JsonType::Number]) =>
            {
                (number.categories.iter().map(|category| category.count).sum::<u64>(), number.count)
            }
            (None, None) if only(&[JsonType::Boolean]) => (1, 1),
            _ => return None,
        };
        if n_public == n {
            return (column.n_distinct() <= MAX_VALUES).then_some(Self { column, is_public: Vec::new() });
        }
        let known: BTreeSet<&str> = field
            .text
            .iter()
            .flat_map(|text| &text.categories)
            .map(|category| category.value.as_str())
            .collect();
        let is_known = |cell: u32| column.text_of(cell).is_none_or(|text| known.contains(text));
        let mut is_public = public_cells(column, units, gate);
        (0..).zip(&mut is_public).for_each(|(cell, public)| *public = *public && is_known(cell));
        let n_listed = is_public.iter().filter(|public| **public).count();
        let rows = || (0..units.len()).filter(|row| column.has_value(*row));
        let held = rows().filter(|row| is_public[column.cell(*row) as usize]).count();
        let is_enough = held as f64 >= least * rows().count() as f64 && (2..=MAX_VALUES).contains(&n_listed);
        is_enough.then_some(Self { column, is_public })
    }

    fn path(&self) -> &JsonPath {
        &self.column.path
    }

    /// The cell of a row, [`OTHER`] for a value that is not listed.
    fn cell(&self, row: usize) -> u32 {
        if !self.column.has_value(row) {
            return 0;
        }
        let cell = self.column.cell(row);
        if self.is_public.get(cell as usize).copied().unwrap_or(true) { cell } else { OTHER }
    }

    fn has_others(&self) -> bool {
        !self.is_public.is_empty()
    }
}

/// For each cell of a column whether enough records hold its value.
fn public_cells(column: &Column, units: &[u32], gate: Gate) -> Vec<bool> {
    let mut counts: Vec<(u64, u32)> = vec![(0, u32::MAX); column.n_codes()];
    for (row, unit) in units.iter().enumerate().filter(|(row, _)| column.has_value(*row)) {
        // Rows of one record follow each other.
        let (n, last) = &mut counts[column.cell(row) as usize];
        *n += u64::from(*last != *unit);
        *last = *unit;
    }
    counts.into_iter().map(|(n, _)| gate.is_enough(n)).collect()
}

/// For each row, the record that holds it; in a document, the row of the outermost collection.
fn units(tables: &[Table], index: usize) -> Vec<u32> {
    let mut units: Vec<u32> = (0..cast::to_u32(tables[index].n_rows())).collect();
    let mut at = index;
    while let Some(above) = tables[at].parent.filter(|above| tables[*above].n_rows() > 1) {
        units.iter_mut().for_each(|row| *row = tables[at].parent_rows[*row as usize]);
        at = above;
    }
    units
}

/// The columns that dependencies connect, group by group.
fn groups<'l, 't>(columns: &[&'l Listed<'t>], dependencies: &[Dependency]) -> Vec<Vec<&'l Listed<'t>>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let find = |path: &JsonPath| columns.iter().position(|column| column.path() == path);
    for dependency in dependencies.iter().filter(|dependency| !dependency.lhs.is_empty()) {
        let Some(left) = dependency.lhs.iter().map(find).collect::<Option<Vec<_>>>() else { continue };
        let right = dependency.rhs.iter().filter_map(|dependent| find(&dependent.path));
        let mut joined: Vec<usize> = left.into_iter().chain(right).collect();
        groups.retain(|group| {
            let meets = group.iter().any(|column| joined.contains(column));
            if meets {
                joined.extend(group);
            }
            !meets
        });
        joined.sort_unstable();
        joined.dedup();
        groups.push(joined);
    }
    groups.retain(|group| group.len() > 1);
    groups.sort();
    groups.into_iter().map(|group| group.into_iter().map(|column| columns[column]).collect()).collect()
}

fn of_group(mut columns: Vec<&Listed<'_>>, units: &[u32], gate: Gate) -> Option<ValueTable> {
    while columns.len() > 1 {
        let (rows, n_rows) = combinations(&columns, units, gate);
        let n_of = |rows: &[&ValueRow]| rows.iter().map(|row| row.count).sum::<u64>() as f64;
        let all: Vec<&ValueRow> = rows.iter().collect();
        let listed: Vec<&ValueRow> = rows.iter().filter(|row| row.other.is_empty()).collect();
        let is_enough = n_of(&all) >= MIN_COVER * n_rows as f64
            && n_of(&listed) >= MIN_LISTED * n_rows as f64
            && rows.len() <= MAX_ROWS;
        if is_enough && listed.len() > 1 {
            let paths = columns.iter().map(|column| column.path().clone()).collect();
            return Some(ValueTable { paths, rows, n_rows });
        }
        let largest = (0..columns.len()).max_by_key(|index| columns[*index].column.n_distinct())?;
        columns.remove(largest);
    }
    None
}

/// Combinations of cells: how many rows hold each, how many records, and the last of these.
type Counts = BTreeMap<Vec<u32>, (u64, u64, u32)>;

/// The public combinations, most frequent first, and the number of rows that have any of the fields.
fn combinations(columns: &[&Listed<'_>], units: &[u32], gate: Gate) -> (Vec<ValueRow>, u64) {
    let cells = |row: usize| columns.iter().map(|column| column.cell(row)).collect::<Vec<u32>>();
    let there = || {
        (0..units.len()).map(|row| (row, cells(row))).filter(|(_, cells)| cells.iter().any(|cell| *cell > 0))
    };
    let exact = counted(there(), units);
    let is_public =
        |counts: &Counts, cells: &[u32]| counts.get(cells).is_some_and(|(_, n, _)| gate.is_enough(*n));
    let blurred = |cells: Vec<u32>| {
        let cells = cells.into_iter().zip(columns);
        cells
            .map(|(cell, column)| if cell > 0 && column.has_others() { OTHER } else { cell })
            .collect::<Vec<u32>>()
    };
    let coarse = there().map(|(row, cells)| {
        let cells = if is_public(&exact, &cells) { cells } else { blurred(cells) };
        (row, cells)
    });
    let public = counted(coarse, units).into_iter().filter(|(_, (_, n_units, _))| gate.is_enough(*n_units));
    let row = |(cells, (count, n_units, _)): (Vec<u32>, (u64, u64, u32))| {
        let values =
            cells.iter().zip(columns).map(|(cell, listed)| value(listed.column, *cell, n_units, gate));
        let other = cells.iter().zip(columns).filter(|(cell, _)| **cell == OTHER);
        Some(ValueRow {
            values: values.collect::<Option<_>>()?,
            other: other.map(|(_, listed)| listed.path().clone()).collect(),
            count,
        })
    };
    let mut rows: Vec<ValueRow> = public.filter_map(row).collect();
    rows.sort_by(|left, right| {
        let by_count = right.count.cmp(&left.count);
        by_count.then_with(|| left.values.cmp(&right.values)).then_with(|| left.other.cmp(&right.other))
    });
    (rows, cast::to_u64(there().count()))
}

fn counted(rows: impl Iterator<Item = (usize, Vec<u32>)>, units: &[u32]) -> Counts {
    let mut counts = Counts::new();
    for (row, cells) in rows {
        // Rows of one record follow each other.
        let entry = counts.entry(cells).or_insert((0, 0, u32::MAX));
        entry.0 += 1;
        entry.1 += u64::from(entry.2 != units[row]);
        entry.2 = units[row];
    }
    counts
}

/// The value in a cell, if it is public; `null` where there is none that is listed.
fn value(column: &Column, cell: u32, n_units: u64, gate: Gate) -> Option<TagValue> {
    if cell == 0 || cell == OTHER {
        return Some(TagValue::Null);
    }
    if let Some(text) = column.text_of(cell) {
        return gate.category(text, n_units, None).map(TagValue::Text);
    }
    let number = column.number_of(cell)?;
    if column.kind == Kind::Other {
        return Some(TagValue::Bool(number > 0.5));
    }
    let whole = cast::round_to_i64(number);
    ((whole as f64 - number).abs() < f64::MIN_POSITIVE).then_some(TagValue::Integer(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 12 rows of `code`, `name` and `free`; the last two are of one record.
    fn columns() -> [Column; 3] {
        let path = |text: &str| JsonPath::parse(text).unwrap();
        let mut code = Column::new(path("$.code"), Part::Value, Kind::Text);
        let mut name = Column::new(path("$.name"), Part::Value, Kind::Text);
        let mut free = Column::new(path("$.free"), Part::Value, Kind::Text);
        for row in 0..12 {
            let is_a = row < 6;
            code.set_text(row, if is_a { "a" } else { "b" });
            if is_a {
                name.set_text(row, "first");
            }
            free.set_text(row, &format!("text {row}"));
        }
        [code, name, free]
    }

    /// Catches counts of rows in place of records, and a field of many values that hides the others.
    #[test]
    fn combinations_need_enough_records() {
        let columns = columns();
        let all: Vec<Listed<'_>> =
            columns.iter().map(|column| Listed { column, is_public: Vec::new() }).collect();
        let units = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10];
        let table = of_group(all.iter().collect(), &units, Gate::new(5)).unwrap();
        let text = |text: &str| TagValue::Text(Gate::new(1).category(text, 9, None).unwrap());
        assert_eq!(table.paths, [columns[0].path.clone(), columns[1].path.clone()]);
        let row = |values, count| ValueRow { values, other: Vec::new(), count };
        let mut rows = table.rows;
        rows.sort_by(|left, right| left.values[0].cmp(&right.values[0]));
        assert_eq!(rows, [row(vec![text("a"), text("first")], 6), row(vec![text("b"), TagValue::Null], 6)]);
        // With 6 records needed the second combination is held by 5 only, and too many rows are left out.
        assert_eq!(of_group(all.iter().collect(), &units, Gate::new(6)), None);
    }

    /// Catches rare values that keep common ones out of the table, and a rare value that is told.
    #[test]
    fn rare_values_are_others() {
        let path = |text: &str| JsonPath::parse(text).unwrap();
        let mut plan = Column::new(path("$.plan"), Part::Value, Kind::Text);
        let mut seats = Column::new(path("$.seats"), Part::Value, Kind::Text);
        for row in 0..30 {
            plan.set_text(row, if row < 20 { "basic" } else { "large" });
            seats.set_text(row, &if row < 20 { "one".to_owned() } else { format!("seats {}", row.max(24)) });
        }
        let units: Vec<u32> = (0..30).collect();
        let gate = Gate::new(5);
        let public = public_cells(&seats, &units, gate);
        let columns =
            [Listed { column: &plan, is_public: Vec::new() }, Listed { column: &seats, is_public: public }];
        let table = of_group(columns.iter().collect(), &units, gate).unwrap();
        let shown = |row: &ValueRow| (row.values[1] == TagValue::Null, row.other.clone(), row.count);
        let rows: Vec<_> = table.rows.iter().map(shown).collect();
        // Of the ten large ones five share a number of seats.
        let others = vec![seats.path.clone()];
        assert_eq!(rows, [(false, vec![], 20), (true, others, 5), (false, vec![], 5)]);
    }
}
