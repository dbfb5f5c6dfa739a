//! `synth dryrun`

use synth_core::Findings;
use synth_gen::CompileOptions;
use synth_profile::Profiler;
use synth_profile::schema::schema;
use synth_report::{Purpose, SchemaCheck};
use synth_rules::RuleSet;

use super::name;
use crate::Outcome;
use crate::args::Dryrun;
use crate::display::Screen;
use crate::failure::{Failure, RuleSource};
use crate::judge::{Clock, RecordChecks, ReportFiles, Sides, Unwritten, judge};
use crate::rules::{amount, compile, n_rows};
use crate::second_pass::{Again, verify};
use crate::{joint, samples};

pub(crate) fn run(args: &Dryrun, screen: &Screen) -> Result<Outcome, Failure> {
    let mut clock = Clock::start();
    let files = ReportFiles::create(&args.reporting)?;
    let gate = args.reading.gate();
    let mut real = samples::read(&args.input, &args.reading.options(), screen)?;
    let (mut profile, structure) = samples::profile(&mut real, &args.input, gate);
    samples::tell(&mut real, &profile, screen);
    let again = Again { paths: &args.input, options: args.reading.options() };
    verify((&real, &mut profile), Some(&again), gate, screen)?;
    clock.lap("read real");
    let mut rules = RuleSet::from_profile(&profile);
    joint::fit(&mut rules, (&real, &mut profile), ("dry run", args.modelling.options()), screen);
    let n_rows = n_rows(&rules, args.n, None)?;
    let source = RuleSource { name: "the learned rules".to_owned(), text: rules.to_yaml() };
    let seed = args.seed.unwrap_or(rules.globals.seed);
    let plan = compile(&rules, &CompileOptions { seed, n_rows }, &[], source)?;
    let profiler = Profiler::new(samples::unit(real.format));
    let mut made =
        Unwritten::new(profiler, RecordChecks::new(SchemaCheck::new(&schema(&profile))?, Some(&rules)));
    made.fill(&plan);
    clock.lap("generate");
    screen.say(&format!("dry run: {}, seed {seed}", amount(plan.n_records(), &rules, n_rows, &[])));
    let names: Vec<String> = args.input.iter().map(|path| name(path)).collect();
    let sides = Sides {
        real: &real.partial,
        synthetic: &mut made.profiler.into_partial(),
        structure: &structure,
        profile: &profile,
        records: Some(made.checks),
        holdout: None,
        without: None,
        purpose: Purpose::Judge,
        generation: None,
        rules: Some(&rules),
        gate,
        names: [(&names.join(", "), &real.findings), ("dry run", &Findings::default())],
    };
    judge(sides, files, &args.reporting, clock, screen)
}
