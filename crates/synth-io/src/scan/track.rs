//! Follows tokens to say at which JSON path one of them stands; used only when something is wrong.

use synth_core::{JsonPath, Segment};

use super::tape::{Kind, Tape};

/// The open arrays and objects, and where each of them stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    open: Vec<Open>,
}

#[derive(Debug, Clone)]
enum Open {
    /// An array with the number of elements that have begun.
    Array(u32),
    /// An object with its latest key.
    Object(Option<String>),
}

impl Track {
    /// Steps over the tokens `range` of the tape.
    pub(super) fn follow(&mut self, tape: &Tape, record: &str, range: std::ops::Range<usize>) {
        for &token in &tape.tokens()[range] {
            match token.kind {
                Kind::ObjectEnd | Kind::ArrayEnd => _ = self.open.pop(),
                Kind::Key | Kind::EscapedKey | Kind::LeftOutKey | Kind::LeftOutEscapedKey => {
                    self.set_key(tape.text(token, record));
                }
                Kind::ObjectStart => self.begin_value(Some(Open::Object(None))),
                Kind::ArrayStart => self.begin_value(Some(Open::Array(0))),
                _ => self.begin_value(None),
            }
        }
    }

    fn set_key(&mut self, key: &str) {
        if let Some(Open::Object(known)) = self.open.last_mut() {
            let known = known.get_or_insert_default();
            known.clear();
            known.push_str(key);
        }
    }

    fn begin_value(&mut self, open: Option<Open>) {
        if let Some(Open::Array(begun)) = self.open.last_mut() {
            *begun = begun.saturating_add(1);
        }
        self.open.extend(open);
    }

    /// Returns the path of the value that began last.
    pub(super) fn path(&self) -> JsonPath {
        self.open.iter().filter_map(Open::segment).collect()
    }

    /// Returns the path of the value that would begin next: the next element of an array, a named member.
    pub(super) fn next_path(&self) -> JsonPath {
        match self.open.split_last() {
            Some((Open::Array(begun), outer)) => {
                outer.iter().filter_map(Open::segment).chain([Segment::Index(*begun)]).collect()
            }
            _ => self.path(),
        }
    }

    /// Returns the path of the innermost open object, whose next key is not known.
    pub(super) fn object_path(&self) -> JsonPath {
        let outer = self.open.len().saturating_sub(1);
        self.open[..outer].iter().filter_map(Open::segment).collect()
    }
}

impl Open {
    fn segment(&self) -> Option<Segment> {
        match self {
            Self::Array(begun) => begun.checked_sub(1).map(Segment::Index),
            Self::Object(key) => key.as_deref().map(|key| Segment::Key(key.into())),
        }
    }
}
