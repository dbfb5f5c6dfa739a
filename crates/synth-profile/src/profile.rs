//! The profile: what is known of a data set and may be written down.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, JsonType, Rate};
use synth_privacy::Publishable;

pub use crate::phrasing::{ChainProfile, ChainRow, PhrasingProfile, TemplatePart, TemplateProfile};

use crate::assisted::Assisted;
use crate::joint_profile::JointProfile;
use crate::relations::Relations;

/// Version of `profile.json`.
pub const VERSION: u32 = 1;

/// Everything learned from a sample, as it stands in `profile.json`; it holds no value that is not public.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Version of the file.
    pub version: u32,
    /// File name of the sample, without its folder.
    pub source: Option<String>,
    /// How the records stand in the sample.
    pub layout: SampleLayout,
    /// Records read.
    pub n_records: u64,
    /// Literals stand here only if at least this many records hold them.
    pub k: u64,
    /// In a document, the collection with most elements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_collection: Option<JsonPath>,
    /// Every path, parents first, members in the order in which they stand in the data.
    pub fields: Vec<FieldProfile>,
    /// Objects whose members depend on a tag.
    pub variants: Vec<VariantProfile>,
    /// What binds fields together.
    #[serde(default)]
    pub relations: Relations,
    /// How well the joint model predicts, once it is fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<JointProfile>,
    /// What a language model supposed, and what the data say to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assisted: Option<Assisted>,
    /// What was surprising in the input: code and count.
    pub findings: BTreeMap<String, u64>,
}

/// How the records stand in the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleLayout {
    /// One record a line.
    JsonLines,
    /// One array of records.
    Array,
    /// One record that is the whole input.
    Document,
}

/// What is known of one path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldProfile {
    /// The path.
    pub path: JsonPath,
    /// Places where a value could stand: objects above a member, elements of the arrays.
    pub n_slots: u64,
    /// Values seen, nulls included.
    pub n_values: u64,
    /// Values by type.
    pub types: BTreeMap<String, u64>,
    /// How many values were `true`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub n_true: u64,
    /// The object's keys are data.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_dictionary: bool,
    /// The array has a fixed meaning at each position.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_tuple: bool,
    /// What is known of the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberProfile>,
    /// What is known of the strings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextProfile>,
    /// Lengths of the arrays, or numbers of members of the dictionaries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<LengthProfile>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl FieldProfile {
    /// Returns how many values of a type were seen.
    #[must_use]
    pub fn n_of(&self, json_type: JsonType) -> u64 {
        self.types.get(json_type.name()).copied().unwrap_or(0)
    }

    /// Returns the share of places that hold a value, null included.
    #[must_use]
    pub fn presence(&self) -> Rate {
        Rate::of(self.n_values, self.n_slots)
    }

    /// Returns the share of values that are null.
    #[must_use]
    pub fn null_rate(&self) -> Rate {
        Rate::of(self.n_of(JsonType::Null), self.n_values)
    }
}

/// A distribution by its quantiles: percentages from 0 to 100 and the value at each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Percentages, rising from 0 to 100.
    pub percent: Vec<f64>,
    /// Values, not falling.
    pub values: Vec<f64>,
}

/// What is known of the numbers at one path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberProfile {
    /// Numbers seen.
    pub count: u64,
    /// Distinct numbers, estimated when there are many.
    pub n_distinct: u64,
    /// No number was seen twice.
    pub is_unique: bool,
    /// The numbers are keys: none was seen twice, and not by accident.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_key: bool,
    /// Kind of personal data they are, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<String>,
    /// What the numbers mean otherwise, for example `latitude`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semantic_type: Option<String>,
    /// The numbers fill a range of whole numbers in equal steps without a gap; its first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dense_from: Option<i64>,
    /// The step of that range, when it is larger than 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dense_step: Option<i64>,
    /// Mean of the finite numbers.
    pub mean: Option<f64>,
    /// Most digits behind the point that are common.
    pub decimals: u8,
    /// How many numbers need 0, 1, 2, ... digits behind the point, up to `decimals`.
    pub needed_decimals: Vec<u64>,
    /// How many whole numbers are spelled with a point, such as `28.0`.
    pub n_zero_fraction: u64,
    /// Fractions are padded with zeros to `decimals` digits.
    pub padded: bool,
    /// Numbers that are repeated often enough to be public, when all distinct numbers are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<NumberCategory>,
    /// Numbers that stand out of the distribution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spikes: Vec<NumberCategory>,
    /// The distribution without the spikes.
    pub curve: Curve,
    /// The numbers are times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeProfile>,
}

/// A number and how often it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberCategory {
    /// The number as it prints shortest.
    pub value: serde_json::Number,
    /// How often it was seen.
    pub count: u64,
}

/// What is known of the strings at one path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextProfile {
    /// Strings seen.
    pub count: u64,
    /// Distinct strings, estimated when there are many.
    pub n_distinct: u64,
    /// No string was seen twice.
    pub is_unique: bool,
    /// The strings are keys: none was seen twice, and not by accident.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_key: bool,
    /// The keys are a counting number between two fixed texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbered: Option<NumberedProfile>,
    /// Kind of personal data they are, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<String>,
    /// What the strings are otherwise, for example `uuid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semantic_type: Option<String>,
    /// Strings that enough records hold, largest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<TextCategory>,
    /// Words of a public list that may stand for strings that are no category; they are not from the data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Publishable>,
    /// Times in the formats that read most of the strings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<TimeProfile>,
    /// Patterns of the strings that are no category, with shares of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<PatternProfile>,
    /// Class of the letters of the strings that are no category, when most are of a script other than Latin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letters: Option<String>,
    /// Mean number of words of the strings that are no category, or of all when some are too long to be kept whole.
    pub mean_words: f64,
    /// What is known of them as running text, when they are that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prose: Option<ProseProfile>,
    /// How they are phrased, when many share phrases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phrasing: Option<PhrasingProfile>,
    /// How those that are no category come again in other rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<RecurrenceProfile>,
    /// The numbers that the strings are, by what stands around them; what is no number is a category.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quoted: Vec<QuotedProfile>,
    /// Lengths in characters of all strings.
    pub lengths: Curve,
}

/// What is known of running text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProseProfile {
    /// Numbers of words of all strings.
    pub words: Curve,
    /// Script of most of the different texts, as in ISO 15924; `Hira` is Japanese in kana and Chinese characters.
    pub script: String,
    /// Languages, as in ISO 639, with the share of the different texts that are in them; largest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<LanguageShare>,
    /// Markup that many of the texts hold.
    pub markup: Markup,
}

/// A language and how many of the texts are in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LanguageShare {
    /// Two letters of ISO 639-1.
    pub language: String,
    /// Share of the different texts.
    pub share: Rate,
}

/// What running text is marked up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Markup {
    /// Nothing.
    Plain,
    /// Tags of HTML.
    Html,
    /// Signs of Markdown.
    Markdown,
}

/// Strings that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberedProfile {
    /// What stands before the number.
    pub prefix: Publishable,
    /// What stands behind it.
    pub suffix: Publishable,
    /// The first number.
    pub start: i64,
    /// From number to number.
    pub step: i64,
    /// Digits, padded with zeros; 0 when they are not.
    pub width: u8,
}

/// A string and how often it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextCategory {
    /// The string.
    pub value: Publishable,
    /// How often it was seen.
    pub count: u64,
}

/// A pattern and the share of strings it stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PatternProfile {
    /// A regular expression for whole strings.
    pub regex: Publishable,
    /// Share of the strings that are no category.
    pub share: Rate,
    /// How many strings the expression describes, roughly.
    pub n_strings: f64,
}

/// What is known of times at one path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeProfile {
    /// `strftime` letters, or `epoch_seconds`, `epoch_millis`, `epoch_micros`, `epoch_nanos` for numbers.
    pub format: String,
    /// The texts of the format are written as numbers, without zeros in front.
    #[serde(default, skip_serializing_if = "is_false")]
    pub as_number: bool,
    /// Other formats that read just as many of the values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
    /// How many values are times in this format.
    pub count: u64,
    /// Times that stand out of the distribution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spikes: Vec<TimeSpike>,
    /// The distribution without the spikes, in seconds since the epoch.
    pub curve: Curve,
    /// Times by weekday in UTC, Monday first.
    pub weekdays: Vec<u64>,
    /// Times by hour in UTC.
    pub hours: Vec<u64>,
    /// Times by the minutes that their zone is ahead of UTC, when there are other zones than UTC.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<(i32, u64)>,
    /// Different days that were seen beside the spikes, at least.
    #[serde(default)]
    pub n_days: u64,
    /// Different hours of all those days, at least.
    #[serde(default)]
    pub n_hours: u64,
    /// The step that nearly all times beside the spikes are multiples of, in microseconds, when it is larger than
    /// the format's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_micros: Option<i64>,
    /// The times are keys: none was seen twice, and not by accident.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_key: bool,
}

/// A time that is repeated often, such as one that stands for "never".
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TimeSpike {
    /// Seconds since the epoch.
    pub seconds: f64,
    /// How often it was seen.
    pub count: u64,
}

/// What is known of lengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LengthProfile {
    /// Shortest.
    pub min: u64,
    /// Longest.
    pub max: u64,
    /// Each length with its count, when the lengths are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<(u64, u64)>,
    /// The distribution, when they are many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<Curve>,
}

/// An object whose members depend on a tag, or a member whose type does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantProfile {
    /// The object; a member where its type depends on another tag than the object's.
    pub path: JsonPath,
    /// The tag.
    pub discriminator: JsonPath,
    /// Share of the uncertainty that the tag removes about which members are present; where all are, about their types.
    pub explained: Rate,
    /// What each public value of the tag brings with it.
    pub cases: Vec<VariantCaseProfile>,
}

/// What one value of a tag brings with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantCaseProfile {
    /// The value of the tag.
    pub when: TagValue,
    /// Objects with this tag in the record sample.
    pub count: u64,
    /// Share of those objects that have each optional member, in the order of the members.
    pub presence: IndexMap<JsonPath, Rate>,
    /// How many values are of which type, null among them, of the members whose type follows the tag; of members with
    /// other numbers whole ones count as these.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub types: IndexMap<JsonPath, IndexMap<JsonType, u64>>,
}

/// A value of a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TagValue {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A string.
    Text(Publishable),
}

/// Numbers that are written as strings in one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotedProfile {
    /// What stands before the numbers.
    pub prefix: Publishable,
    /// What stands behind them.
    pub suffix: Publishable,
    /// Numbers without a point.
    pub n_integers: u64,
    /// The numbers.
    pub number: NumberProfile,
}

impl TextProfile {
    /// Returns the numbers that all of the strings are, if nothing stands around any of them.
    #[must_use]
    pub fn as_numbers(&self) -> Option<&NumberProfile> {
        match &self.quoted[..] {
            [only] if only.prefix.as_str().is_empty() && only.suffix.as_str().is_empty() => {
                (only.number.count == self.count).then_some(&only.number)
            }
            _ => None,
        }
    }
}

/// How values come again in other rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecurrenceProfile {
    /// Different values.
    pub distinct: u64,
    /// Percentages of the rows, from 0 to 100.
    pub rows: Vec<f64>,
    /// The percentage of the values, the commonest first, that these rows have.
    pub values: Vec<f64>,
}
