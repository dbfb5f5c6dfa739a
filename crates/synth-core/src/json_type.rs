//! The seven types of a JSON value, and sets of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Type of a JSON value, with integers told from other numbers by their spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JsonType {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number spelled without fraction and exponent.
    Integer,
    /// Any other number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl JsonType {
    /// All types, in the order in which files list them.
    pub const ALL: [Self; 7] =
        [Self::Null, Self::Boolean, Self::Integer, Self::Number, Self::String, Self::Array, Self::Object];

    /// Returns the name that JSON Schema uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TypeSet(u8);

impl TypeSet {
    /// Returns the set with `json_type` added.
    #[must_use]
    pub const fn with(self, json_type: JsonType) -> Self {
        Self(self.0 | 1 << json_type as u8)
    }

    /// Tells whether `json_type` is in the set.
    #[must_use]
    pub const fn contains(self, json_type: JsonType) -> bool {
        self.0 & (1 << json_type as u8) != 0
    }

    /// Returns the types of the set, in the order of [`JsonType::ALL`].
    pub fn iter(self) -> impl Iterator<Item = JsonType> {
        JsonType::ALL.into_iter().filter(move |json_type| self.contains(*json_type))
    }
}

impl FromIterator<JsonType> for TypeSet {
    fn from_iter<I: IntoIterator<Item = JsonType>>(types: I) -> Self {
        types.into_iter().fold(Self::default(), Self::with)
    }
}
