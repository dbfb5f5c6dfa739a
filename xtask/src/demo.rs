//! The main job on a sample of the repository: learn, make, judge.

use std::process::Command;
use std::time::Instant;

use crate::failure::Failure;
use crate::workspace::{self, cargo};

/// What is learned from.
const SAMPLE: &str = "fixtures/samples/shop_orders.jsonl";

/// Builds the program and runs profile, generate and validate on the sample, in `demo` in the target folder.
pub(crate) fn run() -> Result<(), Failure> {
    let start = Instant::now();
    workspace::run(&mut cargo(&["build", "--release", "--package", "synth-cli"]))?;
    let target = workspace::metadata()?.target_directory;
    let program = target.join("release").join("synth");
    let folder = target.join("demo");
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let sample = workspace::root().join(SAMPLE).display().to_string();
    let profile = ["profile", &sample, "--force"];
    let generate = ["generate", "--force"];
    let validate = ["validate", "--real", &sample, "--synthetic", "synthetic.jsonl", "--force"];
    for words in [profile.as_slice(), &generate, &validate] {
        println!("\n$ synth {}", words.join(" "));
        workspace::run(Command::new(&program).args(words).current_dir(&folder))?;
    }
    println!("\n{:.0} s; see {}", start.elapsed().as_secs_f64(), folder.display());
    Ok(())
}
