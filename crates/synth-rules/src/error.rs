//! Why a text is not a rule set.

use std::fmt;

use synth_core::Place;

/// One problem of a rule file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Line and column in the rule file, and the path of the rule.
    pub place: Place,
}

/// What is wrong with a rule file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not YAML.
    #[error("not valid YAML: {reason}")]
    BadYaml {
        /// What the parser says.
        reason: String,
    },
    /// A key stands twice in one mapping.
    #[error("duplicate key `{key}`")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A key that no rule has.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The key.
        key: String,
        /// A known key that looks like it.
        suggestion: Option<String>,
    },
    /// A generator that does not exist.
    #[error("unknown generator `{name}`")]
    UnknownGenerator {
        /// The name in the file.
        name: String,
        /// A known name that looks like it.
        suggestion: Option<String>,
    },
    /// A value of a wrong type, or a missing one.
    #[error("{reason}")]
    WrongType {
        /// What was found and what was expected.
        reason: String,
    },
    /// A key that is not a path, or not one that a rule may have.
    #[error("`{text}` is not the path of a field: {reason}")]
    BadPath {
        /// The key.
        text: String,
        /// Why not.
        reason: String,
    },
    /// A version that this library does not read.
    #[error("version {found} is not supported, expected {expected}")]
    BadVersion {
        /// Version of the file.
        found: u32,
        /// Version of the library.
        expected: u32,
    },
    /// Probabilities or shares that cannot be.
    #[error("{what} sum to {sum}, expected 1 ± {tolerance}")]
    BadProbabilities {
        /// Which numbers.
        what: &'static str,
        /// Their sum.
        sum: f64,
        /// How far it may be from 1.
        tolerance: f64,
    },
    /// Probabilities that cannot be, of a generator that can divide them by their sum.
    #[error("probabilities sum to {sum}, expected 1 ± {tolerance}")]
    NotNormalized {
        /// Their sum.
        sum: f64,
        /// How far it may be from 1.
        tolerance: f64,
    },
    /// Two lists that belong together differ in length.
    #[error("`{left}` has {n_left} entries, `{right}` has {n_right}")]
    UnequalLengths {
        /// First list.
        left: &'static str,
        /// Its length.
        n_left: usize,
        /// Second list.
        right: &'static str,
        /// Its length.
        n_right: usize,
    },
    /// A list that must rise does not.
    #[error("`{list}` must not fall, and percentages must lead from 0 to 100")]
    NotRising {
        /// The list.
        list: &'static str,
    },
    /// Anything else that cannot be made.
    #[error("{reason}")]
    Impossible {
        /// Why not.
        reason: String,
    },
}

impl Error {
    /// Returns the stable code of the kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::BadYaml { .. } => "rules/bad-yaml",
            ErrorKind::DuplicateKey { .. } => "rules/duplicate-key",
            ErrorKind::UnknownKey { .. } => "rules/unknown-key",
            ErrorKind::UnknownGenerator { .. } => "rules/unknown-generator",
            ErrorKind::WrongType { .. } => "rules/wrong-type",
            ErrorKind::BadPath { .. } => "rules/bad-path",
            ErrorKind::BadVersion { .. } => "rules/bad-version",
            ErrorKind::BadProbabilities { .. } | ErrorKind::NotNormalized { .. } => "rules/bad-probabilities",
            ErrorKind::UnequalLengths { .. } => "rules/unequal-lengths",
            ErrorKind::NotRising { .. } => "rules/not-rising",
            ErrorKind::Impossible { .. } => "rules/impossible",
        }
    }

    /// Returns what to do about it, where that can be guessed.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &self.kind {
            ErrorKind::UnknownKey { suggestion: Some(name), .. }
            | ErrorKind::UnknownGenerator { suggestion: Some(name), .. } => {
                Some(format!("did you mean `{name}`?"))
            }
            ErrorKind::BadProbabilities { sum, .. } if *sum > 0.0 => Some(format!("divide each by {sum}")),
            ErrorKind::NotNormalized { sum, .. } if *sum > 0.0 => {
                Some(format!("divide each by {sum}, or set `normalize: true`"))
            }
            ErrorKind::BadPath { .. } => Some("paths look like `$.orders[].id`".to_owned()),
            _ => None,
        }
    }
}

/// All problems of a rule file; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Errors(pub Vec<Error>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index > 0 { "\n" } else { "" };
            write!(f, "{separator}{error} ({})", error.place)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

/// Returns the known name that is closest to `name`, if one is close.
///
/// # Method
///
/// Fewest insertions, deletions, replacements and swaps of neighbours, at most one and a quarter of the known name's
/// bytes. Damerau, F. (1964), A technique for computer detection and correction of spelling errors, Comm. ACM 7(3).
/// Ties go to the first name in alphabetical order.
pub fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}
