//! One module for each command.

pub(crate) mod answers;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod dryrun;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod partials;
pub(crate) mod profile;
pub(crate) mod rules;
pub(crate) mod scenario;
pub(crate) mod schema;
mod update;
pub(crate) mod validate;

use std::path::Path;

use synth_core::JsonPath;
use synth_io::Overwrite;

use crate::failure::Failure;

/// Whether files that exist may be replaced.
pub(crate) fn overwrite(force: bool) -> Overwrite {
    if force { Overwrite::Replace } else { Overwrite::Refuse }
}

/// Refuses to write two results to one place.
pub(crate) fn distinct(outputs: &[Option<&Path>]) -> Result<(), Failure> {
    let outputs: Vec<&Path> = outputs.iter().copied().flatten().collect();
    let repeated = (1..outputs.len()).find(|&at| outputs[..at].contains(&outputs[at]));
    let Some(at) = repeated else { return Ok(()) };
    Err(Failure::usage(format!("two results would be written to {}", name(outputs[at]))))
}

/// Prints JSON as a file: indented, with a last newline.
pub(crate) fn json_text(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(value);
    text.expect("maps with string keys and plain values have a JSON form") + "\n"
}

/// Names a file in a message.
pub(crate) fn name(path: &Path) -> String {
    path.display().to_string()
}

/// A number of elements with the path of their collection.
pub(crate) fn elements(n: u64, path: &JsonPath) -> String {
    format!("{} of {path}", count(n, "element"))
}

/// A number with what it counts: `1 field`, `2 fields`.
pub(crate) fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("{n} {what}") } else { format!("{n} {what}s") }
}
