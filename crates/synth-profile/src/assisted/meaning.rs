//! The meanings that a model may name, and what each asks of the data.

use synth_core::{JsonType, Rate};

use super::Claim;
use crate::profile::{FieldProfile, NumberProfile, Profile, TextProfile};
use crate::relations::Evidence;

/// What the counts of a field must say for a meaning to be possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Texts of a few words, most of them different.
    Phrase,
    /// Texts of several words.
    Prose,
    /// Texts of one to a few words.
    Name,
    /// Few different texts, each of them often.
    Category,
    /// Texts or whole numbers that hardly repeat.
    Identifier,
    /// Whole numbers from 0.
    Count,
    /// Numbers.
    Amount,
    /// Numbers within narrow limits.
    Score,
}

/// The closed list.
const MEANINGS: [(&str, Needs); 22] = [
    ("title", Needs::Phrase),
    ("summary", Needs::Prose),
    ("description", Needs::Prose),
    ("comment", Needs::Prose),
    ("message", Needs::Prose),
    ("question", Needs::Prose),
    ("answer", Needs::Prose),
    ("product_name", Needs::Name),
    ("organization_name", Needs::Name),
    ("place_name", Needs::Name),
    ("file_name", Needs::Name),
    ("status", Needs::Category),
    ("category", Needs::Category),
    ("unit", Needs::Category),
    ("event_type", Needs::Category),
    ("severity", Needs::Category),
    ("identifier", Needs::Identifier),
    ("reference_code", Needs::Identifier),
    ("count", Needs::Count),
    ("amount", Needs::Amount),
    ("measurement", Needs::Amount),
    ("score", Needs::Score),
];

/// What a model may say when nothing of the list fits.
pub(super) const NONE: &str = "something_else";

/// Names of the meanings that a model is offered for texts and numbers.
pub fn meanings() -> impl Iterator<Item = &'static str> {
    MEANINGS.iter().map(|(name, _)| *name)
}

/// The meanings that are offered for a field, by the type of its values.
pub(super) fn offered(field: &FieldProfile) -> impl Iterator<Item = &'static str> + use<> {
    let is_text = field.text.is_some();
    let fits = move |needs: Needs| match needs {
        Needs::Phrase | Needs::Prose | Needs::Name | Needs::Category => is_text,
        Needs::Identifier => true,
        Needs::Count | Needs::Amount | Needs::Score => !is_text,
    };
    MEANINGS.iter().filter(move |(_, needs)| fits(*needs)).map(|(name, _)| *name)
}

/// Tells whether the detectors left open what a field means: strings or numbers without a meaning, that are no times, no
/// personal data and no plain yes or no.
pub(super) fn is_open(field: &FieldProfile) -> bool {
    let n_scalars = field.n_of(JsonType::String) + field.n_of(JsonType::Number);
    match (&field.text, &field.number) {
        (Some(text), None) => {
            n_scalars > 0 && text.personal.is_none() && text.semantic_type.is_none() && text.times.is_empty()
        }
        (None, Some(number)) => {
            n_scalars > 0
                && number.personal.is_none()
                && number.semantic_type.is_none()
                && number.time.is_none()
        }
        _ => false,
    }
}

/// Returns how many values of a field speak for a meaning; `None` for one that is not of the list.
pub(super) fn evidence(field: &FieldProfile, meaning: &str) -> Option<Evidence> {
    let (_, needs) = MEANINGS.iter().find(|(name, _)| *name == meaning)?;
    let (n_rows, share) = match (&field.text, &field.number) {
        (Some(text), _) => (text.count, of_text(text, *needs)),
        (None, Some(number)) => (number.count, of_number(number, *needs)),
        (None, None) => return None,
    };
    Some(Evidence { n_rows, n_holding: if share { n_rows } else { 0 } })
}

fn of_text(text: &TextProfile, needs: Needs) -> bool {
    let share = Rate::of(text.n_distinct, text.count).get();
    let words = words(text);
    match needs {
        Needs::Phrase => (1.2..=16.0).contains(&words) && share >= 0.02,
        Needs::Prose => words >= 4.0,
        Needs::Name => (1.0..=5.0).contains(&words),
        Needs::Category => text.n_distinct <= 100 && share <= 0.2 && words <= 4.0,
        Needs::Identifier => share >= 0.5 && words <= 1.5,
        Needs::Count | Needs::Amount | Needs::Score => false,
    }
}

/// Mean number of words; of fields with categories only, those of the categories.
fn words(text: &TextProfile) -> f64 {
    if text.mean_words > 0.0 {
        return text.mean_words;
    }
    let all: u64 = text.categories.iter().map(|category| category.count).sum();
    let n_words =
        |category: &crate::profile::TextCategory| category.value.as_str().split_whitespace().count();
    let sum: f64 =
        text.categories.iter().map(|category| n_words(category) as f64 * category.count as f64).sum();
    if all == 0 { 0.0 } else { sum / all as f64 }
}

fn of_number(number: &NumberProfile, needs: Needs) -> bool {
    let mut all: Vec<f64> = number.curve.values.clone();
    all.extend(number.categories.iter().chain(&number.spikes).filter_map(|category| category.value.as_f64()));
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_whole = number.decimals == 0;
    match needs {
        Needs::Count => is_whole && low >= 0.0,
        Needs::Amount => number.n_distinct > 2,
        Needs::Score => low >= -1.0 && high <= 1000.0 && number.n_distinct > 2,
        Needs::Identifier => is_whole && Rate::of(number.n_distinct, number.count).get() >= 0.5,
        Needs::Phrase | Needs::Prose | Needs::Name | Needs::Category => false,
    }
}

/// Gives a field the meaning that a claim says.
pub(super) fn take(profile: &mut Profile, claim: &Claim) {
    let of_claim = |field: &&mut FieldProfile| claim.paths.first() == Some(&field.path);
    let Some(field) = profile.fields.iter_mut().find(of_claim) else { return };
    match (&mut field.text, &mut field.number) {
        (Some(text), _) => text.semantic_type.clone_from(&claim.meaning),
        (None, Some(number)) => number.semantic_type.clone_from(&claim.meaning),
        (None, None) => {}
    }
}
