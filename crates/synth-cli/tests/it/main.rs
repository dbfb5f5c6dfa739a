//! The built program, run in an empty folder: wiring, exit codes, messages and files.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests make and read files, find their data, and stop where they cannot go on"
)]

mod along;
mod assisted;
mod bad_input;
mod bad_rules;
mod cache;
mod checkpoints;
mod closed;
mod determinism;
mod documents;
mod drawn;
mod examples;
mod explain;
mod expressions;
mod findings;
mod folder;
mod joint;
mod joint_edits;
mod joint_givens;
mod joint_models;
mod joint_presence;
mod joint_types;
mod json_suite;
mod judging;
mod llm_text;
mod model_server;
mod mutations;
mod odd_input;
mod outcome;
mod outputs;
mod partials;
mod privacy;
mod rare_shapes;
mod scenarios;
mod scripts;
mod second_pass;
mod settings;
mod update;
mod whole_way;
