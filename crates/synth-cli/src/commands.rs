//! One module for each command.

pub(crate) mod dryrun;
pub(crate) mod generate;
pub(crate) mod partials;
pub(crate) mod profile;
pub(crate) mod schema;
mod update;
pub(crate) mod validate;

use std::path::Path;

use synth_io::Overwrite;

/// Whether files that exist may be replaced.
pub(crate) fn overwrite(force: bool) -> Overwrite {
    if force { Overwrite::Replace } else { Overwrite::Refuse }
}

/// Prints JSON as a file: indented, with a last newline.
fn json_text(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(value);
    text.expect("maps with string keys and plain values have a JSON form") + "\n"
}

/// Names a file in a message.
pub(crate) fn name(path: &Path) -> String {
    path.display().to_string()
}

/// A number with what it counts: `1 field`, `2 fields`.
pub(crate) fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("{n} {what}") } else { format!("{n} {what}s") }
}
