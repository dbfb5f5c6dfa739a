//! Personal-data detectors and the gate every published literal passes.
