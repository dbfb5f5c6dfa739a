//! Lengths of arrays and dictionaries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::Rate;

/// How many elements an array has, or members a dictionary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShapeRule {
    /// The distribution of the length.
    pub length: LengthRule,
    /// In a document, whether an outermost collection grows with the main one; look-up collections do not.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub grows: bool,
}

impl ShapeRule {
    /// Returns the rule of a collection that grows with the others.
    #[must_use]
    pub fn new(length: LengthRule) -> Self {
        Self { length, grows: true }
    }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_yes(flag: &bool) -> bool {
    *flag
}

/// A distribution of lengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "distribution", content = "params", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum LengthRule {
    /// Always the same.
    Constant {
        /// The length.
        value: u64,
    },
    /// A few lengths with their probabilities.
    Categorical {
        /// The lengths.
        values: Vec<u64>,
        /// Their probabilities; they sum to 1.
        #[schemars(with = "Vec<f64>")]
        probs: Vec<Rate>,
    },
    /// Quantiles, linear between them, rounded to whole lengths.
    Empirical {
        /// Percentages from 0 to 100, rising.
        quantiles: Vec<f64>,
        /// The length at each of them.
        values: Vec<f64>,
    },
}
