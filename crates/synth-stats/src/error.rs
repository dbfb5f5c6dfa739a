//! Why numbers cannot be taken as a sample, a distribution or weights.

/// What is wrong with the numbers given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No values, or only values that count nothing.
    #[error("a sample has no values")]
    Empty,
    /// NaN or infinite numbers where finite ones are needed.
    #[error("number {index} is not finite")]
    NotFinite {
        /// Position of the first one.
        index: usize,
    },
    /// Numbers that must ascend do not.
    #[error("number {index} is out of order")]
    NotSorted {
        /// Position of the first number that is below its predecessor.
        index: usize,
    },
    /// Two lists that belong together differ in length.
    #[error("lists of {left} and {right} entries do not belong together")]
    LengthMismatch {
        /// Length of the first list.
        left: usize,
        /// Length of the second list.
        right: usize,
    },
    /// Probabilities do not lead from 0 to 1.
    #[error("probabilities do not start at 0 and end at 1")]
    BadProbabilities,
    /// A weight below 0.
    #[error("weight {index} is negative")]
    NegativeWeight {
        /// Position of the first one.
        index: usize,
    },
}

/// Checks that every number is finite.
pub(crate) fn check_finite(numbers: impl IntoIterator<Item = f64>) -> Result<(), Error> {
    match numbers.into_iter().position(|x| !x.is_finite()) {
        Some(index) => Err(Error::NotFinite { index }),
        None => Ok(()),
    }
}

/// Checks that no number is below its predecessor.
pub(crate) fn check_sorted(numbers: impl IntoIterator<Item = f64>) -> Result<(), Error> {
    let mut previous = f64::NEG_INFINITY;
    for (index, x) in numbers.into_iter().enumerate() {
        if x < previous {
            return Err(Error::NotSorted { index });
        }
        previous = x;
    }
    Ok(())
}
