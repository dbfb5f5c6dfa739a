//! Fields that run along the time of their rows.

use synth_core::{JsonPath, cast};
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable};
use synth_stats::joint::{CodeColumn, Sampler};

use super::{DraftField, DraftTable, kept};
use crate::along::{Along, Movement, RowOrder};
use crate::field::{FieldType, ValueKind};
use crate::model::movement::{self, rising};
use crate::model::times::RowTimes;
use crate::model::{LeafEnds, ModelPart};
use crate::relationship::Relationship;
use crate::rule_set::RuleSet;

/// Values of a field that may tell series apart, at most, and rows of each on average, at least.
const MAX_SERIES: usize = 20;
const MIN_LENGTH: usize = 10;

/// What is known of how a field runs along time before its tree is grown.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// It only rises or falls, in the rows of each value of a field, if one is named.
    rising: Option<(Movement, Option<JsonPath>)>,
    /// Some field rises by this one's values.
    leads: bool,
    /// Its values tell the series of the table apart.
    tells_series: bool,
    /// Where each row's value lies within its code.
    within: Vec<f64>,
    /// Rows of one value have one number.
    cells: Vec<u32>,
}

/// A field and the rows of its series.
pub(super) struct Following {
    rising: Option<Movement>,
    order: Option<Vec<u16>>,
    within: Vec<f64>,
    cells: Vec<u32>,
    times: RowTimes,
    /// Rows of one number are of one series, beside their place.
    by: Vec<u32>,
}

/// Tells whether a column is a time that rows run along.
pub(super) fn is_time(rules: &RuleSet, column: &SampleColumn<'_>) -> bool {
    rules.along.iter().any(|along| along.time == *column.path())
}

/// Finds the fields of a table that only rise or fall, and prepares the others.
pub(super) fn follow(
    rules: &RuleSet,
    (table, times): (&SampleTable<'_>, &RowTimes),
    fields: &mut [DraftField],
    along: &mut Along,
) {
    let splits = splits(table, fields, along);
    for column in table.columns().filter(|column| column.part() == SamplePart::Value) {
        let path = column.path();
        let at = fields.iter().position(|field| field.path == *path);
        if at.is_some_and(|at: usize| fields[at].part == ModelPart::Gap) {
            continue;
        }
        let is_apart = at.is_none() && is_made_apart(rules, path);
        if is_time(rules, &column) || (at.is_none() && !is_apart) {
            continue;
        }
        if !is_number(rules, path) {
            if is_apart && let Some(movement) = drifting(rules, &column, times) {
                along.fields.insert(path.clone(), movement);
            }
            continue;
        }
        let found = find_rising(&column, (table.n_rows(), times), &splits);
        let drifting = || drifting(rules, &column, times);
        match &found {
            Some((movement, None)) if is_apart => _ = along.fields.insert(path.clone(), *movement),
            None if is_apart => along.fields.extend(drifting().map(|movement| (path.clone(), movement))),
            _ => {}
        }
        if let (Some(at), Some(found)) = (at, found) {
            fields[at].course = Some(Course { rising: Some(found), ..Course::default() });
        }
    }
    let leaders: Vec<JsonPath> =
        fields.iter().filter_map(|field| field.rising_by()?.cloned()).chain(along.by.clone()).collect();
    for field in fields.iter_mut().filter(|field| field.part != ModelPart::Gap) {
        let leads = leaders.contains(&field.path);
        let tells_series = along.by.as_ref() == Some(&field.path);
        let Some(column) = table.columns().find(|column| *column.path() == field.path) else { continue };
        let rising = field.course.take().and_then(|course| course.rising);
        let within: Vec<f64> = column.values().map(|value| field.coding.within(value)).collect();
        let cell = |row: usize| match column.cell(row) {
            SampleCell::Missing => (0, 0.5),
            SampleCell::Null => (1, 0.5),
            SampleCell::Value(at) => (cast::to_u32(at) + 2, within[at]),
        };
        let (cells, within) = (0..table.n_rows()).map(cell).unzip();
        field.course = Some(Course { rising, leads, tells_series, within, cells });
    }
}

/// Puts the fields that tell series apart before all others.
pub(super) fn lead(fields: &mut [DraftField]) {
    fields.sort_by_key(|field| !field.course.as_ref().is_some_and(|course| course.leads));
}

/// How a field drifts that an order makes.
fn drifting(rules: &RuleSet, column: &SampleColumn<'_>, times: &RowTimes) -> Option<Movement> {
    let rule = rules.fields.get(column.path())?;
    let is_number = |kind: &ValueKind| matches!(kind.field_type, FieldType::Integer | FieldType::Number);
    if rule.unique || !rule.kinds.iter().all(is_number) {
        return None;
    }
    let numbers: Vec<f64> = column.values().map(|value| value.number.unwrap_or(f64::NAN)).collect();
    movement::drift(times, |row| match column.cell(row) {
        SampleCell::Value(at) => numbers[at],
        _ => f64::NAN,
    })
}

/// The fields that may tell series apart, with the code of each row; the one that the rules name comes first.
fn splits(table: &SampleTable<'_>, fields: &[DraftField], along: &Along) -> Vec<(JsonPath, Vec<u16>)> {
    let n_values = |field: &&DraftField| {
        table
            .columns()
            .find(|column| *column.path() == field.path)
            .map_or(0, |column| column.values().count())
    };
    let may_split = |field: &&DraftField| {
        let n = n_values(field);
        let is_by = along.by.as_ref() == Some(&field.path);
        (is_by || (2..=MAX_SERIES).contains(&n) && n * MIN_LENGTH <= table.n_rows())
            && field.column.n_codes > 3
    };
    let mut splits: Vec<&DraftField> = fields.iter().filter(may_split).collect();
    splits.sort_by_key(|field| along.by.as_ref() != Some(&field.path));
    splits.into_iter().map(|field| (field.path.clone(), field.column.codes.clone())).collect()
}

/// Whether a field rises or falls in all rows, or else in those of each value of another field.
pub(in crate::model) fn find_rising(
    column: &SampleColumn<'_>,
    (n_rows, times): (usize, &RowTimes),
    splits: &[(JsonPath, Vec<u16>)],
) -> Option<(Movement, Option<JsonPath>)> {
    let numbers: Vec<f64> = column.values().map(|value| value.number.unwrap_or(f64::NAN)).collect();
    if numbers.len() < 2 {
        return None;
    }
    let number = |row: usize| match column.cell(row) {
        SampleCell::Value(at) => numbers[at],
        _ => f64::NAN,
    };
    if (0..n_rows).any(|row| number(row).is_nan()) {
        return None;
    }
    let whole = rising(&times.runs(|_| 0), (&times.seconds, number));
    if let Some(movement) = whole {
        return Some((movement, None));
    }
    splits.iter().filter(|(path, _)| path != column.path()).find_map(|(path, codes)| {
        let runs = times.runs(|row| u32::from(codes[row]));
        Some((rising(&runs, (&times.seconds, number))?, Some(path.clone())))
    })
}

/// Tells whether a field is always there and always a number or a time.
pub(in crate::model) fn is_number(rules: &RuleSet, path: &JsonPath) -> bool {
    let Some(rule) = rules.fields.get(path) else { return false };
    let [kind] = &rule.kinds[..] else { return false };
    let is_number = matches!(
        kind.field_type,
        FieldType::Integer | FieldType::Number | FieldType::Datetime | FieldType::Enum
    );
    is_number && rule.presence.is_one() && rule.null_rate.is_zero()
}

/// Tells whether a field's values are made by orders or by counting, and by nothing else.
fn is_made_apart(rules: &RuleSet, path: &JsonPath) -> bool {
    let is_decided = rules.relationships.iter().any(|relationship| match relationship {
        Relationship::ForeignKey { child, .. } => child.paths().contains(path),
        Relationship::Arithmetic { target, .. } | Relationship::DerivedText { target, .. } => target == path,
        Relationship::FunctionalDep { lhs, rhs, .. } => !lhs.is_empty() && rhs.contains(path),
        Relationship::ValueTable { paths, .. } => paths.contains(path),
        _ => false,
    });
    let is_ordered = rules.relationships.iter().any(|relationship| {
        matches!(relationship, Relationship::Ordering { low, high, .. } if low == path || high == path)
    });
    let is_unique = rules.fields.get(path).is_some_and(|rule| rule.unique);
    !is_decided && (is_ordered || is_unique)
}

impl Along {
    /// Tells whether it says more than that there is a time.
    pub(in crate::model) fn says_something(&self) -> bool {
        !self.fields.is_empty() || self.rows != RowOrder::Mixed
    }
}

impl DraftField {
    /// The field in the rows of whose values this one rises or falls: the outer `None` is for one that does not.
    #[expect(clippy::option_option, reason = "whether it rises, and if so by which field")]
    pub(super) fn rising_by(&self) -> Option<Option<&JsonPath>> {
        self.course.as_ref()?.rising.as_ref().map(|(_, by)| by.as_ref())
    }

    /// The order of the codes as a model needs it whose values follow each other.
    pub(super) fn order(&self, moves: bool) -> Vec<u16> {
        let order = self.coding.order().filter(|_| moves).unwrap_or_default();
        let is_plain = order.iter().copied().eq(0..self.column.n_codes);
        if is_plain { Vec::new() } else { order }
    }
}

impl DraftTable {
    /// What is needed to see how a field runs along time.
    pub(super) fn course(&self, field: usize) -> Option<Following> {
        let (times, own) = (self.times.as_ref()?, &self.fields[field]);
        let course = own.course.as_ref()?;
        let leader = self.fields[..field]
            .iter()
            .find(|other| other.course.as_ref().is_some_and(|course| course.tells_series));
        let by = match leader {
            Some(leader) => leader.column.codes.iter().map(|code| u32::from(*code)).collect(),
            None => vec![0; own.column.codes.len()],
        };
        Some(Following {
            rising: course.rising.as_ref().map(|(movement, _)| *movement),
            order: own.coding.order(),
            within: course.within.clone(),
            cells: course.cells.clone(),
            times: times.clone(),
            by,
        })
    }
}

impl Following {
    /// The rows that are kept.
    pub(super) fn kept(self, is_kept: &[bool]) -> Self {
        Self {
            within: kept(&self.within, is_kept),
            cells: kept(&self.cells, is_kept),
            times: self.times.kept(is_kept),
            by: kept(&self.by, is_kept),
            ..self
        }
    }

    /// How the field runs along time beside its tree; if it rises or falls, also where it begins and ends in each leaf, but
    /// for `k` rows.
    pub(super) fn movement(
        &self,
        sampler: &Sampler,
        target: &CodeColumn,
        (features, k): (&[&CodeColumn], usize),
    ) -> (Option<Movement>, Vec<LeafEnds>) {
        let fitted = movement::Fitted {
            sampler,
            target,
            features,
            order: self.order.as_deref(),
            within: &self.within,
            cells: &self.cells,
        };
        if self.rising.is_some() {
            return (self.rising, fitted.ends(k));
        }
        (fitted.memory(&self.times, &self.times.runs(|row| self.by[row])), Vec::new())
    }
}
