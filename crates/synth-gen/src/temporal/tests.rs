use std::collections::BTreeSet;

use super::*;
use crate::memo::Memo;

fn rhythm(format: &str, values: &[&str]) -> TemporalRhythmic {
    TemporalRhythmic {
        format: format.to_owned(),
        quantiles: (0..values.len()).map(|at| 100.0 * at as f64 / (values.len().max(2) - 1) as f64).collect(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
        written_as: WrittenAs::Text,
        spikes: Vec::new(),
        resolution: None,
        weekday_profile: Vec::new(),
        hour_profile: Vec::new(),
        zones: Vec::new(),
    }
}

fn moments(times: &Times) -> Vec<i64> {
    (0..2000).map(|ordinal| times.moment(Slot { address: ordinal, ordinal, uniform: None })).collect()
}

#[test]
fn the_rhythm_is_kept_inside_the_range() {
    let mut rule = rhythm("%Y-%m-%dT%H:%M:%SZ", &["2024-01-01T00:00:00Z", "2024-03-01T12:34:56Z"]);
    rule.hour_profile = (0..24).map(|hour| f64::from(u8::from((9..17).contains(&hour)))).collect();
    rule.weekday_profile = vec![1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0];
    let times = Times::compile(&rule, 0, Seed::root(1)).unwrap();
    let made = moments(&times);
    assert!(made.iter().all(|moment| (times.first..=times.last).contains(moment) && moment % 1_000_000 == 0));
    let office = |moment: &&i64| {
        let time = Timestamp(**moment);
        time.weekday() < 5 && (9..17).contains(&time.hour())
    };
    // Only moments of the last day and week may stay as they were drawn.
    assert!(made.iter().filter(office).count() > 1950);
}

#[test]
fn epochs_are_whole_steps() {
    let made = |format: &str, decimals| {
        let rule = rhythm(format, &["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"]);
        let times = Times::compile(&rule, decimals, Seed::root(1)).unwrap();
        let mut out = Values::None;
        let slots = Slots {
            kinds: &[2],
            code: 2,
            addresses: &[1],
            ordinals: &[1],
            uniforms: &[],
            memo: &Memo::default(),
        };
        times.fill(slots, &mut out);
        let Values::Integers(integers) = out else { panic!("an epoch is a number") };
        integers[0].to_string().len()
    };
    assert_eq!(made("epoch_seconds", 0), 10);
    assert_eq!(made("epoch_seconds", 3), 13);
    assert_eq!(made("epoch_millis", 0), 13);
    assert_eq!(made("epoch_micros", 9), 16);
}

#[test]
fn unique_moments_differ_when_printed() {
    for (format, n) in [("%Y-%m-%d", 500), ("%Y-%m-%dT%H:%M:%S%.3fZ", 2000), ("epoch_seconds", 2000)] {
        let rule = rhythm(format, &["2024-01-01", "2024-01-31", "2024-03-31"]);
        let times = Times::compile(&rule, 0, Seed::root(1)).unwrap().unique(&rule, n, Seed::root(2)).unwrap();
        let made: BTreeSet<i64> = (0..n)
            .map(|ordinal| times.moment(Slot { address: 0, ordinal, uniform: None }).div_euclid(times.step))
            .collect();
        assert_eq!(made.len() as u64, n, "{format}");
    }
    let rule = rhythm("%H:%M:%S", &["1970-01-01", "1970-01-02"]);
    let times = Times::compile(&rule, 0, Seed::root(1)).unwrap();
    assert!(matches!(times.unique(&rule, 5, Seed::root(1)), Err(ErrorKind::CannotBeUnique { .. })));
}

/// Catches an hour or weekday that is redrawn off the grid, and a grid that starts at the first moment.
#[test]
fn all_moments_lie_on_the_grid() {
    for (step, format) in
        [("1h", "%Y-%m-%d %H:%M:%S"), ("30min", "epoch_millis"), ("1d", "%Y-%m-%dT%H:%M:%SZ")]
    {
        let mut rule =
            rhythm(format, &["2024-01-01T00:10:00Z", "2024-02-03T04:05:06Z", "2024-03-01T12:34:56Z"]);
        rule.resolution = Resolution::parse(step).ok();
        rule.weekday_profile = vec![1.0, 2.0, 1.0, 1.0, 1.0, 0.0, 0.0];
        rule.hour_profile = (0..24).map(f64::from).collect();
        let times = Times::compile(&rule, 0, Seed::root(1)).unwrap();
        let micros = rule.resolution.unwrap().micros();
        assert!(moments(&times).iter().all(|moment| moment % micros == 0), "{step}");
        let unique = times.unique(&rule, 2000, Seed::root(1)).unwrap();
        let made: BTreeSet<i64> = moments(&unique).into_iter().collect();
        assert!(made.len() == 2000 && made.iter().all(|moment| moment % micros == 0), "{step}");
    }
}

#[test]
fn bad_rules_are_refused() {
    let compile = |rule: &TemporalRhythmic| Times::compile(rule, 0, Seed::root(1)).err();
    assert_eq!(compile(&rhythm("%Y", &["yesterday"])), Some(ErrorKind::BadTime { index: 0 }));
    assert!(matches!(compile(&rhythm("%Q", &["2024-01-01"])), Some(ErrorKind::BadTimeFormat { .. })));
    assert!(matches!(compile(&rhythm("%Y", &[])), Some(ErrorKind::EmptyList { .. })));
    assert!(matches!(
        compile(&rhythm("%Y", &["2024-01-02", "2024-01-01"])),
        Some(ErrorKind::NotSorted { .. })
    ));
    let mut rule = rhythm("%Y", &["2024-01-02"]);
    rule.hour_profile = vec![1.0; 23];
    assert!(matches!(compile(&rule), Some(ErrorKind::LengthMismatch { .. })));
}
fn texts(times: &Times, n: u64) -> Vec<String> {
    let addresses: Vec<u64> = (0..n).collect();
    let kinds = vec![0; addresses.len()];
    let mut out = Values::None;
    times.fill(
        Slots {
            kinds: &kinds,
            code: 0,
            addresses: &addresses,
            ordinals: &addresses,
            uniforms: &[],
            memo: &Memo::default(),
        },
        &mut out,
    );
    let Values::Text(text) = out else { panic!("a format makes texts") };
    (0..addresses.len()).map(|slot| text.get(slot).to_owned()).collect()
}

#[test]
fn spikes_come_as_often_as_they_should() {
    let mut rule = rhythm("epoch_millis", &["2024-01-01", "2024-01-31"]);
    rule.spikes = vec![TimeSpike { value: "1970-01-01T00:00:00Z".to_owned(), prob: 0.25 }];
    let made = moments(&Times::compile(&rule, 0, Seed::root(1)).unwrap());
    let n_never = made.iter().filter(|moment| **moment == 0).count();
    // 2000 draws with p = 0.25: four standard deviations are 77.
    assert!(n_never.abs_diff(500) < 77, "{n_never}");
    assert!(made.iter().all(|moment| *moment == 0 || *moment >= 1_704_067_200_000_000));
    rule.spikes[0].prob = 1.5;
    assert!(Times::compile(&rule, 0, Seed::root(1)).is_err());
}

/// Catches a time such as the last second of a year that is moved to the grid of the others.
#[test]
fn spikes_may_lie_off_the_grid() {
    let mut rule = rhythm("%Y-%m-%dT%H:%M:%SZ", &["2024-01-01", "2024-01-31"]);
    rule.resolution = Resolution::parse("1h").ok();
    rule.spikes = vec![TimeSpike { value: "9999-12-31T23:59:59Z".to_owned(), prob: 0.5 }];
    let made = texts(&Times::compile(&rule, 0, Seed::root(1)).unwrap(), 100);
    assert!(made.iter().all(|text| text == "9999-12-31T23:59:59Z" || text.ends_with(":00:00Z")));
    assert!(made.iter().any(|text| text == "9999-12-31T23:59:59Z"));
}

#[test]
fn zones_change_the_spelling_and_not_the_moment() {
    let mut rule = rhythm("%Y-%m-%dT%H:%M:%S%:z", &["2024-01-01", "2024-01-31"]);
    let utc = texts(&Times::compile(&rule, 0, Seed::root(1)).unwrap(), 50);
    rule.zones = vec![ZoneShare { minutes: -300, prob: 0.5 }, ZoneShare { minutes: 330, prob: 0.5 }];
    let local = texts(&Times::compile(&rule, 0, Seed::root(1)).unwrap(), 50);
    let format = TimeFormat::parse(&rule.format).unwrap();
    for (utc, local) in utc.iter().zip(&local) {
        assert_eq!(format.read(utc), format.read(local));
        assert!(local.ends_with("-05:00") || local.ends_with("+05:30"), "{local}");
    }
    assert!(local.iter().any(|text| text.ends_with("-05:00")));
}

#[test]
fn digits_lose_the_zeros_in_front() {
    let mut rule = rhythm("%H%M", &["1970-01-01T00:00:00Z", "1970-01-01T12:00:00Z"]);
    rule.written_as = WrittenAs::Number;
    let made = texts(&Times::compile(&rule, 0, Seed::root(1)).unwrap(), 500);
    assert!(made.iter().all(|text| text.parse::<u32>().is_ok_and(|n| n <= 1200 && n % 100 < 60)));
    assert!(made.iter().all(|text| text == "0" || !text.starts_with('0')));
    rule.format = "%H:%M".to_owned();
    assert!(matches!(Times::compile(&rule, 0, Seed::root(1)), Err(ErrorKind::BadTimeFormat { .. })));
}
