//! The one error of this crate; a failed question is a [`ModelError`](synth_core::port::ModelError) instead.

use synth_core::Place;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why an address or a recording cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Line and column in a recording; unknown for an address.
    pub place: Box<Place>,
    source: Option<Cause>,
}

/// What can be wrong; each kind has a stable code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The address is no `http://host[:port]`.
    #[error("the model server's address is not usable: {reason}")]
    BadAddress {
        /// The part that is wrong.
        reason: &'static str,
    },
    /// The address points to another machine, or may do so.
    #[error("`{host}` is not this machine")]
    RemoteHost {
        /// The host of the address.
        host: String,
    },
    /// A recording does not have the form written by [`crate::Recorder`].
    #[error("this is not a recording of model answers")]
    BadRecording,
    /// The log of questions cannot be written.
    #[error("{path}: the log of questions cannot be written")]
    BadAudit {
        /// The file.
        path: String,
    },
    /// The cache cannot be read or written.
    #[error("{path}: the cache of answers cannot be used")]
    BadCache {
        /// The file.
        path: String,
    },
}

impl ErrorKind {
    /// Returns the stable name of the kind.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadAddress { .. } => "llm/bad-address",
            Self::RemoteHost { .. } => "llm/remote-host",
            Self::BadRecording => "llm/bad-recording",
            Self::BadAudit { .. } => "llm/bad-audit",
            Self::BadCache { .. } => "llm/bad-cache",
        }
    }

    /// Returns what the user can do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::BadAddress { .. } => "write it like `http://127.0.0.1:8080`",
            Self::RemoteHost { .. } => {
                "prompts would leave this machine; use a loopback address or allow remote models explicitly"
            }
            Self::BadRecording => "record the answers again",
            Self::BadAudit { .. } => "name a file in a folder that you may write to",
            Self::BadCache { .. } => "another program may use it; `synth cache purge` starts it anew",
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, place: Box::default(), source: None }
    }
}

impl Error {
    pub(crate) fn caused(kind: ErrorKind, cause: impl Into<Cause>) -> Self {
        Self { kind, place: Box::default(), source: Some(cause.into()) }
    }

    pub(crate) fn bad_recording(cause: serde_json::Error) -> Self {
        let position = |number: usize| u64::try_from(number).ok().filter(|number| *number > 0);
        let place =
            Place { line: position(cause.line()), column: position(cause.column()), ..Place::default() };
        Self { kind: ErrorKind::BadRecording, place: Box::new(place), source: Some(Box::new(cause)) }
    }
}
