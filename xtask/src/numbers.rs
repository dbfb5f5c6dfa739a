//! What a profile says, compared with a slow count by another program: `fixtures/checks/profile_numbers.py`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::workspace;

/// Larger samples beside the repository take too long for every run.
const MAX_BYTES: u64 = 1_000_000;

/// Profiles samples and made-up files with the program that is there, and has each profile checked.
pub(crate) fn run_built() -> Result<(), Failure> {
    let version =
        Command::new("python3").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        println!("numbers: SKIPPED, there is no python3 to count with");
        return Ok(());
    }
    let fixtures = workspace::root().join("fixtures");
    let checker = fixtures.join("checks").join("profile_numbers.py");
    let scratch = tempfile::tempdir().map_err(|error| Failure::new(format!("no scratch folder: {error}")))?;
    let made = scratch.path().join("made");
    std::fs::create_dir(&made).map_err(Failure::at(&made))?;
    workspace::run(Command::new("python3").arg(&checker).arg("--made-up").arg(&made))?;
    let mut samples = samples(&fixtures.join("samples"))?;
    samples.extend(self::samples(&made)?);
    match shared_data() {
        Some(folder) => samples.extend(small(self::samples(&folder)?)),
        None => println!("numbers: no data beside the repository nor in SYNTH_SHARED, its own samples only"),
    }
    let program = workspace::metadata()?.target_directory.join("debug").join("synth");
    let mut n_wrong = 0;
    for sample in &samples {
        profile(&program, sample, scratch.path())?;
        let mut check = Command::new("python3");
        let holds = check.arg(&checker).arg(scratch.path().join("profile.json")).arg(sample).status();
        n_wrong += usize::from(!holds.is_ok_and(|status| status.success()));
    }
    if n_wrong == 0 { Ok(()) } else { Err(Failure::new(format!("{n_wrong} profiles say what is not true"))) }
}

/// Made-up files hold two lines that are no JSON.
fn profile(program: &Path, sample: &Path, folder: &Path) -> Result<(), Failure> {
    let mut command = Command::new(program);
    command.current_dir(folder).args(["profile", "--quiet", "--force", "--single-pass", "--max-bad", "9"]);
    workspace::run(command.arg(sample))
}

/// The samples in a folder, in the order of their names.
fn samples(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Failure::at(folder))? {
        paths.push(entry.map_err(Failure::at(folder))?.path());
    }
    let is_sample = |path: &PathBuf| {
        path.extension()
            .and_then(OsStr::to_str)
            .is_some_and(|end| matches!(end, "json" | "jsonl" | "geojson"))
    };
    paths.retain(is_sample);
    paths.sort();
    Ok(paths)
}

fn small(mut samples: Vec<PathBuf>) -> Vec<PathBuf> {
    samples.retain(|path| std::fs::metadata(path).is_ok_and(|data| data.len() <= MAX_BYTES));
    samples
}

/// The data sets beside the repository, or where `SYNTH_SHARED` says.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let named = std::env::var_os("SYNTH_SHARED").map(PathBuf::from);
    let data = named.unwrap_or_else(|| workspace::root().join("..").join("shared")).join("data");
    data.is_dir().then_some(data)
}
