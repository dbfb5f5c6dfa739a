//! A JSON value without parts.

use crate::{JsonType, Number};

/// A null, boolean, number or string borrowed from the reader's buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number in its own spelling.
    Number(Number<'a>),
    /// A string with its escapes resolved.
    String(&'a str),
}

impl Scalar<'_> {
    /// Returns the JSON type.
    #[must_use]
    pub fn json_type(&self) -> JsonType {
        match self {
            Self::Null => JsonType::Null,
            Self::Bool(_) => JsonType::Boolean,
            Self::Number(number) if number.is_integer() => JsonType::Integer,
            Self::Number(_) => JsonType::Number,
            Self::String(_) => JsonType::String,
        }
    }
}
