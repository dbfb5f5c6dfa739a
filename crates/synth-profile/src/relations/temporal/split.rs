//! Rows of several sources in one table.

use std::collections::BTreeMap;

use synth_stats::association::pearson;

use crate::relations::table::{Kind, NULL, Part, Table};
use crate::relations::time_axis::TimeAxis;

/// Values of a field that splits rows into series, at most.
const MAX_SERIES: usize = 500;
/// Rows of a series on average, at least.
const MIN_LENGTH: usize = 15;
/// Fields that are tried.
const MAX_CANDIDATES: usize = 12;
/// Numbers by which they are judged.
const MAX_JUDGES: usize = 4;
/// Share of the rows that must have a value.
const MIN_COVERED: f64 = 0.9;
/// Share of the steps that go to another value, in those that would in a random order: series must be mixed.
const MIN_MIXED: f64 = 0.5;
/// By how much neighbours must be more alike within series than among all rows.
const MIN_GAIN: f64 = 0.1;
/// Share of rows that have the time of another from which that is a reason to split, and up to which it is none.
const TIES: (f64, f64) = (0.2, 0.02);

/// The rows of each series in order of time.
#[derive(Debug)]
pub(super) struct Split {
    /// The column whose values tell series apart.
    pub(super) by: Option<usize>,
    pub(super) runs: Vec<Vec<u32>>,
    /// Share of the steps within series that go to an equal time.
    pub(super) share_of_ties: f64,
}

impl Split {
    /// Chooses how to split the rows of a table into series.
    ///
    /// # Method
    ///
    /// Each array is a series, unless all rows stand in one. Otherwise a field of few values splits the rows when
    /// their times repeat and do so no longer within its values, or when neighbours within its values are more alike:
    /// the mean over some numbers, less their mean in each value, of the correlation with the next row. A field that
    /// means nothing makes neighbours less alike, as they lie farther apart.
    pub(super) fn choose((table, axis): (&Table, &TimeAxis), numbers: &[usize], is_thinned: bool) -> Self {
        let whole = Self::of(axis, axis.rows.iter().map(|row| (0, *row)), None);
        if is_thinned {
            return whole;
        }
        if table.parent.is_some() && !table.has_one_holder() {
            let by_array = axis.rows.iter().map(|row| (table.parent_rows[*row as usize], *row));
            return Self::of(axis, by_array, None);
        }
        let is_candidate = |index: &usize| {
            let column = &table.columns[*index];
            let has_values = matches!(column.part, Part::Value | Part::Key);
            let is_name = matches!(column.kind, Kind::Text | Kind::Integer) && has_values;
            is_name
                && (2..=MAX_SERIES).contains(&column.n_distinct())
                && column.n_distinct() * MIN_LENGTH <= axis.rows.len()
        };
        let candidates = (0..table.columns.len()).filter(is_candidate).take(MAX_CANDIDATES);
        let values = |column: usize| -> Vec<f64> {
            (0..table.n_rows()).map(|row| table.columns[column].number(row).unwrap_or(f64::NAN)).collect()
        };
        let judges: Vec<(usize, Vec<f64>)> =
            numbers.iter().take(MAX_JUDGES).map(|column| (*column, values(*column))).collect();
        let mut best: Option<(f64, Self)> = None;
        for column in candidates {
            let cells = axis.rows.iter().map(|row| (table.columns[column].cell(*row as usize), *row));
            let split = Self::of(axis, cells.filter(|(cell, _)| *cell > NULL), Some(column));
            if !split.is_mixed((table, axis), column) {
                continue;
            }
            let judges = judges.iter().filter(|(judge, _)| *judge != column).map(|(_, values)| values);
            let gain = split.gain(&whole, judges);
            let unties = whole.share_of_ties >= TIES.0 && split.share_of_ties <= TIES.1;
            let score = gain + f64::from(u8::from(unties));
            let is_evidence = gain >= MIN_GAIN || unties;
            if is_evidence && best.as_ref().is_none_or(|(known, _)| score > *known + 1e-9) {
                best = Some((score, split));
            }
        }
        best.map_or(whole, |(_, split)| split)
    }

    fn of(axis: &TimeAxis, rows: impl Iterator<Item = (u32, u32)>, by: Option<usize>) -> Self {
        let mut runs: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        rows.for_each(|(series, row)| runs.entry(series).or_default().push(row));
        let runs: Vec<Vec<u32>> = runs.into_values().collect();
        let (mut n_steps, mut n_ties) = (0_usize, 0_usize);
        for pair in runs.iter().flat_map(|run| run.windows(2)) {
            n_steps += 1;
            n_ties += usize::from(axis.seconds[pair[0] as usize] >= axis.seconds[pair[1] as usize]);
        }
        Self { by, runs, share_of_ties: n_ties as f64 / n_steps.max(1) as f64 }
    }

    /// Tells whether the series run side by side, and nearly all rows belong to one.
    fn is_mixed(&self, (table, axis): (&Table, &TimeAxis), column: usize) -> bool {
        let n_covered: usize = self.runs.iter().map(Vec::len).sum();
        let cell = |row: u32| table.columns[column].cell(row as usize);
        let n_changes = axis.rows.windows(2).filter(|pair| cell(pair[0]) != cell(pair[1])).count();
        let share = |run: &Vec<u32>| run.len() as f64 / n_covered.max(1) as f64;
        let by_chance = 1.0 - self.runs.iter().map(|run| share(run) * share(run)).sum::<f64>();
        n_covered as f64 >= MIN_COVERED * axis.rows.len() as f64
            && n_changes as f64 >= MIN_MIXED * by_chance * axis.rows.len() as f64
    }

    /// By how much neighbours are more alike than among the rows as a whole.
    fn gain<'v>(&self, whole: &Self, judges: impl Iterator<Item = &'v Vec<f64>>) -> f64 {
        let gains: Vec<f64> = judges
            .map(|values| {
                let mut levelled = vec![f64::NAN; values.len()];
                for run in &self.runs {
                    let known =
                        || run.iter().map(|row| values[*row as usize]).filter(|value| !value.is_nan());
                    let mean = known().sum::<f64>() / known().count().max(1) as f64;
                    run.iter().for_each(|row| levelled[*row as usize] = values[*row as usize] - mean);
                }
                alike(&self.runs, &levelled) - alike(&whole.runs, &levelled)
            })
            .collect();
        gains.iter().sum::<f64>() / gains.len().max(1) as f64
    }
}

/// How much a row's value says of the next one's.
fn alike(runs: &[Vec<u32>], values: &[f64]) -> f64 {
    let steps = runs.iter().flat_map(|run| run.windows(2));
    pearson(steps.map(|pair| (values[pair[0] as usize], values[pair[1] as usize]))).unwrap_or(0.0)
}
