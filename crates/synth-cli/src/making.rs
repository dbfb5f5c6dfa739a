//! What a run of `generate` makes: the plan, and which of its records.

use std::ops::Range;

use synth_gen::{CompileOptions, GENERATION_VERSION, GeneratorPlugins, Plan};
use synth_rules::{Layout, RuleSet, Watch};

use crate::args::generating::Generate;
use crate::conditional;
use crate::display::Screen;
use crate::failure::{Failure, RuleSource};
use crate::manifest;
use crate::plugins;
use crate::rules::compile_with_plugins;
use crate::samples::threads;

/// The rules of a run and what was asked for.
pub(crate) struct Run<'a> {
    pub(crate) args: &'a Generate,
    pub(crate) rules: &'a RuleSet,
    pub(crate) source: &'a RuleSource,
    pub(crate) plugins: &'a GeneratorPlugins,
    pub(crate) seed: u64,
    pub(crate) screen: &'a Screen,
}

/// What is made of the rules.
pub(crate) struct Making {
    pub(crate) plan: Plan,
    pub(crate) rows: Range<u64>,
    pub(crate) watch: Option<Watch>,
}

impl Run<'_> {
    /// Compiles the rules for the records behind the first `first` that are wanted.
    pub(crate) fn plan(&self, n: u64, first: u64) -> Result<Making, Failure> {
        let amount = &self.args.amount;
        let is_document = self.rules.globals.layout == Layout::Document;
        let is_fixed = is_document && self.rules.globals.main_collection.is_none();
        if is_fixed && (amount.n.is_some() || amount.scale.is_some()) {
            self.screen
                .say("the rules make one document without a main collection: -n and --scale change nothing");
        }
        if is_document && (first > 0 || amount.condition.is_some()) {
            return Err(Failure::usage(
                "a document is one record: --where and --seed-offset are for streams",
            ));
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
            return Err(Failure::usage(format!(
                "the range ends behind record {}, the last",
                plan.n_records()
            )));
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
    pub(crate) fn identity(&self, rows: &str) -> Result<String, Failure> {
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
        let scripts = plugins::texts(self.rules, &self.args.following.rules)?;
        let parts = [asked, text, scripts].map(|part| format!("{} {part}", part.len()));
        Ok(manifest::hex(parts.concat().as_bytes()))
    }
}
