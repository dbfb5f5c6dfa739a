//! `llm_text` from the rule file to the records, with servers of all kinds and with none.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::{Folder, Run};
use crate::model_server::{ModelServer, Said};

const RULES: &str = "version: 2
fields:
  $.id: {type: integer, generator: sequence, params: {start: 1}}
  $.notes:
    type: string
    generator: llm_text
    params:
      constraints: {min_length: 10, max_length: 60, style: customer_feedback, regex: '[A-Za-z0-9# .,]+'}
      pool_size: 6
    fallback: {generator: template, params: {template: 'Order notes for reference #{{num}}'}}
";

/// Rules of one text and the answer of the first design, which need no profile.
const DESIGN: &str = "version: 2
fields:
  $.customer.notes:
    type: string
    generator: llm_text
    params:
      constraints: {min_length: 10, max_length: 200, style: \"customer_feedback\"}
      temperature: 0.3
      max_batch: 128
    fallback: {generator: template, params: {template: \"Order notes for reference #{{num}}\"}}
";

fn sentence(n: usize) -> String {
    let words = ["amber", "bread", "cloud", "dusty", "eager", "frost", "grape", "honey", "ivory", "jolly"];
    format!(
        "The {} of number {} was {} {}.",
        words[n % 10],
        n * 7,
        words[n / 10 % 10],
        words[(n * 3 + 1) % 10]
    )
}

fn folder(rules: &str) -> Folder {
    Folder::with("ruleset.yaml", rules)
}

/// Makes twelve records with a server; what is kept is kept in the folder.
fn generate(folder: &Folder, url: &str, more: &[&str]) -> Run {
    let fixed = ["generate", "-n", "12", "-o", "-", "--server", url, "--cache-dir", "answers"];
    folder.synth(&[&fixed, more].concat())
}

fn notes(run: &Run) -> Vec<String> {
    let text = String::from_utf8(run.stdout.clone()).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.map(|record| record["notes"].as_str().unwrap().to_owned()).collect()
}

/// A server that always, or after some good answers, does something wrong: the run ends well and in time, every text
/// keeps its rule, and the fault is told.
#[track_caller]
fn check_fault(told: &str, fault: impl Fn(usize) -> Said + Send + Sync + 'static) {
    let server = ModelServer::start(move |n, _| if n < 2 { Said::text(&sentence(n)) } else { fault(n) });
    let folder = folder(RULES);
    let start = Instant::now();
    let run = generate(&folder, &server.url, &["--llm-timeout", "1", "--llm-retries", "1"]);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let notes = notes(&run);
    assert_eq!(notes.len(), 12);
    let is_written = |text: &&String| text.starts_with("The ");
    assert!(notes.iter().all(|text| is_written(&text) || text.starts_with("Order notes for")), "{notes:?}");
    assert!(notes.iter().all(|text| (10..=60).contains(&text.len())), "{notes:?}");
    assert_eq!(notes.iter().filter(is_written).collect::<BTreeSet<_>>().len(), 2, "{notes:?}");
    assert!(
        run.stderr.contains("2 of 6 texts written, the others are made by the fallback"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains(told), "no `{told}` in {}", run.stderr);
    check_told(&folder, &server.url, told);
}

/// The report tells of texts that the model did not write, with the reason, and the data keep their rules all the same.
#[track_caller]
fn check_told(folder: &Folder, url: &str, told: &str) {
    let args =
        ["generate", "-n", "12", "-o", "made.jsonl", "--log", "--server", url, "--cache-dir", "answers"];
    folder.done(&[&args[..], &["--llm-timeout", "1", "--llm-retries", "1"]].concat());
    let args = ["validate", "--real", "made.jsonl", "--synthetic", "made.jsonl", "--rules", "ruleset.yaml"];
    folder.synth(&args);
    let report = folder.json("report.json");
    let found = report["findings"].as_array().unwrap().iter().find(|found| found["kind"] == "model_texts");
    let found = found.unwrap_or_else(|| panic!("no finding in {}", report["findings"]));
    let problem = found["problem"].as_str().unwrap();
    assert_eq!(found["path"], "$.notes");
    assert!(problem.contains("of 6 texts") && problem.contains(told), "{problem}");
    assert!(report["checks"].as_array().unwrap().iter().all(|check| check["status"] != "failed"), "{report}");
    assert!(folder.text("report.html").contains("Language model"));
}

/// A server that is told by its routes to be one that answers questions, and gives other numbers of texts than asked for.
#[test]
fn fault_wrong_count() {
    let answer = |n_texts: usize| {
        let items: Vec<String> = (0..n_texts).map(sentence).collect();
        let content = serde_json::json!({"items": items}).to_string();
        let choice = serde_json::json!({"message": {"content": content}, "finish_reason": "stop"});
        serde_json::json!({"choices": [choice]}).to_string()
    };
    for n_texts in [0, 1, 9] {
        let server = ModelServer::start_openai(move |_, _| Said::http(200, "", &answer(n_texts)));
        let folder = folder(RULES);
        let run = generate(&folder, &server.url, &["--llm-timeout", "2", "--llm-retries", "1"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(notes(&run).iter().all(|text| text.starts_with("Order notes for")), "{}", run.stderr);
        assert!(run.stderr.contains("0 of 6 texts written"), "{}", run.stderr);
        assert!(server.questions()[0].starts_with("POST /v1/chat/completions"));
        check_told(&folder, &server.url, "the answer is not usable");
    }
}

/// A server that is busy once is asked again, and all is well: there is nothing to tell.
#[test]
fn fault_status_503_then_fine() {
    let server =
        ModelServer::start(|n, _| if n == 0 { Said::http(503, "", "{}") } else { Said::text(&sentence(n)) });
    let run = generate(&folder(RULES), &server.url, &[]);
    assert!(run.stderr.contains("6 of 6 texts written"), "{}", run.stderr);
    assert!(notes(&run).iter().all(|text| text.starts_with("The ")), "{}", run.stderr);
}

#[test]
fn fault_hang() {
    check_fault("no answer within 1000 ms", |_| Said::Silence);
}

#[test]
fn fault_slow_drip() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n".to_owned();
    check_fault("no answer within 1000 ms", move |_| {
        Said::Drip((head.clone() + &"x".repeat(90_000)).into_bytes())
    });
}

#[test]
fn fault_status_500() {
    check_fault("it failed (status 500)", |_| Said::http(500, "", "{}"));
}

#[test]
fn fault_status_503() {
    check_fault("it is busy or loading its model", |_| Said::http(503, "", "{}"));
}

#[test]
fn fault_status_429() {
    check_fault("it is busy", |_| Said::http(429, "Retry-After: 3600\r\n", "{}"));
}

#[test]
fn fault_status_400() {
    let body = r#"{"error":{"type":"exceed_context_size_error"}}"#;
    check_fault("(status 400, exceed_context_size_error)", |_| Said::http(400, "", body));
}

#[test]
fn fault_truncated_json() {
    check_fault("it sent no completion", |_| Said::http(200, "", r#"{"content":"The bre"#));
}

#[test]
fn fault_cut_off() {
    let body = r#"{"content":"The bre","stop_type":"limit"}"#;
    check_fault("cut off at the token limit", |_| Said::http(200, "", body));
}

#[test]
fn fault_wrong_type() {
    check_fault("it sent no completion", |_| Said::http(200, "", r#"{"content":["The bread"]}"#));
}

#[test]
fn fault_huge_answer() {
    check_fault("its answer is too large", |_| Said::http(200, "", &"x".repeat(17 << 20)));
}

#[test]
fn fault_invalid_utf8() {
    let bytes = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"content\":\"\xff\xfe\"}";
    check_fault("it sent no completion", |_| Said::Bytes(bytes.to_vec()));
}

#[test]
fn fault_redirect() {
    check_fault("it sends elsewhere (status 302)", |_| {
        Said::http(302, "Location: http://example.test/\r\n", "")
    });
}

#[test]
fn fault_connection_cut() {
    check_fault("is not available", |_| Said::Bytes(Vec::new()));
}

#[test]
fn fault_wrong_content_type() {
    check_fault("it sent no completion", |_| Said::http(200, "Content-Type: text/html\r\n", "<html>"));
}

#[test]
fn fault_empty_answers() {
    check_fault("too short", |_| Said::text(""));
}

#[test]
fn fault_all_duplicates() {
    check_fault("said before", |_| Said::text(&sentence(0)));
}

#[test]
fn fault_out_of_regex() {
    check_fault("not of the regular expression", |n| {
        Said::text(&format!("The text {n} has (brackets) in it"))
    });
}

#[test]
fn fault_too_long() {
    check_fault("too long", |_| Said::text(&"The end never comes ".repeat(50)));
}

#[test]
fn fault_verbatim_copies() {
    let copied = "The soup was cold and the bread was hard";
    let rules = RULES.replace("pool_size: 6", &format!("pool_size: 6\n      examples: ['{copied}']"));
    let server =
        ModelServer::start(move |n, _| Said::text(&if n < 2 { sentence(n) } else { copied.to_owned() }));
    let folder = folder(&rules);
    let run = generate(&folder, &server.url, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("like an example"), "{}", run.stderr);
    assert!(notes(&run).iter().all(|text| text != copied));
    check_told(&folder, &server.url, "like an example");
}

/// With the real data at hand no text of theirs passes, nor six words of one, though the rules do not know them; their
/// words are kept nowhere.
#[test]
fn real_texts_are_not_repeated() {
    let real = "The lift was out of order and nobody had told us";
    let folder = folder(RULES);
    folder.write("real.jsonl", format!("{{\"a\": [{{\"b\": \"{real}.\"}}]}}\n"));
    let server = ModelServer::start(move |n, _| match n % 3 {
        0 => Said::text(&sentence(n)),
        1 => Said::text(&real.to_uppercase()),
        _ => Said::text("Again out of order and nobody had told me"),
    });
    let run = generate(&folder, &server.url, &["--guard", "real.jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("with words of the real data"), "{}", run.stderr);
    assert!(notes(&run).iter().all(|text| !text.to_lowercase().contains("out of order")), "{}", run.stderr);
    let run = generate(&folder, &server.url, &["--no-llm-cache"]);
    assert!(notes(&run).iter().any(|text| text.to_lowercase().contains("out of order")), "{}", run.stderr);
    assert!(!server.questions().concat().contains("out of order"));
}

#[test]
fn fault_refused_connection() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let folder = folder(RULES);
    let run = generate(&folder, &url, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let told: Vec<&str> = run.stderr.lines().filter(|line| line.contains("no model at")).collect();
    assert_eq!(told.len(), 1, "{}", run.stderr);
    assert_eq!(run.stdout, generate(&folder, &url, &["--llm", "off"]).stdout);
    check_told(&folder, &url, "is not available");
    assert!(!generate(&folder, &url, &["--llm", "off"]).stderr.contains("model"));
    for when in ["require", "replay"] {
        // `require` waits for a server that may still load its model, but not for one that is not there.
        let run = generate(&folder, &url, &["--llm", when]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
    }
}

#[test]
fn fault_slow_to_connect() {
    // It never accepts.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let start = Instant::now();
    let folder = folder(RULES);
    let run = generate(&folder, &url, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("does not answer in time"), "{}", run.stderr);
    assert!(start.elapsed() < Duration::from_secs(20));
    check_told(&folder, &url, "does not answer in time");
}

/// Rules without `llm_text` never look for a server.
#[test]
fn rules_without_texts_ask_nobody() {
    let server = ModelServer::start(|n, _| Said::text(&sentence(n)));
    let rules = "version: 2\nfields:\n  $.notes: {type: string, generator: faker, params: {method: text}}\n";
    let folder = folder(rules);
    let run = generate(&folder, &server.url, &[]);
    assert!(server.asked.lock().unwrap().is_empty());
    assert_eq!(run.stdout, generate(&folder, &server.url, &["--llm", "off"]).stdout);
    assert_eq!(folder.names(), ["ruleset.yaml"]);
}

#[test]
fn second_run_asks_nothing_and_the_third_needs_no_server() {
    let folder = folder(RULES);
    let server = ModelServer::start(|n, _| match n % 3 {
        0 => Said::text(""),
        _ => Said::text(&sentence(n)),
    });
    let first = generate(&folder, &server.url, &[]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let n_asked = server.questions().len();
    let second = generate(&folder, &server.url, &[]);
    assert_eq!(server.questions().len(), n_asked);
    assert_eq!(second.stdout, first.stdout);
    assert!(second.stderr.contains(&format!("answers {n_asked} of {n_asked} kept")), "{}", second.stderr);
    let url = server.url.clone();
    drop(server);
    for when in ["replay", "auto"] {
        let third = generate(&folder, &url, &["--llm", when]);
        assert_eq!(third.code, Some(0), "{}", third.stderr);
        assert_eq!(third.stdout, first.stdout, "{}", third.stderr);
    }
    let stats = folder.done(&["cache", "stats", "--cache-dir", "answers"]);
    assert!(stats.stderr.starts_with(&format!("{n_asked} answers, ")), "{}", stats.stderr);
    let kept = folder.done(&["cache", "purge", "--expired", "1000", "--cache-dir", "answers"]);
    assert!(kept.stderr.starts_with("0 answers forgotten"), "{}", kept.stderr);
    let gone = folder.done(&["cache", "purge", "--cache-dir", "answers"]);
    assert!(gone.stderr.starts_with(&format!("{n_asked} answers forgotten")), "{}", gone.stderr);
    assert_eq!(generate(&folder, &url, &["--llm", "replay"]).code, Some(2));
}

/// Other rules, another seed or another model are other questions.
#[test]
fn what_is_kept_is_for_the_same_question() {
    let folder = folder(RULES);
    let server = ModelServer::start(|n, _| Said::text(&sentence(n)));
    generate(&folder, &server.url, &[]);
    let n_asked = server.questions().len();
    generate(&folder, &server.url, &["--seed", "7"]);
    assert!(server.questions().len() > n_asked);
    let n_asked = server.questions().len();
    folder.write("ruleset.yaml", RULES.replace("customer_feedback", "complaints"));
    generate(&folder, &server.url, &[]);
    assert!(server.questions().len() > n_asked);
    let n_asked = server.questions().len();
    generate(&folder, &server.url, &["--no-llm-cache"]);
    assert!(server.questions().len() > n_asked);
}

/// A run that is killed leaves its answers behind, and a file that works.
#[test]
fn killed_runs_leave_their_answers() {
    let rules = RULES.replace("pool_size: 6", "pool_size: 40");
    let folder = folder(&rules);
    let server = ModelServer::start(|n, _| if n < 25 { Said::text(&sentence(n)) } else { Said::Silence });
    let args = ["generate", "-n", "9", "-o", "-", "--server", &server.url, "--cache-dir", "answers"];
    let mut run = folder
        .command(&args)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while server.questions().len() < 26 && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let stats = folder.done(&["cache", "stats", "--cache-dir", "answers"]);
    assert!(stats.stderr.starts_with("16 answers, "), "{}", stats.stderr);
}

/// Two runs at once share the file: both end well, and all answers are there.
#[test]
fn two_runs_share_the_answers() {
    let folder = folder(RULES);
    let server = ModelServer::start(|n, _| {
        std::thread::sleep(Duration::from_millis(10));
        Said::text(&sentence(n))
    });
    let start = |seed: &str| {
        let args = [
            "generate",
            "-n",
            "9",
            "-o",
            "-",
            "--server",
            &server.url,
            "--cache-dir",
            "answers",
            "--seed",
            seed,
        ];
        folder
            .command(&args)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    for run in ["1", "2", "3"].map(start) {
        let output = run.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && !told.contains("could not be used"), "{told}");
    }
    let stats = folder.done(&["cache", "stats", "--cache-dir", "answers"]);
    assert!(stats.stderr.starts_with(&format!("{} answers", server.questions().len())), "{}", stats.stderr);
}

#[test]
fn the_example_of_the_design_works() {
    let folder = folder(DESIGN);
    let run = folder.done(&["generate", "-n", "5", "-o", "-", "--llm", "off"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.lines().all(|line| line.contains("\"Order notes for reference #")), "{text}");
    let server = ModelServer::start(|n, _| Said::text(&sentence(n)));
    let run = generate(&folder, &server.url, &["--llm", "require"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(String::from_utf8(run.stdout).unwrap().lines().all(|line| line.contains("\"The ")));
    let question = &server.questions()[0];
    assert!(
        question.contains("\"temperature\": 0.3") && question.contains("customer feedback"),
        "{question}"
    );
}

#[test]
fn require_fails_where_texts_are_missing() {
    let server = ModelServer::start(|n, _| if n < 2 { Said::text(&sentence(n)) } else { Said::text("") });
    let run = generate(&folder(RULES), &server.url, &["--llm", "require"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stdout.is_empty());
}

#[test]
fn budget_of_tokens_is_kept() {
    let server = ModelServer::start(|n, _| Said::text(&sentence(n)));
    let run = generate(&folder(RULES), &server.url, &["--llm-max-tokens", "200"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("no tokens are left"), "{}", run.stderr);
}

/// Other machines are spoken to only when that is allowed; and whatever happens, no other address than the one given.
#[test]
fn no_other_address_is_contacted() {
    let other = ModelServer::start(|n, _| Said::text(&sentence(n)));
    let elsewhere = format!("Location: {}/completion\r\n", other.url);
    let server = ModelServer::start(move |_, _| Said::http(307, &elsewhere, ""));
    let folder = folder(RULES);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        let args = ["generate", "-n", "3", "-o", "-", "--server", &server.url, "--cache-dir", "answers"];
        let output = folder.command(&args).env(proxy, &other.url).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    assert!(!server.questions().is_empty());
    assert!(other.asked.lock().unwrap().is_empty(), "{:?}", other.asked);
    for url in ["http://192.0.2.1:8080", "http://example.test", "http://0.0.0.0:1", "https://127.0.0.1:1"] {
        let run = generate(&folder, url, &[]);
        assert_eq!(run.code, Some(2), "{url}: {}", run.stderr);
        assert!(run.stderr.contains("error[llm/"), "{}", run.stderr);
    }
}

#[test]
fn settings_come_from_the_environment_and_the_file() {
    let server = ModelServer::start(|n, _| Said::text(&sentence(n)));
    let folder = folder(RULES);
    let args = ["generate", "-n", "3", "-o", "-"];
    let output = folder
        .command(&args)
        .env("SYNTH_LLM_BASE_URL", &server.url)
        .env("SYNTH_CACHE_DIR", "answers")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(server.questions().len(), 6);
    folder.write(
        "synth.toml",
        format!("cache_dir = 'answers'\n[llm]\nbase_url = '{}'\n[llm.cache]\nenabled = false\n", server.url),
    );
    folder.done(&args);
    assert_eq!(server.questions().len(), 12);
}

#[test]
fn log_tells_of_texts() {
    let server = ModelServer::start(|n, _| if n < 4 { Said::text(&sentence(n)) } else { Said::text("") });
    let folder = folder(RULES);
    let args = [
        "generate",
        "-n",
        "3",
        "-o",
        "a.jsonl",
        "--log",
        "--server",
        &server.url,
        "--no-llm-cache",
        "--llm-audit",
        "audit.jsonl",
    ];
    folder.done(&args);
    let log = folder.text("generation.log");
    let line = log.lines().find(|line| line.contains("\"texts\"")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["wanted"], &line["written"]), (&6.into(), &4.into()));
    assert!(log.contains("\"tokens_read\""));
    assert_eq!(folder.text("audit.jsonl").lines().count(), server.questions().len());
}
