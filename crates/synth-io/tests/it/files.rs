//! Output files: whole or not there.

use std::path::{Path, PathBuf};

use synth_io::{Input, OutputFile, Overwrite, ReadOptions, read_text_file, write_text_file};

use crate::fold;

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_when_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.json");
    let mut file = OutputFile::create(&path, Overwrite::Refuse).unwrap();
    file.write_all(b"half").unwrap();
    assert!(!path.exists());
    drop(file);
    assert!(names(folder.path()).is_empty(), "what was not finished is removed");
    let mut file = OutputFile::create(&path, Overwrite::Refuse).unwrap();
    file.write_all(b"whole").unwrap();
    file.finish_durably().unwrap();
    assert_eq!(read_text_file(&path, 5).unwrap(), "whole");
    assert_eq!(names(folder.path()), std::slice::from_ref(&path));
    assert_eq!(read_text_file(&path, 4).unwrap_err().code(), "io/line-too-long");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    write_text_file(&path, "x", Overwrite::Refuse).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn existing_files_are_kept_unless_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    write_text_file(&path, "one", Overwrite::Refuse).unwrap();
    let error = write_text_file(&path, "two", Overwrite::Refuse).unwrap_err();
    assert_eq!((error.code(), error.place.source.as_deref()), ("io/exists", path.to_str()));
    let late = OutputFile::create(&folder.path().join("late"), Overwrite::Refuse).unwrap();
    write_text_file(&folder.path().join("late"), "other", Overwrite::Refuse).unwrap();
    assert_eq!(late.finish().unwrap_err().code(), "io/exists");
    write_text_file(&path, "three", Overwrite::Replace).unwrap();
    assert_eq!(read_text_file(&path, 99).unwrap(), "three");
}

#[test]
fn places_that_take_no_file_are_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let code = |path: &Path| OutputFile::create(path, Overwrite::Replace).unwrap_err().code();
    assert_eq!(code(folder.path()), "io/is-a-directory");
    assert_eq!(code(&folder.path().join("none/out")), "io/unwritable");
    assert_eq!(read_text_file(&folder.path().join("none"), 9).unwrap_err().code(), "io/not-found");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_device_written_directly() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    write_text_file(&target, "old", Overwrite::Refuse).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    write_text_file(&link, "new", Overwrite::Replace).unwrap();
    assert!(link.is_symlink());
    assert_eq!(read_text_file(&target, 9).unwrap(), "new");
    write_text_file(Path::new("/dev/null"), "gone", Overwrite::Refuse).unwrap();
    assert!(!Path::new("/dev/null").is_file());
}

#[test]
fn compressed_output_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"] {
        let path = folder.path().join(name);
        write_text_file(&path, &"{\"a\":1}\n".repeat(1000), Overwrite::Refuse).unwrap();
        let size = path.metadata().unwrap().len();
        assert_eq!(size < 8000, name != "a.jsonl", "{name} has {size} bytes");
        assert_eq!(fold(Input::open(&[path], &ReadOptions::default()).unwrap()).unwrap().n_records, 1000);
    }
}
