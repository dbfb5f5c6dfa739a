//! The texts of `llm_text`, written before the first row is made.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use synth_core::cast;
use synth_gen::{RealTexts, Writing, WrittenTexts};
use synth_io::{Input, ReadOptions, Scanner};
use synth_rules::{Generator, RuleSet};

use crate::args::asking::AskWhen;
use crate::args::generating::Generate;
use crate::asking::Found;
use crate::commands::count;
use crate::display::Screen;
use crate::failure::Failure;

/// Has the model write what the rules ask for; returns the texts and what the log says of them.
///
/// Rules that leave no text to a model are learned without one. Where somebody asks for a model all the same, it writes
/// their running text; the rules are changed only if it does.
pub(crate) fn write(
    args: &Generate,
    rules: &mut RuleSet,
    (seed, out): (u64, &Path),
    screen: &Screen,
) -> Result<(WrittenTexts, Vec<Value>), Failure> {
    if rules.asks_model() {
        rules.set_text_defaults(&args.asking.defaults());
    }
    if rules.asks_model() || !args.asking.is_wanted() {
        return write_asked(args, rules, (seed, out), screen);
    }
    let mut offered = rules.clone();
    if offered.offer_texts().is_empty() {
        screen.say("texts: the rules have no running text that a model could write");
        return Ok(Default::default());
    }
    let written = write_asked(args, &offered, (seed, out), screen)?;
    if !written.0.is_empty() {
        *rules = offered;
    }
    Ok(written)
}

fn write_asked(
    args: &Generate,
    rules: &RuleSet,
    (seed, out): (u64, &Path),
    screen: &Screen,
) -> Result<(WrittenTexts, Vec<Value>), Failure> {
    // Where the output cannot be written, which is told later, nobody should wait for a model first.
    let writing = &args.writing;
    let is_refused = out.is_file() && !writing.force && !writing.resume && writing.append.is_none();
    if !rules.asks_model() || is_refused {
        return Ok(Default::default());
    }
    let (asking, when) = (&args.asking, args.asking.for_rules());
    let model = match asking.open(when, args.cache_dir.as_deref(), "texts", screen)? {
        Found::Model(model) => model,
        Found::Unwanted if asking.may_fall_back() => return Ok(Default::default()),
        Found::Unwanted => return Err(no_way("no model may be asked")),
        Found::Missing(reason) if !asking.may_fall_back() => return Err(no_way(&reason)),
        Found::Missing(reason) => return Ok((WrittenTexts::default(), unwritten(rules, &reason))),
    };
    let real = real_texts(&args.guard)?;
    let seed = asking.llm_seed.unwrap_or(seed);
    let (texts, writings) = model.with(|model| WrittenTexts::write(rules, seed, model, &real));
    for writing in &writings {
        screen.say(&told(writing));
    }
    screen.say(&format!("texts: {}", model.cost()));
    if (when == AskWhen::Require || !asking.may_fall_back())
        && let Some(short) = writings.iter().find(|writing| writing.n_written < writing.n_wanted)
    {
        return Err(Failure::Usage {
            message: told(short),
            hint: Some("with --llm auto and a fallback the missing texts are made by that".to_owned()),
        });
    }
    let mut log: Vec<Value> = writings.iter().map(logged).collect();
    log.push(json!({"cost": model.cost_json()}));
    Ok((texts, log))
}

/// What became of the texts of a field, in a line.
fn told(writing: &Writing) -> String {
    let Writing { path, n_wanted, n_written, .. } = writing;
    let case: Vec<String> = writing.case.iter().map(|(path, value)| format!("{path} = {value}")).collect();
    let case = if case.is_empty() { String::new() } else { format!(" where {}", case.join(", ")) };
    let mut line = format!("{path}{case}: {n_written} of {} written", count(cast::to_u64(*n_wanted), "text"));
    if n_written < n_wanted {
        line.push_str(", the others are made by the fallback");
    }
    let rejected: Vec<String> =
        writing.rejected.iter().map(|(fault, count)| format!("{count} {fault}")).collect();
    if !rejected.is_empty() {
        line.push_str(&format!("; not taken: {}", rejected.join(", ")));
    }
    if let Some((n_failed, error)) = &writing.failed {
        line.push_str(&format!("; {} without answer: {error}", count(*n_failed, "question")));
    }
    line
}

/// Reads the texts that no text of a model may repeat; they are not kept.
fn real_texts(paths: &[PathBuf]) -> Result<RealTexts, Failure> {
    let mut real = RealTexts::default();
    if paths.is_empty() {
        return Ok(real);
    }
    let options = ReadOptions { max_bad: u64::MAX, ..ReadOptions::default() };
    let input = Input::open(paths, &options)?;
    let mut scanner = Scanner::new(options.max_depth);
    synth_io::for_each_record(input, |record| {
        // A record that is no JSON has no texts; the profile told of it.
        if let Ok(scanned) = scanner.scan(record.bytes) {
            let Ok(()) = scanned.replay(&mut real, 0);
        }
        Ok::<(), Failure>(())
    })?;
    Ok(real.finish())
}

/// Texts cannot be made, as there is no model and nothing in its place.
fn no_way(reason: &str) -> Failure {
    let message = format!("texts are left to a model, and nothing may stand in for it: {reason}");
    Failure::Usage { message, hint: Some("allow a fallback, or start a server".to_owned()) }
}

/// What the log says of texts that no model was there to write.
fn unwritten(rules: &RuleSet, reason: &str) -> Vec<Value> {
    let wanted = rules.fields.iter().flat_map(|(path, rule)| {
        let texts = rule.kinds.iter().filter_map(|kind| match &kind.generator {
            Some(Generator::LlmText(text)) => Some(text.pool_size()),
            _ => None,
        });
        texts.map(move |n_wanted| (path.to_string(), n_wanted))
    });
    wanted
        .map(|(path, n_wanted)| json!({"path": path, "wanted": n_wanted, "written": 0, "error": reason}))
        .collect()
}

fn logged(writing: &Writing) -> Value {
    let case: serde_json::Map<String, Value> =
        writing.case.iter().map(|(path, value)| (path.to_string(), value.as_str().into())).collect();
    let rejected: serde_json::Map<String, Value> =
        writing.rejected.iter().map(|(fault, count)| (fault.to_string(), (*count).into())).collect();
    let failed = writing.failed.as_ref();
    json!({
        "path": writing.path.to_string(), "case": case, "wanted": writing.n_wanted,
        "written": writing.n_written, "score": writing.score, "not_taken": rejected,
        "without_answer": failed.map_or(0, |(n_failed, _)| *n_failed),
        "error": failed.map(|(_, error)| error.to_string()),
    })
}
