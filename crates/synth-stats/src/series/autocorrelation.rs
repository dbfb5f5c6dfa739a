//! A series against itself some steps later.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Peaks count from this height.
const MIN_PEAK: f64 = 0.2;

/// Autocorrelation at lags 1 to `n_lags` of one or several series of the same kind.
///
/// # Shapes and units
///
/// Each series is finite numbers in order of time, in equal steps or taken as such; several, such as those of several
/// sensors, are each taken about their own mean and put together. The result has one entry a lag, unitless, in
/// [-1, 1]; none where nothing varies. A lag that no series is long enough for is left out at the end.
///
/// # Method
///
/// r_k = Σ (x_t - m)(x_{t+k} - m) / Σ (x_t - m)²: Box, Jenkins and Reinsel (2008), Time Series Analysis, 4th ed., eq.
/// 2.1.13, both sums over all series.
///
/// # Cost
///
/// O(n `n_lags`) time, O(n) memory.
///
/// # Example
///
/// ```
/// let r = synth_stats::series::autocorrelation(&[&[1.0, -1.0, 1.0, -1.0]], 2);
/// assert_eq!(r, [-0.75, 0.5]);
/// ```
#[must_use]
pub fn autocorrelation(series: &[&[f64]], n_lags: usize) -> Vec<f64> {
    let centred: Vec<Vec<f64>> = series
        .iter()
        .map(|values| {
            let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
            values.iter().map(|value| value - mean).collect()
        })
        .collect();
    let total: f64 = centred.iter().flatten().map(|value| value * value).sum();
    let longest = centred.iter().map(Vec::len).max().unwrap_or(0);
    if total <= 0.0 || !total.is_finite() {
        return Vec::new();
    }
    let at = |lag: usize| -> f64 {
        let products = |values: &Vec<f64>| -> f64 {
            values.iter().zip(values.iter().skip(lag)).map(|(x, later)| x * later).sum()
        };
        centred.iter().map(products).sum::<f64>() / total
    };
    (1..=n_lags.min(longest.saturating_sub(1))).map(at).collect()
}

/// Probability that a series without memory has autocorrelations at least this large.
///
/// # Shapes and units
///
/// `correlations` at lags 1, 2, ... of a series of `n` values; 1 without lags.
///
/// # Method
///
/// Q = n (n + 2) Σ r_k² / (n - k) is chi-squared with one degree a lag: Ljung, G. M. and Box, G. E. P. (1978), On a
/// measure of lack of fit in time series models, Biometrika 65(2). The tail is that of `statrs`.
///
/// # Example
///
/// ```
/// // Q = 100 * 102 * 0.04 / 99 = 4.12 on one degree.
/// let p = synth_stats::series::ljung_box_p_value(&[0.2], 100);
/// assert!((p - 0.0424).abs() < 1e-3);
/// ```
#[must_use]
pub fn ljung_box_p_value(correlations: &[f64], n: usize) -> f64 {
    let size = n as f64;
    let sum: f64 = (1..n).zip(correlations).map(|(lag, r)| r * r / (size - lag as f64)).sum();
    let q = size * (size + 2.0) * sum;
    ChiSquared::new(correlations.len() as f64).map_or(1.0, |distribution| distribution.sf(q))
}

/// The lag of the first high peak of an autocorrelation function behind a valley, and its height.
///
/// # Shapes and units
///
/// `correlations` at lags 1, 2, ...; the lag is in steps. `None` where the function does not come back.
///
/// # Method
///
/// Of the local maxima that follow a value lower by at least 0.2 the first that reaches 0.9 of the highest, so that the
/// period and not a multiple of it is found. Where twice its lag is listed too, the function must be half as high there
/// within a tenth of the lag. A peak counts from 0.2 and twice the standard error 1 / sqrt(n) of noise
/// on (Bartlett 1946, On the theoretical specification and sampling properties of autocorrelated time-series, Suppl.
/// J. R. Statist. Soc. 8(1)).
///
/// # Example
///
/// ```
/// let r = [0.5, -0.2, -0.9, -0.3, 0.5, 0.9, 0.5];
/// assert_eq!(synth_stats::series::dominant_lag(&r, 100), Some((6, 0.9)));
/// ```
#[must_use]
pub fn dominant_lag(correlations: &[f64], n: usize) -> Option<(usize, f64)> {
    let noise = 2.0 / synth_core::math::sqrt(n.max(1) as f64);
    let mut lowest: f64 = 1.0;
    let mut peaks: Vec<(usize, f64)> = Vec::new();
    for index in 0..correlations.len().saturating_sub(1) {
        let here = correlations[index];
        let before = if index == 0 { 1.0 } else { correlations[index - 1] };
        let is_peak = here >= before && here > correlations[index + 1];
        if is_peak && here >= MIN_PEAK.max(noise) && here - lowest >= MIN_PEAK {
            peaks.push((index + 1, here));
        }
        lowest = lowest.min(here);
    }
    let highest = peaks.iter().map(|peak| peak.1).fold(0.0, f64::max);
    let comes_back = |lag: usize, height: f64| {
        let near = 2 * lag - lag / 10 - 1..(2 * lag + lag / 10).min(correlations.len());
        correlations.len() < 2 * lag || correlations[near].iter().any(|r| *r >= height / 2.0)
    };
    peaks.into_iter().find(|peak| peak.1 >= 0.9 * highest).filter(|(lag, height)| comes_back(*lag, *height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_vary_has_no_memory() {
        assert!(autocorrelation(&[&[2.0, 2.0, 2.0]], 5).is_empty());
        assert!(autocorrelation(&[], 5).is_empty());
        assert_eq!(autocorrelation(&[&[1.0, 2.0]], 5).len(), 1);
        assert!(ljung_box_p_value(&[], 100) >= 1.0);
    }

    /// Catches a mean over all series, which would make memory of their different levels.
    #[test]
    fn levels_of_series_are_no_memory() {
        let (low, high) = ([1.0, -1.0, 1.0, -1.0], [101.0, 99.0, 101.0, 99.0]);
        assert_eq!(autocorrelation(&[&low, &high], 1), [-0.75]);
    }

    /// Catches a maximum that is a multiple of the period, and a slow fall taken for a cycle.
    #[test]
    fn the_first_of_equal_peaks_is_the_period() {
        let wave: Vec<f64> =
            (1..40).map(|lag| synth_core::math::cos(f64::from(lag) * std::f64::consts::FRAC_PI_4)).collect();
        assert_eq!(dominant_lag(&wave, 1000).map(|peak| peak.0), Some(8));
        let mut echo = vec![0.0; 40];
        echo[9] = 0.6;
        assert_eq!(dominant_lag(&echo, 1000), None, "it comes back once");
        let slow: Vec<f64> = (1..40).map(|lag| 1.0 / f64::from(lag)).collect();
        assert_eq!(dominant_lag(&slow, 1000), None);
    }
}
