//! Scenarios as they stand in a file of their own or in a rule file.

use indexmap::IndexMap;
use serde_json::Value;

use super::Scenario;
use crate::error::{Error, ErrorKind, Errors};
use crate::lint::Problem;
use crate::rule_set::RuleSet;
use crate::yaml::{Places, Step, read_with_places};

/// Scenarios with the text they come from, so that what does not fit is shown where it stands.
#[derive(Debug, Clone)]
pub struct ScenarioFile {
    scenarios: IndexMap<String, Scenario>,
    text: String,
    source: String,
    /// The file is one scenario, not a list of named ones.
    is_bare: bool,
    is_of_rules: bool,
}

/// The name of a scenario that has none.
const UNNAMED: &str = "scenario";

impl ScenarioFile {
    /// Reads a file: one scenario, or several by name under `scenarios`; `source` names it in errors.
    ///
    /// # Errors
    ///
    /// All problems at once, with line and column. Whether a scenario fits rules is told by [`apply`](Self::apply).
    pub fn parse(text: &str, source: &str) -> Result<Self, Errors> {
        let root: Value = read_with_places(text, source)?;
        let is_bare = root.get("scenarios").is_none();
        let mut errors = Vec::new();
        let mut scenarios = IndexMap::new();
        let places = Places::scan(text, source).map_err(|error| Errors(vec![*error]))?;
        let entries: Vec<(String, Value)> = match root {
            Value::Object(mut map) if !is_bare => {
                let named = map.shift_remove("scenarios");
                for key in map.keys() {
                    let kind = ErrorKind::UnknownKey { key: key.clone(), suggestion: None };
                    errors.push(Error { kind, place: places.find(&[key.as_str().into()]) });
                }
                match named {
                    Some(Value::Object(named)) => named.into_iter().collect(),
                    _ => Vec::new(),
                }
            }
            root => vec![(UNNAMED.to_owned(), root)],
        };
        for (name, value) in entries {
            let base = base(&name, is_bare);
            let report = &mut |steps: &[Step], kind: ErrorKind| {
                errors.push(Error { kind, place: places.find(&[&base, steps].concat()) });
            };
            scenarios.extend(crate::yaml::read_part(value, report).map(|scenario| (name, scenario)));
        }
        if scenarios.is_empty() && errors.is_empty() {
            let kind = ErrorKind::Impossible { reason: "the file has no scenario".to_owned() };
            errors.push(Error { kind, place: places.find(&[]) });
        }
        let (text, source) = (text.to_owned(), source.to_owned());
        if errors.is_empty() {
            Ok(Self { scenarios, text, source, is_bare, is_of_rules: false })
        } else {
            Err(Errors(errors))
        }
    }

    /// Returns the scenarios of a rule file.
    #[must_use]
    pub fn of_rules(rules: &RuleSet, text: &str, source: &str) -> Self {
        let (text, source) = (text.to_owned(), source.to_owned());
        Self { scenarios: rules.scenarios.clone(), text, source, is_bare: false, is_of_rules: true }
    }

    /// Tells whether the file is a rule file.
    #[must_use]
    pub fn is_of_rules(&self) -> bool {
        self.is_of_rules
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the scenarios by name; one without a name is called `scenario`.
    pub fn scenarios(&self) -> impl Iterator<Item = (&str, &Scenario)> {
        self.scenarios.iter().map(|(name, scenario)| (name.as_str(), scenario))
    }

    /// Returns rules as one of the scenarios changes them; an unknown name changes nothing.
    ///
    /// # Errors
    ///
    /// All that does not fit, with the place in this file.
    pub fn apply(&self, name: &str, rules: &RuleSet) -> Result<RuleSet, Errors> {
        let Some(scenario) = self.scenarios.get(name) else { return Ok(rules.clone()) };
        rules.with_scenario(scenario).map_err(|problems| self.placed(name, problems))
    }

    fn placed(&self, name: &str, problems: Vec<Problem>) -> Errors {
        let base = base(name, self.is_bare);
        let places = Places::scan(&self.text, &self.source).ok();
        let place = |steps: &[Step]| {
            let steps = [&base, steps].concat();
            places.as_ref().map(|places| places.find(&steps)).unwrap_or_default()
        };
        let placed = |problem: Problem| Error { place: place(&problem.steps), kind: problem.kind };
        Errors(problems.into_iter().map(placed).collect())
    }
}

fn base(name: &str, is_bare: bool) -> Vec<Step> {
    if is_bare { Vec::new() } else { vec!["scenarios".into(), name.into()] }
}
