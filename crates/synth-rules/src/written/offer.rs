//! Rules that leave running text to a model, with what made it before as the fallback.

use std::collections::BTreeSet;

use synth_core::{JsonPath, cast};
use synth_privacy::Publishable;
use synth_profile::Profile;
use synth_profile::profile::{ProseProfile, TextProfile};
use synth_profile::text_cues::{TextCue, TextCues};

use super::{LlmText, TextLimits};
use crate::field::{Constraints, FieldRule, ValueKind};
use crate::generator::{FakerMethod, Generator, Literal};
use crate::rule_set::RuleSet;

/// Texts of fewer characters are names and labels.
const MIN_MEDIAN_CHARS: f64 = 16.0;
/// Texts of more characters are not left to a model: it writes one line, and has room for few.
const MAX_MEDIAN_CHARS: f64 = 1200.0;
/// Most texts of a field that are written; each is a question.
const MAX_TEXTS: u64 = 128;
/// Fewest texts of a case.
const MIN_TEXTS: u64 = 8;
/// Most examples.
const MAX_EXAMPLES: usize = 12;
/// Languages of fewer texts are not named.
const MIN_SHARE: f64 = 0.2;

/// English names of languages, as a model knows them, by their codes of ISO 639-1.
const LANGUAGES: [(&str, &str); 24] = [
    ("ar", "Arabic"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ru", "Russian"),
    ("sv", "Swedish"),
    ("th", "Thai"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("zh", "Chinese"),
];

impl RuleSet {
    /// Leaves the running text of all fields to a model, and returns those fields.
    ///
    /// What made a field before becomes its fallback, so without a model the same records come out, byte for byte. A field
    /// stays as it is where its values mean more than they say: keys, personal data, texts with markup, fields that a
    /// relationship binds, and fields with limits of their own.
    pub fn offer_texts(&mut self) -> Vec<JsonPath> {
        // A text that others are cut from is made as long as they need it, which a model does not do.
        let related = self.relationships.iter().flat_map(|relationship| relationship.paths());
        let told = self.variants.values().map(|union| &union.discriminator);
        let bound: BTreeSet<JsonPath> = related.chain(told).cloned().collect();
        let mut offered = Vec::new();
        for (path, rule) in &mut self.fields {
            if may_be_offered(rule) && !bound.contains(path) && offer(rule) {
                offered.push(path.clone());
            }
        }
        offered
    }

    /// Tells the model what a profile knows of the texts that are left to it: what they mean, their language, how many there
    /// are, and which field they follow from.
    pub fn describe_texts(&mut self, profile: &Profile, cues: &[TextCues]) {
        for field in &profile.fields {
            let Some(text) = &field.text else { continue };
            let cues = cues.iter().find(|cues| cues.path == field.path);
            let by = cues.and_then(|cues| self.case_of(&field.path, cues.by.as_ref()?));
            let Some(rule) = self.fields.get_mut(&field.path) else { continue };
            let meaning = rule.semantic_type.clone();
            let left = rule.kinds.iter_mut().filter_map(|kind| match &mut kind.generator {
                Some(Generator::LlmText(params)) => Some(params),
                _ => None,
            });
            for params in left {
                params.about = Some(about(meaning.as_deref(), text, cues));
                params.pool_size = pool_size(text.n_distinct, by.as_ref().map_or(1, |by| by.n_cases));
                if let Some(by) = &by {
                    params.by = vec![by.path.clone()];
                    params.evidence = Some(by.evidence.clone());
                }
            }
        }
    }

    /// The field that texts follow from, if its rule lists its values and it stands where a text can look it up.
    fn case_of(&self, text: &JsonPath, cue: &TextCue) -> Option<By> {
        let n_cases = LlmText::listed(self, &cue.by)?.len();
        let stands_beside = cue.by.parent().is_some_and(|holder| text.starts_with(&holder));
        let percent = |rate: synth_core::Rate| cast::round_to_u64(rate.get() * 100.0);
        let evidence = format!(
            "words tell {} of {} % of the texts, its most frequent value that of {} %",
            cue.by,
            percent(cue.right),
            percent(cue.usual)
        );
        (stands_beside && n_cases >= 2).then(|| By {
            path: cue.by.clone(),
            n_cases: cast::to_u64(n_cases),
            evidence,
        })
    }
}

/// A field that texts follow from.
struct By {
    path: JsonPath,
    n_cases: u64,
    evidence: String,
}

/// Personal values stay made up by rules, but text in which personal data stand is text.
fn may_be_offered(rule: &FieldRule) -> bool {
    let is_marked_up = matches!(rule.semantic_type.as_deref(), Some("html" | "markdown"));
    let is_personal = rule.personal && rule.semantic_type.as_deref() != Some("free_text");
    !rule.unique && !is_personal && !is_marked_up
}

/// Values of the same field that are public by their count and are more than a word: they show how its texts read.
fn public_examples(rule: &FieldRule) -> Vec<String> {
    let lists = rule.kinds.iter().filter_map(|kind| match &kind.generator {
        Some(Generator::Categorical(list)) => Some(&list.values),
        _ => None,
    });
    let texts = lists.flatten().filter_map(|value| match value {
        Literal::Text(text) if text.split_whitespace().count() >= 2 && !text.contains('\n') => {
            Some(text.clone())
        }
        _ => None,
    });
    texts.take(MAX_EXAMPLES).collect()
}

/// Leaves the texts of a field to a model, if it has texts that read as such.
fn offer(rule: &mut FieldRule) -> bool {
    let mut is_offered = false;
    let public = public_examples(rule);
    for kind in &mut rule.kinds {
        if let Some(constraints) = limits(kind) {
            let fallback = kind.generator.take().map(Box::new);
            // What a chain or templates make is an example, too, and there is more of it.
            let is_filler = matches!(fallback.as_deref(), Some(Generator::Faker(_)));
            let examples = if is_filler { public.clone() } else { Vec::new() };
            let text = LlmText { constraints, examples, fallback, ..LlmText::default() };
            kind.generator = Some(Generator::LlmText(Box::new(text)));
            is_offered = true;
        }
    }
    is_offered
}

/// What texts that a model writes in place of a kind of value must keep; `None` for values that are no running text.
fn limits(kind: &ValueKind) -> Option<TextLimits> {
    if kind.constraints != Constraints::default() {
        return None;
    }
    match &kind.generator {
        Some(Generator::MarkovText(chain)) => lengths(&chain.quantiles, &chain.lengths),
        Some(Generator::Faker(faker)) if matches!(faker.method, FakerMethod::Text | FakerMethod::Words) => {
            lengths(&faker.quantiles, &faker.lengths)
        }
        // A single template is a form, not a way to put things.
        Some(Generator::Template(template)) => {
            (template.evidence.is_some() && template.templates.len() > 1).then(TextLimits::default)
        }
        _ => None,
    }
}

/// The middle nine tenths of the lengths, if their median is that of a text.
fn lengths(quantiles: &[f64], lengths: &[f64]) -> Option<TextLimits> {
    let at = |percent: f64| {
        let knots = quantiles.iter().zip(lengths);
        let nearest = knots.min_by(|a, b| (a.0 - percent).abs().total_cmp(&(b.0 - percent).abs()));
        nearest.map(|(_, length)| *length)
    };
    let (low, median, high) = (at(5.0)?, at(50.0)?, at(95.0)?);
    // Texts that are all of one length are a form.
    let is_text = (MIN_MEDIAN_CHARS..=MAX_MEDIAN_CHARS).contains(&median) && high > low;
    is_text.then(|| TextLimits {
        min_length: Some(cast::round_to_u64(low.max(1.0))),
        max_length: Some(cast::round_to_u64(high)),
        ..TextLimits::default()
    })
}

/// What texts are, in a few words.
fn about(meaning: Option<&str>, text: &TextProfile, cues: Option<&TextCues>) -> String {
    let name = meaning.map_or_else(|| "text".to_owned(), |meaning| meaning.replace('_', " "));
    let language = text.prose.as_ref().map(language).unwrap_or_default();
    let words: Vec<&str> = cues.iter().flat_map(|cues| &cues.words).map(Publishable::as_str).collect();
    let words = if words.is_empty() { String::new() } else { format!(", often with: {}", words.join(", ")) };
    format!("{name}{language}, about {} words{words}", cast::round_to_u64(text.mean_words.max(1.0)))
}

/// The languages that many texts are in.
fn language(prose: &ProseProfile) -> String {
    let many = prose.languages.iter().filter(|language| language.share.get() >= MIN_SHARE);
    let named = |code: &str| LANGUAGES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name);
    let names: Vec<&str> = many.filter_map(|language| named(&language.language)).collect();
    if names.is_empty() { String::new() } else { format!(" in {}", names.join(" or ")) }
}

/// As many texts in all cases as there are different ones, but no more than can be asked for.
fn pool_size(n_distinct: u64, n_cases: u64) -> Option<u32> {
    let n_texts = n_distinct.min(MAX_TEXTS) / n_cases.max(1);
    u32::try_from(n_texts.max(MIN_TEXTS)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "version: 2
fields:
  $.id: {type: integer, unique: true, generator: sequence, params: {start: 1}}
  $.stars: {type: integer, generator: categorical, params: {values: [1, 5], probs: [0.5, 0.5]}}
  $.note:
    one_of:
      - {share: 0.3, type: enum, generator: categorical, params: {values: [none, no note at all], probs: [0.5, 0.5]}}
      - {share: 0.7, type: string, generator: faker, params: {method: text, quantiles: [0, 5, 50, 95, 100], lengths: [10, 20, 60, 90, 400]}}
  $.name: {type: string, privacy: {pii: true}, generator: faker, params: {method: words, quantiles: [0, 100], lengths: [30, 40]}}
  $.label: {type: string, generator: faker, params: {method: words, quantiles: [0, 100], lengths: [4, 12]}}
  $.page: {type: string, semantic_type: html, generator: faker, params: {method: text, quantiles: [0, 100], lengths: [90, 120]}}
  $.limited: {type: string, generator: faker, params: {method: text, quantiles: [0, 100], lengths: [90, 120]}, constraints: {max_length: 50}}
  $.bound: {type: string, generator: faker, params: {method: text, quantiles: [0, 100], lengths: [90, 120]}}
relationships:
  - {type: functional_dep, lhs: [$.id], rhs: [$.bound]}
";

    fn rules() -> RuleSet {
        RuleSet::parse(RULES, "rules.yaml").expect("rules")
    }

    fn params(rules: &RuleSet) -> LlmText {
        let kinds = &rules.fields[&JsonPath::parse("$.note").expect("a path")].kinds;
        match &kinds[1].generator {
            Some(Generator::LlmText(params)) => (**params).clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Catches rules that leave names, pages, keys or bound values to a model, and those that forget what was there.
    #[test]
    fn only_free_running_text_is_offered() {
        let mut rules = rules();
        let before = rules.clone();
        assert_eq!(rules.offer_texts(), [JsonPath::parse("$.note").expect("a path")]);
        let params = params(&rules);
        assert_eq!(params.examples, ["no note at all"]);
        assert_eq!((params.constraints.min_length, params.constraints.max_length), (Some(20), Some(90)));
        let path = JsonPath::parse("$.note").expect("a path");
        let (old, new) = (&before.fields[&path].kinds[1], &rules.fields[&path].kinds[1]);
        assert_eq!(params.fallback_kind(new), *old);
        let text = rules.to_yaml();
        assert_eq!(RuleSet::parse(&text, "rules.yaml").expect("rules"), rules);
        assert_eq!(rules.offer_texts(), []);
    }

    #[test]
    fn cues_that_cannot_be_looked_up_are_left_out() {
        let path = |path: &str| JsonPath::parse(path).expect("a path");
        let rate = |rate| synth_core::Rate::new(rate).expect("a rate");
        let note = path("$.note");
        let cue = |by: &str| TextCue { by: path(by), right: rate(0.9), usual: rate(0.5) };
        let rules = rules();
        let case = rules.case_of(&note, &cue("$.stars")).expect("a case");
        assert_eq!((case.n_cases, case.path), (2, path("$.stars")));
        assert!(case.evidence.contains("90 %"), "{}", case.evidence);
        assert!(rules.case_of(&note, &cue("$.id")).is_none());
        assert!(rules.case_of(&note, &cue("$.lines[].stars")).is_none());
    }

    #[test]
    fn pools_are_shared_by_cases() {
        assert_eq!(pool_size(5000, 1), Some(128));
        assert_eq!(pool_size(5000, 4), Some(32));
        assert_eq!(pool_size(30, 1), Some(30));
        assert_eq!(pool_size(5000, 100), Some(8));
    }
}
