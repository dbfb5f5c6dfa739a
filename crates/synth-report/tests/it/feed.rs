//! Data sets made in place, and the way they take through the profiler.

use serde_json::{Map, Value, json};
use synth_core::{Event, EventSink, Findings, Number, RecordSink, RecordStart, Scalar, cast};
use synth_privacy::Gate;
use synth_profile::profile::SampleLayout;
use synth_profile::{FinishConfig, Partial, Profile, Profiler, SampleTables, Structure, Unit, finish};
use synth_report::{
    Check, CompareContext, Comparison, FieldComparison, Pairs, Purpose, RelationCheck, Report, ReportContext,
    SourceSummary, compare,
};
use synth_rules::RuleSet;

pub(crate) const K: u64 = 5;
/// A plan that one record has.
pub(crate) const RARE: &str = "zebra-secret-4711";

/// Profiles the records as a reader would.
pub(crate) fn profile(records: &[Value]) -> Partial {
    profile_as(Unit::Record, records)
}

fn profile_as(unit: Unit, records: &[Value]) -> Partial {
    let mut profiler = Profiler::new(unit);
    for record in records {
        let text = record.to_string();
        let content_hash = synth_core::hash::hash_bytes(text.as_bytes());
        profiler.begin_record(RecordStart { content_hash, n_bytes: text.len() as u64 });
        send(record, &mut profiler);
        profiler.end_record();
    }
    profiler.into_partial()
}

fn send(value: &Value, sink: &mut Profiler) {
    let Ok(()) = match value {
        Value::Null => sink.event(Event::Scalar(Scalar::Null), 0),
        Value::Bool(value) => sink.event(Event::Scalar(Scalar::Bool(*value)), 0),
        Value::Number(number) => {
            let literal = number.to_string();
            sink.event(Event::Scalar(Scalar::Number(Number::from_literal(&literal))), 0)
        }
        Value::String(text) => sink.event(Event::Scalar(Scalar::String(text)), 0),
        Value::Array(elements) => {
            let Ok(()) = sink.event(Event::ArrayStart, 0);
            elements.iter().for_each(|element| send(element, sink));
            sink.event(Event::ArrayEnd, 0)
        }
        Value::Object(members) => {
            let Ok(()) = sink.event(Event::ObjectStart, 0);
            for (key, member) in members {
                let Ok(()) = sink.event(Event::Key(key), 0);
                send(member, sink);
            }
            sink.event(Event::ObjectEnd, 0)
        }
    };
}

/// A number in 0..n that looks random, different for each use.
pub(crate) fn draw(i: u64, salt: u64, n: u64) -> u64 {
    synth_core::hash::mix(synth_core::hash::combine(i, salt)) % n
}

/// Customers of a shop; `from` moves the draws, so that other customers of the same shop can be made.
pub(crate) fn customers(from: u64, n: u64) -> Vec<Value> {
    (from..from + n).map(|i| customer(i, i - from)).collect()
}

fn customer(i: u64, row: u64) -> Value {
    let plan = match draw(i, 1, 10) {
        _ if row == 77 => RARE,
        0..=5 => "free",
        6..=8 => "pro",
        _ => "team",
    };
    let spent = draw(i, 2, 100) * draw(i, 3, 100) * draw(i, 12, 100);
    let hour = 8 + draw(i, 4, 6) + draw(i, 5, 6);
    let created = format!(
        "2024-{:02}-{:02}T{hour:02}:{:02}:{:02}Z",
        1 + draw(i, 6, 12),
        1 + draw(i, 7, 28),
        draw(i, 8, 60),
        draw(i, 9, 60)
    );
    let tags: Vec<String> = (0..draw(i, 10, 5)).map(|tag| format!("tag-{}", draw(i + tag, 11, 6))).collect();
    let mut record = Map::new();
    record.insert("id".into(), json!(row + 1));
    record.insert("email".into(), json!(format!("user{i:07}@shop.example")));
    record.insert("plan".into(), json!(plan));
    record.insert("age".into(), json!(18 + draw(i, 13, 30) + draw(i, 14, 30)));
    record.insert("spent".into(), json!(spent as f64 / 100.0 + 0.005));
    record.insert("active".into(), json!(draw(i, 15, 4) > 0));
    record.insert("created".into(), json!(created));
    let text = format!("{}{i:07}", "x".repeat(5 + cast::to_usize(draw(i, 17, 40))));
    let note = if draw(i, 16, 5) == 0 { Value::Null } else { json!(text) };
    record.insert("note".into(), note);
    if draw(i, 18, 10) < 7 {
        record.insert("nickname".into(), json!(format!("nick{}", draw(i, 19, 100_000))));
    }
    record.insert("tags".into(), json!(tags));
    let city = ["Oslo", "Bergen", "Tromsø"][cast::to_usize(draw(i, 20, 3))];
    record.insert("place".into(), json!({"city": city}));
    Value::Object(record)
}

/// Replaces the member `key` of every record.
pub(crate) fn edited(mut records: Vec<Value>, key: &str, edit: impl Fn(usize, &mut Value)) -> Vec<Value> {
    for (index, record) in records.iter_mut().enumerate() {
        if let Some(value) = record.get_mut(key) {
            edit(index, value);
        }
    }
    records
}

pub(crate) fn judge_with(real: &[Value], synthetic: &[Value], rules: Option<&RuleSet>) -> Comparison {
    let (mut real, mut synthetic) = (profile(real), profile(synthetic));
    let structure = Structure::decide(&mut real, synth_privacy::Gate::default());
    structure.apply(&mut synthetic);
    compare(&real, &synthetic, &CompareContext { gate: Gate::new(K), rules })
}

/// Real data, learned once, that synthetic data are held against: the whole way of `synth validate`, with the rules that
/// are learned from them.
pub(crate) struct Known {
    unit: Unit,
    partial: Partial,
    structure: Structure,
    profile: Profile,
    rules: RuleSet,
}

impl Known {
    pub(crate) fn new(unit: Unit, real: &[Value]) -> Self {
        let mut partial = profile_as(unit, real);
        let layout = match unit {
            Unit::Record => SampleLayout::JsonLines,
            Unit::Element => SampleLayout::Document,
        };
        let config = FinishConfig { source: None, layout, gate: Gate::new(K) };
        let (profile, structure) = finish(&mut partial, &Findings::default(), &config);
        let rules = RuleSet::from_profile(&profile);
        Self { unit, partial, structure, profile, rules }
    }

    pub(crate) fn validate(&self, synthetic: &[Value]) -> Report {
        let (comparison, _) = self.compare(synthetic);
        let mut relations = RelationCheck::new(&self.rules);
        synthetic.iter().for_each(|record| relations.check_record(record));
        report_with(comparison, Some(relations.finish()))
    }

    /// The comparison with all that whole rows can tell, and the tables of both sides.
    pub(crate) fn compare(&self, synthetic: &[Value]) -> (Comparison, [SampleTables; 2]) {
        let mut made = profile_as(self.unit, synthetic);
        self.structure.apply(&mut made);
        let context = CompareContext { gate: Gate::new(K), rules: Some(&self.rules) };
        let tables = [&self.partial, &made].map(|partial| SampleTables::of(partial, &self.profile));
        (compare(&self.partial, &made, &context).with_samples(&tables[0], &tables[1]), tables)
    }
}

/// Compares how pairs of fields hang together.
pub(crate) fn judge_pairs(real: &[Value], synthetic: &[Value]) -> Pairs {
    let (mut real, synthetic) = (profile(real), profile(synthetic));
    let config = FinishConfig { source: None, layout: SampleLayout::JsonLines, gate: Gate::new(K) };
    let (profile, _) = finish(&mut real, &Findings::default(), &config);
    let tables = [&real, &synthetic].map(|partial| SampleTables::of(partial, &profile));
    synth_report::pairs::compare(&tables[0], &tables[1], &std::collections::BTreeMap::new())
}

pub(crate) fn judge(real: &[Value], synthetic: &[Value]) -> Comparison {
    judge_with(real, synthetic, None)
}

/// A report without schema and clock.
pub(crate) fn report(comparison: Comparison) -> Report {
    report_with(comparison, None)
}

fn report_with(comparison: Comparison, relations: Option<[Check; 3]>) -> Report {
    let source = |name: &str| SourceSummary::new(name, 0, &Findings::default());
    let context = ReportContext {
        real: source("real.jsonl"),
        synthetic: source("synthetic.jsonl"),
        schema: None,
        relations,
        plugins: None,
        predicates: None,
        worth: None,
        ceiling: None,
        purpose: Purpose::Judge,
        references: Vec::new(),
        performance: Default::default(),
    };
    Report::new(comparison, context)
}

pub(crate) fn field<'a>(comparison: &'a Comparison, path: &str) -> &'a FieldComparison {
    comparison.fields.iter().find(|field| field.path.to_string() == path).unwrap()
}
