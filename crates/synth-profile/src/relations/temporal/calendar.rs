//! Cycles of the calendar and where in them a time lies.

use std::collections::BTreeMap;

use synth_core::{Timestamp, cast};
use synth_stats::series::{PhaseCell, season};

use super::{CalendarUnit, MAX_P_VALUE, SeasonProfile, rounded, share};
use crate::relations::time_axis::TimeAxis;

/// Least strength of a cycle that is named.
const MIN_STRENGTH: f64 = 0.1;
/// Most cells of a cycle; of more, neighbouring cycles are put together.
const MAX_CELLS: i64 = 6_000;

/// Days, weeks and years, with the number of their hours, weekdays and months, and the fewest whole ones that prove a
/// rhythm.
const CYCLES: [(CalendarUnit, i64, i64); 3] =
    [(CalendarUnit::Day, 24, 3), (CalendarUnit::Week, 7, 4), (CalendarUnit::Year, 12, 3)];

/// A cycle of the calendar over a range of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cycle {
    unit: CalendarUnit,
    n_phases: i64,
    /// Number of the first and the last unit of a phase's length.
    first: i64,
    last: i64,
    /// Cycles that are put together.
    n_joined: i64,
}

/// Returns the number of the calendar's unit in which a time lies, counted from 1970.
pub(super) fn unit_number(unit: CalendarUnit, seconds: f64) -> i64 {
    let whole = cast::round_to_i64(synth_core::math::floor(seconds));
    match unit {
        CalendarUnit::Minute => whole.div_euclid(60),
        CalendarUnit::Hour => whole.div_euclid(3600),
        CalendarUnit::Day => whole.div_euclid(86_400),
        // 1970-01-01 was a Thursday.
        CalendarUnit::Week => (whole.div_euclid(86_400) + 3).div_euclid(7),
        CalendarUnit::Month => {
            let civil = Timestamp::from_seconds(whole).civil();
            i64::from(civil.year - 1970) * 12 + i64::from(civil.month) - 1
        }
        CalendarUnit::Year => i64::from(Timestamp::from_seconds(whole).civil().year) - 1970,
    }
}

impl Cycle {
    /// Returns the cycles of which a range of time holds enough.
    pub(super) fn within(axis: &TimeAxis, (low, high): (f64, f64)) -> Vec<Self> {
        let is_of_days = axis.is_of_days();
        CYCLES
            .into_iter()
            .filter(|(unit, _, _)| *unit != CalendarUnit::Day || !is_of_days)
            .filter_map(|(unit, n_phases, least)| {
                let step = phase_unit(unit);
                // Monday is the first day of a week.
                let shift = if unit == CalendarUnit::Week { 3 } else { 0 };
                let (first, last) = (unit_number(step, low) + shift, unit_number(step, high) + shift);
                let n_cycles = (last - first + 1) / n_phases;
                let n_joined = 1 + (last - first) / MAX_CELLS;
                (n_cycles >= least).then_some(Self { unit, n_phases, first, last, n_joined })
            })
            .collect()
    }

    /// The number of the phase's unit in which a time lies.
    fn place(&self, seconds: f64) -> i64 {
        let shift = if self.unit == CalendarUnit::Week { 3 } else { 0 };
        unit_number(phase_unit(self.unit), seconds) + shift
    }

    /// The cells from that of the first place to that of the last, with their number and values summed up.
    fn sums(&self, values: impl Iterator<Item = (f64, f64)>) -> Vec<(PhaseCell, f64)> {
        let first = self.number(self.first - self.first.rem_euclid(self.n_phases));
        let n_cells = usize::try_from(self.number(self.last) - first + self.n_phases).unwrap_or(0);
        let mut sums = vec![(0.0, 0.0); n_cells];
        for (time, value) in values {
            let place = usize::try_from(self.number(self.place(time)) - first).ok();
            if let Some(sum) = place.and_then(|place| sums.get_mut(place)) {
                *sum = (sum.0 + 1.0, sum.1 + value);
            }
        }
        let cell = |(place, (n, sum)): (i64, (f64, f64))| {
            let phase = u32::try_from(place.rem_euclid(self.n_phases)).unwrap_or(0);
            (PhaseCell { cycle: place.div_euclid(self.n_phases), phase, value: sum }, n)
        };
        (first..).zip(sums).map(cell).collect()
    }

    /// The number of a place's cell: that of its phase in the cycles that are put together.
    fn number(&self, place: i64) -> i64 {
        place.div_euclid(self.n_phases).div_euclid(self.n_joined) * self.n_phases
            + place.rem_euclid(self.n_phases)
    }

    /// Says how far the phase explains the number of times in each unit, if that is more than chance.
    ///
    /// Counts are taken by their roots, whose variance does not grow with them (Bartlett 1936, The square root
    /// transformation in analysis of variance, Suppl. J. R. Statist. Soc. 3(1)). Cycles in which nothing happened at
    /// all do not count, nor do units of the first and the last that lie outside of the range.
    pub(super) fn of_counts(&self, times: impl Iterator<Item = f64>) -> Option<SeasonProfile> {
        let cells = self.sums(times.map(|time| (time, 1.0)));
        let mut totals: BTreeMap<i64, f64> = BTreeMap::new();
        cells.iter().for_each(|(cell, n)| *totals.entry(cell.cycle).or_default() += n);
        let range = (self.first, self.last);
        let is_seen = |cell: &PhaseCell| {
            let place = cell.cycle * self.n_phases + i64::from(cell.phase);
            self.n_joined > 1 || (range.0..=range.1).contains(&place)
        };
        let cells = cells
            .into_iter()
            .filter(|(cell, _)| is_seen(cell) && totals.get(&cell.cycle).is_some_and(|n| *n > 0.0));
        let cells: Vec<PhaseCell> =
            cells.map(|(cell, n)| PhaseCell { value: synth_core::math::sqrt(n), ..cell }).collect();
        self.judge(&cells)
    }

    /// Says how far the phase explains the mean of the values in each unit, if that is more than chance.
    pub(super) fn of_values(&self, values: impl Iterator<Item = (f64, f64)>) -> Option<SeasonProfile> {
        let cells = self.sums(values).into_iter().filter(|(_, n)| *n > 0.0);
        let mut cells: Vec<PhaseCell> =
            cells.map(|(cell, n)| PhaseCell { value: cell.value / n, ..cell }).collect();
        self.level(&mut cells);
        self.judge(&cells)
    }

    /// Takes away the rise from cycle to cycle, which would be one within each: half of the step from the mean of the
    /// cycle before to that of the cycle after, as a moving mean in the classical decomposition would.
    fn level(&self, cells: &mut [PhaseCell]) {
        let mut sums: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        for cell in cells.iter() {
            let sum = sums.entry(cell.cycle).or_default();
            *sum = (sum.0 + 1.0, sum.1 + cell.value);
        }
        let mean = |cycle: i64| sums.get(&cycle).map(|(n, sum)| sum / n);
        for cell in cells {
            let here = mean(cell.cycle).unwrap_or(0.0);
            let rise = match (mean(cell.cycle - 1), mean(cell.cycle + 1)) {
                (Some(before), Some(after)) => (after - before) / 2.0,
                (Some(before), None) => here - before,
                (None, Some(after)) => after - here,
                (None, None) => 0.0,
            };
            cell.value -= rise * f64::from(cell.phase) / self.n_phases as f64;
        }
    }

    fn judge(&self, cells: &[PhaseCell]) -> Option<SeasonProfile> {
        let found = season(cells)?;
        let is_found = found.p_value <= MAX_P_VALUE * 10.0 && found.strength >= MIN_STRENGTH;
        is_found.then(|| SeasonProfile {
            cycle: self.unit,
            strength: share(found.strength),
            n_cycles: cast::to_u64(found.n_cycles),
            p_value: rounded(found.p_value),
        })
    }
}

/// The unit of the phases of a cycle.
fn phase_unit(cycle: CalendarUnit) -> CalendarUnit {
    match cycle {
        CalendarUnit::Day => CalendarUnit::Hour,
        CalendarUnit::Year => CalendarUnit::Month,
        _ => CalendarUnit::Day,
    }
}
