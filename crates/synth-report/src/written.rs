//! What became of texts that a language model was to write, as the log of the run tells.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::{Finding, FindingKind};
use crate::verdict::Verdict;

/// The texts of one field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct TextUse {
    /// The field.
    pub path: String,
    /// Texts that were wanted, in all cases together.
    pub n_wanted: u64,
    /// Those that the model wrote.
    pub n_written: u64,
    /// Mean score of those, from 0 to 1: how coherent they are, and how different.
    pub score: f64,
    /// Texts that were not taken, by reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_taken: BTreeMap<String, u64>,
    /// Questions without a usable answer.
    pub n_unanswered: u64,
    /// Why the last of them had none, or why none was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl TextUse {
    /// Adds the texts of another case of the field.
    pub fn merge(&mut self, other: Self) {
        let n_all = self.n_written + other.n_written;
        let sum = self.score * self.n_written as f64 + other.score * other.n_written as f64;
        self.score = if n_all == 0 { 0.0 } else { sum / n_all as f64 };
        self.n_wanted += other.n_wanted;
        self.n_written = n_all;
        self.n_unanswered += other.n_unanswered;
        for (reason, n) in other.not_taken {
            *self.not_taken.entry(reason).or_default() += n;
        }
        self.error = other.error.or(self.error.take());
    }

    /// What is to be told of texts that the model did not write; `None` if it wrote all.
    pub(crate) fn finding(&self) -> Option<Finding> {
        if self.n_written >= self.n_wanted {
            return None;
        }
        let mut problem = format!(
            "a language model wrote {} of {} texts, the fallback of the rule made the others",
            self.n_written, self.n_wanted
        );
        if self.n_unanswered > 0 {
            problem.push_str(&format!("; {} questions had no usable answer", self.n_unanswered));
        }
        if let Some(error) = &self.error {
            problem.push_str(&format!(": {error}"));
        }
        if !self.not_taken.is_empty() {
            let reasons: Vec<String> =
                self.not_taken.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
            problem.push_str(&format!("; not taken: {}", reasons.join(", ")));
        }
        let missing = self.n_wanted - self.n_written;
        Some(Finding {
            kind: FindingKind::ModelTexts,
            path: self.path.clone(),
            with: None,
            verdict: Verdict::Close,
            problem,
            severity: missing as f64 / self.n_wanted.max(1) as f64,
            advice: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_of_a_field_are_told_together() {
        let of = |n_written, score, error: Option<&str>| TextUse {
            path: "$.note".to_owned(),
            n_wanted: 4,
            n_written,
            score,
            not_taken: BTreeMap::from([("too long".to_owned(), 2)]),
            n_unanswered: 1,
            error: error.map(str::to_owned),
        };
        let mut all = of(1, 0.9, Some("no answer within 5 ms"));
        all.merge(of(3, 0.5, None));
        assert_eq!((all.n_wanted, all.n_written, all.n_unanswered), (8, 4, 2));
        assert!((all.score - 0.6).abs() < 1e-9);
        let finding = all.finding().expect("a finding");
        assert!(
            finding.problem.contains("4 of 8 texts") && finding.problem.contains("4 too long"),
            "{finding:?}"
        );
        assert!(
            finding.problem.contains("2 questions had no usable answer: no answer within 5 ms"),
            "{finding:?}"
        );
        assert!((finding.severity - 0.5).abs() < 1e-9);
        assert_eq!(of(4, 1.0, None).finding(), None);
    }
}
