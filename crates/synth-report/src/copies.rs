//! Rows of the synthetic data that equal real ones.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::hash::{combine, hash_bytes};
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SamplePart, SampleValue};
use synth_stats::tests2::interval;

use crate::grid::{Grid, GridColumn};
use crate::verdict::{Verdict, rounded};

/// Values a row must have for its equality to mean something.
const MIN_VALUES: usize = 3;
/// Copies beyond what chance gives, as a share of the rows, from which they are worth a look, and from which they are many.
const COPY_BANDS: (f64, f64) = (0.005, 0.05);
/// Rows that either side needs.
const MIN_ROWS: usize = 20;
/// Fewer copies than this are no pattern.
const MIN_COPIES: u64 = 5;

/// How many synthetic rows of one table equal a real one.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RowCopies {
    /// The path of the rows.
    pub path: String,
    /// Synthetic rows of the sample that were looked at.
    pub n_rows: u64,
    /// Those that equal a real row of the sample in all but numbers and names of rows, and that fewer than k real rows equal.
    pub n_copies: u64,
    /// Share of the rows that are copies.
    pub share: f64,
    /// Share that chance gives: how many rows of fresh real data would equal one of the real rows.
    pub expected: f64,
    /// What is surely beyond chance.
    pub excess_low: f64,
    /// How much that matters.
    pub verdict: Verdict,
}

/// Looks for copies in the records and in the elements of outermost arrays.
///
/// # Method
///
/// Rows are known by the hash of their values. Columns that number or name the rows do not count, since a copy may have a
/// number of its own; rows with fewer than three values are left out, and what at least k real rows share is
/// public. The chance that a fresh real row equals one of the others is Σ (r + 1) N(r + 1) / n over r below k: Good, I. J. (1953), The population frequencies of species and
/// the estimation of population parameters, Biometrika 40(3-4), equation 2. The excess is the lower end of Newcombe's
/// interval for the difference of the two shares. Samples of records hold those of the smallest hashes, so of two
/// files that are written alike the same records are kept, and copies are found at their true share; of files that
/// are written in different ways fewer are found.
///
/// # Cost
///
/// O(cells) time, 24 bytes a real row.
pub(crate) fn rows(real: &SampleTables, synthetic: &SampleTables, (k, alpha): (u64, f64)) -> Vec<RowCopies> {
    Grid::of(real, synthetic).iter().filter_map(|grid| of_table(grid, (k, alpha))).collect()
}

fn of_table(grid: &Grid<'_>, (k, alpha): (u64, f64)) -> Option<RowCopies> {
    let n_rows = grid.n_rows();
    let telling: Vec<Column<'_, '_>> = grid
        .columns
        .iter()
        .filter(|column| column.part != SamplePart::Presence && !column.is_label(n_rows[0]))
        .map(Column::new)
        .collect();
    let hashes = |side: usize| (0..n_rows[side]).filter_map(|row| row_hash(&telling, side, row)).collect();
    let [ours, theirs]: [Vec<u64>; 2] = [hashes(0), hashes(1)];
    if ours.len().min(theirs.len()) < MIN_ROWS {
        return None;
    }
    let mut known: BTreeMap<u64, u64> = BTreeMap::new();
    ours.iter().for_each(|hash| *known.entry(*hash).or_default() += 1);
    let n_repeated: u64 = known.values().filter(|count| (2..=k).contains(*count)).sum();
    let is_private = |hash: &&u64| known.get(hash).is_some_and(|count| *count < k);
    let n_copies = theirs.iter().filter(is_private).count() as u64;
    let (n_real, n_synthetic) = (ours.len() as u64, theirs.len() as u64);
    let interval = interval::of_shares((n_repeated, n_real), (n_copies, n_synthetic), alpha).ok()?;
    let excess = interval.low.max(0.0);
    let verdict = match excess {
        _ if n_copies < MIN_COPIES || excess < COPY_BANDS.0 => Verdict::Matches,
        _ if excess < COPY_BANDS.1 => Verdict::Close,
        _ => Verdict::Differs,
    };
    Some(RowCopies {
        path: grid.path().to_string(),
        n_rows: n_synthetic,
        n_copies,
        share: rounded(n_copies as f64 / n_synthetic as f64),
        expected: rounded(n_repeated as f64 / n_real as f64),
        excess_low: rounded(excess),
        verdict,
    })
}

/// A column with the hashes of its values.
struct Column<'g, 't> {
    column: &'g GridColumn<'t>,
    hashes: [Vec<u64>; 2],
}

impl<'g, 't> Column<'g, 't> {
    fn new(column: &'g GridColumn<'t>) -> Self {
        let hashes = [0, 1].map(|side| column.values(side).iter().map(value_hash).collect());
        Self { column, hashes }
    }
}

fn value_hash(value: &SampleValue<'_>) -> u64 {
    match (value.text, value.number) {
        (Some(text), _) => hash_bytes(text.as_bytes()),
        // 0 and -0 are one number.
        (None, Some(number)) => combine(1, (number + 0.0).to_bits()),
        (None, None) => 2,
    }
}

/// `None` for a row of too few values.
fn row_hash(columns: &[Column<'_, '_>], side: usize, row: usize) -> Option<u64> {
    let mut n_values = 0;
    let hash = columns.iter().fold(0, |hash, Column { column, hashes }| {
        let own = match column.cell(side, row) {
            SampleCell::Missing => 3,
            SampleCell::Null => 4,
            SampleCell::Value(at) => {
                n_values += 1;
                hashes[side][at]
            }
        };
        combine(hash, own)
    });
    (n_values >= MIN_VALUES).then_some(hash)
}
