//! Strings: personal data, times, categories, and the shape of the rest.

use std::collections::BTreeSet;

use synth_core::{JsonPath, cast};
use synth_privacy::{FieldEvidence, Gate, PathWords, PiiKind, Publishable, ValueForm};
use synth_stats::bottom_k::Entry;

use super::quoted::quoted;
use super::recurrence::recurrence;
use super::{keys, time};
use crate::code_list::CodeList;
use crate::numbered_text::numbered_texts;
use crate::profile::{Curve, NumberedProfile, PatternProfile, ProseProfile, TextCategory, TextProfile};
use crate::prose::prose;
use crate::semantic;
use crate::string_stats::{KeptText, StringStats};
use crate::text_pattern::{SharedWords, foreign_letters, learn_patterns};
use crate::token::are_tokens;

/// Categories listed, at most.
const MAX_CATEGORIES: usize = 1000;
/// Identifiers with more distinct values than this name single things, so they are never categories.
const MAX_IDENTIFIERS: usize = 32;
/// A form has room for keys when it describes this many times as many strings.
const ROOM_FACTOR: f64 = 10.0;
/// Personal data that name one person or thing.
const PERSONAL_KEYS: [PiiKind; 5] =
    [PiiKind::Email, PiiKind::Username, PiiKind::CreditCard, PiiKind::Iban, PiiKind::MacAddress];
/// Those that are keys when their form says so, as other codes are.
const CODE_KEYS: [PiiKind; 3] = [PiiKind::PersonId, PiiKind::HostName, PiiKind::PersonalUrl];
/// Article numbers with valid check digits, at least, that are none by chance: 1 in 10^8.
const MIN_CHECKED: usize = 8;
/// Patterns stand for at least this share of keys, which are of at most so many words.
const KEY_PATTERNS: (f64, f64) = (0.6, 3.0);

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
    // Check digits of so many numbers are no chance, while numbers of their length are often times.
    let has_check_digits = semantic_type == Some("article_number") && values.len() >= MIN_CHECKED;
    let mut times = if has_check_digits { Vec::new() } else { time::profiles(strings, path, gate) };
    let has_many = values.len() > MAX_IDENTIFIERS;
    let is_identifier = has_many && semantic_type.is_some_and(is_identifier_type) || are_tokens(&values);
    let known = is_identifier || !times.is_empty();
    let personal = personal_kind(strings, path, known, company).filter(|kind| !are_measures(*kind, strings));
    let is_secret = personal.is_some_and(|kind| !kind.is_shared());
    times.iter_mut().filter(|_| is_secret).for_each(|time| time.spikes.clear());
    let is_unique = keys::strings_are_unique(strings);
    let mut categories =
        if is_identifier || is_unique { Vec::new() } else { categories(strings, gate, personal) };
    if !times.is_empty() {
        categories.retain(|category| !time::is_time(&times, category.value.as_str()));
    }
    let quoted =
        if known || personal.is_some() { Vec::new() } else { quoted(strings, path, &mut categories, gate) };
    let may_pool = !is_unique && !known && !is_secret;
    let others = if may_pool { others(list, &categories) } else { Vec::new() };
    let is_code = personal.is_none_or(|kind| CODE_KEYS.contains(&kind));
    let may_be_keys = is_unique && is_code && keys::are_codes(&values);
    let numbered = if may_be_keys && !known { numbered(&values, count, gate) } else { None };
    let public: BTreeSet<&str> = categories.iter().map(|category| category.value.as_str()).collect();
    let rest: Vec<(&str, u64)> = values.into_iter().filter(|(text, _)| !public.contains(text)).collect();
    let (patterns, mean_words) = (patterns(&rest, gate, is_secret), mean_words(&rest, strings));
    let prose = if known { None } else { prose_profile(&rest, mean_words, strings, gate) };
    let recurrence = recurrence(&rest, strings, gate);
    let has_room = is_identifier || numbered.is_some() || has_room(&patterns, mean_words, count);
    let letters = foreign_letters(rest.iter().map(|(text, _)| *text));
    TextProfile {
        count,
        letters,
        n_distinct: strings.n_distinct(),
        is_unique,
        is_key: is_unique
            && match personal {
                Some(kind) if !is_code => PERSONAL_KEYS.contains(&kind),
                _ if times.is_empty() => may_be_keys && has_room,
                _ => times.iter().all(|time| time.is_key),
            },
        numbered,
        personal: personal.map(|kind| kind.name().to_owned()),
        semantic_type: semantic_type.map(str::to_owned),
        times,
        patterns,
        mean_words,
        prose,
        phrasing: None,
        recurrence,
        quoted,
        lengths: lengths(strings),
        categories,
        others,
    }
}

/// What keys have in common that count, with at most nine gaps for each of them.
fn numbered(values: &[(&str, u64)], count: u64, gate: Gate) -> Option<NumberedProfile> {
    let texts: Vec<&str> = values.iter().map(|(text, _)| *text).collect();
    let found = numbered_texts(&texts)?;
    let step = keys::common_step(&found.numbers)?;
    let (first, last) = (found.numbers.iter().min()?, found.numbers.iter().max()?);
    let n_steps = last.abs_diff(*first) / step + 1;
    let public = |text: &str| gate.pattern(text, cast::to_u64(texts.len()));
    (n_steps as f64 <= ROOM_FACTOR * count as f64).then_some(())?;
    Some(NumberedProfile {
        prefix: public(&found.prefix)?,
        suffix: public(&found.suffix)?,
        start: *first,
        step: i64::try_from(step).ok()?,
        width: found.width,
    })
}

/// Tells whether patterns stand for most of the strings and describe many more.
fn has_room(patterns: &[PatternProfile], mean_words: f64, count: u64) -> bool {
    let (min_share, max_words) = KEY_PATTERNS;
    let covered: f64 = patterns.iter().map(|pattern| pattern.share.get()).sum();
    let n_strings: f64 = patterns.iter().map(|pattern| pattern.n_strings).sum();
    covered >= min_share && mean_words <= max_words && n_strings >= ROOM_FACTOR * count as f64
}

/// The kind of personal data that strings are; `known` ones are identifiers or times.
fn personal_kind(
    strings: &StringStats,
    path: &JsonPath,
    known: bool,
    company: Option<PiiKind>,
) -> Option<PiiKind> {
    if company.is_some() || (known && !is_birth_date(path)) {
        return company;
    }
    with_evidence(strings, path, synth_privacy::detect).map(|found| found.kind)
}

/// Tells whether what looks like streets with house numbers is numbers with a unit.
fn are_measures(kind: PiiKind, strings: &StringStats) -> bool {
    let n: u64 = strings.quoted.by_affix().map(|(_, numbers)| numbers.distinct.total()).sum();
    kind == PiiKind::Address && n == strings.distinct.total()
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

fn patterns(rest: &[(&str, u64)], gate: Gate, is_secret: bool) -> Vec<PatternProfile> {
    let words = if is_secret { SharedWords::OfAll } else { SharedWords::OfMany };
    learn_patterns(rest, gate, words)
        .into_iter()
        .map(|pattern| PatternProfile {
            regex: pattern.regex,
            share: pattern.share,
            n_strings: pattern.n_strings,
        })
        .collect()
}

/// Words of a text on average, over the distinct ones; over all when some are not kept whole.
fn mean_words(rest: &[(&str, u64)], strings: &StringStats) -> f64 {
    let words: usize = rest.iter().map(|(text, _)| text.split_whitespace().count()).sum();
    let mean = match strings.distinct.entries().all(|entry| entry.value.is_whole) {
        _ if rest.is_empty() => 0.0,
        true => words as f64 / rest.len() as f64,
        false => strings.words.mean().unwrap_or(0.0),
    };
    cast::round_to_i64(100.0 * mean) as f64 / 100.0
}

fn prose_profile(
    rest: &[(&str, u64)],
    mean_words: f64,
    strings: &StringStats,
    gate: Gate,
) -> Option<ProseProfile> {
    let texts: Vec<&str> = rest.iter().map(|(text, _)| *text).collect();
    prose(&texts, mean_words, super::length_curve(&strings.words), gate)
}

fn lengths(strings: &StringStats) -> Curve {
    super::length_curve(&strings.lengths)
}
