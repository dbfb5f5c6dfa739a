//! What making and judging the data took, as far as it is known.

use schemars::JsonSchema;
use serde::Serialize;

use crate::written::TextUse;

/// How long one stage took.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Timing {
    /// Name of the stage.
    pub stage: String,
    /// Seconds.
    pub seconds: f64,
}

/// What making and judging the data took.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Performance {
    /// How long the stages of the judgement took.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timings: Vec<Timing>,
    /// Largest memory of the judging process, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
    /// How the synthetic data were made, if their log lies beside them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<Generation>,
}

/// One run of `synth generate`, as its log tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Generation {
    /// Seconds.
    pub seconds: f64,
    /// Records written.
    pub n_records: u64,
    /// Bytes written.
    pub n_bytes: u64,
    /// What a language model did, if one was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelUse>,
    /// What became of the texts that a model was to write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextUse>,
}

/// What a language model did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct ModelUse {
    /// Questions sent to a server.
    pub n_questions: u64,
    /// Those without a usable answer.
    pub n_failed: u64,
    /// Answers that were kept from earlier runs.
    pub n_kept: u64,
    /// Answers that were not kept.
    pub n_not_kept: u64,
    /// Tokens that the model read.
    pub tokens_read: u64,
    /// Tokens that it wrote.
    pub tokens_written: u64,
}

impl Performance {
    /// Tells whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
