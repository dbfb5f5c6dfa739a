//! Relations between fields: keys, references, dependencies, orders and sums, with the evidence for each.
//!
//! Relations are proposed on the record sample, cut into tables: the records, the elements of each array and
//! the members of each dictionary are rows, what they hold outside of arrays of their own are columns. Each
//! relation says how many rows speak for it and how many against it, and holds paths, counts and public tags,
//! never a value.

use serde::{Deserialize, Serialize};
use synth_core::{Gap, JsonPath, Rate};
use synth_privacy::Publishable;

use crate::profile::{LengthProfile, TagValue};

mod arithmetic;
mod association;
mod builder;
mod choices;
mod counts;
mod dependencies;
mod exceptions;
mod identity;
mod inequality;
mod keys;
mod mine;
mod names;
mod ordering;
mod presence;
mod references;
mod sequence;
mod table;
mod tally;
mod temporal;
mod text;
mod time_axis;
mod transitions;
mod value_set;
mod value_table;
mod verify;

pub(crate) use arithmetic::shifted::is_shift;
pub use association::{Aspect, Association, AssociationMeasure, Direction, Quantity, TableAssociations};
pub use exceptions::Exception;
pub(crate) use exceptions::{FirstRows, RowPlace};
pub(crate) use mine::{mine, tables_in_proportion};
pub(crate) use names::sounds_like_id;
pub(crate) use table::{Column, Part, Table};
pub use temporal::{
    ArrivalProfile, CalendarUnit, SeasonProfile, SeriesProfile, TimeLine, TrendProfile, Volume,
};
pub use verify::{Proposals, Verifier};

/// What binds fields together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Relations {
    /// Fields that name a row or never repeat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// Fields whose values name rows elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Fields that follow from others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// Fields that are never larger than others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orderings: Vec<Ordering>,
    /// Numbers that are made of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arithmetic: Vec<Arithmetic>,
    /// Numbers that are not less than a sum of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inequalities: Vec<Inequality>,
    /// Strings that are made of other fields, or hold them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextRelation>,
    /// Fields whose next value depends on the present one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// How the elements of arrays hang together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequences: Vec<Sequence>,
    /// Fields that are there together, or only with others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presence: Vec<Presence>,
    /// Fields of few values, and which of them come together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub value_tables: Vec<ValueTable>,
    /// Fields that would be keys but for a few rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near_keys: Vec<NearKey>,
    /// What varies together in the rows of a table without one following from the other, seen in the sample.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associations: Vec<TableAssociations>,
    /// What happens along the times of a table, seen in the sample.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub temporal: Vec<TimeLine>,
    /// Every record was looked at; else the relations were seen in a sample of them.
    pub covers_all_records: bool,
}

impl Relations {
    /// Returns the relations that are rules which a few rows break.
    pub(crate) fn broken(&self) -> Self {
        let is_broken = |evidence: &Evidence| crate::anomalies::is_broken_rule(*evidence);
        let dependencies = self.dependencies.iter().map(|found| Dependency {
            rhs: found.rhs.iter().filter(|dependent| is_broken(&dependent.evidence)).cloned().collect(),
            ..found.clone()
        });
        Self {
            references: of_evidence(&self.references, |found| is_broken(&found.evidence)),
            dependencies: dependencies.filter(|found| !found.rhs.is_empty()).collect(),
            orderings: of_evidence(&self.orderings, |found| is_broken(&found.evidence)),
            arithmetic: of_evidence(&self.arithmetic, |found| is_broken(&found.evidence)),
            inequalities: of_evidence(&self.inequalities, |found| is_broken(&found.evidence)),
            texts: of_evidence(&self.texts, |found| is_broken(&found.evidence)),
            transitions: of_evidence(&self.transitions, |found| is_broken(&found.evidence)),
            sequences: of_evidence(&self.sequences, |found| is_broken(&found.evidence)),
            near_keys: of_evidence(&self.near_keys, |found| is_broken(&found.evidence)),
            ..Self::default()
        }
    }
}

fn of_evidence<T: Clone>(all: &[T], is_wanted: impl Fn(&T) -> bool) -> Vec<T> {
    all.iter().filter(|one| is_wanted(one)).cloned().collect()
}

/// How many rows a relation was tested on, and how many kept it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Rows that have all the values concerned.
    pub n_rows: u64,
    /// Rows that keep the relation.
    pub n_holding: u64,
}

impl Evidence {
    /// Returns the share of rows that keep the relation.
    #[must_use]
    pub fn confidence(&self) -> Rate {
        Rate::of(self.n_holding, self.n_rows)
    }

    /// Tells whether every row keeps the relation.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.n_holding == self.n_rows
    }
}

/// The rows of a table with one of some values of a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The tag.
    pub path: JsonPath,
    /// Its values.
    pub values: Vec<TagValue>,
}

/// Fields that together never repeat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// The fields.
    pub paths: Vec<JsonPath>,
    /// The key names the row.
    pub is_primary: bool,
    /// The rows among which it is unique; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Rows with the key.
    pub n_rows: u64,
}

/// Fields that hardly ever repeat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearKey {
    /// The fields.
    pub paths: Vec<JsonPath>,
    /// The rows among which they hardly ever repeat; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Rows that are the first with their values hold.
    pub evidence: Evidence,
    /// The first few rows that repeat values of another.
    pub exceptions: Vec<Exception>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The fields that refer.
    pub child: Vec<JsonPath>,
    /// The fields that are referred to, in the same order.
    pub parent: Vec<JsonPath>,
    /// The rows that are referred to; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_when: Option<Condition>,
    /// What stands before the parent's value in the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Publishable>,
    /// Values of the child; those that name a parent hold.
    pub evidence: Evidence,
    /// How many children the parents have, those without any included.
    pub children: LengthProfile,
    /// The first few rows that break it, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// A functional dependency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependency {
    /// The fields that decide; none when the others are constant.
    pub lhs: Vec<JsonPath>,
    /// The fields that follow.
    pub rhs: Vec<Dependent>,
    /// Distinct values of the fields that decide.
    pub n_lhs: u64,
}

/// A field that follows from others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependent {
    /// The field.
    pub path: JsonPath,
    /// Rows that agree with the commonest value of their group hold.
    pub evidence: Evidence,
    /// The first few rows that break it, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// One field is never larger than another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ordering {
    /// The smaller field.
    pub low: JsonPath,
    /// The larger field; in a row, or in the row of an array that holds the smaller one.
    pub high: JsonPath,
    /// They are never equal.
    pub is_strict: bool,
    /// What is compared with what.
    pub scope: OrderingScope,
    /// They are always at least this far apart; a round number that tells no row's distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_gap: Option<Gap>,
    /// They are always at most this far apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_gap: Option<Gap>,
    /// How far apart they usually are, where their own distributions do not tell; seen in the sample of records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<GapSpread>,
    /// Rows tested.
    pub evidence: Evidence,
    /// The first few rows that break it, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// How far apart the two values of an ordering are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapSpread {
    /// Percentages of the distances that are not repeated, rising.
    pub percent: Vec<f64>,
    /// The distance at each of them.
    pub values: Vec<Gap>,
    /// Distances that are repeated often, with their shares of all rows.
    pub repeated: Vec<(Gap, f64)>,
    /// The elements of one array are all equally far apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_steady: bool,
}

/// Which values an ordering compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderingScope {
    /// Two values of one row, or of a row and the row that holds it.
    Row,
    /// The first value in an element of an array and the second in the next element.
    NextElement,
    /// The first value in a record of a stream and the second in the next record that has one.
    NextRecord,
}

/// How a number follows from others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arithmetic {
    /// The number that follows.
    pub target: JsonPath,
    /// What it is.
    pub operation: Operation,
    /// The fields it is made of.
    pub terms: Vec<Term>,
    /// What is added at the end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset: f64,
    /// Rows within the rounding of the target hold.
    pub evidence: Evidence,
    /// The first few rows that break it, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(offset: &f64) -> bool {
    offset.abs() < f64::MIN_POSITIVE
}

/// What is done with the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// The same value as the only term.
    Copy,
    /// The terms times their factors, added; a change of unit with one term.
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

/// A field in a formula.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The field.
    pub path: JsonPath,
    /// What it is multiplied with.
    pub factor: f64,
}

/// A number is not less than a sum of others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inequality {
    /// The number.
    pub target: JsonPath,
    /// The fields of the sum.
    pub terms: Vec<Term>,
    /// Rows in which both sides are equal.
    pub n_equal: u64,
    /// Rows in which the number is not less hold.
    pub evidence: Evidence,
    /// The first few rows that break it, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// How a string follows from others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextRelation {
    /// The string that follows, or that holds the other.
    pub target: JsonPath,
    /// What it is.
    pub operation: TextOperation,
    /// The fields it is made of.
    pub terms: Vec<JsonPath>,
    /// What stands between joined fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<Publishable>,
    /// Rows tested.
    pub evidence: Evidence,
    /// The first few rows that break it, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// What a string is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextOperation {
    /// The first term, the separator and the second term.
    Join,
    /// The characters of the first term from the second term on, up to but not including the third.
    Slice,
    /// Any text in which the term occurs.
    Contains,
}

/// A state machine: which states follow each other along an array, an entity's rows or the records of a stream.
///
/// Counts are those of a uniform sample of arrays, entities or stretches of records where these are very many; a count
/// stands here only if enough records have it, and is 0 otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// The field that holds the states.
    pub path: JsonPath,
    /// The field that says whose row it is; without one the elements of an array or the records follow each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<JsonPath>,
    /// The time that puts the rows in order; without one they are in that of the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<JsonPath>,
    /// The public states.
    pub states: Vec<TagValue>,
    /// How many runs begin with each state; empty where nothing begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initial: Vec<u64>,
    /// How many runs end with each state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub last: Vec<u64>,
    /// Moves from each state to each.
    pub matrix: Vec<Vec<u64>>,
    /// Moves from each state that `matrix` does not name.
    pub rest: Vec<u64>,
    /// Arrays or entities; 0 along the records of a stream.
    pub n_runs: u64,
    /// Moves; those that chance would make and that hardly happen do not hold.
    pub evidence: Evidence,
    /// The first few rows with such moves, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// A rule that arrays keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    /// What is said.
    pub rule: SequenceRule,
    /// The fields of the elements.
    pub paths: Vec<JsonPath>,
    /// Arrays tested.
    pub evidence: Evidence,
    /// The first few rows whose arrays break it, when all records were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// A rule that arrays keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SequenceRule {
    /// The last element is the first again.
    Closed,
    /// The first field in one array and the second in another have the same values in the same order.
    SideBySide,
}

/// How the presence of fields hangs together; a field that is null counts as absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Presence {
    /// What is said.
    pub rule: PresenceRule,
    /// The fields, in the order of the data.
    pub paths: Vec<JsonPath>,
    /// Rows tested.
    pub evidence: Evidence,
}

/// How the presence of fields hangs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceRule {
    /// All fields have a value, or none.
    Together,
    /// At most one field has a value.
    Exclusive,
    /// Where the first field has a value, all others have.
    Requires,
}

/// Fields of few values that dependencies connect, and how often their values come together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValueTable {
    /// The fields, in the order of the data.
    pub paths: Vec<JsonPath>,
    /// The combinations that enough records hold, most frequent first.
    pub rows: Vec<ValueRow>,
    /// Rows of the sample that have any of the fields.
    pub n_rows: u64,
}

/// One combination of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValueRow {
    /// A value for each field; `null` where the field is missing or null, or has a value that is not listed.
    pub values: Vec<TagValue>,
    /// The fields that have a value that is not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other: Vec<JsonPath>,
    /// Rows of the sample that hold it.
    pub count: u64,
}
