use super::*;

fn check(body: &str, code: &str, line_column: (u64, u64), message: &str) {
    let text = format!("version: 2\n{body}");
    let errors = RuleSet::parse(&text, "rules.yaml").unwrap_err();
    let error = &errors.0[0];
    assert_eq!(error.code(), code, "{error}");
    assert_eq!((error.place.line.unwrap(), error.place.column.unwrap()), line_column, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn errors_have_places() {
    check("fields:\n  $.a:\n    typ: string\n", "rules/unknown-key", (4, 5), "`typ`");
    check("fields:\n  $.a: {type: string}\n  $.a: {type: integer}\n", "rules/duplicate-key", (4, 3), "`$.a`");
    check("fields:\n  $.a:\n    type: 5\n", "rules/wrong-type", (4, 5), "5");
    check("fields:\n  $.a:\n    type: string\n    presence: 1.5\n", "rules/wrong-type", (5, 5), "1.5");
    check("fields:\n  a: {type: string}\n", "rules/bad-path", (3, 3), "`a`");
    check(
        "fields:\n  $.a:\n    type: string\n    generator: uid_v4\n",
        "rules/unknown-generator",
        (5, 5),
        "`uid_v4`",
    );
    check("feilds: {}\n", "rules/unknown-key", (2, 1), "`feilds`");
    check("fields: [\n", "rules/bad-yaml", (3, 1), "YAML");
}

#[test]
fn impossible_probabilities_are_refused_with_their_place() {
    let body = "fields:\n  $.a:\n    type: enum\n    generator: categorical\n    params:\n      values: [x, y]\n      probs: [0.5, 0.6]\n";
    check(body, "rules/bad-probabilities", (8, 7), "1.1");
}

#[test]
fn every_problem_is_shown() {
    let text = "version: 2\nfields:\n  $.a: {typ: string}\n  $.b: {type: sting}\n  c: {type: string}\n";
    let errors = RuleSet::parse(text, "rules.yaml").unwrap_err();
    let codes: Vec<&str> = errors.0.iter().map(Error::code).collect();
    assert_eq!(codes, ["rules/unknown-key", "rules/wrong-type", "rules/bad-path"]);
    assert_eq!(errors.0[0].hint().as_deref(), Some("did you mean `type`?"));
}

#[test]
fn what_is_written_reads_back() {
    let text = "version: 2\nshape:\n  $.a[]:\n    length: {distribution: constant, params: {value: 3}}\nfields:\n  $.z: {type: enum, generator: categorical, params: {values: [1, 2.5, 'on', true], probs: [0.1, 0.2, 0.3, 0.4]}}\n  $.a[]:\n    null_rate: 0.25\n    one_of:\n    - {share: 0.5, type: integer, generator: sequence, params: {start: 1}}\n    - {share: 0.5, type: string, generator: uuid_v4}\n  '$[''odd key'']': {type: string, generator: pattern, params: {patterns: ['[a-z]{2}: #']}, privacy: {pii: true}}\n";
    let rules = RuleSet::parse(text, "rules.yaml").unwrap();
    assert_eq!(rules.fields.keys().next().unwrap().to_string(), "$.z", "the order of the file is kept");
    let printed = rules.to_yaml();
    assert_eq!(RuleSet::parse(&printed, "printed").unwrap(), rules, "{printed}");
}

#[test]
fn a_type_beside_one_of_is_that_of_most_values() {
    let text = |stated: &str| {
        format!(
            "version: 2\nfields:\n  $.a:\n{stated}    one_of:\n    - {{share: 0.6, type: enum, generator: categorical, params: {{values: [x]}}}}\n    - {{share: 0.4, type: string, generator: uuid_v4}}\n"
        )
    };
    let rules = RuleSet::parse(&text(""), "rules.yaml").unwrap();
    assert_eq!(RuleSet::parse(&text("    type: enum\n"), "rules.yaml").unwrap(), rules);
    assert!(rules.to_yaml().contains("type: enum\n"));
    assert!(RuleSet::parse(&text("    type: string\n"), "rules.yaml").is_err());
}
