//! Lengths of arrays and dictionaries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::{Rate, cast};

use crate::parametric::Parametric;

/// How many elements an array has, or members a dictionary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShapeRule {
    /// The distribution of the length.
    pub length: LengthRule,
    /// In a document, whether an outermost collection grows with the main one; look-up collections do not.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub grows: bool,
    /// No element of an array comes twice in it.
    #[serde(default, skip_serializing_if = "is_no")]
    pub distinct: bool,
}

impl ShapeRule {
    /// Returns the rule of a collection that grows with the others.
    #[must_use]
    pub fn new(length: LengthRule) -> Self {
        Self { length, grows: true, distinct: false }
    }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_no(flag: &bool) -> bool {
    !*flag
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
    /// Poisson's distribution.
    Poisson {
        /// Its mean, above 0 and at most 10,000.
        mean: f64,
        /// Elements that there are in any case; the distribution is that of the others.
        #[serde(default)]
        min: u64,
    },
    /// The negative binomial distribution, which scatters more than Poisson's.
    NegativeBinomial {
        /// Its mean, above 0 and at most 10,000.
        mean: f64,
        /// Its dispersion r, above 0; the variance is `mean + mean * mean / dispersion`.
        dispersion: f64,
        /// Elements that there are in any case; the distribution is that of the others.
        #[serde(default)]
        min: u64,
    },
    /// The geometric distribution: after each element another one follows with the same probability.
    Geometric {
        /// Its mean, above 0 and at most 10,000.
        mean: f64,
        /// Elements that there are in any case; the distribution is that of the others.
        #[serde(default)]
        min: u64,
    },
}

impl LengthRule {
    /// Returns the distribution of the elements beyond the fewest, and the fewest, when it is a named one.
    #[must_use]
    pub fn named(&self) -> Option<(Parametric, u64)> {
        match *self {
            Self::Poisson { mean, min } => Some((Parametric::Poisson { mean }, min)),
            Self::NegativeBinomial { mean, dispersion, min } => {
                Some((Parametric::NegativeBinomial { mean, dispersion }, min))
            }
            Self::Geometric { mean, min } => {
                Some((Parametric::NegativeBinomial { mean, dispersion: 1.0 }, min))
            }
            _ => None,
        }
    }

    /// Returns every length with its probability; `None` when quantiles say them, or when the params cannot be.
    ///
    /// Lengths of a named distribution with less probability than 10^-9 are left out.
    #[must_use]
    pub fn listed(&self) -> Option<Vec<(u64, f64)>> {
        match self {
            Self::Constant { value } => Some(vec![(*value, 1.0)]),
            Self::Categorical { values, probs } => {
                Some(values.iter().copied().zip(probs.iter().map(|prob| prob.get())).collect())
            }
            named => {
                let (distribution, min) = named.named().filter(|(params, _)| params.problem().is_none())?;
                let length = |value: f64| min.saturating_add(cast::round_to_u64(value));
                let spikes = distribution.sample().spikes;
                Some(spikes.into_iter().map(|spike| (length(spike.value), spike.prob)).collect())
            }
        }
    }
}
