//! The detectors on fields with known answers.

#[cfg(test)]
mod fields;
