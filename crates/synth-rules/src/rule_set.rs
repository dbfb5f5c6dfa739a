//! The whole rule file as one type.

use indexmap::{IndexMap, IndexSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Rate};
use synth_stats::joint::factor;

use crate::along::Along;
use crate::entity::Entity;
use crate::field::FieldRule;
use crate::generator::Literal;
use crate::model::JointModel;
use crate::plugins::Plugins;
use crate::relationship::Relationship;
use crate::scenario::Scenario;
use crate::shape::ShapeRule;
use crate::value_type::{TypeShares, ValueType};

/// Version of the rule file that this library reads and writes.
pub const VERSION: u32 = 2;

/// Everything the generator knows: the typed form of `ruleset.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Version of the format; 2.
    pub version: u32,
    /// Where the rules come from; read by people only.
    #[serde(default)]
    pub metadata: Metadata,
    /// Settings of a run that flags may override.
    #[serde(default)]
    pub globals: Globals,
    /// Lengths of arrays (`$.a[]`) and dictionaries (`$.a.*`).
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, ShapeRule>")]
    pub shape: IndexMap<JsonPath, ShapeRule>,
    /// Values by path, in the order in which keys are written.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, FieldRule>")]
    pub fields: IndexMap<JsonPath, FieldRule>,
    /// Persons and places that made-up fields show parts of.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, Entity>")]
    pub entities: IndexMap<String, Entity>,
    /// What binds fields together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relationships: Vec<Relationship>,
    /// What runs along the times of records and collections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub along: Vec<Along>,
    /// Objects whose members depend on a tag: the object's path and its variants.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, Variants>")]
    pub variants: IndexMap<JsonPath, Variants>,
    /// Conditions that every record keeps; checked by `synth validate`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predicates: Vec<PredicateRule>,
    /// How fields depend on each other: the model file and what it says in short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRule>,
    /// Scripts that make and check values.
    #[serde(default, skip_serializing_if = "Plugins::is_empty")]
    pub plugins: Plugins,
    /// Named changes of these rules, applied when a run asks for them.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, Scenario>")]
    pub scenarios: IndexMap<String, Scenario>,
    /// How the rules were made safe.
    #[serde(default)]
    pub privacy: Privacy,
}

/// A condition that every record, or every object at a path, keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PredicateRule {
    /// The condition, an expression over the fields of the object and of those above it.
    pub expression: String,
    /// The objects that keep it; the record if left out.
    #[serde(default, skip_serializing_if = "is_root")]
    #[schemars(with = "String")]
    pub at: JsonPath,
    /// Whether a violation fails the check.
    #[serde(default, skip_serializing_if = "Severity::is_error")]
    pub severity: Severity,
    /// What to tell when it is broken; the expression itself if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How much a broken condition matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The check fails.
    #[default]
    Error,
    /// It is told, and nothing fails.
    Warning,
}

impl Severity {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_error(&self) -> bool {
        *self == Self::Error
    }
}

fn is_root(path: &JsonPath) -> bool {
    path.segments().is_empty()
}

/// The joint model that belongs to the rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelRule {
    /// Name of the model file, in the folder of the rule file.
    pub file: String,
    /// Hash of the file, so that no other is taken for it.
    pub hash: String,
    /// Fields that correlations bind; the numbers count, not those of any file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copulas: Vec<CopulaRule>,
    /// What each field follows from; read by people only.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, Dependence>")]
    pub depends: IndexMap<JsonPath, Dependence>,
    /// The model itself, once it is read from its file.
    #[serde(skip)]
    pub loaded: Option<JointModel>,
}

impl ModelRule {
    /// Tells whether a field hangs together with others by the model.
    pub(crate) fn binds(&self, path: &JsonPath) -> bool {
        let mut dependent = self.depends.iter();
        dependent.any(|(field, dependence)| field == path || dependence.fields.contains(path))
            || self.copulas.iter().any(|copula| copula.fields.contains(path))
    }
}

impl CopulaRule {
    /// Returns the largest change that makes correlations possible which contradict each other; 0 where none do.
    #[must_use]
    pub fn contradiction(&self) -> f64 {
        let (_, nearest) = factor(&self.correlations);
        let pairs = self.correlations.iter().flatten().zip(nearest.iter().flatten());
        pairs.map(|(asked, nearest)| (asked - nearest).abs()).fold(0.0, f64::max)
    }
}

/// Fields that go together by their ranks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopulaRule {
    /// The fields.
    #[schemars(with = "Vec<String>")]
    pub fields: Vec<JsonPath>,
    /// Correlations of the normal numbers behind the fields: for each field those with the fields before it, then 1.
    pub correlations: Vec<Vec<f64>>,
}

/// What a field follows from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dependence {
    /// The fields, the most telling first.
    #[schemars(with = "Vec<String>")]
    pub fields: Vec<JsonPath>,
    /// Share of the field's uncertainty that they take away, 0 to 1.
    #[schemars(with = "f64")]
    pub share: Rate,
    /// Where few cases are told apart, what each makes likely.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub table: Vec<String>,
}

/// Where the rules come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// File name of the sample, without its folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Records in the sample.
    #[serde(default)]
    pub profiled_rows: u64,
    /// What a language model supposed and the data bore out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_model: Vec<ModelClaim>,
}

/// Something in the rules that a language model supposed first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelClaim {
    /// What was supposed, in words.
    pub claim: String,
    /// Always `model`.
    pub source: String,
    /// How sure the model was, from 0 to 1.
    #[schemars(with = "f64")]
    pub confidence: Rate,
    /// Rows that were looked at, all of which agree.
    pub rows: u64,
}

/// Settings of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Globals {
    /// Seed of all random draws.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// Rows made when no number is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_n: Option<u64>,
    /// How records stand in the output.
    #[serde(default)]
    pub layout: Layout,
    /// In a document, the collection whose elements are counted as rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub main_collection: Option<JsonPath>,
}

fn default_seed() -> u64 {
    42
}

impl Default for Globals {
    fn default() -> Self {
        Self { seed: default_seed(), default_n: None, layout: Layout::default(), main_collection: None }
    }
}

/// How records stand in the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One record a line.
    #[default]
    JsonLines,
    /// One array of records.
    Array,
    /// One record that is the whole file.
    Document,
}

/// The variants of one object (a tagged union), or the types of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variants {
    /// The field whose value decides; a member of the object or of an object above it.
    #[schemars(with = "String")]
    pub discriminator: JsonPath,
    /// One entry for each value of the discriminator.
    pub cases: Vec<VariantCase>,
}

/// What one value of a discriminator brings with it.
///
/// A field that any case of the variants names under `always` or `sometimes` is absent in the cases that do not name it.
/// Values of the discriminator without a case leave every field its own `presence`, and cases that do not name a field
/// under `types` leave it its own types.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantCase {
    /// The value of the discriminator.
    pub when: Literal,
    /// Fields that are present.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub always: Vec<JsonPath>,
    /// Fields that are present in a share of the objects.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, f64>")]
    pub sometimes: IndexMap<JsonPath, Rate>,
    /// Of which types the values of fields are, where their own rules allow several. A field that some case makes `null`
    /// is not null in the cases that do not say so; others keep their `null_rate`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, TypeShares>")]
    pub types: IndexMap<JsonPath, TypeShares>,
}

impl Variants {
    /// Returns the fields whose presence the discriminator decides, each once.
    #[must_use]
    pub fn fields(&self) -> IndexSet<&JsonPath> {
        self.cases.iter().flat_map(VariantCase::fields).collect()
    }

    /// Returns the fields whose type it decides, each once.
    #[must_use]
    pub fn typed(&self) -> IndexSet<&JsonPath> {
        self.cases.iter().flat_map(|case| case.types.keys()).collect()
    }

    /// Tells whether the discriminator decides when a field is null: some case says so.
    #[must_use]
    pub fn decide_null(&self, field: &JsonPath) -> bool {
        let of_field = self.cases.iter().filter_map(|case| case.types.get(field));
        of_field.into_iter().any(|types| !types.share(ValueType::Null).is_zero())
    }
}

impl VariantCase {
    /// Returns the fields that this case names.
    pub fn fields(&self) -> impl Iterator<Item = &JsonPath> {
        self.always.iter().chain(self.sometimes.keys())
    }

    /// Returns how often a field of the variants is present in this case.
    #[must_use]
    pub fn presence(&self, field: &JsonPath) -> Rate {
        if self.always.contains(field) {
            return Rate::ONE;
        }
        self.sometimes.get(field).copied().unwrap_or(Rate::ZERO)
    }
}

/// How the rules were made safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// A literal stands in this file only if at least this many records hold it.
    pub k: u64,
}

impl Default for Privacy {
    fn default() -> Self {
        Self { k: 5 }
    }
}
