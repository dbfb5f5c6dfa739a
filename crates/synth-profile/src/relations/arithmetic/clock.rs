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

/// A column with its numbers, one a row, NaN where there is none.
struct Numbers<'t> {
    column: &'t Column,
    of_row: Vec<f64>,
}

impl<'t> Numbers<'t> {
    /// Reads a column once, as it is looked at again and again.
    fn of(table: &Table, column: &'t Column, number: impl Fn(&Column, usize) -> Option<f64>) -> Self {
        let of_row = (0..table.n_rows()).map(|row| number(column, row).unwrap_or(f64::NAN)).collect();
        Self { column, of_row }
    }

    fn get(&self, row: usize) -> Option<f64> {
        Some(self.of_row[row]).filter(|number| !number.is_nan())
    }
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
    let times = table.columns.iter().filter(|column| is_moment(column)).take(MAX_TIMES);
    let times: Vec<Numbers<'_>> = times.map(|column| Numbers::of(table, column, seconds)).collect();
    let clocks = table.columns.iter().filter(|column| is_clock(column)).take(MAX_TIMES);
    let clocks: Vec<Numbers<'_>> = clocks.map(|column| Numbers::of(table, column, Column::number)).collect();
    if times.is_empty() && clocks.is_empty() {
        return Vec::new();
    }
    let is_target = |column: &&Column| {
        column.part == Part::Value
            && (matches!(column.kind, Kind::Integer | Kind::Decimal) || is_duration(column))
            && column.n_distinct() > 1
    };
    let mut found = Vec::new();
    for target in table.columns.iter().filter(is_target).take(MAX_TARGETS) {
        let target = Numbers::of(table, target, value);
        let formula = passed(&target, &times)
            .or_else(|| by_clock(&target, &clocks))
            .or_else(|| times.iter().find_map(|time| part(&target, time)));
        found.extend(formula);
    }
    let is_date = |time: &&Numbers<'_>| time.column.format.as_ref().is_some_and(|format| !format.has_time());
    for target in times.iter().filter(is_date) {
        let rule = ClockRule { operation: Operation::DateOf, offset: 0.0, tolerance: 0.5 };
        let mut finer = times.iter().filter(|time| !is_date(time) && time.column.path != target.column.path);
        found.extend(finer.find_map(|time| formula(rule, target, &[time])));
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
fn passed(target: &Numbers<'_>, times: &[Numbers<'_>]) -> Option<Arithmetic> {
    let column = target.column;
    if column.n_distinct() < MIN_DISTINCT || times.len() < 2 {
        return None;
    }
    let is_duration = is_duration(column);
    let step = if is_duration {
        column.distinct_texts().filter_map(duration).map(|(_, step)| step).fold(DAY, f64::min)
    } else {
        2.0 * tolerance(column)
    };
    let units =
        UNITS.into_iter().filter(|(operation, _)| !is_duration || *operation == Operation::ElapsedSeconds);
    let days = [(Operation::CalendarDays, DAY)].into_iter().filter(|_| column.kind == Kind::Integer);
    for (operation, _) in days.chain(units) {
        let tolerance = if operation == Operation::CalendarDays { 0.5 } else { step };
        let rule = ClockRule { operation, offset: 0.0, tolerance };
        for start in times {
            let mut others = times.iter().filter(|end| end.column.path != start.column.path);
            if let Some(found) = others.find_map(|end| formula(rule, target, &[end, start])) {
                return Some(found);
            }
        }
    }
    None
}

/// Minutes between two numbers that are hours and minutes.
fn by_clock(target: &Numbers<'_>, clocks: &[Numbers<'_>]) -> Option<Arithmetic> {
    if target.column.n_distinct() < MIN_DISTINCT || clocks.len() < 2 {
        return None;
    }
    let tolerance = tolerance(target.column);
    let rule = ClockRule { operation: Operation::ClockMinutes, offset: 0.0, tolerance };
    let pairs = clocks.iter().flat_map(|end| clocks.iter().map(move |start| [end, start]));
    let differ = |one: &Numbers<'_>, other: &Numbers<'_>| one.column.path != other.column.path;
    pairs
        .filter(|[end, start]| differ(end, start) && differ(end, target) && differ(start, target))
        .find_map(|pair| formula(rule, target, &pair))
}

/// A part of a date.
fn part(target: &Numbers<'_>, time: &Numbers<'_>) -> Option<Arithmetic> {
    let column = target.column;
    if column.kind != Kind::Integer || time.column.n_distinct() < column.n_distinct() {
        return None;
    }
    let mut rows = target.of_row.iter().zip(&time.of_row);
    let (wanted, moment) = rows.find(|(wanted, moment)| !wanted.is_nan() && !moment.is_nan())?;
    PARTS.into_iter().find_map(|(operation, cycle)| {
        let shift = wanted - part_of(operation, *moment);
        let offset = match cycle {
            Some(cycle) if column.distinct_numbers().any(|number| !(0.0..=cycle).contains(&number)) => {
                return None;
            }
            Some(cycle) => shift - cycle * math::floor(shift / cycle),
            None if shift.abs() < 0.5 => 0.0,
            None => return None,
        };
        formula(ClockRule { operation, offset, tolerance: 0.5 }, target, &[time])
    })
}

/// The formula, when the rows bear it out.
fn formula(rule: ClockRule, target: &Numbers<'_>, terms: &[&Numbers<'_>]) -> Option<Arithmetic> {
    let (mut n_rows, mut n_holding) = (0_usize, 0_usize);
    let mut seen: Vec<f64> = Vec::new();
    let mut n_first = 0_usize;
    for (row, value) in target.of_row.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        let Some(holds) = rule.holds(*value, terms.len(), |term| terms[term].get(row)) else { continue };
        n_rows += 1;
        n_holding += usize::from(holds);
        if n_rows - n_holding > 2 + n_rows / 50 {
            return None;
        }
        n_first += usize::from(seen.first().is_some_and(|first| (first - value).abs() < rule.tolerance));
        if seen.len() < MIN_DISTINCT && seen.iter().all(|known| (known - value).abs() > rule.tolerance) {
            seen.push(*value);
        }
    }
    let is_part = terms.len() == 1;
    let least = if is_part { (2, MIN_PART_ROWS) } else { (MIN_DISTINCT, MIN_ROWS) };
    let is_proved = seen.len() >= least.0
        && n_rows >= least.1
        && (n_first as f64) <= MAX_COMMONEST * n_rows as f64
        && n_holding as f64 >= MIN_HOLD * n_rows as f64;
    is_proved.then(|| Arithmetic {
        target: target.column.path.clone(),
        operation: rule.operation,
        terms: terms.iter().map(|term| Term { path: term.column.path.clone(), factor: 1.0 }).collect(),
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
        let number = if self.operation == Operation::ClockMinutes { Column::number } else { seconds };
        self.holds(value(target, row)?, terms.len(), |term| number(terms[term], row))
    }

    /// Tests a target against its terms: times in seconds, or clocks as they are.
    fn holds(&self, wanted: f64, n_terms: usize, term: impl Fn(usize) -> Option<f64>) -> Option<bool> {
        let off = match (self.operation, n_terms) {
            (Operation::ClockMinutes, 2) => {
                let passed = minutes(term(0)?) - minutes(term(1)?);
                around(passed - wanted, 1440.0)
            }
            (Operation::CalendarDays, 2) => {
                let day = |seconds: f64| math::floor(seconds / DAY);
                day(term(0)?) - day(term(1)?) - wanted
            }
            (Operation::DateOf, 1) => math::floor(term(0)? / DAY) * DAY - wanted,
            (operation, 2) => {
                let (_, unit) = UNITS.iter().find(|(known, _)| *known == operation)?;
                let off = (term(0)? - term(1)?) / unit - wanted;
                // Rounded to the nearest step, or what is less than a whole step cut off.
                return Some(off >= -0.500_001 * self.tolerance && off <= 1.000_001 * self.tolerance);
            }
            (operation, 1) => {
                let off = part_of(operation, term(0)?) + self.offset - wanted;
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
