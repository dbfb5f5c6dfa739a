//! Whether a server is ready, which dialect it speaks, and what it serves.

use std::time::Duration;

use serde_json::Value;
use synth_core::hash::hash_bytes;
use ureq::Agent;

use crate::Endpoint;
use crate::backend::Backend;
use crate::http::{self, Fault, Reply};

/// Most questions that are ever put at once, whatever a server says of itself.
const MAX_SLOTS: usize = 64;

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It reads its model; ask again later.
    Loading,
    /// It answers questions.
    Ready(Server),
    /// Nothing useful answers.
    Unavailable {
        /// What the connection said.
        reason: String,
    },
}

/// What a server can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its dialect.
    pub backend: Backend,
    /// A name that changes with the model, its prompt template, its context and the server's build.
    pub identity: String,
    /// The model as requests name it; empty for a server of one model.
    pub model: String,
    /// Questions it works on at once.
    pub n_slots: usize,
    /// Tokens of a question and its answer, where it says so.
    pub n_context: Option<u64>,
    /// It tells whether a slot is free.
    pub tells_slots: bool,
}

impl Endpoint {
    /// Asks the server how it is and what it is; all questions together take four times `timeout_ms` at most.
    ///
    /// `wanted` names the model where a server has several; the first of them if left out. `Ready` is the word of the
    /// server's front; a worker that hangs shows only in a late answer.
    #[must_use]
    pub fn probe(&self, timeout_ms: u64, wanted: Option<&str>) -> Probe {
        let agent = http::agent();
        let ask = |route: &str| http::get(&agent, self, route, Duration::from_millis(timeout_ms));
        match ask("/props") {
            Err(fault) => return unavailable(describe(&fault)),
            Ok(Reply { status: 503, .. }) => return Probe::Loading,
            Ok(Reply { status: 200, body, .. }) => {
                if let Some(server) = llama_cpp(&body) {
                    let slots = n_slots(&agent, self, timeout_ms);
                    let n_slots = slots.unwrap_or(server.n_slots).clamp(1, MAX_SLOTS);
                    return Probe::Ready(Server { n_slots, tells_slots: slots.is_some(), ..server });
                }
            }
            Ok(Reply { status: 300..=399, .. }) => return unavailable("it sends elsewhere".to_owned()),
            Ok(_) => {}
        }
        let others = [
            ("/api/tags", ollama as fn(&[u8], Option<&str>) -> Result<Server, String>),
            ("/v1/models", open_ai),
        ];
        for (route, read) in others {
            match ask(route) {
                Ok(Reply { status: 200, body, .. }) => {
                    return read(&body, wanted).map_or_else(unavailable, Probe::Ready);
                }
                Ok(Reply { status: 503, .. }) => return Probe::Loading,
                Ok(_) => {}
                Err(fault) => return unavailable(describe(&fault)),
            }
        }
        unavailable("it is no model server that is known here".to_owned())
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

fn n_slots(agent: &Agent, endpoint: &Endpoint, timeout_ms: u64) -> Option<usize> {
    match http::get(agent, endpoint, "/slots", Duration::from_millis(timeout_ms)) {
        Ok(Reply { status: 200, body, .. }) => {
            let slots: Vec<Value> = serde_json::from_slice(&body).ok()?;
            Some(slots.len()).filter(|n_slots| *n_slots > 0)
        }
        // A server may keep its slots to itself.
        _ => None,
    }
}

/// Reads the body of llama.cpp's `GET /props`; builds differ in which members they send.
///
/// The model is named by its file and a hash of all that may change its answers; the folder is part of the hash but not
/// of the name, because names end up in reports.
fn llama_cpp(body: &[u8]) -> Option<Server> {
    let props: Value = serde_json::from_slice(body).ok()?;
    let text = |key: &str| props[key].as_str().unwrap_or_default();
    let path = [text("model_path"), text("model_alias")].into_iter().find(|path| !path.is_empty())?;
    let n_context = props["default_generation_settings"]["n_ctx"].as_u64();
    let mut bytes = n_context.unwrap_or_default().to_le_bytes().to_vec();
    for key in ["model_path", "model_alias", "chat_template", "build_info"] {
        bytes.extend(hash_bytes(text(key).as_bytes()).to_le_bytes());
    }
    let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let n_slots = props["total_slots"].as_u64().and_then(|n_slots| usize::try_from(n_slots).ok());
    Some(Server {
        backend: Backend::LlamaCpp,
        identity: format!("llama.cpp {} {:016x}", plain(file), hash_bytes(&bytes)),
        model: String::new(),
        n_slots: n_slots.unwrap_or(1),
        n_context,
        tells_slots: false,
    })
}

/// Reads the body of Ollama's `GET /api/tags`.
fn ollama(body: &[u8], wanted: Option<&str>) -> Result<Server, String> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let models = answer["models"].as_array().cloned().unwrap_or_default();
    let is_wanted = |name: &str, wanted: &str| name == wanted || name.strip_suffix(":latest") == Some(wanted);
    let model = chosen(&models, "name", wanted, is_wanted)?;
    let name = model["name"].as_str().unwrap_or_default();
    let digest = model["digest"].as_str().unwrap_or_default();
    Ok(Server {
        backend: Backend::Ollama,
        identity: format!("Ollama {} {:016x}", plain(name), hash_bytes(digest.as_bytes())),
        model: name.to_owned(),
        // It queues by itself and tells nobody how many it takes.
        n_slots: 1,
        n_context: None,
        tells_slots: false,
    })
}

/// Reads the body of `GET /v1/models`; vLLM signs it.
fn open_ai(body: &[u8], wanted: Option<&str>) -> Result<Server, String> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let models = answer["data"].as_array().cloned().unwrap_or_default();
    let model = chosen(&models, "id", wanted, |id, wanted| id == wanted)?;
    let id = model["id"].as_str().unwrap_or_default();
    let is_vllm = model["owned_by"] == "vllm";
    let backend = if is_vllm { Backend::Vllm } else { Backend::OpenAi };
    let rest = format!("{} {} {}", model["root"], model["max_model_len"], model["created"].is_null());
    Ok(Server {
        backend,
        identity: format!(
            "{} {} {:016x}",
            backend.name(),
            plain(id),
            hash_bytes(format!("{id} {rest}").as_bytes())
        ),
        model: id.to_owned(),
        // vLLM works on many questions at once.
        n_slots: if is_vllm { 8 } else { 2 },
        n_context: model["max_model_len"].as_u64(),
        tells_slots: false,
    })
}

fn chosen(
    models: &[Value],
    key: &str,
    wanted: Option<&str>,
    is_wanted: impl Fn(&str, &str) -> bool,
) -> Result<Value, String> {
    let named = |model: &&Value| model[key].as_str().is_some_and(|name| !name.is_empty());
    let mut models = models.iter().filter(named);
    let found = match wanted {
        Some(wanted) => models.find(|model| is_wanted(model[key].as_str().unwrap_or_default(), wanted)),
        None => models.next(),
    };
    found.cloned().ok_or_else(|| match wanted {
        Some(_) => "it does not have the model that was asked for".to_owned(),
        None => "it does not tell its model".to_owned(),
    })
}

/// A name without what could break a line of a log.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity_of(props: &str) -> String {
        llama_cpp(props.as_bytes()).map(|server| server.identity).unwrap_or_default()
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
    fn other_bodies_are_no_llama_cpp() {
        for body in ["", "[]", "null", "{}", r#"{"model_path":7}"#, "<html>"] {
            assert_eq!(llama_cpp(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn models_are_chosen_by_name() {
        let tags = br#"{"models":[{"name":"a:latest","digest":"1"},{"name":"b:7b","digest":"2"}]}"#;
        assert_eq!(ollama(tags, None).unwrap().model, "a:latest");
        assert_eq!(ollama(tags, Some("a")).unwrap().model, "a:latest");
        assert_eq!(ollama(tags, Some("b:7b")).unwrap().model, "b:7b");
        assert!(ollama(tags, Some("c")).unwrap_err().contains("does not have the model"));
        assert!(ollama(b"{}", None).unwrap_err().contains("does not tell its model"));
    }

    #[test]
    fn vllm_is_told_from_others() {
        let vllm = open_ai(br#"{"data":[{"id":"m","owned_by":"vllm","max_model_len":512}]}"#, None).unwrap();
        assert_eq!((vllm.backend, vllm.n_context), (Backend::Vllm, Some(512)));
        let other = open_ai(br#"{"data":[{"id":"m","owned_by":"me"}]}"#, None).unwrap();
        assert_eq!(other.backend, Backend::OpenAi);
        assert_ne!(vllm.identity, other.identity);
    }
}
