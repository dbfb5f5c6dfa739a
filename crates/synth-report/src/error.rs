//! Why the judge cannot work.

/// Why a schema or a report cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What went wrong.
    pub kind: ErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The schema given is not one.
    #[error("the schema is not a valid JSON Schema: {keyword} at {schema_path}")]
    BadSchema {
        /// Keyword of the meta-schema that is broken.
        keyword: String,
        /// JSON pointer into the schema.
        schema_path: String,
    },
    /// The page could not be put together.
    #[error("the report cannot be rendered")]
    Render,
}

impl ErrorKind {
    /// Returns the stable code of this kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSchema { .. } => "report/bad-schema",
            Self::Render => "report/render",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn render(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { kind: ErrorKind::Render, source: Some(Box::new(source)) }
    }
}
