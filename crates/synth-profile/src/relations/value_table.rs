//! Values that come together: the joint counts of fields of few values that dependencies connect.

use std::collections::BTreeMap;

use synth_core::{JsonPath, JsonType, cast};
use synth_privacy::Gate;

use super::table::{Column, Kind, Part, Table};
use super::{Dependency, ValueRow, ValueTable};
use crate::profile::{FieldProfile, TagValue};

/// Distinct values of a column that is listed.
const MAX_VALUES: usize = 200;
/// Rows of a table.
const MAX_ROWS: usize = 500;
/// Share of the rows of the data that the listed combinations must cover.
const MIN_COVER: f64 = 0.9;

/// Returns the joint counts of the fields of every table that dependencies connect.
///
/// # Method
///
/// Fields whose values are all public are grouped by the dependencies between them. A combination is listed when as
/// many records hold it as the gate asks for. As long as too many rows have a combination that is not listed, the
/// field of most values is left out.
///
/// # Cost
///
/// A look at every cell of the fields for each field that is left out.
pub(crate) fn value_tables(
    tables: &[Table],
    dependencies: &[Dependency],
    fields: &[FieldProfile],
    gate: Gate,
) -> Vec<ValueTable> {
    let mut found = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let columns: Vec<&Column> =
            table.columns.iter().filter(|column| is_listed(column, table, fields)).collect();
        let units = units(tables, index);
        for group in groups(&columns, dependencies) {
            let columns = group.into_iter().map(|index| columns[index]).collect();
            found.extend(of_group(columns, &units, gate));
        }
    }
    found
}

/// Tells whether every value of a column is public by itself.
fn is_listed(column: &Column, table: &Table, fields: &[FieldProfile]) -> bool {
    let is_own = column.part == Part::Value && column.path.starts_with(&table.path);
    if !is_own || column.n_distinct() < 2 || column.n_distinct() > MAX_VALUES {
        return false;
    }
    let Some(field) = fields.iter().find(|field| field.path == column.path) else { return false };
    let only = |types: &[JsonType]| {
        let all: u64 = types.iter().chain(&[JsonType::Null]).map(|json_type| field.n_of(*json_type)).sum();
        all == field.n_values
    };
    match (&field.text, &field.number) {
        (Some(text), None) => {
            let n_public: u64 = text.categories.iter().map(|category| category.count).sum();
            n_public == text.count && text.times.is_empty() && only(&[JsonType::String])
        }
        (None, Some(number)) => {
            number.categories.iter().map(|category| category.count).sum::<u64>() == number.count
                && number.personal.is_none()
                && column.kind == Kind::Integer
                && only(&[JsonType::Integer, JsonType::Number])
        }
        (None, None) => only(&[JsonType::Boolean]),
        (Some(_), Some(_)) => false,
    }
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
fn groups(columns: &[&Column], dependencies: &[Dependency]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let find = |path: &JsonPath| columns.iter().position(|column| column.path == *path);
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
    groups
}

fn of_group(mut columns: Vec<&Column>, units: &[u32], gate: Gate) -> Option<ValueTable> {
    while columns.len() > 1 {
        let (rows, n_rows) = combinations(&columns, units, gate);
        let n_public: u64 = rows.iter().map(|row| row.count).sum();
        let is_enough = n_public as f64 >= MIN_COVER * n_rows as f64 && rows.len() <= MAX_ROWS;
        if is_enough && rows.len() > 1 {
            let paths = columns.iter().map(|column| column.path.clone()).collect();
            return Some(ValueTable { paths, rows, n_rows });
        }
        let largest = (0..columns.len()).max_by_key(|index| columns[*index].n_distinct())?;
        columns.remove(largest);
    }
    None
}

/// The public combinations, most frequent first, and the number of rows that have any of the fields.
fn combinations(columns: &[&Column], units: &[u32], gate: Gate) -> (Vec<ValueRow>, u64) {
    let mut counts: BTreeMap<Vec<u32>, (u64, u64, u32)> = BTreeMap::new();
    let mut n_rows = 0;
    for (row, unit) in units.iter().enumerate() {
        let cells: Vec<u32> =
            columns.iter().map(|column| if column.has_value(row) { column.cell(row) } else { 0 }).collect();
        if cells.iter().all(|cell| *cell == 0) {
            continue;
        }
        n_rows += 1;
        // Rows of one record follow each other.
        let entry = counts.entry(cells).or_insert((0, 0, u32::MAX));
        entry.0 += 1;
        entry.1 += u64::from(entry.2 != *unit);
        entry.2 = *unit;
    }
    let public = counts.into_iter().filter(|(_, (_, n_units, _))| gate.is_enough(*n_units));
    let row = |(cells, (count, n_units, _)): (Vec<u32>, (u64, u64, u32))| {
        let values = cells.iter().zip(columns).map(|(cell, column)| value(column, *cell, n_units, gate));
        Some(ValueRow { values: values.collect::<Option<_>>()?, count })
    };
    let mut rows: Vec<ValueRow> = public.filter_map(row).collect();
    rows.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.values.cmp(&right.values)));
    (rows, n_rows)
}

/// The value in a cell, if it is public; `null` where there is none.
fn value(column: &Column, cell: u32, n_units: u64, gate: Gate) -> Option<TagValue> {
    if cell == 0 {
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
        let units = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10];
        let table = of_group(columns.iter().collect(), &units, Gate::new(5)).unwrap();
        let text = |text: &str| TagValue::Text(Gate::new(1).category(text, 9, None).unwrap());
        assert_eq!(table.paths, [columns[0].path.clone(), columns[1].path.clone()]);
        let row = |values, count| ValueRow { values, count };
        let mut rows = table.rows;
        rows.sort_by(|left, right| left.values[0].cmp(&right.values[0]));
        assert_eq!(rows, [row(vec![text("a"), text("first")], 6), row(vec![text("b"), TagValue::Null], 6)]);
        // With 6 records needed the second combination is held by 5 only, and too many rows are left out.
        assert_eq!(of_group(columns.iter().collect(), &units, Gate::new(6)), None);
    }
}
