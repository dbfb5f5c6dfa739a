//! The four joint models: each by itself, and which is chosen.

use serde_json::{Value, json};
use synth_core::Seed;
use synth_rules::RuleSet;

use crate::folder::{Folder, Run};

/// A normal number to come, by the sum of twelve others.
fn normal(name: &str, row: u64) -> f64 {
    let seed = Seed::root(11).child(name);
    (0..12).map(|at| seed.uniform(row * 12 + at)).sum::<f64>() - 6.0
}

/// Weights, heights and doses of 2500 people: three numbers that go together by normal numbers behind them.
fn people() -> String {
    let person = |row: u64| {
        let (a, b, c) = (normal("a", row), normal("b", row), normal("c", row));
        let height = 170.0 + 9.0 * a;
        let weight = (0.7 * a + 0.714 * b).mul_add(11.0, 70.0);
        let dose = ((-0.5 * a + 0.866 * c) * 0.4).exp() * 20.0;
        json!({"height": height.round(), "weight": weight.round(), "dose": (dose * 10.0).round() / 10.0})
            .to_string()
    };
    (0..2500).map(person).collect::<Vec<_>>().join("\n")
}

pub(crate) fn made(folder: &Folder) -> Vec<Value> {
    folder.text("synthetic.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rule file as a value to be edited; its text is YAML too.
pub(crate) fn rules_of(folder: &Folder) -> Value {
    let rules = RuleSet::parse(&folder.text("ruleset.yaml"), "ruleset.yaml").unwrap();
    serde_json::to_value(rules).unwrap()
}

/// Spearman's rank correlation of two members.
pub(crate) fn rank_correlation(records: &[Value], left: &str, right: &str) -> f64 {
    let ranks = |name: &str| {
        let values: Vec<f64> = records.iter().map(|record| record[name].as_f64().unwrap()).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = |value: &f64| {
            let below = sorted.partition_point(|other| other < value);
            let up_to = sorted.partition_point(|other| other <= value);
            (below + up_to) as f64 / 2.0 - sorted.len() as f64 / 2.0
        };
        values.iter().map(rank).collect::<Vec<f64>>()
    };
    let (left, right) = (ranks(left), ranks(right));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(&left, &right) / (dot(&left, &left) * dot(&right, &right)).sqrt()
}

fn profiled(folder: &Folder, model: &str) -> Run {
    folder.done(&["profile", "people.jsonl", "--force", "--model", model])
}

/// Rank correlations of 2500 rows have a standard error of 0.02; real ones are 0.68, -0.48 and -0.33. Catches models that are
/// fitted and not drawn from, and correlations that go to other fields than those they belong to.
#[test]
fn each_model_makes_what_goes_together() {
    let folder = Folder::with("people.jsonl", people());
    for model in ["independent", "gaussian_copula", "bayes_net", "trees", "auto"] {
        let run = profiled(&folder, model);
        folder.done(&["generate", "-n", "2500", "--force"]);
        let records = made(&folder);
        let found = [("height", "weight"), ("height", "dose"), ("weight", "dose")]
            .map(|(left, right)| rank_correlation(&records, left, right));
        let expected = if model == "independent" { [0.0; 3] } else { [0.68, -0.48, -0.33] };
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 0.09, "{model}: {found} in place of {expected}");
        }
        let told = folder.json("profile.json");
        if model == "auto" {
            let group = &told["joint"]["groups"][0];
            assert_eq!(group["model"], "gaussian_copula", "{group}");
            let bits = |name: &str| group[name].as_f64().unwrap();
            assert!(bits("ceiling") <= bits("achieved") && bits("achieved") < bits("floor") - 0.5);
            assert_eq!(group["models"].as_array().unwrap().len(), 4);
            assert!(run.stderr.contains(": gaussian_copula, "), "{}", run.stderr);
        }
        // Any part can be made alone.
        let whole = folder.text("synthetic.jsonl");
        folder.done(&["generate", "-n", "2500", "--range", "1200..1300", "--force"]);
        let part: Vec<&str> = whole.lines().skip(1200).take(100).collect();
        assert_eq!(folder.text("synthetic.jsonl").lines().collect::<Vec<_>>(), part, "{model}");
    }
}

/// What the rule file says of correlations is what comes out; contradicting ones are told of, and broken ones refused.
#[test]
fn correlations_are_edited_in_the_rule_file() {
    let folder = Folder::with("people.jsonl", people());
    profiled(&folder, "gaussian_copula");
    let mut rules = rules_of(&folder);
    let fields = rules["model"]["copulas"][0]["fields"].as_array().unwrap().clone();
    let place = |name: &str| fields.iter().position(|field| *field == name).unwrap();
    let (height, weight, dose) = (place("$.height"), place("$.weight"), place("$.dose"));
    let mut write = |values: [f64; 3]| {
        for ((left, right), value) in
            [(height, weight), (height, dose), (weight, dose)].into_iter().zip(values)
        {
            rules["model"]["copulas"][0]["correlations"][left.max(right)][left.min(right)] = value.into();
        }
        folder.write("ruleset.yaml", rules.to_string());
        folder.synth(&["generate", "-n", "2500", "--force"])
    };
    assert!(!write([-0.8, 0.5, 0.0]).stderr.contains("contradict"));
    let records = made(&folder);
    // Pearson's correlation r of normal numbers is a rank correlation of 6/pi asin(r/2).
    for ((left, right), expected) in
        [(("height", "weight"), -0.786), (("height", "dose"), 0.483), (("weight", "dose"), 0.0)]
    {
        let found = rank_correlation(&records, left, right);
        assert!((found - expected).abs() < 0.07, "{left} {right}: {found}");
    }
    let run = write([0.9, 0.9, -0.9]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("contradict each other; the nearest that do not are up to 0."),
        "{}",
        run.stderr
    );
    write([1.5, 0.0, 0.0]);
    folder.refused(
        &["generate", "--force"],
        &["rules/impossible", "of the correlations has a number that is not from -1 to 1", "-->"],
    );
}

/// The budget decides what is fitted, is told, and is the same for any number of threads.
#[test]
fn a_small_budget_leaves_out_what_it_says() {
    let folder = Folder::with("people.jsonl", people());
    let profile = |budget: &str, threads: &str| {
        let run = folder.done(&[
            "profile",
            "people.jsonl",
            "--force",
            "--model",
            "trees",
            "--model-budget",
            budget,
            "--parallel",
            threads,
        ]);
        (run.stderr, folder.json("profile.json")["joint"]["left_out"].clone())
    };
    let (told, left_out) = profile("10", "2");
    assert!(told.contains("the budget of 10 visits left out everything"), "{told}");
    assert!(left_out[0].as_str().unwrap().starts_with("everything"));
    assert!(!folder.text("ruleset.yaml").contains("\nmodel:"));
    let (told, left_out) = profile("90000", "2");
    assert!(told.contains("splits further down in trees of $."), "{told}");
    let model = folder.bytes("ruleset.model.json");
    profile("90000", "1");
    assert_eq!(model, folder.bytes("ruleset.model.json"));
    assert!(left_out.as_array().is_some_and(|all| all.len() == 1));
    assert!(profile("1000000000", "2").1.is_null());
    assert!(folder.bytes("ruleset.model.json").len() > model.len());
}

/// `explain` says what a field follows from: by the numbers of a copula, by a table or by a tree.
#[test]
fn models_are_told_in_words() {
    let row = |row: u64| {
        let plan = ["free", "team"][usize::from(row.is_multiple_of(3))];
        let price = if plan == "free" { row * 7 % 10 } else { 5 + row * 11 % 40 };
        let note = if row.is_multiple_of(5) { String::new() } else { format!(", \"price\": {price}") };
        format!("{{\"plan\": \"{plan}\"{note}}}")
    };
    let folder = Folder::with("people.jsonl", people());
    folder.write("plans.jsonl", (0..1500).map(row).collect::<Vec<_>>().join("\n"));
    let told = |args: &[&str]| String::from_utf8(folder.done(&[&["explain"], args].concat()).stdout).unwrap();
    profiled(&folder, "gaussian_copula");
    let height = told(&["$.height"]);
    assert!(height.contains("it goes, by rank, with $.weight (0."), "{height}");
    folder.done(&["profile", "plans.jsonl", "--force", "--model", "trees"]);
    let price = told(&["$.price"]);
    for part in ["it follows from $.plan (100 %)", "if $.plan is `free`: 1 to 9 (", "otherwise: 9 to 41 ("] {
        assert!(price.contains(part), "{part}: {price}");
    }
    assert!(told(&["$.plan"]).contains("$.price follow from it"));
    std::fs::remove_file(folder.path().join("ruleset.model.json")).unwrap();
    assert!(told(&["$.plan"]).contains("joint model: its file is missing"));
    assert!(folder.text("ruleset.yaml").contains("$.plan is `team`: "), "{}", folder.text("ruleset.yaml"));
}

/// A city says nearly all of what three fields with fewer values are, and each of those little of the others. In the order of
/// their values they would come before the city and look at each other; along the strongest links all but the first look
/// at the city. Catches trees that know one order only.
#[test]
fn trees_follow_the_strongest_links() {
    let shop = |row: u64| {
        let seed = Seed::root(2);
        let city = seed.child("city").below(row, 36);
        let part = |name: &str, n: u64, of: u64| {
            if seed.child(name).below(row, 10) == 0 {
                seed.child(name).below(row + 1_000_000, n)
            } else {
                of % n
            }
        };
        let (region, tax, band) =
            (part("region", 4, city / 9), part("tax", 5, city), part("band", 6, city / 6 + city));
        json!({"region": format!("r{region}"), "tax": format!("t{tax}"), "band": format!("b{band}"), "city": format!("c{city}")})
    };
    let shops = (0..6000).map(|row| shop(row).to_string()).collect::<Vec<_>>().join("\n");
    let folder = Folder::with("people.jsonl", shops);
    profiled(&folder, "trees");
    let depends = &rules_of(&folder)["model"]["depends"];
    let first = ["$.region", "$.tax", "$.band"].map(|field| depends[field]["fields"][0].clone());
    assert!(first.iter().filter(|field| **field == "$.city").count() >= 2, "{depends}");
    folder.done(&["generate", "-n", "6000"]);
    let records = made(&folder);
    let fits = |record: &&Value| {
        let city: u64 = record["city"].as_str().unwrap()[1..].parse().unwrap();
        record["tax"] == format!("t{}", city % 5) && record["band"] == format!("b{}", (city / 6 + city) % 6)
    };
    // Both are right in 0.92 * 0.917 = 0.84 of the sample, counting those that are right by chance.
    let share = records.iter().filter(fits).count() as f64 / 6000.0;
    assert!(share > 0.75, "{share}");
}
