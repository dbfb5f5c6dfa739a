//! Tests of the profiler from records to profile.

mod feed;
mod laws;
mod shapes;
mod times;
