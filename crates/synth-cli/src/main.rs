//! The `synth` command: learns the shape and statistics of JSON and writes synthetic JSON that stands in for it.
//!
//! Place in the flow: above everything. This crate reads arguments, opens files, shows progress and errors, and
//! wires the libraries together; what a value means is decided elsewhere.
#![expect(
    clippy::disallowed_methods,
    reason = "the command line shows results and errors, and times what it does"
)]

mod args;
mod asking;
mod assisting;
mod cache;
mod checkpoint;
mod commands;
mod conditional;
mod display;
mod failure;
mod joint;
mod judge;
mod making;
mod manifest;
mod output;
mod plugins;
mod profile_files;
mod progress;
mod rules;
mod run_log;
mod samples;
mod scenarios;
mod second_pass;
mod settings;
mod texts;

use std::process::ExitCode;

use args::{Command, Config};

/// How a command that ran ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Done,
    /// A check did not pass.
    CheckFailed,
}

fn main() -> ExitCode {
    let arguments = match settings::arguments() {
        Ok(arguments) => arguments,
        Err(failure) => {
            display::Screen::new(false).failure(&failure);
            return ExitCode::from(2);
        }
    };
    let screen = display::Screen::new(arguments.global.quiet);
    let result = match &arguments.command {
        Command::Profile(args) => commands::profile::run(args, &screen),
        Command::Generate(args) => commands::generate::run(args, &screen),
        Command::Validate(args) => commands::validate::run(args, &screen),
        Command::Compare(args) => commands::compare::run(args, &screen),
        Command::Dryrun(args) => commands::dryrun::run(args, &screen),
        Command::Schema(args) => commands::schema::run(args),
        Command::Rules(args) => commands::rules::run(args, &screen),
        Command::Explain(args) => commands::explain::run(args),
        Command::Cache(args) => commands::answers::run(args, &screen),
        Command::Scenario(args) => commands::scenario::run(args, &screen),
        Command::Config(Config::Show(args)) => {
            commands::config::run(args, arguments.global.config.as_deref())
        }
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::CheckFailed) => ExitCode::from(1),
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            screen.failure(&failure);
            ExitCode::from(2)
        }
    }
}
