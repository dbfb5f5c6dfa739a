//! What the profile says of planted shapes.

use serde_json::{Value, json};
use synth_profile::profile::{FieldProfile, Profile};
use synth_profile::schema::schema;

use crate::feed::profile;

fn field<'a>(profile: &'a Profile, path: &str) -> &'a FieldProfile {
    profile
        .fields
        .iter()
        .find(|field| field.path.to_string() == path)
        .unwrap_or_else(|| panic!("{path} is missing"))
}

#[test]
fn missing_null_and_empty_are_told_apart() {
    let records: Vec<Value> = (0..100)
        .map(|index| match index % 4 {
            0 => json!({"a": 1}),
            1 => json!({"a": 1, "b": null}),
            2 => json!({"a": 1, "b": ""}),
            _ => json!({"a": 1, "b": "x"}),
        })
        .collect();
    let profile = profile(&records);
    let b = field(&profile, "$.b");
    assert_eq!((b.n_slots, b.n_values, b.types["null"], b.types["string"]), (100, 75, 25, 50));
    assert_eq!(b.text.as_ref().unwrap().lengths.values[0].to_bits(), 0.0_f64.to_bits());
}

#[test]
fn data_keys_make_a_dictionary_and_names_do_not() {
    let records: Vec<Value> = (0..50)
        .map(|index| json!({"by_id": {format!("{}", 1000 + index): {"n": index}}, "names": {"first": "a", "last": "b", "middle": "c"}}))
        .collect();
    let profile = profile(&records);
    assert!(field(&profile, "$.by_id").is_dictionary);
    assert_eq!(field(&profile, "$.by_id.*.n").n_values, 50);
    assert!(!field(&profile, "$.names").is_dictionary);
}

#[test]
fn hosts_with_equal_objects_make_a_dictionary() {
    let pool = |n: i64| json!({"size": n, "state": "up", "peers": []});
    let records: Vec<Value> = (0..20)
        .map(|n| {
            json!({
                "pools": {"web-a": pool(n), "web-b": pool(n), "db.local": pool(n)},
                "sides": {"left": pool(n), "right": pool(n), "top": pool(n)},
                "headers": {"content-type": "a", "user-agent": "b", "x-id": "c"},
            })
        })
        .collect();
    let profile = profile(&records);
    assert!(field(&profile, "$.pools").is_dictionary);
    assert!(!field(&profile, "$.sides").is_dictionary && !field(&profile, "$.headers").is_dictionary);
}

#[test]
fn company_makes_data_personal() {
    let names = ["Anna Schmidt", "Peter Weber", "Jean Martin", "Luis Romero", "Marta Greco", "Paul Fischer"];
    let records: Vec<Value> = (0..60_usize)
        .map(|n| {
            json!({
                "name": {"full_name": names[n % 6]},
                "gender": if n % 2 == 0 { "f" } else { "m" },
                "ids": {"registry": format!("Q{}", n * 37)},
                "address": {"street": format!("{} Main Street", n + 1), "zip": format!("0{}", 1000 + n % 6)},
                "depots": {"zip": format!("0{}", 1000 + n % 6)},
            })
        })
        .collect();
    let profile = profile(&records);
    let personal = |path: &str| field(&profile, path).text.as_ref().unwrap().personal.clone();
    assert_eq!(personal("$.gender").as_deref(), Some("gender"));
    assert_eq!(field(&profile, "$.gender").text.as_ref().unwrap().categories.len(), 2);
    assert_eq!(personal("$.ids.registry").as_deref(), Some("person_id"));
    assert_eq!(personal("$.address.zip").as_deref(), Some("postal_code"));
    assert_eq!(personal("$.depots.zip"), None);
}

/// As the name of a field, such a key would stand in every file.
#[test]
fn a_rare_personal_key_is_dropped_and_a_frequent_one_makes_a_dictionary() {
    let mut records: Vec<Value> = (0..50).map(|index| json!({"likes": {"tea": index, "cake": 1}})).collect();
    assert!(!field(&profile(&records), "$.likes").is_dictionary);
    let personal = json!({"likes": {"tea": 1, "jo@example.org": 2}});
    records[7] = personal.clone();
    let rare = profile(&records);
    assert!(!field(&rare, "$.likes").is_dictionary);
    assert!(!written(&rare).contains("jo@example.org"));
    records[..20].fill(personal);
    let frequent = profile(&records);
    assert!(field(&frequent, "$.likes").is_dictionary);
    assert!(!written(&frequent).contains("jo@example.org"));
}

#[test]
fn a_wide_record_is_no_dictionary() {
    let wide = |index: i64| {
        Value::Object((0..200).map(|column| (format!("column_{column}"), json!(index * column))).collect())
    };
    let profile = profile(&(0..30).map(wide).collect::<Vec<_>>());
    assert!(!field(&profile, "$").is_dictionary);
    assert_eq!(profile.fields.len(), 201);
}

#[test]
fn positions_with_their_own_range_make_a_tuple() {
    let records: Vec<Value> = (0..60)
        .map(|index| json!({"at": [f64::from(index) / 7.0 - 120.5, f64::from(index) / 9.0 + 30.25], "pair": [index % 7, (index * 3) % 7]}))
        .collect();
    let profile = profile(&records);
    assert!(field(&profile, "$.at").is_tuple);
    assert!(field(&profile, "$.at[1]").number.is_some());
    assert!(!field(&profile, "$.pair").is_tuple);
}

/// Limits of three tests: their ranges overlap, their values do not. Two draws from one list are no tuple.
#[test]
fn positions_with_their_own_values_make_a_tuple() {
    let (limits, pairs) = ([[0, 5], [70, 110], [12, 17]], [["EUR", "12"], ["USD", "7"]]);
    let records: Vec<Value> = (0..300_usize)
        .map(|index| {
            let word = usize::try_from(synth_core::hash::mix(index as u64 + 1) % 900).unwrap();
            let (left, right) = (word % 6, word / 6 % 6);
            json!({"range": limits[word % 3], "pair": pairs[word % 2],
                "dice": [left, right]})
        })
        .collect();
    let profile = profile(&records);
    let is_tuple = |path: &str| field(&profile, path).is_tuple;
    assert!(is_tuple("$.range") && is_tuple("$.pair"));
    assert!(!is_tuple("$.dice"));
}

#[test]
fn a_tag_decides_which_members_are_present() {
    let records: Vec<Value> = (0..300)
        .map(|index| match index % 3 {
            0 => json!({"payload": {"url": "u", "code": index % 5}, "type": "click"}),
            1 => json!({"payload": {"amount": index, "code": index % 5}, "type": "sale"}),
            _ => json!({"payload": {"code": index % 5}, "type": "ping"}),
        })
        .collect();
    let profile = profile(&records);
    let [variant] = profile.variants.as_slice() else { panic!("one union, not {}", profile.variants.len()) };
    assert_eq!(
        (variant.path.to_string(), variant.discriminator.to_string()),
        ("$.payload".into(), "$.type".into())
    );
    assert_eq!(variant.cases.len(), 3);
    let mut rates = variant.cases.iter().flat_map(|case| case.presence.values());
    assert!(rates.all(|rate| rate.is_zero() || rate.is_one()), "{variant:?}");
}

#[test]
fn members_missing_at_random_make_no_union() {
    let records: Vec<Value> = (0..400_u64)
        .map(|index| {
            let word = synth_core::hash::mix(index + 1);
            let mut record = json!({"kind": if word.is_multiple_of(2) { "a" } else { "b" }});
            if (word / 2).is_multiple_of(3) {
                record["extra"] = json!(1);
            }
            record
        })
        .collect();
    assert!(profile(&records).variants.is_empty());
}

#[test]
fn times_are_read_in_the_format_that_fits_all() {
    let records: Vec<Value> = (0..60)
        .map(|index| json!({"day": format!("{:02}/03/2024", index % 28 + 1), "at": format!("2024-03-0{}T10:00:00Z", index % 9 + 1), "ms": 1_700_000_000_000_i64 + i64::from(index)}))
        .collect();
    let profile = profile(&records);
    let format = |path: &str| field(&profile, path).text.as_ref().unwrap().times[0].format.clone();
    assert_eq!(format("$.day"), "%d/%m/%Y");
    assert_eq!(format("$.at"), "%Y-%m-%dT%H:%M:%SZ");
}

#[test]
fn a_rare_string_is_nowhere_in_profile_and_schema() {
    let records: Vec<Value> = (0..200)
        .map(|index| json!({"status": if index == 77 { "Zanzibar-Only-Once" } else { "OPEN" }, "note": format!("note {index}")}))
        .collect();
    let profile = profile(&records);
    let written = serde_json::to_string(&profile).unwrap() + schema(&profile).to_string().as_str();
    assert!(!written.contains("Zanzibar"));
    assert!(written.contains("OPEN"));
}

#[test]
fn numbers_keep_their_spelling() {
    let records: Vec<Value> = (0..100)
        .map(|index| json!({"price": f64::from(index) + 0.25, "count": index, "half": if index % 2 == 0 { json!(index) } else { json!(f64::from(index) + 0.5) }}))
        .collect();
    let profile = profile(&records);
    let price = field(&profile, "$.price").number.as_ref().unwrap();
    assert_eq!((price.decimals, price.n_zero_fraction), (2, 0));
    assert_eq!(field(&profile, "$.count").number.as_ref().unwrap().dense_from, Some(0));
    assert_eq!(field(&profile, "$.half").types.len(), 2);
}

fn written(profile: &Profile) -> String {
    serde_json::to_string(profile).expect("a profile has a JSON form") + schema(profile).to_string().as_str()
}

#[test]
fn personal_numbers_and_keys_are_nowhere() {
    let records: Vec<Value> = (0..300)
        .map(|index| match index {
            77 => json!({"ssn": 219_099_999, "users": {"alice.smith@corp.example": 1}, "Jane Doe 1975-03-02": 1}),
            _ => json!({"ssn": 219_099_999 - index % 20, "card": 4_111_111_111_111_111_i64, "users": {}}),
        })
        .collect();
    let profile = profile(&records);
    let written = written(&profile);
    for secret in ["219099999", "219099990", "4111111111111111", "alice.smith", "Jane Doe"] {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
    assert_eq!(profile.findings["profile/withheld-key"], 2);
}

#[test]
fn keys_that_are_names_of_persons_make_a_dictionary() {
    let given = ["Maria", "John", "Anna", "Peter", "Laura", "James"];
    let family = ["Smith", "Miller", "Johnson", "Brown"];
    let name = |index: usize| format!("{} {}", given[index % 6], family[index / 6]);
    let records: Vec<Value> = (0..24).map(|index| json!({"by_name": {name(index): {"n": index}}})).collect();
    let profile = profile(&records);
    assert!(field(&profile, "$.by_name").is_dictionary);
    assert!(!written(&profile).contains("Maria"));
}

#[test]
fn many_members_of_one_record_are_one_unit() {
    let mut records: Vec<Value> =
        (0..100).map(|index| json!({"d": {format!("{}", 1000 + index): "common"}})).collect();
    records[50] = json!({"d": (0..12).map(|key| (format!("{}", 2000 + key), json!("only-here"))).collect::<serde_json::Map<_, _>>()});
    assert!(!written(&profile(&records)).contains("only-here"));
}

#[test]
fn a_rare_key_that_is_a_full_name_is_withheld() {
    let records: Vec<Value> = (0..100)
        .map(|index| match index {
            7 => json!({"total amount": 1, "Anna Smith": 1}),
            _ => json!({"total amount": index}),
        })
        .collect();
    let profile = profile(&records);
    assert!(!written(&profile).contains("Anna"));
    assert!(written(&profile).contains("total amount"));
    assert_eq!(profile.findings["profile/withheld-key"], 1);
}

#[test]
fn numbers_behind_a_common_text_are_keys_of_a_dictionary() {
    for key in [|i: usize| format!("exp_{i}"), |i| format!("user:{i}"), |i| format!("node-{i}")] {
        let runs = |n: usize| (0..3).map(move |at| (key(100 + n * 7 + at), json!({"loss": n, "ok": true})));
        let records: Vec<Value> =
            (0..40).map(|n| json!({"runs": runs(n).collect::<serde_json::Map<_, _>>()})).collect();
        assert!(field(&profile(&records), "$.runs").is_dictionary, "{}", key(1));
    }
    let lines: Vec<Value> = (0..40).map(|n| json!({"line1": n, "line2": n, "line3": "x"})).collect();
    assert!(!field(&profile(&lines), "$").is_dictionary, "numbered fields are fields");
    let parts: Vec<Value> =
        (0..40).map(|n| json!({"part1": {"a": n}, "part2": {"a": n}, "part3": {"a": 1}})).collect();
    assert!(!field(&profile(&parts), "$").is_dictionary, "members that are always there are fields");
}

#[test]
fn null_is_a_value_of_a_tag() {
    let records: Vec<Value> = (0..90)
        .map(|index| match index % 3 {
            0 => json!({"type": "a", "x": 1}),
            1 => json!({"type": "b", "y": 1}),
            _ => json!({"type": null, "z": 1}),
        })
        .collect();
    let profile = profile(&records);
    let [variant] = &profile.variants[..] else { panic!("one union: {:?}", profile.variants) };
    assert_eq!((variant.discriminator.to_string(), variant.cases.len()), ("$.type".into(), 3));
}

/// The types of the cases of a union, as text.
fn types(variant: &synth_profile::profile::VariantProfile, path: &str) -> Vec<String> {
    let case = |case: &synth_profile::profile::VariantCaseProfile| {
        let own = case.types.iter().filter(|(own, _)| own.to_string() == path).flat_map(|(_, types)| types);
        let own: Vec<String> = own.map(|(json_type, count)| format!("{json_type} {count}")).collect();
        own.join(", ")
    };
    variant.cases.iter().map(case).collect()
}

/// Catches a union that sees presence only, one tag for all members, and whole numbers that are told from others.
#[test]
fn tags_decide_of_which_types_values_are() {
    let records: Vec<Value> = (0..400_u64)
        .map(|index| {
            let word = synth_core::hash::mix(index + 1);
            let (value, kind) = match word % 4 {
                0 => (json!(index), "metric"),
                1 => (json!(0.5 + index as f64), "metric"),
                2 => (json!({"from": index}), "span"),
                _ => (json!("up"), "label"),
            };
            let is_open = (word / 4).is_multiple_of(3);
            let closed_by = if is_open { Value::Null } else { json!("ann") };
            json!({"kind": kind, "value": value, "status": if is_open { "open" } else { "closed" }, "closed_by": closed_by,
                "note": if (word / 12).is_multiple_of(2) { Value::Null } else { json!("n") }})
        })
        .collect();
    let profile = profile(&records);
    let [of_object, of_member] = &profile.variants[..] else { panic!("two unions: {:?}", profile.variants) };
    let of = |variant: &synth_profile::profile::VariantProfile| {
        (variant.path.to_string(), variant.discriminator.to_string())
    };
    let mut found = [of(of_object), of(of_member)];
    found.sort();
    assert!(found.iter().any(|(_, tag)| tag == "$.kind") && found.iter().any(|(_, tag)| tag == "$.status"));
    let kind = profile.variants.iter().find(|variant| variant.discriminator.to_string() == "$.kind").unwrap();
    let values = types(kind, "$.value");
    assert!(values.iter().all(|types| !types.contains(',') && !types.contains("integer")), "{values:?}");
    assert!(values.iter().any(|types| types.starts_with("number")), "{values:?}");
    let status =
        profile.variants.iter().find(|variant| variant.discriminator.to_string() == "$.status").unwrap();
    let closers = types(status, "$.closed_by");
    assert!(closers.iter().any(|types| types.starts_with("null ")), "{closers:?}");
    assert!(closers.iter().any(|types| types.starts_with("string ")), "{closers:?}");
    assert!(
        types(status, "$.note").iter().chain(&types(kind, "$.note")).all(String::is_empty),
        "null by chance"
    );
}
