//! Charts in the words of plotly.js.

use plotly::common::{DashType, Fill, Font, Line, LineShape, Mode, Orientation};
use plotly::layout::{Axis as PlotAxis, AxisType, BarMode, Layout, Margin};
use plotly::{Bar, Scatter};
use serde::Serialize;
use serde_json::Value;

use crate::chart::{Axis, Bin, Chart, Subject};
use crate::field::explain::percent;

/// One chart as the page's script takes it; colours and fonts are the script's business.
#[derive(Serialize)]
pub(super) struct Plot {
    title: &'static str,
    data: Vec<Value>,
    layout: Value,
    height: usize,
    /// Rows of the table that stands for the chart: label, real count, synthetic count.
    rows: Vec<(String, u64, u64)>,
}

/// One of the two lines or sets of bars.
struct Series {
    name: &'static str,
    shares: Vec<f64>,
    texts: Vec<String>,
}

/// Height of a chart, and of one row of bars that lie, in CSS pixels.
const HEIGHT: usize = 230;
const ROW_HEIGHT: usize = 26;
/// Room for the axis and the legend beside lying bars.
const FRAME_HEIGHT: usize = 70;

pub(super) fn plot(chart: &Chart) -> Plot {
    let [real, synthetic] = series(&chart.bins);
    let lies = matches!(chart.subject, Subject::Categories | Subject::Types | Subject::Booleans);
    let data = match chart.axis {
        Axis::Labels => vec![bars(&chart.bins, real, lies), bars(&chart.bins, synthetic, lies)],
        axis => vec![steps(&chart.bins, axis, real), steps(&chart.bins, axis, synthetic)],
    };
    let height = if lies { FRAME_HEIGHT + ROW_HEIGHT * chart.bins.len() } else { HEIGHT };
    Plot {
        title: title(chart.subject),
        data,
        layout: to_value(&layout(chart, lies)),
        height,
        rows: chart.bins.iter().map(|bin| (bin.label.clone(), bin.real, bin.synthetic)).collect(),
    }
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

/// Shares of both sides, per step of the grid so that joined bins are as high as their neighbours.
fn series(bins: &[Bin]) -> [Series; 2] {
    let make = |name, count: fn(&Bin) -> u64| {
        let total = bins.iter().map(count).sum::<u64>().max(1) as f64;
        let share = |bin: &Bin| count(bin) as f64 / total;
        Series {
            name,
            shares: bins.iter().map(|bin| round(share(bin) / bin.span.max(1) as f64)).collect(),
            texts: bins.iter().map(|bin| format!("{}: {}", bin.label, percent(share(bin)))).collect(),
        }
    };
    [make("real", |bin| bin.real), make("synthetic", |bin| bin.synthetic)]
}

/// Enough digits for a screen.
fn round(share: f64) -> f64 {
    synth_core::math::round(share * 1e6) / 1e6
}

fn bars(bins: &[Bin], series: Series, lies: bool) -> Value {
    let labels: Vec<String> = bins.iter().map(|bin| bin.label.clone()).collect();
    if lies {
        let trace = Bar::new(series.shares, labels).orientation(Orientation::Horizontal);
        to_value(&trace.name(series.name).hover_text_array(series.texts))
    } else {
        to_value(&Bar::new(labels, series.shares).name(series.name).hover_text_array(series.texts))
    }
}

/// The outline of a histogram: the real one filled, the synthetic one a line.
fn steps(bins: &[Bin], axis: Axis, series: Series) -> Value {
    let last_edge = bins.last().and_then(|bin| bin.high);
    let edges = bins.iter().filter_map(|bin| bin.low).chain(last_edge);
    let mut heights = series.shares;
    let mut texts = series.texts;
    heights.extend(heights.last().copied());
    texts.extend(texts.last().cloned());
    let is_real = series.name == "real";
    let fill = if is_real { Fill::ToZeroY } else { Fill::None };
    let width = if is_real { 0.0 } else { 2.0 };
    let line = Line::new().shape(LineShape::Hv).dash(DashType::Solid).width(width);
    if axis == Axis::Time {
        let dates: Vec<String> = edges.map(|edge| crate::chart::edges::time_text(edge, true)).collect();
        let trace = Scatter::new(dates, heights).mode(Mode::Lines).line(line).fill(fill);
        to_value(&trace.name(series.name).hover_text_array(texts))
    } else {
        let trace = Scatter::new(edges.collect(), heights).mode(Mode::Lines).line(line).fill(fill);
        to_value(&trace.name(series.name).hover_text_array(texts))
    }
}

fn layout(chart: &Chart, lies: bool) -> Layout {
    let shares = || PlotAxis::new().tick_format(".2~%").range_mode(plotly::layout::RangeMode::ToZero);
    let margin = Margin::new().left(56).right(10).top(8).bottom(34);
    let layout = Layout::new().bar_mode(BarMode::Group).margin(margin).font(Font::new().size(12));
    if lies {
        let labels = PlotAxis::new().type_(AxisType::Category).auto_margin(true);
        return layout.x_axis(shares()).y_axis(labels);
    }
    let places = match chart.axis {
        Axis::Labels => PlotAxis::new().type_(AxisType::Category),
        Axis::Linear => PlotAxis::new().type_(AxisType::Linear),
        Axis::Log => PlotAxis::new().type_(AxisType::Log),
        Axis::Time => PlotAxis::new().type_(AxisType::Date),
    };
    layout.x_axis(places).y_axis(shares())
}

/// Plotly's types have string keys only, so this cannot fail; null draws nothing.
fn to_value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).unwrap_or(Value::Null)
}
