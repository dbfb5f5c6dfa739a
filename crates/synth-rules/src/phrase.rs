//! Params of the generators that write texts: templates with slots, and chains of words.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod file;
mod library;

/// Params of `template`: text with slots such as `{{first}}.{{last}}{{num}}@{{domain}}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The text; a slot is the name of a faker method, `num`, `domain`, or one of `slots`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// Several texts, of which one is chosen for each value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
    /// Their probabilities; equal if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probs: Vec<f64>,
    /// The name of a collection of templates that comes with the program, or a file of the rule file's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// Slots of one's own.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, Slot>")]
    pub slots: IndexMap<String, Slot>,
    /// Values of the slot `domain`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Why texts are made in this way; read by people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// How a slot is filled: by one of some values, or by a text of an expression.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Their probabilities; equal if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probs: Vec<f64>,
    /// A regular expression, in place of `values`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

impl Template {
    /// Returns the params with the templates of the library written out; the name is left where it is unknown.
    #[must_use]
    pub fn resolved(&self) -> Self {
        let Some(found) = self.library.as_deref().and_then(library::find) else { return self.clone() };
        let mut all = self.clone();
        all.library = None;
        all.templates.extend(found.templates.iter().map(|text| (*text).to_owned()));
        for (name, values) in found.slots {
            let values = values.split('|').map(str::to_owned).collect();
            all.slots.entry((*name).to_owned()).or_insert(Slot { values, ..Slot::default() });
        }
        for (name, pattern) in found.patterns {
            let pattern = Some((*pattern).to_owned());
            all.slots.entry((*name).to_owned()).or_insert(Slot { pattern, ..Slot::default() });
        }
        all
    }

    /// Returns the texts: the one, or the several.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let one = Some(self.template.as_str()).filter(|text| !text.is_empty());
        one.into_iter().chain(self.templates.iter().map(String::as_str))
    }

    /// Names of the collections that come with the program.
    pub fn libraries() -> impl Iterator<Item = &'static str> {
        library::names()
    }
}

/// Params of `markov_text`: texts that are walks along a chain of words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkovText {
    /// Words that decide the next one, 1 or 2.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub order: u8,
    /// Quantiles of the length in characters: percentages from 0 to 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<f64>,
    /// The length at each quantile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lengths: Vec<f64>,
    /// By the last words (none at the start), the words that may follow with their weights; the empty word ends the text.
    #[schemars(with = "std::collections::BTreeMap<String, std::collections::BTreeMap<String, f64>>")]
    pub next: IndexMap<String, IndexMap<String, f64>>,
    /// Why texts are made in this way; read by people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_one(order: &u8) -> bool {
    *order == 1
}
