//! A run that is taken up again at any mark comes to what an uninterrupted one does.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use synth_io::{Error, Folded, Input, Mark, OutputFile, Overwrite, ReadOptions, Rounds, fold_in_rounds};

use crate::{Outcome, Records, fold, threads};

type Saved = (Mark, Folded<Records>);

/// Reads in rounds of `n_records`; also returns what was saved after each.
fn in_rounds(
    paths: &[PathBuf],
    options: &ReadOptions,
    n_records: u64,
    start: Option<Saved>,
) -> (Outcome, Vec<Saved>) {
    let mut saved = Vec::new();
    let run = || {
        let input = Input::open(paths, options)?;
        let rounds = Rounds { n_records, start };
        fold_in_rounds::<_, Error>(
            input,
            rounds,
            |_| Records::default(),
            Records::merge,
            |folded, mark| {
                saved.push((mark, folded.clone()));
                Ok(())
            },
        )
    };
    (Outcome::from(run()), saved)
}

/// Compares one run with runs in rounds and with runs taken up at every mark; returns the marks.
fn check(paths: &[PathBuf], options: &ReadOptions, n_records: u64) -> Vec<Mark> {
    let whole = Outcome::from(Input::open(paths, options).and_then(fold));
    let (result, saved) = in_rounds(paths, options, n_records, None);
    assert_eq!(result, whole);
    for start in &saved {
        let (result, _) = in_rounds(paths, options, n_records + 1, Some(start.clone()));
        assert_eq!(result, whole, "from {:?}", start.0);
    }
    saved.into_iter().map(|(mark, _)| mark).collect()
}

/// Writes a file, compressed if its name ends in `.gz`.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    let mut file = OutputFile::create(&path, Overwrite::Replace).unwrap();
    file.write_all(bytes).unwrap();
    file.finish().unwrap();
    path
}

fn records() -> impl Strategy<Value = Vec<String>> {
    let record = prop_oneof![
        6 => "\\{\"a\": ?(1|\"[x,\\]}]{0,9}\"|\\[\\[\\],\\{\\}\\])\\}",
        1 => "\\{\"a\":1,\"a\":2\\}",
        1 => Just("{bad".to_owned()),
        1 => " {0,5}",
    ];
    prop::collection::vec(record, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_in_rounds_is_a_whole_run(
        records in records(),
        chunk_bytes in 1_usize..60,
        n_records in 0_u64..12,
        max_bad in 0_u64..6,
        n_threads in 1_usize..3,
        bom in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let options = ReadOptions { chunk_bytes, max_bad, n_threads: threads(n_threads), ..ReadOptions::default() };
        let bom = if bom { "\u{feff}" } else { "" };
        let good: Vec<&str> = records.iter().map(|record| record.trim()).filter(|record| !record.is_empty()).collect();
        let texts = [records.join("\n"), format!("[{}]\n ", good.join(" ,\n")), format!("[{}", good.join(","))];
        for text in texts {
            let text = format!("{bom}{text}");
            for name in ["plain", "packed.gz"] {
                check(&[write(folder.path(), name, text.as_bytes())], &options, n_records);
            }
        }
    }
}

/// Records of all files are known by their offsets, so the files start with spaces of different number.
#[test]
fn marks_lead_into_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = "{\"a\":1}\n".repeat(50);
    let array = format!("[{}]", ["[1,2]"; 50].join(",\n"));
    let paths = [
        write(folder.path(), "a.jsonl", text.as_bytes()),
        write(folder.path(), "b", format!("{}{array}", " ".repeat(2000)).as_bytes()),
        write(folder.path(), "empty", b""),
        write(folder.path(), "c.gz", format!("{}\n{text}", " ".repeat(4000)).as_bytes()),
    ];
    let options = ReadOptions { chunk_bytes: 100, ..ReadOptions::default() };
    let marks = check(&paths, &options, 7);
    let within = |source| marks.iter().filter(|mark| mark.source == source && mark.record > 0).count();
    assert!((0..3).all(|source| within(source) > 1), "{marks:?}");
}

#[test]
fn an_input_that_became_shorter_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let options = ReadOptions { chunk_bytes: 100, ..ReadOptions::default() };
    for name in ["plain", "packed.gz"] {
        let text = "{\"a\":1}\n".repeat(50);
        let path = write(folder.path(), name, text.as_bytes());
        let (_, mut saved) = in_rounds(std::slice::from_ref(&path), &options, 7, None);
        write(folder.path(), name, &text.as_bytes()[..40]);
        let (result, _) = in_rounds(&[path], &options, 7, saved.pop());
        assert!(matches!(result, Outcome::Refused { code: "io/shorter", .. }), "{result:?}");
    }
}
