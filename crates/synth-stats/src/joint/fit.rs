//! From codes to one tree.

use synth_core::math;

use super::codes::CodeColumn;
use super::group::Grouping;
use super::grow::{Grower, Grown};
use super::held_out::{Candidate, leaf};
use super::prune::pruned;
use super::tree::{Node, Tree};

/// Weights of the node above that are tried, in rows.
const BACKOFFS: [f64; 3] = [0.5, 4.0, 32.0];
/// Trees are tried whose splits lie so many standard deviations above chance.
const SIGMAS: [f64; 4] = [1.0, 2.0, 3.0, 5.0];
/// Share of the likeliest choice's gain that is enough.
const KEPT_GAIN: f64 = 0.5;
/// Groups of the field's codes that held-out rows are judged by.
const JUDGED_GROUPS: usize = 16;
/// Rows that features are screened on.
const SCREENED_ROWS: usize = 8192;
/// Counts whose products with their logarithms are kept while features are screened; most counts are small.
const KNOWN_COUNTS: u32 = 1024;
/// Groups of codes that features are screened with.
const SCREENED_GROUPS: usize = 12;

/// How a tree is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FitConfig {
    /// Fewest rows of a leaf.
    pub min_leaf: usize,
    /// Rows times features that may be visited.
    pub budget: u64,
}

/// A tree and how well it predicts rows that it did not grow from.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The tree, with the counts of all rows.
    pub tree: Tree,
    /// Mean log-likelihood of the held-out rows under the tree, in nats, by groups of codes.
    pub achieved: f64,
    /// The same under the field's own distribution alone.
    pub floor: f64,
}

/// Fits the tree of one field.
///
/// # Shapes and units
///
/// `target` and `features` have one code for each of the same rows, `is_held_out` one flag for each. Rows that hang
/// together, such as elements of one record, should be held out together. Features are numbered as they stand.
///
/// # Method
///
/// A tree grows from the rows that are not held out (see `grow`) as far as leaves of `min_leaf` rows allow. Smaller trees
/// are those without the splits that are little better than chance. Each is tried with three strengths of backing-off.
/// The likeliest choice for held-out rows would smooth too much for data that are made by it: what a smooth tree gets
/// wrong is the same in all rows and easily seen, what a close one gets wrong is noise. So of all choices the closest is
/// kept that has half of what the likeliest gains; if none gains anything, no split stays. Rows are judged by up to 16
/// groups of the field's codes: a likelihood of single codes says how well a leaf of a few dozen rows estimates each of a
/// hundred, and would leave no split to fields of many values. The counts of the leaves are then those of all rows, so a
/// leaf stands for at least `min_leaf` of them.
///
/// # Cost
///
/// At most `budget` visits of a row for a feature, and 4 bytes for each node and code.
///
/// # Example
///
/// ```
/// use synth_stats::joint::{CodeColumn, CodeOrder, FitConfig, Sampler, fit_tree};
///
/// let column = |codes| CodeColumn { codes, n_codes: 2, order: CodeOrder::Nominal };
/// let feature = column((0..1000).map(|row| row % 2).collect());
/// let is_held_out: Vec<bool> = (0..1000).map(|row| row % 10 < 2).collect();
/// let config = FitConfig { min_leaf: 20, budget: 1 << 20 };
/// let fitted = fit_tree(&feature.clone(), &[&feature], &is_held_out, config);
/// let sampler = Sampler::new(&fitted.tree, 2)?;
/// let probability = |code| sampler.probability(sampler.leaf(|_| code), code);
/// assert!(probability(0) > 0.99 && probability(1) > 0.99);
/// assert!(fitted.achieved > fitted.floor);
/// # Ok::<(), synth_stats::joint::BadTree>(())
/// ```
#[must_use]
pub fn fit_tree(
    target: &CodeColumn,
    features: &[&CodeColumn],
    is_held_out: &[bool],
    config: FitConfig,
) -> Fitted {
    let n_rows = u32::try_from(target.codes.len()).unwrap_or(u32::MAX);
    let (held_out, mut rows): (Vec<u32>, Vec<u32>) = (0..n_rows).partition(|row| is_held_out[*row as usize]);
    let mut grower = Grower::new(target, features, &rows, (config.min_leaf, config.budget));
    grower.grow(&mut rows, None, 0);
    let judged = coarse(target, &rows);
    let floor = Candidate::new(&grower.nodes, &judged, features, &rows).floor(&held_out);
    let choices = choices(&grower.nodes, |nodes| {
        let candidate = Candidate::new(nodes, &judged, features, &rows);
        BACKOFFS.map(|backoff| candidate.log_likelihood(&held_out, backoff))
    });
    let most = choices.iter().map(|choice| choice.achieved).fold(floor, f64::max);
    let enough = floor + KEPT_GAIN * (most - floor);
    let is_enough = |choice: &Choice| choice.achieved > floor && choice.achieved >= enough;
    let chosen = choices.into_iter().find(is_enough).unwrap_or_else(|| Choice {
        nodes: pruned(&grower.nodes, f64::INFINITY),
        backoff: 0.0,
        achieved: floor,
    });
    let mean = |sum: f64| if held_out.is_empty() { 0.0 } else { sum / held_out.len() as f64 };
    Fitted {
        achieved: mean(chosen.achieved),
        floor: mean(floor),
        tree: Tree { nodes: counted(&chosen.nodes, target, features), backoff: chosen.backoff },
    }
}

/// A tree with a strength of backing-off, and the log-likelihood of the held-out rows under them.
struct Choice {
    nodes: Vec<Grown>,
    backoff: f64,
    achieved: f64,
}

/// All choices, from the one that follows its rows most closely to the one that smooths most.
fn choices(grown: &[Grown], log_likelihoods: impl Fn(&[Grown]) -> [f64; BACKOFFS.len()]) -> Vec<Choice> {
    let mut choices = Vec::new();
    for nodes in SIGMAS.map(|sigmas| pruned(grown, sigmas)) {
        let achieved = log_likelihoods(&nodes);
        let choice = |(achieved, backoff)| Choice { nodes: nodes.clone(), backoff, achieved };
        choices.extend(achieved.into_iter().zip(BACKOFFS).map(choice));
    }
    choices
}

/// A field with few groups for codes.
fn coarse(target: &CodeColumn, rows: &[u32]) -> CodeColumn {
    let grouping = Grouping::of(target, &target.counts(rows.iter().copied()), JUDGED_GROUPS);
    let codes = target.codes.iter().map(|code| grouping.group_of[usize::from(*code)]).collect();
    CodeColumn { codes, n_codes: u16::try_from(grouping.n_groups).unwrap_or(u16::MAX), order: target.order }
}

/// The nodes with the counts of all rows in the leaves.
fn counted(nodes: &[Grown], target: &CodeColumn, features: &[&CodeColumn]) -> Vec<Node> {
    let mut counts = vec![vec![0_u32; usize::from(target.n_codes)]; nodes.len()];
    for (row, code) in (0..).zip(&target.codes) {
        counts[leaf(nodes, features, row)][usize::from(*code)] += 1;
    }
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    nodes
        .iter()
        .zip(counts)
        .map(|(node, counts)| match &node.split {
            Some(split) => Node::Split {
                feature: u16::try_from(split.feature).unwrap_or(u16::MAX),
                split: split.split.clone(),
                then: number(split.then),
                otherwise: number(split.otherwise),
            },
            None => Node::Leaf((0..).zip(counts).filter(|(_, count)| *count > 0).collect()),
        })
        .collect()
}

/// Returns the `n_wanted` features that say most of a field, in their own order.
///
/// # Method
///
/// Mutual information of coarse codes on evenly spaced rows, less its mean under independence, (groups - 1) (groups - 1)
/// / 2n (Miller 1955, Note on the bias of information estimates). Features that say no more than chance are left out.
///
/// # Cost
///
/// 8192 rows a feature.
#[must_use]
pub fn screened(target: &CodeColumn, features: &[&CodeColumn], n_wanted: usize) -> Vec<usize> {
    let step = target.codes.len().div_ceil(SCREENED_ROWS).max(1);
    let rows = || (0..).take(target.codes.len()).step_by(step);
    let grouping = Grouping::of(target, &target.counts(rows()), SCREENED_GROUPS);
    let group = |code: &u16| usize::from(grouping.group_of[usize::from(*code)]);
    let goal: Vec<usize> = target.codes.iter().step_by(step).map(group).collect();
    let entropies: Vec<f64> = (0..KNOWN_COUNTS).map(entropy).collect();
    let information = |feature: &CodeColumn| {
        let table = Table::of(&goal, grouping.n_groups, (feature, step));
        table.information(|count| entropies.get(count as usize).copied().unwrap_or_else(|| entropy(count)))
    };
    let mut scored: Vec<(f64, usize)> = features
        .iter()
        .enumerate()
        .map(|(at, feature)| (information(feature), at))
        .filter(|(information, _)| *information > 0.0)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<usize> = scored.into_iter().take(n_wanted).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    chosen
}

/// A count times its logarithm.
fn entropy(count: u32) -> f64 {
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
        let Grouping { group_of, n_groups: n_right } = Grouping::of(feature, &of_codes, SCREENED_GROUPS);
        let mut counts = vec![0_u32; n_left * n_right];
        for (groups, row) in counts.chunks_exact_mut(n_right.max(1)).zip(by_code.chunks_exact(n_codes.max(1)))
        {
            row.iter().zip(&group_of).for_each(|(count, group)| groups[usize::from(*group)] += count);
        }
        Self { counts, n_left, n_right }
    }

    /// Mutual information of the two in nats, less what chance gives; `entropy` is a count times its logarithm.
    fn information(&self, entropy: impl Fn(u32) -> f64) -> f64 {
        let Self { counts, n_left, n_right } = self;
        let row = |at: usize| counts[at * n_right..(at + 1) * n_right].iter().sum();
        let column = |at: usize| (0..*n_left).map(|row| counts[row * n_right + at]).sum();
        let (rows, columns): (Vec<u32>, Vec<u32>) =
            ((0..*n_left).map(row).collect(), (0..*n_right).map(column).collect());
        let used = |sums: &[u32]| sums.iter().filter(|sum| **sum > 0).count() as f64;
        let sum = |counts: &[u32]| counts.iter().map(|count| entropy(*count)).sum::<f64>();
        let n: u32 = rows.iter().sum();
        let chance = (used(&rows) - 1.0) * (used(&columns) - 1.0) / 2.0;
        (sum(counts) - sum(&rows) - sum(&columns) + entropy(n) - chance) / f64::from(n).max(1.0)
    }
}
