//! The columns of a table that say when its rows happened.

use std::collections::BTreeMap;

use synth_core::{JsonPath, TimeFormat, cast};

use super::Evidence;
use super::table::{Column, Kind, Part, Table};
use crate::profile::{FieldProfile, TimeProfile};

/// Rows with a time from which a column says when rows happened.
const MIN_TIMES: usize = 20;
/// Distinct times from which it does.
const MIN_DISTINCT: usize = 10;
/// Most such columns of a table.
const MAX_AXES: usize = 4;
/// Share of the steps of an array from which it is in order of a time.
pub(crate) const MIN_IN_ORDER: f64 = 0.95;

/// How the times of each path are read.
type Units = BTreeMap<JsonPath, Unit>;

/// The columns of dates and times of each table.
pub(crate) type Axes = Vec<Vec<TimeAxis>>;

/// How the times of a path are read.
#[derive(Debug, Clone, Default)]
struct Unit {
    /// Seconds that one of its numbers stands for; strings that are times are seconds already.
    seconds: f64,
    /// Times that stand for none, in seconds: they are repeated and lie outside of all others.
    sentinels: Vec<f64>,
}

/// A column of times.
#[derive(Debug, Clone)]
pub(crate) struct TimeAxis {
    pub(crate) column: usize,
    /// Seconds since the epoch of each row, NaN where there is no time.
    pub(crate) seconds: Vec<f64>,
    /// The rows that have a time, by time; those of one time as in the table.
    pub(crate) rows: Vec<u32>,
    /// Steps from a row of an array to the next that do not go back; `None` for records, whose order the table has not.
    pub(crate) in_order: Option<Evidence>,
}

fn units(fields: &[FieldProfile]) -> Units {
    fields.iter().filter_map(|field| Some((field.path.clone(), unit(field)?))).collect()
}

fn unit(field: &FieldProfile) -> Option<Unit> {
    let texts = field.text.iter().flat_map(|text| &text.times);
    if let Some(time) = texts.max_by_key(|time| time.count) {
        return Some(Unit { seconds: 1.0, sentinels: sentinels(time) });
    }
    let time = field.number.as_ref()?.time.as_ref().filter(|time| !time.as_number)?;
    let seconds = match time.format.as_str() {
        "epoch_seconds" => 1.0,
        "epoch_millis" => 1e-3,
        "epoch_micros" => 1e-6,
        "epoch_nanos" => 1e-9,
        _ => return None,
    };
    Some(Unit { seconds, sentinels: sentinels(time) })
}

fn sentinels(time: &TimeProfile) -> Vec<f64> {
    let (low, high) = (time.curve.values.first().copied(), time.curve.values.last().copied());
    let is_outside =
        |seconds: f64| low.is_some_and(|low| seconds < low) || high.is_some_and(|high| seconds > high);
    time.spikes.iter().map(|spike| spike.seconds).filter(|seconds| is_outside(*seconds)).collect()
}

/// Returns the times of every table, read by what is known of the fields.
pub(crate) fn axes(tables: &[Table], fields: &[FieldProfile]) -> Axes {
    let units = units(fields);
    tables.iter().map(|table| time_axes(table, &units)).collect()
}

/// The columns of dates and times of a table, the one that tells most about its rows first.
///
/// # Method
///
/// Times of day alone, without a date, have no order. Columns that nearly all rows have go before others, among those
/// the ones in whose order an array stands, then the first.
fn time_axes(table: &Table, units: &Units) -> Vec<TimeAxis> {
    let mut axes: Vec<TimeAxis> =
        (0..table.columns.len()).filter_map(|column| TimeAxis::of(table, column, units)).collect();
    axes.sort_by_key(|axis| {
        let share = axis.rows.len() * 10 / table.n_rows().max(1);
        let is_order = axis.in_order.is_some_and(|steps| steps.confidence().get() >= MIN_IN_ORDER);
        (std::cmp::Reverse(share), !is_order, axis.column)
    });
    axes.truncate(MAX_AXES);
    axes
}

/// Returns the times of a table's rows, or of the rows that hold them, in seconds; NaN where there is none.
pub(crate) fn times_of_rows(tables: &[Table], index: usize, axes: &Axes) -> Option<Vec<f64>> {
    let (mut rows, mut at) = ((0..cast::to_u32(tables[index].n_rows())).collect::<Vec<u32>>(), index);
    loop {
        let table = &tables[at];
        if let Some(axis) = axes[at].first() {
            return Some(rows.iter().map(|row| axis.seconds[*row as usize]).collect());
        }
        at = table.parent?;
        rows.iter_mut().for_each(|row| *row = table.parent_rows[*row as usize]);
    }
}

impl TimeAxis {
    fn of(table: &Table, index: usize, units: &Units) -> Option<Self> {
        let column = &table.columns[index];
        let unit = unit_of(column, units)?;
        if column.kind != Kind::Time || column.part != Part::Value || column.n_distinct() < MIN_DISTINCT {
            return None;
        }
        let seconds: Vec<f64> = (0..table.n_rows())
            .map(|row| column.number(row).map_or(f64::NAN, |number| number * unit.seconds))
            .map(|time| if unit.is_none(time) { f64::NAN } else { time })
            .collect();
        let mut rows: Vec<u32> =
            (0..cast::to_u32(seconds.len())).filter(|row| !seconds[*row as usize].is_nan()).collect();
        rows.sort_by(|left, right| seconds[*left as usize].total_cmp(&seconds[*right as usize]));
        let in_order = table.parent.and_then(|_| in_order(table, &seconds));
        (rows.len() >= MIN_TIMES).then_some(Self { column: index, seconds, rows, in_order })
    }

    /// Tells whether all times are whole days.
    pub(crate) fn is_of_days(&self) -> bool {
        let is_day = |row: &u32| (self.seconds[*row as usize] % 86_400.0).abs() < f64::EPSILON;
        self.rows.iter().all(is_day)
    }
}

/// How a column's times are read; `None` where they have no date.
fn unit_of<'u>(column: &Column, units: &'u Units) -> Option<&'u Unit> {
    const DATES: [&str; 8] = ["%Y", "%y", "%s", "%G", "%b", "%B", "%m", "%d"];
    let has_date = |format: &TimeFormat| DATES.iter().any(|letter| format.as_str().contains(letter));
    units.get(&column.path).filter(|_| column.format.as_ref().is_none_or(has_date))
}

impl Unit {
    fn is_none(&self, time: f64) -> bool {
        self.sentinels.iter().any(|sentinel| (time - sentinel).abs() < 0.5)
    }
}

/// Steps within arrays that do not go back.
fn in_order(table: &Table, seconds: &[f64]) -> Option<Evidence> {
    let (mut n_rows, mut n_holding) = (0, 0);
    for family in table.families() {
        let mut before = f64::NAN;
        for time in seconds[family].iter().filter(|time| !time.is_nan()) {
            n_rows += u64::from(!before.is_nan());
            n_holding += u64::from(before <= *time);
            before = *time;
        }
    }
    (n_rows > 0).then_some(Evidence { n_rows, n_holding })
}
