//! Compares what was learned of the real data with what was learned of the synthetic data.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use synth_core::JsonPath;
use synth_privacy::Gate;
use synth_profile::path_stats::PathStats;
use synth_profile::{Partial, SampleTables};
use synth_rules::{Relationship, RuleSet};
use synth_stats::association::benjamini_hochberg;

use crate::along::Memories;
use crate::bounds::Bounds;
use crate::c2st::Distinguished;
use crate::check::Check;
use crate::copies::RowCopies;
use crate::field::{self, FieldComparison, FieldScore};
use crate::leaks::ValueCopies;
use crate::nearest::Nearest;
use crate::pairs::{Pairs, References};
use crate::side::path_pairs;
use crate::verdict::rounded;
use crate::{leaks, structure, uniqueness};

/// What a comparison is made with.
#[derive(Debug, Clone, Copy)]
pub struct CompareContext<'a> {
    /// Lets literals through.
    pub gate: Gate,
    /// The rules the synthetic data were made by, if known: they name keys and personal fields.
    pub rules: Option<&'a RuleSet>,
}

impl CompareContext<'_> {
    /// Tells whether the rules say that a path holds personal data.
    pub(crate) fn is_personal(&self, path: &JsonPath) -> bool {
        self.rules.and_then(|rules| rules.fields.get(path)).is_some_and(|rule| rule.personal)
    }
}

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Every path of either data set, in the order of the real data, then the paths that only the synthetic has.
    pub fields: Vec<FieldComparison>,
    /// Whether paths and types agree.
    pub structure: Check,
    /// Whether what must be unique is.
    pub uniqueness: Check,
    /// How alike the values are.
    pub quality: Quality,
    /// What the quality is to be held against, if the samples were at hand.
    pub bounds: Option<Bounds>,
    /// How pairs of fields hang together, if the samples were at hand.
    pub pairs: Option<Pairs>,
    /// How numbers follow themselves, if the samples were at hand.
    pub memories: Option<Memories>,
    /// How well a classifier tells real rows from synthetic ones, if the samples were at hand.
    pub distinguished: Vec<Distinguished>,
    /// Synthetic rows that equal real ones, if the samples were at hand.
    pub row_copies: Vec<RowCopies>,
    /// How near synthetic rows come to real ones, if the samples were at hand.
    pub nearest: Vec<Nearest>,
    /// Synthetic values that are rare real ones.
    pub value_copies: Vec<ValueCopies>,
    /// How many tests were made, and how many of them found a difference.
    pub tests: Tests,
    /// Fields that name rows by the rules; how they follow each other is no property of theirs.
    pub(crate) names: BTreeSet<String>,
    /// Which field refers to which, so far as that is known.
    pub(crate) references: References,
    /// The k of the gate that literals passed.
    pub k: u64,
}

/// How many tests were made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Tests {
    /// P-values of all fields together.
    pub n_tests: u64,
    /// Those that are at most 0.05 when corrected for their number.
    pub n_found: u64,
    /// Chance with which each interval misses.
    pub alpha: f64,
}

/// Share of false alarms among the differences that are found.
const FALSE_SHARE: f64 = 0.05;

/// How alike the data are: means over all scored fields, each field counting the same, the score of their pairs, and that
/// of the numbers along time.
///
/// The checks of schema, structure and uniqueness are no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Quality {
    /// Mean of the fields' scores (1 when there are no fields), or of that and the scores of pairs and memory where they
    /// were compared. Memory counts as much as the share of the fields that follow themselves.
    pub score: f64,
    /// Fields that have a score.
    pub n_fields: u64,
    /// Mean of each part of the scores.
    pub parts: FieldScore,
    /// Score of the pairs of fields, where there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<f64>,
    /// Score of how numbers follow themselves, where some do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<f64>,
}

/// Compares two Partials to which the real one's [`Structure`](synth_profile::Structure) has been applied.
///
/// # Method
///
/// Paths are paired by name. Every aspect of a path has an effect size in [0, 1] ([`crate::Measure`]), from which
/// the field's score is built ([`FieldScore`]). P-values are corrected for their number by Benjamini and Hochberg (1995).
/// Verdicts follow the sizes and their intervals, which miss with chance 0.05 R / m each, where R of m tests found a
/// difference, so that of the intervals that are looked at because of one only 5 % miss on average (Benjamini and
/// Yekutieli 2005, False discovery rate-adjusted multiple confidence intervals, J. Am. Stat. Assoc. 100(469)). How fields hang together is compared by [`crate::pairs`].
///
/// # Cost
///
/// O(paths × table size), some hundred kilobytes at a time.
#[must_use]
pub fn compare(real: &Partial, synthetic: &Partial, context: &CompareContext<'_>) -> Comparison {
    let nothing = PathStats::default();
    let pairs = path_pairs(real, synthetic, &nothing);
    let mut fields: Vec<FieldComparison> = pairs.iter().map(|pair| field::compare(pair, context)).collect();
    let tests = settle(&mut fields);
    let value_copies = leaks::values(&pairs, context, tests.alpha);
    Comparison {
        structure: structure::check(&pairs),
        uniqueness: uniqueness::check(&pairs, context),
        quality: Quality::of(&fields),
        bounds: None,
        pairs: None,
        memories: None,
        distinguished: Vec::new(),
        row_copies: Vec::new(),
        nearest: Vec::new(),
        value_copies,
        fields,
        tests,
        names: context.rules.map(names_of_rows).unwrap_or_default(),
        references: context.rules.map(references).unwrap_or_default(),
        k: context.gate.k(),
    }
}

/// Keys and references.
fn names_of_rows(rules: &RuleSet) -> BTreeSet<String> {
    let paths = |relationship: &'_ Relationship| -> Vec<String> {
        match relationship {
            Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
                paths.iter().map(ToString::to_string).collect()
            }
            Relationship::ForeignKey { child, .. } => child.paths().iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    };
    rules.relationships.iter().flat_map(paths).collect()
}

/// References of one field.
fn references(rules: &RuleSet) -> References {
    let pair = |relationship: &'_ Relationship| match relationship {
        Relationship::ForeignKey { child, parent, .. } => match (child.paths(), parent.paths()) {
            ([child], [parent]) => Some((child.clone(), parent.clone())),
            _ => None,
        },
        _ => None,
    };
    rules.relationships.iter().filter_map(pair).collect()
}

/// Corrects the p-values, and makes intervals and verdicts.
fn settle(fields: &mut [FieldComparison]) -> Tests {
    let p_values: Vec<f64> =
        fields.iter().flat_map(|field| &field.measures).filter_map(|measure| measure.p_value).collect();
    let adjusted = benjamini_hochberg(&p_values, p_values.len());
    let n_found = adjusted.iter().filter(|q_value| **q_value <= FALSE_SHARE).count();
    let alpha = FALSE_SHARE * n_found.max(1) as f64 / p_values.len().max(1) as f64;
    let mut q_values = adjusted.into_iter();
    for measure in fields.iter_mut().flat_map(|field| &mut field.measures) {
        measure.q_value = measure.p_value.and_then(|_| q_values.next()).map(rounded);
    }
    fields.iter_mut().for_each(|field| field.settle(alpha));
    Tests { n_tests: p_values.len() as u64, n_found: n_found as u64, alpha: rounded(alpha) }
}

impl Comparison {
    /// Adds the references of rules that the data suggest by themselves.
    #[must_use]
    pub fn with_references(mut self, learned: &RuleSet) -> Self {
        for (child, parent) in references(learned) {
            self.references.entry(child).or_insert(parent);
        }
        self
    }

    /// Adds what only whole rows can tell: how pairs of fields hang together, how numbers follow themselves, and which
    /// rows are copies.
    #[must_use]
    pub fn with_samples(mut self, real: &SampleTables, synthetic: &SampleTables) -> Self {
        let pairs = crate::pairs::compare(real, synthetic, &self.references);
        let memories = crate::along::compare([real, synthetic], &self.names, self.tests.alpha);
        for (path, factor) in memories.dependent() {
            let own = self.fields.iter_mut().filter(|field| field.path.to_string() == path);
            own.for_each(|field| field.thin(factor, self.tests.alpha));
        }
        let row_copies = crate::copies::rows(real, synthetic, (self.k, self.tests.alpha));
        let mut quality = self.quality;
        quality.pairs = (pairs.n_pairs > 0).then_some(pairs.score);
        quality.memory = (!memories.lines.is_empty()).then_some(memories.score);
        let parts = Parts { fields: quality.parts.total, pairs: quality.pairs, memory: quality.memory };
        quality.score = rounded(parts.total(memories.total / (quality.n_fields as f64).max(1.0)));
        Self { quality, pairs: Some(pairs), memories: Some(memories), row_copies, ..self }
    }
}

/// The parts of the quality.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts {
    pub(crate) fields: f64,
    pub(crate) pairs: Option<f64>,
    pub(crate) memory: Option<f64>,
}

impl Parts {
    /// Their mean, where memory counts as much as the share of the fields that have some.
    pub(crate) fn total(&self, remembered: f64) -> f64 {
        let parts = [(Some(self.fields), 1.0), (self.pairs, 1.0), (self.memory, remembered.min(1.0))];
        let there = || parts.iter().filter_map(|(part, weight)| Some(((*part)?, *weight)));
        let total: f64 = there().map(|(_, weight)| weight).sum();
        there().map(|(part, weight)| part * weight).sum::<f64>() / total
    }
}

impl Comparison {
    /// Adds what the quality is to be held against, once the samples are compared; nothing without rows.
    #[must_use]
    pub fn with_bounds(self, real: &SampleTables, synthetic: &SampleTables) -> Self {
        let has_rows = |tables: &SampleTables| tables.iter().any(|table| table.n_rows() > 0);
        let bounds =
            (has_rows(real) && has_rows(synthetic)).then(|| crate::bounds::of([real, synthetic], &self));
        Self { bounds, ..self }
    }
}

impl Comparison {
    /// Adds how well a classifier tells the rows apart, and how near they come to real ones. `holdout` are real rows that the synthetic data were not learned
    /// from.
    #[must_use]
    pub fn with_classifier(
        self,
        real: &SampleTables,
        synthetic: &SampleTables,
        holdout: Option<&SampleTables>,
    ) -> Self {
        let nearest = crate::nearest::compare(real, synthetic, holdout, self.tests.alpha);
        Self { distinguished: crate::c2st::compare(real, synthetic, holdout), nearest, ..self }
    }
}

impl Quality {
    fn of(fields: &[FieldComparison]) -> Self {
        let scores: Vec<FieldScore> = fields.iter().filter_map(|field| field.score).collect();
        let mean = |part: fn(&FieldScore) -> f64| match scores.len() {
            0 => 1.0,
            n => rounded(scores.iter().map(part).sum::<f64>() / n as f64),
        };
        let parts = FieldScore {
            total: mean(|score| score.total),
            presence: mean(|score| score.presence),
            nulls: mean(|score| score.nulls),
            types: mean(|score| score.types),
            values: mean(|score| score.values),
        };
        Self { score: parts.total, n_fields: scores.len() as u64, parts, pairs: None, memory: None }
    }
}
