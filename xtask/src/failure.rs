//! How a task stops.

use std::fmt;
use std::path::Path;

/// Why a task stopped, ready to print.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Returns a function for `map_err` that puts the path before what the system said.
    pub(crate) fn at<E: fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.display().to_string();
        move |error| Self(format!("{path}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
