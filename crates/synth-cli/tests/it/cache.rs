//! `profile --cache`.

use std::path::Path;

use crate::folder::{Folder, Run, sample};

const FILES: [&str; 5] =
    ["anomalies.json", "profile.json", "rule_hypotheses.json", "ruleset.yaml", "schema.json"];

fn profile(folder: &Folder, more: &[&str]) -> Run {
    folder.done(&[&["profile", "a.jsonl", "--force", "--cache-dir", "kept"], more].concat())
}

fn written(folder: &Folder) -> Vec<Vec<u8>> {
    FILES.iter().map(|name| folder.bytes(name)).collect()
}

fn kept(folder: &Folder) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.path().join("kept")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn is_from_cache(run: &Run) -> bool {
    run.stderr.contains("from the cache")
}

#[test]
fn unchanged_files_are_not_read_again() {
    let folder = Folder::with("a.jsonl", sample("shop_orders.jsonl"));
    let first = profile(&folder, &["--cache"]);
    assert!(!is_from_cache(&first));
    let whole = written(&folder);
    let second = profile(&folder, &["--cache"]);
    assert!(is_from_cache(&second) && second.stderr.contains("400 records"), "{}", second.stderr);
    assert_eq!(written(&folder), whole);
    assert!(!is_from_cache(&profile(&folder, &["--cache", "--format", "jsonl"])), "another question");
    assert!(
        is_from_cache(&profile(&folder, &["--cache", "--k", "7"])),
        "k is asked for when rules are written"
    );
    assert!(is_from_cache(&profile(&folder, &["--cache", "--partial", "-o", "p", "--parallel", "1"])));
    folder.done(&["profile", "finish", "p", "--force"]);
    assert_eq!(written(&folder)[1..], whole[1..], "all but the places of anomalies");
}

#[test]
fn changed_files_and_damaged_answers_are_read() {
    let folder = Folder::with("a.jsonl", "{\"a\": 1, \"a\": 1}\n{\"a\": 2}\n");
    profile(&folder, &["--cache"]);
    folder.write("a.jsonl", "{\"a\": 1, \"a\": 1}\n{\"a\": 3}\n");
    assert!(!is_from_cache(&profile(&folder, &["--cache"])));
    let again = profile(&folder, &["--cache"]);
    assert!(is_from_cache(&again) && again.stderr.contains("io/duplicate-key"), "{}", again.stderr);
    let [kept] = kept(&folder).try_into().expect("the changed file replaces what was kept of it");
    std::fs::write(kept, "damaged").unwrap();
    assert!(!is_from_cache(&profile(&folder, &["--cache"])));
    assert!(is_from_cache(&profile(&folder, &["--cache"])));
}

#[test]
fn nothing_is_kept_unless_asked_for() {
    let folder = Folder::with("a.jsonl", "{\"a\": 1}\n{\"a\": 2}\n");
    profile(&folder, &[]);
    profile(&folder, &["--no-cache"]);
    assert!(!Path::new(&folder.path().join("kept")).exists());
    let input = std::fs::File::open(folder.path().join("a.jsonl")).unwrap();
    let args = ["profile", "-", "--force", "--cache", "--cache-dir", "kept"];
    assert!(folder.command(&args).stdin(input).status().unwrap().success());
    assert!(kept(&folder).is_empty(), "standard input cannot be known again");
}

#[cfg(unix)]
#[test]
fn only_the_owner_looks_into_the_cache() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with("a.jsonl", "{\"a\": 1}\n{\"a\": 2}\n");
    let status = folder
        .command(&["profile", "a.jsonl", "--cache"])
        .env("XDG_CACHE_HOME", folder.path().join("home"))
        .status();
    assert!(status.unwrap().success());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let cache = folder.path().join("home/synth");
    assert_eq!(mode(&cache), 0o700);
    let file = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode(&file), 0o600);
}
