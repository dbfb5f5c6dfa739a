//! Checks and measurements of the workspace: `cargo xtask <task>`.
//!
//! Depends on no crate it checks. Modules in reading order: [`ci`] is the list of stages, [`layers`], [`tidy`],
//! [`golden`] and [`numbers`] are its own checks, [`browser`] opens reports, [`mod@bench`] measures, [`demo`] shows the program at work, [`llm`] starts a model,
//! [`workspace`] asks cargo, [`failure`] is how a task stops.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool: it reads the repository, runs programs, takes times and prints"
)]

mod bench;
mod browser;
mod ci;
mod demo;
mod failure;
mod golden;
mod layers;
mod llm;
mod numbers;
mod tidy;
mod workspace;

use std::process::ExitCode;

use failure::Failure;

const USAGE: &str = "\
usage: cargo xtask <task>

  demo                   learn a sample of the repository, make data like it, judge it
  ci [--slow]            run every check, tests last
  llm up|down [--port N] start (and install, if need be) or stop a llama.cpp server with a small model
  browser                open reports in Chromium, if it is there
  layers                 compare the edges between the crates with the table
  tidy                   check sizes, names and forbidden words
  golden [--bless]       compare (or renew) the files under fixtures/golden
  bench [--size-mb N] [--rules FILE]
                         measure profile and generate beside a plain JSON reader (default 100 MB)
  bench --sets FOLDER    measure profile beside serde_json to values, per MB of every set in the folder
  bench generate [-n N] [--flights FILE]
                         measure generate beside serde_json printing prepared structs (default 1,000,000 rows)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Failure> {
    match words {
        ["demo"] => demo::run(),
        ["ci"] => ci::run(ci::Depth::Usual),
        ["ci", "--slow"] => ci::run(ci::Depth::Slow),
        ["browser"] => browser::run(),
        ["llm", words @ ..] => llm::run(words),
        ["layers"] => layers::run(),
        ["tidy"] => tidy::run(),
        ["golden"] => golden::run(golden::Mode::Compare),
        ["golden", "--bless"] => golden::run(golden::Mode::Bless),
        ["bench", "generate", options @ ..] => {
            bench::generate::run(&bench::generate::Options::parse(options)?)
        }
        ["bench", options @ ..] => bench::run(&bench::Options::parse(options)?),
        ["bench-reader", kind, file] => bench::reader::run(kind, file),
        ["bench-writer", shape, file, n_rows, n_threads] => {
            bench::writer::run(shape, file, [n_rows, n_threads])
        }
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(Failure::new(format!("unknown task `{}`\n\n{USAGE}", words.join(" ")))),
    }
}
