//! Nicolas Seriot's JSONTestSuite: what must be accepted is, what must be refused is refused with a place.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "finds its data and says when there is none"
)]

use std::path::{Path, PathBuf};

use synth_io::{Input, ReadOptions, Scanner};

use crate::fold;

/// Files that are no JSON text, but whose lines are.
const VALID_LINES: &[&str] = &[];

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var("SYNTH_SHARED").map_or(beside, PathBuf::from);
    let folder = shared.join("json_suite/test_parsing");
    folder.is_dir().then_some(folder)
}

fn check(name: &str, path: PathBuf) -> Result<(), String> {
    let bytes = std::fs::read(&path).unwrap();
    let scanned = Scanner::new(512).scan(&bytes).map(|_| ());
    let read = Input::open(&[path], &ReadOptions::default()).and_then(fold);
    match (&name[..2], scanned, read) {
        ("y_", Ok(()), Ok(folded)) if folded.n_bad == 0 => Ok(()),
        ("n_", Err(_), Ok(_)) if VALID_LINES.contains(&name) => Ok(()),
        ("n_", Err(_), Err(error)) if !VALID_LINES.contains(&name) => {
            let is_empty = error.code() == "io/empty-input";
            let has_place = error.place.source.is_some() && error.place.offset_bytes.is_some();
            if has_place || is_empty { Ok(()) } else { Err(format!("{name}: no place in {error:?}")) }
        }
        ("i_", ..) => Ok(()),
        (_, scanned, read) => Err(format!("{name}: scanned {scanned:?}, read {:?}", read.map(|_| ()))),
    }
}

#[test]
fn the_suite_agrees() {
    let Some(folder) = folder() else {
        eprintln!("SKIPPED: no json_suite/test_parsing beside the repository nor in SYNTH_SHARED");
        return;
    };
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 300, "the suite is whole");
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    let problems: Vec<String> =
        paths.into_iter().filter_map(|path| check(&name(&path), path).err()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
