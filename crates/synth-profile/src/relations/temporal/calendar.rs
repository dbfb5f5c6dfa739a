//! Cycles of the calendar and where in them a time lies.

use std::collections::BTreeMap;

use synth_core::{Timestamp, cast};
use synth_stats::series::{PhaseCell, season};

use super::{CalendarUnit, MAX_P_VALUE, SeasonProfile, rounded, share};
use crate::relations::time_axis::TimeAxis;

/// Least strength of a cycle that is named.
const MIN_STRENGTH: f64 = 0.1;
/// Most cells of a cycle; of more, neighbouring cycles are put together.
const MAX_CELLS: i64 = 60_000;

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

    fn cell(&self, place: i64) -> (i64, u32) {
        let phase = u32::try_from(place.rem_euclid(self.n_phases)).unwrap_or(0);
        (place.div_euclid(self.n_phases).div_euclid(self.n_joined), phase)
    }

    /// Says how far the phase explains the number of times in each unit, if that is more than chance.
    ///
    /// Counts are taken by their roots, whose variance does not grow with them (Bartlett 1936). Days on which nothing
    /// happened at all do not count; the first and the last cycle do, when the range begins and ends within them, for
    /// the units that they have.
    pub(super) fn of_counts(&self, times: impl Iterator<Item = f64>) -> Option<SeasonProfile> {
        let mut counts: BTreeMap<(i64, u32), f64> = BTreeMap::new();
        for place in self.first..=self.last {
            counts.entry(self.cell(place)).or_default();
        }
        for time in times {
            if let Some(count) = counts.get_mut(&self.cell(self.place(time))) {
                *count += 1.0;
            }
        }
        let mut totals: BTreeMap<i64, f64> = BTreeMap::new();
        counts.iter().for_each(|((cycle, _), count)| *totals.entry(*cycle).or_default() += count);
        let cells = counts.iter().filter(|((cycle, _), _)| totals.get(cycle).is_some_and(|n| *n > 0.0));
        let cells: Vec<PhaseCell> = cells
            .map(|((cycle, phase), count)| PhaseCell {
                cycle: *cycle,
                phase: *phase,
                value: synth_core::math::sqrt(*count),
            })
            .collect();
        self.judge(&cells)
    }

    /// Says how far the phase explains the mean of the values in each unit, if that is more than chance.
    pub(super) fn of_values(&self, values: impl Iterator<Item = (f64, f64)>) -> Option<SeasonProfile> {
        let mut sums: BTreeMap<(i64, u32), (f64, f64)> = BTreeMap::new();
        for (time, value) in values {
            let sum = sums.entry(self.cell(self.place(time))).or_default();
            *sum = (sum.0 + 1.0, sum.1 + value);
        }
        let cells: Vec<PhaseCell> = sums
            .into_iter()
            .map(|((cycle, phase), (n, sum))| PhaseCell { cycle, phase, value: sum / n })
            .collect();
        self.judge(&cells)
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
