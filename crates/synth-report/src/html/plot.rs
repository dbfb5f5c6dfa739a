//! Charts as the page's script takes them: counts and edges; shares, cumulated shares and quantiles follow from those.

use serde::Serialize;

use super::view::shortened;
use crate::chart::{Axis, Bin, Chart, Subject};

/// One chart. Names are short, as a page may have thousands of them.
#[derive(Serialize)]
pub(super) struct Plot {
    /// How it is drawn.
    #[serde(rename = "k")]
    kind: Kind,
    /// Type of the axis in the words of plotly.js.
    #[serde(rename = "a")]
    axis: &'static str,
    /// Ascending edges, one more than bins; of times in seconds since 1970. None where labels stand side by side.
    #[serde(rename = "x", skip_serializing_if = "Vec::is_empty")]
    edges: Vec<f64>,
    /// Names of the bins.
    #[serde(rename = "l")]
    labels: Vec<String>,
    #[serde(rename = "r")]
    real: Vec<u64>,
    #[serde(rename = "s")]
    synthetic: Vec<u64>,
    /// Steps of the grid that each bin covers; left out where all cover one.
    #[serde(rename = "n", skip_serializing_if = "Vec::is_empty")]
    spans: Vec<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Bars that stand.
    Bars,
    /// Bars that lie, with names before them.
    Lying,
    /// The outline of a histogram.
    Steps,
}

pub(super) fn plot(chart: &Chart) -> Plot {
    let lies = matches!(chart.subject, Subject::Categories | Subject::Types | Subject::Booleans);
    let (kind, axis) = match chart.axis {
        Axis::Labels if lies => (Kind::Lying, "category"),
        Axis::Labels => (Kind::Bars, "category"),
        Axis::Linear => (Kind::Steps, "linear"),
        Axis::Log => (Kind::Steps, "log"),
        Axis::Time => (Kind::Steps, "date"),
    };
    let bins = &chart.bins;
    let edges = match chart.axis {
        Axis::Labels => Vec::new(),
        _ => bins.iter().filter_map(|bin| bin.low).chain(bins.last().and_then(|bin| bin.high)).collect(),
    };
    let spans: Vec<u64> = bins.iter().map(|bin| bin.span.max(1)).collect();
    Plot {
        kind,
        axis,
        edges,
        labels: bins.iter().map(|bin| shortened(&bin.label)).collect(),
        real: counts(bins, |bin| bin.real),
        synthetic: counts(bins, |bin| bin.synthetic),
        spans: if spans.iter().all(|span| *span == 1) { Vec::new() } else { spans },
    }
}

fn counts(bins: &[Bin], of: fn(&Bin) -> u64) -> Vec<u64> {
    bins.iter().map(of).collect()
}

/// Title of a chart, which names its unit.
pub(super) fn title(subject: Subject) -> &'static str {
    match subject {
        Subject::Types => "Types",
        Subject::Booleans => "Values",
        Subject::Numbers => "Numbers",
        Subject::Categories => "Categories",
        Subject::TextLengths => "Length in characters",
        Subject::Times => "Times",
        Subject::Hours => "Hour of the day (UTC)",
        Subject::Weekdays => "Day of the week (UTC)",
        Subject::ArrayLengths => "Number of elements",
        Subject::DictionarySizes => "Number of members",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches edges that do not fit the bins, and spans that are sent for nothing.
    #[test]
    fn a_chart_has_one_edge_more_than_bins() {
        let bin = |low: f64, high: f64, span| Bin {
            label: format!("{low} to {high}"),
            low: Some(low),
            high: Some(high),
            span,
            real: 6,
            synthetic: 7,
        };
        let chart = |bins| Chart { subject: Subject::Numbers, axis: Axis::Linear, bins };
        let sent = |bins| serde_json::to_value(plot(&chart(bins))).unwrap();
        let one = sent(vec![bin(0.0, 1.0, 1), bin(1.0, 2.0, 1)]);
        assert_eq!(one["x"], serde_json::json!([0.0, 1.0, 2.0]));
        assert_eq!((&one["k"], &one["a"]), (&"steps".into(), &"linear".into()));
        assert!(one.get("n").is_none());
        assert_eq!(sent(vec![bin(0.0, 1.0, 1), bin(1.0, 4.0, 3)])["n"], serde_json::json!([1, 3]));
    }
}
