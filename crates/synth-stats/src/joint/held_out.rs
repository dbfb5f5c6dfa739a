//! How well a grown tree predicts rows that it did not grow from.

use synth_core::math;

use super::codes::CodeColumn;
use super::grow::Grown;

/// A grown tree with its rows.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    nodes: &'a [Grown],
    features: &'a [&'a CodeColumn],
    target: &'a CodeColumn,
    /// Rows below each node, by code.
    counts: Vec<Vec<u32>>,
    totals: Vec<f64>,
}

impl<'a> Candidate<'a> {
    /// Sends the rows that a tree grew from through it.
    pub(super) fn new(
        nodes: &'a [Grown],
        target: &'a CodeColumn,
        features: &'a [&'a CodeColumn],
        rows: &[u32],
    ) -> Self {
        let mut counts = vec![vec![0_u32; usize::from(target.n_codes)]; nodes.len()];
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
        let total = |counts: &Vec<u32>| counts.iter().map(|count| f64::from(*count)).sum();
        let totals = counts.iter().map(total).collect();
        Self { nodes, features, target, counts, totals }
    }

    /// Returns the log-likelihood of rows under the backed-off distributions of their leaves.
    ///
    /// The root is backed off by one row that is spread evenly over all codes, so that codes it has not seen have a
    /// probability.
    pub(super) fn log_likelihood(&self, rows: &[u32], backoff: f64) -> f64 {
        rows.iter().map(|row| math::ln(self.probability(*row, backoff))).sum()
    }

    /// Returns the same with the root alone.
    pub(super) fn floor(&self, rows: &[u32]) -> f64 {
        let probability = |row: &u32| self.smoothed(0, *row, 1.0, self.even());
        rows.iter().map(|row| math::ln(probability(row))).sum()
    }

    fn probability(&self, row: u32, backoff: f64) -> f64 {
        let (mut at, mut probability, mut weight) = (0, self.even(), 1.0);
        loop {
            probability = self.smoothed(at, row, weight, probability);
            weight = backoff;
            match next(self.nodes, self.features, at, row) {
                Some(child) => at = child,
                None => return probability,
            }
        }
    }

    /// The probability of a row's code in a node, with so many rows of what stands above.
    fn smoothed(&self, node: usize, row: u32, weight: f64, above: f64) -> f64 {
        let count = f64::from(self.counts[node][usize::from(self.target.codes[row as usize])]);
        (count + weight * above) / (self.totals[node] + weight)
    }

    fn even(&self) -> f64 {
        1.0 / f64::from(self.target.n_codes)
    }
}

/// The child of a node that a row goes to.
fn next(nodes: &[Grown], features: &[&CodeColumn], at: usize, row: u32) -> Option<usize> {
    let split = nodes[at].split.as_ref()?;
    let goes_first = split.split.takes(features[split.feature].codes[row as usize]);
    Some(if goes_first { split.then } else { split.otherwise })
}

/// Returns the node that a row ends in.
pub(super) fn leaf(nodes: &[Grown], features: &[&CodeColumn], row: u32) -> usize {
    std::iter::successors(Some(0), |at| next(nodes, features, *at, row)).last().unwrap_or(0)
}
