//! Splits are taken back where rows that were held out do not bear them out.

use synth_core::math;

use super::codes::CodeColumn;
use super::grow::Grown;

/// A grown tree with its rows, before splits are taken back.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    nodes: &'a [Grown],
    features: &'a [&'a CodeColumn],
    target: &'a CodeColumn,
    /// Rows below each node, by code.
    counts: Vec<Vec<u32>>,
}

/// How well a tree predicts rows that it was not grown from.
#[derive(Debug, Clone)]
pub(super) struct Pruned {
    /// Nodes whose split stays.
    pub(super) is_kept: Vec<bool>,
    /// Log-likelihood of the held-out rows.
    pub(super) log_likelihood: f64,
    /// The same without any split.
    pub(super) floor: f64,
}

impl<'a> Candidate<'a> {
    /// Sends the rows that a tree grew from through it.
    pub(super) fn new(
        nodes: &'a [Grown],
        target: &'a CodeColumn,
        features: &'a [&'a CodeColumn],
        rows: &[u32],
    ) -> Self {
        let mut counts = vec![vec![0; usize::from(target.n_codes)]; nodes.len()];
        for row in rows {
            let code = usize::from(target.codes[*row as usize]);
            counts[leaf(nodes, features, *row)][code] += 1;
        }
        for at in (1..nodes.len()).rev() {
            if let Some(parent) = nodes[at].parent {
                let (above, below) = counts.split_at_mut(at);
                above[parent].iter_mut().zip(&below[0]).for_each(|(sum, count)| *sum += count);
            }
        }
        Self { nodes, features, target, counts }
    }

    /// Takes back every split below which held-out rows are no likelier than without it.
    ///
    /// # Method
    ///
    /// Reduced-error pruning (Quinlan 1987, Simplifying decision trees, Int. J. Man-Mach. Stud. 27) with the
    /// likelihood under the backed-off distributions in place of the error. The root is backed off by one row that is
    /// spread evenly over all codes, so that codes it has not seen have a probability.
    pub(super) fn prune(&self, held_out: &[u32], backoff: f64) -> Pruned {
        let totals: Vec<f64> =
            self.counts.iter().map(|counts| counts.iter().map(|count| f64::from(*count)).sum()).collect();
        let even = 1.0 / f64::from(self.target.n_codes);
        let mut own = vec![0.0; self.nodes.len()];
        for row in held_out {
            let code = usize::from(self.target.codes[*row as usize]);
            let (mut at, mut probability, mut weight) = (0, even, 1.0);
            loop {
                let count = f64::from(self.counts[at][code]);
                probability = (count + weight * probability) / (totals[at] + weight);
                weight = backoff;
                own[at] += math::ln(probability);
                match next(self.nodes, self.features, at, *row) {
                    Some(child) => at = child,
                    None => break,
                }
            }
        }
        let slack: f64 = std::env::var("SLACK").map_or(0.0, |t| t.parse().unwrap());
        let mut is_kept = vec![false; self.nodes.len()];
        let mut best = own.clone();
        for at in (0..self.nodes.len()).rev() {
            if let Some(split) = &self.nodes[at].split {
                let below = best[split.then] + best[split.otherwise];
                is_kept[at] = below > own[at] - slack;
                best[at] = if is_kept[at] { below } else { own[at] };
            }
        }
        Pruned { is_kept, log_likelihood: best[0], floor: own[0] }
    }
}

/// The child of a node that a row goes to.
fn next(nodes: &[Grown], features: &[&CodeColumn], at: usize, row: u32) -> Option<usize> {
    let split = nodes[at].split.as_ref()?;
    let goes_first = split.split.takes(features[split.feature].codes[row as usize]);
    Some(if goes_first { split.then } else { split.otherwise })
}

/// The node that a row ends in.
pub(super) fn leaf(nodes: &[Grown], features: &[&CodeColumn], row: u32) -> usize {
    std::iter::successors(Some(0), |at| next(nodes, features, *at, row)).last().unwrap_or(0)
}
