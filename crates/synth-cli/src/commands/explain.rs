//! `synth explain`

use std::convert::Infallible;
use std::path::Path;

use serde_json::Value;
use synth_core::{Event, EventSink, JsonPath, Segment};
use synth_gen::{CompileOptions, Plan};
use synth_io::{OutputFile, Overwrite, read_text_file};
use synth_report::RecordValue;
use synth_rules::{RuleSet, suggest};

use super::name;
use crate::Outcome;
use crate::args::inspecting::Explain;
use crate::failure::Failure;
use crate::rules::{attach_model, read_rules};
use crate::scenarios;

/// Larger profiles are not looked into.
const MAX_PROFILE_BYTES: u64 = 256 << 20;
/// Records that are made for examples, and examples that are shown.
const N_ROWS: u64 = 200;
const N_EXAMPLES: usize = 5;

pub(crate) fn run(args: &Explain) -> Result<Outcome, Failure> {
    let (mut rules, source) = read_rules(&args.rules)?;
    let has_model = attach_model(&mut rules, &args.rules).is_ok();
    let rules = scenarios::apply(rules, &source, &args.scenario)?;
    let lines = rules.explain(&args.path);
    if lines.is_empty() {
        return Err(unknown(&args.path, &rules));
    }
    let mut text = format!("{}\n", args.path);
    lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    if !has_model {
        // What the rules say holds all the same; `generate` tells what is wrong with the file.
        text.push_str("  joint model: its file is missing, or not the one that the rules name\n");
    }
    let place = RuleSet::place_of(&source.text, &source.name, &args.path.to_string());
    if let Some(line) = place.line {
        text.push_str(&format!("  the rule stands in {} line {line}\n", source.name));
    }
    for line in evidence(&args.rules, &args.path)? {
        text.push_str(&format!("  {line}\n"));
    }
    let examples = examples(&rules, &args.path);
    if !examples.is_empty() {
        text.push_str(&format!("  for example: {}\n", examples.join(", ")));
    }
    let mut out = OutputFile::create(Path::new("-"), Overwrite::Refuse)?;
    out.write_all(text.as_bytes())?;
    out.finish()?;
    Ok(Outcome::Done)
}

fn unknown(path: &JsonPath, rules: &RuleSet) -> Failure {
    let known: Vec<String> = rules.fields.keys().chain(rules.shape.keys()).map(ToString::to_string).collect();
    let hint = suggest(&path.to_string(), known.iter().map(String::as_str));
    Failure::Usage {
        message: format!("no rule speaks of `{path}`"),
        hint: hint.map(|known| format!("did you mean `{known}`?")),
    }
}

/// What the profile beside the rules tells of a path.
fn evidence(rules: &Path, path: &JsonPath) -> Result<Vec<String>, Failure> {
    let file = rules.with_file_name("profile.json");
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = read_text_file(&file, MAX_PROFILE_BYTES)?;
    let profile: Value = serde_json::from_str(&text).map_err(|error| Failure::not_json(&file, &error))?;
    let fields = profile["fields"].as_array().into_iter().flatten();
    let path = path.to_string();
    let Some(field) = fields.into_iter().find(|field| field["path"] == path.as_str()) else {
        return Ok(vec![format!("{} does not know the path", name(&file))]);
    };
    let mut lines = Vec::new();
    let types = field["types"].as_object().into_iter().flatten();
    let types: Vec<String> = types.map(|(kind, count)| format!("{count} of type {kind}")).collect();
    lines.push(format!(
        "seen: {} values in {} places, {} ({})",
        field["n_values"],
        field["n_slots"],
        types.join(", "),
        name(&file)
    ));
    for part in ["text", "number"] {
        let part = &field[part];
        if let Some(n_distinct) = part["n_distinct"].as_u64() {
            let key = if part["is_key"] == true { ", a key" } else { "" };
            lines.push(format!("seen: {n_distinct} different values{key}"));
        }
        if let Some(personal) = part["personal"].as_str() {
            lines.push(format!("seen: personal data, {personal}"));
        }
    }
    Ok(lines)
}

/// The first values at a path; none where the rules cannot be followed.
fn examples(rules: &RuleSet, path: &JsonPath) -> Vec<String> {
    let options = CompileOptions { seed: rules.globals.seed, n_rows: N_ROWS };
    let Ok(plan) = Plan::compile(rules, &options) else { return Vec::new() };
    let mut sink = Sink(RecordValue::default());
    let mut found = Vec::new();
    let Ok(()) = plan.emit(0..N_ROWS, &mut sink, |sink| {
        find(&sink.0.take(), path.segments(), &mut found);
        Ok(())
    });
    found
}

struct Sink(RecordValue);

impl EventSink for Sink {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, offset: u64) -> Result<(), Infallible> {
        self.0.event(event, offset)
    }
}

/// Finds values without parts that are no examples yet.
fn find(value: &Value, segments: &[Segment], found: &mut Vec<String>) {
    let Some((first, rest)) = segments.split_first() else {
        let text = value.to_string();
        if !value.is_object() && !value.is_array() && found.len() < N_EXAMPLES && !found.contains(&text) {
            found.push(text);
        }
        return;
    };
    let members = value.as_object().into_iter().flat_map(serde_json::Map::values);
    let elements = value.as_array().into_iter().flatten();
    match first {
        Segment::Key(key) => value.get(&**key).into_iter().for_each(|value| find(value, rest, found)),
        Segment::Index(index) => {
            value.get(*index as usize).into_iter().for_each(|value| find(value, rest, found));
        }
        Segment::Elements => elements.for_each(|value| find(value, rest, found)),
        Segment::Members => members.for_each(|value| find(value, rest, found)),
        Segment::MemberKeys | Segment::Descend => {}
    }
}
