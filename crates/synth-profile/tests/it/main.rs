//! Tests of the profiler from records to profile.
#![expect(clippy::print_stderr, reason = "tests say when there are no data sets")]

mod assisted;
mod chains;
mod clocks;
mod cuts;
mod feed;
mod gaps;
mod laws;
mod machines;
mod places;
mod relations;
mod shapes;
mod stored;
mod text_cues;
mod times;
mod values;
mod variation;
mod verify;
