//! What runs along time: made-up streams go in, and what comes out moves in the same way.

use serde_json::Value;

use crate::folder::Folder;

const N: usize = 1500;

/// A word that belongs to a row.
fn word(row: usize, use_of: u64) -> u64 {
    let mut word =
        (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ use_of.wrapping_mul(0xd1b5_4a32_d192_ed03);
    for _ in 0..3 {
        word = (word ^ (word >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    word
}

/// A number in [0, 1) that belongs to a row.
fn chance(row: usize, use_of: u64) -> f64 {
    (word(row, use_of) >> 11) as f64 / 9_007_199_254_740_992.0
}

/// A number below `n` that belongs to a row.
fn pick(row: usize, use_of: u64, n: u64) -> u64 {
    word(row, use_of) % n
}

/// Two sensors that report in turn, a minute apart: a number that walks back to its mean, a state that lasts, a counter
/// each, one that begins anew, and noise.
fn readings() -> Vec<Value> {
    let (mut heat, mut state, mut counts, mut age) = ([20.0; 2], ["on"; 2], [1000_u64, 900_000], [0_u64; 2]);
    (0..N)
        .map(|row| {
            let sensor = row % 2;
            heat[sensor] = 20.0 + 0.95 * (heat[sensor] - 20.0) + (chance(row, 1) - 0.5);
            if chance(row, 2) < 0.2 {
                state[sensor] = ["on", "off", "idle"][usize::try_from(pick(row, 3, 3)).unwrap()];
            }
            counts[sensor] += pick(row, 4, 9);
            age[sensor] = if chance(row, 5) < 0.02 { 0 } else { age[sensor] + 1 };
            let minute = row / 2;
            serde_json::json!({
                "at": format!("2024-03-{:02}T{:02}:{:02}:00Z", 1 + minute / 1440, minute / 60 % 24, minute % 60),
                "sensor": (["cellar", "attic"][sensor]),
                "heat": (heat[sensor] * 100.0).round() / 100.0,
                "state": state[sensor],
                "count": counts[sensor],
                "age": age[sensor],
                "noise": (chance(row, 6) * 1000.0).round() / 10.0,
                "coin": (["heads", "tails"][usize::from(chance(row, 7) < 0.5)]),
            })
        })
        .collect()
}

fn lines(records: &[Value]) -> String {
    records.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

fn made(folder: &Folder) -> Vec<Value> {
    folder.text("synthetic.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The records of one sensor in order of time.
fn series<'r>(records: &'r [Value], sensor: &str) -> Vec<&'r Value> {
    let mut series: Vec<&Value> = records.iter().filter(|record| record["sensor"] == sensor).collect();
    series.sort_by_key(|record| record["at"].as_str().unwrap().to_owned());
    series
}

/// Correlation of a number with that of the row before.
fn memory(series: &[&Value], field: &str) -> f64 {
    let values: Vec<f64> = series.iter().map(|record| record[field].as_f64().unwrap()).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>() / square
}

/// Share of the steps at which a field is as before.
fn share_kept(series: &[&Value], field: &str) -> f64 {
    let n_kept = series.windows(2).filter(|pair| pair[0][field] == pair[1][field]).count();
    n_kept as f64 / (series.len() - 1) as f64
}

fn n_falls(series: &[&Value], field: &str) -> usize {
    let value = |record: &Value| record[field].as_f64().unwrap();
    series.windows(2).filter(|pair| value(pair[0]) > value(pair[1])).count()
}

#[test]
fn each_field_moves_in_its_way() {
    let folder = Folder::with("readings.jsonl", lines(&readings()));
    folder.done(&["profile", "readings.jsonl"]);
    let rules = folder.text("ruleset.yaml");
    let along = &rules[rules.find("\nalong:").unwrap()..rules.find("\nmodel:").unwrap()];
    for found in [
        "time: $.at",
        "by: $.sensor",
        "$.heat: {moves: drifts",
        "$.state: {moves: holds",
        "$.count: {moves: rises}",
        "$.age: {moves: rises, resets: ",
    ] {
        assert!(along.contains(found), "{found} in {along}");
    }
    // Noise must not be found.
    assert!(!along.contains("$.noise") && !along.contains("$.coin"), "{along}");

    folder.done(&["generate", "-n", "1500"]);
    let (real, made) = (readings(), made(&folder));
    for sensor in ["cellar", "attic"] {
        let (real, made) = (series(&real, sensor), series(&made, sensor));
        assert!((memory(&real, "heat") - memory(&made, "heat")).abs() < 0.12, "{}", memory(&made, "heat"));
        let (kept, expected) = (share_kept(&made, "state"), share_kept(&real, "state"));
        assert!((kept - expected).abs() < 0.08, "{kept} {expected}");
        assert_eq!(n_falls(&made, "count"), 0);
        let (falls, expected) = (n_falls(&made, "age") as f64, n_falls(&real, "age") as f64);
        assert!(falls > 0.4 * expected && falls < 2.5 * expected, "{falls} {expected}");
        assert!(memory(&made, "noise").abs() < 0.15);
    }
    let times: Vec<&str> = made.iter().map(|record| record["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
}

/// Any range of records is the same, whoever makes it; the order of the input does not show in the rules.
#[test]
fn neither_blocks_nor_threads_nor_the_order_of_lines_show() {
    let mut records = readings();
    let folder = Folder::with("readings.jsonl", lines(&records));
    folder.done(&["profile", "readings.jsonl"]);
    folder.done(&["generate", "-n", "9000", "--parallel", "2"]);
    let whole = folder.bytes("synthetic.jsonl");
    folder.done(&["generate", "-n", "9000", "--parallel", "1", "--force"]);
    assert_eq!(whole, folder.bytes("synthetic.jsonl"));
    records.reverse();
    records.swap(3, 700);
    let other = Folder::with("readings.jsonl", lines(&records));
    other.done(&["profile", "readings.jsonl"]);
    assert_eq!(folder.text("ruleset.yaml"), other.text("ruleset.yaml"));
    assert_eq!(folder.bytes("ruleset.model.json"), other.bytes("ruleset.model.json"));
}

/// What a person changes is what comes out: a state that lasts an hour in place of minutes, and a distribution.
#[test]
fn edits_are_followed() {
    let folder = Folder::with("readings.jsonl", lines(&readings()));
    folder.done(&["profile", "readings.jsonl"]);
    let rules = folder.text("ruleset.yaml");
    let start = rules.find("$.state: {moves: holds, strength: ").unwrap();
    let end = start + rules[start..].find('\n').unwrap();
    let edited = format!(
        "{}$.state: {{moves: holds, strength: 1.0, seconds: 60000}}{}",
        &rules[..start],
        &rules[end..]
    );
    folder.write("ruleset.yaml", edited);
    folder.done(&["generate", "-n", "1500"]);
    let kept = share_kept(&series(&made(&folder), "attic"), "state");
    assert!(kept > 0.93, "{kept}");
    let explained = String::from_utf8(folder.done(&["explain", "$.state"]).stdout).unwrap();
    assert!(explained.contains("along $.at it keeps its value for about 17 hours"), "{explained}");
}

/// Sales of three years with a week's rhythm: weekends sell twice as much.
#[test]
fn weeks_come_back() {
    let start = 1_640_995_200_i64; // 2022-01-01, a Saturday.
    let day = |row: usize| {
        let is_weekend = matches!(row % 7, 0 | 1);
        let sold = if is_weekend { 200.0 } else { 100.0 } + 20.0 * chance(row, 1);
        format!("{{\"day\": {}, \"sold\": {}}}", start + 86_400 * i64::try_from(row).unwrap(), sold.round())
    };
    let folder = Folder::with("sales.jsonl", (0..1000).map(day).collect::<Vec<_>>().join("\n"));
    folder.done(&["profile", "sales.jsonl"]);
    folder.done(&["generate", "-n", "1000"]);
    let right = made(&folder)
        .iter()
        .filter(|record| {
            let weekday = (record["day"].as_i64().unwrap() / 86_400 - start / 86_400) % 7;
            (record["sold"].as_f64().unwrap() > 160.0) == (weekday < 2)
        })
        .count();
    assert!(right > 960, "{right}");
}

/// Times without a series, and rows in no order: nothing runs along them, and each is as often in a month as before.
#[test]
fn times_of_people_are_no_series() {
    let person = |row: usize| {
        let month = 1 + pick(row, 1, 12);
        let day = 1 + pick(row, 2, 28);
        let hour = pick(row, 3, 24);
        format!(
            "{{\"joined\": \"2023-{month:02}-{day:02}T{hour:02}:{:02}:{:02}Z\", \"age\": {}, \"plan\": \"{}\"}}",
            pick(row, 4, 60),
            pick(row, 5, 60),
            18 + pick(row, 6, 60),
            ["free", "paid"][usize::from(chance(row, 7) < 0.3)],
        )
    };
    let folder = Folder::with("people.jsonl", (0..2000).map(person).collect::<Vec<_>>().join("\n"));
    folder.done(&["profile", "people.jsonl"]);
    assert!(!folder.text("ruleset.yaml").contains("moves:"), "{}", folder.text("ruleset.yaml"));
}
