//! Strings: personal data, times, categories, and the shape of the rest.

use synth_core::{JsonPath, cast};
use synth_privacy::{FieldEvidence, Gate, PathWords, PiiKind, Publishable, ValueForm};
use synth_stats::bottom_k::Entry;

use super::time;
use crate::code_list::CodeList;
use crate::profile::{Curve, PatternProfile, TextCategory, TextProfile};
use crate::semantic;
use crate::string_stats::{KeptText, StringStats};
use crate::text_pattern::{SharedWords, learn_patterns};

/// Categories listed, at most.
const MAX_CATEGORIES: usize = 1000;
/// Identifiers with more distinct values than this name single things, so they are never categories.
const MAX_IDENTIFIERS: usize = 32;
/// Uniqueness is claimed from this many values on.
const MIN_UNIQUE: u64 = 8;

/// Describes strings; `company` is the kind of personal data that what stands around them makes of them.
pub(super) fn profile(
    strings: &StringStats,
    path: &JsonPath,
    gate: Gate,
    company: Option<PiiKind>,
) -> TextProfile {
    let count = strings.distinct.total();
    let values: Vec<(&str, u64)> =
        strings.distinct.entries().map(|entry| (&*entry.value.text, entry.count)).collect();
    let words = PathWords::of(path);
    let list = code_list(strings, &words);
    let semantic_type = list.map(|list| list.name).or_else(|| semantic_type(strings, &words));
    let mut times = time::profiles(strings, path, gate);
    let is_identifier = semantic_type.is_some_and(is_identifier_type) && values.len() > MAX_IDENTIFIERS;
    let known = is_identifier || !times.is_empty();
    let personal = if known && !is_birth_date(path) {
        company
    } else {
        company.or_else(|| with_evidence(strings, path, synth_privacy::detect).map(|found| found.kind))
    };
    let is_secret = personal.is_some_and(|kind| !kind.is_shared());
    if is_secret {
        times.iter_mut().for_each(|time| time.spikes.clear());
    }
    let is_unique = is_unique(strings);
    let mut categories =
        if is_identifier || is_unique { Vec::new() } else { categories(strings, gate, personal) };
    if !times.is_empty() {
        categories.retain(|category| !time::is_time(&times, category.value.as_str()));
    }
    let may_pool = !is_unique && !known && !is_secret;
    let others = if may_pool { others(list, &categories) } else { Vec::new() };
    let rest: Vec<(&str, u64)> = match categories.last() {
        None => values,
        Some(_) => values
            .into_iter()
            .filter(|(text, _)| !categories.iter().any(|category| category.value.as_str() == *text))
            .collect(),
    };
    TextProfile {
        count,
        n_distinct: strings.n_distinct(),
        is_unique,
        personal: personal.map(|kind| kind.name().to_owned()),
        semantic_type: semantic_type.map(str::to_owned),
        times,
        patterns: patterns(&rest, gate, if is_secret { SharedWords::OfAll } else { SharedWords::OfMany }),
        mean_words: mean_words(&rest),
        lengths: lengths(strings),
        categories,
        others,
    }
}

fn is_unique(strings: &StringStats) -> bool {
    strings.distinct.total() >= MIN_UNIQUE && strings.distinct.entries().all(|entry| entry.count == 1)
}

fn is_birth_date(path: &JsonPath) -> bool {
    path.last_key().is_some_and(|key| key.to_lowercase().contains("birth"))
}

/// Strings that were kept whole and are not empty.
fn whole(strings: &StringStats) -> Vec<&str> {
    let is_whole = |entry: &&Entry<KeptText>| entry.value.is_whole && !entry.value.text.is_empty();
    strings.distinct.entries().filter(is_whole).map(|entry| &*entry.value.text).collect()
}

/// The public list that all strings are drawn from.
fn code_list(strings: &StringStats, words: &PathWords) -> Option<&'static CodeList> {
    if strings.distinct.is_complete() { CodeList::find(&whole(strings), words) } else { None }
}

/// The words of a short public list that are no category.
fn others(list: Option<&CodeList>, categories: &[TextCategory]) -> Vec<Publishable> {
    let words = list.map(CodeList::published).unwrap_or_default();
    let is_listed = |word: &Publishable| categories.iter().any(|category| category.value == *word);
    words.into_iter().filter(|word| !is_listed(word)).collect()
}

fn semantic_type(strings: &StringStats, words: &PathWords) -> Option<&'static str> {
    semantic::of_texts(&whole(strings), words)
}

/// Random identifiers that generators make by their form.
fn is_identifier_type(name: &str) -> bool {
    matches!(name, "uuid" | "uuid_v4" | "uuid_v7" | "guid" | "ulid")
}

/// Shows the strings to a detector of personal data.
pub(super) fn with_evidence<T>(
    strings: &StringStats,
    path: &JsonPath,
    ask: impl FnOnce(&FieldEvidence<'_>) -> T,
) -> T {
    let values: Vec<(&str, u64)> =
        strings.distinct.entries().map(|entry| (&*entry.value.text, entry.count)).collect();
    ask(&FieldEvidence {
        words: &PathWords::of(path),
        values: &values,
        form: ValueForm::Text,
        n_distinct: strings.n_distinct(),
        n_rows: strings.distinct.total(),
    })
}

fn categories(strings: &StringStats, gate: Gate, personal: Option<PiiKind>) -> Vec<TextCategory> {
    let mut entries: Vec<&Entry<KeptText>> =
        strings.distinct.entries().filter(|entry| entry.value.is_whole).collect();
    entries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.text.cmp(&b.value.text)));
    entries
        .into_iter()
        .filter_map(|entry| {
            let value = gate.category(&entry.value.text, entry.n_units, personal)?;
            Some(TextCategory { value, count: entry.count })
        })
        .take(MAX_CATEGORIES)
        .collect()
}

fn patterns(rest: &[(&str, u64)], gate: Gate, words: SharedWords) -> Vec<PatternProfile> {
    learn_patterns(rest, gate, words)
        .into_iter()
        .map(|pattern| PatternProfile {
            regex: pattern.regex,
            share: pattern.share,
            n_strings: pattern.n_strings,
        })
        .collect()
}

fn mean_words(rest: &[(&str, u64)]) -> f64 {
    let words: usize = rest.iter().map(|(text, _)| text.split_whitespace().count()).sum();
    if rest.is_empty() {
        0.0
    } else {
        cast::round_to_i64(100.0 * words as f64 / rest.len() as f64) as f64 / 100.0
    }
}

fn lengths(strings: &StringStats) -> Curve {
    super::length_curve(&strings.lengths)
}
