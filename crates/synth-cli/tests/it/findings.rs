//! Odd but readable input: the run goes on, and says what it found and how often.

use serde_json::Value;

use crate::folder::Folder;

/// Profiles lines; returns what was said and the profile.
fn profile(lines: &str) -> (Folder, String, Value) {
    let folder = Folder::with("a.jsonl", lines);
    let run = folder.done(&["profile", "a.jsonl"]);
    let profile = folder.json("profile.json");
    (folder, run.stderr, profile)
}

fn types(profile: &Value, path: &str) -> Value {
    let fields = profile["fields"].as_array().unwrap();
    fields.iter().find(|field| field["path"] == path).unwrap()["types"].clone()
}

/// Makes and judges data by the rules; all checks must pass.
fn go_on(folder: &Folder) {
    folder.done(&["generate", "-n", "50"]);
    folder.done(&["validate", "--real", "a.jsonl", "--synthetic", "synthetic.jsonl"]);
}

#[test]
fn the_last_of_duplicate_keys_counts() {
    let (folder, said, profile) = profile(&"{\"a\":\"x\",\"b\":true,\"a\":1}\n".repeat(20));
    assert!(said.contains("warning[io/duplicate-key]"), "{said}");
    assert!(
        said.contains("20 times") && said.contains("--> a.jsonl:1:19 (byte 18, record 0) at $.a"),
        "{said}"
    );
    assert_eq!(profile["findings"], serde_json::json!({"io/duplicate-key": 20}));
    assert_eq!(types(&profile, "$.a"), serde_json::json!({"integer": 20}));
    go_on(&folder);
}

#[test]
fn numbers_beyond_doubles_stay_numbers() {
    let (folder, said, profile) = profile(&"{\"a\":1e400}\n{\"a\":-1.5}\n{\"a\":2.5}\n".repeat(20));
    assert!(said.contains("warning[io/number-beyond-f64]") && said.contains("20 times"), "{said}");
    assert_eq!(profile["findings"]["io/number-beyond-f64"], 20);
    assert_eq!(types(&profile, "$.a"), serde_json::json!({"number": 60}));
    go_on(&folder);
}

#[test]
fn lone_surrogates_are_replaced() {
    let (folder, said, profile) = profile(&"{\"a\":\"\\ud800\",\"b\":\"\\udc00x\"}\n".repeat(20));
    assert!(said.contains("warning[io/lone-surrogate]") && said.contains("40 times"), "{said}");
    assert_eq!(profile["findings"]["io/lone-surrogate"], 40);
    go_on(&folder);
}

#[test]
fn mixed_types_are_kept() {
    let lines = "{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":null}\n{\"a\":[1]}\n{\"a\":{\"b\":true}}\n".repeat(20);
    let (folder, said, profile) = profile(&lines);
    assert!(
        said.contains(
            "warning[profile/mixed-types]: values of several types: 20 number, 20 string, 20 array, 20 object\n  \
             --> a.jsonl at $.a\n"
        ),
        "{said}"
    );
    assert_eq!(profile["findings"], serde_json::json!({"profile/mixed-types": 1}));
    let expected = serde_json::json!({"array": 20, "integer": 20, "null": 20, "object": 20, "string": 20});
    assert_eq!(types(&profile, "$.a"), expected);
    go_on(&folder);
}

/// Null is no type, an integer is a number, and positions of a tuple are told apart.
#[test]
fn types_that_belong_together_are_not_mixed() {
    let lines = "{\"a\":1,\"t\":[\"x\",1]}\n{\"a\":1.5,\"t\":[\"y\",2]}\n{\"a\":null,\"t\":[\"z\",3]}\n";
    let (_, said, profile) = profile(&lines.repeat(20));
    assert_eq!(profile["findings"], serde_json::json!({}), "{said}");
}

#[test]
fn several_paths_of_mixed_types_are_shown() {
    let line = |value: &str| {
        let members: Vec<String> =
            ["a", "b", "c", "d", "e", "f", "g"].map(|key| format!("\"{key}\":{value}")).into();
        format!("{{{}}}\n", members.join(","))
    };
    let (_, said, profile) = profile(&[line("1"), line("\"secret\"")].concat().repeat(20));
    assert_eq!(profile["findings"], serde_json::json!({"profile/mixed-types": 7}));
    assert_eq!(said.matches("20 number, 20 string").count(), 5, "{said}");
    assert!(said.contains("(7 times; the first 5 are shown)") && !said.contains("secret"), "{said}");
}
