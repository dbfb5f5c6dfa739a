//! Lists of numbers and short strings on one line, so that a rule reads at a glance.

/// Lists longer than this stay one entry a line.
const MAX_WIDTH: usize = 400;

/// Rewrites block lists of plain scalars as flow lists: `- 1` and `- 2` on lines of their own become `[1, 2]`.
pub(super) fn flow_lists(yaml: &str) -> String {
    let lines: Vec<&str> = yaml.lines().collect();
    let mut out = String::with_capacity(yaml.len());
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        let run = if line.ends_with(':') { scalar_entries(&lines[index + 1..], indent(line)) } else { 0 };
        if run == 0 {
            out.push_str(line);
            out.push('\n');
            index += 1;
            continue;
        }
        let entries: Vec<&str> = lines[index + 1..=index + run].iter().map(|entry| entry_of(entry)).collect();
        let width = entries.iter().map(|entry| entry.len() + 2).sum::<usize>();
        if width <= MAX_WIDTH {
            out.push_str(line);
            out.push_str(" [");
            out.push_str(&entries.join(", "));
            out.push_str("]\n");
        } else {
            lines[index..=index + run].iter().for_each(|line| {
                out.push_str(line);
                out.push('\n');
            });
        }
        index += run + 1;
    }
    out
}

/// What stands behind the dash of a list entry.
fn entry_of(line: &str) -> &str {
    let line = line.trim_start();
    line.strip_prefix("- ").unwrap_or(line)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// How many of the lines are entries of one list whose entries are all plain scalars that a flow list can hold.
fn scalar_entries(lines: &[&str], parent_indent: usize) -> usize {
    let Some(first) = lines.first() else { return 0 };
    let list_indent = indent(first);
    if list_indent < parent_indent || !first.trim_start().starts_with("- ") {
        return 0;
    }
    let run = lines
        .iter()
        .take_while(|line| indent(line) == list_indent && line.trim_start().starts_with("- "))
        .count();
    let continues = lines.get(run).is_some_and(|line| indent(line) > list_indent);
    let plain = lines[..run].iter().all(|line| fits_flow(entry_of(line)));
    if plain && !continues { run } else { 0 }
}

/// Quoted scalars, and plain ones without the characters that mean something inside `[ ]`.
fn fits_flow(entry: &str) -> bool {
    let quoted = |quote: char| entry.len() >= 2 && entry.starts_with(quote) && entry.ends_with(quote);
    let nested = entry.starts_with("- ");
    let special = |c: char| matches!(c, ',' | '[' | ']' | '{' | '}' | '#' | ':' | '|' | '>' | '\'' | '"');
    quoted('\'') || quoted('"') || (!entry.is_empty() && !nested && !entry.contains(special))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(block: &str, flow: &str) {
        assert_eq!(flow_lists(block), flow);
        let before: serde_json::Value = serde_yaml::from_str(block).unwrap();
        let after: serde_json::Value = serde_yaml::from_str(flow).unwrap();
        assert_eq!(before, after, "the meaning stays");
    }

    #[test]
    fn only_lists_of_scalars_change() {
        check("a:\n- 1\n- 2.5\nb: 3\n", "a: [1, 2.5]\nb: 3\n");
        check("a:\n  b:\n  - x y\n  - 'it''s, ok'\n", "a:\n  b: [x y, 'it''s, ok']\n");
        check("a:\n- b: 1\n- c: 2\n", "a:\n- b: 1\n- c: 2\n");
        check("a:\n- x\n- - 1\n", "a:\n- x\n- - 1\n");
        check("a:\n- |\n  text\n- x\n", "a:\n- |\n  text\n- x\n");
    }
}
