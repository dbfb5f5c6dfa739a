//! Writes a rule file so that a rule reads at a glance: small mappings and lists stand on one line.

use serde_json::{Map, Value};

use crate::resolution::Resolution;

/// Lines are kept to about this many characters.
const WIDTH: usize = 110;

/// Prints a mapping as block YAML; what fits on one line is written in flow style, except whole sections.
pub(super) fn print(root: &Map<String, Value>) -> String {
    let mut out = String::new();
    for (section, value) in root {
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                out.push_str(section);
                out.push_str(":\n");
                write_entries(entries, 2, &mut out);
            }
            value => write_entry(section, value, 0, &mut out),
        }
    }
    out
}

fn write_entries(entries: &Map<String, Value>, indent: usize, out: &mut String) {
    entries.iter().for_each(|(key, value)| write_entry(key, value, indent, out));
}

fn write_entry(key: &str, value: &Value, indent: usize, out: &mut String) {
    push_indent(indent, out);
    out.push_str(&name(key, Style::Block));
    if is_long(key) {
        out.push('\n');
        push_indent(indent, out);
    }
    out.push(':');
    write_value(value, indent, out);
}

/// Writes what stands behind `key:` or `-`, and ends the line.
fn write_value(value: &Value, indent: usize, out: &mut String) {
    let line_start = out.rfind('\n').map_or(0, |at| at + 1);
    let used = out.len() - line_start;
    let one_line = flow(value);
    let is_flat = !matches!(value, Value::Object(_) | Value::Array(_));
    if is_flat || used + one_line.len() < WIDTH {
        out.push(' ');
        out.push_str(&if is_flat { scalar(value, Style::Block) } else { one_line });
        out.push('\n');
        return;
    }
    match value {
        Value::Object(entries) => {
            out.push('\n');
            write_entries(entries, indent + 2, out);
        }
        Value::Array(items) if are_rows(items, indent) => {
            out.push('\n');
            items.iter().for_each(|item| write_item(item, indent, out));
        }
        Value::Array(items) => write_wrapped(items, indent + 2, out),
        _ => {}
    }
}

/// Tells whether the entries of a list stand on lines of their own: those of sections, and those that are no short
/// mappings.
fn are_rows(items: &[Value], indent: usize) -> bool {
    let is_mapping = |item: &Value| matches!(item, Value::Object(_));
    let is_long = |item: &Value| !is_mapping(item) || flow(item).len() > WIDTH / 2;
    items.iter().any(is_mapping) && (indent == 0 || items.iter().any(is_long))
}

/// Writes one entry of a block list.
fn write_item(item: &Value, indent: usize, out: &mut String) {
    push_indent(indent, out);
    out.push('-');
    match item {
        Value::Object(entries) if indent + 1 + flow(item).len() >= WIDTH => {
            let mut block = String::new();
            write_entries(entries, indent + 2, &mut block);
            // The first key stands on the line of the dash.
            out.push(' ');
            out.push_str(block.trim_start());
        }
        item => write_value(item, indent, out),
    }
}

/// Writes a long list of scalars or short mappings over several lines.
fn write_wrapped(items: &[Value], indent: usize, out: &mut String) {
    out.push_str(" [\n");
    push_indent(indent, out);
    let mut used = indent;
    for (index, item) in items.iter().enumerate() {
        let mut entry = flow(item);
        if index + 1 < items.len() {
            entry.push(',');
        }
        if used > indent && used + entry.len() >= WIDTH {
            out.push('\n');
            push_indent(indent, out);
            used = indent;
        }
        if used > indent {
            out.push(' ');
        }
        out.push_str(&entry);
        used += entry.len() + 1;
    }
    // Strict readers want the bracket deeper than the key, so it closes the last line.
    out.push_str("]\n");
}

fn push_indent(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// The value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", name(key, Style::Flow), flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        scalar_value => scalar(scalar_value, Style::Flow),
    }
}

/// A key; a reader looks for the colon behind it within 1024 characters, and behind a question mark anywhere.
fn name(key: &str, style: Style) -> String {
    format!("{}{}", if is_long(key) { "? " } else { "" }, text(key, style))
}

fn is_long(key: &str) -> bool {
    const MAX_BYTES: usize = 500;
    key.len() > MAX_BYTES
}

/// Where a scalar stands: inside brackets more characters mean something.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    Block,
    Flow,
}

fn scalar(value: &Value, style: Style) -> String {
    match value {
        Value::String(content) => text(content, style),
        other => other.to_string(),
    }
}

/// Words that readers of YAML 1.1 take for booleans.
const KEYWORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];

/// A string: plain when the reader takes it back as the same string, else quoted.
fn text(content: &str, style: Style) -> String {
    if content.chars().any(is_unprintable) {
        return escaped(content);
    }
    let in_flow = |c: char| matches!(c, ',' | '[' | ']' | '{' | '}');
    let in_any =
        |c: char| matches!(c, ':' | '#' | '\'' | '"' | '\\' | '|' | '>' | '&' | '*' | '!' | '%' | '`' | '?');
    // A colon inside a word is harmless, but a reader stumbles over it.
    let has_special =
        content.contains(in_any) && !is_path(content) || style == Style::Flow && content.contains(in_flow);
    let is_word = content.starts_with(|c: char| c.is_alphabetic() || matches!(c, '$' | '_' | '/'))
        || Resolution::parse(content).is_ok();
    let is_keyword = KEYWORDS.iter().any(|keyword| content.eq_ignore_ascii_case(keyword));
    let reads_back = || {
        is_plainly_text(content)
            || matches!(serde_yaml::from_str::<Value>(content), Ok(Value::String(read)) if read == content)
    };
    if has_special || !is_word || is_keyword || !reads_back() {
        return format!("'{}'", content.replace('\'', "''"));
    }
    content.to_owned()
}

/// Paths and names with an underscore have nothing that a reader could take for something else; most texts are such.
fn is_plainly_text(content: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = content.as_bytes();
    match bytes.first() {
        Some(b'$') => bytes[1..].iter().all(|byte| is_word(*byte) || b".[]".contains(byte)),
        Some(first) => {
            first.is_ascii_alphabetic() && bytes.contains(&b'_') && bytes.iter().all(|byte| is_word(*byte))
        }
        None => false,
    }
}

/// Characters that YAML takes for line breaks, for a byte order mark or for no text at all.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A string in double quotes: the escapes of JSON are escapes of YAML, and JSON leaves some characters as they are.
fn escaped(content: &str) -> String {
    let json = Value::from(content).to_string();
    json.chars().fold(String::new(), |mut out, c| {
        if is_unprintable(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
        out
    })
}

/// Paths such as `$.users.*` read back plain although they hold a star.
fn is_path(content: &str) -> bool {
    content.starts_with("$") && !content.contains([':', '#', '\'', '"', '\\', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(value: &Value, expected: &str) {
        let Value::Object(root) = value else { panic!("a rule file is a mapping") };
        let printed = print(root);
        assert_eq!(printed, expected);
        assert_eq!(&serde_yaml::from_str::<Value>(&printed).unwrap(), value, "the meaning stays");
    }

    #[test]
    fn small_things_stand_on_one_line() {
        check(
            &json!({"version": 2, "fields": {"$.a[]": {"type": "enum", "values": ["x y", "no", "1", "a, b", "it's"]}}}),
            "version: 2\nfields:\n  $.a[]: {type: enum, values: [x y, 'no', '1', 'a, b', 'it''s']}\n",
        );
        check(&json!({"a": {"k": "line\nbreak"}, "b": {}}), "a:\n  k: \"line\\nbreak\"\nb: {}\n");
    }

    /// Catches a shortcut that takes a number or a keyword for a string.
    #[test]
    fn what_is_plainly_text_reads_back() {
        for content in ["$", "$.a[].b_1", "$a", "a_", "x_1", "e_5", "null_", "true_false", "Inf_"] {
            assert!(is_plainly_text(content), "{content}");
            assert_eq!(serde_yaml::from_str::<Value>(content).unwrap(), json!(content));
        }
        for content in ["", "1_000", "_", "null", "yes", "a_b c", "$.a: b", "$.a #", "0x_1", "a_\n", "$\t"] {
            assert!(!is_plainly_text(content), "{content}");
        }
    }

    /// libyaml and saphyr refuse some of these characters when they are not escaped.
    #[test]
    fn hidden_characters_are_escaped() {
        check(
            &json!({"a": {"x\u{7f}\u{85}": "\u{2028}\u{2029}\u{feff}"}}),
            "a:\n  \"x\\u007f\\u0085\": \"\\u2028\\u2029\\ufeff\"\n",
        );
        for c in [
            '\0',
            '\u{1f}',
            '\u{7f}',
            '\u{85}',
            '\u{9f}',
            '\u{a0}',
            '\u{2028}',
            '\u{feff}',
            '\u{fffe}',
            '\u{10ffff}',
        ] {
            let value = json!({"a": {format!("k{c}"): [format!("{c}v")]}});
            let Value::Object(root) = &value else { unreachable!() };
            let printed = print(root);
            assert_eq!(serde_yaml::from_str::<Value>(&printed).unwrap(), value, "{printed:?}");
            assert!(super::super::places::Places::scan(&printed, "printed").is_ok(), "{printed:?}");
        }
    }

    #[test]
    fn long_keys_are_marked() {
        let key = "$.k".to_owned() + &"k".repeat(2000);
        let value = json!({"a": {key.clone(): {"x": 1}, "b": {key: [1, {"c": 2}]}}});
        let Value::Object(root) = &value else { unreachable!() };
        let printed = print(root);
        assert_eq!(serde_yaml::from_str::<Value>(&printed).unwrap(), value, "{printed}");
        assert!(super::super::places::Places::scan(&printed, "printed").is_ok(), "{printed}");
    }

    #[test]
    fn long_things_are_wrapped() {
        let numbers: Vec<u32> = (1000..1030).collect();
        let value = json!({"s": {"k": {"numbers": numbers, "maps": [{"a": "x".repeat(90), "b": "y".repeat(30)}, {"c": 1}]}}});
        let Value::Object(root) = &value else { unreachable!() };
        let printed = print(root);
        assert_eq!(serde_yaml::from_str::<Value>(&printed).unwrap(), value, "{printed}");
        assert!(super::super::places::Places::scan(&printed, "printed").is_ok(), "{printed}");
        assert!(printed.lines().all(|line| line.len() <= WIDTH + 10), "{printed}");
    }
}
