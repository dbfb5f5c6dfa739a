//! Counts of what varies of an object's members, by the value of one tag.

use std::ops::Range;

use synth_core::{JsonType, PathId, math};

/// Objects of the sample that a union is learned from, at least.
const MIN_OBJECTS: u64 = 20;
/// A tag removes at least this share of the uncertainty about presence, about types, and about null: what is less than a
/// rule is left to the joint model, as a tag is bound to nothing else.
const MIN_EXPLAINED: f64 = 0.3;
const MIN_EXPLAINED_TYPES: f64 = 0.6;
const MIN_EXPLAINED_NULL: f64 = 0.9;

/// Something that a member of an object is now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trait {
    pub(super) member: PathId,
    /// Of this type; `None` for being there.
    pub(super) of_type: Option<JsonType>,
}

/// How often the members have each trait; the last row is for rare values of the tag.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

/// The objects with one value of the tag.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) n: u64,
    /// The objects with each trait.
    pub(super) with: Vec<u64>,
}

/// Traits of which an object has one, or at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Group {
    /// It is there or not.
    Presence(usize),
    /// It is null or not where it is there: null is the first of these types.
    Null(Range<usize>),
    /// It is of one of these types where it has a value.
    Types(Range<usize>),
}

/// What a tag saves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Saving {
    pub(super) bits: f64,
    /// The share of all bits.
    pub(super) explained: f64,
}

impl Table {
    pub(super) fn new(n_rows: usize, n_traits: usize) -> Self {
        Self { rows: vec![Row { n: 0, with: vec![0; n_traits] }; n_rows] }
    }

    /// Adds `weight` objects that have some traits.
    pub(super) fn count(&mut self, row: usize, traits: &[usize], weight: u64) {
        let row = &mut self.rows[row];
        row.n += weight;
        traits.iter().for_each(|&at| row.with[at] += weight);
    }

    /// Bits saved by knowing the tag when telling some groups of traits; `None` when it does not pay.
    pub(super) fn saving(&self, groups: &[Group]) -> Option<Saving> {
        let n: u64 = self.rows.iter().map(|row| row.n).sum();
        let all = Row { n, with: self.totals() };
        let before: f64 = groups.iter().map(|group| group.bits(&all)).sum();
        let after: f64 = self.rows.iter().flat_map(|row| groups.iter().map(|group| group.bits(row))).sum();
        let price = |group: &Group| {
            let used = self.rows.iter().filter(|row| group.n(row) > 0).count().saturating_sub(1);
            0.5 * math::ln(group.n(&all).max(1) as f64) / math::ln(2.0) * (used * group.n_free()) as f64
        };
        let price: f64 = groups.iter().map(price).sum();
        let explained = if before > 0.0 { (before - after) / before } else { 0.0 };
        let bits = before - after - price;
        let least = groups.iter().map(Group::min_explained).fold(MIN_EXPLAINED, f64::max);
        let pays = n >= MIN_OBJECTS && bits > 0.0 && explained >= least;
        pays.then_some(Saving { bits, explained: explained.min(1.0) })
    }

    fn totals(&self) -> Vec<u64> {
        let n_traits = self.rows.first().map_or(0, |row| row.with.len());
        (0..n_traits).map(|at| self.rows.iter().map(|row| row.with[at]).sum()).collect()
    }
}

impl Group {
    fn min_explained(&self) -> f64 {
        match self {
            Self::Presence(_) => MIN_EXPLAINED,
            Self::Null(_) => MIN_EXPLAINED_NULL,
            Self::Types(_) => MIN_EXPLAINED_TYPES,
        }
    }

    /// The first of its traits.
    pub(super) fn first(&self) -> usize {
        match self {
            Self::Presence(at) => *at,
            Self::Null(types) | Self::Types(types) => types.start,
        }
    }

    /// Objects of a row that the group speaks of.
    fn n(&self, row: &Row) -> u64 {
        match self {
            Self::Presence(_) => row.n,
            Self::Null(types) | Self::Types(types) => row.with[types.clone()].iter().sum(),
        }
    }

    /// Parameters of one row.
    fn n_free(&self) -> usize {
        match self {
            Self::Presence(_) | Self::Null(_) => 1,
            Self::Types(types) => types.len().saturating_sub(1),
        }
    }

    /// Bits to tell which objects of a row have which trait: n times the entropy.
    fn bits(&self, row: &Row) -> f64 {
        match self {
            Self::Presence(at) => bits(row.with[*at], row.n) + bits(row.n - row.with[*at].min(row.n), row.n),
            Self::Null(types) => {
                let (n, n_null) = (self.n(row), row.with[types.start]);
                bits(n_null, n) + bits(n - n_null, n)
            }
            Self::Types(types) => {
                let n = self.n(row);
                row.with[types.clone()].iter().map(|count| bits(*count, n)).sum()
            }
        }
    }
}

/// The part of `count` of `n` in n times an entropy.
fn bits(count: u64, n: u64) -> f64 {
    if count == 0 { 0.0 } else { count as f64 * math::ln(n as f64 / count as f64) / math::ln(2.0) }
}
