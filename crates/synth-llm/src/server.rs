//! Completions from a llama.cpp server.

use std::time::Duration;

use serde_json::Value;
use synth_core::port::{ModelError, TextModel, TextRequest};
use ureq::Agent;

use crate::answer::{read_completion, read_refusal};
use crate::http::{self, Fault, Reply};
use crate::probe::{Probe, describe};
use crate::retry::{Attempt, Patience, with_patience};
use crate::{Endpoint, request};

/// A server that was ready when it was opened, and the name of its model at that time.
#[derive(Debug)]
pub struct LlamaServer {
    endpoint: Endpoint,
    patience: Patience,
    identity: String,
    agent: Agent,
}

impl LlamaServer {
    /// Waits until the server has loaded its model.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unavailable`] if it is not ready when `patience` ends.
    pub fn open(endpoint: Endpoint, patience: Patience) -> Result<Self, ModelError> {
        let identity = with_patience(patience, |left| {
            // Two questions share the time that is left.
            let timeout_ms = u64::try_from(left.as_millis() / 2).unwrap_or(u64::MAX);
            match endpoint.probe(timeout_ms) {
                Probe::Ready { identity } => Attempt::Done(Ok(identity)),
                Probe::Loading => Attempt::Again(unavailable("it is still loading its model")),
                Probe::Unavailable { reason } => Attempt::Again(ModelError::Unavailable { reason }),
            }
        })?;
        Ok(Self { endpoint, patience, identity, agent: http::agent() })
    }

    fn attempt(&self, body: &Value, left: Duration) -> Attempt<String, ModelError> {
        match http::post(&self.agent, &self.endpoint, "/completion", body, left) {
            Ok(Reply { status: 200, body }) => Attempt::Done(read_completion(&body)),
            Ok(Reply { status: 503, .. }) => Attempt::Again(unavailable("it is busy or loading its model")),
            Ok(Reply { status, body }) => Attempt::Done(Err(read_refusal(status, &body))),
            Err(fault @ Fault::Refused) => Attempt::Again(unavailable(&describe(&fault))),
            Err(Fault::Late) => {
                Attempt::Done(Err(ModelError::Timeout { timeout_ms: self.patience.deadline_ms }))
            }
            Err(fault) => Attempt::Done(Err(unavailable(&describe(&fault)))),
        }
    }
}

impl TextModel for LlamaServer {
    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn complete(&self, request: &TextRequest) -> Result<String, ModelError> {
        let body = request::body(request)?;
        with_patience(self.patience, |left| self.attempt(&body, left))
    }
}

fn unavailable(reason: &str) -> ModelError {
    ModelError::Unavailable { reason: reason.to_owned() }
}
