//! Texts that come again in other rows, although none of them is public.

use synth_core::cast;
use synth_privacy::Gate;

use crate::profile::RecurrenceProfile;
use crate::string_stats::StringStats;

/// Rows of a value on average from which on values recur.
const MIN_ROWS_OF_EACH: f64 = 1.1;
/// Values that are told of, at least.
const MIN_VALUES: usize = 20;
/// Percentages of the values at which the share of the rows is told.
const PERCENT: [f64; 7] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 80.0];

/// Describes how texts come again; `None` when hardly any does.
///
/// # Shapes and units
///
/// `rest` are texts with their numbers of rows: all that are no category, or a uniform sample of them.
///
/// # Method
///
/// The Lorenz curve (Lorenz 1905, Methods of measuring the concentration of wealth, Publ. Am. Stat. Assoc. 9(70)), the
/// commonest first: which percentage of the values the commonest rows have. Knots stand for as many values as the
/// gate asks for, and are rounded to a tenth.
pub(super) fn recurrence(
    rest: &[(&str, u64)],
    strings: &StringStats,
    gate: Gate,
) -> Option<RecurrenceProfile> {
    let mut counts: Vec<u64> = rest.iter().map(|(_, count)| *count).collect();
    let n_rows: u64 = counts.iter().sum();
    if counts.len() < MIN_VALUES || (n_rows as f64) < MIN_ROWS_OF_EACH * counts.len() as f64 {
        return None;
    }
    counts.sort_unstable_by(|a, b| b.cmp(a));
    // Of a sample the share of the distinct texts that are no category.
    let share = counts.len() as f64 / strings.distinct.entries().count().max(1) as f64;
    let distinct = cast::round_to_u64(share * strings.n_distinct() as f64).max(1);
    let tenth = |share: f64| cast::round_to_i64(1000.0 * share) as f64 / 10.0;
    let (mut rows, mut values) = (vec![0.0], vec![0.0]);
    let mut n_before = 0;
    for percent in PERCENT {
        let n = cast::to_usize(cast::round_to_u64(counts.len() as f64 * percent / 100.0));
        if gate.is_enough(cast::to_u64(n - n_before.min(n))) {
            let held: u64 = counts[..n].iter().sum();
            rows.push(tenth(held as f64 / n_rows as f64));
            values.push(tenth(n as f64 / counts.len() as f64));
            n_before = n;
        }
    }
    rows.push(100.0);
    values.push(100.0);
    Some(RecurrenceProfile { distinct, rows, values })
}
