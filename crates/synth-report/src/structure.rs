//! Whether the synthetic data have the paths and types of the real data.

use synth_core::{JsonType, math};

use crate::check::{Check, CheckName, Violation};
use crate::side::PathPair;

/// Share of the places from which a type must not be missing.
const MIN_SHARE: f64 = 0.01;
/// Chance of seeing none of a type by accident that is called impossible; so a few synthetic records that happen
/// to lack a rare type are no violation.
const IMPOSSIBLE: f64 = 1e-4;

/// Checks every (path, type) pair of either side.
///
/// A pair that the real data do not have is a violation. A pair with a real share of at least 1 % that the synthetic
/// data lack is one, when its absence cannot be an accident: n places that are independent all lack a type of share
/// p with chance (1 - p)^n. Below a path that one side lacks nothing more is reported.
pub(crate) fn check(pairs: &[PathPair<'_>]) -> Check {
    let mut n_pairs = 0;
    let mut violations = Vec::new();
    for pair in pairs {
        n_pairs += JsonType::ALL.into_iter().filter(|json_type| occurs(pair, *json_type)).count();
        violations.extend(violations_of(pair));
    }
    Check::of(CheckName::Structure, synth_core::cast::to_u64(n_pairs), violations)
}

fn occurs(pair: &PathPair<'_>, json_type: JsonType) -> bool {
    pair.real.stats.n_of(json_type) + pair.synthetic.stats.n_of(json_type) > 0
}

fn violations_of(pair: &PathPair<'_>) -> Vec<Violation> {
    let (real, synthetic) = (&pair.real, &pair.synthetic);
    let violation =
        |reason: String, count| Violation { path: pair.path.to_string(), reason, count, place: None };
    if real.n_holders == 0 || synthetic.n_holders == 0 {
        return Vec::new();
    }
    if real.n_values() == 0 {
        return vec![violation("path that the real data do not have".to_owned(), synthetic.n_values())];
    }
    let is_missing = |share: f64| {
        share >= MIN_SHARE && math::pow(1.0 - share.min(1.0), synthetic.n_holders as f64) < IMPOSSIBLE
    };
    if synthetic.n_values() == 0 {
        let share = JsonType::ALL.into_iter().map(|json_type| real.share_of(json_type)).sum::<f64>();
        let missing = violation("path that the synthetic data lack".to_owned(), real.n_values());
        return if is_missing(share) { vec![missing] } else { Vec::new() };
    }
    let of_type = |json_type: JsonType| match (real.stats.n_of(json_type), synthetic.stats.n_of(json_type)) {
        (0, n) if n > 0 => {
            Some(violation(format!("type `{json_type}` that the real data do not have here"), n))
        }
        (n, 0) if is_missing(real.share_of(json_type)) => {
            Some(violation(format!("type `{json_type}` that the synthetic data lack here"), n))
        }
        _ => None,
    };
    JsonType::ALL.into_iter().filter_map(of_type).collect()
}
