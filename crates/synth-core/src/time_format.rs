//! Date and time formats: one description that reads and prints.

use std::fmt;

use crate::time::{CivilTime, Timestamp};

/// A format written with the usual `strftime` letters, for example `%Y-%m-%dT%H:%M:%S%.3fZ`.
///
/// Letters: `%Y` year, `%m` `%d` month and day with two digits, `%-m` `%-d` without padding, `%b` `%B` month
/// name short and long, `%a` `%A` weekday, `%H` `%M` `%S` time of day, `%I` `%p` twelve-hour clock, `%.Nf`
/// a point and N digits of the second, `%z` zone as `+0100`, `%:z` zone as `+01:00`, `%%` a percent sign.
/// Everything else stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFormat {
    spec: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Literal(char),
    Year,
    Month,
    MonthBare,
    MonthShort,
    MonthLong,
    Day,
    DayBare,
    WeekdayShort,
    WeekdayLong,
    Hour,
    Hour12,
    Meridiem,
    Minute,
    Second,
    Fraction(u8),
    Zone,
    ZoneColon,
}

/// Why a text is not a time format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown time format letter `%{letter}`")]
pub struct TimeFormatError {
    /// What follows the percent sign.
    pub letter: String,
}

const MONTHS: [&str; 12] = [
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
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl TimeFormat {
    /// Reads a format.
    ///
    /// # Errors
    ///
    /// [`TimeFormatError`] for a letter that is not in the list of [`TimeFormat`].
    pub fn parse(spec: &str) -> Result<Self, TimeFormatError> {
        let mut parts = Vec::new();
        let mut rest = spec;
        while let Some(first) = rest.chars().next() {
            rest = &rest[first.len_utf8()..];
            if first != '%' {
                parts.push(Part::Literal(first));
                continue;
            }
            let (part, length) = Part::parse(rest)?;
            parts.push(part);
            rest = &rest[length..];
        }
        Ok(Self { spec: spec.to_owned(), parts })
    }

    /// Returns the format as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.spec
    }

    /// Tells whether the format names a time of day.
    #[must_use]
    pub fn has_time(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Hour | Part::Hour12))
    }

    /// Returns the length of one step of the last printed unit, in microseconds.
    #[must_use]
    pub fn resolution_micros(&self) -> i64 {
        let micros = |part: &Part| match part {
            Part::Fraction(digits) => 10_i64.pow(u32::from(6_u8.saturating_sub(*digits))),
            Part::Second => 1_000_000,
            Part::Minute => 60_000_000,
            Part::Hour | Part::Hour12 => 3_600_000_000,
            _ => 86_400_000_000,
        };
        self.parts.iter().map(micros).min().unwrap_or(86_400_000_000)
    }

    /// Reads a text that is in this format from its first to its last byte.
    ///
    /// A missing date is 1970-01-01, a missing time is midnight; a zone is subtracted, so the result is UTC.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        let mut cursor = Cursor { rest: text.as_bytes() };
        let mut fields = Fields::default();
        for part in &self.parts {
            fields.read_part(*part, &mut cursor)?;
        }
        if cursor.rest.is_empty() { fields.to_timestamp() } else { None }
    }

    /// Prints a timestamp, taken as UTC; digits beyond microseconds are zeros.
    ///
    /// # Errors
    ///
    /// Only those of `out`.
    pub fn write(&self, timestamp: Timestamp, out: &mut impl fmt::Write) -> fmt::Result {
        let civil = timestamp.civil();
        let weekday = WEEKDAYS[timestamp.weekday()];
        let month = MONTHS[(civil.month - 1) as usize];
        for part in &self.parts {
            match *part {
                Part::Literal(c) => out.write_char(c)?,
                Part::Year => write!(out, "{:04}", civil.year)?,
                Part::Month => write!(out, "{:02}", civil.month)?,
                Part::MonthBare => write!(out, "{}", civil.month)?,
                Part::MonthShort => out.write_str(&month[..3])?,
                Part::MonthLong => out.write_str(month)?,
                Part::Day => write!(out, "{:02}", civil.day)?,
                Part::DayBare => write!(out, "{}", civil.day)?,
                Part::WeekdayShort => out.write_str(&weekday[..3])?,
                Part::WeekdayLong => out.write_str(weekday)?,
                Part::Hour => write!(out, "{:02}", civil.hour)?,
                Part::Hour12 => write!(out, "{:02}", (civil.hour + 11) % 12 + 1)?,
                Part::Meridiem => out.write_str(if civil.hour < 12 { "AM" } else { "PM" })?,
                Part::Minute => write!(out, "{:02}", civil.minute)?,
                Part::Second => write!(out, "{:02}", civil.second)?,
                Part::Fraction(digits) => write_fraction(civil.micros, digits, out)?,
                Part::Zone => out.write_str("+0000")?,
                Part::ZoneColon => out.write_str("+00:00")?,
            }
        }
        Ok(())
    }
}

fn write_fraction(micros: u32, digits: u8, out: &mut impl fmt::Write) -> fmt::Result {
    let all = format!(".{micros:06}000");
    out.write_str(&all[..=usize::from(digits.min(9))])
}

impl Part {
    /// Reads what follows a percent sign; returns the part and its length in bytes.
    fn parse(rest: &str) -> Result<(Self, usize), TimeFormatError> {
        let part = match rest.as_bytes() {
            [b'.', digit @ b'1'..=b'9', b'f', ..] => return Ok((Self::Fraction(digit - b'0'), 3)),
            [b'-', b'm', ..] => return Ok((Self::MonthBare, 2)),
            [b'-', b'd', ..] => return Ok((Self::DayBare, 2)),
            [b':', b'z', ..] => return Ok((Self::ZoneColon, 2)),
            [letter, ..] => match letter {
                b'Y' => Self::Year,
                b'm' => Self::Month,
                b'b' => Self::MonthShort,
                b'B' => Self::MonthLong,
                b'd' => Self::Day,
                b'a' => Self::WeekdayShort,
                b'A' => Self::WeekdayLong,
                b'H' => Self::Hour,
                b'I' => Self::Hour12,
                b'p' => Self::Meridiem,
                b'M' => Self::Minute,
                b'S' => Self::Second,
                b'z' => Self::Zone,
                b'%' => Self::Literal('%'),
                _ => return Err(TimeFormatError { letter: rest.chars().take(1).collect() }),
            },
            [] => return Err(TimeFormatError { letter: String::new() }),
        };
        Ok((part, 1))
    }
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

    fn zone_minutes(&mut self, colon: bool) -> Option<i64> {
        let (&sign, rest) = self.rest.split_first()?;
        self.rest = rest;
        let hours = self.digits(2, 2)?;
        if colon {
            self.take(b":")?;
        }
        let minutes = i64::from(hours * 60 + self.digits(2, 2)?);
        match sign {
            b'+' => Some(minutes),
            b'-' => Some(-minutes),
            _ => None,
        }
    }
}

struct Fields {
    civil: CivilTime,
    hour12: Option<u32>,
    afternoon: bool,
    zone_minutes: i64,
}

impl Default for Fields {
    fn default() -> Self {
        let civil = CivilTime { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, micros: 0 };
        Self { civil, hour12: None, afternoon: false, zone_minutes: 0 }
    }
}

impl Fields {
    fn read_part(&mut self, part: Part, cursor: &mut Cursor<'_>) -> Option<()> {
        let civil = &mut self.civil;
        match part {
            Part::Literal(c) => cursor.literal(c)?,
            Part::Year => civil.year = i32::try_from(cursor.digits(4, 4)?).ok()?,
            Part::Month => civil.month = cursor.digits(2, 2)?,
            Part::MonthBare => civil.month = cursor.digits(1, 2)?,
            Part::MonthShort => civil.month = cursor.name(&MONTHS, Some(3))? + 1,
            Part::MonthLong => civil.month = cursor.name(&MONTHS, None)? + 1,
            Part::Day => civil.day = cursor.digits(2, 2)?,
            Part::DayBare => civil.day = cursor.digits(1, 2)?,
            Part::WeekdayShort => _ = cursor.name(&WEEKDAYS, Some(3))?,
            Part::WeekdayLong => _ = cursor.name(&WEEKDAYS, None)?,
            Part::Hour => civil.hour = cursor.digits(2, 2)?,
            Part::Hour12 => self.hour12 = Some(cursor.digits(2, 2).filter(|hour| (1..=12).contains(hour))?),
            Part::Meridiem => self.afternoon = cursor.name(&["AM", "PM"], None)? == 1,
            Part::Minute => civil.minute = cursor.digits(2, 2)?,
            Part::Second => civil.second = cursor.digits(2, 2)?,
            Part::Fraction(digits) => {
                cursor.take(b".")?;
                let digits = usize::from(digits);
                let value = cursor.digits(digits, digits)?;
                let scale = 10_u64.pow(u32::try_from(digits).ok()?);
                civil.micros = u32::try_from(u64::from(value) * 1_000_000 / scale).ok()?;
            }
            Part::Zone => self.zone_minutes = cursor.zone_minutes(false)?,
            Part::ZoneColon => self.zone_minutes = cursor.zone_minutes(true)?,
        }
        Some(())
    }

    fn to_timestamp(&self) -> Option<Timestamp> {
        let mut civil = self.civil;
        if let Some(hour) = self.hour12 {
            civil.hour = hour % 12 + if self.afternoon { 12 } else { 0 };
        }
        let local = civil.to_timestamp()?;
        Some(Timestamp(local.0 - self.zone_minutes * 60_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spec: &str, text: &str, micros: i64) {
        let format = TimeFormat::parse(spec).unwrap();
        assert_eq!(format.read(text), Some(Timestamp(micros)), "{spec} reads {text}");
        let mut printed = String::new();
        format.write(Timestamp(micros), &mut printed).unwrap();
        assert_eq!(printed, text, "{spec}");
    }

    #[test]
    fn formats_read_what_they_print() {
        check("%Y-%m-%d", "2024-02-29", 1_709_164_800_000_000);
        check("%Y-%m-%dT%H:%M:%S%.3fZ", "2024-02-29T13:00:01.250Z", 1_709_211_601_250_000);
        check("%a, %d %b %Y %H:%M:%S %z", "Thu, 29 Feb 2024 13:00:01 +0000", 1_709_211_601_000_000);
        check("%-m/%-d/%Y %I:%M %p", "2/29/2024 01:00 PM", 1_709_211_600_000_000);
        check("%H:%M:%S", "00:00:59", 59_000_000);
        check("%B %-d, %Y", "May 1, 1970", 10_368_000_000_000);
    }

    #[test]
    fn zones_become_utc_and_bad_dates_are_refused() {
        let format = TimeFormat::parse("%Y-%m-%dT%H:%M:%S%:z").unwrap();
        assert_eq!(format.read("1970-01-01T01:00:00+01:00"), Some(Timestamp(0)));
        assert_eq!(format.read("1970-02-30T01:00:00+01:00"), None);
        assert_eq!(format.read("1970-01-01T01:00:00+01:00 "), None);
        assert_eq!(TimeFormat::parse("%Q").unwrap_err().letter, "Q");
    }

    #[test]
    fn resolution_is_that_of_the_last_unit() {
        assert_eq!(TimeFormat::parse("%Y-%m-%d").unwrap().resolution_micros(), 86_400_000_000);
        assert_eq!(TimeFormat::parse("%H:%M:%S%.3f").unwrap().resolution_micros(), 1000);
    }
}
