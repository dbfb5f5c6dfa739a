//! `profile --checkpoint` and `--resume`, with runs that are killed.

use std::path::Path;
use std::process::Stdio;

use crate::folder::{Folder, sample};

const FILES: [&str; 5] =
    ["anomalies.json", "profile.json", "rule_hypotheses.json", "ruleset.yaml", "schema.json"];
/// Many checkpoints in a short input.
const OFTEN: [&str; 6] = ["--checkpoint", "save", "--checkpoint-interval", "1", "--chunk-size", "65536"];

fn written(folder: &Folder) -> Vec<Vec<u8>> {
    FILES.iter().map(|name| folder.bytes(name)).collect()
}

/// The orders many times over, so that reading takes longer than making the first checkpoints.
fn orders(n_times: usize) -> Vec<u8> {
    sample("shop_orders.jsonl").repeat(n_times)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Starts a run and kills it when its checkpoint has changed `n_saved` times.
fn kill_after(folder: &Folder, args: &[&str], n_saved: u32) {
    let mut child = folder.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let checkpoint = folder.path().join("save");
    let mut known = modified(&checkpoint);
    for _ in 0..n_saved {
        while modified(&checkpoint) == known {
            assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be killed");
            std::thread::yield_now();
        }
        known = modified(&checkpoint);
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "the run ended before it was killed");
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

fn check(name: &str, bytes: &[u8]) {
    let folder = Folder::with(name, bytes);
    folder.done(&["profile", name]);
    let whole = written(&folder);
    let args = [&["profile", name, "--force", "--resume"], OFTEN.as_slice()].concat();
    for n_saved in [1, 3, 2] {
        kill_after(&folder, &args, n_saved);
    }
    let run = folder.done(&args);
    assert!(run.stderr.contains("save: going on after"), "{}", run.stderr);
    assert_eq!(written(&folder), whole, "{name}");
    let left_over = |name: &String| name == "save";
    assert!(!folder.names().iter().any(left_over), "the checkpoint is gone when all is written");
}

#[test]
fn a_killed_run_goes_on_as_if_nothing_had_happened() {
    check("orders.jsonl", &orders(12));
}

#[test]
fn compressed_inputs_are_read_up_to_the_mark_again() {
    check("orders.jsonl.gz", &gzip(&orders(12)));
}

#[test]
fn arrays_go_on_between_elements() {
    let text = String::from_utf8(orders(12)).unwrap();
    let elements: Vec<&str> = text.lines().collect();
    check("orders.json", format!("[{}]", elements.join(",\n")).as_bytes());
}

/// A checkpoint of another run is neither lost nor taken for one's own.
#[test]
fn checkpoints_are_not_mixed_up() {
    let folder = Folder::with("a.jsonl", orders(3));
    kill_after(&folder, &[&["profile", "a.jsonl"], OFTEN.as_slice()].concat(), 1);
    folder.write("b.jsonl", orders(3));
    let with = |name: &'static str, more: &[&'static str]| {
        [&["profile", name, "--checkpoint", "save"], more].concat()
    };
    folder.refused(&with("a.jsonl", &[]), &["save is the checkpoint of an earlier run", "--resume"]);
    folder.refused(&with("b.jsonl", &["--resume"]), &["other files"]);
    let mut changed = orders(3);
    changed[20] = b'x';
    folder.write("a.jsonl", &changed);
    folder.refused(&with("a.jsonl", &["--resume"]), &["changed"]);
    folder.write("save", "no checkpoint");
    folder.refused(&with("a.jsonl", &["--resume"]), &["cli/bad-checkpoint", "save"]);
}

#[test]
fn what_cannot_be_taken_up_is_refused() {
    let folder = Folder::with("document.json", "{\"list\": [{\"a\": 1}]}");
    folder.refused(&["profile", "document.json", "--checkpoint", "save"], &["document"]);
    folder.refused(&["profile", "-", "--checkpoint", "save"], &["- cannot be read again"]);
}

#[test]
fn a_first_run_may_say_resume() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    let run = folder.done(&["profile", "shop_orders.jsonl", "--resume", "--checkpoint-interval", "100"]);
    assert!(run.stderr.contains("ruleset.yaml.checkpoint: no checkpoint"), "{}", run.stderr);
    let mut expected = [&FILES[..], &["ruleset.model.json", "shop_orders.jsonl"]].concat();
    expected.sort_unstable();
    assert_eq!(folder.names(), expected);
}

/// The size of chunks is for threads only.
#[test]
fn chunk_sizes_do_not_show() {
    let folder = Folder::with_sample("shop_orders.jsonl");
    folder.done(&["profile", "shop_orders.jsonl"]);
    let whole = written(&folder);
    for size in ["1", "1000", "100000"] {
        folder.done(&["profile", "shop_orders.jsonl", "--force", "--streaming", "--chunk-size", size]);
        assert_eq!(written(&folder), whole, "{size}");
    }
    folder.refused(&["profile", "shop_orders.jsonl", "--force", "--chunk-size", "0"], &["--chunk-size"]);
}
