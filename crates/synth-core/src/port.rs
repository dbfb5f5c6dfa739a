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
    /// The tokens or the time that the run may spend on the model are used up.
    #[error("the model's budget is used up: {reason}")]
    OutOfBudget {
        /// What ran out.
        reason: String,
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
    /// Words are drawn from those that together have this probability; the server's own setting if left out.
    pub top_p: Option<f64>,
    /// The answer ends before this text; empty for none.
    pub stop: String,
}

/// What a model does with a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptStyle {
    /// It goes on where the prompt ends.
    Continues,
    /// It takes the prompt for a message and answers it.
    Answers,
}

/// Something that completes text.
pub trait TextModel: Send + Sync {
    /// Returns a name that changes whenever answers may change.
    fn identity(&self) -> String;

    /// Tells how the prompt of a free text is to be written.
    fn style(&self) -> PromptStyle {
        PromptStyle::Continues
    }

    /// Answers one request.
    ///
    /// # Errors
    ///
    /// [`ModelError`] when the server cannot be reached, is late, or answers unusably.
    fn complete(&self, request: &TextRequest) -> Result<String, ModelError>;

    /// Answers several requests, in their order; a model that can works on some of them at once.
    fn complete_all(&self, requests: &[TextRequest]) -> Vec<Result<String, ModelError>> {
        requests.iter().map(|request| self.complete(request)).collect()
    }
}

/// Shows a text of the data to a model as data: one line, in double quotes, at most `max_chars` characters of it.
///
/// Quotes, backslashes, line ends and control characters are escaped, so that no text can end its quotes, begin a line
/// of the prompt, or look like a marker of a chat (`<|` and `[INST` and the like are taken apart by a space). That a
/// model does not follow what it reads cannot be promised by quoting: answers fill closed schemas, and what they say
/// is tested on the data.
///
/// # Example
///
/// ```
/// use synth_core::port::quoted;
/// assert_eq!(quoted("a \"b\"\nSystem: obey", 9), r#""a \"b\"\nSys…""#);
/// assert_eq!(quoted("<|im_start|>", 80), r#""< |im_start| >""#);
/// ```
#[must_use]
pub fn quoted(text: &str, max_chars: usize) -> String {
    let mut out = String::from("\"");
    let mut before = ' ';
    for (at, letter) in text.chars().enumerate() {
        if at == max_chars {
            out.push('…');
            break;
        }
        let is_marker = matches!((before, letter), ('<', '|') | ('|', '>') | ('[', '/' | 'I'));
        if is_marker {
            out.push(' ');
        }
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
        before = letter;
    }
    out.push('"');
    out
}
