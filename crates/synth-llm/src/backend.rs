//! The dialects that servers speak: where a question goes, how it is put, and how the answer is read.

use serde::Deserialize;
use serde_json::{Value, json};
use synth_core::port::{ModelError, PromptStyle, TextRequest};

use crate::answer::bad;
use crate::tokens::estimate_tokens;

/// Which server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// llama.cpp's `llama-server`.
    LlamaCpp,
    /// vLLM.
    Vllm,
    /// Ollama.
    Ollama,
    /// Anything else that speaks as OpenAI's servers do.
    OpenAi,
}

/// What came back, before anybody looked at what it says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Completion {
    pub(crate) text: String,
    /// It ended because it was long enough, not because it was done.
    pub(crate) is_cut: bool,
    /// Tokens read and written, where the server counts them.
    pub(crate) tokens: Option<(u64, u64)>,
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) route: &'static str,
    pub(crate) body: Value,
}

impl Backend {
    /// Returns the name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LlamaCpp => "llama.cpp",
            Self::Vllm => "vLLM",
            Self::Ollama => "Ollama",
            Self::OpenAi => "OpenAI-compatible",
        }
    }

    /// Tells whether free text is continued or answered.
    #[must_use]
    pub const fn style(self) -> PromptStyle {
        match self {
            Self::LlamaCpp | Self::Vllm => PromptStyle::Continues,
            Self::Ollama | Self::OpenAi => PromptStyle::Answers,
        }
    }

    /// Puts a question; `schema` is what a server may be told of the request's schema.
    pub(crate) fn question(self, model: &str, request: &TextRequest, schema: Option<Value>) -> Question {
        let seed = seed(request);
        let n_tokens = request.max_tokens.max(1);
        match (self, schema) {
            (Self::LlamaCpp, None) => {
                let mut body = json!({
                    "prompt": request.prompt, "n_predict": n_tokens, "seed": seed,
                    "temperature": request.temperature, "stream": false, "cache_prompt": true,
                });
                stop(&mut body, request);
                nucleus(&mut body, request);
                Question { route: "/completion", body }
            }
            (Self::Vllm, None) => {
                let mut body = json!({
                    "model": model, "prompt": request.prompt, "max_tokens": n_tokens, "seed": seed,
                    "temperature": request.temperature, "stream": false,
                });
                stop(&mut body, request);
                nucleus(&mut body, request);
                Question { route: "/v1/completions", body }
            }
            (Self::Ollama, schema) => ollama(model, request, schema),
            (_, schema) => {
                let mut body = json!({
                    "model": model, "messages": [{"role": "user", "content": request.prompt}],
                    "max_tokens": n_tokens, "seed": seed, "temperature": request.temperature, "stream": false,
                });
                match (self, schema) {
                    (Self::Vllm, Some(schema)) => body["structured_outputs"] = json!({"json": schema}),
                    // One level down: with the schema beside `type`, llama.cpp takes any object without a word.
                    (_, Some(schema)) => {
                        let named = json!({"name": "answer", "strict": true, "schema": schema});
                        body["response_format"] = json!({"type": "json_schema", "json_schema": named});
                    }
                    (_, None) => stop(&mut body, request),
                }
                nucleus(&mut body, request);
                Question { route: "/v1/chat/completions", body }
            }
        }
    }

    /// Reads the body of a reply with status 200.
    ///
    /// # Errors
    ///
    /// [`ModelError::BadAnswer`] for anything that is no completion.
    pub(crate) fn read(self, route: &str, body: &[u8]) -> Result<Completion, ModelError> {
        let read = match route {
            "/completion" => serde_json::from_slice(body).map(LlamaCompletion::into_completion).ok(),
            "/api/chat" => serde_json::from_slice(body).map(OllamaChat::into_completion).ok(),
            _ => serde_json::from_slice(body).ok().and_then(OpenAiCompletion::into_completion),
        };
        read.ok_or_else(|| bad("the server sent no completion"))
    }
}

/// 32 bits are all that servers take, and the largest of them means "random".
fn seed(request: &TextRequest) -> u32 {
    request.seed.min(u32::MAX - 1)
}

fn stop(body: &mut Value, request: &TextRequest) {
    if !request.stop.is_empty() {
        body["stop"] = json!([request.stop]);
    }
}

fn nucleus(body: &mut Value, request: &TextRequest) {
    if let Some(top_p) = request.top_p {
        body["top_p"] = json!(top_p);
    }
}

/// Ollama cuts a prompt that does not fit without a word, so room for it is asked for.
fn ollama(model: &str, request: &TextRequest, schema: Option<Value>) -> Question {
    let room = estimate_tokens(&request.prompt) * 2 + u64::from(request.max_tokens) + 256;
    let mut options = json!({
        "seed": seed(request), "temperature": request.temperature, "num_predict": request.max_tokens.max(1),
        "num_ctx": room.max(2048),
    });
    if schema.is_none() {
        stop(&mut options, request);
    }
    nucleus(&mut options, request);
    let mut body = json!({
        "model": model, "messages": [{"role": "user", "content": request.prompt}], "stream": false,
        "options": options,
    });
    if let Some(schema) = schema {
        body["format"] = schema;
    }
    Question { route: "/api/chat", body }
}

#[derive(Deserialize)]
struct LlamaCompletion {
    content: String,
    #[serde(default)]
    stop_type: String,
    #[serde(default)]
    truncated: bool,
    tokens_evaluated: Option<u64>,
    tokens_predicted: Option<u64>,
}

impl LlamaCompletion {
    fn into_completion(self) -> Completion {
        Completion {
            is_cut: self.truncated || self.stop_type == "limit",
            text: self.content,
            tokens: self.tokens_evaluated.zip(self.tokens_predicted),
        }
    }
}

#[derive(Deserialize)]
struct OpenAiCompletion {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Option<Message>,
    text: Option<String>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl OpenAiCompletion {
    fn into_completion(self) -> Option<Completion> {
        let choice = self.choices.into_iter().next()?;
        let text = choice.message.map(|message| message.content).or(choice.text)?;
        Some(Completion {
            is_cut: choice.finish_reason.as_deref() == Some("length"),
            text,
            tokens: self.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens)),
        })
    }
}

#[derive(Deserialize)]
struct OllamaChat {
    message: Message,
    #[serde(default)]
    done_reason: String,
    prompt_eval_count: Option<u64>,
    eval_count: Option<u64>,
}

impl OllamaChat {
    fn into_completion(self) -> Completion {
        Completion {
            is_cut: self.done_reason == "length",
            text: self.message.content,
            tokens: self.prompt_eval_count.zip(self.eval_count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Backend; 4] = [Backend::LlamaCpp, Backend::Vllm, Backend::Ollama, Backend::OpenAi];

    fn request() -> TextRequest {
        TextRequest {
            prompt: "p".to_owned(),
            json_schema: String::new(),
            max_tokens: 16,
            seed: u32::MAX,
            temperature: 0.5,
            top_p: None,
            stop: "\n".to_owned(),
        }
    }

    /// The seed that means "random" is never sent, whatever the dialect.
    #[test]
    fn seeds_are_never_random() {
        for backend in ALL {
            let body = backend.question("m", &request(), None).body;
            let seed = body.get("seed").or_else(|| body["options"].get("seed")).cloned();
            assert_eq!(seed, Some(json!(u32::MAX - 1)), "{}", backend.name());
        }
    }

    /// Catches a schema that is sent one level too high, which llama.cpp ignores, and the fields vLLM no longer has.
    #[test]
    fn schemas_stand_where_each_server_looks() {
        let schema = json!({"type": "object"});
        let body = |backend: Backend| backend.question("m", &request(), Some(schema.clone()));
        for backend in [Backend::LlamaCpp, Backend::OpenAi] {
            let question = body(backend);
            assert_eq!(question.route, "/v1/chat/completions");
            let format = &question.body["response_format"];
            assert_eq!(format["json_schema"]["schema"], schema);
            assert_eq!(format.get("schema"), None);
        }
        let vllm = body(Backend::Vllm).body;
        assert_eq!(vllm["structured_outputs"]["json"], schema);
        assert!(vllm.as_object().unwrap().keys().all(|key| !key.starts_with("guided_")));
        let ollama = body(Backend::Ollama);
        assert_eq!((ollama.route, &ollama.body["format"]), ("/api/chat", &schema));
    }

    #[test]
    fn long_prompts_get_room_at_ollama() {
        let long = TextRequest { prompt: "word ".repeat(4000), ..request() };
        let body = Backend::Ollama.question("m", &long, None).body;
        assert!(body["options"]["num_ctx"].as_u64().unwrap() > 5000);
    }

    type Read<'t> = (&'t str, bool, Option<(u64, u64)>);

    fn check(backend: Backend, route: &str, body: &str, expected: Option<Read<'_>>) {
        let found = backend.read(route, body.as_bytes()).ok();
        let found = found.as_ref().map(|found| (found.text.as_str(), found.is_cut, found.tokens));
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn answers_of_each_dialect_are_read() {
        let llama = "/completion";
        check(Backend::LlamaCpp, llama, r#"{"content":"a","stop_type":"word"}"#, Some(("a", false, None)));
        let cut = r#"{"content":"a","stop_type":"limit","tokens_evaluated":3,"tokens_predicted":1}"#;
        check(Backend::LlamaCpp, llama, cut, Some(("a", true, Some((3, 1)))));
        check(Backend::LlamaCpp, llama, r#"{"content":"a","truncated":true}"#, Some(("a", true, None)));
        let chat = "/v1/chat/completions";
        let body = r#"{"choices":[{"message":{"content":"a"},"finish_reason":"length"}],
            "usage":{"prompt_tokens":3,"completion_tokens":1}}"#;
        check(Backend::OpenAi, chat, body, Some(("a", true, Some((3, 1)))));
        check(Backend::Vllm, "/v1/completions", r#"{"choices":[{"text":"a"}]}"#, Some(("a", false, None)));
        let body = r#"{"message":{"content":"a"},"done_reason":"length"}"#;
        check(Backend::Ollama, "/api/chat", body, Some(("a", true, None)));
    }

    #[test]
    fn anything_else_is_no_completion() {
        for body in ["", "null", "{}", "[]", r#"{"content":7}"#, r#"{"choices":[]}"#, "<html>", "\u{fffd}"] {
            for (backend, route) in [
                (Backend::LlamaCpp, "/completion"),
                (Backend::OpenAi, "/v1/chat/completions"),
                (Backend::Ollama, "/api/chat"),
            ] {
                check(backend, route, body, None);
            }
        }
        assert!(Backend::LlamaCpp.read("/completion", b"{\"content\":\"\xff\"}").is_err());
    }
}
