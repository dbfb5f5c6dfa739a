//! Laws of generation, checked from outside.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod bound;
mod collect;
mod derived;
mod faults;
mod formulas;
mod hostile;
mod joint;
mod laws;
mod plugins;
mod references;
mod shapes;
mod unique;
mod values;
