//! `explain` and `rules check`.

use crate::folder::{Folder, fixture};

#[test]
fn rules_and_evidence_are_told() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.done(&["profile", "shop_orders.jsonl"]);
    let text = String::from_utf8(folder.done(&["explain", "$.status"]).stdout).unwrap();
    for part in
        ["$.status\n", "generator categorical", "ruleset.yaml line ", "seen: 400 values", "for example: \""]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    folder.refused(&["explain", "$.statu"], &["no rule speaks of `$.statu`", "did you mean `$.status`?"]);
}

#[test]
fn scenarios_show_in_what_is_told() {
    let folder = Folder::with("ruleset.yaml", fixture("rules/iot_sensors.yaml"));
    let told = |args: &[&str]| {
        String::from_utf8(folder.done(&[&["explain", "$.status"], args].concat()).stdout).unwrap()
    };
    assert!(told(&[]).contains("`fault` (1 %)"), "{}", told(&[]));
    assert!(told(&["--scenario", "broken_gateway"]).contains("`fault` (15 %)"));
}

#[test]
fn rule_files_are_checked() {
    let folder = Folder::with("ruleset.yaml", fixture("rules/iot_sensors.yaml"));
    let run = folder.done(&["rules", "check"]);
    assert!(
        run.stderr.contains("15 fields, 1 relationship, 2 scenarios: no problems for 1000 rows"),
        "{}",
        run.stderr
    );
    folder.write(
        "bad.yaml",
        fixture("rules/iot_sensors.yaml").replace("probs: [0.3, 0.68, 0.02]", "probs: [0.3, 0.68, 0.2]"),
    );
    let run = folder.synth(&["rules", "check", "bad.yaml"]);
    assert!(run.code == Some(1) && run.stderr.contains("error[rules/bad-probabilities]"), "{}", run.stderr);
    folder.write("few.yaml", "{version: 2, fields: {$.a: {type: string, unique: true, generator: pattern, params: {patterns: ['[a-e]']}}}}");
    assert_eq!(folder.synth(&["rules", "check", "few.yaml", "-n", "5"]).code, Some(0));
    assert_eq!(folder.synth(&["rules", "check", "few.yaml", "-n", "6"]).code, Some(1));
    assert_eq!(folder.synth(&["rules", "check", "none.yaml"]).code, Some(2));
    assert_eq!(folder.names(), ["bad.yaml", "few.yaml", "ruleset.yaml"]);
}
