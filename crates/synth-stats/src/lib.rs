//! Sketches, quantile functions and two-sample tests.
//!
//! Place in the flow: accumulators of the profiler are built from the sketches here, the quantile functions
//! fitted to them stand in the rule file, generators draw through them, and the validator compares real and
//! synthetic summaries with the tests.
//!
//! Modules in reading order: [`bottom_k`], [`histogram`], [`sum`], [`float_sum`],
//! [`hyperloglog`] and [`counts`] are the
//! sketches; [`quantiles`] fits a publishable distribution; [`choice`] draws from weights; [`tests2`] compares
//! two samples; [`normal`] is the normal distribution; [`association`] measures how columns hang together, [`series`] what happens along time, [`word_chain`] which words follow each other, [`boost`] whether two kinds of rows can be told apart.
//!
//! Invariants: every sketch is an exact commutative monoid under `merge`: its state is a function of the
//! multiset of pushed values alone, bit for bit, whatever the order and however the input was cut. Memory is
//! bounded, and each sketch states its bound. No JSON, no paths, no clock, no randomness.

pub mod association;
pub mod boost;
pub mod bottom_k;
pub mod choice;
pub mod counts;
pub mod error;
pub mod float_sum;
pub mod histogram;
pub mod hyperloglog;
pub mod joint;
pub mod normal;
pub mod quantiles;
pub mod series;
pub mod sum;
pub mod tests2;
pub mod word_chain;

pub use bottom_k::BottomK;
pub use choice::Cumulative;
pub use counts::LengthHistogram;
pub use error::Error;
pub use float_sum::FloatSum;
pub use histogram::OrderHistogram;
pub use hyperloglog::HyperLogLog;
pub use quantiles::QuantileFunction;
pub use sum::ExactSum;
pub use tests2::SortedSample;
