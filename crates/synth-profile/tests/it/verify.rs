//! Relations tested on all records: what the second pass says of planted relations, and its laws.

use serde_json::{Value, json};
use synth_core::hash::mix;
use synth_core::{JsonPath, RecordPosition};
use synth_privacy::Gate;
use synth_profile::profile::SampleLayout;
use synth_profile::relations::{Evidence, Exception, OrderingScope, Proposals, Relations, Verifier};
use synth_profile::{Partial, Profiler, Unit};

use crate::feed::{finish_as, push_record, push_record_at};

/// A number below `n` that looks drawn.
fn draw(seed: u64, index: u64, n: u64) -> u64 {
    mix(seed.wrapping_mul(1_000_003) + index) % n
}

fn code(index: u64) -> String {
    format!("{:010x}", mix(index + 17) >> 24)
}

/// Records of two types: orders, and payments that name an order.
///
/// Planted: two orders of one code, 3 % of the payments without an order, 0.5 % of the rows whose label does not follow
/// from the shop, a few orders shipped before they were placed, and totals that are off in a few rows.
fn record(index: u64) -> Value {
    if index % 4 == 3 {
        let order =
            if index % 100 == 3 { code(10_000_000 + index) } else { code(4 * draw(1, index, 1 + index / 4)) };
        return json!({"kind": "payment", "order_code": order, "amount": draw(2, index, 9000)});
    }
    let own = if index == 4005 { 4001 } else { index };
    let shop = draw(3, index, 300);
    let label = if draw(4, index, 200) == 0 { 1 + shop % 7 } else { shop % 7 };
    let (net, tax) = (draw(5, index, 100_000), draw(6, index, 9000));
    let total = if index.is_multiple_of(7500) { net + tax + 1 } else { net + tax };
    let placed = draw(7, index, 20_000);
    let days = if draw(8, index, 3000) == 0 { -1 } else { draw(9, index, 30).cast_signed() };
    let day = |day: u64| format!("20{:02}-{:02}-{:02}", 10 + day / 336 % 80, 1 + day / 28 % 12, 1 + day % 28);
    let mut order = json!({
        "kind": "order", "code": code(own), "shop": format!("s{shop}"), "label": format!("l{label}"),
        "net": net, "tax": tax, "total": total, "currency": "EUR",
        "placed_on": day(placed + 1), "shipped_on": day((placed + 1).saturating_add_signed(days)),
    });
    if draw(10, index, 5) == 0 {
        order["note"] = json!(draw(11, index, 40));
        order["author"] = json!(draw(12, index, 50));
    }
    order
}

fn partial(records: &[Value]) -> Partial {
    let mut profiler = Profiler::new(Unit::Record);
    records.iter().for_each(|record| push_record(record, &mut profiler));
    profiler.into_partial()
}

fn verified<'p>(proposals: &'p Proposals, records: &[(u64, &Value)]) -> Verifier<'p> {
    let mut verifier = proposals.verifier();
    for (index, record) in records {
        push_record_at(record, RecordPosition { source: 0, record: *index }, &mut verifier);
    }
    verifier
}

fn relations(records: &[Value]) -> (Relations, Relations) {
    let mut partial = partial(records);
    let profile = finish_as(&mut partial, SampleLayout::JsonLines);
    let proposals = Proposals::new(&partial, &profile, Gate::new(5));
    let numbered: Vec<(u64, &Value)> = (0..).zip(records).collect();
    let verifier = verified(&proposals, &numbered);
    let settled = proposals.settle(verifier, (&partial, &profile), Gate::new(5));
    (profile.relations, settled)
}

fn rows(exceptions: &[Exception]) -> Vec<u64> {
    exceptions.iter().map(|exception| exception.row).collect()
}

/// Counts rows that keep what `holds` tells, of those it tells something of.
fn evidence(records: &[Value], holds: impl Fn(&Value) -> Option<bool>) -> Evidence {
    let told: Vec<bool> = records.iter().filter_map(holds).collect();
    let n_holding = told.iter().filter(|holds| **holds).count() as u64;
    Evidence { n_rows: told.len() as u64, n_holding }
}

fn names(paths: &[JsonPath]) -> String {
    paths.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
}

#[test]
fn planted_relations_get_the_evidence_of_all_records() {
    let records: Vec<Value> = (0..200_000).map(record).collect();
    let (seen, relations) = relations(&records);
    assert!(!seen.covers_all_records && relations.covers_all_records);

    assert!(seen.references.is_empty(), "in a sample parent and child rarely meet");
    let [reference] = &relations.references[..] else { panic!("one reference: {:?}", relations.references) };
    assert_eq!((names(&reference.child), names(&reference.parent)), ("$.order_code".into(), "$.code".into()));
    assert_eq!((reference.evidence.n_rows, reference.evidence.n_holding), (50_000, 48_000));
    assert_eq!(rows(&reference.exceptions), [3, 103, 203]);

    assert_eq!(names(&seen.keys[0].paths), "$.code");
    assert!(relations.keys.is_empty(), "{:?}", relations.keys);
    let [near] = &relations.near_keys[..] else { panic!("one key with a repetition") };
    assert_eq!((near.evidence.n_rows, near.evidence.n_holding), (150_000, 149_999));
    assert_eq!(rows(&near.exceptions), [4005]);

    let label = relations.dependencies.iter().find(|found| names(&found.lhs) == "$.shop").expect("kept");
    assert_eq!(label.n_lhs, 300);
    assert_eq!(
        label.rhs[0].evidence,
        evidence(&records, |row| {
            let shop: Option<u64> = row["shop"].as_str().map(|shop| shop[1..].parse().unwrap());
            shop.map(|shop| row["label"] == format!("l{}", shop % 7))
        })
    );

    let order = &relations.orderings[0];
    let in_order = |row: &Value| Some(row["placed_on"].as_str()? <= row["shipped_on"].as_str()?);
    assert_eq!(order.evidence, evidence(&records, in_order));
    let first = (0..).zip(&records).find(|(_, row)| in_order(row) == Some(false)).map(|(index, _)| index);
    assert_eq!(Some(order.exceptions[0].row), first);

    let sum = &relations.arithmetic[0];
    assert_eq!(
        sum.evidence,
        evidence(&records, |row| {
            Some(row["total"].as_u64()? == row["net"].as_u64()? + row["tax"].as_u64()?)
        })
    );
    assert_eq!(rows(&sum.exceptions), [0, 7500, 15_000]);
}

/// Catches a group that is kept although rows outside of the sample break it, or dropped as a whole for one member.
#[test]
fn a_field_that_is_not_there_with_the_others_leaves_their_group() {
    let records: Vec<Value> = (0..60_000_u64)
        .map(|index| {
            if draw(1, index, 3) == 0 {
                json!({"n": index})
            } else {
                json!({"n": index, "a": draw(2, index, 9), "b": draw(3, index, 9), "c": draw(4, index, 9)})
            }
        })
        .collect();
    let mut whole = partial(&records);
    let profile = finish_as(&mut whole, SampleLayout::JsonLines);
    let proposals = Proposals::new(&whole, &profile, Gate::new(5));
    let groups = |records: &[Value]| -> Vec<String> {
        let numbered: Vec<(u64, &Value)> = (0..).zip(records).collect();
        let settled = proposals.settle(verified(&proposals, &numbered), (&whole, &profile), Gate::new(5));
        settled.presence.iter().map(|found| names(&found.paths)).collect()
    };
    assert_eq!(groups(&records), ["$.a+$.b+$.c"]);
    let mut broken = records.clone();
    let at = broken.iter().position(|record| record.get("a").is_some()).expect("most have it");
    broken[at].as_object_mut().expect("it is one").remove("a");
    assert_eq!(groups(&broken), ["$.b+$.c"]);
}

/// A name that is joined of two others, a text that mentions one of them, rings and arrays side by side.
///
/// Planted: every 7000th name is joined otherwise, every 11th text mentions nobody, every 9000th ring is open and every
/// 8000th pair of arrays is swapped in the middle.
fn made_record(index: u64) -> Value {
    let (first, last) = (format!("f{}", draw(1, index, 900)), format!("l{}", draw(2, index, 900)));
    let between = if index.is_multiple_of(7000) { "/" } else { ", " };
    let (word, text) = (code(index), if index % 11 == 5 { "nobody".to_owned() } else { code(index) });
    let mut ring: Vec<u64> = (0..4).map(|corner| 1000 * corner + draw(3 + corner, index, 1000)).collect();
    ring.push(if index.is_multiple_of(9000) { 5000 } else { ring[0] });
    let days: Vec<String> = (0..5).map(|day| format!("d{}", draw(7, index, 300) + day)).collect();
    let mut same = days.clone();
    if index.is_multiple_of(8000) {
        same.swap(2, 3);
    }
    json!({
        "index": index, "first": first, "last": last, "full": format!("{last}{between}{first}"),
        "word": word, "text": format!("about {text} today"), "ring": ring, "days": days, "same": same,
    })
}

/// Catches texts and arrays that keep the evidence of the sample.
#[test]
fn made_texts_and_arrays_get_the_evidence_of_all_records() {
    let records: Vec<Value> = (0..60_000).map(made_record).collect();
    let (seen, settled) = relations(&records);
    assert!(!seen.covers_all_records && settled.covers_all_records);
    let all = |n_breaking: u64| Evidence { n_rows: 60_000, n_holding: 60_000 - n_breaking };
    let text = |target: &str| {
        let found = settled.texts.iter().find(|found| found.target.to_string() == target).expect("kept");
        (found.evidence, rows(&found.exceptions))
    };
    assert_eq!(text("$.full"), (all(9), vec![0, 7000, 14_000]));
    let n_silent = (0..60_000_u64).filter(|index| index % 11 == 5).count() as u64;
    assert_eq!(text("$.text"), (all(n_silent), vec![5, 16, 27]));
    let arrays = |path: &str| {
        let has_path = |paths: &[JsonPath]| paths.iter().any(|own| own.to_string() == path);
        let found = settled.sequences.iter().find(|found| has_path(&found.paths)).expect("kept");
        (found.evidence, rows(&found.exceptions))
    };
    assert_eq!(arrays("$.ring[]"), (all(7), vec![0, 9000, 18_000]));
    assert_eq!(arrays("$.days[]"), (all(8), vec![0, 8000, 16_000]));
}

/// In a sample hardly any session is there with its events, so that all of them seem to be unique.
#[test]
fn the_types_of_a_union_refer_to_each_other_where_a_sample_shows_none() {
    let kinds = ["login", "query", "upload", "logout"];
    let records: Vec<Value> = (0..120_000_u64)
        .map(|index| {
            let session = if index % 4 == 0 { index } else { 4 * draw(index % 4, index, 1 + index / 4) };
            let kind = kinds[usize::try_from(index % 4).expect("small")];
            let mut record = json!({"kind": kind, "session": code(session)});
            let own = ["host", "size", "name", "reason"][usize::try_from(index % 4).expect("small")];
            record[own] = json!(draw(9, index, 20));
            record
        })
        .collect();
    let (_, relations) = relations(&records);
    let [reference] = &relations.references[..] else { panic!("one reference: {:?}", relations.references) };
    assert_eq!((names(&reference.child), names(&reference.parent)), ("$.session".into(), "$.session".into()));
    assert!(reference.parent_when.is_some());
    assert_eq!(reference.evidence, Evidence { n_rows: 90_000, n_holding: 90_000 });
}

/// Customers, and orders of twice the size a document is sampled whole; sorted by day but for two steps.
fn large_document() -> Value {
    let note = "x".repeat(160);
    let customers: Vec<Value> = (0..20_000_u64)
        .map(|index| json!({"id": code(index), "city": format!("c{}", draw(1, index, 200)), "note": note}))
        .collect();
    let orders: Vec<Value> = (0..60_000_u64)
        .map(|index| {
            let customer = if index % 50 == 0 { 1_000_000 + index } else { draw(2, index, 20_000) };
            let (net, tax) = (draw(3, index, 100_000), draw(4, index, 9000));
            let day = if index == 8200 || index == 30_000 { 0 } else { index / 100 };
            json!({"order_id": index, "customer": code(customer), "net": net, "tax": tax, "gross": net + tax, "note": note,
                "on": format!("20{:02}-{:02}-{:02}", 10 + day / 336, 1 + day / 28 % 12, 1 + day % 28)})
        })
        .collect();
    json!({"version": 3, "data": {"customers": customers, "orders": orders}})
}

/// Catches a large document of which nothing is known, and counts that are lost where its rows are cut into batches.
#[test]
fn a_document_that_is_too_large_for_the_sample_has_relations() {
    let document = large_document();
    let mut profiler = Profiler::new(Unit::Element);
    push_record(&document, &mut profiler);
    let mut partial = profiler.into_partial();
    assert!(!partial.is_sampled_whole());
    let profile = finish_as(&mut partial, SampleLayout::Document);
    let proposals = Proposals::new(&partial, &profile, Gate::new(5));
    let verifier = verified(&proposals, &[(0, &document)]);
    let relations = proposals.settle(verifier, (&partial, &profile), Gate::new(5));
    assert!(relations.covers_all_records);
    let [reference] = &relations.references[..] else { panic!("one reference: {:?}", relations.references) };
    assert_eq!(names(&reference.parent), "$.data.customers[].id");
    assert_eq!(reference.evidence, Evidence { n_rows: 60_000, n_holding: 58_800 });
    assert_eq!(rows(&reference.exceptions), [0, 50, 100]);
    let sum = relations.arithmetic.iter().find(|found| found.target.to_string() == "$.data.orders[].gross");
    assert_eq!(sum.expect("kept").evidence, Evidence { n_rows: 60_000, n_holding: 60_000 });
    let sorted = relations.orderings.iter().find(|found| found.low == found.high).expect("days never fall");
    assert_eq!(sorted.evidence, Evidence { n_rows: 59_999, n_holding: 59_997 });
    assert_eq!(rows(&sorted.exceptions), [8200, 30_000]);
    let keys: Vec<String> = relations.keys.iter().map(|key| names(&key.paths)).collect();
    assert_eq!(keys, ["$.data.customers[].id", "$.data.orders[].order_id"]);
}

/// Catches steps that are lost where a thread takes the next piece, and counters that are none.
#[test]
fn fields_that_never_fall_along_the_records_are_found_in_any_pieces() {
    let records: Vec<Value> = (0..3000_u64)
        .map(|index| {
            let seq = if index == 1700 { 5 } else { index };
            let flag = u64::from(index.is_multiple_of(50));
            let mut record = json!({"seq": seq, "at": 1_700_000_000 + index / 3, "noise": draw(1, index, 999), "flag": flag});
            if index.is_multiple_of(4) {
                record["page"] = json!(index / 40);
            }
            record
        })
        .collect();
    let mut whole = partial(&records);
    let profile = finish_as(&mut whole, SampleLayout::JsonLines);
    assert!(profile.relations.covers_all_records);
    let proposals = Proposals::new(&whole, &profile, Gate::new(5));
    let numbered: Vec<(u64, &Value)> = (0..).zip(&records).collect();
    for piece_size in [3000, 700, 64, 1] {
        let mut verifier = proposals.verifier();
        let mut pieces: Vec<&[(u64, &Value)]> = numbered.chunks(piece_size).collect();
        pieces.sort_by_key(|piece| mix(piece[0].0));
        pieces.into_iter().for_each(|piece| verifier.merge(verified(&proposals, piece)));
        let settled = proposals.settle(verifier, (&whole, &profile), Gate::new(5));
        let along = settled.orderings.iter().filter(|found| found.scope == OrderingScope::NextRecord);
        let found: Vec<_> = along
            .map(|found| {
                let Evidence { n_rows, n_holding } = found.evidence;
                (found.low.to_string(), found.is_strict, n_rows, n_holding, rows(&found.exceptions))
            })
            .collect();
        let expected = [
            ("$.seq".to_owned(), false, 2999, 2998, vec![1700]),
            ("$.at".to_owned(), false, 2999, 2999, vec![]),
            ("$.page".to_owned(), false, 749, 749, vec![]),
        ];
        assert_eq!(found, expected, "pieces of {piece_size}");
    }
}

/// Catches counts that depend on batches, threads or the order in which records come.
#[test]
fn pieces_in_any_order_and_shape_give_the_same_relations() {
    let records: Vec<Value> = (0..80_000).map(record).collect();
    let mut whole = partial(&records);
    let profile = finish_as(&mut whole, SampleLayout::JsonLines);
    let proposals = Proposals::new(&whole, &profile, Gate::new(5));
    let numbered: Vec<(u64, &Value)> = (0..).zip(&records).collect();
    let settle = |verifier| proposals.settle(verifier, (&whole, &profile), Gate::new(5));
    let expected = settle(verified(&proposals, &numbered));
    assert!(expected.references.len() == 1 && expected.near_keys.len() == 1);
    for n_pieces in [2, 7, 64] {
        let mut pieces: Vec<Verifier<'_>> = (0..n_pieces)
            .map(|piece| {
                let mut own: Vec<(u64, &Value)> =
                    numbered.iter().filter(|(index, _)| mix(*index) % n_pieces == piece).copied().collect();
                own.sort_by_key(|(index, _)| mix(index + piece));
                verified(&proposals, &own)
            })
            .collect();
        while pieces.len() > 1 {
            let last = pieces.pop().expect("there are two");
            let at = pieces.len() / 2;
            let mut merged = last;
            merged.merge(pieces.swap_remove(at));
            pieces.insert(0, merged);
        }
        assert_eq!(settle(pieces.remove(0)), expected, "{n_pieces} pieces");
    }
}
