//! Printing a moment by the parts of a format.

use std::fmt;

use super::Part;
use crate::time::{CivilTime, Timestamp};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Prints a moment as it is called in a zone that is `zone_minutes` ahead of UTC.
pub(super) fn write(
    parts: &[Part],
    timestamp: Timestamp,
    zone_minutes: i32,
    out: &mut impl fmt::Write,
) -> fmt::Result {
    let local = Timestamp(timestamp.0.saturating_add(i64::from(zone_minutes) * 60_000_000));
    let civil = local.civil();
    for part in parts {
        match *part {
            Part::Literal(c) => out.write_char(c)?,
            Part::Elapsed => write!(out, "{:02}", hours_since_epoch(local))?,
            Part::ElapsedBare => write!(out, "{}", hours_since_epoch(local))?,
            Part::EpochSeconds => write!(out, "{}", timestamp.seconds())?,
            Part::Zone | Part::ZoneColon => write_zone(*part, zone_minutes, out)?,
            Part::WeekYear | Part::Week | Part::WeekdayNumber => write_week(*part, local, out)?,
            Part::WeekdayShort => out.write_str(&WEEKDAYS[local.weekday()][..3])?,
            Part::WeekdayLong => out.write_str(WEEKDAYS[local.weekday()])?,
            Part::DayOfYear => write!(out, "{:03}", day_of_year(local) + 1)?,
            _ => write_civil(*part, civil, out)?,
        }
    }
    Ok(())
}

fn write_civil(part: Part, civil: CivilTime, out: &mut impl fmt::Write) -> fmt::Result {
    let month = MONTHS[(civil.month - 1) as usize];
    let hour12 = (civil.hour + 11) % 12 + 1;
    match part {
        Part::Year => write!(out, "{:04}", civil.year),
        Part::YearShort => write!(out, "{:02}", civil.year.rem_euclid(100)),
        Part::Month => write!(out, "{:02}", civil.month),
        Part::MonthBare => write!(out, "{}", civil.month),
        Part::MonthShort => out.write_str(&month[..3]),
        Part::MonthLong => out.write_str(month),
        Part::Day => write!(out, "{:02}", civil.day),
        Part::DayBare => write!(out, "{}", civil.day),
        Part::DaySpaced => write!(out, "{:2}", civil.day),
        Part::Hour => write!(out, "{:02}", civil.hour),
        Part::HourBare => write!(out, "{}", civil.hour),
        Part::Hour12 => write!(out, "{hour12:02}"),
        Part::Hour12Bare => write!(out, "{hour12}"),
        Part::Meridiem => out.write_str(if civil.hour < 12 { "AM" } else { "PM" }),
        Part::MeridiemLower => out.write_str(if civil.hour < 12 { "am" } else { "pm" }),
        Part::Minute => write!(out, "{:02}", civil.minute),
        Part::Second => write!(out, "{:02}", civil.second),
        Part::Fraction(digits) => {
            out.write_char('.')?;
            write_fraction(civil.micros, digits, out)
        }
        Part::FractionDigits(digits) => write_fraction(civil.micros, digits, out),
        _ => Ok(()),
    }
}

fn write_fraction(micros: u32, digits: u8, out: &mut impl fmt::Write) -> fmt::Result {
    let all = format!("{micros:06}000");
    out.write_str(&all[..usize::from(digits.min(9))])
}

fn write_zone(part: Part, zone_minutes: i32, out: &mut impl fmt::Write) -> fmt::Result {
    let sign = if zone_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (zone_minutes.unsigned_abs() / 60, zone_minutes.unsigned_abs() % 60);
    let colon = if part == Part::ZoneColon { ":" } else { "" };
    write!(out, "{sign}{hours:02}{colon}{minutes:02}")
}

fn hours_since_epoch(local: Timestamp) -> i64 {
    local.seconds().div_euclid(3600)
}

/// Days since the first of January.
fn day_of_year(local: Timestamp) -> i64 {
    let first = CivilTime { month: 1, day: 1, hour: 0, minute: 0, second: 0, micros: 0, ..local.civil() };
    first.to_timestamp().map_or(0, |first| (local.0 - first.0).div_euclid(super::DAY_MICROS))
}

/// Year, week and weekday of ISO 8601: a week belongs to the year that holds its Thursday.
fn write_week(part: Part, local: Timestamp, out: &mut impl fmt::Write) -> fmt::Result {
    let weekday = i64::try_from(local.weekday()).unwrap_or(0);
    let thursday = Timestamp(local.0.saturating_add((3 - weekday) * super::DAY_MICROS));
    match part {
        Part::WeekYear => write!(out, "{:04}", thursday.civil().year),
        Part::Week => write!(out, "{:02}", day_of_year(thursday) / 7 + 1),
        _ => write!(out, "{}", weekday + 1),
    }
}
