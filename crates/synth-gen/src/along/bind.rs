//! Times and what is placed by them, put into a plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use synth_core::{JsonPath, Permutation, Seed, cast};
use synth_rules::{Along, Movement, Relationship, RowOrder};

use super::motion::Motion;
use super::{Course, Placed, Ranks, Scale, Timeline, Turns};
use crate::composite::Columns;
use crate::computed::divisor;
use crate::link::Linker;
use crate::measure::Measure;
use crate::plan::{Kind, Plan};
use crate::recipe::{Recipe, Setting};

/// Compiles the times that rows run along and places them, and what rises or falls with them and is not drawn by the
/// joint model.
pub(crate) fn timelines(linker: &Linker<'_>, plan: &mut Plan) {
    for along in &linker.rules.along {
        let line = timeline(linker, plan, along).map(Arc::new);
        let line = line.filter(|line| place(linker, plan, (&along.time, false), line));
        if let Some(line) = &line {
            turn_by_turn(linker, plan, along, line);
            let rising = along.fields.iter().filter_map(|(path, movement)| match movement {
                Movement::Rises { resets: None } => Some((path, false)),
                Movement::Falls => Some((path, true)),
                _ => None,
            });
            for (path, falls) in rising.filter(|(path, _)| is_made_apart(linker, path)) {
                place(linker, plan, (path, falls), line);
            }
        }
        plan.lines.push(line);
    }
}

/// Lets the names of series take turns, where each series has every time once.
fn turn_by_turn(linker: &Linker<'_>, plan: &mut Plan, along: &Along, line: &Timeline) {
    let Ranks::Series(turns) = line.ranks else { return };
    let Some(node) = along.by.as_ref().and_then(|by| linker.node(by)) else { return };
    let n_literals = match &plan.nodes[node].kinds[..] {
        [Kind::Scalar(recipe)] => recipe.n_literals(),
        _ => 0,
    };
    if plan.nodes[node].scope == line.scope && cast::to_u64(n_literals) == turns.n {
        plan.nodes[node].take_turns(turns.rows_of_each);
    }
}

/// Returns how the fields of an order run along time: as the time itself, if one of them is it or rises with it, else as
/// the first of them that drifts.
pub(crate) fn course_of(
    linker: &Linker<'_>,
    plan: &Plan,
    (members, givens): (&[usize], &[usize]),
    seed: Seed,
) -> Option<Course> {
    let scope = plan.nodes[*members.first()?].scope;
    linker.rules.along.iter().zip(&plan.lines).find_map(|(along, line)| {
        let line = line.as_ref()?;
        let n_below = divisor(plan, scope, line.scope)?.max(1);
        let nodes = members.iter().chain(givens.iter().filter(|node| plan.nodes[**node].scope == scope));
        let paths: Vec<JsonPath> = nodes.filter_map(|node| linker.path_of_node(*node)).collect();
        let is_time = |path: &JsonPath| *path == along.time;
        let movements = || paths.iter().filter_map(|path| along.fields.get(path).copied());
        let rises = movements().any(|movement| matches!(movement, Movement::Rises { resets: None }));
        let motion = if rises || paths.iter().any(is_time) {
            None
        } else {
            let drifts = |movement: &Movement| matches!(movement, Movement::Drifts { .. });
            Some(Motion::new(movements().find(drifts)?, seed))
        };
        Some(Course { line: Arc::clone(line), n_below, motion })
    })
}

/// The parents of children whose times run through all series, one after the other: the most frequent parents in turn.
pub(crate) fn one_after_the_other(
    plan: &Plan,
    time: usize,
    ordinals: &[u64],
    columns: &Columns,
) -> Option<Columns> {
    let [column] = &columns[..] else { return None };
    let series = |ordinal: &u64| {
        let mut lines = plan.lines.iter().flatten().filter(|line| line.is_of(time));
        lines.find_map(|line| line.series(*ordinal))
    };
    let series: Vec<usize> =
        ordinals.iter().map(|ordinal| series(ordinal).map(cast::to_usize)).collect::<Option<_>>()?;
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    column.iter().for_each(|parent| *counts.entry(*parent).or_default() += 1);
    let mut parents: Vec<(usize, u32)> = counts.into_iter().map(|(parent, count)| (count, parent)).collect();
    parents.sort_by_key(|(count, parent)| (std::cmp::Reverse(*count), *parent));
    let parent = |series: &usize| parents.get(*series).map(|(_, parent)| *parent);
    Some(vec![series.iter().map(parent).collect::<Option<_>>()?])
}

fn timeline(linker: &Linker<'_>, plan: &Plan, along: &Along) -> Option<Timeline> {
    let node = linker.node(&along.time)?;
    let scope = plan.nodes[node].scope;
    let is_row = plan.scopes[scope].above.is_none_or(|above| plan.scopes[above].above.is_none());
    let n_rows = linker.ordinals[scope].filter(|n| *n > 0 && is_row)?;
    let moments = drawn_recipe(linker, node, &along.time)?;
    let unit = moments.seconds_of_one()?;
    let seed = linker.seed.child(&along.time.to_string()).child("along");
    let n_series = along.series.unwrap_or(1).max(1);
    let n_times = n_rows.div_ceil(n_series);
    let takes_turns = n_series > 1 && is_key_of_series(linker, along);
    let ranks = match along.rows {
        RowOrder::InOrder if takes_turns => Ranks::Series(Turns { rows_of_each: 1, n: n_series }),
        RowOrder::BySeries if takes_turns => Ranks::Series(Turns { rows_of_each: n_times, n: n_series }),
        RowOrder::InOrder | RowOrder::BySeries => Ranks::InOrder,
        RowOrder::Mixed => Ranks::Mixed(Permutation::new(n_rows, seed.child("order"))),
    };
    let n_ranks = if takes_turns && along.rows != RowOrder::Mixed { n_times } else { n_rows };
    let is_distinct = linker.is_unique(node) || matches!(ranks, Ranks::Series(_));
    let moments = scale(&moments, (is_distinct, false), n_ranks)?;
    let (variation, seed) = (along.variation.get(), seed.child("share"));
    Some(Timeline { scope, node, ranks, n_rows: n_ranks, variation, seed, moments, unit })
}

/// Tells whether no two rows of a series have the same time.
fn is_key_of_series(linker: &Linker<'_>, along: &Along) -> bool {
    let Some(by) = &along.by else { return false };
    linker.rules.relationships.iter().any(|relationship| match relationship {
        Relationship::PrimaryKey { paths, when: None } | Relationship::Unique { paths, when: None } => {
            paths.len() == 2 && paths.contains(by) && paths.contains(&along.time)
        }
        _ => false,
    })
}

/// The program of the only kind of a field, whose values may repeat.
fn drawn_recipe(linker: &Linker<'_>, node: usize, path: &JsonPath) -> Option<Recipe> {
    let rule = linker.rules.fields.get(path)?;
    let [kind] = &rule.kinds[..] else { return None };
    let setting = Setting {
        seed: linker.seed.child(&linker.path_of(node)),
        n_ordinals: u64::MAX,
        unique: false,
        growth: 1.0,
    };
    Recipe::compile(kind, setting).ok()
}

/// Tells whether no model draws a field: its values must all differ, or stand in an order.
fn is_made_apart(linker: &Linker<'_>, path: &JsonPath) -> bool {
    let model = linker.rules.model.as_ref().and_then(|model| model.loaded.as_ref());
    let mut tables = model.iter().flat_map(|model| &model.tables);
    !tables.any(|table| table.fields.iter().any(|field| field.path == *path))
}

/// Makes the values of a field follow the time of their rows; tells whether that is possible.
fn place(
    linker: &Linker<'_>,
    plan: &mut Plan,
    (path, falls): (&JsonPath, bool),
    line: &Arc<Timeline>,
) -> bool {
    let placed = linker.node(path).and_then(|node| placed(linker, node, (path, falls), line));
    let (Some(placed), Some(node)) = (placed, linker.node(path)) else { return false };
    let node = &mut plan.nodes[node];
    match &mut node.kinds[..] {
        [Kind::Scalar(recipe)] if node.scope == line.scope => {
            *recipe = Arc::new(Recipe::placed(placed));
            true
        }
        _ => false,
    }
}

fn placed(
    linker: &Linker<'_>,
    node: usize,
    (path, falls): (&JsonPath, bool),
    line: &Arc<Timeline>,
) -> Option<Placed> {
    let own = drawn_recipe(linker, node, path)?;
    let is_distinct = linker.is_unique(node) || (node == line.node && line.has_series());
    let scale = scale(&own, (is_distinct, falls), line.n_rows)?;
    Some(Placed { line: Arc::clone(line), scale, own })
}

/// The values of a program at shares; `None` where they cannot be ranked, or are too few to differ.
fn scale(own: &Recipe, (is_distinct, falls): (bool, bool), n_rows: u64) -> Option<Scale> {
    let measure = Measure::of(own)?;
    let room = (measure.value(1.0) - measure.value(0.0)) / measure.step().max(f64::MIN_POSITIVE);
    let is_possible = !is_distinct || measure.step() <= 0.0 || room + 1.0 >= n_rows as f64;
    is_possible.then_some(Scale { measure, is_distinct, falls })
}
