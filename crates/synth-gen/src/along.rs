//! Where rows stand in time, and fields that are placed by that.
//!
//! The share of a row's time among all times is a function of the row's number, so any row knows its time without the
//! others. `motion` makes draws that hang together along it, `bind` puts both into a plan.

use std::sync::Arc;

use synth_core::{Permutation, Seed};

use crate::arrivals::SortedDraws;
use crate::column::{Slots, Values};
use crate::measure::Measure;
use crate::recipe::{Recipe, Rooms};

pub(crate) mod bind;
pub(crate) mod motion;

use motion::{Moment, Motion};

/// The times of the rows of one scope.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// The scope of the rows.
    pub(crate) scope: usize,
    /// The node of the time.
    node: usize,
    ranks: Ranks,
    /// Rows, or those of each series.
    n_rows: u64,
    /// 0 for the ticks of a clock, 1 for independent events.
    variation: f64,
    seed: Seed,
    /// Makes moments of shares.
    moments: Scale,
    /// Seconds that one of its numbers stands for.
    unit: f64,
}

/// The values of a field at shares of all its values.
#[derive(Debug, Clone)]
struct Scale {
    measure: Measure,
    /// No two rows of different times have the same value.
    is_distinct: bool,
    /// Values go down as time goes on.
    falls: bool,
}

/// How many rows are earlier than one.
#[derive(Debug, Clone)]
enum Ranks {
    InOrder,
    Mixed(Permutation),
    /// Each series has every time once: rows take turns, or those of one series stand after those of another.
    Series(Turns),
}

/// Whose turn it is: so many rows in a row, then the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turns {
    pub(crate) rows_of_each: u64,
    pub(crate) n: u64,
}

impl Turns {
    /// Returns the number of the one whose turn it is.
    pub(crate) fn of(self, ordinal: u64) -> u64 {
        ordinal / self.rows_of_each.max(1) % self.n.max(1)
    }
}

/// Looks up shares of times, in rising order at little cost.
pub(crate) struct Clock<'t> {
    line: &'t Timeline,
    draws: SortedDraws,
}

impl Timeline {
    pub(crate) fn clock(&self) -> Clock<'_> {
        Clock { line: self, draws: SortedDraws::new(self.seed, self.n_rows) }
    }

    /// The seconds since 1970 of a row whose time is at a share of all times.
    pub(crate) fn seconds(&self, ordinal: u64, share: f64) -> f64 {
        self.moments.value(share, (self.rank(ordinal), self.n_rows)) * self.unit
    }

    /// Tells whether a node is the time itself.
    pub(crate) fn is_of(&self, node: usize) -> bool {
        self.node == node
    }

    /// Tells whether a node is the time itself, and each series has every time once, so that nothing may move it.
    pub(crate) fn is_fixed(&self, node: usize) -> bool {
        self.node == node && self.has_series()
    }

    /// Tells whether each row's time is not before that of the row in front of it, or even after it.
    pub(crate) fn is_in_order(&self, node: usize, is_strict: bool) -> bool {
        self.node == node && !is_strict && !matches!(self.ranks, Ranks::Mixed(_))
    }

    /// Tells whether each series has every time once.
    fn has_series(&self) -> bool {
        matches!(self.ranks, Ranks::Series(_))
    }

    /// The number of the series of a row, where each has every time once.
    pub(crate) fn series(&self, ordinal: u64) -> Option<u64> {
        match self.ranks {
            Ranks::Series(turns) => Some(turns.of(ordinal)),
            _ => None,
        }
    }

    /// How many rows are earlier than one.
    fn rank(&self, ordinal: u64) -> u64 {
        match &self.ranks {
            Ranks::InOrder => ordinal,
            Ranks::Mixed(order) => {
                if ordinal < self.n_rows {
                    order.apply(ordinal)
                } else {
                    ordinal
                }
            }
            Ranks::Series(turns) if turns.rows_of_each == 1 => ordinal / turns.n.max(1),
            Ranks::Series(turns) => ordinal % turns.rows_of_each,
        }
    }
}

impl Clock<'_> {
    /// Returns the share of the times that are before that of a row.
    ///
    /// # Method
    ///
    /// The ticks of a clock stand in the middle of equal parts, independent events are sorted draws; between the two the
    /// share is a mean of both, which rises with the rank as they do.
    pub(crate) fn share(&mut self, ordinal: u64) -> f64 {
        let rank = self.line.rank(ordinal).min(self.line.n_rows.saturating_sub(1));
        let even = (rank as f64 + 0.5) / self.line.n_rows.max(1) as f64;
        let v = self.line.variation;
        if v > 0.0 { even + v * (self.draws.get(rank) - even) } else { even }
    }
}

/// Shares that run along the time of rows.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    line: Arc<Timeline>,
    /// How many ordinals of the shares' scope one row of the time has.
    n_below: u64,
    /// `None` for the share of the time itself.
    motion: Option<Motion>,
}

impl Course {
    /// Returns for each of some ordinals the share, how many rows are earlier, and of how many; `own` gives a draw that no
    /// other has, for those that are there.
    pub(crate) fn shares(
        &self,
        list: &[u64],
        own: impl Fn(usize) -> Option<f64>,
    ) -> Vec<Option<(f64, u64, u64)>> {
        let mut clock = self.line.clock();
        let mut share = |(at, ordinal): (usize, &u64)| {
            let row = ordinal / self.n_below;
            let own = own(at)?;
            let share = clock.share(row);
            Some(match &self.motion {
                None => (share, self.line.rank(row), self.line.n_rows),
                Some(motion) => {
                    let series = ordinal % self.n_below;
                    let moment = Moment { share, seconds: self.line.seconds(row, share), series, turn: None };
                    (motion.uniform(moment, own), 0, 0)
                }
            })
        };
        list.iter().enumerate().map(&mut share).collect()
    }
}

impl Scale {
    /// The value at a share, of a row before which so many of all are; where all must differ, each rank is a step of the
    /// grid on, in what room the range has.
    fn value(&self, share: f64, (rank, n_rows): (u64, u64)) -> f64 {
        let share = if self.falls { 1.0 - share } else { share };
        let value = self.measure.value(share.clamp(0.0, 1.0 - f64::EPSILON));
        if !self.is_distinct || self.measure.step() <= 0.0 {
            return value;
        }
        let (first, last) = (self.measure.value(0.0), self.measure.value(1.0));
        let room = (last - first) / self.measure.step();
        let squeeze = if room > 0.0 { (1.0 - n_rows as f64 / room).max(0.0) } else { 0.0 };
        let rank = if self.falls { n_rows.saturating_sub(rank + 1) } else { rank };
        self.measure.at_least(first + (value - first) * squeeze, false) + rank as f64 * self.measure.step()
    }
}

/// A field whose value is that at the share of its row's time.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    line: Arc<Timeline>,
    scale: Scale,
    own: Recipe,
}

impl Placed {
    /// The program that makes the same values of draws.
    pub(crate) fn own(&self) -> &Recipe {
        &self.own
    }

    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        let mut clock = self.line.clock();
        let mut rooms = Rooms::default();
        slots.fill_text(out, |slot, text| {
            let share = clock.share(slot.ordinal);
            let value = self.scale.value(share, (self.line.rank(slot.ordinal), self.line.n_rows));
            self.scale.measure.write(value, slot.address, &mut rooms, text);
        });
    }
}
