//! The rows of a record and the values of some paths in each.

use serde_json::Value;
use synth_core::hash::hash_bytes;
use synth_core::{JsonPath, Segment};

/// Reads the values of some paths row by row: a row is an element of the innermost array, or a member of the
/// innermost dictionary, that any of the paths goes through.
#[derive(Debug, Clone)]
pub(crate) struct Tuples {
    /// Steps to a row.
    row: Vec<Segment>,
    /// For each path: the container on the way to the row that it starts from, and the steps from there.
    parts: Vec<(usize, Vec<Segment>)>,
}

/// A container on the way to a row, and the key of the member that was entered to reach it.
type Level<'a> = (&'a Value, &'a str);

impl Tuples {
    /// Returns the reader of some paths; `None` when they are not of one row.
    pub(crate) fn of(paths: &[&JsonPath]) -> Option<Self> {
        let row_of = |path: &JsonPath| -> Vec<Segment> {
            let steps = path.segments();
            let end = steps.iter().rposition(is_many).map_or(0, |at| at + 1);
            let mut row = steps[..end].to_vec();
            if let Some(last) = row.last_mut().filter(|last| **last == Segment::MemberKeys) {
                *last = Segment::Members;
            }
            row
        };
        let row = paths.iter().map(|path| row_of(path)).max_by_key(Vec::len)?;
        let part = |path: &&JsonPath| {
            let own = row_of(path);
            let is_above = row.starts_with(&own);
            let rest = match path.segments().last() {
                Some(Segment::MemberKeys) => vec![Segment::MemberKeys],
                _ => path.segments()[own.len()..].to_vec(),
            };
            is_above.then_some((own.len(), rest))
        };
        let parts: Option<Vec<_>> = paths.iter().map(part).collect();
        Some(Self { parts: parts?, row })
    }

    /// Calls `take` with the hash of every row in which all paths have a value that is no container and not null.
    pub(crate) fn for_each(&self, record: &Value, mut take: impl FnMut(&[String])) {
        let mut texts = Vec::new();
        self.visit(&mut vec![(record, "")], &mut texts, &mut take);
    }

    fn visit<'a>(
        &self,
        levels: &mut Vec<Level<'a>>,
        texts: &mut Vec<String>,
        take: &mut impl FnMut(&[String]),
    ) {
        let (value, _) = levels[levels.len() - 1];
        let Some(step) = self.row.get(levels.len() - 1) else {
            texts.clear();
            texts.extend(self.parts.iter().map_while(|(level, steps)| text(levels[*level], steps)));
            if texts.len() == self.parts.len() {
                take(texts);
            }
            return;
        };
        let mut enter = |below: &'a Value, key: &'a str| {
            levels.push((below, key));
            self.visit(levels, texts, take);
            levels.pop();
        };
        match (step, value) {
            (Segment::Elements, Value::Array(elements)) => elements.iter().for_each(|below| enter(below, "")),
            (Segment::Members, Value::Object(members)) => {
                members.iter().for_each(|(key, below)| enter(below, key));
            }
            (step, value) => {
                if let Some(below) = descend(value, step) {
                    enter(below, "");
                }
            }
        }
    }
}

fn is_many(step: &Segment) -> bool {
    matches!(step, Segment::Elements | Segment::Members | Segment::MemberKeys)
}

fn descend<'a>(value: &'a Value, step: &Segment) -> Option<&'a Value> {
    match step {
        Segment::Key(key) => value.get(&**key),
        Segment::Index(index) => value.get(usize::try_from(*index).ok()?),
        _ => None,
    }
}

fn text((value, key): Level<'_>, steps: &[Segment]) -> Option<String> {
    if steps == [Segment::MemberKeys] {
        return Some(key.to_owned());
    }
    scalar_text(steps.iter().try_fold(value, descend)?)
}

/// Returns a value as text without quotes, so that a number and its text are the same.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns the hash of the values of a row.
pub(crate) fn tuple_hash(texts: &[String]) -> u64 {
    let hashes = texts.iter().map(|text| hash_bytes(text.as_bytes()));
    hashes.fold(synth_core::cast::to_u64(texts.len()), synth_core::hash::combine)
}
