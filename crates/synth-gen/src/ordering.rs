//! Numbers and times that stand in an order: within a row, along an array, along the records.

use std::rc::Rc;
use std::sync::Arc;

use synth_core::{Gap, Seed, cast};

use crate::along::Course;
use crate::arrivals::SortedDraws;
use crate::column::{Slots, Values};
use crate::measure::Measure;
use crate::memo::{Key, List, Memo, What};
use crate::recipe::{Recipe, Rooms};
use crate::reference::{numbers_of, text_of, texts_of};
use crate::shelf::Programs;
use crate::site::{InArray, Row, Rows, Site};

pub(crate) mod bind;
mod chain;
mod distance;
mod levels;

use distance::Draw;

/// Fields of one scope that orders connect.
///
/// # Method
///
/// All fields of a row are taken at the same share of their distributions: where one is never larger than another
/// in the data, its quantiles are not larger either (first-order stochastic dominance), so the order holds and every
/// field keeps its distribution. Along an array or the records the shares are sorted draws. Values of other fields
/// bound the share from both sides. What rounding breaks is moved to the next step of the field's grid. Where it is known
/// how far apart two fields are, the one that is not made yet is drawn that far away, and bounds move it only.
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
    /// How the shares run along the time of the rows.
    course: Option<Course>,
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
    reach: Reach,
    programs: Arc<Programs>,
    measure: Measure,
}

/// How a row comes to the value of a given field.
#[derive(Debug)]
enum Reach {
    /// From its own row or one above; so many ordinals of the group's scope are in one of the field's.
    Above(u64),
    /// From the elements below the row, the largest of their values: those of each array on the way down.
    Last(Vec<Site>),
}

/// What a member is to be, before others bound it.
#[derive(Debug, Clone, Copy)]
enum Wish {
    /// At a share of its distribution, unless it lies at a drawn distance; and how it is kept from standing still.
    Share(f64, Option<(f64, f64)>),
    Value(f64),
}

/// Where distances start that are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Start {
    /// Rows have draws of their own.
    Apart,
    /// The elements of an array have sorted draws, of which this is one.
    Sorted(f64),
}

/// An order between two places of a group.
#[derive(Debug, Clone)]
struct Edge {
    low: Place,
    high: Place,
    is_strict: bool,
    /// How far apart the values are at least and at most.
    min_gap: Option<Gap>,
    max_gap: Option<Gap>,
    /// How far apart they usually are.
    gap: Option<Arc<Draw>>,
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
    rows: &'a [Rc<Rows>],
    givens: &'a [Rc<Vec<Option<f64>>>],
    /// Which of the rows.
    at: usize,
    /// Values above the row are looked at later.
    is_open: bool,
    /// A number of the array whose elements the rows are.
    owner: u64,
}

impl Known<'_> {
    /// Tells whether a member is there.
    fn has(&self, member: usize) -> bool {
        self.rows[member].rows[self.at].is_some()
    }

    /// The value of a given field.
    fn given(&self, given: usize) -> Option<f64> {
        self.givens[given][self.at]
    }
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
        let members = self.group.values(&slots.memo.list(slots.ordinals), slots.memo);
        let values = &members[self.member];
        let mut own = Values::None;
        if slots.kinds.iter().zip(values).any(|(kind, value)| *kind == slots.code && value.is_none()) {
            self.own.fill(slots, &mut own);
        }
        let measure = &self.group.members[self.member].measure;
        let mut rooms = Rooms::default();
        slots.fill_text_at(out, |at, slot, text| match values[at] {
            Some(value) => measure.write(value, slot.address, &mut rooms, text),
            None => text.push_str(text_of(self.own.scalar(&own, at, &mut rooms))),
        });
    }
}

/// The values of some rows, by member.
type Columns = Vec<Vec<Option<f64>>>;

impl Group {
    /// The values of all members at some rows, made once in a block.
    fn values(&self, list: &List, memo: &Memo) -> Rc<Columns> {
        memo.get(Key::new(What::Shared, self, 0, list), || match self.run {
            Run::Array { stride, .. } => self.along_arrays(list, stride.max(1), memo),
            _ => self.row_by_row(list, memo),
        })
    }

    fn row_by_row(&self, list: &List, memo: &Memo) -> Columns {
        let (rows, givens) = (self.rows(list, memo), self.given_values(list, memo));
        let shares = self.shares(list, &rows, memo);
        let nothing = vec![None; self.members.len()];
        let mut columns: Columns = vec![Vec::with_capacity(list.len()); self.members.len()];
        for (at, share) in shares.into_iter().enumerate() {
            let known = Known { rows: &rows, givens: &givens, at, is_open: false, owner: 0 };
            let values = share.map(|(share, index, n)| {
                self.row(&known, &nothing, |member| Wish::Share(share, self.spread(member, index, n)))
            });
            for (member, column) in columns.iter_mut().enumerate() {
                column.push(values.as_ref().and_then(|values| values[member]));
            }
        }
        columns
    }

    /// For each row the share at which its values are taken, the row's place, and the number of rows that are sorted.
    fn shares(&self, list: &List, rows: &[Rc<Rows>], memo: &Memo) -> Vec<Option<(f64, u64, u64)>> {
        let row = |at: usize| rows.iter().find_map(|member| member.rows[at]);
        match self.run {
            Run::Rows | Run::Records(_) | Run::LongArray if let Some(course) = &self.course => {
                let own = |at: usize| row(at).map(|row| self.seed.uniform(row.address));
                course.shares(list, own)
            }
            Run::Records(n) => {
                let mut draws = SortedDraws::new(self.seed, n);
                list.iter().map(|ordinal| Some((draws.get(*ordinal), *ordinal, n))).collect()
            }
            Run::LongArray => {
                let places = self.members.first().and_then(|member| member.site.places_in_array(list, memo));
                let mut draws: Option<(u64, SortedDraws)> = None;
                let mut share = |place: &InArray| {
                    let (owner, index, length) = (place.0, place.1, place.2?);
                    if draws.as_ref().is_none_or(|(known, _)| *known != owner) {
                        draws = Some((owner, SortedDraws::new(self.seed.attempt(owner | 1), length)));
                    }
                    let (_, draws) = draws.as_mut()?;
                    Some((draws.get(index), index, length))
                };
                match places {
                    Some(places) => places.iter().map(&mut share).collect(),
                    None => vec![None; list.len()],
                }
            }
            Run::Rows | Run::Array { .. } => {
                (0..list.len()).map(|at| Some((self.seed.uniform(row(at)?.address), 0, 0))).collect()
            }
        }
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

    /// The values of rows that stand in arrays, each of which is made from its first element on.
    fn along_arrays(&self, list: &List, stride: u64, memo: &Memo) -> Columns {
        let mut columns: Columns = vec![vec![None; list.len()]; self.members.len()];
        let Some(site) = self.members.first().map(|member| &member.site) else { return columns };
        let mut owners: Vec<u64> = list.iter().map(|ordinal| ordinal / stride).collect();
        owners.dedup();
        let starts = memo.list(&owners.iter().map(|owner| owner.saturating_mul(stride)).collect::<Vec<_>>());
        let Some(places) = site.places_in_array(&starts, memo) else { return columns };
        let lengths = || places.iter().map(|place| place.2.unwrap_or(0).min(stride));
        let elements =
            owners.iter().zip(lengths()).flat_map(|(owner, n)| (0..n).map(move |at| owner * stride + at));
        let all = memo.list(&elements.collect::<Vec<u64>>());
        let (rows, givens) = (self.rows(&all, memo), self.given_values(&all, memo));
        let (mut first, mut at) = (0, 0);
        for ((owner, place), length) in owners.iter().zip(&places).zip(lengths()) {
            let length = cast::to_usize(length);
            let values = self.array((place.0, length), |at| Known {
                rows: &rows,
                givens: &givens,
                at: first + at,
                is_open: false,
                owner: place.0,
            });
            while let Some(ordinal) = list.get(at).filter(|ordinal| *ordinal / stride == *owner) {
                if let Some(values) = values.get(cast::to_usize(ordinal % stride)) {
                    columns.iter_mut().zip(values).for_each(|(column, value)| column[at] = *value);
                }
                at += 1;
            }
            first += length;
        }
        columns
    }

    fn rows(&self, list: &List, memo: &Memo) -> Vec<Rc<Rows>> {
        self.members.iter().map(|member| member.site.rows_of(list, memo)).collect()
    }

    fn given_values(&self, list: &List, memo: &Memo) -> Vec<Rc<Vec<Option<f64>>>> {
        self.givens.iter().map(|given| given.of_rows(list, memo)).collect()
    }

    /// The values of all members of a row; `before` are those of the last row that has them.
    fn row(
        &self,
        known: &Known<'_>,
        before: &[Option<f64>],
        wish: impl Fn(usize) -> Wish,
    ) -> Vec<Option<f64>> {
        let mut values: Vec<Option<f64>> = vec![None; self.members.len()];
        let ceilings = self.ceilings(known);
        for (at, member) in self.members.iter().enumerate() {
            if !known.has(at) {
                continue;
            }
            let measure = &member.measure;
            let lows = self.within.iter().filter(|edge| edge.high == Place::Member(at));
            let from_given = lows.clone().filter_map(|edge| match edge.low {
                Place::Given(low) => Some(edge.least(measure, known.given(low)?)),
                Place::Member(_) => None,
            });
            let from_member = lows.filter_map(|edge| match edge.low {
                Place::Member(low) => Some(edge.least(measure, values[low]?)),
                Place::Given(_) => None,
            });
            let from_before = self.following(at).filter_map(|edge| match edge.low {
                Place::Member(low) => Some(measure.at_least(before[low]?, edge.is_strict)),
                Place::Given(_) => None,
            });
            let floor = from_given.chain(self.floors(at, known)).reduce(f64::max);
            let nearby = self.nearby(at, known, &values);
            let ceiling = [ceilings[at], nearby].into_iter().flatten().reduce(f64::min);
            let least = from_member.chain(from_before).reduce(f64::max);
            let value = match wish(at) {
                Wish::Value(value) => measure.nearest(value),
                Wish::Share(share, spread) => {
                    let drawn = self.drawn(at, known, (&values, before), share);
                    let value =
                        drawn.unwrap_or_else(|| measure.value(narrowed(measure, share, floor, ceiling)));
                    spread.map_or(value, |spread| risen(measure, value, spread))
                }
            };
            let value = [floor, least].into_iter().flatten().fold(value, f64::max);
            values[at] = Some(ceiling.map_or(value, |ceiling| value.min(ceiling)));
        }
        values
    }

    /// The orders of a member with one of the row before.
    fn following(&self, member: usize) -> impl Iterator<Item = &Edge> {
        self.next.iter().filter(move |edge| edge.high == Place::Member(member))
    }

    /// The value of a member at a drawn distance: from a smaller member, from the last member of the row before, or from
    /// what is given.
    fn drawn(
        &self,
        at: usize,
        known: &Known<'_>,
        (values, before): (&[Option<f64>], &[Option<f64>]),
        share: f64,
    ) -> Option<f64> {
        let row = known.rows[at].rows[known.at]?;
        let start = match self.run {
            Run::Array { .. } if !self.is_chained() => Start::Sorted(share),
            _ => Start::Apart,
        };
        let is_near = |edge: &&Edge| match edge.low {
            Place::Member(low) => {
                edge.high == Place::Member(at) && edge.gap.is_some() && values[low].is_some()
            }
            Place::Given(_) => false,
        };
        let after = self.following(at).filter_map(|edge| match edge.low {
            Place::Member(low) => Some((low, edge.gap.as_ref()?, before[low]?)),
            Place::Given(_) => None,
        });
        let after =
            after.max_by_key(|(low, ..)| *low).filter(|_| !self.within.iter().any(|edge| is_near(&edge)));
        match after {
            Some((_, gap, before)) => {
                let place = if gap.is_steady() { known.owner } else { row.address };
                let uniform = self.seed.child("next").attempt(cast::to_u64(at) + 1).uniform(place);
                Some(self.members[at].measure.nearest(gap.distance(uniform).above(before)))
            }
            None => self.drawn_within(at, known, (values, start)),
        }
    }

    /// The value of a member at a drawn distance from another field of its row: of several the one whose distances are
    /// the surest, then the last one below it, elements before what is above them.
    fn drawn_within(
        &self,
        at: usize,
        known: &Known<'_>,
        (values, start): (&[Option<f64>], Start),
    ) -> Option<f64> {
        let row = known.rows[at].rows[known.at]?;
        let measure = &self.members[at].measure;
        let mut best: Option<((f64, usize), f64)> = None;
        for (number, edge) in self.within.iter().enumerate() {
            let Some(draw) = &edge.gap else { continue };
            // The joint model may have drawn the distance.
            let apart = || match row.uniform {
                drawn if drawn.is_nan() => {
                    self.seed.child("gap").attempt(cast::to_u64(number) + 1).uniform(row.address)
                }
                drawn => drawn,
            };
            let distance = || match start {
                Start::Sorted(share) => draw.distance(share),
                Start::Apart => draw.distance(apart()),
            };
            let drawn = match (edge.low, edge.high) {
                (Place::Member(low), Place::Member(high)) if high == at => {
                    values[low].map(|value| (low + 2, draw.distance(apart()).above(value)))
                }
                (Place::Given(low), Place::Member(high)) if high == at => {
                    let rank = usize::from(matches!(self.givens[low].reach, Reach::Last(_)));
                    known.given(low).map(|value| (rank, distance().above(value)))
                }
                (Place::Member(low), Place::Given(high)) if low == at => {
                    known.given(high).map(|value| (0, distance().below(value)))
                }
                _ => None,
            };
            let Some((rank, value)) = drawn else { continue };
            let order = (draw.sureness(), rank);
            if best.is_none_or(|(before, _)| order > before) {
                best = Some((order, measure.nearest(value)));
            }
        }
        best.map(|(_, value)| value)
    }

    /// The smallest values that a member may have for the given ones above it that are never far away.
    fn floors(&self, at: usize, known: &Known<'_>) -> impl Iterator<Item = f64> {
        let highs = self.within.iter().filter(move |edge| edge.low == Place::Member(at));
        let measure = &self.members[at].measure;
        highs.filter_map(move |edge| match edge.high {
            Place::Given(high) => {
                Some(measure.at_least(edge.max_gap?.at_most_below(known.given(high)?), false))
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
                Place::Given(low) => known.given(low),
                Place::Member(low) => values[low],
            };
            Some(measure.at_most(edge.max_gap?.above(low?), false))
        });
        bounds.reduce(f64::min)
    }

    /// The largest value that each member may have for the given ones above it, those of others between included.
    fn ceilings(&self, known: &Known<'_>) -> Vec<Option<f64>> {
        let mut ceilings: Vec<Option<f64>> = vec![None; self.members.len()];
        if known.is_open {
            return ceilings;
        }
        for at in (0..self.members.len()).rev() {
            let measure = &self.members[at].measure;
            let highs = self.within.iter().filter(|edge| edge.low == Place::Member(at));
            let bounds = highs.filter_map(|edge| {
                let bound = match edge.high {
                    Place::Given(high) => known.given(high),
                    Place::Member(high) => ceilings[high].filter(|_| known.has(high)),
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

/// Moves a value so that those of many rows rise by a step each.
fn risen(measure: &Measure, value: f64, (squeeze, rise): (f64, f64)) -> f64 {
    let first = measure.value(0.0);
    measure.at_least(first + (value - first) * squeeze, false) + rise
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
    /// The value that each of some rows sees.
    fn of_rows(&self, list: &List, memo: &Memo) -> Rc<Vec<Option<f64>>> {
        match &self.reach {
            Reach::Above(divisor) => self.values(&memo.above(list, *divisor), memo),
            Reach::Last(levels) => Rc::new(self.last(levels, list, memo)),
        }
    }

    /// The largest value of the elements below each of some rows.
    fn last(&self, levels: &[Site], list: &List, memo: &Memo) -> Vec<Option<f64>> {
        let Some((level, deeper)) = levels.split_first() else { return self.values(list, memo).to_vec() };
        let counts = level.n_elements(list, memo);
        let owners = list.iter().zip(&counts);
        let elements = owners.flat_map(|(owner, n)| level.elements(*owner, n.unwrap_or(0)));
        let mut values = self.last(deeper, &memo.list(&elements.collect::<Vec<u64>>()), memo).into_iter();
        let mut last =
            |n: &Option<u64>| values.by_ref().take(cast::to_usize(n.unwrap_or(0))).flatten().reduce(f64::max);
        counts.iter().map(&mut last).collect()
    }

    fn values(&self, list: &List, memo: &Memo) -> Rc<Vec<Option<f64>>> {
        let rows = self.site.rows_of(list, memo);
        if self.measure.reads_numbers() {
            return numbers_of(&rows, &self.programs, memo);
        }
        let made = texts_of(&rows, &self.programs, memo);
        let read = |(at, row): (usize, &Option<Row>)| row.and_then(|_| self.measure.read(made.get(at)));
        Rc::new(rows.rows.iter().enumerate().map(read).collect())
    }
}
