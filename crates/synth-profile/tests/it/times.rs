//! Which values are times, and in which format.

use serde_json::{Value, json};
use synth_core::{TimeFormat, Timestamp};
use synth_profile::profile::{Profile, TimeProfile};

use crate::feed::profile;

const START: i64 = 1_700_000_000;

/// Moments that spread over years and hours: 40 of them, each three times.
fn seconds(index: i64) -> i64 {
    START + (index % 40) * 1_234_567
}

fn values(make: impl Fn(i64) -> Value, name: &str) -> Profile {
    profile(&(0..120).map(|index| json!({ name: make(index) })).collect::<Vec<_>>())
}

fn times(profile: &Profile, path: &str) -> Vec<TimeProfile> {
    let field =
        profile.fields.iter().find(|field| field.path.to_string() == path).expect("the path is there");
    let text = field.text.iter().flat_map(|text| text.times.clone());
    text.chain(field.number.iter().filter_map(|number| number.time.clone())).collect()
}

fn format_of(make: impl Fn(i64) -> Value, name: &str) -> Option<String> {
    let found = times(&values(make, name), &format!("$.{name}"));
    found.first().filter(|_| found.len() == 1).map(|time| time.format.clone())
}

#[test]
fn every_common_format_is_found() {
    let formats = "%Y-%m-%dT%H:%M:%S%.3fZ|%Y-%m-%dT%H:%M:%S%:z|%Y-%m-%d|%H:%M|%H:%M:%S|%a, %d %b %Y %H:%M:%S %z|\
        %d/%m/%Y|%m/%d/%Y|%d-%m-%Y|%d.%m.%Y|%B %-d, %Y|%d %b %Y|%-m/%-d/%Y %-I:%M:%S %p|%-I:%M %p|%Y-%j|%G-W%V-%u|\
        %[H]:%M:%S|%Y%m%d|%s|%s%3f|%s%6f|%s%.3f|%Y%m%dT%H%M%SZ|%a %b %e %H:%M:%S %Y|%d/%b/%Y:%H:%M:%S %z|%Y/%m/%d|%m/%d/%y";
    for spec in formats.split('|') {
        let format = TimeFormat::parse(spec).unwrap();
        let text = |index: i64| {
            // Beyond a day only where the format can say so.
            let second = if spec.contains("[H]") { 7 * index * 1000 } else { seconds(index) };
            let mut text = String::new();
            format.write(Timestamp(second * 1_000_000 + 123_000), &mut text).unwrap();
            json!(text)
        };
        assert_eq!(format_of(text, "x").as_deref(), Some(spec));
    }
}

#[test]
fn numbers_from_the_epoch_need_a_word_or_whole_seconds() {
    assert_eq!(format_of(|i| json!(seconds(i)), "created_at").as_deref(), Some("epoch_seconds"));
    assert_eq!(format_of(|i| json!(seconds(i) as f64 + 0.25), "ts").as_deref(), Some("epoch_seconds"));
    assert_eq!(format_of(|i| json!(seconds(i) * 1000), "x").as_deref(), Some("epoch_millis"));
    assert_eq!(format_of(|i| json!(seconds(i) * 1_000_000), "x").as_deref(), Some("epoch_micros"));
    assert_eq!(format_of(|i| json!(seconds(i) * 1_000_000_000), "x").as_deref(), Some("epoch_nanos"));
    assert_eq!(format_of(|i| json!(seconds(i)), "x"), None);
    assert_eq!(format_of(|i| json!(seconds(i)), "response_time"), None);
    assert_eq!(format_of(|i| json!(i * 50_000_000), "time"), None);
}

/// Catches a time for "never" that hides the step of all the others.
#[test]
fn spikes_do_not_count_for_the_step() {
    let hour = |index: i64| START - START % 3600 + (index % 40) * 3600 * 7;
    let text = |index: i64| {
        let mut text = String::new();
        TimeFormat::parse("%Y-%m-%dT%H:%M:%SZ")
            .unwrap()
            .write(Timestamp::from_seconds(hour(index)), &mut text)
            .unwrap();
        json!(if index % 4 == 0 { "9999-12-31T23:59:59Z".to_owned() } else { text })
    };
    let [time] = &times(&values(text, "x"), "$.x")[..] else { panic!("one format") };
    assert_eq!((time.spikes.len(), time.resolution_micros), (1, Some(3_600_000_000)));
    let zero = |index: i64| json!(if index % 4 == 0 { -1 } else { hour(index) * 1000 });
    let [time] = &times(&values(zero, "expires"), "$.expires")[..] else { panic!("one format") };
    assert_eq!((time.spikes.len(), time.resolution_micros), (1, Some(3_600_000_000)));
    let nanos = |index: i64| json!(hour(index) * 1_000_000_000 + 500);
    let [time] = &times(&values(nanos, "ts"), "$.ts")[..] else { panic!("one format") };
    assert_eq!((time.format.as_str(), time.resolution_micros), ("epoch_nanos", None));
}

#[test]
fn never_is_a_spike_and_so_is_a_constant() {
    let never = values(|i| if i % 2 == 0 { json!(0) } else { json!(seconds(i) * 1000) }, "checked");
    let [time] = &times(&never, "$.checked")[..] else { panic!("one format") };
    assert_eq!((time.spikes[0].seconds.to_bits(), time.spikes[0].count), (0, 60));
    assert!(time.curve.values.iter().all(|seconds| *seconds > 1e9));
    let constant = values(|_| json!(START), "load_timestamp");
    let [time] = &times(&constant, "$.load_timestamp")[..] else { panic!("one format") };
    assert_eq!((time.spikes.len(), time.spikes[0].count, time.curve.values.len()), (1, 120, 0));
    let text = values(|_| json!("2024-05-06"), "day");
    assert_eq!(times(&text, "$.day")[0].spikes[0].count, 120);
    let word = values(
        |i| if i % 3 == 0 { json!("never") } else { json!(format!("2024-01-{:02}", 1 + i % 28)) },
        "x",
    );
    assert_eq!(times(&word, "$.x")[0].count, 80);
    assert_eq!(word.fields[1].text.as_ref().unwrap().categories[0].value.as_str(), "never");
}

#[test]
fn clock_and_calendar_numbers_are_told_from_others() {
    let clock = |i: i64| json!((i * 7 % 24) * 100 + i * 11 % 60);
    assert_eq!(format_of(clock, "dep_time").as_deref(), Some("%H%M"));
    assert_eq!(format_of(clock, "x"), None);
    assert_eq!(format_of(|i| json!(20_240_101 + i % 28), "x").as_deref(), Some("%Y%m%d"));
    assert_eq!(format_of(|i| json!(20_240_101 + i % 60), "x"), None);
    // Rooms on ten floors.
    assert_eq!(format_of(|i| json!((1 + i % 10) * 100 + i % 30), "room"), None);
    assert_eq!(format_of(|i| json!(i * 13), "air_time"), None);
}

#[test]
fn day_and_month_are_told_apart_by_the_days() {
    let date = |i: i64| json!(format!("{:02}/{:02}/2024", 1 + i % 12, 1 + i % 28));
    assert_eq!(format_of(date, "x").as_deref(), Some("%m/%d/%Y"));
    let unclear = values(|i| json!(format!("{:02}/{:02}/2024", 1 + i % 12, 1 + i % 11)), "x");
    let [time] = &times(&unclear, "$.x")[..] else { panic!("one format") };
    assert_eq!((time.format.as_str(), &time.alternatives[..]), ("%d/%m/%Y", &["%m/%d/%Y".to_owned()][..]));
}

#[test]
fn zones_are_counted() {
    let zoned = values(
        |i| {
            json!(format!(
                "2024-01-{:02}T08:00:00{}",
                1 + i % 28,
                if i % 4 == 0 { "+02:00" } else { "-05:00" }
            ))
        },
        "x",
    );
    assert_eq!(times(&zoned, "$.x")[0].zones, [(-300, 90), (120, 30)]);
}

/// Catches a second format for dates that read in both, when other rows are empty: 62 of 1000 days would change months.
#[test]
fn a_day_that_looks_like_a_month_is_of_the_common_format() {
    let records: Vec<Value> = (0..600_u32)
        .map(|index| {
            let (month, day) = (1 + index % 12, 1 + index % 28);
            let date = if index % 10 == 0 { String::new() } else { format!("{month:02}/{day:02}/2025") };
            json!({"date": date})
        })
        .collect();
    let profile = profile(&records);
    let field = profile.fields.iter().find(|field| field.path.to_string() == "$.date").unwrap();
    let formats: Vec<&str> =
        field.text.as_ref().unwrap().times.iter().map(|time| time.format.as_str()).collect();
    assert_eq!(formats, ["%m/%d/%Y"]);
}
