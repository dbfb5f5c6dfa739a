//! The report as data: `report.json`.

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::Findings;

use synth_rules::RuleSet;

use crate::advice;
use crate::along::Memories;
use crate::bounds::Bounds;
use crate::c2st::Distinguished;
use crate::check::{Check, CheckName, Status};
use crate::compare::{Comparison, Quality, Tests};
use crate::copies::RowCopies;
use crate::field::FieldComparison;
use crate::finding::{self, Finding, FindingKind};
use crate::leaks::ValueCopies;
use crate::nearest::Nearest;
use crate::pairs::Pairs;
use crate::performance::Performance;
use crate::references::ReferenceOutcome;
use crate::relation_check::RelationCheck;
use crate::statistical_test::StatisticalTest;
use crate::verdict::Verdict;
use crate::worth::Worth;

/// Version of `report.json`.
pub const VERSION: u32 = 1;

/// Everything the judge has to say. Its bytes depend on its arguments only.
///
/// Values of the real data stand in it only as names of public categories.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// Version of the format; 1.
    pub version: u32,
    /// Whether every check that was made holds.
    pub passed: bool,
    /// What the two data sets are to each other.
    pub purpose: Purpose,
    /// How alike the values are.
    pub quality: Quality,
    /// What the quality is to be held against; only where rows could be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// The quality of fresh real data in place of the synthetic data: what perfect data would reach. Only with a holdout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Quality>,
    /// What a language model is worth, if data without it were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<Worth>,
    /// What is wrong, worst first.
    pub findings: Vec<Finding>,
    /// The requirements: schema, structure, uniqueness, references, keys, and predicates and plugins where there are some.
    pub checks: Vec<Check>,
    /// The real data.
    pub real: SourceSummary,
    /// The synthetic data.
    pub synthetic: SourceSummary,
    /// Every path.
    pub fields: Vec<FieldComparison>,
    /// How pairs of fields hang together, if that was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Pairs>,
    /// How numbers follow themselves, if that was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memories: Option<Memories>,
    /// How well a classifier tells real rows from synthetic ones; beside the quality.
    pub distinguished: Vec<Distinguished>,
    /// How many tests were made.
    pub tests: Tests,
    /// Synthetic rows that equal real ones; apart from the quality.
    pub row_copies: Vec<RowCopies>,
    /// How near synthetic rows come to real ones; apart from the quality.
    pub nearest: Vec<Nearest>,
    /// Synthetic values that are rare real ones; apart from the quality.
    pub value_copies: Vec<ValueCopies>,
    /// What protects the real data in this report.
    pub privacy: PrivacyNote,
    /// Every reference of the rules, as the synthetic data keep it.
    pub references: Vec<ReferenceOutcome>,
    /// What making and judging the data took, if the caller measured it.
    #[serde(skip_serializing_if = "Performance::is_empty")]
    pub performance: Performance,
}

/// One of the two data sets.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SourceSummary {
    /// File, as the caller names it.
    pub name: String,
    /// Records read.
    pub n_records: u64,
    /// What was found wrong while reading it: code and count.
    pub findings: Vec<FindingCount>,
}

/// How often something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingCount {
    /// Stable code such as `io/duplicate-key`.
    pub code: String,
    /// Occurrences.
    pub count: u64,
}

/// What protects the real data in this report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PrivacyNote {
    /// Records that must share a value before the value or a count of it is shown.
    pub k: u64,
    /// The same in words.
    pub note: String,
}

/// What the two data sets are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Synthetic data are held against the real data.
    #[default]
    Judge,
    /// Two data sets are set side by side; neither is right, so there are no checks, and equal rows are no copies. The
    /// first stands where the real data would.
    Compare,
}

impl Purpose {
    /// Returns what the two sides are called.
    #[must_use]
    pub fn sides(self) -> [&'static str; 2] {
        match self {
            Self::Judge => ["real", "synthetic"],
            Self::Compare => ["A", "B"],
        }
    }
}

/// What a report is made from beside the comparison.
#[derive(Debug, Clone)]
pub struct ReportContext {
    /// The real data.
    pub real: SourceSummary,
    /// The synthetic data.
    pub synthetic: SourceSummary,
    /// Outcome of the schema check; `None` when there was no schema.
    pub schema: Option<Check>,
    /// Outcome of the checks of relationships; `None` when there were no rules.
    pub relations: Option<[Check; 3]>,
    /// Outcome of the validators of the rules; `None` when there are none.
    pub plugins: Option<Check>,
    /// Outcome of the predicates of the rules; `None` when there are none.
    pub predicates: Option<Check>,
    /// Quality of fresh real data, if there were some.
    pub ceiling: Option<Quality>,
    /// What a language model is worth, if data without it were given.
    pub worth: Option<Worth>,
    /// What the two data sets are to each other.
    pub purpose: Purpose,
    /// Every reference that was looked at.
    pub references: Vec<ReferenceOutcome>,
    /// What making and judging the data took.
    pub performance: Performance,
}

impl SourceSummary {
    /// Describes one data set.
    #[must_use]
    pub fn new(name: impl Into<String>, n_records: u64, findings: &Findings) -> Self {
        let findings =
            findings.groups().map(|(code, count, _)| FindingCount { code: code.to_owned(), count });
        Self { name: name.into(), n_records, findings: findings.collect() }
    }
}

impl Report {
    /// Puts a report together.
    #[must_use]
    pub fn new(mut comparison: Comparison, context: ReportContext) -> Self {
        let no_schema = || Check::not_checked(CheckName::Schema, "no schema was given");
        let schema = context.schema.unwrap_or_else(no_schema);
        let relations = context.relations.unwrap_or_else(RelationCheck::not_checked);
        let mut checks = vec![schema, comparison.structure.clone(), comparison.uniqueness.clone()];
        checks.extend(relations);
        checks.extend(context.predicates);
        checks.extend(context.plugins);
        if context.purpose == Purpose::Compare {
            comparison.row_copies.clear();
            comparison.value_copies.clear();
            comparison.nearest.clear();
            checks.clear();
        }
        let texts = context.performance.generation.as_ref().map_or(&[][..], |made| &made.texts);
        let findings = finding::of(&comparison, &checks, texts);
        let bounds = comparison.bounds.map(|bounds| match context.ceiling {
            Some(best) => Bounds { ceiling: best.score, has_holdout: true, ..bounds },
            None => bounds,
        });
        Self {
            version: VERSION,
            findings,
            passed: checks.iter().all(|check| check.status != Status::Failed),
            purpose: context.purpose,
            quality: comparison.quality,
            bounds,
            ceiling: context.ceiling,
            worth: context.worth,
            checks,
            real: context.real,
            synthetic: context.synthetic,
            fields: comparison.fields,
            pairs: comparison.pairs,
            memories: comparison.memories,
            distinguished: comparison.distinguished,
            tests: comparison.tests,
            row_copies: comparison.row_copies,
            nearest: comparison.nearest,
            value_copies: comparison.value_copies,
            privacy: PrivacyNote::new(comparison.k),
            references: context.references,
            performance: context.performance,
        }
    }

    /// Tells whether every check that was made holds; scores do not enter.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// Returns the quality score in [0, 1].
    #[must_use]
    pub fn score(&self) -> f64 {
        self.quality.score
    }

    /// Adds what could be done about the worst findings. `learned` are the rules that the real data suggest by themselves,
    /// `current` those that the synthetic data were made by.
    pub fn advise(&mut self, learned: &RuleSet, current: Option<&RuleSet>) {
        for finding in self.findings.iter_mut().take(advice::MAX_ADVISED) {
            finding.advice = advice::of(finding, learned, current);
        }
    }

    /// Tells whether nothing was found that differs: no copy, no failed check, no other distribution.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.verdict != Verdict::Differs)
    }

    /// Tells whether no row and no rare value of the real data was found in the synthetic data.
    #[must_use]
    pub fn is_private(&self) -> bool {
        let is_copy = |kind| {
            matches!(kind, FindingKind::CopiedRows | FindingKind::CopiedValues | FindingKind::NearRows)
        };
        self.findings.iter().all(|finding| !is_copy(finding.kind))
    }

    /// Leaves out the statistics of all tests but the named ones; effects, intervals and verdicts stay.
    pub fn keep_tests(&mut self, tests: &[StatisticalTest]) {
        let is_kept = |name: &str| {
            let owner = StatisticalTest::ALL.into_iter().find(|test| test.owns(name));
            owner.is_none_or(|owner| tests.contains(&owner))
        };
        for measure in self.fields.iter_mut().flat_map(|field| &mut field.measures) {
            measure.statistics.retain(|name, _| is_kept(name));
        }
    }

    /// Returns the JSON Schema of `report.json`.
    #[must_use]
    pub fn json_schema() -> schemars::Schema {
        schemars::generate::SchemaSettings::draft07().into_generator().into_root_schema_for::<Self>()
    }

    /// Returns the text of `report.json`.
    ///
    /// # Panics
    ///
    /// Never: all keys are strings, and numbers that are not finite are written as null.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a report has string keys only");
        text.push('\n');
        text
    }

    /// Returns the fields with a score, worst first; equal scores in the order of the data.
    #[must_use]
    pub fn worst_first(&self) -> Vec<&FieldComparison> {
        let mut fields: Vec<&FieldComparison> =
            self.fields.iter().filter(|field| field.score.is_some()).collect();
        let total = |field: &FieldComparison| field.score.map_or(1.0, |score| score.total);
        fields.sort_by(|a, b| b.verdict.cmp(&a.verdict).then(total(a).total_cmp(&total(b))));
        fields
    }
}

impl PrivacyNote {
    fn new(k: u64) -> Self {
        let note = format!(
            "A value of the real data is named only if it is a category of at least {k} records and not personal. \
             Bins of charts have round edges and hold no real value or at least {k}. Smallest and largest values \
             are not shown. Comparing with the real data is outside any differential-privacy guarantee."
        );
        Self { k, note }
    }
}
