//! The client against a server that misbehaves on purpose; both on this machine, no model.

#![expect(clippy::disallowed_methods, reason = "the fake server runs on a thread of its own")]

mod fake;

use fake::{Fake, Step};
use synth_core::port::{ModelError, TextModel, TextRequest};
use synth_llm::{Endpoint, LlamaServer, Patience, Probe, Reach, complete_json};

const PROPS: &str = r#"{"model_path":"/models/tiny.gguf","build_info":"b1"}"#;
const FAST: Patience = Patience { deadline_ms: 10_000, max_attempts: 3, first_pause_ms: 1, max_pause_ms: 2 };

fn request() -> TextRequest {
    TextRequest {
        prompt: "my secret prompt".to_owned(),
        json_schema: r#"{"type":"array"}"#.to_owned(),
        max_tokens: 16,
        seed: 7,
        temperature: 0.5,
    }
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url, Reach::Loopback).expect("a loopback address")
}

/// Answers the two questions of `open`, then `steps`; returns what `complete` says and what the server was sent.
fn complete(patience: Patience, steps: Vec<Step>) -> (Result<String, ModelError>, Vec<String>) {
    let ready = [Step::reply(200, r#"{"status":"ok"}"#), Step::reply(200, PROPS)];
    let fake = Fake::start(ready.into_iter().chain(steps).collect());
    let server = LlamaServer::open(endpoint(&fake.url), patience).expect("a ready server");
    let answer = server.complete(&request());
    (answer, fake.finish().split_off(2))
}

#[track_caller]
fn check_error(steps: Vec<Step>, n_expected: usize, expected: &str) {
    let (answer, sent) = complete(FAST, steps);
    let error = answer.expect_err("an error");
    assert_eq!(error.to_string(), expected);
    assert!(!format!("{error:?}").contains("secret"));
    assert_eq!(sent.len(), n_expected);
}

#[test]
fn question_is_sent_whole_and_answer_comes_back() {
    let (answer, sent) =
        complete(FAST, vec![Step::reply(200, r#"{"content":"[1]","stop_type":"eos","truncated":false}"#)]);
    assert_eq!(answer.as_deref(), Ok("[1]"));
    let (head, body) = sent[0].split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("POST /completion HTTP/1.1"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let expected = serde_json::json!({
        "prompt": "my secret prompt", "n_predict": 16, "seed": 7, "temperature": 0.5,
        "stream": false, "cache_prompt": false, "json_schema": {"type": "array"},
    });
    assert_eq!(body, expected);
}

#[test]
fn busy_server_is_asked_again() {
    let busy = || Step::reply(503, r#"{"error":{"type":"unavailable_error"}}"#);
    let (answer, sent) =
        complete(FAST, vec![busy(), busy(), Step::reply(200, r#"{"content":"x","stop_type":"eos"}"#)]);
    assert_eq!((answer.as_deref(), sent.len()), (Ok("x"), 3));
    check_error(
        vec![busy(), busy(), busy()],
        3,
        "the model server is not available: it is busy or loading its model",
    );
}

#[test]
fn cut_off_answers_are_refused() {
    for body in
        [r#"{"content":"[1","stop_type":"limit"}"#, r#"{"content":"[1","stop_type":"eos","truncated":true}"#]
    {
        check_error(
            vec![Step::reply(200, body)],
            1,
            "the answer is not usable: it was cut off at the token limit",
        );
    }
}

#[test]
fn garbage_is_refused() {
    let no_completion = "the answer is not usable: the server sent no completion";
    check_error(vec![Step::reply(200, "my secret prompt")], 1, no_completion);
    check_error(vec![Step::reply(200, r#"{"content":7}"#)], 1, no_completion);
    check_error(
        vec![Step::reply(400, r#"{"error":{"type":"invalid_request_error","message":"my secret prompt"}}"#)],
        1,
        "the answer is not usable: the server refused the question (status 400, invalid_request_error)",
    );
    check_error(
        vec![Step::Raw("my secret prompt\r\n\r\n".to_owned())],
        1,
        "the model server is not available: it does not speak HTTP as expected",
    );
}

#[test]
fn half_an_answer_is_no_answer() {
    let (answer, _) =
        complete(FAST, vec![Step::Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"con".to_owned())]);
    assert!(matches!(answer, Err(ModelError::Unavailable { .. })), "{answer:?}");
}

#[test]
fn redirect_is_not_followed() {
    let elsewhere = Step::Raw(
        "HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_owned(),
    );
    check_error(vec![elsewhere], 1, "the answer is not usable: the server refused the question (status 307)");
}

#[test]
fn silent_server_is_left_at_the_deadline() {
    let patience = Patience { deadline_ms: 1000, ..FAST };
    let (answer, sent) = complete(patience, vec![Step::Silence]);
    assert_eq!(answer, Err(ModelError::Timeout { timeout_ms: 1000 }));
    assert_eq!(sent.len(), 1);
}

#[test]
fn nothing_listening_is_told() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
    let error = LlamaServer::open(endpoint(&format!("http://{free}")), FAST).expect_err("an error");
    assert_eq!(error.to_string(), "the model server is not available: nothing listens at its address");
}

#[test]
fn loading_is_told_and_waited_for() {
    let loading = || Step::reply(503, r#"{"error":{"message":"Loading model"}}"#);
    let fake = Fake::start(vec![loading(), loading(), Step::reply(200, "{}"), Step::reply(200, PROPS)]);
    assert_eq!(endpoint(&fake.url).probe(10_000), Probe::Loading);
    let server = LlamaServer::open(endpoint(&fake.url), FAST).expect("a ready server");
    assert!(server.identity().starts_with("llama.cpp tiny.gguf "));
    assert_eq!(fake.finish().len(), 4);
}

#[test]
fn json_is_parsed_or_refused() {
    let ask = |content: &str| {
        let body = serde_json::json!({"content": content, "stop_type": "eos"}).to_string();
        let ready = vec![Step::reply(200, "{}"), Step::reply(200, PROPS), Step::Raw(fake::http(200, &body))];
        let fake = Fake::start(ready);
        let server = LlamaServer::open(endpoint(&fake.url), FAST).expect("a ready server");
        complete_json(&server, &request()).ok()
    };
    assert_eq!(ask("[\n\n\"a\"]"), Some(serde_json::json!(["a"])));
    assert_eq!(ask("my secret answer"), None);
}
