//! The proleptic Gregorian calendar on microseconds.

/// Microseconds since 1970-01-01T00:00:00Z; covers ± 292,000 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A date and time of day without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilTime {
    /// Astronomical year: 0 is 1 BC.
    pub year: i32,
    /// 1..=12
    pub month: u32,
    /// 1..=31
    pub day: u32,
    /// 0..=23
    pub hour: u32,
    /// 0..=59
    pub minute: u32,
    /// 0..=59; leap seconds are not represented.
    pub second: u32,
    /// 0..1,000,000
    pub micros: u32,
}

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// Returns the timestamp `seconds` after the epoch; saturates.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Returns whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// Returns the hour of the day in UTC, 0..=23.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the value is below 24")]
    pub const fn hour(self) -> usize {
        (self.seconds().rem_euclid(SECONDS_PER_DAY) / 3600).unsigned_abs() as usize
    }

    /// Returns the day of the week in UTC, 0 is Monday.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the value is below 7")]
    pub const fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday.
        (self.seconds().div_euclid(SECONDS_PER_DAY) + 3).rem_euclid(7).unsigned_abs() as usize
    }

    /// Returns the calendar date and time of day in UTC.
    ///
    /// # Method
    ///
    /// Days to civil date by 400-year eras that start on 1 March (Hinnant 2013, chrono-Compatible Low-Level
    /// Date Algorithms, `civil_from_days`).
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "years of an i64 of microseconds fit an i32")]
    pub const fn civil(self) -> CivilTime {
        let seconds = self.seconds();
        let days = seconds.div_euclid(SECONDS_PER_DAY) + 719_468;
        let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY).unsigned_abs() as u32;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097).unsigned_abs() as u32;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        CivilTime {
            year: (era * 400 + year_of_era as i64 + (month <= 2) as i64) as i32,
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: second_of_day / 3600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
            micros: self.0.rem_euclid(MICROS_PER_SECOND).unsigned_abs() as u32,
        }
    }
}

impl CivilTime {
    /// Returns the timestamp when the fields name a real date in the years -9999..=9999, taking them as UTC.
    ///
    /// # Method
    ///
    /// Hinnant 2013, `days_from_civil`.
    #[must_use]
    pub const fn to_timestamp(self) -> Option<Timestamp> {
        if self.year < -9999
            || self.year > 9999
            || self.month < 1
            || self.month > 12
            || self.day < 1
            || self.day > days_in_month(self.year, self.month)
            || self.hour > 23
            || self.minute > 59
            || self.second > 59
            || self.micros >= 1_000_000
        {
            return None;
        }
        let year = self.year as i64 - (self.month <= 2) as i64;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = if self.month > 2 { self.month - 3 } else { self.month + 9 } as i64;
        let day_of_year = (153 * month_from_march + 2) / 5 + self.day as i64 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        let second_of_day = (self.hour * 3600 + self.minute * 60 + self.second) as i64;
        Some(Timestamp((days * SECONDS_PER_DAY + second_of_day) * MICROS_PER_SECOND + self.micros as i64))
    }
}

/// Returns the number of days of a month, 1..=12.
#[must_use]
pub const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_eight_centuries_round_trips() {
        for day in -200_000..100_000_i64 {
            let timestamp = Timestamp::from_seconds(day * SECONDS_PER_DAY + 86_399);
            assert_eq!(timestamp.civil().to_timestamp(), Some(timestamp));
        }
    }

    #[test]
    fn known_dates() {
        let leap = CivilTime { year: 2024, month: 2, day: 29, hour: 13, minute: 0, second: 1, micros: 5 };
        let timestamp = leap.to_timestamp().unwrap();
        assert_eq!(timestamp, Timestamp(1_709_211_601_000_005));
        assert_eq!((timestamp.weekday(), timestamp.hour()), (3, 13));
        assert_eq!(CivilTime { day: 30, ..leap }.to_timestamp(), None);
    }
}
