//! The yardsticks: `serde_json` checks the syntax of a file and builds nothing, or builds values.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::measure::Run;
use crate::failure::Failure;
use crate::workspace::cargo;

/// What is made of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    Syntax,
    /// A `serde_json::Value` for each record.
    Values,
}

impl Kind {
    /// The word for it on the command line.
    const fn word(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Values => "values",
        }
    }
}

/// Reads a file three times and prints the shortest time in microseconds.
///
/// The file is in memory before the clock starts, so this is the parser's speed alone.
pub(crate) fn run(kind: &str, file: &str) -> Result<(), Failure> {
    let path = Path::new(file);
    let bytes = std::fs::read(path).map_err(Failure::at(path))?;
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        if kind == Kind::Values.word() {
            read::<serde_json::Value>(&bytes).map_err(Failure::at(path))?;
        } else {
            read::<IgnoredAny>(&bytes).map_err(Failure::at(path))?;
        }
        best = best.min(start.elapsed());
    }
    println!("{}", best.as_micros());
    Ok(())
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(), serde_json::Error> {
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<T>() {
        std::hint::black_box(value?);
    }
    Ok(())
}

/// Lets an optimised build of this program run [`run`].
pub(super) fn measure(path: &Path, kind: Kind) -> Result<Run, Failure> {
    let file = path.to_string_lossy();
    let output = cargo(&[
        "run",
        "--quiet",
        "--release",
        "--package",
        "xtask",
        "--",
        "bench-reader",
        kind.word(),
        &file,
    ])
    .output()
    .map_err(|error| Failure::new(format!("cannot start the reader: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new(format!("the reader: {}", String::from_utf8_lossy(&output.stderr))));
    }
    let micros = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .map_err(|error| Failure::new(format!("the reader printed no time: {error}")))?;
    // One thread without input and output: its CPU time is its wall time.
    let wall = Duration::from_micros(micros);
    Ok(Run { wall, cpu: Some(wall), peak_bytes: None })
}
