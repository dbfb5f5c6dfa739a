//! What is wrong with faults and plugins.

use synth_core::{JsonPath, Segment};

use super::{Problem, Report};
use crate::error::ErrorKind;
use crate::field::FieldRule;
use crate::rule_set::RuleSet;
use crate::yaml::Step;

/// Finds faults that a field cannot have.
pub(super) fn faults(rules: &RuleSet, path: &JsonPath, field: &FieldRule, report: Report<'_>) {
    if field.faults.is_empty() {
        return;
    }
    let mut refuse = |keys: &[&str], reason: &str| {
        report(keys, ErrorKind::Impossible { reason: reason.to_owned() });
    };
    let sum: f64 = field.faults.shares().iter().map(|(_, share)| share.get()).sum();
    if sum > 1.0 + 1e-6 {
        refuse(
            &["faults"],
            &format!("the shares of `faults` sum to {}, more than 1", super::sums::without_noise(sum)),
        );
    }
    let is_tag = rules.variants.values().any(|variants| variants.discriminator == *path);
    if is_tag || matches!(path.segments().last(), Some(Segment::MemberKeys)) {
        refuse(&["faults"], "a tag of `variants` and the keys of a dictionary have no faults");
    }
    if field.kinds.iter().all(|kind| kind.generator.is_none()) {
        refuse(&["faults"], "objects, arrays and nulls have no faults; see `presence` and `null_rate`");
    }
    let has_numbers = field
        .kinds
        .iter()
        .any(|kind| matches!(&kind.generator, Some(generator) if generator.makes_numbers()));
    if !field.faults.out_of_range.is_zero() && !has_numbers {
        refuse(&["faults", "out_of_range"], "only numbers of `quantile_sample` have a range");
    }
    let is_member = path.segments().iter().all(|segment| matches!(segment, Segment::Key(_)));
    if !field.faults.duplicate.is_zero() && !is_member {
        refuse(
            &["faults", "duplicate"],
            "only fields of records, not of elements, can repeat an earlier one",
        );
    }
}

/// Finds scripts that no run would follow.
pub(super) fn plugins(rules: &RuleSet, problems: &mut Vec<Problem>) {
    let sections = [("generators", &rules.plugins.generators), ("validators", &rules.plugins.validators)];
    for (section, scripts) in sections {
        for (name, script) in scripts {
            if let Some(reason) = script.problem() {
                let steps: Vec<Step> = ["plugins", section, name, "path"].map(Step::from).into();
                let kind = ErrorKind::PluginPath { path: script.path.clone(), reason };
                problems.push(Problem { steps, kind });
            }
        }
    }
}
