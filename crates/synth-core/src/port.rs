//! Traits behind which models and plugins live; implemented in upper crates or by the user.

/// Why a text model gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No server answers, or it is still loading.
    #[error("the model server is not available: {reason}")]
    Unavailable {
        /// What the connection said.
        reason: String,
    },
    /// The server answered, but not within the deadline.
    #[error("no answer within {timeout_ms} ms")]
    Timeout {
        /// The deadline.
        timeout_ms: u64,
    },
    /// The server answered with something that is not what was asked for.
    #[error("the answer is not usable: {reason}")]
    BadAnswer {
        /// What is wrong with it, without quoting it.
        reason: String,
    },
}

/// One question to a text model.
#[derive(Debug, Clone, PartialEq)]
pub struct TextRequest {
    /// The whole prompt.
    pub prompt: String,
    /// JSON Schema the answer must follow, as text; empty for free text.
    pub json_schema: String,
    /// At most this many tokens come back.
    pub max_tokens: u32,
    /// Sampling seed; 32 bits because servers take no more.
    pub seed: u32,
    /// 0 is greedy.
    pub temperature: f64,
}

/// Something that completes text.
pub trait TextModel: Send + Sync {
    /// Returns a name that changes whenever answers may change.
    fn identity(&self) -> String;

    /// Answers one request.
    ///
    /// # Errors
    ///
    /// [`ModelError`] when the server cannot be reached, is late, or answers unusably.
    fn complete(&self, request: &TextRequest) -> Result<String, ModelError>;
}
