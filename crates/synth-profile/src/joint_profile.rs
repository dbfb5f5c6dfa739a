//! What `profile.json` tells of the joint model: how well it predicts, and why it was chosen.

use serde::{Deserialize, Serialize};
use synth_core::JsonPath;

/// The joint model in figures.
///
/// # Shapes and units
///
/// Figures are bits: the mean over held-out rows of minus the binary logarithm of the probability that a model gives the
/// fields of a group, each in up to 16 groups of values. So they say how many bits a row takes when it is written down with
/// the help of a model; fewer is better, and one bit less means twice the probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointProfile {
    /// Visits of a row for a feature that fitting could cost.
    pub budget: u64,
    /// What the budget left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Fields that have to do with each other, or with what stands around their rows.
    pub groups: Vec<GroupProfile>,
    /// Fields that are drawn by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alone: Vec<JsonPath>,
}

/// One group of fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupProfile {
    /// Path of the rows.
    pub path: JsonPath,
    /// The fields.
    pub fields: Vec<JsonPath>,
    /// The model that was chosen.
    pub model: String,
    /// Why.
    pub reason: String,
    /// Rows that were held out.
    pub n_held_out: u64,
    /// Bits of a held-out row, each field by itself.
    pub floor: f64,
    /// Bits of a held-out row under the chosen model as it is written.
    pub achieved: f64,
    /// The fewest bits that any model reached on these rows, however closely or smoothly it was fitted. The best possible
    /// model is not known; it takes no more than this, but for chance.
    pub ceiling: f64,
    /// The fewest bits that each model reached.
    pub models: Vec<ModelBits>,
}

/// A model and how well it predicts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelBits {
    /// Its name.
    pub model: String,
    /// Bits of a held-out row.
    pub bits: f64,
}
