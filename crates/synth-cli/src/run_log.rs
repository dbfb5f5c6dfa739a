//! `generation.log`: a line of JSON for each step of a run.

pub(crate) mod past;

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use synth_io::append_line;

use crate::commands::name;
use crate::failure::Failure;

/// Adds lines to the log, if there is one.
#[derive(Debug)]
pub(crate) struct RunLog {
    file: Option<PathBuf>,
    start: Instant,
}

impl RunLog {
    /// A log beside an output; no log when `is_wanted` is false.
    pub(crate) fn beside(out: &Path, is_wanted: bool) -> Self {
        let folder = if out.is_dir() { Some(out) } else { out.parent() };
        let file = folder.unwrap_or(Path::new("")).join("generation.log");
        Self { file: is_wanted.then_some(file), start: Instant::now() }
    }

    pub(crate) fn started(&self, what: Value) -> Result<(), Failure> {
        self.line("start", what)
    }

    pub(crate) fn resumed(&self, n_records: u64, n_bytes: u64) -> Result<(), Failure> {
        self.line("resume", json!({"records": n_records, "bytes": n_bytes}))
    }

    pub(crate) fn checkpoint(&self, n_records: u64, n_bytes: u64) -> Result<(), Failure> {
        self.line("checkpoint", json!({"records": n_records, "bytes": n_bytes}))
    }

    pub(crate) fn part(&self, file: &Path, n_records: u64, n_bytes: u64) -> Result<(), Failure> {
        self.line("part", json!({"file": name(file), "records": n_records, "bytes": n_bytes}))
    }

    pub(crate) fn left_out(&self, index: usize, relationship: &str, reason: &str) -> Result<(), Failure> {
        let what = json!({"relationship": index + 1, "type": relationship, "reason": reason});
        self.line("not_kept", what)
    }

    /// What a model wrote, a line for each field and one for its cost.
    pub(crate) fn texts(&self, lines: Vec<Value>) -> Result<(), Failure> {
        lines.into_iter().try_for_each(|line| self.line("texts", line))
    }

    pub(crate) fn done(&self, n_records: u64, n_bytes: u64) -> Result<(), Failure> {
        self.line("done", json!({"records": n_records, "bytes": n_bytes}))
    }

    fn line(&self, event: &str, what: Value) -> Result<(), Failure> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut line = serde_json::Map::new();
        line.insert("event".to_owned(), event.into());
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        line.insert("elapsed_ms".to_owned(), millis.into());
        if let Value::Object(what) = what {
            line.extend(what);
        }
        Ok(append_line(file, &Value::Object(line).to_string())?)
    }
}
