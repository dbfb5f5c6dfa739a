//! From text to a condition.

use synth_core::JsonPath;

use super::{Comparison, Predicate, PredicateError};
use crate::generator::Literal;

/// Parentheses and signs of negation that may be open at once.
const MAX_DEPTH: usize = 64;

pub(super) fn parse(text: &str) -> Result<Predicate, PredicateError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let predicate = reader.any()?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.error("expected `&&`, `||` or the end"));
    }
    Ok(predicate)
}

struct Reader<'a> {
    text: &'a str,
    /// Bytes that are read.
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&self, reason: impl Into<String>) -> PredicateError {
        PredicateError { at: self.text[..self.at].chars().count() + 1, reason: reason.into() }
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes a sign, if it comes next.
    fn takes(&mut self, sign: &str) -> bool {
        self.skip_space();
        let is_next = self.rest().starts_with(sign);
        self.at += if is_next { sign.len() } else { 0 };
        is_next
    }

    fn any(&mut self) -> Result<Predicate, PredicateError> {
        let mut parts = vec![self.all()?];
        while self.takes("||") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Predicate::Any))
    }

    fn all(&mut self) -> Result<Predicate, PredicateError> {
        let mut parts = vec![self.part()?];
        while self.takes("&&") {
            parts.push(self.part()?);
        }
        Ok(one_or(parts, Predicate::All))
    }

    fn part(&mut self) -> Result<Predicate, PredicateError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("more than {MAX_DEPTH} parentheses")));
        }
        let part = if self.takes("(") {
            let inner = self.any()?;
            self.expect(")")?;
            inner
        } else if self.takes("!") {
            Predicate::Not(Box::new(self.part()?))
        } else if self.takes("has(") {
            let path = self.path()?;
            self.expect(")")?;
            Predicate::Has(path)
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(part)
    }

    fn expect(&mut self, sign: &str) -> Result<(), PredicateError> {
        if self.takes(sign) { Ok(()) } else { Err(self.error(format!("expected `{sign}`"))) }
    }

    fn comparison(&mut self) -> Result<Predicate, PredicateError> {
        let path = self.path()?;
        let comparison = Comparison::ALL.into_iter().find(|(sign, _)| self.takes(sign));
        let Some((_, comparison)) = comparison else {
            return Err(self.error("expected `==`, `!=`, `<`, `<=`, `>` or `>=`"));
        };
        Ok(Predicate::Compare { path, comparison, value: self.literal()? })
    }

    /// Takes a path: up to a space or a sign that stands outside of brackets.
    fn path(&mut self) -> Result<JsonPath, PredicateError> {
        self.skip_space();
        if !self.rest().starts_with('$') {
            return Err(self.error("expected a path, such as `$.status`, `has(` or `(`"));
        }
        let (mut in_brackets, mut quoted) = (false, false);
        let end = self.rest().char_indices().find(|(_, c)| {
            match c {
                '\'' if in_brackets => quoted = !quoted,
                '[' if !quoted => in_brackets = true,
                ']' if !quoted => in_brackets = false,
                _ => {}
            }
            !in_brackets && (c.is_whitespace() || "=!<>&|)".contains(*c))
        });
        let text = &self.rest()[..end.map_or(self.rest().len(), |(at, _)| at)];
        let path = JsonPath::parse(text).map_err(|error| self.error(error.to_string()))?;
        if !path.is_rule_path() {
            return Err(self.error(format!("`{text}` is not the path of a field")));
        }
        self.at += text.len();
        Ok(path)
    }

    fn literal(&mut self) -> Result<Literal, PredicateError> {
        self.skip_space();
        let rest = self.rest();
        let end = match rest.strip_prefix('"') {
            Some(inner) => closing_quote(inner).map(|at| at + 2),
            None => rest.find(|c: char| c.is_whitespace() || ")&|".contains(c)),
        };
        let text = &rest[..end.unwrap_or(rest.len())];
        let literal = serde_json::from_str(text).map_err(|_| {
            self.error("expected a text in double quotes, a number, `true`, `false` or `null`")
        })?;
        self.at += text.len();
        Ok(literal)
    }
}

/// Where the quote stands that ends a text.
fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })
}

fn one_or(mut parts: Vec<Predicate>, join: fn(Vec<Predicate>) -> Predicate) -> Predicate {
    match parts.pop() {
        Some(part) if parts.is_empty() => part,
        last => join(parts.into_iter().chain(last).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).unwrap().to_string(), expected, "{text}");
        assert_eq!(parse(expected), parse(text), "{text}");
    }

    #[test]
    fn conditions_are_read_and_printed() {
        check("$.status==\"FAILED\"", "$.status == \"FAILED\"");
        check("$.a > 1.5 && $.b != null || has($.c)", "($.a > 1.5 && $.b != null) || has($.c)");
        check("$.a == 1 && ($.b == true || !has($.c[].d))", "$.a == 1 && ($.b == true || !has($.c[].d))");
        check("!($.a <= -2)", "!($.a <= -2)");
        check("$['odd == key'] == \"a \\\" b\"", "$['odd == key'] == \"a \\\" b\"");
    }

    fn check_error(text: &str, at: usize, reason: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.at == at && error.reason.contains(reason), "{text}: {error}");
    }

    #[test]
    fn mistakes_have_a_place() {
        check_error("status == 1", 1, "expected a path");
        check_error("$.a = 1", 5, "expected `==`");
        check_error("$.a == FAILED", 8, "double quotes");
        check_error("$.a == 1 $.b == 2", 10, "`&&`");
        check_error("($.a == 1", 10, "expected `)`");
        check_error("$.ä == 1 && $..x == 1", 13, "not the path");
        check_error(&"(".repeat(100), 65, "more than 64");
    }
}
