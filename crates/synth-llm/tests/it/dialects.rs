//! Each dialect, from the question what a server is to the answer.

use serde_json::{Value, json};
use synth_core::port::{PromptStyle, TextModel};
use synth_llm::{Backend, complete_json};

use crate::fake::{About, Fake, LLAMA, Step};
use crate::{FAST, json_request, open, text_request};

/// Asks for a text and for JSON; returns the routes and bodies of the two questions.
fn ask(about: About, backend: Backend, text: Step, answer: Step) -> [(String, Value); 2] {
    let fake = Fake::start(about, vec![text, answer]);
    let client = open(&fake.url, FAST);
    assert_eq!(client.server().backend, backend);
    assert_eq!(client.complete(&text_request()).as_deref(), Ok("some text"));
    let found = complete_json(&client, &json_request());
    assert_eq!(found, Ok(json!({"items": ["a", "b"]})));
    let asked = fake.finish();
    [0, 1].map(|at| {
        let (head, body) = asked[at].split_once("\r\n\r\n").expect("a head and a body");
        let route = head.split(' ').nth(1).expect("a route").to_owned();
        (route, serde_json::from_str(body).expect("JSON"))
    })
}

const ITEMS: &str = r#"{"items":["a","b"]}"#;

/// The schema as a server sees it: what it would spoil is checked here.
fn sent_schema() -> Value {
    json!({"type": "object", "required": ["items"], "additionalProperties": false, "properties":
        {"items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}}}})
}

#[test]
fn llama_cpp_continues_texts_and_chats_for_json() {
    let [text, answer] = ask(LLAMA, Backend::LlamaCpp, Step::says("some text"), Step::chats(ITEMS));
    let expected = json!({"prompt": "my secret prompt", "n_predict": 16, "seed": 7, "temperature": 0.5,
        "stream": false, "cache_prompt": true, "stop": ["\n"]});
    assert_eq!(text, ("/completion".to_owned(), expected));
    assert_eq!(answer.0, "/v1/chat/completions");
    assert_eq!(answer.1["response_format"]["json_schema"]["schema"], sent_schema());
}

#[test]
fn vllm_takes_structured_outputs() {
    const ABOUT: About = &[("/v1/models", r#"{"data":[{"id":"m","owned_by":"vllm","max_model_len":4096}]}"#)];
    let text = Step::reply(200, r#"{"choices":[{"text":"some text","finish_reason":"stop"}]}"#);
    let [text, answer] = ask(ABOUT, Backend::Vllm, text, Step::chats(ITEMS));
    assert_eq!((text.0.as_str(), &text.1["model"]), ("/v1/completions", &json!("m")));
    assert_eq!(answer.1["structured_outputs"]["json"], sent_schema());
}

#[test]
fn ollama_takes_a_format() {
    const ABOUT: About = &[("/api/tags", r#"{"models":[{"name":"m:latest","digest":"d"}]}"#)];
    let says = |text: &str| {
        Step::reply(200, &json!({"message": {"content": text}, "done_reason": "stop"}).to_string())
    };
    let [text, answer] = ask(ABOUT, Backend::Ollama, says("some text"), says(ITEMS));
    assert_eq!((text.0.as_str(), &text.1["options"]["stop"]), ("/api/chat", &json!(["\n"])));
    assert_eq!(answer.1["format"], sent_schema());
}

#[test]
fn others_are_spoken_to_as_openai_is() {
    const ABOUT: About = &[("/v1/models", r#"{"data":[{"id":"m","owned_by":"somebody"}]}"#)];
    let [text, answer] = ask(ABOUT, Backend::OpenAi, Step::chats("some text"), Step::chats(ITEMS));
    assert_eq!((text.0.as_str(), &text.1["stop"]), ("/v1/chat/completions", &json!(["\n"])));
    assert_eq!(answer.1["response_format"]["json_schema"]["strict"], true);
}

#[test]
fn style_of_prompts_follows_from_the_dialect() {
    let fake = Fake::start(LLAMA, vec![Step::Cut]);
    assert_eq!(open(&fake.url, FAST).style(), PromptStyle::Continues);
    fake.finish();
    assert_eq!(Backend::Ollama.style(), PromptStyle::Answers);
}
