//! Partials in files: equal states have equal bytes, and what is read back goes on as if it had never left.

use proptest::prelude::*;
use serde_json::{Value, json};
use synth_core::{Diagnostic, Findings, Place, Severity};
use synth_profile::profile::SampleLayout;
use synth_profile::{ErrorKind, Origin, Partial, PartialFile, Profiler, Unit};

use crate::feed::{finish_stream, partial, push_record};
use crate::laws::record;

fn origin() -> Origin {
    Origin { layout: SampleLayout::JsonLines, source: Some("a.jsonl".into()), findings: Findings::default() }
}

fn bytes(partial: Partial) -> Vec<u8> {
    PartialFile { partial, origin: origin() }.to_bytes()
}

fn read(bytes: &[u8]) -> Partial {
    PartialFile::from_bytes(bytes, "a.partial").expect("what was written can be read").partial
}

fn merged(mut left: Partial, right: Partial) -> Partial {
    left.merge(right);
    left
}

/// Writes and reads every part before it is merged.
fn through_files(parts: Vec<Partial>) -> Partial {
    let parts = parts.into_iter().map(|part| read(&bytes(part)));
    parts.reduce(|left, right| read(&bytes(merged(left, right)))).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Catches state that shows the order or the cut of the records, and state that is not in the file.
    #[test]
    fn equal_records_give_equal_bytes(
        records in prop::collection::vec(record(), 1..40),
        cuts in [0_usize..40, 0_usize..40],
    ) {
        let mut cuts = cuts.map(|cut| cut.min(records.len()));
        cuts.sort_unstable();
        let parts = || vec![
            partial(&records[cuts[1]..]), partial(&records[..cuts[0]]), partial(&records[cuts[0]..cuts[1]]),
        ];
        let whole = bytes(partial(&records));
        prop_assert_eq!(&bytes(parts().into_iter().reduce(merged).unwrap_or_default()), &whole);
        prop_assert_eq!(&bytes(through_files(parts())), &whole);
        let reversed: Vec<Value> = records.iter().rev().cloned().collect();
        prop_assert_eq!(&bytes(partial(&reversed)), &whole);
        let profile = finish_stream(&mut partial(&records));
        prop_assert_eq!(&finish_stream(&mut read(&whole)), &profile);
    }

    /// Merging with nothing changes nothing.
    #[test]
    fn nothing_is_the_identity(records in prop::collection::vec(record(), 0..20)) {
        let whole = bytes(partial(&records));
        prop_assert_eq!(&bytes(merged(partial(&records), Partial::default())), &whole);
        prop_assert_eq!(&bytes(merged(Partial::default(), partial(&records))), &whole);
    }

    /// Damage that the checksum does not tell of must still not panic: here the payload is sealed anew.
    #[test]
    fn foreign_contents_do_not_panic(
        records in prop::collection::vec(record(), 1..10),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let kind = synth_core::SealedKind { magic: *b"synthPRT", version: 5 };
        let file = bytes(partial(&records));
        let mut payload = synth_core::sealed::unseal(kind, &file).expect("the file is whole").to_vec();
        for (at, byte) in changes {
            let at = at.index(payload.len());
            payload[at] = byte;
        }
        if let Ok(mut file) = PartialFile::from_bytes(&synth_core::sealed::seal(kind, &payload), "x") {
            let again = file.to_bytes();
            prop_assert_eq!(PartialFile::from_bytes(&again, "x").expect("the file is whole").to_bytes(), again);
            file.partial.merge(partial(&records));
            finish_stream(&mut file.partial);
        }
    }
}

/// Catches a number that is kept as it was spelled first.
#[test]
fn numbers_spelled_in_two_ways_do_not_show_the_order() {
    let records =
        [json!({"n": 1}), json!({"n": 1.0}), json!({"n": -0.0}), json!({"n": 0}), json!({"n": 0.0})];
    let whole = bytes(partial(&records));
    for turn in 1..records.len() {
        let (back, front) = records.split_at(turn);
        assert_eq!(bytes(partial(&[front, back].concat())), whole);
        assert_eq!(bytes(merged(partial(back), partial(front))), whole);
    }
}

/// Catches a table that is cut at its capacity before it is known which values stay.
#[test]
fn full_tables_and_samples_do_not_show_the_order() {
    let text = |index: u64| format!("{:x} {}", synth_core::hash::mix(index + 1), "x".repeat(300));
    let record = |index: u64| json!({"s": text(index), "n": index * 7, "f": index as f64 / 8.0, "d": format!("2024-05-{:02}", index % 28 + 1)});
    let records: Vec<Value> = (0..25_000).map(record).collect();
    let whole = bytes(partial(&records));
    let (front, back) = records.split_at(9_000);
    assert!(bytes(merged(partial(back), partial(front))) == whole);
    assert!(bytes(through_files(vec![partial(front), partial(back)])) == whole);
}

/// Catches units that are numbered on after a merge, so that two records seem one.
#[test]
fn records_pushed_after_a_file_was_read_are_units_of_their_own() {
    let records: Vec<Value> = (0..10).map(|_| json!({"word": "same", "keys": {"a": "x"}})).collect();
    let mut first = Profiler::new(Unit::Record);
    records.iter().for_each(|record| push_record(record, &mut first));
    let mut second = Profiler::new(Unit::Record);
    records.iter().for_each(|record| push_record(record, &mut second));
    first.merge(second);
    records.iter().for_each(|record| push_record(record, &mut first));
    assert_eq!(
        bytes(first.into_partial()),
        bytes(partial(&[records.clone(), records.clone(), records].concat()))
    );
}

/// Catches keys that are counted twice in the record in which an object becomes a dictionary.
#[test]
fn a_dictionary_that_forms_within_a_record_does_not_show_it() {
    let object = |range: std::ops::Range<u64>| {
        Value::Object(range.map(|key| (format!("k{key}"), json!({"v": key % 7}))).collect())
    };
    let records = [
        json!({"list": [object(0..900), object(0..40)]}),
        json!({"list": [object(30..60), object(500..1300), object(0..50), object(1290..1299)]}),
        json!({"list": [object(0..20)]}),
    ];
    let whole = bytes(partial(&records));
    let reversed: Vec<Value> = records.iter().rev().cloned().collect();
    assert_eq!(bytes(partial(&reversed)), whole);
    assert_eq!(
        bytes(through_files(records.iter().map(|record| partial(std::slice::from_ref(record))).collect())),
        whole
    );
}

#[test]
fn what_is_known_beside_the_records_is_kept() {
    let mut findings = Findings::default();
    for line in 1..=3 {
        let place = Place { line: Some(line), path: Some("$.a".into()), ..Place::in_source("b.jsonl") };
        findings.push(Diagnostic {
            severity: Severity::Warning,
            code: "io/duplicate-key",
            message: "m".into(),
            place,
            hint: None,
        });
    }
    let origin = Origin { findings, layout: SampleLayout::Array, ..origin() };
    let file = PartialFile { partial: partial(&[json!(1)]), origin: origin.clone() };
    let read = PartialFile::from_bytes(&file.to_bytes(), "a.partial").expect("what was written can be read");
    assert_eq!(read.origin, origin);
}

#[test]
fn documents_and_streams_do_not_mix() {
    let file = |unit| PartialFile { partial: Partial::new(unit), origin: origin() };
    let error = file(Unit::Record).merge(file(Unit::Element)).expect_err("they count different units");
    assert!(matches!(error.kind, ErrorKind::Incompatible));
    assert_eq!(error.code(), "profile/incompatible-partials");
}

#[test]
fn truncated_and_foreign_files_are_errors() {
    let file = bytes(partial(&[json!({"a": [1, 2.5, "x"]})]));
    for length in 0..file.len() {
        let error = PartialFile::from_bytes(&file[..length], "cut").expect_err("a part is no file");
        assert_eq!(error.code(), "profile/bad-partial");
    }
    assert!(PartialFile::from_bytes(b"{}", "x").is_err());
}
