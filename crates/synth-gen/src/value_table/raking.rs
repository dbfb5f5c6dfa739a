//! Weights of combinations that give each field the distribution of its own rule.

use super::Codes;

/// Rounds until the sums are close: each takes a part of the distance that is left.
const ROUNDS: usize = 50;

/// Adjusts the weights of combinations so that their sums over each column are those of the column's own rule.
///
/// # Shapes and units
///
/// `shares[column]` has the share of each code less 1, or nothing for a column that is not adjusted. Sums are adjusted
/// among the combinations that have the column; a value that no combination has is left out, and so is one without a share.
///
/// # Method
///
/// Iterative proportional fitting (Deming and Stephan 1940, On a least squares adjustment of a sampled frequency table,
/// Ann. Math. Statist. 11(4)): the combinations of weight 0 stay so, and the association stays as near to the given
/// one as the sums allow, in relative entropy (Ireland and Kullback 1968).
///
/// # Example
///
/// Weights 1 and 3 of two combinations whose first column is to have shares 0.5 and 0.5 become 2 and 2.
pub(super) fn rake(rows: &mut [(Codes, f64)], shares: &[Vec<f64>]) {
    for _ in 0..ROUNDS {
        for (column, shares) in shares.iter().enumerate().filter(|(_, shares)| !shares.is_empty()) {
            rake_column(rows, column, shares);
        }
    }
}

fn rake_column(rows: &mut [(Codes, f64)], column: usize, shares: &[f64]) {
    let mut sums = vec![0.0; shares.len()];
    for (codes, weight) in rows.iter() {
        if let Some(sum) = codes[column].checked_sub(1).and_then(|code| sums.get_mut(code as usize)) {
            *sum += weight;
        }
    }
    let total: f64 = sums.iter().sum();
    let wanted: f64 = shares.iter().zip(&sums).filter(|(_, sum)| **sum > 0.0).map(|(share, _)| share).sum();
    if total <= 0.0 || wanted <= 0.0 {
        return;
    }
    for (codes, weight) in rows {
        let code = codes[column].checked_sub(1).map(|code| code as usize);
        if let Some(code) = code.filter(|code| *code < shares.len()) {
            *weight *= shares[code] / wanted * total / sums[code].max(f64::MIN_POSITIVE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches sums that are fitted once only: the second column would undo the first.
    #[test]
    fn all_sums_are_fitted() {
        let mut rows: Vec<(Codes, f64)> = vec![
            (vec![1, 1], 4.0),
            (vec![1, 2], 1.0),
            (vec![2, 1], 1.0),
            (vec![2, 2], 4.0),
            (vec![0, 2], 3.0),
        ];
        rake(&mut rows, &[vec![0.9, 0.1], vec![0.5, 0.5]]);
        let sum = |column: usize, code: u32| -> f64 {
            rows.iter().filter(|(codes, _)| codes[column] == code).map(|(_, weight)| weight).sum()
        };
        assert!((sum(0, 1) / (sum(0, 1) + sum(0, 2)) - 0.9).abs() < 1e-6);
        assert!((sum(1, 1) / (sum(1, 1) + sum(1, 2)) - 0.5).abs() < 1e-6);
        let odds = rows[0].1 * rows[3].1 / (rows[1].1 * rows[2].1);
        assert!((odds - 16.0).abs() < 1e-6, "the association stays");
    }
}
