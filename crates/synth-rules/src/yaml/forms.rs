//! Reading one part of a rule file, with every problem in it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::places::Step;
use crate::error::{ErrorKind, suggest};

/// Problems told of one part; more would not help anybody.
const MAX_PROBLEMS: usize = 32;
/// Characters of a wrong text that are shown.
const MAX_SHOWN: usize = 40;

/// Takes one problem and the way to it from the part that is read.
pub(crate) type Report<'a> = &'a mut dyn FnMut(&[Step], ErrorKind);

/// Reads a value; `None` if there are problems.
///
/// serde stops at the first problem, so what is wrong is taken out and the rest is read again.
pub(crate) fn read<T: DeserializeOwned>(mut value: Value, report: Report<'_>) -> Option<T> {
    let mut removed: Vec<Vec<Step>> = Vec::new();
    // Keys that were meant by others.
    let mut meant: Vec<String> = Vec::new();
    for _ in 0..MAX_PROBLEMS {
        let mut track = serde_path_to_error::Track::new();
        let error = match T::deserialize(serde_path_to_error::Deserializer::new(&value, &mut track)) {
            Ok(parsed) => return removed.is_empty().then_some(parsed),
            Err(error) => error.to_string(),
        };
        let steps: Vec<Step> = track.path().iter().map(|segment| segment.to_string().into()).collect();
        let kind = kind_of(&error, &value, &steps);
        if let ErrorKind::MissingKey { key } = &kind
            && (meant.contains(key)
                || removed.iter().any(|gone| gone.last().is_some_and(|last| last.as_str() == key)))
        {
            return None;
        }
        if let ErrorKind::UnknownKey { suggestion: Some(suggestion), .. } = &kind {
            meant.push(suggestion.clone());
        }
        report(&steps, kind);
        if !remove(&mut value, &steps) {
            return None;
        }
        removed.push(steps);
    }
    None
}

/// Takes a key out of its mapping; entries of lists stay.
fn remove(value: &mut Value, steps: &[Step]) -> bool {
    let Some((last, holders)) = steps.split_last() else { return false };
    let holder = holders.iter().try_fold(value, |value, step| step.of_mut(value));
    match holder {
        Some(Value::Object(map)) => map.shift_remove(last.as_str()).is_some(),
        _ => false,
    }
}

/// Says in words of a rule file what serde says in its own; its texts are all that it tells.
fn kind_of(reason: &str, value: &Value, steps: &[Step]) -> ErrorKind {
    let names = || -> Vec<&str> { quoted(reason.split_once("expected ").map_or("", |(_, names)| names)) };
    let first = || quoted(reason).first().map_or_else(String::new, |name| (*name).to_owned());
    if reason.starts_with("unknown field") {
        let key = first();
        let suggestion = suggest(&key, names());
        return ErrorKind::UnknownKey { key, suggestion };
    }
    if reason.starts_with("unknown variant") {
        return ErrorKind::unknown_word(&first(), names());
    }
    if reason.starts_with("missing field") {
        return ErrorKind::MissingKey { key: first() };
    }
    let found = steps.iter().try_fold(value, |value, step| step.of(value)).unwrap_or(value);
    let is_type = steps.iter().rev().take(2).any(|step| matches!(step.as_str(), "type" | "types"));
    if is_type && found.is_null() {
        return ErrorKind::BareNull;
    }
    let is_foreign = ["invalid type", "invalid value", "invalid length", "data did not match"]
        .iter()
        .any(|start| reason.starts_with(start));
    if !is_foreign {
        return ErrorKind::WrongType { reason: reason.to_owned() };
    }
    let expected = reason.rsplit_once("expected ").map_or("", |(_, expected)| expected);
    let reason = format!("expected {}, found {}", in_words(expected), described(found));
    ErrorKind::WrongType { reason }
}

/// The names between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// What a type of the program is in a rule file.
fn in_words(expected: &str) -> &str {
    match expected {
        "f64" => "a number",
        "i64" => "a whole number",
        "u64" | "u32" | "usize" => "a whole number that is not negative",
        "u8" => "a whole number from 0 to 255",
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "string or map" => "a word",
        "" => "a string, a number, `true` or `false`",
        other if other.starts_with("struct ") || other.ends_with("map") => "a mapping",
        other => other,
    }
}

/// A value of a rule file in a few words.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "`null`".to_owned(),
        Value::Bool(flag) => format!("`{flag}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.chars().count() > MAX_SHOWN => {
            format!("the text `{}...`", text.chars().take(MAX_SHOWN).collect::<String>())
        }
        Value::String(text) => format!("the text `{text}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}
