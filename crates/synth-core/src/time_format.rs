//! Date and time formats: one description that reads and prints.

use std::fmt;

use crate::time::Timestamp;

mod read;
mod write;

/// A format written with the usual `strftime` letters, for example `%Y-%m-%dT%H:%M:%S%.3fZ`.
///
/// Letters: `%Y` year, `%y` its last two digits (69 to 99 are 1969 to 1999), `%m` `%d` month and day with two
/// digits, `%-m` `%-d` without padding, `%e` day padded with a space, `%j` day of the year, `%b` `%B` month name
/// short and long, `%a` `%A` weekday, `%G` `%V` `%u` year, week and weekday (1 is Monday) of ISO 8601, `%H` `%M`
/// `%S` time of day, `%-H` hour without padding, `%I` `%-I` `%p` `%P` twelve-hour clock with `AM` or `am`, `%[H]`
/// `%-[H]` hours that go on beyond 23, `%.Nf` a point and N digits of the second, `%Nf` the digits alone, `%s`
/// seconds since 1970, `%z` zone as `+0100`, `%:z` zone as `+01:00`, `%%` a percent sign. Everything else stands
/// for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFormat {
    spec: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Literal(char),
    Year,
    YearShort,
    Month,
    MonthBare,
    MonthShort,
    MonthLong,
    Day,
    DayBare,
    DaySpaced,
    DayOfYear,
    WeekdayShort,
    WeekdayLong,
    WeekYear,
    Week,
    WeekdayNumber,
    Hour,
    HourBare,
    Hour12,
    Hour12Bare,
    Meridiem,
    MeridiemLower,
    Elapsed,
    ElapsedBare,
    Minute,
    Second,
    Fraction(u8),
    FractionDigits(u8),
    EpochSeconds,
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
        self.resolution_micros() < DAY_MICROS
    }

    /// Tells whether the format names a zone as a distance from UTC.
    #[must_use]
    pub fn has_zone(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Zone | Part::ZoneColon))
    }

    /// Tells whether the format prints digits and nothing else, so that its texts can be written as numbers.
    #[must_use]
    pub fn is_digits(&self) -> bool {
        let digits = |part: &Part| match part {
            Part::Literal(c) => c.is_ascii_digit(),
            Part::Year
            | Part::YearShort
            | Part::Month
            | Part::Day
            | Part::DayOfYear
            | Part::WeekYear
            | Part::Week
            | Part::WeekdayNumber
            | Part::Hour
            | Part::Hour12
            | Part::Elapsed
            | Part::Minute
            | Part::Second
            | Part::FractionDigits(_) => true,
            _ => false,
        };
        !self.parts.is_empty() && self.parts.iter().all(digits)
    }

    /// Returns the length of one step of the last printed unit, in microseconds.
    #[must_use]
    pub fn resolution_micros(&self) -> i64 {
        let micros = |part: &Part| match part {
            Part::Fraction(digits) | Part::FractionDigits(digits) => {
                10_i64.pow(u32::from(6_u8.saturating_sub(*digits)))
            }
            Part::Second | Part::EpochSeconds => 1_000_000,
            Part::Minute => 60_000_000,
            Part::Hour
            | Part::HourBare
            | Part::Hour12
            | Part::Hour12Bare
            | Part::Elapsed
            | Part::ElapsedBare => 3_600_000_000,
            _ => DAY_MICROS,
        };
        self.parts.iter().map(micros).min().unwrap_or(DAY_MICROS)
    }

    /// Reads a text that is in this format from its first to its last byte.
    ///
    /// A missing date is 1970-01-01, a missing time is midnight; a zone is subtracted, so the result is UTC. The
    /// second 60 is the first of the next minute.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        self.read_zoned(text).map(|(timestamp, _)| timestamp)
    }

    /// Reads a text as [`TimeFormat::read`] does, with the minutes by which its zone is ahead of UTC; 0 without
    /// a zone.
    #[must_use]
    pub fn read_zoned(&self, text: &str) -> Option<(Timestamp, i32)> {
        read::read(&self.parts, text)
    }

    /// Prints a timestamp, taken as UTC; digits beyond microseconds are zeros.
    ///
    /// # Errors
    ///
    /// Only those of `out`.
    pub fn write(&self, timestamp: Timestamp, out: &mut impl fmt::Write) -> fmt::Result {
        self.write_zoned(timestamp, 0, out)
    }

    /// Prints a timestamp as it is called in a zone that is `zone_minutes` ahead of UTC.
    ///
    /// # Errors
    ///
    /// Only those of `out`.
    pub fn write_zoned(
        &self,
        timestamp: Timestamp,
        zone_minutes: i32,
        out: &mut impl fmt::Write,
    ) -> fmt::Result {
        write::write(&self.parts, timestamp, zone_minutes, out)
    }
}

const DAY_MICROS: i64 = 86_400_000_000;

impl Part {
    /// Reads what follows a percent sign; returns the part and its length in bytes.
    fn parse(rest: &str) -> Result<(Self, usize), TimeFormatError> {
        let bytes = rest.as_bytes();
        let long = match bytes {
            [b'.', digit @ b'1'..=b'9', b'f', ..] => Some((Self::Fraction(digit - b'0'), 3)),
            [digit @ b'1'..=b'9', b'f', ..] => Some((Self::FractionDigits(digit - b'0'), 2)),
            [b'[', b'H', b']', ..] => Some((Self::Elapsed, 3)),
            [b'-', b'[', b'H', b']', ..] => Some((Self::ElapsedBare, 4)),
            [b'-', b'm', ..] => Some((Self::MonthBare, 2)),
            [b'-', b'd', ..] => Some((Self::DayBare, 2)),
            [b'-', b'H', ..] => Some((Self::HourBare, 2)),
            [b'-', b'I', ..] => Some((Self::Hour12Bare, 2)),
            [b':', b'z', ..] => Some((Self::ZoneColon, 2)),
            _ => None,
        };
        let letter = || TimeFormatError { letter: rest.chars().take(1).collect() };
        match (long, bytes.first()) {
            (Some(part), _) => Ok(part),
            (None, Some(byte)) => Self::of_letter(*byte).map(|part| (part, 1)).ok_or_else(letter),
            (None, None) => Err(letter()),
        }
    }

    fn of_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'Y' => Self::Year,
            b'y' => Self::YearShort,
            b'm' => Self::Month,
            b'b' => Self::MonthShort,
            b'B' => Self::MonthLong,
            b'd' => Self::Day,
            b'e' => Self::DaySpaced,
            b'j' => Self::DayOfYear,
            b'a' => Self::WeekdayShort,
            b'A' => Self::WeekdayLong,
            b'G' => Self::WeekYear,
            b'V' => Self::Week,
            b'u' => Self::WeekdayNumber,
            b'H' => Self::Hour,
            b'I' => Self::Hour12,
            b'p' => Self::Meridiem,
            b'P' => Self::MeridiemLower,
            b'M' => Self::Minute,
            b'S' => Self::Second,
            b's' => Self::EpochSeconds,
            b'z' => Self::Zone,
            b'%' => Self::Literal('%'),
            _ => return None,
        })
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
        check("%-I:%M:%S %P", "1:00:01 pm", 46_801_000_000);
        check("%a %b %e %-H:%M:%S %Y", "Thu Feb 29 9:00:01 2024", 1_709_197_201_000_000);
        check("%m/%d/%y", "02/29/24", 1_709_164_800_000_000);
        check("%Y-%j", "2024-060", 1_709_164_800_000_000);
        check("%G-W%V-%u", "2024-W09-4", 1_709_164_800_000_000);
        check("%G-W%V-%u", "2020-W53-5", 1_609_459_200_000_000);
        check("%s%3f", "1709211601250", 1_709_211_601_250_000);
        check("%s%.6f", "1709211601.250001", 1_709_211_601_250_001);
        check("%s", "-1", -1_000_000);
        check("%[H]:%M:%S", "25:10:00", 90_600_000_000);
        check("%-[H]:%M:%S", "1:02:03", 3_723_000_000);
    }

    #[test]
    fn zones_become_utc_and_bad_dates_are_refused() {
        let format = TimeFormat::parse("%Y-%m-%dT%H:%M:%S%:z").unwrap();
        assert_eq!(format.read("1970-01-01T01:00:00+01:00"), Some(Timestamp(0)));
        assert_eq!(format.read("1970-02-30T01:00:00+01:00"), None);
        assert_eq!(format.read("1970-01-01T01:00:00+01:00 "), None);
        assert_eq!(format.read("1970-01-01T00:59:60+01:00"), Some(Timestamp(0)));
        assert_eq!(format.read_zoned("1970-01-01T01:00:00-05:30"), Some((Timestamp(23_400_000_000), -330)));
        assert_eq!(TimeFormat::parse("%Y-%j").unwrap().read("2023-366"), None);
        assert_eq!(TimeFormat::parse("%G-W%V").unwrap().read("2023-W53"), None);
        assert_eq!(TimeFormat::parse("%Q").unwrap_err().letter, "Q");
        assert_eq!(TimeFormat::parse("100%").unwrap_err().letter, "");
    }

    #[test]
    fn zones_are_kept_when_asked_for() {
        let format = TimeFormat::parse("%Y-%m-%dT%H:%M:%S%:z").unwrap();
        let mut printed = String::new();
        format.write_zoned(Timestamp(0), -330, &mut printed).unwrap();
        assert_eq!(printed, "1969-12-31T18:30:00-05:30");
        assert!(format.has_zone() && !format.is_digits());
        assert!(TimeFormat::parse("%H%M").unwrap().is_digits());
    }

    #[test]
    fn resolution_is_that_of_the_last_unit() {
        assert_eq!(TimeFormat::parse("%Y-%m-%d").unwrap().resolution_micros(), 86_400_000_000);
        assert_eq!(TimeFormat::parse("%H:%M:%S%.3f").unwrap().resolution_micros(), 1000);
    }
}
