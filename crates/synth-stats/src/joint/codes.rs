//! Coded fields.

/// The codes of one field in all rows.
///
/// # Shapes and units
///
/// One code a row, each below `n_codes`. What a code stands for is up to the caller; by habit 0 is "not there".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeColumn {
    /// One code a row.
    pub codes: Vec<u16>,
    /// Codes are below this.
    pub n_codes: u16,
    /// Whether neighbouring codes are alike.
    pub order: CodeOrder,
}

/// Whether neighbouring codes are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeOrder {
    /// Codes rise with what they stand for, such as bins of numbers.
    Ordered,
    /// Codes are names.
    Nominal,
}

impl CodeColumn {
    /// Returns how many of some rows have each code.
    #[must_use]
    pub fn counts(&self, rows: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut counts = vec![0; usize::from(self.n_codes)];
        rows.for_each(|row| counts[usize::from(self.codes[row as usize])] += 1);
        counts
    }
}
