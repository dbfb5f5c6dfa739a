//! Keys of several fields, of which some refer to other rows: all tuples are dealt out beforehand, each once.

use std::collections::BTreeMap;
use std::sync::Arc;

use synth_core::{Permutation, Seed, cast};

/// Swaps tried for each tuple that comes twice.
const MAX_SWAPS: u64 = 200;

/// Draws of parents for a list of children: for each component and each child the position of the parent.
pub(crate) type Columns = Vec<Vec<u32>>;

/// Deals tuples of parents out to children, so that none comes twice.
///
/// # Shapes and units
///
/// `columns` has for each component the parents of all children, each parent as often as its weight says; the
/// outcome has the same, in another order.
///
/// # Method
///
/// The components are shuffled apart; a tuple that came before swaps its last component with a random other one
/// until both are new (the configuration model with switching, Milo et al. 2003, arXiv cond-mat/0312028). When that
/// fails, the parents of each component are taken evenly, by a permutation of all tuples.
///
/// `None` when there are fewer tuples than children.
pub(crate) fn distinct(mut columns: Columns, seed: Seed) -> Option<Columns> {
    let n_parents: Vec<u64> = columns.iter().map(|column| n_different(column)).collect();
    let n_children = columns.first().map_or(0, Vec::len);
    shuffle(&mut columns, seed);
    if repair(&mut columns, seed.child("swap")) {
        return Some(columns);
    }
    let n_tuples = n_parents.iter().try_fold(1_u64, |product, n| product.checked_mul(*n))?;
    if n_tuples < cast::to_u64(n_children) {
        return None;
    }
    let used: Vec<Vec<u32>> = columns.iter().map(|column| different(column)).collect();
    let order = Permutation::new(n_tuples, seed.child("tuple"));
    for child in 0..n_children {
        let mut rest = order.apply(cast::to_u64(child));
        for (column, used) in columns.iter_mut().zip(&used) {
            let n = cast::to_u64(used.len());
            column[child] = used[cast::to_usize(rest % n)];
            rest /= n;
        }
    }
    Some(columns)
}

/// Returns for every child how many children before it have the same parents, and the largest such number.
pub(crate) fn occurrences(columns: &Columns) -> (Vec<u64>, u64) {
    let n_children = columns.first().map_or(0, Vec::len);
    let mut seen: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
    let ranks: Vec<u64> = (0..n_children)
        .map(|child| {
            let count = seen.entry(tuple(columns, child)).or_insert(0);
            *count += 1;
            *count - 1
        })
        .collect();
    let largest = ranks.iter().copied().max().unwrap_or(0);
    (ranks, largest)
}

/// Shuffles each component for itself.
pub(crate) fn shuffle(columns: &mut Columns, seed: Seed) {
    for (column, number) in columns.iter_mut().zip(1..) {
        let order = Permutation::new(cast::to_u64(column.len()), seed.child("shuffle").attempt(number));
        *column = (0..cast::to_u64(column.len())).map(|at| column[cast::to_usize(order.apply(at))]).collect();
    }
}

fn different(column: &[u32]) -> Vec<u32> {
    let mut different = column.to_vec();
    different.sort_unstable();
    different.dedup();
    different
}

fn n_different(column: &[u32]) -> u64 {
    cast::to_u64(different(column).len())
}

fn tuple(columns: &Columns, child: usize) -> Vec<u32> {
    columns.iter().map(|column| column[child]).collect()
}

/// Swaps last components until no tuple comes twice; false when that fails.
fn repair(columns: &mut Columns, seed: Seed) -> bool {
    let n_children = columns.first().map_or(0, Vec::len);
    let mut counts: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
    for child in 0..n_children {
        *counts.entry(tuple(columns, child)).or_insert(0) += 1;
    }
    (0..n_children).all(|child| {
        let is_double = |columns: &Columns, counts: &BTreeMap<Vec<u32>, u64>| {
            counts.get(&tuple(columns, child)).is_some_and(|count| *count > 1)
        };
        if !is_double(columns, &counts) {
            return true;
        }
        (0..MAX_SWAPS).any(|attempt| {
            let other = seed.attempt(attempt + 1).below(cast::to_u64(child), cast::to_u64(n_children));
            try_swap(columns, &mut counts, child, cast::to_usize(other))
        })
    })
}

/// Swaps the last components of two children if both tuples are new then.
fn try_swap(columns: &mut Columns, counts: &mut BTreeMap<Vec<u32>, u64>, left: usize, right: usize) -> bool {
    let before = [tuple(columns, left), tuple(columns, right)];
    let Some(last) = columns.last_mut() else { return false };
    last.swap(left, right);
    let after = [tuple(columns, left), tuple(columns, right)];
    let is_new = |tuple: &Vec<u32>| counts.get(tuple).is_none_or(|count| *count == 0);
    if after[0] == after[1] || !after.iter().all(is_new) {
        if let Some(last) = columns.last_mut() {
            last.swap(left, right);
        }
        return false;
    }
    for tuple in before {
        counts.entry(tuple).and_modify(|count| *count -= 1);
    }
    for tuple in after {
        *counts.entry(tuple).or_insert(0) += 1;
    }
    true
}

/// What was dealt to each listed child.
#[derive(Debug, Clone)]
pub(crate) struct Dealt {
    /// Ordinals of the children, in order.
    pub(crate) ordinals: Arc<[u64]>,
    /// For each of them a number.
    pub(crate) numbers: Vec<u64>,
}

impl Dealt {
    /// Returns the number of a child; one that is not listed has none.
    pub(crate) fn number(&self, ordinal: u64) -> Option<u64> {
        self.ordinals.binary_search(&ordinal).ok().map(|at| self.numbers[at])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(counts: [&[usize]; 2]) -> Columns {
        let column = |counts: &[usize]| -> Vec<u32> {
            let parents = counts.iter().zip(0..);
            parents.flat_map(|(count, parent)| std::iter::repeat_n(parent, *count)).collect()
        };
        let columns = distinct(counts.map(column).to_vec(), Seed::root(3)).unwrap();
        let tuples: BTreeSet<Vec<u32>> = (0..columns[0].len()).map(|child| tuple(&columns, child)).collect();
        assert_eq!(tuples.len(), columns[0].len());
        columns
    }

    #[test]
    fn tuples_differ_and_parents_keep_their_counts() {
        let columns = check([&[25, 1, 2, 3, 4, 5, 6, 7, 7], &[2; 30]]);
        assert_eq!(columns[0].iter().filter(|parent| **parent == 0).count(), 25);
        assert_eq!(columns[1].iter().filter(|parent| **parent == 0).count(), 2);
    }

    #[test]
    fn every_tuple_may_be_used() {
        check([&[4; 5], &[5; 4]]);
    }

    #[test]
    fn too_few_tuples_are_seen() {
        assert_eq!(distinct(vec![vec![0, 0, 1], vec![0, 0, 0]], Seed::root(1)), None);
    }

    #[test]
    fn occurrences_count() {
        assert_eq!(occurrences(&vec![vec![1, 2, 1, 1]]), (vec![0, 0, 1, 2], 2));
    }
}
