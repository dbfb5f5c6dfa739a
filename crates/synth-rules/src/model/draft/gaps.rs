//! Fields that lie above another: the model draws how far.

use synth_core::JsonPath;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable, SampleValue};

use super::series;
use crate::field::FieldType;
use crate::generator::{Generator, WrittenAs};
use crate::model::coding::Coding;
use crate::relationship::{Distances, Relationship};
use crate::rule_set::RuleSet;

/// Share of the rows with the field that must have the one below it.
const MIN_PAIRED: f64 = 0.95;

/// Returns the field below another, and how far apart they are, where one order alone decides the upper one.
pub(in crate::model) fn below<'r>(
    rules: &'r RuleSet,
    high: &JsonPath,
) -> Option<(&'r JsonPath, &'r Distances)> {
    let mut found = None;
    for relationship in &rules.relationships {
        match relationship {
            Relationship::Ordering { low, high: own, gap, next_element, next_record, .. } if own == high => {
                if *next_element || *next_record || (gap.is_some() && found.is_some()) {
                    return None;
                }
                found = found.or(gap.as_ref().map(|gap| (low, gap)));
            }
            Relationship::Ordering { .. }
            | Relationship::Inequality { .. }
            | Relationship::ConditionalPresence { .. } => {}
            Relationship::Arithmetic { target, .. } | Relationship::DerivedText { target, .. } => {
                if target == high {
                    return None;
                }
            }
            other => {
                if other.paths().any(|path| path == high) {
                    return None;
                }
            }
        }
    }
    found
}

/// Codes a column by how far its values lie above those of another column of the row; `None` where no order says so, or
/// where too many rows lack the other value.
pub(super) fn coded(
    rules: &RuleSet,
    table: &SampleTable<'_>,
    column: &SampleColumn<'_>,
    has_times: bool,
) -> Option<(Coding, Vec<u16>)> {
    let rule = rules.fields.get(column.path())?;
    let (low, distances) = below(rules, column.path())?;
    let [kind] = &rule.kinds[..] else { return None };
    let is_moment = kind.field_type == FieldType::Datetime;
    let is_digits = matches!(&kind.generator, Some(Generator::TemporalRhythmic(times)) if times.written_as == WrittenAs::Number);
    // How numbers move along time is told by the numbers.
    if is_digits || rule.unique || (has_times && !is_moment) || series::is_time(rules, column) {
        return None;
    }
    let mut columns = table.columns();
    let low = columns.find(|other| other.path() == low && other.part() == SamplePart::Value)?;
    let coding = Coding::of_gap(rule, distances, table.n_rows())?;
    let (lows, highs): (Vec<_>, Vec<_>) = (numbers(&low), numbers(column));
    let (mut n, mut n_paired) = (0_usize, 0_usize);
    let code = |row: usize| match column.cell(row) {
        SampleCell::Missing => 0,
        SampleCell::Null => 1,
        SampleCell::Value(at) => {
            n += 1;
            let own = match low.cell(row) {
                SampleCell::Value(other) => highs[at].zip(lows[other]).map(|(high, low)| high - low),
                _ => None,
            };
            n_paired += usize::from(own.is_some());
            coding.code(SampleValue { number: Some(own.unwrap_or(0.0)), text: None })
        }
    };
    let codes: Vec<u16> = (0..table.n_rows()).map(code).collect();
    (n_paired as f64 >= MIN_PAIRED * n as f64).then_some((coding, codes))
}

fn numbers(column: &SampleColumn<'_>) -> Vec<Option<f64>> {
    column.values().map(|value| value.number).collect()
}
