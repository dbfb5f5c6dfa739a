//! Relationships whose own parts do not fit each other.

use synth_core::Gap;

use super::Report;
use super::sums::{TOLERANCE, equal_lengths, is_not_one};
use crate::error::ErrorKind;
use crate::generator::Literal;
use crate::relationship::{Distances, Relationship};

pub(super) fn problems(relationship: &Relationship, report: Report<'_>) {
    match relationship {
        Relationship::Ordering { next_element, next_record, min_gap, max_gap, gap, .. } => {
            gap_problems([*min_gap, *max_gap], *next_element || *next_record, report);
            if let Some(gap) = gap {
                distance_problems(gap, *next_record, report);
            }
        }
        Relationship::Inequality { at_least, .. } if at_least.is_empty() => {
            report(&["at_least"], ErrorKind::Impossible { reason: "`at_least` has no terms".to_owned() });
        }
        Relationship::Transition { .. } => transition_problems(relationship, report),
        _ => {}
    }
}

fn gap_problems(gaps: [Option<Gap>; 2], is_along: bool, report: Report<'_>) {
    for (name, gap) in ["min_gap", "max_gap"].into_iter().zip(gaps) {
        let Some(gap) = gap else { continue };
        if is_along {
            let reason = format!("`{name}` is for two fields of a row");
            report(&[name], ErrorKind::Impossible { reason });
        }
        if gap.approximate() < 0.0 || !gap.approximate().is_finite() {
            report(&[name], ErrorKind::Impossible { reason: format!("`{name}` is below 0") });
        }
    }
    if let [Some(least), Some(most)] = gaps {
        let are_alike =
            matches!((least, most), (Gap::Number(_), Gap::Number(_)) | (Gap::Time(_), Gap::Time(_)));
        if !are_alike || least.approximate() > most.approximate() {
            let reason = format!("`min_gap` {least} is above `max_gap` {most}, or of another kind");
            report(&["min_gap"], ErrorKind::Impossible { reason });
        }
    }
}

fn distance_problems(gap: &Distances, is_of_records: bool, report: Report<'_>) {
    equal_lengths(("gap.quantiles", gap.quantiles.len()), ("gap.values", gap.values.len()), report);
    let mut refuse = |reason: &str| {
        report(&["gap"], ErrorKind::Impossible { reason: reason.to_owned() });
    };
    let all = || gap.values.iter().copied().chain(gap.spikes.iter().map(|spike| spike.value));
    let is_time = |gap: Gap| matches!(gap, Gap::Time(_));
    let total: f64 = gap.spikes.iter().map(|spike| spike.prob).sum();
    let is_fair = |prob: f64| (0.0..=1.0).contains(&prob);
    if is_of_records {
        refuse("`gap` is for two fields of a row, or of one element and the next");
    }
    if all().next().is_none() {
        refuse("`gap` has neither `values` nor `spikes`");
    }
    if all().map(is_time).any(|one| Some(one) != all().next().map(is_time)) {
        refuse("`gap` has numbers as well as durations");
    }
    if all().any(|gap| !gap.approximate().is_finite() || gap.approximate() < 0.0) {
        refuse("`gap` has a distance below 0");
    }
    if !gap.quantiles.is_sorted() || gap.quantiles.iter().any(|at| !(0.0..=100.0).contains(at)) {
        refuse("the quantiles of `gap` do not rise from 0 to 100");
    }
    if !gap.values.iter().map(|value| value.approximate()).is_sorted() {
        refuse("the values of `gap` fall");
    }
    if !gap.spikes.iter().all(|spike| is_fair(spike.prob)) || total > 1.0 + TOLERANCE {
        refuse("the probabilities of the spikes of `gap` are not within 0 and 1");
    }
}

fn transition_problems(relationship: &Relationship, report: Report<'_>) {
    let Relationship::Transition { states, initial, last, matrix, .. } = relationship else { return };
    state_problems(states, report);
    for (name, shares) in [("initial", initial), ("last", last)] {
        if !shares.is_empty() {
            equal_lengths(("states", states.len()), (name, shares.len()), report);
            super::sums::sum_to_one((name, &[name]), shares, report);
            super::sums::no_negative(name, shares, report);
        }
    }
    equal_lengths(("states", states.len()), ("matrix", matrix.len()), report);
    for (index, row) in matrix.iter().enumerate() {
        let at = index.to_string();
        let sum: f64 = row.iter().sum();
        let mut refuse = |reason: String| report(&["matrix", &at], ErrorKind::Impossible { reason });
        if row.len() != states.len() {
            refuse(format!("a row of `matrix` has {} shares for {} states", row.len(), states.len()));
        }
        if row.iter().any(|share| share.is_nan() || *share < 0.0) {
            refuse("a row of `matrix` holds a number below 0".to_owned());
        } else if sum > 1.0 + TOLERANCE && is_not_one(sum) {
            refuse(format!("a row of `matrix` sums to {sum}, more than 1"));
        }
    }
}

fn state_problems(states: &[Literal], report: Report<'_>) {
    let repeats = |(index, state): (usize, &Literal)| states[..index].contains(state);
    if states.len() < 2 {
        report(&["states"], ErrorKind::Impossible { reason: "a machine has at least 2 states".to_owned() });
    } else if states.iter().enumerate().any(repeats) {
        report(&["states"], ErrorKind::Impossible { reason: "a state stands twice in `states`".to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(rule: Value, expected: &[&str]) {
        let relationship: Relationship = serde_json::from_value(rule).unwrap();
        let mut told = Vec::new();
        problems(&relationship, &mut |_, kind| told.push(kind.to_string()));
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.contains(expected), "{told}");
        }
        // What is read is written the same way.
        let again: Relationship =
            serde_json::from_value(serde_json::to_value(&relationship).unwrap()).unwrap();
        assert_eq!(again, relationship);
    }

    #[test]
    fn gaps_fit_each_other() {
        let order = |extra: Value| {
            let mut rule = json!({"type": "ordering", "low": "$.a", "high": "$.b"});
            for (key, value) in extra.as_object().unwrap() {
                rule[key] = value.clone();
            }
            rule
        };
        check(order(json!({"min_gap": 20, "max_gap": 80.5})), &[]);
        check(order(json!({"min_gap": "P25Y"})), &[]);
        check(order(json!({"min_gap": "P25Y", "max_gap": "PT90M"})), &["is above `max_gap` PT1H30M"]);
        check(order(json!({"min_gap": 2, "max_gap": "P1D"})), &["of another kind"]);
        check(order(json!({"min_gap": -1})), &["below 0"]);
        check(order(json!({"max_gap": 4, "next_element": true})), &["two fields of a row"]);
        check(json!({"type": "inequality", "target": "$.a", "at_least": []}), &["no terms"]);
        check(
            json!({"type": "inequality", "target": "$.a", "at_least": [{"path": "$.b", "factor": 2.0}]}),
            &[],
        );
        let bad = order(json!({"min_gap": "25 years"}));
        assert!(
            serde_json::from_value::<Relationship>(bad).is_err(),
            "a duration is written as ISO 8601 does"
        );
    }
}
