//! The language model of a run: the server, what it answered before, or both.

use std::path::{Path, PathBuf};

use synth_core::port::{ModelError, TextModel};
use synth_io::create_private_folder;
use synth_llm::cache::{Hits, KnownServer};
use synth_llm::{AnswerCache, AuditLog, Cached, ClientOptions, Endpoint, ModelClient, Tuned, Tuning};

use crate::args::asking::{AskWhen, Asking};
use crate::cache::default_folder;
use crate::commands::{count, name};
use crate::display::Screen;
use crate::failure::Failure;

/// Who answers.
#[derive(Debug)]
enum Source {
    Server(Box<ModelClient>),
    Kept(KnownServer),
}

/// What was found of a model.
#[derive(Debug)]
pub(crate) enum Found {
    Model(Box<Model>),
    /// Nobody wants to ask one.
    Unwanted,
    /// There is none, and why.
    Missing(String),
}

/// A model that can be asked.
#[derive(Debug)]
pub(crate) struct Model {
    source: Source,
    cache: Option<AnswerCache>,
    hits: Hits,
    tuning: Tuning,
}

impl Asking {
    /// Finds the model that the run may ask; that there is none is told.
    ///
    /// `task` says what it was to do, for those who wonder why it was looked for.
    pub(crate) fn open(
        &self,
        when: AskWhen,
        cache_dir: Option<&Path>,
        task: &str,
        screen: &Screen,
    ) -> Result<Found, Failure> {
        if when == AskWhen::Off {
            return Ok(Found::Unwanted);
        }
        let endpoint = Endpoint::parse(&self.server, self.reach())?;
        let cache = self.cache(cache_dir)?;
        let address = format!("{endpoint} {}", self.llm_model.as_deref().unwrap_or_default());
        let opened = match when {
            AskWhen::Replay => None,
            _ => Some(ModelClient::open(endpoint.clone(), self.client(when)?)),
        };
        let error = match opened {
            Some(Ok(client)) => {
                if let Some(cache) = &cache
                    && cache.note_server(&address, &client).is_err()
                {
                    screen.say(&format!("{}: the cache of answers cannot be used", name(cache.path())));
                }
                let server = client.server();
                screen.say(&format!("{task}: {} at {endpoint}", server.identity));
                let source = Source::Server(Box::new(client));
                return Ok(Found::Model(Box::new(Model {
                    source,
                    cache,
                    hits: Hits::default(),
                    tuning: self.tuning(),
                })));
            }
            Some(Err(error)) if when == AskWhen::Require => return Err(not_there(&endpoint, &error)),
            Some(Err(error)) => Some(error),
            None => None,
        };
        let known = cache.as_ref().map(|cache| cache.known_server(&address)).transpose();
        match (known, error) {
            (Ok(Some(Some(known))), error) => {
                let why = error.map(|error| format!("{error}; ")).unwrap_or_default();
                screen.say(&format!("{task}: {why}answers of {} that were kept", known.identity));
                let source = Source::Kept(known);
                Ok(Found::Model(Box::new(Model {
                    source,
                    cache,
                    hits: Hits::default(),
                    tuning: self.tuning(),
                })))
            }
            (Err(error), None) => Err(error.into()),
            (_, None) => Err(Failure::usage(format!(
                "no answers of a model at {endpoint} are kept; run once with --llm require"
            ))),
            (_, Some(error)) => {
                screen.say(&format!("{task}: no model at {endpoint} ({error}), so it is done without"));
                Ok(Found::Missing(error.to_string()))
            }
        }
    }

    fn client(&self, when: AskWhen) -> Result<ClientOptions, Failure> {
        Ok(ClientOptions {
            model: self.llm_model.clone(),
            patience: self.patience(),
            patience_at_start: Self::patience_at_start(when),
            budget: self.budget(),
            audit: self.llm_audit.as_deref().map(AuditLog::open).transpose()?,
        })
    }

    fn cache(&self, folder: Option<&Path>) -> Result<Option<AnswerCache>, Failure> {
        if self.no_llm_cache {
            return Ok(None);
        }
        let file = cache_file(folder)?;
        if let Some(folder) = file.parent() {
            create_private_folder(folder)?;
        }
        Ok(Some(AnswerCache::new(file, self.cache_limits())))
    }
}

/// The file of the answers.
pub(crate) fn cache_file(folder: Option<&Path>) -> Result<PathBuf, Failure> {
    let folder = folder.map_or_else(default_folder, |folder| Ok(folder.to_owned()))?;
    Ok(folder.join("answers.redb"))
}

fn not_there(endpoint: &Endpoint, error: &ModelError) -> Failure {
    let message = format!("no model can be asked at {endpoint}: {error}");
    let hint = "start a server, name another one with --server, or do without with --llm off".to_owned();
    Failure::Usage { message, hint: Some(hint) }
}

impl Model {
    /// Hands the model to whoever has questions.
    pub(crate) fn with<T>(&self, ask: impl FnOnce(&dyn TextModel) -> T) -> T {
        let ask = |model: &dyn TextModel| ask(&Tuned::new(model, self.tuning));
        match (&self.source, &self.cache) {
            (Source::Server(client), Some(cache)) => ask(&Cached::new(cache, &**client, &self.hits)),
            (Source::Server(client), None) => ask(&**client),
            (Source::Kept(known), Some(cache)) => ask(&Cached::replay(cache, known, &self.hits)),
            (Source::Kept(_), None) => unreachable!("what was kept was found in the cache"),
        }
    }

    /// What the model has cost, in a few words.
    pub(crate) fn cost(&self) -> String {
        let kept = format!("{} of {} kept", self.hits.n_found(), self.hits.n_found() + self.hits.n_missed());
        let spent = match &self.source {
            Source::Server(client) => {
                let spent = client.spent();
                let tokens = format!("{} tokens read, {} written", spent.tokens_read, spent.tokens_written);
                format!("{}, {tokens}, ", count(spent.n_calls, "question"))
            }
            Source::Kept(_) => String::new(),
        };
        let broken = if self.hits.is_broken() { "; the cache of answers could not be used" } else { "" };
        format!("{spent}answers {kept}{broken}")
    }

    /// The same for the log.
    pub(crate) fn cost_json(&self) -> serde_json::Value {
        let mut cost = serde_json::json!({"kept": self.hits.n_found(), "not_kept": self.hits.n_missed()});
        if let Source::Server(client) = &self.source {
            let spent = client.spent();
            cost["questions"] = spent.n_calls.into();
            cost["failed"] = spent.n_failed.into();
            cost["tokens_read"] = spent.tokens_read.into();
            cost["tokens_written"] = spent.tokens_written.into();
        }
        cost
    }
}
