//! Strings: personal data, times, categories, and the shape of the rest.

use synth_core::{JsonPath, cast};
use synth_privacy::{FieldEvidence, Gate, PathWords, PiiKind, ValueForm};
use synth_stats::bottom_k::Entry;

use super::{keys, time};
use crate::numbered_text::numbered_texts;
use crate::profile::{Curve, NumberedProfile, PatternProfile, TextCategory, TextProfile};
use crate::string_stats::{KeptText, StringStats};
use crate::text_pattern::{foreign_letters, learn_patterns};

/// Categories listed, at most.
const MAX_CATEGORIES: usize = 1000;
/// Identifiers with more distinct values than this name single things, so they are never categories.
const MAX_IDENTIFIERS: usize = 32;
/// A form has room for keys when it describes this many times as many strings.
const ROOM_FACTOR: f64 = 10.0;
/// Personal data that name one person or thing.
const PERSONAL_KEYS: [PiiKind; 5] =
    [PiiKind::Email, PiiKind::Username, PiiKind::CreditCard, PiiKind::Iban, PiiKind::MacAddress];
/// Patterns stand for at least this share of keys, which are of at most so many words.
const KEY_PATTERNS: (f64, f64) = (0.6, 3.0);

pub(super) fn profile(strings: &StringStats, path: &JsonPath, gate: Gate) -> TextProfile {
    let count = strings.distinct.total();
    let values: Vec<(&str, u64)> =
        strings.distinct.entries().map(|entry| (&*entry.value.text, entry.count)).collect();
    let semantic_type = semantic_type(&values);
    // One time that stands everywhere has no distribution; it is a category.
    let is_constant =
        values.len() == 1 && strings.distinct.entries().all(|entry| gate.is_enough(entry.n_units));
    let times = if is_constant { Vec::new() } else { time::profiles(&strings.times, count, gate) };
    let is_identifier = matches!(semantic_type, Some("uuid" | "ulid")) && values.len() > MAX_IDENTIFIERS;
    let known = is_identifier || !times.is_empty();
    let personal = if known && !is_birth_date(path) { None } else { personal_kind(strings, path, &values) };
    let is_unique = keys::strings_are_unique(strings);
    let categories =
        if known || personal.is_some() || is_unique { Vec::new() } else { categories(strings, gate) };
    let may_be_keys = is_unique && personal.is_none() && keys::are_codes(&values);
    let numbered = if may_be_keys && !known { numbered(&values, count, gate) } else { None };
    let rest: Vec<(&str, u64)> = match categories.last() {
        None => values,
        Some(_) => values
            .into_iter()
            .filter(|(text, _)| !categories.iter().any(|category| category.value.as_str() == *text))
            .collect(),
    };
    let (patterns, mean_words) = (patterns(&rest, gate), mean_words(&rest));
    let has_room = is_identifier || numbered.is_some() || has_room(&patterns, mean_words, count);
    let letters = foreign_letters(rest.iter().map(|(text, _)| *text));
    TextProfile {
        count,
        letters,
        n_distinct: strings.n_distinct(),
        is_unique,
        is_key: is_unique
            && match personal {
                Some(kind) => PERSONAL_KEYS.contains(&kind),
                None if times.is_empty() => may_be_keys && has_room,
                None => times.iter().all(|time| time.is_key),
            },
        numbered,
        personal: personal.map(|kind| kind.name().to_owned()),
        semantic_type: semantic_type.map(str::to_owned),
        times,
        patterns,
        mean_words,
        lengths: lengths(strings),
        categories,
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

fn is_birth_date(path: &JsonPath) -> bool {
    path.last_key().is_some_and(|key| key.to_lowercase().contains("birth"))
}

/// What identifiers are by their form alone, when all values agree.
fn semantic_type(values: &[(&str, u64)]) -> Option<&'static str> {
    let all = |is_kind: fn(&str) -> bool| values.iter().all(|(value, _)| is_kind(value));
    match values.len() {
        0..3 => None,
        _ if all(is_uuid) => Some("uuid"),
        _ if all(is_ulid) => Some("ulid"),
        _ if all(is_url) => Some("url"),
        _ => None,
    }
}

fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

fn is_ulid(text: &str) -> bool {
    text.len() == 26
        && text.starts_with(['0', '1'])
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'H' | b'J' | b'K' | b'M' | b'N' | b'P'..=b'T' | b'V'..=b'Z'))
}

fn is_url(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && !text.contains(char::is_whitespace)
}

fn personal_kind(strings: &StringStats, path: &JsonPath, values: &[(&str, u64)]) -> Option<PiiKind> {
    let evidence = FieldEvidence {
        words: &PathWords::of(path),
        values,
        form: ValueForm::Text,
        n_distinct: strings.n_distinct(),
        n_rows: strings.distinct.total(),
    };
    synth_privacy::detect(&evidence).map(|finding| finding.kind)
}

fn categories(strings: &StringStats, gate: Gate) -> Vec<TextCategory> {
    let mut entries: Vec<&Entry<KeptText>> =
        strings.distinct.entries().filter(|entry| entry.value.is_whole).collect();
    entries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.text.cmp(&b.value.text)));
    entries
        .into_iter()
        .filter_map(|entry| {
            let value = gate.category(&entry.value.text, entry.n_units, None)?;
            Some(TextCategory { value, count: entry.count })
        })
        .take(MAX_CATEGORIES)
        .collect()
}

fn patterns(rest: &[(&str, u64)], gate: Gate) -> Vec<PatternProfile> {
    learn_patterns(rest, gate)
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
