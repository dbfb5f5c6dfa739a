//! The tests that take long, run by `cargo xtask ci --slow`.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests make and read files, find their data, and stop where they cannot go on"
)]
#![expect(dead_code, reason = "the quick tests use more of the folder")]

#[path = "../it/folder.rs"]
mod folder;
#[path = "../it/rare_shapes.rs"]
mod rare_shapes;

#[test]
fn a_field_in_3_of_a_million() {
    rare_shapes::check_rare_field(1_000_000, "3e-6");
}
