//! What is wrong, worst first.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::JsonPath;

use crate::advice::Advice;
use crate::along::MemoryLine;
use crate::check::{Check, CheckName, Status, Violation};
use crate::compare::Comparison;
use crate::copies::RowCopies;
use crate::field::FieldComparison;
use crate::field::explain::{percent, sentence};
use crate::leaks::ValueCopies;
use crate::measure::Aspect;
use crate::nearest::Nearest;
use crate::pairs::{Pair, PairTable, Pairs};
use crate::verdict::{Verdict, rounded};
use crate::written::TextUse;

/// Findings that a report lists.
const MAX_FINDINGS: usize = 200;

/// Strengths that are as near as this say nothing of what differs.
const SAME_STRENGTH: f64 = 0.05;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// Where.
    pub path: String,
    /// The other field, where two are concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// How much it matters; a failed check and a copy are `differs`.
    pub verdict: Verdict,
    /// What is wrong in words.
    pub problem: String,
    /// The least size that the data speak for, on the scale of distances from 0 to 1; 1 for a check that failed.
    pub severity: f64,
    /// What could be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
}

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Synthetic rows equal real ones.
    CopiedRows,
    /// Synthetic values are rare real ones.
    CopiedValues,
    /// Synthetic rows are nearer to real ones than chance explains.
    NearRows,
    /// Values repeat that must not.
    Uniqueness,
    /// Keys of several fields repeat.
    Keys,
    /// Values name nothing that exists.
    References,
    /// Paths or types that the real data do not have, or that are missing.
    Structure,
    /// Orders, distances or bounds in a row do not hold.
    RowRules,
    /// A predicate of the rules does not hold.
    Predicates,
    /// A validator of the rule file found something.
    Plugins,
    /// A record does not keep the JSON Schema.
    Schema,
    /// A language model did not write all texts that it was to write.
    ModelTexts,
    /// Two fields hang together in another way.
    Dependence,
    /// Numbers follow each other in another way.
    Autocorrelation,
    /// One field by itself is otherwise than in the real data.
    #[serde(untagged)]
    Field(Aspect),
}

/// Collects what is wrong, worst first.
///
/// # Method
///
/// Copies of real data come first, as they are a danger to people, then failed checks, as they make data unusable, each in
/// the order of the kinds; a repeated key leaves references without a target, so it stands before them. Then comes what
/// differs, and then what is close, each by the least size that the data speak for. Copied values that copied rows explain
/// are left out, as are rows that are near to real ones where some are copies. Of each field the surest difference is named, and of all pairs of one field that hang together
/// otherwise the surest.
pub(crate) fn of(comparison: &Comparison, checks: &[Check], texts: &[TextUse]) -> Vec<Finding> {
    let rows = comparison.row_copies.iter().filter(|copies| copies.verdict > Verdict::Matches);
    let copied = rows.clone().map(|copies| copies.share).fold(0.0, f64::max);
    let mut findings: Vec<Finding> = rows.map(of_rows).collect();
    let values = comparison.value_copies.iter().filter(|copies| copies.verdict > Verdict::Matches);
    findings.extend(values.filter(|copies| copies.share > 1.5 * copied).map(of_values));
    let is_copied =
        |path: &str| findings.iter().any(|known| known.kind == FindingKind::CopiedRows && known.path == path);
    let near = comparison.nearest.iter().filter(|nearest| nearest.verdict == Verdict::Differs);
    let near: Vec<Finding> = near.filter(|nearest| !is_copied(&nearest.path)).map(of_near).collect();
    findings.extend(near);
    findings.extend(checks.iter().filter(|check| check.status == Status::Failed).flat_map(of_check));
    findings.extend(of_fields(&comparison.fields));
    findings.extend(comparison.pairs.iter().flat_map(of_pairs));
    let lines = comparison.memories.iter().flat_map(|memories| &memories.lines);
    findings.extend(lines.filter(|line| line.verdict > Verdict::Matches).map(of_line));
    rank_below_own(&mut findings);
    findings.extend(texts.iter().filter_map(TextUse::finding));
    // Sorting is stable, so what is equally bad stays in the order of the data.
    findings.sort_by(|a, b| a.rank().cmp(&b.rank()).then(b.severity.total_cmp(&a.severity)));
    findings.truncate(MAX_FINDINGS);
    findings
}

/// A field that differs by itself hangs together with others otherwise because of that: its own difference is the one to look
/// at first.
fn rank_below_own(findings: &mut [Finding]) {
    let own: BTreeMap<String, (Verdict, f64)> = findings
        .iter()
        .filter(|finding| matches!(finding.kind, FindingKind::Field(_)))
        .map(|finding| (finding.path.clone(), (finding.verdict, finding.severity)))
        .collect();
    for finding in findings.iter_mut().filter(|finding| finding.kind == FindingKind::Dependence) {
        if let Some((_, severity)) = own.get(&finding.path).filter(|(verdict, _)| *verdict >= finding.verdict)
        {
            finding.severity = finding.severity.min(*severity);
        }
    }
}

impl Finding {
    /// Smaller is worse.
    fn rank(&self) -> (u8, FindingKind) {
        let class = match (self.kind, self.verdict) {
            (FindingKind::CopiedRows | FindingKind::CopiedValues | FindingKind::NearRows, _) => 0,
            (FindingKind::Field(_) | FindingKind::Dependence | FindingKind::Autocorrelation, verdict) => {
                if verdict == Verdict::Differs {
                    2
                } else {
                    3
                }
            }
            // The fallback made what is missing, so nothing is wrong with the data.
            (FindingKind::ModelTexts, _) => 3,
            _ => 1,
        };
        // Among differences the size decides, not the kind.
        (class, if class < 2 { self.kind } else { FindingKind::Schema })
    }
}

fn of_rows(copies: &RowCopies) -> Finding {
    Finding {
        kind: FindingKind::CopiedRows,
        path: copies.path.clone(),
        with: None,
        verdict: copies.verdict,
        problem: format!(
            "{} of {} rows equal a real row; chance gives {}",
            copies.n_copies,
            copies.n_rows,
            percent(copies.expected)
        ),
        severity: copies.excess_low,
        advice: None,
    }
}

fn of_near(nearest: &Nearest) -> Finding {
    let nearer = nearest.nearer.map_or_else(String::new, |share| {
        format!("; {} are nearer to the data learned from than to others", percent(share))
    });
    Finding {
        kind: FindingKind::NearRows,
        path: nearest.path.clone(),
        with: None,
        verdict: nearest.verdict,
        problem: format!(
            "{} of the rows nearly equal a real row; chance gives {}{nearer}",
            percent(nearest.near),
            percent(nearest.expected)
        ),
        severity: nearest.excess_low,
        advice: None,
    }
}

fn of_values(copies: &ValueCopies) -> Finding {
    let what =
        copies.personal.as_ref().map_or_else(String::new, |kind| format!(" ({})", kind.replace('_', " ")));
    Finding {
        kind: FindingKind::CopiedValues,
        path: copies.path.to_string(),
        with: None,
        verdict: copies.verdict,
        problem: format!(
            "{} of the values{what} are real ones that few records share; chance gives {}",
            percent(copies.share),
            percent(copies.expected)
        ),
        severity: copies.excess_low,
        advice: None,
    }
}

/// One finding for each path of a check.
fn of_check(check: &Check) -> Vec<Finding> {
    let kind = match check.name {
        CheckName::Schema => FindingKind::Schema,
        CheckName::Structure => FindingKind::Structure,
        CheckName::Uniqueness => FindingKind::Uniqueness,
        CheckName::References => FindingKind::References,
        CheckName::Keys => FindingKind::Keys,
        CheckName::RowRules => FindingKind::RowRules,
        CheckName::Plugins => FindingKind::Plugins,
        CheckName::Predicates => FindingKind::Predicates,
    };
    let mut findings: Vec<Finding> = Vec::new();
    for Violation { path, reason, .. } in &check.violations {
        if findings.iter().all(|known| known.path != *path) {
            findings.push(Finding {
                kind,
                path: path.clone(),
                with: None,
                verdict: Verdict::Differs,
                problem: reason.clone(),
                severity: 1.0,
                advice: None,
            });
        }
    }
    findings
}

/// One finding for each field that differs. What lies below a path that one side lacks, is lacking as well, and is counted there.
fn of_fields(fields: &[FieldComparison]) -> Vec<Finding> {
    let lacking = |field: &FieldComparison| (field.n_real == 0) != (field.n_synthetic == 0);
    let gone: BTreeSet<&JsonPath> =
        fields.iter().filter(|field| lacking(field)).map(|field| &field.path).collect();
    let is_below = |path: &JsonPath, above: &JsonPath| {
        path.segments().len() > above.segments().len() && path.segments().starts_with(above.segments())
    };
    let found = |field: &FieldComparison| {
        let mut finding = of_field(field)?;
        if !gone.contains(&field.path) {
            return Some(finding);
        }
        if field.path.parent().is_some_and(|parent| gone.contains(&parent)) {
            return None;
        }
        match gone.iter().filter(|path| is_below(path, &field.path)).count() {
            0 => {}
            1 => finding.problem.push_str(", with what is below it"),
            n => finding.problem.push_str(&format!(", with {n} paths below it")),
        }
        Some(finding)
    };
    fields.iter().filter_map(found).collect()
}

fn of_field(field: &FieldComparison) -> Option<Finding> {
    let worst = field.worst()?;
    Some(Finding {
        kind: FindingKind::Field(worst.aspect),
        path: field.path.to_string(),
        with: None,
        verdict: worst.verdict,
        problem: sentence(worst),
        severity: rounded(worst.severity),
        advice: None,
    })
}

/// One finding for each field of a pair that differs: a field that lost its ties is in many pairs, so the pairs are dealt
/// out to the fields with the largest sums of effects.
fn of_pairs(pairs: &Pairs) -> Vec<Finding> {
    pairs.tables.iter().flat_map(of_table).collect()
}

fn of_table(table: &PairTable) -> Vec<Finding> {
    let mut open: Vec<&Pair> = table.pairs.iter().filter(|pair| pair.verdict > Verdict::Matches).collect();
    let mut findings = Vec::new();
    while !open.is_empty() {
        let total = |at: usize| -> f64 {
            let own = open.iter().filter(|pair| pair.left == at || pair.right == at);
            own.map(|pair| pair.low).sum()
        };
        let culprits = (0..table.quantities.len()).rev();
        let Some(culprit) = culprits.max_by(|a, b| total(*a).total_cmp(&total(*b))) else { break };
        let (own, rest): (Vec<&Pair>, Vec<&Pair>) =
            open.into_iter().partition(|pair| pair.left == culprit || pair.right == culprit);
        open = rest;
        let surest = own.iter().max_by(|a, b| a.verdict.cmp(&b.verdict).then(a.low.total_cmp(&b.low)));
        findings.extend(surest.map(|pair| of_pair(table, pair, culprit, own.len())));
    }
    findings
}

fn of_pair(table: &PairTable, pair: &Pair, culprit: usize, n_pairs: usize) -> Finding {
    let other = if pair.left == culprit { pair.right } else { pair.left };
    let more = match n_pairs {
        1 => String::new(),
        2 => ", and with one more field".to_owned(),
        n => format!(", and with {} more fields", n - 1),
    };
    Finding {
        kind: FindingKind::Dependence,
        path: table.quantities[culprit].clone(),
        with: Some(table.quantities[other].clone()),
        verdict: pair.verdict,
        problem: match (pair.synthetic - pair.real).abs() {
            // As strong, and not alike: one side tells the other in another way.
            gap if gap < SAME_STRENGTH => format!(
                "hangs together with {} in another way, for {} of the rows{more}",
                table.quantities[other],
                percent(pair.effect)
            ),
            _ => format!(
                "hangs together with {} otherwise: strength {:.2} instead of {:.2}{more}",
                table.quantities[other], pair.synthetic, pair.real
            ),
        },
        severity: pair.low,
        advice: None,
    }
}

fn of_line(line: &MemoryLine) -> Finding {
    let first = |lags: &[f64]| lags.first().copied().unwrap_or(0.0);
    let of_each = line.of_each.as_ref().map_or_else(String::new, |entity| format!(" of each {entity}"));
    Finding {
        kind: FindingKind::Autocorrelation,
        path: line.path.clone(),
        with: Some(line.along.clone()),
        verdict: line.verdict,
        problem: format!(
            "follows itself along {}{of_each} otherwise: autocorrelation {:.2} instead of {:.2}",
            line.along,
            first(&line.synthetic),
            first(&line.real)
        ),
        severity: rounded(line.interval[0].min(1.0)),
        advice: None,
    }
}
