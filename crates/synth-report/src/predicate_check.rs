//! Whether the synthetic records keep the predicates of the rules.

use std::collections::BTreeMap;

use serde_json::Value;
use synth_core::plugin::PluginValue;
use synth_core::{JsonPath, Place, Segment, cast};
use synth_rules::expression::Purpose;
use synth_rules::plugins::plugin_value;
use synth_rules::{EvaluationError, Expression, PredicateRule, RuleSet, Severity};

use crate::check::{Check, CheckName, Status, Violation};

/// Shows every record to the predicates of a rule set and counts what breaks them.
#[derive(Debug)]
pub struct PredicateCheck {
    predicates: Vec<Tested>,
    n_checked: u64,
}

/// One predicate and what became of it.
#[derive(Debug)]
struct Tested {
    rule: PredicateRule,
    expression: Expression,
    /// Broken, or not to be judged for another reason than a null.
    broken: BTreeMap<Option<EvaluationError>, (u64, Place)>,
    n_null: u64,
}

impl PredicateCheck {
    /// Takes the predicates of a rule set that was linted; those that cannot be compiled are left out.
    #[must_use]
    pub fn new(rules: &RuleSet) -> Self {
        let tested = |rule: &PredicateRule| {
            let expression =
                Expression::compile(&rule.expression, &rule.at, rules, Purpose::Condition).ok()?;
            Some(Tested { rule: rule.clone(), expression, broken: BTreeMap::new(), n_null: 0 })
        };
        Self { predicates: rules.predicates.iter().filter_map(tested).collect(), n_checked: 0 }
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.predicates.is_empty()
    }

    /// Takes one synthetic record.
    pub fn check_record(&mut self, place: &Place, record: &Value) {
        for tested in &mut self.predicates {
            tested.check_record(place, record, &mut self.n_checked);
        }
    }

    /// Returns the outcome: predicates of the severity `warning` are told in its notes and fail nothing.
    #[must_use]
    pub fn finish(self) -> Check {
        let (mut violations, mut notes) = (Vec::new(), Vec::new());
        for tested in self.predicates {
            tested.tell(&mut violations, &mut notes);
        }
        let n_violations = violations.iter().map(|violation| violation.count).sum();
        let check = Check::of(CheckName::Predicates, self.n_checked, violations);
        debug_assert!(
            n_violations > 0 || check.status != Status::Failed,
            "a violation counts at least one object"
        );
        Check { n_violations, notes, ..check }
    }
}

impl Tested {
    fn check_record(&mut self, place: &Place, record: &Value, n_checked: &mut u64) {
        let at = self.rule.at.clone();
        let mut evaluator = self.expression.evaluator();
        let (mut broken, mut n_null) = (Vec::new(), 0);
        objects(&mut vec![record], at.segments(), &mut |above| {
            *n_checked += 1;
            for (index, variable) in self.expression.variables().iter().enumerate() {
                let found = value_at(above, at.segments(), &variable.path);
                evaluator.set(index, found.map_or(PluginValue::Null, plugin_value));
            }
            match evaluator.evaluate() {
                Ok(PluginValue::Bool(true)) => {}
                Ok(PluginValue::Bool(false)) => broken.push(None),
                Ok(PluginValue::Null) | Err(EvaluationError::Null) => n_null += 1,
                Ok(_) => broken.push(Some(EvaluationError::WrongType)),
                Err(reason) => broken.push(Some(reason)),
            }
        });
        self.n_null += n_null;
        for reason in broken {
            self.broken.entry(reason).or_insert_with(|| (0, place.clone())).0 += 1;
        }
    }

    fn tell(self, violations: &mut Vec<Violation>, notes: &mut Vec<String>) {
        let Self { rule, broken, n_null, .. } = self;
        let name = rule.message.unwrap_or_else(|| format!("`{}` does not hold", rule.expression));
        for (reason, (count, place)) in broken {
            let reason = reason.map_or_else(|| name.clone(), |reason| format!("{name}: {reason}"));
            let place: crate::check::PlaceNote = place.into();
            match rule.severity {
                Severity::Error => violations.push(Violation {
                    path: rule.at.to_string(),
                    reason,
                    count,
                    place: Some(place),
                }),
                Severity::Warning => {
                    notes.push(format!(
                        "warning at {}: {reason}, {count} times, first in {}",
                        rule.at,
                        place.to_text()
                    ));
                }
            }
        }
        if n_null > 0 {
            notes.push(format!(
                "`{}` could not be judged {n_null} times: a field is null or missing",
                rule.expression
            ));
        }
    }
}

/// Visits every object at a path, each with what stands above it; the last of `above` is where the steps begin.
fn objects<'r>(above: &mut Vec<&'r Value>, steps: &[Segment], visit: &mut impl FnMut(&[&'r Value])) {
    let Some(holder) = above.last().copied() else { return };
    let Some((first, rest)) = steps.split_first() else {
        visit(above);
        return;
    };
    let mut step_into = |value: &'r Value| {
        above.push(value);
        objects(above, rest, visit);
        above.pop();
    };
    match (first, holder) {
        (Segment::Elements, Value::Array(elements)) => elements.iter().for_each(step_into),
        (Segment::Members, Value::Object(members)) => members.values().for_each(step_into),
        (segment, holder) => {
            if let Some(value) = child(holder, segment) {
                step_into(value);
            }
        }
    }
}

fn child<'r>(holder: &'r Value, segment: &Segment) -> Option<&'r Value> {
    match segment {
        Segment::Key(key) => holder.get(&**key),
        Segment::Index(index) => holder.get(cast::to_usize(u64::from(*index))),
        _ => None,
    }
}

/// Returns what stands at a path, seen from an object: `above[i]` is what stands behind the first `i` steps to it.
fn value_at<'r>(above: &[&'r Value], steps: &[Segment], path: &JsonPath) -> Option<&'r Value> {
    let shared = steps.iter().zip(path.segments()).take_while(|(left, right)| left == right).count();
    let start = *above.get(shared)?;
    path.segments()[shared..].iter().try_fold(start, child)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RULES: &str = "
version: 2
shape: {'$.items[]': {length: {distribution: constant, params: {value: 2}}}}
fields:
  $.limit: {type: number, generator: constant, params: {value: 10}}
  $.items[].n: {type: integer, generator: constant, params: {value: 1}}
  $.items[].price: {type: number, generator: constant, params: {value: 1}}
predicates:
- {expression: 'n * price <= limit', at: '$.items[]', message: an item is too dear}
- {expression: 'size(items) > 0'}
- {expression: 'limit > 5', severity: warning, message: a low limit}
- {expression: '100 / items[0].n >= 1'}
";

    fn outcome(records: &[Value]) -> Check {
        let rules = RuleSet::parse(RULES, "rules.yaml").unwrap();
        let mut check = PredicateCheck::new(&rules);
        for (number, record) in (0..).zip(records) {
            check.check_record(&Place { record: Some(number), ..Place::default() }, record);
        }
        check.finish()
    }

    #[test]
    fn what_is_broken_is_counted_with_its_place() {
        let good = json!({"limit": 10, "items": [{"n": 2, "price": 5}, {"n": 1, "price": 1.5}]});
        assert_eq!(outcome(std::slice::from_ref(&good)).status, Status::Passed);
        let dear = json!({"limit": 4.5, "items": [{"n": 2, "price": 5}, {"n": 3, "price": 1.5}]});
        let check = outcome(&[good, dear, json!({"limit": 10, "items": []})]);
        assert_eq!((check.status, check.n_violations, check.n_checked), (Status::Failed, 3, 13));
        let told: Vec<(&str, &str, u64, Option<u64>)> = check
            .violations
            .iter()
            .map(|v| (v.path.as_str(), v.reason.as_str(), v.count, v.place.as_ref().and_then(|p| p.record)))
            .collect();
        assert_eq!(
            told,
            [
                ("$.items[]", "an item is too dear", 1, Some(1)),
                ("$", "`size(items) > 0` does not hold", 1, Some(2)),
                (
                    "$",
                    "`100 / items[0].n >= 1` does not hold: a list or object lacks what is asked for",
                    1,
                    Some(2)
                ),
            ]
        );
        assert_eq!(check.notes, ["warning at $: a low limit, 1 times, first in record 1"]);
    }

    /// A condition on what is missing is neither kept nor broken.
    #[test]
    fn nulls_are_not_judged() {
        let check = outcome(&[json!({"limit": null, "items": [{"n": 0, "price": 5}]})]);
        assert_eq!(check.n_violations, 1, "100 / 0");
        assert!(check.violations[0].reason.ends_with("division by zero"), "{:?}", check.violations);
        assert_eq!(check.notes.len(), 2, "{:?}", check.notes);
    }
}
