//! What does not fit the rest of the data: the contents of `anomalies.json`.
//!
//! Counts and places, never values.

mod search;

use serde::{Deserialize, Serialize};
use synth_core::{Findings, JsonPath, JsonType, TimeFormat, cast};

use crate::Partial;
use crate::hypotheses::{Hypothesis, hypotheses, is_tendency};
use crate::profile::{FieldProfile, Profile};
use crate::relations::{Evidence, Exception};
use search::ValueTest;

pub use search::{Finder, Places, Search};

/// Version of `anomalies.json`.
pub const VERSION: u32 = 1;

/// Types that so few of a field's values have are rare.
const RARE_TYPE: f64 = 0.05;
/// Share of a field's strings in one format from which the others are near misses.
const MAIN_FORMAT: f64 = 0.9;
/// Numbers this many interquartile ranges beyond the quartiles are outliers.
const FENCE: f64 = 3.0;
/// Values of a field from which its outliers count.
const MIN_VALUES: u64 = 20;
/// Relations that so many of their rows keep are rules, and the other rows exceptions.
const MIN_CONFIDENCE: f64 = 0.8;

/// Everything that does not fit, in the order of the fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomalies {
    /// Version of the file.
    pub version: u32,
    /// File name of the sample, without its folder.
    pub source: Option<String>,
    /// What was found.
    pub anomalies: Vec<Anomaly>,
}

/// One kind of anomaly at one place of the structure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// What kind it is: `rare_type`, `format`, `outlier`, the kind of a relation that is broken, or the code of a
    /// finding of the reader.
    pub kind: String,
    /// What is wrong, in words.
    pub message: String,
    /// The fields concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<JsonPath>,
    /// How often it occurs; of outliers an estimate.
    pub count: u64,
    /// Of how many values or rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// Where the first few stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<AnomalyPlace>,
}

/// A place in the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomalyPlace {
    /// Line, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Record, or row of a document's collection, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Number of the source, counted from 0, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<u64>,
}

/// Values of one field that do not fit the others, and how they are told.
#[derive(Debug, Clone)]
struct OddValues {
    path: JsonPath,
    kind: &'static str,
    message: String,
    count: u64,
    of: u64,
    test: ValueTest,
}

/// Returns what does not fit in a profiled sample, with the places of what was looked for in the data again.
///
/// # Method
///
/// Outliers lie beyond Tukey's outer fences, three interquartile ranges from the quartiles (Tukey 1977, Exploratory
/// Data Analysis, chapter 2). Other kinds are exceptions from what most values or rows keep.
#[must_use]
pub fn anomalies(
    partial: &Partial,
    profile: &Profile,
    findings: &Findings,
    places: Option<&Places>,
) -> Anomalies {
    let places_of = |number: usize| places.and_then(|places| places.values.get(number));
    let of_fields = odd_values(partial, profile).into_iter().enumerate().map(|(number, odd)| Anomaly {
        kind: odd.kind.to_owned(),
        message: odd.message,
        paths: vec![odd.path],
        count: odd.count,
        of: Some(odd.of),
        places: places_of(number).map_or_else(Vec::new, |rows| placed(rows)),
    });
    let of_relations = exceptions(profile, places);
    let of_input = findings.groups().map(|(code, count, shown)| Anomaly {
        kind: code.to_owned(),
        message: shown.first().map_or_else(String::new, |finding| finding.message.clone()),
        paths: Vec::new(),
        count,
        of: None,
        places: shown
            .iter()
            .map(|finding| AnomalyPlace {
                line: finding.place.line,
                record: finding.place.record,
                source: None,
            })
            .filter(|place| place.line.is_some() || place.record.is_some())
            .collect(),
    });
    Anomalies {
        version: VERSION,
        source: profile.source.clone(),
        anomalies: of_input.chain(of_fields).chain(of_relations).collect(),
    }
}

fn placed(rows: &[Exception]) -> Vec<AnomalyPlace> {
    let place =
        |row: &Exception| AnomalyPlace { line: None, record: Some(row.row), source: Some(row.source) };
    rows.iter().map(place).collect()
}

/// Returns the values that do not fit, in the order of the fields.
fn odd_values(partial: &Partial, profile: &Profile) -> Vec<OddValues> {
    profile.fields.iter().flat_map(|field| of_field(partial, field)).collect()
}

fn of_field(partial: &Partial, field: &FieldProfile) -> Vec<OddValues> {
    let odd = |kind, message, (count, of), test| OddValues {
        path: field.path.clone(),
        kind,
        message,
        count,
        of,
        test,
    };
    let mut all = Vec::new();
    let n_non_null = field.n_values - field.n_of(JsonType::Null);
    let types = JsonType::ALL.into_iter().filter(|json_type| *json_type != JsonType::Null);
    for json_type in types.filter(|json_type| !is_number(*json_type)) {
        let count = field.n_of(json_type);
        if count > 0 && (count as f64) <= RARE_TYPE * n_non_null as f64 {
            let message = format!("a few values are of type {}", json_type.name());
            all.push(odd("rare_type", message, (count, n_non_null), ValueTest::OfType(json_type)));
        }
    }
    let n_numbers = field.n_of(JsonType::Integer) + field.n_of(JsonType::Number);
    if n_numbers > 0 && (n_numbers as f64) <= RARE_TYPE * n_non_null as f64 {
        let message = "a few values are numbers".to_owned();
        all.push(odd("rare_type", message, (n_numbers, n_non_null), ValueTest::Number));
    }
    if let Some(text) = &field.text
        && let Some(time) = text.times.iter().max_by_key(|time| time.count)
        && time.count < text.count
        && time.count as f64 >= MAIN_FORMAT * text.count as f64
        && let Ok(format) = TimeFormat::parse(&time.format)
    {
        let message = format!("a few strings are no times of the form {}", time.format);
        all.push(odd("format", message, (text.count - time.count, text.count), ValueTest::NoTime(format)));
    }
    if let Some((count, (low, high))) = outliers(partial, &field.path) {
        let message = "numbers lie far beyond the others".to_owned();
        all.push(odd("outlier", message, (count, n_numbers), ValueTest::Outside(low, high)));
    }
    all
}

fn is_number(json_type: JsonType) -> bool {
    matches!(json_type, JsonType::Integer | JsonType::Number)
}

/// How many numbers lie beyond the outer fences, when there are any and they are few, and the fences.
fn outliers(partial: &Partial, path: &JsonPath) -> Option<(u64, (f64, f64))> {
    let histogram = &partial.node(partial.find(path)?).stats.number()?.histogram;
    let n = histogram.count();
    let (low, high) = (histogram.quantile(0.25)?, histogram.quantile(0.75)?);
    let reach = FENCE * (high - low);
    if n < MIN_VALUES || reach <= 0.0 {
        return None;
    }
    let fences = (low - reach, high + reach);
    let below = histogram.cdf(fences.0);
    let above = 1.0 - histogram.cdf(fences.1);
    let estimate = cast::floor_to_u64((below + above) * n as f64 + 0.5);
    // The smallest and the largest number are known.
    let n_ends = [histogram.min()? < fences.0, histogram.max()? > fences.1].into_iter().map(u64::from).sum();
    let count = estimate.max(n_ends);
    (count > 0 && (count as f64) <= RARE_TYPE * n as f64).then_some((count, fences))
}

/// Tells whether a relation of this evidence is a rule that a few rows break.
pub(crate) fn is_broken_rule(evidence: Evidence) -> bool {
    (MIN_CONFIDENCE..1.0).contains(&evidence.confidence().get())
}

/// The rows that break what most rows keep.
fn exceptions(profile: &Profile, places: Option<&Places>) -> Vec<Anomaly> {
    let is_broken = |hypothesis: &Hypothesis| {
        let is_rule = !is_tendency(&hypothesis.kind);
        let is_relation = is_rule && (hypothesis.paths.len() > 1 || hypothesis.kind == "unique");
        is_relation && is_broken_rule(hypothesis.evidence)
    };
    let found = places
        .and_then(|places| places.relations.clone())
        .map_or_else(Vec::new, |relations| hypotheses(&Profile { relations, ..profile.clone() }).hypotheses);
    let rows = |broken: &Hypothesis| {
        let is_same = |one: &&Hypothesis| one.kind == broken.kind && one.paths == broken.paths;
        let found = found.iter().filter(|one| !one.exceptions.is_empty()).find(is_same);
        placed(found.map_or(&broken.exceptions, |found| &found.exceptions))
    };
    let anomaly = |broken: Hypothesis| Anomaly {
        places: rows(&broken),
        message: format!("a few rows break a rule: {}", broken.statement),
        kind: broken.kind,
        paths: broken.paths,
        count: broken.evidence.n_rows - broken.evidence.n_holding,
        of: Some(broken.evidence.n_rows),
    };
    hypotheses(profile).hypotheses.into_iter().filter(is_broken).map(anomaly).collect()
}
