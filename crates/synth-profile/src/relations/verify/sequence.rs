//! Fields that never fall from one record of a stream to the next.

use synth_core::{JsonPath, math};

use super::batch::Batch;
use super::rows::At;
use crate::relations::exceptions::{FirstRows, RowPlace};
use crate::relations::table::{Column, Kind, Part, Table};
use crate::relations::{Evidence, Ordering, OrderingScope};

/// Most fields that are watched.
const MAX_COLUMNS: usize = 16;
/// Share of the steps that must not fall.
const MIN_HOLD: f64 = 0.99;
/// Bits by which that must be less likely by chance.
const MIN_BITS: f64 = 20.0;

/// What is known of the steps from record to record, in whatever pieces the records come.
///
/// Steps within a run of records that follow each other are counted at once; of a run the first and the last value
/// are kept, so that runs can be put behind each other in any order of merges. The result is that of one walk in the
/// order of the input.
///
/// Memory: 24 bytes for each field and run. Threads take the input in turns, so there may be a run for each piece of
/// it, but for those that were joined: about 400 bytes for each MiB.
#[derive(Debug, Clone)]
pub(super) struct Sequence {
    columns: Vec<Steps>,
    /// Runs in the order in which they were seen.
    runs: Vec<Run>,
}

/// The steps of one field.
#[derive(Debug, Clone, Default)]
struct Steps {
    n_up: u64,
    n_level: u64,
    n_down: u64,
    falls: FirstRows,
}

/// Records that follow each other.
#[derive(Debug, Clone)]
struct Run {
    first: RowPlace,
    last: RowPlace,
    /// Of each field the first value with its place, and the last.
    ends: Vec<Option<Ends>>,
}

#[derive(Debug, Clone, Copy)]
struct Ends {
    first: (RowPlace, f64),
    last: f64,
}

/// Returns the columns of the records whose order is watched: times first.
pub(super) fn watched(tables: &[Table]) -> Vec<At> {
    let Some(records) = tables.first() else { return Vec::new() };
    let rank = |column: &Column| match column.kind {
        Kind::Time => 0,
        Kind::Integer => 1,
        Kind::Decimal => 2,
        Kind::Text | Kind::Other => 3,
    };
    let is_watched =
        |column: &Column| column.part == Part::Value && rank(column) < 3 && column.n_distinct() > 2;
    let mut watched: Vec<usize> =
        (0..records.columns.len()).filter(|index| is_watched(&records.columns[*index])).collect();
    watched.sort_by_key(|index| rank(&records.columns[*index]));
    watched.truncate(MAX_COLUMNS);
    watched.sort_unstable();
    watched.into_iter().map(|column| At { table: 0, column }).collect()
}

impl Steps {
    fn push(&mut self, from: f64, (place, to): (RowPlace, f64)) {
        if from < to {
            self.n_up += 1;
        } else if from > to {
            self.n_down += 1;
            self.falls.push(place);
        } else {
            self.n_level += 1;
        }
    }

    /// Tells whether chance does not explain that the field hardly ever falls: of the steps that are not level half
    /// would fall, and the relative entropy to that is counted in bits (Chernoff 1952).
    fn is_rising(&self) -> bool {
        let (up, down) = (self.n_up as f64, self.n_down as f64);
        let steps = up + down;
        let share = down / steps.max(1.0);
        let term = |share: f64| if share > 0.0 { share * math::ln(2.0 * share) / math::ln(2.0) } else { 0.0 };
        share <= 1.0 - MIN_HOLD && steps * (term(share) + term(1.0 - share)) >= MIN_BITS
    }
}

impl Sequence {
    /// Returns the sequence of no records.
    pub(super) fn new(n_columns: usize) -> Self {
        Self { columns: vec![Steps::default(); n_columns], runs: Vec::new() }
    }

    /// Adds the gathered records.
    pub(super) fn count(&mut self, watched: &[At], tables: &[Table], batch: &Batch) {
        if watched.is_empty() {
            return;
        }
        for (row, place) in batch.places(0).iter().enumerate() {
            let goes_on = self.runs.last().is_some_and(|run| run.last.is_before(*place));
            if !goes_on {
                self.runs.push(Run { first: *place, last: *place, ends: vec![None; watched.len()] });
            }
            let Some(run) = self.runs.last_mut() else { return };
            run.last = *place;
            for ((at, ends), steps) in watched.iter().zip(&mut run.ends).zip(&mut self.columns) {
                let Some(value) = at.column(tables).number(row) else { continue };
                match ends {
                    None => *ends = Some(Ends { first: (*place, value), last: value }),
                    Some(ends) => {
                        steps.push(ends.last, (*place, value));
                        ends.last = value;
                    }
                }
            }
        }
    }

    /// Adds the runs of other records.
    pub(super) fn merge(&mut self, other: Self) {
        for (ours, theirs) in self.columns.iter_mut().zip(other.columns) {
            ours.n_up += theirs.n_up;
            ours.n_level += theirs.n_level;
            ours.n_down += theirs.n_down;
            ours.falls.merge(&theirs.falls);
        }
        self.runs.extend(other.runs);
        self.join(|last, first| last.is_before(first));
    }

    /// Puts runs behind each other where `may_join` allows it.
    fn join(&mut self, may_join: impl Fn(RowPlace, RowPlace) -> bool) {
        let mut runs = std::mem::take(&mut self.runs);
        runs.sort_by_key(|run| run.first);
        for run in runs {
            match self.runs.last_mut().filter(|before| may_join(before.last, run.first)) {
                None => self.runs.push(run),
                Some(before) => {
                    before.last = run.last;
                    for ((ours, theirs), steps) in before.ends.iter_mut().zip(run.ends).zip(&mut self.columns)
                    {
                        match (ours.as_mut(), theirs) {
                            (Some(ours), Some(theirs)) => {
                                steps.push(ours.last, theirs.first);
                                ours.last = theirs.last;
                            }
                            (None, theirs) => *ours = theirs,
                            (Some(_), None) => {}
                        }
                    }
                }
            }
        }
    }

    /// Returns the steps of every field from a record to the next, those that do not fall holding.
    pub(super) fn steps(&mut self, watched: &[At], tables: &[Table]) -> Vec<(JsonPath, Evidence)> {
        self.join(|last, first| last.source() == first.source());
        let evidence = |steps: &Steps| Evidence {
            n_rows: steps.n_up + steps.n_level + steps.n_down,
            n_holding: steps.n_up + steps.n_level,
        };
        let steps = watched.iter().zip(&self.columns);
        steps.map(|(at, steps)| (at.column(tables).path.clone(), evidence(steps))).collect()
    }

    /// Returns the fields that hardly ever fall along the records.
    pub(super) fn orderings(&mut self, watched: &[At], tables: &[Table]) -> Vec<Ordering> {
        // Records between two runs of one source were bad.
        self.join(|last, first| last.source() == first.source());
        let rising = watched.iter().zip(&self.columns).filter(|(_, steps)| steps.is_rising());
        rising
            .map(|(at, steps)| {
                let n_rows = steps.n_up + steps.n_level + steps.n_down;
                let path = &at.column(tables).path;
                Ordering {
                    low: path.clone(),
                    high: path.clone(),
                    is_strict: steps.n_level + steps.n_down == 0,
                    scope: OrderingScope::NextRecord,
                    min_gap: None,
                    max_gap: None,
                    gap: None,
                    evidence: Evidence { n_rows, n_holding: n_rows - steps.n_down },
                    exceptions: steps.falls.exceptions(),
                }
            })
            .collect()
    }
}
