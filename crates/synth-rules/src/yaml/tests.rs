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

/// A field with this generator and these lines below it, the first of which is line 6.
fn check_field(lines: &str, code: &str, line_column: (u64, u64), message: &str) {
    check(&format!("fields:\n  $.a:\n    generator: {lines}"), code, line_column, message);
}

#[test]
fn params_have_places_and_suggestions() {
    check_field(
        "sequence\n    type: integer\n    params:\n      strat: 1\n",
        "rules/unknown-key",
        (7, 7),
        "`strat`",
    );
    check_field(
        "sequence\n    type: integer\n    params:\n      start: x\n",
        "rules/wrong-type",
        (7, 7),
        "expected a whole number, found the text `x`",
    );
    check_field("sequence\n    type: integer\n", "rules/missing-key", (4, 5), "`params`");
    check_field(
        "sequence\n    type: integer\n    params: {step: 2}\n",
        "rules/missing-key",
        (6, 5),
        "`start`",
    );
    check_field(
        "faker\n    type: string\n    params:\n      method: emial\n",
        "rules/unknown-word",
        (7, 7),
        "`emial`",
    );
    check_field("uuid_v4\n    type: string\n    params: {a: 1}\n", "rules/ignored-key", (6, 5), "`params`");
    check_field(
        "constant\n    type: string\n    params:\n      value: [1]\n",
        "rules/wrong-type",
        (7, 7),
        "a list",
    );
    check_field(
        "temporal_rhythmic\n    type: datetime\n    params: {resolution: 1m, format: '%Y'}\n",
        "rules/wrong-type",
        (6, 14),
        "`1m` is not a resolution",
    );
    check("fields:\n  $.a: {type: string, params: {a: 1}}\n", "rules/missing-key", (3, 23), "`generator`");
    let of_second = "fields:\n  $.a:\n    one_of:\n    - {share: 1, type: string, generator: uuid_v4}\n    - {share: 0, type: integer, generator: sequence, params: {strat: 1}}\n";
    check(of_second, "rules/unknown-key", (6, 63), "`strat`");
}

#[test]
fn messages_speak_of_rule_files() {
    check("fields:\n  $.a: {type: null}\n", "rules/bare-null", (3, 9), "`null` without quotes");
    check(
        "fields:\n  $.a: {type: sting, generator: uuid_v4}\n",
        "rules/unknown-word",
        (3, 9),
        "expected one of `string`",
    );
    check("fields:\n  $.a: 5\n", "rules/wrong-type", (3, 3), "expected a mapping, found the number 5");
    check(
        "fields:\n  $.a: {unique: 1, type: string}\n",
        "rules/wrong-type",
        (3, 9),
        "expected `true` or `false`",
    );
    check("globals: {seed: -1}\n", "rules/wrong-type", (2, 11), "not negative");
    check(
        "shape:\n  $.a[]: {length: {distribution: constnt, params: {value: 1}}}\n",
        "rules/unknown-word",
        (3, 20),
        "`constnt`",
    );
    check(
        "shape:\n  $.a[]: {length: {distribution: constant, params: {value: x}}}\n",
        "rules/wrong-type",
        (3, 53),
        "a whole number",
    );
    check(
        "relationships:\n- {type: foreign_kay, paths: []}\n",
        "rules/unknown-word",
        (3, 4),
        "`foreign_kay`",
    );
    check("relationships:\n- {type: unique, path: $.a}\n", "rules/unknown-key", (3, 18), "`path`");
}

#[test]
fn what_generators_cannot_do_is_found() {
    check_field(
        "pattern\n    type: string\n    params:\n      patterns: ['a', '[']\n",
        "rules/bad-pattern",
        (7, 23),
        "unclosed",
    );
    check_field(
        "pattern\n    type: string\n    params: {patterns: ['[a&&b]']}\n",
        "rules/bad-pattern",
        (6, 25),
        "no text at all",
    );
    check_field(
        "pattern\n    type: integer\n    params: {patterns: [a]}\n",
        "rules/wrong-generator",
        (4, 5),
        "`integer`",
    );
    check_field(
        "categorical\n    type: boolean\n    params: {values: [1]}\n",
        "rules/wrong-generator",
        (4, 5),
        "`boolean`",
    );
    check_field(
        "pattern\n    type: string\n    params: {patterns: [a]}\n    constraints: {max_length: 2}\n",
        "rules/ignored-key",
        (7, 19),
        "`max_length`",
    );
    check_field(
        "template\n    type: string\n    params: {template: '{{nmae}}'}\n",
        "rules/unknown-slot",
        (6, 14),
        "`nmae`",
    );
    check_field(
        "template\n    type: string\n    params: {template: '{{name'}\n",
        "rules/open-slot",
        (6, 14),
        "slot",
    );
    check("fields:\n  $.a: {type: string}\n", "rules/missing-generator", (3, 9), "`string`");
    check(
        "fields:\n  $.a: {type: object, generator: uuid_v4}\n",
        "rules/ignored-key",
        (3, 23),
        "`generator`",
    );
}

#[test]
fn times_that_cannot_be_are_found() {
    let times = |params: &str| {
        format!("temporal_rhythmic\n    type: datetime\n    params: {{quantiles: [0, 100], {params}}}\n")
    };
    let good = "values: ['2024-01-01', '2024-01-02']";
    check_field(&times(&format!("{good}, format: '%Q'")), "rules/bad-time-format", (6, 73), "`%Q`");
    check_field(
        &times(&format!("{good}, format: '%Y-%m-%d', resolution: 5h")),
        "rules/impossible",
        (6, 93),
        "multiple",
    );
    check_field(&times("format: '%Y', values: [now, '2024-01-01']"), "rules/bad-time", (6, 58), "`now`");
    check_field(
        &times("format: '%Y', values: ['2024-02-01', '2024-01-01']"),
        "rules/not-rising",
        (6, 49),
        "`values`",
    );
    let spike = |spike: &str| times(&format!("{good}, format: '%Y', spikes: [{spike}]"));
    check_field(&spike("{value: never, prob: 0.1}"), "rules/bad-time", (6, 97), "`never`");
    check_field(&spike("{value: '2024-01-01', prob: 1.5}"), "rules/bad-probabilities", (6, 87), "spikes");
    let zone = |zones: &str| times(&format!("{good}, format: '%z', zones: [{zones}]"));
    check_field(&zone("{minutes: 60, prob: 0.5}"), "rules/bad-probabilities", (6, 87), "zones");
    check_field(&zone("{minutes: 1440, prob: 1}"), "rules/impossible", (6, 96), "a day or more");
    let number = |format: &str| times(&format!("{good}, written_as: number, format: '{format}'"));
    check_field(&number("%H:%M"), "rules/bad-time-format", (6, 93), "digits only");
    check_field(&number("epoch_seconds"), "rules/ignored-key", (6, 73), "`written_as`");
}

#[test]
fn rules_that_do_not_fit_each_other_are_found() {
    let field = "fields:\n  $.name: {type: string, generator: uuid_v4}\n";
    check(
        &format!("{field}relationships:\n- {{type: unique, paths: [$.nmae]}}\n"),
        "rules/unknown-path",
        (5, 26),
        "`$.nmae`",
    );
    check(
        &format!("{field}relationships:\n- {{type: foreign_key, child: $.name, parent: [$.name, $.name]}}\n"),
        "rules/unequal-lengths",
        (5, 38),
        "2",
    );
    check(
        &format!("{field}relationships:\n- {{type: functional_dep, lhs: [$.name], rhs: [$.nmae]}}\n"),
        "rules/unknown-path",
        (5, 47),
        "`$.nmae`",
    );
    check(
        "fields:\n  $.a[].b: {type: string, generator: uuid_v4}\n",
        "rules/missing-length",
        (3, 3),
        "`$.a[]`",
    );
    check(
        &format!("{field}globals: {{main_collection: '$.names[]'}}\n"),
        "rules/unknown-path",
        (4, 11),
        "`$.names[]`",
    );
    let variants = "variants:\n  $:\n    discriminator: $.nam\n    cases: []\n";
    check(&format!("{field}{variants}"), "rules/unknown-path", (6, 5), "`$.nam`");
}

#[test]
fn types_that_cannot_be_are_found() {
    let field = "fields:\n  $.name: {type: string, generator: uuid_v4}\n";
    let with = |types: &str| {
        format!(
            "{field}variants:\n  $:\n    discriminator: $.name\n    cases:\n    - when: a\n      types: {{{types}}}\n"
        )
    };
    check(&with("$.nmae: string"), "rules/unknown-path", (9, 15), "`$.nmae`");
    check(&with("$.name: array"), "rules/impossible", (9, 15), "`string`");
    check(&with("$.name: {string: 0.5, 'null': 0.4}"), "rules/bad-probabilities", (9, 15), "0.9");
    check(&with("$.name: {string: 0.5, text: 0.5}"), "rules/wrong-type", (9, 15), "shares");
    check(&with("$.name: null"), "rules/bare-null", (9, 15), "quotes");
}

#[test]
fn hints_name_what_was_meant() {
    let check = |text: &str, hint: &str| {
        let errors = RuleSet::parse(&format!("version: 2\n{text}"), "r").unwrap_err();
        assert_eq!(errors.0[0].hint().as_deref(), Some(hint));
    };
    check(
        "fields:\n  $.a: {type: string, generator: faker, params: {method: emial}}\n",
        "did you mean `email`?",
    );
    check(
        "fields:\n  $.a: {type: string, generator: faker, params: {metod: email}}\n",
        "did you mean `method`?",
    );
    check("fields:\n  $.a: {type: null}\n", "write it in quotes, as in `type: 'null'`");
    check("fields:\n  $.a: {type: integr}\n", "did you mean `integer`?");
}

#[test]
fn impossible_probabilities_are_refused_with_their_place() {
    let body = "fields:\n  $.a:\n    type: enum\n    generator: categorical\n    params:\n      values: [x, y]\n      probs: [0.5, 0.6]\n";
    check(body, "rules/bad-probabilities", (8, 7), "1.1");
}

#[test]
fn every_problem_is_shown() {
    let text = "version: 2\nfields:\n  $.a: {typ: string}\n  $.b: {type: sting}\n  c: {type: string}\n  $.d: {type: integer}\n";
    let errors = RuleSet::parse(text, "rules.yaml").unwrap_err();
    let codes: Vec<&str> = errors.0.iter().map(Error::code).collect();
    let expected = ["rules/unknown-key", "rules/unknown-word", "rules/bad-path", "rules/missing-generator"];
    assert_eq!(codes, expected);
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

/// A field `$.a` with this generator, beside a text `$.name` and a number `$.items[].n`; the params begin in line 8.
fn check_beside(generator: &str, code: &str, line_column: (u64, u64), message: &str) {
    let body = format!(
        "shape: {{'$.items[]': {{length: {{distribution: constant, params: {{value: 1}}}}}}}}
fields:
  $.name: {{type: string, generator: uuid_v4}}
  $.items[].n: {{type: integer, generator: constant, params: {{value: 1}}}}
  $.a:
    {generator}"
    );
    check(&body, code, line_column, message);
}

#[test]
fn expressions_have_places() {
    let derived = |kind: &str, expression: &str| {
        format!("type: {kind}\n    generator: derived\n    params:\n      expression: {expression}\n")
    };
    check_beside(&derived("string", "nam + '.'"), "rules/unknown-name", (10, 7), "no field is called `nam`");
    check_beside(&derived("number", "name * 2"), "rules/bad-expression", (10, 7), "(character 6)");
    check_beside(
        &derived("number", "name"),
        "rules/bad-expression",
        (10, 7),
        "the field is of type `number`",
    );
    check_beside(&derived("number", "1 +"), "rules/bad-expression", (10, 7), "ends too early");
    check_beside(&derived("number", "a + 1.0"), "rules/circle", (9, 5), "$.a from $.a");
    check_beside(&derived("number", "items[0].n"), "rules/bad-expression", (10, 7), "`$.items` is a list");
    let copy = |path: &str| format!("type: integer\n    generator: copy\n    params: {{path: '{path}'}}\n");
    check_beside(&copy("$.nam"), "rules/unknown-path", (9, 14), "`$.nam`");
    check_beside(&copy("$.name"), "rules/impossible", (9, 14), "it makes a text");
    check_beside(&copy("$.items[].n"), "rules/impossible", (9, 14), "no field of the same row");
    let predicates = "type: 'null'\npredicates:\n- {expression: size(items) > 0}\n- expression: ";
    let predicate = |expression: &str| format!("{predicates}{expression}\n");
    check_beside(&predicate("size(item) > 0"), "rules/unknown-name", (10, 3), "`item`");
    check_beside(&predicate("size(items)"), "rules/bad-expression", (10, 3), "this is a whole number");
    check_beside(&predicate("n > 0\n  at: $.itemz[]"), "rules/unknown-path", (11, 3), "`$.itemz[]`");
    check_beside(&predicate("1 < 2\n  severity: fatal"), "rules/unknown-word", (11, 3), "`fatal`");
}

#[test]
fn circles_of_several_fields_are_told_once() {
    let text = "version: 2
fields:
  $.a: {type: number, generator: derived, params: {expression: b + 1.0}}
  $.b: {type: number, generator: copy, params: {path: $.c}}
  $.c: {type: number, generator: derived, params: {expression: 2.0 * a}}
  $.d: {type: number, generator: derived, params: {expression: a + b}}
";
    let errors = RuleSet::parse(text, "rules.yaml").unwrap_err();
    let told: Vec<String> = errors.0.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["the values follow from each other in a circle: $.a from $.b from $.c from $.a"]);
    // Fields that share what they follow from are no circle, on however many ways it is reached.
    let shared = text.replace("2.0 * a", "2.0 * e").replace("a + b}}", "a + b + e}}")
        + "  $.e: {type: number, generator: constant, params: {value: 1}}\n";
    assert!(RuleSet::parse(&shared, "rules.yaml").is_ok());
}

#[test]
fn distributions_have_places() {
    let kde = "kde\n    type: number\n    params:\n      points: [1, 2]\n      bandwidth: 0\n";
    check_field(kde, "rules/impossible", (8, 7), "`bandwidth`");
    let series = "series\n    type: number\n    params:\n      level: 1\n      seasons:\n      - period: 1\n        amplitude: 2\n";
    check_field(series, "rules/impossible", (9, 9), "`period`");
    let spikes = "parametric\n    type: number\n    params: {distribution: normal, mean: 0, std: 1, spikes: [{value: 0, prob: 1.5}]}\n";
    check_field(spikes, "rules/bad-probabilities", (6, 53), "1.5");
    let length = "shape:\n  $.a[]:\n    length:\n      distribution: poisson\n      params: {mean: -1}\nfields: {'$.a[]': {type: string, generator: uuid_v4}}\n";
    check(length, "rules/impossible", (6, 7), "`mean`");
    let crossed = length.replace("mean: -1", "mean: 1, min: 4, max: 3");
    check(&crossed, "rules/impossible", (6, 7), "`min` is above `max`");
    let unknown = length.replace("mean: -1", "mean: 1, most: 3");
    check(&unknown, "rules/unknown-key", (6, 25), "`most`");
}

#[test]
fn what_runs_along_time_has_places() {
    let along = |rest: &str| {
        format!(
            "type: datetime\n    generator: temporal_rhythmic\n    params: {{format: '%Y-%m-%d', quantiles: [0, 100], values: ['2024-01-01', '2024-02-01']}}\nalong:\n{rest}\n"
        )
    };
    let code = "rules/impossible";
    check_beside(&along("- {time: $.name}"), code, (11, 4), "made by `temporal_rhythmic`");
    check_beside(&along("- {time: $.a}\n- {time: $.a}"), code, (12, 4), "another time already");
    check_beside(&along("- {time: $.a, series: 0}"), code, (11, 15), "at least one series");
    check_beside(&along("- {time: $.a, by: $.nam}"), "rules/unknown-path", (11, 15), "`$.nam`");
    let moving =
        |path: &str, movement: &str| along(&format!("- time: $.a\n  fields:\n    {path}: {movement}"));
    check_beside(&moving("$.nam", "{moves: rises}"), "rules/unknown-path", (13, 5), "`$.nam`");
    check_beside(
        &moving("$.name", "{moves: drifts, strength: 0.5, seconds: -1}"),
        code,
        (13, 44),
        "`seconds` must be between",
    );
}
