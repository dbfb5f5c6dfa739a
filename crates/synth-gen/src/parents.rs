//! Which parent a child refers to.

use std::sync::Arc;

use synth_core::{Permutation, Seed, cast};
use synth_rules::LengthRule;

use crate::choice::Guide;
use crate::column::{Slot, Slots, TextBuffer};
use crate::composite::Dealt;
use crate::length::Lengths;
use crate::memo::Memo;
use crate::shelf::Shelves;
use crate::site::{Row, Rows, Site, Taken};

/// Ranks of parents are told apart to one in this many where the parents are too many to list.
const MAX_CELLS: u64 = 4096;
/// Draws until a parent is found among instances that are no parents; then neighbours are looked at.
const MAX_DRAWS: u64 = 64;
const MAX_STEPS: u64 = 1 << 16;

/// The rows a child may refer to.
#[derive(Debug)]
pub(crate) struct Parents {
    site: Site,
    /// All of them in order, unless they are too many.
    rows: Option<Vec<Row>>,
    pub(crate) texts: Shelves<TextBuffer>,
    pub(crate) numbers: Shelves<Vec<Option<f64>>>,
}

impl Parents {
    /// Lists the parents of a site.
    pub(crate) fn of(site: Site, memo: &Memo) -> Self {
        let rows = site.rows(memo);
        Self { site, rows, texts: Shelves::default(), numbers: Shelves::default() }
    }

    /// Returns all parents, unless they are too many.
    pub(crate) fn rows(&self) -> Option<&[Row]> {
        self.rows.as_deref()
    }

    /// Returns where the parents stand.
    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    /// Returns the first parent.
    pub(crate) fn first(&self) -> Option<Row> {
        match &self.rows {
            Some(rows) => rows.first().copied(),
            None => (0..MAX_STEPS).find_map(|ordinal| self.site.row(ordinal)),
        }
    }
}

/// Draws a parent for each child.
///
/// # Method
///
/// A parent's weight is a quantile of the number of children that a parent has, at the parent's rank in a seeded
/// order, so that the weights have exactly the learned distribution. A child's draw is one of evenly spaced
/// numbers where the children are few enough to be listed (systematic sampling, Madow 1949): each parent then gets
/// its weight in children, to the next whole number.
///
/// # Cost
///
/// 24 bytes for each of at most 2^17 listed parents, 8 for their weights, 8 for each of at most 2^17 listed
/// children. More parents are not listed but looked at when they are drawn; their ranks have 4096 weights.
#[derive(Debug, Clone)]
pub(crate) struct Picker {
    parents: Arc<Parents>,
    cumulative: Vec<f64>,
    guide: Guide,
    order: Permutation,
    pace: Pace,
    is_earlier: bool,
    seed: Seed,
}

/// How the draws of different children hang together.
#[derive(Debug, Clone)]
pub(crate) enum Pace {
    /// Each by itself.
    Random,
    /// Evenly spaced over all children, whose ordinals are listed.
    Even(Vec<u64>, Permutation),
    /// Evenly spaced over the elements of one array, so that they differ where they can.
    Spread(Site),
    /// Each parent is given.
    Dealt(Dealt),
}

impl Pace {
    /// Spaces the children of a site evenly, if they are few enough.
    pub(crate) fn even(children: &Site, seed: Seed, memo: &Memo) -> Self {
        children.rows(memo).map_or(Self::Random, |rows| {
            let order = Permutation::new(cast::to_u64(rows.len()), seed.child("order"));
            Self::Even(rows.iter().map(|row| row.ordinal).collect(), order)
        })
    }

    /// Returns the draw of each child, in [0, 1).
    fn uniforms(&self, slots: &Slots<'_>, seed: Seed) -> Vec<f64> {
        let alone = |address: &u64| seed.uniform(*address);
        match self {
            Self::Random | Self::Dealt(_) => slots.addresses.iter().map(alone).collect(),
            Self::Even(ordinals, order) => {
                let even = |(address, ordinal): (&u64, &u64)| match rank_of(*ordinal, ordinals) {
                    Some(rank) => {
                        let place = order.apply(cast::to_u64(rank));
                        (place as f64 + 0.5) / ordinals.len() as f64
                    }
                    None => alone(address),
                };
                slots.addresses.iter().zip(slots.ordinals).map(even).collect()
            }
            Self::Spread(site) => {
                let places = site.places_in_array(&slots.memo.list(slots.ordinals), slots.memo);
                let spread = |(at, address): (usize, &u64)| {
                    let Some((owner, index, Some(length))) = places.as_ref().map(|places| places[at]) else {
                        return alone(address);
                    };
                    let order = Permutation::new(length, seed.child("position").attempt(owner | 1));
                    let at = seed.uniform(owner) + order.apply(index) as f64 / length.max(1) as f64;
                    if at >= 1.0 { at - 1.0 } else { at }
                };
                slots.addresses.iter().enumerate().map(spread).collect()
            }
        }
    }
}

/// Returns the position of an ordinal in a sorted list; most lists have no gaps.
fn rank_of(ordinal: u64, ordinals: &[u64]) -> Option<usize> {
    let dense = cast::to_usize(ordinal);
    match ordinals.get(dense) {
        Some(at) if *at == ordinal => Some(dense),
        _ => ordinals.binary_search(&ordinal).ok(),
    }
}

/// What decides how often each parent is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preference<'a> {
    /// How many children the parents have.
    pub(crate) children: Option<&'a LengthRule>,
    /// For each listed parent the share of the children that the child's own rule gives its key, if it does.
    pub(crate) known: &'a [Option<f64>],
    /// The share of the children whose keys that rule gives, those of no parent included.
    pub(crate) listed: f64,
    /// No parent may be drawn twice.
    pub(crate) is_distinct: bool,
    /// Parents stand before their children in the same table.
    pub(crate) is_earlier: bool,
}

impl Picker {
    pub(crate) fn new(parents: &Arc<Parents>, preference: Preference<'_>, pace: Pace, seed: Seed) -> Self {
        let n =
            parents.rows().map_or(parents.site.n_ordinals().min(MAX_CELLS), |rows| cast::to_u64(rows.len()));
        let order = match parents.rows() {
            Some(_) => Permutation::new(n, seed.child("rank")),
            None => Permutation::new(parents.site.n_ordinals(), seed.child("rank")),
        };
        let weights = if parents.rows().is_some() {
            listed_weights(n, order, preference, seed)
        } else {
            ranked_counts(n, preference.children, seed)
        };
        let mut sum = 0.0;
        let cumulative = weights.into_iter().map(|weight| {
            sum += weight;
            sum
        });
        let cumulative: Vec<f64> = cumulative.collect();
        Self {
            parents: Arc::clone(parents),
            guide: Guide::fit_to(&cumulative, sum),
            cumulative,
            order,
            pace,
            is_earlier: preference.is_earlier,
            seed,
        }
    }

    /// Returns the positions of the parents of `n_children` children; `None` when the parents are not listed.
    pub(crate) fn spread_out(&self, n_children: usize) -> Option<Vec<u32>> {
        let n_parents = self.parents.rows()?.len();
        let place = |child: usize| self.index((child as f64 + 0.5) / n_children as f64, n_parents);
        (n_parents > 0).then(|| (0..n_children).map(|child| cast::to_u32(place(child))).collect())
    }

    /// Returns the listed parent at a share of all children, or of all parents.
    pub(crate) fn row_at(&self, uniform: f64, is_any: bool) -> Option<Row> {
        let rows = self.parents.rows()?;
        let any = || cast::to_usize(cast::floor_to_u64(uniform * rows.len() as f64)).min(rows.len() - 1);
        rows.get(if is_any && !rows.is_empty() { any() } else { self.index(uniform, rows.len()) }).copied()
    }

    /// Returns the same choice with the parents of all children given.
    pub(crate) fn dealt(&self, dealt: Dealt) -> Self {
        Self { pace: Pace::Dealt(dealt), ..self.clone() }
    }

    /// Returns the parent of each child, if there is any.
    pub(crate) fn picks(&self, slots: &Slots<'_>) -> Rows {
        let children = slots.addresses.iter().zip(slots.ordinals).zip(self.pace.uniforms(slots, self.seed));
        let children = children
            .map(|((&address, &ordinal), uniform)| (Slot { address, ordinal, uniform: None }, uniform));
        let (rows, places): (Vec<Option<Row>>, Option<Vec<Option<u32>>>) = match self.parents.rows() {
            Some(parents) => {
                let places = children.map(|(slot, uniform)| self.place(parents, slot, uniform));
                let places: Vec<Option<usize>> = places.collect();
                let row = |place: &Option<usize>| place.map(|place| parents[place]);
                (
                    places.iter().map(row).collect(),
                    Some(places.iter().map(|at| at.map(cast::to_u32)).collect()),
                )
            }
            None => (children.map(|(slot, uniform)| self.probe(uniform, slot)).collect(), None),
        };
        let ordinals: Vec<u64> = rows.iter().map(|row| row.map_or(0, |row| row.ordinal)).collect();
        let taken = places.map(|places| Taken { parents: Arc::clone(&self.parents), places });
        Rows { list: slots.memo.list(&ordinals), rows, taken, node: self.parents.site.node() }
    }

    /// The position of a child's parent in the list.
    fn place(&self, parents: &[Row], slot: Slot, uniform: f64) -> Option<usize> {
        let place = if let Pace::Dealt(dealt) = &self.pace
            && let Some(number) = dealt.number(slot.ordinal)
        {
            cast::to_usize(number)
        } else if self.is_earlier {
            self.place_earlier(parents, uniform, slot)
        } else {
            self.index(uniform, self.cumulative.len())
        };
        (place < parents.len()).then_some(place)
    }

    /// Inverts the cumulative weights of the first `n` parents.
    fn index(&self, uniform: f64, n: usize) -> usize {
        let Some(total) = n.checked_sub(1).and_then(|last| self.cumulative.get(last)) else { return 0 };
        let at = uniform * total;
        if n < self.cumulative.len() {
            return self.cumulative[..n].partition_point(|sum| *sum <= at).min(n - 1);
        }
        let mut index = self.guide.start(uniform);
        while index + 1 < n && self.cumulative[index] <= at {
            index += 1;
        }
        index.min(n - 1)
    }

    /// A parent before the child; the first one may refer to itself.
    fn place_earlier(&self, rows: &[Row], uniform: f64, slot: Slot) -> usize {
        let n_earlier = rows.partition_point(|row| row.ordinal < slot.ordinal);
        let itself = rows.get(n_earlier).is_some_and(|row| row.ordinal == slot.ordinal);
        match (n_earlier, itself) {
            (0, true) => 0,
            (0, false) => self.index(uniform, rows.len()),
            (n, _) => self.index(uniform, n),
        }
    }

    /// Draws instances until one is a parent, then looks at those behind the last one drawn.
    fn probe(&self, first: f64, slot: Slot) -> Option<Row> {
        let site = &self.parents.site;
        let bound = if self.is_earlier { slot.ordinal } else { site.n_ordinals() };
        if bound == 0 {
            return site.row(slot.ordinal);
        }
        let draw = |attempt| {
            let uniform = if attempt == 0 { first } else { self.seed.attempt(attempt).uniform(slot.address) };
            let cell = self.index(uniform, self.cumulative.len());
            let within = self.seed.child("within").attempt(attempt).uniform(slot.address);
            let share = (cell as f64 + within) / self.cumulative.len() as f64;
            let rank = cast::floor_to_u64(share * site.n_ordinals() as f64).min(site.n_ordinals() - 1);
            self.order.apply(rank) % bound
        };
        (0..MAX_DRAWS).map(draw).find_map(|ordinal| site.row(ordinal)).or_else(|| {
            let start = draw(MAX_DRAWS);
            (0..MAX_STEPS.min(bound)).find_map(|step| site.row(start.saturating_add(step) % bound))
        })
    }
}

/// The number of children of the parent at each of `n` ranks; 1 each when there is nothing to go by.
fn ranked_counts(n: u64, children: Option<&LengthRule>, seed: Seed) -> Vec<f64> {
    let lengths = children.and_then(|rule| Lengths::compile(rule, seed).ok());
    let counts: Vec<f64> = (0..n)
        .map(|rank| {
            lengths.as_ref().map_or(1.0, |lengths| lengths.quantile((rank as f64 + 0.5) / n as f64) as f64)
        })
        .collect();
    if counts.iter().sum::<f64>() > 0.0 { counts } else { vec![1.0; counts.len()] }
}

/// The weight of each listed parent.
fn listed_weights(n: u64, order: Permutation, preference: Preference<'_>, seed: Seed) -> Vec<f64> {
    let n_rows = cast::to_usize(n);
    if preference.is_distinct {
        return vec![1.0; n_rows];
    }
    let counts = ranked_counts(n, preference.children, seed);
    if preference.is_earlier {
        // A tree grows from its root: who has most children comes first.
        return counts.into_iter().rev().collect();
    }
    let known = |index: usize| preference.known.get(index).copied().flatten();
    let mut others: Vec<usize> = (0..n_rows).filter(|index| known(*index).is_none()).collect();
    others.sort_by_key(|index| order.apply(cast::to_u64(*index)));
    let n_known: f64 = (0..n_rows).filter_map(known).sum();
    // What the child's rule lists is frequent, so the others have the small numbers of children.
    let (mut small, all): (&[f64], f64) = (&counts[..others.len()], counts.iter().sum());
    let ones = vec![1.0; others.len()];
    let of_small = small.iter().sum::<f64>();
    // A list that is rounded to 1 lacks what is rare; where all parents have children the rare ones have few.
    let has_all = preference.children.is_some() && counts.first().is_some_and(|least| *least > 0.0);
    let rare = if has_all { of_small / all } else { 0.0 };
    let rest = (1.0 - preference.listed.max(n_known)).max(rare).max(0.0);
    if of_small <= 0.0 {
        small = &ones;
    }
    let total: f64 = small.iter().sum();
    let listed = (1.0 - rest).max(0.0) / n_known.max(f64::MIN_POSITIVE);
    let mut weights: Vec<f64> =
        (0..n_rows).map(|index| known(index).map_or(0.0, |share| share * listed)).collect();
    for (index, count) in others.into_iter().zip(small) {
        weights[index] = if n_known > 0.0 { rest * count / total } else { *count };
    }
    if weights.iter().sum::<f64>() > 0.0 { weights } else { vec![1.0; n_rows] }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list that leaves out two rare parents, and of which a tenth names none: catches that tenth among the rare ones, and
    /// rare ones that nobody refers to where the list is rounded to 1.
    #[test]
    fn rare_parents_have_their_few_children() {
        let probs = vec![synth_core::Rate::new(0.2).unwrap(); 5];
        let children = LengthRule::Categorical { values: vec![1, 1, 20, 30, 48], probs };
        let weights = |known: &[Option<f64>]| {
            let preference = Preference {
                children: Some(&children),
                known,
                listed: 1.0,
                is_distinct: false,
                is_earlier: false,
            };
            let weights = listed_weights(5, Permutation::new(5, Seed::root(1)), preference, Seed::root(1));
            let total: f64 = weights.iter().sum();
            weights.into_iter().map(|weight| cast::round_to_i64(100.0 * weight / total)).collect::<Vec<_>>()
        };
        assert_eq!(weights(&[None, Some(0.18), Some(0.27), None, Some(0.45)]), [1, 20, 29, 1, 49]);
        assert_eq!(weights(&[None, Some(0.2), Some(0.3), None, Some(0.5)]), [1, 20, 29, 1, 49]);
    }
}
