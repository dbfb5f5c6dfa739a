//! Smaller trees within a grown one.

use super::grow::{Grown, GrownSplit};

/// Returns the tree without the splits that lie less than so many standard deviations above chance and have none below
/// them that does not.
///
/// # Cost
///
/// One visit of each node.
pub(super) fn pruned(nodes: &[Grown], min_sigmas: f64) -> Vec<Grown> {
    let mut is_kept = vec![false; nodes.len()];
    // Children stand behind their parents.
    for (at, node) in nodes.iter().enumerate().rev() {
        if let Some(split) = &node.split {
            is_kept[at] = split.sigmas >= min_sigmas || is_kept[split.then] || is_kept[split.otherwise];
        }
    }
    let mut kept = Vec::new();
    copy(nodes, &is_kept, (0, None), &mut kept);
    kept
}

/// Copies a node and all below it; returns its position.
fn copy(
    nodes: &[Grown],
    is_kept: &[bool],
    (from, parent): (usize, Option<usize>),
    to: &mut Vec<Grown>,
) -> usize {
    let at = to.len();
    to.push(Grown { split: None, parent });
    if let Some(split) = nodes[from].split.as_ref().filter(|_| is_kept[from]) {
        let then = copy(nodes, is_kept, (split.then, Some(at)), to);
        let otherwise = copy(nodes, is_kept, (split.otherwise, Some(at)), to);
        to[at].split = Some(GrownSplit { then, otherwise, ..split.clone() });
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::tree::Split;
    use super::*;

    fn split(sigmas: f64, then: usize, otherwise: usize) -> Option<GrownSplit> {
        Some(GrownSplit { feature: 0, split: Split::Below(1), then, otherwise, sigmas })
    }

    /// Catches pruning that judges a split without those below it: the root says little, but leads to one that says
    /// much.
    #[test]
    fn weak_splits_go_unless_strong_ones_stand_below() {
        let node = |parent, split| Grown { parent, split };
        let grown = [
            node(None, split(1.5, 1, 4)),
            node(Some(0), split(9.0, 2, 3)),
            node(Some(1), None),
            node(Some(1), None),
            node(Some(0), split(2.0, 5, 6)),
            node(Some(4), None),
            node(Some(4), None),
        ];
        assert_eq!(pruned(&grown, 1.0), grown);
        let smaller = pruned(&grown, 3.0);
        assert_eq!(
            smaller.iter().map(|node| node.split.is_some()).collect::<Vec<_>>(),
            [true, true, false, false, false]
        );
        assert_eq!(smaller[4], node(Some(0), None));
        assert_eq!(pruned(&grown, 10.0), [node(None, None)]);
    }
}
