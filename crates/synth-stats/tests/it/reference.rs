//! Values of an independent program; `tests/reference/make.py` names it and writes the files.

use serde_json::Value;
use synth_stats::SortedSample;
use synth_stats::tests2::{
    anderson_darling, chi_squared, cramers_v, g_two_samples, interval, jensen_shannon, ks_distance,
    ks_p_value, psi, psi_of_counts, total_variation, wasserstein_1,
};

const NUMERIC: &str = include_str!("../reference/numeric.json");
const CATEGORICAL: &str = include_str!("../reference/categorical.json");
const SHARES: &str = include_str!("../reference/shares.json");

/// Calls `check` on every case with a function that compares one of its numbers.
pub(crate) fn for_each_case(text: &str, check: impl Fn(&Value, &dyn Fn(&str, f64))) {
    let file: Value = serde_json::from_str(text).unwrap();
    let tolerance = file["relative_tolerance"].as_f64().unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 5);
    for (index, case) in cases.iter().enumerate() {
        check(case, &|name, actual| {
            let expected = case[name].as_f64().unwrap();
            // Differences of shares near 1 keep about 1e-15 absolute.
            let allowed = tolerance * expected.abs() + 1e-15;
            assert!(
                (actual - expected).abs() <= allowed,
                "case {index}: {name} {actual}, expected {expected}"
            );
        });
    }
}

fn pairs(list: &Value) -> Vec<(f64, u64)> {
    let pair = |pair: &Value| (pair[0].as_f64().unwrap(), pair[1].as_u64().unwrap());
    list.as_array().unwrap().iter().map(pair).collect()
}

fn counts(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect()
}

#[test]
fn numeric_tests_match_scipy() {
    for_each_case(NUMERIC, |case, compare| {
        let (xs, ys) = (pairs(&case["xs"]), pairs(&case["ys"]));
        let (xs, ys) = (SortedSample::new(&xs).unwrap(), SortedSample::new(&ys).unwrap());
        let distance = ks_distance(xs, ys);
        compare("ks_distance", distance);
        compare("ks_p_value", ks_p_value(distance, xs.count(), ys.count()));
        compare("wasserstein_1", wasserstein_1(xs, ys));
        compare("psi", psi(xs, ys));
        let anderson = anderson_darling(xs, ys);
        compare("anderson", anderson.statistic);
        compare("anderson_p", anderson.p_value);
        compare("anderson_effect", anderson.effect);
        let interval = interval::of_ks(distance, xs.count(), ys.count(), 0.01);
        compare("ks_low", interval.low);
        compare("ks_high", interval.high);
    });
}

#[test]
fn categorical_tests_match_scipy() {
    for_each_case(CATEGORICAL, |case, compare| {
        let (left, right) = (counts(&case["left"]), counts(&case["right"]));
        let test = chi_squared(&left, &right).unwrap();
        compare("chi_squared", test.statistic);
        compare("degrees", test.degrees as f64);
        compare("p_value", test.p_value);
        compare("n_pooled", test.n_pooled as f64);
        compare("cramers_v", cramers_v(&left, &right).unwrap());
        compare("total_variation", total_variation(&left, &right).unwrap());
        compare("jensen_shannon", jensen_shannon(&left, &right).unwrap());
        compare("psi", psi_of_counts(&left, &right).unwrap());
        let g = g_two_samples(&left, &right).unwrap();
        compare("g", g.statistic);
        compare("g_p", g.p_value);
        compare("g_effect", g.effect);
    });
}

#[test]
fn intervals_of_shares_match_statsmodels() {
    for_each_case(SHARES, |case, compare| {
        let pair = |list: &Value| (list[0].as_u64().unwrap(), list[1].as_u64().unwrap());
        let interval = interval::of_shares(pair(&case["first"]), pair(&case["second"]), 0.01).unwrap();
        compare("low", interval.low);
        compare("high", interval.high);
    });
}

/// The formula of the docs, worked out by another program.
#[test]
fn intervals_of_counts_match_their_formula() {
    for_each_case(CATEGORICAL, |case, compare| {
        let (left, right) = (counts(&case["left"]), counts(&case["right"]));
        let sizes = (left.iter().sum(), right.iter().sum());
        let interval = interval::of_counts((&left, &right), sizes, 0.01).unwrap();
        compare("tv_low", interval.low);
        compare("tv_high", interval.high);
    });
}
