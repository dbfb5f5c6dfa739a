//! The rule of one path.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::Rate;

use crate::faults::Faults;
use crate::generator::Generator;
use crate::recurrence::Recurrence;
use crate::written;

mod form_schema;

/// How often a field is there and how its values are made.
///
/// In YAML a field with one kind of value writes `type`, `generator` and `params` beside the rates; a field of
/// several kinds writes `one_of`, a list of the same with a `share` each, and the `type` of most values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "FieldForm", into = "FieldForm")]
#[schemars(with = "FieldForm")]
pub struct FieldRule {
    /// Share of the objects above it that have the field.
    pub presence: Rate,
    /// Share of the present values that are null.
    pub null_rate: Rate,
    /// No value is made twice.
    pub unique: bool,
    /// Holds personal data, so no literal of the sample may stand in its rule.
    pub personal: bool,
    /// What the values mean, for example `email`.
    pub semantic_type: Option<String>,
    /// Values that are made wrong on purpose.
    pub faults: Faults,
    /// The kinds of non-null values with their shares; at least one.
    pub kinds: Vec<ValueKind>,
}

/// One kind of value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueKind {
    /// Share of the non-null values that are of this kind.
    pub share: Rate,
    /// Type of the values.
    pub field_type: FieldType,
    /// How they are made; `None` for objects, arrays and null.
    pub generator: Option<Generator>,
    /// Limits the made values keep.
    pub constraints: Constraints,
}

/// Type of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A string.
    String,
    /// A number without fraction.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A date or time, as a string or as a number of seconds or milliseconds.
    Datetime,
    /// One of a few values.
    Enum,
    /// An object; its members are fields of their own.
    Object,
    /// An array; its elements are a field of their own.
    Array,
    /// Always null.
    Null,
}

impl FieldType {
    /// Returns the name in rule files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
            Self::Enum => "enum",
            Self::Object => "object",
            Self::Array => "array",
            Self::Null => "null",
        }
    }

    /// Tells whether values of the type need no generator.
    #[must_use]
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Object | Self::Array | Self::Null)
    }
}

/// Limits that made values keep.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constraints {
    /// Smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Digits behind the point, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Shares of numbers that need 0, 1, 2, ... digits behind the point; all need `decimals` if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decimal_probs: Vec<f64>,
    /// How numbers are spelled.
    #[serde(default, skip_serializing_if = "NumberSpelling::is_default")]
    pub spelling: NumberSpelling,
    /// Share of the numbers without decimals that are spelled as integers (`28`); the others as `spelling` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub integer_share: Option<Rate>,
    /// Fewest characters of a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// Most characters of a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    /// What stands before a number that is written as a string.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// What stands behind it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suffix: String,
    /// Values come again in other rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
}

impl Constraints {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a number that needs no decimals is spelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberSpelling {
    /// `28.0`: at least one digit behind the point.
    #[default]
    Decimal,
    /// `28`: as short as it goes.
    Shortest,
    /// `28.00`: always `decimals` digits.
    Fixed,
}

impl NumberSpelling {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_default(&self) -> bool {
        *self == Self::Decimal
    }
}

impl FieldRule {
    /// Returns the rule of a field that is always there, never null and has one kind of value.
    #[must_use]
    pub fn new(field_type: FieldType, generator: Option<Generator>) -> Self {
        let kind = ValueKind { share: Rate::ONE, field_type, generator, constraints: Constraints::default() };
        Self {
            presence: Rate::ONE,
            null_rate: Rate::ZERO,
            unique: false,
            personal: false,
            semantic_type: None,
            faults: Faults::default(),
            kinds: vec![kind],
        }
    }
}

/// The type of most values; of equal ones the first.
fn main_type(kinds: &[ValueKind]) -> Option<FieldType> {
    let share = |field_type: FieldType| -> f64 {
        kinds.iter().filter(|kind| kind.field_type == field_type).map(|kind| kind.share.get()).sum()
    };
    let mut main: Option<(FieldType, f64)> = None;
    for kind in kinds {
        let share = share(kind.field_type);
        if main.is_none_or(|(_, largest)| share > largest) {
            main = Some((kind.field_type, share));
        }
    }
    main.map(|(field_type, _)| field_type)
}

/// A field as it stands in YAML.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = form_schema::bind_params)]
struct FieldForm {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    field_type: Option<FieldType>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(with = "f64")]
    presence: Rate,
    #[serde(default = "zero", skip_serializing_if = "is_zero")]
    #[schemars(with = "f64")]
    null_rate: Rate,
    #[serde(default, skip_serializing_if = "is_false")]
    unique: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    semantic_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form_schema::generator")]
    generator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form_schema::params")]
    params: Option<serde_json::Value>,
    /// How texts of `llm_text` are made that no model makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form_schema::fallback")]
    fallback: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Constraints::is_empty")]
    constraints: Constraints,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    one_of: Vec<KindForm>,
    #[serde(default, skip_serializing_if = "Faults::is_empty")]
    faults: Faults,
    #[serde(default, skip_serializing_if = "FieldPrivacy::is_default")]
    privacy: FieldPrivacy,
}

/// One entry of `one_of`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = form_schema::bind_params)]
struct KindForm {
    #[schemars(with = "f64")]
    share: Rate,
    #[serde(rename = "type")]
    field_type: FieldType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form_schema::generator")]
    generator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form_schema::params")]
    params: Option<serde_json::Value>,
    /// How texts of `llm_text` are made that no model makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form_schema::fallback")]
    fallback: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Constraints::is_empty")]
    constraints: Constraints,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FieldPrivacy {
    pii: bool,
}

impl FieldPrivacy {
    fn is_default(&self) -> bool {
        !self.pii
    }
}

fn one() -> Rate {
    Rate::ONE
}

fn zero() -> Rate {
    Rate::ZERO
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_one(rate: &Rate) -> bool {
    rate.is_one()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(rate: &Rate) -> bool {
    rate.is_zero()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl TryFrom<FieldForm> for FieldRule {
    type Error = String;

    fn try_from(form: FieldForm) -> Result<Self, String> {
        let kinds = match (form.field_type, form.one_of) {
            (Some(field_type), one_of) if one_of.is_empty() => vec![ValueKind {
                share: Rate::ONE,
                field_type,
                generator: made(form.generator, form.params, form.fallback)?,
                constraints: form.constraints,
            }],
            (None, one_of) if one_of.is_empty() => return Err("missing field `type`".to_owned()),
            (field_type, one_of)
                if form.generator.is_none() && form.params.is_none() && form.fallback.is_none() =>
            {
                let kinds = one_of.into_iter().map(ValueKind::try_from).collect::<Result<Vec<_>, _>>()?;
                let main = main_type(&kinds);
                if field_type.is_some_and(|stated| Some(stated) != main) {
                    return Err("`type` beside `one_of` is not the type of most values".to_owned());
                }
                kinds
            }
            _ => return Err("`one_of` stands in place of `generator` and `params`".to_owned()),
        };
        Ok(Self {
            presence: form.presence,
            null_rate: form.null_rate,
            unique: form.unique,
            personal: form.privacy.pii,
            semantic_type: form.semantic_type,
            faults: form.faults,
            kinds,
        })
    }
}

/// Puts a generator together from the keys of a rule.
fn made(
    generator: Option<String>,
    params: Option<serde_json::Value>,
    fallback: Option<serde_json::Value>,
) -> Result<Option<Generator>, String> {
    let params = written::with_fallback(generator.as_deref(), params, fallback)?;
    Generator::from_form(generator, params)
}

impl TryFrom<KindForm> for ValueKind {
    type Error = String;

    fn try_from(form: KindForm) -> Result<Self, String> {
        Ok(Self {
            share: form.share,
            field_type: form.field_type,
            generator: made(form.generator, form.params, form.fallback)?,
            constraints: form.constraints,
        })
    }
}

impl From<FieldRule> for FieldForm {
    fn from(rule: FieldRule) -> Self {
        let mut form = Self {
            field_type: None,
            presence: rule.presence,
            null_rate: rule.null_rate,
            unique: rule.unique,
            semantic_type: rule.semantic_type,
            faults: rule.faults,
            generator: None,
            params: None,
            fallback: None,
            constraints: Constraints::default(),
            one_of: Vec::new(),
            privacy: FieldPrivacy { pii: rule.personal },
        };
        let main = main_type(&rule.kinds);
        let mut kinds: Vec<KindForm> = rule.kinds.into_iter().map(KindForm::from).collect();
        if kinds.len() == 1
            && let Some(kind) = kinds.pop()
        {
            form.field_type = Some(kind.field_type);
            form.generator = kind.generator;
            form.params = kind.params;
            form.fallback = kind.fallback;
            form.constraints = kind.constraints;
        }
        form.field_type = form.field_type.or(main);
        form.one_of = kinds;
        form
    }
}

impl From<ValueKind> for KindForm {
    fn from(kind: ValueKind) -> Self {
        let (generator, params) = kind.generator.map(Generator::into_form).unzip();
        let (params, fallback) = written::split_fallback(params.flatten());
        Self {
            share: kind.share,
            field_type: kind.field_type,
            generator,
            params,
            fallback,
            constraints: kind.constraints,
        }
    }
}
