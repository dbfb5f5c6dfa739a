//! Arguments of the language model: whether it is asked, where it is, and what it may cost.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use synth_llm::{BudgetLimits, CacheLimits, Patience, Reach, Tuning};
use synth_rules::{Fallback, TextDefaults};

/// How a language model is asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Language model")]
pub(crate) struct Asking {
    /// Whether a language model is asked, where there is something for it to do [default: auto; off when a sample is learned]
    #[arg(long, value_enum, value_name = "WHEN")]
    llm: Option<AskWhen>,
    /// Ask the model server at this address: llama.cpp, vLLM, Ollama or one that speaks as OpenAI's do
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) server: String,
    /// Ask this model, where the server has several [default: its first]
    #[arg(long, value_name = "NAME")]
    pub(crate) llm_model: Option<String>,
    /// Read and write at most N tokens in all questions together
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    llm_max_tokens: u64,
    /// Ask for at most N seconds in all
    #[arg(long, value_name = "N", default_value_t = 3600)]
    llm_max_seconds: u64,
    /// Wait at most N seconds for an answer, repeated questions included
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    llm_timeout: u64,
    /// Put a question up to N times again when the server fails
    #[arg(long, value_name = "N", default_value_t = 3)]
    llm_retries: u32,
    /// Wait this many times longer before each further try
    #[arg(long, value_name = "FACTOR", default_value_t = 2.0, value_parser = factor)]
    llm_backoff: f64,
    /// Let an answer have at most N tokens [default: as many as its text may need]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    llm_answer_tokens: Option<u32>,
    /// How freely texts are written, from 0 to 2, where the rule does not say [default: 0.8]
    #[arg(long, value_name = "T", value_parser = temperature)]
    llm_temperature: Option<f64>,
    /// Draw words from those that together have this probability [default: the server's]
    #[arg(long, value_name = "P", value_parser = share)]
    llm_top_p: Option<f64>,
    /// Ask for texts with this seed [default: that of the data]
    #[arg(long, value_name = "SEED")]
    pub(crate) llm_seed: Option<u64>,
    /// How missing texts are made where the rule does not say: `none`, or some of faker, regex_sampler and template with
    /// commas, the first that can [default: regex_sampler,faker]
    #[arg(long, value_name = "LIST", value_parser = Fallbacks::parse)]
    pub(crate) llm_fallback: Option<Fallbacks>,
    /// Send questions to another machine, if the server is on one
    #[arg(long)]
    allow_remote_llm: bool,
    /// Keep no answers, and use none that were kept
    #[arg(long)]
    pub(crate) no_llm_cache: bool,
    /// Ask again for answers older than N seconds
    #[arg(long, value_name = "N", default_value_t = 30 * 86_400)]
    llm_cache_ttl: u64,
    /// Keep answers of up to N megabytes in all, those used last
    #[arg(long, value_name = "N", default_value_t = 1024)]
    llm_cache_mb: u64,
    /// Add every question and answer to this file, which only its owner can read
    #[arg(long, value_name = "FILE")]
    pub(crate) llm_audit: Option<PathBuf>,
}

/// When a model is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AskWhen {
    /// Never
    Off,
    /// If the server answers; else what was answered before is used, and the rest is done without
    Auto,
    /// Always; fail when the server does not answer or the model does not do its part
    Require,
    /// Never; use only what was answered before
    Replay,
}

impl Asking {
    /// Rules that name texts to write ask for a model by themselves.
    pub(crate) fn for_rules(&self) -> AskWhen {
        self.llm.unwrap_or(AskWhen::Auto)
    }

    /// What is set for all questions.
    pub(crate) fn tuning(&self) -> Tuning {
        Tuning { max_tokens: self.llm_answer_tokens, top_p: self.llm_top_p }
    }

    /// What is set for texts whose rules do not say it.
    pub(crate) fn defaults(&self) -> TextDefaults {
        let fallbacks = self.llm_fallback.as_ref().map(|fallbacks| fallbacks.0.clone()).unwrap_or_default();
        TextDefaults { temperature: self.llm_temperature, fallbacks }
    }

    /// Tells whether texts that the model does not write may be made in another way.
    pub(crate) fn may_fall_back(&self) -> bool {
        self.llm_fallback.as_ref().is_none_or(|fallbacks| !fallbacks.0.is_empty())
    }

    /// Tells whether somebody said that a model is to be asked, or its answers to be used.
    pub(crate) fn is_wanted(&self) -> bool {
        self.llm.is_some_and(|when| when != AskWhen::Off)
    }

    /// Rules that are learned should not depend on what else runs on the machine unless somebody wants it.
    pub(crate) fn for_learning(&self) -> AskWhen {
        self.llm.unwrap_or(AskWhen::Off)
    }

    pub(crate) fn reach(&self) -> Reach {
        if self.allow_remote_llm { Reach::RemoteAllowed } else { Reach::Loopback }
    }

    pub(crate) fn budget(&self) -> BudgetLimits {
        BudgetLimits { max_tokens: self.llm_max_tokens, max_seconds: self.llm_max_seconds }
    }

    /// How long one question may take.
    pub(crate) fn patience(&self) -> Patience {
        Patience {
            deadline_ms: self.llm_timeout.saturating_mul(1000),
            max_attempts: self.llm_retries.saturating_add(1),
            backoff_percent: synth_core::cast::round_to_u64(self.llm_backoff * 100.0),
            ..Patience::default()
        }
    }

    /// How long the server has to say what it is: a moment, unless it is needed; then it may load its model first.
    pub(crate) fn patience_at_start(when: AskWhen) -> Patience {
        match when {
            AskWhen::Require => Patience { deadline_ms: 60_000, max_attempts: 30, ..Patience::default() },
            _ => Patience { deadline_ms: 5000, max_attempts: 1, ..Patience::default() },
        }
    }

    pub(crate) fn cache_limits(&self) -> CacheLimits {
        CacheLimits { ttl_s: self.llm_cache_ttl, max_bytes: self.llm_cache_mb.saturating_mul(1 << 20) }
    }
}

/// Ways to make texts without a model, in the order in which they are tried; none for `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fallbacks(Vec<Fallback>);

impl Fallbacks {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        let known = |name: &str| {
            Fallback::parse(name.trim())
                .ok_or_else(|| format!("`{name}` is none of faker, regex_sampler and template"))
        };
        text.split(',').map(known).collect::<Result<_, _>>().map(Self)
    }
}

fn number_from_to(text: &str, low: f64, high: f64) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number
        .filter(|number| (low..=high).contains(number))
        .ok_or_else(|| format!("a number from {low} to {high} is expected"))
}

fn temperature(text: &str) -> Result<f64, String> {
    number_from_to(text, 0.0, 2.0)
}

fn share(text: &str) -> Result<f64, String> {
    number_from_to(text, 0.0, 1.0)
}

fn factor(text: &str) -> Result<f64, String> {
    number_from_to(text, 1.0, 100.0)
}

/// What is done with the answers that were kept.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Say how many answers of models are kept, and how large they are
    Stats(CachePlace),
    /// Forget the answers of models
    Purge(Purging),
}

/// Where answers are kept.
#[derive(Debug, Args)]
pub(crate) struct CachePlace {
    /// The folder of the cache [default: synth in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Purging {
    #[command(flatten)]
    pub(crate) place: CachePlace,
    /// Forget only answers older than N seconds
    #[arg(long, value_name = "N")]
    pub(crate) expired: Option<u64>,
}
