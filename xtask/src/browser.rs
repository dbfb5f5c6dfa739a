//! Opens reports in a browser: `cargo xtask browser`.
//!
//! Needs Chromium, Node.js and its package registry, from which `puppeteer-core` comes once, into the user's cache. Without
//! any of them nothing is opened, and that is said.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::workspace;

/// Programs that are Chromium.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Builds the program and opens reports that it makes.
pub(crate) fn run() -> Result<(), Failure> {
    workspace::run(&mut workspace::cargo(&["build", "--bin", "synth"]))?;
    run_built()
}

/// Opens reports that the built program makes.
pub(crate) fn run_built() -> Result<(), Failure> {
    let Some(chromium) = chromium() else {
        println!("browser: SKIPPED, there is no Chromium (set CHROMIUM to its program)");
        return Ok(());
    };
    if !works(Command::new("node").arg("--version")) {
        println!("browser: SKIPPED, there is no Node.js to drive Chromium with");
        return Ok(());
    }
    let scripts = workspace::root().join("fixtures").join("checks").join("browser");
    let Some(modules) = modules(&scripts)? else {
        println!("browser: SKIPPED, puppeteer-core cannot be installed (no npm, or no registry)");
        return Ok(());
    };
    let program = workspace::metadata()?.target_directory.join("debug").join("synth");
    let scratch = tempfile::tempdir().map_err(|error| Failure::new(format!("no scratch folder: {error}")))?;
    let mut smoke = Command::new("node");
    smoke.arg(scripts.join("smoke.mjs")).arg(modules).arg(chromium).arg(program).arg(scratch.path());
    workspace::run(&mut smoke)
}

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let candidates = named.into_iter().chain(BROWSERS.map(PathBuf::from));
    candidates.into_iter().find_map(|program| {
        let found = works(Command::new(&program).arg("--version"));
        // The driver wants a path, not a name.
        found.then(|| in_path(&program)).flatten()
    })
}

fn in_path(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return Some(program.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

fn works(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The folder that holds `node_modules`; `None` when the packages cannot be had.
fn modules(scripts: &Path) -> Result<Option<PathBuf>, Failure> {
    let Some(folder) = cache() else { return Ok(None) };
    std::fs::create_dir_all(&folder).map_err(Failure::at(&folder))?;
    let wanted = scripts.join("package.json");
    let text = std::fs::read_to_string(&wanted).map_err(Failure::at(&wanted))?;
    let installed = folder.join("package.json");
    let is_there = folder.join("node_modules").join("puppeteer-core").is_dir();
    if is_there && std::fs::read_to_string(&installed).is_ok_and(|known| known == text) {
        return Ok(Some(folder));
    }
    std::fs::write(&installed, text).map_err(Failure::at(&installed))?;
    let mut npm = Command::new("npm");
    npm.current_dir(&folder).args([
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
    ]);
    npm.args(["--fetch-retries=1", "--fetch-timeout=20000"]);
    Ok(works(&mut npm).then_some(folder))
}

fn cache() -> Option<PathBuf> {
    let own = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let usual = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    Some(own.or_else(usual)?.join("synth-browser"))
}
