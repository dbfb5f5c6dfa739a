//! Hours and weekdays of numbers that may count from the epoch.

use std::collections::BTreeMap;

use synth_core::{Timestamp, cast};

use crate::stored::{Corrupt, Reader, Writer, check, is_ascending};

/// Units of numbers that count from the epoch: name, and values in one second.
pub(crate) const UNITS: [(&str, f64); 4] =
    [("epoch_seconds", 1.0), ("epoch_millis", 1e3), ("epoch_micros", 1e6), ("epoch_nanos", 1e9)];
/// 1985-01-01 and 2100-01-01 in seconds since the epoch. Windows of different units do not meet.
pub(crate) const WINDOW: (f64, f64) = (473_385_600.0, 4_102_444_800.0);

/// Counts by hour and weekday of the numbers in the window of each unit, as if they were times.
///
/// Whether they are is decided when all of the data is known, and then a histogram of few cells would not tell the
/// hours any more. Counts add up, so the state is an exact commutative monoid.
///
/// # Cost
///
/// A comparison a number, and a division and two additions for those in a window; 248 bytes a unit that was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EpochRhythms {
    by_unit: BTreeMap<u8, Box<Rhythm>>,
}

/// Times by weekday, Monday first, and by hour, in UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rhythm {
    pub(crate) weekdays: [u64; 7],
    pub(crate) hours: [u64; 24],
}

impl Rhythm {
    /// Counts a moment in seconds since the epoch, rounded to the microsecond.
    pub(crate) fn push_n(&mut self, seconds: f64, n: u64) {
        let time = Timestamp(cast::round_to_i64(seconds * 1e6));
        self.weekdays[time.weekday()] += n;
        self.hours[time.hour()] += n;
    }
}

impl EpochRhythms {
    #[inline]
    pub(crate) fn push(&mut self, value: f64) {
        if value >= WINDOW.0 {
            self.push_large(value);
        }
    }

    fn push_large(&mut self, value: f64) {
        let is_inside = |per_second: f64| value >= WINDOW.0 * per_second && value <= WINDOW.1 * per_second;
        let found = (0..).zip(UNITS).find(|(_, (_, per_second))| is_inside(*per_second));
        if let Some((unit, (_, per_second))) = found {
            self.by_unit.entry(unit).or_default().push_n(value / per_second, 1);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (unit, theirs) in other.by_unit {
            let ours = self.by_unit.entry(unit).or_default();
            ours.weekdays.iter_mut().zip(theirs.weekdays).for_each(|(ours, theirs)| *ours += theirs);
            ours.hours.iter_mut().zip(theirs.hours).for_each(|(ours, theirs)| *ours += theirs);
        }
    }

    /// Returns the rhythm of the numbers in the window of the unit with so many values in one second.
    pub(crate) fn of(&self, per_second: f64) -> Rhythm {
        let is_unit = |unit: u8| UNITS[usize::from(unit)].1.total_cmp(&per_second).is_eq();
        let found = self.by_unit.iter().find(|(unit, _)| is_unit(**unit));
        found.map(|(_, rhythm)| **rhythm).unwrap_or_default()
    }

    /// Returns the rhythm of the one unit in whose window at least a share of `total` numbers lies.
    pub(crate) fn main(&self, total: u64, share: f64) -> Option<Rhythm> {
        let mut large = self
            .by_unit
            .values()
            .filter(|rhythm| rhythm.hours.iter().sum::<u64>() as f64 >= share * total.max(1) as f64);
        large.next().map(|rhythm| **rhythm)
    }

    fn n_values(&self) -> u64 {
        self.by_unit.values().flat_map(|rhythm| rhythm.hours).sum()
    }

    /// Reads what was learned of at most `total` numbers.
    pub(crate) fn load(input: &mut Reader<'_>, total: u64) -> Result<Self, Corrupt> {
        const WHAT: &str = "the rhythm of numbers";
        let units = input.list(UNITS.len(), |input| {
            let unit: u8 = input.take()?;
            check(usize::from(unit) < UNITS.len(), WHAT)?;
            let rhythm = Rhythm { weekdays: input.counts()?, hours: input.counts()? };
            check(rhythm.weekdays.iter().sum::<u64>() == rhythm.hours.iter().sum::<u64>(), WHAT)?;
            Ok((unit, Box::new(rhythm)))
        })?;
        check(is_ascending(units.iter().map(|(unit, _)| *unit)), WHAT)?;
        let rhythms = Self { by_unit: units.into_iter().collect() };
        check(rhythms.n_values() <= total, WHAT)?;
        Ok(rhythms)
    }

    pub(crate) fn store(&self, out: &mut Writer<'_>) {
        out.put(&self.by_unit.len());
        for (unit, rhythm) in &self.by_unit {
            out.put(unit);
            out.put(&rhythm.weekdays);
            out.put(&rhythm.hours);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a unit that counts another's numbers, and hours of a wrong scale.
    #[test]
    fn each_unit_has_its_own_hours() {
        let mut rhythms = EpochRhythms::default();
        // 2024-02-29T13:00:01Z, a Thursday, in seconds and milliseconds; a price and an infinite number.
        [1_709_211_601.0, 1_709_211_601_000.0, 12.5, f64::INFINITY].into_iter().for_each(|x| rhythms.push(x));
        for per_second in [1.0, 1e3] {
            let rhythm = rhythms.of(per_second);
            assert_eq!((rhythm.hours[13], rhythm.weekdays[3]), (1, 1), "{per_second}");
            assert_eq!(rhythm.hours.iter().sum::<u64>(), 1);
        }
        assert_eq!(rhythms.of(1e6), Rhythm::default());
        assert!(rhythms.main(4, 0.9).is_none() && rhythms.main(1, 0.9).is_some());
        let mut twice = rhythms.clone();
        twice.merge(rhythms);
        assert_eq!(twice.of(1.0).hours[13], 2);
    }
}
