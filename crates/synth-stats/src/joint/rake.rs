//! Weights of codes that bring a model back to the marginal distribution that it was fitted to.

use super::tree::Sampler;

/// Rounds of proportional fitting.
const ROUNDS: usize = 40;
/// Largest factor by which a code is made more or less likely in one leaf.
const MOST: f64 = 8.0;
/// Distributions whose total variation is smaller are the same.
const SAME: f64 = 0.01;

/// Finds weights for the codes of a field so that it keeps its marginal distribution where rows come to the leaves of its tree
/// in other proportions than those it was fitted to; `None` when they come as they did.
///
/// # Shapes and units
///
/// `rows` says how many rows come to each leaf; leaves without rows may be left out. The result has a weight for each of
/// `n_codes` codes, for [`Sampler::reweighed`]; unitless, from 1/8 to 8.
///
/// # Method
///
/// Of all ways to draw with this marginal distribution and these proportions, the one nearest to the model in relative entropy
/// multiplies each probability by a factor of its code and one of its leaf (Csiszár 1975, I-divergence geometry of
/// probability distributions, Ann. Probab. 3(1)). The factors are found by iterative proportional fitting (Deming and Stephan
/// 1940, Ann. Math. Stat. 11(4)): in turn each leaf is brought to its rows, and each code to its share. Factors are kept within
/// bounds, so that what a leaf says for certain stays so; then the marginal distribution is only nearly met. Distributions less than
/// 0.01 apart in total variation count as the same, so that no weights follow chance.
///
/// # Cost
///
/// 40 visits of every leaf and code.
///
/// # Example
///
/// Half of the rows should have each code. Three of four rows come to the leaf of the first:
///
/// ```
/// use synth_stats::joint::{Node, Sampler, Split, Tree, raking_weights};
///
/// let split = Node::Split { feature: 0, split: Split::Below(1), then: 1, otherwise: 2 };
/// let leaf = |a, b| Node::Leaf(vec![(0, a), (1, b)]);
/// let tree = Tree { nodes: vec![split, leaf(75, 25), leaf(25, 75)], backoff: 0.0 };
/// let sampler = Sampler::new(&tree, 2)?;
/// let weights = raking_weights(&sampler, 2, &[(1, 75.0), (2, 25.0)]).expect("they come otherwise");
/// let raked = sampler.reweighed(&weights);
/// let share = 0.75 * raked.probability(1, 0) + 0.25 * raked.probability(2, 0);
/// assert!((share - 0.5).abs() < 1e-4);
/// assert_eq!(raking_weights(&sampler, 2, &[(1, 50.0), (2, 50.0)]), None);
/// # Ok::<(), synth_stats::joint::BadTree>(())
/// ```
#[must_use]
pub fn raking_weights(sampler: &Sampler, n_codes: u16, rows: &[(usize, f64)]) -> Option<Vec<f64>> {
    let total: f64 = rows.iter().map(|(_, n)| n).sum();
    let wanted = sampler.shares();
    if total <= 0.0 {
        return None;
    }
    let probabilities: Vec<(f64, Vec<f64>)> = rows
        .iter()
        .map(|(leaf, n)| {
            (n / total, wanted.iter().map(|(code, _)| sampler.probability(*leaf, *code)).collect())
        })
        .collect();
    let mut weights = vec![1.0; wanted.len()];
    for round in 0..ROUNDS {
        let made = shares(&probabilities, &weights);
        let apart: f64 = made.iter().zip(&wanted).map(|(made, (_, wanted))| (made - wanted).abs()).sum();
        if round == 0 && apart / 2.0 < SAME {
            return None;
        }
        for ((weight, made), (_, wanted)) in weights.iter_mut().zip(&made).zip(&wanted) {
            if *made > 0.0 {
                *weight = (*weight * wanted / made).clamp(1.0 / MOST, MOST);
            }
        }
    }
    let mut all = vec![1.0; usize::from(n_codes)];
    for ((code, _), weight) in wanted.iter().zip(weights) {
        all[usize::from(*code)] = weight;
    }
    Some(all)
}

/// The share of each code in all leaves together.
fn shares(leaves: &[(f64, Vec<f64>)], weights: &[f64]) -> Vec<f64> {
    let mut shares = vec![0.0; weights.len()];
    for (share, probabilities) in leaves {
        let all: f64 = probabilities.iter().zip(weights).map(|(p, weight)| p * weight).sum();
        if all > 0.0 {
            let scale = share / all;
            for ((sum, p), weight) in shares.iter_mut().zip(probabilities).zip(weights) {
                *sum += scale * p * weight;
            }
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::super::{Node, Split, Tree};
    use super::*;

    fn two_leaves(first: &[(u16, u32)], second: &[(u16, u32)], backoff: f64) -> Sampler {
        let split = Node::Split { feature: 0, split: Split::Below(1), then: 1, otherwise: 2 };
        let nodes = vec![split, Node::Leaf(first.to_vec()), Node::Leaf(second.to_vec())];
        Sampler::new(&Tree { nodes, backoff }, 4).unwrap()
    }

    /// The odds of two codes in one leaf against those in the other stay: that is what makes it the nearest distribution. Catches
    /// leaves that are mixed with the marginal distribution instead, and weights that leave out what is backed off.
    #[test]
    fn the_marginal_is_met_and_the_odds_ratio_stays() {
        for backoff in [0.0, 4.0, 32.0] {
            let sampler = two_leaves(&[(0, 60), (1, 30), (3, 10)], &[(0, 10), (1, 50), (3, 40)], backoff);
            let rows = [(1, 900.0), (2, 100.0)];
            let raked = sampler.reweighed(&raking_weights(&sampler, 4, &rows).unwrap());
            for (code, wanted) in sampler.shares() {
                let share = 0.9 * raked.probability(1, code) + 0.1 * raked.probability(2, code);
                assert!((share - wanted).abs() < 1e-3, "{share} {wanted}");
            }
            let ratio = |sampler: &Sampler| {
                let p = |leaf, code| sampler.probability(leaf, code);
                p(1, 0) * p(2, 3) / (p(1, 3) * p(2, 0))
            };
            assert!((ratio(&raked) / ratio(&sampler) - 1.0).abs() < 1e-3);
        }
    }

    /// Catches weights that grow without end where no row can have a code.
    #[test]
    fn what_no_leaf_makes_stays_unmade() {
        let sampler = two_leaves(&[(0, 60), (1, 40)], &[(2, 100)], 0.0);
        let weights = raking_weights(&sampler, 4, &[(1, 100.0)]).unwrap();
        let raked = sampler.reweighed(&weights);
        assert!((raked.probability(1, 0) - 0.6).abs() < 1e-3);
        assert_eq!(raked.probability(1, 2).to_bits(), 0.0_f64.to_bits());
        assert_eq!(raking_weights(&sampler, 4, &[]), None);
    }

    /// Draws follow the probabilities; catches a table whose share of the draws was not weighed.
    #[test]
    fn draws_follow_the_weights() {
        let sampler = two_leaves(&[(0, 90), (1, 10)], &[(0, 10), (1, 90)], 50.0).reweighed(&[0.25, 2.0]);
        let n = 10_000_u32;
        for leaf in [1, 2] {
            let drawn = |at: u32| sampler.draw(leaf, (f64::from(at) + 0.5) / f64::from(n));
            let n_first = (0..n).filter(|at| drawn(*at) == 0).count() as f64;
            assert!((n_first / f64::from(n) - sampler.probability(leaf, 0)).abs() < 1e-3);
        }
    }
}
