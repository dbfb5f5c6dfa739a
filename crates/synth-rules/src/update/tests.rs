use super::*;

const HEAD: &str =
    "version: 2\nmetadata: {source: old.jsonl, profiled_rows: 100}\nglobals: {seed: 7, default_n: 5}\n";

fn rules(body: &str) -> RuleSet {
    RuleSet::parse(&format!("{HEAD}{body}"), "rules").unwrap_or_else(|errors| panic!("{errors}\n{body}"))
}

fn weighted(weight: f64) -> MergeStrategy {
    MergeStrategy::Weighted(Rate::new(weight))
}

/// Puts two bodies together and compares with a third, in YAML.
fn check(strategy: MergeStrategy, old: &str, new: &str, expected: &str) {
    let merged = rules(old).update(&rules(new), strategy).unwrap();
    let again = RuleSet::parse(&merged.to_yaml(), "merged").unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(again, merged, "what was put together reads back");
    let expected = RuleSet { metadata: merged.metadata.clone(), ..rules(expected) };
    assert_eq!(merged.to_yaml(), expected.to_yaml());
}

#[test]
fn lists_are_mixed_by_weight() {
    check(
        weighted(0.25),
        "fields:\n  $.a: {type: enum, generator: categorical, params: {values: [x, y], probs: [0.5, 0.5]}}",
        "fields:\n  $.a: {type: enum, generator: categorical, params: {values: [y, z], probs: [0.2, 0.8]}}",
        "fields:\n  $.a: {type: enum, generator: categorical, params: {values: [x, y, z], probs: [0.375, 0.425, 0.2]}}",
    );
}

#[test]
fn presence_and_nulls_are_those_of_the_mixed_records() {
    // Of the present values 0.5 * 0.2 are null on one side and 0.5 * 0.5 * 0.5 on the other.
    check(
        weighted(0.5),
        "fields:\n  $.a: {type: boolean, presence: 1.0, null_rate: 0.2, generator: constant, params: {value: true}}",
        "fields:\n  $.a: {type: boolean, presence: 0.5, null_rate: 0.5, generator: constant, params: {value: true}}",
        "fields:\n  $.a: {type: boolean, presence: 0.75, null_rate: 0.3, generator: constant, params: {value: true}}",
    );
}

#[test]
fn what_one_side_lacks_is_present_in_the_share_of_the_other() {
    let (old, new) = (
        "fields:\n  $.a: {type: string, generator: uuid_v4}\n  $.b.c: {type: string, generator: uuid_v4}",
        "fields:\n  $.a: {type: string, generator: uuid_v4}\n  $.d: {type: string, presence: 0.5, generator: uuid_v4}",
    );
    check(
        weighted(0.2),
        old,
        new,
        "fields:\n  $.a: {type: string, generator: uuid_v4}\n  $.d: {type: string, presence: 0.1, generator: uuid_v4}\n  $.b: {type: object, presence: 0.8}\n  $.b.c: {type: string, generator: uuid_v4}",
    );
    let both = "fields:\n  $.a: {type: string, generator: uuid_v4}\n  $.d: {type: string, presence: 0.5, generator: uuid_v4}\n  $.b.c: {type: string, generator: uuid_v4}";
    check(MergeStrategy::Union, old, new, both);
    check(MergeStrategy::Replace, old, new, both);
}

#[test]
fn kinds_that_are_made_otherwise_stand_beside_each_other() {
    check(
        weighted(0.5),
        "fields:\n  $.a: {type: string, generator: uuid_v4}",
        "fields:\n  $.a: {type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}",
        "fields:\n  $.a:\n    one_of:\n    - {share: 0.5, type: string, generator: uuid_v4}\n    - {share: 0.5, type: integer, generator: quantile_sample, params: {quantiles: [0, 100], values: [1, 9]}}",
    );
}

#[test]
fn keys_and_counters_are_not_mixed() {
    let counter = |start: u32| {
        format!(
            "fields:\n  $.id: {{type: integer, unique: true, generator: sequence, params: {{start: {start}}}}}"
        )
    };
    check(weighted(0.3), &counter(1), &counter(500), &counter(1));
    check(weighted(0.7), &counter(1), &counter(500), &counter(500));
}

#[test]
fn personal_fields_are_made_as_the_side_that_knows_it() {
    let open = "fields:\n  $.n: {type: enum, generator: categorical, params: {values: [Ann], probs: [1]}}";
    let personal = "fields:\n  $.n: {type: string, semantic_type: name, generator: faker, params: {method: name}, privacy: {pii: true}}";
    check(weighted(0.1), open, personal, personal);
    check(weighted(0.9), personal, open, personal);
}

#[test]
fn lengths_are_weighted_by_arrays() {
    // The old arrays stand in half of the records.
    check(
        weighted(0.5),
        "shape:\n  $.a[]: {length: {distribution: constant, params: {value: 1}}}\nfields:\n  $.a: {type: array, presence: 0.5}\n  $.a[]: {type: string, generator: uuid_v4}",
        "shape:\n  $.a[]: {length: {distribution: categorical, params: {values: [1, 3], probs: [0.25, 0.75]}}}\nfields:\n  $.a[]: {type: string, generator: uuid_v4}",
        "shape:\n  $.a[]: {length: {distribution: categorical, params: {values: [1, 3], probs: [0.5, 0.5]}}}\nfields:\n  $.a: {type: array, presence: 0.75}\n  $.a[]: {type: string, generator: uuid_v4}",
    );
}

#[test]
fn curves_are_mixed_as_distribution_functions() {
    let number = |params: &str| {
        format!("fields:\n  $.a: {{type: number, generator: quantile_sample, params: {{{params}}}}}")
    };
    // Half of the values spread from 0 to 10, half from 5 to 10: 25 % below 5.
    check(
        weighted(0.5),
        &number("quantiles: [0, 100], values: [0, 10]"),
        &number("quantiles: [0, 100], values: [5, 10]"),
        &number("quantiles: [0, 25, 100], values: [0, 5, 10]"),
    );
    check(
        weighted(0.5),
        &number("quantiles: [0, 100], values: [0, 10], spikes: [{value: 3, prob: 0.5}]"),
        &number(
            "quantiles: [0, 100], values: [5, 10], spikes: [{value: 3, prob: 0.1}, {value: 7, prob: 0.4}]",
        ),
        &number(
            "quantiles: [0, 25, 100], values: [0, 5, 10], spikes: [{value: 3, prob: 0.3}, {value: 7, prob: 0.2}]",
        ),
    );
    // Nothing lies between the two ranges.
    check(
        weighted(0.5),
        &number("quantiles: [0, 100], values: [0, 1]"),
        &number("quantiles: [0, 100], values: [8, 9]"),
        &number("quantiles: [0, 50, 50.0001, 100], values: [0, 1, 8, 9]"),
    );
}

#[test]
fn times_of_one_format_are_mixed() {
    let times = |from: &str, to: &str| {
        format!(
            "fields:\n  $.t: {{type: datetime, generator: temporal_rhythmic, params: {{format: '%Y-%m-%d', quantiles: [0, 100], values: ['{from}', '{to}']}}}}"
        )
    };
    check(
        weighted(0.5),
        &times("2024-01-01T00:00:00Z", "2024-01-11T00:00:00Z"),
        &times("2024-01-06T02:00:00+02:00", "2024-01-11T00:00:00Z"),
        "fields:\n  $.t: {type: datetime, generator: temporal_rhythmic, params: {format: '%Y-%m-%d', quantiles: [0, 25, 100], values: ['2024-01-01T00:00:00Z', '2024-01-06T00:00:00Z', '2024-01-11T00:00:00Z']}}",
    );
}

/// Catches spikes that are lost or take the weight of the other times, and zones of one side for all.
#[test]
fn spikes_and_zones_of_times_are_mixed() {
    let times = |more: &str, from: &str| {
        format!(
            "fields:\n  $.t: {{type: datetime, generator: temporal_rhythmic, params: {{format: '%Y-%m-%dT%H:%M%:z', quantiles: [0, 100], values: ['{from}', '2024-01-11T00:00:00Z'], {more}}}}}"
        )
    };
    check(
        weighted(0.5),
        &times(
            "spikes: [{value: '1970-01-01', prob: 0.5}, {value: '9999-12-31', prob: 0.5}]",
            "2024-01-01T00:00:00Z",
        ),
        &times(
            "spikes: [{value: '1970-01-01T00:00:00Z', prob: 0.2}], zones: [{minutes: 60, prob: 1.0}]",
            "2024-01-01T00:00:00Z",
        ),
        &times(
            "spikes: [{value: '1970-01-01', prob: 0.35}, {value: '9999-12-31', prob: 0.25}], zones: [{minutes: 0, prob: 0.5}, {minutes: 60, prob: 0.5}]",
            "2024-01-01T00:00:00Z",
        ),
    );
}

/// A knot that is left out must be the least important one.
#[test]
fn many_knots_are_thinned_out() {
    let percent: Vec<f64> = (0..=100).map(f64::from).collect();
    let values = |scale: f64| percent.iter().map(|p| p * p * scale).collect::<Vec<f64>>();
    let (old, new) = (curve::Curve::of(&percent, &values(1.0)), curve::Curve::of(&percent, &values(0.37)));
    let (quantiles, mixed) = curve::mixed(&old, &new, Weights::of(0.5, 0.5));
    assert_eq!(quantiles.len(), 41);
    for (q, x) in quantiles.iter().zip(&mixed) {
        let exact = 50.0 * (x.sqrt() / 100.0).min(1.0) + 50.0 * ((x / 0.37).sqrt() / 100.0).min(1.0);
        assert!((q - exact).abs() < 0.2, "{q} at {x}, not {exact}");
    }
}

#[test]
fn equal_rules_stay_as_they_are() {
    let body = "shape:\n  $.a[]: {length: {distribution: empirical, params: {quantiles: [0, 50, 100], values: [0, 2, 9]}}}\nfields:\n  $.a: {type: array, presence: 0.25}\n  $.a[]: {type: number, generator: quantile_sample, params: {quantiles: [0, 50, 100], values: [0, 1, 5]}, constraints: {min: 0, max: 5, decimals: 1}}\n  $.k: {type: enum, generator: categorical, params: {values: [p, q], probs: [0.25, 0.75]}}\n  $.v: {type: string, presence: 0.25, generator: pattern, params: {patterns: ['[a-z]{3}']}}\nvariants:\n  $:\n    discriminator: $.k\n    cases:\n    - {when: p, always: [$.v]}\n    - {when: q}\nrelationships:\n- {type: unique, paths: [$.v]}";
    for strategy in [weighted(0.3), MergeStrategy::Union, MergeStrategy::Replace] {
        check(strategy, body, body, body);
    }
}

#[test]
fn bindings_hold_on_both_sides_or_are_about_one() {
    let body = |extra: &str, bindings: &str| {
        format!("fields:\n  $.a: {{type: string, generator: uuid_v4}}\n{extra}relationships: [{bindings}]")
    };
    let field = "  $.b: {type: string, generator: uuid_v4}\n";
    let (old, new) = (
        body(field, "{type: unique, paths: [$.a]}, {type: unique, paths: [$.b]}"),
        body("", "{type: primary_key, paths: [$.a]}"),
    );
    let merged = |strategy| rules(&old).update(&rules(&new), strategy).unwrap().relationships;
    let paths =
        |relationships: Vec<Relationship>| relationships.iter().map(paths_of).collect::<Vec<_>>().concat();
    let path = |text: &str| JsonPath::parse(text).unwrap();
    assert_eq!(paths(merged(weighted(0.5))), [path("$.b")]);
    assert_eq!(paths(merged(MergeStrategy::Replace)), [path("$.b"), path("$.a")]);
    assert_eq!(paths(merged(MergeStrategy::Union)), [path("$.a"), path("$.b"), path("$.a")]);
}

#[test]
fn settings_stay_and_rows_add_up() {
    let merged =
        rules("").update(&RuleSet { globals: Globals::default(), ..rules("") }, weighted(0.5)).unwrap();
    assert_eq!(
        (merged.globals.seed, merged.globals.default_n, merged.metadata.profiled_rows),
        (7, Some(5), 200)
    );
    let document =
        RuleSet { globals: Globals { layout: Layout::Document, ..Globals::default() }, ..rules("") };
    assert_eq!(rules("").update(&document, weighted(0.5)), Err(LayoutMismatch));
}
