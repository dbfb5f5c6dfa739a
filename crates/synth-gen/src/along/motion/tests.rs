use synth_core::Rate;

use super::*;

fn motion(movement: Movement) -> Motion {
    Motion::new(movement, Seed::root(11))
}

fn rate(value: f64) -> Rate {
    Rate::new(value).unwrap()
}

/// Draws of rows one step apart.
fn draws(movement: Movement, n: u32, step: f64) -> Vec<f64> {
    let motion = motion(movement);
    let own = Seed::root(5);
    (0..n)
        .map(|row| {
            let seconds = 1.6e9 + f64::from(row) * step;
            motion.uniform(Moment { share: 0.0, seconds, series: 7, turn: None }, own.uniform(u64::from(row)))
        })
        .collect()
}

fn correlation(values: &[f64], lag: usize) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
    let products = values.iter().zip(&values[lag..]).map(|(x, y)| (x - mean) * (y - mean));
    products.sum::<f64>() / n / variance
}

/// Largest distance of sorted draws from the uniform distribution.
fn distance(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    values.iter().enumerate().map(|(at, value)| (value - at as f64 / n).abs()).fold(0.0, f64::max)
}

/// 40,000 rows with a memory of 10 rows are worth about 2000 independent ones: correlations are known to 0.02 or so, and
/// the distribution to 0.04. Catches a bridge whose middle has the wrong mean or spread (its correlation would dip
/// between the points), and edges between cells (the correlation would be too small).
#[test]
fn drift_fades_as_it_should() {
    let drawn = draws(Movement::Drifts { strength: Rate::ONE, seconds: 600.0 }, 40_000, 60.0);
    let z: Vec<f64> = drawn.iter().map(|share| normal::quantile(*share)).collect();
    for (lag, expected) in
        [(1, -0.1_f64), (5, -0.5), (10, -1.0), (20, -2.0)].map(|(lag, e)| (lag, math::exp(e)))
    {
        let found = correlation(&z, lag);
        assert!((found - expected).abs() < 0.05, "{lag}: {found} {expected}");
    }
    assert!(distance(drawn) < 0.05);
    let weak = draws(Movement::Drifts { strength: rate(0.5), seconds: 600.0 }, 40_000, 60.0);
    let z: Vec<f64> = weak.iter().map(|share| normal::quantile(*share)).collect();
    assert!((correlation(&z, 1) - 0.5 * math::exp(-0.1)).abs() < 0.05);
}

/// Values are kept for 12.5 rows in the mean, so one step in so many changes; catches changes at the edges of spans.
#[test]
fn held_draws_change_now_and_then() {
    let drawn = draws(Movement::Holds { strength: Rate::ONE, seconds: 600.0 }, 40_000, 60.0);
    let n_changes = drawn.windows(2).filter(|pair| (pair[0] - pair[1]).abs() > 0.0).count() as f64;
    assert!((n_changes / 40_000.0 - 0.08).abs() < 0.01, "{n_changes}");
    assert!(distance(drawn) < 0.05);
    // 64 values in all, of which no sixteenth of the range has many more than its share.
    let few = draws(Movement::Holds { strength: Rate::ONE, seconds: 600.0 }, 800, 60.0);
    assert!(distance(few) < 0.1);
    let weak = draws(Movement::Holds { strength: rate(0.49), seconds: 6e9 }, 10_000, 60.0);
    let n_same = weak.windows(2).filter(|pair| (pair[0] - pair[1]).abs() < 1e-15).count() as f64;
    assert!((n_same / 1e4 - 0.49).abs() < 0.03, "{n_same}");
}

#[test]
fn cycles_rise_and_begin_anew() {
    let drawn = draws(Movement::Rises { resets: Some(3000.0) }, 20_000, 60.0);
    let n_falls = drawn.windows(2).filter(|pair| pair[0] > pair[1]).count() as f64;
    assert!((n_falls / 20_000.0 - 0.02).abs() < 0.004, "{n_falls}");
    assert!(distance(drawn) < 0.05);
}

#[test]
fn series_have_draws_of_their_own() {
    let motion = motion(Movement::Drifts { strength: Rate::ONE, seconds: 1000.0 });
    let at = |series| motion.uniform(Moment { share: 0.0, seconds: 1.5e9, series, turn: None }, 0.5);
    assert!((at(1) - at(2)).abs() > 1e-6);
}
