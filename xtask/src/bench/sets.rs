//! The whole of `profile`, both passes, beside `serde_json` reading the same file to values, for each set of a folder.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::{Bench, measure, megabytes, reader};
use crate::failure::Failure;

/// Sets of lines are measured once more, repeated until they are as large as this, so that the start of the program
/// and the search for relations, whose cost is bounded, count for less.
const MIN_BYTES: u64 = 20_000_000;

/// What of a set is measured.
#[derive(Debug)]
struct Input {
    label: String,
    data: PathBuf,
}

/// Prints one row for each set, and one for those of lines many times over.
pub(super) fn run(bench: &Bench, folder: &Path) -> Result<(), Failure> {
    println!("profile: both passes, best of 3; values: serde_json to `Value`, one thread, file in memory");
    println!("a set of lines has a second row, repeated up to 20 MB; times are seconds per MB\n");
    println!(
        "{:<36} {:>8} {:>9} {:>9} {:>9} {:>12} {:>12} {:>9}",
        "set", "MB", "wall", "cpu", "values", "wall/values", "cpu/values", "peak MB"
    );
    for set in sets(folder)? {
        for input in bench.inputs(&set)? {
            row(bench, &input)?;
        }
    }
    Ok(())
}

fn row(bench: &Bench, Input { label, data }: &Input) -> Result<(), Failure> {
    let size = megabytes(std::fs::metadata(data).map_err(Failure::at(data))?.len());
    let values = reader::measure(data, reader::Kind::Values)?.wall.as_secs_f64() / size;
    let profile = measure::best_of_3(|| bench.profile(data))?;
    let wall = profile.wall.as_secs_f64() / size;
    let cpu = profile.cpu.map(|cpu| cpu.as_secs_f64() / size);
    let show = |number: Option<f64>, digits: usize| {
        number.map_or("-".to_owned(), |number| format!("{number:.digits$}"))
    };
    println!(
        "{label:<36} {size:>8.1} {wall:>9.4} {:>9} {values:>9.4} {:>12.1} {:>12} {:>9}",
        show(cpu, 4),
        wall / values,
        show(cpu.map(|cpu| cpu / values), 1),
        show(profile.peak_bytes.map(megabytes), 0),
    );
    Ok(())
}

fn sets(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Failure::at(folder))? {
        paths.push(entry.map_err(Failure::at(folder))?.path());
    }
    let is_set = |path: &PathBuf| {
        let end = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        ["json", "jsonl", "geojson"].contains(&end.as_str()) || path.to_string_lossy().ends_with(".jsonl.gz")
    };
    paths.retain(is_set);
    paths.sort();
    Ok(paths)
}

impl Bench {
    /// Returns what of a set is measured; compressed sets are unpacked, since the yardstick reads plain JSON.
    fn inputs(&self, set: &Path) -> Result<Vec<Input>, Failure> {
        let name = set.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (name, data) = match name.strip_suffix(".gz") {
            Some(plain) => (plain.to_owned(), self.unpacked(set, plain)?),
            None => (name, set.to_owned()),
        };
        let mut inputs = vec![Input { label: name.clone(), data: data.clone() }];
        if name.ends_with(".jsonl") {
            let (n_times, data) = self.repeated(&data)?;
            inputs.push(Input { label: format!("{name} x{n_times}"), data });
        }
        Ok(inputs)
    }

    fn unpacked(&self, set: &Path, name: &str) -> Result<PathBuf, Failure> {
        let path = self.folder.join(name);
        let mut packed = MultiGzDecoder::new(File::open(set).map_err(Failure::at(set))?);
        let mut file = File::create(&path).map_err(Failure::at(&path))?;
        std::io::copy(&mut packed, &mut file).map_err(Failure::at(set))?;
        Ok(path)
    }

    /// Writes the lines of a set again and again into one file; also returns how often.
    fn repeated(&self, set: &Path) -> Result<(u64, PathBuf), Failure> {
        let mut lines = std::fs::read(set).map_err(Failure::at(set))?;
        if !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
        let path = self.folder.join("repeated.jsonl");
        let mut file = File::create(&path).map_err(Failure::at(&path))?;
        let size = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let n_times = MIN_BYTES.div_ceil(size.max(1));
        for _ in 0..n_times {
            file.write_all(&lines).map_err(Failure::at(&path))?;
        }
        Ok((n_times, path))
    }
}
