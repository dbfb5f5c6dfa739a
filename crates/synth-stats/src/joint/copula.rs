//! A Gaussian copula of coded fields.
//!
//! Behind each field stands a normal number, cut into parts that are as likely as the codes; the numbers of several
//! fields are correlated. So the distribution of each field is its own, and one table of correlations says how all hang
//! together (Sklar 1959; Cario and Nelson 1997, Modeling and generating random vectors with arbitrary marginal
//! distributions and correlation matrix, called NORTA there).

use synth_core::{Seed, cast, math};

use super::codes::{CodeColumn, CodeOrder};
use super::fit::coarse;
use super::group::Grouping;
use super::links::links;
use super::matrix::{Triangle, factor};
use super::normal::{normal_density, normal_quantile};
use super::simulate::Simulation;

/// Groups of codes that a correlation is estimated with.
const GROUPS: usize = 8;
/// Rows that correlations are estimated on, at most.
const ROWS: usize = 32_768;
/// Steps from independence to the strongest correlation.
const STEPS: usize = 48;
/// The strongest correlation that is estimated.
const STRONGEST: f64 = 0.995;
/// Steps from 0 to 1 of a correlation as it is kept.
const KEPT_STEPS: f64 = 1000.0;

/// A field of a copula that is fitted.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its codes.
    pub column: &'a CodeColumn,
    /// Whether its codes rise with what they stand for; a copula may ask for more order than a tree does.
    pub order: CodeOrder,
    /// In which rows it has a meaning.
    pub is_there: &'a [bool],
}

/// A copula and how well it predicts rows that it was not fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedCopula {
    /// Correlations of the normal numbers behind the fields, to three digits.
    pub correlations: Triangle,
    /// For each field its codes from the lowest to the highest; empty where they rise as they are numbered.
    pub orders: Vec<Vec<u16>>,
    /// For each field the mean log-likelihood of held-out rows less that of the field alone, in nats, by groups of codes.
    pub gains: Vec<f64>,
}

/// Fits a copula to some fields.
///
/// # Shapes and units
///
/// The columns have the same rows, `is_held_out` one flag for each.
///
/// # Method
///
/// Names have no order, so their codes are put into the order of the mean rank that they have in the ordered field which
/// says most of them. Each two fields, in up to 8 groups of codes, have a covariance of the groups' numbers; their
/// correlation is that of the normal numbers which would give the same covariance. It rises with the correlation (Plackett 1954, A
/// reduction formula for normal multivariate integrals, Biometrika 41), so it is found by adding up Plackett's derivative along the
/// angle whose sine is the correlation. The nearest correlation matrix is kept, rounded to 0.001. Held-out rows are judged
/// as those of trees are: by the probability of up to 16 groups of the field's codes, given the codes of the fields before,
/// which is simulated (see `simulate`).
///
/// # Cost
///
/// [`copula_visits`] visits of a row.
///
/// # Example
///
/// ```
/// use synth_core::Seed;
/// use synth_stats::joint::{CodeColumn, CodeOrder, Member, fit_copula};
///
/// let at_random = |name: &str, row| Seed::root(1).child(name).below(row, 10) as u16;
/// let low = |row| at_random("a", row);
/// let high = |row| low(row).max(at_random("b", row));
/// let column = |codes| CodeColumn { codes, n_codes: 10, order: CodeOrder::Ordered };
/// let (low, high) = (column((0..2000).map(low).collect()), column((0..2000).map(high).collect()));
/// let is_there = vec![true; 2000];
/// let member = |column| Member { column, order: CodeOrder::Ordered, is_there: &is_there };
/// let is_held_out: Vec<bool> = (0..2000).map(|row| row % 5 == 0).collect();
/// let fitted = fit_copula(&[member(&low), member(&high)], &is_held_out);
/// assert!((0.5..0.7).contains(&fitted.correlations[1][0]));
/// assert!(fitted.gains[1] > 0.1);
/// ```
#[must_use]
pub fn fit_copula(members: &[Member<'_>], is_held_out: &[bool]) -> FittedCopula {
    let n_rows = cast::to_u32(is_held_out.len());
    let (held_out, rows): (Vec<u32>, Vec<u32>) = (0..n_rows).partition(|row| is_held_out[*row as usize]);
    let ranks = ranks(members, &rows);
    let step = rows.len().div_ceil(ROWS).max(1);
    let coarse: Vec<Coarse> =
        members.iter().zip(&ranks).map(|(member, ranks)| Coarse::of(member, ranks, &rows)).collect();
    let correlation = |left: usize, right: usize| {
        let both =
            |row: &&u32| members[left].is_there[**row as usize] && members[right].is_there[**row as usize];
        let rows = rows.iter().step_by(step).filter(both).copied();
        coarse[left].correlation(&coarse[right], (members[left].column, members[right].column), rows)
    };
    let row = |i: usize| (0..i).map(|j| correlation(i, j)).chain([1.0]).collect();
    let (_, nearest) = factor(&(0..members.len()).map(row).collect::<Triangle>());
    let correlations: Triangle = nearest
        .iter()
        .map(|row| row.iter().map(|number| math::round(number * KEPT_STEPS) / KEPT_STEPS).collect())
        .collect();
    let judged: Vec<CodeColumn> = members.iter().map(|member| there(member, &rows)).collect();
    let (kept, _) = factor(&correlations);
    let mut simulation = Simulation::new(&kept);
    for ((member, judged), ranks) in members.iter().zip(&judged).zip(&ranks) {
        simulation.push(member, judged, (ranks, &rows));
    }
    let gains = simulation.gains(&held_out);
    let order = |(member, ranks): (&Member<'_>, &Vec<u16>)| match member.order {
        CodeOrder::Ordered => Vec::new(),
        CodeOrder::Nominal => inverse(ranks),
    };
    FittedCopula { orders: members.iter().zip(&ranks).map(order).collect(), correlations, gains }
}

/// Returns how many visits of a row the fit of a copula costs.
#[must_use]
pub fn copula_visits(n_rows: usize, n_members: usize) -> u64 {
    let pairs = n_members * n_members.saturating_sub(1) / 2;
    cast::to_u64(n_rows.min(ROWS) * pairs + Simulation::visits(n_rows, n_members))
}

/// The groups of a field's codes in the rows where it has a meaning.
fn there(member: &Member<'_>, rows: &[u32]) -> CodeColumn {
    let rows: Vec<u32> = rows.iter().copied().filter(|row| member.is_there[*row as usize]).collect();
    coarse(member.column, &rows)
}

/// The place of each code among those of its field, from the lowest to the highest.
fn ranks(members: &[Member<'_>], rows: &[u32]) -> Vec<Vec<u16>> {
    let ordered: Vec<&CodeColumn> = members
        .iter()
        .filter(|member| member.order == CodeOrder::Ordered)
        .map(|member| member.column)
        .collect();
    let ranks = |member: &Member<'_>| {
        let column = member.column;
        let best = || {
            let links = links(column, &ordered);
            let best = (0..links.len())
                .max_by(|a, b| links[*a].information.total_cmp(&links[*b].information).then(b.cmp(a)))?;
            (links[best].information > 0.0).then_some(ordered[best])
        };
        match (member.order, best()) {
            (CodeOrder::Nominal, Some(other)) => {
                let rows = rows.iter().copied().filter(|row| member.is_there[*row as usize]);
                by_mean(column, other, rows)
            }
            _ => (0..column.n_codes).collect(),
        }
    };
    members.iter().map(ranks).collect()
}

/// Ranks codes by the mean code that another field has beside them; codes that do not occur stand first.
fn by_mean(column: &CodeColumn, other: &CodeColumn, rows: impl Iterator<Item = u32>) -> Vec<u16> {
    let mut sums = vec![(0_u64, 0_u64); usize::from(column.n_codes)];
    for row in rows {
        let sum = &mut sums[usize::from(column.codes[row as usize])];
        *sum = (sum.0 + u64::from(other.codes[row as usize]), sum.1 + 1);
    }
    let mean = |code: &u16| {
        let (sum, n) = sums[usize::from(*code)];
        if n == 0 { -1.0 } else { sum as f64 / n as f64 }
    };
    let mut order: Vec<u16> = (0..column.n_codes).collect();
    order.sort_by(|a, b| mean(a).total_cmp(&mean(b)).then(a.cmp(b)));
    inverse(&order)
}

/// The place at which each number stands in a list of all numbers up to its length.
fn inverse(order: &[u16]) -> Vec<u16> {
    let mut places = vec![0; order.len()];
    for (place, code) in (0..).zip(order) {
        places[usize::from(*code)] = place;
    }
    places
}

/// A field in a few groups that follow each other.
#[derive(Debug)]
struct Coarse {
    /// By code.
    group_of: Vec<u16>,
    /// The normal numbers between the groups.
    cuts: Vec<f64>,
}

impl Coarse {
    fn of(member: &Member<'_>, ranks: &[u16], rows: &[u32]) -> Self {
        let counts = member.column.counts(rows.iter().copied().filter(|row| member.is_there[*row as usize]));
        let mut by_rank = vec![0_u32; counts.len()];
        counts.iter().zip(ranks).for_each(|(count, rank)| by_rank[usize::from(*rank)] = *count);
        let column =
            CodeColumn { codes: Vec::new(), n_codes: member.column.n_codes, order: CodeOrder::Ordered };
        let grouping = Grouping::of(&column, &by_rank, GROUPS);
        let mut totals = vec![0_u64; grouping.n_groups];
        by_rank
            .iter()
            .zip(&grouping.group_of)
            .for_each(|(count, group)| totals[usize::from(*group)] += u64::from(*count));
        let n = totals.iter().sum::<u64>().max(1) as f64;
        let mut sum = 0;
        let shares = totals.iter().take(totals.len().saturating_sub(1)).map(|total| {
            sum += total;
            sum as f64 / n
        });
        // A group without rows at either end has its cut far out, and says nothing.
        let cuts = shares.map(normal_quantile).collect();
        Self { group_of: ranks.iter().map(|rank| grouping.group_of[usize::from(*rank)]).collect(), cuts }
    }

    /// The correlation of normal numbers that gives the covariance of two fields' groups.
    fn correlation(
        &self,
        other: &Self,
        (left, right): (&CodeColumn, &CodeColumn),
        rows: impl Iterator<Item = u32>,
    ) -> f64 {
        let (mut n, mut product, mut first, mut second) = (0_u64, 0_u64, 0_u64, 0_u64);
        for row in rows {
            let group = |coarse: &Self, column: &CodeColumn| {
                u64::from(coarse.group_of[usize::from(column.codes[row as usize])])
            };
            let (x, y) = (group(self, left), group(other, right));
            (n, product, first, second) = (n + 1, product + x * y, first + x, second + y);
        }
        if n == 0 {
            return 0.0;
        }
        let n = n as f64;
        let covariance = product as f64 / n - (first as f64 / n) * (second as f64 / n);
        let sign = if covariance < 0.0 { -1.0 } else { 1.0 };
        sign * self.strength(other, covariance.abs(), sign)
    }

    /// How far from independence the covariance is reached, in the direction of `sign`.
    fn strength(&self, other: &Self, covariance: f64, sign: f64) -> f64 {
        // The sine of this angle is the strongest correlation.
        let end = std::f64::consts::FRAC_PI_2 - math::sqrt(2.0 * (1.0 - STRONGEST));
        let width = end / STEPS as f64;
        let (mut reached, mut angle) = (0.0, 0.0);
        for _ in 0..STEPS {
            let gain = width * self.slope(other, sign * (angle + width / 2.0));
            if reached + gain >= covariance && gain > 0.0 {
                return math::sin(angle + width * (covariance - reached) / gain).min(STRONGEST);
            }
            reached += gain;
            angle += width;
        }
        STRONGEST
    }

    /// How fast the covariance of the groups rises with the angle: the density of both normal numbers at all pairs of cuts,
    /// times the cosine of the angle.
    fn slope(&self, other: &Self, angle: f64) -> f64 {
        let (sine, cosine) = (math::sin(angle), math::cos(angle));
        let density = |h: &f64, k: &f64| {
            let rest = (k - sine * h) / cosine;
            normal_density(*h) * normal_density(rest)
        };
        self.cuts.iter().map(|h| other.cuts.iter().map(|k| density(h, k)).sum::<f64>()).sum()
    }
}

/// A field of a copula, made ready to be drawn from.
#[derive(Debug, Clone)]
pub struct Latent {
    weights: Vec<f64>,
    /// The normal number up to which each code is drawn, but for the last.
    cuts: Vec<f64>,
    codes: Vec<u16>,
}

impl Latent {
    /// Prepares a field whose codes have `counts` rows and stand in `order`, from the lowest to the highest (as they are
    /// numbered, where it is empty); `weights` is its row of the Cholesky factor.
    ///
    /// # Panics
    ///
    /// If there are no counts.
    #[must_use]
    pub fn new(counts: &[(u16, u32)], order: &[u16], weights: Vec<f64>) -> Self {
        assert!(!counts.is_empty(), "a field has codes");
        let place = |code: u16| order.iter().position(|other| *other == code).unwrap_or(usize::from(code));
        let mut counts: Vec<(usize, u16, u32)> =
            counts.iter().map(|(code, count)| (place(*code), *code, *count)).collect();
        counts.sort_unstable();
        let total: u64 = counts.iter().map(|(_, _, count)| u64::from(*count)).sum();
        let mut sum = 0;
        let mut cuts: Vec<f64> = Vec::with_capacity(counts.len());
        for (_, _, count) in &counts {
            sum += u64::from(*count);
            cuts.push(normal_quantile(sum as f64 / total as f64));
        }
        cuts.pop();
        Self { weights, cuts, codes: counts.into_iter().map(|(_, code, _)| code).collect() }
    }

    /// Returns the independent normal number of a field at `uniform` in [0, 1).
    #[must_use]
    pub fn normal(uniform: f64) -> f64 {
        normal_quantile(uniform)
    }

    /// Returns the code that goes with the independent normal numbers of the fields up to this one.
    #[must_use]
    pub fn code(&self, normals: &[f64]) -> u16 {
        let number: f64 = self.weights.iter().zip(normals).map(|(weight, normal)| weight * normal).sum();
        self.codes[self.cuts.partition_point(|cut| *cut <= number)]
    }
}

/// The seed of what is simulated while a copula is judged.
pub(super) fn judge_seed() -> Seed {
    Seed::root(0).child("copula")
}
