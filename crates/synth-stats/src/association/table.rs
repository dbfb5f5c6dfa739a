//! Tables of two columns of codes.

use statrs::distribution::{ChiSquared, ContinuousCDF, Gamma, Normal};
use synth_core::math;

/// How often each pair of codes occurs.
///
/// # Shapes and units
///
/// Rows are the codes of the first column, columns those of the second. Codes that do not occur do not count.
///
/// # Cost
///
/// 4 bytes a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contingency {
    counts: Vec<u32>,
    n_right: usize,
}

/// A test of independence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndependenceTest {
    /// Pearson's statistic.
    pub chi_squared: f64,
    /// Mean of the statistic over all ways to pair the codes.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
    /// Probability of a statistic at least as large.
    pub p_value: f64,
}

/// Total variation distances of two tables: of their cells, the larger of those of their margins, and what two samples of
/// one distribution differ by on average.
struct Distances {
    joint: f64,
    marginal: f64,
    chance: f64,
}

impl Contingency {
    /// Returns a table of zeros.
    #[must_use]
    pub fn new(n_left: usize, n_right: usize) -> Self {
        Self { counts: vec![0; n_left * n_right], n_right }
    }

    /// Counts a row.
    ///
    /// # Panics
    ///
    /// When a code is not below its count.
    #[inline]
    pub fn push(&mut self, left: usize, right: usize) {
        self.counts[left * self.n_right + right] += 1;
    }

    /// Adds up tables of one size, each as often as `times` says: the table of a sample in which the groups of rows, that
    /// the tables were counted from, stand so often.
    ///
    /// # Panics
    ///
    /// When there is no table, or their sizes differ.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_stats::association::Contingency;
    /// let mut groups = [Contingency::new(1, 2), Contingency::new(1, 2)];
    /// groups[0].push(0, 0);
    /// groups[1].push(0, 1);
    /// let sum = Contingency::sum(&groups, &[1, 3]);
    /// assert_eq!(sum.cells().collect::<Vec<_>>(), [(0, 0, 1), (0, 1, 3)]);
    /// ```
    #[must_use]
    pub fn sum(tables: &[Self], times: &[u32]) -> Self {
        let mut sum = Self { counts: vec![0; tables[0].counts.len()], n_right: tables[0].n_right };
        for (table, times) in tables.iter().zip(times).filter(|(_, times)| **times > 0) {
            assert_eq!(table.counts.len(), sum.counts.len(), "tables of one size");
            sum.counts.iter_mut().zip(&table.counts).for_each(|(sum, count)| *sum += count * times);
        }
        sum
    }

    /// Sets all counts to 0.
    pub fn clear(&mut self) {
        self.counts.fill(0);
    }

    /// Returns the code of each side and the count of every cell that is not empty.
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, u32)> {
        let n_right = self.n_right.max(1);
        let cells = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        cells.map(move |(index, count)| (index / n_right, index % n_right, *count))
    }

    /// Totals of the codes that occur, and of all.
    fn margins(&self) -> (Vec<f64>, Vec<f64>, f64) {
        let n_right = self.n_right.max(1);
        let left: Vec<f64> =
            self.counts.chunks(n_right).map(|row| row.iter().map(|n| f64::from(*n)).sum()).collect();
        let mut right = vec![0.0; n_right];
        for row in self.counts.chunks(n_right) {
            right.iter_mut().zip(row).for_each(|(sum, n)| *sum += f64::from(*n));
        }
        let n = left.iter().sum();
        (left, right, n)
    }

    /// Returns the number of rows counted.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.counts.iter().map(|n| u64::from(*n)).sum()
    }

    /// Pearson's statistic over n, the codes of each side that occur, and n.
    fn phi_squared(&self) -> (f64, usize, usize, f64) {
        let (left, right, n) = self.margins();
        let mut sum = 0.0;
        for (row, n_left) in self.counts.chunks(self.n_right.max(1)).zip(&left) {
            for (count, n_right) in row.iter().zip(&right).filter(|(count, _)| **count > 0) {
                let count = f64::from(*count);
                sum += count * count / (n_left * n_right);
            }
        }
        let occurring = |margin: &[f64]| margin.iter().filter(|n| **n > 0.0).count();
        (if n > 0.0 { sum - 1.0 } else { 0.0 }, occurring(&left), occurring(&right), n)
    }

    /// Tests whether the two columns are independent, given how often each code occurs.
    ///
    /// # Method
    ///
    /// Pearson's statistic with its exact mean and variance over all permutations of one column, n (r-1)(c-1) /
    /// (n-1) and 2n (v1-w1)(v2-w2) / (n-3) + n² w1 w2 / (n-1) with v = (r-1)(n-r) / (n-1) and w = (n Σ 1/n_i - r²) /
    /// (n-2): Dawson, R. B. (1954), A simplified expression for the variance of the χ²-function on a contingency
    /// table, Biometrika 41. The tail is that of the gamma distribution with these moments (Mielke and Berry 1985,
    /// Non-asymptotic inferences based on the chi-square statistic), of `statrs`. Unlike the usual test it needs no
    /// least expected count. `None` with fewer than four rows or one code on a side.
    ///
    /// # Cost
    ///
    /// O(cells).
    ///
    /// # Example
    ///
    /// ```
    /// let mut table = synth_stats::association::Contingency::new(2, 2);
    /// for (left, right) in [(0, 0), (0, 0), (1, 1), (1, 1)] {
    ///     table.push(left, right);
    /// }
    /// let test = table.independence().expect("four rows");
    /// // Of the 6 ways to choose two rows of 4, two give 4 and four give 0.
    /// assert!((test.mean - 4.0 / 3.0).abs() < 1e-12);
    /// assert!((test.variance - 32.0 / 9.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn independence(&self) -> Option<IndependenceTest> {
        let (left, right, n) = self.margins();
        let (phi_squared, n_left, n_right, _) = self.phi_squared();
        if n < 4.0 || n_left < 2 || n_right < 2 {
            return None;
        }
        let chi_squared = n * phi_squared;
        let mean = n / (n - 1.0) * (n_left as f64 - 1.0) * (n_right as f64 - 1.0);
        let spread = |margin: &[f64], size: f64| {
            let inverse: f64 = margin.iter().filter(|n| **n > 0.0).map(|n| 1.0 / n).sum();
            ((size - 1.0) * (n - size) / (n - 1.0), (n * inverse - size * size) / (n - 2.0))
        };
        let (v_left, w_left) = spread(&left, n_left as f64);
        let (v_right, w_right) = spread(&right, n_right as f64);
        let variance = 2.0 * n / (n - 3.0) * (v_left - w_left) * (v_right - w_right)
            + n * n / (n - 1.0) * w_left * w_right;
        let p_value = upper_tail(chi_squared, mean, variance);
        Some(IndependenceTest { chi_squared, mean, variance, p_value })
    }

    /// Share of the rows of another sample that would have to change so that its columns hang together as these do, beyond
    /// what the two columns by themselves and chance explain; 0 where a table is empty.
    ///
    /// # Method
    ///
    /// The total variation distance of the two joint distributions, less the larger of those of the two marginal ones (no
    /// change of rows can make up for less), less what two samples of one distribution, the pooled one, differ by on
    /// average: for each cell the mean of a normal deviate, sqrt(2/π) sqrt(p (1 - p) (1/n + 1/m)) / 2. At least 0.
    ///
    /// # Panics
    ///
    /// Never; cells that only one of the tables has do not count.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_stats::association::Contingency;
    /// let table = |cells: [(usize, usize); 2]| {
    ///     let mut table = Contingency::new(2, 2);
    ///     (0..5000).for_each(|row| table.push(cells[row % 2].0, cells[row % 2].1));
    ///     table
    /// };
    /// let (same, turned) = (table([(0, 0), (1, 1)]), table([(0, 1), (1, 0)]));
    /// assert!(same.excess_distance(&turned) > 0.95);
    /// assert!(same.excess_distance(&same) < 1e-12);
    /// ```
    #[must_use]
    pub fn excess_distance(&self, other: &Self) -> f64 {
        let Distances { joint, marginal, chance } = self.distances(other);
        (joint - marginal - chance).max(0.0)
    }

    /// Share of the rows of another sample that would have to change so that they are distributed as these, beyond what
    /// chance explains; 0 where a table is empty.
    ///
    /// # Method
    ///
    /// That of [`excess_distance`](Self::excess_distance), but for the marginal distances, which are not taken away.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_stats::association::Contingency;
    /// let table = |cells: [(usize, usize); 2]| {
    ///     let mut table = Contingency::new(2, 2);
    ///     (0..5000).for_each(|row| table.push(cells[row % 2].0, cells[row % 2].1));
    ///     table
    /// };
    /// let (tied, constant) = (table([(0, 0), (1, 1)]), table([(0, 0), (0, 0)]));
    /// assert!(tied.joint_distance(&constant) > 0.48);
    /// assert!(tied.excess_distance(&constant) < 1e-12);
    /// ```
    #[must_use]
    pub fn joint_distance(&self, other: &Self) -> f64 {
        let Distances { joint, chance, .. } = self.distances(other);
        (joint - chance).max(0.0)
    }

    fn distances(&self, other: &Self) -> Distances {
        let ((left, right, n), (other_left, other_right, m)) = (self.margins(), other.margins());
        if n <= 0.0 || m <= 0.0 {
            return Distances { joint: 0.0, marginal: 0.0, chance: 0.0 };
        }
        let distance = |own: &[f64], others: &[f64]| -> f64 {
            own.iter().zip(others).map(|(own, other)| (own / n - other / m).abs()).sum::<f64>() / 2.0
        };
        let cells = |counts: &[u32]| counts.iter().map(|count| f64::from(*count)).collect::<Vec<f64>>();
        let (own, others) = (cells(&self.counts), cells(&other.counts));
        let deviate = |(own, other): (&f64, &f64)| {
            let share = (own + other) / (n + m);
            math::sqrt(share * (1.0 - share) * (1.0 / n + 1.0 / m) * std::f64::consts::FRAC_2_PI)
        };
        Distances {
            joint: distance(&own, &others),
            marginal: distance(&left, &other_left).max(distance(&right, &other_right)),
            chance: own.iter().zip(&others).map(deviate).sum::<f64>() / 2.0,
        }
    }

    /// Cramér's V with the bias taken away: 0 for independent columns on average, 1 where each decides the other.
    ///
    /// # Method
    ///
    /// Bergsma, W. (2013), A bias-correction for Cramér's V and Tschuprow's T, J. Korean Statist. Soc. 42(3), eq. 5:
    /// the root of max(0, φ² - (r-1)(c-1)/(n-1)) / (min(r̃, c̃) - 1) with r̃ = r - (r-1)²/(n-1). 0 with fewer than two
    /// rows or one code on a side.
    ///
    /// # Example
    ///
    /// ```
    /// let mut table = synth_stats::association::Contingency::new(2, 2);
    /// (0..50).for_each(|_| table.push(0, 0));
    /// (0..50).for_each(|_| table.push(1, 1));
    /// assert!((table.cramers_v() - 1.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn cramers_v(&self) -> f64 {
        let (phi_squared, n_left, n_right, n) = self.phi_squared();
        if n < 2.0 || n_left < 2 || n_right < 2 {
            return 0.0;
        }
        let (r, c) = (n_left as f64, n_right as f64);
        let corrected = (phi_squared - (r - 1.0) * (c - 1.0) / (n - 1.0)).max(0.0);
        let size = |size: f64| size - (size - 1.0) * (size - 1.0) / (n - 1.0);
        let most = size(r).min(size(c)) - 1.0;
        if most > 0.0 { math::sqrt((corrected / most).min(1.0)) } else { 0.0 }
    }

    /// Mutual information of the two columns in nats, less what chance gives, not below 0.
    ///
    /// # Method
    ///
    /// The plug-in estimate less (K_xy - K_x - K_y + 1) / 2n, each K being a number of codes or pairs that occur:
    /// Miller, G. (1955), Note on the bias of information estimates, Information Theory in Psychology II-B, applied
    /// to the three entropies. For independent columns in full tables the correction is the mean of the estimate.
    ///
    /// # Example
    ///
    /// ```
    /// let mut table = synth_stats::association::Contingency::new(2, 2);
    /// (0..500).for_each(|_| table.push(0, 0));
    /// (0..500).for_each(|_| table.push(1, 1));
    /// let nats = table.mutual_information();
    /// assert!((nats - (2.0_f64.ln() + 0.0005)).abs() < 1e-12); // two pairs, two codes on each side
    /// ```
    #[must_use]
    pub fn mutual_information(&self) -> f64 {
        let (left, right, n) = self.margins();
        if n <= 0.0 {
            return 0.0;
        }
        let (mut sum, mut n_pairs) = (0.0, 0.0);
        for (row, n_left) in self.counts.chunks(self.n_right.max(1)).zip(&left) {
            for (count, n_right) in row.iter().zip(&right).filter(|(count, _)| **count > 0) {
                let count = f64::from(*count);
                sum += count / n * math::ln(count * n / (n_left * n_right));
                n_pairs += 1.0;
            }
        }
        let occurring = |margin: &[f64]| margin.iter().filter(|n| **n > 0.0).count() as f64;
        let correction = (n_pairs - occurring(&left) - occurring(&right) + 1.0) / (2.0 * n);
        (sum - correction).max(0.0)
    }

    /// Chance of the likelihood ratio statistic 2 n I of columns that are independent.
    ///
    /// # Method
    ///
    /// Wilks, S. S. (1938), The large-sample distribution of the likelihood ratio, Ann. Math. Statist. 9(1):
    /// chi-squared with (r-1)(c-1) degrees. For codes that are bins of about equal counts; rare codes need
    /// [`independence`](Self::independence).
    #[must_use]
    pub fn likelihood_p_value(&self) -> f64 {
        let (left, right, n) = self.margins();
        let mut sum = 0.0;
        for (row, n_left) in self.counts.chunks(self.n_right.max(1)).zip(&left) {
            for (count, n_right) in row.iter().zip(&right).filter(|(count, _)| **count > 0) {
                let count = f64::from(*count);
                sum += count * math::ln(count * n / (n_left * n_right));
            }
        }
        let size = |margin: &[f64]| margin.iter().filter(|n| **n > 0.0).count() as f64 - 1.0;
        let degrees = size(&left) * size(&right);
        if degrees < 1.0 {
            return 1.0;
        }
        ChiSquared::new(degrees).map_or(1.0, |distribution| distribution.sf((2.0 * sum).max(0.0)))
    }
}

/// The correlation of two normal columns that have this much information of each other.
///
/// # Shapes and units
///
/// Nats to a unitless number in [0, 1).
///
/// # Method
///
/// sqrt(1 - exp(-2 I)): Linfoot, E. H. (1957), An informational measure of correlation, Information and Control 1(1).
///
/// # Example
///
/// ```
/// let nats = -0.5 * (1.0_f64 - 0.36).ln();
/// assert!((synth_stats::association::table::informational_correlation(nats) - 0.6).abs() < 1e-12);
/// ```
#[must_use]
pub fn informational_correlation(nats: f64) -> f64 {
    math::sqrt((1.0 - math::exp(-2.0 * nats.max(0.0))).max(0.0))
}

/// Shape of the gamma distribution from which on it is taken for normal; its series needs ever more terms.
const NORMAL_SHAPE: f64 = 1e6;

/// The share of a gamma distribution with a mean and a variance that is above a value; 1 where every way to pair the
/// columns gives the same statistic, so that what differs is rounding.
fn upper_tail(value: f64, mean: f64, variance: f64) -> f64 {
    let is_told = variance > 1e-12 * mean * mean && value > 0.0;
    let shape = mean * mean / variance;
    let tail = match is_told {
        false => None,
        true if shape > NORMAL_SHAPE => {
            Normal::new(mean, variance.sqrt()).ok().map(|distribution| distribution.sf(value))
        }
        true => Gamma::new(shape, mean / variance).ok().map(|distribution| distribution.sf(value)),
    };
    tail.map_or(1.0, |tail| tail.clamp(0.0, 1.0))
}
