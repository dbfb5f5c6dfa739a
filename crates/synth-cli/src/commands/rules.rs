//! `synth rules`

use synth_gen::CompileOptions;

use super::{count, name};
use crate::Outcome;
use crate::args::inspecting::{CheckRules, Rules};
use crate::display::Screen;
use crate::failure::Failure;
use crate::joint;
use crate::plugins;
use crate::rules::{compile_with_plugins, read_rules};

/// Records that are asked for when nobody says how many.
const N_ROWS: u64 = 1000;

pub(crate) fn run(args: &Rules, screen: &Screen) -> Result<Outcome, Failure> {
    let Rules::Check(args) = args;
    match check(args, screen) {
        Ok(()) => Ok(Outcome::Done),
        // It ran, and what it looked at is not right.
        Err(failure @ (Failure::Rules { .. } | Failure::Plan { .. } | Failure::Plugin { .. })) => {
            screen.failure(&failure);
            Ok(Outcome::CheckFailed)
        }
        Err(failure) => Err(failure),
    }
}

fn check(args: &CheckRules, screen: &Screen) -> Result<(), Failure> {
    let (rules, source) = read_rules(&args.rules)?;
    let plugins = plugins::generators(&rules, &args.rules, args.allow_plugins)?;
    plugins::validators(&rules, &args.rules, args.allow_plugins)?;
    let n_rows = args.n.or(rules.globals.default_n).unwrap_or(N_ROWS);
    let options = CompileOptions { seed: rules.globals.seed, n_rows };
    let plan = compile_with_plugins(&rules, &options, (&[], &plugins), source)?;
    let parts = [
        (rules.fields.len(), "field"),
        (rules.relationships.len(), "relationship"),
        (rules.scenarios.len(), "scenario"),
    ];
    let parts =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(synth_core::cast::to_u64(*n), what));
    let parts = parts.collect::<Vec<_>>().join(", ");
    screen.say(&format!("{}: {parts}: no problems for {}", name(&args.rules), count(n_rows, "row")));
    for one in plan.left_out() {
        let place = format!("relationship {} ({})", one.index + 1, one.relationship);
        screen.say(&format!("note: {place} is not kept: {}", one.reason));
    }
    joint::tell_unseen(&plan, screen);
    Ok(())
}
