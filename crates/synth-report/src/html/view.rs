//! What the template prints, as text.

use crate::check::{Check, CheckName, PlaceNote, Status, Violation};
use crate::compare::Quality;
use crate::field::explain::percent;
use crate::field::{FieldComparison, FieldKind};
use crate::measure::{Aspect, Measure};
use crate::report::{Report, SourceSummary};
use crate::verdict::Verdict;

pub(super) struct PartView {
    pub(super) label: &'static str,
    pub(super) text: String,
    pub(super) bar: BarView,
}

/// A bar of a width from 0 to 100.
pub(super) struct BarView {
    pub(super) width: String,
    pub(super) class: &'static str,
}

pub(super) struct CheckView<'a> {
    pub(super) label: &'static str,
    pub(super) what: &'static str,
    pub(super) class: &'static str,
    pub(super) status: &'static str,
    pub(super) outcome: String,
    /// Violations were found that are not listed.
    pub(super) more: bool,
    pub(super) has_places: bool,
    pub(super) rows: Vec<ViolationView>,
    pub(super) notes: &'a [String],
}

pub(super) struct ViolationView {
    pub(super) path: String,
    pub(super) reason: String,
    pub(super) count: String,
    pub(super) place: String,
}

pub(super) struct FieldView {
    pub(super) anchor: usize,
    pub(super) path: String,
    pub(super) kind: &'static str,
    pub(super) kind_class: &'static str,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
    pub(super) rank: usize,
    pub(super) score: Option<String>,
    pub(super) bar: BarView,
    pub(super) n_real: String,
    pub(super) n_synthetic: String,
    pub(super) problem: Option<String>,
    pub(super) measures: Vec<MeasureView>,
    pub(super) has_shares: bool,
    pub(super) equal: Option<String>,
    pub(super) charts: Vec<ChartView>,
}

pub(super) struct ChartView {
    pub(super) index: usize,
    pub(super) title: &'static str,
}

pub(super) struct MeasureView {
    pub(super) label: &'static str,
    pub(super) real: String,
    pub(super) synthetic: String,
    pub(super) effect: String,
    pub(super) interval: String,
    pub(super) q_value: String,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
    pub(super) statistics: String,
}

pub(super) struct KindView {
    pub(super) class: &'static str,
    pub(super) label: &'static str,
    pub(super) n: usize,
}

pub(super) struct SourceView<'a> {
    pub(super) label: &'static str,
    pub(super) name: &'a str,
    pub(super) n_records: String,
    pub(super) is_one: bool,
    pub(super) findings: Vec<(&'a str, String)>,
}

pub(super) fn score_text(score: f64) -> String {
    // Rounded down, so that only a perfect score reads 100.
    format!("{:.1}", synth_core::math::floor(score * 1000.0) / 10.0)
}

pub(super) fn parts(quality: &Quality) -> Vec<PartView> {
    let part = |label, share| PartView { label, text: score_text(share), bar: BarView::new(share) };
    let parts = &quality.parts;
    let own = vec![
        part("Values", parts.values),
        part("Types", parts.types),
        part("Presence", parts.presence),
        part("Nulls", parts.nulls),
    ];
    let rest = [("Pairs", quality.pairs), ("Along time", quality.memory)];
    own.into_iter().chain(rest.into_iter().filter_map(|(label, score)| Some(part(label, score?)))).collect()
}

impl BarView {
    fn new(share: f64) -> Self {
        // The bands of distances, seen from the other end.
        let (minor, major) = crate::verdict::DISTANCE_BANDS;
        let class = match 1.0 - share {
            gap if gap < minor => "good",
            gap if gap < major => "fair",
            _ => "bad",
        };
        Self { width: format!("{:.1}", share * 100.0), class }
    }
}

impl<'a> CheckView<'a> {
    pub(super) fn new(check: &'a Check) -> Self {
        let (label, what, units) = match check.name {
            CheckName::Schema => {
                ("Schema", "Every synthetic record keeps the JSON Schema.", ["record", "records"])
            }
            CheckName::Structure => (
                "Structure",
                "Paths and types are those of the real data.",
                ["pair of path and type", "pairs of path and type"],
            ),
            CheckName::Uniqueness => {
                ("Uniqueness", "What must not repeat does not repeat.", ["field", "fields"])
            }
            CheckName::References => (
                "References",
                "Fields that refer to others name values that exist.",
                ["reference", "references"],
            ),
            CheckName::Keys => {
                ("Keys", "Keys of several fields, or of some rows only, do not repeat.", ["key", "keys"])
            }
            CheckName::Predicates => {
                ("Predicates", "The predicates of the rules hold.", ["object", "objects"])
            }
            CheckName::RowRules => (
                "Row rules",
                "Orders, distances and bounds between the fields of a row hold.",
                ["rule", "rules"],
            ),
            CheckName::Plugins => {
                ("Plugins", "Validators of the rule file find nothing.", ["record", "records"])
            }
        };
        let (status, class) = match check.status {
            Status::Passed if check.n_checked == 0 => ("nothing", "none"),
            Status::Passed => ("passed", "good"),
            Status::Failed => ("failed", "bad"),
            Status::NotChecked => ("not checked", "none"),
        };
        let n_checked = count_text(check.n_checked);
        let unit = units[usize::from(check.n_checked != 1)];
        let outcome = match check.status {
            Status::Passed if check.n_checked == 0 => "nothing to check".to_owned(),
            Status::Passed => format!("{n_checked} {unit} checked"),
            Status::Failed => {
                format!("{} violated, {n_checked} {unit} checked", count_text(check.n_violations))
            }
            Status::NotChecked => String::new(),
        };
        let rows = grouped(&check.violations);
        let more = check.n_violations > check.violations.len() as u64;
        let has_places = rows.iter().any(|row| !row.place.is_empty());
        Self { label, what, class, status, outcome, more, has_places, rows, notes: &check.notes }
    }
}

/// One row for each path and reason: their violations together, and the first place.
fn grouped(violations: &[Violation]) -> Vec<ViolationView> {
    let mut groups: Vec<(&Violation, u64)> = Vec::new();
    for violation in violations {
        let same = |(first, _): &&mut (&Violation, u64)| {
            first.path == violation.path && first.reason == violation.reason
        };
        match groups.iter_mut().find(same) {
            Some((_, count)) => *count += violation.count,
            None => groups.push((violation, violation.count)),
        }
    }
    groups
        .into_iter()
        .map(|(first, count)| ViolationView {
            path: shortened(&first.path),
            reason: shortened(&first.reason),
            count: count_text(count),
            place: first.place.as_ref().map(PlaceNote::to_text).unwrap_or_default(),
        })
        .collect()
}

fn anchor(report: &Report, wanted: &FieldComparison) -> usize {
    report.fields.iter().position(|field| std::ptr::eq(field, wanted)).unwrap_or(0)
}

/// The cards, worst first, then the objects that have no score.
pub(super) fn fields(report: &Report) -> Vec<FieldView> {
    let mut next_chart = 0;
    let mut views: Vec<FieldView> = Vec::with_capacity(report.fields.len());
    for (anchor, field) in report.fields.iter().enumerate() {
        views.push(field_view(field, anchor, next_chart));
        next_chart += field.charts.len();
    }
    let order: Vec<usize> = report.worst_first().into_iter().map(|field| anchor(report, field)).collect();
    let n_scored = order.len();
    for view in &mut views {
        view.rank = n_scored;
    }
    for (rank, index) in order.into_iter().enumerate() {
        views[index].rank = rank;
    }
    views.sort_by_key(|view| view.rank);
    views
}

fn field_view(field: &FieldComparison, anchor: usize, first_chart: usize) -> FieldView {
    let (verdict, class) = verdict_text(field.verdict);
    let (kind_class, kind) = kind_text(field.kind);
    let chart = |(offset, chart): (usize, &crate::Chart)| ChartView {
        index: first_chart + offset,
        title: super::plot::title(chart.subject),
    };
    FieldView {
        anchor,
        path: shortened(&field.path.to_string()),
        kind,
        kind_class,
        verdict,
        class,
        rank: 0,
        score: field.score.map(|score| score_text(score.total)),
        bar: BarView::new(field.score.map_or(1.0, |score| score.total)),
        n_real: count_text(field.n_real),
        n_synthetic: count_text(field.n_synthetic),
        problem: field.problem.as_deref().map(shortened),
        measures: field.measures.iter().filter(|measure| !is_dull(measure)).map(measure_view).collect(),
        has_shares: field.measures.iter().any(|measure| measure.real.is_some() && !is_dull(measure)),
        equal: equal_text(&field.measures),
        charts: field.charts.iter().enumerate().map(chart).collect(),
    }
}

/// Nothing to see: both sides are exactly alike in what is the same for most fields.
fn is_dull(measure: &Measure) -> bool {
    matches!(measure.aspect, Aspect::Presence | Aspect::Types | Aspect::Nulls | Aspect::TimeFormat)
        && measure.effect <= 0.0
}

fn equal_text(measures: &[Measure]) -> Option<String> {
    let dull = measures.iter().filter(|measure| is_dull(measure));
    let names: Vec<String> = dull.map(|measure| aspect_text(measure.aspect).to_lowercase()).collect();
    (!names.is_empty()).then(|| format!("Exactly alike: {}.", names.join(", ")))
}

fn measure_view(measure: &Measure) -> MeasureView {
    let (verdict, class) = verdict_text(measure.verdict);
    let share = |share: Option<f64>| share.map(percent).unwrap_or_default();
    MeasureView {
        label: aspect_text(measure.aspect),
        real: share(measure.real),
        synthetic: share(measure.synthetic),
        effect: format!("{:.3}", measure.effect),
        interval: format!("{:.2} to {:.2}", measure.interval[0], measure.interval[1]),
        q_value: measure.q_value.map(p_value_text).unwrap_or_default(),
        verdict,
        class,
        statistics: statistics_text(measure),
    }
}

fn p_value_text(p_value: f64) -> String {
    if p_value < 0.001 { "< 0.001".to_owned() } else { format!("{p_value:.3}") }
}

fn statistics_text(measure: &Measure) -> String {
    let text = |(name, value): (&&str, &f64)| match *name {
        "ks" | "ks_p" | "total_variation" | "degrees" | "shift" | "wasserstein" | "g_p" | "chi_squared_p"
        | "anderson_darling_p" | "g_bits" | "upper_tail" | "lower_tail" => None,
        "anderson_darling" => Some(format!("Anderson–Darling {value:.1}")),
        "anderson_darling_effect" => None,
        "cramers_v" => Some(format!("Cramér’s V {value:.3}")),
        "g" => Some(format!("G {value:.1}")),
        "psi" => Some(format!("PSI {value:.3}")),
        "wasserstein_iqr" => Some(format!("Wasserstein {value:.3} IQR")),
        "out_of_range" => Some(format!("{} outside the real range", percent(*value))),
        "chi_squared" => {
            let degrees = measure.statistics.get("degrees").copied().unwrap_or_default();
            Some(format!("χ² {value:.1} (df {degrees})"))
        }
        "jensen_shannon" => Some(format!("Jensen–Shannon {value:.3}")),
        "n_categories" => Some(format!("{value} public categories")),
        other => Some(format!("{other} {value:.3}")),
    };
    measure.statistics.iter().filter_map(text).collect::<Vec<_>>().join(" · ")
}

fn aspect_text(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Presence => "Presence",
        Aspect::Nulls => "Null rate",
        Aspect::Types => "Types",
        Aspect::Booleans => "True",
        Aspect::Numbers => "Distribution",
        Aspect::Tails => "Tails",
        Aspect::Categories => "Category shares",
        Aspect::TextLengths => "Text lengths",
        Aspect::Times => "Distribution",
        Aspect::Hours => "Hours",
        Aspect::Weekdays => "Weekdays",
        Aspect::TimeFormat => "Main format",
        Aspect::ArrayLengths => "Array lengths",
        Aspect::DictionarySizes => "Sizes",
    }
}

pub(super) fn verdict_text(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Matches => ("matches", "good"),
        Verdict::Close => ("close", "fair"),
        Verdict::Differs => ("differs", "bad"),
    }
}

const KINDS: [FieldKind; 9] = [
    FieldKind::Number,
    FieldKind::Category,
    FieldKind::Text,
    FieldKind::Time,
    FieldKind::Boolean,
    FieldKind::Array,
    FieldKind::Dictionary,
    FieldKind::Object,
    FieldKind::Null,
];

fn kind_text(kind: FieldKind) -> (&'static str, &'static str) {
    match kind {
        FieldKind::Number => ("number", "Number"),
        FieldKind::Time => ("time", "Time"),
        FieldKind::Category => ("category", "Category"),
        FieldKind::Text => ("text", "Text"),
        FieldKind::Boolean => ("boolean", "Boolean"),
        FieldKind::Array => ("array", "Array"),
        FieldKind::Dictionary => ("dictionary", "Dictionary"),
        FieldKind::Object => ("object", "Object"),
        FieldKind::Null => ("null", "Null"),
    }
}

/// The kinds that occur, with their number.
pub(super) fn kinds(report: &Report) -> Vec<KindView> {
    let view = |kind: FieldKind| {
        let n = report.fields.iter().filter(|field| field.kind == kind).count();
        let (class, label) = kind_text(kind);
        (n > 0).then_some(KindView { class, label, n })
    };
    KINDS.into_iter().filter_map(view).collect()
}

impl<'a> SourceView<'a> {
    pub(super) fn new(label: &'static str, source: &'a SourceSummary) -> Self {
        let finding =
            |finding: &'a crate::report::FindingCount| (finding.code.as_str(), count_text(finding.count));
        Self {
            label,
            name: &source.name,
            n_records: count_text(source.n_records),
            is_one: source.n_records == 1,
            findings: source.findings.iter().map(finding).collect(),
        }
    }
}

/// Characters of a name that are shown; keys of data may be books.
const MAX_SHOWN: usize = 200;

/// A name that is not too long to be read.
pub(super) fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => {
            format!("{}… ({} characters)", &name[..at], count_text(name.chars().count() as u64))
        }
        None => name.to_owned(),
    }
}

/// Digits in groups of three, apart by thin spaces.
pub(super) fn count_text(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        assert_eq!(count_text(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count_text(12), "12");
        assert_eq!(score_text(0.99999), "99.9");
        assert_eq!(score_text(1.0), "100.0");
        assert_eq!(percent(0.9995), "99.950 %");
        assert_eq!(p_value_text(1e-9), "< 0.001");
    }
}
