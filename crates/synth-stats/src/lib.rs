//! Sketches, quantile functions and two-sample tests.
