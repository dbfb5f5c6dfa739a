//! From the relations of a sample to what must be counted in all records.

use std::collections::BTreeSet;

use synth_core::{JsonPath, JsonType, Rate, cast};
use synth_privacy::Gate;

use super::batch::SheetRows;
use super::pairs::PairCheck;
use super::rows::{RowCheck, Subject, ordered_pairs};
use super::sequence::watched;
use super::settle::slot_of;
use super::{At, MAX_CELLS, Proposals};
use crate::profile::{FieldProfile, Profile, VariantProfile};
use crate::relations::arithmetic::clock::{ClockRule, is_of_times};
use crate::relations::arithmetic::{self, Formula};
use crate::relations::builder::TableBuilder;
use crate::relations::counts::{Slot, View};
use crate::relations::keys::{UniqueColumn, several_columns, unique_columns};
use crate::relations::mine::{sheets, tables, tag_of};
use crate::relations::ordering::Chance;
use crate::relations::references::composite::namesakes;
use crate::relations::references::{conceivable, references};
use crate::relations::sequence::ArrayRule;
use crate::relations::table::{Column, Part, Table};
use crate::relations::text::TextRule;
use crate::relations::transitions::{self, Chain, Walk};
use crate::relations::{Key, Operation, Relations, dependencies};
use crate::{Partial, Unit, relations};

/// Values that all tallies of keys and references hold together.
const MAX_VALUES: usize = 3 << 18;
/// Values that one tally may hold in any case.
const MIN_VALUES: usize = 1 << 12;
/// Pairs that all tallies of dependencies hold together.
const MAX_PAIRS: usize = 1 << 19;
/// Pairs that one tally holds, at least and at most.
const PAIRS: (usize, usize) = (1 << 9, 1 << 16);
/// Most tallies of keys and references.
const MAX_SLOTS: usize = 256;

/// What is counted.
#[derive(Debug, Default)]
struct Wanted {
    slots: Vec<Slot>,
    pairs: Vec<PairCheck>,
    rows: Vec<(Subject, RowCheck)>,
    chains: Vec<Chain>,
    watched: Vec<At>,
}

impl Proposals {
    /// Returns what must be counted to test the relations that a profile has from the sample, and those that its
    /// sample could not show: of a sample of all records only the order in which they come.
    ///
    /// # Cost
    ///
    /// One replay of the record sample.
    #[must_use]
    pub fn new(partial: &Partial, profile: &Profile, gate: Gate) -> Self {
        let known = &profile.relations;
        let wants = |view: &View<'_>| {
            let is_stream = partial.unit() == Unit::Record;
            let watched = if is_stream { watched(view.tables) } else { Vec::new() };
            let chains = chains(view.tables, profile, partial);
            if known.covers_all_records {
                return Wanted { watched, chains, ..Wanted::default() };
            }
            let slots = slots(view, (partial, &profile.fields));
            let pairs = pair_checks(view.tables, known);
            Wanted { slots, pairs, rows: row_checks(view.tables, known), chains, watched }
        };
        Self::planned((partial, profile), known.clone(), gate, wants)
    }

    /// Returns what must be counted to find the rows that break the relations of a sample of all records.
    ///
    /// # Cost
    ///
    /// One replay of the record sample.
    #[must_use]
    pub fn of_exceptions(partial: &Partial, profile: &Profile, gate: Gate) -> Self {
        let mut broken = profile.relations.broken();
        let near = std::mem::take(&mut broken.near_keys).into_iter();
        broken.keys = near
            .map(|near| Key {
                n_rows: near.evidence.n_rows,
                paths: near.paths,
                is_primary: false,
                when: near.when,
            })
            .collect();
        let wants = |view: &View<'_>| {
            let is_broken = |chain: &Chain| {
                let state = &view.tables[chain.table].columns[chain.state].path;
                broken.transitions.iter().any(|found| found.path == *state)
            };
            let mut chains = transitions::chains(view.tables, &profile.fields, &profile.relations.references);
            chains.retain(is_broken);
            let mut slots = match broken.references.is_empty() {
                true => Vec::new(),
                false => slots(view, (partial, &profile.fields)),
            };
            for slot in broken.keys.iter().filter_map(|key| slot_of(key, view)) {
                if !slots.contains(&slot) {
                    slots.push(slot);
                }
            }
            Wanted {
                slots,
                pairs: pair_checks(view.tables, &broken),
                rows: row_checks(view.tables, &broken),
                chains,
                watched: Vec::new(),
            }
        };
        Self::planned((partial, profile), broken.clone(), gate, wants)
    }

    fn planned(
        (partial, profile): (&Partial, &Profile),
        proposed: Relations,
        gate: Gate,
        wants: impl Fn(&View<'_>) -> Wanted,
    ) -> Self {
        let tables = tables(partial, &profile.fields);
        let sheets = sheets(&tables, &profile.variants);
        let is_complete = partial.is_sampled_whole();
        let wanted = wants(&View { tables: &tables, sheets: &sheets, counts: None, is_complete, gate });
        let Wanted { slots, pairs, rows, chains, watched } = wanted;
        let sheets: Vec<SheetRows> = sheet_rows(&tables, &profile.variants);
        let mut used = used_columns((&slots, &sheets), &pairs, &rows);
        used.extend(&watched);
        for chain in &chains {
            used.extend(chain.columns().map(|column| At { table: chain.table, column }));
        }
        let n_values = slots.iter().map(|slot| n_values(slot, &tables, &profile.fields)).collect();
        Self {
            builder: restricted(&profile.fields, &used),
            unit: partial.unit(),
            slot_capacity: capacity(n_values),
            pair_capacity: (MAX_PAIRS / pairs.len().max(1)).clamp(PAIRS.0, PAIRS.1),
            sheets,
            slots,
            pairs,
            rows,
            watched,
            chains,
            proposed,
        }
    }

    /// Tells whether there is anything to be tested.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
            && self.pairs.is_empty()
            && self.rows.is_empty()
            && self.watched.is_empty()
            && self.chains.is_empty()
    }
}

/// The walks along which states are looked at: all of them, or those that a sample of all records leaves out because it
/// does not know their order.
fn chains(tables: &[Table], profile: &Profile, partial: &Partial) -> Vec<Chain> {
    let known = &profile.relations;
    let mut chains = transitions::chains(tables, &profile.fields, &known.references);
    let is_done =
        |chain: &Chain| partial.unit() == Unit::Element || chain.walk == Walk::Array || chain.order.is_some();
    chains.retain(|chain| !(known.covers_all_records && is_done(chain)));
    chains
}

fn restricted(fields: &[FieldProfile], used: &BTreeSet<At>) -> TableBuilder {
    let mut builder = TableBuilder::new(fields);
    builder.restrict(|table, column| used.contains(&At { table, column }), MAX_CELLS);
    builder
}

/// Distinct values of a slot, by what is known of whole paths.
fn n_values(slot: &Slot, tables: &[Table], fields: &[FieldProfile]) -> u64 {
    let columns = &tables[slot.table].columns;
    let n_distinct = |column: &usize| {
        let field = fields.iter().find(|field| field.path == columns[*column].path)?;
        let (text, number) = (field.text.as_ref(), field.number.as_ref());
        Some(text.map_or(0, |text| text.n_distinct) + number.map_or(0, |number| number.n_distinct))
    };
    match &slot.columns[..] {
        [column] => n_distinct(column).unwrap_or(0),
        columns => columns.iter().filter_map(n_distinct).fold(1, u64::saturating_mul),
    }
}

/// The largest number of values that each tally may hold so that all together stay within their bound.
fn capacity(mut n_values: Vec<u64>) -> usize {
    n_values.sort_unstable();
    let mut left = MAX_VALUES;
    for (index, n) in n_values.iter().enumerate() {
        let n_left = n_values.len() - index;
        if cast::to_u64(left / n_left) < *n {
            return (left / n_left).max(MIN_VALUES);
        }
        left -= cast::to_usize(*n);
    }
    MAX_VALUES
}

/// The columns that are tested.
fn used_columns(
    (slots, sheets): (&[Slot], &[SheetRows]),
    pairs: &[PairCheck],
    rows: &[(Subject, RowCheck)],
) -> BTreeSet<At> {
    let mut used = BTreeSet::new();
    for slot in slots {
        used.extend(slot.columns.iter().map(|column| At { table: slot.table, column: *column }));
    }
    for sheet in sheets {
        used.extend(sheet.tag.as_ref().map(|(column, _)| At { table: sheet.table, column: *column }));
    }
    for check in pairs {
        used.extend(check.lhs.iter().map(|column| At { table: check.table, column: *column }));
        used.insert(check.rhs);
    }
    for (_, check) in rows {
        match check {
            RowCheck::Ordering { low, high, .. } => used.extend([*low, *high]),
            RowCheck::Formula(formula) | RowCheck::Bound(formula) => {
                used.insert(formula.target);
                used.extend(formula.terms.iter().map(|(at, _)| *at));
            }
            RowCheck::Text(rule) => used.extend(rule.terms.iter().chain([&rule.target])),
            RowCheck::Arrays(rule) => used.extend(&rule.columns),
            RowCheck::Presence { fields, .. } => used.extend(fields.iter().flatten()),
            RowCheck::Constant { at, .. } => _ = used.insert(*at),
        }
    }
    used
}

fn sheet_rows(tables: &[Table], variants: &[VariantProfile]) -> Vec<SheetRows> {
    let whole = (0..tables.len()).map(|table| SheetRows { table, tag: None });
    let tagged = tables.iter().enumerate().filter_map(|(index, table)| {
        let (variant, column) = tag_of(table, variants)?;
        Some(
            variant
                .cases
                .iter()
                .map(move |case| SheetRows { table: index, tag: Some((column, case.when.clone())) }),
        )
    });
    whole.chain(tagged.flatten()).collect()
}

/// The values that keys and references are tested by.
fn slots(view: &View<'_>, (partial, fields): (&Partial, &[FieldProfile])) -> Vec<Slot> {
    let mut unique = unique_columns(view);
    unique.retain(|column| is_worth_counting(column, view, fields));
    let parent_slot = |index: usize| {
        let parent = &unique[index];
        Slot::of_sheet(parent.sheet, &view.sheets[parent.sheet], vec![parent.column])
    };
    let path = |slot: &Slot| &view.tables[slot.table].columns[slot.columns[0]].path;
    let mut children: Vec<(Slot, usize)> = conceivable(view, &unique)
        .into_iter()
        .map(|found| (found.child, found.unique))
        .filter(|(child, index)| {
            let shared = shared_values(partial, child, (path(child), path(&parent_slot(*index))));
            shared.is_none_or(|share| share >= MIN_SHARED)
        })
        .collect();
    let seen = references(view, &unique);
    children.extend(seen.iter().map(|found| (found.child_slot.clone(), found.unique)));
    let is_reference = |column: &Column| children.iter().any(|(child, _)| *path(child) == column.path);
    let mut composite = Vec::new();
    for (index, sheet) in view.sheets.iter().enumerate() {
        let chosen = several_columns(sheet, is_reference);
        composite.extend(chosen.into_iter().map(|columns| Slot::of_sheet(index, sheet, columns)));
    }
    let namesakes: Vec<Slot> = composite.iter().flat_map(|key| namesakes(view.tables, key)).collect();
    let mut slots: Vec<Slot> = Vec::new();
    let parents = children.iter().map(|(_, unique)| parent_slot(*unique));
    // The values of one tag are a key only where something refers to them.
    let is_own = |index: &usize| unique[*index].is_exact && view.sheets[unique[*index].sheet].when.is_none();
    let keys = (0..unique.len()).filter(is_own).map(parent_slot);
    let mut known = BTreeSet::new();
    for slot in parents
        .chain(keys)
        .chain(composite)
        .chain(children.iter().map(|(child, _)| child.clone()))
        .chain(namesakes)
    {
        if slots.len() < MAX_SLOTS && known.insert(slot.clone()) {
            slots.push(slot);
        }
    }
    slots
}

/// Tells whether a column that is unique in the sample may be so in all records: of a column whose values never
/// repeat the rows of one tag say nothing more, and one whose values do repeat is unique for a tag at most.
fn is_worth_counting(column: &UniqueColumn, view: &View<'_>, fields: &[FieldProfile]) -> bool {
    let sheet = &view.sheets[column.sheet];
    let path = &sheet.table.columns[column.column].path;
    let Some(field) = fields.iter().find(|field| field.path == *path) else { return true };
    let n_values = |json_types: &[JsonType]| json_types.iter().map(|one| field.n_of(*one)).sum::<u64>();
    let share = match (&field.text, &field.number) {
        (Some(text), None) => Rate::of(text.n_distinct, n_values(&[JsonType::String])),
        (None, Some(number)) => Rate::of(number.n_distinct, n_values(&[JsonType::Integer, JsonType::Number])),
        _ => return true,
    };
    let never_repeats = field.text.as_ref().is_some_and(|text| text.is_unique)
        || field.number.as_ref().is_some_and(|number| number.is_unique);
    if sheet.when.is_some() { !never_repeats } else { never_repeats || share.get() >= MIN_DISTINCT }
}

/// Share of the values that are distinct, by an estimate, in a column that may still be a key.
const MIN_DISTINCT: f64 = 0.9;

/// Share of the distinct values of a child that a parent must have, as far as the whole paths tell.
const MIN_SHARED: f64 = 0.2;
/// Distinct values from which that share says something.
const MIN_COMPARED: usize = 20;

/// The share of the distinct values of one path that another has too, by the tables of values of whole paths; `None`
/// where these cannot tell.
fn shared_values(partial: &Partial, slot: &Slot, (child, parent): (&JsonPath, &JsonPath)) -> Option<f64> {
    if slot.prefix.is_some() {
        return None;
    }
    let stats = |path: &JsonPath| Some(&partial.node(partial.find(path)?).stats);
    let (child, parent) = (stats(child)?, stats(parent)?);
    match (child.string(), parent.string(), child.number(), parent.number()) {
        (Some(child), Some(parent), None, None) => shared(&child.distinct, &parent.distinct),
        (None, None, Some(child), Some(parent)) => shared(&child.distinct, &parent.distinct),
        _ => None,
    }
}

/// The same for two tables that keep the values with the smallest hashes: up to the smaller of their largest ones.
fn shared<T>(child: &synth_stats::BottomK<T>, parent: &synth_stats::BottomK<T>) -> Option<f64> {
    let limit = |table: &synth_stats::BottomK<T>| match table.is_complete() {
        true => u64::MAX,
        false => table.entries().last().map_or(0, |entry| entry.hash),
    };
    let limit = limit(child).min(limit(parent));
    let known: BTreeSet<u64> = parent.entries().map(|entry| entry.hash).collect();
    let (mut n, mut n_shared) = (0_usize, 0_usize);
    for entry in child.entries().take_while(|entry| entry.hash <= limit) {
        n += 1;
        n_shared += usize::from(known.contains(&entry.hash));
    }
    (n >= MIN_COMPARED).then(|| n_shared as f64 / n as f64)
}

/// The column of a path that holds a part of it.
fn find(tables: &[Table], path: &JsonPath, parts: &[Part]) -> Option<At> {
    parts.iter().find_map(|part| {
        tables.iter().enumerate().find_map(|(table, rows)| {
            let is_it = |column: &Column| column.path == *path && column.part == *part;
            Some(At { table, column: rows.columns.iter().position(is_it)? })
        })
    })
}

/// The columns of a path, one for each type that it has.
fn find_all(tables: &[Table], path: &JsonPath) -> Vec<At> {
    ANY.iter().filter_map(|part| find(tables, path, &[*part])).collect()
}

const SCALAR: [Part; 2] = [Part::Value, Part::Key];
const ANY: [Part; 3] = [Part::Value, Part::Length, Part::Presence];

/// The tests of dependencies; constants are tested row by row.
fn pair_checks(tables: &[Table], relations: &Relations) -> Vec<PairCheck> {
    let mut checks = Vec::new();
    for (entry, dependency) in relations.dependencies.iter().enumerate() {
        let lhs: Option<Vec<At>> = dependency.lhs.iter().map(|path| find(tables, path, &SCALAR)).collect();
        let Some(lhs) = lhs.filter(|lhs| !lhs.is_empty()) else { continue };
        for (number, dependent) in dependency.rhs.iter().enumerate() {
            let Some(rhs) = find(tables, &dependent.path, &SCALAR) else { continue };
            let columns: Vec<&Column> = lhs.iter().map(|at| at.column(tables)).collect();
            let n_columns = tables[lhs[0].table].columns.len() as f64;
            checks.push(PairCheck {
                subject: (entry, number),
                table: lhs[0].table,
                lhs: lhs.iter().map(|at| at.column).collect(),
                rhs,
                min_hold: dependencies::min_hold(&columns, rhs.column(tables)),
                n_tests: n_columns * n_columns,
            });
        }
    }
    checks
}

/// The tests of single rows: orders, formulas, texts, arrays, presence, constants.
fn row_checks(tables: &[Table], relations: &Relations) -> Vec<(Subject, RowCheck)> {
    let orderings = relations.orderings.iter().enumerate().filter_map(|(index, found)| {
        let at = (find(tables, &found.low, &SCALAR)?, find(tables, &found.high, &SCALAR)?);
        let pairs = ordered_pairs(at, found.scope, tables).into_iter().map(|(_, low, high)| (low, high));
        let chance = Chance::of(at.0.column(tables), pairs.collect());
        let gaps = [found.min_gap, found.max_gap];
        let check = RowCheck::Ordering { low: at.0, high: at.1, scope: found.scope, chance, gaps };
        Some((Subject::Ordering(index), check))
    });
    let formulas = relations.arithmetic.iter().enumerate().filter_map(|(index, found)| {
        Some((Subject::Formula(index), RowCheck::Formula(formula(tables, found)?)))
    });
    let bounds = relations.inequalities.iter().enumerate().filter_map(|(index, found)| {
        Some((Subject::Inequality(index), RowCheck::Bound(bound(tables, found)?)))
    });
    let presence = relations.presence.iter().enumerate().filter_map(|(index, found)| {
        let fields: Vec<Vec<At>> = found.paths.iter().map(|path| find_all(tables, path)).collect();
        let is_known = fields.iter().all(|field| !field.is_empty());
        is_known.then_some((Subject::Presence(index), RowCheck::Presence { rule: found.rule, fields }))
    });
    let constants = relations.dependencies.iter().enumerate().filter(|(_, found)| found.lhs.is_empty());
    let constants = constants.flat_map(|(entry, found)| {
        found.rhs.iter().enumerate().filter_map(move |(number, dependent)| {
            let at = find(tables, &dependent.path, &SCALAR)?;
            let column = at.column(tables);
            let row = (0..tables[at.table].n_rows()).find(|row| column.has_value(*row))?;
            let hash = column.hash(column.cell(row))?;
            Some((Subject::Constant(entry, number), RowCheck::Constant { at, hash }))
        })
    });
    let made = texts(tables, relations).chain(arrays(tables, relations));
    orderings.chain(formulas).chain(bounds).chain(made).chain(presence).chain(constants).collect()
}

fn texts(tables: &[Table], relations: &Relations) -> impl Iterator<Item = (Subject, RowCheck)> {
    relations.texts.iter().enumerate().filter_map(|(index, found)| {
        let at = |path: &JsonPath| find(tables, path, &[Part::Value]);
        let rule = TextRule {
            target: at(&found.target)?,
            operation: found.operation,
            terms: found.terms.iter().map(at).collect::<Option<_>>()?,
            separator: found.separator.as_ref().map(ToString::to_string).unwrap_or_default(),
        };
        Some((Subject::Text(index), RowCheck::Text(rule)))
    })
}

fn arrays(tables: &[Table], relations: &Relations) -> impl Iterator<Item = (Subject, RowCheck)> {
    relations.sequences.iter().enumerate().filter_map(|(index, found)| {
        let columns: Option<Vec<At>> = found.paths.iter().map(|path| find(tables, path, &ANY)).collect();
        let rule = ArrayRule { rule: found.rule, columns: columns? };
        Some((Subject::Sequence(index), RowCheck::Arrays(rule)))
    })
}

fn formula(tables: &[Table], found: &relations::Arithmetic) -> Option<Formula> {
    let parts: &[Part] = match found.operation {
        Operation::Copy | Operation::FirstElement | Operation::LastElement => &SCALAR,
        Operation::Count => &[Part::Length],
        _ => &[Part::Value, Part::Length],
    };
    let target_parts: &[Part] = if parts == SCALAR { parts } else { &[Part::Value, Part::Length] };
    let target = find(tables, &found.target, target_parts)?;
    let terms: Option<Vec<(At, f64)>> =
        found.terms.iter().map(|term| Some((find(tables, &term.path, parts)?, term.factor))).collect();
    let column = target.column(tables);
    let tolerance = match is_of_times(found.operation) {
        true => ClockRule::of(found.operation, found.offset, column).tolerance,
        false => arithmetic::tolerance(column),
    };
    Some(Formula { target, operation: found.operation, terms: terms?, offset: found.offset, tolerance })
}

fn bound(tables: &[Table], found: &relations::Inequality) -> Option<Formula> {
    let at = |path: &JsonPath| find(tables, path, &[Part::Value]);
    let terms: Vec<(At, f64)> =
        found.terms.iter().map(|term| Some((at(&term.path)?, term.factor))).collect::<Option<_>>()?;
    let target = at(&found.target)?;
    let columns = terms.iter().map(|(at, _)| at).chain([&target]);
    let tolerance = columns.map(|at| arithmetic::tolerance(at.column(tables))).fold(0.0, f64::max);
    Some(Formula { target, operation: Operation::Sum, terms, offset: 0.0, tolerance: 1.000_01 * tolerance })
}
