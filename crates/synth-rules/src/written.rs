//! Params of `llm_text`: texts that a language model writes before the first row is made.

mod defaults;
mod offer;

pub use defaults::{Fallback, TextDefaults};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use synth_core::JsonPath;

use crate::field::{Constraints, FieldRule, FieldType, ValueKind};
use crate::generator::{FakerMethod, Generator, Literal, Pattern};
use crate::plugins::Plugins;
use crate::rule_set::{Globals, Metadata, Privacy, RuleSet, VERSION};

/// Texts that are made for a field, for each case, if the rule does not say how many.
const DEFAULT_POOL: u32 = 64;

/// Params of `llm_text`: texts that a language model writes, and what they have to keep.
///
/// The texts are made when a run begins, and drawn from then; without a model the field is made as `fallback` says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LlmText {
    /// What the texts are, in a few words for the model, such as `what a customer says about a delivery`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What every text keeps; one that does not is not used.
    #[serde(default, skip_serializing_if = "TextLimits::is_empty")]
    pub constraints: TextLimits,
    /// Texts to go by, made up or public: the model sees them, and no text repeats six words of one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
    /// Fields of the same object or of one above it that a text follows from, such as a rating; each combination of their
    /// values has texts of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub by: Vec<JsonPath>,
    /// Number of texts to choose from, for each combination of the values of `by`; 64 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool_size: Option<u32>,
    /// How freely the model writes, from 0; 0.8 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Most texts that are asked for in one question, where a server answers questions; one that continues texts is asked
    /// for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_batch: Option<u32>,
    /// Why texts are made in this way; read by people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// How texts are made that the model does not make. In a rule file it stands beside `params`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub fallback: Option<Box<Generator>>,
}

/// What a text keeps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextLimits {
    /// Fewest characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// Most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    /// How it reads, in a word or two for the model, such as `customer_feedback`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// A regular expression of whole texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Words that must not be in it, in any case of letters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbidden_words: Vec<String>,
}

impl TextLimits {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl LlmText {
    /// Returns the number of texts to choose from.
    #[must_use]
    pub fn pool_size(&self) -> u32 {
        self.pool_size.unwrap_or(DEFAULT_POOL)
    }

    /// Returns how texts are made without a model: as the rule says, else by its expression, else filler words of the
    /// right length.
    #[must_use]
    pub fn fallback(&self) -> Generator {
        let limits = &self.constraints;
        match (&self.fallback, &limits.regex) {
            (Some(fallback), _) => (**fallback).clone(),
            (None, Some(regex)) => {
                Generator::Pattern(Pattern { patterns: vec![regex.clone()], probs: Vec::new() })
            }
            (None, None) => Generator::Faker(self.filler()),
        }
    }

    /// Returns a kind of value that is made without a model.
    #[must_use]
    pub fn fallback_kind(&self, kind: &ValueKind) -> ValueKind {
        let generator = self.fallback();
        // A fallback that was given with lengths of its own keeps those, so that it makes what it would make alone.
        let keeps_lengths = matches!(
            &generator,
            Generator::Faker(faker) if (self.fallback.is_none() || faker.lengths.is_empty())
                && matches!(faker.method, FakerMethod::Text | FakerMethod::Words)
        );
        let mut constraints = Constraints::default();
        if keeps_lengths {
            constraints.min_length = self.constraints.min_length;
            constraints.max_length = self.constraints.max_length;
        }
        ValueKind { generator: Some(generator), constraints, ..kind.clone() }
    }

    /// Returns the values that a field may have, if its rule lists them.
    #[must_use]
    pub fn listed(rules: &RuleSet, path: &JsonPath) -> Option<Vec<Literal>> {
        let rule = rules.fields.get(path)?;
        let mut values = Vec::new();
        for kind in &rule.kinds {
            match (&kind.generator, kind.field_type) {
                (_, FieldType::Null) => {}
                (Some(Generator::Categorical(list)), _) => values.extend(list.values.iter().cloned()),
                (Some(Generator::Constant(constant)), _) => values.push(constant.value.clone()),
                _ => return None,
            }
        }
        Some(values)
    }
}

/// Puts the key `fallback`, which stands beside `params`, where the params have it.
pub(crate) fn with_fallback(
    name: Option<&str>,
    params: Option<Value>,
    fallback: Option<Value>,
) -> Result<Option<Value>, String> {
    let is_written = name == Some("llm_text");
    if is_written && params.as_ref().is_some_and(|params| params.get("fallback").is_some()) {
        return Err("`fallback` stands beside `params`, not in it".to_owned());
    }
    let Some(fallback) = fallback else { return Ok(params) };
    if !is_written {
        return Err("`fallback` is for the generator `llm_text`".to_owned());
    }
    let mut params = params.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    if let Some(params) = params.as_object_mut() {
        params.insert("fallback".to_owned(), fallback);
    }
    Ok(Some(params))
}

/// Takes the key out again.
pub(crate) fn split_fallback(params: Option<Value>) -> (Option<Value>, Option<Value>) {
    let Some(Value::Object(mut params)) = params else { return (params, None) };
    let fallback = params.remove("fallback");
    (Some(Value::Object(params)), fallback)
}

impl RuleSet {
    /// Returns rules of fields alone, with nothing that binds them.
    #[must_use]
    pub fn of_fields(fields: IndexMap<JsonPath, FieldRule>) -> Self {
        Self {
            version: VERSION,
            metadata: Metadata::default(),
            globals: Globals::default(),
            shape: IndexMap::new(),
            fields,
            entities: IndexMap::new(),
            relationships: Vec::new(),
            along: Vec::new(),
            variants: IndexMap::new(),
            predicates: Vec::new(),
            model: None,
            plugins: Plugins::default(),
            scenarios: IndexMap::new(),
            privacy: Privacy::default(),
        }
    }

    /// Tells whether a field's texts are written by a model, if there is one.
    #[must_use]
    pub fn asks_model(&self) -> bool {
        self.fields.values().flat_map(|rule| &rule.kinds).any(ValueKind::asks_model)
    }
}

impl ValueKind {
    /// Tells whether a model writes the texts, if there is one.
    #[must_use]
    pub fn asks_model(&self) -> bool {
        matches!(self.generator, Some(Generator::LlmText(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the first design, as it stands there.
    const NOTES: &str = "version: 2
fields:
  $.customer.notes:
    type: string
    generator: llm_text
    params:
      constraints: {min_length: 10, max_length: 200, style: customer_feedback}
      temperature: 0.3
      max_batch: 128
    fallback: {generator: template, params: {template: 'Order notes for reference #{{num}}'}}
";

    #[test]
    fn rules_with_a_fallback_are_read_and_written() {
        let rules = RuleSet::parse(NOTES, "rules.yaml").expect("rules");
        assert!(rules.asks_model());
        let again = rules.to_yaml();
        assert!(again.contains("    fallback:"), "{again}");
        assert_eq!(RuleSet::parse(&again, "rules.yaml").expect("rules"), rules);
        let kind = &rules.fields[&JsonPath::parse("$.customer.notes").unwrap()].kinds[0];
        let Some(Generator::LlmText(params)) = &kind.generator else { panic!("{kind:?}") };
        assert!(matches!(params.fallback_kind(kind).generator, Some(Generator::Template(_))));
    }

    #[track_caller]
    fn check_refused(from: &str, to: &str, expected: &str) {
        let errors = RuleSet::parse(&NOTES.replace(from, to), "rules.yaml").expect_err("errors");
        let text = errors.0.iter().map(|error| error.to_string()).collect::<Vec<_>>().join("; ");
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        check_refused("llm_text", "uuid_v4", "`fallback` is for the generator `llm_text`");
        check_refused("min_length: 10", "min_length: 300", "`min_length` 300 is above 200");
        check_refused("temperature: 0.3", "temperature: -1", "temperature");
        check_refused("max_batch: 128", "pool_size: 0", "`pool_size`");
        check_refused("max_batch: 128", "by: [$.rating]", "$.rating");
        check_refused("style: customer_feedback", "regex: '('", "regular expression");
        check_refused("{{num}}", "{{nothing}}", "nothing");
        check_refused(
            "generator: template, params: {template: 'Order notes for reference #{{num}}'}",
            "generator: llm_text, params: {}",
            "another generator",
        );
    }

    #[test]
    fn fallbacks_follow_each_other() {
        let of = |limits: TextLimits| LlmText { constraints: limits, ..LlmText::default() }.fallback();
        assert!(matches!(
            of(TextLimits { regex: Some("a+".to_owned()), ..TextLimits::default() }),
            Generator::Pattern(_)
        ));
        let Generator::Faker(faker) =
            of(TextLimits { min_length: Some(30), max_length: Some(50), ..TextLimits::default() })
        else {
            panic!("filler words")
        };
        assert_eq!(faker.lengths, [30.0, 50.0]);
    }
}
