//! Templates: texts that differ in a few places only.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{Rate, cast};
use synth_privacy::{Gate, Publishable};

use super::token::{Class, Token, is_plain, tokens};
use super::{TemplatePart, TemplateProfile, Text};
use crate::text_pattern::{SharedWords, learn_patterns};

/// Templates of a field, at most.
const MAX_TEMPLATES: usize = 24;
/// Words of a text, at most; longer ones are no templates.
const MAX_TOKENS: usize = 40;
/// Share of a template's words that are literal, at least.
const MIN_LITERAL: f64 = 0.4;
/// Words listed for a slot, at most.
const MAX_WORDS: usize = 40;
/// Share of a slot's values that its listed words must stand for.
const MIN_LISTED: f64 = 0.8;

/// The place of a word in a template: a literal word, or a slot with the punctuation around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'a> {
    Literal(&'a str),
    Slot(Class),
}

/// Places with the punctuation before and behind each.
type Shape<'a> = Vec<(&'a str, Place<'a>, &'a str)>;

/// Learns templates, the most frequent first.
///
/// # Method
///
/// A word is literal when at least k different texts have it and it has no digit; others are slots. Texts with the same
/// literals and slots in the same places follow one template, of which there must be k different texts. A slot is a
/// list of words when each is in k of them and they stand for most, else an expression that k of its values share, or a made-up
/// value of its kind. The idea is that of event templates: Vaarandi, R. (2003), A data clustering algorithm for mining
/// patterns from event logs, IEEE IPOM, section 3 (frequent words, then cluster candidates).
///
/// # Cost
///
/// O(words · log words).
pub(super) fn learn(texts: &[Text<'_>], gate: Gate) -> Vec<TemplateProfile> {
    let whole: Vec<Vec<Token<'_>>> =
        texts.iter().filter(|text| text.is_whole).map(|text| tokens(text.text)).collect();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for tokens in &whole {
        let own: BTreeSet<&str> = tokens.iter().map(|token| token.core).collect();
        own.into_iter().for_each(|word| *counts.entry(word).or_default() += 1);
    }
    let is_literal = |token: &Token<'_>| {
        token.class == Class::Word
            && is_plain(token.core)
            && (token.core.is_empty()
                || gate.category(token.core, counts.get(token.core).copied().unwrap_or(0), None).is_some())
    };
    let mut groups: BTreeMap<Shape<'_>, Vec<&Vec<Token<'_>>>> = BTreeMap::new();
    for tokens in whole.iter().filter(|tokens| (2..=MAX_TOKENS).contains(&tokens.len())) {
        // Punctuation around a word belongs to the template.
        let around = |token: &Token<'_>| {
            token.before.chars().chain(token.behind.chars()).all(|c| !c.is_alphanumeric())
        };
        if tokens.iter().all(around) {
            let shape = tokens
                .iter()
                .map(|token| (token.before, place(token, is_literal(token)), token.behind))
                .collect();
            groups.entry(shape).or_default().push(tokens);
        }
    }
    let mut ranked: Vec<_> =
        groups.into_iter().filter(|(_, members)| gate.is_enough(cast::to_u64(members.len()))).collect();
    ranked.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    let n = cast::to_u64(texts.len());
    ranked
        .iter()
        .filter(|(shape, _)| is_telling(shape))
        .take(MAX_TEMPLATES)
        .filter_map(|(shape, members)| {
            Some(TemplateProfile {
                parts: parts(shape, members, gate)?,
                share: Rate::of(cast::to_u64(members.len()), n),
            })
        })
        .collect()
}

fn place<'a>(token: &Token<'a>, is_literal: bool) -> Place<'a> {
    if is_literal { Place::Literal(token.core) } else { Place::Slot(token.class) }
}

/// Tells whether enough of a template is literal, and some of it is not.
fn is_telling(shape: &[(&str, Place<'_>, &str)]) -> bool {
    let n_literal = shape
        .iter()
        .filter(|(_, place, _)| matches!(place, Place::Literal(word) if !word.is_empty()))
        .count();
    n_literal >= 2.min(shape.len() - 1)
        && n_literal < shape.len()
        && n_literal as f64 >= MIN_LITERAL * shape.len() as f64
}

fn parts(
    shape: &[(&str, Place<'_>, &str)],
    members: &[&Vec<Token<'_>>],
    gate: Gate,
) -> Option<Vec<TemplatePart>> {
    let n_members = cast::to_u64(members.len());
    let mut parts: Vec<TemplatePart> = Vec::new();
    let mut text = String::new();
    let close = |text: &mut String, parts: &mut Vec<TemplatePart>| {
        let literal = std::mem::take(text);
        if !literal.is_empty() {
            parts.push(TemplatePart::Text(gate.category(&literal, n_members, None)?));
        }
        Some(())
    };
    for (at, (before, place, behind)) in shape.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { " " });
        text.push_str(before);
        match place {
            Place::Literal(word) => text.push_str(word),
            Place::Slot(class) => {
                close(&mut text, &mut parts)?;
                let values: Vec<&str> = members.iter().map(|tokens| tokens[at].core).collect();
                parts.push(slot(&values, *class, gate));
            }
        }
        text.push_str(behind);
    }
    close(&mut text, &mut parts)?;
    Some(parts)
}

/// How the values of a slot are made.
fn slot(values: &[&str], class: Class, gate: Gate) -> TemplatePart {
    match class {
        Class::Email => return TemplatePart::Made("email".to_owned()),
        Class::Url => return TemplatePart::Made("url".to_owned()),
        Class::Word | Class::Code => {}
    }
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    values.iter().for_each(|value| *counts.entry(value).or_default() += 1);
    let listed: Vec<(Publishable, u64)> =
        counts.iter().filter_map(|(value, n)| Some((gate.category(value, *n, None)?, *n))).collect();
    let n_listed: u64 = listed.iter().map(|(_, n)| n).sum();
    if listed.len() <= MAX_WORDS && n_listed as f64 >= MIN_LISTED * values.len() as f64 {
        return TemplatePart::Words(listed);
    }
    let distinct: Vec<(&str, u64)> = counts.into_iter().collect();
    let patterns = learn_patterns(&distinct, gate, SharedWords::OfAll);
    match patterns.into_iter().next() {
        // Names and rare words have no form worth the name; another word stands for them.
        _ if class == Class::Word => TemplatePart::Made("words".to_owned()),
        Some(pattern) if pattern.share.get() >= 0.3 => TemplatePart::Pattern(pattern.regex),
        _ => TemplatePart::Made("num".to_owned()),
    }
}
