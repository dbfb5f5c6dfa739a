//! The log of questions.

use synth_core::port::TextModel;
use synth_llm::{AuditLog, ClientOptions, ModelClient};

use crate::fake::{Fake, LLAMA, Step};
use crate::{FAST, endpoint, text_request};

#[test]
fn log_has_questions_and_answers_and_is_its_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    std::fs::write(&path, "").expect("a file that others may read");
    let fake = Fake::start(LLAMA, vec![Step::says("fine"), Step::reply(400, "{}")]);
    let audit = Some(AuditLog::open(&path).expect("a log"));
    let options =
        ClientOptions { patience: FAST, patience_at_start: FAST, audit, ..ClientOptions::default() };
    let client = ModelClient::open(endpoint(&fake.url), options).expect("a ready server");
    drop((client.complete(&text_request()), client.complete(&text_request())));
    fake.finish();
    let text = std::fs::read_to_string(&path).expect("the log");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert_eq!((&lines[0]["prompt"], &lines[0]["answer"]), (&"my secret prompt".into(), &"fine".into()));
    assert!(lines[1]["error"].as_str().expect("an error").contains("status 400"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).expect("the log").permissions().mode() & 0o077, 0);
    }
}
