//! Requirements that hold or do not hold, and never count as points.

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::{Place, cast};

/// Violations that a check lists; all are counted.
pub const MAX_VIOLATIONS: usize = 20;

/// The outcome of one requirement.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Check {
    /// Which requirement.
    pub name: CheckName,
    /// Whether it holds.
    pub status: Status,
    /// Records, (path, type) pairs or paths that were looked at.
    pub n_checked: u64,
    /// Violations found, listed or not.
    pub n_violations: u64,
    /// The first violations.
    pub violations: Vec<Violation>,
    /// What could not be checked and why.
    pub notes: Vec<String>,
}

/// Which requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// Every synthetic record keeps the JSON Schema.
    Schema,
    /// The synthetic data has the paths and types of the real data, no others, and misses none.
    Structure,
    /// What never repeats in the real data or by the rules never repeats in the synthetic data.
    Uniqueness,
    /// Fields that refer to others name values that exist, as often as the rules say.
    References,
    /// Keys of several fields, or among some rows only, never repeat.
    Keys,
    /// Fields of a row are in the orders, at the distances and above the sums that the rules say.
    RowRules,
    /// Validators of the rule file find nothing.
    Plugins,
    /// The predicates of the rules hold.
    Predicates,
}

/// Whether a requirement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// Nobody looked.
    NotChecked,
}

/// One violation. Values are never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Violation {
    /// Path in our notation.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
    /// Occurrences.
    pub count: u64,
    /// Where the first one stands, when records were looked at one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceNote>,
}

/// A place in the synthetic data, as it stands in the report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct PlaceNote {
    /// File, as the caller named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Record, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Bytes before the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_bytes: Option<u64>,
    /// Line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl From<Place> for PlaceNote {
    fn from(place: Place) -> Self {
        Self {
            source: place.source,
            record: place.record,
            offset_bytes: place.offset_bytes,
            line: place.line,
        }
    }
}

impl PlaceNote {
    /// Returns the place in words, such as `out.jsonl, line 3, record 2`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = self.line.map(|line| format!("line {line}"));
        let record = self.record.map(|record| format!("record {record}"));
        let byte = self.offset_bytes.filter(|_| self.line.is_none()).map(|offset| format!("byte {offset}"));
        let parts: Vec<String> = [self.source.clone(), line, record, byte].into_iter().flatten().collect();
        parts.join(", ")
    }
}

impl Check {
    /// Puts a check together from all of its violations, of which the first are kept.
    pub(crate) fn of(name: CheckName, n_checked: u64, mut violations: Vec<Violation>) -> Self {
        let n_violations = cast::to_u64(violations.len());
        violations.truncate(MAX_VIOLATIONS);
        let status = if n_violations == 0 { Status::Passed } else { Status::Failed };
        Self { name, status, n_checked, n_violations, violations, notes: Vec::new() }
    }

    /// A check that nobody asked for.
    pub(crate) fn not_checked(name: CheckName, why: &str) -> Self {
        let check = Self::of(name, 0, Vec::new());
        Self { status: Status::NotChecked, notes: vec![why.to_owned()], ..check }
    }
}
