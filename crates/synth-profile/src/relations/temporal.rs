//! What happens along time: how many rows, how they follow each other, and how their numbers move.

use serde::{Deserialize, Serialize};
use synth_core::{JsonPath, Rate, cast, math};
use synth_privacy::Gate;

use super::association::rounded;
use super::table::Table;
use super::time_axis::{Axes, TimeAxis};
use super::{Evidence, Relations};

mod calendar;
mod split;
mod values;
mod volume;

use split::Split;

/// What is known of the rows of a table along one of its times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeLine {
    /// Path of a row.
    pub table: JsonPath,
    /// The time.
    pub path: JsonPath,
    /// Rows that have it.
    pub n_rows: u64,
    /// Steps from a row to the next that do not go back in time; left out where the order of the rows is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_order: Option<Evidence>,
    /// The rows are a sample of all, so nothing is said of the step from one to the next.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_thinned: bool,
    /// How many rows there are, unit by unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
    /// The field whose values split the rows into series, such as a sensor's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<JsonPath>,
    /// Series there are, when more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_series: Option<u64>,
    /// How rows follow each other within a series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<ArrivalProfile>,
    /// Numbers that move with time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<SeriesProfile>,
}

/// How many rows there are, unit by unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Volume {
    /// Length of a unit.
    pub unit: CalendarUnit,
    /// Whole units looked at, those without rows included.
    pub n_units: u64,
    /// Whether rows become more or fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<TrendProfile>,
    /// Cycles of the number of rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seasons: Vec<SeasonProfile>,
}

/// A unit of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarUnit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// Seven days from Monday.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

/// A rise or fall along time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrendProfile {
    /// Kendall's correlation with time, from -1 to 1.
    pub tau: f64,
    /// Change from the first to the last along the Theil–Sen line: of a volume in means of it, of numbers in their
    /// standard deviations.
    pub change: f64,
    /// Chance of such a tau without a trend.
    pub p_value: f64,
}

/// A cycle of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SeasonProfile {
    /// Length of the cycle.
    pub cycle: CalendarUnit,
    /// Share of the variance within cycles that the hour, weekday or month explains.
    pub strength: Rate,
    /// Cycles that were compared.
    pub n_cycles: u64,
    /// Chance of such a strength without a cycle.
    pub p_value: f64,
}

/// How rows follow each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrivalProfile {
    /// Mean step in seconds.
    pub mean_seconds: f64,
    /// Standard deviation over mean: 0 for a clock, about 1 for independent events.
    pub variation: f64,
    /// -1 for a clock, 0 for independent events, towards 1 for bursts.
    pub burstiness: f64,
    /// Share of the steps that are 0.
    pub share_of_equal: Rate,
    /// The step that most are, when half of them are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_seconds: Option<f64>,
    /// Share of the steps that are exactly that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_on_step: Option<Rate>,
    /// Percentages and the steps in seconds below which so many are.
    pub percent: Vec<f64>,
    /// The steps.
    pub seconds: Vec<f64>,
}

/// How a number moves with time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesProfile {
    /// The number.
    pub path: JsonPath,
    /// Values looked at.
    pub n_values: u64,
    /// No value is smaller than the one before it in time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_falls: bool,
    /// Correlation of a value with the one 1, 2, ... rows later; left out where it is not more than chance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub autocorrelation: Vec<f64>,
    /// Rows after which values come back, where the calendar does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_rows: Option<u64>,
    /// Whether values rise or fall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<TrendProfile>,
    /// Cycles of the values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seasons: Vec<SeasonProfile>,
}

/// Largest p-value of what is named; each table is asked some dozens of questions.
const MAX_P_VALUE: f64 = 0.001;
/// Steps from which arrivals are described.
const MIN_STEPS: usize = 20;
/// Share of the steps that are one step exactly from which that is named.
const MIN_ON_STEP: f64 = 0.5;
/// Percentages at which steps are listed.
const PERCENT: [f64; 9] = [1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0];

/// Returns what is known along the times of every table.
///
/// # Method
///
/// Rows are put in order of a time; rows of one time stay in the order of their array, or in that of the sample, which
/// does not depend on the order of the input. Where the rows are a sample, only what does not need the next row is
/// described. Numbers are followed along the first time of a table only.
///
/// # Cost
///
/// A sort for each time, and up to 2 million steps for each of at most 40 numbers of a table.
pub(super) fn time_lines(
    tables: &[Table],
    relations: &Relations,
    axes: &Axes,
    (is_complete, gate): (bool, Gate),
) -> Vec<TimeLine> {
    let mut lines = Vec::new();
    for (table, axes) in tables.iter().zip(axes) {
        let is_thinned = !is_complete || table.is_cut;
        for (number, axis) in axes.iter().enumerate() {
            let mut line = TimeLine {
                table: table.path.clone(),
                path: table.columns[axis.column].path.clone(),
                n_rows: cast::to_u64(axis.rows.len()),
                in_order: axis.in_order,
                is_thinned,
                volume: volume::volume(axis),
                by: None,
                n_series: None,
                arrivals: None,
                series: Vec::new(),
            };
            if number == 0 {
                follow(&mut line, (table, axis), relations, gate);
            }
            lines.push(line);
        }
    }
    lines.retain(TimeLine::says_something);
    lines
}

/// Describes the numbers of a table, and how its rows follow each other.
fn follow(line: &mut TimeLine, (table, axis): (&Table, &TimeAxis), relations: &Relations, gate: Gate) {
    let columns = values::columns(table, axis, relations);
    let split = Split::choose((table, axis), &columns, line.is_thinned);
    line.by = split.by.map(|column| table.columns[column].path.clone());
    line.n_series = (split.runs.len() > 1 && !line.is_thinned).then(|| cast::to_u64(split.runs.len()));
    if !line.is_thinned {
        line.arrivals = arrivals(axis, &split, gate);
    }
    let series =
        columns.iter().filter_map(|column| values::series((table, *column), axis, (&split, line.is_thinned)));
    line.series = series.collect();
    if line.arrivals.is_none() && line.series.is_empty() {
        (line.by, line.n_series) = (None, None);
    }
}

fn arrivals(axis: &TimeAxis, split: &Split, gate: Gate) -> Option<ArrivalProfile> {
    let runs: Vec<Vec<f64>> = split
        .runs
        .iter()
        .map(|run| {
            let mut times: Vec<f64> = run.iter().map(|row| axis.seconds[*row as usize]).collect();
            times.sort_by(f64::total_cmp);
            times
        })
        .collect();
    let runs: Vec<&[f64]> = runs.iter().map(Vec::as_slice).collect();
    let found = synth_stats::series::arrivals(&runs)?;
    let n = found.gaps.len();
    if n < MIN_STEPS {
        return None;
    }
    let has_enough = |percent: &f64| {
        let below = cast::floor_to_u64(n as f64 * percent / 100.0);
        gate.is_enough(below) && gate.is_enough(cast::to_u64(n) - below)
    };
    let percent: Vec<f64> = PERCENT.into_iter().filter(has_enough).collect();
    let at = |percent: &f64| significant(found.gaps[cast::floor_to_usize((n - 1) as f64 * percent / 100.0)]);
    let is_regular = found.share_on_step >= MIN_ON_STEP
        && gate.is_enough(cast::round_to_u64(found.share_on_step * n as f64));
    Some(ArrivalProfile {
        mean_seconds: significant(found.mean),
        variation: significant(found.variation),
        burstiness: thousandths(found.burstiness()),
        share_of_equal: share(found.share_of_equal),
        step_seconds: is_regular.then_some(found.step),
        share_on_step: is_regular.then(|| share(found.share_on_step)),
        seconds: percent.iter().map(at).collect(),
        percent,
    })
}

impl TimeLine {
    fn says_something(&self) -> bool {
        self.arrivals.is_some() || self.volume.is_some() || !self.series.is_empty() || self.in_order.is_some()
    }
}

impl TrendProfile {
    fn of(trend: synth_stats::series::Trend, change: f64) -> Self {
        Self { tau: thousandths(trend.tau), change: significant(change), p_value: rounded(trend.p_value) }
    }
}

/// Three digits.
fn significant(value: f64) -> f64 {
    let half = math::round_up_to_digits(value.abs(), 3) - math::round_down_to_digits(value.abs(), 3);
    let low = math::round_down_to_digits(value.abs(), 3);
    let near = if value.abs() - low > half / 2.0 { low + half } else { low };
    // The sum of two rounded numbers may end in a long fraction.
    let near = math::round_down_to_digits(near * (1.0 + 1e-12), 3);
    if value < 0.0 { -near } else { near }
}

fn thousandths(value: f64) -> f64 {
    math::round(value * 1000.0) / 1000.0
}

fn share(value: f64) -> Rate {
    Rate::new(thousandths(value)).unwrap_or(Rate::ZERO)
}
