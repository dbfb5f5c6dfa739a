//! A text model behind a loopback HTTP server.
//!
//! Place in the flow: beside it. The command line opens a [`ModelClient`], puts an [`AnswerCache`] in front of it and
//! hands it down as [`&dyn TextModel`](synth_core::port::TextModel); the libraries that ask questions never see a
//! socket, and their tests answer from a [`Replay`].
//!
//! Modules in reading order: [`endpoint`] decides which addresses may be spoken to, [`probe`] asks a server whether it
//! is ready and what it is, [`backend`] knows the dialects, [`client`] asks within all limits ([`retry`] says how long
//! to wait, [`tokens`] what may be spent, `gate` how many questions are out), [`answer`] distrusts what comes back,
//! [`cache`] and [`replay`] store and repeat answers, [`tuned`] puts the settings of a run on top, [`audit`] notes what was asked.
//!
//! Invariants:
//! - Nothing but the given endpoint is contacted: no proxy, no redirect, no name lookup for a loopback address.
//! - Every call ends by its deadline, retries and pauses included.
//! - No error, and no `Debug` text of one, holds a part of a prompt or of an answer.
//! - An answer is what was asked for or an error: a cut-off one is an error, and so is one that does not follow the
//!   schema, whatever the server promised.
//! - The cache holds answers and hashes of questions, never a question.

#![expect(
    clippy::disallowed_methods,
    reason = "deadlines and pauses between retries need a clock, questions that are out at once a thread each"
)]

pub mod answer;
pub mod audit;
pub mod backend;
pub mod cache;
pub mod client;
pub mod endpoint;
mod error;
mod gate;
mod http;
pub mod probe;
pub mod replay;
mod request;
pub mod retry;
pub mod tokens;
pub mod tuned;

pub use answer::complete_json;
pub use audit::AuditLog;
pub use backend::Backend;
pub use cache::{AnswerCache, CacheLimits, CacheStats, Cached};
pub use client::{ClientOptions, ModelClient};
pub use endpoint::{Endpoint, Reach};
pub use error::{Error, ErrorKind};
pub use probe::{Probe, Server};
pub use replay::{Recorder, Replay};
pub use retry::Patience;
pub use tokens::{BudgetLimits, Spent, estimate_tokens};
pub use tuned::{Tuned, Tuning};
