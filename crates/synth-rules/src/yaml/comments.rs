//! Takes the comments of one YAML text over into another.

use std::collections::BTreeMap;

use serde_json::Value;
use synth_core::cast;

use super::places::{Places, Step};

/// A comment and the key that it speaks of.
struct Comment {
    /// The key below a comment on lines of its own, or before one at the end of a line; `None` at the end of the file.
    steps: Option<Vec<Step>>,
    /// With the number sign, without white space around.
    text: String,
}

/// Returns `text` with the comments of `earlier`; without them where they cannot be told from values.
pub(super) fn with_comments(text: String, earlier: &str) -> String {
    let found = comments(earlier).filter(|comments| !comments.is_empty());
    let Some(merged) = found.and_then(|comments| inserted(&text, &comments)) else { return text };
    let means_the_same = parsed(&merged).is_some() && parsed(&merged) == parsed(&text);
    if means_the_same { merged } else { text }
}

fn parsed(text: &str) -> Option<Value> {
    serde_yaml::from_str(text).ok()
}

/// Finds all comments; `None` when the text without them would mean something else.
fn comments(text: &str) -> Option<Vec<Comment>> {
    let keys = keys_by_line(text)?;
    let mut found = Vec::new();
    let mut bare = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let (value, comment) = split(line);
        bare.push_str(value);
        bare.push('\n');
        let Some(comment) = comment else { continue };
        let steps = if value.trim().is_empty() {
            keys.range(number..).next().map(|(_, steps)| steps.clone())
        } else {
            keys.range(..=number).next_back().map(|(_, steps)| steps.clone())
        };
        found.push(Comment { steps, text: comment.to_owned() });
    }
    (parsed(&bare).is_some() && parsed(&bare) == parsed(text)).then_some(found)
}

/// The first key or entry of each line.
fn keys_by_line(text: &str) -> Option<BTreeMap<u64, Vec<Step>>> {
    let places = Places::scan(text, "").ok()?;
    let mut first: BTreeMap<u64, (u64, usize, Vec<Step>)> = BTreeMap::new();
    for (steps, (line, column)) in places.marks() {
        let candidate = (column, steps.len(), steps.to_vec());
        let known = first.entry(line).or_insert_with(|| candidate.clone());
        if candidate < *known {
            *known = candidate;
        }
    }
    Some(first.into_iter().map(|(line, (_, _, steps))| (line, steps)).collect())
}

/// Splits a line before its comment: a number sign at the start or behind white space, outside of quotes.
fn split(line: &str) -> (&str, Option<&str>) {
    let mut quote = None;
    let mut previous = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') if previous.is_whitespace() => {
                return (line[..at].trim_end(), Some(line[at..].trim_end()));
            }
            // Inside of words they are letters.
            (None, '\'' | '"') if !previous.is_alphanumeric() => quote = Some(c),
            (Some(open), c) if c == open && previous != '\\' => quote = None,
            _ => {}
        }
        previous = c;
    }
    (line, None)
}

/// Puts each comment above the line of its key.
fn inserted(text: &str, comments: &[Comment]) -> Option<String> {
    let keys = keys_by_line(text)?;
    let places = Places::scan(text, "").ok()?;
    let lines: BTreeMap<&[Step], u64> = places.marks().map(|(steps, (line, _))| (steps, line)).collect();
    let mut above: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    let end = cast::to_u64(text.lines().count()) + 1;
    for comment in comments {
        let nearest =
            |steps: &Vec<Step>| (1..=steps.len()).rev().find_map(|depth| lines.get(&steps[..depth]).copied());
        let line = match &comment.steps {
            Some(steps) => nearest(steps).unwrap_or(1),
            None => end,
        };
        // Inside of a value that was wrapped there is no room; the line of its key is above.
        let line = if line == end { end } else { *keys.range(..=line).next_back()?.0 };
        above.entry(line).or_default().push(&comment.text);
    }
    let mut out = String::new();
    for (number, line) in (1..).zip(text.lines().map(Some).chain([None])) {
        let indent = line.map_or(0, |line| line.len() - line.trim_start().len());
        for comment in above.get(&number).into_iter().flatten() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(comment);
            out.push('\n');
        }
        if let Some(line) = line {
            out.push_str(line);
            out.push('\n');
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_with_their_keys() {
        let earlier = "# about all\nversion: 2\nfields:\n  # first of a\n  # second of a\n  $.a: {type: string} # behind a\n  $.b:\n    type: enum # of the type\n    # of a value\n    params: {values: ['# none', \"it's # none\"]}\n  # of the field that goes\n  $.gone: 1\n# the end\n";
        let text = "version: 2\nfields:\n  $.new: 1\n  $.b: {type: enum, params: {values: [x]}}\n  $.a: {type: string}\n";
        let expected = "# about all\nversion: 2\n# of the field that goes\nfields:\n  $.new: 1\n  # of the type\n  # of a value\n  $.b: {type: enum, params: {values: [x]}}\n  # first of a\n  # second of a\n  # behind a\n  $.a: {type: string}\n# the end\n";
        assert_eq!(with_comments(text.to_owned(), earlier), expected);
        assert_eq!(with_comments(expected.to_owned(), "a: 1\n"), expected);
    }

    #[test]
    fn values_are_never_taken_for_comments() {
        for earlier in ["a: |\n  text\n  # text too\n", "a: 'one\n  # two'\n", "a: \"one\n  # two\"\n"] {
            assert_eq!(with_comments("a: 1\n".to_owned(), earlier), "a: 1\n", "{earlier}");
        }
    }

    #[test]
    fn wrapped_values_stay_whole() {
        let text = "a:\n  list: [\n    1, 2,\n    3, 4]\n";
        let merged =
            with_comments(text.to_owned(), "a:\n  list:\n  - 1\n  - 2\n  - 3\n  # of the fourth\n  - 4\n");
        assert_eq!(merged, "a:\n  list: [\n    1, 2,\n    # of the fourth\n    3, 4]\n");
        assert!(parsed(&merged) == parsed(text));
    }
}
