//! Numbers that follow from times: what has passed between two of them, and the parts of a date.

use synth_core::{Timestamp, cast, math};

use super::{Arithmetic, MIN_HOLD, MIN_ROWS, Operation, Term, tolerance};
use crate::relations::Evidence;
use crate::relations::table::{Column, Kind, Part, Table};

/// Most times and most numbers of a table that are compared.
const MAX_TIMES: usize = 10;
const MAX_TARGETS: usize = 40;
/// Distinct numbers that prove a difference of times.
const MIN_DISTINCT: usize = 6;
/// Distinct numbers from which whole numbers up to 2359 may be hours and minutes.
const MIN_CLOCK: usize = 20;
/// Rows that prove a part of a date, and the share of the commonest value from which they prove nothing.
const MIN_PART_ROWS: usize = 20;
const MAX_COMMONEST: f64 = 0.95;

const DAY: f64 = 86_400.0;

/// Seconds of the unit in which what has passed is told.
const UNITS: [(Operation, f64); 5] = [
    (Operation::ElapsedSeconds, 1.0),
    (Operation::ElapsedMinutes, 60.0),
    (Operation::ElapsedHours, 3600.0),
    (Operation::ElapsedDays, DAY),
    (Operation::ElapsedMilliseconds, 0.001),
];
/// Parts of a date, and after how many they begin again.
const PARTS: [(Operation, Option<f64>); 6] = [
    (Operation::YearOf, None),
    (Operation::MonthOf, None),
    (Operation::DayOf, None),
    (Operation::HourOf, Some(24.0)),
    (Operation::MinuteOf, None),
    (Operation::WeekdayOf, Some(7.0)),
];

/// A formula over times, ready to be tested.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClockRule {
    pub(crate) operation: Operation,
    pub(crate) offset: f64,
    /// What the target may be off.
    pub(crate) tolerance: f64,
}

/// Tells whether an operation is one on times.
pub(crate) fn is_of_times(operation: Operation) -> bool {
    UNITS.iter().any(|(known, _)| *known == operation)
        || PARTS.iter().any(|(known, _)| *known == operation)
        || matches!(operation, Operation::ClockMinutes | Operation::CalendarDays | Operation::DateOf)
}

/// Returns the numbers and dates of a table that follow from its times.
///
/// # Method
///
/// Every number is set against every two times in every unit, and against the parts of every date; the first rows
/// that do not fit end a trial. What has passed may be rounded or cut to a unit of the number's last digit. Hours of the
/// day may lie a constant apart (another time zone), weekdays may begin anywhere. Whole numbers that are all hours and
/// minutes, such as 517 for 05:17, are subtracted as clocks do, around midnight.
pub(super) fn formulas(table: &Table) -> Vec<Arithmetic> {
    let times: Vec<&Column> =
        table.columns.iter().filter(|column| is_moment(column)).take(MAX_TIMES).collect();
    let clocks: Vec<&Column> =
        table.columns.iter().filter(|column| is_clock(column)).take(MAX_TIMES).collect();
    let is_target = |column: &&Column| {
        column.part == Part::Value
            && (matches!(column.kind, Kind::Integer | Kind::Decimal) || is_duration(column))
            && column.n_distinct() > 1
    };
    let mut found = Vec::new();
    for target in table.columns.iter().filter(is_target).take(MAX_TARGETS) {
        let formula = passed(table, target, &times)
            .or_else(|| by_clock(table, target, &clocks))
            .or_else(|| times.iter().find_map(|time| part(table, target, time)));
        found.extend(formula);
    }
    let is_date = |column: &&&Column| column.format.as_ref().is_some_and(|format| !format.has_time());
    for target in times.iter().filter(is_date) {
        let rule = ClockRule { operation: Operation::DateOf, offset: 0.0, tolerance: 0.5 };
        let mut finer = times.iter().filter(|time| !is_date(time) && time.path != target.path);
        found.extend(finer.find_map(|time| formula(table, rule, target, &[time])));
    }
    found
}

fn is_moment(column: &Column) -> bool {
    column.part == Part::Value && column.kind == Kind::Time && column.n_distinct() > 1
}

/// Whole numbers that are all hours and minutes.
fn is_clock(column: &Column) -> bool {
    let is_one = |number: f64| (0.0..=2400.0).contains(&number) && number % 100.0 < 60.0;
    column.part == Part::Value
        && column.kind == Kind::Integer
        && column.n_distinct() >= MIN_CLOCK
        && column.distinct_numbers().all(is_one)
        && column.distinct_numbers().any(|number| number >= 600.0)
}

fn is_duration(column: &Column) -> bool {
    column.kind == Kind::Text
        && column.n_distinct() >= MIN_DISTINCT
        && column.distinct_texts().take(100).all(|text| duration(text).is_some())
}

/// Seconds of an ISO 8601 duration of days, hours, minutes and seconds, and those of its smallest unit.
fn duration(text: &str) -> Option<(f64, f64)> {
    let mut rest = text.strip_prefix('P')?;
    let (mut total, mut smallest, mut is_time) = (0.0, DAY, false);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            (rest, is_time) = (time, true);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit = match (&rest[end..=end], is_time) {
            ("D", false) => DAY,
            ("H", true) => 3600.0,
            ("M", true) => 60.0,
            ("S", true) => 1.0,
            _ => return None,
        };
        total += number * unit;
        smallest = unit.min(smallest);
        rest = &rest[end + 1..];
    }
    Some((total, smallest))
}

/// What has passed between two times, in some unit.
fn passed(table: &Table, target: &Column, times: &[&Column]) -> Option<Arithmetic> {
    if target.n_distinct() < MIN_DISTINCT {
        return None;
    }
    let step = if is_duration(target) {
        target.distinct_texts().filter_map(duration).map(|(_, step)| step).fold(DAY, f64::min)
    } else {
        2.0 * tolerance(target)
    };
    let units = UNITS
        .into_iter()
        .filter(|(operation, _)| !is_duration(target) || *operation == Operation::ElapsedSeconds);
    let days = [(Operation::CalendarDays, DAY)].into_iter().filter(|_| target.kind == Kind::Integer);
    for (operation, _) in days.chain(units) {
        let tolerance = if operation == Operation::CalendarDays { 0.5 } else { step };
        let rule = ClockRule { operation, offset: 0.0, tolerance };
        for start in times {
            let others = times.iter().filter(|end| end.path != start.path);
            if let Some(found) =
                others.into_iter().find_map(|end| formula(table, rule, target, &[end, start]))
            {
                return Some(found);
            }
        }
    }
    None
}

/// Minutes between two numbers that are hours and minutes.
fn by_clock(table: &Table, target: &Column, clocks: &[&Column]) -> Option<Arithmetic> {
    if target.n_distinct() < MIN_DISTINCT {
        return None;
    }
    let rule = ClockRule { operation: Operation::ClockMinutes, offset: 0.0, tolerance: tolerance(target) };
    let pairs = clocks.iter().flat_map(|end| clocks.iter().map(move |start| [*end, *start]));
    pairs
        .filter(|[end, start]| end.path != start.path && end.path != target.path && start.path != target.path)
        .find_map(|pair| formula(table, rule, target, &pair))
}

/// A part of a date.
fn part(table: &Table, target: &Column, time: &Column) -> Option<Arithmetic> {
    if target.kind != Kind::Integer || time.n_distinct() < target.n_distinct() {
        return None;
    }
    let first =
        (0..table.n_rows()).find(|row| target.number(*row).is_some() && time.number(*row).is_some())?;
    let (wanted, moment) = (target.number(first)?, seconds(time, first)?);
    PARTS.into_iter().find_map(|(operation, cycle)| {
        let shift = wanted - part_of(operation, moment);
        let offset = match cycle {
            Some(cycle) if target.distinct_numbers().any(|number| !(0.0..=cycle).contains(&number)) => {
                return None;
            }
            Some(cycle) => shift - cycle * math::floor(shift / cycle),
            None if shift.abs() < 0.5 => 0.0,
            None => return None,
        };
        formula(table, ClockRule { operation, offset, tolerance: 0.5 }, target, &[time])
    })
}

/// The formula, when the rows bear it out.
fn formula(table: &Table, rule: ClockRule, target: &Column, terms: &[&Column]) -> Option<Arithmetic> {
    let (mut n_rows, mut n_holding) = (0_usize, 0_usize);
    let mut seen: Vec<f64> = Vec::new();
    let mut n_first = 0_usize;
    for row in 0..table.n_rows() {
        let Some(holds) = rule.test(target, terms, row) else { continue };
        n_rows += 1;
        n_holding += usize::from(holds);
        if n_rows - n_holding > 2 + n_rows / 50 {
            return None;
        }
        if let Some(value) = value(target, row) {
            n_first += usize::from(seen.first().is_some_and(|first| (first - value).abs() < rule.tolerance));
            if seen.len() < MIN_DISTINCT && seen.iter().all(|known| (known - value).abs() > rule.tolerance) {
                seen.push(value);
            }
        }
    }
    let is_part = terms.len() == 1;
    let least = if is_part { (2, MIN_PART_ROWS) } else { (MIN_DISTINCT, MIN_ROWS) };
    let is_proved = seen.len() >= least.0
        && n_rows >= least.1
        && (n_first as f64) <= MAX_COMMONEST * n_rows as f64
        && n_holding as f64 >= MIN_HOLD * n_rows as f64;
    is_proved.then(|| Arithmetic {
        target: target.path.clone(),
        operation: rule.operation,
        terms: terms.iter().map(|term| Term { path: term.path.clone(), factor: 1.0 }).collect(),
        offset: rule.offset,
        evidence: Evidence { n_rows: cast::to_u64(n_rows), n_holding: cast::to_u64(n_holding) },
        exceptions: Vec::new(),
    })
}

impl ClockRule {
    /// Returns the rule that tests what was found, on a target with the given values.
    pub(crate) fn of(operation: Operation, offset: f64, target: &Column) -> Self {
        let is_passed = UNITS.iter().any(|(known, _)| *known == operation);
        let tolerance = if is_duration(target) {
            target.distinct_texts().filter_map(duration).map(|(_, step)| step).fold(DAY, f64::min)
        } else if is_passed {
            2.0 * tolerance(target)
        } else {
            0.5
        };
        Self { operation, offset, tolerance }
    }

    /// Tests one row; `None` where a value is missing.
    pub(crate) fn test(&self, target: &Column, terms: &[&Column], row: usize) -> Option<bool> {
        let wanted = value(target, row)?;
        let off = match (self.operation, terms) {
            (Operation::ClockMinutes, [end, start]) => {
                let passed = minutes(end.number(row)?) - minutes(start.number(row)?);
                around(passed - wanted, 1440.0)
            }
            (Operation::CalendarDays, [end, start]) => {
                let day = |time: &Column| Some(math::floor(seconds(time, row)? / DAY));
                day(end)? - day(start)? - wanted
            }
            (Operation::DateOf, [time]) => math::floor(seconds(time, row)? / DAY) * DAY - wanted,
            (operation, [end, start]) => {
                let (_, unit) = UNITS.iter().find(|(known, _)| *known == operation)?;
                let off = (seconds(end, row)? - seconds(start, row)?) / unit - wanted;
                // Rounded to the nearest step, or what is less than a whole step cut off.
                return Some(off >= -0.500_001 * self.tolerance && off <= 1.000_001 * self.tolerance);
            }
            (operation, [time]) => {
                let off = part_of(operation, seconds(time, row)?) + self.offset - wanted;
                let (_, cycle) = PARTS.iter().find(|(known, _)| *known == operation)?;
                cycle.map_or(off, |cycle| around(off, cycle))
            }
            _ => return None,
        };
        Some(off.abs() <= self.tolerance)
    }
}

/// The distance to the nearest multiple of a cycle.
fn around(number: f64, cycle: f64) -> f64 {
    number - cycle * math::round(number / cycle)
}

fn minutes(clock: f64) -> f64 {
    math::floor(clock / 100.0) * 60.0 + clock % 100.0
}

/// The target's number: of a duration its seconds, of a date those since the epoch.
fn value(column: &Column, row: usize) -> Option<f64> {
    match column.kind {
        Kind::Text => duration(column.text_of(column.cell(row))?).map(|(seconds, _)| seconds),
        Kind::Time => seconds(column, row),
        _ => column.number(row),
    }
}

/// Seconds since the epoch; numbers that are too large for them are milli-, micro- or nanoseconds.
fn seconds(column: &Column, row: usize) -> Option<f64> {
    let number = column.number(row)?;
    if column.format.is_some() {
        return Some(number);
    }
    let scales = [(1e11, 1.0), (1e14, 1e3), (1e17, 1e6)];
    let scale = scales.iter().find(|(limit, _)| number.abs() < *limit).map_or(1e9, |(_, scale)| *scale);
    Some(number / scale)
}

fn part_of(operation: Operation, seconds: f64) -> f64 {
    let time = Timestamp::from_seconds(cast::round_to_i64(math::floor(seconds)));
    let civil = time.civil();
    match operation {
        Operation::YearOf => f64::from(civil.year),
        Operation::MonthOf => f64::from(civil.month),
        Operation::DayOf => f64::from(civil.day),
        Operation::HourOf => f64::from(civil.hour),
        Operation::MinuteOf => f64::from(civil.minute),
        _ => cast::to_u64(time.weekday()) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("PT3M"), Some((180.0, 60.0)));
        assert_eq!(duration("P1DT2H"), Some((93_600.0, 3600.0)));
        assert_eq!(duration("PT1M0.5S"), Some((60.5, 1.0)));
        assert_eq!(
            (duration("P"), duration("3M"), duration("P1M"), duration("PT3")),
            (None, None, None, None)
        );
    }

    #[test]
    fn clocks_turn_at_midnight() {
        assert!((minutes(2355.0) - 1435.0).abs() < 1e-9);
        assert!(around(minutes(5.0) - minutes(2355.0) - 10.0, 1440.0).abs() < 1e-9);
    }
}
