//! Times that come a constant length of time after others: `expires = created + 30 days`.

use synth_core::gap::months_between;
use synth_core::{Span, Timestamp, cast, math};

use super::{Arithmetic, MIN_HOLD, MIN_ROWS, Operation, Term};
use crate::relations::Evidence;
use crate::relations::table::{Column, Kind, Part, Table};

/// Most times of a table that are compared.
const MAX_TIMES: usize = 16;
/// Distinct times that prove a constant distance.
const MIN_DISTINCT: usize = 6;
/// Rows from which a length of time is guessed.
const N_ANCHORS: usize = 3;

/// The operations, with the microseconds of what they add; those of months have none.
const UNITS: [(Operation, i64); 4] = [
    (Operation::PlusDays, 86_400_000_000),
    (Operation::PlusHours, 3_600_000_000),
    (Operation::PlusMinutes, 60_000_000),
    (Operation::PlusSeconds, 1_000_000),
];

/// A constant length of time, ready to be tested.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift {
    span: Span,
    /// Microseconds of the last digit of the later time.
    resolution: i64,
}

/// Tells whether an operation adds a constant length of time.
pub(crate) fn is_shift(operation: Operation) -> bool {
    matches!(operation, Operation::PlusMonths | Operation::PlusYears)
        || UNITS.iter().any(|(known, _)| *known == operation)
}

/// Returns the times of a table that follow others at a constant distance.
///
/// # Method
///
/// Lengths of time are guessed from the first rows: the distance up and down to the last digit of the later time, and
/// the whole months of the calendar. They are tested on all rows. What is finer than the last digit of the later
/// time is cut off, so a date may be 30 days after a moment.
pub(super) fn formulas(table: &Table) -> Vec<Arithmetic> {
    let is_time = |column: &&Column| {
        column.part == Part::Value && column.kind == Kind::Time && column.n_distinct() >= MIN_DISTINCT
    };
    let times: Vec<&Column> = table.columns.iter().filter(is_time).take(MAX_TIMES).collect();
    let mut found = Vec::new();
    for target in &times {
        let others = times.iter().filter(|other| other.path != target.path);
        let others = others.filter(|other| other.format.is_some() == target.format.is_some());
        found.extend(others.into_iter().find_map(|source| formula(table, source, target)));
    }
    found
}

fn formula(table: &Table, source: &Column, target: &Column) -> Option<Arithmetic> {
    let Some(format) = &target.format else { return by_number(table, source, target) };
    let resolution = format.resolution_micros().max(1);
    let pairs: Vec<(Timestamp, Timestamp)> = (0..table.n_rows())
        .filter_map(|row| Some((moment(source.number(row)?), moment(target.number(row)?))))
        .collect();
    let spans = guesses(&pairs, resolution)?;
    spans.into_iter().find_map(|span| {
        let shift = Shift { span, resolution };
        let n_holding = pairs.iter().filter(|(start, end)| shift.holds(*start, *end)).count();
        let evidence = Evidence { n_rows: cast::to_u64(pairs.len()), n_holding: cast::to_u64(n_holding) };
        is_proved(evidence, source, target).then(|| made(span, evidence, source, target))
    })
}

/// Times that are numbers, of one unit: a constant number lies between them.
fn by_number(table: &Table, source: &Column, target: &Column) -> Option<Arithmetic> {
    let pairs: Vec<(f64, f64)> =
        (0..table.n_rows()).filter_map(|row| Some((source.number(row)?, target.number(row)?))).collect();
    let (start, end) = *pairs.first()?;
    let digits = 1e6;
    let offset = math::round((end - start) * digits) / digits;
    let tolerance = super::tolerance(target);
    let holds = |(start, end): &&(f64, f64)| (end - start - offset).abs() <= tolerance.max(1e-9 * end.abs());
    // Nearly all rows of a table without the relation break it at once.
    if offset <= tolerance || pairs.iter().take(N_ANCHORS).filter(holds).count() + 1 < N_ANCHORS {
        return None;
    }
    let n_holding = pairs.iter().filter(holds).count();
    let evidence = Evidence { n_rows: cast::to_u64(pairs.len()), n_holding: cast::to_u64(n_holding) };
    is_proved(evidence, source, target)
        .then(|| arithmetic(target, source, (Operation::Sum, offset), evidence))
}

fn is_proved(evidence: Evidence, source: &Column, target: &Column) -> bool {
    evidence.n_rows >= cast::to_u64(MIN_ROWS)
        && source.n_distinct().min(target.n_distinct()) >= MIN_DISTINCT
        && evidence.confidence().get() >= MIN_HOLD
}

/// The lengths of time that fit one of the first rows, each once; `None` when no row has both times.
fn guesses(pairs: &[(Timestamp, Timestamp)], resolution: i64) -> Option<Vec<Span>> {
    pairs.first()?;
    let mut spans: Vec<Span> = Vec::new();
    for (start, end) in pairs.iter().take(N_ANCHORS).filter(|(start, end)| end > start) {
        let below = (end.0 - start.0) / resolution * resolution;
        let months = months_between(*start, *end);
        let exact = [below, below + resolution].map(Span::of_micros);
        // A date is cut off at midnight, so the month may be full later that day.
        let calendar = [months, months + 1].map(Span::of_months);
        spans.extend(exact.into_iter().chain(calendar).filter(|span| !span.is_zero()));
    }
    let mut seen = Vec::new();
    for span in spans {
        if !seen.contains(&span) {
            seen.push(span);
        }
    }
    Some(seen)
}

/// The relation, in the largest unit of which the length has a whole number.
fn made(span: Span, evidence: Evidence, source: &Column, target: &Column) -> Arithmetic {
    let (months, micros) = (span.months(), span.micros());
    let operation = if months > 0 {
        let is_of_years = months % 12 == 0;
        let n = f64::from(if is_of_years { months / 12 } else { months });
        (if is_of_years { Operation::PlusYears } else { Operation::PlusMonths }, n)
    } else {
        let unit = UNITS.iter().find(|(_, unit)| micros % unit == 0).unwrap_or(&UNITS[UNITS.len() - 1]);
        (unit.0, micros as f64 / unit.1 as f64)
    };
    arithmetic(target, source, operation, evidence)
}

fn arithmetic(
    target: &Column,
    source: &Column,
    (operation, offset): (Operation, f64),
    evidence: Evidence,
) -> Arithmetic {
    Arithmetic {
        target: target.path.clone(),
        operation,
        terms: vec![Term { path: source.path.clone(), factor: 1.0 }],
        offset,
        evidence,
        exceptions: Vec::new(),
    }
}

impl Shift {
    /// Returns the length of time of a relation on a target with a format.
    pub(crate) fn of(operation: Operation, offset: f64, target: &Column) -> Self {
        let whole = u32::try_from(cast::round_to_i64(offset)).unwrap_or(0);
        let span = match operation {
            Operation::PlusYears => Span::of_months(12 * whole),
            Operation::PlusMonths => Span::of_months(whole),
            other => {
                let unit = UNITS.iter().find(|(known, _)| *known == other).map_or(0, |(_, unit)| *unit);
                Span::of_micros(cast::round_to_i64(offset * unit as f64))
            }
        };
        Self {
            span,
            resolution: target.format.as_ref().map_or(1, |format| format.resolution_micros().max(1)),
        }
    }

    /// Tests one row; `None` where a time is missing.
    pub(crate) fn test(&self, target: &Column, source: &Column, row: usize) -> Option<bool> {
        Some(self.holds(moment(source.number(row)?), moment(target.number(row)?)))
    }

    /// What the later time cannot write of the sum is cut off.
    fn holds(&self, start: Timestamp, end: Timestamp) -> bool {
        let cut = self.span.after(start).0 - end.0;
        (0..self.resolution).contains(&cut)
    }
}

fn moment(seconds: f64) -> Timestamp {
    Timestamp(cast::round_to_i64(seconds * 1e6))
}
