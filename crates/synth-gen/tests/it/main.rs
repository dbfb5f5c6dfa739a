//! Laws of generation, checked from outside.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod bound;
mod collect;
mod formulas;
mod hostile;
mod laws;
mod references;
mod shapes;
mod unique;
mod values;
