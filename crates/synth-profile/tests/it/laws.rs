//! The result depends on the set of records alone.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::feed::{finish_stream, partial};

/// Records of every type, with members that come and go, keys that are data, and short arrays.
pub(crate) fn record() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-50_i64..50).prop_map(Value::from),
        (-1e6..1e6_f64).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
        (1_i64..28).prop_map(|day| Value::from(format!("2024-05-{day:02}"))),
        (0_i64..24, -3_i64..4).prop_map(|(hour, zone)| {
            Value::from(format!(
                "2024-05-06T{hour:02}:30:00{}0{}:00",
                if zone < 0 { '-' } else { '+' },
                zone.abs()
            ))
        }),
    ];
    let nested = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-e]|[0-9]{1,2}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("[a-d]", nested, 0..4)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Catches any accumulator whose state shows in what order or in which parts the records came.
    #[test]
    fn merge_order_and_cuts_do_not_matter(
        records in prop::collection::vec(record(), 1..40),
        cut in 0_usize..40,
        second_cut in 0_usize..40,
    ) {
        let mut cuts = [cut.min(records.len()), second_cut.min(records.len())];
        cuts.sort_unstable();
        let whole = finish_stream(&mut partial(&records));
        let parts = [&records[..cuts[0]], &records[cuts[0]..cuts[1]], &records[cuts[1]..]];

        let mut left = partial(parts[0]);
        left.merge(partial(parts[1]));
        left.merge(partial(parts[2]));
        prop_assert_eq!(&finish_stream(&mut left), &whole);

        let mut right = partial(parts[2]);
        let mut tail = partial(parts[1]);
        tail.merge(partial(parts[0]));
        right.merge(tail);
        prop_assert_eq!(&finish_stream(&mut right), &whole);

        let reversed: Vec<Value> = records.iter().rev().cloned().collect();
        prop_assert_eq!(&finish_stream(&mut partial(&reversed)), &whole);
    }
}

/// Catches a dictionary that is found in the whole but in no part, or the other way round.
#[test]
fn an_object_with_too_many_keys_is_a_dictionary_in_any_order() {
    let records: Vec<Value> =
        (0..1500).map(|index| json!({"by_name": {format!("n{}", index * 7919): index % 3}})).collect();
    let whole = finish_stream(&mut partial(&records));
    let (front, back) = records.split_at(600);
    let mut merged = partial(back);
    merged.merge(partial(front));
    assert_eq!(finish_stream(&mut merged), whole);
    assert!(whole.fields.iter().any(|field| field.path.to_string() == "$.by_name.*~"));
    assert!(whole.fields.len() < 10);
}

/// Catches units that are counted by member before an object becomes a dictionary and by record after it.
#[test]
fn rare_values_in_a_large_dictionary_do_not_show_the_order() {
    let word = |index: u64| synth_core::hash::mix(index + 1);
    let record = |index: u64| {
        let members = (0..10).map(|slot| {
            let pick = word(index * 10 + slot);
            (format!("k{}", pick % 2500), json!(format!("v{}", pick / 2500 % 200)))
        });
        json!({"d": members.collect::<serde_json::Map<_, _>>()})
    };
    let records: Vec<Value> = (0..600).map(record).collect();
    let whole = finish_stream(&mut partial(&records));
    let reversed: Vec<Value> = records.iter().rev().cloned().collect();
    assert_eq!(finish_stream(&mut partial(&reversed)), whole);
    let (front, back) = records.split_at(250);
    let mut merged = partial(back);
    merged.merge(partial(front));
    assert_eq!(finish_stream(&mut merged), whole);
}
