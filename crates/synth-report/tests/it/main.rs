//! The judge on planted faults: each must be found and named where it is.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bounds;
mod c2st;
mod faults;
mod feed;
mod nearest;
mod page;
mod pairs;
mod planted;
mod privacy;
mod relations;
mod row_rules;
