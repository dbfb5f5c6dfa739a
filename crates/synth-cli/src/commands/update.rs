//! `synth profile --update`

use std::path::Path;

use synth_core::cast;
use synth_io::{OutputFile, Overwrite};
use synth_rules::RuleSet;

use super::profile::learn;
use super::{count, name, overwrite};
use crate::Outcome;
use crate::args::Profile;
use crate::display::Screen;
use crate::failure::Failure;
use crate::joint::{self, Sides};
use crate::profile_files::{model_path, plain_name};
use crate::rules::{attach_model, read_rules_alone};
use crate::second_pass::{self, Again};
use crate::{checkpoint, samples};

/// Puts what is learned together with the rule file `path`.
pub(super) fn run(args: &Profile, path: &Path, screen: &Screen) -> Result<Outcome, Failure> {
    let strategy = args.updating.strategy().map_err(Failure::usage)?;
    let (mut old, source) = read_rules_alone(path)?;
    attach_model(&mut old, path)?;
    // The file that is brought up to date may be replaced, another one as always.
    let (out, overwrite) = match &args.out {
        Some(out) => (out.as_path(), overwrite(args.outputs.force)),
        None => (path, Overwrite::Replace),
    };
    let mut file = OutputFile::create(out, overwrite)?;
    let model_path = model_path(out);
    let mut model_file = OutputFile::create(&model_path, overwrite)?;
    let plan = args.keeping.checkpoint(out);
    let mut sample = learn(args, plan.as_ref(), screen)?;
    let gate = args.reading.gate();
    let (mut profile, _) = samples::profile(&mut sample, &args.inputs, gate);
    samples::tell(&mut sample, &profile, screen);
    second_pass::verify((&sample, &mut profile), Again::of(args).as_ref(), gate, screen)?;
    let new = RuleSet::from_profile(&profile);
    let mut merged = old.update(&new, strategy).map_err(|error| Failure::usage(error.to_string()))?;
    let sides = Sides { old: &old, new: &new, is_old_heavier: strategy.is_old_heavier(&old, &new) };
    let options = args.modelling.options();
    let model = joint::update(&sides, &merged, (&sample, &profile, options), screen);
    if let Some(model) = model {
        model_file.write_all(model.to_json().as_bytes())?;
        model_file.finish()?;
        merged.model = Some(model.rule(&merged, &plain_name(&model_path)));
    }
    let text = merged.to_yaml_with_comments_of(&source.text);
    if let Err(errors) = RuleSet::parse(&text, &name(out)) {
        return Err(Failure::Rules { errors, text });
    }
    file.write_all(text.as_bytes())?;
    file.finish()?;
    plan.iter().try_for_each(checkpoint::remove)?;
    let n_new = new.fields.keys().filter(|path| !old.fields.contains_key(*path)).count();
    screen.say(&format!(
        "{}, {} of them new: {}",
        count(cast::to_u64(merged.fields.len()), "field"),
        n_new,
        name(out)
    ));
    Ok(Outcome::Done)
}
