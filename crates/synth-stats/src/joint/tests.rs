use synth_core::Seed;

use super::*;

const CONFIG: FitConfig = FitConfig { min_leaf: 20, budget: 1 << 30 };

fn column(n_codes: u16, order: CodeOrder, codes: Vec<u16>) -> CodeColumn {
    CodeColumn { codes, n_codes, order }
}

fn held_out(n: u64) -> Vec<bool> {
    let seed = Seed::root(3);
    (0..n).map(|row| seed.below(row, 5) == 0).collect()
}

fn draws(name: &str, n: u64, n_codes: u64) -> Vec<u16> {
    let seed = Seed::root(1).child(name);
    (0..n).map(|row| u16::try_from(seed.below(row, n_codes)).unwrap()).collect()
}

/// Catches trees that grow on noise: nothing is to be learned here.
#[test]
fn independent_fields_give_a_tree_without_splits() {
    let target = column(6, CodeOrder::Nominal, draws("target", 4000, 6));
    let features: Vec<CodeColumn> =
        (0..5).map(|at| column(9, CodeOrder::Ordered, draws(&format!("f{at}"), 4000, 9))).collect();
    let fitted = fit_tree(&target, &features.iter().collect::<Vec<_>>(), &held_out(4000), CONFIG);
    assert!(fitted.tree.n_leaves() <= 3, "{} leaves", fitted.tree.n_leaves());
    assert!((fitted.achieved - fitted.floor).abs() < 0.01);
    let links = links(&target, &features.iter().collect::<Vec<_>>());
    assert!(screened(&links, 9).len() <= 3);
    assert!(links.iter().all(|link| link.sigmas.abs() < 4.0));
}

/// The field follows from two features together; neither says anything alone but for the first split. Catches splits
/// that stop too soon and a draw that mixes up leaves.
#[test]
fn draws_follow_an_interaction_of_two_features() {
    let n = 6000;
    let (a, b) = (draws("a", n, 3), draws("b", n, 10));
    let noise = draws("noise", n, 10);
    let law = |a: u16, b: u16, noise: u16| if noise == 0 { 3 } else { (a + u16::from(b >= 5)) % 3 };
    let target = (0..a.len()).map(|row| law(a[row], b[row], noise[row])).collect();
    let target = column(4, CodeOrder::Nominal, target);
    let (a, b) = (column(3, CodeOrder::Nominal, a), column(10, CodeOrder::Ordered, b));
    let fitted = fit_tree(&target, &[&a, &b], &held_out(n), CONFIG);
    assert_eq!(fitted.tree.features(), [0, 1]);
    let sampler = Sampler::new(&fitted.tree, 4).unwrap();
    let seed = Seed::root(9);
    let mut n_kept = 0;
    for row in 0..a.codes.len() {
        let leaf = sampler.leaf(|feature| if feature == 0 { a.codes[row] } else { b.codes[row] });
        let code = sampler.draw(leaf, seed.uniform(row as u64));
        n_kept += u32::from(code == law(a.codes[row], b.codes[row], 1));
    }
    // Nine in ten follow the law; three standard errors of 6000 draws are 0.012.
    let share = f64::from(n_kept) / 6000.0;
    assert!((share - 0.9).abs() < 0.02, "{share}");
}

/// Probabilities of a leaf sum to one, and draws have them: catches a backing-off whose shares and probabilities differ.
#[test]
fn draws_have_the_probabilities_of_their_leaf() {
    let n = 3000;
    let feature = draws("feature", n, 4);
    let noise = draws("noise", n, 8);
    let target =
        feature.iter().zip(&noise).map(|(feature, noise)| (feature + noise * noise / 16) % 8).collect();
    let (target, feature) = (column(8, CodeOrder::Ordered, target), column(4, CodeOrder::Nominal, feature));
    let fitted = fit_tree(&target, &[&feature], &held_out(n), CONFIG);
    let sampler = Sampler::new(&fitted.tree, 8).unwrap();
    for value in 0..4 {
        let leaf = sampler.leaf(|_| value);
        let probabilities: Vec<f64> = (0..8).map(|code| sampler.probability(leaf, code)).collect();
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let mut counts = [0.0; 8];
        let n_draws = 20_000;
        for at in 0..n_draws {
            counts[usize::from(sampler.draw(leaf, (f64::from(at) + 0.5) / f64::from(n_draws)))] += 1.0;
        }
        for (count, probability) in counts.iter().zip(probabilities) {
            assert!((count / f64::from(n_draws) - probability).abs() < 0.001);
        }
    }
}

/// Catches leaves that stand for too few rows.
#[test]
fn leaves_hold_enough_rows() {
    let n = 2000;
    let feature = draws("feature", n, 200);
    let target = column(200, CodeOrder::Ordered, feature.clone());
    let feature = column(200, CodeOrder::Ordered, feature);
    let fitted = fit_tree(&target, &[&feature], &held_out(n), CONFIG);
    assert!(fitted.tree.n_leaves() > 10);
    for node in &fitted.tree.nodes {
        if let Node::Leaf(counts) = node {
            assert!(counts.iter().map(|(_, count)| *count).sum::<u32>() >= 20);
        }
    }
}

#[test]
fn a_budget_that_is_used_up_stops_the_growth() {
    let n = 2000;
    let feature = draws("feature", n, 50);
    let target = column(50, CodeOrder::Ordered, feature.clone());
    let feature = column(50, CodeOrder::Ordered, feature);
    let leaves = |budget| {
        fit_tree(&target, &[&feature], &held_out(n), FitConfig { min_leaf: 20, budget }).tree.n_leaves()
    };
    assert_eq!(leaves(0), 1);
    assert!(leaves(1700) == 2 && leaves(1 << 30) > 10);
}

#[test]
fn broken_trees_are_refused() {
    let leaf = |code| Node::Leaf(vec![(code, 1)]);
    let split = |then, otherwise| Node::Split { feature: 0, split: Split::Below(1), then, otherwise };
    let refused = |nodes: Vec<Node>| Sampler::new(&Tree { nodes, backoff: 1.0 }, 2).is_err();
    assert!(!refused(vec![split(1, 2), leaf(0), leaf(1)]));
    assert!(refused(vec![]));
    assert!(refused(vec![split(0, 1), leaf(0)]), "a circle");
    assert!(refused(vec![split(1, 1), leaf(0)]), "one child twice");
    assert!(refused(vec![split(1, 7), leaf(0)]), "a missing child");
    assert!(refused(vec![leaf(0), leaf(0)]), "a node that nothing leads to");
    assert!(refused(vec![leaf(2)]), "a code too many");
    assert!(refused(vec![Node::Leaf(vec![])]), "no rows");
    assert!(Sampler::new(&Tree { nodes: vec![leaf(0)], backoff: f64::NAN }, 2).is_err());
}
