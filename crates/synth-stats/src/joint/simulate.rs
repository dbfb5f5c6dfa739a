//! How likely a copula finds rows that it was not fitted to.

use synth_core::{cast, math};

use super::codes::CodeColumn;
use super::copula::{Member, judge_seed};
use super::matrix::Triangle;
use super::normal::{normal_cdf, normal_quantile};

/// Rows that are judged, at most.
const ROWS: usize = 2048;
/// Ways to fill in the normal numbers behind a row's codes.
const DRAWS: usize = 16;
/// Least probability that a code can have.
const LEAST: f64 = 1e-12;

/// The fields of a copula, judged one after the other.
///
/// # Method
///
/// The probability of a code, given the codes of the fields before, is an integral over the normal numbers behind those.
/// Its value is a weighted mean over draws of these numbers, each drawn from the part that belongs to its code and weighted
/// by how likely that part was: the simulator of Geweke, Hajivassiliou and Keane (Hajivassiliou, McFadden and Ruud 1996, Simulation
/// of multivariate normal rectangle probabilities, J. Econometrics 72). It has no bias; its logarithm is a little too low.
///
/// # Cost
///
/// 16 draws of up to 2048 rows for each field.
#[derive(Debug)]
pub(super) struct Simulation<'a> {
    factor: &'a Triangle,
    fields: Vec<Judged<'a>>,
}

#[derive(Debug)]
struct Judged<'a> {
    member: Member<'a>,
    groups: &'a CodeColumn,
    /// The part of the normal numbers that belongs to each code.
    part: Vec<(f64, f64)>,
    /// The parts that belong to each group of codes.
    group_parts: Vec<Vec<(f64, f64)>>,
    /// Probability of each group without the other fields.
    alone: Vec<f64>,
}

impl<'a> Simulation<'a> {
    pub(super) fn new(factor: &'a Triangle) -> Self {
        Self { factor, fields: Vec::new() }
    }

    /// Visits of a row that judging costs.
    pub(super) fn visits(n_rows: usize, n_members: usize) -> usize {
        n_rows.min(ROWS) * DRAWS * n_members
    }

    /// Adds a field that is fitted to some rows; its codes stand at their ranks.
    pub(super) fn push(
        &mut self,
        member: &Member<'a>,
        groups: &'a CodeColumn,
        (ranks, rows): (&[u16], &[u32]),
    ) {
        let is_there = |row: &u32| member.is_there[*row as usize];
        let counts = member.column.counts(rows.iter().copied().filter(is_there));
        let n = counts.iter().map(|count| f64::from(*count)).sum::<f64>() + 1.0;
        let share = |count: u32| (f64::from(count) + 1.0 / counts.len() as f64) / n;
        let mut by_rank: Vec<(u16, usize)> = ranks.iter().copied().zip(0..).collect();
        by_rank.sort_unstable();
        let mut part = vec![(0.0, 0.0); counts.len()];
        let mut group_parts: Vec<Vec<(f64, f64)>> = vec![Vec::new(); usize::from(groups.n_codes)];
        let group_of = group_of(member.column, groups);
        let (mut sum, mut low) = (0.0, f64::NEG_INFINITY);
        for (at, (_, code)) in by_rank.iter().enumerate() {
            sum += share(counts[*code]);
            let high = if at + 1 == by_rank.len() { f64::INFINITY } else { normal_quantile(sum) };
            part[*code] = (low, high);
            let parts = &mut group_parts[group_of[*code]];
            match parts.last_mut() {
                Some(last) if last.1.total_cmp(&low).is_eq() => last.1 = high,
                _ => parts.push((low, high)),
            }
            low = high;
        }
        let of_groups = groups.counts(rows.iter().copied().filter(is_there));
        let alone =
            of_groups.iter().map(|count| (f64::from(*count) + 1.0 / of_groups.len() as f64) / n).collect();
        self.fields.push(Judged { member: *member, groups, part, group_parts, alone });
    }

    /// Mean log-likelihood of each field in some rows less that of the field alone.
    pub(super) fn gains(&self, rows: &[u32]) -> Vec<f64> {
        let step = rows.len().div_ceil(ROWS).max(1);
        let mut sums = vec![(0.0, 0_u32); self.fields.len()];
        for row in rows.iter().step_by(step) {
            self.judge(*row, &mut sums);
        }
        sums.into_iter().map(|(sum, n)| if n == 0 { 0.0 } else { sum / f64::from(n) }).collect()
    }

    fn judge(&self, row: u32, sums: &mut [(f64, u32)]) {
        let mut normals: Vec<Vec<f64>> = vec![Vec::new(); DRAWS];
        let mut weights = [1.0; DRAWS];
        let at = row as usize;
        for (index, (field, sum)) in self.fields.iter().zip(sums).enumerate() {
            let row_of_factor = &self.factor[index];
            let own = row_of_factor[index];
            let mean = |normals: &[f64]| row_of_factor.iter().zip(normals).map(|(l, e)| l * e).sum::<f64>();
            let seed = judge_seed().child_at(cast::to_u64(index));
            let is_there = field.member.is_there[at];
            let part = field.part[usize::from(field.member.column.codes[at])];
            let group = usize::from(field.groups.codes[at]);
            let (mut likely, mut total) = (0.0, 0.0);
            for (draw, (normals, weight)) in normals.iter_mut().zip(&mut weights).enumerate() {
                let mean = mean(normals);
                let cdf = |x: f64| normal_cdf((x - mean) / own);
                let uniform = seed.uniform(u64::from(row) * cast::to_u64(DRAWS) + cast::to_u64(draw));
                if is_there {
                    let of_group: f64 = field.group_parts[group].iter().map(|(a, b)| cdf(*b) - cdf(*a)).sum();
                    likely += *weight * of_group;
                    total += *weight;
                    let (a, b) = (cdf(part.0), cdf(part.1));
                    normals.push(normal_quantile(a + uniform * (b - a)));
                    *weight *= (b - a).max(LEAST);
                } else {
                    normals.push(normal_quantile(uniform));
                }
            }
            if is_there {
                *sum =
                    (sum.0 + math::ln((likely / total).max(LEAST)) - math::ln(field.alone[group]), sum.1 + 1);
                let scale = 1.0 / weights.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
                weights.iter_mut().for_each(|weight| *weight *= scale);
            }
        }
    }
}

/// The group of each code; codes that do not occur are in the first.
fn group_of(column: &CodeColumn, groups: &CodeColumn) -> Vec<usize> {
    let mut group_of = vec![0; usize::from(column.n_codes)];
    for (code, group) in column.codes.iter().zip(&groups.codes) {
        group_of[usize::from(*code)] = usize::from(*group);
    }
    group_of
}
