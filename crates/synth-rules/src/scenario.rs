//! Scenarios: named changes of rules for one run, such as a day of heavy traffic.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use synth_core::{JsonPath, Rate};

use crate::faults::Faults;
use crate::shape::LengthRule;

mod apply;
mod file;
mod moments;
mod profile;

pub use file::ScenarioFile;

/// Changes of a rule set; applied, it gives another rule set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it stands for; read by people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// First and last moment of the times: of those under `modifications` or, if none is there, of all times that are
    /// no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporal_range: Option<[String; 2]>,
    /// A change of the number of rows made when no number is asked for, such as `+150%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub rows: Option<Amount>,
    /// Changes by path: of a field, or of the length of an array or dictionary.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, Modification>")]
    pub modifications: IndexMap<JsonPath, Modification>,
}

/// What changes at one path.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Modification {
    /// The new presence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub presence: Option<Rate>,
    /// The new share of nulls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub null_rate: Option<Rate>,
    /// New probabilities of a `categorical` field: a list in the order of its values, or by value, the others
    /// keeping their ratios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub probs: Option<Probs>,
    /// How `params` change the mean and the standard deviation of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<MomentChange>,
    /// By how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Moments>,
    /// New weights of hours, or factors of the present ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub hour_profile: Option<ProfileChange>,
    /// New weights of weekdays, or factors of the present ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub weekday_profile: Option<ProfileChange>,
    /// The new length of an array or dictionary.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "length")]
    pub length: Option<LengthRule>,
    /// Constraints that replace those of the same name; null takes one away.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub constraints: Map<String, Value>,
    /// Values that are made wrong on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faults: Option<Faults>,
}

/// How numbers change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MomentChange {
    /// An amount is added; percentages are of the present value. Without `std` the deviation stays.
    Shift,
    /// The present value is multiplied. Without `std` the deviation grows as the mean does.
    Scale,
    /// The new value itself. Without `std` the deviation stays.
    Set,
}

/// Changes of mean and standard deviation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    /// Of the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub mean: Option<Amount>,
    /// Of the standard deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub std: Option<Amount>,
}

/// A number, or a share in percent such as `+25%`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Amount {
    /// In the field's own unit.
    Number(f64),
    /// In hundredths.
    Percent(f64),
}

/// Probabilities of listed values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Probs {
    /// In the order of the values.
    List(Vec<f64>),
    /// By value, as the value is written without quotes.
    ByValue(IndexMap<String, f64>),
}

/// Weights of hours or weekdays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum ProfileChange {
    /// The new weights.
    Weights(Vec<f64>),
    /// Factors of hours (`8`, `8..23`) or days (`monday`, `sat..sun`), ends included.
    Scale(IndexMap<String, f64>),
}

impl TryFrom<Value> for Amount {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let amount = match &value {
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => match text.trim().strip_suffix('%') {
                Some(percent) => number(percent).map(Self::Percent),
                None => number(text).map(Self::Number),
            },
            _ => None,
        };
        amount.ok_or_else(|| "expected a number, or a percentage such as `+25%`".to_owned())
    }
}

impl From<Amount> for Value {
    fn from(amount: Amount) -> Self {
        match amount {
            Amount::Number(number) => number.into(),
            Amount::Percent(percent) => format!("{percent:+}%").into(),
        }
    }
}

/// Numbers of a list.
fn numbers(list: Vec<Value>) -> Option<Vec<f64>> {
    list.iter().map(Value::as_f64).collect()
}

/// Numbers by name.
fn named_numbers(map: Map<String, Value>) -> Option<IndexMap<String, f64>> {
    map.into_iter().map(|(name, value)| Some((name, value.as_f64()?))).collect()
}

impl TryFrom<Value> for Probs {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let probs = match value {
            Value::Array(list) => numbers(list).map(Self::List),
            Value::Object(map) => named_numbers(map).map(Self::ByValue),
            _ => None,
        };
        probs.ok_or_else(|| {
            "expected a list of probabilities, or a mapping of values to probabilities".to_owned()
        })
    }
}

impl From<Probs> for Value {
    fn from(probs: Probs) -> Self {
        match probs {
            Probs::List(list) => list.into(),
            Probs::ByValue(map) => map.into_iter().map(|(name, prob)| (name, Value::from(prob))).collect(),
        }
    }
}

impl TryFrom<Value> for ProfileChange {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let change = match value {
            Value::Array(list) => numbers(list).map(Self::Weights),
            Value::Object(mut map) => match (map.shift_remove("scale"), map.is_empty()) {
                (Some(Value::Object(scale)), true) => named_numbers(scale).map(Self::Scale),
                _ => None,
            },
            _ => None,
        };
        change.ok_or_else(|| "expected a list of weights, or `{scale: {8..23: 2.5}}`".to_owned())
    }
}

impl From<ProfileChange> for Value {
    fn from(change: ProfileChange) -> Self {
        match change {
            ProfileChange::Weights(weights) => weights.into(),
            ProfileChange::Scale(scale) => {
                let scale: Value =
                    scale.into_iter().map(|(name, factor)| (name, Value::from(factor))).collect();
                serde_json::json!({ "scale": scale })
            }
        }
    }
}

/// A length as under `shape`; its params may also stand beside the distribution.
fn length<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<LengthRule>, D::Error> {
    let mut value = Value::deserialize(deserializer)?;
    if let Value::Object(map) = &mut value
        && !map.contains_key("params")
        && let Some(name) = map.shift_remove("distribution")
    {
        let params = Value::Object(std::mem::take(map));
        map.insert("distribution".to_owned(), name);
        map.insert("params".to_owned(), params);
    }
    serde_json::from_value(value).map(Some).map_err(serde::de::Error::custom)
}
