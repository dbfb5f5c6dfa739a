//! How strongly two quantities hang together.

use synth_core::{Rate, cast, math};
use synth_stats::association::{
    Contingency, correlation_p_value, correlation_ratio, effective_n, informational_correlation,
    partial_correlation, pearson,
};

use super::feature::{Feature, MAX_LEVELS, MIN_LEVEL, Origin, Scale};
use super::{Association, AssociationMeasure, Direction, Time};
use crate::relations::association::Aspect;

/// Rows with both values from which two quantities are compared.
pub(super) const MIN_ROWS: usize = 20;
/// Rows from which the information of two numbers is estimated.
const MIN_INFORMED: usize = 100;
/// By how much information must show more than the correlation for the kind to be another.
const MIN_MORE: f64 = 0.15;
/// Correlation with time from which a quantity follows it.
const FOLLOWS_TIME: f64 = 0.3;

/// Positions among the rows that are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'a> {
    /// All of so many.
    All(usize),
    Some(&'a [usize]),
}

/// What two quantities have to do with each other.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    measure: AssociationMeasure,
    pub(super) strength: f64,
    direction: Option<Direction>,
    pearson: Option<f64>,
    through_time: bool,
    n_rows: usize,
    pub(super) p_value: f64,
}

impl Rows<'_> {
    /// The rows in which two quantities have a value.
    ///
    /// Of chosen rows those with a category that few of them have are left out: what is rare among all rows shows how
    /// often the source has its values, and would be the same in both.
    fn with_both(self, left: &Feature, right: &Feature) -> Vec<usize> {
        let has_both = |row: &usize| left.codes[*row] > 0 && right.codes[*row] > 0;
        match self {
            Self::All(n) => (0..n).filter(has_both).collect(),
            Self::Some(rows) => {
                let rows: Vec<usize> = rows.iter().copied().filter(has_both).collect();
                let (is_common, is_other_common) = (common(left, &rows), common(right, &rows));
                rows.into_iter()
                    .filter(|row| is_common[usize::from(left.codes[*row])])
                    .filter(|row| is_other_common[usize::from(right.codes[*row])])
                    .collect()
            }
        }
    }
}

/// Which codes enough of the rows have; all of what has an order.
fn common(feature: &Feature, rows: &[usize]) -> Vec<bool> {
    let mut counts = vec![0_u64; feature.n_codes];
    rows.iter().for_each(|row| counts[usize::from(feature.codes[*row])] += 1);
    let is_common = |(code, count): (usize, u64)| {
        feature.scale != Scale::Category || count >= MIN_LEVEL && Some(code) != feature.rest.map(usize::from)
    };
    counts.into_iter().enumerate().map(is_common).collect()
}

/// Compares two quantities by the measure that fits them; `None` with too few rows or where one does not vary.
pub(super) fn compare(
    (left, right): (&Feature, &Feature),
    rows: Rows<'_>,
    time: Option<&Time>,
) -> Option<Comparison> {
    let rows = rows.with_both(left, right);
    if rows.len() < MIN_ROWS {
        return None;
    }
    match (left.scale, right.scale) {
        (Scale::Category, Scale::Category | Scale::Binary) | (Scale::Binary, Scale::Category) => {
            by_categories((left, right), &rows)
        }
        (Scale::Category, Scale::Ordered) => by_groups((left, right), &rows),
        (Scale::Ordered, Scale::Category) => by_groups((right, left), &rows),
        _ => by_order((left, right), &rows, time),
    }
}

fn by_categories((left, right): (&Feature, &Feature), rows: &[usize]) -> Option<Comparison> {
    let table = contingency((left, right), rows);
    let test = table.independence()?;
    Some(Comparison {
        measure: AssociationMeasure::CramersV,
        strength: table.cramers_v(),
        direction: None,
        pearson: None,
        through_time: false,
        n_rows: rows.len(),
        p_value: test.p_value,
    })
}

fn contingency((left, right): (&Feature, &Feature), rows: &[usize]) -> Contingency {
    let mut table = Contingency::new(left.n_codes, right.n_codes);
    rows.iter().for_each(|row| table.push(usize::from(left.codes[*row]), usize::from(right.codes[*row])));
    table
}

fn by_groups((category, number): (&Feature, &Feature), rows: &[usize]) -> Option<Comparison> {
    let codes: Vec<u32> = rows.iter().map(|row| u32::from(category.codes[*row])).collect();
    let ranks: Vec<f64> = rows.iter().map(|row| number.ranks[*row]).collect();
    // Too few groups or a number that does not vary in these rows is no comparison.
    let test = correlation_ratio(&codes, &ranks, MAX_LEVELS + 2).ok()?;
    Some(Comparison {
        measure: AssociationMeasure::CorrelationRatio,
        strength: test.strength(),
        direction: None,
        pearson: None,
        through_time: false,
        n_rows: rows.len(),
        p_value: test.p_value,
    })
}

fn by_order((left, right): (&Feature, &Feature), rows: &[usize], time: Option<&Time>) -> Option<Comparison> {
    let pairs =
        |xs: &[f64], ys: &[f64]| -> Vec<(f64, f64)> { rows.iter().map(|row| (xs[*row], ys[*row])).collect() };
    let rho = pearson(pairs(&left.ranks, &right.ranks).iter().copied())?;
    let n = rows.len() as f64;
    let n_independent = time.map_or(n, |time| effective_n(n, time.memory_of(left), time.memory_of(right)));
    let are_numbers = left.scale == Scale::Ordered && right.scale == Scale::Ordered;
    let r = are_numbers.then(|| pearson(pairs(&left.values, &right.values).iter().copied())).flatten();
    let comparison = Comparison {
        measure: AssociationMeasure::Spearman,
        strength: rho.abs(),
        direction: Some(if rho < 0.0 { Direction::Falling } else { Direction::Rising }),
        pearson: r,
        through_time: time.is_some_and(|time| time.explains(rho, (left, right))),
        n_rows: rows.len(),
        p_value: correlation_p_value(rho, n_independent),
    };
    if !are_numbers || rows.len() < MIN_INFORMED {
        return Some(comparison);
    }
    let table = contingency((left, right), rows);
    let informed = informational_correlation(table.mutual_information());
    let is_more = informed >= comparison.strength + MIN_MORE && n_independent > n / 2.0;
    Some(if is_more {
        Comparison {
            measure: AssociationMeasure::MutualInformation,
            strength: informed,
            direction: None,
            through_time: false,
            p_value: table.independence().map_or(1.0, |test| test.p_value),
            ..comparison
        }
    } else {
        comparison
    })
}

impl Time {
    fn memory_of(&self, feature: &Feature) -> f64 {
        // Time itself goes on evenly, whatever else does.
        if feature.is_time { 1.0 } else { self.memory.get(feature.number).copied().unwrap_or(0.0) }
    }

    /// Tells whether two quantities are alike mostly because both follow time by a straight line of ranks.
    fn explains(&self, rho: f64, (left, right): (&Feature, &Feature)) -> bool {
        if [left, right].iter().any(|side| side.is_time) {
            return false;
        }
        let with_time = |side: &Feature| self.trend.get(side.number).copied().unwrap_or(0.0);
        let (first, second) = (with_time(left), with_time(right));
        let is_trend = |r: f64| r.abs() >= FOLLOWS_TIME;
        is_trend(first) && is_trend(second) && partial_correlation(rho, first, second).abs() < 0.5 * rho.abs()
    }
}

impl Comparison {
    /// Returns what may be written down; own fields stand before aggregates.
    pub(super) fn published(self, (left, right): (&Feature, &Feature), p_value: f64) -> Association {
        let is_aggregate = |feature: &Feature| matches!(feature.origin, Origin::Aggregate);
        let (left, right) =
            if is_aggregate(left) && !is_aggregate(right) { (right, left) } else { (left, right) };
        let share = math::round(self.strength.clamp(0.0, 1.0) * 1000.0) / 1000.0;
        let is_value = |feature: &Feature| feature.quantity.aspect != Aspect::Presence;
        Association {
            left: left.quantity.clone(),
            right: right.quantity.clone(),
            measure: self.measure,
            strength: Rate::new(share).unwrap_or(Rate::ZERO),
            direction: self.direction,
            pearson: self
                .pearson
                .filter(|_| is_value(left) && is_value(right))
                .map(|r| math::round(r * 1000.0) / 1000.0),
            through_time: self.through_time,
            n_rows: cast::to_u64(self.n_rows),
            p_value: rounded(p_value),
        }
    }
}

/// Two digits of a probability; what cannot be told from 0 is 0.
pub(in crate::relations) fn rounded(p_value: f64) -> f64 {
    if p_value < 1e-12 { 0.0 } else { math::round_up_to_digits(p_value, 2) }
}
