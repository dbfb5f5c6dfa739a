//! Which expressions look at a path.

use synth_core::JsonPath;

use crate::expression::{Expression, Purpose};
use crate::generator::Generator;
use crate::rule_set::RuleSet;

/// Names the fields that are computed from a path, and the predicates that speak of it.
pub(super) fn followers(rules: &RuleSet, path: &JsonPath, lines: &mut Vec<String>) {
    for (field, rule) in &rules.fields {
        let looks = rule.kinds.iter().any(|kind| match &kind.generator {
            Some(Generator::Derived(derived)) => {
                looks_at(&derived.expression, field, rules, (path, Purpose::Value))
            }
            Some(Generator::Copy(copy)) => copy.path == *path,
            _ => false,
        });
        if looks {
            lines.push(format!("the values of {field} follow from it"));
        }
    }
    for predicate in &rules.predicates {
        if looks_at(&predicate.expression, &predicate.at, rules, (path, Purpose::Condition)) {
            let expression = &predicate.expression;
            lines.push(format!("`synth validate` checks that `{expression}` holds at {}", predicate.at));
        }
    }
}

/// Tells whether an expression looks at a path, or at something that it is a part of.
fn looks_at(text: &str, at: &JsonPath, rules: &RuleSet, (path, purpose): (&JsonPath, Purpose)) -> bool {
    // An expression that does not fit the rules is told when they are read.
    let Ok(expression) = Expression::compile(text, at, rules, purpose) else { return false };
    expression.variables().iter().any(|variable| path.starts_with(&variable.path))
}
