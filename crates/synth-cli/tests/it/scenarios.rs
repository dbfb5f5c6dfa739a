//! Scenarios: the change that is asked for is measured in the output.

use serde_json::Value;

use crate::folder::{Folder, fixture};

/// A folder with the order system and both of its scenarios.
fn orders() -> Folder {
    let folder = Folder::with("ruleset.yaml", fixture("rules/order_system.yaml"));
    for name in ["black_friday.yaml", "maintenance_window.yaml"] {
        folder.write(name, fixture(&format!("scenarios/{name}")));
    }
    folder
}

fn made(folder: &Folder, args: &[&str]) -> Value {
    let run = folder.done(&[&["generate", "-o", "-"], args].concat());
    serde_json::from_slice(&run.stdout).unwrap()
}

fn prices(document: &Value) -> Vec<f64> {
    let items =
        document["orders"].as_array().unwrap().iter().flat_map(|order| order["items"].as_array().unwrap());
    items.map(|item| item["price"].as_f64().unwrap()).collect()
}

fn moments(numbers: &[f64]) -> (f64, f64) {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let variance =
        numbers.iter().map(|number| (number - mean) * (number - mean)).sum::<f64>() / numbers.len() as f64;
    (mean, variance.sqrt())
}

fn share(document: &Value, test: impl Fn(&Value) -> bool) -> f64 {
    let orders = document["orders"].as_array().unwrap();
    orders.iter().filter(|order| test(order)).count() as f64 / orders.len() as f64
}

/// Prices follow from the articles, of which there are few, so they are compared without that rule.
#[test]
fn black_friday_shifts_what_it_names() {
    let folder = orders();
    let rules = folder.text("ruleset.yaml");
    let loose: Vec<&str> = rules.lines().filter(|line| !line.contains("functional_dep")).collect();
    folder.write("ruleset.yaml", loose.join("\n"));
    let plain = made(&folder, &["-n", "20000"]);
    let friday = made(&folder, &["-n", "20000", "--scenario", "black_friday.yaml"]);
    let ((mean, std), (new_mean, new_std)) = (moments(&prices(&plain)), moments(&prices(&friday)));
    // 35,000 prices: the standard error of the mean is 0.5 %, that of the deviation 1 %.
    assert!((new_mean / mean - 1.25).abs() < 0.02, "{mean} {new_mean}");
    assert!((new_std / std - 1.10).abs() < 0.04, "{std} {new_std}");
    for (status, wanted) in [("open", 0.35), ("shipped", 0.5), ("delivered", 0.12), ("returned", 0.03)] {
        let got = share(&friday, |order| order["status"] == status);
        assert!((got - wanted).abs() < 0.015, "{status}: {got}");
    }
    let time = |order: &Value| order["created_at"].as_str().unwrap().to_owned();
    assert!(share(&friday, |order| time(order).starts_with("2025-11-28T")) >= 1.0);
    // By day 135 of 150 weights; 2.5 times as many against the same 15 by night make 0.957.
    let by_day = |order: &Value| time(order)[11..13].parse::<u32>().unwrap() >= 8;
    let weights = [
        1.0, 1.0, 0.5, 0.5, 0.5, 1.0, 2.0, 4.0, 6.0, 7.0, 8.0, 9.0, 9.0, 8.0, 8.0, 8.0, 9.0, 10.0, 12.0,
        13.0, 13.0, 10.0, 6.0, 3.0,
    ];
    let (night, day): (f64, f64) = (weights[..8].iter().sum(), weights[8..].iter().sum());
    assert!((share(&plain, by_day) - day / (night + day)).abs() < 0.01);
    assert!((share(&friday, by_day) - 2.5 * day / (night + 2.5 * day)).abs() < 0.01);
    let ids = |document: &Value| document["orders"][77]["customer_id"].clone();
    assert_eq!(ids(&plain), ids(&friday), "what is not named stays");
}

#[test]
fn scenarios_change_the_number_of_rows_unless_it_is_said() {
    let folder = orders();
    let n = |args: &[&str]| made(&folder, args)["orders"].as_array().unwrap().len();
    assert_eq!(n(&[]), 200);
    assert_eq!(n(&["--scenario", "black_friday.yaml"]), 500);
    assert_eq!(n(&["--scenario", "black_friday.yaml", "-n", "30"]), 30);
}

#[test]
fn maintenance_leaves_no_orders() {
    let folder = orders();
    let quiet = made(&folder, &["--scenario", "maintenance_window.yaml"]);
    assert_eq!(quiet["orders"].as_array().unwrap().len(), 0);
    assert_eq!(quiet["customers"].as_array().unwrap().len(), 60);
    let both = made(&folder, &["--scenario", "black_friday.yaml", "--scenario", "maintenance_window.yaml"]);
    assert_eq!(both["orders"].as_array().unwrap().len(), 0, "the later one wins");
}

fn readings(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let run = folder.done(&[&["generate", "-n", "20000", "-o", "-"], args].concat());
    String::from_utf8(run.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Two scenarios of the rule file itself, alone and one after the other.
#[test]
fn scenarios_stand_in_rules_and_add_up() {
    let folder = Folder::with("ruleset.yaml", fixture("rules/iot_sensors.yaml"));
    let numbers = |readings: &[Value], name: &str| -> Vec<f64> {
        readings.iter().filter_map(|reading| reading[name].as_f64()).collect()
    };
    let plain = readings(&folder, &[]);
    let hot = readings(&folder, &["--scenario", "heat_wave"]);
    let (mean, std) = moments(&numbers(&plain, "temperature_c"));
    let (new_mean, new_std) = moments(&numbers(&hot, "temperature_c"));
    assert!((new_mean - mean - 12.0).abs() < 0.25, "{mean} {new_mean}");
    assert!((new_std / std - 1.15).abs() < 0.03, "{std} {new_std}");
    let volts = |readings: &[Value]| moments(&numbers(readings, "battery_v")).0;
    assert!((volts(&hot) / volts(&plain) - 0.95).abs() < 0.005);
    let both = readings(&folder, &["--scenario", "heat_wave", "--scenario", "broken_gateway"]);
    let share =
        |test: &dyn Fn(&Value) -> bool| both.iter().filter(|reading| test(reading)).count() as f64 / 20_000.0;
    let is_near = |got: f64, wanted: f64| (got - wanted).abs() < 0.012;
    assert!(is_near(share(&|reading| reading["temperature_c"].is_null()), 0.2));
    assert!(is_near(share(&|reading| reading["temperature_c"].is_string()), 0.8 * 0.02));
    assert!(is_near(share(&|reading| reading["status"] == "fault"), 0.15));
    let torn = share(&|reading| {
        !reading["device"]["id"]
            .as_str()
            .is_some_and(|id| id.len() == 10 && id.is_ascii() && !id.contains('#'))
    });
    assert!(is_near(torn, 0.05), "{torn}");
    assert!(
        both.iter()
            .all(|reading| (1_747_008_000_000..1_747_612_800_000).contains(&reading["at"].as_i64().unwrap()))
    );
}

#[test]
fn scenarios_are_listed_and_checked() {
    let folder = orders();
    folder.write("iot.yaml", fixture("rules/iot_sensors.yaml"));
    let run = folder.done(&["scenario", "list", "iot.yaml", "black_friday.yaml"]);
    let listed = String::from_utf8(run.stdout).unwrap();
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(names, ["heat_wave", "broken_gateway", "black_friday.yaml"]);
    let run = folder.done(&["scenario", "check", "black_friday.yaml", "maintenance_window.yaml"]);
    assert!(run.stderr.contains("2 scenarios: no problems"), "{}", run.stderr);
    folder.write(
        "bad.yaml",
        "modifications:\n  $.orders[].statu: {presence: 0.5}\n  $.orders[].status: {probs: [1]}\n",
    );
    let run = folder.synth(&["scenario", "check", "bad.yaml"]);
    assert_eq!(run.code, Some(1));
    for part in ["rules/unknown-path", "bad.yaml:2:3", "did you mean `$.orders[].status`?"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

fn refused(scenario: &str, expected: &[&str]) {
    let folder = orders();
    folder.write("s.yaml", scenario);
    folder.refused(&["generate", "--scenario", "s.yaml"], expected);
}

#[test]
fn mistakes_in_scenarios_have_places() {
    refused("modifcations: {}", &["rules/unknown-key", "s.yaml:1:1", "did you mean `modifications`?"]);
    refused(
        "modifications:\n  $.orders[].status:\n    probs: [0.5, 0.6, 0, 0]\n",
        &["rules/bad-probabilities", "s.yaml:2:3 at $.orders[].status", "1.1"],
    );
    refused(
        "modifications:\n  $.orders[].status: {probs: {opn: 0.5}}",
        &["s.yaml:2:", "did you mean `open`?"],
    );
    refused(
        "modifications:\n  $.orders[].total: {hour_profile: {scale: {8: 2}}}",
        &["s.yaml:2:", "temporal_rhythmic"],
    );
    refused(
        "modifications:\n  $.orders[].created_at: {hour_profile: {scale: {8-9: 2}}}",
        &["`8-9` is not an hour"],
    );
    refused(
        "modifications:\n  $.orders[].items[].price: {distribution: shift, params: {mean: lots}}",
        &["s.yaml:2:", "percentage"],
    );
    refused("temporal_range: ['2025-01-02', '2025-01-01']", &["rules/not-rising", "s.yaml:1:1"]);
    refused("temporal_range: [now, later]", &["rules/bad-time", "s.yaml:1:18"]);
    refused(
        "scenarios:\n  a: {rows: 5}\n  b: {rows: 6}",
        &["which scenario of s.yaml", "s.yaml#NAME; there are a, b"],
    );
    let folder = Folder::with("ruleset.yaml", fixture("rules/iot_sensors.yaml"));
    folder.refused(
        &["generate", "--scenario", "heatwave"],
        &["neither a scenario", "did you mean `heat_wave`?"],
    );
}
