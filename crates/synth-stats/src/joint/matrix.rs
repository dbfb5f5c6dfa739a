//! Correlation matrices: the nearest one to a table of numbers, and its Cholesky factor.
//!
//! Everything is done in plain loops in a fixed order, because the bits reach generated data.

/// Smallest eigenvalue that is asked of a correlation matrix.
const LEAST_EIGENVALUE: f64 = 1e-4;
/// Rounds of the search for the nearest correlation matrix.
const NEAREST_ROUNDS: usize = 100;
/// Sweeps of Jacobi's method; a dozen are enough for hundreds of rows.
const JACOBI_SWEEPS: usize = 30;
/// Movement below which a search has ended.
const STILL: f64 = 1e-10;

/// A symmetric matrix with ones on its diagonal, as its lower triangle, row by row with the diagonal.
///
/// # Shapes and units
///
/// Row `i` has `i + 1` numbers, the last of them 1; unitless, in [-1, 1].
pub type Triangle = Vec<Vec<f64>>;

/// Why a triangle is no table of correlations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("row {row} of the correlations {reason}")]
pub struct BadTriangle {
    /// Row, from 1.
    pub row: usize,
    /// What is wrong.
    pub reason: &'static str,
}

/// Tells whether a triangle has the form of correlations of `n` fields; they may still contradict each other.
///
/// # Errors
///
/// [`BadTriangle`] for a wrong number of rows or of numbers in a row, a number outside [-1, 1], and a diagonal that is not 1.
pub fn check_triangle(triangle: &[Vec<f64>], n: usize) -> Result<(), BadTriangle> {
    let bad = |row: usize, reason| Err(BadTriangle { row: row + 1, reason });
    if triangle.len() != n {
        return bad(triangle.len().min(n), "is missing or has no field");
    }
    for (at, row) in triangle.iter().enumerate() {
        if row.len() != at + 1 {
            return bad(at, "must have as many numbers as its place in the matrix says");
        }
        if !row.iter().all(|number| (-1.0..=1.0).contains(number)) {
            return bad(at, "has a number that is not from -1 to 1");
        }
        if (row[at] - 1.0).abs() > 1e-9 {
            return bad(at, "must end in 1");
        }
    }
    Ok(())
}

/// Returns the lower Cholesky factor of the nearest correlation matrix, and that matrix.
///
/// # Shapes and units
///
/// `triangle` has the form that [`check_triangle`] asks for. The factor's rows have a square sum of 1.
///
/// # Method
///
/// A matrix that is positive definite is its own nearest. Otherwise alternating projections with Dykstra's correction
/// onto the matrices with eigenvalues of at least 1e-4 and onto those with ones on the diagonal (Higham 2002, Computing the
/// nearest correlation matrix, IMA J. Numer. Anal. 22, Algorithm 3.3), then as much of the identity as is still missing.
///
/// # Cost
///
/// O(n³) for a matrix that is positive definite, up to some thousand times as much for another.
///
/// # Example
///
/// ```
/// use synth_stats::joint::factor;
///
/// let (factor, nearest) = factor(&[vec![1.0], vec![0.6, 1.0]]);
/// assert_eq!(factor, [vec![1.0], vec![0.6, 0.8]]);
/// assert_eq!(nearest, [vec![1.0], vec![0.6, 1.0]]);
/// ```
#[must_use]
pub fn factor(triangle: &[Vec<f64>]) -> (Triangle, Triangle) {
    if let Some(factor) = cholesky(triangle) {
        return (factor, triangle.to_vec());
    }
    let mut nearest = nearest(triangle);
    loop {
        if let Some(factor) = cholesky(&nearest) {
            return (factor, nearest);
        }
        // The diagonal outweighs everything in the end.
        for (at, row) in nearest.iter_mut().enumerate() {
            row[..at].iter_mut().for_each(|number| *number *= 0.99);
        }
    }
}

/// The lower factor L with L Lᵀ the matrix; `None` when it is not safely positive definite.
fn cholesky(triangle: &[Vec<f64>]) -> Option<Triangle> {
    let mut factor: Triangle = Vec::with_capacity(triangle.len());
    for (i, row) in triangle.iter().enumerate() {
        let mut own: Vec<f64> = Vec::with_capacity(i + 1);
        for j in 0..i {
            let other: &[f64] = &factor[j];
            let dot: f64 = own.iter().zip(other).map(|(a, b)| a * b).sum();
            own.push((row[j] - dot) / other[j]);
        }
        let rest = 1.0 - own.iter().map(|a| a * a).sum::<f64>();
        if rest < LEAST_EIGENVALUE / 2.0 {
            return None;
        }
        own.push(rest.sqrt());
        factor.push(own);
    }
    Some(factor)
}

/// A square matrix, row by row.
type Square = Vec<Vec<f64>>;

fn nearest(triangle: &[Vec<f64>]) -> Triangle {
    let n = triangle.len();
    let mut y: Square = (0..n).map(|i| (0..n).map(|j| triangle[i.max(j)][i.min(j)]).collect()).collect();
    let mut correction = vec![vec![0.0; n]; n];
    for _ in 0..NEAREST_ROUNDS {
        let mut r = y.clone();
        combine(&mut r, &correction, -1.0);
        let x = with_eigenvalues_at_least(&r, LEAST_EIGENVALUE);
        correction = x.clone();
        combine(&mut correction, &r, -1.0);
        let mut moved = 0.0_f64;
        for (i, (row, from)) in y.iter_mut().zip(&x).enumerate() {
            for (j, (number, from)) in row.iter_mut().zip(from).enumerate() {
                let next = if i == j { 1.0 } else { *from };
                moved = moved.max((next - *number).abs());
                *number = next;
            }
        }
        if moved < STILL {
            break;
        }
    }
    let entry = |i: usize, j: usize| if i == j { 1.0 } else { y[i][j].clamp(-1.0, 1.0) };
    (0..n).map(|i| (0..=i).map(|j| entry(i, j)).collect()).collect()
}

fn combine(left: &mut Square, right: &Square, factor: f64) {
    for (left, right) in left.iter_mut().zip(right) {
        left.iter_mut().zip(right).for_each(|(left, right)| *left += factor * right);
    }
}

/// The matrix with its small eigenvalues raised.
fn with_eigenvalues_at_least(matrix: &Square, least: f64) -> Square {
    let n = matrix.len();
    let (values, vectors) = eigen(matrix);
    let mut sum = vec![vec![0.0; n]; n];
    for (at, value) in values.iter().enumerate() {
        let value = value.max(least);
        for i in 0..n {
            for j in 0..n {
                sum[i][j] += value * vectors[i][at] * vectors[j][at];
            }
        }
    }
    sum
}

/// Eigenvalues and, in columns, eigenvectors of a symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan 2013,
/// Matrix Computations, Algorithms 8.5.1 and 8.5.3).
fn eigen(matrix: &Square) -> (Vec<f64>, Square) {
    let n = matrix.len();
    let mut a = matrix.clone();
    let mut v: Square = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..JACOBI_SWEEPS {
        let off: f64 = (0..n).map(|i| a[i][..i].iter().map(|x| x * x).sum::<f64>()).sum();
        if off < STILL * STILL {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, (p, q));
            }
        }
    }
    ((0..n).map(|i| a[i][i]).collect(), v)
}

/// Turns two axes so that they have no part of each other.
fn rotate(a: &mut Square, v: &mut Square, (p, q): (usize, usize)) {
    if a[p][q].abs() < f64::MIN_POSITIVE {
        return;
    }
    let tau = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let sign = if tau < 0.0 { -1.0 } else { 1.0 };
    let tangent = sign / (tau.abs() + (1.0 + tau * tau).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sine = tangent * cosine;
    let turn = |row: &mut [f64]| {
        let (left, right) = (row[p], row[q]);
        row[p] = cosine * left - sine * right;
        row[q] = sine * left + cosine * right;
    };
    a.iter_mut().for_each(|row| turn(row));
    v.iter_mut().for_each(|row| turn(row));
    let (above, below) = a.split_at_mut(q);
    for (left, right) in above[p].iter_mut().zip(&mut below[0]) {
        (*left, *right) = (cosine * *left - sine * *right, sine * *left + cosine * *right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(factor: &[Vec<f64>], (i, j): (usize, usize)) -> f64 {
        factor[i].iter().zip(&factor[j]).map(|(a, b)| a * b).sum()
    }

    /// Higham 2002, section 4: of the matrix with ones beside the diagonal and zeros in the corners the nearest has
    /// 0.7607 and 0.1573. Catches projections without Dykstra's correction, which end elsewhere.
    #[test]
    fn contradicting_correlations_become_the_nearest_that_do_not() {
        let (factor, nearest) = factor(&[vec![1.0], vec![1.0, 1.0], vec![0.0, 1.0, 1.0]]);
        for ((i, j), expected) in [((1, 0), 0.7607), ((2, 0), 0.1573), ((2, 1), 0.7607)] {
            assert!((nearest[i][j] - expected).abs() < 1e-3, "{nearest:?}");
            assert!((product(&factor, (i, j)) - nearest[i][j]).abs() < 1e-12);
        }
    }

    /// Catches a factor of another matrix than the one given, and eigenvalues that were changed where none had to be.
    #[test]
    fn sound_correlations_stay() {
        let n = 40;
        let entry = |i: usize, j: usize| if i == j { 1.0 } else { 0.9 / (1.0 + (i - j) as f64) };
        let triangle: Triangle = (0..n).map(|i| (0..=i).map(|j| entry(i, j)).collect()).collect();
        let (factor, nearest) = factor(&triangle);
        assert_eq!(nearest, triangle);
        for (i, row) in triangle.iter().enumerate() {
            for (j, number) in row.iter().enumerate() {
                assert!((product(&factor, (i, j)) - number).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn broken_triangles_are_refused() {
        assert!(check_triangle(&[vec![1.0], vec![0.3, 1.0]], 2).is_ok());
        let refused = |rows: &[Vec<f64>]| check_triangle(rows, 2).unwrap_err().row;
        assert_eq!(refused(&[vec![1.0]]), 2);
        assert_eq!(refused(&[vec![1.0], vec![0.3]]), 2);
        assert_eq!(refused(&[vec![0.5], vec![0.3, 1.0]]), 1);
        assert_eq!(refused(&[vec![1.0], vec![1.3, 1.0]]), 2);
        assert_eq!(refused(&[vec![1.0], vec![f64::NAN, 1.0]]), 2);
    }
}
