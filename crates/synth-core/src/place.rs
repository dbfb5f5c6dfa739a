//! Where in the input something is.

use std::fmt;

/// A position in a source; every part is optional because not every reader knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// File path, or `-` for standard input.
    pub source: Option<String>,
    /// Bytes before the position, after decompression.
    pub offset_bytes: Option<u64>,
    /// Line, counted from 1.
    pub line: Option<u64>,
    /// Column in bytes, counted from 1.
    pub column: Option<u64>,
    /// Record, counted from 0.
    pub record: Option<u64>,
    /// JSON path, as printed by [`crate::JsonPath`].
    pub path: Option<String>,
}

impl Place {
    /// Returns the place that names a file only.
    #[must_use]
    pub fn in_source(source: impl Into<String>) -> Self {
        Self { source: Some(source.into()), ..Self::default() }
    }

    /// Returns the place that names a JSON path only.
    #[must_use]
    pub fn at_path(path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    /// Returns the order in which places of one source are shown: offset, then path.
    #[must_use]
    pub fn sort_key(&self) -> (Option<&str>, Option<u64>, Option<&str>) {
        (self.source.as_deref(), self.offset_bytes, self.path.as_deref())
    }
}

impl fmt::Display for Place {
    /// Prints `file:line:column (byte N, record R) at $.path`, leaving out what is unknown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source.as_deref().unwrap_or("input"))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        match (self.offset_bytes, self.record) {
            (Some(offset), Some(record)) => write!(f, " (byte {offset}, record {record})")?,
            (Some(offset), None) => write!(f, " (byte {offset})")?,
            (None, Some(record)) => write!(f, " (record {record})")?,
            (None, None) => {}
        }
        if let Some(path) = &self.path {
            write!(f, " at {path}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_is_known() {
        let place = Place {
            source: Some("a.json".into()),
            offset_bytes: Some(9),
            line: Some(2),
            column: Some(3),
            record: None,
            path: Some("$.x".into()),
        };
        assert_eq!(place.to_string(), "a.json:2:3 (byte 9) at $.x");
        assert_eq!(Place::default().to_string(), "input");
    }
}
