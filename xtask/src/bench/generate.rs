//! `generate` beside `serde_json` printing prepared structs of the same shape, on one thread and on two.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::measure::{self, Run};
use super::writer::Shape;
use super::{Bench, approximate, megabytes};
use crate::failure::Failure;
use crate::workspace;

/// Rows that the printer holds in memory.
const N_PREPARED: u64 = 20_000;
/// Runs of more rows than this are made once, others three times.
const N_REPEATED: u64 = 2_000_000;

/// Parents of the flights; a larger sample would have more of them, and their codes would run out with more rows.
const PARENTS: [&str; 4] = ["$.airlines[]=12", "$.airports[]=1400", "$.planes[]=3300", "$.weather[]=5000"];

/// What to measure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    n_rows: u64,
    /// A document of flights whose rules are learned; without one, that of the repository.
    flights: Option<PathBuf>,
}

impl Options {
    pub(crate) fn parse(words: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { n_rows: 1_000_000, flights: None };
        let mut rest = words;
        while let [flag, value, tail @ ..] = rest {
            match *flag {
                "-n" => {
                    let n_rows = value.replace('_', "").parse();
                    options.n_rows =
                        n_rows.map_err(|_| Failure::new(format!("`{value}` is not a number of rows")))?;
                }
                "--flights" => options.flights = Some(PathBuf::from(value)),
                _ => break,
            }
            rest = tail;
        }
        if rest.is_empty() { Ok(options) } else { Err(Failure::new(format!("cannot read {rest:?}"))) }
    }
}

/// Measures both shapes and prints a table.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let scratch = tempfile::tempdir().map_err(|error| Failure::new(format!("no scratch folder: {error}")))?;
    let bench = Bench::build(scratch.path())?;
    println!("{} rows to nowhere; serde_json: prepared structs, each thread all rows", options.n_rows);
    println!("per thread: MB/s of one thread; ratio: to serde_json on as many threads\n");
    println!(
        "{:<22} {:>7} {:>8} {:>10} {:>7} {:>10} {:>6} {:>8}",
        "", "threads", "wall s", "rows/s", "MB/s", "per thread", "ratio", "peak MB"
    );
    let root = workspace::root().join("fixtures");
    let readings = root.join("rules").join("meter_readings.yaml");
    bench.compare(Shape::Readings, &readings, options.n_rows)?;
    let sample = options.flights.clone().unwrap_or_else(|| root.join("samples").join("flights_small.json"));
    let sample = std::path::absolute(&sample).map_err(Failure::at(&sample))?;
    workspace::run(&mut bench.profile(&sample))?;
    bench.compare(Shape::Flights, &bench.folder.join("rules.yaml"), options.n_rows)
}

impl Bench {
    fn compare(&self, shape: Shape, rules: &Path, n_rows: u64) -> Result<(), Failure> {
        let prepared = self.folder.join(format!("prepared.{}", shape.word()));
        workspace::run(self.generate_shape(shape, (rules, N_PREPARED), &prepared).args(["--quiet"]))?;
        for n_threads in [1, 2] {
            let (wall, n_bytes) = self.print(shape, &prepared, [n_rows, n_threads])?;
            let printer = megabytes(n_bytes) / wall.as_secs_f64();
            let run = Run { wall, cpu: None, peak_bytes: None };
            // Each thread printed all rows.
            let all = [n_rows * n_threads, n_bytes * n_threads, n_threads];
            print_row(&format!("serde_json {}", shape.word()), &run, all, printer);
            let (run, n_bytes) = self.time(shape, (rules, n_rows), n_threads)?;
            print_row(&format!("generate {}", shape.word()), &run, [n_rows, n_bytes, n_threads], printer);
        }
        Ok(())
    }

    fn generate_shape(&self, shape: Shape, (rules, n_rows): (&Path, u64), out: &Path) -> Command {
        let mut command = self.generate(rules, n_rows, out);
        if shape == Shape::Flights {
            PARENTS.iter().for_each(|count| _ = command.args(["--count", count]));
        }
        command
    }

    /// Runs `generate` with its output thrown away; returns also the number of bytes it told of.
    fn time(
        &self,
        shape: Shape,
        (rules, n_rows): (&Path, u64),
        n_threads: u64,
    ) -> Result<(Run, u64), Failure> {
        let told = self.folder.join("told.txt");
        let once = || {
            let said = std::fs::File::create(&told).map_err(Failure::at(&told))?;
            let mut command = self.generate_shape(shape, (rules, n_rows), Path::new("-"));
            measure::once(command.args(["--parallel", &n_threads.to_string()]).stderr(said))
        };
        let mut run = once()?;
        if n_rows <= N_REPEATED {
            run = run.better_of(once()?).better_of(once()?);
        }
        let text = std::fs::read_to_string(&told).map_err(Failure::at(&told))?;
        let n_bytes =
            told_bytes(&text).ok_or_else(|| Failure::new(format!("generate told no bytes: {text}")))?;
        Ok((run, n_bytes))
    }

    /// Lets an optimised build of this program print rows that were prepared.
    fn print(&self, shape: Shape, prepared: &Path, numbers: [u64; 2]) -> Result<(Duration, u64), Failure> {
        let program = self.program.with_file_name("xtask");
        let [n_rows, n_threads] = numbers.map(|number| number.to_string());
        let mut command = Command::new(&program);
        command.args(["bench-writer", shape.word()]).arg(prepared).args([&n_rows, &n_threads]);
        let output = command.stderr(Stdio::inherit()).output().map_err(Failure::at(&program))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut words = text.split_whitespace().map(str::parse);
        match (words.next(), words.next()) {
            (Some(Ok(micros)), Some(Ok(n_bytes))) => Ok((Duration::from_micros(micros), n_bytes)),
            _ => Err(Failure::new(format!("the printer said {text:?}"))),
        }
    }
}

fn print_row(name: &str, run: &Run, [n_rows, n_bytes, n_threads]: [u64; 3], printer: f64) {
    let wall = run.wall.as_secs_f64();
    let peak = run.peak_bytes.map_or("-".to_owned(), |bytes| format!("{:.1}", megabytes(bytes)));
    let speed = megabytes(n_bytes) / wall;
    let each = speed / approximate(n_threads);
    println!(
        "{name:<22} {n_threads:>7} {wall:>8.2} {:>10.0} {speed:>7.0} {each:>10.0} {:>6.2} {peak:>8}",
        approximate(n_rows) / wall,
        each / printer,
    );
}

/// Returns the number of bytes in what `generate` says at its end.
fn told_bytes(text: &str) -> Option<u64> {
    let before = text.split(" bytes").next()?;
    before.rsplit(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let parse = |words: &[&str]| Options::parse(words).ok();
        assert_eq!(parse(&[]), Some(Options { n_rows: 1_000_000, flights: None }));
        let flights = Some(PathBuf::from("a.json"));
        assert_eq!(
            parse(&["-n", "10_000", "--flights", "a.json"]),
            Some(Options { n_rows: 10_000, flights })
        );
        assert_eq!(parse(&["-n"]), None);
        assert_eq!(parse(&["-n", "many"]), None);
    }

    #[test]
    fn bytes_are_found_in_words() {
        assert_eq!(
            told_bytes("document with 5 flights, 1234 bytes, seed 42: -\nrelationships 3 x\n"),
            Some(1234)
        );
        assert_eq!(told_bytes("nothing"), None);
    }
}
