//! Of which types the values of a field are in one case of a union.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::Rate;

use crate::field::{FieldRule, FieldType, ValueKind};
use crate::generator::{Generator, Literal, WrittenAs};

/// Type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// `null`; in YAML it stands in quotes.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, whole or not.
    #[serde(alias = "integer")]
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// One type, or several with their shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a type (`'null'`, `boolean`, `number`, `string`, `array` or `object`), or types with their shares"
)]
pub enum TypeShares {
    /// All values are of this type.
    One(ValueType),
    /// Shares of the values, which sum to 1.
    Several(#[schemars(with = "BTreeMap<ValueType, f64>")] BTreeMap<ValueType, Rate>),
}

impl TypeShares {
    /// Returns the share of the values that are of a type.
    #[must_use]
    pub fn share(&self, of_type: ValueType) -> Rate {
        match self {
            Self::One(own) if *own == of_type => Rate::ONE,
            Self::One(_) => Rate::ZERO,
            Self::Several(shares) => shares.get(&of_type).copied().unwrap_or(Rate::ZERO),
        }
    }

    /// Tells whether a field may have values of each of the types.
    #[must_use]
    pub fn fit(&self, rule: &FieldRule) -> bool {
        let has = |of_type: ValueType| rule.kinds.iter().any(|kind| ValueType::of(kind) == of_type);
        self.types().all(|of_type| of_type == ValueType::Null || has(of_type))
    }

    /// Returns the types that some values are of.
    pub fn types(&self) -> impl Iterator<Item = ValueType> {
        ValueType::ALL.into_iter().filter(|of_type| !self.share(*of_type).is_zero())
    }
}

impl FromIterator<(ValueType, Rate)> for TypeShares {
    fn from_iter<I: IntoIterator<Item = (ValueType, Rate)>>(shares: I) -> Self {
        let shares: BTreeMap<ValueType, Rate> =
            shares.into_iter().filter(|(_, share)| !share.is_zero()).collect();
        match shares.iter().next() {
            Some((only, _)) if shares.len() == 1 => Self::One(*only),
            _ => Self::Several(shares),
        }
    }
}

impl ValueType {
    /// All types, in the order of their names' list in rule files.
    pub const ALL: [Self; 6] =
        [Self::Null, Self::Boolean, Self::Number, Self::String, Self::Array, Self::Object];

    /// Returns the name in rule files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// Returns the type of the values of a kind.
    #[must_use]
    pub fn of(kind: &ValueKind) -> Self {
        match (kind.field_type, &kind.generator) {
            (FieldType::Object, _) => Self::Object,
            (FieldType::Array, _) => Self::Array,
            (FieldType::Null, _) => Self::Null,
            (FieldType::Boolean, _) => Self::Boolean,
            (FieldType::Integer | FieldType::Number, _) => Self::Number,
            (FieldType::Datetime, Some(Generator::TemporalRhythmic(times)))
                if times.written_as == WrittenAs::Number || times.format.starts_with("epoch_") =>
            {
                Self::Number
            }
            (FieldType::Enum, Some(Generator::Categorical(list))) => {
                list.values.first().map_or(Self::String, Self::of_literal)
            }
            (FieldType::Enum, Some(Generator::Constant(constant))) => Self::of_literal(&constant.value),
            _ => Self::String,
        }
    }

    fn of_literal(literal: &Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(_) => Self::Boolean,
            Literal::Integer(_) | Literal::Number(_) => Self::Number,
            Literal::Text(_) => Self::String,
        }
    }
}
