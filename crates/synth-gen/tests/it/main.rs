//! Laws of generation, checked from outside.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod bound;
mod chains;
mod collect;
mod derived;
mod distinct;
mod faults;
mod formulas;
mod given;
mod hostile;
mod joined;
mod joint;
mod laws;
mod outside;
mod people;
mod plugins;
mod references;
mod sequence;
mod settled;
mod shapes;
mod single;
mod states;
mod unique;
mod values;
mod written;
