//! What binds fields together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::{Gap, JsonPath, Rate};

use crate::generator::Literal;
use crate::shape::LengthRule;

/// One binding between fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Relationship {
    /// The fields together name one row; values never repeat.
    PrimaryKey {
        /// The fields of the key.
        #[schemars(with = "Vec<String>")]
        paths: Vec<JsonPath>,
        /// The rows among which the key is unique; all when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<Condition>,
    },
    /// Values never repeat, but do not name the row.
    Unique {
        /// The fields that are unique together.
        #[schemars(with = "Vec<String>")]
        paths: Vec<JsonPath>,
        /// The rows among which they are unique; all when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<Condition>,
    },
    /// The child's values name rows of the parent.
    ForeignKey {
        /// The field that refers, or several together.
        child: FieldList,
        /// The field of the parent that is referred to, or as many as the child has.
        parent: FieldList,
        /// The rows that are referred to; all when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent_when: Option<Condition>,
        /// What stands before the parent's value in the child.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
        /// Share of the child's values that name a parent; the others are orphans.
        #[serde(default = "Rate::one", skip_serializing_if = "is_certain")]
        #[schemars(with = "f64")]
        coverage: Rate,
        /// How many children each parent has, those without any included.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        children: Option<LengthRule>,
    },
    /// Some fields follow from others: rows with the same left side have the same right side.
    FunctionalDep {
        /// The fields that decide; none when the others are constant.
        #[schemars(with = "Vec<String>")]
        lhs: Vec<JsonPath>,
        /// The fields that follow.
        #[schemars(with = "Vec<String>")]
        rhs: Vec<JsonPath>,
        /// Different left sides in the data; the generator makes about as many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        distinct: Option<u64>,
        /// Smallest share of rows, over the fields that follow, that agree with the commonest value of their group.
        #[serde(default = "Rate::one", skip_serializing_if = "is_certain")]
        #[schemars(with = "f64")]
        confidence: Rate,
    },
    /// One field is never larger than another.
    Ordering {
        /// The smaller field.
        #[schemars(with = "String")]
        low: JsonPath,
        /// The larger field.
        #[schemars(with = "String")]
        high: JsonPath,
        /// They are never equal.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        strict: bool,
        /// Compares an element of an array with the next one instead of two fields of a row.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        next_element: bool,
        /// Compares a record of a stream with the next one that has the field.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        next_record: bool,
        /// They are at least this far apart: a number, or an ISO 8601 duration such as `P25Y` between times.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<GapSchema>")]
        min_gap: Option<Gap>,
        /// They are at most this far apart.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<GapSchema>")]
        max_gap: Option<Gap>,
        /// How far apart they usually are: the larger field is drawn that far above the smaller one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap: Option<Distances>,
        /// Share of rows that keep the order.
        #[serde(default = "Rate::one", skip_serializing_if = "is_certain")]
        #[schemars(with = "f64")]
        confidence: Rate,
    },
    /// A field follows from others by a formula.
    Arithmetic {
        /// The field that follows.
        #[schemars(with = "String")]
        target: JsonPath,
        /// What is done with the terms.
        operation: Operation,
        /// The fields of the formula, each with the factor it is multiplied with.
        terms: Vec<Term>,
        /// What is added at the end.
        #[serde(default, skip_serializing_if = "is_zero")]
        offset: f64,
        /// Share of rows that keep the formula.
        #[serde(default = "Rate::one", skip_serializing_if = "is_certain")]
        #[schemars(with = "f64")]
        confidence: Rate,
    },
    /// A number is never less than a weighted sum of others.
    Inequality {
        /// The number.
        #[schemars(with = "String")]
        target: JsonPath,
        /// The fields of the sum, each with the factor it is multiplied with.
        at_least: Vec<Term>,
        /// Share of rows that keep it.
        #[serde(default = "Rate::one", skip_serializing_if = "is_certain")]
        #[schemars(with = "f64")]
        confidence: Rate,
    },
    /// A string follows from others, or holds them.
    DerivedText {
        /// The string that follows.
        #[schemars(with = "String")]
        target: JsonPath,
        /// What it is made of.
        operation: TextOperation,
        /// The fields it is made of.
        #[schemars(with = "Vec<String>")]
        terms: Vec<JsonPath>,
        /// What stands between joined fields.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        separator: String,
        /// Share of rows that keep the rule.
        #[serde(default = "Rate::one", skip_serializing_if = "is_certain")]
        #[schemars(with = "f64")]
        confidence: Rate,
    },
    /// A state machine: which value of a field follows which along an array, an entity's rows or the records of a stream.
    Transition {
        /// The field that holds the states.
        #[schemars(with = "String")]
        path: JsonPath,
        /// The field that says whose row it is; without one the elements of an array, or the records, follow each other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        entity: Option<JsonPath>,
        /// The time that puts the rows in order; without one they are in that of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        order: Option<JsonPath>,
        /// The states.
        states: Vec<Literal>,
        /// Share of the arrays or entities that begin with each state.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        initial: Vec<f64>,
        /// Share of them that end with each state.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        last: Vec<f64>,
        /// For each state the shares of the states that follow it. What a row lacks to 1 are moves that are too rare to be
        /// named; a row of zeros is a state that nothing follows.
        matrix: Vec<Vec<f64>>,
        /// Share of the moves that are none of those that hardly happen.
        #[serde(default = "Rate::one", skip_serializing_if = "is_certain")]
        #[schemars(with = "f64")]
        confidence: Rate,
    },
    /// Arrays end where they began, or go side by side.
    Sequence {
        /// What is said.
        rule: SequenceRule,
        /// The fields of the elements.
        #[schemars(with = "Vec<String>")]
        paths: Vec<JsonPath>,
    },
    /// The presence of fields hangs together; a field that is null counts as absent.
    ConditionalPresence {
        /// What is said.
        rule: PresenceRule,
        /// The fields.
        #[schemars(with = "Vec<String>")]
        paths: Vec<JsonPath>,
    },
    /// Fields of few values, and which values come together.
    ///
    /// Each row of the data has a combination that is listed, as far as the fields are there.
    ValueTable {
        /// The fields; all of one row.
        #[schemars(with = "Vec<String>")]
        paths: Vec<JsonPath>,
        /// The combinations.
        rows: Vec<ValueRow>,
    },
}

/// What a gap is in YAML.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a type for the schema only")]
enum GapSchema {
    /// Between numbers, and between times that are numbers.
    Number(f64),
    /// An ISO 8601 duration between times.
    Duration(String),
}

/// A distribution of distances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distances {
    /// Percentages from 0 to 100, rising; of the distances that are no spikes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<f64>,
    /// The distance at each of them, not falling: a number, or an ISO 8601 duration between times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<GapSchema>")]
    pub values: Vec<Gap>,
    /// Distances that are repeated often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spikes: Vec<DistanceSpike>,
    /// The elements of one array are all equally far apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub steady: bool,
}

/// A distance that is repeated often.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DistanceSpike {
    /// The distance.
    #[schemars(with = "GapSchema")]
    pub value: Gap,
    /// Its share of all rows, 0 to 1.
    pub prob: f64,
}

/// One step to a path within a relationship, as its YAML is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathStep {
    Name(&'static str),
    Index(usize),
}

impl Relationship {
    /// The names by which rule files call the types.
    pub(crate) const NAMES: [&str; 12] = [
        "primary_key",
        "unique",
        "foreign_key",
        "functional_dep",
        "ordering",
        "arithmetic",
        "inequality",
        "derived_text",
        "transition",
        "sequence",
        "conditional_presence",
        "value_table",
    ];

    /// Returns every path of the relationship.
    pub fn paths(&self) -> impl Iterator<Item = &JsonPath> {
        self.named_paths().into_iter().map(|(_, path)| path)
    }

    /// Every path of the relationship, and the steps that lead to it.
    pub(crate) fn named_paths(&self) -> Vec<(Vec<PathStep>, &JsonPath)> {
        match self {
            Self::PrimaryKey { paths, when } | Self::Unique { paths, when } => {
                let condition = when.iter().map(|when| condition_path("when", when));
                listed("paths", paths).chain(condition).collect()
            }
            Self::ForeignKey { child, parent, parent_when, .. } => {
                let condition = parent_when.iter().map(|when| condition_path("parent_when", when));
                list("child", child).chain(list("parent", parent)).chain(condition).collect()
            }
            Self::FunctionalDep { lhs, rhs, .. } => listed("lhs", lhs).chain(listed("rhs", rhs)).collect(),
            Self::Ordering { low, high, .. } => vec![named("low", low), named("high", high)],
            Self::Arithmetic { target, terms, .. } => {
                std::iter::once(named("target", target)).chain(of_terms("terms", terms)).collect()
            }
            Self::Inequality { target, at_least, .. } => {
                std::iter::once(named("target", target)).chain(of_terms("at_least", at_least)).collect()
            }
            Self::DerivedText { target, terms, .. } => {
                std::iter::once(named("target", target)).chain(listed("terms", terms)).collect()
            }
            Self::Transition { path, entity, order, .. } => {
                let optional = [("entity", entity), ("order", order)].into_iter();
                let optional = optional.filter_map(|(name, path)| Some(named(name, path.as_ref()?)));
                std::iter::once(named("path", path)).chain(optional).collect()
            }
            Self::Sequence { paths, .. }
            | Self::ConditionalPresence { paths, .. }
            | Self::ValueTable { paths, .. } => listed("paths", paths).collect(),
        }
    }
}

fn of_terms<'a>(
    name: &'static str,
    terms: &'a [Term],
) -> impl Iterator<Item = (Vec<PathStep>, &'a JsonPath)> {
    (0..).zip(terms).map(move |(index, term)| match term {
        Term::Plain(path) => (vec![PathStep::Name(name), PathStep::Index(index)], path),
        Term::Scaled { path, .. } => {
            (vec![PathStep::Name(name), PathStep::Index(index), PathStep::Name("path")], path)
        }
    })
}

fn named<'a>(name: &'static str, path: &'a JsonPath) -> (Vec<PathStep>, &'a JsonPath) {
    (vec![PathStep::Name(name)], path)
}

fn condition_path<'a>(name: &'static str, condition: &'a Condition) -> (Vec<PathStep>, &'a JsonPath) {
    (vec![PathStep::Name(name), PathStep::Name("path")], &condition.path)
}

fn listed<'a>(
    name: &'static str,
    paths: &'a [JsonPath],
) -> impl Iterator<Item = (Vec<PathStep>, &'a JsonPath)> {
    let steps = move |index| vec![PathStep::Name(name), PathStep::Index(index)];
    (0..).zip(paths).map(move |(index, path)| (steps(index), path))
}

fn list<'a>(
    name: &'static str,
    fields: &'a FieldList,
) -> impl Iterator<Item = (Vec<PathStep>, &'a JsonPath)> {
    let is_one = matches!(fields, FieldList::One(_));
    listed(name, fields.paths())
        .map(move |(steps, path)| if is_one { named(name, path) } else { (steps, path) })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_certain(share: &Rate) -> bool {
    share.is_one()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(offset: &f64) -> bool {
    offset.abs() < f64::MIN_POSITIVE
}

/// One combination of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueRow {
    /// A value for each field; `null` where the field is missing or null, or one of the `other` fields.
    pub values: Vec<Literal>,
    /// Fields that have a value which no combination lists for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub other: Vec<JsonPath>,
    /// How often the combination comes, relative to the others. The fields' own probabilities count more: the
    /// weights are adjusted to them.
    pub weight: f64,
}

/// Rows with one of some values of a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The tag.
    #[schemars(with = "String")]
    pub path: JsonPath,
    /// Its values.
    pub values: Vec<Literal>,
}

/// One path, or several; one path alone stands without brackets in YAML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FieldList {
    /// One field.
    One(#[schemars(with = "String")] JsonPath),
    /// Several fields together.
    Several(#[schemars(with = "Vec<String>")] Vec<JsonPath>),
}

impl FieldList {
    /// Returns the fields.
    #[must_use]
    pub fn paths(&self) -> &[JsonPath] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Several(paths) => paths,
        }
    }
}

impl From<Vec<JsonPath>> for FieldList {
    fn from(mut paths: Vec<JsonPath>) -> Self {
        match paths.pop() {
            Some(path) if paths.is_empty() => Self::One(path),
            last => Self::Several(paths.into_iter().chain(last).collect()),
        }
    }
}

/// What a formula does with its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// The same value as the only term.
    Copy,
    /// The terms times their factors, added.
    Sum,
    /// The first term times the second.
    Product,
    /// The first term divided by the second.
    Ratio,
    /// The sum over all elements of an array of the product of the terms.
    SumOverElements,
    /// The smallest value of the term among the elements of an array.
    MinOverElements,
    /// The largest value of the term among the elements of an array.
    MaxOverElements,
    /// The mean of the term over the elements of an array.
    MeanOverElements,
    /// The term, of any type, of the first element of an array.
    FirstElement,
    /// The term, of any type, of the last element of an array.
    LastElement,
    /// The number of elements of an array or members of a dictionary.
    Count,
    /// Milliseconds from the second term, a time, to the first; rounded or cut to the target's last digit.
    ElapsedMilliseconds,
    /// Seconds from the second term to the first.
    ElapsedSeconds,
    /// Minutes from the second term to the first.
    ElapsedMinutes,
    /// Hours from the second term to the first.
    ElapsedHours,
    /// Days of 24 hours from the second term to the first.
    ElapsedDays,
    /// Midnights in UTC from the second term to the first.
    CalendarDays,
    /// Minutes from the second term to the first, both hours and minutes in one number, around midnight.
    ClockMinutes,
    /// The year of the term in UTC.
    YearOf,
    /// The month of the term, from 1.
    MonthOf,
    /// The day of the month of the term.
    DayOf,
    /// The hour of the term in UTC, plus the offset, modulo 24.
    HourOf,
    /// The minute of the term.
    MinuteOf,
    /// The weekday of the term, Monday being 0, plus the offset, modulo 7.
    WeekdayOf,
    /// The date of the term in UTC.
    DateOf,
    /// The term, a time, and as many seconds later as the offset says; what the target cannot write is cut off.
    PlusSeconds,
    /// The term and as many minutes later as the offset says.
    PlusMinutes,
    /// The term and as many hours later as the offset says.
    PlusHours,
    /// The term and as many days of 24 hours later as the offset says.
    PlusDays,
    /// The term and as many months of the calendar later as the offset says; of a short month the last day.
    PlusMonths,
    /// The term and as many years of the calendar later as the offset says.
    PlusYears,
}

impl Operation {
    /// Tells whether the terms are fields of the elements of an array of the row, or the array itself.
    #[must_use]
    pub fn is_of_elements(self) -> bool {
        matches!(
            self,
            Self::Count
                | Self::SumOverElements
                | Self::MinOverElements
                | Self::MaxOverElements
                | Self::MeanOverElements
                | Self::FirstElement
                | Self::LastElement
        )
    }
}

/// A field in a formula; one without a factor is a path alone in YAML.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Term {
    /// The field itself.
    Plain(#[schemars(with = "String")] JsonPath),
    /// The field times a factor.
    Scaled {
        /// The field.
        #[schemars(with = "String")]
        path: JsonPath,
        /// What it is multiplied with.
        factor: f64,
    },
}

/// What a string is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextOperation {
    /// The first term, the separator and the second term.
    Join,
    /// The characters of the first term from the second term on, up to but not including the third.
    Slice,
    /// Any text in which the term occurs.
    Contains,
}

/// A rule that arrays keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SequenceRule {
    /// The last element is the first again.
    Closed,
    /// The first field in one array and the second in another have the same values in the same order.
    SideBySide,
}

/// How the presence of fields hangs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PresenceRule {
    /// All fields have a value, or none.
    Together,
    /// At most one field has a value.
    Exclusive,
    /// Where the first field has a value, all others have.
    Requires,
}
