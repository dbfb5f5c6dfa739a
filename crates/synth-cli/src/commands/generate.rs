//! `synth generate`

use std::path::Path;

use serde_json::json;
use synth_core::cast;
use synth_gen::{CompileOptions, GENERATION_VERSION, GeneratorPlugins, Plan};
use synth_rules::{Layout, RuleSet, Watch};

use super::name;
use crate::Outcome;
use crate::args::generating::Generate;
use crate::conditional;
use crate::display::Screen;
use crate::failure::{Failure, RuleSource};
use crate::manifest::{self, Asked, Manifest};
use crate::output::{Maker, Output, look_at, resolve};
use crate::progress::Progress;
use crate::rules::{amount, compile_with_plugins, n_rows, read_rules};
use crate::run_log::RunLog;
use crate::samples::threads;
use crate::{plugins, scenarios};

pub(crate) fn run(args: &Generate, screen: &Screen) -> Result<Outcome, Failure> {
    let (rules, source) = read_rules(&args.following.rules)?;
    let rules = scenarios::apply(rules, &source, &args.following.scenario)?;
    let plugins = plugins::generators(&rules, &args.following.rules, args.following.allow_plugins)?;
    let (out, layout) = resolve(&args.writing, rules.globals.layout);
    let appended = args.writing.append.as_deref().map(look_at).transpose()?.flatten();
    let seed = args.following.seed.unwrap_or(rules.globals.seed);
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
    let progress = Progress::records(screen, "generating", rows.end - rows.start);
    let maker = Maker {
        plan: &plan,
        rows: rows.clone(),
        watch,
        layout,
        n_threads: threads(args.parallel),
        progress: progress.clone(),
    };
    let output = Output { writing: &args.writing, path: out.clone(), identity: run.identity(&format!("{layout:?} {n} {first}")), appended, screen };
    let written = output.write(&maker, &log)?;
    progress.finish();
    let made = amount(written.n_records, &rules, n, &args.amount.count);
    screen.say(&format!("{made}, {} bytes, seed {seed}: {}", written.n_bytes, name(&out)));
    tell_unkept(&plan, screen);
    log.done(written.n_records, written.n_bytes)?;
    if args.writing.manifest {
        let condition = args.amount.condition.as_ref().map(ToString::to_string);
        let asked = Asked { rules: (&source.name, &source.text), scenarios: &args.following.scenario, seed, rows, condition };
        Manifest::of(asked, &written)?.write(&manifest::path_beside(&out))?;
    }
    Ok(Outcome::Done)
}

struct Run<'a> {
    args: &'a Generate,
    rules: &'a RuleSet,
    source: &'a RuleSource,
    plugins: &'a GeneratorPlugins,
    seed: u64,
    screen: &'a Screen,
}

/// What is made of the rules.
struct Making {
    plan: Plan,
    rows: std::ops::Range<u64>,
    watch: Option<Watch>,
}

impl Run<'_> {
    /// Compiles the rules for the records behind the first `first` that are wanted.
    fn plan(&self, n: u64, first: u64) -> Result<Making, Failure> {
        let amount = &self.args.amount;
        let is_document = self.rules.globals.layout == Layout::Document;
        let is_fixed = is_document && self.rules.globals.main_collection.is_none();
        if is_fixed && (amount.n.is_some() || amount.scale.is_some()) {
            self.screen.say("the rules make one document without a main collection: -n and --scale change nothing");
        }
        if is_document && (first > 0 || amount.condition.is_some()) {
            return Err(Failure::usage("a document is one record: --where and --seed-offset are for streams"));
        }
        if let Some(condition) = &amount.condition {
            if let Some(fixed) = condition.fix(self.rules) {
                let plan = self.compile(&fixed, n)?;
                return Ok(Making { rows: 0..plan.n_records(), plan, watch: None });
            }
            let known: Vec<_> = condition.paths().into_iter().filter(|path| !self.has(path)).collect();
            if let Some(path) = known.first() {
                return Err(Failure::usage(format!("no rule has the path `{path}` of the condition")));
            }
            let compile = |n_rows| self.compile(self.rules, n_rows);
            let (plan, rows) = conditional::search(condition, n, threads(self.args.parallel), compile)?;
            return Ok(Making { plan, rows, watch: Some(Watch::new(condition)) });
        }
        let plan = self.compile(self.rules, first.saturating_add(n))?;
        let rows = amount.range.clone().unwrap_or(first..plan.n_records());
        if rows.end > plan.n_records() {
            return Err(Failure::usage(format!("the range ends behind record {}, the last", plan.n_records())));
        }
        Ok(Making { plan, rows, watch: None })
    }

    fn has(&self, path: &synth_core::JsonPath) -> bool {
        self.rules.fields.keys().chain(self.rules.shape.keys()).any(|known| known.starts_with(path))
    }

    fn compile(&self, rules: &RuleSet, n_rows: u64) -> Result<Plan, Failure> {
        let source = RuleSource { name: self.source.name.clone(), text: self.source.text.clone() };
        let options = CompileOptions { seed: self.seed, n_rows };
        compile_with_plugins(rules, &options, (&self.args.amount.count, self.plugins), source)
    }

    /// A hash of all that decides the bytes of the output.
    fn identity(&self, rows: &str) -> String {
        let amount = &self.args.amount;
        let asked = format!(
            "{GENERATION_VERSION} {} {} {rows} {:?} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            self.seed,
            amount.range,
            amount.count,
            self.args.writing.partition_rows,
        );
        let text = self.rules.to_yaml();
        manifest::hex(format!("{asked} {} {text}", cast::to_u64(text.len())).as_bytes())
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
