//! Twelve planted faults in two made-up data sets: each must be found and named first, and fresh data must pass.

use serde_json::{Value, json};
use synth_profile::Unit;
use synth_report::{Aspect, FindingKind, Report};

use crate::feed::{Known, draw};

const N: u64 = 1200;
/// 2024-01-01, a Monday.
const START: u64 = 1_704_067_200;
const DAY: u64 = 86_400;

/// A data set, and where the faults are planted.
struct World {
    name: &'static str,
    unit: Unit,
    make: fn(u64) -> Vec<Value>,
    /// Pointer to the rows; empty for records.
    rows: &'static str,
    /// Path of the rows.
    path: &'static str,
}

const WORLDS: [World; 2] = [
    World { name: "readings", unit: Unit::Record, make: readings, rows: "", path: "$" },
    World { name: "shop", unit: Unit::Element, make: shop, rows: "/orders", path: "$.orders[]" },
];

/// Roughly standard normal.
fn normal(i: u64, salt: u64) -> f64 {
    let uniform = |part: u64| draw(i, salt * 100 + part, 1 << 20) as f64 / f64::from(1 << 20);
    (0..12).map(uniform).sum::<f64>() - 6.0
}

fn rounded(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

/// Moments of `N` rows, in order; with a rhythm three of four of a weekend are moved into the week.
fn moments(seed: u64, has_rhythm: bool) -> Vec<String> {
    let second = |row: u64| {
        let mut day = row * 364 / N;
        if has_rhythm && day % 7 > 4 && draw(seed + row, 41, 4) > 0 {
            day = day / 7 * 7 + draw(seed + row, 42, 5);
        }
        START + day * DAY + (8 + draw(seed + row, 43, 10)) * 3600 + draw(seed + row, 44, 3600)
    };
    let mut seconds: Vec<u64> = (0..N).map(second).collect();
    seconds.sort_unstable();
    let format = synth_core::TimeFormat::parse("%Y-%m-%dT%H:%M:%SZ").unwrap();
    let text = |second: u64| {
        let mut text = String::new();
        format.write(synth_core::Timestamp(i64::try_from(second).unwrap() * 1_000_000), &mut text).unwrap();
        text
    };
    seconds.into_iter().map(text).collect()
}

/// Rows that have all that the faults take away.
fn rows(seed: u64, key: impl Fn(u64) -> Value, target: impl Fn(u64) -> Value) -> Vec<Value> {
    let mut level = 0.0;
    let moments = moments(seed, true);
    let row = |i: u64| {
        let at = seed + i;
        level = 0.85 * level + 0.53 * normal(at, 1);
        let width = normal(at, 2);
        let state = match draw(at, 3, 20) {
            0..=8 => "open",
            9..=14 => "done",
            15..=18 => "late",
            _ => "lost",
        };
        let tags: Vec<String> =
            (0..1 + draw(at, 4, 4)).map(|tag| format!("t{}", draw(at + tag, 5, 6))).collect();
        let spread = (1 + draw(at, 9, 40)) * (1 + draw(at, 10, 40));
        json!({
            "id": key(i), "at": moments[usize::try_from(i).unwrap()], "level": rounded(20.0 + 4.0 * level),
            "width": rounded(50.0 + 8.0 * width), "price": rounded(300.0 + 24.0 * width + 6.0 * normal(at, 6)),
            "amount": spread, "state": state, "tags": tags,
            "email": format!("{}.{}@mail{}.example", word(at, 21), word(at, 22), draw(at, 23, 9)),
            "note": if draw(at, 7, 5) == 0 { Value::Null } else { json!(word(at, 24)) },
            "of": target(i),
        })
    };
    (0..N).map(row).collect()
}

fn word(at: u64, salt: u64) -> String {
    let letter = |place: u64| char::from(b'a' + u8::try_from(draw(at, salt * 50 + place, 26)).unwrap());
    (0..5 + draw(at, salt, 5)).map(letter).collect()
}

fn readings(seed: u64) -> Vec<Value> {
    let name = |i: u64| json!(format!("R-{:06}", 7 * i));
    rows(seed, name, |i| if i % 3 == 0 { Value::Null } else { name(draw(seed + i, 30, N)) })
}

fn shop(seed: u64) -> Vec<Value> {
    let customers: Vec<Value> = (0..400)
        .map(|i| json!({"customer_id": format!("C{:05}", 10 * i), "age": 18 + draw(seed + i, 31, 60)}))
        .collect();
    let orders = rows(
        seed,
        |i| json!(format!("O-{:06}", i + 1)),
        |i| json!(format!("C{:05}", 10 * draw(seed + i, 32, 400))),
    );
    vec![json!({"customers": customers, "orders": orders})]
}

fn rows_of<'v>(world: &World, data: &'v mut [Value]) -> Vec<&'v mut Value> {
    if world.rows.is_empty() {
        return data.iter_mut().collect();
    }
    data[0].pointer_mut(world.rows).unwrap().as_array_mut().unwrap().iter_mut().collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Gives a member of all rows the values in another order.
fn shuffled(rows: &mut [&mut Value], key: &str) {
    let values: Vec<Value> = rows.iter().map(|row| row[key].clone()).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|at| draw(*at as u64, 77, u64::MAX));
    for (row, at) in rows.iter_mut().zip(order) {
        row[key] = values[at].clone();
    }
}

type Plant = fn(&mut [&mut Value], &[Value]);

/// Name, what it does to the synthetic rows given the real ones, what must be named and where.
const FAULTS: [(&str, Plant, FindingKind, &str); 12] = [
    ("shifted mean", shift, FindingKind::Field(Aspect::Numbers), "width"),
    ("swapped category", swap, FindingKind::Field(Aspect::Categories), "state"),
    ("broken foreign key", orphan, FindingKind::References, "of"),
    ("duplicate keys", repeat, FindingKind::Uniqueness, "id"),
    ("lost correlation", |rows, _| shuffled(rows, "price"), FindingKind::Dependence, "price"),
    ("flattened weekdays", flatten, FindingKind::Field(Aspect::Weekdays), "at"),
    ("lost autocorrelation", |rows, _| shuffled(rows, "level"), FindingKind::Autocorrelation, "level"),
    ("truncated tail", cut, FindingKind::Field(Aspect::Tails), "amount"),
    ("copied rows", copy, FindingKind::CopiedRows, ""),
    ("changed null rate", fill, FindingKind::Field(Aspect::Nulls), "note"),
    ("changed array length", lengthen, FindingKind::Field(Aspect::ArrayLengths), "tags"),
    ("leaked e-mails", leak, FindingKind::CopiedValues, "email"),
];

fn shift(rows: &mut [&mut Value], _: &[Value]) {
    rows.iter_mut().for_each(|row| {
        row["width"] = json!(rounded(number(&row["width"]) + 4.0));
    });
}

fn swap(rows: &mut [&mut Value], _: &[Value]) {
    for row in rows {
        let other = if row["state"] == "open" { "late" } else { "open" };
        if row["state"] == "open" || row["state"] == "late" {
            row["state"] = json!(other);
        }
    }
}

fn orphan(rows: &mut [&mut Value], _: &[Value]) {
    for (at, row) in rows.iter_mut().enumerate().filter(|(at, _)| at % 20 == 1) {
        row["of"] = if row["of"].is_string() {
            json!(format!("C{:05}", 10 * at + 5))
        } else {
            json!(N + 1 + at as u64)
        };
    }
}

fn repeat(rows: &mut [&mut Value], _: &[Value]) {
    let first: Vec<Value> = rows.iter().map(|row| row["id"].clone()).collect();
    for at in (3..rows.len()).step_by(40) {
        rows[at]["id"] = first[at - 2].clone();
    }
}

fn flatten(rows: &mut [&mut Value], _: &[Value]) {
    rows.iter_mut().zip(moments(1_000_000, false)).for_each(|(row, at)| row["at"] = json!(at));
}

fn cut(rows: &mut [&mut Value], _: &[Value]) {
    let mut amounts: Vec<u64> = rows.iter().map(|row| row["amount"].as_u64().unwrap()).collect();
    amounts.sort_unstable();
    let limit = amounts[amounts.len() * 95 / 100];
    rows.iter_mut().for_each(|row| row["amount"] = json!(row["amount"].as_u64().unwrap().min(limit)));
}

/// Every tenth row is a real one, with the number of the row it stands for.
fn copy(rows: &mut [&mut Value], real: &[Value]) {
    for at in (0..rows.len()).step_by(10) {
        let id = rows[at]["id"].clone();
        *rows[at] = real[at].clone();
        rows[at]["id"] = id;
    }
}

fn fill(rows: &mut [&mut Value], _: &[Value]) {
    for (at, row) in rows.iter_mut().enumerate() {
        if at % 4 == 0 {
            row["note"] = Value::Null;
        }
    }
}

fn lengthen(rows: &mut [&mut Value], _: &[Value]) {
    for row in rows {
        let tags = row["tags"].as_array_mut().unwrap();
        tags.push(tags[0].clone());
    }
}

fn leak(rows: &mut [&mut Value], real: &[Value]) {
    for at in (0..rows.len()).step_by(12) {
        rows[at]["email"] = real[at]["email"].clone();
    }
}

fn first(report: &Report) -> String {
    report.findings.first().map_or_else(
        || "nothing".to_owned(),
        |finding| format!("{:?} {} ({})", finding.kind, finding.path, finding.problem),
    )
}

/// Prints what is named first for each: `cargo test -p synth-report planted -- --nocapture`.
#[expect(clippy::print_stdout, reason = "the table is the result")]
fn all_are_named_first(world: &World) {
    let mut real = (world.make)(0);
    let known = Known::new(world.unit, &real);
    let real_rows: Vec<Value> = rows_of(world, &mut real).into_iter().map(|row| row.clone()).collect();
    let fresh = known.validate(&(world.make)(1_000_000));
    let mut n_missed = fresh.findings.len();
    let mut table = vec![format!("{:<9} {:<22} {}", world.name, "fresh data", first(&fresh))];
    for (name, plant, kind, key) in FAULTS {
        let mut made = (world.make)(1_000_000);
        plant(&mut rows_of(world, &mut made), &real_rows);
        let report = known.validate(&made);
        let path = if key.is_empty() { world.path.to_owned() } else { format!("{}.{key}", world.path) };
        let is_first = report.findings.first().is_some_and(|found| {
            found.kind == kind && (found.path == path || found.with.as_ref() == Some(&path))
        });
        n_missed += usize::from(!is_first);
        let mark = if is_first { ' ' } else { '!' };
        let n = report.findings.len();
        table.push(format!("{:<9} {name:<22}{mark}{} [{n}]", world.name, first(&report)));
    }
    println!("{}", table.join("\n"));
    assert_eq!(n_missed, 0, "\n{}", table.join("\n"));
}

#[test]
fn every_fault_planted_in_records_is_named_first() {
    all_are_named_first(&WORLDS[0]);
}

#[test]
fn every_fault_planted_in_a_document_is_named_first() {
    all_are_named_first(&WORLDS[1]);
}
