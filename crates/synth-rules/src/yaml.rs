//! Rule files as text: reading with places, and writing.

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use synth_core::{JsonPath, Place};

use crate::error::{Error, ErrorKind, Errors, suggest};
use crate::generator::Generator;
use crate::lint::lint;
use crate::rule_set::{RuleSet, VERSION};

mod comments;
mod places;

use comments::with_comments;
use places::Places;
pub(crate) use places::Step;

/// Larger rule files are refused.
const MAX_BYTES: usize = 64 << 20;

/// Sections whose keys are paths.
const SECTIONS: [&str; 3] = ["fields", "shape", "variants"];

impl RuleSet {
    /// Reads a rule file; `source` names it in errors.
    ///
    /// # Errors
    ///
    /// All problems at once, each with line and column: bad YAML, unknown and duplicate keys, wrong types, and what
    /// [`lint`] finds.
    pub fn parse(text: &str, source: &str) -> Result<Self, Errors> {
        if text.len() > MAX_BYTES {
            let reason = format!("the file is larger than {MAX_BYTES} bytes");
            return Err(Errors(vec![Error {
                kind: ErrorKind::BadYaml { reason },
                place: Place::in_source(source),
            }]));
        }
        let places = Places::scan(text, source).map_err(|error| Errors(vec![*error]))?;
        let mut loader = Loader { places, errors: Vec::new() };
        loader.duplicates();
        let rules = loader.load(text);
        if let (Some(rules), true) = (&rules, loader.errors.is_empty()) {
            for problem in lint(rules) {
                let place = loader.places.find(&problem.steps);
                loader.errors.push(Error { kind: problem.kind, place });
            }
        }
        match rules {
            Some(rules) if loader.errors.is_empty() => Ok(rules),
            _ => Err(Errors(loader.errors)),
        }
    }

    /// Returns the line and column at which a rule file speaks of a path; `source` names the file.
    #[must_use]
    pub fn place_of(text: &str, source: &str, path: &str) -> Place {
        let unknown = || Place { path: Some(path.to_owned()), ..Place::in_source(source) };
        let Ok(places) = Places::scan(text, source) else { return unknown() };
        let known = SECTIONS.iter().find_map(|section| places.exact(&[(*section).into(), path.into()]));
        known.unwrap_or_else(unknown)
    }

    /// Returns the JSON Schema of rule files.
    #[must_use]
    pub fn json_schema() -> Value {
        schemars::generate::SchemaSettings::draft07()
            .into_generator()
            .into_root_schema_for::<Self>()
            .to_value()
    }

    /// Writes the rule set as YAML.
    ///
    /// # Panics
    ///
    /// Never: every rule set has a YAML form.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::Object(root)) => print::print(&root),
            _ => unreachable!("a struct with string keys is written as an object"),
        }
    }

    /// Writes the rule set as YAML with the comments of an earlier text.
    ///
    /// A comment goes to the key that it stood above or behind or, when that is gone, to the nearest key above it.
    /// A text whose comments cannot be told from its values has none.
    #[must_use]
    pub fn to_yaml_with_comments_of(&self, earlier: &str) -> String {
        with_comments(self.to_yaml(), earlier)
    }
}

mod print;

/// Reads sections one by one, so that one bad rule does not hide the next.
struct Loader {
    places: Places,
    errors: Vec<Error>,
}

impl Loader {
    fn push(&mut self, kind: ErrorKind, steps: &[Step]) {
        let place = self.places.find(steps);
        self.errors.push(Error { kind, place });
    }

    fn duplicates(&mut self) {
        for (key, place) in std::mem::take(&mut self.places.duplicates) {
            self.errors.push(Error { kind: ErrorKind::DuplicateKey { key }, place });
        }
    }

    fn load(&mut self, text: &str) -> Option<RuleSet> {
        let root: Value = match serde_yaml::from_str(text) {
            Ok(root) => root,
            Err(error) => {
                self.push(ErrorKind::BadYaml { reason: error.to_string() }, &[]);
                return None;
            }
        };
        let Value::Object(mut sections) = root else {
            self.push(ErrorKind::WrongType { reason: "a rule file is a mapping".to_owned() }, &[]);
            return None;
        };
        let fields = self.rules_by_path(&mut sections, "fields");
        let shape = self.rules_by_path(&mut sections, "shape");
        let variants = self.rules_by_path(&mut sections, "variants");
        // What is left is small; its first error is enough.
        let rest: RuleSet = self.value(Value::Object(sections), &[])?;
        if rest.version != VERSION {
            self.push(ErrorKind::BadVersion { found: rest.version, expected: VERSION }, &["version".into()]);
        }
        Some(RuleSet { fields, shape, variants, ..rest })
    }

    /// Takes a section that is a mapping of paths to rules.
    fn rules_by_path<T: DeserializeOwned>(
        &mut self,
        sections: &mut Map<String, Value>,
        name: &str,
    ) -> IndexMap<JsonPath, T> {
        let entries = match sections.remove(name) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(entries)) => entries,
            Some(_) => {
                let reason = format!("`{name}` is a mapping of paths to rules");
                self.push(ErrorKind::WrongType { reason }, &[name.into()]);
                Map::new()
            }
        };
        let mut rules = IndexMap::new();
        for (key, value) in entries {
            let steps = [name.into(), key.as_str().into()];
            let path = self.rule_path(&key, &steps);
            let rule = self.value(value, &steps);
            if let (Some(path), Some(rule)) = (path, rule)
                && rules.insert(path, rule).is_some()
            {
                self.push(ErrorKind::DuplicateKey { key }, &steps);
            }
        }
        rules
    }

    fn rule_path(&mut self, key: &str, steps: &[Step]) -> Option<JsonPath> {
        let reason = match JsonPath::parse(key) {
            Ok(path) if path.is_rule_path() => return Some(path),
            Ok(_) => "`..` is for queries, and `.*~` stands last".to_owned(),
            Err(error) => error.to_string(),
        };
        self.push(ErrorKind::BadPath { text: key.to_owned(), reason }, steps);
        None
    }

    fn value<T: DeserializeOwned>(&mut self, value: Value, steps: &[Step]) -> Option<T> {
        if let Some(name) = unknown_generator(&value) {
            let suggestion = suggest(&name, Generator::NAMES);
            let steps = [steps, &["generator".into()]].concat();
            self.push(ErrorKind::UnknownGenerator { name, suggestion }, &steps);
            return None;
        }
        let mut track = serde_path_to_error::Track::new();
        match T::deserialize(serde_path_to_error::Deserializer::new(&value, &mut track)) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                let inner: Vec<Step> =
                    track.path().iter().map(|segment| segment.to_string().into()).collect();
                let steps = [steps, &inner].concat();
                let kind = self.kind_of(&error.to_string(), &value, &inner);
                self.push(kind, &steps);
                None
            }
        }
    }

    /// Tells a key that no type knows from other errors: serde stops right at it.
    fn kind_of(&self, reason: &str, value: &Value, inner: &[Step]) -> ErrorKind {
        let Some((key, known)) = inner.last().zip(expected_names(reason)) else {
            return ErrorKind::WrongType { reason: reason.to_owned() };
        };
        let holder = inner[..inner.len() - 1].iter().try_fold(value, |value, step| step.of(value));
        match holder {
            Some(Value::Object(map)) if map.contains_key(key.as_str()) && !known.contains(&key.as_str()) => {
                let suggestion = suggest(key.as_str(), known);
                ErrorKind::UnknownKey { key: key.as_str().to_owned(), suggestion }
            }
            _ => ErrorKind::WrongType { reason: reason.to_owned() },
        }
    }
}

/// The names that serde lists between backticks after `expected`, when it met a key that the type does not have.
///
/// serde has no other form of this error than its text, which is part of its derive's contract.
fn expected_names(reason: &str) -> Option<Vec<&str>> {
    reason.starts_with("unknown field").then_some(())?;
    let (_, expected) = reason.split_once("expected ")?;
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    (!names.is_empty()).then_some(names)
}

/// The generator a rule names, if there is none of that name.
fn unknown_generator(rule: &Value) -> Option<String> {
    let name = rule.get("generator")?.as_str()?;
    (!Generator::NAMES.contains(&name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
