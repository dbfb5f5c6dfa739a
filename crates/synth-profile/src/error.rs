//! Why a stored partial cannot be used.

use synth_core::{Place, SealError};

/// What stopped the work, and in which file.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What went wrong.
    pub kind: ErrorKind,
    /// The file.
    pub place: Box<Place>,
}

/// What can go wrong; each kind has a stable code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is not a partial, or not whole.
    #[error("not a partial that can be read: {0}")]
    Sealed(SealError),
    /// The file is whole, but no partial has such contents.
    #[error("not a partial that can be read: {what} makes no sense")]
    BadPartial {
        /// The part that is wrong.
        what: &'static str,
    },
    /// Partials of documents and of streams count different units.
    #[error("a partial of documents and one of a stream of records cannot be merged")]
    Incompatible,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, place: Place) -> Self {
        Self { kind, place: Box::new(place) }
    }

    /// Returns the stable code, such as `profile/bad-partial`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::Sealed(SealError::Version { .. }) => "profile/partial-version",
            ErrorKind::Sealed(_) | ErrorKind::BadPartial { .. } => "profile/bad-partial",
            ErrorKind::Incompatible => "profile/incompatible-partials",
        }
    }

    /// Returns what the user can do about it, where we can guess.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self.kind {
            ErrorKind::Sealed(SealError::Foreign) => Some("`synth profile --partial` writes such files"),
            ErrorKind::Sealed(SealError::Version { .. }) => Some("make the partial anew with this version"),
            ErrorKind::Incompatible => Some("`--format` says how the input of a partial is cut into records"),
            ErrorKind::Sealed(_) | ErrorKind::BadPartial { .. } => None,
        }
    }
}
