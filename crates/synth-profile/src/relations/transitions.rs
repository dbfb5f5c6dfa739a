//! State machines: fields whose next value depends on the present one.
//!
//! States follow each other along the elements of an array, along the rows of one entity in the order of their times,
//! or along the records of a stream. [`chains`] says where to look, a [`Chain`] gathers the visits of states in a
//! tally, and [`settled`] judges what was gathered.

use std::collections::BTreeMap;

use synth_core::{JsonPath, Rate, cast};
use synth_privacy::Gate;

use super::exceptions::RowPlace;
use super::names;
use super::table::{Column, Kind, Part, Table};
use super::tally::Tally;
use super::verify::Batch;
use super::{Reference, Transition};
use crate::profile::{FieldProfile, TagValue};
use crate::variants::public_values;

mod chain;
mod moves;

pub(crate) use chain::{Chain, Visit, Walk};
use moves::Moves;

/// Most states of a machine.
const MAX_STATES: usize = 24;
/// Share of a field's values that are public states.
const MIN_KNOWN: f64 = 0.9;
/// Rows for each state, at least.
const MIN_ROWS_A_STATE: usize = 10;
/// Rows for each entity, at least, on average.
const MIN_ROWS_AN_ENTITY: f64 = 1.5;
/// Entities of one table that are tried.
const MAX_ENTITIES: usize = 3;
/// Chains that are tried.
const MAX_CHAINS: usize = 16;
/// Share of the rows that must have the column by which they are put in order.
const MIN_ORDERED: f64 = 0.95;
/// Share of the rows next to each other in time that agree, beyond chance, where a state is one of the calendar.
const MAX_SAME: f64 = 0.6;
/// Share of the times that are distinct for the rows to be in a certain order.
const MIN_DISTINCT_TIMES: f64 = 0.8;
/// Visits that all tallies hold together, and that one holds at most.
const MAX_VISITS: (usize, usize) = (1 << 17, 1 << 15);
/// Visits that wait to be sorted in.
const MAX_PENDING: usize = 1 << 11;

/// Returns where state machines may be, most promising first.
///
/// A state is a string, whole number or boolean of few public values; an entity is named by a field that refers to
/// another table, that sounds like a key, or that is a text. States that one of the entities always has are not
/// looked at along it, and of two fields that tell the same states only the first.
pub(crate) fn chains(tables: &[Table], fields: &[FieldProfile], references: &[Reference]) -> Vec<Chain> {
    let mut chains = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let states = states(table, fields);
        if states.is_empty() {
            continue;
        }
        let order = order(table);
        if !table.has_one_holder() {
            let order = order.filter(|order| rises_along_arrays(table, *order));
            let may_follow = |state: &usize| order.is_some() || table.columns[*state].kind != Kind::Integer;
            let states = states.into_iter().filter(|(state, _)| may_follow(state));
            chains.extend(states.map(|(state, states)| Chain {
                table: index,
                state,
                walk: Walk::Array,
                order,
                finer: Vec::new(),
                is_named: names::sounds_like_state(&table.columns[state].path),
                states,
            }));
            continue;
        }
        let mut entities = entities(table, fields, references);
        // The rows of one month are no entity.
        entities.retain(|entity| order.is_none_or(|order| !follows_from_time(table, order, *entity)));
        entities.truncate(MAX_ENTITIES);
        let columns: Vec<usize> = states.iter().map(|(state, _)| *state).collect();
        for (state, values) in states {
            let finer: Vec<usize> = columns
                .iter()
                .copied()
                .filter(|one| *one != state && determines(table, *one, state))
                .collect();
            let chain = |walk| Chain {
                table: index,
                state,
                walk,
                order,
                finer: finer.clone(),
                is_named: false,
                states: values.clone(),
            };
            let is_date_part = order.is_some_and(|order| follows_from_time(table, order, state));
            let may_change =
                |entity: &&usize| **entity != state && !is_date_part && !determines(table, **entity, state);
            chains.extend(entities.iter().filter(may_change).map(|entity| chain(Walk::Entity(*entity))));
            // Numbers along a stream are measured or counted.
            if table.columns[state].kind != Kind::Integer && tells_rows_apart(table, order) {
                chains.push(chain(Walk::Records));
            }
        }
    }
    chains.truncate(MAX_CHAINS);
    chains
}

/// The columns of few public values, with these.
fn states(table: &Table, fields: &[FieldProfile]) -> Vec<(usize, Vec<TagValue>)> {
    let mut states: Vec<(usize, Vec<TagValue>)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let is_state = column.part == Part::Value
            && matches!(column.kind, Kind::Text | Kind::Integer | Kind::Other)
            && (2..=2 * MAX_STATES).contains(&column.n_distinct())
            && column.n_distinct() * MIN_ROWS_A_STATE <= table.n_rows();
        let Some(field) = fields.iter().find(|field| field.path == column.path).filter(|_| is_state) else {
            continue;
        };
        let mut values = public_values(field);
        values.retain(|value| *value != TagValue::Null);
        let codes: Vec<u32> = values.iter().filter_map(|value| super::mine::code_of(column, value)).collect();
        let rows = (0..table.n_rows()).filter(|row| column.has_value(*row));
        let (mut n, mut n_known) = (0_u64, 0_u64);
        for row in rows {
            n += 1;
            n_known += u64::from(codes.contains(&column.cell(row)));
        }
        let is_known = n > 0 && Rate::of(n_known, n).get() >= MIN_KNOWN;
        let is_alias = || {
            let twin = |(known, _): &(usize, Vec<TagValue>)| {
                determines(table, *known, index) && determines(table, index, *known)
            };
            states.iter().any(twin)
        };
        if is_known && (2..=MAX_STATES).contains(&values.len()) && !is_alias() {
            states.push((index, values));
        }
    }
    states
}

/// The column that puts rows in order: the time with most values.
fn order(table: &Table) -> Option<usize> {
    let n_rows = table.n_rows();
    let is_order = |column: &Column| {
        let n = (0..n_rows).filter(|row| column.number(*row).is_some()).count();
        column.part == Part::Value
            && column.kind == Kind::Time
            && column.path.starts_with(&table.path)
            && n as f64 >= MIN_ORDERED * n_rows as f64
    };
    let times = (0..table.columns.len()).filter(|index| is_order(&table.columns[*index]));
    times.max_by_key(|index| (table.columns[*index].n_distinct(), std::cmp::Reverse(*index)))
}

/// Tells whether rows next to each other in time mostly agree in a column: the state is one of the calendar, such as
/// the month, and not of what the rows are about.
fn follows_from_time(table: &Table, order: usize, state: usize) -> bool {
    let (order, state) = (&table.columns[order], &table.columns[state]);
    let mut rows: Vec<(f64, u32)> = (0..table.n_rows())
        .filter(|row| state.has_value(*row))
        .filter_map(|row| Some((order.number(row)?, state.cell(row))))
        .collect();
    rows.sort_by(|left, right| left.0.total_cmp(&right.0));
    let n = rows.len() as f64;
    let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
    rows.iter().for_each(|(_, cell)| *counts.entry(*cell).or_default() += 1.0);
    let chance: f64 = counts.values().map(|count| count * count / (n * n)).sum();
    let n_same = rows.windows(2).filter(|pair| pair[0].1 == pair[1].1).count();
    n_same as f64 / (n - 1.0).max(1.0) >= chance + MAX_SAME * (1.0 - chance)
}

/// Tells whether nearly every row has a time of its own, where there is one to go by.
fn tells_rows_apart(table: &Table, order: Option<usize>) -> bool {
    order.is_none_or(|order| {
        table.columns[order].n_distinct() as f64 >= MIN_DISTINCT_TIMES * table.n_rows() as f64
    })
}

/// Tells whether the elements of no array fall in a column.
fn rises_along_arrays(table: &Table, order: usize) -> bool {
    let order = &table.columns[order];
    let falls = |(from, to): (usize, usize)| order.number(from) > order.number(to);
    !table.families().any(|family| family.clone().zip(family.start + 1..family.end).any(falls))
}

/// The columns that tell whose row a row is, best first.
fn entities(table: &Table, fields: &[FieldProfile], references: &[Reference]) -> Vec<usize> {
    let rank = |column: &Column| -> u32 {
        let refers = references.iter().any(|found| found.child == [column.path.clone()]);
        match () {
            () if refers => 3,
            () if names::sounds_like_id(&column.path) => 2,
            () if column.kind == Kind::Text => 1,
            () => 0,
        }
    };
    // A sample of rows has few of each entity; the field knows of all.
    let repeats_enough = |column: &Column| {
        let field = fields.iter().find(|field| field.path == column.path);
        let counts = field.and_then(|field| match (&field.text, &field.number) {
            (Some(text), None) => Some((text.count, text.n_distinct)),
            (None, Some(number)) => Some((number.count, number.n_distinct)),
            _ => None,
        });
        let (n, n_distinct) = counts.unwrap_or((0, 1));
        n as f64 >= MIN_ROWS_AN_ENTITY * n_distinct as f64
    };
    let is_entity = |column: &Column| {
        column.part == Part::Value
            && matches!(column.kind, Kind::Text | Kind::Integer)
            && column.n_distinct() >= 2
            && repeats_enough(column)
            && rank(column) > 0
    };
    let mut entities: Vec<usize> =
        (0..table.columns.len()).filter(|index| is_entity(&table.columns[*index])).collect();
    entities.sort_by_key(|index| {
        let column = &table.columns[*index];
        std::cmp::Reverse((rank(column), column.n_distinct()))
    });
    entities
}

/// Tells whether rows that agree in one column agree in another.
fn determines(table: &Table, left: usize, right: usize) -> bool {
    let (left, right) = (&table.columns[left], &table.columns[right]);
    let mut seen = vec![0_u32; left.n_codes()];
    (0..table.n_rows()).filter(|row| left.has_value(*row) && right.has_value(*row)).all(|row| {
        let known = &mut seen[left.cell(row) as usize];
        let is_same = *known == 0 || *known == right.cell(row);
        *known = right.cell(row);
        is_same
    })
}

/// Returns an empty tally for each of so many chains.
pub(crate) fn tallies(n_chains: usize) -> Vec<Tally<Visit>> {
    let capacity = (MAX_VISITS.0 / n_chains.max(1)).min(MAX_VISITS.1);
    (0..n_chains).map(|_| Tally::new(capacity, MAX_PENDING)).collect()
}

/// Returns the state machines that a sample shows by itself: those along arrays, and where the sample holds all rows
/// in their order, those along collections.
pub(crate) fn transitions(
    tables: &[Table],
    chains: &[Chain],
    is_stream: bool,
    gate: Gate,
) -> Vec<Transition> {
    let mut batch = Batch::default();
    let n_records = tables.first().map_or(0, Table::n_rows);
    (0..cast::to_u64(n_records)).for_each(|record| batch.begin(RowPlace::of_record(0, record)));
    batch.number_rows(tables, is_stream);
    let mut tallies = tallies(chains.len());
    for (chain, tally) in chains.iter().zip(&mut tallies) {
        match chain.order.filter(|_| chain.walk == Walk::Records) {
            Some(order) => {
                let ranks = ranks(&tables[chain.table], order);
                chain.count_at(tally, tables, (&ranks, &[]));
            }
            None => chain.count(tally, tables, &batch),
        }
    }
    settled(tables, chains, tallies, gate)
        .into_iter()
        .map(|found| Transition { exceptions: Vec::new(), ..found })
        .collect()
}

/// The place of each row when the rows are put in the order of a column; those without a value come last.
fn ranks(table: &Table, order: usize) -> Vec<RowPlace> {
    let column = &table.columns[order];
    let mut rows: Vec<usize> = (0..table.n_rows()).collect();
    let key = |row: &usize| column.number(*row).unwrap_or(f64::INFINITY);
    rows.sort_by(|left, right| key(left).total_cmp(&key(right)));
    let mut ranks = vec![RowPlace::of_record(0, 0); rows.len()];
    for (row, rank) in rows.into_iter().zip(0..) {
        ranks[row] = RowPlace::of_record(0, rank);
    }
    ranks
}

/// Returns the state machines among the chains that were counted: of each state the walk that says most of its next.
pub(crate) fn settled(
    tables: &[Table],
    chains: &[Chain],
    tallies: Vec<Tally<Visit>>,
    gate: Gate,
) -> Vec<Transition> {
    let mut best: BTreeMap<(usize, usize), (f64, Transition)> = BTreeMap::new();
    for (chain, mut tally) in chains.iter().zip(tallies) {
        tally.settle();
        let moves = Moves::of(chain, &tally, gate.k());
        let Some(gain) = moves.gain() else { continue };
        let is_better = best.get(&(chain.table, chain.state)).is_none_or(|(known, _)| gain > *known);
        if let Some(found) = moves.transition(gate).filter(|_| is_better) {
            let path = |column: usize| -> JsonPath { tables[chain.table].columns[column].path.clone() };
            let found = Transition {
                path: path(chain.state),
                entity: chain.entity().map(path),
                order: chain.order.map(path),
                ..found
            };
            best.insert((chain.table, chain.state), (gain, found));
        }
    }
    // Of a machine that follows from another one along the same rows nothing more is to be said.
    let is_new = |(at, (_, found)): (&(usize, usize), &(f64, Transition))| {
        let chain = chains.iter().find(|chain| (chain.table, chain.state) == *at);
        let finer = chain.map_or(&[][..], |chain| &chain.finer);
        let is_told = |column: &usize| {
            best.get(&(at.0, *column)).is_some_and(|(_, finer)| finer.entity == found.entity)
        };
        !finer.iter().any(is_told)
    };
    best.iter().filter(|one| is_new(*one)).map(|(_, (_, found))| found.clone()).collect()
}
