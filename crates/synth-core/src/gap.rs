//! How far apart two values are: a number, or a length of time as ISO 8601 writes it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cast;
use crate::time::{CivilTime, Timestamp, days_in_month};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Seconds of a month in the mean of 400 years.
const MEAN_MONTH: f64 = 2_629_746.0;

/// A length of time: whole months, and microseconds beside them.
///
/// Months are those of the calendar: a month after 31 January is the last day of February. Everything else has one
/// length, a day being 24 hours.
///
/// # Example
///
/// ```
/// use synth_core::{Span, TimeFormat, Timestamp};
/// let span: Span = "P1Y1M".parse()?;
/// let date = TimeFormat::parse("%Y-%m-%d").unwrap();
/// assert_eq!(Some(span.after(date.read("2020-01-31").unwrap())), date.read("2021-02-28"));
/// assert_eq!("PT90M".parse::<Span>()?.to_string(), "PT1H30M");
/// # Ok::<(), synth_core::gap::NotASpan>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    months: u32,
    micros: i64,
}

/// A text that is no length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a duration such as `P25Y`, `P30D` or `PT90M`")]
pub struct NotASpan;

impl Span {
    /// Returns a number of calendar months.
    #[must_use]
    pub const fn of_months(months: u32) -> Self {
        Self { months, micros: 0 }
    }

    /// Returns a number of microseconds; nothing when it is negative.
    #[must_use]
    pub fn of_micros(micros: i64) -> Self {
        Self { months: 0, micros: micros.max(0) }
    }

    /// Returns the calendar months.
    #[must_use]
    pub const fn months(self) -> u32 {
        self.months
    }

    /// Returns the microseconds beside the months.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// Returns the moment that is this much later.
    #[must_use]
    pub fn after(self, start: Timestamp) -> Timestamp {
        let moved = shifted(start, i64::from(self.months));
        Timestamp(moved.0.saturating_add(self.micros))
    }

    /// Returns a moment that this much later is `end` or a little before it, never after it.
    #[must_use]
    pub fn before(self, end: Timestamp) -> Timestamp {
        shifted(Timestamp(end.0.saturating_sub(self.micros)), -i64::from(self.months))
    }

    /// Returns a moment that this much later is `end` or a little after it, never before it.
    #[must_use]
    pub fn at_most_before(self, end: Timestamp) -> Timestamp {
        let start = self.before(end);
        if self.after(start) >= end {
            return start;
        }
        // The end of a month that is shorter than the next.
        Timestamp(start.0 - start.0.rem_euclid(DAY) + DAY)
    }

    /// Returns about how many seconds this is: months count as the mean of the calendar.
    #[must_use]
    pub fn approximate_seconds(self) -> f64 {
        f64::from(self.months) * MEAN_MONTH + self.micros as f64 / 1e6
    }

    /// Tells whether there is nothing of it.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.months == 0 && self.micros == 0
    }
}

/// Returns the whole months of the calendar from one moment to a later one; 0 if it is not later.
#[must_use]
pub fn months_between(start: Timestamp, end: Timestamp) -> u32 {
    let (from, until) = (start.civil(), end.civil());
    let month = |time: CivilTime| i64::from(time.year) * 12 + i64::from(time.month);
    let about = (month(until) - month(from)).max(0);
    let is_full = shifted(start, about) <= end;
    u32::try_from(if is_full { about } else { (about - 1).max(0) }).unwrap_or(0)
}

/// The same day and time of day in another month, or the month's last day.
fn shifted(time: Timestamp, months: i64) -> Timestamp {
    if months == 0 {
        return time;
    }
    let civil = time.civil();
    let month = i64::from(civil.year) * 12 + i64::from(civil.month) - 1 + months;
    let year = i32::try_from(month.div_euclid(12)).unwrap_or(i32::MAX);
    let month = u32::try_from(month.rem_euclid(12)).map_or(1, |month| month + 1);
    let day = civil.day.min(days_in_month(year, month));
    CivilTime { year, month, day, ..civil }.to_timestamp().unwrap_or(time)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("PT0S");
        }
        let mut rest = self.micros;
        let mut part = |unit: i64| {
            let n = rest / unit;
            rest %= unit;
            n
        };
        let (days, hours, minutes, seconds) = (part(DAY), part(HOUR), part(MINUTE), part(SECOND));
        let dates = [(i64::from(self.months / 12), 'Y'), (i64::from(self.months % 12), 'M'), (days, 'D')];
        f.write_str("P")?;
        for (n, unit) in dates.into_iter().filter(|(n, _)| *n > 0) {
            write!(f, "{n}{unit}")?;
        }
        if hours + minutes + seconds + rest > 0 {
            f.write_str("T")?;
        }
        for (n, unit) in [(hours, 'H'), (minutes, 'M')].into_iter().filter(|(n, _)| *n > 0) {
            write!(f, "{n}{unit}")?;
        }
        match (seconds, rest) {
            (0, 0) => Ok(()),
            (seconds, 0) => write!(f, "{seconds}S"),
            (seconds, micros) => {
                let fraction = format!("{micros:06}");
                write!(f, "{seconds}.{}S", fraction.trim_end_matches('0'))
            }
        }
    }
}

impl std::str::FromStr for Span {
    type Err = NotASpan;

    /// Reads years, months, weeks, days, hours, minutes and seconds, in this order; seconds may have a fraction.
    fn from_str(text: &str) -> Result<Self, NotASpan> {
        const DATES: [(char, i64, i64); 4] = [('Y', 12, 0), ('M', 1, 0), ('W', 0, 7 * DAY), ('D', 0, DAY)];
        const TIMES: [(char, i64, i64); 3] = [('H', 0, HOUR), ('M', 0, MINUTE), ('S', 0, SECOND)];
        let body = text.strip_prefix('P').ok_or(NotASpan)?;
        let (dates, times) = match body.split_once('T') {
            Some((_, "")) => return Err(NotASpan),
            Some((dates, times)) => (dates, times),
            None => (body, ""),
        };
        if body.is_empty() {
            return Err(NotASpan);
        }
        let (months, of_days) = read(dates, &DATES)?;
        let (_, of_times) = read(times, &TIMES)?;
        let months = u32::try_from(months).map_err(|_| NotASpan)?;
        Ok(Self { months, micros: of_days.checked_add(of_times).ok_or(NotASpan)? })
    }
}

/// Reads numbers with units, each unit once and in the order given.
fn read(mut text: &str, units: &[(char, i64, i64)]) -> Result<(i64, i64), NotASpan> {
    let (mut months, mut micros) = (0_i64, 0_i64);
    let mut units = units.iter();
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(NotASpan)?;
        let (number, rest) = text.split_at(end);
        let unit = rest.chars().next().ok_or(NotASpan)?;
        let (_, in_months, in_micros) = units.find(|(known, _, _)| *known == unit).ok_or(NotASpan)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole: i64 = whole.parse().map_err(|_| NotASpan)?;
        let of = |unit: i64| whole.checked_mul(unit).ok_or(NotASpan);
        months = months.checked_add(of(*in_months)?).ok_or(NotASpan)?;
        micros = micros.checked_add(of(*in_micros)?).ok_or(NotASpan)?;
        if number.contains('.') {
            micros = micros.checked_add(fraction_of(fraction, unit)?).ok_or(NotASpan)?;
        }
        text = &rest[unit.len_utf8()..];
    }
    Ok((months, micros))
}

/// Microseconds of the digits behind the point of seconds.
fn fraction_of(digits: &str, unit: char) -> Result<i64, NotASpan> {
    if unit != 'S' || digits.is_empty() || digits.len() > 6 {
        return Err(NotASpan);
    }
    format!("{digits:0<6}").parse().map_err(|_| NotASpan)
}

impl TryFrom<String> for Span {
    type Error = NotASpan;

    fn try_from(text: String) -> Result<Self, NotASpan> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

/// The distance of two values: a number between numbers, a length of time between times that are written as text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Gap {
    /// Between numbers, and between times that are written as numbers in their own unit.
    Number(f64),
    /// Between times.
    Time(Span),
}

impl Default for Gap {
    fn default() -> Self {
        Self::Number(0.0)
    }
}

impl Gap {
    /// Returns the value that lies this far above another; of times both are seconds since 1970.
    #[must_use]
    pub fn above(self, value: f64) -> f64 {
        self.moved(value, Span::after, value + self.number())
    }

    /// Returns a value that lies this far below another, or a little more.
    #[must_use]
    pub fn below(self, value: f64) -> f64 {
        self.moved(value, Span::before, value - self.number())
    }

    /// Returns a value that lies this far below another, or a little less.
    #[must_use]
    pub fn at_most_below(self, value: f64) -> f64 {
        self.moved(value, Span::at_most_before, value - self.number())
    }

    fn moved(self, value: f64, by: impl Fn(Span, Timestamp) -> Timestamp, of_number: f64) -> f64 {
        match self {
            Self::Number(_) => of_number,
            Self::Time(span) => by(span, Timestamp(cast::round_to_i64(value * 1e6))).0 as f64 / 1e6,
        }
    }

    /// Returns the number; 0 for a length of time.
    #[must_use]
    pub const fn number(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Time(_) => 0.0,
        }
    }

    /// Returns the number, or about how many seconds the time has.
    #[must_use]
    pub fn approximate(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Time(span) => span.approximate_seconds(),
        }
    }

    /// Tells whether there is no distance.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.approximate().abs() < f64::MIN_POSITIVE
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Time(span) => write!(f, "{span}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TimeFormat;

    fn moment(text: &str) -> Timestamp {
        TimeFormat::parse("%Y-%m-%dT%H:%M:%S").unwrap().read(text).unwrap()
    }

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    /// Weeks and a count of minutes beyond the hour are read; one spelling is written.
    #[test]
    fn spans_are_read_and_written() {
        for text in ["P25Y", "P1Y6M", "P30D", "PT1H30M", "PT0.5S", "P1Y2M3DT4H5M6.000007S", "PT0S"] {
            assert_eq!(span(text).to_string(), text);
        }
        assert_eq!(span("P2W").to_string(), "P14D");
        assert_eq!(span("PT90M").to_string(), "PT1H30M");
        for text in [
            "",
            "P",
            "PT",
            "30D",
            "P1D1Y",
            "P1.5D",
            "PT1.0000001S",
            "P-1D",
            "PD",
            "P1",
            "P1DT",
            "P99999999999Y",
        ] {
            assert_eq!(text.parse::<Span>(), Err(NotASpan), "{text}");
        }
    }

    /// Adding 30 days for a month, or letting 31 January spill into March, would fail here.
    #[test]
    fn months_are_those_of_the_calendar() {
        let month = span("P1M");
        assert_eq!(month.after(moment("2023-01-31T10:00:00")), moment("2023-02-28T10:00:00"));
        assert_eq!(month.before(moment("2023-03-31T10:00:00")), moment("2023-02-28T10:00:00"));
        assert_eq!(month.at_most_before(moment("2023-03-31T10:00:00")), moment("2023-03-01T00:00:00"));
        assert_eq!(span("P4Y").after(moment("2020-02-29T00:00:00")), moment("2024-02-29T00:00:00"));
        assert_eq!(span("P25Y").after(moment("1996-02-29T00:00:00")), moment("2021-02-28T00:00:00"));
        assert_eq!(months_between(moment("2020-01-31T00:00:00"), moment("2020-02-29T00:00:00")), 1);
        assert_eq!(months_between(moment("2020-01-15T12:00:00"), moment("2021-01-15T11:59:59")), 11);
        assert_eq!(months_between(moment("2021-01-15T00:00:00"), moment("2020-01-15T00:00:00")), 0);
    }

    /// A bound that is taken back must still hold, on every day of four years.
    #[test]
    fn bounds_hold_both_ways() {
        for text in ["P1M", "P1Y", "P1Y1MT1H", "P25Y", "P10D"] {
            let span = span(text);
            for day in 0..1461 {
                let end = Timestamp(moment("2019-12-31T06:00:00").0 + day * DAY);
                assert!(span.after(span.before(end)) <= end, "{text} {day}");
                assert!(span.after(span.at_most_before(end)) >= end, "{text} {day}");
                assert!(months_between(end, span.after(end)) * 30 <= 40 * 365);
            }
        }
    }

    #[test]
    fn gaps_are_numbers_or_spans() {
        let day = Gap::Time(span("P1D"));
        assert!((day.above(0.0) - 86_400.0).abs() < 1e-9 && (day.below(0.0) + 86_400.0).abs() < 1e-9);
        let two = Gap::Number(2.0);
        assert!((two.above(1.5) - 3.5).abs() < 1e-9 && (two.at_most_below(1.5) + 0.5).abs() < 1e-9);
        assert!(Gap::default().is_zero() && !day.is_zero());
    }
}
