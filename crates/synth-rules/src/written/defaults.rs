//! What a run sets for texts of a model whose rules do not say it.

use super::LlmText;
use crate::generator::{Faker, FakerMethod, Generator, Pattern};
use crate::phrase::Template;
use crate::rule_set::RuleSet;

/// A way to make texts without a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// Filler words of the right length; where there is an expression to keep they would not.
    Faker,
    /// Texts of the rule's expression, where there is one.
    RegexSampler,
    /// A sentence and a number, where there is no expression.
    Template,
}

impl Fallback {
    /// Reads a name as it stands in settings.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "faker" => Self::Faker,
            "regex_sampler" => Self::RegexSampler,
            "template" => Self::Template,
            _ => return None,
        })
    }

    fn generator(self, text: &LlmText) -> Option<Generator> {
        match (self, &text.constraints.regex) {
            (Self::RegexSampler, Some(regex)) => {
                Some(Generator::Pattern(Pattern { patterns: vec![regex.clone()], probs: Vec::new() }))
            }
            (Self::Faker, None) => Some(Generator::Faker(text.filler())),
            (Self::Template, None) => {
                let template = "{{words}} {{num}}".to_owned();
                Some(Generator::Template(Template { template, ..Template::default() }))
            }
            _ => None,
        }
    }
}

/// What is set for texts whose rules do not say it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextDefaults {
    /// How freely the model writes.
    pub temperature: Option<f64>,
    /// How texts are made that the model does not make: the first of these that can, else as without this setting.
    pub fallbacks: Vec<Fallback>,
}

impl RuleSet {
    /// Sets what the rules of texts leave open.
    pub fn set_text_defaults(&mut self, defaults: &TextDefaults) {
        let kinds = self.fields.values_mut().flat_map(|rule| &mut rule.kinds);
        for kind in kinds {
            let Some(Generator::LlmText(text)) = &mut kind.generator else { continue };
            text.temperature = text.temperature.or(defaults.temperature);
            if text.fallback.is_none() {
                let made = defaults.fallbacks.iter().find_map(|fallback| fallback.generator(text));
                text.fallback = made.map(Box::new);
            }
        }
    }
}

impl LlmText {
    /// Filler words as long as the texts.
    pub(super) fn filler(&self) -> Faker {
        let limits = &self.constraints;
        let low = limits.min_length.unwrap_or(0) as f64;
        let high = limits.max_length.map_or(low + 120.0, |high| high as f64);
        let low = low.max((high / 4.0).min(20.0)).min(high);
        Faker { quantiles: vec![0.0, 100.0], lengths: vec![low, high], ..Faker::of(FakerMethod::Text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_core::JsonPath;

    const RULES: &str = "version: 2
fields:
  $.plain: {type: string, generator: llm_text, params: {}}
  $.code: {type: string, generator: llm_text, params: {constraints: {regex: '[A-Z]{3}'}, temperature: 0.5}}
  $.own:
    type: string
    generator: llm_text
    params: {}
    fallback: {generator: template, params: {template: 'Note {{num}}'}}
";

    #[test]
    fn settings_fill_what_rules_leave_open() {
        let mut rules = RuleSet::parse(RULES, "rules.yaml").expect("rules");
        let fallbacks =
            ["template", "faker", "regex_sampler"].map(|name| Fallback::parse(name).expect("a name"));
        rules.set_text_defaults(&TextDefaults { temperature: Some(0.2), fallbacks: fallbacks.to_vec() });
        let text = |path: &str| {
            let rule = &rules.fields[&JsonPath::parse(path).expect("a path")];
            match &rule.kinds[0].generator {
                Some(Generator::LlmText(text)) => (text.temperature, text.fallback().name()),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(text("$.plain"), (Some(0.2), "template"));
        assert_eq!(text("$.code"), (Some(0.5), "pattern"));
        let own = &rules.fields[&JsonPath::parse("$.own").expect("a path")].kinds[0].generator;
        assert!(format!("{own:?}").contains("Note {{num}}"));
        assert_eq!(Fallback::parse("markov"), None);
    }
}
