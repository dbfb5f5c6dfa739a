//! Correction for many tests.

/// P-values adjusted so that a limit on them limits the expected share of false findings.
///
/// # Shapes and units
///
/// `p_values` in any order, NaN taken as 1; `n_tests` is the number of tests made, of which those that are not
/// listed are taken to have p = 1. The result is in the order of the input, each in [0, 1].
///
/// # Method
///
/// Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate, J. R. Statist. Soc. B 57(1), step-up
/// procedure; adjusted as min over j >= i of m p_(j) / j.
///
/// # Cost
///
/// O(n log n) time, O(n) memory.
///
/// # Example
///
/// ```
/// let adjusted = synth_stats::association::benjamini_hochberg(&[0.01, 0.04, 0.03], 4);
/// assert_eq!(adjusted, [0.04, 0.16 / 3.0, 0.16 / 3.0]);
/// ```
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64], n_tests: usize) -> Vec<f64> {
    let p_of = |index: usize| if p_values[index].is_nan() { 1.0 } else { p_values[index] };
    let n_tests = n_tests.max(p_values.len()) as f64;
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|left, right| p_of(*right).total_cmp(&p_of(*left)));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least: f64 = 1.0;
    for (place, index) in order.iter().enumerate() {
        let rank = (p_values.len() - place) as f64;
        least = least.min(p_of(*index) * n_tests / rank);
        adjusted[*index] = least;
    }
    adjusted
}
