//! Judges synthetic data against real data and draws the report.
