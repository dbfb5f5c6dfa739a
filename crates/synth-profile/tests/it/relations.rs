//! What the profile says of planted relations between fields, and what it must not say.

use serde_json::{Value, json};
use synth_core::hash::mix;
use synth_profile::profile::{Profile, SampleLayout};
use synth_profile::relations::{
    Operation, OrderingScope, PresenceRule, Relations, SequenceRule, TextOperation,
};
use synth_profile::{Profiler, Unit};

use crate::feed::{finish_as, finish_stream, partial, profile, push_record};

/// A number below `n` that looks drawn.
fn draw(seed: u64, index: u64, n: u64) -> u64 {
    mix(seed.wrapping_mul(1_000_003) + index) % n
}

fn document(value: &Value) -> Profile {
    let mut profiler = Profiler::new(Unit::Element);
    push_record(value, &mut profiler);
    finish_as(&mut profiler.into_partial(), SampleLayout::Document)
}

/// A shop: customers and products with dense numbers, orders that name both, lines that name orders.
fn shop() -> Value {
    let customers: Vec<Value> = (1..=60)
        .map(|id| json!({"id": id, "city": format!("city{}", id % 7), "land": format!("land{}", id % 7 % 3)}))
        .collect();
    let products: Vec<Value> =
        (1..=40).map(|id| json!({"id": id, "price": 100 + draw(1, id, 900)})).collect();
    let orders: Vec<Value> = (1..=300)
        .map(|id| json!({"order_no": id, "customer_id": 1 + draw(2, id, 60), "priority": 1 + draw(3, id, 5)}))
        .collect();
    let lines: Vec<Value> = (0..900)
        .map(|index| json!({"order_no": 1 + index / 3, "product_id": 1 + (index + draw(4, index / 3, 40)) % 40, "quantity": 1 + draw(5, index, 40)}))
        .collect();
    json!({"customers": customers, "products": products, "orders": orders, "lines": lines})
}

fn references(relations: &Relations) -> Vec<(String, String)> {
    let name =
        |paths: &[synth_core::JsonPath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>().join("+");
    let mut references: Vec<_> =
        relations.references.iter().map(|found| (name(&found.child), name(&found.parent))).collect();
    references.sort();
    references
}

fn pair(child: &str, parent: &str) -> (String, String) {
    (child.to_owned(), parent.to_owned())
}

fn follows(relations: &Relations, lhs: &[&str], rhs: &str) -> bool {
    relations.dependencies.iter().any(|found| {
        found.lhs.iter().map(ToString::to_string).eq(lhs.iter().copied())
            && found.rhs.iter().any(|dependent| dependent.path.to_string() == rhs)
    })
}

#[test]
fn foreign_keys_follow_names_and_small_numbers_do_not_make_any() {
    let profile = document(&shop());
    let expected = [
        pair("$.lines[].order_no", "$.orders[].order_no"),
        pair("$.lines[].product_id", "$.products[].id"),
        pair("$.orders[].customer_id", "$.customers[].id"),
    ];
    assert_eq!(references(&profile.relations), expected);
}

#[test]
fn keys_name_rows_and_links_have_composite_keys() {
    let profile = document(&shop());
    let primary: Vec<String> = profile
        .relations
        .keys
        .iter()
        .filter(|key| key.is_primary)
        .map(|key| key.paths.iter().map(ToString::to_string).collect::<Vec<_>>().join("+"))
        .collect();
    assert_eq!(
        primary,
        [
            "$.customers[].id",
            "$.products[].id",
            "$.orders[].order_no",
            "$.lines[].order_no+$.lines[].product_id"
        ]
    );
}

#[test]
fn children_are_counted_with_the_childless() {
    let rooms: Vec<Value> = (1..=30).map(|id| json!({"room_id": id})).collect();
    let beds: Vec<Value> =
        (0..40).map(|bed| json!({"bed": format!("b{bed}"), "room_id": 1 + bed % 20})).collect();
    let profile = document(&json!({"rooms": rooms, "beds": beds}));
    let [reference] = &profile.relations.references[..] else { panic!("one reference") };
    assert_eq!(reference.children.counts, [(0, 10), (2, 20)]);
    assert_eq!((reference.evidence.n_rows, reference.evidence.n_holding), (40, 40));
}

#[test]
fn references_have_prefixes_keys_of_dictionaries_and_other_types() {
    let id = |index: u64| format!("{:08x}", mix(index) >> 32);
    let people: serde_json::Map<String, Value> = (0..50)
        .map(|index| (format!("{}", 700_000 + 37 * index), json!({"age": draw(1, index, 80)})))
        .collect();
    let docs: Vec<Value> =
        (0..40).map(|index| json!({"uid": id(index), "pages": draw(2, index, 90)})).collect();
    let links: Vec<Value> = (0..200)
        .map(|index| json!({"doc": format!("urn:doc:{}", id(draw(3, index, 40))), "author": 700_000 + 37 * draw(4, index, 50)}))
        .collect();
    let profile = document(&json!({"people": people, "docs": docs, "links": links}));
    let expected = [pair("$.links[].author", "$.people.*~"), pair("$.links[].doc", "$.docs[].uid")];
    assert_eq!(references(&profile.relations), expected);
    let prefixed = profile.relations.references.iter().find_map(|found| found.prefix.as_ref());
    assert_eq!(prefixed.map(synth_privacy::Publishable::as_str), Some("urn:doc:"));
}

#[test]
fn a_tree_refers_to_itself_and_ratings_do_not() {
    let staff: Vec<Value> = (1..=60_u64)
        .map(|id| {
            let manager = if id == 1 { Value::Null } else { json!(1 + draw(7, id, id - 1)) };
            let rating = if id % 9 == 0 { Value::Null } else { json!(1 + draw(8, id, 60)) };
            json!({"staff_id": id, "manager_id": manager, "rating": rating})
        })
        .collect();
    let profile = document(&json!({"staff": staff}));
    assert_eq!(references(&profile.relations), [pair("$.staff[].manager_id", "$.staff[].staff_id")]);
}

/// Few rows have a place, so what they name mostly names nothing itself: no circle, and no tree.
#[test]
fn small_numbers_in_few_rows_are_no_tree() {
    let rows: Vec<Value> = (1..=900_u64)
        .map(|id| {
            let place = if id % 10 == 3 { json!({"at": 1 + draw(9, id, 90)}) } else { json!("none") };
            json!({"id": id, "place": place})
        })
        .collect();
    assert_eq!(references(&document(&json!({"rows": rows})).relations), []);
}

#[test]
fn the_types_of_a_union_refer_to_each_other() {
    let uid = |index: u64| format!("C{:012x}", mix(index + 99) >> 16);
    let records: Vec<Value> = (0..400)
        .map(|index| match index % 4 {
            0 => json!({"kind": "login", "uid": uid(index), "host": format!("h{}", index % 5)}),
            1 => json!({"kind": "query", "uid": uid(4 * draw(1, index, 100)), "size": index}),
            2 => json!({"kind": "upload", "uids": [uid(4 * draw(2, index, 100))], "name": "x"}),
            _ => json!({"kind": "logout", "uid": uid(4 * draw(3, index, 100)), "code": 1}),
        })
        .collect();
    let profile = profile(&records);
    assert_eq!(references(&profile.relations), [pair("$.uid", "$.uid"), pair("$.uids[]", "$.uid")]);
    let when = profile.relations.references[0].parent_when.as_ref().expect("logins are referred to");
    assert_eq!((when.path.to_string().as_str(), when.values.len()), ("$.kind", 1));
}

#[test]
fn dependencies_are_minimal_and_noise_is_none() {
    let records: Vec<Value> = (0..2000_u64)
        .map(|index| {
            let (code, shop) = (draw(1, index, 30), draw(2, index, 12));
            // One row in a hundred breaks the dependency of `label` on `code`.
            let label = if index % 100 == 7 { 99 } else { code % 11 };
            json!({"code": format!("c{code}"), "shop": format!("s{shop}"), "label": format!("l{label}"),
                "fee": 10 * (code % 5) + shop, "noise": draw(3, index, 4), "n": index})
        })
        .collect();
    let relations = profile(&records).relations;
    assert!(follows(&relations, &["$.code"], "$.label"));
    assert!(follows(&relations, &["$.code", "$.shop"], "$.fee"));
    assert!(!follows(&relations, &["$.shop"], "$.fee"));
    assert!(
        relations
            .dependencies
            .iter()
            .all(|found| found.rhs.iter().all(|rhs| rhs.path.to_string() != "$.noise"))
    );
    let label = relations
        .dependencies
        .iter()
        .flat_map(|found| &found.rhs)
        .find(|rhs| rhs.path.to_string() == "$.label");
    let evidence = label.expect("found above").evidence;
    assert_eq!((evidence.n_rows, evidence.n_holding), (2000, 1980));
}

/// Lists of one code and what their records hold: the code decides the unit. Catches columns of the record that are said to
/// follow from the code because they all have no name within its list.
#[test]
fn what_holds_a_list_has_no_name_in_it() {
    let records: Vec<Value> = (0..400_u64)
        .map(|index| {
            let code = draw(1, index, 20);
            json!({"codes": [format!("c{code}")], "unit": format!("u{}", code % 7),
                "names": [format!("n{index}")], "size": index * 3, "shop": format!("s{}", draw(2, index, 90))})
        })
        .collect();
    let relations = profile(&records).relations;
    assert!(follows(&relations, &["$.codes[]"], "$.unit"));
    let of_names = relations
        .dependencies
        .iter()
        .filter(|found| found.lhs[..].iter().any(|path| path.to_string() == "$.names[]"));
    assert_eq!(of_names.count(), 0, "no name repeats, so nothing is known of what follows");
}

#[test]
fn independent_columns_bring_no_relation() {
    let records: Vec<Value> = (0..800_u64)
        .map(|index| {
            let columns = (0..14_u64)
                .map(|column| (format!("f{column}"), json!(draw(column + 20, index, 3 + 5 * column))));
            Value::Object(columns.collect())
        })
        .collect();
    let relations = profile(&records).relations;
    assert_eq!(relations, Relations { covers_all_records: true, ..Relations::default() });
}

#[test]
fn orders_hold_within_rows_across_levels_and_along_arrays() {
    let day = |day: u64| format!("20{:02}-{:02}-{:02}", 10 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
    let records: Vec<Value> = (0..200_u64)
        .map(|index| {
            let born = draw(1, index, 2000);
            let mut at = born + 50;
            let jobs: Vec<Value> = (0..3)
                .map(|job| {
                    let from = at + 1 + draw(2 + job, index, 200);
                    at = from + 1 + draw(9 + job, index, 300);
                    json!({"from": day(from), "to": day(at)})
                })
                .collect();
            json!({"born": day(born), "jobs": jobs})
        })
        .collect();
    let relations = profile(&records).relations;
    let has = |low: &str, high: &str, scope| {
        relations.orderings.iter().any(|found| {
            found.low.to_string() == low
                && found.high.to_string() == high
                && found.scope == scope
                && found.is_strict
        })
    };
    assert!(has("$.jobs[].from", "$.jobs[].to", OrderingScope::Row));
    assert!(has("$.born", "$.jobs[].from", OrderingScope::Row));
    assert!(has("$.jobs[].to", "$.jobs[].from", OrderingScope::NextElement));
}

#[test]
fn sums_products_totals_and_counts_are_found() {
    let records: Vec<Value> = (0..120_u64)
        .map(|index| {
            let n = 1 + draw(1, index, 4);
            let items: Vec<(u64, u64)> = (0..n)
                .map(|item| (1 + draw(2 + item, index, 9), 100 + draw(30 + item, index, 5000)))
                .collect();
            let net: u64 = items.iter().map(|(quantity, cents)| quantity * cents).sum();
            let tax = draw(60, index, 5000);
            let (hour, minute) = (draw(61, index, 24), draw(62, index, 60));
            let lines: Vec<Value> =
                items.iter().map(|(quantity, cents)| json!({"quantity": quantity, "cents": cents})).collect();
            json!({"items": lines, "n_items": n, "net": net, "tax": tax, "total": net + tax,
                "at": 60 * hour + minute, "hour": hour, "minute": minute})
        })
        .collect();
    let relations = profile(&records).relations;
    let found: Vec<(String, Operation, usize)> = relations
        .arithmetic
        .iter()
        .map(|formula| (formula.target.to_string(), formula.operation, formula.terms.len()))
        .collect();
    for expected in [
        ("$.net", Operation::SumOverElements, 2),
        ("$.total", Operation::Sum, 2),
        ("$.at", Operation::Sum, 2),
    ] {
        assert!(
            found.contains(&(expected.0.to_owned(), expected.1, expected.2)),
            "{expected:?} in {found:?}"
        );
    }
}

/// Catches a discount that keeps a total from being found, and readings of an array that stand in its row again.
#[test]
fn totals_with_discounts_and_what_arrays_say_of_their_row_are_found() {
    let records: Vec<Value> = (0..150_u64)
        .map(|index| {
            let (net, tax) = (1000 + draw(1, index, 9000), draw(2, index, 900));
            let (discount, shipping) = (draw(3, index, 500), 300 + draw(4, index, 400));
            let n = 2 + draw(5, index, 5);
            let readings: Vec<u64> = (0..n).map(|at| draw(10 + at, index, 100_000)).collect();
            let states: Vec<&str> = (0..n)
                .map(|at| {
                    ["new", "open", "done", "lost"][synth_core::cast::to_usize(draw(30 + at, index, 4))]
                })
                .collect();
            let events: Vec<Value> = readings
                .iter()
                .zip(&states)
                .map(|(value, state)| json!({"value": value, "state": state}))
                .collect();
            json!({"net": net, "discount": discount, "shipping": shipping, "tax": tax,
                "total": net - discount + shipping + tax,
                "events": events, "least": readings.iter().min(), "most": readings.iter().max(),
                "mean": (100.0 * readings.iter().sum::<u64>() as f64 / n as f64).round() / 100.0,
                "began": states[0], "state": states[states.len() - 1]})
        })
        .collect();
    let relations = profile(&records).relations;
    let of = |target: &str| {
        let formula = relations.arithmetic.iter().find(|formula| formula.target.to_string() == target);
        formula.unwrap_or_else(|| panic!("nothing for {target} in {:?}", relations.arithmetic))
    };
    let total = of("$.total");
    let minus: Vec<String> =
        total.terms.iter().filter(|term| term.factor < 0.0).map(|term| term.path.to_string()).collect();
    assert_eq!(
        (total.operation, total.terms.len(), minus),
        (Operation::Sum, 4, vec!["$.discount".to_owned()])
    );
    assert_eq!(of("$.least").operation, Operation::MinOverElements);
    assert_eq!(of("$.most").operation, Operation::MaxOverElements);
    assert_eq!(of("$.mean").operation, Operation::MeanOverElements);
    assert_eq!(of("$.began").operation, Operation::FirstElement);
    assert_eq!(of("$.state").operation, Operation::LastElement);
    // The other ways to write the total are the same sum.
    assert_eq!(relations.arithmetic.len(), 6, "{:?}", relations.arithmetic);
}

/// Catches rates that are no whole numbers, and rates that are read into numbers of any slope.
#[test]
fn rates_and_fees_are_found() {
    let records: Vec<Value> = (0..150_u64)
        .map(|index| {
            let amount = 500 + draw(1, index, 80_000);
            let rounded = |value: f64| synth_core::cast::round_to_u64(value);
            json!({"amount": amount, "tax": rounded(0.19 * amount as f64),
                "fee": rounded(0.029 * amount as f64 + 30.0),
                "near": rounded(0.4137 * amount as f64) + draw(2, index, 4)})
        })
        .collect();
    let relations = profile(&records).relations;
    let of = |target: &str| {
        let formula = relations.arithmetic.iter().find(|formula| formula.target.to_string() == target)?;
        Some((formula.terms[0].factor, formula.offset, formula.terms.len()))
    };
    assert_eq!(
        (of("$.tax"), of("$.fee"), of("$.near")),
        (Some((0.19, 0.0, 1)), Some((0.029, 30.0, 1)), None)
    );
}

#[test]
fn presence_comes_in_groups_and_alternatives() {
    let records: Vec<Value> = (0..300_u64)
        .map(|index| {
            let mut record = json!({"id": format!("r{index}")});
            let paid = draw(1, index, 3) > 0;
            if paid {
                record["paid_at"] = json!(draw(2, index, 1000));
                record["method"] = json!(format!("m{}", draw(3, index, 4)));
                if draw(4, index, 2) == 0 {
                    record["receipt"] = json!(draw(5, index, 10_000));
                }
            } else {
                record["reminder"] = json!(draw(6, index, 3));
            }
            record
        })
        .collect();
    let relations = profile(&records).relations;
    let has = |rule: PresenceRule, paths: &[&str]| {
        relations.presence.iter().any(|found| {
            found.rule == rule && found.paths.iter().map(ToString::to_string).eq(paths.iter().copied())
        })
    };
    assert!(has(PresenceRule::Together, &["$.paid_at", "$.method"]));
    assert!(has(PresenceRule::Requires, &["$.receipt", "$.paid_at"]));
    assert!(has(PresenceRule::Exclusive, &["$.paid_at", "$.reminder"]));
}

/// Catches a field whose objects, arrays and texts are taken for three fields, null that counts as there, and parts that
/// are told to be there with what they are parts of.
#[test]
fn a_field_of_several_types_is_there_with_any_of_them() {
    let records: Vec<Value> = (0..300_u64)
        .map(|index| {
            let to = match draw(1, index, 5) {
                0 => json!({"url": "u", "retries": 3}),
                1 => json!(["a", "b"]),
                2 => json!("text"),
                _ => Value::Null,
            };
            let is_sent = !to.is_null();
            json!({"to": to, "sent": if is_sent { json!(draw(2, index, 9)) } else { Value::Null }})
        })
        .collect();
    let presence = profile(&records).relations.presence;
    let paths = |found: &synth_profile::relations::Presence| {
        found.paths.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let all: Vec<(PresenceRule, Vec<String>)> =
        presence.iter().map(|found| (found.rule, paths(found))).collect();
    assert!(all.contains(&(PresenceRule::Together, vec!["$.to".into(), "$.sent".into()])), "{all:?}");
    assert!(
        all.contains(&(PresenceRule::Together, vec!["$.to.url".into(), "$.to.retries".into()])),
        "{all:?}"
    );
}

#[test]
fn strings_are_joined_cut_out_and_held() {
    let word = |seed: u64, index: u64| format!("w{:x}", mix(seed + 7 * index) >> 40);
    let records: Vec<Value> = (0..90_u64)
        .map(|index| {
            let (first, last, tool) = (word(1, index), word(2, index), word(3, index));
            let note = format!("été: {first} uses {tool} a lot");
            let start = 5 + first.chars().count() + 6;
            let mark = json!({"from": start, "to": start + tool.chars().count(), "what": tool});
            json!({"first": first, "last": last, "full": format!("{first}, {last}"), "note": note, "marks": [mark]})
        })
        .collect();
    let relations = profile(&records).relations;
    let has = |operation: TextOperation, target: &str, terms: &[&str]| {
        relations.texts.iter().any(|found| {
            found.operation == operation
                && found.target.to_string() == target
                && found.terms.iter().map(ToString::to_string).eq(terms.iter().copied())
        })
    };
    assert!(has(TextOperation::Join, "$.full", &["$.first", "$.last"]), "{:?}", relations.texts);
    assert!(has(TextOperation::Contains, "$.note", &["$.first"]), "{:?}", relations.texts);
    assert!(has(TextOperation::Slice, "$.marks[].what", &["$.note", "$.marks[].from", "$.marks[].to"]));
}

#[test]
fn rings_close_and_arrays_go_side_by_side() {
    let records: Vec<Value> = (0..40_u64)
        .map(|index| {
            let mut ring: Vec<Value> = (0..4 + index % 5)
                .map(|point| json!([draw(point, index, 1000), 2000 + draw(9 + point, index, 500)]))
                .collect();
            ring.push(ring[0].clone());
            let seats: Vec<u64> = (0..1 + index % 4).map(|seat| draw(40 + seat, index, 90)).collect();
            let prices: Vec<Value> =
                seats.iter().map(|seat| json!({"seat": seat, "price": seat * 3 % 7})).collect();
            let areas: Vec<Value> =
                seats.iter().map(|seat| json!({"seat": seat, "rows": seat % 11})).collect();
            json!({"ring": ring, "prices": prices, "areas": areas})
        })
        .collect();
    let relations = profile(&records).relations;
    let has = |rule: SequenceRule, first: &str| {
        relations
            .sequences
            .iter()
            .any(|found| found.rule == rule && found.paths[0].to_string().starts_with(first))
    };
    assert!(has(SequenceRule::Closed, "$.ring[]"), "{:?}", relations.sequences);
    assert!(has(SequenceRule::SideBySide, "$.prices[].seat"), "{:?}", relations.sequences);
}

#[test]
fn hypotheses_are_ranked_by_what_speaks_for_them() {
    let profile = document(&shop());
    let ranked = synth_profile::hypotheses::hypotheses(&profile).hypotheses;
    assert!(ranked.windows(2).all(|pair| pair[0].score.get() >= pair[1].score.get()));
    let place = |kind: &str, text: &str| {
        ranked
            .iter()
            .position(|one| one.kind == kind && one.statement.contains(text))
            .expect("it was supposed")
    };
    // Both hold always; the lines are more than the orders.
    let lines = place("foreign_key", "$.lines[].product_id refers to $.products[].id");
    assert!(lines < place("foreign_key", "$.orders[].customer_id refers to $.customers[].id"));
    let best = &ranked[lines];
    assert_eq!((best.evidence.n_rows, best.evidence.n_holding), (900, 900));
    assert!((best.support.get() - 1.0).abs() < 1e-12 && (best.confidence.get() - 1.0).abs() < 1e-12);
}

#[test]
fn anomalies_are_counted_and_hold_no_values() {
    let records: Vec<Value> = (0..400_u64)
        .map(|index| {
            let mut record = json!({
                "amount": 100 + draw(1, index, 50),
                "day": format!("2024-{:02}-{:02}", 1 + draw(2, index, 12), 1 + draw(3, index, 28)),
                "size": draw(4, index, 9),
                "low": draw(5, index, 500),
            });
            record["low_end"] = json!(record["low"].as_u64().unwrap_or(0) + draw(6, index, 40));
            match index {
                7 | 8 => record["amount"] = json!(987_654),
                30..=32 => record["day"] = json!("not yet"),
                50 => record["size"] = json!("large"),
                _ => {}
            }
            record
        })
        .collect();
    let mut partial = partial(&records);
    let profile = finish_stream(&mut partial);
    let found =
        synth_profile::anomalies::anomalies(&partial, &profile, &synth_core::Findings::default(), None);
    let count = |kind: &str, path: &str| {
        let fits = |one: &&synth_profile::anomalies::Anomaly| {
            one.kind == kind && one.paths.iter().any(|own| own.to_string() == path)
        };
        found.anomalies.iter().find(fits).map(|one| one.count)
    };
    assert_eq!(count("outlier", "$.amount"), Some(2));
    assert_eq!(count("format", "$.day"), Some(3));
    assert_eq!(count("rare_type", "$.size"), Some(1));
    assert_eq!(count("outlier", "$.low"), None);
    let text = serde_json::to_string(&found).expect("anomalies have a JSON form");
    assert!(!text.contains("987654") && !text.contains("not yet") && !text.contains("large"));
}

/// Catches a bound on the length of keys that leaves out addresses.
#[test]
fn long_names_of_rows_are_keys_when_others_refer_to_them() {
    let id = |index: u64| {
        format!("registry+https://packages.example/{}/index#{:x}@1.0", "part/".repeat(12), mix(index))
    };
    let packages: Vec<Value> =
        (0..40).map(|index| json!({"id": id(index), "size": draw(1, index, 9)})).collect();
    let nodes: Vec<Value> =
        (0..120).map(|index| json!({"pkg": id(draw(2, index, 40)), "n": index % 3})).collect();
    let relations = document(&json!({"packages": packages, "nodes": nodes})).relations;
    assert_eq!(references(&relations), [pair("$.nodes[].pkg", "$.packages[].id")]);
    assert!(relations.keys.iter().any(|key| key.is_primary && key.paths[0].to_string() == "$.packages[].id"));
}

/// Cities are personal data that many share: they are listed one by one, and so are the pairs of them with their states.
/// Catches tables that leave such fields out, whose cities then come with states of others.
#[test]
fn cities_are_listed_with_their_states() {
    const PLACES: [(&str, &str); 6] = [
        ("Boston", "MA"),
        ("Albany", "NY"),
        ("Austin", "TX"),
        ("Dallas", "TX"),
        ("New York", "NY"),
        ("Seattle", "WA"),
    ];
    let records: Vec<Value> = (0..400)
        .map(|index| {
            let (city, state) = PLACES[usize::try_from(draw(9, index, 6)).unwrap()];
            let street = format!("{} Oak Street", 1 + draw(11, index, 900));
            let zip = format!("{:05}", draw(10, index, 90_000));
            let email = format!("ann.smith{index}@example.com");
            json!({"first_name": "Ann", "email": email, "address": {"street": street, "city": city, "state": state, "zip": zip, "country": "US"}})
        })
        .collect();
    let profile = profile(&records);
    let city = profile.fields.iter().find(|field| field.path.to_string() == "$.address.city").unwrap();
    assert_eq!(city.text.as_ref().unwrap().personal.as_deref(), Some("city"));
    let [table] = &profile.relations.value_tables[..] else { panic!("one table") };
    assert_eq!(table.rows.len(), 6);
    let counts: u64 = table.rows.iter().map(|row| row.count).sum();
    assert_eq!(counts, 400);
}
