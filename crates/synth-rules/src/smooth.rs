//! Smooth curves through quantiles.

/// Pieces that each stretch between two quantiles is cut into.
const N_PIECES: usize = 16;

/// Returns more knots of a quantile function, on a smooth curve through the given ones that never falls.
///
/// # Shapes and units
///
/// Percentages rise, values do not fall; both have equally many entries. The result has 16 times as many pieces; the given
/// knots are among its knots, so quantiles stay what they are. Lists that do not fit each other are returned as they are.
///
/// # Method
///
/// Cubic Hermite interpolation that never falls (Fritsch and Carlson 1980, Monotone piecewise cubic interpolation, SIAM J.
/// Numer. Anal. 17(2)), with the slopes of Fritsch and Butland (1984), SIAM J. Sci. Stat. Comput. 5(2): the harmonic mean of
/// the secants beside a knot, the one over the longer stretch weighing less, and zero where one of them is; so a steep tail
/// does not bend what lies before it. Between the new knots the curve is taken as linear: with 16 pieces the largest error
/// is 1/2048 of the curve's second derivative times the squared length of the stretch.
///
/// # Cost
///
/// Linear in the number of knots.
///
/// # Example
///
/// Through (0, 0), (50, 1) and (100, 8) the curve passes 25 % at 0.406: the slopes of the first stretch are 0.02 and the
/// harmonic mean of 0.02 and 0.14, 0.035, and half way a cubic lies an eighth of the width times their difference beside
/// the straight line.
#[must_use]
pub(crate) fn densified(percent: &[f64], values: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let is_curve = percent.len() == values.len()
        && percent.len() > 2
        && percent.windows(2).all(|pair| pair[0] < pair[1])
        && values.windows(2).all(|pair| pair[0] <= pair[1] && (pair[1] - pair[0]).is_finite());
    if !is_curve {
        return (percent.to_vec(), values.to_vec());
    }
    let slopes = slopes(percent, values);
    let (mut at, mut made) = (vec![percent[0]], vec![values[0]]);
    for knot in 1..percent.len() {
        let (left, right) = (percent[knot - 1], percent[knot]);
        let (low, high) = (values[knot - 1], values[knot]);
        for piece in 1..N_PIECES {
            let share = piece as f64 / N_PIECES as f64;
            at.push(left + (right - left) * share);
            let value = hermite((low, high), (slopes[knot - 1], slopes[knot]), (right - left, share));
            // Rounding must not make the curve fall.
            let before = made.last().copied().unwrap_or(low);
            made.push(value.max(before).min(high));
        }
        at.push(right);
        made.push(high);
    }
    (at, made)
}

/// The slope of the curve at each knot.
fn slopes(percent: &[f64], values: &[f64]) -> Vec<f64> {
    let secants: Vec<f64> = percent
        .windows(2)
        .zip(values.windows(2))
        .map(|(at, value)| (value[1] - value[0]) / (at[1] - at[0]))
        .collect();
    let width = |stretch: usize| percent[stretch + 1] - percent[stretch];
    let slope = |knot: usize| {
        let (before, behind) = (secants[knot - 1], secants[knot]);
        // No secant is below zero.
        if before <= 0.0 || behind <= 0.0 {
            return 0.0;
        }
        let weights = (width(knot - 1) + 2.0 * width(knot), 2.0 * width(knot - 1) + width(knot));
        (weights.0 + weights.1) / (weights.0 / before + weights.1 / behind)
    };
    let inner = (1..secants.len()).map(slope);
    let ends = (secants[0], secants[secants.len() - 1]);
    std::iter::once(ends.0).chain(inner).chain(std::iter::once(ends.1)).collect()
}

/// The cubic with these ends and slopes at a share of the way.
fn hermite((low, high): (f64, f64), (from, to): (f64, f64), (width, share): (f64, f64)) -> f64 {
    let rest = 1.0 - share;
    let curve = low * (1.0 + 2.0 * share) * rest * rest + high * share * share * (3.0 - 2.0 * share);
    curve + width * share * rest * (from * rest - to * share)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "knots are kept as they are")]
mod tests {
    use super::*;

    /// Catches a curve that is linear, one that leaves its knots, and one that overshoots.
    #[test]
    fn the_curve_is_smooth_and_never_falls() {
        let (at, made) = densified(&[0.0, 50.0, 100.0], &[0.0, 1.0, 8.0]);
        assert_eq!(made.len(), 33);
        assert_eq!((made[0], made[16], made[32]), (0.0, 1.0, 8.0));
        assert_eq!(at[8], 25.0);
        // Secants are 0.02 and 0.14, so the middle slope is their harmonic mean, 0.035.
        let expected = 0.5 + 50.0 / 8.0 * (0.02 - 0.035);
        assert!((made[8] - expected).abs() < 1e-12, "{} {expected}", made[8]);
        assert!(made.is_sorted());
    }

    #[test]
    fn flat_stretches_stay_flat_and_lines_straight() {
        let (_, made) = densified(&[0.0, 20.0, 80.0, 100.0], &[0.0, 5.0, 5.0, 50.0]);
        assert!(made[16..=32].iter().all(|value| *value == 5.0) && made.is_sorted());
        let (at, made) = densified(&[0.0, 10.0, 100.0], &[0.0, 1.0, 10.0]);
        assert!(at.iter().zip(&made).all(|(at, value)| (at / 10.0 - value).abs() < 1e-12));
    }

    #[test]
    fn what_is_no_curve_stays() {
        assert_eq!(densified(&[0.0, 100.0], &[1.0, 2.0]), (vec![0.0, 100.0], vec![1.0, 2.0]));
        assert_eq!(densified(&[0.0], &[1.0, 2.0]).1, vec![1.0, 2.0]);
        assert_eq!(densified(&[], &[]), (vec![], vec![]));
        let falling = [3.0, f64::INFINITY, 1.0];
        assert_eq!(densified(&[0.0, 50.0, 100.0], &falling).1, falling);
    }
}
