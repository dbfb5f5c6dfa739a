//! The times that rows run along.

use indexmap::IndexMap;
use synth_core::{JsonPath, Rate, Segment};
use synth_profile::Profile;
use synth_profile::profile::SampleLayout;
use synth_profile::relations::TimeLine;

use crate::along::{Along, RowOrder};
use crate::field::{FieldRule, FieldType};
use crate::generator::{Generator, WrittenAs};
use crate::relationship::Relationship;

/// Rows from which something can be said of what runs along them.
const MIN_ROWS: u64 = 60;
/// Share of the steps of an array that must not go back.
const MIN_IN_ORDER: f64 = 0.95;
/// Deviation of the steps from their mean up to which they are the ticks of a clock.
const REGULAR: f64 = 0.5;

/// Returns the time of each table of records that its rows run along, without what runs along it.
pub(super) fn axes(
    profile: &Profile,
    fields: &IndexMap<JsonPath, FieldRule>,
    relationships: &[Relationship],
) -> Vec<Along> {
    let mut found: Vec<Along> = Vec::new();
    for line in &profile.relations.temporal {
        let is_known = found.iter().any(|known| known.table() == line.table);
        if !is_known && line.n_rows >= MIN_ROWS && is_outermost(&line.table, profile.layout) {
            found.extend(axis(line, fields, relationships));
        }
    }
    found
}

/// The records of a stream, or the elements of an outermost array of a document.
fn is_outermost(table: &JsonPath, layout: SampleLayout) -> bool {
    let is_list = |step: &&Segment| matches!(step, Segment::Elements | Segment::Members);
    match (layout, table.segments().last()) {
        (SampleLayout::Document, Some(Segment::Elements)) => {
            table.segments().iter().filter(is_list).count() == 1
        }
        (SampleLayout::Document, _) => false,
        (_, last) => last.is_none(),
    }
}

fn axis(
    line: &TimeLine,
    fields: &IndexMap<JsonPath, FieldRule>,
    relationships: &[Relationship],
) -> Option<Along> {
    let rule = fields.get(&line.path).filter(|rule| rule.presence.is_one() && rule.null_rate.is_zero())?;
    let [kind] = &rule.kinds[..] else { return None };
    let is_plain = kind.field_type == FieldType::Datetime
        && matches!(&kind.generator, Some(Generator::TemporalRhythmic(times)) if times.written_as == WrittenAs::Text);
    let is_decided = relationships.iter().any(|relationship| match relationship {
        Relationship::ForeignKey { child, .. } => child.paths().contains(&line.path),
        Relationship::Arithmetic { target, .. } | Relationship::DerivedText { target, .. } => {
            *target == line.path
        }
        Relationship::FunctionalDep { lhs, rhs, .. } => !lhs.is_empty() && rhs.contains(&line.path),
        _ => false,
    });
    let variation = line.arrivals.as_ref().map_or(1.0, |arrivals| arrivals.variation.min(1.0));
    let goes_on = line.series.iter().any(|series| series.never_falls || !series.autocorrelation.is_empty());
    // Records tell nothing of their order; a clock's ticks and what goes on from row to row are written as they come.
    let is_in_order = match line.in_order {
        Some(steps) => steps.confidence().get() >= MIN_IN_ORDER,
        None => variation <= REGULAR || goes_on,
    };
    let series = line.n_series.filter(|_| line.by.is_some());
    let n_back = line.in_order.map_or(0, |steps| steps.n_rows - steps.n_holding);
    let rows = match series {
        _ if !is_in_order => RowOrder::Mixed,
        Some(n) if n_back > 0 && n_back < n => RowOrder::BySeries,
        _ => RowOrder::InOrder,
    };
    (is_plain && !is_decided).then(|| Along {
        time: line.path.clone(),
        rows,
        variation: Rate::new(variation).unwrap_or(Rate::ONE),
        by: line.by.clone(),
        series,
        fields: IndexMap::new(),
    })
}
