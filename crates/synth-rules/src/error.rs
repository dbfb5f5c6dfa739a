//! Why a text is not a rule set.

use std::fmt;

use synth_core::Place;

use crate::generator::Generator;

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
    /// A required key that is not there.
    #[error("required key `{key}` is missing")]
    MissingKey {
        /// The key.
        key: String,
    },
    /// A word where one of a few others is expected.
    #[error("unknown word `{word}`, expected one of {}", listed(known))]
    UnknownWord {
        /// The word in the file.
        word: String,
        /// The words that may stand there.
        known: Vec<String>,
    },
    /// `null` without quotes where the name of a type is expected.
    #[error("`null` without quotes is no type but no value at all")]
    BareNull,
    /// A key that has no effect where it stands.
    #[error("`{key}` has no effect: {because}")]
    IgnoredKey {
        /// The key.
        key: String,
        /// Why not.
        because: String,
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
    /// A regular expression that cannot be used.
    #[error("not a usable regular expression: {reason}")]
    BadPattern {
        /// What is wrong with it.
        reason: String,
    },
    /// A time format that cannot be read.
    #[error("not a time format: {reason}")]
    BadTimeFormat {
        /// What is wrong with it.
        reason: String,
    },
    /// A time that is none.
    #[error("`{text}` is not an RFC 3339 time or date")]
    BadTime {
        /// What stands in its place.
        text: String,
    },
    /// A slot of a template that does not exist.
    #[error("unknown template slot `{name}`")]
    UnknownSlot {
        /// The name between the braces.
        name: String,
        /// A known slot that looks like it.
        suggestion: Option<String>,
    },
    /// A slot of a template that does not end.
    #[error("a template slot has no closing `}}}}`")]
    OpenSlot,
    /// A scalar type without a way to make values.
    #[error("a field of type `{field_type}` needs a generator")]
    MissingGenerator {
        /// The type.
        field_type: String,
    },
    /// A generator whose values are not of the field's type.
    #[error("the generator `{generator}` makes no values of type `{field_type}`")]
    WrongGenerator {
        /// The generator.
        generator: String,
        /// The type.
        field_type: String,
    },
    /// An array or dictionary without a length.
    #[error("`{path}` has no length in `shape`")]
    MissingLength {
        /// The path of its elements or members.
        path: String,
    },
    /// A path that no field has.
    #[error("no field has the path `{path}`")]
    UnknownPath {
        /// The path.
        path: String,
        /// A known path that looks like it.
        suggestion: Option<String>,
    },
    /// An expression that cannot be read, or whose types do not fit.
    #[error("not a usable expression: {reason} (character {at})")]
    BadExpression {
        /// The character at which it goes wrong, counted from 1.
        at: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A name in an expression that no field has.
    #[error("no field is called `{name}` here (character {at} of the expression)")]
    UnknownName {
        /// The character at which it stands, counted from 1.
        at: usize,
        /// The name.
        name: String,
        /// A known name that looks like it.
        suggestion: Option<String>,
    },
    /// Fields whose values follow from each other in a circle.
    #[error("the values follow from each other in a circle: {}", paths.join(" from "))]
    Circle {
        /// The fields, the first one again at the end.
        paths: Vec<String>,
    },
    /// A script that is not followed.
    #[error("the script `{path}` cannot be followed: {reason}")]
    PluginPath {
        /// What the file says.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// A file of templates that is not followed.
    #[error("the file of templates `{path}` cannot be followed: {reason}")]
    LibraryPath {
        /// What the file says.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// Something that is understood, but not made yet.
    #[error("{what} is not supported")]
    Unsupported {
        /// What.
        what: String,
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
            ErrorKind::MissingKey { .. } => "rules/missing-key",
            ErrorKind::UnknownWord { .. } => "rules/unknown-word",
            ErrorKind::BareNull => "rules/bare-null",
            ErrorKind::IgnoredKey { .. } => "rules/ignored-key",
            ErrorKind::BadPattern { .. } => "rules/bad-pattern",
            ErrorKind::BadTimeFormat { .. } => "rules/bad-time-format",
            ErrorKind::BadTime { .. } => "rules/bad-time",
            ErrorKind::UnknownSlot { .. } => "rules/unknown-slot",
            ErrorKind::OpenSlot => "rules/open-slot",
            ErrorKind::MissingGenerator { .. } => "rules/missing-generator",
            ErrorKind::WrongGenerator { .. } => "rules/wrong-generator",
            ErrorKind::MissingLength { .. } => "rules/missing-length",
            ErrorKind::UnknownPath { .. } => "rules/unknown-path",
            ErrorKind::PluginPath { .. } => "rules/plugin-path",
            ErrorKind::LibraryPath { .. } => "rules/library-path",
            ErrorKind::BadExpression { .. } => "rules/bad-expression",
            ErrorKind::UnknownName { .. } => "rules/unknown-name",
            ErrorKind::Circle { .. } => "rules/circle",
            ErrorKind::Unsupported { .. } => "rules/unsupported",
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
            | ErrorKind::UnknownGenerator { suggestion: Some(name), .. }
            | ErrorKind::UnknownPath { suggestion: Some(name), .. }
            | ErrorKind::UnknownName { suggestion: Some(name), .. }
            | ErrorKind::UnknownSlot { suggestion: Some(name), .. } => did_you_mean(name),
            ErrorKind::UnknownWord { word, known } => match suggest(word, known.iter().map(String::as_str)) {
                Some(close) => did_you_mean(&close),
                None => general_hint(&self.kind).map(str::to_owned),
            },
            ErrorKind::BareNull => Some("write it in quotes, as in `type: 'null'`".to_owned()),
            ErrorKind::IgnoredKey { .. } => Some("remove it".to_owned()),
            ErrorKind::MissingLength { path } => {
                let length = "{length: {distribution: constant, params: {value: 1}}}";
                Some(format!("add `{path}: {length}` to `shape`"))
            }
            ErrorKind::MissingGenerator { .. } => {
                Some(format!("generators are `{}`", Generator::NAMES.join("`, `")))
            }
            ErrorKind::BadProbabilities { sum, .. } if *sum > 0.0 => Some(format!("divide each by {sum}")),
            ErrorKind::NotNormalized { sum, .. } if *sum > 0.0 => {
                Some(format!("divide each by {sum}, or set `normalize: true`"))
            }
            ErrorKind::PluginPath { .. } => {
                Some("put the script into the rule file's folder, as `plugins/name.rhai`".to_owned())
            }
            ErrorKind::LibraryPath { .. } => {
                Some("put the file into the rule file's folder, as `texts/notes.yaml`".to_owned())
            }
            ErrorKind::BadPath { .. } => Some("paths look like `$.orders[].id`".to_owned()),
            kind => general_hint(kind).map(str::to_owned),
        }
    }
}

/// What to do about a kind of problem, whatever its details.
fn general_hint(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::BadYaml { .. } => "look for a bracket, quote or indentation that does not fit",
        ErrorKind::DuplicateKey { .. } => "keep one of the two",
        ErrorKind::UnknownKey { .. } => "remove it; `synth schema rules` lists the keys",
        ErrorKind::UnknownGenerator { .. } => "`synth schema rules` lists the generators",
        ErrorKind::WrongType { .. } => "`synth schema rules` says what may stand here",
        ErrorKind::MissingKey { .. } => "add it; `synth schema rules` says what may stand there",
        ErrorKind::UnknownWord { .. } => "take one of the words that are listed",
        ErrorKind::BadVersion { .. } => "write `version: 2`",
        ErrorKind::BadProbabilities { .. } | ErrorKind::NotNormalized { .. } => {
            "give something a share above 0"
        }
        ErrorKind::UnequalLengths { .. } => "give both lists equally many entries",
        ErrorKind::NotRising { .. } => "sort the list; percentages begin with 0 and end with 100",
        ErrorKind::BadPattern { .. } => "close all brackets, and write the expression in single quotes",
        ErrorKind::BadTimeFormat { .. } => {
            "formats look like `%Y-%m-%dT%H:%M:%SZ`, or are epoch_seconds, epoch_millis, epoch_micros or epoch_nanos"
        }
        ErrorKind::BadTime { .. } => "times look like `2025-01-31T12:00:00Z` or `2025-01-31`",
        ErrorKind::UnknownSlot { .. } => {
            "slots are `first`, `last`, `num`, `domain` and the methods of `faker`"
        }
        ErrorKind::OpenSlot => "close the slot with `}}`",
        ErrorKind::WrongGenerator { .. } => "change the type, or take a generator that makes such values",
        ErrorKind::UnknownPath { .. } => "write the path as it stands under `fields`",
        ErrorKind::BadExpression { .. } => {
            "expressions look like `price * quantity` or `first + '.' + last`; docs/rules.md lists what they may use"
        }
        ErrorKind::UnknownName { .. } => {
            "names are members of the object that holds the field, or of an object above it; `record` is the record"
        }
        ErrorKind::Circle { .. } => "give one of the fields another generator",
        ErrorKind::Unsupported { .. } => "leave it out",
        ErrorKind::Impossible { .. } => "correct it, or leave it out",
        _ => return None,
    })
}

fn did_you_mean(name: &str) -> Option<String> {
    Some(format!("did you mean `{name}`?"))
}

fn listed(words: &[String]) -> String {
    format!("`{}`", words.join("`, `"))
}

impl ErrorKind {
    /// A word that is none of those that may stand in its place.
    pub(crate) fn unknown_word(word: &str, known: Vec<&str>) -> Self {
        let known = known.into_iter().map(str::to_owned).collect();
        Self::UnknownWord { word: word.to_owned(), known }
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
