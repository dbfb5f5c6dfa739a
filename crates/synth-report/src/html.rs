//! The report as one page that opens offline: `report.html`.
//!
//! The page holds everything it needs. Its content security policy names the SHA-256 hashes of its own two scripts
//! and its style sheet (W3C Content Security Policy Level 3, section 2.3.1) and forbids all else, so it cannot reach
//! the network, and text from the data cannot become code even if an escape were forgotten. Charts are described in
//! a JSON block, which is data and never runs, and are drawn by plotly.js once they are scrolled to.

use askama::Template;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::report::Report;

mod dependence;
mod keys;
mod performance;
mod plot;
mod stand;
mod view;
mod worth;
mod wrong;

use dependence::DependenceView;
use keys::GraphView;
use stand::StandView;
use view::{CheckView, FieldView, KindView, PartView, SourceView};
use worth::WorthView;
use wrong::{FindingView, LineView, PrivacyView, ToldView};

const STYLE: &str = include_str!("../templates/report.css");
const SCRIPT: &str = include_str!("../templates/report.js");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    plotly: &'a str,
    script: &'static str,
    charts: String,
    passed: bool,
    score: String,
    n_scored: u64,
    parts: Vec<PartView>,
    checks: Vec<CheckView<'a>>,
    findings: Vec<FindingView<'a>>,
    more_findings: usize,
    told: Vec<ToldView>,
    copies: Option<PrivacyView>,
    lines: Vec<LineView>,
    memory: String,
    stand: Option<StandView>,
    /// What the two sides are called.
    names: [&'static str; 2],
    n_tests: u64,
    n_found: u64,
    fields: Vec<FieldView>,
    kinds: Vec<KindView>,
    dependence: Option<DependenceView>,
    /// The real data, then the synthetic.
    sources: [SourceView<'a>; 2],
    graph: Option<GraphView>,
    worth: Option<WorthView<'a>>,
    performance: Vec<performance::Line>,
    privacy: &'a str,
}

/// Returns the page.
///
/// # Errors
///
/// [`crate::ErrorKind::Render`] if the page cannot be put together.
///
/// # Cost
///
/// About 5 MB, nearly all of it plotly.js, and some kilobytes a field.
pub fn html(report: &Report) -> Result<String, Error> {
    let scripts = plotly::Plot::offline_js_sources();
    let plotly = first_script(&scripts);
    let charts: Vec<plot::Plot> =
        report.fields.iter().flat_map(|field| &field.charts).map(plot::plot).collect();
    let charts = serde_json::to_string(&charts).map_err(Error::render)?;
    let (findings, more_findings) = wrong::findings(report);
    let (lines, memory) = wrong::lines(report);
    let names = report.purpose.sides();
    let page = Page {
        policy: policy(&[plotly, SCRIPT], &[STYLE, ""]),
        style: STYLE,
        plotly,
        script: SCRIPT,
        charts: inert(&charts),
        passed: report.passed,
        score: view::score_text(report.quality.score),
        n_scored: report.quality.n_fields,
        parts: view::parts(&report.quality),
        checks: report.checks.iter().map(CheckView::new).collect(),
        findings,
        more_findings,
        told: wrong::told(report),
        copies: wrong::privacy(report),
        lines,
        memory,
        stand: report.bounds.map(|bounds| StandView::new(&bounds, report.quality.score)),
        names,
        n_tests: report.tests.n_tests,
        n_found: report.tests.n_found,
        fields: view::fields(report),
        kinds: view::kinds(report),
        dependence: report.pairs.as_ref().filter(|pairs| pairs.n_pairs > 0).map(DependenceView::new),
        sources: [SourceView::new(names[0], &report.real), SourceView::new(names[1], &report.synthetic)],
        graph: GraphView::new(&report.references),
        worth: report.worth.as_ref().map(WorthView::new),
        performance: performance::lines(
            &report.performance,
            [report.real.n_records, report.synthetic.n_records],
        ),
        privacy: &report.privacy.note,
    };
    page.render().map_err(Error::render)
}

/// The text of the first script element, which is plotly.js; the second one, MathJax, is not needed.
fn first_script(elements: &str) -> &str {
    let (_, rest) = elements.split_once('>').unwrap_or(("", elements));
    rest.split_once("</script>").map_or(rest, |(script, _)| script)
}

/// Images may stand in the page itself only; plotly.js tries one. The empty style sheet is the one that plotly.js fills by rules; the page brings it along.
fn policy(scripts: &[&str], styles: &[&str]) -> String {
    let hashes = |texts: &[&str]| texts.iter().map(|text| hash_source(text)).collect::<Vec<_>>().join(" ");
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hashes(scripts),
        hashes(styles)
    )
}

fn hash_source(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// JSON that cannot end the element it stands in.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plotly_is_found_and_mathjax_is_not() {
        let scripts = plotly::Plot::offline_js_sources();
        let plotly = first_script(&scripts);
        assert!(plotly.starts_with("/**\n* plotly.js") && plotly.trim_end().ends_with("}));"));
        assert!(plotly.len() > 1_000_000 && !plotly.contains("</script"));
    }

    /// The hash of nothing, from FIPS 180-4's test values.
    #[test]
    fn hashes_are_those_of_the_standard() {
        assert_eq!(hash_source(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }

    #[test]
    fn data_cannot_end_the_block() {
        assert_eq!(inert("[\"</script>\"]"), "[\"\\u003c/script>\"]");
    }
}
