//! Rules whose records all meet a condition.

use indexmap::IndexMap;
use synth_core::{JsonPath, Rate, Segment};

use super::{Comparison, Predicate};
use crate::field::{FieldRule, FieldType};
use crate::generator::{Categorical, Generator, Literal};
use crate::rule_set::RuleSet;

impl Predicate {
    /// Returns rules whose records all meet the condition and are else as those of `rules`; `None` where that cannot
    /// be promised.
    ///
    /// # Method
    ///
    /// A conjunction of `==` with values of `categorical` and `constant` fields, and of `has`, is met by rules that
    /// always have the fields and list these values only. Every value is drawn from its own address, so no other
    /// field changes. Fields inside of arrays and dictionaries, fields that a relationship binds, that hang together with
    /// others by the joint model or that a tag decides, and all other conditions are left to trying.
    #[must_use]
    pub fn fix(&self, rules: &RuleSet) -> Option<RuleSet> {
        let mut fixed = rules.clone();
        let parts = match self {
            Self::All(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        // Two values for one field contradict each other, or are the same.
        let mut values: IndexMap<&JsonPath, &Literal> = IndexMap::new();
        for part in parts {
            match part {
                Self::Compare { path, comparison: Comparison::Equal, value } => {
                    if values.insert(path, value).is_some_and(|earlier| earlier != value) {
                        return None;
                    }
                    make_present(&mut fixed, path)?;
                    set_value(fixed.fields.get_mut(path)?, value)?;
                }
                Self::Has(path) => make_present(&mut fixed, path)?,
                _ => return None,
            }
        }
        Some(fixed)
    }
}

/// Gives a member of the record and all objects above it a presence of 1.
fn make_present(rules: &mut RuleSet, path: &JsonPath) -> Option<()> {
    let is_plain = path.segments().iter().all(|segment| matches!(segment, Segment::Key(_)));
    let is_bound = rules
        .relationships
        .iter()
        .flat_map(|relationship| relationship.named_paths())
        .any(|(_, bound)| bound.starts_with(path) || path.starts_with(bound));
    let decides = |field: &&JsonPath| path.starts_with(field);
    let is_decided = rules
        .variants
        .values()
        .any(|variants| variants.fields().iter().any(decides) || variants.typed().iter().any(decides));
    let is_modelled = rules.model.as_ref().is_some_and(|model| model.binds(path));
    if !is_plain
        || is_bound
        || is_modelled
        || is_decided
        || !rules.fields.keys().any(|field| field.starts_with(path))
    {
        return None;
    }
    for depth in 0..=path.segments().len() {
        let above: JsonPath = path.segments()[..depth].iter().cloned().collect();
        let Some(rule) = rules.fields.get_mut(&above) else { continue };
        if depth < path.segments().len() {
            rule.null_rate = Rate::ZERO;
            rule.kinds.retain(|kind| kind.field_type == FieldType::Object);
            let [kind] = &mut rule.kinds[..] else { return None };
            kind.share = Rate::ONE;
        }
        rule.presence = Rate::ONE;
    }
    Some(())
}

/// Leaves a field one value, which it must have already.
fn set_value(rule: &mut FieldRule, value: &Literal) -> Option<()> {
    if rule.unique || rule.kinds.iter().any(|kind| kind.field_type == FieldType::Number) {
        return None;
    }
    if *value == Literal::Null {
        let is_null = !rule.null_rate.is_zero();
        rule.null_rate = Rate::ONE;
        return is_null.then_some(());
    }
    let has_value = |generator: &Option<Generator>| match generator {
        Some(Generator::Categorical(list)) => {
            let weight = |at: usize| list.probs.get(at).is_none_or(|prob| *prob > 0.0);
            list.values.iter().position(|listed| listed == value).is_some_and(weight)
        }
        Some(Generator::Constant(constant)) => constant.value == *value,
        _ => false,
    };
    let mut kind = rule.kinds.iter().find(|kind| has_value(&kind.generator))?.clone();
    kind.share = Rate::ONE;
    kind.generator = Some(Generator::Categorical(Categorical {
        values: vec![value.clone()],
        probs: Vec::new(),
        normalize: false,
    }));
    rule.null_rate = Rate::ZERO;
    rule.kinds = vec![kind];
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "
version: 2
fields:
  $.status: {type: enum, presence: 0.5, null_rate: 0.2, generator: categorical, params: {values: [OK, FAILED, GONE], probs: [0.9, 0.1, 0]}}
  $.meta: {type: object, presence: 0.3, null_rate: 0.1}
  $.meta.code: {one_of: [{share: 0.5, type: integer, generator: categorical, params: {values: [1, 2]}}, {share: 0.5, type: string, generator: uuid_v4}]}
  $.score: {type: number, generator: constant, params: {value: 1}}
  $.copy: {type: string, generator: constant, params: {value: x}}
relationships:
- {type: arithmetic, target: $.copy, operation: copy, terms: [$.score]}
";

    fn fixed(condition: &str) -> Option<RuleSet> {
        let rules = RuleSet::parse(RULES, "rules").unwrap();
        let fixed = Predicate::parse(condition).unwrap().fix(&rules);
        assert!(fixed.iter().all(|fixed| crate::lint::lint(fixed).is_empty()));
        fixed
    }

    #[test]
    fn listed_values_and_presence_are_promised() {
        let rules = fixed("$.status == \"FAILED\" && $.meta.code == 2").unwrap();
        assert!(rules.fields.values().take(3).all(|rule| rule.presence.is_one() && rule.null_rate.is_zero()));
        assert_eq!(rules.fields[2].kinds.len(), 1);
        let rules = fixed("has($.meta.code)").unwrap();
        assert!(rules.fields[1].presence.is_one() && rules.fields[2].kinds.len() == 2);
        assert!(fixed("$.status == null").unwrap().fields[0].null_rate.is_one());
    }

    /// Catches a promise of values that the rules never make, or that another rule decides.
    #[test]
    fn what_is_not_sure_is_not_promised() {
        for condition in [
            "$.status == \"LOST\"",
            "$.status == \"GONE\"",
            "$.status == \"OK\" && $.status == \"FAILED\"",
            "$.status == \"OK\" || $.status == \"FAILED\"",
            "$.status != \"OK\"",
            "$.score == 1",
            "$.copy == \"x\"",
            "has($.nothing)",
        ] {
            assert_eq!(fixed(condition), None, "{condition}");
        }
    }
}
