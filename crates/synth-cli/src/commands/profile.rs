//! `synth profile`

use std::path::{Path, PathBuf};

use synth_core::cast;
use synth_io::OutputFile;
use synth_privacy::Gate;
use synth_profile::anomalies::{Anomaly, anomalies};
use synth_profile::hypotheses::hypotheses;
use synth_profile::schema::schema;
use synth_rules::RuleSet;
use synth_rules::model::ModelOptions;

use super::{count, json_text, name, overwrite, partials, update};
use crate::Outcome;
use crate::args::Profile;
use crate::args::keeping::CheckpointPlan;
use crate::assisting::{self, Learning};
use crate::display::Screen;
use crate::failure::Failure;
use crate::profile_files::ProfileFiles;
use crate::samples::{self, Sample};
use crate::second_pass::{self, Again};
use crate::{cache, checkpoint, joint};

pub(crate) fn run(args: &Profile, screen: &Screen) -> Result<Outcome, Failure> {
    if let Some(action) = &args.action {
        return partials::run(action, screen);
    }
    if let Some(rules) = &args.updating.update {
        return update::run(args, rules, screen);
    }
    let default_name = if args.partial { "sample.partial" } else { "ruleset.yaml" };
    let out = args.out.clone().unwrap_or_else(|| default_name.into());
    if args.partial {
        return learn_partial(args, &out, screen);
    }
    let files = ProfileFiles::create(&out, &args.outputs)?;
    let plan = args.keeping.checkpoint(&out);
    let sample = learn(args, plan.as_ref(), screen)?;
    let again = Again::of(args);
    let how = Finishing {
        gate: args.reading.gate(),
        model: args.modelling.options(),
        again: again.as_ref(),
        asking: Some(Learning { asking: &args.asking, cache_dir: args.keeping.cache_dir.as_deref() }),
    };
    let outcome = finish_sample(sample, &args.inputs, &how, files, screen)?;
    plan.iter().try_for_each(checkpoint::remove)?;
    Ok(outcome)
}

/// Reads the sample in the way that was asked for.
pub(super) fn learn(
    args: &Profile,
    plan: Option<&CheckpointPlan>,
    screen: &Screen,
) -> Result<Sample, Failure> {
    let options = args.reading.options();
    match plan {
        Some(plan) => checkpoint::read(&args.inputs, &options, plan, screen),
        None if args.keeping.cache => {
            cache::read(&args.inputs, &options, args.keeping.cache_dir.as_deref(), screen)
        }
        None => samples::read(&args.inputs, &options, screen),
    }
}

fn learn_partial(args: &Profile, out: &Path, screen: &Screen) -> Result<Outcome, Failure> {
    let file = OutputFile::create(out, overwrite(args.outputs.force))?;
    let plan = args.keeping.checkpoint(out);
    let sample = learn(args, plan.as_ref(), screen)?;
    samples::announce(&sample, screen);
    partials::write_partial(&partials::of_sample(sample, &args.inputs), file)?;
    plan.iter().try_for_each(checkpoint::remove)?;
    screen.say(&format!("partial: {}", name(out)));
    Ok(Outcome::Done)
}

/// How a sample becomes rules.
pub(super) struct Finishing<'a> {
    pub(super) gate: Gate,
    pub(super) model: ModelOptions,
    /// The files, where they can be read again.
    pub(super) again: Option<&'a Again<'a>>,
    /// How a model is asked, where it may be.
    pub(super) asking: Option<Learning<'a>>,
}

/// Makes the profile, the schema and the rules of a sample and writes them.
pub(super) fn finish_sample(
    mut sample: Sample,
    paths: &[PathBuf],
    how: &Finishing<'_>,
    mut files: ProfileFiles,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let (mut profile, _) = samples::profile(&mut sample, paths, how.gate);
    samples::tell(&mut sample, &profile, screen);
    let assisted = assisting::assist(how.asking.as_ref(), (&sample, &mut profile), screen)?;
    let places = second_pass::verify_and_place((&sample, &mut profile), how.again, how.gate, screen)?;
    assisting::confirm(assisted, &mut profile, screen);
    let mut rules = RuleSet::from_profile(&profile);
    let to = (files.model_name.as_str(), how.model);
    if let Some(model) = joint::fit(&mut rules, (&sample, &mut profile), to, screen) {
        files.model.write_all(model.to_json().as_bytes())?;
        files.model.finish()?;
        files.names.push(files.model_name);
    }
    assisting::offer_texts(&mut rules, (&sample, &profile), screen);
    files.rules.write_all(rules.to_yaml().as_bytes())?;
    files.profile.write_all(json_text(&profile).as_bytes())?;
    files.schema.write_all(json_text(&schema(&profile)).as_bytes())?;
    files.hypotheses.write_all(json_text(&hypotheses(&profile)).as_bytes())?;
    let anomalies = anomalies(&sample.partial, &profile, &sample.findings, places.as_ref());
    // Findings of the reader have the places that they have.
    let is_unplaced = |anomaly: &Anomaly| anomaly.of.is_some() && anomaly.places.is_empty();
    if places.is_none() && anomalies.anomalies.iter().any(is_unplaced) {
        screen.say("read once: anomalies are counted, without places");
    }
    files.anomalies.write_all(json_text(&anomalies).as_bytes())?;
    for file in [files.rules, files.profile, files.schema, files.hypotheses, files.anomalies] {
        file.finish()?;
    }
    screen.say(&format!(
        "{}, {}: {}",
        count(cast::to_u64(rules.fields.len()), "field"),
        count(cast::to_u64(rules.variants.len()), "tagged union"),
        files.names.join(", ")
    ));
    Ok(Outcome::Done)
}
