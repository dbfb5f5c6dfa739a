//! Presence that the joint model knows more of than tags and rules of presence do.

use serde_json::{Value, json};

use crate::drawn::draw;
use crate::folder::Folder;

/// Answers of a survey: children decide which questions follow, and work decides others, two of which come together.
fn answer(row: u64) -> Value {
    let work = ["full", "part", "none"][usize::try_from(draw(row, 1, 3)).unwrap()];
    let parent = draw(row, 2, 10) < if work == "none" { 7 } else { 4 };
    let mut record = json!({"work": work, "parent": parent});
    if parent {
        record["children"] = json!(1 + draw(row, 3, 3));
        record["care"] = json!(["home", "school"][usize::try_from(draw(row, 4, 2)).unwrap()]);
    }
    if work != "none" {
        record["hours"] = json!(if work == "full" { 20 + draw(row, 5, 25) } else { 5 + draw(row, 5, 25) });
        record["pay"] = json!(if draw(row, 6, 4) == 0 { Value::Null } else { json!(draw(row, 7, 500)) });
    }
    record
}

fn share(records: &[Value], which: impl Fn(&Value) -> bool, of: impl Fn(&Value) -> bool) -> f64 {
    let of: Vec<&Value> = records.iter().filter(|record| of(record)).collect();
    of.iter().filter(|record| which(record)).count() as f64 / of.len().max(1) as f64
}

fn made(folder: &Folder) -> Vec<Value> {
    folder.done(&["generate", "--force", "-o", "made.jsonl"]);
    folder.text("made.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Catches presence that is drawn by the shares of a case alone (a third of those out of work would have hours), fields that come
/// together and follow two different draws, and a share of a case that a person edits and nothing comes of.
#[test]
fn presence_within_a_case_follows_what_the_model_knows() {
    let records: Vec<Value> = (0..3000).map(answer).collect();
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let folder = Folder::with("answers.jsonl", lines);
    folder.done(&["profile", "answers.jsonl"]);
    let has = |key: &'static str| move |record: &Value| record.get(key).is_some();
    let works = |work: &'static str| move |record: &Value| record["work"] == work;
    let rows = made(&folder);
    assert!(rows.iter().all(|row| has("hours")(row) == has("pay")(row)));
    assert!(rows.iter().all(|row| has("children")(row) == row["parent"].as_bool().unwrap()));
    assert!(share(&rows, has("hours"), works("none")) < 0.02);
    assert!(share(&rows, has("hours"), works("full")) > 0.98);
    assert!(share(&rows, |row| row["hours"].as_u64() >= Some(30), works("part")) < 0.02);
    let rules = folder.text("ruleset.yaml");
    let sometimes = rules.lines().find(|line| line.contains("sometimes: {$.hours: 0."));
    let Some(line) = sometimes else { panic!("the tag says how often there are hours: {rules}") };
    let case = line.contains("when: true");
    let (before, rest) = line.split_once("$.hours: ").unwrap();
    let (_, after) = rest.split_once([',', '}']).unwrap();
    let (_, after) = after.split_once("$.pay: ").unwrap();
    let (_, after) = after.split_once('}').unwrap();
    let edited = format!("{before}$.hours: 0.3, $.pay: 0.3}}{after}");
    folder.write("ruleset.yaml", rules.replace(line, &edited));
    let rows = made(&folder);
    let of_case = |record: &Value| record["parent"] == case;
    assert!((share(&rows, has("hours"), of_case) - 0.3).abs() < 0.04);
    assert!(share(&rows, has("hours"), works("none")) < 0.02);
}

/// Rides: from some speed on there is mostly a place, which is two fields, and now and then its height, which needs them.
fn ride(row: u64) -> Value {
    let speed = draw(row, 1, 500);
    let mut record = json!({"speed": speed});
    if draw(row, 3, 10) < if speed >= 250 { 9 } else { 1 } {
        record["lat"] = json!(draw(row, 4, 900));
        record["lon"] = json!(draw(row, 5, 900));
        if draw(row, 6, 2) == 0 {
            record["height"] = json!(draw(row, 7, 300));
        }
    }
    record
}

/// Catches a shared draw that knows nothing of other fields, and one that each field reads from its own code.
#[test]
fn fields_that_come_together_follow_the_model_together() {
    let lines: String = (0..3000).map(|row| format!("{}\n", ride(row))).collect();
    let folder = Folder::with("rides.jsonl", lines);
    folder.done(&["profile", "rides.jsonl"]);
    let rows = made(&folder);
    let has = |key: &'static str| move |record: &Value| record.get(key).is_some();
    let is_fast = |record: &Value| record["speed"].as_u64() >= Some(250);
    assert!(rows.iter().all(|row| has("lat")(row) == has("lon")(row)));
    assert!(rows.iter().all(|row| !has("height")(row) || has("lat")(row)));
    assert!((share(&rows, has("lat"), is_fast) - 0.9).abs() < 0.04);
    assert!((share(&rows, has("lat"), |row| !is_fast(row)) - 0.1).abs() < 0.04);
}
