//! Measures of how two columns of one table hang together, each with a test against chance.
//!
//! [`rank`] compares two columns of numbers, [`table`] two columns of categories, [`groups`] a category with a
//! number; [`chance`] corrects for the number of pairs that were tried.
//!
//! Rows that lack either value are left out by the caller. Codes are numbers below a stated count.

pub mod chance;
pub mod groups;
pub mod rank;
pub mod table;

pub use chance::benjamini_hochberg;
pub use groups::{GroupTest, correlation_ratio};
pub use rank::{correlation_p_value, effective_n, mid_ranks, partial_correlation, pearson};
pub use table::{Contingency, IndependenceTest, informational_correlation};
