//! Line and column of every key and entry of a YAML text.

use std::collections::BTreeMap;
use std::fmt;

use saphyr_parser::{Event, Marker, Parser};
use serde_json::Value;
use synth_core::{Place, cast};

use crate::error::{Error, ErrorKind};

/// One step into a YAML tree: a key, or the index of an entry in decimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step(String);

impl Step {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes the step in a parsed tree.
    pub(super) fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match value {
            Value::Object(map) => map.get(&self.0),
            Value::Array(entries) => entries.get(self.0.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// Takes the step in a parsed tree that is changed.
    pub(super) fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        match value {
            Value::Object(map) => map.get_mut(&self.0),
            Value::Array(entries) => entries.get_mut(self.0.parse::<usize>().ok()?),
            _ => None,
        }
    }
}

impl<T: fmt::Display + ?Sized> From<&T> for Step {
    fn from(step: &T) -> Self {
        Self(step.to_string())
    }
}

impl From<String> for Step {
    fn from(step: String) -> Self {
        Self(step.trim_start_matches('[').trim_end_matches(']').to_owned())
    }
}

/// Where everything stands in a YAML text.
pub(crate) struct Places {
    source: String,
    marks: BTreeMap<Vec<Step>, (u64, u64)>,
    /// Keys that stand twice in one mapping.
    pub(super) duplicates: Vec<(String, Place)>,
    /// Where they stand; the keys below them are not told apart.
    repeated: Vec<Vec<Step>>,
}

/// A mapping or sequence that is open.
struct Open {
    /// Number of entries so far; `None` for a mapping.
    n_entries: Option<usize>,
    /// The next scalar of a mapping is a key.
    wants_key: bool,
}

impl Places {
    /// Reads the text once, keeping places only.
    pub(crate) fn scan(text: &str, source: &str) -> Result<Self, Box<Error>> {
        let mut places = Self {
            source: source.to_owned(),
            marks: BTreeMap::new(),
            duplicates: Vec::new(),
            repeated: Vec::new(),
        };
        let mut steps: Vec<Step> = Vec::new();
        let mut stack: Vec<Open> = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| {
                let kind = ErrorKind::BadYaml { reason: error.info().to_owned() };
                Box::new(Error { kind, place: places.place(position(error.marker())) })
            })?;
            let mark = position(&span.start);
            match event {
                Event::Scalar(key, ..) if stack.last().is_some_and(|open| open.wants_key) => {
                    steps.push(Step(key.to_string()));
                    places.key(&steps, &key, mark);
                    stack.iter_mut().last().into_iter().for_each(|open| open.wants_key = false);
                }
                Event::Scalar(..) | Event::Alias(_) => {
                    places.enter(&mut stack, &mut steps, mark);
                    leave(&mut stack, &mut steps);
                }
                Event::MappingStart(..) => {
                    places.enter(&mut stack, &mut steps, mark);
                    stack.push(Open { n_entries: None, wants_key: true });
                }
                Event::SequenceStart(..) => {
                    places.enter(&mut stack, &mut steps, mark);
                    stack.push(Open { n_entries: Some(0), wants_key: false });
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    stack.pop();
                    leave(&mut stack, &mut steps);
                }
                _ => {}
            }
        }
        Ok(places)
    }

    fn key(&mut self, steps: &[Step], key: &str, mark: (u64, u64)) {
        if self.marks.insert(steps.to_vec(), mark).is_some() {
            let is_part = |known: &Vec<Step>| steps.len() > known.len() && steps.starts_with(known);
            if !self.repeated.iter().any(is_part) {
                let place = self.place(mark);
                self.duplicates.push((key.to_owned(), place));
                self.repeated.push(steps.to_vec());
            }
        }
    }

    /// A value starts: an entry of a sequence takes its index as step.
    fn enter(&mut self, stack: &mut [Open], steps: &mut Vec<Step>, mark: (u64, u64)) {
        if let Some(n_entries) = stack.last_mut().and_then(|open| open.n_entries.as_mut()) {
            steps.push(Step(n_entries.to_string()));
            *n_entries += 1;
            self.marks.insert(steps.clone(), mark);
        }
    }

    pub(super) fn place(&self, (line, column): (u64, u64)) -> Place {
        Place { line: Some(line), column: Some(column), ..Place::in_source(self.source.clone()) }
    }

    /// Returns every key and entry with its line and column.
    pub(super) fn marks(&self) -> impl Iterator<Item = (&[Step], (u64, u64))> {
        self.marks.iter().map(|(steps, mark)| (steps.as_slice(), *mark))
    }

    /// Returns the place of these very steps.
    pub(super) fn exact(&self, steps: &[Step]) -> Option<Place> {
        self.marks.contains_key(steps).then(|| self.find(steps))
    }

    /// Returns the place of the deepest of the steps that stands in the file.
    pub(crate) fn find(&self, steps: &[Step]) -> Place {
        let known = (0..=steps.len()).rev().find_map(|depth| self.marks.get(&steps[..depth]));
        let mut place = known.map_or_else(|| self.place((1, 1)), |mark| self.place(*mark));
        place.path = steps.iter().map(Step::as_str).find(|step| step.starts_with('$')).map(str::to_owned);
        place
    }
}

/// A value ended: the step that led to it is taken back.
fn leave(stack: &mut [Open], steps: &mut Vec<Step>) {
    if let Some(open) = stack.last_mut() {
        steps.pop();
        open.wants_key = open.n_entries.is_none();
    }
}

fn position(marker: &Marker) -> (u64, u64) {
    (cast::to_u64(marker.line()), cast::to_u64(marker.col()) + 1)
}
