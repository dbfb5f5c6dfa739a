//! The joint model: how fields depend on each other, beside rules that say how each is distributed.
//!
//! Every marginal distribution stands in the rule file. The model speaks of codes only: parts of the range [0, 1) from
//! which a field's presence, kind and value are drawn. A code that is drawn narrows the draw to its part, so a
//! distribution that a person edits is what comes out, and still hangs together with the others. The model holds no
//! value of the data.
//!
//! `bound` finds fields that relationships decide, `coding` turns values into codes, `draft` fits the model to a sample;
//! `times` says when its rows happened, `movement` how fields run along that,
//! and `release` takes back what only follows from it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Rate, cast, hash};
use synth_stats::joint::{BadTree, Node, Sampler, Tree};

use crate::rule_set::{Dependence, ModelRule, RuleSet};

mod bound;
mod coding;
mod draft;
mod movement;
mod release;
mod times;

pub use draft::{Draft, FittedField};
pub use release::release;

/// Version of the model file.
pub const MODEL_VERSION: u32 = 1;
/// Positions in an array from this one on share a code.
pub const MAX_POSITION: u16 = 31;

/// The joint model of a rule set, as it stands in its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointModel {
    /// Version of the file.
    pub version: u32,
    /// One model for the records, and one for the elements of each array; those that hold others first.
    pub tables: Vec<TableModel>,
}

/// The model of the fields of a record, or of an element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableModel {
    /// The path of the records or elements.
    pub path: JsonPath,
    /// The time that trees of the table look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<JsonPath>,
    /// The fields, in the order in which they are drawn.
    pub fields: Vec<FieldModel>,
}

/// The model of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldModel {
    /// The field.
    pub path: JsonPath,
    /// What of it the codes decide.
    pub part: ModelPart,
    /// Share of the objects above that had the field when the model was fitted.
    pub presence: Rate,
    /// Share of nulls when the model was fitted.
    pub null_rate: Rate,
    /// Shares of the kinds when the model was fitted.
    pub shares: Vec<Rate>,
    /// What each code stands for.
    pub codes: Vec<Code>,
    /// What the tree looks at.
    pub features: Vec<Feature>,
    /// How likely each code is.
    pub tree: Tree,
    /// The codes in order of what they stand for, where a field runs along time; empty if they stand so anyway.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<u16>,
    /// Where values begin and end in the leaves of a field that rises or falls along time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<LeafEnds>,
    /// Mean log-likelihood of records that were held out, under the field's own distribution, in nats.
    pub floor: f64,
    /// The same under the tree.
    pub achieved: f64,
}

/// Where the values of a leaf begin within their first code, and where they end within their last one, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafEnds {
    /// The node of the tree.
    pub leaf: u32,
    /// Code of the lowest values.
    pub first: u16,
    /// Share of this code below them.
    pub low: f64,
    /// Code of the highest values.
    pub last: u16,
    /// Share of this code up to them.
    pub high: f64,
}

/// What of a field a model decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelPart {
    /// Presence, kind and value.
    Value,
    /// Presence, and the number of elements or members.
    Length,
}

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The field is not there.
    Absent,
    /// It is null.
    Null,
    /// A part of the values of a kind: those drawn from `low` up to but not including `high`.
    Value {
        /// Position of the kind in the rule.
        kind: u16,
        /// Lower end of the part of [0, 1).
        low: f64,
        /// Upper end.
        high: f64,
    },
}

/// What a tree looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// The code of a field: `up` tables above, with this position among the fields there.
    Field {
        /// 0 for the own table, 1 for the one that holds its rows.
        up: u16,
        /// Position of the field.
        field: u16,
    },
    /// The code of a field in the element before; one more than its last code in the first element.
    Previous {
        /// Position of the field.
        field: u16,
    },
    /// The position in the array, up to [`MAX_POSITION`]; in a dictionary whose keys are always the same, the key.
    Position,
    /// The position of the element so many tables above, as [`Feature::Position`].
    PositionAbove {
        /// 1 for the element that holds the row.
        up: u16,
    },
    /// How late a row is among all of its time, in so many parts.
    Time {
        /// Parts of equally many rows.
        parts: u16,
    },
    /// The hour of the day of its time, in UTC.
    Hour,
    /// The day of the week of its time, from Monday.
    Weekday,
}

/// Why a model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadModel {
    /// The file is no model.
    #[error("not a model file: {0}")]
    Syntax(String),
    /// It was written for another version.
    #[error("version {0} of the model file is not known, expected {MODEL_VERSION}")]
    Version(u32),
    /// The rules belong to another file.
    #[error("the file has the hash {found}, the rules name {expected}")]
    Hash {
        /// Hash of the file.
        found: String,
        /// Hash in the rules.
        expected: String,
    },
    /// A field's part makes no sense.
    #[error("the model of {path} is broken: {reason}")]
    Field {
        /// The field.
        path: JsonPath,
        /// What is wrong.
        reason: String,
    },
}

impl RuleSet {
    /// Reads the model file that the rules name, so that data made by them hang together; nothing happens where they
    /// name none.
    ///
    /// # Errors
    ///
    /// [`BadModel`] for a text that is no model, or not the one that the rules were written with.
    pub fn attach_model(&mut self, text: &str) -> Result<(), BadModel> {
        let Some(rule) = &mut self.model else { return Ok(()) };
        let found = file_hash(text);
        if found != rule.hash {
            return Err(BadModel::Hash { found, expected: rule.hash.clone() });
        }
        rule.loaded = Some(JointModel::parse(text)?);
        Ok(())
    }
}

/// Returns the hash by which a rule file knows its model file.
#[must_use]
pub fn file_hash(text: &str) -> String {
    format!("{:016x}", hash::hash_bytes(text.as_bytes()))
}

impl FieldModel {
    /// Tells whether values of one kind have different codes.
    #[must_use]
    pub fn tells_values(&self) -> bool {
        self.codes.iter().any(|code| matches!(code, Code::Value { low, high, .. } if high - low < 1.0))
    }

    /// The share of the field's uncertainty that its tree takes away on held-out records, in hundredths.
    fn explained(&self) -> Rate {
        let share = if self.floor < 0.0 { 1.0 - self.achieved / self.floor } else { 0.0 };
        Rate::of(cast::round_to_u64(share.clamp(0.0, 1.0) * 100.0), 100)
    }

    /// Leaves out the features that the tree does not look at.
    fn forget_unused(&mut self) {
        let used = self.tree.features();
        for node in &mut self.tree.nodes {
            if let Node::Split { feature, .. } = node {
                // Every split looks at a feature that is used.
                *feature = u16::try_from(used.binary_search(feature).unwrap_or(0)).unwrap_or(0);
            }
        }
        self.features = used.into_iter().map(|at| self.features[usize::from(at)]).collect();
    }
}

impl JointModel {
    /// Reads a model file.
    ///
    /// # Errors
    ///
    /// [`BadModel`] for text that is none, or whose parts do not fit together.
    pub fn parse(text: &str) -> Result<Self, BadModel> {
        let model: Self = serde_json::from_str(text).map_err(|error| BadModel::Syntax(error.to_string()))?;
        if model.version != MODEL_VERSION {
            return Err(BadModel::Version(model.version));
        }
        for table in 0..model.tables.len() {
            for field in 0..model.tables[table].fields.len() {
                model.check(table, field).map_err(|reason| BadModel::Field {
                    path: model.tables[table].fields[field].path.clone(),
                    reason,
                })?;
            }
        }
        Ok(model)
    }

    /// Returns the text of the file.
    ///
    /// # Panics
    ///
    /// Never: the model is made of numbers, names and lists.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain values print") + "\n"
    }

    /// Returns the section of the rule file that names this model.
    #[must_use]
    pub fn rule(&self, file: &str) -> ModelRule {
        let mut depends = IndexMap::new();
        for table in 0..self.tables.len() {
            for field in &self.tables[table].fields {
                let fields = self.looked_at(table, field);
                if !fields.is_empty() {
                    depends.insert(field.path.clone(), Dependence { fields, share: field.explained() });
                }
            }
        }
        ModelRule { file: file.to_owned(), hash: file_hash(&self.to_json()), depends, loaded: None }
    }

    /// The fields that a tree looks at, those nearest to its root first; an object that holds the field goes without
    /// saying.
    fn looked_at(&self, table: usize, field: &FieldModel) -> Vec<JsonPath> {
        let mut paths: Vec<JsonPath> = Vec::new();
        for feature in field.tree.features_from_root() {
            let path = match field.features[usize::from(feature)] {
                Feature::Field { up, field } => {
                    let above = self.above(table, up).map(|above| &self.tables[above].fields);
                    above.and_then(|fields| fields.get(usize::from(field))).map(|field| field.path.clone())
                }
                Feature::Previous { field } => {
                    self.tables[table].fields.get(usize::from(field)).map(|field| field.path.clone())
                }
                Feature::Position => Some(self.tables[table].path.clone()),
                Feature::PositionAbove { up } => {
                    self.above(table, up).map(|above| self.tables[above].path.clone())
                }
                Feature::Time { .. } | Feature::Hour | Feature::Weekday => self.tables[table].time.clone(),
            };
            let is_table = |path: &JsonPath| *path == self.tables[table].path;
            let holds =
                |path: &JsonPath| field.path != *path && field.path.starts_with(path) && !is_table(path);
            if let Some(path) = path
                && !paths.contains(&path)
                && !holds(&path)
            {
                paths.push(path);
            }
        }
        paths
    }

    /// Returns the table that is `up` tables above another.
    #[must_use]
    pub fn above(&self, table: usize, up: u16) -> Option<usize> {
        let holder = |at: usize| {
            let path = &self.tables[at].path;
            std::iter::successors(path.parent(), JsonPath::parent)
                .find_map(|above| self.tables.iter().position(|table| table.path == above))
        };
        (0..up).try_fold(table, |at, _| holder(at))
    }

    /// Returns the number of codes that a feature of a field has.
    #[must_use]
    pub fn n_codes(&self, table: usize, feature: Feature) -> Option<usize> {
        let fields = |table: usize, field: u16| self.tables[table].fields.get(usize::from(field));
        match feature {
            Feature::Field { up, field } => Some(fields(self.above(table, up)?, field)?.codes.len()),
            Feature::Previous { field } => Some(fields(table, field)?.codes.len() + 1),
            Feature::Position => Some(usize::from(MAX_POSITION) + 1),
            Feature::PositionAbove { up } => {
                self.above(table, up)?;
                Some(usize::from(MAX_POSITION) + 1)
            }
            Feature::Time { parts } => Some(usize::from(parts)),
            Feature::Hour => Some(24),
            Feature::Weekday => Some(7),
        }
    }

    fn check(&self, table: usize, at: usize) -> Result<(), String> {
        let field = &self.tables[table].fields[at];
        for feature in &field.features {
            self.n_codes(table, *feature).ok_or("it looks at a field that is not there")?;
            if let Feature::Field { up: 0, field } = feature
                && usize::from(*field) >= at
            {
                return Err("it looks at a field that is drawn later".into());
            }
        }
        if field.tree.features().last().is_some_and(|last| usize::from(*last) >= field.features.len()) {
            return Err("its tree looks at a feature that is not there".into());
        }
        let is_within =
            |ends: &LeafEnds| [ends.low, ends.high].iter().all(|share| (0.0..=1.0).contains(share));
        if !field.ends.iter().all(is_within) {
            return Err("values of a leaf begin or end outside of their code".into());
        }
        for code in &field.codes {
            if let Code::Value { low, high, .. } = code
                && !(0.0 <= *low && low < high && *high <= 1.0)
            {
                return Err("a code is no part of the range from 0 to 1".into());
            }
        }
        let n_codes = u16::try_from(field.codes.len()).map_err(|_| "it has too many codes")?;
        let mut order = field.order.clone();
        order.sort_unstable();
        if !order.is_empty() && !order.iter().copied().eq(0..n_codes) {
            return Err("the order of its codes is not one of all of them".into());
        }
        Sampler::new(&field.tree, n_codes).map(|_| ()).map_err(|error: BadTree| error.to_string())
    }
}
