//! From codes to one tree.

use super::codes::CodeColumn;
use super::group::Grouping;
use super::grow::{Grower, Grown};
use super::held_out::{Candidate, leaf};
use super::prune::pruned;
use super::tree::{Node, Tree};

/// Weights of the node above that are tried, in rows.
const BACKOFFS: [f64; 3] = [0.5, 4.0, 32.0];
/// Trees are tried whose splits lie so many standard deviations above chance; those of the first are close enough to be kept.
const SIGMAS: [f64; 6] = [1.0, 2.0, 3.0, 5.0, 8.0, 12.0];
const N_CLOSE: usize = 4 * BACKOFFS.len();
/// Share of the likeliest choice's gain that is enough.
const KEPT_GAIN: f64 = 0.5;
/// Groups of the field's codes that held-out rows are judged by.
const JUDGED_GROUPS: usize = 16;

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
    /// The same under the likeliest of all trees and smoothings that were tried.
    pub likeliest: f64,
    /// The same under the field's own distribution alone.
    pub floor: f64,
    /// What the tree gains over that for the rows that it grew from; what this has more than the gain for held-out rows was learned
    /// by heart.
    pub gain_seen: f64,
    /// Rows whose node was not split any more because the budget was used up.
    pub n_unsplit: u64,
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
/// `gain_seen` less `achieved - floor` is the optimism of the tree (Efron 1986, J. Am. Stat. Assoc. 81(394)), and bounds what an attacker
/// may tell of who was in the sample (Yeom et al. 2018, Privacy risk in machine learning, CSF).
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
    grower.grow(&mut rows);
    let judged = coarse(target, &rows);
    let floor = Candidate::new(&grower.nodes, &judged, features, &rows).floor(&held_out);
    let choices = choices(&grower.nodes, |nodes| {
        let candidate = Candidate::new(nodes, &judged, features, &rows);
        BACKOFFS.map(|backoff| candidate.log_likelihood(&held_out, backoff))
    });
    let most = |choices: &[Choice]| choices.iter().map(|choice| choice.achieved).fold(floor, f64::max);
    let likeliest = most(&choices);
    let most = most(&choices[..N_CLOSE]);
    let enough = floor + KEPT_GAIN * (most - floor);
    let is_enough = |choice: &Choice| choice.achieved > floor && choice.achieved >= enough;
    let chosen = choices.into_iter().take(N_CLOSE).find(is_enough).unwrap_or_else(|| Choice {
        nodes: pruned(&grower.nodes, f64::INFINITY),
        backoff: 0.0,
        achieved: floor,
    });
    let mean = |sum: f64| if held_out.is_empty() { 0.0 } else { sum / held_out.len() as f64 };
    let seen = Candidate::new(&chosen.nodes, &judged, features, &rows);
    let gain_seen = seen.log_likelihood(&rows, chosen.backoff) - seen.floor(&rows);
    Fitted {
        gain_seen: if rows.is_empty() { 0.0 } else { gain_seen / rows.len() as f64 },
        achieved: mean(chosen.achieved),
        likeliest: mean(likeliest),
        n_unsplit: grower.n_unsplit,
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
pub(super) fn coarse(target: &CodeColumn, rows: &[u32]) -> CodeColumn {
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
