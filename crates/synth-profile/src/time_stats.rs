//! Strings that are dates or times, told by their format.

mod stored;

use std::collections::BTreeMap;

use synth_core::{TimeFormat, Timestamp};
use synth_stats::OrderHistogram;

use crate::number_stats::MAX_CELLS;

/// Formats that are looked for, with `%f` where digits of the second may follow.
///
/// Formats that read the same text (day before month, month before day) are all counted; which one is meant is
/// decided when all of the data is known.
const LAYOUTS: [&str; 27] = [
    "%Y-%m-%dT%H:%M:%S%fZ",
    "%Y-%m-%dT%H:%M:%S%f%:z",
    "%Y-%m-%dT%H:%M:%S%f%z",
    "%Y-%m-%dT%H:%M:%S%f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S%f",
    "%Y-%m-%d %H:%M:%S%f%:z",
    "%Y-%m-%d %H:%M:%S%f %z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S%f",
    "%Y/%m/%d",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%-m/%-d/%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %z %Y",
    "%d/%b/%Y:%H:%M:%S %z",
    "%B %-d, %Y",
    "%b %d %Y",
    "%H:%M:%S%f",
];

/// Digits of the second that are told apart.
const MAX_FRACTION: usize = 9;

/// The formats in which strings of one path could be read.
#[derive(Debug, Clone, Default)]
pub struct TimeStats {
    formats: BTreeMap<FormatId, Box<TimeAccumulator>>,
    /// Formats that were tried here, ready for use; no part of what was learned.
    compiled: BTreeMap<FormatId, TimeFormat>,
}

/// Layout and digits of the second.
type FormatId = (usize, usize);

/// The times read in one format.
#[derive(Debug, Clone)]
pub struct TimeAccumulator {
    /// Distribution, in seconds since the epoch.
    pub histogram: OrderHistogram,
    /// Times by weekday in UTC, Monday first.
    pub weekdays: [u64; 7],
    /// Times by hour in UTC.
    pub hours: [u64; 24],
}

impl Default for TimeAccumulator {
    fn default() -> Self {
        Self { histogram: OrderHistogram::new(MAX_CELLS), weekdays: [0; 7], hours: [0; 24] }
    }
}

impl TimeAccumulator {
    /// Counts a time `n` times.
    pub fn push_n(&mut self, time: Timestamp, n: u64) {
        self.histogram.push_n(time.0 as f64 / 1e6, n);
        self.weekdays[time.weekday()] += n;
        self.hours[time.hour()] += n;
    }

    fn merge(&mut self, other: Self) {
        self.histogram.merge(other.histogram);
        self.weekdays.iter_mut().zip(other.weekdays).for_each(|(ours, theirs)| *ours += theirs);
        self.hours.iter_mut().zip(other.hours).for_each(|(ours, theirs)| *ours += theirs);
    }
}

impl TimeStats {
    pub(crate) fn push(&mut self, text: &str, n: u64) {
        if !may_be_time(text) {
            return;
        }
        let fraction = fraction_digits(text);
        for (layout, spec) in LAYOUTS.iter().enumerate() {
            if !shape_fits(spec, text) {
                continue;
            }
            let id = (layout, if spec.contains("%f") { fraction } else { 0 });
            if let Some(time) = self.read(id, text) {
                self.formats.entry(id).or_default().push_n(time, n);
            }
        }
    }

    fn read(&mut self, id: FormatId, text: &str) -> Option<Timestamp> {
        if let Some(format) = self.compiled.get(&id) {
            return format.read(text);
        }
        let format = format_of(id)?;
        let time = format.read(text);
        self.compiled.insert(id, format);
        time
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (id, theirs) in other.formats {
            self.formats.entry(id).or_default().merge(*theirs);
        }
    }

    /// Returns the formats that read something, each with what it read.
    pub fn formats(&self) -> impl Iterator<Item = (TimeFormat, &TimeAccumulator)> {
        self.formats.iter().filter_map(|(id, times)| Some((format_of(*id)?, &**times)))
    }
}

fn format_of((layout, digits): FormatId) -> Option<TimeFormat> {
    let fraction = if digits == 0 { String::new() } else { format!("%.{digits}f") };
    TimeFormat::parse(&LAYOUTS[layout].replace("%f", &fraction)).ok()
}

/// Cheap refusal of nearly all strings that are no times.
fn may_be_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    (8..=40).contains(&bytes.len())
        && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 4
        && bytes.iter().any(|byte| matches!(byte, b':' | b'-' | b'/' | b'.' | b' '))
}

/// Compares the first separator, which tells most layouts apart.
fn shape_fits(spec: &str, text: &str) -> bool {
    let text = text.as_bytes();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match spec.as_bytes() {
        [b'%', b'Y', separator, ..] => digits == 4 && text.get(4) == Some(separator),
        [b'%', b'd' | b'm' | b'H', separator, ..] => digits == 2 && text.get(2) == Some(separator),
        [b'%', b'-', ..] => matches!(digits, 1 | 2),
        _ => digits == 0,
    }
}

/// Digits of the second: those after a point that follows `:SS`.
fn fraction_digits(text: &str) -> usize {
    let Some((before, after)) = text.split_once('.') else { return 0 };
    let is_second = before.len() >= 3 && before.as_bytes()[before.len() - 3] == b':';
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if is_second && digits <= MAX_FRACTION { digits } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut stats = TimeStats::default();
        stats.push(text, 1);
        let found: Vec<String> = stats.formats().map(|(format, _)| format.as_str().to_owned()).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_reading_is_counted() {
        check("2024-05-06", &["%Y-%m-%d"]);
        check("2024-05-06T07:08:09.123Z", &["%Y-%m-%dT%H:%M:%S%.3fZ"]);
        check("05/06/2024", &["%d/%m/%Y", "%m/%d/%Y", "%-m/%-d/%Y"]);
        check("25/06/2024", &["%d/%m/%Y"]);
        check("Thu, 29 Feb 2024 13:00:01 +0000", &["%a, %d %b %Y %H:%M:%S %z"]);
        check("12:30:00.5", &["%H:%M:%S%.1f"]);
        check("192.168.0.1", &[]);
        check("555-0100-22", &[]);
        check("hello world 2024", &[]);
    }
}
