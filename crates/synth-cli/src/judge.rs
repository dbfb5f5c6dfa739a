//! Comparing two data sets and writing the report: the common end of `validate` and `dryrun`.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Instant;

use synth_core::{Event, EventSink, Findings, Place, RecordSink, RecordStart};
use synth_gen::Plan;
use synth_io::{Input, OutputFile, ReadOptions, Scanner};
use synth_privacy::Gate;
use synth_profile::{Partial, Profile, Profiler, SampleTables, Structure};
use synth_report::{
    Check, CheckName, CompareContext, Generation, Judged, Performance, PluginCheck, PredicateCheck, Purpose,
    RecordValue, ReferenceOutcome, RelationCheck, Report, ReportContext, SchemaCheck, SourceSummary,
    StatisticalTest, Status, Timing, Worth,
};
use synth_rules::RuleSet;

use crate::Outcome;
use crate::args::Reporting;
use crate::commands::{distinct, name, overwrite};
use crate::display::Screen;
use crate::failure::Failure;
use crate::run_log::past;

/// Times the stages of a run.
#[derive(Debug)]
pub(crate) struct Clock {
    since: Instant,
    timings: Vec<Timing>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { since: Instant::now(), timings: Vec::new() }
    }

    /// Ends a stage; the next one starts.
    pub(crate) fn lap(&mut self, stage: &str) {
        let seconds = self.since.elapsed().as_secs_f64();
        self.timings.push(Timing { stage: stage.to_owned(), seconds });
        self.since = Instant::now();
    }
}

/// The files of a report, made before the work so that errors about them come at once.
pub(crate) struct ReportFiles {
    html: OutputFile,
    json: Option<OutputFile>,
    html_path: PathBuf,
}

impl ReportFiles {
    pub(crate) fn create(args: &Reporting) -> Result<Self, Failure> {
        // Beside standard output there is no place for a second file.
        let is_printed = args.report == Path::new("-");
        let beside = (!is_printed).then(|| args.report.with_extension("json"));
        let json_path = args.report_json.clone().or(beside);
        distinct(&[Some(&args.report), json_path.as_deref()])?;
        let html = OutputFile::create(&args.report, overwrite(args.force))?;
        let json = json_path.map(|path| OutputFile::create(&path, overwrite(args.force))).transpose()?;
        Ok(Self { html, json, html_path: args.report.clone() })
    }
}

impl ReportFiles {
    /// Writes the report, and returns where its page is.
    fn write(self, report: &Report) -> Result<PathBuf, Failure> {
        let Self { mut html, json, html_path } = self;
        html.write_all(synth_report::html(report)?.as_bytes())?;
        html.finish()?;
        if let Some(mut json) = json {
            json.write_all(report.to_json().as_bytes())?;
            json.finish()?;
        }
        Ok(html_path)
    }
}

/// The two sides of a comparison, the records of the synthetic one already checked.
pub(crate) struct Sides<'a> {
    pub(crate) real: &'a Partial,
    pub(crate) synthetic: &'a mut Partial,
    pub(crate) structure: &'a Structure,
    /// Of the real data.
    pub(crate) profile: &'a Profile,
    /// `None` when nobody looked at them.
    pub(crate) records: Option<RecordChecks>,
    /// Fresh real data.
    pub(crate) holdout: Option<&'a mut Partial>,
    /// Data from the same rules, made without a language model.
    pub(crate) without: Option<&'a mut Partial>,
    pub(crate) purpose: Purpose,
    /// How the synthetic data were made, if that is known.
    pub(crate) generation: Option<Generation>,
    pub(crate) rules: Option<&'a RuleSet>,
    pub(crate) gate: Gate,
    pub(crate) names: [(&'a str, &'a Findings); 2],
}

/// Compares, writes the report and says how it went.
pub(crate) fn judge(
    sides: Sides<'_>,
    files: ReportFiles,
    args: &Reporting,
    mut clock: Clock,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    sides.structure.apply(sides.synthetic);
    let context = CompareContext { gate: sides.gate, rules: sides.rules };
    let comparison = synth_report::compare(sides.real, sides.synthetic, &context);
    let tables = [sides.real, &*sides.synthetic].map(|partial| SampleTables::of(partial, sides.profile));
    let holdout = sides.holdout.map(|partial| {
        sides.structure.apply(partial);
        (SampleTables::of(partial, sides.profile), synth_report::compare(sides.real, partial, &context))
    });
    let learned = RuleSet::from_profile(sides.profile);
    let fresh = holdout.as_ref().map(|(tables, _)| tables);
    let [real, made] = &tables;
    let comparison = comparison
        .with_references(&learned)
        .with_samples(real, made)
        .with_bounds(real, made)
        .with_classifier(real, made, fresh);
    let ceiling =
        holdout.map(|(fresh, best)| best.with_references(&learned).with_samples(real, &fresh).quality);
    let worth = sides.without.map(|partial| {
        sides.structure.apply(partial);
        let tables = SampleTables::of(partial, sides.profile);
        let without = synth_report::compare(sides.real, partial, &context)
            .with_references(&learned)
            .with_samples(real, &tables);
        let judged = |comparison, tables| Judged { comparison, tables };
        Worth::of(real, judged(&comparison, made), judged(&without, &tables))
    });
    clock.lap("compare");
    let [(real_name, real_findings), (synthetic_name, synthetic_findings)] = sides.names;
    let checked = sides.records.map(RecordChecks::finish).unwrap_or_default();
    let mut report = Report::new(
        comparison,
        ReportContext {
            real: SourceSummary::new(real_name, sides.real.n_records, real_findings),
            synthetic: SourceSummary::new(synthetic_name, sides.synthetic.n_records, synthetic_findings),
            schema: checked.schema,
            relations: checked.relations,
            plugins: checked.plugins,
            predicates: checked.predicates,
            ceiling,
            worth,
            purpose: sides.purpose,
            references: checked.references,
            performance: Performance {
                timings: clock.timings,
                peak_memory_bytes: past::peak_memory_bytes(),
                generation: sides.generation,
            },
        },
    );
    let tests: Vec<StatisticalTest> =
        args.statistical_tests.iter().flat_map(|tests| tests.0.iter().copied()).collect();
    report.keep_tests(&tests);
    if sides.purpose == Purpose::Judge {
        report.advise(&learned, sides.rules);
    }
    let html_path = files.write(&report)?;
    tell(&report, &html_path, screen);
    Ok(if holds(&report, args, screen) { Outcome::Done } else { Outcome::CheckFailed })
}

/// Tells whether the report keeps what was asked for, and says what it does not.
fn holds(report: &Report, args: &Reporting, screen: &Screen) -> bool {
    let limits = [
        (
            args.fail_under.is_none_or(|least| report.score() >= least),
            "the quality score is below --fail-under",
        ),
        (!args.strict || report.is_clean(), "something differs, which --strict does not allow"),
        (
            !args.privacy_checks || report.is_private(),
            "real data stand in the synthetic data (--privacy-checks)",
        ),
    ];
    limits.iter().filter(|(holds, _)| !holds).for_each(|(_, text)| screen.say(text));
    report.passed() && limits.iter().all(|(holds, _)| *holds)
}

/// Prints the checks and the score.
fn tell(report: &Report, path: &Path, screen: &Screen) {
    for check in &report.checks {
        let what = match check.name {
            CheckName::Schema => "schema",
            CheckName::Structure => "structure",
            CheckName::Uniqueness => "uniqueness",
            CheckName::References => "references",
            CheckName::Keys => "keys",
            CheckName::Predicates => "predicates",
            CheckName::RowRules => "row rules",
            CheckName::Plugins => "plugins",
        };
        let status = match check.status {
            Status::Passed if check.n_checked == 0 => "nothing to check".to_owned(),
            Status::Passed => format!("passed ({} checked)", check.n_checked),
            Status::Failed => format!("FAILED ({} of {})", check.n_violations, check.n_checked),
            Status::NotChecked => "not checked".to_owned(),
        };
        screen.say(&format!("{what:<11} {status}"));
        for violation in check.violations.iter().take(3) {
            screen.say(&format!("            {}: {}", violation.path, violation.reason));
        }
        if check.name == CheckName::Predicates {
            check.notes.iter().for_each(|note| screen.say(&format!("            {note}")));
        }
    }
    screen.say(&format!("quality     {:.3}", report.score()));
    if let Some(stands) = stands(report) {
        screen.say(&format!("            {stands}"));
    }
    if let Some(worth) = &report.worth {
        screen.say(&format!("model       {}", worth.summary));
    }
    if let Some(worst) = report.findings.first() {
        screen.say(&format!("worst       {}: {}", worst.path, worst.problem));
    }
    screen.say(&format!("report      {}", name(path)));
}

/// What the quality is to be held against, in words.
fn stands(report: &Report) -> Option<String> {
    let bounds = report.bounds?;
    let [low, high] = bounds.interval;
    let fresh = if bounds.has_holdout { "fresh real data" } else { "half of the real data" };
    let (floor, ceiling) = (bounds.floor, bounds.ceiling);
    Some(format!("{low:.3} to {high:.3}; shuffled fields have {floor:.3}, {fresh} {ceiling:.3}"))
}

/// What the checks of the records found.
#[derive(Debug, Default)]
struct Checked {
    schema: Option<Check>,
    relations: Option<[Check; 3]>,
    references: Vec<ReferenceOutcome>,
    plugins: Option<Check>,
    predicates: Option<Check>,
}

/// The checks that look at every synthetic record.
pub(crate) struct RecordChecks {
    schema: SchemaCheck,
    relations: Option<RelationCheck>,
    predicates: Option<PredicateCheck>,
    /// The outcome of validators, which look at records on their own.
    pub(crate) plugins: Option<Check>,
}

impl RecordChecks {
    pub(crate) fn new(schema: SchemaCheck, rules: Option<&RuleSet>) -> Self {
        let predicates = rules.map(PredicateCheck::new).filter(|predicates| !predicates.is_empty());
        Self { schema, relations: rules.map(RelationCheck::new), predicates, plugins: None }
    }

    fn finish(self) -> Checked {
        Checked {
            schema: Some(self.schema.finish()),
            references: self.relations.as_ref().map(RelationCheck::references).unwrap_or_default(),
            relations: self.relations.map(RelationCheck::finish),
            plugins: self.plugins,
            predicates: self.predicates.map(PredicateCheck::finish),
        }
    }

    fn check_record(&mut self, place: Place, record: &serde_json::Value) {
        if let Some(predicates) = &mut self.predicates {
            predicates.check_record(&place, record);
        }
        self.schema.check_record(place, record);
        if let Some(relations) = &mut self.relations {
            relations.check_record(record);
        }
    }
}

/// Checks every record of some files.
pub(crate) fn check_files(
    paths: &[PathBuf],
    options: &ReadOptions,
    check: &mut RecordChecks,
    plugins: &mut PluginCheck,
) -> Result<(), Failure> {
    let input = Input::open(paths, options)?;
    let mut scanner = Scanner::new(options.max_depth);
    let mut value = RecordValue::default();
    synth_io::for_each_record(input, |record| {
        // Bad records were counted when the profile was made.
        if let Ok(scanned) = scanner.scan(record.bytes) {
            let Ok(()) = scanned.replay(&mut value, 0);
            let value = value.take();
            plugins.check_record(record.place(), &value).map_err(Failure::plugin)?;
            check.check_record(record.place(), &value);
        }
        Ok(())
    })
}

/// Receives records that are never written: profiles them and checks them.
pub(crate) struct Unwritten {
    pub(crate) profiler: Profiler,
    pub(crate) checks: RecordChecks,
    value: RecordValue,
    n_records: u64,
}

impl Unwritten {
    pub(crate) fn new(profiler: Profiler, checks: RecordChecks) -> Self {
        Self { profiler, checks, value: RecordValue::default(), n_records: 0 }
    }

    /// Takes all records of a plan.
    pub(crate) fn fill(&mut self, plan: &Plan) {
        let n_records = plan.n_records();
        if n_records == 0 {
            return;
        }
        self.begin();
        let Ok(()) = plan.emit(0..n_records, self, |made| {
            made.end();
            if made.n_records < n_records {
                made.begin();
            }
            Ok(())
        });
    }

    /// Announces the next record; the comparison takes no sample, so the record's number serves as its hash.
    fn begin(&mut self) {
        self.profiler.begin_record(RecordStart { content_hash: self.n_records, n_bytes: 0 });
    }

    fn end(&mut self) {
        self.profiler.end_record();
        let place = Place { record: Some(self.n_records), ..Place::in_source("dry run") };
        self.checks.check_record(place, &self.value.take());
        self.n_records += 1;
    }
}

impl EventSink for Unwritten {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Infallible> {
        self.profiler.event(event, offset)?;
        self.value.event(event, offset)
    }
}
