//! State machines along arrays, entities and streams, and what must not be taken for one.

use serde_json::{Value, json};
use synth_core::hash::mix;
use synth_core::{RecordPosition, cast};
use synth_privacy::Gate;
use synth_profile::profile::TagValue;
use synth_profile::relations::{Proposals, Relations, Transition};
use synth_profile::{Partial, Profiler, Unit};

use crate::feed::{finish_stream, profile, push_record, push_record_at};

/// A number below `n` that looks drawn.
fn draw(seed: u64, index: u64, n: u64) -> u64 {
    mix(seed.wrapping_mul(1_000_003) + index) % n
}

fn time(second: u64) -> String {
    let (day, rest) = (second / 86_400, second % 86_400);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("2024-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", 1 + day / 28 % 12, 1 + day % 28)
}

/// The next state of an order, by chance `x` of 10; `None` at the end.
fn next(state: &str, x: u64) -> Option<&'static str> {
    match state {
        "placed" => Some(if x < 8 { "paid" } else { "cancelled" }),
        "paid" => Some("packed"),
        "packed" => Some(if x < 2 { "placed" } else { "sent" }),
        _ => None,
    }
}

/// The states of an order from the first to the last.
fn history(order: u64) -> Vec<&'static str> {
    let mut states = vec!["placed"];
    while let Some(state) = next(states[states.len() - 1], draw(states.len() as u64, order, 10)) {
        states.push(state);
    }
    states
}

/// Events of orders, one of each order in turn, with a colour that is drawn and a label that each order has its own two of.
fn events(n_orders: u64) -> Vec<Value> {
    let mut events: Vec<(u64, Value)> = Vec::new();
    for order in 0..n_orders {
        let start = draw(99, order, 10_000_000);
        for (step, state) in history(order).into_iter().enumerate() {
            let step = step as u64;
            let at = start + 90_000 * step + draw(98, order + step, 80_000);
            let color = ["red", "green", "blue"][cast::to_usize(draw(97, order * 40 + step, 3))];
            let own = format!("label{}", (order % 7 + draw(96, order * 40 + step, 2)) % 7);
            let event = json!({"order": format!("o{order:05}"), "at": time(at), "state": state, "color": color, "own": own});
            events.push((at, event));
        }
    }
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(_, event)| event).collect()
}

fn states(found: &Transition) -> Vec<String> {
    let text = |state: &TagValue| match state {
        TagValue::Text(text) => text.as_str().to_owned(),
        other => format!("{other:?}"),
    };
    found.states.iter().map(text).collect()
}

fn count(found: &Transition, from: &str, to: &str) -> u64 {
    let states = states(found);
    let at = |name: &str| states.iter().position(|state| state == name).expect("a state of the machine");
    found.matrix[at(from)][at(to)]
}

/// The only machine, which is that of the orders.
fn check_orders(relations: &Relations, path: &str) {
    let found: Vec<String> = relations.transitions.iter().map(|one| one.path.to_string()).collect();
    assert_eq!(found, [path], "only one field has states that follow each other");
    let machine = &relations.transitions[0];
    assert_eq!(states(machine).len(), 5);
    assert_eq!((count(machine, "placed", "packed"), count(machine, "paid", "placed")), (0, 0));
    assert!(count(machine, "placed", "paid") > 3 * count(machine, "placed", "cancelled"));
    let at =
        |name: &str| states(machine).iter().position(|state| state == name).expect("a state of the machine");
    let begins: Vec<u64> = machine
        .initial
        .iter()
        .enumerate()
        .filter(|(state, _)| *state != at("placed"))
        .map(|(_, n)| *n)
        .collect();
    assert_eq!(begins, [0; 4], "all orders begin as placed");
    assert!(machine.matrix[at("sent")].iter().all(|count| *count == 0), "nothing follows the last state");
    assert!(machine.evidence.is_exact());
}

#[test]
fn states_follow_along_arrays() {
    let record = |order: u64| {
        let steps: Vec<Value> = history(order).into_iter().map(|state| json!({"state": state})).collect();
        // Sets in any order, sets in alphabetical order, and lines that have their places.
        let all = ["ant", "bee", "cat", "dog"];
        let mut set: Vec<&str> = all
            .into_iter()
            .filter(|name| draw(5, order * 9 + name.len() as u64 + u64::from(name.as_bytes()[0]), 2) == 0)
            .collect();
        let sorted = set.clone();
        if draw(6, order, 2) == 0 {
            set.reverse();
        }
        json!({"steps": steps, "set": set, "sorted": sorted, "lines": [{"kind": "home"}, {"kind": "work"}, {"kind": "fax"}]})
    };
    let records: Vec<Value> = (0..600).map(record).collect();
    check_orders(&profile(&records).relations, "$.steps[].state");
}

/// Catches states put in the order of the file, and independence tested against all rows instead of those of an order.
#[test]
fn states_follow_along_the_rows_of_an_entity_in_any_order_of_the_file() {
    let mut records = events(700);
    check_orders(&profile(&records).relations, "$.state");
    records.sort_by_key(|record| {
        mix(record.to_string().len() as u64 ^ mix(record["at"].to_string().bytes().map(u64::from).sum()))
    });
    let found = profile(&records).relations;
    check_orders(&found, "$.state");
    assert_eq!(found.transitions[0].entity.as_ref().unwrap().to_string(), "$.order");
    assert_eq!(found.transitions[0].order.as_ref().unwrap().to_string(), "$.at");
}

#[test]
fn states_follow_along_a_stream_and_drawn_ones_do_not() {
    let mut light = "green";
    let record = |index: u64| {
        if draw(1, index, 2) == 0 {
            light = match light {
                "green" => "yellow",
                "yellow" => "red",
                _ => "green",
            };
        }
        let month = ["jan", "feb", "mar", "apr"][cast::to_usize(index / 300)];
        let drawn = ["a", "b", "c"][cast::to_usize(draw(2, index, 3))];
        json!({"at": time(60 * index), "light": light, "drawn": drawn, "month": month})
    };
    let found = profile(&(0..1200).map(record).collect::<Vec<_>>()).relations.transitions;
    assert_eq!(found.iter().map(|one| one.path.to_string()).collect::<Vec<_>>(), ["$.light"]);
    assert!(found[0].entity.is_none() && found[0].initial.is_empty());
    assert_eq!((count(&found[0], "green", "red"), count(&found[0], "red", "yellow")), (0, 0));
}

/// Moves of fewer records than are enough are not told.
#[test]
fn rare_moves_are_withheld() {
    let record = |index: u64| {
        let mut states = history(index);
        if index < 3 {
            states = vec!["placed", "sent"];
        }
        let steps: Vec<Value> = states.into_iter().map(|state| json!({"state": state})).collect();
        json!({"id": index, "steps": steps})
    };
    let found = profile(&(0..2000).map(record).collect::<Vec<_>>()).relations.transitions;
    assert_eq!(count(&found[0], "placed", "sent"), 0);
    assert_eq!(found[0].rest.iter().sum::<u64>(), 0);
    assert_eq!(found[0].evidence.n_rows - found[0].evidence.n_holding, 3);
}

fn partial(records: &[Value]) -> Partial {
    let mut profiler = Profiler::new(Unit::Record);
    records.iter().for_each(|record| push_record(record, &mut profiler));
    profiler.into_partial()
}

/// More records than the sample holds: the second pass finds the machine, in whatever parts the records come.
#[test]
fn the_second_pass_finds_what_a_sample_has_torn() {
    let records = events(14_000);
    let mut partial = partial(&records);
    let profile = finish_stream(&mut partial);
    assert!(!profile.relations.covers_all_records && profile.relations.transitions.is_empty());
    let proposals = Proposals::new(&partial, &profile, Gate::new(5));
    let settle = |n_parts: usize| {
        let size = records.len().div_ceil(n_parts);
        let mut parts: Vec<_> = (0..n_parts)
            .map(|part| {
                let mut verifier = proposals.verifier();
                for (index, record) in records.iter().enumerate().skip(part * size).take(size) {
                    let position = RecordPosition { source: 0, record: index as u64 };
                    push_record_at(record, position, &mut verifier);
                }
                verifier
            })
            .collect();
        parts.reverse();
        let mut whole = proposals.verifier();
        parts.into_iter().for_each(|part| whole.merge(part));
        proposals.settle(whole, (&partial, &profile), Gate::new(5)).transitions
    };
    let whole = settle(1);
    assert_eq!(whole, settle(7));
    check_orders(&Relations { transitions: whole, ..Relations::default() }, "$.state");
}
