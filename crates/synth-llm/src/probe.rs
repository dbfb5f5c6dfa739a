//! Whether a server is ready, and what it serves.

use std::time::Duration;

use serde::Deserialize;
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

/// The part of `GET /props` that tells one model from another.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Props {
    model_path: String,
    model_alias: String,
    chat_template: String,
    build_info: String,
    default_generation_settings: Settings,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Settings {
    n_ctx: u64,
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

fn ready(body: &[u8]) -> Probe {
    match serde_json::from_slice::<Props>(body) {
        Ok(props) if !props.model_path.is_empty() || !props.model_alias.is_empty() => {
            Probe::Ready { identity: identity(&props) }
        }
        _ => unavailable("it does not tell its model".to_owned()),
    }
}

/// Names the model by its file and a hash of all that may change its answers.
///
/// The folder is part of the hash but not of the name: names end up in reports.
fn identity(props: &Props) -> String {
    let parts = [&props.model_path, &props.model_alias, &props.chat_template, &props.build_info];
    let mut bytes = props.default_generation_settings.n_ctx.to_le_bytes().to_vec();
    for part in parts {
        bytes.extend(hash_bytes(part.as_bytes()).to_le_bytes());
    }
    let path = if props.model_path.is_empty() { &props.model_alias } else { &props.model_path };
    let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = file.chars().filter(|c| !c.is_control()).take(80).collect();
    format!("llama.cpp {name} {:016x}", hash_bytes(&bytes))
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
        assert_eq!(identity_of(props[0]), identity_of(r#"{"total_slots":2,"model_path":"/models/a.gguf"}"#));
    }

    #[test]
    fn other_servers_are_told_apart() {
        for body in ["", "[]", "{}", r#"{"model_path":7}"#, "<html>"] {
            assert!(identity_of(body).contains("does not tell its model"), "{body}");
        }
    }
}
