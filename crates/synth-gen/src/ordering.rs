//! Numbers and times that stand in an order: within a row, along an array, along the records.

use std::sync::Arc;

use synth_core::{Gap, Seed, cast};

use crate::arrivals::sorted_uniform;
use crate::column::{Slots, Values};
use crate::measure::Measure;
use crate::recipe::{Recipe, Rooms};
use crate::reference::{text_of, texts};
use crate::site::{Row, Site};

pub(crate) mod bind;

/// Fields of one scope that orders connect.
///
/// # Method
///
/// All fields of a row are taken at the same share of their distributions: where one is never larger than another
/// in the data, its quantiles are not larger either (first-order stochastic dominance), so the order holds and every
/// field keeps its distribution. Along an array or the records the shares are sorted draws. Values of other fields
/// bound the share from both sides. What rounding breaks is moved to the next step of the field's grid.
///
/// # Cost
///
/// One look-up of each field a row; an array whose elements depend on those before is made as a whole.
#[derive(Debug)]
pub(crate) struct Group {
    /// Smaller fields come before larger ones.
    members: Vec<Member>,
    givens: Vec<Given>,
    within: Vec<Edge>,
    /// From a member of one row to a member of the next.
    next: Vec<Edge>,
    run: Run,
    seed: Seed,
}

#[derive(Debug)]
struct Member {
    site: Site,
    measure: Measure,
}

/// A field that something else decides.
#[derive(Debug)]
struct Given {
    site: Site,
    /// Ordinals of the group's scope in one of the field's.
    divisor: u64,
    programs: Arc<[Option<Recipe>]>,
    measure: Measure,
}

/// An order between two places of a group.
#[derive(Debug, Clone, Copy)]
struct Edge {
    low: Place,
    high: Place,
    is_strict: bool,
    /// How far apart the values are at least and at most.
    min_gap: Option<Gap>,
    max_gap: Option<Gap>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Member(usize),
    Given(usize),
}

/// Which rows are sorted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// None: each row stands for itself.
    Rows,
    /// The elements of an array, one after the other; each member has shares of its own if they alternate.
    Array { stride: u64, alternates: bool },
    /// The elements of an array too long for that.
    LongArray,
    /// This many records.
    Records(u64),
}

/// What is known of a row before its values are made.
struct Known<'a> {
    rows: &'a [Option<Row>],
    givens: &'a [Option<f64>],
}

/// A field whose values are made by a group.
#[derive(Debug, Clone)]
pub(crate) struct Ordered {
    group: Arc<Group>,
    member: usize,
    own: Recipe,
}

impl Ordered {
    /// The program the field had before.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let ordinals: Vec<u64> = slots.iter().flatten().map(|slot| slot.ordinal).collect();
        let values = self.group.values(&ordinals, self.member);
        let mut own = Values::None;
        if values.iter().any(Option::is_none) {
            self.own.fill(slots, &mut own);
        }
        let measure = &self.group.members[self.member].measure;
        let (mut at, mut rooms) = (0, Rooms::default());
        slots.fill_text_at(out, |index, slot, text| {
            match values[at] {
                Some(value) => measure.write(value, slot.address, &mut rooms, text),
                None => text.push_str(text_of(self.own.scalar(&own, index, &mut rooms))),
            }
            at += 1;
        });
    }
}

impl Group {
    /// The values of a member at some rows.
    fn values(&self, ordinals: &[u64], member: usize) -> Vec<Option<f64>> {
        if let Run::Array { stride, .. } = self.run {
            return self.along_arrays(ordinals, member, stride.max(1));
        }
        let givens = self.given_values(ordinals);
        let nothing = vec![None; self.members.len()];
        let value = |(at, ordinal): (usize, &u64)| {
            let rows = self.rows(*ordinal);
            let givens: Vec<Option<f64>> = givens.iter().map(|given| given[at]).collect();
            let (share, index, n) = self.share(*ordinal, rows[member]?)?;
            let known = Known { rows: &rows, givens: &givens };
            self.row(&known, &nothing, |member| (share, self.spread(member, index, n)))[member]
        };
        ordinals.iter().enumerate().map(value).collect()
    }

    /// The share at which a row's values are taken, the row's place, and the number of rows that are sorted.
    fn share(&self, ordinal: u64, row: Row) -> Option<(f64, u64, u64)> {
        Some(match self.run {
            Run::Records(n) => (sorted_uniform(self.seed, ordinal, n), ordinal, n),
            Run::LongArray => {
                let (owner, index, length) = self.members.first()?.site.place_in_array(ordinal)?;
                (sorted_uniform(self.seed.attempt(owner | 1), index, length), index, length)
            }
            Run::Rows | Run::Array { .. } => (self.seed.uniform(row.address), 0, 0),
        })
    }

    /// How a strictly rising member of a long run is kept from standing still: it rises by one step each row.
    fn spread(&self, member: usize, index: u64, n: u64) -> Option<(f64, f64)> {
        let is_strict = self.next.iter().any(|edge| edge.is_strict && edge.high == Place::Member(member));
        let measure = &self.members[member].measure;
        (is_strict && n > 0).then(|| {
            let (first, last) = (measure.value(0.0), measure.value(1.0));
            let room = (last - first) / measure.step().max(f64::MIN_POSITIVE);
            let squeeze = if room > 0.0 { (1.0 - n as f64 / room).max(0.0) } else { 0.0 };
            (squeeze, index as f64 * measure.step())
        })
    }

    fn along_arrays(&self, ordinals: &[u64], member: usize, stride: u64) -> Vec<Option<f64>> {
        let mut made: (Option<u64>, Vec<Option<f64>>) = (None, Vec::new());
        let value = |ordinal: &u64| {
            let owner = ordinal / stride;
            if made.0 != Some(owner) {
                made = (Some(owner), self.array(owner, stride, member));
            }
            made.1.get(cast::to_usize(ordinal % stride)).copied().flatten()
        };
        ordinals.iter().map(value).collect()
    }

    /// The values of a member in all elements of an array.
    fn array(&self, owner: u64, stride: u64, member: usize) -> Vec<Option<f64>> {
        let Some(site) = self.members.first().map(|member| &member.site) else { return Vec::new() };
        let Some((address, _, length)) = site.place_in_array(owner.saturating_mul(stride)) else {
            return Vec::new();
        };
        let ordinals: Vec<u64> = (0..length).map(|index| owner * stride + index).collect();
        let givens = self.given_values(&ordinals);
        let seed = self.seed.attempt(address | 1);
        let mut before = vec![None; self.members.len()];
        let element = |(at, ordinal): (usize, &u64)| {
            let rows = self.rows(*ordinal);
            let givens: Vec<Option<f64>> = givens.iter().map(|given| given[at]).collect();
            let share = |member: usize| match self.run {
                Run::Array { alternates: true, .. } => {
                    let n = cast::to_u64(self.members.len());
                    sorted_uniform(seed, cast::to_u64(at) * n + cast::to_u64(member), length * n)
                }
                _ => sorted_uniform(seed, cast::to_u64(at), length),
            };
            let known = Known { rows: &rows, givens: &givens };
            let values = self.row(&known, &before, |member| (share(member), None));
            for (before, value) in before.iter_mut().zip(&values) {
                *before = value.or(*before);
            }
            values[member]
        };
        ordinals.iter().enumerate().map(element).collect()
    }

    fn rows(&self, ordinal: u64) -> Vec<Option<Row>> {
        self.members.iter().map(|member| member.site.row(ordinal)).collect()
    }

    fn given_values(&self, ordinals: &[u64]) -> Vec<Vec<Option<f64>>> {
        self.givens.iter().map(|given| given.of_rows(ordinals)).collect()
    }

    /// The values of all members of a row; `before` are those of the last row that has them.
    fn row(
        &self,
        known: &Known<'_>,
        before: &[Option<f64>],
        share: impl Fn(usize) -> (f64, Option<(f64, f64)>),
    ) -> Vec<Option<f64>> {
        let mut values: Vec<Option<f64>> = vec![None; self.members.len()];
        let ceilings = self.ceilings(known);
        for (at, member) in self.members.iter().enumerate() {
            if known.rows[at].is_none() {
                continue;
            }
            let measure = &member.measure;
            let lows = self.within.iter().filter(|edge| edge.high == Place::Member(at));
            let from_given = lows.clone().filter_map(|edge| match edge.low {
                Place::Given(low) => Some(edge.least(measure, known.givens[low]?)),
                Place::Member(_) => None,
            });
            let from_member = lows.filter_map(|edge| match edge.low {
                Place::Member(low) => Some(edge.least(measure, values[low]?)),
                Place::Given(_) => None,
            });
            let from_before =
                self.next.iter().filter(|edge| edge.high == Place::Member(at)).filter_map(|edge| match edge
                    .low
                {
                    Place::Member(low) => Some(measure.at_least(before[low]?, edge.is_strict)),
                    Place::Given(_) => None,
                });
            let floor = from_given.chain(self.floors(at, known)).reduce(f64::max);
            let nearby = self.nearby(at, known, &values);
            let ceiling = [ceilings[at], nearby].into_iter().flatten().reduce(f64::min);
            let least = from_member.chain(from_before).reduce(f64::max);
            let (share, spread) = share(at);
            let value = measure.value(narrowed(measure, share, floor, ceiling));
            let value = match spread {
                Some((squeeze, rise)) => {
                    let first = measure.value(0.0);
                    measure.at_least(first + (value - first) * squeeze, false) + rise
                }
                None => value,
            };
            let value = [floor, least].into_iter().flatten().fold(value, f64::max);
            values[at] = Some(ceiling.map_or(value, |ceiling| value.min(ceiling)));
        }
        values
    }

    /// The smallest values that a member may have for the given ones above it that are never far away.
    fn floors(&self, at: usize, known: &Known<'_>) -> impl Iterator<Item = f64> {
        let highs = self.within.iter().filter(move |edge| edge.low == Place::Member(at));
        let measure = &self.members[at].measure;
        highs.filter_map(move |edge| match edge.high {
            Place::Given(high) => {
                Some(measure.at_least(edge.max_gap?.at_most_below(known.givens[high]?), false))
            }
            Place::Member(_) => None,
        })
    }

    /// The largest value that a member may have for the smaller ones that it is never far away from.
    fn nearby(&self, at: usize, known: &Known<'_>, values: &[Option<f64>]) -> Option<f64> {
        let measure = &self.members[at].measure;
        let lows = self.within.iter().filter(|edge| edge.high == Place::Member(at));
        let bounds = lows.filter_map(|edge| {
            let low = match edge.low {
                Place::Given(low) => known.givens[low],
                Place::Member(low) => values[low],
            };
            Some(measure.at_most(edge.max_gap?.above(low?), false))
        });
        bounds.reduce(f64::min)
    }

    /// The largest value that each member may have for the given ones above it, those of others between included.
    fn ceilings(&self, known: &Known<'_>) -> Vec<Option<f64>> {
        let mut ceilings: Vec<Option<f64>> = vec![None; self.members.len()];
        for at in (0..self.members.len()).rev() {
            let measure = &self.members[at].measure;
            let highs = self.within.iter().filter(|edge| edge.low == Place::Member(at));
            let bounds = highs.filter_map(|edge| {
                let bound = match edge.high {
                    Place::Given(high) => known.givens[high],
                    Place::Member(high) => known.rows[high].and(ceilings[high]),
                };
                Some(edge.most(measure, bound?))
            });
            ceilings[at] = bounds.reduce(f64::min);
        }
        ceilings
    }
}

impl Edge {
    /// The smallest value of the larger field.
    fn least(&self, measure: &Measure, low: f64) -> f64 {
        let least = measure.at_least(low, self.is_strict);
        self.min_gap.map_or(least, |gap| measure.at_least(gap.above(low), false).max(least))
    }

    /// The largest value of the smaller field.
    fn most(&self, measure: &Measure, high: f64) -> f64 {
        let most = measure.at_most(high, self.is_strict);
        self.min_gap.map_or(most, |gap| measure.at_most(gap.below(high), false).min(most))
    }
}

/// Moves a share into the part of the distribution that lies between two values.
fn narrowed(measure: &Measure, share: f64, floor: Option<f64>, ceiling: Option<f64>) -> f64 {
    if floor.is_none() && ceiling.is_none() {
        return share;
    }
    let from = floor.map_or(0.0, |floor| measure.share_below(floor));
    let until = ceiling.map_or(1.0, |ceiling| measure.share_below(ceiling)).max(from);
    from + (until - from) * share
}

impl Given {
    fn of_rows(&self, ordinals: &[u64]) -> Vec<Option<f64>> {
        let rows: Vec<Option<Row>> =
            ordinals.iter().map(|ordinal| self.site.row(ordinal / self.divisor.max(1))).collect();
        let made = texts(&rows, &self.programs);
        let read = |(at, row): (usize, &Option<Row>)| row.and_then(|_| self.measure.read(made.get(at)));
        rows.iter().enumerate().map(read).collect()
    }
}
