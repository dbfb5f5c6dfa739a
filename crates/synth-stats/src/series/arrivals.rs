//! How events follow each other.

use synth_core::math;

/// Steps between events.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrivals {
    /// Steps in ascending order, in the unit of the times.
    pub gaps: Vec<f64>,
    /// Mean step.
    pub mean: f64,
    /// Standard deviation over mean: 0 for a clock, about 1 for independent events.
    pub variation: f64,
    /// Share of the steps that are 0.
    pub share_of_equal: f64,
    /// The commonest step that is not 0.
    pub step: f64,
    /// Share of the steps that are exactly that one.
    pub share_on_step: f64,
}

impl Arrivals {
    /// Returns the burstiness: -1 for a clock, 0 for independent events, towards 1 for bursts.
    ///
    /// # Method
    ///
    /// (v - 1) / (v + 1) of the coefficient of variation v: Goh, K.-I. and Barabási, A.-L. (2008), Burstiness and
    /// memory in complex systems, EPL 81, eq. 1.
    #[must_use]
    pub fn burstiness(&self) -> f64 {
        (self.variation - 1.0) / (self.variation + 1.0)
    }
}

/// Describes the steps between events.
///
/// # Shapes and units
///
/// Each run holds the times of one source in ascending order, in one unit, finite; steps are taken within runs.
/// Steps are compared after rounding to a millionth of the unit. `None` without a step that is not 0.
///
/// # Method
///
/// The moments of the steps; the deviation is that of the population.
///
/// # Cost
///
/// O(n log n) time, O(n) memory.
///
/// # Example
///
/// ```
/// let arrivals = synth_stats::series::arrivals(&[&[0.0, 5.0, 10.0, 10.0, 15.0]]).expect("there are steps");
/// assert_eq!((arrivals.share_of_equal, arrivals.step, arrivals.share_on_step), (0.25, 5.0, 0.75));
/// assert_eq!(arrivals.mean, 3.75);
/// ```
#[must_use]
pub fn arrivals(runs: &[&[f64]]) -> Option<Arrivals> {
    let steps = |run: &&[f64]| -> Vec<f64> {
        run.windows(2).map(|pair| math::round((pair[1] - pair[0]) * 1e6) / 1e6).collect()
    };
    let mut gaps: Vec<f64> = runs.iter().flat_map(steps).collect();
    gaps.sort_by(f64::total_cmp);
    let n = gaps.len() as f64;
    let n_equal = gaps.partition_point(|gap| *gap <= 0.0);
    let ties = gaps[n_equal..].chunk_by(|left, right| left >= right);
    // Of equally common steps the smallest.
    let (n_on_step, step) =
        ties.fold((0, 0.0), |best, ties| if ties.len() > best.0 { (ties.len(), ties[0]) } else { best });
    if n_on_step == 0 {
        return None;
    }
    let mean = gaps.iter().sum::<f64>() / n;
    let variance = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / n;
    Some(Arrivals {
        mean,
        variation: math::sqrt(variance) / mean,
        share_of_equal: n_equal as f64 / n,
        step,
        share_on_step: n_on_step as f64 / n,
        gaps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_at_one_time_have_no_step() {
        assert_eq!(arrivals(&[&[3.0, 3.0, 3.0]]), None);
        assert_eq!(arrivals(&[&[3.0], &[4.0]]), None);
    }

    #[test]
    fn clocks_and_bursts_are_at_the_ends() {
        let clock: Vec<f64> = (0..50).map(f64::from).collect();
        let bursts: Vec<f64> =
            (0..50).map(|index| f64::from(index / 10 * 1000) + f64::from(index) / 100.0).collect();
        let of = |times: &[f64]| arrivals(&[times]).map_or(0.0, |found| found.burstiness());
        assert!(of(&clock) < -0.99 && of(&bursts) > 0.3, "{} {}", of(&clock), of(&bursts));
    }
}
