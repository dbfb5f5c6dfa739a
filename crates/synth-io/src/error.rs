//! The one error of this crate: what stopped the work, where, and why.

use std::fmt;

use synth_core::Place;

use crate::Format;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why reading or writing cannot go on.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Where: always with the source's name, and with a position when it is about the content.
    pub place: Box<Place>,
    source: Option<Cause>,
}

/// What can go wrong; each kind has a stable code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such file or folder.
    #[error("no such file or folder")]
    NotFound,
    /// The operating system refuses access.
    #[error("permission denied")]
    PermissionDenied,
    /// A file was expected.
    #[error("this is a folder, not a file")]
    IsADirectory,
    /// There are no bytes, or only white space.
    #[error("the input is empty")]
    EmptyInput,
    /// The content is not text in UTF-8.
    #[error("this is not JSON text but {what}")]
    Binary {
        /// What it looks like.
        what: &'static str,
    },
    /// A compressed file ends too early.
    #[error("the {codec} data ends too early; the file is truncated")]
    Truncated {
        /// Which compression.
        codec: Codec,
    },
    /// A compressed file is damaged.
    #[error("the {codec} data is damaged")]
    Damaged {
        /// Which compression.
        codec: Codec,
    },
    /// A record, array or document breaks the JSON grammar.
    #[error("{fault}")]
    BadJson {
        /// The rule it breaks.
        fault: Fault,
        /// How the source was cut into records.
        format: Format,
    },
    /// More records of a JSONL file are bad than was allowed.
    #[error("more than {max_bad} bad records; this one: {fault}")]
    TooManyBad {
        /// How many were allowed.
        max_bad: u64,
        /// What is wrong with the first record beyond that.
        fault: Fault,
    },
    /// Arrays and objects are nested deeper than allowed.
    #[error("nested deeper than {max_depth} levels")]
    TooDeep {
        /// The limit.
        max_depth: usize,
    },
    /// A line, array element or token is longer than allowed.
    #[error("a record longer than {max_bytes} bytes")]
    RecordTooLong {
        /// The limit.
        max_bytes: u64,
    },
    /// Documents and record streams cannot be read together.
    #[error("this file is one document, others are streams of records")]
    MixedFormats,
    /// The source ends before the place at which reading was to go on.
    #[error("the input is shorter than it was")]
    Shorter,
    /// The source cannot be read.
    #[error("reading failed")]
    Read,
    /// The target cannot be written.
    #[error("writing failed")]
    Write,
    /// Nobody reads what is written; the command line ends quietly.
    #[error("the reader of the output has closed it")]
    BrokenPipe,
    /// The target exists and may not be replaced.
    #[error("the file exists")]
    Exists,
    /// The target's folder does not exist or does not take new files.
    #[error("no file can be made in this folder")]
    Unwritable,
    /// A link leads out of the folder that a file must lie in.
    #[error("the file lies outside of the rule file's folder")]
    OutsideFolder,
}

/// A compression of whole files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

/// The rule of the JSON grammar that a text breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The text ends inside a value.
    #[error("the JSON text ends too early")]
    UnexpectedEnd,
    /// Something else stands where a value must.
    #[error("expected a value")]
    ExpectedValue,
    /// A member does not start with a string.
    #[error("expected a key in double quotes")]
    ExpectedKey,
    /// No colon behind a key.
    #[error("expected `:`")]
    ExpectedColon,
    /// Neither a comma nor the end behind a member.
    #[error("expected `,` or `}}`")]
    ExpectedObjectEnd,
    /// Neither a comma nor the end behind an element.
    #[error("expected `,` or `]`")]
    ExpectedArrayEnd,
    /// An array was announced, but the text does not start with one.
    #[error("expected an array")]
    ExpectedArray,
    /// A comma before a closing bracket.
    #[error("a comma before the closing bracket")]
    TrailingComma,
    /// More text behind the value.
    #[error("expected nothing more behind the value")]
    TrailingText,
    /// A word other than `true`, `false` and `null`.
    #[error("expected `true`, `false` or `null`")]
    BadLiteral,
    /// A number outside the grammar.
    #[error("a malformed number")]
    BadNumber,
    /// A number with a zero in front.
    #[error("a number with a leading zero")]
    LeadingZero,
    /// A line break, tab or other control character in a string that is not escaped.
    #[error("a control character in a string")]
    ControlCharacter,
    /// A backslash followed by something that is no escape.
    #[error("an unknown escape in a string")]
    BadEscape,
    /// Bytes that are not UTF-8.
    #[error("bytes that are not UTF-8")]
    BadUtf8,
    /// Nested deeper than the limit.
    #[error("nested too deeply")]
    TooDeep,
    /// Longer than a scanner can number (4 GiB).
    #[error("a text of 4 GiB or more")]
    TooLong,
}

impl Error {
    /// Makes an error that has no cause beyond itself.
    #[must_use]
    pub fn new(kind: ErrorKind, place: Place) -> Self {
        Self { kind, place: Box::new(place), source: None }
    }

    /// Makes an error of what the operating system said while reading `name`.
    pub(crate) fn from_io(name: &str, fallback: ErrorKind, cause: std::io::Error) -> Self {
        use std::io::ErrorKind as Os;
        let kind = match cause.kind() {
            Os::NotFound => ErrorKind::NotFound,
            Os::PermissionDenied => ErrorKind::PermissionDenied,
            Os::IsADirectory => ErrorKind::IsADirectory,
            Os::BrokenPipe => ErrorKind::BrokenPipe,
            _ => fallback,
        };
        Self::caused(kind, Place::in_source(name), cause)
    }

    /// Makes an error of `kind` with the cause that the operating system gave.
    pub(crate) fn caused(kind: ErrorKind, place: Place, cause: std::io::Error) -> Self {
        Self { kind, place: Box::new(place), source: Some(Box::new(cause)) }
    }

    /// Returns the stable code, such as `io/empty-input`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// Returns what the user can do about it, where we can guess.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        self.kind.hint()
    }
}

impl ErrorKind {
    /// Returns the stable code, such as `io/empty-input`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "io/not-found",
            Self::PermissionDenied => "io/permission-denied",
            Self::IsADirectory => "io/is-a-directory",
            Self::EmptyInput => "io/empty-input",
            Self::Binary { .. } => "io/binary",
            Self::Truncated { codec: Codec::Gzip } => "io/truncated-gzip",
            Self::Truncated { codec: Codec::Zstd } => "io/truncated-zstd",
            Self::Damaged { codec: Codec::Gzip } => "io/bad-gzip",
            Self::Damaged { codec: Codec::Zstd } => "io/bad-zstd",
            Self::BadJson { fault: Fault::BadUtf8, .. } => "io/bad-utf8",
            Self::BadJson { .. } => "io/bad-json",
            Self::TooManyBad { .. } => "io/too-many-bad",
            Self::TooDeep { .. } => "io/too-deep",
            Self::RecordTooLong { .. } => "io/line-too-long",
            Self::MixedFormats => "io/mixed-formats",
            Self::Shorter => "io/shorter",
            Self::Read => "io/read",
            Self::Write => "io/write",
            Self::BrokenPipe => "io/broken-pipe",
            Self::Exists => "io/exists",
            Self::Unwritable => "io/unwritable",
            Self::OutsideFolder => "io/outside-folder",
        }
    }

    const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::BadJson { format: Format::JsonLines, .. } | Self::TooManyBad { .. } => {
                Some("`--max-bad N` skips and counts up to N bad records")
            }
            Self::BadJson {
                fault: Fault::TrailingText | Fault::ExpectedObjectEnd | Fault::ExpectedArrayEnd,
                ..
            } => Some("if each line is a record of its own, say `--format jsonl`"),
            Self::Binary { .. } => Some("give UTF-8 JSON text, plain or compressed with gzip or zstd"),
            Self::TooDeep { .. } => Some("`--max-depth N` allows deeper nesting"),
            Self::RecordTooLong { .. } => Some("`--max-line-bytes N` allows longer records"),
            Self::Exists => Some("`--force` replaces it"),
            _ => None,
        }
    }
}
