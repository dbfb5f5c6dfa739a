//! How far apart ordered fields are, times a constant length after others, and bounds by weighted sums.

use serde_json::{Value, json};
use synth_core::hash::mix;
use synth_core::{CivilTime, JsonPath, RecordPosition, Timestamp, cast};
use synth_privacy::Gate;
use synth_profile::hypotheses::hypotheses;
use synth_profile::profile::SampleLayout;
use synth_profile::relations::{Operation, Ordering, Proposals, Relations};

use crate::feed::{finish_as, partial, profile, push_record_at};

/// A number below `n` that looks drawn.
fn draw(seed: u64, index: u64, n: u64) -> u64 {
    mix(seed.wrapping_mul(1_000_003) + index) % n
}

fn share(seed: u64, index: u64) -> f64 {
    (draw(seed, index, 1 << 30) as f64 + 0.5) / f64::from(1 << 30)
}

/// A draw of an exponential distribution of mean 1.
fn waiting(seed: u64, index: u64) -> f64 {
    -synth_core::math::ln(share(seed, index))
}

const DAY: i64 = 86_400;

fn date(days: i64) -> String {
    let civil = Timestamp::from_seconds(days * DAY).civil();
    format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}

fn moment(seconds: i64) -> String {
    let CivilTime { hour, minute, second, .. } = Timestamp::from_seconds(seconds).civil();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(seconds.div_euclid(DAY)))
}

fn signed(number: u64) -> i64 {
    number.cast_signed()
}

fn found<'r>(relations: &'r Relations, low: &str, high: &str) -> Option<&'r Ordering> {
    relations.orderings.iter().find(|one| one.low.to_string() == low && one.high.to_string() == high)
}

fn gaps(relations: &Relations, low: &str, high: &str) -> (Option<String>, Option<String>) {
    let ordering = found(relations, low, high).unwrap_or_else(|| panic!("{low} <= {high}"));
    (ordering.min_gap.map(|gap| gap.to_string()), ordering.max_gap.map(|gap| gap.to_string()))
}

/// Ages from 25 on that thin out towards it, stays of up to 14 days, numbers 20 and more apart.
fn person(index: u64) -> Value {
    let born = -signed(draw(1, index, 14_000));
    let age = 25.0 + 4.0 * waiting(2, index) + 15.0 * share(5, index);
    let hired = born + cast::round_to_i64(age * 365.25) + 1;
    let start = signed(draw(6, index, 900 * 86_400));
    let end = start + 600 + signed(draw(7, index, 14 * 86_400 - 600));
    let low = signed(draw(8, index, 500));
    json!({
        "birth_date": date(born), "hire_date": date(hired), "start": moment(start), "end": moment(end),
        "low_mark": low, "high_mark": low + 20 + signed(draw(9, index, 60)),
        "elsewhere": {"low_level": low, "high_level": low + 20 + cast::round_to_i64(60.0 * waiting(10, index))},
    })
}

/// Catches bounds that are one row's, bounds in the wrong unit, and a largest distance where distances thin out.
#[test]
fn distances_are_round_and_sharp() {
    let relations = profile(&(0..3000).map(person).collect::<Vec<_>>()).relations;
    assert_eq!(gaps(&relations, "$.birth_date", "$.hire_date"), (Some("P25Y".to_owned()), None));
    assert_eq!(gaps(&relations, "$.start", "$.end").1, Some("P14D".to_owned()));
    assert_eq!(gaps(&relations, "$.low_mark", "$.high_mark"), (Some("20".to_owned()), Some("80".to_owned())));
    assert_eq!(
        gaps(&relations, "$.elsewhere.low_level", "$.elsewhere.high_level"),
        (Some("20".to_owned()), None)
    );
}

/// Waiting times from nothing on, of one shape and of several, and two dates whose ranges lie apart by themselves:
/// taking the smallest distance of any order for a rule would find one in each.
#[test]
fn distances_that_thin_out_are_no_rule() {
    let record = |index: u64| {
        let start = signed(draw(1, index, 700 * 86_400));
        let gamma = |shape: u64, seed: u64| (0..shape).map(|part| waiting(seed + part, index)).sum::<f64>();
        let later = |seconds: f64| moment(start + cast::round_to_i64(seconds));
        json!({
            "start": moment(start), "first_end": later(90.0 * gamma(1, 10)), "second_end": later(3000.0 * gamma(2, 20)),
            "third_end": later(9000.0 * gamma(3, 30)),
            "born_on": date(signed(draw(2, index, 4000))), "died_on": date(14_000 + signed(draw(3, index, 4000))),
            "seen_on": date(19_500 + signed(draw(5, index, 300))),
            "min_size": draw(4, index, 1000), "max_size": draw(4, index, 1000) + cast::floor_to_u64(400.0 * gamma(2, 40)),
        })
    };
    let relations = profile(&(0..2000).map(record).collect::<Vec<_>>()).relations;
    assert!(found(&relations, "$.start", "$.first_end").is_some());
    assert!(found(&relations, "$.min_size", "$.max_size").is_some());
    for ordering in &relations.orderings {
        assert_eq!((ordering.min_gap, ordering.max_gap), (None, None), "{} {}", ordering.low, ordering.high);
    }
    assert!(relations.inequalities.is_empty(), "{:?}", relations.inequalities);
}

/// One row that is nearer than all others decides nothing by itself: the bound is that of the row and four more.
#[test]
fn one_row_does_not_show() {
    let record = |nearest: u64| {
        move |index: u64| {
            let low = signed(draw(1, index, 30_000));
            let apart = if index == 77 { nearest } else { 4000 + draw(2, index, 900) };
            json!({"low_mark": low, "high_mark": low + signed(apart)})
        }
    };
    let bound = |nearest: u64| {
        let relations = profile(&(0..1500).map(record(nearest)).collect::<Vec<_>>()).relations;
        gaps(&relations, "$.low_mark", "$.high_mark").0
    };
    assert_eq!(bound(4000), Some("4000".to_owned()));
    // 3137 and the five that are nearest otherwise lie in one step of 5000 only, from 0 on.
    assert_eq!(bound(3137), None);
}

fn ticket(index: u64) -> Value {
    let created = signed(draw(1, index, 500 * 86_400));
    let arrival = created + 90 * 60;
    let day = created.div_euclid(DAY);
    let civil = Timestamp::from_seconds(day * DAY).civil();
    let next = civil.year * 12 + i32::try_from(civil.month).expect("a month");
    let last = synth_core::time::days_in_month(
        next.div_euclid(12),
        u32::try_from(next.rem_euclid(12)).expect("below 12") + 1,
    );
    let renewal =
        format!("{:04}-{:02}-{:02}", next.div_euclid(12), next.rem_euclid(12) + 1, civil.day.min(last));
    let epoch = 1_600_000_000 + draw(2, index, 90_000_000);
    json!({
        "created": moment(created), "expires": moment(created + 30 * DAY), "arrival": moment(arrival),
        "due": date((created + 10 * DAY).div_euclid(DAY)), "day": date(day), "renewal": renewal,
        "sent_at": epoch, "timeout_at": epoch + 45, "other": moment(created + 3600 + signed(draw(3, index, 2))),
    })
}

/// Catches months taken for 30 days, dates that are not cut off, and differences that are nearly constant.
#[test]
fn constant_distances_are_formulas() {
    let relations = profile(&(0..400).map(ticket).collect::<Vec<_>>()).relations;
    let of = |target: &str| {
        let formula = relations.arithmetic.iter().find(|formula| formula.target.to_string() == target)?;
        Some((formula.operation, formula.terms[0].path.to_string(), formula.offset))
    };
    let after = |operation, term: &str, offset| Some((operation, term.to_owned(), offset));
    assert_eq!(of("$.expires"), after(Operation::PlusDays, "$.created", 30.0));
    assert_eq!(of("$.arrival"), after(Operation::PlusMinutes, "$.created", 90.0));
    assert_eq!(of("$.due"), after(Operation::PlusDays, "$.created", 10.0));
    assert_eq!(of("$.renewal"), after(Operation::PlusMonths, "$.created", 1.0));
    assert_eq!(of("$.timeout_at"), after(Operation::Sum, "$.sent_at", 45.0));
    assert_eq!(of("$.other"), None);
}

/// A header of 20 bytes for each packet, and more in most rows; counters beside it that are as large by chance.
fn flow(index: u64) -> Value {
    let packets = 1 + draw(1, index, 12);
    let bytes = draw(2, index, 1400) * packets / 3;
    let options = if draw(3, index, 3) == 0 { 0 } else { 4 * draw(4, index, 30) };
    let lost = if draw(5, index, 400) == 0 { bytes / 2 } else { 0 };
    json!({
        "packets": packets, "bytes": bytes, "ip_bytes": bytes + 20 * packets + options - lost,
        "window": 20_000 + draw(6, index, 45_000), "ttl": draw(7, index, 256), "port": draw(8, index, 65_000),
        "weight": bytes * 3 + draw(9, index, 9000),
    })
}

/// Catches bounds that hold only because one column is large, and coefficients that no row meets.
#[test]
fn bounds_by_sums_are_sharp() {
    let relations = profile(&(0..3000).map(flow).collect::<Vec<_>>()).relations;
    let bounds: Vec<String> = relations
        .inequalities
        .iter()
        .map(|found| {
            let terms: Vec<String> =
                found.terms.iter().map(|term| format!("{} * {}", term.factor, term.path)).collect();
            assert!(!found.evidence.is_exact() && found.evidence.confidence().get() > 0.99);
            format!("{} >= {}", found.target, terms.join(" + "))
        })
        .collect();
    assert_eq!(bounds, ["$.ip_bytes >= 1 * $.bytes + 20 * $.packets"]);
}

/// Tables in which nothing binds the numbers but their size, their correlation or a common grid.
#[test]
fn tables_without_bounds_have_none() {
    let tables: [fn(u64) -> Value; 5] = [
        |index| json!({"a": draw(1, index, 100), "b": 1000 + draw(2, index, 500), "c": draw(3, index, 10), "d": 5 * draw(4, index, 900)}),
        |index| {
            let size = waiting(1, index);
            let of = |seed: u64, scale: f64| cast::floor_to_u64(scale * size * (0.5 + share(seed, index)));
            json!({"rooms": of(2, 3.0), "area": of(3, 60.0), "price": of(4, 90_000.0), "floors": of(5, 2.0)})
        },
        |index| json!({"likes": draw(1, index, 6), "views": draw(2, index, 40), "shares": draw(3, index, 8), "score": draw(4, index, 12)}),
        |index| {
            let base = draw(1, index, 50);
            json!({"x": base, "y": base + draw(2, index, 50), "z": base + draw(3, index, 90), "w": base / 2 + draw(4, index, 70)})
        },
        |index| {
            let scale = [1.0, 10.0, 100.0, 1000.0][usize::try_from(draw(1, index, 4)).unwrap()];
            let of = |seed: u64, mean: f64| (scale * mean * waiting(seed, index) * 100.0).floor() / 100.0;
            json!({"net": of(2, 2.0), "tax": of(3, 0.4), "fee": of(4, 0.1), "paid": of(5, 9.0)})
        },
    ];
    for (number, table) in tables.iter().enumerate() {
        let found = profile(&(0..2500).map(table).collect::<Vec<_>>()).relations.inequalities;
        assert!(found.is_empty(), "table {number}: {found:?}");
    }
}

/// What a sample suggests and one of all records breaks is taken back, and shares are those of all records.
#[test]
fn all_records_are_counted() {
    let records: Vec<Value> = (0..3000)
        .map(|index| {
            let mut record = flow(index);
            let end = signed(draw(21, index, 400));
            record["low_mark"] = json!(end);
            record["high_mark"] =
                json!(end + if index == 2999 { 3 } else { 20 + signed(draw(22, index, 30)) });
            record
        })
        .collect();
    let mut sample = partial(&records[..2500]);
    let mut sampled = finish_as(&mut sample, SampleLayout::JsonLines);
    assert_eq!(gaps(&sampled.relations, "$.low_mark", "$.high_mark").0, Some("20".to_owned()));
    // As if the sample were not all of the records.
    sampled.relations.covers_all_records = false;
    let proposals = Proposals::new(&sample, &sampled, Gate::new(5));
    let mut verifier = proposals.verifier();
    for (index, record) in (0..).zip(&records) {
        push_record_at(record, RecordPosition { source: 0, record: index }, &mut verifier);
    }
    let settled = proposals.settle(verifier, (&sample, &sampled), Gate::new(5));
    assert_eq!(gaps(&settled, "$.low_mark", "$.high_mark"), (None, Some("50".to_owned())));
    let number = |record: &Value, name: &str| record[name].as_u64().unwrap();
    let off = |record: &Value| {
        signed(number(record, "ip_bytes")) - signed(number(record, "bytes") + 20 * number(record, "packets"))
    };
    let count = |holds: fn(i64) -> bool| records.iter().filter(|record| holds(off(record))).count() as u64;
    let bound = &settled.inequalities[0];
    assert_eq!(bound.evidence.n_rows, 3000);
    assert_eq!((bound.evidence.n_holding, bound.n_equal), (count(|off| off >= 0), count(|off| off == 0)));
}

/// Identifiers of which a few come twice are told as a hypothesis, not as a key.
#[test]
fn identifiers_that_hardly_repeat_are_told() {
    let record = |index: u64| {
        let own = if index.is_multiple_of(97) { index.saturating_sub(5) } else { index };
        json!({"trace_id": format!("{:012x}", mix(own) >> 16), "size": draw(1, index, 1 << 40)})
    };
    let profile = profile(&(0..1000).map(record).collect::<Vec<_>>());
    assert!(profile.relations.keys.iter().all(|key| key.paths != [JsonPath::parse("$.trace_id").unwrap()]));
    let told = hypotheses(&profile).hypotheses;
    let statements: Vec<&str> =
        told.iter().filter(|one| one.kind == "unique").map(|one| one.statement.as_str()).collect();
    assert_eq!(statements, ["$.trace_id hardly ever repeats"]);
}

/// Distances that are repeated with their shares, and the quantiles of the others.
type Spread = (Vec<(String, f64)>, Vec<f64>);

fn spread(relations: &Relations, low: &str, high: &str) -> Option<Spread> {
    let spread = found(relations, low, high)?.gap.as_ref()?;
    let repeated = spread.repeated.iter().map(|(gap, share)| (gap.to_string(), *share));
    Some((repeated.collect(), spread.values.iter().map(|gap| gap.approximate()).collect()))
}

/// Due dates a week or a fortnight later or any day between, terms of whole years, payments that go with the amount, and a
/// visit that is recorded for old customers only: catches distances that are told where they depend on what they are added
/// to, shares of the wrong rows, and days in place of years.
#[test]
fn usual_distances_are_told_where_they_stand_alone() {
    let record = |index: u64| {
        let ordered = signed(draw(1, index, 3000));
        let wait = match draw(2, index, 4) {
            0 | 1 => 7,
            2 => 14,
            _ => signed(draw(3, index, 60)),
        };
        let year = 1990 + draw(4, index, 20);
        let term = if draw(5, index, 3) == 0 { 6 } else { 2 };
        let net = 1 + signed(draw(6, index, 10_000));
        let mut record = json!({
            "ordered": date(ordered), "due": date(ordered + wait),
            "elected": format!("{year}-01-03"), "leaves": format!("{}-01-03", year + term),
            "net_price": net, "full_price": net + net * signed(draw(7, index, 50)) / 100 + 1,
            "joined": date(ordered),
        });
        if ordered < 300 {
            record["joined_again"] = json!(date(ordered + signed(draw(8, index, 40))));
        }
        record
    };
    let relations = profile(&(0..4000).map(record).collect::<Vec<_>>()).relations;
    let (repeated, rest) = spread(&relations, "$.ordered", "$.due").expect("days do not depend on the day");
    let shares: Vec<(&str, f64)> = repeated.iter().map(|(gap, share)| (gap.as_str(), *share)).collect();
    let [("P7D", week), ("P14D", fortnight)] = shares[..] else { panic!("{shares:?}") };
    assert!((week - 0.5).abs() < 0.05 && (fortnight - 0.25).abs() < 0.05, "{shares:?}");
    assert!(rest.first().is_some_and(|first| *first < 86_400.0) && rest.is_sorted(), "{rest:?}");
    let (terms, rest) = spread(&relations, "$.elected", "$.leaves").expect("terms do not depend on the year");
    assert_eq!(terms.iter().map(|(gap, _)| gap.as_str()).collect::<Vec<_>>(), ["P2Y", "P6Y"]);
    assert_eq!(rest, [0.0; 0]);
    assert_eq!(spread(&relations, "$.net_price", "$.full_price"), None);
    assert_eq!(spread(&relations, "$.joined", "$.joined_again"), None);
}

/// Catches series that each have a step of their own, drawn anew from element to element.
#[test]
fn series_have_steps_of_their_own() {
    let series = |is_steady: bool| -> Vec<Value> {
        let record = |row: u64| {
            let steps = [10, 60, 300];
            let step = |at: u64| {
                let which = if is_steady { mix(row) } else { mix(row * 100 + at) };
                steps[synth_core::cast::to_usize(which % 3)]
            };
            let start = 1_000_000 + mix(row + 7) % 500_000;
            let times: Vec<u64> =
                (0..6).scan(start, |time, at| Some(std::mem::replace(time, *time + step(at)))).collect();
            json!({"t": times})
        };
        (0..200).map(record).collect()
    };
    for is_steady in [true, false] {
        let relations = profile(&series(is_steady)).relations;
        let steps: Vec<bool> =
            relations.orderings.iter().filter_map(|found| Some(found.gap.as_ref()?.is_steady)).collect();
        assert_eq!(steps, [is_steady]);
    }
}
