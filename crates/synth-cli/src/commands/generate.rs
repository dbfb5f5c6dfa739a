//! `synth generate`

use std::path::Path;

use serde_json::json;
use synth_gen::Plan;
use synth_rules::RuleSet;

use super::name;
use crate::Outcome;
use crate::args::generating::Generate;
use crate::display::Screen;
use crate::failure::Failure;
use crate::making::{Making, Run};
use crate::manifest::{self, Asked, Manifest};
use crate::output::{Maker, Output, look_at, resolve};
use crate::progress::Progress;
use crate::rules::{amount, attach_model, n_rows, read_rules};
use crate::run_log::RunLog;
use crate::samples::threads;
use crate::{joint, plugins, scenarios, texts};

pub(crate) fn run(args: &Generate, screen: &Screen) -> Result<Outcome, Failure> {
    let (mut rules, source) = read_rules(&args.following.rules)?;
    attach_model(&mut rules, &args.following.rules)?;
    let mut rules = scenarios::apply(rules, &source, &args.following.scenario)?;
    let mut plugins = plugins::generators(&rules, &args.following.rules, args.following.allow_plugins)?;
    let (out, layout) = resolve(&args.writing, rules.globals.layout);
    let appended = args.writing.append.as_deref().map(look_at).transpose()?.flatten();
    let seed = args.following.seed.unwrap_or(rules.globals.seed);
    let (texts, written) = texts::write(args, &mut rules, (seed, &out), screen)?;
    let texts_digest = (!texts.is_empty()).then(|| texts.digest());
    plugins.provide_texts(texts);
    let run = Run { args, rules: &rules, source: &source, plugins: &plugins, seed, screen };
    let first = args.amount.seed_offset.or(appended.as_ref().map(|appended| appended.n_records)).unwrap_or(0);
    let n = n_rows(&rules, args.amount.n, args.amount.scale)?;
    let Making { plan, rows, watch } = run.plan(n, first)?;
    let layout = appended.as_ref().map_or(layout, |appended| appended.layout);
    if out == Path::new("-") && (args.writing.manifest || args.writing.log) {
        return Err(Failure::usage("standard output has no place for a manifest or a log beside it"));
    }
    let log = RunLog::beside(&out, args.writing.log);
    log.started(json!({"rules": name(&args.following.rules), "seed": seed, "rows": [rows.start, rows.end]}))?;
    log.texts(written)?;
    let progress = Progress::records(screen, "generating", rows.end - rows.start);
    let maker = Maker {
        plan: &plan,
        rows: rows.clone(),
        watch,
        layout,
        n_threads: threads(args.parallel),
        progress: progress.clone(),
    };
    let output = Output {
        writing: &args.writing,
        path: out.clone(),
        identity: run.identity(&rows_and_texts(&format!("{layout:?} {n} {first}"), texts_digest))?,
        appended,
        screen,
    };
    let written = output.write(&maker, &log)?;
    progress.finish();
    let made = amount(written.n_records, &rules, n, &args.amount.count);
    screen.say(&format!("{made}, {} bytes, seed {seed}: {}", written.n_bytes, name(&out)));
    tell_unkept(&plan, screen);
    for one in plan.left_out() {
        log.left_out(one.index, one.relationship, &one.reason)?;
    }
    tell_surprises(&rules, &plan, screen);
    log.done(written.n_records, written.n_bytes)?;
    if args.writing.manifest {
        let condition = args.amount.condition.as_ref().map(ToString::to_string);
        let asked = Asked {
            rules: (&source.name, &source.text),
            scenarios: &args.following.scenario,
            seed,
            rows,
            condition,
        };
        Manifest::of(asked, &written)?.write(&manifest::path_beside(&out))?;
    }
    Ok(Outcome::Done)
}

/// Says what of the joint model and of the formulas could not be followed.
fn tell_surprises(rules: &RuleSet, plan: &Plan, screen: &Screen) {
    joint::tell_contradictions(rules, screen);
    joint::tell_unseen(plan, screen);
    tell_uncomputed(plan, screen);
}

/// What is made, for the identity of a run; texts of a model change it, none leave it as it is.
fn rows_and_texts(rows: &str, texts: Option<u64>) -> String {
    texts.map_or_else(|| rows.to_owned(), |texts| format!("{rows} texts {texts:016x}"))
}

/// Says how many values of computed fields are null because they could not be computed.
fn tell_uncomputed(plan: &Plan, screen: &Screen) {
    for uncomputed in plan.uncomputed() {
        let synth_gen::Uncomputed { path, reason, count } = uncomputed;
        screen.say(&format!("note: {count} values of {path} are null: {reason}"));
    }
}

/// Says which relationships the records do not keep, all in one line.
fn tell_unkept(plan: &Plan, screen: &Screen) {
    let counts: Vec<String> =
        plan.unkept().iter().map(|unkept| format!("{} {}", unkept.count, unkept.relationship)).collect();
    if !counts.is_empty() {
        screen.say(&format!("relationships that are not kept: {}", counts.join(", ")));
    }
}
