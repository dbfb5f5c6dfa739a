//! Questions to one server, within all limits.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use synth_core::Seed;
use synth_core::hash::hash_bytes;
use synth_core::port::{ModelError, PromptStyle, TextModel, TextRequest};
use ureq::Agent;

use crate::Endpoint;
use crate::answer::{bad, read_refusal, validated};
use crate::audit::AuditLog;
use crate::backend::{Backend, Completion};
use crate::gate::{Breaker, Slots};
use crate::http::{self, Fault, Reply};
use crate::probe::{Probe, Server, describe};
use crate::request::{self, Checked, refused};
use crate::retry::{Attempt, Patience, with_patience};
use crate::tokens::{Budget, BudgetLimits, Spent, estimate_tokens};

/// How often a question is put anew, with another seed, when its answer cannot be used.
const MAX_TRIES: u32 = 3;

/// How a server is used.
#[derive(Debug, Default)]
pub struct ClientOptions {
    /// The model to ask, where a server has several.
    pub model: Option<String>,
    /// How long a question may take.
    pub patience: Patience,
    /// How long the server has to say what it is.
    pub patience_at_start: Patience,
    /// What all questions together may cost.
    pub budget: BudgetLimits,
    /// Where questions and answers are noted.
    pub audit: Option<AuditLog>,
}

/// A server that was ready when it was opened.
#[derive(Debug)]
pub struct ModelClient {
    endpoint: Endpoint,
    server: Server,
    patience: Patience,
    budget: Budget,
    slots: Slots,
    breaker: Breaker,
    audit: Option<AuditLog>,
    agent: Agent,
}

impl ModelClient {
    /// Finds out what the server is; one that still loads its model is waited for.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unavailable`] if it is not ready when the patience ends.
    pub fn open(endpoint: Endpoint, options: ClientOptions) -> Result<Self, ModelError> {
        let model = options.model.as_deref();
        let server = with_patience(options.patience_at_start, 0, |left| {
            // Up to four questions share the time that is left.
            let timeout_ms = u64::try_from(left.as_millis() / 4).unwrap_or(u64::MAX);
            match endpoint.probe(timeout_ms, model) {
                Probe::Ready(server) => Attempt::Done(Ok(server)),
                Probe::Loading => again(unavailable("it is still loading its model")),
                Probe::Unavailable { reason } => Attempt::Done(Err(ModelError::Unavailable { reason })),
            }
        })?;
        Ok(Self {
            slots: Slots::new(server.n_slots),
            endpoint,
            server,
            patience: options.patience,
            budget: Budget::new(options.budget),
            breaker: Breaker::default(),
            audit: options.audit,
            agent: http::agent(),
        })
    }

    /// Returns what the server can do.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Returns what was spent so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.budget.spent()
    }

    /// Counts the tokens of a text: exactly where the server counts for others, else by estimate.
    #[must_use]
    pub fn count_tokens(&self, text: &str) -> u64 {
        let estimate = estimate_tokens(text);
        if self.server.backend != Backend::LlamaCpp {
            return estimate;
        }
        let body = json!({"content": text});
        let reply = http::post(&self.agent, &self.endpoint, "/tokenize", &body, Duration::from_secs(5));
        let tokens = reply.ok().filter(|reply| reply.status == 200);
        let tokens: Option<Value> = tokens.and_then(|reply| serde_json::from_slice(&reply.body).ok());
        let counted = tokens.and_then(|tokens| tokens["tokens"].as_array().map(Vec::len));
        counted.map_or(estimate, synth_core::cast::to_u64)
    }

    /// Refuses a question that does not fit into the server's memory: some servers would cut it without a word.
    fn check_room(&self, request: &TextRequest) -> Result<(), ModelError> {
        let Some(room) = self.server.n_context else { return Ok(()) };
        let fits = |n_tokens: u64| n_tokens + u64::from(request.max_tokens) <= room;
        if fits(estimate_tokens(&request.prompt)) || fits(self.count_tokens(&request.prompt)) {
            return Ok(());
        }
        Err(refused("it is longer than the server's context"))
    }

    /// Asks until an answer can be used, the tries are used up, or the time is.
    fn ask(&self, request: &TextRequest) -> Result<String, ModelError> {
        let checked = request::check(request)?;
        self.check_room(request)?;
        let start = Instant::now();
        let deadline = Duration::from_millis(self.patience.deadline_ms);
        let late = || ModelError::Timeout { timeout_ms: self.patience.deadline_ms };
        let mut last = late();
        for n_tried in 0..MAX_TRIES {
            let left = deadline.saturating_sub(start.elapsed());
            if left.is_zero() {
                break;
            }
            let place = self.slots.wait(left).ok_or_else(late)?;
            let left = deadline.saturating_sub(start.elapsed());
            let answer = self.try_once(&varied(request, n_tried), &checked, left);
            drop(place);
            match answer {
                // The answer is bad, the server is not: another seed may bring a better one.
                Err(error @ ModelError::BadAnswer { .. }) => last = error,
                done => return done,
            }
        }
        Err(last)
    }

    /// Asks one question with one seed, again and again as long as it is the connection that fails.
    fn try_once(
        &self,
        request: &TextRequest,
        checked: &Checked,
        left: Duration,
    ) -> Result<String, ModelError> {
        let question = self.server.backend.question(&self.server.model, request, checked.sent.clone());
        let patience =
            Patience { deadline_ms: u64::try_from(left.as_millis()).unwrap_or(u64::MAX), ..self.patience };
        let salt = hash_bytes(request::key(request).as_bytes());
        let claim = estimate_tokens(&request.prompt) + u64::from(request.max_tokens);
        let completion = with_patience(patience, salt, |left| {
            if let Some(last) = self.breaker.holds_back() {
                let reason = format!("it is left alone, as it failed several times in a row: {last}");
                return Attempt::Done(Err(ModelError::Unavailable { reason }));
            }
            let left = match self.budget.claim(claim) {
                Ok(time) => left.min(time),
                Err(error) => return Attempt::Done(Err(error)),
            };
            let attempt = match self.wait_for_slot(left) {
                Some(left) => self.attempt(question.route, &question.body, left),
                None => Attempt::Done(Err(self.late())),
            };
            let spent = match &attempt {
                Attempt::Done(Ok(completion)) => Some(spent(request, completion)),
                _ => None,
            };
            self.budget.settle(claim, spent);
            match &attempt {
                Attempt::Done(Ok(_) | Err(ModelError::BadAnswer { .. })) => self.breaker.succeeded(),
                Attempt::Done(Err(error)) | Attempt::Again(error, _) => self.breaker.failed(reason(error)),
            }
            attempt
        })?;
        if completion.is_cut {
            return Err(bad("it was cut off at the token limit"));
        }
        if checked.validator.is_some() {
            validated(&completion.text, checked.validator.as_ref())?;
        }
        Ok(completion.text)
    }

    /// Waits until the server has a slot to spare, where it tells; others may ask it, too. Returns the time that is left.
    fn wait_for_slot(&self, patience: Duration) -> Option<Duration> {
        let start = Instant::now();
        loop {
            let left = patience.checked_sub(start.elapsed()).filter(|left| !left.is_zero())?;
            if !self.server.tells_slots {
                return Some(left);
            }
            let route = "/slots?fail_on_no_slot=1";
            match http::get(&self.agent, &self.endpoint, route, left.min(Duration::from_secs(5))) {
                Ok(Reply { status: 503, .. }) => std::thread::sleep(left.min(Duration::from_millis(100))),
                // Whatever else is wrong shows in the question itself.
                _ => return patience.checked_sub(start.elapsed()),
            }
        }
    }

    fn attempt(&self, route: &str, body: &Value, left: Duration) -> Attempt<Completion, ModelError> {
        match http::post(&self.agent, &self.endpoint, route, body, left) {
            Ok(Reply { status: 200, body, .. }) => match self.server.backend.read(route, &body) {
                Ok(completion) => Attempt::Done(Ok(completion)),
                // Half a body, or that of something in between: it is not the question that is at fault.
                Err(_) => again(unavailable("it sent no completion")),
            },
            Ok(Reply { status: 429 | 503, retry_after_s, .. }) => {
                let pause = Duration::from_secs(retry_after_s.unwrap_or(0));
                Attempt::Again(unavailable("it is busy or loading its model"), pause)
            }
            Ok(Reply { status: status @ 500..=599, .. }) => {
                again(unavailable(&format!("it failed (status {status})")))
            }
            Ok(Reply { status: status @ 300..=399, .. }) => {
                Attempt::Done(Err(unavailable(&format!("it sends elsewhere (status {status})"))))
            }
            Ok(Reply { status, body, .. }) => Attempt::Done(Err(read_refusal(status, &body))),
            Err(Fault::Late) => Attempt::Done(Err(self.late())),
            Err(fault) => again(unavailable(&describe(&fault))),
        }
    }

    fn late(&self) -> ModelError {
        ModelError::Timeout { timeout_ms: self.patience.deadline_ms }
    }
}

impl TextModel for ModelClient {
    fn identity(&self) -> String {
        self.server.identity.clone()
    }

    fn style(&self) -> PromptStyle {
        self.server.backend.style()
    }

    fn complete(&self, request: &TextRequest) -> Result<String, ModelError> {
        let answer = self.ask(request);
        if let Some(audit) = &self.audit {
            audit.note(request, &answer);
        }
        answer
    }

    /// As many at once as the server has slots.
    fn complete_all(&self, requests: &[TextRequest]) -> Vec<Result<String, ModelError>> {
        let n_threads = self.server.n_slots.min(requests.len());
        let next = AtomicUsize::new(0);
        let answers: Vec<Mutex<Option<Result<String, ModelError>>>> =
            requests.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 0..n_threads {
                scope.spawn(|| {
                    while let Some((request, answer)) = {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        requests.get(at).zip(answers.get(at))
                    } {
                        let found = self.complete(request);
                        *answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
                    }
                });
            }
        });
        let whole = |answer: Mutex<Option<_>>| {
            let answer = answer.into_inner().unwrap_or_else(PoisonError::into_inner);
            answer.unwrap_or_else(|| Err(unavailable("the question was not put")))
        };
        answers.into_iter().map(whole).collect()
    }
}

/// The same question for another try: another seed, and more room for an answer that follows a schema.
fn varied(request: &TextRequest, n_tried: u32) -> TextRequest {
    if n_tried == 0 {
        return request.clone();
    }
    let bits = Seed::root(u64::from(request.seed)).bits(u64::from(n_tried));
    let seed = u32::try_from(bits >> 32).unwrap_or(request.seed);
    let factor = if request.json_schema.is_empty() { 1 } else { 1 << n_tried };
    TextRequest { seed, max_tokens: request.max_tokens.saturating_mul(factor), ..request.clone() }
}

fn spent(request: &TextRequest, completion: &Completion) -> (u64, u64) {
    completion.tokens.unwrap_or_else(|| (estimate_tokens(&request.prompt), estimate_tokens(&completion.text)))
}

/// What an error says beside its kind.
fn reason(error: &ModelError) -> String {
    match error {
        ModelError::Unavailable { reason } => reason.clone(),
        other => other.to_string(),
    }
}

fn again<T>(error: ModelError) -> Attempt<T, ModelError> {
    Attempt::Again(error, Duration::ZERO)
}

fn unavailable(reason: &str) -> ModelError {
    ModelError::Unavailable { reason: reason.to_owned() }
}
