//! Round edges for the bins of a chart.

use synth_core::{CivilTime, Timestamp, cast, math};

use super::Axis;
use crate::aligned::{Run, value_at_rank};

/// Bins between the two ends, at most.
const MAX_BINS: f64 = 40.0;
/// Share of the values at either end that may fall outside the bins when they lie far away.
const TAIL: f64 = 0.01;
/// The bins reach the very ends when these lie at most so many widths of the middle away.
const REACH: f64 = 0.5;
/// A logarithmic scale is used from this ratio of the ends on, when the middle lies near the lower end.
const LOG_RATIO: f64 = 100.0;
/// Nearness of the median to the lower end, as a share of the range, that asks for a logarithmic scale.
const LOG_MEDIAN: f64 = 0.1;

/// Ten preferred numbers a decade, so that bins are about equally wide on a logarithmic scale (ISO 3, series R10).
const R10: [f64; 10] = [1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0];

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
/// Steps of time axes shorter than a month, in seconds.
const SECOND_STEPS: [i64; 15] = [
    1,
    5,
    15,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
];
/// Longer steps, in months.
const MONTH_STEPS: [i64; 9] = [1, 3, 6, 12, 24, 60, 120, 240, 600];
/// 1970-01-05, a Monday, from which weeks are counted.
const MONDAY: i64 = 4 * DAY;

/// What the numbers on an axis are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// Any numbers; with a smallest step that is sensible.
    Numbers { min_step: f64 },
    /// Seconds since the epoch, with the smallest step in seconds.
    Times { min_step: i64 },
}

impl Scale {
    pub(crate) fn whole_numbers() -> Self {
        Self::Numbers { min_step: 1.0 }
    }
}

/// Ascending edges with open bins before the first and after the last.
#[derive(Debug)]
pub(crate) struct Grid {
    pub(crate) edges: Vec<f64>,
    step: Step,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// Whole numbers one by one, between edges at halves.
    Unit,
    Linear(f64),
    Log,
    Seconds(i64),
    Months(i64),
}

impl Grid {
    /// Chooses edges that show both sides; `None` when a side is empty or has fewer than `k` real values.
    pub(crate) fn choose(real: &[Run], synthetic: &[Run], scale: Scale, k: u64) -> Option<Self> {
        let (ours, theirs) = (Ends::of(real, k)?, Ends::of(synthetic, 1)?);
        let (low, high) = (ours.low.min(theirs.low), ours.high.max(theirs.high));
        let (edges, step) = match scale {
            Scale::Times { min_step } => time_edges(low, high, min_step),
            Scale::Numbers { .. } if wants_log(&ours, low, high) => (log_edges(low, high), Step::Log),
            Scale::Numbers { min_step } => number_edges(low, high, min_step),
        };
        (edges.len() >= 2 && edges.iter().all(|edge| edge.is_finite())).then_some(Self { edges, step })
    }

    pub(crate) fn axis(&self) -> Axis {
        match self.step {
            Step::Unit | Step::Linear(_) => Axis::Linear,
            Step::Log => Axis::Log,
            Step::Seconds(_) | Step::Months(_) => Axis::Time,
        }
    }

    /// Where bin `index` starts on paper: open bins are drawn as wide as their neighbours.
    pub(crate) fn shown_edge(&self, index: usize) -> f64 {
        let last = self.edges.len() - 1;
        match (index.checked_sub(1), self.step) {
            (None, Step::Log) => self.edges[0] * self.edges[0] / self.edges[1],
            (None, _) => self.edges[0] - (self.edges[1] - self.edges[0]),
            (Some(inner), _) if inner <= last => self.edges[inner],
            (Some(_), Step::Log) => self.edges[last] * self.edges[last] / self.edges[last - 1],
            (Some(_), _) => self.edges[last] + (self.edges[last] - self.edges[last - 1]),
        }
    }

    /// The range of the bins `first ..= last` in words.
    pub(crate) fn label(&self, first: usize, last: usize) -> String {
        let n_edges = self.edges.len();
        match (first.checked_sub(1), last) {
            (None, last) if last >= n_edges => "all".to_owned(),
            (None, last) => format!("below {}", self.end(last)),
            (Some(first), last) if last >= n_edges => format!("from {}", self.start(first)),
            (Some(first), last) => match (self.start(first), self.last_inside(last)) {
                (low, high) if low == high => low,
                (low, high) => format!("{low} to {high}"),
            },
        }
    }

    fn start(&self, edge: usize) -> String {
        match self.step {
            Step::Unit => number_text(math::ceil(self.edges[edge])),
            _ => self.edge_text(edge),
        }
    }

    fn end(&self, edge: usize) -> String {
        self.start(edge)
    }

    /// What a closed bin ends with: its last whole number, or the edge it stays below.
    fn last_inside(&self, edge: usize) -> String {
        match self.step {
            Step::Unit => number_text(math::floor(self.edges[edge])),
            _ => self.edge_text(edge),
        }
    }

    fn edge_text(&self, edge: usize) -> String {
        let value = self.edges[edge];
        match self.step {
            Step::Seconds(step) => time_text(value, step % DAY != 0),
            Step::Months(_) => time_text(value, false),
            _ => number_text(value),
        }
    }
}

/// The part of a side that the bins must show.
struct Ends {
    low: f64,
    median: f64,
    high: f64,
}

impl Ends {
    /// At least `k` values lie at or beyond either end, unless the outermost values are near.
    fn of(runs: &[Run], k: u64) -> Option<Self> {
        let n: u64 = runs.iter().map(|run| run.count).sum();
        if n < k.max(1) {
            return None;
        }
        let tail = cast::round_to_u64(TAIL * n as f64).max(k.saturating_sub(1)).min((n - 1) / 2);
        let (mut low, mut high) = (value_at_rank(runs, tail)?, value_at_rank(runs, n - 1 - tail)?);
        let median = value_at_rank(runs, n / 2)?;
        let reach = REACH * (high - low);
        let (min, max) = (runs.first()?.low, runs.last()?.high);
        if low - min <= reach {
            low = min;
        }
        if max - high <= reach {
            high = max;
        }
        Some(Self { low, median, high })
    }
}

fn wants_log(real: &Ends, low: f64, high: f64) -> bool {
    low > 0.0 && high / low >= LOG_RATIO && real.median - low < LOG_MEDIAN * (high - low)
}

/// Edges at multiples of 1, 2 or 5 times a power of ten.
fn number_edges(low: f64, high: f64, min_step: f64) -> (Vec<f64>, Step) {
    let wanted = (high - low) / MAX_BINS;
    let step = if wanted > 0.0 { round_step(wanted) } else { round_step(low.abs().max(1.0) / 100.0) };
    let step = step.max(min_step);
    if is_one(step) && is_one(min_step) {
        let first = math::round(low) - 0.5;
        let n = cast::floor_to_usize(math::round(high - low) + 1.0);
        return ((0..=n).map(|index| first + index as f64).collect(), Step::Unit);
    }
    let first = math::floor(low / step);
    let n = cast::floor_to_usize(math::floor(high / step) - first + 1.0).min(1000);
    // A product of a whole number and the step is rounder than a sum of steps.
    ((0..=n).map(|index| multiple(first + index as f64, step)).collect(), Step::Linear(step))
}

fn is_one(x: f64) -> bool {
    (x - 1.0).abs() < 1e-9
}

/// `index` times a step that is 1, 2 or 5 times a power of ten, divided where that is exact.
fn multiple(index: f64, step: f64) -> f64 {
    if step < 1.0 { index / math::round(1.0 / step) } else { index * step }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `x` > 0.
fn round_step(x: f64) -> f64 {
    let exponent = i32::try_from(cast::round_to_i64(math::floor(math::log10(x)))).unwrap_or(0);
    let power = math::pow10(exponent);
    [1.0, 2.0, 5.0, 10.0]
        .map(|digit| digit * power)
        .into_iter()
        .find(|step| *step >= x)
        .unwrap_or(10.0 * power)
}

fn log_edges(low: f64, high: f64) -> Vec<f64> {
    let decade = |x: f64| i32::try_from(cast::round_to_i64(math::floor(math::log10(x)))).unwrap_or(0);
    let (first, last) = (decade(low), decade(high));
    let stride = match last - first {
        ..=3 => 1,
        4..=7 => 2,
        8..=15 => 5,
        _ => 10,
    };
    let all: Vec<f64> = (first..=last + 1)
        .flat_map(|exponent| R10.iter().step_by(stride).map(move |digit| scaled(*digit, exponent)))
        .collect();
    let from = all.partition_point(|edge| *edge <= low).saturating_sub(1);
    let to = all.partition_point(|edge| *edge <= high).min(all.len() - 1);
    all[from..=to].to_vec()
}

/// Rounds once, so that 3.15 hundred is 315.
fn scaled(digit: f64, exponent: i32) -> f64 {
    let hundredths = math::round(digit * 100.0);
    let places = exponent - 2;
    if places >= 0 { hundredths * math::pow10(places) } else { hundredths / math::pow10(-places) }
}

fn time_edges(low: f64, high: f64, min_step: i64) -> (Vec<f64>, Step) {
    let wanted = (high - low) / MAX_BINS;
    let fits = |step: &i64| *step >= min_step && *step as f64 >= wanted;
    let (first, last) = (cast::round_to_i64(math::floor(low)), cast::round_to_i64(math::floor(high)));
    if let Some(step) = SECOND_STEPS.into_iter().find(fits) {
        let origin = if step % (7 * DAY) == 0 { MONDAY } else { 0 };
        let start = (first - origin).div_euclid(step);
        let n = (last - origin).div_euclid(step) - start + 1;
        let edges = (0..=n).map(|index| ((start + index) * step + origin) as f64).collect();
        return (edges, Step::Seconds(step));
    }
    let month_seconds = 30 * DAY;
    let months =
        MONTH_STEPS.into_iter().find(|months| (months * month_seconds) as f64 >= wanted).unwrap_or(600);
    let start = month_of(first).div_euclid(months);
    let n = month_of(last).div_euclid(months) - start + 1;
    let edges = (0..=n).filter_map(|index| start_of_month((start + index) * months)).collect();
    (edges, Step::Months(months))
}

/// Months since year 0.
fn month_of(seconds: i64) -> i64 {
    let civil = Timestamp::from_seconds(seconds).civil();
    i64::from(civil.year) * 12 + i64::from(civil.month) - 1
}

fn start_of_month(month: i64) -> Option<f64> {
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let month = u32::try_from(month.rem_euclid(12)).ok()? + 1;
    let civil = CivilTime { year, month, day: 1, hour: 0, minute: 0, second: 0, micros: 0 };
    Some(civil.to_timestamp()?.seconds() as f64)
}

/// `2024-05-06`, or `2024-05-06 13:00:00`.
pub(crate) fn time_text(seconds: f64, with_time: bool) -> String {
    let civil = Timestamp::from_seconds(cast::round_to_i64(seconds)).civil();
    let date = format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
    if with_time { format!("{date} {:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second) } else { date }
}

/// Plain digits for sizes that people read, scientific notation beyond.
fn number_text(x: f64) -> String {
    let size = x.abs();
    if size > 0.0 && !(1e-4..1e15).contains(&size) { format!("{x:e}") } else { format!("{x}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(values: &[f64]) -> Vec<Run> {
        values.iter().map(|&x| Run { low: x, high: x, count: 10 }).collect()
    }

    fn grid(values: &[f64], scale: Scale) -> Grid {
        Grid::choose(&runs(values), &runs(values), scale, 5).unwrap()
    }

    #[test]
    fn whole_numbers_have_bins_of_their_own() {
        let grid = grid(&[1.0, 2.0, 3.0], Scale::whole_numbers());
        assert_eq!(grid.edges, [0.5, 1.5, 2.5, 3.5]);
        let labels: Vec<String> = (0..=4).map(|index| grid.label(index, index)).collect();
        assert_eq!(labels, ["below 1", "1", "2", "3", "from 4"]);
        assert_eq!(grid.label(1, 3), "1 to 3");
    }

    #[test]
    fn edges_are_round() {
        let linear = grid(&[0.13, 3.97], Scale::Numbers { min_step: 0.0 });
        assert_eq!(&linear.edges[..3], [0.1, 0.2, 0.3]);
        let log = grid(&[1.1, 3.0, 4000.0], Scale::Numbers { min_step: 0.0 });
        assert_eq!(&log.edges[..4], [1.0, 1.25, 1.6, 2.0]);
        assert!(log.edges.contains(&315.0) && log.axis() == Axis::Log);
        let constant = grid(&[2.5], Scale::Numbers { min_step: 0.0 });
        assert!(constant.edges[0] <= 2.5 && 2.5 < constant.edges[1]);
    }

    #[test]
    fn times_have_calendar_edges() {
        let day = 86_400.0;
        let weeks = grid(&[19_000.0 * day, 19_200.0 * day], Scale::Times { min_step: 1 });
        assert_eq!(weeks.label(1, 1), "2022-01-03 to 2022-01-10");
        let months = grid(&[18_000.0 * day, 19_200.0 * day], Scale::Times { min_step: 1 });
        assert_eq!(months.label(1, 1), "2019-04-01 to 2019-05-01");
        let hours = grid(&[3600.0, 80_000.0], Scale::Times { min_step: 60 });
        assert_eq!(hours.label(1, 1), "1970-01-01 01:00:00 to 1970-01-01 02:00:00");
    }

    /// The tenth part of a percent of a far tail must not squeeze the rest into one bin, nor show its end.
    #[test]
    fn far_tails_are_open() {
        let mut far: Vec<Run> =
            (0..1000).map(|x| Run { low: f64::from(x), high: f64::from(x), count: 1 }).collect();
        far.push(Run { low: 1e9, high: 1e9, count: 1 });
        let grid = Grid::choose(&far, &far, Scale::whole_numbers(), 5).unwrap();
        assert!(*grid.edges.last().unwrap() <= 1100.0, "{:?}", grid.edges);
    }
}
