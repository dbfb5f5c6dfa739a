//! Laws of the sketches and reference values of the tests.

#[cfg(test)]
mod association;
#[cfg(test)]
mod props;
#[cfg(test)]
mod reference;
