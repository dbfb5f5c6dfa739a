//! What a chart shows, made safe to publish.
//!
//! A chart of numbers, times or lengths has bins with round edges. Neighbouring bins are joined until each holds
//! no real value or at least k of them, so no edge and no count tells of fewer than k records. Ends of the range
//! that hold few values are one open bin each.

use schemars::JsonSchema;
use serde::Serialize;

use crate::aligned::{Aligned, Run};

pub(crate) mod edges;

use edges::{Grid, Scale};

/// Real and synthetic counts, bin by bin.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Chart {
    /// What is counted.
    pub subject: Subject,
    /// How the bins lie.
    pub axis: Axis,
    /// The bins, in order.
    pub bins: Vec<Bin>,
}

/// What a chart counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Types of values, null and absence included.
    Types,
    /// `true` and `false`.
    Booleans,
    /// Numbers.
    Numbers,
    /// Categories.
    Categories,
    /// Characters of a string.
    TextLengths,
    /// Times.
    Times,
    /// Hours of the day, UTC.
    Hours,
    /// Days of the week, UTC.
    Weekdays,
    /// Elements of an array.
    ArrayLengths,
    /// Members of a dictionary.
    DictionarySizes,
}

/// How the bins of a chart lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Side by side, named by their labels.
    Labels,
    /// On a linear scale.
    Linear,
    /// On a logarithmic scale.
    Log,
    /// On a scale of seconds since 1970-01-01 UTC.
    Time,
}

/// One bin.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Bin {
    /// Name of a category or range.
    pub label: String,
    /// Where it starts on the axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Where it ends, not included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Steps of the grid it covers; a count over the span compares with the other bins.
    pub span: u64,
    /// Real values in it.
    pub real: u64,
    /// Synthetic values in it.
    pub synthetic: u64,
}

/// Counts of one bin before they are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group {
    /// First and last position, both included.
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) real: u64,
    pub(crate) synthetic: u64,
}

/// Joins neighbours until each group has no real value or at least `k`; `None` when there are fewer than `k`.
pub(crate) fn joined(real: &[u64], synthetic: &[u64], k: u64) -> Option<Vec<Group>> {
    if real.iter().sum::<u64>() < k.max(1) {
        return None;
    }
    let mut groups: Vec<Group> = Vec::with_capacity(real.len());
    let is_small = |group: &Group| group.real > 0 && group.real < k;
    for (index, (&ours, &theirs)) in real.iter().zip(synthetic).enumerate() {
        let next = Group { first: index, last: index, real: ours, synthetic: theirs };
        match groups.last_mut() {
            Some(open) if is_small(open) => open.extend(next),
            _ => groups.push(next),
        }
    }
    while groups.len() > 1 && groups.last().is_some_and(is_small) {
        let tail = groups.pop();
        if let (Some(tail), Some(before)) = (tail, groups.last_mut()) {
            before.extend(tail);
        }
    }
    Some(groups)
}

impl Group {
    fn extend(&mut self, next: Self) {
        self.last = next.last;
        self.real += next.real;
        self.synthetic += next.synthetic;
    }

    fn span(&self) -> u64 {
        synth_core::cast::to_u64(self.last - self.first + 1)
    }
}

/// A histogram of both sides; `None` with fewer than `k` real values.
pub(crate) fn histogram(subject: Subject, aligned: &Aligned, scale: Scale, k: u64) -> Option<Chart> {
    let grid = Grid::choose(&aligned.real, &aligned.synthetic, scale, k)?;
    let (real, synthetic) = (counts(&aligned.real, &grid), counts(&aligned.synthetic, &grid));
    let groups = joined(&real, &synthetic, k)?;
    let bins = without_empty_ends(&groups).iter().map(|group| Bin {
        label: grid.label(group.first, group.last),
        low: Some(grid.shown_edge(group.first)),
        high: Some(grid.shown_edge(group.last + 1)),
        span: group.span(),
        real: group.real,
        synthetic: group.synthetic,
    });
    Some(Chart { subject, axis: grid.axis(), bins: bins.collect() })
}

fn without_empty_ends(groups: &[Group]) -> &[Group] {
    let is_full = |group: &Group| group.real + group.synthetic > 0;
    let first = groups.iter().position(is_full).unwrap_or(0);
    let last = groups.iter().rposition(is_full).map_or(0, |last| last + 1);
    groups.get(first..last).unwrap_or_default()
}

/// Bars of ordered, named counts such as hours; neighbours with few real values are joined.
pub(crate) fn ordered_bars(
    subject: Subject,
    names: &[String],
    (real, synthetic): (&[u64], &[u64]),
    k: u64,
) -> Option<Chart> {
    let label = |group: &Group| match (&names[group.first], &names[group.last]) {
        (first, last) if first == last => first.clone(),
        (first, last) => format!("{first}–{last}"),
    };
    let bins = joined(real, synthetic, k)?.into_iter().map(|group| Bin {
        label: label(&group),
        low: None,
        high: None,
        span: group.span(),
        real: group.real,
        synthetic: group.synthetic,
    });
    Some(Chart { subject, axis: Axis::Labels, bins: bins.collect() })
}

/// Bars whose labels are public.
pub(crate) fn bars(subject: Subject, counts: impl IntoIterator<Item = (String, u64, u64)>) -> Chart {
    let bin = |(label, real, synthetic)| Bin { label, low: None, high: None, span: 1, real, synthetic };
    Chart { subject, axis: Axis::Labels, bins: counts.into_iter().map(bin).collect() }
}

/// Values below the first edge, between the edges, and from the last edge on.
fn counts(runs: &[Run], grid: &Grid) -> Vec<u64> {
    let total: u64 = runs.iter().map(|run| run.count).sum();
    let below = grid.edges.iter().map(|&edge| count_below(runs, edge)).chain([total]);
    let mut previous = 0;
    below
        .map(|count| {
            let here = count - previous.min(count);
            previous = previous.max(count);
            here
        })
        .collect()
}

/// Values below `x`, those of a run spread evenly and counted down to whole ones.
fn count_below(runs: &[Run], x: f64) -> u64 {
    let part = |run: &Run| {
        if run.high < x {
            run.count
        } else if run.low < x {
            let share = (x / 2.0 - run.low / 2.0) / (run.high / 2.0 - run.low / 2.0);
            synth_core::cast::floor_to_u64(share * run.count as f64).clamp(1, run.count)
        } else {
            0
        }
    };
    runs.iter().map(part).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_bins_are_joined() {
        let spans = |real: &[u64]| -> Vec<(usize, usize, u64)> {
            let synthetic = vec![1; real.len()];
            let groups = joined(real, &synthetic, 5).unwrap();
            groups.iter().map(|group| (group.first, group.last, group.real)).collect()
        };
        assert_eq!(spans(&[9, 0, 2, 1, 7, 0]), [(0, 0, 9), (1, 1, 0), (2, 4, 10), (5, 5, 0)]);
        assert_eq!(spans(&[9, 0, 2, 1]), [(0, 3, 12)]);
        assert_eq!(spans(&[1, 1, 1, 1, 1]), [(0, 4, 5)]);
        assert_eq!(joined(&[1, 3], &[0, 0], 5), None);
    }

    #[test]
    fn every_value_is_in_a_bin() {
        let runs = |from: u32| -> Vec<Run> {
            let run = |x| Run { low: f64::from(x), high: f64::from(x), count: 1 };
            (from..from + 500).map(run).collect()
        };
        let histogram_of = |values: &[f64]| {
            let mut histogram = synth_stats::OrderHistogram::new(2048);
            values.iter().for_each(|x| histogram.push(*x));
            histogram
        };
        let values = |runs: &[Run]| runs.iter().map(|run| run.low).collect::<Vec<f64>>();
        let (real, synthetic) = (histogram_of(&values(&runs(0))), histogram_of(&values(&runs(900))));
        let aligned = Aligned::of_numbers(&real, &synthetic);
        let chart = histogram(Subject::Numbers, &aligned, Scale::whole_numbers(), 5).unwrap();
        assert_eq!(chart.bins.iter().map(|bin| bin.real).sum::<u64>(), 500);
        assert_eq!(chart.bins.iter().map(|bin| bin.synthetic).sum::<u64>(), 500);
        assert!(chart.bins.iter().all(|bin| bin.real == 0 || bin.real >= 5));
        assert!(chart.bins.windows(2).all(|pair| pair[0].high == pair[1].low));
    }
}
