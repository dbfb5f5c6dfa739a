//! The joint model: what is learned of two fields together comes back.

use serde_json::Value;

use crate::folder::Folder;

/// 3000 visits: the price goes with the plan, long stays are for teams, and the note goes with nothing.
fn visits() -> String {
    let visit = |row: u64| {
        let plan = ["free", "solo", "team"][usize::try_from(row * 7 % 3).unwrap()];
        let price = match plan {
            "free" => row * 19 % 13,
            "solo" => 10 + row * 13 % 31,
            _ => 30 + row * 17 % 61,
        };
        let n_seats = if plan == "team" { 3 + row * 11 % 5 } else { 1 };
        let seats: Vec<String> =
            (0..n_seats).map(|seat| format!("{{\"hours\": {}}}", (row * 5 + seat) % 24)).collect();
        let note = ["red", "green", "blue"][usize::try_from(row * 31 / 7 % 3).unwrap()];
        format!(
            "{{\"plan\": \"{plan}\", \"price\": {price}, \"seats\": [{}], \"note\": \"{note}\"}}",
            seats.join(", ")
        )
    };
    (0..3000).map(visit).collect::<Vec<_>>().join("\n")
}

fn made(folder: &Folder) -> Vec<Value> {
    folder.text("synthetic.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Share of the records in which price and seats are those of the plan.
fn share_in_order(records: &[Value]) -> f64 {
    let fits = |record: &&Value| {
        let (price, seats) = (record["price"].as_f64().unwrap(), record["seats"].as_array().unwrap().len());
        match record["plan"].as_str().unwrap() {
            "free" => price < 14.0 && seats == 1,
            "solo" => (9.0..42.0).contains(&price) && seats == 1,
            _ => price > 28.0 && seats > 1,
        }
    };
    records.iter().filter(fits).count() as f64 / records.len() as f64
}

#[test]
fn fields_that_go_together_are_made_together() {
    let folder = Folder::with("visits.jsonl", visits());
    let run = folder.done(&["profile", "visits.jsonl"]);
    assert!(run.stderr.contains("joint model of "), "{}", run.stderr);
    assert!(folder.text("ruleset.yaml").contains("\nmodel:\n  file: ruleset.model.json\n"));
    folder.done(&["generate", "-n", "2000"]);
    let share = share_in_order(&made(&folder));
    assert!(share > 0.93, "{share}");

    // The same sample gives the same model, and one thread the same records as two.
    let model = folder.bytes("ruleset.model.json");
    let records = folder.bytes("synthetic.jsonl");
    folder.done(&["profile", "visits.jsonl", "--force", "--parallel", "1"]);
    assert_eq!(model, folder.bytes("ruleset.model.json"));
    folder.done(&["generate", "-n", "2000", "--force", "--parallel", "1"]);
    assert_eq!(records, folder.bytes("synthetic.jsonl"));
}

/// Without the section each field is drawn by itself: what is asserted above is the model's doing.
#[test]
fn without_its_section_fields_are_drawn_by_themselves() {
    let folder = Folder::with("visits.jsonl", visits());
    folder.done(&["profile", "visits.jsonl"]);
    let rules = folder.text("ruleset.yaml");
    let (before, rest) = rules.split_once("\nmodel:\n").unwrap();
    let after = &rest[rest.find("\nprivacy:").unwrap()..];
    folder.write("ruleset.yaml", format!("{before}{after}"));
    folder.done(&["generate", "-n", "2000"]);
    let share = share_in_order(&made(&folder));
    assert!(share < 0.6, "{share}");
}

#[test]
fn another_model_file_is_refused() {
    let folder = Folder::with("visits.jsonl", visits());
    folder.done(&["profile", "visits.jsonl"]);
    folder.write("ruleset.model.json", "{}");
    folder.refused(
        &["generate"],
        &["ruleset.model.json: the file has the hash", "hint: without the section `model`"],
    );
    std::fs::remove_file(folder.path().join("ruleset.model.json")).unwrap();
    folder.refused(&["generate"], &["ruleset.model.json"]);
    let rules = folder.text("ruleset.yaml").replace("file: ruleset", "file: ../ruleset");
    folder.write("ruleset.yaml", rules);
    folder.refused(&["generate"], &["named without a folder"]);
}

/// The model knows codes only: a value of the sample that may not be published does not stand in it either.
#[test]
fn a_model_holds_no_value() {
    let named = visits()
        .replacen("\"note\": \"red\"", "\"note\": \"Wilhelmina Q. Oddname\"", 1)
        .replace("team", "crew-7391");
    let folder = Folder::with("visits.jsonl", named);
    folder.done(&["profile", "visits.jsonl"]);
    let model = folder.text("ruleset.model.json");
    assert!(!model.contains("Oddname") && !model.contains("crew-7391"));
}

/// Few records have a `play` object, too few for a leaf of their own, and those that have one nearly all have its list.
/// Catches a model that learns the list's absence from records without the object: the list would then be missing in
/// most objects.
#[test]
fn members_of_rare_objects_are_as_frequent_as_in_the_objects() {
    let record = |row: u64| {
        let is_long = row.is_multiple_of(32);
        let list = match (row, is_long) {
            (32, _) => "",
            (_, true) => ", \"parts\": [1, 1, 1]",
            (_, false) => ", \"parts\": [1]",
        };
        let has_play = row.is_multiple_of(16);
        let play = if has_play { format!(", \"play\": {{\"all\": true{list}}}") } else { String::new() };
        // What mostly stands in `bits` goes with the length of the list, so the list is part of the model.
        let ones = match (has_play, is_long) {
            (false, _) => 50,
            (true, false) => 10,
            (true, true) => 90,
        };
        let bit = |at: u64| u8::from(synth_core::hash::mix(row * 64 + at) % 100 < ones).to_string();
        let bits: Vec<String> = (0..40).map(bit).collect();
        format!("{{\"bits\": [{}]{play}}}", bits.join(", "))
    };
    let folder = Folder::with("packages.jsonl", (0..320).map(record).collect::<Vec<_>>().join("\n"));
    folder.done(&["profile", "packages.jsonl"]);
    assert!(folder.text("ruleset.model.json").contains("$.play.parts"));
    folder.done(&["generate", "-n", "4000"]);
    let records = made(&folder);
    let objects: Vec<&Value> = records.iter().filter_map(|record| record.get("play")).collect();
    let n_lists = objects.iter().filter(|object| object.get("parts").is_some()).count();
    assert!(objects.len() > 150, "{}", objects.len());
    let share = n_lists as f64 / objects.len() as f64;
    assert!(share > 0.9, "{share}");
}

/// Orders of homes and firms: firms order more, other kinds, and cheaper by the piece where they order much; what was
/// ordered is often ordered again in the next line, and a gift is in the first line only.
fn orders() -> String {
    let word = |order: u64, line: u64, about: u64| {
        let mut word =
            (order * 64 + line + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ about.wrapping_mul(0xd1b5_4a32);
        for _ in 0..3 {
            word = (word ^ (word >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        }
        word >> 20
    };
    let order = |at: u64| {
        let is_firm = word(at, 0, 1).is_multiple_of(3);
        let n = if is_firm { 4 + word(at, 0, 2) % 9 } else { 1 + word(at, 0, 2) % 3 };
        let mut kind = "";
        let lines: Vec<String> = (0..n)
            .map(|line| {
                if line == 0 || word(at, line, 3) % 10 < 4 {
                    let kinds = if is_firm { ["desk", "lamp", "paper"] } else { ["pen", "book", "paper"] };
                    kind = kinds[usize::try_from(word(at, line, 4) % 3).unwrap()];
                }
                let cents = if n > 7 { 1000 } else { 2000 } + word(at, line, 5) % 800;
                let gift = line == 0 && word(at, line, 6) % 10 < 3;
                format!("{{\"kind\": \"{kind}\", \"cents\": {cents}, \"gift\": {gift}}}")
            })
            .collect();
        format!(
            "{{\"by\": \"{}\", \"lines\": [{}]}}",
            if is_firm { "firm" } else { "home" },
            lines.join(", ")
        )
    };
    (0..2000).map(order).collect::<Vec<_>>().join("\n")
}

/// Catches elements that do not see their record, the length of their array, their place, or the element before.
#[test]
fn elements_see_record_length_place_and_the_one_before() {
    let folder = Folder::with("orders.jsonl", orders());
    folder.done(&["profile", "orders.jsonl"]);
    folder.done(&["generate", "-n", "2000"]);
    let (mut n_odd, mut n_wrong, mut n_lines, mut n_same, mut n_steps, mut n_late_gifts) = (0, 0, 0, 0, 0, 0);
    let (mut cents, mut n_of) = ([0.0; 2], [0.0; 2]);
    for record in made(&folder) {
        let lines = record["lines"].as_array().unwrap();
        let is_firm = record["by"] == "firm";
        n_odd += usize::from(is_firm != (lines.len() > 3));
        for (at, line) in lines.iter().enumerate() {
            let kind = line["kind"].as_str().unwrap();
            n_wrong += usize::from(kind != "paper" && is_firm != ["desk", "lamp"].contains(&kind));
            n_lines += 1;
            n_late_gifts += usize::from(at > 0 && line["gift"] == true);
            n_same += usize::from(at > 0 && lines[at - 1]["kind"] == line["kind"]);
            n_steps += usize::from(at > 0);
            let is_long = usize::from(lines.len() > 7);
            cents[is_long] += line["cents"].as_f64().unwrap();
            n_of[is_long] += 1.0;
        }
    }
    let share = |n: usize, of: usize| n as f64 / of as f64;
    assert!(share(n_odd, 2000) < 0.01, "{n_odd}");
    assert!(share(n_wrong, n_lines) < 0.01, "{n_wrong} of {n_lines}");
    // Six in ten lines are as the one before, and a third of the others.
    assert!((share(n_same, n_steps) - 0.733).abs() < 0.04, "{n_same} of {n_steps}");
    assert!(share(n_late_gifts, n_steps) < 0.005);
    assert!((cents[0] / n_of[0] - 2400.0).abs() < 60.0 && (cents[1] / n_of[1] - 1400.0).abs() < 60.0);
}

/// A few records come hundreds of times each, others once. Catches a model of the different records: what comes often would be
/// rare in it, whatever the rules say of each field.
#[test]
fn records_that_come_often_are_made_as_often() {
    let record = |row: u64| {
        let (mode, speed) = if row.is_multiple_of(5) { ("run", 100 + row) } else { ("idle", row % 2) };
        format!("{{\"mode\": \"{mode}\", \"speed\": {speed}}}")
    };
    let folder = Folder::with("machine.jsonl", (0..4000).map(record).collect::<Vec<_>>().join("\n"));
    folder.done(&["profile", "machine.jsonl"]);
    assert!(folder.text("ruleset.yaml").contains("\nmodel:"));
    folder.done(&["generate", "-n", "4000"]);
    let records = made(&folder);
    let share =
        |holds: fn(&Value) -> bool| records.iter().filter(|record| holds(record)).count() as f64 / 4000.0;
    let (running, fast) =
        (share(|record| record["mode"] == "run"), share(|record| record["speed"].as_f64() > Some(50.0)));
    assert!((running - 0.2).abs() < 0.03 && (fast - 0.2).abs() < 0.03, "{running} {fast}");
}
