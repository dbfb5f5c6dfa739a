//! Times in strings: which of the formats is meant, and which times stand out.

use std::collections::BTreeMap;

use synth_core::{JsonPath, TimeFormat, cast, math};
use synth_privacy::{Gate, PathWords};
use synth_stats::bottom_k::Entry;
use synth_stats::{BottomK, OrderHistogram};

use super::{keys, number};
use crate::profile::{Curve, TimeProfile, TimeSpike};
use crate::string_stats::{KeptText, StringStats};
use crate::time_stats::TimeAccumulator;

mod clock;
mod epoch;

pub(super) use clock::digits_profile;
pub(super) use epoch::epoch_profile;

/// Formats kept for one field.
const MAX_FORMATS: usize = 4;
/// Share of the strings that must be times, or public words beside them, for a field to be one.
const MIN_SHARE: f64 = 0.9;
/// Share of the strings that must be times when the others are public words, such as `never`.
const MIN_TIMES: f64 = 0.3;
/// A format stands for at least this share of the strings.
const MIN_FORMAT_SHARE: f64 = 0.01;
/// When there are no more distinct times than this, each that is public is listed.
const MAX_FEW: usize = 12;
/// Spikes listed, at most.
const MAX_SPIKES: usize = 24;
/// A spike holds at least this share of the values.
const SPIKE_SHARE: f64 = 0.02;
/// A spike is at least this many times as frequent as the median of the distinct values.
const SPIKE_FACTOR: u64 = 5;
/// Formats that other things than times fit too, so that few values are not enough.
const WEAK_FORMATS: [&str; 11] = [
    "%H:%M",
    "%-H:%M",
    "%-[H]:%M:%S",
    "%[H]:%M:%S",
    "%Y-%m",
    "%Y/%m",
    "%Y-%j",
    "%d.%m.%y",
    "%d-%m-%y",
    "%Y.%m.%d",
    "%m/%d/%y",
];
/// Distinct values that a weak format asks for at a path that does not speak of time.
const MIN_WEAK: usize = 4;

/// Words of a path that say that a value is a time.
const TIME_WORDS: &[&str] = &[
    "time",
    "times",
    "timestamp",
    "timestamps",
    "ts",
    "date",
    "dates",
    "datetime",
    "day",
    "created",
    "updated",
    "modified",
    "changed",
    "published",
    "expires",
    "expiry",
    "expiration",
    "expired",
    "deadline",
    "since",
    "until",
    "epoch",
    "when",
    "seen",
    "mtime",
    "ctime",
    "atime",
    "utc",
    "valid",
    "validity",
    "notbefore",
    "notafter",
    "dob",
    "birthday",
    "birthdate",
    "hhmm",
    "yyyymmdd",
    "ymd",
    "period",
    "month",
    "checkin",
    "checkout",
    "datum",
    "zeit",
    "fecha",
    "hora",
    "heure",
];
/// Words that say so less surely.
const WEAK_TIME_WORDS: &[&str] = &[
    "at",
    "on",
    "start",
    "end",
    "begin",
    "from",
    "to",
    "last",
    "first",
    "before",
    "after",
    "open",
    "close",
    "due",
    "lastmod",
    "t",
    "ordered",
    "shipped",
    "delivered",
    "paid",
    "opened",
    "closed",
    "sent",
    "received",
    "started",
    "finished",
    "completed",
    "ended",
    "joined",
    "signed",
    "cancelled",
    "canceled",
    "returned",
    "departed",
    "arrived",
];
/// Words that make a measured length of time of it.
const LENGTH_WORDS: &[&str] = &[
    "duration",
    "elapsed",
    "response",
    "latency",
    "uptime",
    "downtime",
    "took",
    "total",
    "average",
    "avg",
    "mean",
    "timeout",
    "interval",
    "delay",
    "ttl",
    "wait",
    "cpu",
    "processing",
    "runtime",
    "lifetime",
    "count",
    "size",
    "bytes",
    "offset",
    "version",
    "ver",
    "versions",
    "zone",
    "timezone",
    "ratio",
    "score",
];

/// Words that outweigh those.
const MOMENT_WORDS: &[&str] = &["date", "timestamp", "datetime", "at", "utc"];

/// How surely a path speaks of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hint {
    /// It speaks of something else, such as a duration.
    Against,
    None,
    Weak,
    Strong,
}

impl Hint {
    fn of(path: &JsonPath) -> Self {
        let words = PathWords::of(path);
        match () {
            () if words.own_has(LENGTH_WORDS) && !words.own_has(MOMENT_WORDS) => Self::Against,
            () if words.own_has(TIME_WORDS) => Self::Strong,
            () if words.own_has(WEAK_TIME_WORDS) => Self::Weak,
            () => Self::None,
        }
    }
}

/// The formats that together read nearly all strings, largest first; empty when they do not.
///
/// Public strings that are no times, such as words for "never", do not count against them.
pub(super) fn profiles(strings: &StringStats, path: &JsonPath, gate: Gate) -> Vec<TimeProfile> {
    let count = strings.distinct.total();
    let kept = formats(strings, count);
    let covered: u64 = kept.iter().map(|kept| kept.times.histogram.count()).sum();
    let reads = |text: &str| kept.iter().any(|kept| kept.format.read(text).is_some());
    let words: u64 = strings
        .distinct
        .entries()
        .filter(|entry| gate.is_enough(entry.n_units) && !reads(&entry.value.text))
        .map(|entry| entry.count)
        .sum();
    let is_covered = covered as f64 >= MIN_SHARE * count as f64
        || (covered as f64 >= MIN_TIMES * count as f64
            && (covered + words) as f64 >= MIN_SHARE * count as f64);
    if !is_covered || kept.is_empty() || is_doubtful(&kept, strings, path) {
        return Vec::new();
    }
    kept.into_iter().map(|kept| kept.profile(&strings.distinct, gate)).collect()
}

/// Tells whether one of the formats reads a text.
pub(super) fn is_time(times: &[TimeProfile], text: &str) -> bool {
    times
        .iter()
        .filter_map(|time| TimeFormat::parse(&time.format).ok())
        .any(|format| format.read(text).is_some())
}

/// A format in which strings were read.
struct Kept<'a> {
    format: TimeFormat,
    times: &'a TimeAccumulator,
    alternatives: Vec<String>,
}

/// Picks formats, largest first, until all strings are read. One whose strings others read as well is none of its own, as
/// where a day before a month looks like a month before a day.
fn formats(strings: &StringStats, count: u64) -> Vec<Kept<'_>> {
    let mut formats: Vec<(TimeFormat, &TimeAccumulator)> = strings.times.formats().collect();
    // The sort is stable: of formats that read the same strings the first in the list wins.
    formats.sort_by_key(|(_, times)| std::cmp::Reverse(times.histogram.count()));
    let mut kept: Vec<Kept<'_>> = Vec::new();
    let mut covered = 0;
    for (format, times) in formats {
        let n = times.histogram.count();
        let is_usual = n as f64 >= MIN_FORMAT_SHARE * count as f64 && kept.len() < MAX_FORMATS;
        if is_usual && covered + n <= count && reads_others(&format, &kept, strings) {
            covered += n;
            kept.push(Kept { format, times, alternatives: Vec::new() });
        } else if let Some(twin) = kept.iter_mut().find(|kept| kept.times.histogram.count() == n) {
            twin.alternatives.push(format.as_str().to_owned());
        }
    }
    kept
}

/// Tells whether most of the strings that a format reads are read by none of those before.
fn reads_others(format: &TimeFormat, before: &[Kept<'_>], strings: &StringStats) -> bool {
    if before.is_empty() {
        return true;
    }
    let (mut n_read, mut n_others) = (0, 0);
    for entry in strings.distinct.entries() {
        if format.read(&entry.value.text).is_some() {
            n_read += entry.count;
            let is_known = before.iter().any(|kept| kept.format.read(&entry.value.text).is_some());
            n_others += if is_known { 0 } else { entry.count };
        }
    }
    2 * n_others > n_read
}

/// Other things than times would look the same.
fn is_doubtful(kept: &[Kept<'_>], strings: &StringStats, path: &JsonPath) -> bool {
    let is_weak = |kept: &Kept<'_>| {
        let spec = kept.format.as_str();
        spec.starts_with("%s") || kept.format.is_digits() || WEAK_FORMATS.contains(&spec)
    };
    let hint = Hint::of(path);
    let has_few = strings.distinct.len() < MIN_WEAK;
    kept.iter().all(is_weak) && (hint == Hint::Against || (has_few && hint < Hint::Weak))
}

impl Kept<'_> {
    fn profile(self, distinct: &BottomK<KeptText>, gate: Gate) -> TimeProfile {
        let entries: Vec<(&Entry<KeptText>, f64)> = distinct
            .entries()
            .filter_map(|entry| Some((entry, self.format.read(&entry.value.text)?.0 as f64 / 1e6)))
            .collect();
        let seen: Vec<Seen> = entries
            .iter()
            .map(|(entry, seconds)| Seen { seconds: *seconds, count: entry.count, n_units: entry.n_units })
            .collect();
        let spikes = spikes(&seen, gate);
        let form = Form::of(&self.format, self.times, &spikes);
        let mut profile = time_profile(form, self.times, &spikes, gate);
        profile.alternatives = self.alternatives;
        profile
    }
}

/// A distinct time.
#[derive(Debug, Clone, Copy)]
struct Seen {
    seconds: f64,
    count: u64,
    n_units: u64,
}

/// The public times when there are few, else those that stand out; earliest first.
fn spikes(seen: &[Seen], gate: Gate) -> Vec<TimeSpike> {
    // One moment may have several spellings, in different zones.
    let mut by_moment: BTreeMap<i64, Seen> = BTreeMap::new();
    for seen in seen {
        by_moment
            .entry(micros(seen.seconds).0)
            .and_modify(|known| {
                known.count += seen.count;
                known.n_units = known.n_units.max(seen.n_units);
            })
            .or_insert(*seen);
    }
    let seen: Vec<Seen> = by_moment.into_values().collect();
    let mut counts: Vec<u64> = seen.iter().map(|seen| seen.count).collect();
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).copied().unwrap_or(0);
    let floor = SPIKE_SHARE * counts.iter().sum::<u64>() as f64;
    let is_few = seen.len() <= MAX_FEW;
    let stands_out =
        |seen: &Seen| is_few || (seen.count as f64 >= floor && seen.count >= SPIKE_FACTOR * median);
    let mut spikes: Vec<TimeSpike> = seen
        .iter()
        .filter(|seen| gate.is_enough(seen.n_units) && stands_out(seen))
        .map(|seen| TimeSpike { seconds: seen.seconds, count: seen.count })
        .collect();
    spikes.sort_by(|a, b| b.count.cmp(&a.count).then(a.seconds.total_cmp(&b.seconds)));
    spikes.truncate(MAX_SPIKES);
    spikes.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    spikes
}

/// How times are told.
#[derive(Debug, Clone, Copy)]
struct Form<'a> {
    format: &'a str,
    /// The step of the format.
    own_micros: i64,
    /// The larger step that nearly all times lie on.
    resolution_micros: Option<i64>,
}

impl<'a> Form<'a> {
    fn of(format: &'a TimeFormat, times: &TimeAccumulator, spikes: &[TimeSpike]) -> Self {
        let own_micros = format.resolution_micros().max(1);
        let mut grid = times.grid;
        spikes.iter().for_each(|spike| grid.remove_n(micros(spike.seconds), spike.count));
        let rest = without(&times.histogram, spikes);
        let n_moments = cast::to_u64(rest.cells().count());
        let resolution_micros = grid.resolution_micros(own_micros, rest.count(), n_moments);
        Self { format: format.as_str(), own_micros, resolution_micros }
    }
}

fn time_profile(form: Form<'_>, times: &TimeAccumulator, spikes: &[TimeSpike], gate: Gate) -> TimeProfile {
    let rest = without(&times.histogram, spikes);
    let says_nothing = !spikes.is_empty() && !gate.is_enough(rest.count());
    let (mut weekdays, mut hours) = (times.weekdays.to_vec(), times.hours.to_vec());
    for spike in spikes {
        let time = micros(spike.seconds);
        weekdays[time.weekday()] = weekdays[time.weekday()].saturating_sub(spike.count);
        hours[time.hour()] = hours[time.hour()].saturating_sub(spike.count);
    }
    let count = times.histogram.count();
    let step_seconds = form.resolution_micros.unwrap_or(form.own_micros) as f64 / 1e6;
    TimeProfile {
        format: form.format.to_owned(),
        as_number: false,
        alternatives: Vec::new(),
        count,
        spikes: spikes.to_vec(),
        curve: if says_nothing { Curve::default() } else { number::curve(&rest, gate.k()) },
        weekdays,
        hours,
        zones: zones(times, gate),
        n_days: n_steps(&rest, 86_400.0),
        n_hours: n_steps(&rest, 3600.0),
        resolution_micros: form.resolution_micros,
        is_key: keys::lie_close(&times.histogram, step_seconds, count),
    }
}

fn without(histogram: &OrderHistogram, spikes: &[TimeSpike]) -> OrderHistogram {
    let values: Vec<f64> = spikes.iter().map(|spike| spike.seconds).collect();
    histogram.without(&values)
}

/// Different steps of so many seconds that hold a time, at least: ends of cells that lie in different ones.
fn n_steps(histogram: &OrderHistogram, seconds: f64) -> u64 {
    let mut steps: Vec<i64> = histogram
        .cells()
        .flat_map(|cell| [cell.min, cell.max])
        .map(|moment| cast::round_to_i64(math::floor(moment / seconds)))
        .collect();
    steps.dedup();
    cast::to_u64(steps.len())
}

/// The public zones, when one of them is not UTC.
fn zones(times: &TimeAccumulator, gate: Gate) -> Vec<(i32, u64)> {
    let public: Vec<(i32, u64)> =
        times.zones.iter().filter(|(_, n)| gate.is_enough(**n)).map(|(zone, n)| (*zone, *n)).collect();
    if public.iter().any(|(zone, _)| *zone != 0) { public } else { Vec::new() }
}

/// Rounds seconds to the microsecond that a timestamp holds.
fn micros(seconds: f64) -> synth_core::Timestamp {
    synth_core::Timestamp(cast::round_to_i64(seconds * 1e6))
}
