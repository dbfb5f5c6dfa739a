//! Numbers that follow from times: what has passed between two, a part of one, hours and minutes in one number.

use synth_core::{Timestamp, cast, math};
use synth_rules::relationship::Operation as Rule;

const DAY: f64 = 86_400.0;
const MINUTES_A_DAY: f64 = 1440.0;

/// How a number is computed from times.
///
/// # Shapes and units
///
/// Moments are seconds since 1970 in UTC; clocks are hours times 100 plus minutes, such as 517 for 05:17.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Clock {
    /// From the second moment to the first, in a unit of so many seconds.
    Passed(f64),
    /// Midnights from the second moment to the first.
    Days,
    /// A part of a moment, shifted; within 0 up to a cycle, or the cycle in place of 0 where 0 is not made.
    Part { part: Part, shift: f64, least: f64 },
    /// The clock so many minutes (the second term) after another one (the first), around midnight. Midnight is 2400
    /// where 0 is not made.
    After { least: f64 },
}

/// A part of a date or a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Weekday,
}

impl Part {
    fn of(self, moment: f64) -> f64 {
        let time = Timestamp::from_seconds(cast::round_to_i64(math::floor(moment)));
        let civil = time.civil();
        match self {
            Self::Year => f64::from(civil.year),
            Self::Month => f64::from(civil.month),
            Self::Day => f64::from(civil.day),
            Self::Hour => f64::from(civil.hour),
            Self::Minute => f64::from(civil.minute),
            Self::Weekday => cast::to_u64(time.weekday()) as f64,
        }
    }

    /// After how many it begins again, where it may be shifted.
    fn cycle(self) -> Option<f64> {
        match self {
            Self::Hour => Some(24.0),
            Self::Weekday => Some(7.0),
            _ => None,
        }
    }
}

impl Clock {
    /// Reads a formula; `least` is the smallest number that the target's own rule makes.
    pub(crate) fn of(rule: Rule, offset: f64, least: f64) -> Option<Self> {
        let part = |part| Self::Part { part, shift: offset, least };
        Some(match rule {
            Rule::ElapsedMilliseconds => Self::Passed(0.001),
            Rule::ElapsedSeconds => Self::Passed(1.0),
            Rule::ElapsedMinutes => Self::Passed(60.0),
            Rule::ElapsedHours => Self::Passed(3600.0),
            Rule::ElapsedDays => Self::Passed(DAY),
            Rule::CalendarDays => Self::Days,
            Rule::ClockMinutes => Self::After { least },
            Rule::YearOf => part(Part::Year),
            Rule::MonthOf => part(Part::Month),
            Rule::DayOf => part(Part::Day),
            Rule::HourOf => part(Part::Hour),
            Rule::MinuteOf => part(Part::Minute),
            Rule::WeekdayOf => part(Part::Weekday),
            _ => return None,
        })
    }

    /// Tells whether the terms are moments.
    pub(crate) fn reads_moments(self) -> bool {
        !matches!(self, Self::After { .. })
    }

    /// Computes the number; `None` with too few terms.
    pub(crate) fn number(self, terms: &[f64]) -> Option<f64> {
        Some(match self {
            Self::Passed(unit) => (terms.first()? - terms.get(1)?) / unit,
            Self::Days => math::floor(terms.first()? / DAY) - math::floor(terms.get(1)? / DAY),
            Self::Part { part, shift, least } => {
                let number = part.of(*terms.first()?) + shift;
                match part.cycle() {
                    Some(cycle) => within(number, cycle, least),
                    None => number,
                }
            }
            Self::After { least } => {
                let start = terms.first()?;
                let minutes = math::floor(start / 100.0) * 60.0 + start % 100.0 + math::round(*terms.get(1)?);
                let minutes = within(minutes, MINUTES_A_DAY, least);
                math::floor(minutes / 60.0) * 100.0 + minutes % 60.0
            }
        })
    }
}

/// The number that differs by whole cycles and is at least 0; a whole cycle in place of 0 where the least is above 0.
fn within(number: f64, cycle: f64, least: f64) -> f64 {
    let rest = number - cycle * math::floor(number / cycle);
    if rest < least && rest < 0.5 { rest + cycle } else { rest }
}

/// Returns the seconds since 1970 that a number stands for: large numbers are milli-, micro- or nanoseconds.
pub(crate) fn seconds(number: f64) -> f64 {
    let scales = [(1e11, 1.0), (1e14, 1e3), (1e17, 1e6)];
    let scale = scales.iter().find(|(limit, _)| number.abs() < *limit).map_or(1e9, |(_, scale)| *scale);
    number / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: Rule, (offset, least): (f64, f64), terms: &[f64], expected: f64) {
        let number = Clock::of(rule, offset, least).unwrap().number(terms).unwrap();
        assert!((number - expected).abs() < 1e-9, "{rule:?} {terms:?}: {number}");
    }

    /// Catches a midnight that is not passed, clocks taken for plain numbers, and weekdays that begin at 1.
    #[test]
    fn numbers_follow_from_times() {
        // 2025-03-04T05:06:07Z, a Tuesday.
        let moment = 1_741_064_767.0;
        check(Rule::YearOf, (0.0, 0.0), &[moment], 2025.0);
        check(Rule::DayOf, (0.0, 1.0), &[moment], 4.0);
        check(Rule::HourOf, (20.0, 0.0), &[moment], 1.0);
        check(Rule::WeekdayOf, (6.0, 1.0), &[moment], 7.0);
        check(Rule::ElapsedMinutes, (0.0, 0.0), &[moment + 90.0, moment], 1.5);
        check(Rule::CalendarDays, (0.0, 0.0), &[moment + 86_000.0, moment], 1.0);
        check(Rule::ClockMinutes, (0.0, 0.0), &[2355.0, 10.0], 5.0);
        check(Rule::ClockMinutes, (0.0, 1.0), &[2355.0, 5.0], 2400.0);
        check(Rule::ClockMinutes, (0.0, 0.0), &[5.0, -10.0], 2355.0);
        assert!((seconds(1_741_064_767_000.0) - moment).abs() < 1e-6);
    }
}
