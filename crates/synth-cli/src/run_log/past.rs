//! What a log tells of the run that made a file.

use std::path::{Path, PathBuf};

use serde_json::Value;
use synth_io::read_text_file;
use synth_report::{Generation, ModelUse, TextUse};

/// Longer logs are not looked at.
const MAX_BYTES: u64 = 16 << 20;

/// The run that made a file, if `generation.log` lies beside it and its last run wrote as many bytes as the file has.
pub(crate) fn generation_of(files: &[PathBuf]) -> Option<Generation> {
    let [file] = files else { return None };
    let log = file.parent().unwrap_or(Path::new("")).join("generation.log");
    // Without a log, or with one that cannot be read, nothing is told; that is no fault of the data.
    let (text, n_bytes) = (read_text_file(&log, MAX_BYTES).ok()?, std::fs::metadata(file).ok()?.len());
    last_run(&text).filter(|run| run.n_bytes == n_bytes)
}

fn last_run(log: &str) -> Option<Generation> {
    let mut run = None;
    let mut model = None;
    let mut texts: Vec<TextUse> = Vec::new();
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        match line.get("event").and_then(Value::as_str) {
            Some("start") => (run, model, texts) = (None, None, Vec::new()),
            Some("texts") => {
                note_texts(&line, &mut texts);
                if let Some(cost) = line.get("cost") {
                    model = Some(ModelUse {
                        n_questions: count(cost, "questions"),
                        n_failed: count(cost, "failed"),
                        n_kept: count(cost, "kept"),
                        n_not_kept: count(cost, "not_kept"),
                        tokens_read: count(cost, "tokens_read"),
                        tokens_written: count(cost, "tokens_written"),
                    });
                }
            }
            Some("done") => {
                run = Some(Generation {
                    seconds: count(&line, "elapsed_ms") as f64 / 1000.0,
                    n_records: count(&line, "records"),
                    n_bytes: count(&line, "bytes"),
                    model,
                    texts: std::mem::take(&mut texts),
                });
            }
            _ => {}
        }
    }
    run
}

fn count(of: &Value, key: &str) -> u64 {
    of.get(key).and_then(Value::as_u64).unwrap_or(0)
}

/// Adds what a line tells of the texts of a field, to those of its other cases.
fn note_texts(line: &Value, texts: &mut Vec<TextUse>) {
    let Some(path) = line.get("path").and_then(Value::as_str) else { return };
    let reasons = line.get("not_taken").and_then(Value::as_object).into_iter().flatten();
    let one = TextUse {
        path: path.to_owned(),
        n_wanted: count(line, "wanted"),
        n_written: count(line, "written"),
        score: line.get("score").and_then(Value::as_f64).unwrap_or(0.0),
        not_taken: reasons.map(|(reason, n)| (reason.clone(), n.as_u64().unwrap_or(0))).collect(),
        n_unanswered: count(line, "without_answer"),
        error: line.get("error").and_then(Value::as_str).map(str::to_owned),
    };
    match texts.iter_mut().find(|known| known.path == path) {
        Some(known) => known.merge(one),
        None => texts.push(one),
    }
}

/// The largest memory that this process has had, in bytes, where the system tells.
pub(crate) fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a log of which the first run is taken, or the cost of another one.
    #[test]
    fn the_last_run_counts() {
        let log = r#"{"event":"start","elapsed_ms":0}
{"event":"texts","elapsed_ms":4,"path":"$.note","case":{"$.stars":"1"},"wanted":6,"written":2,"score":0.9,"not_taken":{"too long":3},"without_answer":1,"error":"no answer within 1000 ms"}
{"event":"texts","elapsed_ms":4,"path":"$.note","case":{"$.stars":"5"},"wanted":6,"written":6,"score":0.9,"not_taken":{},"without_answer":0,"error":null}
{"event":"texts","elapsed_ms":5,"cost":{"kept":1,"not_kept":2,"questions":2,"tokens_read":70,"tokens_written":9}}
{"event":"done","elapsed_ms":900,"records":5,"bytes":50}
{"event":"start","elapsed_ms":0}
no json
{"event":"done","elapsed_ms":1500,"records":7,"bytes":70}
"#;
        let run = last_run(log).unwrap();
        assert_eq!((run.n_records, run.n_bytes, run.model), (7, 70, None));
        assert!((run.seconds - 1.5).abs() < 1e-9);
        let first =
            last_run(&log[..log.find("\n{\"event\":\"start\",\"elapsed_ms\":0}\nno").unwrap()]).unwrap();
        let texts = &first.texts;
        assert_eq!((texts.len(), texts[0].n_wanted, texts[0].n_written), (1, 12, 8));
        assert_eq!(texts[0].error.as_deref(), Some("no answer within 1000 ms"));
        assert!(run.texts.is_empty());
        assert_eq!(first.model.map(|model| model.tokens_read), Some(70));
        assert!(last_run("").is_none());
    }
}
