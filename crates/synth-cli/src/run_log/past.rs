//! What a log tells of the run that made a file.

use std::path::{Path, PathBuf};

use serde_json::Value;
use synth_io::read_text_file;
use synth_report::{Generation, ModelUse};

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
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let count = |of: &Value, key: &str| of.get(key).and_then(Value::as_u64).unwrap_or(0);
        match line.get("event").and_then(Value::as_str) {
            Some("start") => (run, model) = (None, None),
            Some("texts") => {
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
                });
            }
            _ => {}
        }
    }
    run
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
        assert_eq!(first.model.map(|model| model.tokens_read), Some(70));
        assert!(last_run("").is_none());
    }
}
