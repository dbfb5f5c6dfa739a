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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(count: &u64) -> bool {
    *count == 0
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
        #[serde(default, skip_serializing_if = "is_zero")]
        min: u64,
        /// Most elements; larger lengths are left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u64>,
    },
    /// The negative binomial distribution, which scatters more than Poisson's.
    NegativeBinomial {
        /// Its mean, above 0 and at most 10,000.
        mean: f64,
        /// Its dispersion r, above 0; the variance is `mean + mean * mean / dispersion`.
        dispersion: f64,
        /// Elements that there are in any case; the distribution is that of the others.
        #[serde(default, skip_serializing_if = "is_zero")]
        min: u64,
        /// Most elements; larger lengths are left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u64>,
    },
    /// The geometric distribution: after each element another one follows with the same probability.
    Geometric {
        /// Its mean, above 0 and at most 10,000.
        mean: f64,
        /// Elements that there are in any case; the distribution is that of the others.
        #[serde(default, skip_serializing_if = "is_zero")]
        min: u64,
        /// Most elements; larger lengths are left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u64>,
    },
}

impl LengthRule {
    /// Returns the distribution of the elements beyond the fewest, and the fewest, when it is a named one.
    #[must_use]
    pub fn named(&self) -> Option<(Parametric, u64)> {
        match *self {
            Self::Poisson { mean, min, .. } => Some((Parametric::Poisson { mean }, min)),
            Self::NegativeBinomial { mean, dispersion, min, .. } => {
                Some((Parametric::NegativeBinomial { mean, dispersion }, min))
            }
            Self::Geometric { mean, min, .. } => {
                Some((Parametric::NegativeBinomial { mean, dispersion: 1.0 }, min))
            }
            _ => None,
        }
    }

    /// Returns the most elements that a named distribution is cut off at.
    fn most(&self) -> Option<u64> {
        match self {
            Self::Poisson { max, .. } | Self::NegativeBinomial { max, .. } | Self::Geometric { max, .. } => {
                *max
            }
            _ => None,
        }
    }

    /// Returns what is wrong with the params of a named distribution, if something is.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let (distribution, min) = self.named()?;
        let is_crossed = self.most().is_some_and(|max| max < min);
        let crossed = is_crossed.then(|| "`min` is above `max`".to_owned());
        let none = || {
            let is_none = self.listed().is_none_or(|lengths| lengths.is_empty());
            is_none.then(|| "no length up to `max` has any probability to speak of".to_owned())
        };
        distribution.problem().or(crossed).or_else(none)
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
                let most = named.most().unwrap_or(u64::MAX);
                let lengths = distribution.sample().spikes.into_iter();
                let lengths: Vec<(u64, f64)> = lengths
                    .map(|spike| (length(spike.value), spike.prob))
                    .filter(|(length, _)| *length <= most)
                    .collect();
                let total: f64 = lengths.iter().map(|(_, prob)| prob).sum();
                Some(lengths.into_iter().map(|(length, prob)| (length, prob / total)).collect())
            }
        }
    }
}
