//! `synth profile`

use synth_core::cast;
use synth_io::OutputFile;
use synth_profile::schema::schema;
use synth_rules::RuleSet;

use super::{count, distinct, json_text, name, overwrite};
use crate::Outcome;
use crate::args::Profile;
use crate::display::Screen;
use crate::failure::Failure;
use crate::samples;

pub(crate) fn run(args: &Profile, screen: &Screen) -> Result<Outcome, Failure> {
    let overwrite = overwrite(args.force);
    distinct(&[Some(&args.out), Some(&args.profile_out), Some(&args.schema_out)])?;
    // Made before the sample is read, so that nobody waits for an error that could be known at once.
    let mut rules_file = OutputFile::create(&args.out, overwrite)?;
    let mut profile_file = OutputFile::create(&args.profile_out, overwrite)?;
    let mut schema_file = OutputFile::create(&args.schema_out, overwrite)?;
    let mut sample = samples::read(&args.inputs, &args.reading.options(), screen)?;
    let (profile, _) = samples::profile(&mut sample, &args.inputs, args.reading.gate());
    samples::tell(&mut sample, &profile, screen);
    let rules = RuleSet::from_profile(&profile);
    rules_file.write_all(rules.to_yaml().as_bytes())?;
    profile_file.write_all(json_text(&profile).as_bytes())?;
    schema_file.write_all(json_text(&schema(&profile)).as_bytes())?;
    for file in [rules_file, profile_file, schema_file] {
        file.finish()?;
    }
    screen.say(&format!(
        "{}, {}: {}, {}, {}",
        count(cast::to_u64(rules.fields.len()), "field"),
        count(cast::to_u64(rules.variants.len()), "tagged union"),
        name(&args.out),
        name(&args.profile_out),
        name(&args.schema_out)
    ));
    Ok(Outcome::Done)
}
