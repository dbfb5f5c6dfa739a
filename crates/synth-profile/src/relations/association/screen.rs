//! A cheap look at all pairs of quantities.

use synth_core::math;
use synth_stats::association::{Contingency, correlation_p_value};

use super::feature::{Feature, Scale};
use super::pair::MIN_ROWS;

/// Cell visits spent on a table.
const BUDGET: usize = 30_000_000;
/// Rows that each pair is looked at in any case.
const MIN_SCREENED: usize = 1000;
/// Codes that are told apart.
const N_CODES: usize = 9;
/// A pair goes on if its table is less likely than this by chance.
const MAX_P_VALUE: f64 = 0.02;
/// Most pairs that go on, those least likely by chance first.
const MAX_CANDIDATES: usize = 600;

/// Returns the pairs of features that may be more than chance, in order, and how many were tested.
///
/// # Method
///
/// Codes beyond eight are one. A pair goes on when the test of independence of the two columns of codes, or the
/// correlation of the codes where both have an order, is unlikely by chance. Of pairs that leave too few rows with
/// both values nothing is said. With many pairs each is looked at in some of the rows, at equal distances.
pub(super) fn candidates(
    features: &[Feature],
    n_rows: usize,
    (is_tested, is_news): (impl Fn(usize, usize) -> bool, impl Fn((usize, usize)) -> bool),
) -> (Vec<(usize, usize)>, usize) {
    let n_pairs = features.len() * features.len().saturating_sub(1) / 2;
    let n_screened = n_rows.min((BUDGET / n_pairs.max(1)).max(MIN_SCREENED));
    let codes: Vec<Vec<u8>> = features.iter().map(|feature| reduced(feature, n_screened)).collect();
    let mut table = Contingency::new(N_CODES - 1, N_CODES - 1);
    let mut kept: Vec<(f64, (usize, usize))> = Vec::new();
    let mut n_tested = 0;
    for left in 0..features.len() {
        for right in (left + 1..features.len()).filter(|right| is_tested(left, *right)) {
            table.clear();
            for (one, other) in codes[left].iter().zip(&codes[right]) {
                if *one > 0 && *other > 0 {
                    table.push(usize::from(*one) - 1, usize::from(*other) - 1);
                }
            }
            if table.n_rows() < MIN_ROWS as u64 {
                continue;
            }
            n_tested += 1;
            let has_order = |index: usize| features[index].scale != Scale::Category;
            let p_value = chance(&table, has_order(left) && has_order(right));
            if p_value <= MAX_P_VALUE && is_news((left, right)) {
                kept.push((p_value, (left, right)));
            }
        }
    }
    kept.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    kept.truncate(MAX_CANDIDATES);
    (kept.into_iter().map(|(_, pair)| pair).collect(), n_tested)
}

/// The codes of some rows, those beyond eight as one.
fn reduced(feature: &Feature, n_screened: usize) -> Vec<u8> {
    let n_rows = feature.codes.len();
    let last = u8::try_from(N_CODES - 1).unwrap_or(u8::MAX);
    (0..n_screened).map(|index| feature.codes[index * n_rows / n_screened.max(1)].min(last)).collect()
}

fn chance(table: &Contingency, have_order: bool) -> f64 {
    let by_table = table.independence().map_or(1.0, |test| test.p_value);
    let by_order = if have_order { correlation(table) } else { 1.0 };
    by_table.min(by_order)
}

fn correlation(table: &Contingency) -> f64 {
    let (mut n, mut x, mut y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (left, right, count) in table.cells() {
        let (left, right, count) = (left as f64, right as f64, f64::from(count));
        n += count;
        x += count * left;
        y += count * right;
        xx += count * left * left;
        yy += count * right * right;
        xy += count * left * right;
    }
    let scale = math::sqrt((n * xx - x * x).max(0.0)) * math::sqrt((n * yy - y * y).max(0.0));
    if scale > 0.0 { correlation_p_value(((n * xy - x * y) / scale).clamp(-1.0, 1.0), n) } else { 1.0 }
}
