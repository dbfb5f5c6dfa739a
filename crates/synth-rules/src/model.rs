//! The joint model: how fields depend on each other, beside rules that say how each is distributed.
//!
//! Every marginal distribution stands in the rule file. The model speaks of codes only: parts of the range [0, 1) from
//! which a field's presence, kind and value are drawn. A code that is drawn narrows the draw to its part, so a
//! distribution that a person edits is what comes out, and still hangs together with the others. The model holds no
//! value of the data.
//!
//! `bound` finds fields that relationships decide, `follows` what these follow from, `given` is how a model looks at them and
//! at rows that are referred to, and `reader` how their values become codes again. `coding` turns values into codes, `draft` codes a sample, `fitting` fits
//! several models to it, `choice` takes one for each group of fields, `compact` puts the result together `depends` says it in
//! short, `told` in full; `words` are what codes mean, and `drawn` what draws give. `adopt` takes a model over to
//! other rules.
//! `times` says when rows happened, `movement` how fields run along that, and `release` takes back what only follows from it.

use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Rate, hash};
use synth_stats::joint::{BadTree, Node, Sampler, Tree, Triangle, check_triangle};

use crate::rule_set::{CopulaRule, RuleSet};

mod adopt;
mod bound;
mod choice;
mod coding;
mod compact;
mod depends;
mod draft;
mod drawn;
mod fitting;
mod follows;
mod given;
mod leaves;
mod movement;
mod reader;
mod release;
mod times;
mod told;
mod walk;
mod words;

pub use adopt::Released;
pub use draft::Draft;
pub use fitting::{FittedJoint, FittedPart, Fitting};
pub use given::{Column, Given, Via};
pub use reader::{Reader, Seen};
pub use release::release;
pub use walk::Walk;

/// Version of the model file.
pub const MODEL_VERSION: u32 = 1;
/// Visits of a row for a feature that a model may cost, unless asked otherwise.
pub const DEFAULT_BUDGET: u64 = 1 << 31;
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

/// How fields may depend on each other, from the simplest on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelKind {
    /// Not at all.
    Independent,
    /// By one table of correlations between normal numbers that stand behind the fields.
    GaussianCopula,
    /// Each on one or two others.
    BayesNet,
    /// Each on any that come before it, by a tree.
    #[default]
    Trees,
}

impl ModelKind {
    /// All kinds, from the simplest on.
    pub const ALL: [Self; 4] = [Self::Independent, Self::GaussianCopula, Self::BayesNet, Self::Trees];

    /// Returns the name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::GaussianCopula => "gaussian_copula",
            Self::BayesNet => "bayes_net",
            Self::Trees => "trees",
        }
    }
}

/// What is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelOptions {
    /// The kind of model; chosen for each group of fields if left out.
    pub kind: Option<ModelKind>,
    /// Visits of a row for a feature that fitting may cost.
    pub budget: u64,
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
    /// What is looked at and not drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub givens: Vec<Given>,
    /// The fields, in the order in which they are drawn.
    pub fields: Vec<FieldModel>,
    /// Fields that correlations bind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copulas: Vec<CopulaModel>,
}

/// Fields that a table of correlations binds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopulaModel {
    /// Positions of the fields, rising.
    pub fields: Vec<u16>,
    /// For each field its codes from the lowest to the highest; empty where they rise as they are numbered.
    pub orders: Vec<Vec<u16>>,
    /// The correlations, which stand in the rule file.
    #[serde(skip)]
    pub correlations: Triangle,
}

/// The model of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldModel {
    /// The field.
    pub path: JsonPath,
    /// What of it the codes decide.
    pub part: ModelPart,
    /// How it depends on others.
    #[serde(default)]
    pub model: ModelKind,
    /// The codes do not fit the rule any more: it is drawn by the rule alone.
    #[serde(default, skip_serializing_if = "is_no")]
    pub released: bool,
    /// Share of the objects above that had the field when the model was fitted.
    pub presence: Rate,
    /// Share of nulls when the model was fitted.
    pub null_rate: Rate,
    /// Shares of the kinds when the model was fitted.
    pub shares: Vec<Rate>,
    /// Presence in each case of the union that it belongs to, when the model was fitted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Rate>,
    /// What each code stands for.
    pub codes: Vec<Code>,
    /// What the tree looks at.
    pub features: Vec<Feature>,
    /// How likely each code is.
    pub tree: Tree,
    /// How its numbers move along an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk: Option<Walk>,
    /// The codes in order of what they stand for, where a field runs along time or an array; empty if they stand so anyway.
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_no(flag: &bool) -> bool {
    !flag
}

/// What of a field a model decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelPart {
    /// Presence, kind and value.
    Value,
    /// Presence, and the number of elements or members.
    Length,
    /// Presence, and the distance from the field that an order says it is never below.
    Gap,
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
    /// The code of something given: `up` tables above, with this position among what is given there.
    Given {
        /// 0 for the own table, 1 for the one that holds its rows.
        up: u16,
        /// Position of what is given.
        given: u16,
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
    /// The correlations in the rules are not those of the file's fields.
    #[error("copula {number} of the rules does not fit the file: {reason}")]
    Copula {
        /// Which one, from 1.
        number: usize,
        /// What is wrong.
        reason: String,
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
        let mut model = JointModel::parse(text)?;
        model.take_correlations(&rule.copulas)?;
        rule.loaded = Some(model);
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
            for given in &model.tables[table].givens {
                model
                    .check_given(table, given)
                    .map_err(|reason| BadModel::Field { path: given.path.clone(), reason })?;
            }
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

    /// Takes the correlations of the rule file.
    fn take_correlations(&mut self, rules: &[CopulaRule]) -> Result<(), BadModel> {
        let n_copulas = self.tables.iter().map(|table| table.copulas.len()).sum();
        let bad =
            |at: usize, reason: &str| Err(BadModel::Copula { number: at + 1, reason: reason.to_owned() });
        if rules.len() != n_copulas {
            return bad(rules.len().min(n_copulas), "there are more or fewer of them");
        }
        let mut at = 0;
        for table in &mut self.tables {
            for copula in &mut table.copulas {
                let path = |field: &u16| Some(&table.fields.get(usize::from(*field))?.path);
                if !copula.fields.iter().map(path).eq(rules[at].fields.iter().map(Some)) {
                    return bad(at, "its fields are others");
                }
                check_triangle(&rules[at].correlations, copula.fields.len())
                    .or_else(|error| bad(at, &error.to_string()))?;
                copula.correlations.clone_from(&rules[at].correlations);
                at += 1;
            }
        }
        Ok(())
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
            Feature::Given { up, given } => Some(self.given(self.above(table, up)?, given)?.codes.len()),
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
            if let Feature::Given { up: 0, given } = feature
                && self
                    .given(table, *given)
                    .is_some_and(|given| given.after.iter().any(|field| usize::from(*field) >= at))
            {
                return Err("it looks at what follows from a field that is drawn later".into());
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
        for copula in &self.tables[table].copulas {
            let n_fields = self.tables[table].fields.len();
            let is_sound = copula.fields.is_sorted_by(|a, b| a < b)
                && copula.fields.last().is_none_or(|last| usize::from(*last) < n_fields)
                && copula.orders.len() == copula.fields.len();
            if !is_sound {
                return Err("it stands beside a copula of fields that are not there".into());
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
