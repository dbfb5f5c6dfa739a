//! How many rows the leaves of a table's trees have at least.

use super::draft::Draft;
use super::fitting::FieldFits;

/// What trees may gain more for the rows that they grew from than for others, as a share of what they gain for others.
const MOST_OPTIMISM: f64 = 0.25;

/// The fewest rows of a leaf that a table's trees were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeafSize {
    /// Place among those that were tried.
    at: usize,
    pub(super) n_rows: usize,
    /// Smaller ones were tried and followed their rows too closely.
    pub(super) is_guarded: bool,
}

/// Chooses for each table.
///
/// # Method
///
/// Small leaves say most, and give most away: what a tree gains in likelihood for the rows that it grew from and does not gain for
/// held-out rows it has learned by heart (its optimism), and made-up records then lie nearer to those of the sample than to others. So
/// the smallest leaves are taken whose optimism, summed over the fields of the table, is at most a quarter of the gain for held-out
/// rows; where none are, those with the least share. Which splits and how much smoothing a tree of that size has is for
/// `fit_tree` to say.
pub(super) fn choose(draft: &Draft, fields: &[Vec<FieldFits>]) -> Vec<LeafSize> {
    let of_table = |table: usize| {
        let sizes = draft.leaf_sizes(table);
        let fits = || {
            draft.fields.iter().zip(fields).filter(move |((own, _), _)| *own == table).map(|(_, fits)| fits)
        };
        let share = |at: usize| {
            let sums = fits().filter_map(|fits| fits.get(at)).filter_map(gains);
            let (seen, held_out) = sums.fold((0.0, 0.0), |sum, gains| (sum.0 + gains.0, sum.1 + gains.1));
            optimism((seen, held_out))
        };
        let shares: Vec<f64> = (0..sizes.len()).map(share).collect();
        let at = smallest(&shares);
        LeafSize { at, n_rows: sizes[at], is_guarded: at > 0 }
    };
    (0..draft.tables.len()).map(of_table).collect()
}

/// The fits of each field with the chosen leaves.
pub(super) fn take(draft: &Draft, fields: Vec<Vec<FieldFits>>, leaves: &[LeafSize]) -> Vec<FieldFits> {
    let of_field = |((table, _), mut fits): (&(usize, usize), Vec<FieldFits>)| {
        let at = leaves[*table].at.min(fits.len().saturating_sub(1));
        fits.swap_remove(at)
    };
    draft.fields.iter().zip(fields).map(of_field).collect()
}

/// Nats a row that a tree gains for the rows that it grew from, and for others; none where a walk says more than trees.
fn gains(fits: &FieldFits) -> Option<(f64, f64)> {
    let (_, fitted) = fits.tree.as_ref().filter(|_| fits.walk.is_none())?;
    Some((fitted.gain_seen, fitted.achieved - fitted.floor))
}

/// What is gained for seen rows alone, as a share of what is gained for others; nothing where nothing is gained.
fn optimism((seen, held_out): (f64, f64)) -> f64 {
    if held_out <= 0.0 && seen <= 0.0 { 0.0 } else { (seen - held_out) / held_out.max(f64::MIN_POSITIVE) }
}

/// The first share that is small enough, or else the smallest.
fn smallest(shares: &[f64]) -> usize {
    let least = || (0..shares.len()).min_by(|a, b| shares[*a].total_cmp(&shares[*b]));
    shares.iter().position(|share| *share <= MOST_OPTIMISM).or_else(least).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a choice of the largest or the least optimistic leaves where smaller ones are good enough.
    #[test]
    fn the_smallest_leaves_that_are_not_learned_by_heart_are_taken() {
        assert_eq!(smallest(&[0.1, 0.05, 0.01]), 0);
        assert_eq!(smallest(&[0.4, 0.2, 0.1]), 1);
        assert_eq!(smallest(&[0.9, 0.5, 0.6]), 1);
        assert_eq!(smallest(&[0.9]), 0);
    }

    #[test]
    fn optimism_is_a_share_of_the_gain() {
        assert!((optimism((2.5, 2.0)) - 0.25).abs() < 1e-12);
        assert!(optimism((0.0, 0.0)).abs() < 1e-12);
        assert!(optimism((1.0, 0.0)) > 1e9);
    }
}
