//! Strings that are made of other fields: joined, cut out, or repeated within.

use synth_core::cast;
use synth_privacy::Gate;

use super::table::{Column, Kind, Part, Table};
use super::{Evidence, TextOperation, TextRelation};

mod rule;

pub(crate) use rule::TextRule;

/// Share of rows that must keep a relation.
const MIN_HOLD: f64 = 0.8;
/// The same for strings that are joined or cut out.
const MIN_HOLD_EXACT: f64 = 0.98;
/// Rows beyond the share that may break a relation before the test is given up.
const SLACK: f64 = 10.0;
/// Rows that prove a relation.
const MIN_ROWS: usize = 20;
/// Distinct values of the shorter string that prove a relation.
const MIN_DISTINCT: usize = 6;
/// Share of rows that may hold the string of another row.
const MAX_BY_CHANCE: f64 = 0.25;
/// Fewest characters of a string that is looked for in others.
const MIN_LENGTH: usize = 3;
/// Most columns of strings of a table that are compared with each other.
const MAX_COLUMNS: usize = 40;

/// Returns the relations between strings of a row, and those between the elements of arrays and the text they mark.
pub(crate) fn texts(tables: &[Table], gate: Gate) -> Vec<TextRelation> {
    let mut found = Vec::new();
    for table in tables {
        let columns: Vec<&Column> =
            table.columns.iter().filter(|column| is_text(column)).take(MAX_COLUMNS).collect();
        for whole in &columns {
            if let Some(joined) = joined(table, whole, &columns, gate) {
                found.push(joined);
                continue;
            }
            for part in columns.iter().filter(|part| part.path != whole.path) {
                found.extend(contained(table, whole, part));
            }
        }
        found.extend(slices(tables, table, &columns));
    }
    found
}

fn is_text(column: &Column) -> bool {
    column.part == Part::Value && column.kind == Kind::Text && column.n_distinct() >= MIN_DISTINCT
}

/// Counts the rows of which a test holds; `None` as soon as too many break it.
fn test(table: &Table, min_hold: f64, holds: impl Fn(usize) -> Option<bool>) -> Option<Evidence> {
    let (mut n_rows, mut n_holding) = (0_usize, 0_usize);
    for row in 0..table.n_rows() {
        if let Some(holding) = holds(row) {
            n_rows += 1;
            n_holding += usize::from(holding);
            let n_breaking = n_rows - n_holding;
            if n_breaking as f64 > SLACK + (1.0 - min_hold) * n_rows as f64 {
                return None;
            }
        }
    }
    let is_proved = n_rows >= MIN_ROWS && n_holding as f64 >= min_hold * n_rows as f64;
    is_proved.then(|| Evidence { n_rows: cast::to_u64(n_rows), n_holding: cast::to_u64(n_holding) })
}

/// Returns the share of rows in which a string must be made in some way.
pub(crate) fn min_hold(operation: TextOperation) -> f64 {
    match operation {
        TextOperation::Contains => MIN_HOLD,
        TextOperation::Join | TextOperation::Slice => MIN_HOLD_EXACT,
    }
}

fn text(column: &Column, row: usize) -> Option<&str> {
    column.text_of(column.cell(row))
}

/// One string within another of the same row, and hardly ever within that of another row.
fn contained(table: &Table, whole: &Column, part: &Column) -> Option<TextRelation> {
    let holds = |row: usize, other: usize| contains(text(whole, other)?, text(part, row)?);
    let evidence = test(table, MIN_HOLD, |row| holds(row, row))?;
    let n_same = (0..table.n_rows()).filter(
        |row| matches!((text(whole, *row), text(part, *row)), (Some(whole), Some(part)) if whole == part),
    );
    let (n_same, n) = (n_same.count(), table.n_rows());
    let by_chance = (0..n).filter_map(|row| holds(row, (row + n / 2 + 1) % n));
    let (n_chance, n_other) =
        by_chance.fold((0_usize, 0_usize), |(n, all), holds| (n + usize::from(holds), all + 1));
    let is_chance = n_chance as f64 > MAX_BY_CHANCE * n_other.max(1) as f64;
    // Two columns that are mostly equal are copies, which are found elsewhere.
    let is_copy = 2 * cast::to_u64(n_same) > evidence.n_rows;
    (!is_chance && !is_copy).then(|| TextRelation {
        target: whole.path.clone(),
        operation: TextOperation::Contains,
        terms: vec![part.path.clone()],
        separator: None,
        evidence,
        exceptions: Vec::new(),
    })
}

/// Tells whether one string is within another; short ones are within others by chance.
fn contains(whole: &str, part: &str) -> Option<bool> {
    (part.chars().count() >= MIN_LENGTH).then(|| whole.contains(part))
}

/// Two columns that together are a third, with one and the same text between them.
fn joined(table: &Table, whole: &Column, columns: &[&Column], gate: Gate) -> Option<TextRelation> {
    let others = || columns.iter().filter(|column| column.path != whole.path);
    let starts = |first: &Column| {
        test(table, MIN_HOLD_EXACT, |row| Some(text(whole, row)?.starts_with(text(first, row)?)))
    };
    for first in others().filter(|first| starts(first).is_some()) {
        for last in others().filter(|last| last.path != first.path) {
            let separator_of =
                |row: usize| separator(text(whole, row)?, (text(first, row)?, text(last, row)?));
            let Some(separator) = (0..table.n_rows()).find_map(separator_of) else { continue };
            let holds = |row: usize| {
                let is_whole = text(first, row).is_some() && text(last, row).is_some();
                (is_whole && text(whole, row).is_some()).then(|| separator_of(row) == Some(separator))
            };
            let Some(evidence) = test(table, MIN_HOLD_EXACT, holds) else { continue };
            return Some(TextRelation {
                target: whole.path.clone(),
                operation: TextOperation::Join,
                terms: vec![first.path.clone(), last.path.clone()],
                separator: Some(gate.category(separator, evidence.n_holding, None)?),
                evidence,
                exceptions: Vec::new(),
            });
        }
    }
    None
}

/// What stands in a string between its start and its end.
fn separator<'t>(whole: &'t str, (first, last): (&str, &str)) -> Option<&'t str> {
    whole.strip_prefix(first)?.strip_suffix(last)
}

/// Elements that mark a piece of a text above them: its first character, the one after its last, and the piece.
fn slices(tables: &[Table], table: &Table, columns: &[&Column]) -> Vec<TextRelation> {
    let Some(holder) = table.parent.map(|index| &tables[index]) else { return Vec::new() };
    let numbers: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| {
            column.kind == Kind::Integer && column.part == Part::Value && column.n_distinct() > 1
        })
        .take(8)
        .collect();
    let wholes: Vec<&Column> = holder.columns.iter().filter(|column| is_text(column)).collect();
    let mut found = Vec::new();
    for piece in columns {
        for whole in &wholes {
            for (start, end) in pairs(&numbers) {
                let holds = |row: usize| {
                    let (from, to) = (start.number(row)?, end.number(row)?);
                    let whole = text(whole, table.parent_rows[row] as usize)?;
                    Some(is_slice(whole, (from, to), text(piece, row)?))
                };
                if let Some(evidence) = test(table, MIN_HOLD_EXACT, holds) {
                    found.push(TextRelation {
                        target: piece.path.clone(),
                        operation: TextOperation::Slice,
                        terms: vec![whole.path.clone(), start.path.clone(), end.path.clone()],
                        separator: None,
                        evidence,
                        exceptions: Vec::new(),
                    });
                }
            }
        }
    }
    found
}

fn pairs<'c>(columns: &'c [&'c Column]) -> impl Iterator<Item = (&'c Column, &'c Column)> {
    columns.iter().flat_map(move |left| {
        columns.iter().filter(move |right| right.path != left.path).map(move |right| (*left, *right))
    })
}

/// Characters are counted, not bytes.
fn is_slice(whole: &str, (from, to): (f64, f64), piece: &str) -> bool {
    let mut position = 0.0;
    let mut cut = whole.chars().skip_while(|_| {
        let is_before = position < from;
        position += f64::from(u8::from(is_before));
        is_before
    });
    let n_piece = piece.chars().count();
    from >= 0.0 && (to - from - n_piece as f64).abs() < 0.5 && piece.chars().all(|c| cut.next() == Some(c))
}
