//! Laws of the sketches and reference values of the tests.

mod props;
