//! Whole numbers that do not repeat.

use synth_core::{Permutation, Seed};

use crate::column::Slot;
use crate::error::ErrorKind;
use crate::split::{Pool, Split};

/// A bijection from ordinals to whole numbers that follows quantiles as long as there are numbers left.
///
/// # Method
///
/// The numbers between two knots are a pool with the share of that piece; a [`Split`] deals the ordinals out
/// and a [`Permutation`] scatters them within the pool. When all are used up, numbers beyond the last knot
/// follow.
#[derive(Debug, Clone)]
pub(crate) struct UniqueWhole {
    split: Split,
    pools: Vec<(i64, Permutation)>,
}

/// A piece of a quantile function: its share, its first number, and the first number of the next piece.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) share: f64,
    pub(crate) first: i64,
    pub(crate) next: i64,
}

impl UniqueWhole {
    /// Compiles the bijection for ordinals below `n_needed`; no number exceeds `largest`.
    pub(crate) fn compile(
        pieces: impl Iterator<Item = Piece>,
        last_knot: i64,
        largest: i64,
        n_needed: u64,
        seed: Seed,
    ) -> Result<Self, ErrorKind> {
        let mut all: Vec<Piece> = pieces.filter(|piece| piece.first < piece.next).collect();
        // The last knot itself belongs to the last piece; it is one alone when all knots are equal.
        match all.last_mut() {
            Some(piece) if last_knot < i64::MAX => piece.next = last_knot + 1,
            Some(_) => {}
            None => all.push(Piece { share: 1.0, first: last_knot, next: last_knot.saturating_add(1) }),
        }
        if last_knot < largest {
            all.push(Piece { share: 0.0, first: last_knot + 1, next: largest });
        }
        let count = |piece: &Piece| piece.next.abs_diff(piece.first);
        let pools: Vec<Pool> =
            all.iter().map(|piece| Pool { weight: piece.share, count: count(piece) }).collect();
        let split = Split::fit(&pools, n_needed, seed.child("split"))?;
        let pools = all
            .iter()
            .zip(0..)
            .map(|(piece, index)| {
                // Numbers beyond the last knot come in order: a scatter up to the largest would be absurd.
                let n = if piece.share > 0.0 { count(piece) } else { 0 };
                (piece.first, Permutation::new(n, seed.child("piece").attempt(index + 1)))
            })
            .collect();
        Ok(Self { split, pools })
    }

    /// Returns the number of an ordinal.
    pub(crate) fn number(&self, slot: Slot) -> i64 {
        let (pool, rank) = self.split.locate(slot.ordinal);
        let (first, permutation) = &self.pools[pool];
        let offset = if permutation.is_empty() { rank } else { permutation.apply(rank) };
        first.wrapping_add_unsigned(offset)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(edges: &[(f64, i64, i64)], largest: i64, n: u64) -> Result<Vec<i64>, ErrorKind> {
        let pieces = edges.iter().map(|&(share, first, next)| Piece { share, first, next });
        let last = edges.last().unwrap().2;
        let whole = UniqueWhole::compile(pieces, last, largest, n, Seed::root(1))?;
        let made: Vec<i64> =
            (0..n).map(|ordinal| whole.number(Slot { address: 0, ordinal, uniform: None })).collect();
        assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), made.len());
        Ok(made)
    }

    #[test]
    fn numbers_follow_the_pieces_and_run_over() {
        let made = check(&[(0.9, 0, 100_000), (0.1, 100_000, 1_000_000)], i64::MAX, 10_000).unwrap();
        assert_eq!(made.iter().filter(|number| **number < 100_000).count(), 9000);
        let made = check(&[(0.5, -5, 0), (0.0, 0, 0), (0.5, 0, 4)], i64::MAX, 20).unwrap();
        assert_eq!(made.iter().filter(|number| (-5..=4).contains(*number)).count(), 10);
        assert!(made.iter().all(|number| (-5..=14).contains(number)));
        check(&[(1.0, i64::MIN, i64::MAX)], i64::MAX, 5000).unwrap();
        check(&[(1.0, 7, 7)], i64::MAX, 50).unwrap();
        assert!(check(&[(1.0, 0, 9)], 9, 11).is_err());
    }
}
