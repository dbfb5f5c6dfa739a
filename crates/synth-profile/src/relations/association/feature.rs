//! The quantities of a table's rows, as ranks and as codes.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::JsonPath;
use synth_core::hash::mix;
use synth_core::{cast, math};
use synth_stats::association::{mid_ranks, pearson};

use super::follows::Follows;
use super::{Aspect, Quantity};
use crate::relations::Relations;
use crate::relations::table::{Column, Kind, NULL, Part, Table};

/// Most rows of a table that are looked at.
const MAX_ROWS: usize = 5_000;
/// Most cells of a table that are looked at.
const MAX_CELLS: usize = 2 << 20;
/// Most quantities of a table.
pub(super) const MAX_FEATURES: usize = 300;
/// Codes of quantities that have an order.
const N_BINS: usize = 8;
/// Most codes of a category; rarer ones are one code together.
pub(super) const MAX_LEVELS: usize = 24;
/// Rows that a category has at least to be a code of its own.
pub(super) const MIN_LEVEL: u64 = 5;
/// Share of the rows that such categories hold at least.
const MIN_COVERED: f64 = 0.3;
/// Rows that have a value, and rows that have none, for presence to be looked at.
const MIN_FLAGS: usize = 10;

/// Share of the rows in which a value is there, or is not, against the tag of a union that says so.
const MAX_EXCEPTIONS: f64 = 0.02;

/// What a quantity can be compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// It has an order.
    Ordered,
    /// It has two values, so any order will do.
    Binary,
    Category,
}

/// A quantity of a table's rows.
#[derive(Debug, Clone)]
pub(super) struct Feature {
    pub(super) quantity: Quantity,
    /// Its place among the quantities of the table.
    pub(super) number: usize,
    pub(super) scale: Scale,
    /// Where it is from.
    pub(super) origin: Origin,
    pub(super) is_time: bool,
    /// Mid-ranks, NaN where there is no value; empty for categories.
    pub(super) ranks: Vec<f64>,
    /// The numbers, NaN where there is none; empty for categories.
    pub(super) values: Vec<f64>,
    /// Codes, 0 where there is no value.
    pub(super) codes: Vec<u8>,
    /// Codes there are, that of no value included.
    pub(super) n_codes: usize,
    /// The code of all rare values of a category together.
    pub(super) rest: Option<u8>,
}

/// Where a quantity is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A column of the table.
    Own(usize),
    /// Rows of another table.
    Aggregate,
}

/// Returns rows of a table at equal distances, all if there are not too many.
pub(super) fn sampled_rows(table: &Table) -> Vec<u32> {
    let n_rows = table.n_rows();
    let n = n_rows.min(MAX_ROWS).min((MAX_CELLS / table.columns.len().max(1)).max(1000));
    (0..n).map(|index| cast::to_u32(index * n_rows / n)).collect()
}

/// Returns the quantities that the columns of a table give.
pub(super) fn features(
    table: &Table,
    rows: &[u32],
    (relations, follows): (&Relations, &Follows),
) -> Vec<Feature> {
    let names: BTreeSet<&JsonPath> = relations
        .references
        .iter()
        .flat_map(|reference| &reference.child)
        .chain(relations.keys.iter().filter(|key| key.paths.len() == 1).flat_map(|key| &key.paths))
        .collect();
    let mut features = Vec::new();
    let mut flags: BTreeSet<u64> = BTreeSet::new();
    let tag = table.columns.iter().find(|column| follows.is_tag(&column.path) && column.part == Part::Value);
    for (index, column) in table.columns.iter().enumerate() {
        if !follows.is_double(&column.path) {
            features.extend(of_column((index, column), rows, names.contains(&column.path)));
        }
        if let Some((pattern, flag)) = presence((index, column), rows)
            && !tag.is_some_and(|tag| tag_decides(tag, column, rows))
            && flags.insert(pattern)
        {
            features.push(flag);
        }
    }
    features
}

fn of_column((index, column): (usize, &Column), rows: &[u32], is_name: bool) -> Option<Feature> {
    let aspect = match column.part {
        Part::Value | Part::Key => Aspect::Value,
        Part::Length => Aspect::Length,
        Part::Presence => return None,
    };
    if column.n_distinct() < 2 {
        return None;
    }
    let quantity = Quantity { path: column.path.clone(), aspect };
    let is_text = matches!(column.kind, Kind::Text) || column.part == Part::Key;
    let numbers = || rows.iter().map(|row| column.number(*row as usize).unwrap_or(f64::NAN)).collect();
    let mut feature = match column.kind {
        Kind::Other if column.n_distinct() == 2 && column.distinct_numbers().count() == 2 => {
            Feature::ordered(quantity, numbers())
        }
        // Numbers that name rows are categories; where each is seen once only their order can mean something.
        Kind::Integer if is_name && column.n_distinct() * 4 <= rows.len() => category(quantity, column, rows),
        _ if is_text || column.kind == Kind::Other => category(quantity, column, rows),
        _ => Feature::ordered(quantity, numbers()),
    }?;
    feature.origin = Origin::Own(index);
    feature.is_time = column.kind == Kind::Time;
    Some(feature)
}

/// Whether a value is there, where it is not always, with a hash of the rows that have it.
fn presence((index, column): (usize, &Column), rows: &[u32]) -> Option<(u64, Feature)> {
    let flags: Vec<f64> =
        rows.iter().map(|row| f64::from(u8::from(column.has_value(*row as usize)))).collect();
    let n_present = flags.iter().filter(|flag| **flag > 0.5).count();
    if n_present < MIN_FLAGS || flags.len() - n_present < MIN_FLAGS {
        return None;
    }
    let is_present = flags.iter().enumerate().filter(|(_, flag)| **flag > 0.5);
    let pattern = is_present.fold(0, |hash, (row, _)| mix(hash ^ cast::to_u64(row)));
    let quantity = Quantity { path: column.path.clone(), aspect: Aspect::Presence };
    let mut feature = Feature::ordered(quantity, flags)?;
    feature.origin = Origin::Own(index);
    Some((pattern, feature))
}

/// Tells whether the tag of a union says which rows have a value.
fn tag_decides(tag: &Column, column: &Column, rows: &[u32]) -> bool {
    let mut counts = vec![(0_usize, 0_usize); tag.n_codes()];
    for row in rows {
        let count = &mut counts[tag.cell(*row as usize) as usize];
        let has_value = column.has_value(*row as usize);
        *count = (count.0 + usize::from(has_value), count.1 + usize::from(!has_value));
    }
    let n_exceptions: usize = counts.iter().map(|(with, without)| with.min(without)).sum();
    n_exceptions as f64 <= MAX_EXCEPTIONS * rows.len() as f64
}

/// A column as a category: its commonest values in order, and the rest.
fn category(quantity: Quantity, column: &Column, rows: &[u32]) -> Option<Feature> {
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    for cell in rows.iter().map(|row| column.cell(*row as usize)).filter(|cell| *cell > NULL) {
        *counts.entry(cell).or_default() += 1;
    }
    let n_values: u64 = counts.values().sum();
    let mut levels: Vec<(u64, Option<u64>, u32)> = counts
        .iter()
        .filter(|(_, count)| **count >= MIN_LEVEL)
        .map(|(cell, count)| (*count, column.hash(*cell), *cell))
        .collect();
    levels.sort_by(|left, right| right.cmp(left));
    levels.truncate(MAX_LEVELS - 1);
    let n_covered: u64 = levels.iter().map(|(count, _, _)| count).sum();
    let has_rest = n_covered < n_values;
    if levels.len() + usize::from(has_rest) < 2 || (n_covered as f64) < MIN_COVERED * n_values as f64 {
        return None;
    }
    let rest = code(levels.len() + 1);
    let of_cell: BTreeMap<u32, u8> =
        levels.iter().enumerate().map(|(index, (_, _, cell))| (*cell, code(index + 1))).collect();
    let codes = rows
        .iter()
        .map(|row| match column.cell(*row as usize) {
            cell if cell <= NULL => 0,
            cell => of_cell.get(&cell).copied().unwrap_or(rest),
        })
        .collect();
    Some(Feature {
        quantity,
        number: 0,
        scale: Scale::Category,
        origin: Origin::Own(0),
        is_time: false,
        ranks: Vec::new(),
        values: Vec::new(),
        codes,
        n_codes: levels.len() + 1 + usize::from(has_rest),
        rest: has_rest.then_some(rest),
    })
}

fn code(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

impl Feature {
    /// Returns a quantity that has an order; `None` if it does not vary.
    pub(super) fn ordered(quantity: Quantity, values: Vec<f64>) -> Option<Self> {
        let ranks = mid_ranks(&values);
        let n = ranks.iter().filter(|rank| !rank.is_nan()).count();
        let mut distinct: Vec<f64> = Vec::new();
        for rank in ranks.iter().filter(|rank| !rank.is_nan()) {
            if distinct.len() > N_BINS {
                break;
            }
            if let Err(at) = distinct.binary_search_by(|known| known.total_cmp(rank)) {
                distinct.insert(at, *rank);
            }
        }
        if distinct.len() < 2 {
            return None;
        }
        let is_few = distinct.len() <= N_BINS;
        let bin = |rank: &f64| match *rank {
            rank if rank.is_nan() => 0,
            rank if is_few => code(distinct.partition_point(|known| *known < rank) + 1),
            rank => code(cast::floor_to_usize(math::floor((rank - 0.5) * N_BINS as f64 / n as f64)) + 1),
        };
        Some(Self {
            quantity,
            number: 0,
            scale: if distinct.len() == 2 { Scale::Binary } else { Scale::Ordered },
            origin: Origin::Own(0),
            is_time: false,
            codes: ranks.iter().map(bin).collect(),
            n_codes: if is_few { distinct.len() + 1 } else { N_BINS + 1 },
            rest: None,
            ranks,
            values,
        })
    }

    /// Tells whether two quantities are of one column, both of other tables' rows, or both times, or one holds the other.
    pub(super) fn is_kin(&self, other: &Self) -> bool {
        let is_below = |path: &JsonPath, other: &JsonPath| {
            self.quantity.aspect == Aspect::Presence
                && other.starts_with(path)
                && path.segments().len() < other.segments().len()
        };
        let holds = is_below(&self.quantity.path, &other.quantity.path)
            || is_below(&other.quantity.path, &self.quantity.path);
        let are_aggregates = matches!((self.origin, other.origin), (Origin::Aggregate, Origin::Aggregate));
        self.origin == other.origin || are_aggregates || self.is_time && other.is_time || holds
    }

    /// The correlation of its ranks with those of the time; 0 without order.
    pub(super) fn trend(&self, times: &[f64]) -> f64 {
        pearson(self.ranks.iter().copied().zip(times.iter().copied())).unwrap_or(0.0)
    }

    /// How much a row's rank says of that of the next row in time; 0 without order.
    pub(super) fn memory(&self, order: &[usize]) -> f64 {
        let rank = |row: &usize| self.ranks.get(*row).copied().unwrap_or(f64::NAN);
        let ranks: Vec<f64> = order.iter().map(rank).filter(|rank| !rank.is_nan()).collect();
        pearson(ranks.iter().copied().zip(ranks.iter().copied().skip(1))).unwrap_or(0.0)
    }
}

/// The first of the rows with each value of a field, as positions among the rows.
pub(super) fn first_rows(table: &Table, rows: &[u32], source: &JsonPath) -> Vec<usize> {
    let is_source = |column: &&Column| column.path == *source && column.part != Part::Presence;
    let Some(column) = table.columns.iter().find(is_source) else { return (0..rows.len()).collect() };
    let mut is_seen = vec![false; column.n_codes()];
    let mut firsts = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let cell = column.cell(*row as usize);
        if cell > NULL && !std::mem::replace(&mut is_seen[cell as usize], true) {
            firsts.push(position);
        }
    }
    firsts
}
