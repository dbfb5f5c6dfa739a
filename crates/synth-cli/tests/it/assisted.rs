//! `synth profile` with a model: what it is asked, what is taken, and what happens without one.

use crate::folder::Folder;
use crate::model_server::{ModelServer, Said};

/// Says that notes are comments and supposes no relation.
fn says(_: usize, asked: &str) -> Said {
    let content = if asked.contains(" rows and these columns") {
        r#"{"dependencies": [], "keys": []}"#
    } else if asked.contains("$.note\\\" holds") {
        r#"{"meaning": "comment", "confidence": 0.7}"#
    } else {
        r#"{"meaning": "something_else", "confidence": 0.7}"#
    };
    let choice = serde_json::json!({"message": {"content": content}, "finish_reason": "stop"});
    Said::http(200, "", &serde_json::json!({"choices": [choice]}).to_string())
}

fn people() -> Folder {
    let lines: Vec<String> = (0..60)
        .map(|n| {
            let note = format!("the {n} th parcel of ours came {} days too late again", n % 7);
            format!(r#"{{"person": "Zebulon Quartz{n}", "phone": "+49 151 2345{n:04}", "note": "{note}", "level": {}}}"#, n % 9)
        })
        .collect();
    Folder::with("people.jsonl", lines.join("\n"))
}

#[test]
fn meanings_that_fit_are_taken_and_no_record_is_sent() {
    let folder = people();
    let server = ModelServer::start(says);
    let run = folder.done(&[
        "profile",
        "people.jsonl",
        "--llm",
        "require",
        "--server",
        &server.url,
        "--cache-dir",
        "answers",
        "--llm-audit",
        "audit.jsonl",
    ]);
    assert!(run.stderr.contains("of the kind meaning"), "{}", run.stderr);
    let rules = folder.text("ruleset.yaml");
    assert!(rules.contains("source: model") && rules.contains("semantic_type: comment"), "{rules}");
    assert!(folder.text("rule_hypotheses.json").contains("\"source\": \"model\""));
    let sent = server.questions().concat() + &folder.text("audit.jsonl");
    for secret in ["Quartz", "2345", "parcel", "Zebulon"] {
        assert!(!sent.contains(secret), "{secret} was sent");
        assert!(
            !folder.bytes("answers/answers.redb").windows(secret.len()).any(|part| part == secret.as_bytes())
        );
    }
    // The rules can be followed, without the server too.
    drop(server);
    folder.done(&["generate", "-n", "5", "-o", "-"]);
}

/// A sample that is learned without being told to asks nobody, and says nothing of models.
#[test]
fn nobody_is_asked_unless_it_is_wanted() {
    let folder = people();
    let server = ModelServer::start(says);
    let run = folder.done(&["profile", "people.jsonl", "--server", &server.url]);
    assert!(server.asked.lock().unwrap().is_empty() && !run.stderr.contains("model at"), "{}", run.stderr);
    let plain = folder.text("ruleset.yaml");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let args = ["profile", "people.jsonl", "--force", "--cache-dir", "answers", "--server", &url, "--llm"];
    let run = folder.done(&[&args[..], &["auto"]].concat());
    assert_eq!(run.stderr.lines().filter(|line| line.contains("no model at")).count(), 1, "{}", run.stderr);
    assert_eq!(folder.text("ruleset.yaml"), plain);
    assert_eq!(folder.synth(&[&args[..], &["require"]].concat()).code, Some(2));
}
