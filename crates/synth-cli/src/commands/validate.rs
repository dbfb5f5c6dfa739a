//! `synth validate`

use std::path::{Path, PathBuf};

use synth_io::read_text_file;
use synth_profile::schema::schema;
use synth_report::{PluginCheck, Purpose, SchemaCheck};
use synth_rules::RuleSet;

use super::name;
use crate::Outcome;
use crate::args::Validate;
use crate::display::Screen;
use crate::failure::Failure;
use crate::judge::{Clock, RecordChecks, ReportFiles, Sides, check_files, judge};
use crate::plugins;
use crate::rules::read_rules;
use crate::run_log::past;
use crate::samples;

/// Larger schema files are refused.
const MAX_SCHEMA_BYTES: u64 = 64 << 20;

pub(crate) fn run(args: &Validate, screen: &Screen) -> Result<Outcome, Failure> {
    let mut clock = Clock::start();
    let rules = args.rules.as_deref().map(read_rules).transpose()?;
    let validators = match (&rules, &args.rules) {
        (Some((rules, _)), Some(path)) => plugins::validators(rules, path, args.allow_plugins)?,
        _ => Default::default(),
    };
    let files = ReportFiles::create(&args.reporting)?;
    let options = args.reading.options();
    let gate = args.reading.gate();
    let mut real = samples::read_or_known(&args.real, &options, screen)?;
    let (profile, structure) = samples::profile(&mut real, &args.real, gate);
    samples::tell(&mut real, &profile, screen);
    clock.lap("read real");
    let mut synthetic = samples::read_or_known(&args.synthetic, &options, screen)?;
    samples::tell(&mut synthetic, &profile, screen);
    clock.lap("read synthetic");
    let schema = match &args.schema {
        Some(path) => read_schema(path)?,
        None => schema(&profile),
    };
    let schema_check = match &args.schema {
        Some(_) => SchemaCheck::new(&schema)?,
        None => SchemaCheck::new(&schema)?.learned_from(real.partial.n_records),
    };
    let rules = rules.as_ref().map(|(rules, _)| rules);
    // What the real data keep is asked of the synthetic data, whether a rule file says so or not.
    let learned = RuleSet::from_profile(&profile);
    let mut check = RecordChecks::new(schema_check, Some(rules.unwrap_or(&learned)));
    let (mut plugins, n_validators) = validators;
    let has_records = !matches!(&*args.synthetic, [path] if samples::is_partial(path));
    if has_records {
        check_files(&args.synthetic, &options, &mut check, &mut plugins)?;
    }
    check.plugins = match (n_validators, args.allow_plugins) {
        (0, _) => None,
        (_, true) => Some(plugins.finish()),
        (_, false) => Some(PluginCheck::not_run("the rules name validators, which run with --allow-plugins")),
    };
    clock.lap("check records");
    let beside = |paths: &[PathBuf]| {
        let read = |paths| samples::read_or_known(paths, &options, screen).map(|sample| sample.partial);
        (!paths.is_empty()).then(|| read(paths)).transpose()
    };
    let mut holdout = beside(&args.holdout)?;
    let mut without = beside(&args.without_model)?;
    let sides = Sides {
        real: &real.partial,
        synthetic: &mut synthetic.partial,
        structure: &structure,
        profile: &profile,
        records: has_records.then_some(check),
        holdout: holdout.as_mut(),
        without: without.as_mut(),
        purpose: Purpose::Judge,
        generation: past::generation_of(&args.synthetic),
        rules,
        gate,
        names: [(&names(&args.real), &real.findings), (&names(&args.synthetic), &synthetic.findings)],
    };
    judge(sides, files, &args.reporting, clock, screen)
}

fn names(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| name(path)).collect::<Vec<_>>().join(", ")
}

fn read_schema(path: &Path) -> Result<serde_json::Value, Failure> {
    let text = read_text_file(path, MAX_SCHEMA_BYTES)?;
    serde_json::from_str(&text).map_err(|error| Failure::not_json(path, &error))
}
