//! What the page says is wrong, what gives the rows away, and which real data it found again.

use super::view::{score_text, shortened, verdict_text};
use crate::along::MemoryLine;
use crate::c2st::{Area, Distinguished};
use crate::field::explain::percent;
use crate::finding::{Finding, FindingKind};
use crate::measure::Aspect;
use crate::nearest::Nearest;
use crate::report::{Purpose, Report};
use crate::verdict::Verdict;

/// Findings that the page lists; `report.json` has more.
const MAX_FINDINGS: usize = 25;
/// Fields and tables that the privacy section lists.
const MAX_COPIES: usize = 15;
/// The same where no copies were found.
const MAX_CLEAN: usize = 6;
/// Numbers that are followed on the page.
const MAX_LINES: usize = 12;

pub(super) struct FindingView<'a> {
    pub(super) kind: &'static str,
    pub(super) path: String,
    /// Number of the field's card, if there is one.
    pub(super) anchor: Option<usize>,
    pub(super) problem: String,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
    pub(super) advice: Option<&'a crate::advice::Advice>,
}

/// The findings that are listed, and how many more there are.
pub(super) fn findings(report: &Report) -> (Vec<FindingView<'_>>, usize) {
    let anchor = |path: &str| report.fields.iter().position(|field| field.path.to_string() == path);
    let view = |finding: &'_ Finding| -> (&'static str, &'static str) {
        match finding.kind {
            FindingKind::Field(_)
            | FindingKind::Dependence
            | FindingKind::Autocorrelation
            | FindingKind::ModelTexts => verdict_text(finding.verdict),
            FindingKind::CopiedRows | FindingKind::CopiedValues => ("copied", "bad"),
            FindingKind::NearRows => ("near", "bad"),
            _ => ("failed", "bad"),
        }
    };
    let listed = report.findings.iter().take(MAX_FINDINGS).map(|finding| {
        let (verdict, class) = view(finding);
        FindingView {
            kind: kind_text(finding.kind),
            path: shortened(&finding.path),
            anchor: anchor(&finding.path),
            problem: shortened(&finding.problem),
            verdict,
            class,
            advice: finding.advice.as_ref(),
        }
    });
    (listed.collect(), report.findings.len().saturating_sub(MAX_FINDINGS))
}

fn kind_text(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::CopiedRows => "Copied rows",
        FindingKind::CopiedValues => "Copied values",
        FindingKind::NearRows => "Near copies",
        FindingKind::Uniqueness => "Repeated values",
        FindingKind::Keys => "Repeated keys",
        FindingKind::References => "References to nothing",
        FindingKind::Structure => "Structure",
        FindingKind::RowRules => "Rule of the row",
        FindingKind::Predicates => "Predicate",
        FindingKind::Plugins => "Validator",
        FindingKind::Schema => "Schema",
        FindingKind::ModelTexts => "Language model",
        FindingKind::Dependence => "Dependence",
        FindingKind::Autocorrelation => "Along time",
        FindingKind::Field(aspect) => match aspect {
            Aspect::Presence => "Presence",
            Aspect::Nulls => "Null rate",
            Aspect::Types => "Types",
            Aspect::Booleans | Aspect::Numbers | Aspect::Times => "Distribution",
            Aspect::Tails => "Tail",
            Aspect::Categories => "Categories",
            Aspect::TextLengths => "Text length",
            Aspect::Hours => "Hours",
            Aspect::Weekdays => "Weekdays",
            Aspect::TimeFormat => "Time format",
            Aspect::ArrayLengths => "Array length",
            Aspect::DictionarySizes => "Size",
        },
    }
}

/// One table on the way from rows that anything tells apart to rows that nothing does.
pub(super) struct ToldView {
    pub(super) path: String,
    pub(super) facts: String,
    pub(super) verdict: String,
    pub(super) class: &'static str,
    /// The synthetic data, the floor and the ceiling, in this order.
    pub(super) marks: [MarkView; 3],
    pub(super) gives_away: Vec<(String, String)>,
}

pub(super) struct MarkView {
    pub(super) label: &'static str,
    pub(super) class: &'static str,
    pub(super) text: String,
    /// Places on a scale of 100: the value, and where its interval begins and how wide it is.
    pub(super) at: String,
    pub(super) from: String,
    pub(super) width: String,
}

pub(super) fn told(report: &Report) -> Vec<ToldView> {
    report.distinguished.iter().map(|table| ToldView::new(table, report.purpose)).collect()
}

impl ToldView {
    fn new(table: &Distinguished, purpose: Purpose) -> Self {
        let (verdict, class) = match table.synthetic.auc {
            auc if auc < table.ceiling.interval[1].max(0.55) => ("cannot be told apart", "good"),
            auc if auc < 0.7 => ("are told apart a little better than by guessing", "fair"),
            auc if auc < 0.9 => ("are often told apart", "bad"),
            _ => ("are nearly always told apart", "bad"),
        };
        let fresh = if table.has_holdout { "fresh real data" } else { "the other half of the real data" };
        let own = if purpose == Purpose::Compare { "B" } else { "synthetic" };
        Self {
            path: shortened(&table.path),
            facts: format!("{} rows of each side", table.n_rows),
            verdict: format!("The rows {verdict}."),
            class,
            marks: [
                MarkView::new(own, "synthetic", table.synthetic),
                MarkView::new("fields shuffled one by one", "floor", table.floor),
                MarkView::new(fresh, "ceiling", table.ceiling),
            ],
            gives_away: table
                .gives_away
                .iter()
                .filter(|_| class != "good")
                .map(|field| (shortened(&field.path), percent(field.share)))
                .collect(),
        }
    }
}

impl MarkView {
    fn new(label: &'static str, class: &'static str, area: Area) -> Self {
        let place = |auc: f64| ((auc - 0.5) * 200.0).clamp(0.0, 100.0);
        let [low, high] = area.interval.map(place);
        Self {
            label,
            class,
            text: format!("{:.2}", area.auc),
            at: format!("{:.1}", place(area.auc)),
            from: format!("{low:.1}"),
            width: format!("{:.1}", (high - low).max(0.6)),
        }
    }
}

/// Rows or values of the real data that were found again.
pub(super) struct CopyView {
    pub(super) path: String,
    pub(super) what: String,
    pub(super) share: String,
    pub(super) expected: String,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
}

pub(super) struct PrivacyView {
    pub(super) copies: Vec<CopyView>,
    pub(super) n_looked_at: usize,
    pub(super) is_private: bool,
    pub(super) nearest: Vec<NearView>,
    pub(super) has_holdout: bool,
}

/// How near the rows of one table come to real ones.
pub(super) struct NearView {
    pub(super) path: String,
    pub(super) near: String,
    pub(super) expected: String,
    /// Distances and ratios: synthetic, fresh.
    pub(super) distance: [String; 2],
    pub(super) ratio: [String; 2],
    pub(super) nearer: String,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
}

impl NearView {
    fn new(nearest: &Nearest) -> Self {
        let (verdict, class) = match nearest.verdict {
            Verdict::Matches => ("as by chance", "good"),
            Verdict::Close => ("a little nearer", "fair"),
            Verdict::Differs => ("much nearer", "bad"),
        };
        let number = |value: f64| format!("{value:.2}");
        let nearer = nearest
            .nearer
            .zip(nearest.nearer_interval)
            .map(|(share, [low, high])| format!("{}, {} to {}", percent(share), percent(low), percent(high)));
        Self {
            path: shortened(&nearest.path),
            near: percent(nearest.near),
            expected: percent(nearest.expected),
            distance: [nearest.distance, nearest.fresh_distance].map(number),
            ratio: [nearest.ratio, nearest.fresh_ratio].map(number),
            nearer: nearer.unwrap_or_default(),
            verdict,
            class,
        }
    }
}

pub(super) fn privacy(report: &Report) -> Option<PrivacyView> {
    if report.purpose == Purpose::Compare {
        return None;
    }
    let text = |verdict: Verdict| match verdict {
        Verdict::Matches => ("no more than chance", "good"),
        Verdict::Close => ("some", "fair"),
        Verdict::Differs => ("many", "bad"),
    };
    let rows = report.row_copies.iter().map(|copies| {
        (
            copies.verdict,
            copies.excess_low,
            CopyView {
                path: shortened(&copies.path),
                what: "whole rows".to_owned(),
                share: percent(copies.share),
                expected: percent(copies.expected),
                verdict: text(copies.verdict).0,
                class: text(copies.verdict).1,
            },
        )
    });
    let values = report.value_copies.iter().map(|copies| {
        (
            copies.verdict,
            copies.excess_low,
            CopyView {
                path: shortened(&copies.path.to_string()),
                what: copies
                    .personal
                    .as_ref()
                    .map_or_else(|| "rare texts".to_owned(), |kind| kind.replace('_', " ")),
                share: percent(copies.share),
                expected: percent(copies.expected),
                verdict: text(copies.verdict).0,
                class: text(copies.verdict).1,
            },
        )
    });
    let mut all: Vec<(Verdict, f64, CopyView)> = rows.chain(values).collect();
    let n_looked_at = all.len();
    all.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let is_private = report.is_private();
    let n_listed = if is_private { MAX_CLEAN } else { MAX_COPIES };
    let copies = all.into_iter().take(n_listed).map(|(_, _, view)| view).collect();
    let nearest = report.nearest.iter().map(NearView::new).collect();
    let has_holdout = report.nearest.iter().any(|nearest| nearest.nearer.is_some());
    Some(PrivacyView { copies, n_looked_at, is_private, nearest, has_holdout })
}

/// A number followed along time: its autocorrelations as bars.
pub(super) struct LineView {
    pub(super) path: String,
    pub(super) along: String,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
    pub(super) first: [String; 2],
    pub(super) bars: Vec<BarView>,
}

pub(super) struct BarView {
    pub(super) x: usize,
    pub(super) y: String,
    pub(super) height: String,
    pub(super) class: &'static str,
    pub(super) title: String,
}

/// The followed numbers, the worst first, and the score of all.
pub(super) fn lines(report: &Report) -> (Vec<LineView>, String) {
    let Some(memories) = report.memories.as_ref() else { return (Vec::new(), String::new()) };
    let mut lines: Vec<&MemoryLine> = memories.lines.iter().collect();
    lines.sort_by(|a, b| b.verdict.cmp(&a.verdict).then(b.effect.total_cmp(&a.effect)));
    (lines.into_iter().take(MAX_LINES).map(LineView::new).collect(), score_text(memories.score))
}

/// Half of the height of the bars, and the width of a pair of them.
const HALF: f64 = 24.0;
const PAIR: usize = 14;

impl LineView {
    fn new(line: &MemoryLine) -> Self {
        let (verdict, class) = verdict_text(line.verdict);
        let of_each = line.of_each.as_ref().map_or_else(String::new, |entity| format!(", for each {entity}"));
        let bars = |lags: &[f64], class: &'static str, shift: usize| -> Vec<BarView> {
            let bar = |(at, r): (usize, &f64)| BarView {
                x: at * PAIR + shift,
                y: format!("{:.1}", HALF - HALF * r.max(0.0)),
                height: format!("{:.1}", (HALF * r.abs()).max(0.5)),
                class,
                title: format!("{class}, {} later: {r:.2}", at + 1),
            };
            lags.iter().enumerate().map(bar).collect()
        };
        let mut all = bars(&line.real, "real", 0);
        all.extend(bars(&line.synthetic, "synthetic", 6));
        let first = |lags: &[f64]| lags.first().map_or_else(String::new, |r| format!("{r:.2}"));
        Self {
            path: shortened(&line.path),
            along: shortened(&format!("{}{of_each}", line.along)),
            verdict,
            class,
            first: [first(&line.real), first(&line.synthetic)],
            bars: all,
        }
    }
}
