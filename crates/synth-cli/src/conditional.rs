//! Exactly as many records as are wanted that meet a condition.

use std::num::NonZeroUsize;
use std::ops::Range;

use synth_core::cast;
use synth_gen::Plan;
use synth_io::par;
use synth_rules::{Predicate, Watch};

use crate::failure::Failure;

/// Records that are tried for each one that is wanted, and in any case.
const MAX_TRIES: u64 = 1000;
const MIN_ROWS: u64 = 100_000;
/// Records that one thread looks at at a time.
const BLOCK: u64 = 4096;

/// Finds the records, from the first one on, of which exactly `n` meet the condition, by trying.
///
/// The number of records a plan is compiled for shows in fields that refer to others, so it is chosen by rules, seed,
/// number and condition alone.
pub(crate) fn search(
    condition: &Predicate,
    n: u64,
    n_threads: NonZeroUsize,
    compile: impl Fn(u64) -> Result<Plan, Failure>,
) -> Result<(Plan, Range<u64>), Failure> {
    let limit = n.saturating_mul(MAX_TRIES).max(MIN_ROWS);
    let mut n_rows = n.saturating_mul(4).max(BLOCK);
    loop {
        let plan = compile(n_rows)?;
        let found = count(&plan, condition, n, n_threads);
        if found.n_met == n {
            return Ok((plan, found.first..found.end));
        }
        if n_rows >= limit {
            return Err(too_rare(condition, n, &found, n_rows));
        }
        let share = found.n_met as f64 / n_rows as f64;
        let enough = cast::round_to_u64((n as f64 * 1.2 + 64.0) / share.max(1e-9));
        n_rows = enough.clamp(n_rows.saturating_mul(2), n_rows.saturating_mul(64)).min(limit);
    }
}

fn too_rare(condition: &Predicate, n: u64, found: &Found, n_rows: u64) -> Failure {
    Failure::Usage {
        message: format!("{} of {n_rows} records meet `{condition}`, too few to find {n}", found.n_met),
        hint: Some(
            "ask for fewer records with -n, or change the rules, for example with a scenario".to_owned(),
        ),
    }
}

#[derive(Debug, Default)]
struct Found {
    n_met: u64,
    first: u64,
    /// Behind the last record that was needed.
    end: u64,
}

/// Enough records were found.
struct Enough;

fn count(plan: &Plan, condition: &Predicate, n: u64, n_threads: NonZeroUsize) -> Found {
    let mut found = Found::default();
    let n_rows = plan.n_records();
    let look = |block: u64| {
        let rows = block * BLOCK..((block + 1) * BLOCK).min(n_rows);
        Ok(met(plan, condition, rows))
    };
    let take = |rows: Vec<u64>| {
        for row in rows {
            if found.n_met == n {
                return Err(Enough);
            }
            found.first = if found.n_met == 0 { row } else { found.first };
            (found.n_met, found.end) = (found.n_met + 1, row + 1);
        }
        if found.n_met == n { Err(Enough) } else { Ok(()) }
    };
    // Both ways of ending are told by the count.
    let _ = par::map_ordered(n_rows.div_ceil(BLOCK), n_threads, look, take);
    found
}

/// The records of a range that meet the condition.
fn met(plan: &Plan, condition: &Predicate, rows: Range<u64>) -> Vec<u64> {
    let mut watch = Watch::new(condition);
    let (mut row, mut met) = (rows.start, Vec::new());
    let Ok(()) = plan.emit(rows, &mut watch, |watch| {
        if watch.verdict() {
            met.push(row);
        }
        row += 1;
        Ok(())
    });
    met
}
