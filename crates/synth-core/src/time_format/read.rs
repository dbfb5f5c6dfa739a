//! Reading a text by the parts of a format.

use super::Part;
use super::write::{MONTHS, WEEKDAYS};
use crate::time::{CivilTime, Timestamp, days_in_month};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Returns the moment and the minutes by which its zone is ahead of UTC.
pub(super) fn read(parts: &[Part], text: &str) -> Option<(Timestamp, i32)> {
    let mut cursor = Cursor { rest: text.as_bytes() };
    let mut fields = Fields::default();
    for part in parts {
        fields.read_part(*part, &mut cursor)?;
    }
    if cursor.rest.is_empty() { Some((fields.to_timestamp()?, fields.zone_minutes)) } else { None }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn digits(&mut self, min: usize, max: usize) -> Option<u32> {
        let length = self.rest.iter().take(max).take_while(|byte| byte.is_ascii_digit()).count();
        if length < min {
            return None;
        }
        let (digits, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
    }

    /// Two digits or one, as they are written without padding.
    fn bare(&mut self) -> Option<u32> {
        if self.rest.first() == Some(&b'0') { self.digits(1, 1) } else { self.digits(1, 2) }
    }

    fn literal(&mut self, wanted: char) -> Option<()> {
        if !wanted.is_ascii() {
            return self.take(wanted.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        (char::from(*first) == wanted).then_some(())
    }

    fn take(&mut self, wanted: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    fn name(&mut self, names: &[&str], length: Option<usize>) -> Option<u32> {
        let position = names.iter().position(|name| {
            let name = length.map_or(*name, |length| &name[..length]);
            self.take(name.as_bytes()).is_some()
        })?;
        u32::try_from(position).ok()
    }

    /// Digits of a second, in microseconds; those beyond the sixth are dropped.
    fn fraction(&mut self, digits: u8) -> Option<u32> {
        let value = self.digits(usize::from(digits), usize::from(digits))?;
        u32::try_from(u64::from(value) * 1_000_000 / 10_u64.pow(u32::from(digits))).ok()
    }

    /// Seconds since 1970: as many digits as stand there, without those that belong to a fraction behind.
    fn epoch_seconds(&mut self) -> Option<i64> {
        let is_negative = self.take(b"-").is_some();
        let seconds = i64::from(self.digits(1, 9)?);
        let tenth = if self.rest.first().is_some_and(u8::is_ascii_digit) && seconds >= 100_000_000 {
            10 * seconds + i64::from(self.digits(1, 1)?)
        } else {
            seconds
        };
        Some(if is_negative { -tenth } else { tenth })
    }

    fn zone_minutes(&mut self, colon: bool) -> Option<i32> {
        let (&sign, rest) = self.rest.split_first()?;
        self.rest = rest;
        let hours = self.digits(2, 2)?;
        if colon {
            self.take(b":")?;
        }
        let minutes = self.digits(2, 2)?;
        if hours > 23 || minutes > 59 {
            return None;
        }
        let minutes = i32::try_from(hours * 60 + minutes).ok()?;
        match sign {
            b'+' => Some(minutes),
            b'-' => Some(-minutes),
            _ => None,
        }
    }
}

/// What the parts said; the date is found when all are read.
struct Fields {
    civil: CivilTime,
    day_of_year: Option<u32>,
    week: Option<u32>,
    weekday: u32,
    hour12: Option<u32>,
    afternoon: bool,
    /// Hours that go on beyond 23, and seconds since 1970, in microseconds.
    elapsed: i64,
    zone_minutes: i32,
}

impl Default for Fields {
    fn default() -> Self {
        let civil = CivilTime { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, micros: 0 };
        Self {
            civil,
            day_of_year: None,
            week: None,
            weekday: 1,
            hour12: None,
            afternoon: false,
            elapsed: 0,
            zone_minutes: 0,
        }
    }
}

impl Fields {
    fn read_part(&mut self, part: Part, cursor: &mut Cursor<'_>) -> Option<()> {
        let civil = &mut self.civil;
        match part {
            Part::Literal(c) => cursor.literal(c)?,
            Part::Year | Part::WeekYear => civil.year = i32::try_from(cursor.digits(4, 4)?).ok()?,
            Part::Month => civil.month = cursor.digits(2, 2)?,
            Part::MonthBare => civil.month = cursor.bare()?,
            Part::MonthShort => civil.month = cursor.name(&MONTHS, Some(3))? + 1,
            Part::MonthLong => civil.month = cursor.name(&MONTHS, None)? + 1,
            Part::Day => civil.day = cursor.digits(2, 2)?,
            Part::DayBare => civil.day = cursor.bare()?,
            Part::DaySpaced => {
                let is_short = cursor.take(b" ").is_some();
                civil.day = if is_short { cursor.digits(1, 1)? } else { cursor.digits(2, 2)? };
            }
            Part::Hour => civil.hour = cursor.digits(2, 2)?,
            Part::HourBare => civil.hour = cursor.bare()?,
            Part::Minute => civil.minute = cursor.digits(2, 2)?,
            Part::Second => civil.second = cursor.digits(2, 2)?,
            Part::Fraction(digits) => {
                cursor.take(b".")?;
                civil.micros = cursor.fraction(digits)?;
            }
            Part::FractionDigits(digits) => civil.micros = cursor.fraction(digits)?,
            _ => self.read_other(part, cursor)?,
        }
        Some(())
    }

    /// The parts beyond month, day and the clock of a day.
    fn read_other(&mut self, part: Part, cursor: &mut Cursor<'_>) -> Option<()> {
        match part {
            Part::YearShort => {
                let year = i32::try_from(cursor.digits(2, 2)?).ok()?;
                self.civil.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            Part::DayOfYear => self.day_of_year = Some(cursor.digits(3, 3)?),
            Part::Week => self.week = Some(cursor.digits(2, 2)?),
            Part::WeekdayNumber => self.weekday = cursor.digits(1, 1)?,
            Part::WeekdayShort => _ = cursor.name(&WEEKDAYS, Some(3))?,
            Part::WeekdayLong => _ = cursor.name(&WEEKDAYS, None)?,
            Part::Hour12 => self.hour12 = Some(cursor.digits(2, 2)?),
            Part::Hour12Bare => self.hour12 = Some(cursor.bare()?),
            Part::Meridiem => self.afternoon = cursor.name(&["AM", "PM"], None)? == 1,
            Part::MeridiemLower => self.afternoon = cursor.name(&["am", "pm"], None)? == 1,
            Part::Elapsed => self.elapsed = i64::from(cursor.digits(2, 5)?) * 3600 * SECOND,
            Part::ElapsedBare => {
                let is_zero = cursor.rest.first() == Some(&b'0');
                self.elapsed = i64::from(cursor.digits(1, if is_zero { 1 } else { 5 })?) * 3600 * SECOND;
            }
            Part::EpochSeconds => self.elapsed = cursor.epoch_seconds()?.checked_mul(SECOND)?,
            Part::Zone => self.zone_minutes = cursor.zone_minutes(false)?,
            Part::ZoneColon => self.zone_minutes = cursor.zone_minutes(true)?,
            _ => return None,
        }
        Some(())
    }

    fn to_timestamp(&self) -> Option<Timestamp> {
        let mut civil = self.civil;
        if let Some(hour) = self.hour12 {
            if !(1..=12).contains(&hour) {
                return None;
            }
            civil.hour = hour % 12 + if self.afternoon { 12 } else { 0 };
        }
        let leap = i64::from(civil.second == 60);
        civil.second -= u32::from(civil.second == 60);
        let mut micros = civil.to_timestamp()?.0 + leap * SECOND + self.elapsed;
        if let Some(day) = self.day_of_year {
            let n_days = 337 + days_in_month(civil.year, 2);
            micros += (1..=n_days).contains(&day).then(|| i64::from(day - 1) * DAY)?;
        }
        if let Some(week) = self.week {
            micros += days_of_week(civil.year, week, self.weekday)? * DAY;
        }
        Some(Timestamp(micros - i64::from(self.zone_minutes) * 60 * SECOND))
    }
}

/// Days from the first of January of a week year to a day of one of its weeks.
fn days_of_week(year: i32, week: u32, weekday: u32) -> Option<i64> {
    let first = CivilTime { year, month: 1, day: 1, hour: 0, minute: 0, second: 0, micros: 0 };
    let new_year = i64::try_from(first.to_timestamp()?.weekday()).ok()?;
    // Week 1 holds the fourth of January, so it starts on a Monday from three days before to three after the first.
    let monday = if new_year <= 3 { -new_year } else { 7 - new_year };
    let is_leap = days_in_month(year, 2) == 29;
    let n_weeks = if new_year == 3 || (new_year == 2 && is_leap) { 53 } else { 52 };
    ((1..=n_weeks).contains(&week) && (1..=7).contains(&weekday))
        .then(|| monday + i64::from(week - 1) * 7 + i64::from(weekday - 1))
}
