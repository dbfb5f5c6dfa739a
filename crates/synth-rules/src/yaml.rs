//! Rule files as text: reading with places, and writing.

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use synth_core::{JsonPath, Place, cast};

use crate::error::{Error, ErrorKind, Errors};
use crate::field::FieldRule;
use crate::lint::lint_known;
use crate::relationship::Relationship;
use crate::rule_set::{RuleSet, VERSION};
use crate::scenario::Scenario;
use crate::shape::ShapeRule;

mod comments;
mod forms;
mod kinds;
mod places;

use comments::with_comments;
pub(crate) use forms::read as read_part;
pub(crate) use places::{Places, Step};

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
    /// [`lint`](crate::lint::lint) finds.
    pub fn parse(text: &str, source: &str) -> Result<Self, Errors> {
        if text.len() > MAX_BYTES {
            let reason = format!("the file is larger than {MAX_BYTES} bytes");
            return Err(Errors(vec![Error {
                kind: ErrorKind::BadYaml { reason },
                place: Place::in_source(source),
            }]));
        }
        let places = Places::scan(text, source).map_err(|error| Errors(vec![*error]))?;
        let mut loader = Loader { places, errors: Vec::new(), unread: Vec::new() };
        loader.duplicates();
        let rules = loader.load(text);
        if let Some(rules) = &rules {
            for problem in lint_known(rules, &loader.unread) {
                let place = loader.places.find(&problem.steps);
                loader.errors.push(Error { kind: problem.kind, place });
            }
            if loader.errors.is_empty() {
                loader.try_scenarios(rules);
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

/// Reads a YAML text of another form than a rule file: no key stands twice.
pub(crate) fn read_with_places(text: &str, source: &str) -> Result<Value, Errors> {
    if text.len() > MAX_BYTES {
        let reason = format!("the file is larger than {MAX_BYTES} bytes");
        let place = Place::in_source(source);
        return Err(Errors(vec![Error { kind: ErrorKind::BadYaml { reason }, place }]));
    }
    let places = Places::scan(text, source).map_err(|error| Errors(vec![*error]))?;
    let mut loader = Loader { places, errors: Vec::new(), unread: Vec::new() };
    loader.duplicates();
    let root = serde_yaml::from_str(text).map_err(|error| loader.bad_yaml(&error)).ok();
    match root {
        Some(root) if loader.errors.is_empty() => Ok(root),
        _ => Err(Errors(loader.errors)),
    }
}

/// Reads sections one by one, so that one bad rule does not hide the next.
struct Loader {
    places: Places,
    errors: Vec<Error>,
    /// Paths of rules that could not be read.
    unread: Vec<JsonPath>,
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
                self.bad_yaml(&error);
                return None;
            }
        };
        let Value::Object(mut sections) = root else {
            self.push(ErrorKind::WrongType { reason: "a rule file is a mapping".to_owned() }, &[]);
            return None;
        };
        let fields = self.rules_by_path(&mut sections, "fields", Self::field);
        let shape = self.rules_by_path(&mut sections, "shape", Self::shape);
        let variants = self.rules_by_path(&mut sections, "variants", Self::value);
        let relationships = self.relationships(&mut sections);
        let scenarios = self.scenarios(&mut sections);
        let rest: RuleSet = self.value(Value::Object(sections), &[])?;
        if rest.version != VERSION {
            self.push(ErrorKind::BadVersion { found: rest.version, expected: VERSION }, &["version".into()]);
        }
        Some(RuleSet { fields, shape, variants, relationships, scenarios, ..rest })
    }

    /// Tells what a reader of YAML could not make sense of.
    fn bad_yaml(&mut self, error: &serde_yaml::Error) {
        let place = error.location().map_or_else(
            || self.places.find(&[]),
            |at| self.places.place((cast::to_u64(at.line()), cast::to_u64(at.column()))),
        );
        self.errors.push(Error { kind: ErrorKind::BadYaml { reason: error.to_string() }, place });
    }

    /// Takes a section that is a mapping of paths to rules.
    fn rules_by_path<T>(
        &mut self,
        sections: &mut Map<String, Value>,
        name: &str,
        read: fn(&mut Self, Value, &[Step]) -> Option<T>,
    ) -> IndexMap<JsonPath, T> {
        let entries = match sections.shift_remove(name) {
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
            let rule = read(self, value, &steps);
            match (path, rule) {
                (Some(path), Some(rule)) => {
                    if rules.insert(path, rule).is_some() {
                        self.push(ErrorKind::DuplicateKey { key }, &steps);
                    }
                }
                (path, _) => self.unread.extend(path),
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
        forms::read(value, &mut |below, kind| self.push(kind, &[steps, below].concat()))
    }

    fn field(&mut self, mut value: Value, steps: &[Step]) -> Option<FieldRule> {
        let n_errors = self.errors.len();
        kinds::check_rule(&mut value, &mut |below, kind| self.push(kind, &[steps, below].concat()));
        self.value(value, steps).filter(|_| self.errors.len() == n_errors)
    }

    fn shape(&mut self, value: Value, steps: &[Step]) -> Option<ShapeRule> {
        let report = &mut |below: &[Step], kind| self.push(kind, &[steps, below].concat());
        if kinds::length_is_sound(&value, report) { self.value(value, steps) } else { None }
    }

    /// Takes the scenarios by name.
    fn scenarios(&mut self, sections: &mut Map<String, Value>) -> IndexMap<String, Scenario> {
        let section: Step = "scenarios".into();
        let entries = match sections.shift_remove(section.as_str()) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(entries)) => entries,
            Some(_) => {
                let reason = "`scenarios` is a mapping of names to scenarios".to_owned();
                self.push(ErrorKind::WrongType { reason }, &[section]);
                return IndexMap::new();
            }
        };
        let mut scenarios = IndexMap::new();
        for (name, entry) in entries {
            let steps: [Step; 2] = [section.clone(), name.as_str().into()];
            scenarios.extend(self.value(entry, &steps).map(|scenario| (name, scenario)));
        }
        scenarios
    }

    /// Finds what of the scenarios does not fit the rules.
    fn try_scenarios(&mut self, rules: &RuleSet) {
        for (name, scenario) in &rules.scenarios {
            for problem in rules.with_scenario(scenario).err().into_iter().flatten() {
                let base: [Step; 2] = ["scenarios".into(), name.as_str().into()];
                self.push(problem.kind, &[&base, problem.steps.as_slice()].concat());
            }
        }
    }

    /// Takes the list of relationships.
    fn relationships(&mut self, sections: &mut Map<String, Value>) -> Vec<Relationship> {
        let section: Step = "relationships".into();
        let entries = match sections.shift_remove(section.as_str()) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(entries)) => entries,
            Some(_) => {
                let reason = "`relationships` is a list".to_owned();
                self.push(ErrorKind::WrongType { reason }, &[section]);
                return Vec::new();
            }
        };
        let mut relationships = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let steps: [Step; 2] = [section.clone(), (&index).into()];
            let report = &mut |below: &[Step], kind| self.push(kind, &[&steps, below].concat());
            if kinds::relationship_is_sound(&entry, report) {
                relationships.extend(self.value(entry, &steps));
            }
        }
        relationships
    }
}

#[cfg(test)]
mod tests;
