//! Paths to values in JSON, and queries over them.

use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;

use serde::{Deserialize, Serialize};

/// One step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Member of an object by its name: `.name` or `['odd name']`.
    Key(Box<str>),
    /// Any element of an array: `[]` or `[*]`.
    Elements,
    /// One element of an array, for tuples and queries: `[0]`.
    Index(u32),
    /// Any member of an object whose keys are data: `.*`.
    Members,
    /// The keys of such an object: `.*~`; always last.
    MemberKeys,
    /// Any number of steps, in queries only: `..`.
    Descend,
}

/// An absolute path such as `$.orders[].items[].price`.
///
/// Records of a stream start at `$`. `parse` and `Display` are inverse to each other up to spelling:
/// `parse(print(path)) == path`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JsonPath(Vec<Segment>);

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset_bytes} of the path")]
pub struct PathError {
    /// What is wrong.
    pub reason: &'static str,
    /// Bytes before the error.
    pub offset_bytes: usize,
}

impl JsonPath {
    /// Returns the path of a whole record: `$`.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Reads a path.
    ///
    /// # Errors
    ///
    /// [`PathError`] with the byte at which the text stops being a path.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_core::JsonPath;
    /// let path = JsonPath::parse("$.orders[*]['odd key']")?;
    /// assert_eq!(path.to_string(), "$.orders[]['odd key']");
    /// # Ok::<(), synth_core::PathError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut parser = Parser { text, chars: text.char_indices().peekable() };
        if parser.next_char() != Some('$') {
            return Err(PathError { reason: "a path starts with `$`", offset_bytes: 0 });
        }
        let mut segments = Vec::new();
        while parser.chars.peek().is_some() {
            parser.segment(&mut segments)?;
        }
        Ok(Self(segments))
    }

    /// Returns the steps.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Returns the path one step further.
    #[must_use]
    pub fn join(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }

    /// Returns the path of the member `key`.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.join(Segment::Key(key.into()))
    }

    /// Returns the path of the elements.
    #[must_use]
    pub fn elements(&self) -> Self {
        self.join(Segment::Elements)
    }

    /// Returns the path without its last step; `None` for `$`.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// Returns the last named step: the `price` of `$.items[].price[]`.
    #[must_use]
    pub fn last_key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(&**key),
            _ => None,
        })
    }

    /// Tells whether `self` is `ancestor` or lies below it.
    #[must_use]
    pub fn starts_with(&self, ancestor: &Self) -> bool {
        self.0.starts_with(&ancestor.0)
    }

    /// Tells whether the path names one kind of place, so that it may stand in a rule: no `..`, and `.*~` last.
    #[must_use]
    pub fn is_rule_path(&self) -> bool {
        let inner = self.0.len().saturating_sub(1);
        !self.0.contains(&Segment::Descend) && !self.0[..inner].contains(&Segment::MemberKeys)
    }

    /// Tells whether this query covers `path`: `.*` covers any key, `[]` any index, `..` any steps.
    #[must_use]
    pub fn matches(&self, path: &Self) -> bool {
        matches_segments(&self.0, &path.0)
    }
}

impl TryFrom<String> for JsonPath {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(&text)
    }
}

impl From<JsonPath> for String {
    fn from(path: JsonPath) -> Self {
        path.to_string()
    }
}

impl FromIterator<Segment> for JsonPath {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

fn matches_segments(query: &[Segment], path: &[Segment]) -> bool {
    match (query.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((Segment::Descend, rest)), _) => {
            (0..=path.len()).any(|skipped| matches_segments(rest, &path[skipped..]))
        }
        (Some((wanted, query)), Some((segment, path))) => {
            covers(wanted, segment) && matches_segments(query, path)
        }
        _ => false,
    }
}

fn covers(wanted: &Segment, segment: &Segment) -> bool {
    match wanted {
        Segment::Members => matches!(segment, Segment::Members | Segment::Key(_)),
        Segment::Elements => matches!(segment, Segment::Elements | Segment::Index(_)),
        other => other == segment,
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        let mut after_descend = false;
        for segment in &self.0 {
            match segment {
                Segment::Key(key) if is_plain(key) => {
                    f.write_str(if after_descend { "" } else { "." })?;
                    f.write_str(key)?;
                }
                Segment::Key(key) => write_quoted(key, f)?,
                Segment::Elements => f.write_str("[]")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Members => f.write_str(if after_descend { "*" } else { ".*" })?,
                Segment::MemberKeys => f.write_str(if after_descend { "*~" } else { ".*~" })?,
                Segment::Descend => f.write_str("..")?,
            }
            after_descend = *segment == Segment::Descend;
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    let mut chars = key.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '@' | '$'))
        && chars.all(is_plain_char)
}

fn is_plain_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '$' | '-')
}

fn write_quoted(key: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("['")?;
    for c in key.chars() {
        match c {
            '\'' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("']")
}

struct Parser<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Parser<'_> {
    fn next_char(&mut self) -> Option<char> {
        self.chars.next().map(|(_, c)| c)
    }

    fn take(&mut self, wanted: char) -> bool {
        self.chars.next_if(|&(_, c)| c == wanted).is_some()
    }

    fn error(&mut self, reason: &'static str) -> PathError {
        let offset_bytes = self.chars.peek().map_or(self.text.len(), |&(at, _)| at);
        PathError { reason, offset_bytes }
    }

    fn segment(&mut self, out: &mut Vec<Segment>) -> Result<(), PathError> {
        if self.take('[') {
            out.push(self.bracket()?);
            return Ok(());
        }
        if !self.take('.') {
            return Err(self.error("expected `.` or `[`"));
        }
        if self.take('.') {
            out.push(Segment::Descend);
            if self.take('[') {
                out.push(self.bracket()?);
                return Ok(());
            }
        }
        if self.take('*') {
            out.push(if self.take('~') { Segment::MemberKeys } else { Segment::Members });
            return Ok(());
        }
        let mut key = String::new();
        while let Some((_, c)) = self.chars.next_if(|&(_, c)| is_plain_char(c)) {
            key.push(c);
        }
        if key.is_empty() {
            return Err(self.error("expected a key"));
        }
        out.push(Segment::Key(key.into()));
        Ok(())
    }

    fn bracket(&mut self) -> Result<Segment, PathError> {
        let segment = match self.chars.peek().map(|&(_, c)| c) {
            Some(']') => Segment::Elements,
            Some('*') => {
                self.next_char();
                Segment::Elements
            }
            Some(quote @ ('\'' | '"')) => {
                self.next_char();
                Segment::Key(self.quoted(quote)?.into())
            }
            Some(digit) if digit.is_ascii_digit() => Segment::Index(self.index()?),
            _ => return Err(self.error("expected `]`, `*`, an index or a quoted key")),
        };
        if self.take(']') { Ok(segment) } else { Err(self.error("expected `]`")) }
    }

    fn index(&mut self) -> Result<u32, PathError> {
        let mut digits = String::new();
        while let Some((_, c)) = self.chars.next_if(|&(_, c)| c.is_ascii_digit()) {
            digits.push(c);
        }
        digits.parse().map_err(|_| self.error("the index is too large"))
    }

    fn quoted(&mut self, quote: char) -> Result<String, PathError> {
        let mut key = String::new();
        loop {
            match self.next_char() {
                None => return Err(self.error("the quoted key does not end")),
                Some(c) if c == quote => return Ok(key),
                Some('\\') => match self.next_char() {
                    Some('n') => key.push('\n'),
                    Some('r') => key.push('\r'),
                    Some('t') => key.push('\t'),
                    Some(escaped) => key.push(escaped),
                    None => return Err(self.error("the quoted key does not end")),
                },
                Some(c) => key.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, printed: &str) {
        let path = JsonPath::parse(text).unwrap();
        assert_eq!(path.to_string(), printed);
        assert_eq!(JsonPath::parse(printed).unwrap(), path, "parse(print(x)) == x");
    }

    #[test]
    fn spellings_are_normalised() {
        check("$", "$");
        check("$.a.b[*]['c']", "$.a.b[].c");
        check("$['a.b'][0]", "$['a.b'][0]");
        check("$['']['it\\'s']", "$['']['it\\'s']");
        check("$.users.*~", "$.users.*~");
        check("$..amount", "$..amount");
        check("$..['1xx']", "$..['1xx']");
        check("$.@timestamp", "$.@timestamp");
        check("$[\"tab\\t\"]", "$['tab\\t']");
        check("$.hours-per-week", "$.hours-per-week");
    }

    #[test]
    fn bad_paths_say_where() {
        for (text, offset_bytes) in
            [("", 0), ("a", 0), ("$a", 1), ("$.", 2), ("$['x", 4), ("$[0", 3), ("$[99999999999]", 13)]
        {
            assert_eq!(JsonPath::parse(text).unwrap_err().offset_bytes, offset_bytes, "{text}");
        }
    }

    fn covered(query: &str, path: &str) -> bool {
        JsonPath::parse(query).unwrap().matches(&JsonPath::parse(path).unwrap())
    }

    #[test]
    fn queries_cover_paths() {
        assert!(covered("$..amount", "$.orders[].amount"));
        assert!(covered("$.*.amount", "$.order.amount"));
        assert!(covered("$.a[]", "$.a[3]"));
        assert!(!covered("$.a[0]", "$.a[1]"));
        assert!(!covered("$.*.amount", "$.amount"));
    }
}
