//! What the profile says of columns that vary together and of what happens along time, and what it must not say.

use serde_json::{Map, Value, json};
use synth_core::hash::mix;
use synth_core::math;
use synth_core::{Findings, Timestamp};
use synth_profile::anomalies::anomalies;
use synth_profile::profile::{Profile, SampleLayout};
use synth_profile::relations::{
    Aspect, Association, AssociationMeasure, CalendarUnit, Direction, Relations, TimeLine,
};
use synth_profile::{Profiler, Unit, hypotheses};

use crate::feed::{finish_as, finish_stream, partial, profile, push_record};

const DAY: i64 = 86_400;

/// A number in [0, 1) that looks drawn.
fn draw(seed: u64, index: u64) -> f64 {
    (mix(mix(seed + 77) ^ index) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number about 0 that looks drawn from a normal distribution.
fn noise(seed: u64, index: u64) -> f64 {
    (0..12).map(|part| draw(seed * 100 + part, index)).sum::<f64>() - 6.0
}

fn rounded(value: f64) -> f64 {
    math::round(value * 1000.0) / 1000.0
}

fn time(seconds: i64) -> String {
    let civil = Timestamp::from_seconds(1_700_006_400 + seconds).civil();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
    )
}

fn document(value: &Value) -> Profile {
    let mut profiler = Profiler::new(Unit::Element);
    push_record(value, &mut profiler);
    finish_as(&mut profiler.into_partial(), SampleLayout::Document)
}

fn found<'r>(relations: &'r Relations, left: &str, right: &str) -> Option<&'r Association> {
    let is_pair = |found: &&Association| {
        let paths = (found.left.path.to_string(), found.right.path.to_string());
        paths == (left.to_owned(), right.to_owned()) || paths == (right.to_owned(), left.to_owned())
    };
    relations.associations.iter().flat_map(|table| &table.strongest).find(is_pair)
}

fn line<'r>(relations: &'r Relations, path: &str) -> &'r TimeLine {
    relations.temporal.iter().find(|line| line.path.to_string() == path).expect("a time with patterns")
}

/// Catches tests without correction for their number, and strengths that grow with the number of codes.
#[test]
fn independent_columns_have_no_association() {
    for seed in 0..3 {
        let records: Vec<Value> = (0..400)
            .map(|index| {
                let mut record = Map::new();
                for column in 0..8 {
                    // Seeds of their own for each column: those of `noise` are a hundred times larger.
                    let at = 10_000_000 + seed * 1000 + column * 4;
                    record.insert(format!("x{column}"), json!(rounded(noise(at, index))));
                    record.insert(format!("n{column}"), json!(mix(at + 1 + index * 7919) % 50));
                    record.insert(
                        format!("c{column}"),
                        json!(format!("w{}", mix(at + 2 + index * 104_729) % 9)),
                    );
                    if draw(at + 3, index) < 0.5 {
                        record.insert(format!("o{column}"), json!(rounded(draw(at + 4, index))));
                    }
                }
                Value::Object(record)
            })
            .collect();
        let relations = profile(&records).relations;
        assert_eq!(relations.associations, [], "seed {seed}");
        assert_eq!(relations.temporal, [], "seed {seed}");
    }
}

/// Catches a look at ten rows as if they were a thousand.
#[test]
fn ten_rows_prove_nothing() {
    let records: Vec<Value> = (0..10)
        .map(|index| json!({"a": index * 3, "b": index * index, "at": time(index * 3600), "c": index % 2 == 0}))
        .collect();
    let relations = profile(&records).relations;
    assert_eq!((relations.associations, relations.temporal), (Vec::new(), Vec::new()));
}

/// Catches a measure that sees straight lines only, and one that is named for a shape it does not see.
#[test]
fn each_shape_has_its_measure() {
    let records: Vec<Value> = (0..2000)
        .map(|index| {
            let x = noise(1, index);
            let group = ["a", "b", "c", "d"][usize::try_from(mix(index) % 4).unwrap()];
            let level = f64::from(u32::from(group.as_bytes()[0])) - 97.0;
            let like = if draw(2, index) < 0.7 { group } else { ["a", "b", "c", "d"][usize::try_from(mix(index + 9999) % 4).unwrap()] };
            let mut record = json!({
                "x": rounded(x), "line": rounded(noise(3, index) - 2.0 * x), "square": rounded(x * x + 0.1 * noise(4, index)),
                "group": group, "by_group": rounded(level % 3.0 + noise(5, index)), "like": like.to_uppercase(),
            });
            if x + 0.3 * noise(6, index) > 0.5 {
                record["extra"] = json!(rounded(noise(7, index)));
            }
            record
        })
        .collect();
    let relations = profile(&records).relations;
    let check = |left: &str, right: &str, measure, direction, (low, high): (f64, f64)| {
        let found = found(&relations, left, right).unwrap_or_else(|| panic!("{left} {right}"));
        assert_eq!((found.measure, found.direction), (measure, direction), "{left} {right}");
        let strength = found.strength.get();
        assert!((low..=high).contains(&strength), "{left} {right} {strength}");
    };
    use AssociationMeasure::{CorrelationRatio, CramersV, MutualInformation, Spearman};
    check("$.x", "$.line", Spearman, Some(Direction::Falling), (0.85, 0.92));
    check("$.x", "$.square", MutualInformation, None, (0.8, 1.0));
    check("$.group", "$.by_group", CorrelationRatio, None, (0.5, 0.75));
    check("$.group", "$.like", CramersV, None, (0.65, 0.75));
    check("$.x", "$.extra", Spearman, Some(Direction::Rising), (0.6, 0.9));
    let presence = found(&relations, "$.x", "$.extra").unwrap();
    assert!([&presence.left, &presence.right].iter().any(|side| side.aspect == Aspect::Presence));
    assert!(found(&relations, "$.x", "$.group").is_none());
    let said = hypotheses::hypotheses(&profile(&records));
    assert!(said.hypotheses.iter().any(|one| one.statement.starts_with("$.x falls as $.line rises (0.")));
}

/// Catches a list that repeats what other relations say already.
#[test]
fn what_follows_is_no_association() {
    let records: Vec<Value> = (0..600)
        .map(|index| {
            let (net, tax) = (mix(index) % 1000, mix(index + 5000) % 90);
            let city = mix(index + 9) % 12;
            json!({"net": net, "tax": tax, "total": net + tax, "city": format!("city{city}"),
                "land": format!("land{}", city % 5), "again": net})
        })
        .collect();
    let relations = profile(&records).relations;
    assert_eq!(relations.associations, []);
}

/// Catches tables that are looked at one by one only.
#[test]
fn totals_of_elements_go_with_the_row_that_holds_them() {
    let orders: Vec<Value> = (0..400)
        .map(|index| {
            let n = 1 + mix(index) % 8;
            let items: Vec<Value> =
                (0..n).map(|item| json!({"price": 100 + mix(index * 100 + item) % 400})).collect();
            let sum: u64 = items.iter().map(|item| item["price"].as_u64().unwrap()).sum();
            json!({"items": items, "total": sum, "weight": rounded(sum as f64 / 100.0 + noise(1, index))})
        })
        .collect();
    let relations = profile(&orders).relations;
    let pairs: Vec<(Aspect, String)> = relations.associations[0]
        .strongest
        .iter()
        .map(|found| (found.right.aspect, found.left.path.to_string()))
        .collect();
    assert!(pairs.contains(&(Aspect::Sum, "$.weight".to_owned())), "{pairs:?}");
    let total = found(&relations, "$.items", "$.total").expect("the total goes with the number of items");
    assert!(total.strength.get() > 0.8);
    assert!(!pairs.contains(&(Aspect::Sum, "$.total".to_owned())), "that is a formula: {pairs:?}");
}

/// Catches aggregates that follow the places of rows and not what refers to them.
#[test]
fn rows_that_refer_are_added_up_by_what_they_name() {
    let shops: Vec<Value> =
        (0..60).map(|id| json!({"id": 1000 + id * 7, "size": 10 + mix(id) % 90})).collect();
    let sales: Vec<Value> = (0..60_u64)
        .flat_map(|id| (0..(10 + mix(id) % 90) / 5).map(move |sale| (mix(id * 1000 + sale), id, sale)))
        .map(|(order, id, sale)| {
            (order, json!({"shop_id": 1000 + id * 7, "amount": 1 + mix(id * 31 + sale * 977) % 500}))
        })
        .collect::<std::collections::BTreeMap<u64, Value>>()
        .into_values()
        .collect();
    let relations = document(&json!({"shops": shops, "sales": sales})).relations;
    let size =
        found(&relations, "$.shops[].size", "$.sales[].shop_id").expect("size goes with the number of sales");
    assert!(size.right.aspect == Aspect::Count && size.strength.get() > 0.95, "{size:?}");
}

/// Catches rows that count in full although each is like the one before, and a common trend that is not named.
#[test]
fn walks_are_no_witnesses_and_trends_are_named() {
    let mut walks = [0.0_f64; 6];
    let records: Vec<Value> = (0..800_u64)
        .map(|index| {
            walks.iter_mut().zip(1..).for_each(|(walk, seed)| *walk += noise(seed, index));
            let share = index as f64 / 100.0;
            json!({"at": time(i64::try_from(index).unwrap() * 3600), "w0": rounded(walks[0]), "w1": rounded(walks[1]),
                "w2": rounded(walks[2]), "w3": rounded(walks[3]), "w4": rounded(walks[4]), "w5": rounded(walks[5]),
                "grows": rounded(share + noise(20, index)), "falls": rounded(noise(21, index) - share)})
        })
        .collect();
    let relations = profile(&records).relations;
    for (left, right) in (0..6).flat_map(|left| (left + 1..6).map(move |right| (left, right))) {
        let pair = found(&relations, &format!("$.w{left}"), &format!("$.w{right}"));
        assert!(pair.is_none(), "{pair:?}");
    }
    let common = found(&relations, "$.grows", "$.falls").expect("both follow time");
    assert!(common.through_time && common.direction == Some(Direction::Falling), "{common:?}");
}

/// Hours of 30 days with a daily wave, a trend and a counter.
fn hourly() -> Vec<Value> {
    (0..720_u64)
        .map(|hour| {
            let angle = std::f64::consts::TAU * (hour % 24) as f64 / 24.0;
            let at = i64::try_from(hour).expect("a small number") * 3600;
            json!({"at": time(at), "wave": rounded(3.0 * math::sin(angle) + noise(1, hour)),
                "trend": rounded(hour as f64 / 200.0 + noise(2, hour)), "noise": rounded(noise(3, hour)),
                "count": (0..=hour).map(|step| mix(step) % 5).sum::<u64>()})
        })
        .collect()
}

#[test]
fn series_show_cycles_trends_and_counters() {
    let relations = profile(&hourly()).relations;
    let line = line(&relations, "$.at");
    let of = |name: &str| line.series.iter().find(|series| series.path.to_string() == name);
    let wave = of("$.wave").expect("a wave");
    let [season] = &wave.seasons[..] else { panic!("{:?}", wave.seasons) };
    assert!(season.cycle == CalendarUnit::Day && season.strength.get() > 0.7, "{season:?}");
    assert!(
        wave.autocorrelation[0] > 0.6 && wave.autocorrelation[11] < -0.6 && wave.autocorrelation[23] > 0.6
    );
    let trend = of("$.trend").and_then(|series| series.trend).expect("a trend");
    assert!(trend.tau > 0.5 && (3.0 / trend.change - 1.0).abs() < 0.3, "{trend:?}");
    assert!(of("$.count").is_some_and(|series| series.never_falls));
    assert!(of("$.noise").is_none());
    let arrivals = line.arrivals.as_ref().expect("steps");
    assert_eq!(
        (arrivals.step_seconds, arrivals.share_on_step.map(|share| share.get())),
        (Some(3600.0), Some(1.0))
    );
    assert!(arrivals.burstiness < -0.99);
}

/// Catches a profile in which the order of the records shows.
#[test]
fn the_order_of_records_does_not_show() {
    let records = hourly();
    let mut shuffled = records.clone();
    shuffled.sort_by_key(|record| mix(record["count"].as_u64().unwrap() + 5));
    assert_eq!(profile(&records), profile(&shuffled));
}

/// Catches series of several sources that are read as one.
#[test]
fn sources_are_told_apart() {
    let names = ["north", "south", "east", "west"];
    let mut walks = [0.0_f64; 4];
    let records: Vec<Value> = (0..1200_u64)
        .map(|index| {
            let source = usize::try_from(index % 4).unwrap();
            walks[source] = 0.95 * walks[source] + noise(9, index);
            json!({"sensor": names[source], "at": time(i64::try_from(index / 4).unwrap() * 600),
                "kind": format!("k{}", mix(index) % 3), "value": rounded(walks[source])})
        })
        .collect();
    let relations = profile(&records).relations;
    let line = line(&relations, "$.at");
    assert_eq!(line.by.as_ref().map(ToString::to_string).as_deref(), Some("$.sensor"));
    assert_eq!(line.n_series, Some(4));
    assert!((0.85..1.0).contains(&line.series[0].autocorrelation[0]), "{:?}", line.series);
    assert_eq!(line.arrivals.as_ref().and_then(|arrivals| arrivals.step_seconds), Some(600.0));
}

/// Catches gaps and bursts that are taken for a clock, and a rhythm of the week that is not seen in days.
#[test]
fn volumes_have_rhythms_and_trends_and_bursts_are_named() {
    let mut records = Vec::new();
    for day in 0..140_i64 {
        let weekday = (day + 1) % 7;
        let n = if weekday >= 5 { 2 } else { 10 + day / 10 };
        for event in 0..n {
            let index = u64::try_from(day * 100 + event).unwrap();
            let second = 8 * 3600 + i64::try_from(mix(index / 3) % 36_000).unwrap() + event % 3;
            records.push(json!({"at": time(day * DAY + second), "id": index}));
        }
    }
    let relations = profile(&records).relations;
    let line = line(&relations, "$.at");
    let volume = line.volume.as_ref().expect("a volume");
    let cycles: Vec<CalendarUnit> = volume.seasons.iter().map(|season| season.cycle).collect();
    assert_eq!(cycles, [CalendarUnit::Day, CalendarUnit::Week]);
    let arrivals = line.arrivals.as_ref().expect("steps");
    assert!(
        arrivals.burstiness > 0.2 && arrivals.step_seconds.is_none_or(|step| step < 10.0),
        "{arrivals:?}"
    );
}

/// Catches a table of arrays in which the end of one array is followed by the start of the next.
#[test]
fn arrays_are_series_of_their_own() {
    let records: Vec<Value> = (0..40_u64)
        .map(|record| {
            let steps: Vec<Value> = (0..20_u64)
                .map(|step| {
                    let at =
                        i64::try_from(mix(record) % 1000).unwrap() * DAY + i64::try_from(step).unwrap() * 60;
                    json!({"at": time(at), "level": 100 * (mix(record) % 50) + step * 3})
                })
                .collect();
            json!({"id": record, "steps": steps})
        })
        .collect();
    let relations = profile(&records).relations;
    let line = line(&relations, "$.steps[].at");
    assert_eq!(line.in_order.map(|steps| (steps.n_rows, steps.n_holding)), Some((760, 760)));
    assert!(
        line.series.iter().any(|series| series.never_falls && series.path.to_string() == "$.steps[].level")
    );
    assert_eq!(line.arrivals.as_ref().and_then(|arrivals| arrivals.step_seconds), Some(60.0));
}

/// Catches cycles and steps that are made of a time that stands for none.
#[test]
fn times_for_never_are_no_times() {
    let records: Vec<Value> = (0..300_i64)
        .map(|index| {
            let at = if index % 5 == 0 { 0 } else { 1_700_000_000 + index * 30 };
            json!({"seen_at": at, "n": mix(u64::try_from(index).unwrap()) % 1000})
        })
        .collect();
    let relations = profile(&records).relations;
    let line = line(&relations, "$.seen_at");
    assert_eq!(line.n_rows, 240);
}

/// Catches a strength next to 1 that is taken for a rule which a few rows break.
#[test]
fn rows_do_not_break_tendencies() {
    let records: Vec<Value> = (0..500)
        .map(|index| json!({"x": rounded(noise(1, index)), "y": rounded(noise(1, index) + 0.05 * noise(2, index))}))
        .collect();
    let mut partial = partial(&records);
    let profile = finish_stream(&mut partial);
    assert!(found(&profile.relations, "$.x", "$.y").is_some_and(|found| found.strength.get() > 0.99));
    let found = anomalies(&partial, &profile, &Findings::default(), None);
    assert!(found.anomalies.iter().all(|anomaly| anomaly.kind != "association"), "{found:?}");
}
