//! Phrases: templates and chains of words that many texts of a field share.

use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Rate, Segment};
use synth_privacy::Gate;

use crate::profile::{FieldProfile, TextProfile};
use crate::string_stats::StringStats;

mod chain;
mod score;
mod templates;
mod token;

/// How the texts of a field are phrased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhrasingProfile {
    /// Templates with slots, the most frequent first; none if the chain describes the texts better.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<TemplateProfile>,
    /// The chain of words; none if templates describe the texts better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<ChainProfile>,
    /// Scores of what was tried, and which was taken.
    pub reason: String,
}

/// A text with slots that many texts follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateProfile {
    /// The parts in their order.
    pub parts: Vec<TemplatePart>,
    /// Share of the texts that were looked at.
    pub share: Rate,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplatePart {
    /// A text that enough texts have in this place.
    Text(synth_privacy::Publishable),
    /// One of some words, each with its count.
    Words(Vec<(synth_privacy::Publishable, u64)>),
    /// A text of an expression.
    Pattern(synth_privacy::Publishable),
    /// A made-up value of a kind, such as `email` or `name`.
    Made(String),
}

/// Which words follow each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainProfile {
    /// Words that are remembered, 1 or 2.
    pub order: u8,
    /// By the last words, the followers with the numbers of texts that have them; the empty word is the end.
    pub rows: Vec<ChainRow>,
}

/// The followers of some words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainRow {
    /// The last words; none at the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<synth_privacy::Publishable>,
    /// The followers, the most frequent first.
    pub next: Vec<(synth_privacy::Publishable, u64)>,
}

/// A text with whether it was kept to its end.
#[derive(Debug, Clone, Copy)]
struct Text<'a> {
    text: &'a str,
    is_whole: bool,
}

/// Texts of more words than this on average are phrased.
const MIN_WORDS: f64 = 2.5;
/// Distinct texts from which phrases are learned, in multiples of k.
const MIN_TEXTS: u64 = 4;
/// Templates or chains of a lower score are worse than filler.
const MIN_SCORE: f64 = 0.3;

/// Learns phrases of a field's texts; `None` when there are too few, or when they are personal.
///
/// # Method
///
/// Every literal word stands in at least k different texts, and so does every step of the chain; see
/// [`templates`] and [`chain`] for what else keeps single texts out. As k counts texts, only fields that have one text a
/// record are looked at. What is learned is judged by how much of the texts it covers, by the lengths of what it makes,
/// and by how often that repeats; the better one is kept.
pub(crate) fn learn(strings: &StringStats, text: &TextProfile, gate: Gate) -> Option<PhrasingProfile> {
    let is_plain = text.personal.is_none()
        && text.times.is_empty()
        && !text.is_key
        && text.numbered.is_none()
        && text.letters.is_none()
        && text.mean_words >= MIN_WORDS
        && matches!(text.semantic_type.as_deref(), None | Some("markdown"));
    if !is_plain {
        return None;
    }
    let is_category = |value: &str| text.categories.iter().any(|category| category.value.as_str() == value);
    let mut texts: Vec<Text<'_>> = strings
        .distinct
        .entries()
        .filter(|entry| !is_category(&entry.value.text))
        .map(|entry| Text { text: &entry.value.text, is_whole: entry.value.is_whole })
        .collect();
    texts.sort_by_key(|text| text.text);
    if !gate.is_enough(synth_core::cast::to_u64(texts.len()) / MIN_TEXTS) {
        return None;
    }
    let found = templates::learn(&texts, gate);
    let chain = chain::learn(&texts, gate);
    let scores = (score::of_templates(&found), score::of_chain(chain.as_ref(), &texts, text));
    let better = scores.0.max(scores.1);
    if better < MIN_SCORE {
        return None;
    }
    let percent = |score: f64| (100.0 * score).round() / 100.0;
    let (templates, chain, taken) =
        if scores.0 >= scores.1 { (found, None, "templates") } else { (Vec::new(), chain, "chain") };
    let reason = format!("{taken}: templates {}, chain {}", percent(scores.0), percent(scores.1));
    Some(PhrasingProfile { templates, chain, reason })
}

/// Tells whether each record, or each element of a document, has at most one text at a path.
pub(crate) fn is_one_a_unit(path: &JsonPath, is_document: bool) -> bool {
    let is_step = |segment: &&Segment| !matches!(segment, Segment::Key(_));
    path.segments().iter().filter(is_step).count() <= usize::from(is_document)
}

/// Adds phrases to the fields that have them.
pub(crate) fn apply<'a>(
    fields: &mut [FieldProfile],
    strings_of: impl Fn(usize) -> Option<&'a StringStats>,
    (is_document, gate): (bool, Gate),
) {
    for (at, field) in fields.iter_mut().enumerate() {
        let Some(text) = field.text.as_mut().filter(|_| is_one_a_unit(&field.path, is_document)) else {
            continue;
        };
        if let Some(strings) = strings_of(at) {
            text.phrasing = learn(strings, text, gate);
        }
    }
}

#[cfg(test)]
mod tests;
