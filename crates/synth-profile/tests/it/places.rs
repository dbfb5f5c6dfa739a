//! Where what does not fit stands, also when relations need no second look at the data.

use serde_json::{Value, json};
use synth_core::{Findings, RecordPosition};
use synth_privacy::Gate;
use synth_profile::anomalies::{Anomalies, Anomaly, AnomalyPlace, Finder, Search, anomalies};
use synth_profile::profile::SampleLayout;
use synth_profile::{Partial, Profile, Profiler, Unit};

use crate::feed::{finish_as, finish_stream, partial, push_record, push_record_at};

/// The record and source of each place of the anomaly of a kind at a path.
fn places(found: &Anomalies, kind: &str, path: &str) -> Vec<(u64, u64)> {
    let names = |one: &Anomaly| one.paths.iter().any(|own| own.to_string() == path);
    let anomaly = found.anomalies.iter().find(|one| one.kind == kind && names(one));
    let anomaly = anomaly.unwrap_or_else(|| panic!("no {kind} at {path}: {found:#?}"));
    let place = |place: &AnomalyPlace| Some((place.source?, place.record?));
    anomaly.places.iter().map(place).collect::<Option<_>>().expect("rows are numbered in sources")
}

fn found_in<'s>(search: &'s Search, records: &[(RecordPosition, &Value)]) -> Finder<'s> {
    let mut finder = search.finder();
    records.iter().for_each(|(position, record)| push_record_at(record, *position, &mut finder));
    finder
}

/// Reads records again, in pieces that are merged last first.
fn searched(
    (partial, profile): (&Partial, &Profile),
    records: &[(RecordPosition, &Value)],
    piece: usize,
) -> Anomalies {
    let search = Search::new(partial, profile, Gate::new(5));
    let mut finder = search.finder();
    for records in records.chunks(piece).rev() {
        finder.merge(found_in(&search, records));
    }
    let mut profile = profile.clone();
    let before = profile.relations.clone();
    let places = search.settle(finder, (partial, &mut profile), Gate::new(5));
    assert_eq!(profile.relations, before, "what all records showed stays");
    anomalies(partial, &profile, &Findings::default(), Some(&places))
}

fn shop(index: u64) -> Value {
    json!({
        "order_id": 7000 + if index == 333 { 30 } else { index },
        "amount": 100 + index * 37 % 50,
        "day": format!("2024-{:02}-{:02}", 1 + index % 12, 1 + index % 28),
        "size": index % 9,
        "city": format!("c{}", index % 20),
        "country": format!("n{}", if index == 205 { 9 } else { index % 20 % 4 }),
        "items": [{"price": 1 + index % 40}, {"price": if index == 77 { 90_000 } else { 2 + index % 40 }}],
    })
}

fn odd(index: u64) -> Value {
    let mut record = shop(index);
    match index {
        7 | 8 | 390 | 391 => record["amount"] = json!(987_654),
        30..=32 => record["day"] = json!("not yet"),
        50 => record["size"] = json!("large"),
        60 => record["size"] = json!([1]),
        _ => {}
    }
    record
}

/// Catches places that are numbers of the sample, that depend on the pieces, that stop at the first source, or that
/// leave out one kind.
#[test]
fn every_kind_has_its_first_places_in_any_pieces() {
    let records: Vec<Value> = (0..400).map(odd).collect();
    let mut partial = partial(&records);
    let profile = finish_stream(&mut partial);
    assert!(profile.relations.covers_all_records);
    let position = |index: u64| match index {
        0..380 => RecordPosition { source: 0, record: index },
        _ => RecordPosition { source: 1, record: index - 380 },
    };
    let numbered: Vec<(RecordPosition, &Value)> = (0..).map(position).zip(&records).collect();
    let whole = searched((&partial, &profile), &numbered, 400);
    assert_eq!(places(&whole, "outlier", "$.amount"), [(0, 7), (0, 8), (1, 10)]);
    assert_eq!(places(&whole, "outlier", "$.items[].price"), [(0, 77)]);
    assert_eq!(places(&whole, "format", "$.day"), [(0, 30), (0, 31), (0, 32)]);
    let rare = whole.anomalies.iter().filter(|one| one.kind == "rare_type");
    assert_eq!(rare.filter_map(|one| one.places[0].record).collect::<Vec<_>>(), [50, 60]);
    assert_eq!(places(&whole, "functional_dep", "$.country"), [(0, 205)]);
    assert_eq!(places(&whole, "unique", "$.order_id"), [(0, 333)]);
    for piece in [1, 7, 64] {
        assert_eq!(searched((&partial, &profile), &numbered, piece), whole, "pieces of {piece}");
    }
    let text = serde_json::to_string(&whole).expect("anomalies have a JSON form");
    assert!(!text.contains("987654") && !text.contains("not yet") && !text.contains("7030"));
    let without = anomalies(&partial, &profile, &Findings::default(), None);
    assert!(without.anomalies.iter().all(|one| one.places.is_empty()));
    assert_eq!(without.anomalies.len(), whole.anomalies.len());
}

/// Catches rows of a document that are counted anew in each element, or numbered as the record.
#[test]
fn rows_of_documents_are_numbered_in_their_collections() {
    let order = |index: u64| {
        let customer = if index == 150 { json!(999) } else { json!(index % 80) };
        let lines: Vec<Value> = (0..1 + index % 3)
            .map(|line| json!({"qty": if index == 100 && line == 1 { 5000 } else { 1 + (index + line) % 6 }}))
            .collect();
        json!({"order_id": index, "customer_id": customer, "lines": lines})
    };
    let customers: Vec<Value> =
        (0..80).map(|index| json!({"customer_id": index, "name": format!("n{index}")})).collect();
    let orders: Vec<Value> = (0..300).map(order).collect();
    let stock: Value = (0..1200_u64)
        .map(|index| (format!("sku{index:04}"), if index == 41 { json!("none") } else { json!(index % 7) }))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let document = json!({"customers": customers, "orders": orders, "stock": stock});
    let mut profiler = Profiler::new(Unit::Element);
    push_record(&document, &mut profiler);
    let mut partial = profiler.into_partial();
    let profile = finish_as(&mut partial, SampleLayout::Document);
    assert!(profile.relations.covers_all_records);
    let position = RecordPosition { source: 2, record: 0 };
    let found = searched((&partial, &profile), &[(position, &document)], 1);
    let line: u64 = (0..100).map(|index| 1 + index % 3).sum::<u64>() + 1;
    assert_eq!(places(&found, "outlier", "$.orders[].lines[].qty"), [(2, line)]);
    assert_eq!(places(&found, "foreign_key", "$.orders[].customer_id"), [(2, 150)]);
    assert_eq!(places(&found, "rare_type", "$.stock.*"), [(2, 41)]);
}
