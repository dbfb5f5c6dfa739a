//! The client against servers that misbehave on purpose; both on this machine, no model.

#![expect(
    clippy::disallowed_methods,
    reason = "the fake server runs on threads of its own, and calls are timed"
)]

mod audit;
mod cache;
mod dialects;
mod fake;
mod faults;

use synth_core::port::TextRequest;
use synth_llm::{ClientOptions, Endpoint, ModelClient, Patience, Reach};

const FAST: Patience = Patience {
    deadline_ms: 10_000,
    max_attempts: 3,
    first_pause_ms: 1,
    backoff_percent: 200,
    max_pause_ms: 2,
};

/// A free text; what is secret must not stand in any error.
fn text_request() -> TextRequest {
    TextRequest {
        prompt: "my secret prompt".to_owned(),
        json_schema: String::new(),
        max_tokens: 16,
        seed: 7,
        temperature: 0.5,
        top_p: None,
        stop: "\n".to_owned(),
    }
}

const SCHEMA: &str = r#"{"type":"object","required":["items"],"additionalProperties":false,"properties":{
    "items":{"type":"array","minItems":2,"maxItems":2,"uniqueItems":true,
        "items":{"type":"string","maxLength":8,"pattern":"^[a-z]+$"}}}}"#;

fn json_request() -> TextRequest {
    TextRequest { json_schema: SCHEMA.to_owned(), stop: String::new(), ..text_request() }
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url, Reach::Loopback).expect("a loopback address")
}

fn open(url: &str, patience: Patience) -> ModelClient {
    let options = ClientOptions { patience, patience_at_start: FAST, ..ClientOptions::default() };
    ModelClient::open(endpoint(url), options).expect("a ready server")
}
