//! Strings that are dates or times, told by their format.

mod stored;

use std::collections::BTreeMap;

use synth_core::{TimeFormat, Timestamp};
use synth_stats::OrderHistogram;

use crate::number_stats::MAX_CELLS;
use crate::time_grid::TimeGrid;

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
    /// Times by the steps they are multiples of.
    pub grid: TimeGrid,
}

impl Default for TimeAccumulator {
    fn default() -> Self {
        Self {
            histogram: OrderHistogram::new(MAX_CELLS),
            weekdays: [0; 7],
            hours: [0; 24],
            grid: TimeGrid::default(),
        }
    }
}

impl TimeAccumulator {
    /// Counts a time `n` times.
    pub fn push_n(&mut self, time: Timestamp, n: u64) {
        self.histogram.push_n(time.0 as f64 / 1e6, n);
        self.weekdays[time.weekday()] += n;
        self.hours[time.hour()] += n;
        self.grid.push_n(time, n);
    }

    fn merge(&mut self, other: Self) {
        self.histogram.merge(other.histogram);
        self.weekdays.iter_mut().zip(other.weekdays).for_each(|(ours, theirs)| *ours += theirs);
        self.hours.iter_mut().zip(other.hours).for_each(|(ours, theirs)| *ours += theirs);
        self.grid.merge(other.grid);
    }
}

impl TimeStats {
    pub(crate) fn push(&mut self, text: &str, n: u64) {
        if !may_be_time(text) {
            return;
        }
        let fraction = fraction_digits(text);
        let start = Start::of(text);
        for (layout, shape) in SHAPES.iter().enumerate() {
            let digits = if shape.has_fraction { fraction } else { 0 };
            if !shape.fits(start, text.len(), digits) {
                continue;
            }
            let id = (layout, digits);
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

/// How a text begins: with how many digits, and what stands behind them.
#[derive(Debug, Clone, Copy)]
struct Start {
    digits: usize,
    separator: u8,
}

impl Start {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        Self { digits, separator: bytes.get(digits).copied().unwrap_or(0) }
    }
}

/// What tells a layout from most texts that it cannot read, at the cost of a few comparisons.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// Fewest and most digits at the start.
    digits: (usize, usize),
    /// What stands behind them; 0 for anything.
    separator: u8,
    /// Fewest and most bytes of a text, the digits of the second left out.
    length: (usize, usize),
    has_fraction: bool,
}

/// The shapes of [`LAYOUTS`].
const SHAPES: [Shape; LAYOUTS.len()] = {
    let mut shapes = [Shape::of(LAYOUTS[0]); LAYOUTS.len()];
    let mut layout = 1;
    while layout < LAYOUTS.len() {
        shapes[layout] = Shape::of(LAYOUTS[layout]);
        layout += 1;
    }
    shapes
};

impl Shape {
    const fn of(spec: &str) -> Self {
        let bytes = spec.as_bytes();
        let (digits, separator) = match bytes {
            [b'%', b'Y', separator, ..] => ((4, 4), *separator),
            [b'%', b'd' | b'm' | b'H', separator, ..] => ((2, 2), *separator),
            [b'%', b'-', ..] => ((1, 2), 0),
            _ => ((0, 0), 0),
        };
        let (mut length, mut has_fraction, mut at) = ((0, 0), false, 0);
        while at < bytes.len() {
            let (step, (min, max)) = match bytes.split_at(at).1 {
                [b'%', b'f', ..] => {
                    has_fraction = true;
                    (2, (0, 0))
                }
                [b'%', b'Y', ..] => (2, (4, 4)),
                [b'%', b'-', ..] => (3, (1, 2)),
                [b'%', b':', ..] => (3, (6, 6)),
                [b'%', b'z', ..] => (2, (5, 5)),
                [b'%', b'a' | b'b', ..] => (2, (3, 3)),
                // May and September.
                [b'%', b'B', ..] => (2, (3, 9)),
                [b'%', ..] => (2, (2, 2)),
                _ => (1, (1, 1)),
            };
            at += step;
            length = (length.0 + min, length.1 + max);
        }
        Self { digits, separator, length, has_fraction }
    }

    /// Tells whether a text may be read; `fraction` is the number of its digits of the second.
    fn fits(&self, start: Start, length: usize, fraction: usize) -> bool {
        let point = usize::from(fraction > 0);
        (self.digits.0..=self.digits.1).contains(&start.digits)
            && (self.separator == 0 || self.separator == start.separator)
            && (self.length.0 + point + fraction..=self.length.1 + point + fraction).contains(&length)
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

    /// Catches a shape that is too narrow: what a format prints must fit its shape.
    #[test]
    fn shapes_hold_all_that_formats_write() {
        for day in 0..400 {
            let time = Timestamp(day * 86_400_000_000 * 3 + day * 3_723_456_789);
            for (layout, shape) in SHAPES.iter().enumerate() {
                for digits in if shape.has_fraction { vec![0, 3, 9] } else { vec![0] } {
                    let mut text = String::new();
                    format_of((layout, digits)).unwrap().write(time, &mut text).unwrap();
                    let found = if shape.has_fraction { fraction_digits(&text) } else { 0 };
                    assert!(shape.fits(Start::of(&text), text.len(), found), "{} {text}", LAYOUTS[layout]);
                }
            }
        }
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
