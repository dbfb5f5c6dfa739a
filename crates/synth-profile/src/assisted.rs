//! What a language model supposes of the data, and what the data say to that.
//!
//! The model is asked last and about little: what fields mean that no detector named, and which fields might be keys or
//! follow from others where nothing was found. It sees the profile, which holds no value that is not public, and never a
//! record. Whatever it says is a hypothesis: a meaning must fit what was counted, a key or dependency is counted on the
//! sample and, where the sample is not all, on all records. Numbers come from the data alone.
//!
//! Modules: `meaning` has the closed list of meanings and what each asks of the data, `asking` puts the questions, `relating`
//! counts.

use serde::{Deserialize, Serialize};
use synth_core::port::{ModelError, TextModel};
use synth_core::{JsonPath, Rate};

use crate::hypotheses::{Hypotheses, Hypothesis};
use crate::profile::Profile;
use crate::relations::Evidence;
use crate::sample_tables::SampleTables;

mod asking;
mod meaning;
mod relating;

pub use meaning::meanings;

/// What a model contributed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assisted {
    /// The model, as it names itself.
    pub model: String,
    /// Questions that had no usable answer.
    pub n_unanswered: u64,
    /// Why the last of them had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Everything it supposed, in the order in which it was asked.
    pub claims: Vec<Claim>,
}

/// One supposition of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// What kind it is: `semantic_type`, `unique` or `functional_dep`.
    pub kind: ClaimKind,
    /// The fields; of a dependency the one that follows stands last.
    pub paths: Vec<JsonPath>,
    /// What the values mean, of a semantic type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// How sure the model is, from 0 to 1; nothing follows from it.
    pub confidence: Rate,
    /// Rows that were looked at, and those that agree.
    pub evidence: Evidence,
    /// What the data say.
    pub verdict: Verdict,
}

/// What is supposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// What the values of a field mean.
    SemanticType,
    /// Fields that together never repeat.
    Unique,
    /// A field that follows from another.
    FunctionalDep,
}

impl ClaimKind {
    fn name(self) -> &'static str {
        match self {
            Self::SemanticType => "semantic_type",
            Self::Unique => "unique",
            Self::FunctionalDep => "functional_dep",
        }
    }
}

/// What the data say to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They bear it out.
    Accepted,
    /// They speak against it.
    Refuted,
    /// It was found without the model.
    Known,
    /// They are too few, or of a kind that says nothing to it; or the model is wrong so often that its word counts for nothing.
    Untestable,
}

/// Asks a model what the detectors left open, and takes into the profile what the data bear out.
///
/// Call [`confirm`] once relations were counted on all records.
pub fn assist(profile: &mut Profile, tables: &SampleTables, model: &dyn TextModel) -> Assisted {
    let mut assisted = Assisted { model: model.identity(), n_unanswered: 0, error: None, claims: Vec::new() };
    asking::meanings(profile, model, &mut assisted);
    assisted.weigh_meanings();
    asking::relations(profile, tables, model, &mut assisted);
    for claim in assisted.claims.iter().filter(|claim| claim.verdict == Verdict::Accepted) {
        match claim.kind {
            ClaimKind::SemanticType => meaning::take(profile, claim),
            ClaimKind::Unique | ClaimKind::FunctionalDep => relating::take(profile, claim, tables),
        }
    }
    assisted
}

/// Refutes claims whose relations are not in the profile any more, as not all records keep them, and notes all in it.
pub fn confirm(profile: &mut Profile, mut assisted: Assisted) {
    for claim in &mut assisted.claims {
        if claim.verdict == Verdict::Accepted
            && claim.kind != ClaimKind::SemanticType
            && !relating::is_known(&profile.relations, claim.kind, &claim.paths)
        {
            claim.verdict = Verdict::Refuted;
        }
    }
    if assisted.n_unanswered > 0 {
        profile.findings.insert("llm/no-answer".to_owned(), assisted.n_unanswered);
    }
    profile.assisted = Some(assisted);
}

impl Assisted {
    /// Counts a question without a usable answer.
    fn miss(&mut self, error: &ModelError) {
        self.n_unanswered += 1;
        self.error = Some(error.to_string());
    }

    /// Takes no meaning from a model whose meanings the data refute as often as they fit, and none that it gives to more than
    /// half of at least four fields: what fits then fits by accident, as the counts of a field tell no more than that it could have
    /// the meaning. Small models say one thing of everything, and are sure of it.
    fn weigh_meanings(&mut self) {
        const MIN_CLAIMS: usize = 4;
        let n_accepted = self.n_of(ClaimKind::SemanticType, Verdict::Accepted);
        let is_believed = n_accepted > self.n_of(ClaimKind::SemanticType, Verdict::Refuted);
        let said: Vec<Option<String>> = self.claims.iter().map(|claim| claim.meaning.clone()).collect();
        let is_usual = |meaning: &Option<String>| {
            let n_same = said.iter().filter(|other| *other == meaning).count();
            said.len() >= MIN_CLAIMS && n_same * 2 > said.len()
        };
        for claim in self.claims.iter_mut().filter(|claim| claim.verdict == Verdict::Accepted) {
            if !is_believed || is_usual(&claim.meaning) {
                claim.verdict = Verdict::Untestable;
            }
        }
    }

    /// Returns the number of claims of a kind with a verdict.
    #[must_use]
    pub fn n_of(&self, kind: ClaimKind, verdict: Verdict) -> usize {
        self.claims.iter().filter(|claim| claim.kind == kind && claim.verdict == verdict).count()
    }

    /// Returns what the data bore out.
    pub fn accepted(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|claim| claim.verdict == Verdict::Accepted)
    }

    /// Names the model as the source of hypotheses that are its, and adds those that the data refuted, last.
    pub(crate) fn mark(&self, hypotheses: &mut Hypotheses) {
        for claim in self.accepted() {
            let is_of =
                |found: &&mut Hypothesis| found.kind == claim.kind.name() && found.paths == claim.paths;
            if let Some(found) = hypotheses.hypotheses.iter_mut().find(is_of) {
                found.source = Some("model".to_owned());
            }
        }
        let refuted = self.claims.iter().filter(|claim| claim.verdict == Verdict::Refuted);
        hypotheses.hypotheses.extend(refuted.map(Claim::hypothesis));
    }
}

impl Claim {
    /// Says in a few words what is supposed.
    #[must_use]
    pub fn statement(&self) -> String {
        let names: Vec<String> = self.paths.iter().map(ToString::to_string).collect();
        match (self.kind, names.split_last()) {
            (ClaimKind::SemanticType, _) => {
                format!("{} is of type {}", names.join(", "), self.meaning.as_deref().unwrap_or_default())
            }
            (ClaimKind::FunctionalDep, Some((last, first))) => {
                format!("{last} follows from {}", first.join(", "))
            }
            _ => format!("{} never repeats", names.join(", ")),
        }
    }

    fn hypothesis(&self) -> Hypothesis {
        Hypothesis {
            kind: self.kind.name().to_owned(),
            statement: format!("{}: refuted", self.statement()),
            paths: self.paths.clone(),
            support: Rate::ZERO,
            confidence: self.evidence.confidence(),
            generality: Rate::ZERO,
            score: Rate::ZERO,
            evidence: self.evidence,
            source: Some("model".to_owned()),
            exceptions: Vec::new(),
        }
    }
}
