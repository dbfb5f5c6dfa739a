//! The whole of `profile`, both passes, beside `serde_json` reading the same file to values, for each set of a folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Bench, measure, megabytes, reader};
use crate::failure::Failure;

/// Sets of lines are repeated until they are as large as this, so that the start of the program does not count.
const MIN_BYTES: u64 = 20_000_000;

/// Prints one row for each set.
pub(super) fn run(bench: &Bench, folder: &Path) -> Result<(), Failure> {
    println!("profile: both passes, best of 3; values: serde_json to `Value`, one thread, file in memory");
    println!("sets of lines are repeated up to 20 MB, documents are as they are\n");
    println!("{:<34} {:>8} {:>11} {:>11} {:>9}", "set", "MB", "profile s/MB", "values s/MB", "ratio");
    for set in sets(folder)? {
        let name = set.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let data = if name.ends_with(".jsonl") { bench.repeated(&set)? } else { set.clone() };
        let size = megabytes(std::fs::metadata(&data).map_err(Failure::at(&data))?.len());
        let values = reader::measure(&data, reader::Kind::Values)?.wall.as_secs_f64() / size;
        let profile = measure::best_of_3(|| bench.profile(&data))?.wall.as_secs_f64() / size;
        println!("{name:<34} {size:>8.1} {profile:>12.4} {values:>11.4} {:>9.1}", profile / values);
    }
    Ok(())
}

fn sets(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Failure::at(folder))? {
        paths.push(entry.map_err(Failure::at(folder))?.path());
    }
    let is_set = |path: &PathBuf| {
        let end = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        ["json", "jsonl", "geojson"].contains(&end.as_str())
    };
    paths.retain(is_set);
    paths.sort();
    Ok(paths)
}

impl Bench {
    /// Writes the lines of a set again and again into one file.
    fn repeated(&self, set: &Path) -> Result<PathBuf, Failure> {
        let mut lines = std::fs::read(set).map_err(Failure::at(set))?;
        if !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
        let path = self.folder.join("repeated.jsonl");
        let mut file = std::fs::File::create(&path).map_err(Failure::at(&path))?;
        let size = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        for _ in 0..MIN_BYTES.div_ceil(size.max(1)) {
            file.write_all(&lines).map_err(Failure::at(&path))?;
        }
        Ok(path)
    }
}
