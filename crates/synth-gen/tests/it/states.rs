//! States that follow each other: along arrays, along records, along the rows of an entity.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::collect::{compile, lines, records};

const MACHINE: &str = "states: [placed, paid, sent, back], matrix: [[0, 0.9, 0, 0.1], [0, 0.3, 0.7, 0], [0, 0, 0, 0], [0.5, 0.5, 0, 0]]";

/// Moves of the machine above.
fn is_move(from: &str, to: &str) -> bool {
    let moves = ["placed paid", "placed back", "paid paid", "paid sent", "back placed", "back paid"];
    moves.contains(&format!("{from} {to}").as_str())
}

fn rules(fields: &str, shape: &str, relationship: &str) -> String {
    let state = "{type: enum, PRESENCE generator: categorical, params: {values: [sent, paid, placed, back], probs: [0.3, 0.3, 0.3, 0.1]}}";
    format!("version: 2\nshape: {{{shape}}}\nfields:\n{fields}\nrelationships: [{{type: transition, {relationship}, {MACHINE}}}]\n")
        .replace("STATE", state)
        .replace("PRESENCE", "presence: 1,")
}

fn arrays() -> String {
    rules(
        "  '$.id': {type: integer, generator: sequence, params: {start: 1}}\n  '$.steps[].state': STATE",
        "'$.steps[]': {length: {distribution: categorical, params: {values: [0, 1, 2, 9], probs: [0.1, 0.2, 0.3, 0.4]}}}",
        "path: '$.steps[].state', initial: [1, 0, 0, 0], last: [0, 0.1, 0.9, 0]",
    )
}

fn texts(array: &Value) -> Vec<&str> {
    array.as_array().unwrap().iter().filter_map(|step| step.get("state")?.as_str()).collect()
}

/// Catches states drawn one by one, chains that begin anywhere or stop at what nothing follows, and elements
/// without a state that the chain is cut at.
#[test]
fn states_follow_along_arrays() {
    for yaml in [arrays(), arrays().replace("presence: 1", "presence: 0.7")] {
        assert_eq!(compile(&yaml, 10).unwrap().unkept(), []);
        let (mut n_first, mut n_runs, mut seen) = (0, 0, BTreeMap::new());
        for record in records(&yaml, 1000) {
            let states = texts(&record["steps"]);
            assert!(states.windows(2).all(|pair| is_move(pair[0], pair[1])), "{record}");
            states
                .windows(2)
                .for_each(|pair| *seen.entry(format!("{} {}", pair[0], pair[1])).or_insert(0) += 1);
            if states.len() > 1 {
                n_runs += 1;
                n_first += usize::from(states[0] == "placed");
            }
        }
        assert_eq!((n_first, seen.len()), (n_runs, 6), "{seen:?}");
    }
}

/// Catches states that follow each other in the order of the records in place of that of the times, that meet
/// another entity's, or that a forbidden move closes.
#[test]
fn states_follow_along_the_rows_of_an_entity() {
    let yaml = rules(
        "  '$.order': {type: string, presence: 0.9, generator: pattern, params: {patterns: ['o[0-9]{2}']}}\n  '$.at': {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [0, 1000000]}}\n  '$.state': STATE",
        "",
        "path: $.state, entity: $.order, order: $.at, initial: [1, 0, 0, 0]",
    );
    let plan = compile(&yaml, 600).unwrap();
    assert_eq!(plan.unkept(), []);
    let mut runs: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for record in records(&yaml, 600) {
        let Some(order) = record.get("order") else { continue };
        let run = runs.entry(order.as_str().unwrap().to_owned()).or_default();
        run.push((record["at"].as_i64().unwrap(), record["state"].as_str().unwrap().to_owned()));
    }
    assert!(runs.values().any(|run| run.len() > 5));
    for run in runs.values_mut() {
        run.sort_by_key(|(at, _)| *at);
        assert_eq!(run[0].1, "placed");
        assert!(run.windows(2).all(|pair| is_move(&pair[0].1, &pair[1].1)), "{run:?}");
    }
    assert_eq!(lines(&plan, 0..600), lines(&plan, 0..11) + &lines(&plan, 11..400) + &lines(&plan, 400..600));
}

const STREAM: &str = "
version: 2
fields:
  '$.n': {type: integer, generator: sequence, params: {start: 1}}
  '$.phase': {type: integer, generator: categorical, params: {values: [3, 1, 2], probs: [0.2, 0.5, 0.3]}}
  '$.seen': {type: integer, generator: copy, params: {path: $.phase}}
relationships:
- {type: transition, path: $.phase, order: $.n, states: [1, 2, 3], matrix: [[0.6, 0.4, 0], [0, 0.4, 0.6], [1, 0, 0]]}
";

/// Catches a chain that starts anew where a block of rows does, and what is computed from the field as it was before.
#[test]
fn states_follow_along_a_stream() {
    let plan = compile(STREAM, 9000).unwrap();
    assert_eq!(plan.unkept(), []);
    let made: Vec<Value> =
        lines(&plan, 0..9000).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let phases: Vec<i64> = made.iter().map(|record| record["phase"].as_i64().unwrap()).collect();
    assert!(made.iter().all(|record| record["phase"] == record["seen"]));
    let is_named = |pair: &[i64]| [[1, 1], [1, 2], [2, 2], [2, 3], [3, 1]].contains(&[pair[0], pair[1]]);
    assert!(phases.windows(2).all(is_named));
    // Expected times in the states are 2.5, 1.67 and 1; four standard errors are about 0.03.
    let share = phases.iter().filter(|phase| **phase == 1).count() as f64 / 9000.0;
    assert!((share - 0.484).abs() < 0.04, "{share}");
    assert_eq!(
        lines(&plan, 0..9000),
        lines(&plan, 0..511) + &lines(&plan, 511..4097) + &lines(&plan, 4097..9000)
    );
}

/// Catches a notice that says nothing where runs are longer than the machine allows, or the field is a tag.
#[test]
fn what_cannot_be_made_is_named() {
    let line =
        "path: '$.steps[].state', states: [placed, paid, sent], matrix: [[0, 1, 0], [0, 0, 1], [0, 0, 0]]";
    let yaml = rules(
        "  '$.steps[].state': STATE\n  '$.steps[].note': {type: string, generator: constant, params: {value: a}}",
        "'$.steps[]': {length: {distribution: constant, params: {value: 4}}}",
        "REL",
    );
    let start = yaml.find("relationships").unwrap();
    let long = format!("{}relationships: [{{type: transition, {line}}}]\n", &yaml[..start]);
    let unkept = |yaml: &str| compile(yaml, 10).unwrap().unkept().iter().map(|one| one.count).sum::<usize>();
    assert_eq!(unkept(&long), 1);
    assert_eq!(unkept(&long.replace("value: 4", "value: 3")), 0);
    let tag = "variants: {'$.steps[]': {discriminator: '$.steps[].state', cases: [{when: sent, always: ['$.steps[].note']}]}}\n";
    assert_eq!(unkept(&(long.replace("value: 4", "value: 3") + tag)), 1);
}
