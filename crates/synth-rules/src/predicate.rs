//! Conditions on records, such as `$.status == "FAILED" && $.amount > 100`.

use std::fmt;

use synth_core::JsonPath;

use crate::generator::Literal;

mod fix;
mod read;
mod watch;

pub use watch::Watch;

/// A condition that a record meets or not.
///
/// A path that stands for several values, as `$.items[].sku` does, meets a comparison when one of them does. What is
/// absent meets no comparison, not even `!=`. Numbers are compared as numbers however they are spelled, texts by their
/// characters; values of different types are never equal and never in order.
///
/// # Example
///
/// ```
/// use synth_rules::Predicate;
/// let predicate = Predicate::parse("$.status == \"FAILED\" && has($.error)")?;
/// assert_eq!(predicate.to_string(), "$.status == \"FAILED\" && has($.error)");
/// # Ok::<(), synth_rules::PredicateError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// A value compares with a literal.
    Compare {
        /// Where the value stands.
        path: JsonPath,
        /// How it compares.
        comparison: Comparison,
        /// What it is compared with.
        value: Literal,
    },
    /// Something stands there, null or not.
    Has(JsonPath),
    /// All hold.
    All(Vec<Predicate>),
    /// At least one holds.
    Any(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {reason}")]
pub struct PredicateError {
    /// Character of the text, counted from 1.
    pub at: usize,
    /// What is wrong there.
    pub reason: String,
}

impl Comparison {
    /// All comparisons with their signs; longer signs come first.
    const ALL: [(&'static str, Self); 6] = [
        ("==", Self::Equal),
        ("!=", Self::Unequal),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Below),
        (">", Self::Above),
    ];

    fn sign(self) -> &'static str {
        Self::ALL.iter().find(|(_, comparison)| *comparison == self).map_or("", |(sign, _)| sign)
    }
}

impl Predicate {
    /// Reads a condition: comparisons (`==`, `!=`, `<`, `<=`, `>`, `>=`) of a path with a text in double quotes, a
    /// number, `true`, `false` or `null`; `has(PATH)`; joined by `&&`, `||`, `!` and parentheses.
    ///
    /// # Errors
    ///
    /// The first character that does not fit.
    pub fn parse(text: &str) -> Result<Self, PredicateError> {
        read::parse(text)
    }

    /// Returns the paths that the condition looks at, in the order in which they stand in it.
    #[must_use]
    pub fn paths(&self) -> Vec<&JsonPath> {
        match self {
            Self::Compare { path, .. } | Self::Has(path) => vec![path],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::paths).collect(),
            Self::Not(part) => part.paths(),
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare { path, comparison, value } => {
                // A literal always has a JSON form.
                let value = serde_json::to_string(value).map_err(|_| fmt::Error)?;
                write!(f, "{path} {} {value}", comparison.sign())
            }
            Self::Has(path) => write!(f, "has({path})"),
            Self::All(parts) => joined(f, parts, " && "),
            Self::Any(parts) => joined(f, parts, " || "),
            Self::Not(part) => match &**part {
                Self::Has(_) => write!(f, "!{part}"),
                part => write!(f, "!({part})"),
            },
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Predicate], sign: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { sign })?;
        match part {
            Predicate::All(_) | Predicate::Any(_) => write!(f, "({part})")?,
            part => write!(f, "{part}")?,
        }
    }
    Ok(())
}
