//! Strings: times, categories, and the lengths of all others.

use std::collections::BTreeMap;

use synth_core::{JsonPath, TimeFormat, cast};
use synth_privacy::{FieldEvidence, PathWords, PiiKind, ValueForm};
use synth_profile::string_stats::{KeptText, StringStats};
use synth_profile::time_stats::TimeAccumulator;
use synth_profile::token::are_tokens;
use synth_stats::bottom_k::Entry;

use super::values::compare_lengths;
use super::{FieldKind, Outcome};
use crate::aligned::Aligned;
use crate::chart::edges::Scale;
use crate::chart::{self, Subject};
use crate::compare::CompareContext;
use crate::measure::{Aspect, Share, compare_counts, compare_shares};
use crate::side::PathPair;

/// Distinct strings of a field of categories, at most; the profile lists no more either.
const MAX_CATEGORIES: usize = 1000;
/// Share of the values that public categories must cover: with less, the field is mostly something else.
const MIN_COVERAGE: f64 = 0.5;
/// Categories that a chart names; the rest is pooled.
const MAX_BARS: usize = 24;
/// Share of the strings that one format must read for a field of times; as in the profile.
const MIN_TIME_SHARE: f64 = 0.9;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Compares the strings of both sides and says what they are.
pub(super) fn strings(pair: &PathPair<'_>, context: &CompareContext<'_>, out: &mut Outcome) -> FieldKind {
    let (real, synthetic) = (pair.real.stats.string(), pair.synthetic.stats.string());
    let Some(leading) = real.or(synthetic) else { return FieldKind::Text };
    let k = context.gate.k();
    if let Some((format, ours)) = main_times(leading) {
        if let (Some(real), Some(synthetic)) = (real, synthetic) {
            times((&format, ours), real, synthetic, k, out);
        }
        return FieldKind::Time;
    }
    let named = categories(leading, &pair.path, context);
    if let (Some(real), Some(synthetic)) = (real, synthetic) {
        match &named {
            Some(named) => compare_categories(named, real, synthetic, out),
            None => {
                let lengths = (&real.lengths, &synthetic.lengths);
                compare_lengths((Aspect::TextLengths, Subject::TextLengths), lengths, k, out);
            }
        }
    }
    if named.is_some() { FieldKind::Category } else { FieldKind::Text }
}

/// The format that reads most of the strings, if that is nearly all of them; the first of those that read as many.
fn main_times(strings: &StringStats) -> Option<(TimeFormat, &TimeAccumulator)> {
    let mut best: Option<(TimeFormat, &TimeAccumulator)> = None;
    for (format, times) in strings.times.formats() {
        let n = times.histogram.count();
        if best.as_ref().is_none_or(|(_, best)| n > best.histogram.count()) {
            best = Some((format, times));
        }
    }
    best.filter(|(_, times)| {
        times.histogram.count() as f64 >= MIN_TIME_SHARE * strings.distinct.total() as f64
    })
}

fn times(
    (format, ours): (&TimeFormat, &TimeAccumulator),
    real: &StringStats,
    synthetic: &StringStats,
    k: u64,
    out: &mut Outcome,
) {
    let share = |strings: &StringStats, times: &TimeAccumulator| Share {
        part: times.histogram.count(),
        whole: strings.distinct.total(),
    };
    let nothing = TimeAccumulator::default();
    let same_format = synthetic
        .times
        .formats()
        .find(|(theirs, _)| theirs.as_str() == format.as_str())
        .map(|(_, times)| times);
    let theirs = same_format.unwrap_or(&nothing);
    out.measure(compare_shares(Aspect::TimeFormat, share(real, ours), share(synthetic, theirs), out.units));
    let aligned = Aligned::of_numbers(&ours.histogram, &theirs.histogram);
    out.measure(aligned.compare(Aspect::Times, out.units));
    let min_step = (format.resolution_micros() / 1_000_000).max(1);
    out.chart(chart::histogram(Subject::Times, &aligned, Scale::Times { min_step }, k));
    if format.has_time() {
        out.measure(compare_counts(Aspect::Hours, &ours.hours, &theirs.hours, out.units));
        let names: Vec<String> = (0..24).map(|hour| format!("{hour:02}")).collect();
        out.chart(chart::ordered_bars(Subject::Hours, &names, (&ours.hours, &theirs.hours), k));
    }
    if format.as_str().contains("%Y") {
        out.measure(compare_counts(Aspect::Weekdays, &ours.weekdays, &theirs.weekdays, out.units));
        let names = WEEKDAYS.map(str::to_owned);
        out.chart(chart::ordered_bars(Subject::Weekdays, &names, (&ours.weekdays, &theirs.weekdays), k));
    }
}

/// A category whose name may be shown.
struct Named {
    hash: u64,
    name: String,
    count: u64,
}

/// The public categories, largest first, when the field consists of categories.
fn categories(strings: &StringStats, path: &JsonPath, context: &CompareContext<'_>) -> Option<Vec<Named>> {
    if !strings.distinct.is_complete() || strings.distinct.len() > MAX_CATEGORIES {
        return None;
    }
    if context.is_personal(path) {
        return None;
    }
    let values: Vec<(&str, u64)> =
        strings.distinct.entries().map(|entry| (&*entry.value.text, entry.count)).collect();
    // Random identifiers name single things; others stand in their place.
    if are_tokens(&values) {
        return None;
    }
    let personal = personal_kind(strings, &values, path);
    let public = |entry: &Entry<KeptText>| {
        let whole = Some(&entry.value.text).filter(|_| entry.value.is_whole)?;
        let name = context.gate.category(whole, entry.n_units, personal)?;
        Some(Named { hash: entry.hash, name: name.as_str().to_owned(), count: entry.count })
    };
    let mut named: Vec<Named> = strings.distinct.entries().filter_map(public).collect();
    let covered: u64 = named.iter().map(|category| category.count).sum();
    if (covered as f64) < MIN_COVERAGE * strings.distinct.total() as f64 || named.is_empty() {
        return None;
    }
    named.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    Some(named)
}

fn personal_kind(strings: &StringStats, values: &[(&str, u64)], path: &JsonPath) -> Option<PiiKind> {
    let evidence = FieldEvidence {
        words: &PathWords::of(path),
        values,
        form: ValueForm::Text,
        n_distinct: strings.n_distinct(),
        n_rows: strings.distinct.total(),
    };
    synth_privacy::detect(&evidence).map(|finding| finding.kind)
}

/// Categories of fewer values, on either side if both were alike, are compared as one: what they differ by is chance.
const MIN_COMPARED: f64 = 10.0;

/// Compares the shares of the categories, public or not; charts name the public ones.
fn compare_categories(named: &[Named], real: &StringStats, synthetic: &StringStats, out: &mut Outcome) {
    let counts = |strings: &StringStats, hash| strings.distinct.get(hash).map_or(0, |entry| entry.count);
    let [n, m] = [real, synthetic].map(|strings| strings.distinct.total());
    let (ours, theirs) = all_categories(real, synthetic);
    let measure = compare_counts(Aspect::Categories, &ours, &theirs, out.units);
    let known = limit(synthetic);
    let rows: Vec<(String, u64, u64)> = named
        .iter()
        .filter(|category| category.hash <= known)
        .map(|category| {
            (category.name.clone(), counts(real, category.hash), counts(synthetic, category.hash))
        })
        .collect();
    let n_categories = cast::to_u64(rows.len()) as f64;
    out.measure(measure.map(|measure| measure.with("n_categories", n_categories)));
    let listed = |of: fn(&(String, u64, u64)) -> u64| rows.iter().map(of).sum::<u64>();
    let rest = (n.saturating_sub(listed(|row| row.1)), m.saturating_sub(listed(|row| row.2)));
    out.chart(Some(category_chart(rows, rest)));
}

/// The largest hash of a value that an incomplete table knows all about.
fn limit(strings: &StringStats) -> u64 {
    match strings.distinct.is_complete() {
        true => u64::MAX,
        false => strings.distinct.entries().map(|entry| entry.hash).max().unwrap_or(0),
    }
}

/// The counts of every value that both tables know all about, and last those of all others.
///
/// Which values stand by themselves must not follow the real counts: of equally frequent values those that happen to be
/// frequent in the real data would seem to be rarer in any other.
fn all_categories(real: &StringStats, synthetic: &StringStats) -> (Vec<u64>, Vec<u64>) {
    let [n, m] = [real, synthetic].map(|strings| strings.distinct.total());
    let smaller_share = n.min(m) as f64 / (n as f64 + m as f64);
    let known = limit(real).min(limit(synthetic));
    let mut counts: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for entry in real.distinct.entries().filter(|entry| entry.hash <= known) {
        counts.entry(entry.hash).or_default().0 = entry.count;
    }
    for entry in synthetic.distinct.entries().filter(|entry| entry.hash <= known) {
        counts.entry(entry.hash).or_default().1 = entry.count;
    }
    let is_compared = |(a, b): &(u64, u64)| (*a as f64 + *b as f64) * smaller_share >= MIN_COMPARED;
    let (mut ours, mut theirs): (Vec<u64>, Vec<u64>) = counts.into_values().filter(is_compared).unzip();
    ours.push(n - ours.iter().sum::<u64>());
    theirs.push(m - theirs.iter().sum::<u64>());
    (ours, theirs)
}

/// The largest categories by name, the others and what is not public as one bar.
fn category_chart(rows: Vec<(String, u64, u64)>, rest: (u64, u64)) -> chart::Chart {
    let hidden = rows.iter().skip(MAX_BARS);
    let pooled = hidden.fold(rest, |sum, row| (sum.0 + row.1, sum.1 + row.2));
    let others = ("other values".to_owned(), pooled.0, pooled.1);
    let has_others = pooled.0 + pooled.1 > 0;
    chart::bars(Subject::Categories, rows.into_iter().take(MAX_BARS).chain(has_others.then_some(others)))
}
