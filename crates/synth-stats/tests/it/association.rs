//! Association and time series against independent programs; `tests/reference/make_association.py` names them.

use serde_json::Value;
use synth_stats::association::{
    Contingency, benjamini_hochberg, correlation_p_value, correlation_ratio, mid_ranks, pearson,
};
use synth_stats::normal;
use synth_stats::series::{PhaseCell, autocorrelation, kendall_trend, ljung_box_p_value, season, theil_sen};

use crate::reference::for_each_case;

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn codes(list: &Value) -> Vec<u32> {
    list.as_array().unwrap().iter().map(|code| u32::try_from(code.as_u64().unwrap()).unwrap()).collect()
}

fn table(case: &Value) -> Contingency {
    let mut table = Contingency::new(4, 4);
    for (left, right) in codes(&case["left"]).into_iter().zip(codes(&case["right"])) {
        table.push(left as usize, right as usize);
    }
    table
}

#[test]
fn correlations_match_scipy() {
    for_each_case(include_str!("../reference/association_rank.json"), |case, compare| {
        let (xs, ys) = (numbers(&case["xs"]), numbers(&case["ys"]));
        let n = xs.len() as f64;
        let r = pearson(xs.iter().copied().zip(ys.iter().copied())).unwrap();
        compare("pearson", r);
        compare("pearson_p", correlation_p_value(r, n));
        let rho = pearson(mid_ranks(&xs).into_iter().zip(mid_ranks(&ys))).unwrap();
        compare("spearman", rho);
        compare("spearman_p", correlation_p_value(rho, n));
    });
}

#[test]
fn groups_match_scipy_and_statsmodels() {
    for_each_case(include_str!("../reference/association_groups.json"), |case, compare| {
        let test = correlation_ratio(&codes(&case["codes"]), &numbers(&case["values"]), 9).unwrap();
        compare("eta_squared", test.eta_squared);
        compare("epsilon_squared", test.epsilon_squared);
        compare("p_value", test.p_value);
    });
}

#[test]
fn tables_match_scipy_and_scikit_learn() {
    for_each_case(include_str!("../reference/association_tables.json"), |case, compare| {
        let table = table(case);
        compare("chi_squared", table.independence().unwrap().chi_squared);
        compare("cramers_v", table.cramers_v());
        compare("mutual_information", table.mutual_information());
        compare("likelihood_p", table.likelihood_p_value());
    });
}

#[test]
fn distances_match_numpy_scipy_and_scikit_learn() {
    for_each_case(include_str!("../reference/distances.json"), |case, compare| {
        let of = |left: &str, right: &str| {
            let mut table = Contingency::new(4, 4);
            for (left, right) in codes(&case[left]).into_iter().zip(codes(&case[right])) {
                table.push(left as usize, right as usize);
            }
            table
        };
        let (own, other) = (of("left", "right"), of("left2", "right2"));
        compare("joint_distance", own.joint_distance(&other));
        compare("excess_distance", own.excess_distance(&other));
        let labels: Vec<bool> =
            case["labels"].as_array().unwrap().iter().map(|label| label.as_bool().unwrap()).collect();
        compare("auc", synth_stats::boost::auc(&numbers(&case["scores"]), &labels));
        compare("share_below", normal::share_below(case["z"].as_f64().unwrap()));
        // The approximation is good to about seven digits, as its docs say.
        let (found, expected) =
            (normal::quantile(case["share"].as_f64().unwrap()), case["quantile"].as_f64().unwrap());
        assert!((found - expected).abs() <= 1e-6 * expected.abs(), "{found} {expected}");
    });
}

/// Catches a wrong term of the variance, which no test of large tables would show.
#[test]
fn moments_match_all_permutations() {
    for_each_case(include_str!("../reference/association_permutations.json"), |case, compare| {
        let test = table(case).independence().unwrap();
        compare("mean", test.mean);
        compare("variance", test.variance);
    });
}

#[test]
fn series_match_scipy_and_statsmodels() {
    for_each_case(include_str!("../reference/association_series.json"), |case, compare| {
        let values = numbers(&case["values"]);
        let found = autocorrelation(&[&values], 10);
        for (actual, expected) in found.iter().zip(numbers(&case["acf"])) {
            assert!((actual - expected).abs() < 1e-9, "{actual} {expected}");
        }
        compare("ljung_box_p", ljung_box_p_value(&found, values.len()));
        let pairs: Vec<(f64, f64)> =
            numbers(&case["times"]).into_iter().zip(values.iter().copied()).collect();
        let trend = kendall_trend(&pairs, 0.0).unwrap();
        compare("tau", trend.tau);
        compare("tau_p", trend.p_value);
        let points: Vec<(f64, f64)> = (0..100).map(f64::from).zip(values.into_iter().take(100)).collect();
        compare("slope", theil_sen(&points).unwrap());
    });
}

#[test]
fn seasons_match_statsmodels() {
    for_each_case(include_str!("../reference/association_seasons.json"), |case, compare| {
        let cycles = codes(&case["cycles"]).into_iter().zip(codes(&case["phases"]));
        let cells: Vec<PhaseCell> = cycles
            .zip(numbers(&case["values"]))
            .map(|((cycle, phase), value)| PhaseCell { cycle: cycle.into(), phase, value })
            .collect();
        let found = season(&cells).unwrap();
        compare("strength", found.strength);
        compare("p_value", found.p_value);
    });
}

#[test]
fn adjusted_p_values_match_scipy() {
    for_each_case(include_str!("../reference/association_adjusted.json"), |case, _| {
        let p_values = numbers(&case["p_values"]);
        let adjusted = benjamini_hochberg(&p_values, p_values.len());
        for (actual, expected) in adjusted.iter().zip(numbers(&case["adjusted"])) {
            assert!((actual - expected).abs() < 1e-12, "{actual} {expected}");
        }
    });
}

/// Columns that hardly ever repeat leave the statistic almost no room. Catches a tail whose series never ends because the
/// shape of its distribution is out of all proportion.
#[test]
fn columns_that_hardly_repeat_are_judged_at_once() {
    for n_repeats in [0, 1, 2, 40] {
        let n = 600;
        let mut table = Contingency::new(n, n);
        for row in 0..n {
            let code = if row < n_repeats { 0 } else { row };
            table.push(code, (row * 7) % n);
        }
        let test = table.independence().expect("600 rows");
        assert!((0.01..=1.0).contains(&test.p_value), "{n_repeats}: {}", test.p_value);
    }
}
