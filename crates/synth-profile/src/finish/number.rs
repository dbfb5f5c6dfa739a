//! Numbers: spelling, few values, spikes and the rest of the distribution.

use synth_core::{JsonPath, cast, math};
use synth_privacy::{FieldEvidence, Gate, PathWords, PiiKind, ValueForm, scan_value};
use synth_stats::bottom_k::Entry;
use synth_stats::quantiles::FitConfig;
use synth_stats::{OrderHistogram, QuantileFunction};

use super::{keys, time};
use crate::number_stats::{MAX_DECIMALS, NumberStats, NumberValue};
use crate::profile::{Curve, NumberCategory, NumberProfile, TimeProfile};
use crate::semantic::{self, NumberEvidence};

/// Numbers with at most this many distinct values may be a list of categories.
const MAX_CATEGORIES: usize = 40;
/// The same for codes: whole numbers so far apart that what lies between them means nothing.
const MAX_CODES: usize = 200;
/// Codes are on average at least this far apart.
const CODE_GAP: f64 = 50.0;
/// The same for numbers with fractions, which quantiles do not hit exactly.
const MAX_FRACTIONS: usize = 64;
/// Spikes listed, at most, where other numbers are many.
const MAX_SPIKES: usize = 24;
/// Numbers with at most this many distinct values are listed one by one, as far as they are public: a curve would
/// make numbers up between them.
const MAX_LISTED: usize = 256;
/// The values of each such number, on average.
const LISTED_FACTOR: u64 = 20;
/// A spike holds at least this share of the values.
const SPIKE_SHARE: f64 = 0.005;
/// A spike is at least this many times as frequent as the median of the distinct values.
const SPIKE_FACTOR: u64 = 5;
/// Knots of a published distribution.
const MAX_KNOTS: usize = 41;

/// Describes numbers; `known` is the kind of personal data that their company makes of them.
pub(super) fn profile(
    numbers: &NumberStats,
    path: &JsonPath,
    gate: Gate,
    known: Option<PiiKind>,
) -> NumberProfile {
    let count = numbers.distinct.total();
    let is_unique = keys::numbers_are_unique(numbers);
    let is_key = is_unique && keys::are_number_keys(numbers, path);
    let time = time::epoch_profile(numbers, path, gate).or_else(|| time::digits_profile(numbers, path, gate));
    let time = time.map(|time| TimeProfile { is_key, ..time });
    let personal = if time.is_some() { None } else { known.or_else(|| personal_kind(numbers, path)) };
    let may_list = !is_unique && time.is_none() && personal.is_none();
    let categories = if may_list { categories(numbers, gate) } else { Vec::new() };
    let spikes = if may_list && categories.is_empty() { spikes(numbers, gate) } else { Vec::new() };
    let (decimals, padded) = decimals(numbers);
    let dense = dense(numbers, is_unique);
    NumberProfile {
        count,
        n_distinct: numbers.n_distinct(),
        is_unique,
        is_key: is_key && personal.is_none_or(|kind| kind == PiiKind::PersonId),
        personal: personal.map(|kind| kind.name().to_owned()),
        semantic_type: semantic_type(numbers, path, decimals)
            .filter(|name| time.is_none() || *name != "duration")
            .map(str::to_owned),
        dense_from: dense.map(|(first, _)| first),
        dense_step: dense.map(|(_, step)| step).filter(|step| *step > 1),
        mean: numbers.sum.mean().filter(|_| gate.is_enough(count) && personal.is_none()),
        decimals,
        needed_decimals: needed_decimals(numbers, &spikes, usize::from(decimals)),
        n_zero_fraction: numbers.n_zero_fraction,
        padded,
        curve: match personal {
            Some(kind) if !is_spread(kind) => rough_curve(&numbers.histogram),
            _ => rest_curve(numbers, &spikes, gate),
        },
        categories: categories.iter().map(|entry| public(entry)).collect(),
        spikes: spikes.iter().map(|entry| public(entry)).collect(),
        time,
    }
}

/// Numbers that mean nothing to somebody who does not know whose they are; their quantiles lie k values apart.
fn is_spread(kind: PiiKind) -> bool {
    matches!(kind, PiiKind::PersonId | PiiKind::Coordinates)
}

fn semantic_type(numbers: &NumberStats, path: &JsonPath, decimals: u8) -> Option<&'static str> {
    let evidence = NumberEvidence {
        min: numbers.histogram.min()?,
        max: numbers.histogram.max()?,
        n_distinct: cast::to_u64(numbers.distinct.len()),
        decimals,
    };
    semantic::of_numbers(evidence, &PathWords::of(path))
}

/// The first number and the step, when unique whole numbers fill their range in equal steps.
fn dense(numbers: &NumberStats, is_unique: bool) -> Option<(i64, i64)> {
    let step = keys::whole_step(numbers).filter(|_| is_unique)?;
    let (min, max) = (numbers.histogram.min()?, numbers.histogram.max()?);
    let n_steps = cast::round_to_u64((max - min) / step as f64) + 1;
    let step = i64::try_from(step).ok()?;
    (n_steps == numbers.distinct.total()).then(|| (cast::round_to_i64(min), step))
}

/// The distinct numbers when they are few, smallest first.
fn few(numbers: &NumberStats) -> Option<Vec<&Entry<NumberValue>>> {
    let has_fractions = numbers.distinct.entries().any(|entry| matches!(entry.value, NumberValue::Float(_)));
    let n_distinct = numbers.distinct.len();
    let span = numbers.histogram.max()? - numbers.histogram.min()?;
    let max = match has_fractions {
        true => MAX_FRACTIONS,
        false if span >= CODE_GAP * n_distinct as f64 => MAX_CODES,
        false => MAX_CATEGORIES,
    };
    let is_few = numbers.distinct.is_complete() && n_distinct <= max;
    is_few.then(|| sorted(numbers.distinct.entries().collect()))
}

/// The distinct numbers when each stands for many values on average, smallest first.
fn repeated(numbers: &NumberStats) -> Option<Vec<&Entry<NumberValue>>> {
    let n_distinct = numbers.distinct.len();
    let is_repeated = cast::to_u64(n_distinct) * LISTED_FACTOR <= numbers.distinct.total();
    let is_few = numbers.distinct.is_complete() && n_distinct <= MAX_LISTED;
    (is_few && is_repeated).then(|| sorted(numbers.distinct.entries().collect()))
}

fn sorted(mut entries: Vec<&Entry<NumberValue>>) -> Vec<&Entry<NumberValue>> {
    entries.sort_by(|a, b| a.value.as_f64().total_cmp(&b.value.as_f64()));
    entries
}

fn is_public(entry: &Entry<NumberValue>, gate: Gate) -> bool {
    let is_safe = match entry.value {
        NumberValue::Integer(value) => scan_value(&value.to_string()).is_none(),
        NumberValue::Float(value) => value.is_finite(),
    };
    is_safe && gate.is_enough(entry.n_units)
}

/// All numbers, when they are few and public.
fn categories(numbers: &NumberStats, gate: Gate) -> Vec<&Entry<NumberValue>> {
    few(numbers).filter(|entries| entries.iter().all(|entry| is_public(entry, gate))).unwrap_or_default()
}

/// The public numbers when all are few, else those that stand out.
fn spikes(numbers: &NumberStats, gate: Gate) -> Vec<&Entry<NumberValue>> {
    if let Some(entries) = few(numbers).or_else(|| repeated(numbers)) {
        return entries.into_iter().filter(|entry| is_public(entry, gate)).collect();
    }
    let mut counts: Vec<u64> = numbers.distinct.entries().map(|entry| entry.count).collect();
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).copied().unwrap_or(0);
    let floor = SPIKE_SHARE * numbers.distinct.total() as f64;
    let stands_out = |entry: &&Entry<NumberValue>| {
        is_public(entry, gate) && entry.count as f64 >= floor && entry.count >= SPIKE_FACTOR * median
    };
    let mut spikes: Vec<&Entry<NumberValue>> = numbers.distinct.entries().filter(stands_out).collect();
    spikes.sort_by_key(|entry| (std::cmp::Reverse(entry.count), entry.hash));
    spikes.truncate(MAX_SPIKES);
    sorted(spikes)
}

fn public(entry: &Entry<NumberValue>) -> NumberCategory {
    let value = match entry.value {
        NumberValue::Integer(value) => value.into(),
        // Infinite numbers were filtered out before; zero stands for what cannot happen.
        NumberValue::Float(value) => serde_json::Number::from_f64(value).unwrap_or_else(|| 0.into()),
    };
    NumberCategory { value, count: entry.count }
}

/// The distribution of the numbers that are no spikes; empty when they are too few to say anything of them.
fn rest_curve(numbers: &NumberStats, spikes: &[&Entry<NumberValue>], gate: Gate) -> Curve {
    let values: Vec<f64> = spikes.iter().map(|entry| entry.value.as_f64()).collect();
    let rest = numbers.histogram.without(&values);
    let says_nothing = !spikes.is_empty() && !gate.is_enough(rest.count());
    if says_nothing { Curve::default() } else { curve(&rest, gate.k()) }
}

/// Kind of personal data that the numbers are, by their path and their digits.
fn personal_kind(numbers: &NumberStats, path: &JsonPath) -> Option<PiiKind> {
    with_evidence(numbers, path, synth_privacy::detect).map(|finding| finding.kind)
}

/// Shows the numbers to a detector of personal data.
pub(super) fn with_evidence<T>(
    numbers: &NumberStats,
    path: &JsonPath,
    ask: impl FnOnce(&FieldEvidence<'_>) -> T,
) -> T {
    let texts: Vec<(String, u64)> = numbers
        .distinct
        .entries()
        .map(|entry| match entry.value {
            NumberValue::Integer(value) => (value.to_string(), entry.count),
            NumberValue::Float(value) => (value.to_string(), entry.count),
        })
        .collect();
    let values: Vec<(&str, u64)> = texts.iter().map(|(text, count)| (text.as_str(), *count)).collect();
    ask(&FieldEvidence {
        words: &PathWords::of(path),
        values: &values,
        form: ValueForm::Number,
        n_distinct: numbers.n_distinct(),
        n_rows: numbers.distinct.total(),
    })
}

/// Publishes a distribution; with fewer than `k` values only its rough magnitude.
pub(super) fn curve(histogram: &OrderHistogram, k: u64) -> Curve {
    if let Some(function) = QuantileFunction::fit(histogram, FitConfig { k, max_knots: MAX_KNOTS }) {
        return Curve::of(&function);
    }
    rough_curve(histogram)
}

/// Publishes a magnitude only: half as much to half as much again, to one digit.
fn rough_curve(histogram: &OrderHistogram) -> Curve {
    let (Some(min), Some(max)) = (histogram.min(), histogram.max()) else {
        return Curve::default();
    };
    let low = math::round_down_to_digits(min - min.abs() / 2.0, 1);
    let high = math::round_up_to_digits(max + max.abs() / 2.0, 1);
    Curve { percent: vec![0.0, 100.0], values: vec![low, high] }
}

/// How many of the numbers that are no spikes need 0, 1, 2, ... digits behind the point.
fn needed_decimals(numbers: &NumberStats, spikes: &[&Entry<NumberValue>], decimals: usize) -> Vec<u64> {
    let mut needed = numbers.needed_decimals;
    for spike in spikes {
        let text = spike.value.as_f64().to_string();
        let digits = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let count = &mut needed[digits.min(MAX_DECIMALS)];
        *count = count.saturating_sub(spike.count);
    }
    needed[..=decimals].to_vec()
}

/// The digits behind the point that at most 1 in 1000 numbers exceeds, and whether all have just as many.
fn decimals(numbers: &NumberStats) -> (u8, bool) {
    let total: u64 = numbers.decimals.iter().sum();
    let mut above = total;
    let mut digits = 0;
    for (places, count) in numbers.decimals.iter().enumerate() {
        above -= count;
        digits = places;
        if above * 1000 <= total {
            break;
        }
    }
    let padded = numbers.n_padded > 0 && numbers.decimals[digits] == total && digits < MAX_DECIMALS;
    (u8::try_from(digits).unwrap_or(u8::MAX), padded)
}
