//! A text model behind a loopback HTTP server.
//!
//! Place in the flow: beside it. The command line opens a [`LlamaServer`] and hands it down as
//! [`&dyn TextModel`](synth_core::port::TextModel); the libraries that ask questions never see a socket, and
//! their tests answer from a [`Replay`].
//!
//! Modules in reading order: [`endpoint`] decides which addresses may be spoken to, [`probe`] asks a server
//! whether it is ready and what it serves, [`server`] asks for completions, [`answer`] distrusts what comes
//! back, [`replay`] stores and repeats answers, [`retry`] says how long to wait.
//!
//! Invariants:
//! - Nothing but the given endpoint is contacted: no proxy, no redirect, no name lookup for a loopback address.
//! - Every call ends by its deadline, retries and pauses included.
//! - No error, and no `Debug` text of one, holds a part of a prompt or of an answer.
//! - An answer is what was asked for or an error; a cut-off one is an error.

#![expect(clippy::disallowed_methods, reason = "deadlines and pauses between retries need a clock")]

pub mod answer;
pub mod endpoint;
mod error;
mod http;
pub mod probe;
pub mod replay;
mod request;
pub mod retry;
pub mod server;

pub use answer::complete_json;
pub use endpoint::{Endpoint, Reach};
pub use error::{Error, ErrorKind};
pub use probe::Probe;
pub use replay::{Recorder, Replay};
pub use retry::Patience;
pub use server::LlamaServer;
