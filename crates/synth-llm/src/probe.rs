//! Whether a server is ready, and what it serves.

use std::time::Duration;

use serde_json::Value;
use synth_core::hash::hash_bytes;

use crate::Endpoint;
use crate::http::{self, Fault};

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It reads its model; ask again later.
    Loading,
    /// It answers questions.
    Ready {
        /// A name that changes with the model, its prompt template, its context and the server's build.
        identity: String,
    },
    /// Nothing useful answers.
    Unavailable {
        /// What the connection said.
        reason: String,
    },
}

impl Endpoint {
    /// Asks the server how it is; both questions together take twice `timeout_ms` at most.
    ///
    /// `Ready` is the word of the server's front; a worker that hangs shows only in a late answer.
    #[must_use]
    pub fn probe(&self, timeout_ms: u64) -> Probe {
        let agent = http::agent();
        let timeout = Duration::from_millis(timeout_ms);
        match http::get(&agent, self, "/health", timeout) {
            Ok(reply) if reply.status == 200 => match http::get(&agent, self, "/props", timeout) {
                Ok(reply) if reply.status == 200 => ready(&reply.body),
                Ok(reply) => unavailable(format!("it does not tell its model (status {})", reply.status)),
                Err(fault) => unavailable(describe(&fault)),
            },
            Ok(reply) if reply.status == 503 => Probe::Loading,
            Ok(reply) => unavailable(format!("it is no model server (status {})", reply.status)),
            Err(fault) => unavailable(describe(&fault)),
        }
    }
}

pub(crate) fn describe(fault: &Fault) -> String {
    match fault {
        Fault::Refused => "nothing listens at its address".to_owned(),
        Fault::Late => "it does not answer in time".to_owned(),
        Fault::TooLarge => "its answer is too large".to_owned(),
        Fault::Broken(reason) => reason.clone(),
    }
}

fn unavailable(reason: String) -> Probe {
    Probe::Unavailable { reason }
}

/// Reads the body of `GET /props`; servers differ in which members they send.
fn ready(body: &[u8]) -> Probe {
    let props: Value = serde_json::from_slice(body).unwrap_or_default();
    match identity(&props) {
        Some(identity) => Probe::Ready { identity },
        None => unavailable("it does not tell its model".to_owned()),
    }
}

/// Names the model by its file and a hash of all that may change its answers; `None` if it has no name.
///
/// The folder is part of the hash but not of the name: names end up in reports.
fn identity(props: &Value) -> Option<String> {
    let text = |key: &str| props[key].as_str().unwrap_or_default();
    let path = [text("model_path"), text("model_alias")].into_iter().find(|path| !path.is_empty())?;
    let n_ctx = props["default_generation_settings"]["n_ctx"].as_u64().unwrap_or_default();
    let mut bytes = n_ctx.to_le_bytes().to_vec();
    for key in ["model_path", "model_alias", "chat_template", "build_info"] {
        bytes.extend(hash_bytes(text(key).as_bytes()).to_le_bytes());
    }
    let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = file.chars().filter(|c| !c.is_control()).take(80).collect();
    Some(format!("llama.cpp {name} {:016x}", hash_bytes(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity_of(props: &str) -> String {
        match ready(props.as_bytes()) {
            Probe::Ready { identity } => identity,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn identity_changes_with_whatever_changes_answers() {
        let props = [
            r#"{"model_path":"/models/a.gguf"}"#,
            r#"{"model_path":"/other/a.gguf"}"#,
            r#"{"model_path":"/models/a.gguf","chat_template":"x"}"#,
            r#"{"model_path":"/models/a.gguf","build_info":"x"}"#,
            r#"{"model_path":"/models/a.gguf","default_generation_settings":{"n_ctx":512,"n":1}}"#,
        ];
        let identities: std::collections::BTreeSet<String> = props.map(identity_of).into();
        assert_eq!(identities.len(), props.len());
        assert!(identities.iter().all(|identity| identity.starts_with("llama.cpp a.gguf ")));
        assert_eq!(
            identity_of(props[0]),
            identity_of(r#"{"chat_template":null,"model_path":"/models/a.gguf"}"#)
        );
    }

    #[test]
    fn other_servers_are_told_apart() {
        for body in ["", "[]", "null", "{}", r#"{"model_path":7}"#, "<html>"] {
            assert!(identity_of(body).contains("does not tell its model"), "{body}");
        }
    }
}
