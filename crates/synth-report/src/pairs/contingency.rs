//! Counts of the pairs of codes of one side.

use synth_core::math;

use super::coding::Codes;

/// How often each pair of codes comes.
#[derive(Debug, Clone)]
pub(super) struct Contingency {
    counts: Vec<u32>,
    n_right: usize,
    n: f64,
}

impl Contingency {
    /// Counts the pairs of one side: 0 for the real rows, 1 for the synthetic ones.
    pub(super) fn of(left: &Codes, right: &Codes, side: usize) -> Self {
        let n_right = right.n_codes;
        let mut counts = vec![0_u32; left.n_codes * n_right];
        for (left, right) in left.rows[side].iter().zip(&right.rows[side]) {
            counts[usize::from(*left) * n_right + usize::from(*right)] += 1;
        }
        Self { counts, n_right, n: left.rows[side].len() as f64 }
    }

    fn shares(&self) -> impl Iterator<Item = f64> + '_ {
        self.counts.iter().map(|count| f64::from(*count) / self.n)
    }

    fn lefts(&self) -> Vec<f64> {
        self.counts
            .chunks(self.n_right)
            .map(|row| row.iter().map(|count| f64::from(*count)).sum::<f64>() / self.n)
            .collect()
    }

    fn rights(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.n_right];
        for row in self.counts.chunks(self.n_right) {
            shares.iter_mut().zip(row).for_each(|(share, count)| *share += f64::from(*count) / self.n);
        }
        shares
    }

    /// Cramér's V, corrected for bias; 0 where a side does not vary.
    ///
    /// # Method
    ///
    /// Bergsma 2013, equations for phi²+ and the corrected numbers of rows and columns; empty ones do not count.
    pub(super) fn cramers_v(&self) -> f64 {
        let (lefts, rights) = (self.lefts(), self.rights());
        let n_used = |shares: &[f64]| shares.iter().filter(|share| **share > 0.0).count() as f64;
        let (r, c) = (n_used(&lefts), n_used(&rights));
        if r < 2.0 || c < 2.0 || self.n < 3.0 {
            return 0.0;
        }
        let mut phi_squared = 0.0;
        for (at, share) in self.shares().enumerate() {
            let expected = lefts[at / self.n_right] * rights[at % self.n_right];
            if expected > 0.0 {
                phi_squared += (share - expected) * (share - expected) / expected;
            }
        }
        let corrected = (phi_squared - (r - 1.0) * (c - 1.0) / (self.n - 1.0)).max(0.0);
        let size = |k: f64| k - (k - 1.0) * (k - 1.0) / (self.n - 1.0);
        let most = (size(r).min(size(c)) - 1.0).max(f64::MIN_POSITIVE);
        math::sqrt(corrected / most).min(1.0)
    }

    /// Share of rows that would have to change beyond what marginal distributions and chance explain.
    pub(super) fn excess(&self, other: &Self) -> f64 {
        let distance = |a: &mut dyn Iterator<Item = f64>, b: &mut dyn Iterator<Item = f64>| -> f64 {
            a.zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0
        };
        let joint = distance(&mut self.shares(), &mut other.shares());
        let left = distance(&mut self.lefts().into_iter(), &mut other.lefts().into_iter());
        let right = distance(&mut self.rights().into_iter(), &mut other.rights().into_iter());
        (joint - left.max(right) - self.chance(other)).max(0.0)
    }

    /// The mean distance of two samples of one distribution, the pooled one: that of normal deviates for each cell.
    fn chance(&self, other: &Self) -> f64 {
        const MEAN_OF_DEVIATE: f64 = 0.797_884_560_802_865_4;
        let scale = 1.0 / self.n + 1.0 / other.n;
        let cells = self.counts.iter().zip(&other.counts).map(|(a, b)| {
            let share = f64::from(a + b) / (self.n + other.n);
            math::sqrt(share * (1.0 - share) * scale)
        });
        cells.sum::<f64>() * MEAN_OF_DEVIATE / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(real: Vec<u8>, synthetic: Vec<u8>, n_codes: usize) -> Codes {
        Codes { rows: [real, synthetic], n_codes }
    }

    /// scipy 1.16: `association(table, correction=False)` is 0.6 for this table of 100; Bergsma's correction gives
    /// sqrt((0.36 - 1/99) / (2 - 1/99 - 1)).
    #[test]
    fn strength_has_the_known_value() {
        let rows = |cells: [usize; 4], which: usize| -> Vec<u8> {
            let code = |cell: usize| u8::try_from(if which == 0 { cell / 2 } else { cell % 2 }).unwrap();
            cells.iter().enumerate().flat_map(|(cell, n)| vec![code(cell); *n]).collect()
        };
        let cells = [40, 10, 10, 40];
        let (left, right) = (codes(rows(cells, 0), vec![], 2), codes(rows(cells, 1), vec![], 2));
        let wanted = ((0.36 - 1.0 / 99.0_f64) / (1.0 - 1.0 / 99.0)).sqrt();
        assert!((Contingency::of(&left, &right, 0).cramers_v() - wanted).abs() < 1e-12);
    }

    /// Catches effects that a shifted marginal distribution, or chance, makes by itself.
    #[test]
    fn only_dependence_counts() {
        let alternate: Vec<u8> =
            (0..4000).map(|row| row % 2).map(|code| u8::try_from(code).unwrap()).collect();
        let halves: Vec<u8> = (0..4000).map(|row| u8::from(row < 2000)).collect();
        let quarter: Vec<u8> = (0..4000).map(|row| u8::from(row < 1000)).collect();
        let excess = |left: &Codes, right: &Codes| {
            Contingency::of(left, right, 0).excess(&Contingency::of(left, right, 1))
        };
        let same = codes(alternate.clone(), alternate.clone(), 2);
        // Independent on both sides, with another marginal distribution.
        assert!(excess(&same, &codes(halves.clone(), quarter, 2)) < 1e-9);
        // A copy on the real side, independent on the synthetic one: half of the rows would have to change.
        let lost = excess(&same, &codes(alternate.clone(), halves, 2));
        assert!((0.45..0.5).contains(&lost), "{lost}");
        // The same strength, upside down.
        let turned: Vec<u8> = alternate.iter().map(|code| 1 - code).collect();
        assert!(excess(&same, &codes(alternate, turned, 2)) > 0.9);
    }
}
