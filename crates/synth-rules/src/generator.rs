//! The named ways to make values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use synth_core::{JsonPath, TimeFormat};

use crate::kde::Kde;
use crate::parametric::ParametricRule;
pub use crate::phrase::{MarkovText, Slot, Template};
use crate::plugins::PluginCall;
use crate::resolution::Resolution;
use crate::series::Series;
use crate::written::LlmText;

/// How the values of a field are made: the pair `generator` and `params` of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "generator", content = "params", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Generator {
    /// Random UUIDs (RFC 9562, version 4).
    UuidV4,
    /// UUIDs that rise with the row (RFC 9562, version 7).
    UuidV7,
    /// ULIDs that rise with the row.
    Ulid,
    /// Numbers, or numbered strings, in steps.
    Sequence(Sequence),
    /// Strings of regular languages.
    Pattern(Pattern),
    /// Text with slots.
    Template(Template),
    /// Made-up names, addresses, words and the like.
    Faker(Faker),
    /// A few values with their probabilities.
    Categorical(Categorical),
    /// Numbers by their quantiles.
    QuantileSample(QuantileSample),
    /// Dates and times with a rhythm.
    TemporalRhythmic(TemporalRhythmic),
    /// Texts by a chain of words.
    MarkovText(MarkovText),
    /// Texts that a language model writes.
    LlmText(Box<LlmText>),
    /// Always the same value.
    Constant(Constant),
    /// Numbers of a named distribution.
    Parametric(ParametricRule),
    /// Numbers around given ones.
    Kde(Kde),
    /// Numbers that run along the rows.
    Series(Series),
    /// Values of a plugin.
    Plugin(PluginCall),
    /// Values that follow from other fields by an expression.
    Derived(Derived),
    /// The values of another field.
    Copy(CopyOf),
}

/// A value that stands in a rule file: a string, number, boolean or null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(String),
}

impl Literal {
    /// The number that it is, if it is one.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            Self::Null | Self::Bool(_) | Self::Text(_) => None,
        }
    }

    /// Returns the value as it is written without quotes.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(flag) => flag.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    /// Returns the number, if it is one.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Params of `sequence`: row `i` gets `prefix`, `start + i * step` padded with zeros to `width` digits, `suffix`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// Number of the first row.
    pub start: i64,
    /// Difference from row to row.
    #[serde(default = "one")]
    pub step: i64,
    /// Text before the number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Digits, padded with zeros; 0 for none. Only for strings.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub width: u8,
    /// Text behind the number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suffix: String,
}

impl Sequence {
    /// Returns bare numbers in steps.
    #[must_use]
    pub fn numbers(start: i64, step: i64) -> Self {
        Self { start, step, prefix: String::new(), width: 0, suffix: String::new() }
    }

    /// Tells whether the values are strings whatever the field's type: something stands around the number.
    #[must_use]
    pub fn is_text(&self) -> bool {
        !self.prefix.is_empty() || self.width > 0 || !self.suffix.is_empty()
    }
}

fn one() -> i64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(width: &u8) -> bool {
    *width == 0
}

/// Params of `pattern`: regular expressions, of which one is chosen for each value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// The expressions; each describes whole values, anchors are not needed.
    pub patterns: Vec<String>,
    /// Their probabilities; equal if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probs: Vec<f64>,
}

/// Params of `faker`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Faker {
    /// What is made up.
    pub method: FakerMethod,
    /// Quantiles of the length in characters, for `text` and `words`: percentages from 0 to 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<f64>,
    /// The length at each quantile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lengths: Vec<f64>,
    /// The entity whose part the value is, as `entities` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Where the person or place is from, for values without an entity, such as `de_DE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl Faker {
    /// Returns the params of a method alone.
    #[must_use]
    pub fn of(method: FakerMethod) -> Self {
        Self { method, quantiles: Vec::new(), lengths: Vec::new(), entity: None, locale: None }
    }
}

/// What the generator `faker` can make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FakerMethod {
    /// Given and family name.
    Name,
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// Name of a company.
    CompanyName,
    /// E-mail address at a domain reserved for examples.
    Email,
    /// User name.
    UserName,
    /// Telephone number from a range reserved for fiction.
    PhoneNumber,
    /// IPv4 address from the ranges reserved for documentation or private use.
    Ipv4,
    /// IPv6 address from the range reserved for documentation.
    Ipv6,
    /// MAC address, locally administered.
    MacAddress,
    /// URL at a domain reserved for examples.
    Url,
    /// Name of a host at a domain reserved for examples.
    DomainName,
    /// Street with house number.
    StreetAddress,
    /// City.
    City,
    /// Region, state or province.
    Region,
    /// Country.
    Country,
    /// Postal code.
    PostalCode,
    /// Form of address, such as `Mr.`.
    Title,
    /// `female` or `male`.
    Gender,
    /// Locale, such as `de_DE`.
    Locale,
    /// Code of a country, two letters of ISO 3166-1.
    CountryCode,
    /// Code of a region, such as `NY`.
    RegionCode,
    /// Payment card number with a valid check digit, from test ranges.
    CreditCard,
    /// IBAN with valid check digits.
    Iban,
    /// US social security number from a range that is never issued.
    Ssn,
    /// Date of birth, `YYYY-MM-DD`.
    DateOfBirth,
    /// Job title.
    JobTitle,
    /// A few words.
    Words,
    /// Sentences.
    Text,
}

impl FakerMethod {
    /// All methods with their names, as they stand in rule files.
    pub const ALL: [(&'static str, Self); 29] = [
        ("name", Self::Name),
        ("first_name", Self::FirstName),
        ("last_name", Self::LastName),
        ("company_name", Self::CompanyName),
        ("email", Self::Email),
        ("user_name", Self::UserName),
        ("phone_number", Self::PhoneNumber),
        ("ipv4", Self::Ipv4),
        ("ipv6", Self::Ipv6),
        ("mac_address", Self::MacAddress),
        ("url", Self::Url),
        ("domain_name", Self::DomainName),
        ("street_address", Self::StreetAddress),
        ("city", Self::City),
        ("region", Self::Region),
        ("country", Self::Country),
        ("postal_code", Self::PostalCode),
        ("title", Self::Title),
        ("gender", Self::Gender),
        ("locale", Self::Locale),
        ("country_code", Self::CountryCode),
        ("region_code", Self::RegionCode),
        ("credit_card", Self::CreditCard),
        ("iban", Self::Iban),
        ("ssn", Self::Ssn),
        ("date_of_birth", Self::DateOfBirth),
        ("job_title", Self::JobTitle),
        ("words", Self::Words),
        ("text", Self::Text),
    ];
}

/// Params of `categorical`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Categorical {
    /// The values.
    pub values: Vec<Literal>,
    /// Their probabilities; they sum to 1 unless `normalize` is set; equal if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probs: Vec<f64>,
    /// Divide the probabilities by their sum.
    #[serde(default, skip_serializing_if = "is_false")]
    pub normalize: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Params of `quantile_sample`: numbers by inverse CDF.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuantileSample {
    /// Percentages from 0 to 100, rising.
    pub quantiles: Vec<f64>,
    /// The number at each of them, not falling.
    pub values: Vec<f64>,
    /// Numbers that are repeated often, drawn apart from the quantiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spikes: Vec<Spike>,
    /// What runs between the quantiles.
    #[serde(default, skip_serializing_if = "Interpolation::is_linear")]
    pub interpolation: Interpolation,
}

/// What runs between the quantiles of a distribution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// Straight lines: numbers between two quantiles are equally likely.
    #[default]
    Linear,
    /// A smooth curve that never falls.
    MonotoneCubic,
}

impl Interpolation {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_linear(&self) -> bool {
        *self == Self::Linear
    }
}

impl QuantileSample {
    /// Returns the same distribution with straight lines between quantiles only.
    #[must_use]
    pub fn linear(&self) -> Self {
        match self.interpolation {
            Interpolation::Linear => self.clone(),
            Interpolation::MonotoneCubic => {
                let (quantiles, values) = crate::smooth::densified(&self.quantiles, &self.values);
                let spikes = self.spikes.clone();
                Self { quantiles, values, spikes, interpolation: Interpolation::Linear }
            }
        }
    }
}

/// A number that is repeated often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spike {
    /// The number.
    pub value: f64,
    /// Share of all values.
    pub prob: f64,
}

/// Params of `temporal_rhythmic`.
///
/// A value is a spike with its probability; else it is drawn by the quantiles, and when the profiles are given, its
/// weekday and hour are then redrawn by them within the same week and day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemporalRhythmic {
    /// `strftime` letters for strings; `epoch_seconds`, `epoch_millis`, `epoch_micros` or `epoch_nanos` for numbers.
    pub format: String,
    /// How the texts of the format are written.
    #[serde(default, skip_serializing_if = "WrittenAs::is_default")]
    pub written_as: WrittenAs,
    /// Percentages from 0 to 100, rising.
    pub quantiles: Vec<f64>,
    /// The time at each of them, as RFC 3339 in UTC, not falling.
    pub values: Vec<String>,
    /// Times that are repeated often, drawn apart from the quantiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spikes: Vec<TimeSpike>,
    /// Step that all times but the spikes are multiples of, such as `1h`; that of the format if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// Seven weights, Monday first; even if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekday_profile: Vec<f64>,
    /// Twenty-four weights in UTC; even if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hour_profile: Vec<f64>,
    /// Zones in which the times are written, for formats with `%z` or `%:z`; UTC if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneShare>,
}

/// Whether the texts of a time format stand in quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WrittenAs {
    /// A string.
    #[default]
    Text,
    /// A number, without zeros in front: `%H%M` makes 517 of 05:17. The format must print digits only.
    Number,
}

impl WrittenAs {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_default(&self) -> bool {
        *self == Self::Text
    }
}

/// A time that is repeated often, such as one that stands for "never".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeSpike {
    /// The time, as RFC 3339 in UTC.
    pub value: String,
    /// Share of all values.
    pub prob: f64,
}

impl TimeSpike {
    /// Returns the time in microseconds since the epoch; `None` if there is none.
    #[must_use]
    pub fn moment(&self) -> Option<i64> {
        read_time(&self.value)
    }
}

/// A zone and the share of times written in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneShare {
    /// Minutes ahead of UTC.
    pub minutes: i32,
    /// Share of the times.
    pub prob: f64,
}

impl TemporalRhythmic {
    /// Returns the times of `values` in microseconds since the epoch; `None` where there is none.
    pub fn moments(&self) -> impl Iterator<Item = Option<i64>> {
        self.values.iter().map(|text| read_time(text))
    }

    /// Tells whether different steps of `step_micros` microseconds always have different texts.
    #[must_use]
    pub fn tells_moments_apart(&self, step_micros: i64) -> bool {
        let has = |letters: &[&str]| letters.iter().any(|letter| self.format.contains(letter));
        let has_date = has(&["%Y"])
            && has(&["%m", "%-m", "%b", "%B"])
            && has(&["%d", "%-d", "%e"])
            && !has(&["%-m%-d", "%-m%d", "%m%-d"]);
        let has_day =
            has_date || (has(&["%Y"]) && has(&["%j"])) || (has(&["%G"]) && has(&["%V"]) && has(&["%u"]));
        let has_hour = has(&["%H", "%-H"]) || (has(&["%I", "%-I"]) && has(&["%p", "%P"]));
        let has_time = (step_micros >= DAY || has_hour)
            && (step_micros >= HOUR || has(&["%M"]))
            && (step_micros >= MINUTE || has(&["%S"]));
        self.format.starts_with("epoch_") || has(&["%s"]) || (has_day && has_time)
    }
}

/// Reads an RFC 3339 time or date.
pub(crate) fn read_time(text: &str) -> Option<i64> {
    let digits =
        text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let fraction = if digits == 0 { String::new() } else { format!("%.{digits}f") };
    let zoned = ["Z", "%:z", ""].map(|zone| format!("%Y-%m-%dT%H:%M:%S{fraction}{zone}"));
    let all = zoned.iter().map(String::as_str).chain(["%Y-%m-%d"]);
    all.filter_map(|format| TimeFormat::parse(format).ok())
        .find_map(|format| format.read(text))
        .map(|time| time.0)
}

/// Microseconds.
const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Params of `constant`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// The value.
    pub value: Literal,
}

/// Params of `derived`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// An expression over the fields of the object and of the objects above it, such as `price * quantity`.
    pub expression: String,
}

/// Params of `copy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyOf {
    /// The field whose value is taken: one of the same row or of a row above it.
    #[schemars(with = "String")]
    pub path: JsonPath,
}

impl Generator {
    /// Names of all generators, as they stand in rule files.
    pub const NAMES: [&'static str; 19] = [
        "uuid_v4",
        "uuid_v7",
        "ulid",
        "sequence",
        "pattern",
        "template",
        "markov_text",
        "llm_text",
        "faker",
        "categorical",
        "quantile_sample",
        "temporal_rhythmic",
        "constant",
        "parametric",
        "kde",
        "series",
        "plugin",
        "derived",
        "copy",
    ];

    /// Returns the name in rule files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::UuidV4 => "uuid_v4",
            Self::UuidV7 => "uuid_v7",
            Self::Ulid => "ulid",
            Self::Sequence(_) => "sequence",
            Self::Pattern(_) => "pattern",
            Self::Template(_) => "template",
            Self::MarkovText(_) => "markov_text",
            Self::LlmText(_) => "llm_text",
            Self::Faker(_) => "faker",
            Self::Categorical(_) => "categorical",
            Self::QuantileSample(_) => "quantile_sample",
            Self::TemporalRhythmic(_) => "temporal_rhythmic",
            Self::Constant(_) => "constant",
            Self::Parametric(_) => "parametric",
            Self::Kde(_) => "kde",
            Self::Series(_) => "series",
            Self::Plugin(_) => "plugin",
            Self::Derived(_) => "derived",
            Self::Copy(_) => "copy",
        }
    }

    /// Tells whether it draws numbers from a distribution.
    pub(crate) fn makes_numbers(&self) -> bool {
        matches!(self, Self::QuantileSample(_) | Self::Parametric(_) | Self::Kde(_))
    }

    /// Puts a generator together from the two keys of a rule.
    pub(crate) fn from_form(name: Option<String>, params: Option<Value>) -> Result<Option<Self>, String> {
        let Some(name) = name else {
            return match params {
                None => Ok(None),
                Some(_) => Err("`params` without `generator`".to_owned()),
            };
        };
        if !Self::NAMES.contains(&name.as_str()) {
            return Err(format!(
                "unknown generator `{name}`, expected one of `{}`",
                Self::NAMES.join("`, `")
            ));
        }
        let mut form = serde_json::Map::new();
        form.insert("generator".to_owned(), Value::String(name.clone()));
        if let Some(params) = params {
            form.insert("params".to_owned(), params);
        }
        serde_json::from_value(Value::Object(form))
            .map(Some)
            .map_err(|error| format!("params of `{name}`: {error}"))
    }

    /// Takes a generator apart into the two keys of a rule.
    pub(crate) fn into_form(self) -> (String, Option<Value>) {
        match serde_json::to_value(self) {
            Ok(Value::Object(mut form)) => {
                let name = form.remove("generator").and_then(|name| name.as_str().map(str::to_owned));
                (name.unwrap_or_default(), form.remove("params"))
            }
            _ => unreachable!("an adjacently tagged enum is written as an object"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_spellings() {
        for text in
            ["2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01T01:00:00.000+01:00", "2024-01-01T00:00:00"]
        {
            assert_eq!(read_time(text), Some(1_704_067_200_000_000), "{text}");
        }
        assert_eq!(read_time("yesterday"), None);
    }

    #[test]
    fn names_are_those_of_rule_files() {
        for (name, method) in FakerMethod::ALL {
            assert_eq!(serde_json::to_value(method).unwrap(), name);
        }
        assert_eq!(Generator::UuidV7.into_form().0, Generator::UuidV7.name());
    }
}
