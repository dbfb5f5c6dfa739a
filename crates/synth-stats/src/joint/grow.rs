//! The search of splits.

use std::collections::VecDeque;

use synth_core::math;

use super::codes::{CodeColumn, CodeOrder};
use super::group::Grouping;
use super::tree::{MAX_DEPTH, Split};

/// Groups of a feature's codes that splits fall between.
const FEATURE_GROUPS: usize = 64;
/// Groups of the field's codes that splits tell apart, where codes are names and where they have an order.
const NOMINAL_GROUPS: usize = 24;
const ORDERED_GROUPS: usize = 16;
/// Splits whose gain is not even so many standard deviations above chance are not made.
const MIN_SIGMAS: f64 = 1.0;
/// Rounds of the power iteration that orders the codes of a nominal feature.
const POWER_ROUNDS: usize = 6;

/// A node that grows; children stand behind it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grown {
    pub(super) split: Option<GrownSplit>,
    pub(super) parent: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct GrownSplit {
    pub(super) feature: usize,
    pub(super) split: Split,
    pub(super) then: usize,
    pub(super) otherwise: usize,
    /// How far the gain lies above what chance gives, in standard deviations.
    pub(super) sigmas: f64,
}

/// A feature with coarse codes.
struct Feature<'a> {
    column: &'a CodeColumn,
    grouping: Grouping,
}

/// Grows one tree.
///
/// # Method
///
/// Greedy splits by the gain of log-likelihood of a multinomial distribution over groups of the field's codes (as
/// C4.5's gain, Quinlan 1993, and the deviance of CART, Breiman et al. 1984). A feature with order is split between
/// two groups of its codes. The codes of one without order are put into the order of the first principal component of
/// the distributions of the field that they have (Coppersmith, Hong and Hosking 1999, Partitioning nominal attributes
/// in decision trees, Data Min. Knowl. Discov. 3), found by power iteration, and then split likewise. Of equal gains
/// the first feature's counts.
///
/// # Cost
///
/// A level visits every row once for each feature. Nodes are split level by level; one that the rest of the budget of visits
/// does not allow to split stays a leaf, so a tree that may not grow to its end is shallow everywhere.
pub(super) struct Grower<'a> {
    features: Vec<Feature<'a>>,
    target: &'a CodeColumn,
    /// Groups of the field's codes in the node that is looked at.
    goal: Grouping,
    n_target: usize,
    min_leaf: usize,
    budget: u64,
    entropy: Vec<f64>,
    table: Vec<u32>,
    pub(super) nodes: Vec<Grown>,
    /// Rows in nodes that the budget kept from being split.
    pub(super) n_unsplit: u64,
}

/// A place to cut groups in an order.
#[derive(Debug, Clone, Copy)]
struct Cut {
    gain: f64,
    sigmas: f64,
    /// How many groups go to the first child.
    n_first: usize,
}

struct Best {
    cut: Cut,
    feature: usize,
    /// Groups that go to the first child.
    first: Vec<u16>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(
        target: &'a CodeColumn,
        features: &[&'a CodeColumn],
        rows: &[u32],
        (min_leaf, budget): (usize, u64),
    ) -> Self {
        let grouping = |column: &CodeColumn, max| {
            let counts = column.counts(rows.iter().copied());
            Grouping::of(column, &counts, max)
        };
        Self {
            features: features
                .iter()
                .map(|column| Feature { column, grouping: grouping(column, FEATURE_GROUPS) })
                .collect(),
            target,
            goal: Grouping { group_of: Vec::new(), n_groups: 0 },
            n_target: 0,
            min_leaf,
            budget,
            entropy: entropies(rows.len()),
            table: Vec::new(),
            nodes: Vec::new(),
            n_unsplit: 0,
        }
    }

    /// Grows the tree of some rows, which are sorted on the way.
    pub(super) fn grow(&mut self, rows: &mut [u32]) {
        self.nodes.push(Grown { split: None, parent: None });
        let mut waiting = VecDeque::from([(0, 0..rows.len(), 0)]);
        while let Some((at, range, depth)) = waiting.pop_front() {
            let own = &mut rows[range.clone()];
            let Some(best) = self.best_split(own, depth) else { continue };
            let middle = range.start + self.part(own, &best);
            let then = self.nodes.len();
            let child = Grown { split: None, parent: Some(at) };
            self.nodes.extend([child.clone(), child]);
            let (feature, split) = (best.feature, self.split_of(&best));
            let sigmas = best.cut.sigmas;
            self.nodes[at].split = Some(GrownSplit { feature, split, then, otherwise: then + 1, sigmas });
            waiting.push_back((then, range.start..middle, depth + 1));
            waiting.push_back((then + 1, middle..range.end, depth + 1));
        }
    }

    /// Brings the rows of the first child to the front; returns how many they are.
    fn part(&self, rows: &mut [u32], best: &Best) -> usize {
        let Feature { column, grouping } = &self.features[best.feature];
        let goes_first = |row: &u32| {
            let group = grouping.group_of[usize::from(column.codes[*row as usize])];
            best.first.binary_search(&group).is_ok()
        };
        let (mut parted, second): (Vec<u32>, Vec<u32>) = rows.iter().partition(|row| goes_first(row));
        let n_first = parted.len();
        parted.extend(second);
        rows.copy_from_slice(&parted);
        n_first
    }

    /// The split in codes of the feature.
    fn split_of(&self, best: &Best) -> Split {
        let Feature { column, grouping } = &self.features[best.feature];
        let goes_first =
            |code: &u16| best.first.binary_search(&grouping.group_of[usize::from(*code)]).is_ok();
        match column.order {
            CodeOrder::Ordered => {
                let is_above = |group: &u16| best.first.last().is_some_and(|last| group > last);
                let n_below = grouping.group_of.iter().take_while(|group| !is_above(group)).count();
                Split::Below(u16::try_from(n_below).unwrap_or(u16::MAX))
            }
            CodeOrder::Nominal => Split::OneOf((0..column.n_codes).filter(goes_first).collect()),
        }
    }

    fn best_split(&mut self, rows: &[u32], depth: usize) -> Option<Best> {
        let visits = rows.len() as u64 * self.features.len() as u64;
        if depth >= MAX_DEPTH || rows.len() < 2 * self.min_leaf || visits == 0 {
            return None;
        }
        if self.budget < visits {
            self.n_unsplit += rows.len() as u64;
            return None;
        }
        // Groups follow the codes that are left in the node, so that splits get finer with depth.
        let counts = self.target.counts(rows.iter().copied());
        if counts.iter().filter(|count| **count > 0).count() < 2 {
            return None;
        }
        let n_groups = match self.target.order {
            CodeOrder::Ordered => ORDERED_GROUPS,
            CodeOrder::Nominal => NOMINAL_GROUPS,
        };
        self.goal = Grouping::of(self.target, &counts, n_groups);
        self.n_target = self.goal.n_groups;
        self.budget -= visits;
        let mut best: Option<Best> = None;
        for feature in 0..self.features.len() {
            let order = self.count(rows, feature);
            if let Some(cut) = self.best_cut(&order, rows.len())
                && best.as_ref().is_none_or(|best| cut.gain > best.cut.gain)
            {
                let mut first = order[..cut.n_first].to_vec();
                first.sort_unstable();
                best = Some(Best { cut, feature, first });
            }
        }
        best
    }

    /// Counts rows by group of a feature and group of the field; returns the groups that occur in the order in which
    /// they may be cut.
    fn count(&mut self, rows: &[u32], feature: usize) -> Vec<u16> {
        let Feature { column, grouping } = &self.features[feature];
        self.table.clear();
        self.table.resize(grouping.n_groups * self.n_target, 0);
        for row in rows {
            let row = *row as usize;
            let group = usize::from(grouping.group_of[usize::from(column.codes[row])]);
            let target = self.goal.group_of[usize::from(self.target.codes[row])];
            self.table[group * self.n_target + usize::from(target)] += 1;
        }
        let n_groups = u16::try_from(grouping.n_groups).unwrap_or(u16::MAX);
        let occurs = |group: &u16| self.counts(*group).iter().any(|count| *count > 0);
        let mut groups: Vec<u16> = (0..n_groups).filter(occurs).collect();
        if column.order == CodeOrder::Nominal && groups.len() > 2 {
            let direction = self.direction(&groups);
            let score = |group: u16| {
                let n = self.counts(group).iter().sum::<u32>();
                let dot: f64 =
                    self.counts(group).iter().zip(&direction).map(|(c, d)| f64::from(*c) * d).sum();
                dot / f64::from(n)
            };
            let mut scored: Vec<(f64, u16)> = groups.iter().map(|group| (score(*group), *group)).collect();
            scored.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            groups = scored.into_iter().map(|(_, group)| group).collect();
        }
        groups
    }

    fn counts(&self, group: u16) -> &[u32] {
        let start = usize::from(group) * self.n_target;
        &self.table[start..start + self.n_target]
    }

    /// The direction in which the distributions of the field differ most between groups.
    fn direction(&self, groups: &[u16]) -> Vec<f64> {
        if self.target.order == CodeOrder::Ordered || self.n_target <= 2 {
            return (0..self.n_target).map(|group| group as f64).collect();
        }
        let mut mean = vec![0.0; self.n_target];
        for group in groups {
            self.counts(*group).iter().zip(&mut mean).for_each(|(count, sum)| *sum += f64::from(*count));
        }
        let total: f64 = mean.iter().sum();
        mean.iter_mut().for_each(|sum| *sum /= total);
        let profiles: Vec<(f64, Vec<f64>)> = groups
            .iter()
            .map(|group| {
                let counts = self.counts(*group);
                let n = f64::from(counts.iter().sum::<u32>());
                (n, counts.iter().zip(&mean).map(|(count, mean)| f64::from(*count) / n - mean).collect())
            })
            .collect();
        // A start without symmetry, so that no component is missed by accident.
        let mut direction: Vec<f64> = (0..self.n_target).map(|at| 1.0 / (at as f64 + 1.5)).collect();
        for _ in 0..POWER_ROUNDS {
            let mut next = vec![0.0; self.n_target];
            for (n, profile) in &profiles {
                let dot: f64 = profile.iter().zip(&direction).map(|(x, d)| x * d).sum();
                profile.iter().zip(&mut next).for_each(|(x, sum)| *sum += n * dot * x);
            }
            let norm = next.iter().map(|x| x * x).sum::<f64>().sqrt();
            if norm <= f64::MIN_POSITIVE {
                break;
            }
            direction = next.into_iter().map(|x| x / norm).collect();
        }
        direction
    }

    /// The best place to cut groups in an order, unless chance gives as much.
    fn best_cut(&self, order: &[u16], n: usize) -> Option<Cut> {
        let mut right = vec![0_u32; self.n_target];
        for group in order {
            self.counts(*group).iter().zip(&mut right).for_each(|(count, sum)| *sum += count);
        }
        let mut left = vec![0_u32; self.n_target];
        let of = |count: u32| self.entropy[count as usize];
        // Log-likelihood of each side but for the term of its size.
        let (mut left_sum, mut right_sum) = (0.0, right.iter().map(|count| of(*count)).sum::<f64>());
        let whole = right_sum - self.entropy[n];
        let n_groups = right.iter().filter(|count| **count > 0).count();
        let (mut n_left, mut best) = (0_usize, None);
        for (at, group) in order.iter().enumerate().take(order.len().saturating_sub(1)) {
            for (target, count) in self.counts(*group).iter().enumerate().filter(|(_, count)| **count > 0) {
                left_sum -= of(left[target]);
                right_sum -= of(right[target]);
                left[target] += count;
                right[target] -= count;
                left_sum += of(left[target]);
                right_sum += of(right[target]);
                n_left += *count as usize;
            }
            if n_left < self.min_leaf || n - n_left < self.min_leaf {
                continue;
            }
            let gain = left_sum - self.entropy[n_left] + right_sum - self.entropy[n - n_left] - whole;
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, at + 1));
            }
        }
        let freedom = n_groups.saturating_sub(1).max(1);
        let cut = |(gain, n_first)| Cut { gain, sigmas: sigmas_above_chance(gain, freedom), n_first };
        best.map(cut).filter(|cut| cut.sigmas > MIN_SIGMAS)
    }
}

/// How many standard deviations a gain of log-likelihood lies above what chance gives with so many degrees of freedom.
///
/// Twice the gain of what means nothing is about chi-squared (Wilks 1938): with one degree of freedom less than a field has
/// groups for a split in two. Its cube root is about normal (Wilson and Hilferty 1931, Proc. Natl. Acad. Sci. 17).
pub(super) fn sigmas_above_chance(gain: f64, freedom: usize) -> f64 {
    let freedom = freedom as f64;
    let spread = 2.0 / (9.0 * freedom);
    let root = math::pow(2.0 * gain.max(0.0) / freedom, 1.0 / 3.0);
    (root - (1.0 - spread)) / spread.sqrt()
}

/// `n ln n` for every `n` up to a number of rows.
fn entropies(n_rows: usize) -> Vec<f64> {
    (0..=n_rows).map(|n| if n == 0 { 0.0 } else { n as f64 * math::ln(n as f64) }).collect()
}
