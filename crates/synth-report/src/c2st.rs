//! Whether a classifier can tell real rows from synthetic ones, and by which fields.

mod columns;

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::cast;
use synth_core::hash::{combine, mix};
use synth_profile::SampleTables;
use synth_stats::boost::{BoostConfig, Coded, auc, auc_interval, told_apart};

use crate::grid::{self, Grid};
use crate::verdict::rounded;
use columns::{Columns, Rows};

/// Rows of either side that are looked at.
const MAX_ROWS: usize = 3000;
/// Rows that either side needs.
const MIN_ROWS: usize = 100;
/// Tables that are looked at.
const MAX_TABLES: usize = 6;
/// Fields that are named as giving the rows away, and the share of the gain that one needs.
const MAX_NAMED: usize = 5;
const MIN_SHARE: f64 = 0.05;
const N_DRAWS: u64 = 200;
const CONFIG: BoostConfig = BoostConfig { n_rounds: 40, depth: 4, rate: 0.2, min_rows: 10.0, n_folds: 3 };

/// How well the rows of one table can be told apart.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Distinguished {
    /// The path of the rows.
    pub path: String,
    /// Rows of each side that were looked at.
    pub n_rows: u64,
    /// Real rows against synthetic ones.
    pub synthetic: Area,
    /// Real rows against real rows whose fields were shuffled one by one: what data without any dependence would reach.
    pub floor: Area,
    /// Real rows against fresh real ones: what perfect data would reach.
    pub ceiling: Area,
    /// Whether the ceiling comes from data of its own, and not from the two halves of the real sample.
    pub has_holdout: bool,
    /// The fields that give the rows away, each with its share of what the classifier learned, largest first.
    pub gives_away: Vec<GivesAway>,
}

/// How well two kinds of rows can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Area {
    /// Area under the curve: 0.5 where nothing tells them apart, 1 where every row is told.
    pub auc: f64,
    /// In 95 of 100 other samples of the rows it lies here (bootstrap).
    pub interval: [f64; 2],
    /// 1 - 2 max(0, AUC - 0.5): 1 where nothing tells them apart.
    pub score: f64,
}

/// A field that gives rows away.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GivesAway {
    /// The field, or what of it.
    pub path: String,
    /// Share of what the classifier learned.
    pub share: f64,
}

/// Lets a classifier tell real rows from synthetic ones, table by table.
///
/// # Method
///
/// A classifier two-sample test: Lopez-Paz, D. and Oquab, M. (2017), Revisiting classifier two-sample tests, ICLR. Trees
/// are boosted on codes of the fields ([`told_apart`]): numbers and times by 60 quantiles of both sides, times also by hour
/// and weekday, texts by rank among the 60 most frequent ones of both sides and by length, lengths of arrays and presence.
/// Fields that number or name the rows are left out, as any others do that as well. Every row is judged by
/// trees that have not seen it or another row of its holder. The floor stands for data whose fields are right one by
/// one, the ceiling for fresh real data: those of `holdout`, or else one half of the real rows against the other.
///
/// # Cost
///
/// At most 3000 rows of a side, 64 columns and 6 tables.
pub(crate) fn compare(
    real: &SampleTables,
    synthetic: &SampleTables,
    holdout: Option<&SampleTables>,
) -> Vec<Distinguished> {
    grid::beside_fresh((real, synthetic), holdout, (MIN_ROWS, MAX_TABLES), of_table)
}

fn of_table(grid: &Grid<'_>, fresh: Option<&Grid<'_>>) -> Option<Distinguished> {
    let [real, made] = [0, 1].map(|side| grid.picked(side, MAX_ROWS));
    let n = real.len().min(made.len());
    let own = Columns::of(grid, &Rows::new([&real[..n], &made[..n]]));
    let (synthetic, gains) = area(&own.coded(grid, None))?;
    let halves = halves(grid, &real);
    let ceiling = match fresh {
        Some(fresh) => {
            let others = fresh.picked(1, MAX_ROWS);
            let n = n.min(others.len());
            let rows = Rows::new([&real[..n], &others[..n]]);
            area(&Columns::of(fresh, &rows).coded(fresh, None))?.0
        }
        None => area(&Columns::of(grid, &halves).coded(grid, None))?.0,
    };
    let floor = area(&Columns::of(grid, &halves).coded(grid, Some(SHUFFLED)))?.0;
    Some(Distinguished {
        path: grid.path().to_string(),
        n_rows: cast::to_u64(n),
        synthetic,
        floor,
        ceiling,
        has_holdout: fresh.is_some(),
        gives_away: named(&own, &gains),
    })
}

/// The salt of the shuffled columns.
const SHUFFLED: u64 = 0x5EED;

/// One half of the real rows against the other; the rows of one holder stay together.
fn halves(grid: &Grid<'_>, rows: &[usize]) -> Rows {
    let is_first = |row: &&usize| mix(combine(0x4A1F, group(grid, 0, **row))).is_multiple_of(2);
    let (first, second): (Vec<&usize>, Vec<&usize>) = rows.iter().partition(is_first);
    Rows {
        rows: first.into_iter().chain(second.iter().copied()).copied().collect(),
        sides: vec![0; rows.len()],
        n_first: rows.len() - second.len(),
    }
}

/// What rows must have in common to be learned from together: their holder, where several rows have one.
fn group(grid: &Grid<'_>, side: usize, row: usize) -> u64 {
    let table = grid.tables[side];
    let holders = table.holder_rows();
    let is_nested = table.holder().is_some() && holders.first() != holders.last();
    let own = if is_nested { u64::from(holders[row]) } else { cast::to_u64(row) };
    combine(cast::to_u64(side), own)
}

fn area(coded: &Coded) -> Option<(Area, Vec<f64>)> {
    let told = told_apart(coded, CONFIG).ok()?;
    let auc = auc(&told.scores, &coded.labels);
    let (low, high) = auc_interval(&told.scores, &coded.labels, &coded.groups, N_DRAWS);
    let score = 1.0 - 2.0 * (auc - 0.5).max(0.0);
    let area = Area { auc: rounded(auc), interval: [rounded(low), rounded(high)], score: rounded(score) };
    Some((area, told.gains))
}

fn named(columns: &Columns, gains: &[f64]) -> Vec<GivesAway> {
    let mut named: Vec<GivesAway> = columns
        .names()
        .zip(gains)
        .map(|(path, share)| GivesAway { path, share: rounded(*share) })
        .filter(|field| field.share >= MIN_SHARE)
        .collect();
    named.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.path.cmp(&b.path)));
    named.truncate(MAX_NAMED);
    named
}
