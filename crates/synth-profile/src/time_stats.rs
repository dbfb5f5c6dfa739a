//! Strings that are dates or times, told by their format.

mod stored;

use std::collections::BTreeMap;

use synth_core::{TimeFormat, Timestamp};
use synth_stats::OrderHistogram;

use crate::number_stats::MAX_CELLS;
use crate::time_grid::TimeGrid;

mod shape;

use shape::{Look, Shape};

/// Formats that are looked for, with `%f` where digits of the second may follow.
///
/// Formats that read the same text (day before month, month before day) are all counted; which one is meant is
/// decided when all of the data is known.
#[rustfmt::skip]
const LAYOUTS: [&str; 94] = [
    "%Y-%m-%dT%H:%M:%S%fZ", "%Y-%m-%dT%H:%M:%S%f%:z", "%Y-%m-%dT%H:%M:%S%f%z", "%Y-%m-%dT%H:%M:%S%f",
    "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M%:z",
    "%Y-%m-%d %H:%M:%S%f", "%Y-%m-%d %H:%M:%S%f%:z", "%Y-%m-%d %H:%M:%S%f%z", "%Y-%m-%d %H:%M:%S%f %z",
    "%Y-%m-%d %H:%M:%S%f %:z", "%Y-%m-%d %H:%M:%S%fZ", "%Y-%m-%d %H:%M:%S%f UTC", "%Y-%m-%d %H:%M",
    "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %I:%M %p", "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S,%3f", "%Y-%m-%d %H:%M:%S,%3f",
    "%Y/%m/%d %H:%M:%S%f", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d",
    "%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y-%m", "%Y/%m", "%Y-%j", "%G-W%V-%u", "%G-W%V",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d/%m/%y",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y", "%m/%d/%y",
    "%-d/%-m/%Y", "%-d/%-m/%Y %-H:%M", "%-d/%-m/%y",
    "%-m/%-d/%Y", "%-m/%-d/%Y %-H:%M", "%-m/%-d/%Y %-H:%M:%S", "%-m/%-d/%Y %-I:%M %p", "%-m/%-d/%Y %-I:%M:%S %p",
    "%-m/%-d/%y", "%-m/%-d/%y %-H:%M",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y", "%-d.%-m.%Y",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%m-%d-%Y %H:%M:%S", "%m-%d-%Y", "%d-%m-%y",
    "%a, %d %b %Y %H:%M:%S %z", "%a, %-d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S GMT",
    "%-d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y", "%a %b %e %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S %z", "%b %e %H:%M:%S", "%A, %B %-d, %Y", "%B %-d, %Y", "%b %-d, %Y", "%b %d, %Y",
    "%b %d %Y", "%d %b %Y", "%-d %b %Y", "%d %B %Y", "%-d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y",
    "%B %Y", "%b %Y",
    "%H:%M:%S%f", "%H:%M", "%-H:%M", "%I:%M %p", "%-I:%M %p", "%-I:%M:%S %p",
    "%[H]:%M:%S", "%-[H]:%M:%S",
];

/// Formats of digits alone, with the number of digits; any number could be one, so more is asked of them.
const DIGIT_LAYOUTS: [(&str, usize); 8] = [
    ("%Y%m%d", 8),
    ("%Y%m%d%H%M", 12),
    ("%Y%m%d%H%M%S", 14),
    ("%s", 10),
    ("%s%3f", 13),
    ("%s%6f", 16),
    ("%s%9f", 19),
    ("%s%f", 10),
];

/// Layouts of both lists.
const N_LAYOUTS: usize = LAYOUTS.len() + DIGIT_LAYOUTS.len();

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

/// Most digits that a text of [`LAYOUTS`] begins with.
const MAX_DIGITS: usize = 8;

/// The layouts of texts that begin with no digit, one, two and so on: the first few of each entry, as many as its
/// number says.
const BY_DIGITS: [([usize; LAYOUTS.len()], usize); MAX_DIGITS + 1] = {
    let mut by_digits = [([0; LAYOUTS.len()], 0); MAX_DIGITS + 1];
    let mut layout = 0;
    while layout < LAYOUTS.len() {
        let mut n_digits = 0;
        while n_digits <= MAX_DIGITS {
            if SHAPES[layout].begins_with(n_digits) {
                let (layouts, n_layouts) = &mut by_digits[n_digits];
                layouts[*n_layouts] = layout;
                *n_layouts += 1;
            }
            n_digits += 1;
        }
        assert!(!SHAPES[layout].begins_with(MAX_DIGITS + 1), "no text begins with more digits");
        layout += 1;
    }
    by_digits
};

/// Digits alone are taken for a time only from 1970-01-01 to 2100-01-01, in seconds since the epoch.
const DIGIT_WINDOW: std::ops::Range<i64> = 0..4_102_444_800;

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
    /// Times by the minutes that their zone is ahead of UTC; empty when the format has no zone.
    pub zones: BTreeMap<i32, u64>,
    /// Times by the steps they are multiples of.
    pub grid: TimeGrid,
}

impl Default for TimeAccumulator {
    fn default() -> Self {
        Self {
            histogram: OrderHistogram::new(MAX_CELLS),
            weekdays: [0; 7],
            hours: [0; 24],
            zones: BTreeMap::new(),
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
        for (zone, n) in other.zones {
            *self.zones.entry(zone).or_default() += n;
        }
        self.grid.merge(other.grid);
    }
}

impl TimeStats {
    pub(crate) fn push(&mut self, text: &str, n: u64) {
        if !may_be_time(text) {
            return;
        }
        if let Some(digits) = digits_around_point(text) {
            self.push_digits(text, digits, n);
            return;
        }
        let look = Look::of(text.as_bytes());
        let Some((layouts, n_layouts)) = BY_DIGITS.get(look.n_digits) else { return };
        let fraction = fraction_digits(text);
        for layout in &layouts[..*n_layouts] {
            let shape = &SHAPES[*layout];
            let digits = if shape.has_fraction { fraction } else { 0 };
            if shape.fits(look, digits) {
                self.push_as((*layout, digits), text, n);
            }
        }
    }

    /// Digits alone, with the number of them before and behind a point.
    fn push_digits(&mut self, text: &str, (whole, fraction): (usize, usize), n: u64) {
        for (at, (spec, length)) in DIGIT_LAYOUTS.iter().enumerate() {
            let has_fraction = spec.contains("%f");
            if *length == whole && has_fraction == (fraction > 0) && fraction <= MAX_FRACTION {
                self.push_as((LAYOUTS.len() + at, fraction), text, n);
            }
        }
    }

    fn push_as(&mut self, id: FormatId, text: &str, n: u64) {
        let Some((time, zone)) = self.read(id, text) else { return };
        if id.0 >= LAYOUTS.len() && !DIGIT_WINDOW.contains(&time.seconds()) {
            return;
        }
        let times = self.formats.entry(id).or_default();
        times.push_n(time, n);
        if self.compiled.get(&id).is_some_and(TimeFormat::has_zone) {
            *times.zones.entry(zone).or_default() += n;
        }
    }

    fn read(&mut self, id: FormatId, text: &str) -> Option<(Timestamp, i32)> {
        if let Some(format) = self.compiled.get(&id) {
            return format.read_zoned(text);
        }
        let format = format_of(id)?;
        let time = format.read_zoned(text);
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
    TimeFormat::parse(&layout_of(layout).replace("%f", &fraction)).ok()
}

fn layout_of(layout: usize) -> &'static str {
    match layout.checked_sub(LAYOUTS.len()) {
        None => LAYOUTS[layout],
        Some(at) => DIGIT_LAYOUTS[at].0,
    }
}

/// Cheap refusal of nearly all strings that are no times.
fn may_be_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    (4..=40).contains(&bytes.len()) && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 3
}

/// The number of digits, or of those before and behind a point, when there is nothing else.
fn digits_around_point(text: &str) -> Option<(usize, usize)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then_some((whole.len(), fraction.len()))
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
                    assert!(shape.fits(Look::of(text.as_bytes()), found), "{} {text}", LAYOUTS[layout]);
                }
            }
        }
    }

    #[test]
    fn every_reading_is_counted() {
        check("2024-05-06", &["%Y-%m-%d"]);
        check("2024-05-06T07:08:09.123Z", &["%Y-%m-%dT%H:%M:%S%.3fZ"]);
        check("05/06/2024", &["%d/%m/%Y", "%m/%d/%Y"]);
        check("5/6/2024", &["%-d/%-m/%Y", "%-m/%-d/%Y"]);
        check("25/06/2024", &["%d/%m/%Y"]);
        check("Thu, 09 Feb 2024 13:00:01 +0000", &["%a, %d %b %Y %H:%M:%S %z"]);
        check("12:30:00.5", &["%H:%M:%S%.1f"]);
        check("05:17", &["%H:%M"]);
        check("5:17", &["%-H:%M"]);
        check("25:10:00", &["%[H]:%M:%S", "%-[H]:%M:%S"]);
        check("1:02:03", &["%-[H]:%M:%S"]);
        check("Feb  9 07:08:09", &["%b %e %H:%M:%S"]);
        check("2024-W09-4", &["%G-W%V-%u"]);
        check("2024-060", &["%Y-%j"]);
        check("20240229", &["%Y%m%d"]);
        check("1709211601", &["%s"]);
        check("1709211601.25", &["%s%.2f"]);
        check("1709211601250", &["%s%3f"]);
        check("29.02.24", &["%d.%m.%y"]);
        check("Thu, 29 Feb 2024 13:00:01 GMT", &["%a, %d %b %Y %H:%M:%S GMT"]);
        check("2/9/2024 1:05:09 PM", &["%-m/%-d/%Y %-I:%M:%S %p"]);
        check("1234567", &[]);
        check("10.5", &[]);
        check("192.168.0.1", &[]);
        check("555-0100-22", &[]);
        check("hello world 2024", &[]);
    }
}
