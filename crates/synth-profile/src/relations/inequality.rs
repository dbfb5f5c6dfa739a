//! Numbers that are at least a weighted sum of others: `ip_bytes >= bytes + 20 * packets`.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, cast, math};

use super::arithmetic::tolerance;
use super::table::{Column, Kind, Part, Table};
use super::{Arithmetic, Evidence, Inequality, Term};

/// Rows from which a bound says something.
const MIN_ROWS: usize = 40;
/// Distinct values of every number of a bound.
const MIN_DISTINCT: usize = 6;
/// Share of the rows that keep a bound, and of those that meet it with equality.
const MIN_HOLD: f64 = 0.85;
const MIN_EQUAL: f64 = 0.05;
/// Share of the rows that would break the bound by chance and must not.
const MIN_LIFT: f64 = 0.6;
/// Bits by which the rows that keep the bound, and those that meet it, must be less likely by chance.
const MIN_BITS: f64 = 40.0;
/// Largest coefficient.
const MAX_FACTOR: u32 = 100;
/// Most columns of a table that are compared.
const MAX_COLUMNS: usize = 32;
/// Rows on which a choice of columns is tried before it is counted.
const N_TRIED: usize = 200;

/// A column as numbers, one a row, NaN where there is none.
struct Series<'t> {
    path: &'t JsonPath,
    values: Vec<f64>,
    tolerance: f64,
}

/// Some rows of two columns: what is left of the bounded number, and what it is set against.
struct Rest {
    /// What is left, the term without its coefficient, and the first term of the bound.
    rows: Vec<(f64, f64, f64)>,
    tolerance: f64,
}

/// Returns the bounds of every table that do not follow from its formulas.
///
/// # Method
///
/// For each number, each first term that it is not less than (or none) and each second term, what is left of the number
/// is divided by the second term: where many rows have the same whole quotient, that is the coefficient, the largest
/// one for which at least 85 % of the rows keep the bound. A bound between columns of different size holds without
/// meaning anything, so it must be sharp: in at least 5 % of the rows and `k` of them the two sides are equal,
/// with six values of the first term and rows of at least two values of the second that `k` rows have each, so that
/// no constant would do.
///
/// Chance is what comes when a term is shuffled among the rows. The rows that keep the bound, and those with equality,
/// must both be less likely than 2^-40 by the relative entropy bound of a binomial count (Hoeffding 1963, Probability
/// inequalities for sums of bounded random variables, theorem 1), and of the rows that chance would break at most
/// 40 % may be broken. Numbers that a formula binds are left out, and for each number the bound with the most
/// equal rows is kept.
///
/// # Cost
///
/// At most 32 columns: 32 768 choices, which are tried on 200 rows and counted on all only if these speak for them.
pub(crate) fn inequalities(tables: &[Table], formulas: &[Arithmetic], k: u64) -> Vec<Inequality> {
    tables.iter().flat_map(|table| of_table(table, formulas, k)).collect()
}

fn of_table(table: &Table, formulas: &[Arithmetic], k: u64) -> Vec<Inequality> {
    if table.n_rows() < MIN_ROWS {
        return Vec::new();
    }
    let is_amount = |column: &&Column| {
        column.part == Part::Value
            && matches!(column.kind, Kind::Integer | Kind::Decimal)
            && column.distinct_numbers().take(MIN_DISTINCT).count() >= MIN_DISTINCT
            && column.distinct_numbers().all(|number| number >= 0.0)
    };
    let series: Vec<Series<'_>> =
        table.columns.iter().filter(is_amount).take(MAX_COLUMNS).map(|one| Series::of(table, one)).collect();
    let is_bound = |left: &Series<'_>, right: &Series<'_>| {
        formulas.iter().any(|formula| {
            let has = |path: &JsonPath| {
                formula.target == *path || formula.terms.iter().any(|term| term.path == *path)
            };
            has(left.path) && has(right.path)
        })
    };
    let mut found = Vec::new();
    for target in &series {
        let others: Vec<&Series<'_>> =
            series.iter().filter(|other| other.path != target.path && !is_bound(target, other)).collect();
        let firsts = others.iter().copied().filter(|first| target.is_mostly_above(first)).map(Some);
        let best = firsts
            .chain([None])
            .flat_map(|first| others.iter().map(move |second| (first, *second)))
            .filter(|(first, second)| {
                first.is_none_or(|first| first.path != second.path && !is_bound(first, second))
            })
            .filter_map(|(first, second)| bound(target, first, second, k))
            // Of equally good ones the first.
            .reduce(|best, next| if next.n_equal > best.n_equal { next } else { best });
        found.extend(best);
    }
    found
}

impl<'t> Series<'t> {
    fn of(table: &Table, column: &'t Column) -> Self {
        let values = (0..table.n_rows()).map(|row| column.number(row).unwrap_or(f64::NAN)).collect();
        Self { path: &column.path, values, tolerance: tolerance(column) }
    }

    /// Tells whether most of some rows have a value that is not less than another.
    fn is_mostly_above(&self, other: &Self) -> bool {
        let step = (self.values.len() / N_TRIED).max(1);
        let pairs = self.values.iter().zip(&other.values).step_by(step);
        let both: Vec<bool> =
            pairs.filter(|(own, other)| !(*own - *other).is_nan()).map(|(own, other)| own >= other).collect();
        share(both.iter().filter(|is_above| **is_above).count(), both.len()) >= MIN_HOLD - 0.05
    }
}

/// The bound of a number by a first term, if there is one, and a second with a coefficient.
fn bound(target: &Series<'_>, first: Option<&Series<'_>>, second: &Series<'_>, k: u64) -> Option<Inequality> {
    let step = (target.values.len() / N_TRIED).max(1);
    let few = Rest::of(target, first, second, step);
    // On few rows a share of 5 % may look like half of that.
    few.factors(MIN_EQUAL / 4.0, 1).first()?;
    let rest = Rest::of(target, first, second, 1);
    if rest.rows.len() < MIN_ROWS {
        return None;
    }
    let factor = rest.factors(MIN_EQUAL, k).into_iter().rev().find(|factor| {
        // One term with the coefficient one is an order.
        (first.is_some() || *factor > 1.0) && rest.is_convincing(*factor, k, first.is_some())
    })?;
    let n_holding = rest.n_holding(factor);
    let n_equal = cast::to_u64(rest.equal(factor).count());
    let n_rows = cast::to_u64(rest.rows.len());
    if n_equal == n_rows {
        return None;
    }
    let first = first.map(|first| Term { path: first.path.clone(), factor: 1.0 });
    let second = Term { path: second.path.clone(), factor };
    Some(Inequality {
        target: target.path.clone(),
        terms: first.into_iter().chain([second]).collect(),
        n_equal,
        evidence: Evidence { n_rows, n_holding: cast::to_u64(n_holding) },
        exceptions: Vec::new(),
    })
}

impl Rest {
    fn of(target: &Series<'_>, first: Option<&Series<'_>>, second: &Series<'_>, step: usize) -> Self {
        let row = |row: usize| {
            let first = first.map_or(0.0, |first| first.values[row]);
            let left = target.values[row] - first;
            let other = second.values[row];
            (!(left.is_nan() || other.is_nan())).then_some((left, other, first))
        };
        let rows = (0..target.values.len()).step_by(step).filter_map(row).collect();
        let tolerance = first.map_or(0.0, |first| first.tolerance).max(target.tolerance);
        Self { rows, tolerance: tolerance.max(second.tolerance) * 1.000_01 }
    }

    /// The coefficients with which a share of the rows and at least `k` meet the bound, ascending.
    fn factors(&self, min_share: f64, k: u64) -> Vec<f64> {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for (left, other, _) in &self.rows {
            let factor = math::round(left / other);
            if *other > 0.0
                && (1.0..=f64::from(MAX_FACTOR)).contains(&factor)
                && self.is_equal(*left, factor * other)
            {
                *counts.entry(cast::to_u32(cast::floor_to_usize(factor))).or_insert(0) += 1;
            }
        }
        let least = min_share * self.rows.len() as f64;
        let is_common = |count: u64| count >= k.max(1) && count as f64 >= least;
        counts
            .into_iter()
            .filter(|(_, count)| is_common(*count))
            .map(|(factor, _)| f64::from(factor))
            .collect()
    }

    fn is_equal(&self, left: f64, right: f64) -> bool {
        (left - right).abs() <= self.tolerance
    }

    fn n_holding(&self, factor: f64) -> usize {
        self.rows.iter().filter(|(left, other, _)| *left >= factor * other - self.tolerance).count()
    }

    /// The rows that meet the bound with a second term that is not nothing.
    fn equal(&self, factor: f64) -> impl Iterator<Item = &(f64, f64, f64)> {
        self.rows.iter().filter(move |(left, other, _)| *other > 0.0 && self.is_equal(*left, factor * other))
    }

    /// Tells whether a bound is sharp and no chance.
    fn is_convincing(&self, factor: f64, k: u64, has_first: bool) -> bool {
        let n = self.rows.len();
        let n_holding = self.n_holding(factor);
        share(n_holding, n) >= MIN_HOLD
            && self.is_varied(factor, k, has_first)
            && self.is_unlikely(factor, (n_holding, self.equal(factor).count()), |row| row)
            // The same when the first term is shuffled instead of the second.
            && (!has_first
                || self.is_unlikely(factor, (n_holding, self.equal(factor).count()), |(left, other, first)| {
                    (left + first - factor * other, first / factor, 0.0)
                }))
    }

    /// Tells whether the rows with equality prove the coefficients: no constant in place of a term would do.
    fn is_varied(&self, factor: f64, k: u64, has_first: bool) -> bool {
        let mut of_second: BTreeMap<u64, u64> = BTreeMap::new();
        let mut of_first: BTreeSet<u64> = BTreeSet::new();
        for (_, other, first) in self.equal(factor) {
            *of_second.entry(other.to_bits()).or_insert(0) += 1;
            of_first.insert(first.to_bits());
        }
        let n_common = of_second.values().filter(|count| **count >= k).count();
        let n_second = if has_first { 2 } else { MIN_DISTINCT };
        of_second.len() >= n_second && n_common >= 2 && (!has_first || of_first.len() >= MIN_DISTINCT)
    }

    /// Tells whether rows as they come when the term is shuffled would not keep the bound, and not meet it.
    fn is_unlikely(
        &self,
        factor: f64,
        (n_holding, n_equal): (usize, usize),
        view: impl Fn((f64, f64, f64)) -> (f64, f64, f64),
    ) -> bool {
        let rows: Vec<(f64, f64, f64)> = self.rows.iter().map(|row| view(*row)).collect();
        let mut others: Vec<f64> = rows.iter().map(|(_, other, _)| factor * other).collect();
        others.sort_by(f64::total_cmp);
        let (mut n_kept, mut n_met) = (0_usize, 0_usize);
        for (left, ..) in &rows {
            let until = others.partition_point(|other| *other <= left + self.tolerance);
            n_kept += until;
            n_met += until
                - others
                    .partition_point(|other| *other < (left - self.tolerance).max(f64::MIN_POSITIVE))
                    .min(until);
        }
        let n = rows.len();
        let n_pairs = n * n;
        let (kept, met) = (share(n_kept, n_pairs), share(n_met, n_pairs));
        let broken = 1.0 - share(n_holding, n);
        1.0 - broken / (1.0 - kept).max(1e-9) >= MIN_LIFT
            && bits(n, share(n_holding, n), kept) >= MIN_BITS
            && bits(n, share(n_equal, n), met) >= MIN_BITS
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Bits by which a share of n rows is less likely than the share that chance brings; 0 when it is not larger.
fn bits(n: usize, seen: f64, expected: f64) -> f64 {
    let expected = expected.clamp(1e-9, 1.0);
    if seen <= expected {
        return 0.0;
    }
    let part = |seen: f64, expected: f64| if seen > 0.0 { seen * math::ln(seen / expected) } else { 0.0 };
    n as f64 * (part(seen, expected) + part(1.0 - seen, (1.0 - expected).max(1e-12))) / math::ln(2.0)
}

/// Tells whether a bound that was found in a sample is one in all records.
pub(crate) fn still_convinces(evidence: Evidence, n_equal: u64, k: u64) -> bool {
    let n_rows = evidence.n_rows as f64;
    evidence.n_rows > 0
        && evidence.confidence().get() >= MIN_HOLD
        && n_equal >= k
        && n_equal as f64 >= MIN_EQUAL * n_rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fair coin that shows its head in all of 40 throws has 40 bits.
    #[test]
    fn bits_count_throws() {
        assert!((bits(40, 1.0, 0.5) - 40.0).abs() < 1e-9);
        assert!(bits(40, 0.5, 0.5).abs() < 1e-9 && bits(40, 0.4, 0.5).abs() < 1e-9);
        assert!(bits(1000, 0.6, 0.5) > 28.0 && bits(1000, 0.6, 0.5) < 30.0);
    }
}
