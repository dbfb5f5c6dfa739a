//! Rust text without what is not code.

/// Returns the text with comments and the insides of literals turned into spaces; line breaks stay.
///
/// # Method
///
/// One pass over the lexical rules of the Rust reference that matter here: nested block comments, raw strings
/// with hashes, escapes, and the difference between a lifetime and a character literal.
pub(super) fn strip(text: &str) -> String {
    let mut stripper = Stripper { rest: text, out: String::with_capacity(text.len()) };
    while !stripper.rest.is_empty() {
        stripper.step();
    }
    stripper.out
}

struct Stripper<'a> {
    rest: &'a str,
    out: String,
}

impl Stripper<'_> {
    fn step(&mut self) {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.blank(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.blank(block_comment_len(rest));
        } else if let Some(len) = raw_string_len(rest).filter(|_| !self.is_inside_word()) {
            self.blank(len);
        } else if rest.starts_with('"') {
            self.blank(quoted_len(rest, '"'));
        } else if is_char_literal(rest) {
            self.blank(quoted_len(rest, '\''));
        } else if let Some(c) = rest.chars().next() {
            self.out.push(c);
            self.rest = &rest[c.len_utf8()..];
        }
    }

    fn is_inside_word(&self) -> bool {
        self.out.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    }

    fn blank(&mut self, len_bytes: usize) {
        let (gone, rest) = self.rest.split_at(len_bytes);
        self.out.extend(gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }
}

fn block_comment_len(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// Returns the length of a raw string such as `r#"..."#` or `br"..."` at the start of `text`.
fn raw_string_len(text: &str) -> Option<usize> {
    let after_prefix = text.strip_prefix("br").or_else(|| text.strip_prefix("cr"));
    let after_prefix = after_prefix.or_else(|| text.strip_prefix('r'))?;
    let after_hashes = after_prefix.trim_start_matches('#');
    let hashes = &after_prefix[..after_prefix.len() - after_hashes.len()];
    let inside = after_hashes.strip_prefix('"')?;
    let end = format!("\"{hashes}");
    let inside_start = text.len() - inside.len();
    Some(inside.find(&end).map_or(text.len(), |at| inside_start + at + end.len()))
}

fn quoted_len(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Tells `'a'` and `'\n'` from the lifetime in `&'a str`.
fn is_char_literal(text: &str) -> bool {
    let mut chars = text.chars();
    if chars.next() != Some('\'') {
        return false;
    }
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(strip(text), expected);
    }

    #[test]
    fn comments_and_literals_become_spaces() {
        check("a // b\nc", "a     \nc");
        check("a /* b /* c */\n */ d", "a             \n    d");
        check(r#"f("x\"}", '}', b'\'')"#, "f(      ,    , b    )");
        check("f(r#\"a\"}\n\"#)", "f(      \n  )");
        check("br\"}\" + var\"}\"", "      + var   ");
    }

    #[test]
    fn lifetimes_stay() {
        check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
    }

    #[test]
    fn unfinished_literals_end_with_the_text() {
        check("a \"b", "a   ");
        check("/* a", "    ");
        check("r#\"a\"", "     ");
    }
}
