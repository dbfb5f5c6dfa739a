//! Speed and memory of `profile` and `generate`, beside a reader that only checks the syntax.

pub(crate) mod generate;
mod measure;
pub(crate) mod reader;
mod sets;
pub(crate) mod writer;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::workspace::{self, cargo};
use measure::Run;

/// Records that are generated to learn how long one is.
const N_PROBE_RECORDS: u64 = 2000;

/// What to measure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    size_bytes: u64,
    /// Without one, the rules are learned from the sample of orders.
    rules: Option<PathBuf>,
    /// Measure the sets in this folder instead of a generated file.
    sets: Option<PathBuf>,
}

impl Options {
    pub(crate) fn parse(words: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { size_bytes: 100_000_000, rules: None, sets: None };
        let mut rest = words;
        while let [flag, value, tail @ ..] = rest {
            match *flag {
                "--size-mb" => {
                    let megabytes: u64 = value
                        .parse()
                        .map_err(|_| Failure::new(format!("`{value}` is not a number of megabytes")))?;
                    options.size_bytes = megabytes.clamp(1, 1_000_000) * 1_000_000;
                }
                "--sets" => options.sets = Some(PathBuf::from(value)),
                "--rules" => options.rules = Some(PathBuf::from(value)),
                _ => break,
            }
            rest = tail;
        }
        if rest.is_empty() { Ok(options) } else { Err(Failure::new(format!("cannot read {rest:?}"))) }
    }
}

/// Generates a file of the wanted size and prints a table.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let scratch = tempfile::tempdir().map_err(|error| Failure::new(format!("no scratch folder: {error}")))?;
    let bench = Bench::build(scratch.path())?;
    if let Some(folder) = &options.sets {
        return sets::run(&bench, folder);
    }
    let rules = bench.rules(options)?;
    let data = bench.folder.join("data.jsonl");
    let n_records = bench.n_records(&rules, options.size_bytes)?;

    let generate = measure::best_of_3(|| bench.generate(&rules, n_records, &data))?;
    let size_bytes = std::fs::metadata(&data).map_err(Failure::at(&data))?.len();
    let reader = reader::measure(&data, reader::Kind::Syntax)?;
    let profile = measure::best_of_3(|| bench.profile(&data))?;

    println!("{n_records} records, {:.1} MB, best of 3\n", megabytes(size_bytes));
    println!(
        "{:<10} {:>9} {:>9} {:>9} {:>9} {:>12}",
        "", "wall s", "cpu s", "MB/s", "records/s", "wall/reader"
    );
    for (name, run) in [("reader", &reader), ("profile", &profile), ("generate", &generate)] {
        print_row(name, run, &reader, size_bytes, n_records);
    }
    match profile.peak_bytes {
        Some(bytes) => println!("\npeak memory of profile: {:.1} MB", megabytes(bytes)),
        None => println!("\npeak memory of profile: not available, this system has no /proc/<pid>/status"),
    }
    Ok(())
}

fn print_row(name: &str, run: &Run, reader: &Run, size_bytes: u64, n_records: u64) {
    let wall = run.wall.as_secs_f64();
    let cpu = run.cpu.map_or("-".to_owned(), |cpu| format!("{:.2}", cpu.as_secs_f64()));
    println!(
        "{name:<10} {wall:>9.2} {cpu:>9} {:>9.1} {:>9.0} {:>12.2}",
        megabytes(size_bytes) / wall,
        approximate(n_records) / wall,
        wall / reader.wall.as_secs_f64()
    );
}

fn megabytes(bytes: u64) -> f64 {
    approximate(bytes) / 1e6
}

/// Exact below 2^53, far above any count here.
fn approximate(count: u64) -> f64 {
    count as f64
}

struct Bench {
    program: PathBuf,
    folder: PathBuf,
}

impl Bench {
    /// Builds the program and this one, optimised; works in a folder.
    fn build(folder: &Path) -> Result<Self, Failure> {
        workspace::run(&mut cargo(&["build", "--release", "--package", "synth-cli"]))?;
        workspace::run(&mut cargo(&["build", "--release", "--package", "xtask"]))?;
        let program = workspace::metadata()?.target_directory.join("release").join("synth");
        Ok(Self { program, folder: folder.to_path_buf() })
    }

    /// Returns the given rules, or those of the sample.
    fn rules(&self, options: &Options) -> Result<PathBuf, Failure> {
        if let Some(rules) = &options.rules {
            return std::path::absolute(rules).map_err(Failure::at(rules));
        }
        let sample = workspace::root().join("fixtures").join("samples").join("shop_orders.jsonl");
        workspace::run(&mut self.profile(&sample))?;
        let rules = self.folder.join("sample.yaml");
        std::fs::rename(self.folder.join("rules.yaml"), &rules).map_err(Failure::at(&rules))?;
        Ok(rules)
    }

    /// Returns how many records make a file of `size_bytes`.
    fn n_records(&self, rules: &Path, size_bytes: u64) -> Result<u64, Failure> {
        let probe = self.folder.join("probe.jsonl");
        workspace::run(&mut self.generate(rules, N_PROBE_RECORDS, &probe))?;
        let probe_bytes = std::fs::metadata(&probe).map_err(Failure::at(&probe))?.len().max(1);
        Ok((size_bytes * N_PROBE_RECORDS).div_ceil(probe_bytes).max(1))
    }

    fn profile(&self, data: &Path) -> Command {
        let mut command = self.synth();
        command.arg("profile").arg(data).args(["--force", "--quiet"]);
        for (flag, name) in [
            ("--out", "rules.yaml"),
            ("--profile-out", "profile.json"),
            ("--schema-out", "schema.json"),
            ("--hypotheses-out", "rule_hypotheses.json"),
            ("--anomalies-out", "anomalies.json"),
        ] {
            command.arg(flag).arg(self.folder.join(name));
        }
        command
    }

    fn generate(&self, rules: &Path, n_records: u64, out: &Path) -> Command {
        let mut command = self.synth();
        command.args([OsStr::new("generate"), OsStr::new("--rules"), rules.as_os_str()]);
        command.args(["-n", &n_records.to_string(), "--seed", "42", "--force", "--out"]).arg(out);
        command
    }

    fn synth(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], expected: Option<(u64, Option<&str>)>) {
        let options = Options::parse(words).ok();
        let expected = expected.map(|(size_bytes, rules)| Options {
            size_bytes,
            rules: rules.map(PathBuf::from),
            sets: None,
        });
        assert_eq!(options, expected);
    }

    #[test]
    fn options_are_read() {
        check(&[], Some((100_000_000, None)));
        check(&["--size-mb", "1000", "--rules", "a.yaml"], Some((1_000_000_000, Some("a.yaml"))));
        check(&["--size-mb"], None);
        check(&["--size-mb", "many"], None);
        check(&["--sise-mb", "3"], None);
    }
}
