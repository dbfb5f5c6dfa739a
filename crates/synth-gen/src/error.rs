//! Why a rule set cannot be compiled.

use std::fmt;

use synth_core::{JsonPath, Place};

/// All problems of one rule set, in the order in which they were found; never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Errors(pub Vec<Error>);

/// One problem: what and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The path of the rule; the rule file's line is added by who knows it.
    pub place: Place,
}

/// What can be wrong with a rule set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The path cannot stand in a rule.
    #[error("the path {reason}")]
    BadPath {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The path is not part of the shape.
    #[error("no rule mentions the path `{path}`")]
    UnknownPath {
        /// The path.
        path: String,
    },
    /// A field without any kind of value.
    #[error("the field has no kind of value")]
    NoKind,
    /// More kinds than a field may have.
    #[error("the field has more than {limit} kinds of values")]
    TooManyKinds {
        /// The limit.
        limit: usize,
    },
    /// A value without a way to make it.
    #[error("a value of type {field_type} needs a generator")]
    MissingGenerator {
        /// The type.
        field_type: String,
    },
    /// A generator this version cannot run.
    #[error("the generator is not supported")]
    UnsupportedGenerator,
    /// Probabilities that are not a distribution.
    #[error("probabilities sum to {sum}, expected 1 ± {tolerance}")]
    BadProbabilities {
        /// Their sum.
        sum: f64,
        /// How far it may be from 1.
        tolerance: f64,
    },
    /// A number that is not finite or is out of range.
    #[error("{what} has a number that is not finite or out of range")]
    BadNumber {
        /// The name of the list or key.
        what: &'static str,
    },
    /// Two lists that belong together differ in length.
    #[error("`{left}` has {n_left} entries, `{right}` has {n_right}")]
    LengthMismatch {
        /// The first list.
        left: &'static str,
        /// The second list.
        right: &'static str,
        /// Entries of the first.
        n_left: usize,
        /// Entries of the second.
        n_right: usize,
    },
    /// A list that must rise falls.
    #[error("`{what}` is not in rising order")]
    NotSorted {
        /// The list.
        what: &'static str,
    },
    /// A list that must have entries has none.
    #[error("`{what}` is empty")]
    EmptyList {
        /// The list.
        what: &'static str,
    },
    /// A regular expression that cannot be read.
    #[error("pattern {index} is not a usable regular expression: {reason}")]
    BadPattern {
        /// Its position in the list, counted from 0.
        index: usize,
        /// What the parser says.
        reason: String,
    },
    /// A regular expression whose strings are too long.
    #[error("pattern {index} describes strings of more than {limit} characters")]
    PatternTooLong {
        /// Its position in the list, counted from 0.
        index: usize,
        /// The limit.
        limit: u64,
    },
    /// A time format that cannot be read.
    #[error("{reason}")]
    BadTimeFormat {
        /// What is wrong with it.
        reason: String,
    },
    /// A time of the quantiles that cannot be read.
    #[error("time {index} of `values` is not an RFC 3339 time")]
    BadTime {
        /// Its position in the list, counted from 0.
        index: usize,
    },
    /// A file of templates that was not read.
    #[error("the file of templates `{file}` was not read")]
    MissingLibrary {
        /// Its name in the rules.
        file: String,
    },
    /// A slot of a template that is not known.
    #[error("unknown template slot `{name}`")]
    UnknownSlot {
        /// What stands between the braces.
        name: String,
    },
    /// A slot of a template that does not end.
    #[error("a template slot does not end")]
    OpenSlot,
    /// Fewer different values than are asked for.
    #[error("{have} different values exist, {need} are needed to be unique")]
    NotEnoughValues {
        /// Values that exist.
        have: u64,
        /// Values that are needed.
        need: u64,
    },
    /// A generator that cannot promise different values.
    #[error("`{generator}` cannot make unique values here: {reason}")]
    CannotBeUnique {
        /// Name of the generator.
        generator: &'static str,
        /// What is missing.
        reason: &'static str,
    },
    /// An array or dictionary without a length.
    #[error("no length is given in `shape`")]
    MissingLength,
    /// An array or dictionary that may be too long.
    #[error("the length may exceed {limit}")]
    LengthTooLarge {
        /// The limit.
        limit: u64,
    },
    /// A dictionary without keys.
    #[error("a dictionary needs a rule for its keys at `{path}`")]
    MissingKeys {
        /// Where the rule is expected.
        path: String,
    },
    /// A rule for the keys of a dictionary that has no values.
    #[error("a dictionary needs a rule for its values")]
    MissingMembers,
    /// A path that is used both as object and as array, without a rule that says so.
    #[error("the path has members and elements, so it needs a rule with `one_of`")]
    AmbiguousShape,
    /// Parts below a value that has no parts.
    #[error("there are paths below, but no kind of the field is {expected}")]
    PartsWithoutWhole {
        /// The type that is missing.
        expected: &'static str,
    },
    /// More places than can be numbered.
    #[error("arrays are too long to number every element: 2^64 is exceeded")]
    TooManyOrdinals,
    /// A discriminator whose values are not known beforehand.
    #[error("the discriminator `{path}` is neither categorical nor constant")]
    BadDiscriminator {
        /// Its path.
        path: String,
    },
    /// A discriminator that is not decided before the object.
    #[error("the discriminator `{path}` is not a member of the object or of an object above it")]
    DiscriminatorNotAbove {
        /// Its path.
        path: String,
    },
    /// An expression that cannot be read, or whose names or types do not fit.
    #[error("{reason}")]
    BadExpression {
        /// What is wrong with it.
        reason: String,
    },
    /// Elements of an array that cannot be made different.
    #[error("the elements cannot be made different: {reason}")]
    CannotBeDistinct {
        /// Why not.
        reason: &'static str,
    },
    /// Fewer listed values than elements that must differ.
    #[error("{have} different values exist, and an array may have {need} elements that differ")]
    TooFewToDiffer {
        /// Values that exist.
        have: u64,
        /// Elements of the longest array.
        need: u64,
    },
    /// A value that follows from itself.
    #[error("the value of the field follows from itself through relationships")]
    ValueCycle,
    /// Fields whose presence depends on each other.
    #[error("the presence of the field depends on itself")]
    Cycle,
    /// A plugin that nobody has registered.
    #[error("there is no plugin `{name}`")]
    UnknownPlugin {
        /// The name in the rule.
        name: String,
        /// A known name that looks like it.
        suggestion: Option<String>,
    },
    /// A number of elements is asked for where none can be.
    #[error("the path is no outermost collection of a document; {}", collections(.known))]
    NotACollection {
        /// The paths that are.
        known: String,
    },
    /// A main collection that cannot be scaled.
    #[error("the main collection is not an array or dictionary outside of others")]
    BadMainCollection,
}

/// Names the collections there are.
fn collections(known: &str) -> String {
    match known {
        "" => "the rules have none".to_owned(),
        known => format!("the rules have {known}"),
    }
}

impl ErrorKind {
    /// Returns the stable code of this kind.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadPath { .. } => "gen/bad-path",
            Self::UnknownPath { .. } => "gen/unknown-path",
            Self::NoKind => "gen/no-kind",
            Self::TooManyKinds { .. } => "gen/too-many-kinds",
            Self::MissingGenerator { .. } => "gen/missing-generator",
            Self::UnsupportedGenerator => "gen/unsupported-generator",
            Self::BadProbabilities { .. } => "gen/bad-probabilities",
            Self::BadNumber { .. } => "gen/bad-number",
            Self::LengthMismatch { .. } => "gen/length-mismatch",
            Self::NotSorted { .. } => "gen/not-sorted",
            Self::EmptyList { .. } => "gen/empty-list",
            Self::BadPattern { .. } => "gen/bad-pattern",
            Self::PatternTooLong { .. } => "gen/pattern-too-long",
            Self::BadTimeFormat { .. } => "gen/bad-time-format",
            Self::BadTime { .. } => "gen/bad-time",
            Self::MissingLibrary { .. } => "gen/missing-library",
            Self::UnknownSlot { .. } => "gen/unknown-slot",
            Self::OpenSlot => "gen/open-slot",
            Self::NotEnoughValues { .. } => "gen/not-enough-values",
            Self::CannotBeUnique { .. } => "gen/cannot-be-unique",
            Self::MissingLength => "gen/missing-length",
            Self::LengthTooLarge { .. } => "gen/length-too-large",
            Self::MissingKeys { .. } => "gen/missing-keys",
            Self::MissingMembers => "gen/missing-members",
            Self::AmbiguousShape => "gen/ambiguous-shape",
            Self::PartsWithoutWhole { .. } => "gen/parts-without-whole",
            Self::TooManyOrdinals => "gen/too-many-ordinals",
            Self::BadDiscriminator { .. } => "gen/bad-discriminator",
            Self::DiscriminatorNotAbove { .. } => "gen/discriminator-not-above",
            Self::BadExpression { .. } => "gen/bad-expression",
            Self::CannotBeDistinct { .. } | Self::TooFewToDiffer { .. } => "gen/cannot-be-distinct",
            Self::ValueCycle => "gen/value-cycle",
            Self::Cycle => "gen/cycle",
            Self::UnknownPlugin { .. } => "gen/unknown-plugin",
            Self::NotACollection { .. } => "gen/not-a-collection",
            Self::BadMainCollection => "gen/bad-main-collection",
        }
    }

    /// Returns what to do about it, where that can be guessed.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::BadProbabilities { .. } => {
                Some("divide each by the sum; a `categorical` may say `normalize: true` instead")
            }
            Self::NotEnoughValues { .. } => Some(
                "widen the values, ask for fewer rows, or drop `unique`; a look-up collection keeps its size with `grows: false`",
            ),
            Self::CannotBeUnique { .. } => Some("use `sequence`, `uuid_v4` or `pattern`, or drop `unique`"),
            Self::MissingLength => Some("add the path to `shape` with a `length`"),
            Self::MissingKeys { .. } | Self::MissingMembers => {
                Some("a dictionary has two rules: `$.a.*~` for its keys and `$.a.*` for its values")
            }
            Self::AmbiguousShape | Self::PartsWithoutWhole { .. } => {
                Some("give the path a rule of type `object` or `array`, or `one_of` both")
            }
            Self::BadDiscriminator { .. } => Some("a tag is a `categorical` or `constant` field"),
            Self::DiscriminatorNotAbove { .. } | Self::Cycle => {
                Some("let the presence depend on a field of the same object, or of one above it")
            }
            Self::TooFewToDiffer { .. } => Some("list more values, or give the length a `max`"),
            Self::CannotBeDistinct { .. } => Some("drop `distinct`, or let a generator draw the elements"),
            Self::ValueCycle => Some("take the field out of `relationships`, or give it another generator"),
            Self::LengthTooLarge { .. } | Self::TooManyOrdinals => Some("make the arrays shorter"),
            Self::BadMainCollection => Some("take an array or dictionary that is a member of the document"),
            Self::UnknownPlugin { .. } => Some("name the script under `plugins: {generators: ...}`"),
            Self::UnknownPath { .. } => Some("write the path as it stands under `fields`"),
            _ => None,
        }
    }
}

impl Errors {
    /// Adds a problem at a path.
    pub(crate) fn push(&mut self, kind: ErrorKind, path: &JsonPath) {
        self.0.push(Error { kind, place: Place::at_path(path.to_string()) });
    }

    /// Unwraps a result; a problem is kept with its place.
    pub(crate) fn keep<T>(&mut self, result: Result<T, ErrorKind>, path: &JsonPath) -> Option<T> {
        result.map_err(|kind| self.push(kind, path)).ok()
    }
}

impl fmt::Display for Errors {
    /// Prints one problem a line: code, message and path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            let path = error.place.path.as_deref().unwrap_or("$");
            write!(f, "{line_end}[{}] {} at {path}", error.kind.code(), error.kind)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}
