//! Rule files with mistakes: every mistake with line, column, text and hint.

use crate::folder::Folder;

const RULES: &str = "\
version: 2
fields:
  $.id: {type: string, generator: uuid_v4}
  $.status:
    type: enum
    presence: 0.5
    generator: categorical
    params:
      values: [a, b]
      probs: [0.5, 0.5]
";

fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(RULES.contains(from));
    let folder = Folder::with("ruleset.yaml", RULES.replace(from, to));
    folder.refused(&["generate", "-n", "3"], expected);
}

#[test]
fn good_rules_are_followed() {
    let folder = Folder::with("ruleset.yaml", RULES);
    folder.done(&["generate", "-n", "3"]);
    assert_eq!(folder.text("synthetic.jsonl").lines().count(), 3);
}

/// Catches a hint that names a key which the rule does not have.
#[test]
fn bad_probabilities() {
    let expected = ["error[rules/bad-probabilities]: probabilities sum to 1.25", "or set `normalize: true`"];
    check("probs: [0.5, 0.5]", "probs: [0.5, 0.75]", &expected);
    let pattern = RULES.replace("categorical", "pattern").replace("values:", "patterns:");
    let folder = Folder::with("ruleset.yaml", pattern.replace("0.5, 0.5", "0.5, 0.75"));
    let run = folder.refused(&["generate", "-n", "3"], &[expected[0], "hint: divide each by 1.25\n"]);
    assert!(!run.stderr.contains("normalize"), "{}", run.stderr);
}

#[test]
fn unknown_keys() {
    check(
        "presence: 0.5",
        "presense: 0.5",
        &[
            "error[rules/unknown-key]: unknown key `presense`",
            "--> ruleset.yaml:6:5 at $.status",
            "|     presense: 0.5",
            "hint: did you mean `presence`?",
        ],
    );
}

#[test]
fn unknown_generators() {
    check(
        "uuid_v4",
        "uuid_v9",
        &["error[rules/unknown-generator]", "--> ruleset.yaml:3:24 at $.id", "hint: did you mean `uuid_v"],
    );
}

#[test]
fn duplicate_keys() {
    check(
        "    presence: 0.5\n",
        "    presence: 0.5\n    presence: 0.6\n",
        &["error[rules/duplicate-key]: duplicate key `presence`", "--> ruleset.yaml:7:5"],
    );
}

/// What stands below a duplicate key is no duplicate of its own.
#[test]
fn a_duplicate_path_is_said_once() {
    let folder = Folder::with("ruleset.yaml", RULES.replace("$.id", "$.status"));
    let run = folder.refused(&["generate"], &["duplicate key `$.status`", "--> ruleset.yaml:4:3"]);
    assert_eq!(run.stderr.matches("error[").count(), 1, "{}", run.stderr);
}

#[test]
fn wrong_types() {
    check(
        "presence: 0.5",
        "presence: often",
        &["error[rules/wrong-type]", "--> ruleset.yaml:6:5 at $.status", "|     presence: often"],
    );
    check(
        "presence: 0.5",
        "presence: 1.5",
        &["error[rules/wrong-type]: 1.5 is not between 0 and 1", "--> ruleset.yaml:6:5 at $.status"],
    );
}

#[test]
fn impossible_probabilities() {
    check(
        "probs: [0.5, 0.5]",
        "probs: [0.5, 0.6]",
        &[
            "error[rules/bad-probabilities]",
            "sum to 1.1",
            "--> ruleset.yaml:10:7 at $.status",
            "|       probs: [0.5, 0.6]",
            "hint: divide each by 1.1",
        ],
    );
    check(
        "probs: [0.5, 0.5]",
        "probs: [1]",
        &["error[rules/unequal-lengths]", "--> ruleset.yaml:", "at $.status"],
    );
}

#[test]
fn text_that_is_no_yaml() {
    check("type: enum", "type: [enum", &["error[rules/bad-yaml]", "--> ruleset.yaml:"]);
    check("version: 2\n", "version: 1\n", &["error[rules/bad-version]", "--> ruleset.yaml:1:1"]);
}

#[test]
fn all_mistakes_are_shown_together() {
    let rules = RULES.replace("uuid_v4", "uuid_v9").replace("presence: 0.5", "presense: 0.5");
    let folder = Folder::with("ruleset.yaml", rules);
    let run = folder.refused(&["generate"], &["ruleset.yaml:3:", "ruleset.yaml:6:5"]);
    assert_eq!(run.stderr.matches("error[").count(), 2, "{}", run.stderr);
}
