//! Settings of a run on top of what a question asks for.

use synth_core::port::{ModelError, PromptStyle, TextModel, TextRequest};

/// What a run sets for all questions.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tuning {
    /// No answer has more tokens.
    pub max_tokens: Option<u32>,
    /// Words are drawn from those that together have this probability.
    pub top_p: Option<f64>,
}

/// A model that is asked within the settings of a run. It stands before a cache, as other settings bring other answers.
pub struct Tuned<'a> {
    model: &'a dyn TextModel,
    tuning: Tuning,
}

impl<'a> Tuned<'a> {
    /// Puts settings before a model.
    #[must_use]
    pub fn new(model: &'a dyn TextModel, tuning: Tuning) -> Self {
        Self { model, tuning }
    }

    fn tuned(&self, request: &TextRequest) -> TextRequest {
        let Tuning { max_tokens, top_p } = self.tuning;
        TextRequest {
            max_tokens: request.max_tokens.min(max_tokens.unwrap_or(u32::MAX)),
            top_p: request.top_p.or(top_p),
            ..request.clone()
        }
    }
}

impl TextModel for Tuned<'_> {
    fn identity(&self) -> String {
        self.model.identity()
    }

    fn style(&self) -> PromptStyle {
        self.model.style()
    }

    fn complete(&self, request: &TextRequest) -> Result<String, ModelError> {
        self.model.complete(&self.tuned(request))
    }

    fn complete_all(&self, requests: &[TextRequest]) -> Vec<Result<String, ModelError>> {
        let tuned: Vec<TextRequest> = requests.iter().map(|request| self.tuned(request)).collect();
        self.model.complete_all(&tuned)
    }
}
