//! A small classifier: boosted trees on columns of codes.
//!
//! It answers one question: how well can rows of two kinds be told apart, and by which columns.

use synth_core::hash::{combine, mix};
use synth_core::math;

use crate::error::Error;

/// Columns of codes with a label a row.
///
/// # Shapes and units
///
/// Every column has one code a row; codes of one column are in an order, and below [`N_CODES`].
#[derive(Debug, Clone)]
pub struct Coded {
    /// The columns.
    pub columns: Vec<Vec<u8>>,
    /// Whether the row is of the second kind.
    pub labels: Vec<bool>,
    /// Rows of one group are never learned from and judged by the same trees.
    pub groups: Vec<u64>,
}

/// Codes that a column may have.
pub const N_CODES: usize = 64;

/// How far the trees go.
#[derive(Debug, Clone, Copy)]
pub struct BoostConfig {
    /// Trees, one after the other.
    pub n_rounds: usize,
    /// Splits from the root to a leaf.
    pub depth: usize,
    /// Share of each tree's advice that is taken.
    pub rate: f64,
    /// Rows of a leaf.
    pub min_rows: f64,
    /// Parts for the cross-validation.
    pub n_folds: u64,
}

/// What cross-validation says.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// A score for each row by trees that have not seen it; the larger, the more of the second kind.
    pub scores: Vec<f64>,
    /// For each column its share of what the splits gained.
    pub gains: Vec<f64>,
}

/// A tree in the order of a heap: node i has the children 2 i + 1 and 2 i + 2.
struct Tree {
    splits: Vec<Option<Split>>,
    leaves: Vec<f64>,
}

#[derive(Clone, Copy)]
struct Split {
    column: usize,
    /// Codes up to this one go left.
    code: u8,
    gain: f64,
}

/// Sums of first and second derivatives, and rows.
type Sums = [f64; 3];

/// Leaves shrink towards 0 as if they held this much more.
const RIDGE: f64 = 1.0;

/// Scores every row by trees that were grown without its group.
///
/// # Method
///
/// Gradient boosting of the logistic loss with second derivatives: Friedman, J. H. (2001), Greedy function approximation:
/// a gradient boosting machine, Ann. Statist. 29(5); gains and leaves by equations 5 and 7 of Chen, T. and Guestrin, C.
/// (2016), XGBoost: a scalable tree boosting system, KDD, with λ = 1 and γ = 0. Folds follow from the hash of the group. No
/// chance enters, and sums are taken in the order of the rows.
///
/// # Errors
///
/// [`Error::LengthMismatch`] when lengths differ, [`Error::Empty`] without rows or columns.
///
/// # Cost
///
/// O(rows × columns × depth × rounds × folds) time, O(columns × 2^depth) memory beside the codes.
///
/// # Example
///
/// ```
/// use synth_stats::boost::{BoostConfig, Coded, auc, told_apart};
///
/// let labels: Vec<bool> = (0..400).map(|row| row % 2 == 1).collect();
/// let column = labels.iter().map(|label| u8::from(*label)).collect();
/// let coded = Coded { columns: vec![column], labels: labels.clone(), groups: (0..400).collect() };
/// let config = BoostConfig { n_rounds: 5, depth: 2, rate: 0.3, min_rows: 5.0, n_folds: 4 };
/// assert!(auc(&told_apart(&coded, config)?.scores, &labels) > 0.99);
/// # Ok::<(), synth_stats::Error>(())
/// ```
pub fn told_apart(coded: &Coded, config: BoostConfig) -> Result<Told, Error> {
    let n_rows = coded.labels.len();
    if n_rows == 0 || coded.columns.is_empty() {
        return Err(Error::Empty);
    }
    let lengths = coded.columns.iter().map(Vec::len).chain([coded.groups.len()]);
    if let Some(other) = lengths.into_iter().find(|length| *length != n_rows) {
        return Err(Error::LengthMismatch { left: n_rows, right: other });
    }
    let fold_of: Vec<u64> = coded.groups.iter().map(|group| mix(group + 1) % config.n_folds.max(2)).collect();
    let mut told = Told { scores: vec![0.0; n_rows], gains: vec![0.0; coded.columns.len()] };
    for fold in 0..config.n_folds.max(2) {
        let is_known: Vec<bool> = fold_of.iter().map(|own| *own != fold).collect();
        let scores = grow_all(coded, &is_known, config, &mut told.gains);
        for (row, score) in scores.into_iter().enumerate().filter(|(row, _)| !is_known[*row]) {
            told.scores[row] = score;
        }
    }
    let total: f64 = told.gains.iter().sum();
    if total > 0.0 {
        told.gains.iter_mut().for_each(|gain| *gain /= total);
    }
    Ok(told)
}

/// Grows the trees on the known rows and returns the scores of all.
fn grow_all(coded: &Coded, is_known: &[bool], config: BoostConfig, gains: &mut [f64]) -> Vec<f64> {
    let count = |label: bool| {
        coded.labels.iter().zip(is_known).filter(|(own, known)| **known && **own == label).count() as f64
    };
    let start = math::ln((count(true) + 1.0) / (count(false) + 1.0));
    let mut scores = vec![start; is_known.len()];
    for _ in 0..config.n_rounds {
        let slopes: Vec<Sums> = scores
            .iter()
            .zip(&coded.labels)
            .map(|(score, label)| {
                let chance = 1.0 / (1.0 + math::exp(-score));
                [chance - f64::from(u8::from(*label)), chance * (1.0 - chance), 1.0]
            })
            .collect();
        let tree = Tree::grow(coded, is_known, &slopes, config);
        for split in tree.splits.iter().flatten() {
            gains[split.column] += split.gain;
        }
        for (row, score) in scores.iter_mut().enumerate() {
            *score += config.rate * tree.leaves[tree.leaf(coded, row)];
        }
    }
    scores
}

impl Tree {
    fn grow(coded: &Coded, is_known: &[bool], slopes: &[Sums], config: BoostConfig) -> Self {
        let n_inner = (1 << config.depth) - 1;
        let mut splits: Vec<Option<Split>> = vec![None; n_inner];
        let mut node_of: Vec<usize> = vec![0; slopes.len()];
        for depth in 0..config.depth {
            let (first, n_nodes) = ((1 << depth) - 1, 1 << depth);
            let mut best: Vec<Option<Split>> = vec![None; n_nodes];
            for (column, codes) in coded.columns.iter().enumerate() {
                let mut sums = vec![[[0.0; 3]; N_CODES]; n_nodes];
                for (row, code) in codes.iter().enumerate().filter(|(row, _)| is_known[*row]) {
                    let node = node_of[row];
                    if node >= first {
                        add(&mut sums[node - first][usize::from(*code) % N_CODES], slopes[row]);
                    }
                }
                for (node, sums) in sums.iter().enumerate() {
                    let found = best_split(column, sums, config.min_rows);
                    let gain = |split: Option<Split>| split.map_or(0.0, |split| split.gain);
                    if gain(found) > gain(best[node]) {
                        best[node] = found;
                    }
                }
            }
            splits[first..first + n_nodes].copy_from_slice(&best);
            for (row, node) in node_of.iter_mut().enumerate().filter(|(_, node)| **node >= first) {
                if let Some(split) = splits[*node] {
                    *node = child(*node, split, coded, row);
                }
            }
        }
        let mut sums = vec![[0.0; 3]; 2 * n_inner + 1];
        for (row, node) in node_of.iter().enumerate().filter(|(row, _)| is_known[*row]) {
            add(&mut sums[*node], slopes[row]);
        }
        Self { splits, leaves: sums.iter().map(|sums| -sums[0] / (sums[1] + RIDGE)).collect() }
    }

    fn leaf(&self, coded: &Coded, row: usize) -> usize {
        let mut node = 0;
        while let Some(Some(split)) = self.splits.get(node) {
            node = child(node, *split, coded, row);
        }
        node
    }
}

fn child(node: usize, split: Split, coded: &Coded, row: usize) -> usize {
    2 * node + if coded.columns[split.column][row] <= split.code { 1 } else { 2 }
}

fn add(sums: &mut Sums, more: Sums) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

fn best_split(column: usize, sums: &[Sums; N_CODES], min_rows: f64) -> Option<Split> {
    let mut whole = [0.0; 3];
    sums.iter().for_each(|own| add(&mut whole, *own));
    let score = |sums: Sums| sums[0] * sums[0] / (sums[1] + RIDGE);
    let mut left = [0.0; 3];
    let mut best: Option<Split> = None;
    for (code, own) in (0_u8..).zip(&sums[..N_CODES - 1]) {
        if own[2] <= 0.0 {
            continue;
        }
        add(&mut left, *own);
        let right = [whole[0] - left[0], whole[1] - left[1], whole[2] - left[2]];
        if left[2] < min_rows || right[2] < min_rows {
            continue;
        }
        let gain = (score(left) + score(right) - score(whole)) / 2.0;
        if gain > best.map_or(1e-9, |best| best.gain) {
            best = Some(Split { column, code, gain });
        }
    }
    best
}

/// Area under the curve: the chance that a row of the second kind has a larger score than one of the first; ties count
/// half. 0.5 when one kind is missing.
///
/// # Method
///
/// Mann–Whitney: Hanley, J. A. and McNeil, B. J. (1982), The meaning and use of the area under a receiver operating
/// characteristic curve, Radiology 143(1).
///
/// # Cost
///
/// O(n log n).
///
/// # Example
///
/// ```
/// assert_eq!(synth_stats::boost::auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), 0.75);
/// ```
#[must_use]
pub fn auc(scores: &[f64], labels: &[bool]) -> f64 {
    let order = sorted(scores);
    area(scores, labels, &order, |_| 1.0)
}

fn sorted(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    order
}

fn area(scores: &[f64], labels: &[bool], order: &[usize], weight: impl Fn(usize) -> f64) -> f64 {
    let (mut below, mut n_second, mut sum) = (0.0, 0.0, 0.0);
    for ties in order.chunk_by(|a, b| scores[*a] >= scores[*b]) {
        let of = |label: bool| {
            ties.iter().filter(|row| labels[**row] == label).map(|row| weight(*row)).sum::<f64>()
        };
        let (first, second) = (of(false), of(true));
        sum += second * (below + first / 2.0);
        below += first;
        n_second += second;
    }
    if below > 0.0 && n_second > 0.0 { sum / (below * n_second) } else { 0.5 }
}

/// The interval in which the area lies in 95 of 100 samples drawn anew from the rows.
///
/// # Method
///
/// Percentile bootstrap with `n_draws` draws: Efron, B. (1979), Bootstrap methods: another look at the jackknife, Ann.
/// Statist. 7(1). How often a row is drawn is Poisson with mean 1, from a hash of draw and group, so that the rows of one
/// group are drawn together; the draws are the same each time.
///
/// # Cost
///
/// O(n log n + n `n_draws`).
#[must_use]
pub fn auc_interval(scores: &[f64], labels: &[bool], groups: &[u64], n_draws: u64) -> (f64, f64) {
    let order = sorted(scores);
    let mut areas: Vec<f64> = (0..n_draws.max(1))
        .map(|draw| {
            let weights: Vec<f64> = groups.iter().map(|group| poisson(combine(draw + 1, *group))).collect();
            area(scores, labels, &order, |row| weights[row])
        })
        .collect();
    areas.sort_by(f64::total_cmp);
    let at = |share: f64| areas[synth_core::cast::floor_to_usize(share * (areas.len() - 1) as f64)];
    (at(0.025), at(0.975))
}

/// A Poisson number of mean 1 from a hash.
fn poisson(hash: u64) -> f64 {
    let uniform = (mix(hash) >> 11) as f64 / (1_u64 << 53) as f64;
    let (mut n, mut chance) = (0.0, math::exp(-1.0));
    let mut below = chance;
    while uniform >= below && n < 12.0 {
        n += 1.0;
        chance /= n;
        below += chance;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: BoostConfig = BoostConfig { n_rounds: 40, depth: 3, rate: 0.2, min_rows: 10.0, n_folds: 3 };

    fn draw(row: u64, salt: u64, n: u64) -> u8 {
        u8::try_from(mix(combine(row, salt)) % n).unwrap()
    }

    fn coded(label: impl Fn(u64, &[u8]) -> bool) -> Coded {
        let n = 2000;
        let columns: Vec<Vec<u8>> =
            (0..4).map(|salt| (0..n).map(|row| draw(row, salt, 16)).collect()).collect();
        let labels = (0..n)
            .map(|row| {
                let at = usize::try_from(row).unwrap();
                label(row, &columns.iter().map(|column| column[at]).collect::<Vec<u8>>())
            })
            .collect();
        Coded { columns, labels, groups: (0..n).collect() }
    }

    /// Catches scores by trees that have seen the row: of labels by chance nothing can be learned.
    #[test]
    fn chance_cannot_be_told_apart() {
        let data = coded(|row, _| draw(row, 9, 2) == 1);
        let told = told_apart(&data, CONFIG).unwrap();
        let area = auc(&told.scores, &data.labels);
        assert!((0.45..0.55).contains(&area), "{area}");
        let (low, high) = auc_interval(&told.scores, &data.labels, &data.groups, 200);
        assert!(low < 0.5 && high > 0.5 && high - low < 0.08, "{low} {high}");
    }

    /// Catches trees of one split: neither column tells anything by itself.
    #[test]
    fn columns_are_looked_at_together() {
        let data = coded(|row, codes| ((codes[0] < 8) == (codes[2] < 8)) ^ (draw(row, 8, 10) == 0));
        let told = told_apart(&data, BoostConfig { depth: 4, ..CONFIG }).unwrap();
        let area = auc(&told.scores, &data.labels);
        assert!(area > 0.85, "{area}");
        assert!(told.gains[0] + told.gains[2] > 0.8, "{:?}", told.gains);
    }

    /// Catches folds that split groups: rows of a group are all alike, and groups have labels by chance.
    #[test]
    fn groups_stay_together() {
        let mut data = coded(|row, _| draw(row / 20, 5, 2) == 1);
        data.groups = (0..2000).map(|row| row / 20).collect();
        data.columns =
            (0..4).map(|salt| (0..2000).map(|row| draw(row / 20, salt + 50, 60)).collect()).collect();
        let told = told_apart(&data, CONFIG).unwrap();
        let area = auc(&told.scores, &data.labels);
        assert!(area < 0.65, "{area}");
    }

    #[test]
    fn shapes_are_checked() {
        let data = Coded { columns: vec![vec![0]], labels: vec![true, false], groups: vec![0, 1] };
        assert_eq!(told_apart(&data, CONFIG).unwrap_err(), Error::LengthMismatch { left: 2, right: 1 });
        let none = Coded { columns: Vec::new(), labels: vec![true], groups: vec![0] };
        assert_eq!(told_apart(&none, CONFIG).unwrap_err(), Error::Empty);
    }
}
