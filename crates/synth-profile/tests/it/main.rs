//! Tests of the profiler from records to profile.

mod feed;
mod laws;
mod relations;
mod shapes;
mod times;
