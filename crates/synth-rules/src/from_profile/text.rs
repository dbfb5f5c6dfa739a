//! Rules for strings.

use synth_core::Rate;
use synth_privacy::Publishable;
use synth_profile::profile::{
    Curve, NumberedProfile, QuotedProfile, RecurrenceProfile, TagValue, TextProfile,
};

use super::{apportion, number, phrase, time};
use crate::field::{Constraints, FieldType, ValueKind};
use crate::generator::{Categorical, Faker, FakerMethod, Generator, Literal, Pattern, Sequence};
use crate::recurrence::Recurrence;

/// Strings that are no category are left out when they are rarer than this.
const NEGLIGIBLE_SHARE: f64 = 0.02;
/// Categories are used when they stand for at least this share of the strings.
const MIN_CATEGORY_SHARE: f64 = 0.05;
/// Patterns are used when they stand for at least this share of the strings they were learned from.
const MIN_PATTERN_SHARE: f64 = 0.6;
/// Strings of more words than this are prose, whatever their patterns.
const MAX_PATTERN_WORDS: f64 = 3.0;
/// Strings of a form for each different one that recurs.
const MIN_ROOM: f64 = 10.0;
/// Share of the strings from which on a form is that of all.
const ONE_FORM_SHARE: f64 = 0.95;

/// The kinds of strings with their weights.
pub(super) fn kinds(text: &TextProfile) -> Vec<(u64, ValueKind)> {
    if !text.times.is_empty() {
        let kind = |times| plain(FieldType::Datetime, Generator::TemporalRhythmic(time::temporal(times)));
        let mut kinds: Vec<(u64, ValueKind)> =
            text.times.iter().map(|time| (time.count, kind(time))).collect();
        // Words beside the times, such as those for "never".
        if !text.categories.is_empty() {
            let n_words = text.categories.iter().map(|category| category.count).sum();
            kinds.push((n_words, plain(FieldType::Enum, categories(text))));
        }
        return kinds;
    }
    if !text.quoted.is_empty() {
        return numbers(text);
    }
    let n_public: u64 = text.categories.iter().map(|category| category.count).sum();
    let n_rest = text.count - n_public.min(text.count);
    let share = |n: u64| n as f64 / text.count.max(1) as f64;
    if !text.others.is_empty() && n_rest > 0 {
        return vec![(text.count, plain(FieldType::Enum, pooled(text, n_rest)))];
    }
    let mut kinds = Vec::new();
    let rest = || recurring(rest(text), text);
    let categories_count = share(n_public) >= MIN_CATEGORY_SHARE;
    if categories_count {
        kinds.push((n_public, plain(FieldType::Enum, categories(text))));
    }
    if !categories_count {
        kinds.push((text.count, rest()));
    } else if share(n_rest) > NEGLIGIBLE_SHARE {
        kinds.push((n_rest, rest()));
    }
    kinds
}

/// Strings that are numbers, and the words beside them.
fn numbers(text: &TextProfile) -> Vec<(u64, ValueKind)> {
    let kind = |quoted: &QuotedProfile| {
        let QuotedProfile { prefix, suffix, n_integers, number } = quoted;
        let mut kind = number::kind(number, *n_integers, number.count - n_integers.min(&number.count));
        kind.field_type = FieldType::String;
        kind.constraints.prefix = prefix.as_str().to_owned();
        kind.constraints.suffix = suffix.as_str().to_owned();
        (number.count, kind)
    };
    let mut kinds: Vec<(u64, ValueKind)> = text.quoted.iter().map(kind).collect();
    let n_words = text.categories.iter().map(|category| category.count).sum();
    if n_words > 0 {
        kinds.push((n_words, plain(FieldType::Enum, categories(text))));
    }
    kinds
}

/// Lets the values of a kind come again as those of the data do.
fn recurring(mut kind: ValueKind, text: &TextProfile) -> ValueKind {
    let of = |profile: &RecurrenceProfile| Recurrence {
        distinct: profile.distinct,
        rows: profile.rows.clone(),
        values: profile.values.clone(),
    };
    let n_strings: f64 = text.patterns.iter().map(|pattern| pattern.n_strings).sum();
    let has_room = |profile: &RecurrenceProfile| match &kind.generator {
        // A form of few texts makes them again by itself.
        Some(Generator::Pattern(_)) => n_strings >= MIN_ROOM * profile.distinct as f64,
        Some(Generator::Faker(_) | Generator::UuidV4 | Generator::MarkovText(_) | Generator::Template(_)) => {
            true
        }
        _ => false,
    };
    kind.constraints.recurrence = text.recurrence.as_ref().filter(|profile| has_room(profile)).map(of);
    kind
}

fn plain(field_type: FieldType, generator: Generator) -> ValueKind {
    ValueKind {
        share: Rate::ONE,
        field_type,
        generator: Some(generator),
        constraints: Constraints::default(),
    }
}

fn categories(text: &TextProfile) -> Generator {
    let counts: Vec<u64> = text.categories.iter().map(|category| category.count).collect();
    let value = |text: &Publishable| Literal::Text(text.as_str().to_owned());
    Generator::Categorical(Categorical {
        values: text.categories.iter().map(|category| value(&category.value)).collect(),
        probs: apportion(&counts).into_iter().map(Rate::get).collect(),
        normalize: false,
    })
}

/// Categories, and the other words of their public list, which share what is left evenly.
fn pooled(text: &TextProfile, n_rest: u64) -> Generator {
    let n_others = synth_core::cast::to_u64(text.others.len());
    let public =
        text.categories.iter().map(|category| (&category.value, category.count.saturating_mul(n_others)));
    let (values, counts): (Vec<&Publishable>, Vec<u64>) =
        public.chain(text.others.iter().map(|word| (word, n_rest))).unzip();
    Generator::Categorical(Categorical {
        values: values.into_iter().map(|value| Literal::Text(value.as_str().to_owned())).collect(),
        probs: apportion(&counts).into_iter().map(Rate::get).collect(),
        normalize: false,
    })
}

/// Strings that are no category, made anew.
pub(super) fn rest(text: &TextProfile) -> ValueKind {
    if let Some(method) = text.personal.as_deref().and_then(personal_method) {
        let generator = if method == FakerMethod::PhoneNumber { one_form(text) } else { None };
        return plain(FieldType::String, generator.unwrap_or_else(|| faker(method)));
    }
    if let Some(numbered) = &text.numbered {
        return plain(FieldType::String, Generator::Sequence(sequence(numbered)));
    }
    let generator = match text.semantic_type.as_deref() {
        Some("uuid" | "uuid_v4") => Generator::UuidV4,
        Some("uuid_v7") => Generator::UuidV7,
        Some("country") => faker(FakerMethod::Country),
        Some("ulid") => Generator::Ulid,
        _ => made_up(text),
    };
    plain(FieldType::String, generator)
}

/// The form of the strings, when nearly all have the same: numbers of one country are written in one way, and programs
/// that read them expect it.
fn one_form(text: &TextProfile) -> Option<Generator> {
    let is_usual = text.patterns.first().is_some_and(|pattern| pattern.share.get() >= ONE_FORM_SHARE);
    is_usual.then(|| patterns(text))
}

fn sequence(numbered: &NumberedProfile) -> Sequence {
    Sequence {
        start: numbered.start,
        step: numbered.step,
        prefix: numbered.prefix.as_str().to_owned(),
        width: numbered.width,
        suffix: numbered.suffix.as_str().to_owned(),
    }
}

fn made_up(text: &TextProfile) -> Generator {
    let covered: f64 = text.patterns.iter().map(|pattern| pattern.share.get()).sum();
    if covered >= MIN_PATTERN_SHARE && text.mean_words <= MAX_PATTERN_WORDS {
        return patterns(text);
    }
    if text.semantic_type.as_deref() == Some("url") {
        return faker(FakerMethod::Url);
    }
    if let Some(generator) = text.phrasing.as_ref().and_then(|phrasing| phrase::generator(phrasing, text)) {
        return generator;
    }
    if let Some(pattern) = text.semantic_type.as_deref().and_then(usual_pattern) {
        return Generator::Pattern(Pattern { patterns: vec![pattern.to_owned()], probs: Vec::new() });
    }
    if text.semantic_type.as_deref() == Some("numeric") {
        return one_word("[0-9]", &text.lengths);
    }
    if text.mean_words < 1.5 {
        return one_word(text.letters.as_deref().unwrap_or("[A-Za-z0-9]"), &text.lengths);
    }
    if let Some(letters) = &text.letters {
        return words(letters, text.mean_words);
    }
    let method = if text.mean_words > 8.0 { FakerMethod::Text } else { FakerMethod::Words };
    Generator::Faker(Faker {
        quantiles: text.lengths.percent.clone(),
        lengths: text.lengths.values.clone(),
        ..Faker::of(method)
    })
}

fn faker(method: FakerMethod) -> Generator {
    Generator::Faker(Faker::of(method))
}

fn patterns(text: &TextProfile) -> Generator {
    let weights: Vec<u64> = text
        .patterns
        .iter()
        .map(|pattern| synth_core::cast::round_to_u64(pattern.share.get() * 1e6))
        .collect();
    let probs = match weights.as_slice() {
        [_] => Vec::new(),
        several => apportion(several).into_iter().map(Rate::get).collect(),
    };
    Generator::Pattern(Pattern {
        patterns: text.patterns.iter().map(|pattern| pattern.regex.as_str().to_owned()).collect(),
        probs,
    })
}

/// How values of a meaning look, when too few were seen to learn it.
fn usual_pattern(semantic_type: &str) -> Option<&'static str> {
    Some(match semantic_type {
        "sid" => "S-1-5-21-[1-9][0-9]{9}-[1-9][0-9]{9}-[1-9][0-9]{9}-[1-9][0-9]{3}",
        "guid" => r"\{[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}\}",
        "md5" => "[0-9a-f]{32}",
        "sha1" => "[0-9a-f]{40}",
        "sha256" => "[0-9a-f]{64}",
        "sha512" => "[0-9a-f]{128}",
        "semver" => r"[0-9]\.[0-9]{1,2}\.[0-9]{1,2}",
        "cve" => "CVE-20[012][0-9]-[0-9]{4,5}",
        "color" => "#[0-9a-f]{6}",
        "language_code" => "[a-z]{2}",
        "currency_code" => "[A-Z]{3}",
        "duration" => "PT[1-9][0-9]?M",
        _ => return None,
    })
}

/// Words of one script, half as many to half as many again as there are on average.
fn words(letters: &str, mean_words: f64) -> Generator {
    let (low, high) = ((mean_words / 2.0).max(1.0), mean_words * 1.5);
    let n = |words: f64| synth_core::cast::round_to_u64(words.max(1.0)) - 1;
    let pattern = format!("{letters}{{2,9}}(?: {letters}{{2,9}}){{{},{}}}", n(low), n(high).max(1));
    Generator::Pattern(Pattern { patterns: vec![pattern], probs: Vec::new() })
}

/// Characters of a class, of the lengths that the middle nine tenths of the strings have.
fn one_word(class: &str, lengths: &Curve) -> Generator {
    let at = |wanted: f64| {
        let knots = lengths.percent.iter().zip(&lengths.values);
        knots
            .take_while(|(percent, _)| **percent <= wanted)
            .max_by(|a, b| a.0.total_cmp(b.0))
            .map_or(1, |(_, value)| synth_core::cast::round_to_u64(*value))
    };
    let (low, high) = (at(5.0).max(1), at(95.0).max(1));
    let lengths = if low == high { low.to_string() } else { format!("{low},{high}") };
    Generator::Pattern(Pattern { patterns: vec![format!("{class}{{{lengths}}}")], probs: Vec::new() })
}

/// How values of a kind of personal data are made up.
fn personal_method(kind: &str) -> Option<FakerMethod> {
    Some(match kind {
        "email" => FakerMethod::Email,
        "phone" => FakerMethod::PhoneNumber,
        "ip_address" => FakerMethod::Ipv4,
        "credit_card" => FakerMethod::CreditCard,
        "iban" => FakerMethod::Iban,
        "ssn" => FakerMethod::Ssn,
        "person_name" => FakerMethod::Name,
        "given_name" => FakerMethod::FirstName,
        "family_name" => FakerMethod::LastName,
        "username" => FakerMethod::UserName,
        "mac_address" => FakerMethod::MacAddress,
        "address" => FakerMethod::StreetAddress,
        "date_of_birth" => FakerMethod::DateOfBirth,
        "city" => FakerMethod::City,
        _ => return None,
    })
}

pub(super) fn tag_literal(tag: &TagValue) -> Literal {
    match tag {
        TagValue::Null => Literal::Null,
        TagValue::Bool(value) => Literal::Bool(*value),
        TagValue::Integer(value) => Literal::Integer(*value),
        TagValue::Text(text) => Literal::Text(text.as_str().to_owned()),
    }
}
