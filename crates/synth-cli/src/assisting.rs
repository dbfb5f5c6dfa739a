//! What a language model adds to a profile.

use std::path::Path;

use synth_core::cast;
use synth_profile::assisted::{self, Assisted, ClaimKind, Verdict};
use synth_profile::text_cues::text_cues;
use synth_profile::{Profile, SampleTables};
use synth_rules::RuleSet;

use crate::args::asking::Asking;
use crate::asking::Found;
use crate::commands::count;
use crate::display::Screen;
use crate::failure::Failure;
use crate::samples::Sample;

/// How a model is asked while a sample is learned.
#[derive(Debug)]
pub(crate) struct Learning<'a> {
    pub(crate) asking: &'a Asking,
    pub(crate) cache_dir: Option<&'a Path>,
}

/// Asks the model, if there is one, what the detectors left open.
pub(crate) fn assist(
    learning: Option<&Learning<'_>>,
    (sample, profile): (&Sample, &mut Profile),
    screen: &Screen,
) -> Result<Option<Assisted>, Failure> {
    let Some(Learning { asking, cache_dir }) = learning else { return Ok(None) };
    let found = asking.open(asking.for_learning(), *cache_dir, "hypotheses", screen)?;
    let model = match found {
        Found::Model(model) => model,
        Found::Unwanted => return Ok(None),
        Found::Missing(_) => {
            profile.findings.insert("llm/unavailable".to_owned(), 1);
            return Ok(None);
        }
    };
    let tables = SampleTables::of(&sample.partial, profile);
    let assisted = model.with(|model| assisted::assist(profile, &tables, model));
    screen.say(&format!("hypotheses: {}", model.cost()));
    Ok(Some(assisted))
}

/// Leaves running text to the model, with what was learned of it; what was learned without the model is the fallback.
pub(crate) fn offer_texts(rules: &mut RuleSet, (sample, profile): (&Sample, &Profile), screen: &Screen) {
    if profile.assisted.is_none() {
        return;
    }
    let offered = rules.offer_texts();
    if offered.is_empty() {
        return;
    }
    let cues = text_cues(profile, &SampleTables::of(&sample.partial, profile));
    rules.describe_texts(profile, &cues);
    let names: Vec<String> = offered.iter().map(ToString::to_string).collect();
    let texts = count(cast::to_u64(names.len()), "field");
    screen.say(&format!("a model writes the texts of {texts} when data are made: {}", names.join(", ")));
}

/// Keeps what all records bear out, and says what became of the hypotheses.
pub(crate) fn confirm(assisted: Option<Assisted>, profile: &mut Profile, screen: &Screen) {
    let Some(assisted) = assisted else { return };
    assisted::confirm(profile, assisted);
    let Some(assisted) = &profile.assisted else { return };
    let kinds = [
        (ClaimKind::SemanticType, "meaning"),
        (ClaimKind::Unique, "key"),
        (ClaimKind::FunctionalDep, "dependency"),
    ];
    for (kind, name) in kinds {
        let n = |verdict| cast::to_u64(assisted.n_of(kind, verdict));
        let n_all = cast::to_u64(assisted.claims.iter().filter(|claim| claim.kind == kind).count());
        if n_all == 0 {
            continue;
        }
        screen.say(&format!(
            "of {} of the kind {name}: {} borne out, {} refuted, {} known before, {} not testable",
            count(n_all, "hypothesis").replace("hypothesiss", "hypotheses"),
            n(Verdict::Accepted),
            n(Verdict::Refuted),
            n(Verdict::Known),
            n(Verdict::Untestable),
        ));
    }
    if assisted.n_unanswered > 0 {
        let why = assisted.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
        screen.say(&format!("{} had no usable answer{why}", count(assisted.n_unanswered, "question")));
    }
}
