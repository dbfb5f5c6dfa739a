//! What became of every reference.

use schemars::JsonSchema;
use serde::Serialize;

/// A field that refers to another one, in the synthetic data.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ReferenceOutcome {
    /// The field that refers; of several, with commas between.
    pub child: String,
    /// The field referred to.
    pub parent: String,
    /// Values that were looked at.
    pub n_values: u64,
    /// Those that name nothing that exists.
    pub n_orphans: u64,
    /// Share of the values that may name nothing, by the rules.
    pub allowed: f64,
    /// Whether there are no more orphans than that.
    pub holds: bool,
}
