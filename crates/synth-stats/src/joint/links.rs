//! How much fields say of each other, two at a time.

use synth_core::math;

use super::codes::CodeColumn;
use super::group::Grouping;
use super::grow::sigmas_above_chance;

/// Rows that are looked at.
const ROWS: usize = 8192;
/// Counts whose products with their logarithms are kept; most counts are small.
const KNOWN_COUNTS: u32 = 1024;
/// Groups of codes.
const GROUPS: usize = 12;

/// What one field says of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Mutual information in nats, less what chance gives; may be negative.
    pub information: f64,
    /// How far it lies above what chance gives, in standard deviations.
    pub sigmas: f64,
}

/// Returns what each of some features says of a field.
///
/// # Method
///
/// Mutual information of coarse codes on up to 8192 evenly spaced rows, less its mean under independence, (groups - 1)
/// (groups - 1) / 2n (Miller 1955, Note on the bias of information estimates).
///
/// # Cost
///
/// [`link_visits`] visits of a row.
#[must_use]
pub fn links(target: &CodeColumn, features: &[&CodeColumn]) -> Vec<Link> {
    let step = target.codes.len().div_ceil(ROWS).max(1);
    let rows = || (0..).take(target.codes.len()).step_by(step);
    let grouping = Grouping::of(target, &target.counts(rows()), GROUPS);
    let group = |code: &u16| usize::from(grouping.group_of[usize::from(*code)]);
    let goal: Vec<usize> = target.codes.iter().step_by(step).map(group).collect();
    let entropies: Vec<f64> = (0..KNOWN_COUNTS).map(entropy).collect();
    let link = |feature: &&CodeColumn| {
        let table = Table::of(&goal, grouping.n_groups, (feature, step));
        table.link(|count| entropies.get(count as usize).copied().unwrap_or_else(|| entropy(count)))
    };
    features.iter().map(link).collect()
}

/// Returns how many visits of a row the links of a field cost.
#[must_use]
pub fn link_visits(n_rows: usize, n_features: usize) -> u64 {
    n_rows.min(ROWS) as u64 * n_features as u64
}

/// Returns the numbers of the `n_wanted` features that say most, in their own order; those that say no more than chance
/// are left out.
#[must_use]
pub fn screened(links: &[Link], n_wanted: usize) -> Vec<usize> {
    let mut scored: Vec<(f64, usize)> = links
        .iter()
        .map(|link| link.information)
        .zip(0..)
        .filter(|(information, _)| *information > 0.0)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<usize> = scored.into_iter().take(n_wanted).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    chosen
}

/// A count times its logarithm.
pub(super) fn entropy(count: u32) -> f64 {
    let count = f64::from(count);
    if count > 0.0 { count * math::ln(count) } else { 0.0 }
}

/// How many rows have each two groups of a field and a feature.
struct Table {
    counts: Vec<u32>,
    n_left: usize,
    n_right: usize,
}

impl Table {
    /// Counts groups of the field, one for each row that is looked at, with groups of the feature's codes.
    fn of(goal: &[usize], n_left: usize, (feature, step): (&CodeColumn, usize)) -> Self {
        let n_codes = usize::from(feature.n_codes);
        let mut by_code = vec![0_u32; n_left * n_codes];
        let codes = feature.codes.iter().step_by(step);
        goal.iter().zip(codes).for_each(|(left, code)| by_code[left * n_codes + usize::from(*code)] += 1);
        let mut of_codes = vec![0_u32; n_codes];
        for row in by_code.chunks_exact(n_codes.max(1)) {
            of_codes.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
        }
        let Grouping { group_of, n_groups: n_right } = Grouping::of(feature, &of_codes, GROUPS);
        let mut counts = vec![0_u32; n_left * n_right];
        for (groups, row) in counts.chunks_exact_mut(n_right.max(1)).zip(by_code.chunks_exact(n_codes.max(1)))
        {
            row.iter().zip(&group_of).for_each(|(count, group)| groups[usize::from(*group)] += count);
        }
        Self { counts, n_left, n_right }
    }

    /// What the two say of each other; `entropy` is a count times its logarithm.
    fn link(&self, entropy: impl Fn(u32) -> f64) -> Link {
        let Self { counts, n_left, n_right } = self;
        let row = |at: usize| counts[at * n_right..(at + 1) * n_right].iter().sum();
        let column = |at: usize| (0..*n_left).map(|row| counts[row * n_right + at]).sum();
        let (rows, columns): (Vec<u32>, Vec<u32>) =
            ((0..*n_left).map(row).collect(), (0..*n_right).map(column).collect());
        let used = |sums: &[u32]| sums.iter().filter(|sum| **sum > 0).count();
        let sum = |counts: &[u32]| counts.iter().map(|count| entropy(*count)).sum::<f64>();
        let n: u32 = rows.iter().sum();
        let freedom = used(&rows).saturating_sub(1) * used(&columns).saturating_sub(1);
        let gain = sum(counts) - sum(&rows) - sum(&columns) + entropy(n);
        let information = (gain - freedom as f64 / 2.0) / f64::from(n).max(1.0);
        Link { information, sigmas: if freedom == 0 { 0.0 } else { sigmas_above_chance(gain, freedom) } }
    }
}
