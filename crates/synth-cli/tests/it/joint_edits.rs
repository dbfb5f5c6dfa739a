//! Edited and updated rules: distributions change, and what hangs together stays together.

use serde_json::{Value, json};
use synth_core::Seed;

use crate::folder::Folder;
use crate::joint_models::{made, rank_correlation, rules_of};

/// Jobs: pay rises with the years, the grade follows from both, and a bonus is null for most juniors and mostly missing
/// without a team.
fn job(row: u64, scale: f64) -> Value {
    let seed = Seed::root(5);
    let draw = |name: &str| seed.child(name).uniform(row);
    let years = (draw("years") * 20.0).floor() * 2.0;
    let pay = ((20.0 + years + 15.0 * draw("pay")) / 5.0).round() * 5.0 * scale;
    let grade = if years < 10.0 {
        "junior"
    } else if years + 10.0 * draw("grade") < 32.0 {
        "middle"
    } else {
        "senior"
    };
    let mut job = json!({"years": years, "pay": pay, "grade": grade});
    if draw("team") < 0.5 {
        job["team"] = json!("T");
    }
    if job.get("team").is_some() || draw("bonus") < 0.1 {
        job["bonus"] = if grade == "junior" && draw("null") < 0.85 {
            Value::Null
        } else {
            json!((draw("of bonus") * 100.0).round())
        };
    }
    job
}

fn jobs(rows: std::ops::Range<u64>, scale: f64) -> String {
    rows.map(|row| job(row, scale).to_string()).collect::<Vec<_>>().join("\n")
}

/// Share of the uncertainty of the grade that the tenths of the years take away.
fn information(records: &[Value]) -> f64 {
    let mut sorted: Vec<f64> = records.iter().map(|record| record["years"].as_f64().unwrap()).collect();
    sorted.sort_by(f64::total_cmp);
    let tenth = |record: &Value| {
        let below = sorted.partition_point(|other| *other < record["years"].as_f64().unwrap());
        (below * 10 / sorted.len()).min(9)
    };
    let grades = ["junior", "middle", "senior"];
    let grade = |record: &Value| grades.iter().position(|grade| record["grade"] == *grade).unwrap();
    let mut table = [[0.0_f64; 3]; 10];
    records.iter().for_each(|record| table[tenth(record)][grade(record)] += 1.0);
    let term = |n: f64| if n > 0.0 { n * n.ln() } else { 0.0 };
    let total = records.len() as f64;
    let of_grades = [0, 1, 2].map(|grade| table.iter().map(|row| row[grade]).sum::<f64>());
    let alone = term(total) - of_grades.map(term).iter().sum::<f64>();
    let known: f64 = table.iter().map(|row| term(row.iter().sum()) - row.map(term).iter().sum::<f64>()).sum();
    1.0 - known / alone
}

fn share(records: &[Value], holds: impl Fn(&Value) -> bool) -> f64 {
    records.iter().filter(|record| holds(record)).count() as f64 / records.len() as f64
}

fn edit(folder: &Folder, change: impl Fn(&mut Value)) -> Vec<Value> {
    let mut rules = rules_of(folder);
    change(&mut rules);
    folder.write("edited.yaml", rules.to_string());
    folder.done(&["generate", "--rules", "edited.yaml", "-n", "4000", "--force"]);
    made(folder)
}

/// Every distribution is edited, one at a time, under every model: quantiles, probabilities, null rate and presence. The edit
/// comes out, and the others still hang together: within 0.06 of the rank correlation, and with most of the information that
/// years have of grades (not all, as the grades' borders have moved). A model whose draws no longer reach the edited field loses all of both; one that keeps the old
/// distribution fails the first part of each.
#[test]
fn edited_distributions_still_hang_together() {
    let folder = Folder::with("jobs.jsonl", jobs(0..4000, 1.0));
    for model in ["gaussian_copula", "bayes_net", "trees"] {
        folder.done(&["profile", "jobs.jsonl", "--force", "--model", model]);
        let plain = edit(&folder, |_| ());
        let (ranks, known) = (rank_correlation(&plain, "years", "pay"), information(&plain));
        assert!(ranks > 0.88 && known > 0.5, "{model}: {ranks} {known}");

        let dearer = edit(&folder, |rules| {
            let params = &mut rules["fields"]["$.pay"]["params"];
            for list in ["values", "spikes"] {
                for value in params.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                    let number = if list == "spikes" { &mut value["value"] } else { value };
                    *number = (1000.0 + 10.0 * number.as_f64().unwrap().powi(2)).into();
                }
            }
        });
        assert!(dearer.iter().all(|record| record["pay"].as_f64() > Some(1000.0)), "{model}");
        let found = rank_correlation(&dearer, "years", "pay");
        assert!((found - ranks).abs() < 0.06, "{model}: {found} {ranks}");

        let fewer = edit(&folder, |rules| {
            let params = &mut rules["fields"]["$.grade"]["params"];
            let values = params["values"].as_array().unwrap().clone();
            let prob = |value: &Value| if value.as_str() == Some("senior") { 0.1 } else { 0.45 };
            params["probs"] = values.iter().map(prob).collect::<Vec<_>>().into();
        });
        let seniors = share(&fewer, |record| record["grade"] == "senior");
        assert!((seniors - 0.1).abs() < 0.03, "{model}: {seniors}");
        let found = information(&fewer);
        assert!(found > 0.6 * known, "{model}: {found} {known}");

        let nulls = |records: &[Value]| {
            let of = |grade: &str, is_null: bool| {
                share(records, |record| {
                    record["grade"] == grade
                        && record.get("bonus").is_some_and(|bonus| bonus.is_null() == is_null)
                })
            };
            (of("junior", true), of("junior", false), of("senior", true))
        };
        let more = edit(&folder, |rules| rules["fields"]["$.bonus"]["null_rate"] = 0.5.into());
        let n_null = share(&more, |record| record.get("bonus").is_some_and(Value::is_null));
        let n_there = share(&more, |record| record.get("bonus").is_some());
        assert!((n_null / n_there - 0.5).abs() < 0.05, "{model}: {n_null} {n_there}");
        let (junior, not_null, senior) = nulls(&more);
        // Null goes with juniors, but missing with no grade: a copula knows only more and less.
        let is_kept = not_null < 0.25 * junior && senior < junior;
        assert!(is_kept || model == "gaussian_copula", "{model}: {junior} {not_null} {senior}");

        let rarer = edit(&folder, |rules| rules["fields"]["$.bonus"]["presence"] = 0.2.into());
        let there = share(&rarer, |record| record.get("bonus").is_some());
        assert!((there - 0.2).abs() < 0.04, "{model}: {there}");
        let with_team = share(&rarer, |record| record.get("bonus").is_some() && record.get("team").is_some());
        assert!(with_team > 0.8 * there, "{model}: {with_team} {there}");
    }
}

/// New data that weighs less keeps the old model, heavier data gives a new one; what does not fit any more is told.
#[test]
fn updates_keep_or_fit_the_model() {
    let folder = Folder::with("jobs.jsonl", jobs(0..3000, 1.0));
    folder.done(&["profile", "jobs.jsonl"]);
    let model = folder.bytes("ruleset.model.json");
    folder.write("few.jsonl", jobs(3000..3500, 1.2));
    let run = folder.done(&["profile", "few.jsonl", "--update", "ruleset.yaml", "-o", "more.yaml"]);
    assert!(run.stderr.contains("joint model: kept, as the old rules weigh more"), "{}", run.stderr);
    assert!(!run.stderr.contains("drawn by itself"), "{}", run.stderr);
    assert_eq!(folder.bytes("more.model.json"), model);
    folder.done(&["generate", "--rules", "more.yaml", "-n", "3000"]);
    let records = made(&folder);
    assert!(rank_correlation(&records, "years", "pay") > 0.85);
    assert!(information(&records) > 0.5);

    folder.write("many.jsonl", jobs(4000..8000, 3.0));
    let run = folder.done(&["profile", "many.jsonl", "--update", "ruleset.yaml", "-o", "new.yaml"]);
    assert!(run.stderr.contains("joint model: fitted to the new data"), "{}", run.stderr);
    assert_ne!(folder.bytes("new.model.json"), model);
    folder.done(&["generate", "--rules", "new.yaml", "-n", "3000", "--force"]);
    assert!(rank_correlation(&made(&folder), "years", "pay") > 0.6);

    // Grades have other names now: most of the old draws give other values.
    let renamed = jobs(0..500, 1.0).replace("junior", "A").replace("middle", "B").replace("senior", "C");
    folder.write("renamed.jsonl", renamed);
    let args =
        ["profile", "renamed.jsonl", "--update", "ruleset.yaml", "--weight", "0.45", "-o", "names.yaml"];
    let run = folder.done(&args);
    assert!(run.stderr.contains("joint model: $.grade is drawn by itself from now on"), "{}", run.stderr);
    folder.done(&["generate", "--rules", "names.yaml", "-n", "3000", "--force"]);
    let records = made(&folder);
    assert!(rank_correlation(&records, "years", "pay") > 0.85);
    let new_names = share(&records, |record| ["A", "B", "C"].iter().any(|name| record["grade"] == *name));
    assert!((new_names - 0.45).abs() < 0.05, "{new_names}");
}
