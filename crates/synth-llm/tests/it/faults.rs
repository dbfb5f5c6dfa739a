//! What goes wrong between us and a server, one test each.

use std::time::{Duration, Instant};

use synth_core::port::{ModelError, TextModel, TextRequest};
use synth_llm::{BudgetLimits, ClientOptions, ModelClient, Patience, Probe, complete_json};

use crate::fake::{Fake, LLAMA, Step, chat, http};
use crate::{FAST, endpoint, json_request, open, text_request};

type Answer = Result<String, ModelError>;

/// Asks once and returns the answer and the number of questions the server saw.
fn ask(patience: Patience, request: &TextRequest, steps: Vec<Step>) -> (Answer, usize) {
    let fake = Fake::start(LLAMA, steps);
    let client = open(&fake.url, patience);
    let answer = client.complete(request);
    if let Err(error) = &answer {
        assert!(!format!("{error:?} {error}").contains("secret"));
    }
    (answer, fake.finish().len())
}

/// The fault, then the right answer: the client gets over it.
#[track_caller]
fn check_mended(fault: Step) {
    let (answer, n_asked) = ask(FAST, &text_request(), vec![fault, Step::says("fine")]);
    assert_eq!((answer.as_deref(), n_asked), (Ok("fine"), 2));
}

/// The fault without end: an error, after as many questions.
#[track_caller]
fn check_given_up(fault: Step, n_expected: usize, expected: &str) {
    let (answer, n_asked) = ask(FAST, &text_request(), vec![fault]);
    let error = answer.expect_err("an error").to_string();
    assert!(error.contains(expected), "{error}");
    assert_eq!(n_asked, n_expected);
}

/// Within the deadline and what a busy machine may add to it.
#[track_caller]
fn check_in_time(fault: Step) {
    let patience = Patience { deadline_ms: 500, ..FAST };
    let start = Instant::now();
    let (answer, _) = ask(patience, &text_request(), vec![fault]);
    assert_eq!(answer, Err(ModelError::Timeout { timeout_ms: 500 }));
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[test]
fn refused_connection_is_told() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
    let options = ClientOptions { patience_at_start: FAST, ..ClientOptions::default() };
    let error = ModelClient::open(endpoint(&format!("http://{free}")), options).expect_err("an error");
    assert_eq!(error.to_string(), "the model server is not available: nothing listens at its address");
}

#[test]
fn server_that_goes_away_is_told() {
    let fake = Fake::start(LLAMA, vec![Step::says("fine")]);
    let client = open(&fake.url, FAST);
    fake.finish();
    let error = client.complete(&text_request()).expect_err("an error");
    assert!(matches!(error, ModelError::Unavailable { .. }), "{error}");
}

/// A listener that never accepts: the connection waits in the system's queue.
#[test]
fn slow_connect_ends_in_time() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its number");
    let start = Instant::now();
    let patience = Patience { deadline_ms: 500, ..FAST };
    let options = ClientOptions { patience_at_start: patience, ..ClientOptions::default() };
    let error = ModelClient::open(endpoint(&format!("http://{address}")), options).expect_err("an error");
    assert!(error.to_string().contains("does not answer in time"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[test]
fn hanging_server_is_left_at_the_deadline() {
    check_in_time(Step::Silence);
}

#[test]
fn slow_drip_is_left_at_the_deadline() {
    check_in_time(Step::Drip(http(200, &"x".repeat(100_000)).into_bytes()));
}

#[test]
fn status_500_is_tried_again() {
    check_mended(Step::reply(500, "secret"));
    check_given_up(Step::reply(500, "secret"), 3, "it failed (status 500)");
}

#[test]
fn status_503_then_fine() {
    check_mended(Step::reply(503, r#"{"error":{"message":"Loading model","type":"unavailable_error"}}"#));
    check_given_up(Step::reply(503, "{}"), 3, "it is busy or loading its model");
}

#[test]
fn status_429_waits_as_long_as_it_is_told() {
    let busy = "HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let start = Instant::now();
    check_mended(Step::Raw(busy.into()));
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[test]
fn retry_after_beyond_the_deadline_is_not_waited_for() {
    let busy = "HTTP/1.1 429 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    check_given_up(Step::Raw(busy.into()), 1, "it is busy");
}

#[test]
fn truncated_json_is_asked_for_again() {
    check_mended(Step::reply(200, r#"{"content":"fi"#));
    let steps = vec![
        Step::reply(200, &chat(r#"{"items":["a","#, "length")),
        Step::chats(r#"{"items":["a"#),
        Step::chats(r#"{"items":["a","b"]}"#),
    ];
    let fake = Fake::start(LLAMA, steps);
    let found = complete_json(&open(&fake.url, FAST), &json_request()).expect("an answer");
    assert_eq!(found, serde_json::json!({"items": ["a", "b"]}));
    let asked = fake.finish();
    // The room grows and the seed changes: the same question would be answered in the same way.
    let member = |at: usize, key: &str| -> serde_json::Value {
        let (_, body) = asked[at].split_once("\r\n\r\n").expect("a body");
        serde_json::from_str::<serde_json::Value>(body).expect("JSON")[key].clone()
    };
    assert_eq!([0, 1, 2].map(|at| member(at, "max_tokens")), [16, 32, 64].map(serde_json::Value::from));
    assert!(member(0, "seed") == 7 && member(1, "seed") != 7 && member(2, "seed") != member(1, "seed"));
}

/// Whatever the server lets pass of what was asked for does not pass here.
#[track_caller]
fn check_not_taken(answer: &str, keyword: &str) {
    let (found, n_asked) = ask(FAST, &json_request(), vec![Step::chats(answer)]);
    let error = found.expect_err("an error").to_string();
    assert!(error.contains(keyword), "{error}");
    assert_eq!(n_asked, 3);
}

#[test]
fn wrong_count_is_not_taken() {
    check_not_taken(r#"{"items":["a"]}"#, "minItems");
    check_not_taken(r#"{"items":["a","b","c"]}"#, "maxItems");
}

#[test]
fn wrong_type_is_not_taken() {
    check_not_taken(r#"{"items":[1,2]}"#, "type");
    check_not_taken(r#"["a","b"]"#, "type");
    check_not_taken("\"secret\"", "neither an object nor an array");
    check_not_taken(r#"{"secret":["a","b"]}"#, "of its schema");
}

#[test]
fn constraints_that_the_server_dropped_are_kept_here() {
    check_not_taken(r#"{"items":["blue","blue"]}"#, "uniqueItems");
    check_not_taken(r#"{"items":["secretsecret","b"]}"#, "maxLength");
    check_not_taken(r#"{"items":["a1","b"]}"#, "pattern");
}

#[test]
fn huge_answer_is_not_read_to_its_end() {
    let huge = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_owned() + &"x".repeat(17 << 20);
    check_given_up(Step::Raw(huge.into()), 3, "its answer is too large");
}

#[test]
fn invalid_utf8_is_no_completion() {
    let mut bytes = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"content\":\"".to_vec();
    bytes.extend(b"\xff\xfe\"}");
    check_mended(Step::Raw(bytes));
}

#[test]
fn redirect_is_not_followed() {
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("a socket");
    let address = elsewhere.local_addr().expect("its number");
    let away = format!(
        "HTTP/1.1 307 Away\r\nLocation: http://{address}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    check_given_up(Step::Raw(away.into()), 1, "it sends elsewhere (status 307)");
    assert!(elsewhere.accept().is_err(), "the other address was contacted");
}

#[test]
fn connection_that_is_cut_is_tried_again() {
    check_mended(Step::Cut);
    check_mended(Step::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"con".to_vec()));
}

#[test]
fn wrong_content_type_is_judged_by_its_content() {
    let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>secret";
    check_mended(Step::Raw(html.into()));
    let json =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n{\"content\":\"fine\"}";
    let (answer, n_asked) = ask(FAST, &text_request(), vec![Step::Raw(json.into())]);
    assert_eq!((answer.as_deref(), n_asked), (Ok("fine"), 1));
}

#[test]
fn something_else_than_http_is_told() {
    check_given_up(Step::Raw(b"my secret prompt\r\n\r\n".to_vec()), 3, "does not speak HTTP");
}

#[test]
fn text_that_was_cut_off_is_not_taken() {
    for body in [
        r#"{"content":"secr","stop_type":"limit"}"#,
        r#"{"content":"secr","stop_type":"eos","truncated":true}"#,
    ] {
        check_given_up(Step::reply(200, body), 3, "cut off at the token limit");
    }
}

#[test]
fn refusals_are_tried_with_other_seeds_and_named_without_quoting() {
    let body = r#"{"error":{"type":"invalid_request_error","message":"my secret prompt"}}"#;
    check_given_up(Step::reply(400, body), 3, "(status 400, invalid_request_error)");
}

/// 2048 tokens fit. Catches a question that the server would cut or refuse, and one that is held back though it fits.
#[test]
fn question_that_does_not_fit_is_not_put() {
    let fake = Fake::start(LLAMA, vec![Step::reply(404, "{}")]);
    let client = open(&fake.url, FAST);
    let long = TextRequest { prompt: "secret ".repeat(3000), ..text_request() };
    let error = client.complete(&long).expect_err("an error").to_string();
    assert!(error.contains("longer than the server's context"), "{error}");
    // Only its tokens were to be counted.
    assert!(fake.finish().iter().all(|question| question.starts_with("POST /tokenize")));
}

#[test]
fn tokens_are_counted_by_the_server_before_a_question_is_held_back() {
    // The estimate is 3000 tokens and more; the server counts 3.
    let counted = Step::reply(200, r#"{"tokens":[1,2,3]}"#);
    let fake = Fake::start(LLAMA, vec![counted, Step::says("fine")]);
    let long = TextRequest { prompt: "aaa ".repeat(3000), ..text_request() };
    assert_eq!(open(&fake.url, FAST).complete(&long).as_deref(), Ok("fine"));
    assert_eq!(fake.finish().len(), 2);
}

#[test]
fn schema_that_wedges_a_server_is_not_sent() {
    let wedge = r#"{"type":"object","properties":{"a":{"type":"string","minLength":9,"maxLength":3}}}"#;
    let fake = Fake::start(LLAMA, vec![Step::Silence]);
    let client = open(&fake.url, FAST);
    let error = client
        .complete(&TextRequest { json_schema: wedge.to_owned(), ..json_request() })
        .expect_err("an error");
    assert!(error.to_string().contains("minimum above its maximum"));
    assert!(fake.finish().is_empty());
}

/// A server that hangs while its front says that all is well: the third question is the last that waits.
#[test]
fn wedged_server_is_left_alone() {
    let fake = Fake::start(LLAMA, vec![Step::Silence]);
    let client = open(&fake.url, Patience { deadline_ms: 200, ..FAST });
    let answers: Vec<Answer> = (0..6).map(|_| client.complete(&text_request())).collect();
    assert!(answers[..3].iter().all(|answer| matches!(answer, Err(ModelError::Timeout { .. }))));
    assert!(answers[3..].iter().all(|answer| matches!(answer, Err(ModelError::Unavailable { .. }))));
    assert_eq!(fake.finish().len(), 3);
    assert_eq!((client.spent().n_calls, client.spent().n_failed), (3, 3));
}

#[test]
fn loading_is_told_and_waited_for() {
    // A server that is not ready answers 503 to everything.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its number"));
    let thread = std::thread::spawn(move || {
        for reply in [http(503, "{}"), http(503, "{}"), http(200, LLAMA[0].1), http(404, "{}")] {
            let (mut stream, _) = listener.accept().expect("a connection");
            drop(std::io::Read::read(&mut stream, &mut [0; 4096]));
            drop(std::io::Write::write_all(&mut stream, reply.as_bytes()));
        }
    });
    assert_eq!(endpoint(&url).probe(10_000, None), Probe::Loading);
    assert!(open(&url, FAST).identity().starts_with("llama.cpp tiny.gguf "));
    thread.join().expect("the server ended");
}

#[test]
fn budget_of_tokens_ends_the_asking() {
    let fake = Fake::start(LLAMA, vec![Step::says("one two three")]);
    let budget = BudgetLimits { max_tokens: 60, max_seconds: 60 };
    let options =
        ClientOptions { patience: FAST, patience_at_start: FAST, budget, ..ClientOptions::default() };
    let client = ModelClient::open(endpoint(&fake.url), options).expect("a ready server");
    let answers: Vec<Answer> = client.complete_all(&vec![text_request(); 20]);
    let n_good = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!((2..20).contains(&n_good), "{n_good}");
    assert!(answers.iter().any(|answer| matches!(answer, Err(ModelError::OutOfBudget { .. }))));
    let spent = client.spent();
    assert!(spent.tokens_read + spent.tokens_written <= 60, "{spent:?}");
    assert_eq!(fake.finish().len(), n_good);
}

/// Catches a client that lets its questions pile up in the server's queue: a slot more than the server has is never used.
#[test]
fn no_more_questions_are_out_than_the_server_has_slots() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static OUT: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its number"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let mut stream = stream.expect("a connection");
                let mut head = [0; 8192];
                let n_read = std::io::Read::read(&mut stream, &mut head).unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..n_read]).into_owned();
                let reply = if head.starts_with("GET /props") {
                    http(200, LLAMA[0].1)
                } else if head.starts_with("GET /slots") {
                    http(200, "[{},{},{}]")
                } else {
                    let n_out = OUT.fetch_add(1, Ordering::SeqCst) + 1;
                    MOST.fetch_max(n_out, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(30));
                    OUT.fetch_sub(1, Ordering::SeqCst);
                    http(200, r#"{"content":"fine"}"#)
                };
                drop(std::io::Write::write_all(&mut stream, reply.as_bytes()));
            });
        }
    });
    let client = open(&url, FAST);
    assert_eq!(client.server().n_slots, 3);
    let answers = client.complete_all(&vec![text_request(); 12]);
    assert!(answers.iter().all(|answer| answer.as_deref() == Ok("fine")), "{answers:?}");
    assert!((2..=3).contains(&MOST.load(Ordering::SeqCst)), "{MOST:?}");
}

/// Answers come back in the order of the questions, whatever order the server takes.
#[test]
fn answers_keep_the_order_of_their_questions() {
    let fake = Fake::start(LLAMA, vec![Step::says("a"), Step::says("b"), Step::says("c")]);
    let client = open(&fake.url, FAST);
    let answers = client.complete_all(&vec![text_request(); 3]);
    let answers: Vec<&str> = answers.iter().map(|answer| answer.as_deref().expect("an answer")).collect();
    assert_eq!(answers, ["a", "b", "c"]);
}
