//! Elements of an array that follow each other at drawn distances.

use synth_core::cast;

use super::{Edge, Group, Known, Place, Run, Start, Wish};
use crate::arrivals::SortedDraws;

/// The values of an array, by element and member.
type Elements = Vec<Vec<Option<f64>>>;

impl Group {
    /// Tells whether elements lie at drawn distances from those before.
    pub(super) fn is_chained(&self) -> bool {
        matches!(self.run, Run::Array { .. }) && self.next.iter().any(|edge| edge.gap.is_some())
    }

    /// The values of all members in all elements of an array.
    ///
    /// # Method
    ///
    /// Elements are made from the first one on, each from the one before. Where nothing but a value above them bounds a
    /// chain of drawn distances, it is moved so that its last element lies at a drawn distance below that value; where it
    /// reaches too far, all its distances are shortened alike.
    pub(super) fn array<'k>(
        &self,
        (owner, length): (u64, usize),
        known: impl Fn(usize) -> Known<'k>,
    ) -> Elements {
        let seed = self.seed.attempt(owner | 1);
        let alternates = matches!(self.run, Run::Array { alternates: true, .. });
        let n_members = if alternates { self.members.len() } else { 1 };
        let n_draws = cast::to_u64(length * n_members);
        let draws: Vec<f64> = {
            let mut draws = SortedDraws::new(seed, n_draws);
            (0..n_draws).map(|index| draws.get(index)).collect()
        };
        let share =
            |at: usize, member: usize| if alternates { draws[at * n_members + member] } else { draws[at] };
        if !self.is_chained() {
            return self.one_by_one(length, |at, before| {
                self.row(&known(at), before, |member| Wish::Share(share(at, member), None))
            });
        }
        let chain = self.one_by_one(length, |at, before| {
            let known = Known { is_open: true, ..known(at) };
            self.row(&known, before, |member| Wish::Share(share(at, member), None))
        });
        let chain = self.ended(chain, &known);
        match self.shortened(&chain, &known) {
            Some(shorter) => self.one_by_one(length, |at, before| {
                self.row(&known(at), before, |member| Wish::Value(shorter[at][member].unwrap_or(0.0)))
            }),
            None => chain,
        }
    }

    /// Makes one element after the other; each sees the last values of its members before.
    fn one_by_one(
        &self,
        length: usize,
        element: impl Fn(usize, &[Option<f64>]) -> Vec<Option<f64>>,
    ) -> Elements {
        let mut before = vec![None; self.members.len()];
        let make = |at: usize| {
            let values = element(at, &before);
            for (before, value) in before.iter_mut().zip(&values) {
                *before = value.or(*before);
            }
            values
        };
        (0..length).map(make).collect()
    }

    /// Moves a chain that starts anywhere to where its last element lies at a drawn distance below a given value, and all
    /// elements below those that bound them.
    fn ended<'k>(&self, chain: Elements, known: &impl Fn(usize) -> Known<'k>) -> Elements {
        let starts = |edge: &Edge| matches!((edge.low, edge.high), (Place::Given(_), Place::Member(_)));
        if self.within.iter().any(starts) {
            return chain;
        }
        let by = self.distance_to_end(&chain, known).unwrap_or(0.0);
        let by = by - self.excess(&chain, by, known).max(0.0);
        let moved = |(member, value): (usize, &Option<f64>)| {
            value.map(|value| self.members[member].measure.at_most(value + by, false))
        };
        chain.iter().map(|row| row.iter().enumerate().map(moved).collect()).collect()
    }

    /// How far the last element is from where it is drawn below a given value.
    fn distance_to_end<'k>(&self, chain: &Elements, known: &impl Fn(usize) -> Known<'k>) -> Option<f64> {
        let ends = |edge: &&Edge| edge.gap.is_some() && matches!(edge.high, Place::Given(_));
        let Place::Member(member) = self.within.iter().find(ends)?.low else { return None };
        let (at, value) = (0..chain.len()).rev().find_map(|at| Some((at, chain[at][member]?)))?;
        Some(self.drawn_within(member, &known(at), (&chain[at], Start::Apart))? - value)
    }

    /// How far the elements of a moved chain are beyond what bounds them.
    fn excess<'k>(&self, chain: &Elements, by: f64, known: &impl Fn(usize) -> Known<'k>) -> f64 {
        let rows = chain.iter().enumerate().flat_map(|(at, row)| {
            row.iter()
                .zip(self.ceilings(&known(at)))
                .filter_map(|(value, ceiling)| Some((*value)? + by - ceiling?))
        });
        rows.fold(0.0, f64::max)
    }

    /// Shortens the distances of a chain that is beyond a given value in any element; `None` for one that is not.
    fn shortened<'k>(&self, chain: &Elements, known: &impl Fn(usize) -> Known<'k>) -> Option<Elements> {
        let values = || chain.iter().flatten().flatten().copied();
        let (first, last) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
        let floors = self.within.iter().filter_map(|edge| match edge.low {
            Place::Given(given) => known(0).given(given),
            Place::Member(_) => None,
        });
        let origin = floors.reduce(f64::max).unwrap_or(first).min(first);
        let mut scale = 1.0_f64;
        for (at, row) in chain.iter().enumerate() {
            for (value, ceiling) in row.iter().zip(self.ceilings(&known(at))) {
                if let (Some(value), Some(ceiling)) = (value, ceiling)
                    && *value > ceiling
                {
                    let room = (ceiling - origin) / (value - origin).max(f64::MIN_POSITIVE);
                    scale = scale.min(room.clamp(0.0, 1.0));
                }
            }
        }
        let shorter = |value: &Option<f64>| value.map(|value| origin + (value - origin) * scale);
        (scale < 1.0 && last > origin)
            .then(|| chain.iter().map(|row| row.iter().map(shorter).collect()).collect())
    }
}
